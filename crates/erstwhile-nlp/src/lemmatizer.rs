//! The lemmatizer: suffix rules, exceptions and an index of known words.

use std::collections::HashMap;

use crate::attributes::Morphology;
use crate::characters::{Characters, Class};
use crate::hash::murmur64;
use crate::labels::Pos;
use crate::weights::{LoadError, Reader};

/// Replaces an ending.
#[derive(Debug)]
struct Rule {
    old: &'static str,
    new: &'static str,
}

/// The rules and words of a part of speech.
#[derive(Debug)]
struct Table {
    rules: Vec<Rule>,
    exceptions: HashMap<&'static str, Vec<&'static str>>,
    /// The sorted hashes of all known base forms.
    index: &'static [[u8; 8]],
}

impl Table {
    fn read(reader: &mut Reader<'static>) -> Result<Self, LoadError> {
        let rules = (0..reader.count()?)
            .map(|_| Ok(Rule { old: reader.text()?, new: reader.text()? }))
            .collect::<Result<Vec<_>, LoadError>>()?;
        let exceptions =
            (0..reader.count()?).map(|_| Ok((reader.text()?, reader.texts()?))).collect::<Result<_, LoadError>>()?;
        let bytes = reader.count()?.checked_mul(8).ok_or(LoadError::Invalid("index"))?;
        let (index, _) = reader.bytes(bytes)?.as_chunks::<8>();
        if !index.iter().is_sorted_by_key(|hash| u64::from_le_bytes(*hash)) || rules.len() > 32 {
            return Err(LoadError::Invalid("lemma table"));
        }
        Ok(Self { rules, exceptions, index })
    }

    fn knows(&self, form: &str) -> bool {
        let hash = murmur64(form.as_bytes());
        self.index.binary_search_by_key(&hash, |entry| u64::from_le_bytes(*entry)).is_ok()
    }
}

/// A lemma.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lemma<'l> {
    /// The token in lower case.
    Lower,
    /// The token as it is written.
    AsWritten,
    /// Another word.
    Word(&'l str),
}

/// The tables of the parts of speech that have rules.
#[derive(Debug)]
pub(crate) struct Lemmatizer {
    adjectives: Table,
    adverbs: Table,
    nouns: Table,
    punctuation: Table,
    verbs: Table,
}

impl Lemmatizer {
    pub(crate) fn read(reader: &mut Reader<'static>) -> Result<Self, LoadError> {
        Ok(Self {
            adjectives: Table::read(reader)?,
            adverbs: Table::read(reader)?,
            nouns: Table::read(reader)?,
            punctuation: Table::read(reader)?,
            verbs: Table::read(reader)?,
        })
    }

    /// The lemma of a token, by its lower-case form. `buffer` is memory for it.
    pub(crate) fn lemma<'l>(
        &self,
        characters: &Characters,
        lower: &str,
        pos: Pos,
        morphology: Morphology,
        buffer: &'l mut String,
    ) -> Lemma<'l> {
        if is_base_form(pos, morphology) {
            return Lemma::Lower;
        }
        let table = match pos {
            Pos::Adj => &self.adjectives,
            Pos::Adv => &self.adverbs,
            Pos::Noun => &self.nouns,
            Pos::Punct => &self.punctuation,
            Pos::Verb => &self.verbs,
            Pos::Propn => return Lemma::AsWritten,
            _ => return Lemma::Lower,
        };
        table.lemma(characters, lower, buffer)
    }
}

impl Lemmatizer {
    /// Whether a word in lower case is one of the dictionary, in any inflection.
    pub(crate) fn knows(&self, lower: &str) -> bool {
        [&self.nouns, &self.verbs, &self.adjectives, &self.adverbs]
            .into_iter()
            .any(|table| table.knows_inflected(lower))
    }
}

impl Table {
    fn knows_inflected(&self, lower: &str) -> bool {
        let inflects = |rule: &Rule| {
            let stem = lower.strip_suffix(rule.old).filter(|stem| !stem.is_empty());
            stem.is_some_and(|stem| self.knows(&format!("{stem}{}", rule.new)))
        };
        self.knows(lower) || self.exceptions.contains_key(lower) || self.rules.iter().any(inflects)
    }

    /// Applies the rules. A known form wins, the last rule first; of "hope" and "hop" for "hoping", the one that the spelling
    /// allows, where spaCy takes the last; then a form that is no word; exceptions come before both,
    /// the last one first, unless they equal such a form; then the first unknown form.
    fn lemma<'l>(&self, characters: &Characters, lower: &str, buffer: &'l mut String) -> Lemma<'l> {
        let mut accepted = 0_u32;
        let (mut known, mut no_word, mut unknown) = (None, None, None);
        for (rule, at) in self.rules.iter().zip(0_u32..) {
            let Some(stem) = lower.strip_suffix(rule.old) else { continue };
            write_form(stem, rule, buffer);
            if buffer.is_empty() {
                continue;
            }
            if self.knows(buffer) {
                // "Hoping" is of "hope": of "hop" it would be "hopping".
                let restores_e = |other: &Rule| other.old == rule.old && other.new == "e" && rule.new.is_empty();
                if !(known.is_some_and(restores_e) && ends_in_one_vowel_and_consonant(stem)) {
                    known = Some(rule);
                }
                accepted |= 1 << at;
            } else if !buffer.chars().all(|character| characters.is(character, Class::LETTER)) {
                no_word = no_word.or(Some(rule));
                accepted |= 1 << at;
            } else {
                unknown = unknown.or(Some(rule));
            }
        }
        let exceptions = self.exceptions.get(lower).map_or(&[][..], Vec::as_slice);
        let is_form = |exception: &&str| {
            self.rules.iter().zip(0_u32..).any(|(rule, at)| {
                let stem = lower.strip_suffix(rule.old).filter(|_| accepted >> at & 1 == 1);
                stem.and_then(|stem| exception.strip_prefix(stem)) == Some(rule.new)
            })
        };
        if let Some(exception) = exceptions.iter().rev().find(|exception| !is_form(exception)) {
            return Lemma::Word(exception);
        }
        let Some(rule) = known.or(no_word).or(unknown) else { return Lemma::AsWritten };
        write_form(lower.strip_suffix(rule.old).unwrap_or(lower), rule, buffer);
        Lemma::Word(buffer)
    }
}

fn write_form(stem: &str, rule: &Rule, buffer: &mut String) {
    buffer.clear();
    buffer.push_str(stem);
    buffer.push_str(rule.new);
}

/// Whether a stem ends in a consonant, one vowel and a consonant, which most verbs of one syllable double before "-ing".
fn ends_in_one_vowel_and_consonant(stem: &str) -> bool {
    let is_vowel = |byte: u8| matches!(byte, b'a' | b'e' | b'i' | b'o' | b'u');
    matches!(stem.as_bytes(), [.., before, vowel, last]
        if !is_vowel(*before)
            && is_vowel(*vowel)
            && last.is_ascii_lowercase()
            && !is_vowel(*last)
            && !matches!(last, b'h' | b's' | b'w' | b'x' | b'y' | b'z'))
}

/// Whether a token is a base form already.
fn is_base_form(pos: Pos, morphology: Morphology) -> bool {
    let singular = pos == Pos::Noun && morphology.has(Morphology::SINGULAR);
    let present = pos == Pos::Verb
        && morphology.has(Morphology::FINITE)
        && morphology.has(Morphology::PRESENT)
        && !morphology.has(Morphology::NUMBER);
    singular || present || morphology.has(Morphology::INFINITIVE) || morphology.has(Morphology::POSITIVE)
}

#[cfg(test)]
mod tests {
    use crate::English;

    #[test]
    fn inflected_words_have_lemmas() {
        let english = English::load().expect("the pipeline");
        for (text, word, lemma) in [
            ("The children were running home.", "children", "child"),
            ("The children were running home.", "running", "run"),
            ("The children were running home.", "were", "be"),
            ("She's happier than he was.", "happier", "happy"),
            ("He bought two boxes of knives.", "boxes", "box"),
            ("He bought two boxes of knives.", "knives", "knife"),
            ("I don't think they'll come.", "n't", "not"),
            ("I saw him in Paris.", "Paris", "Paris"),
            ("I saw him in Paris.", "him", "he"),
            ("I'm hoping to ride.", "hoping", "hope"),
            ("She rides and hopped.", "rides", "ride"),
            ("She rides and hopped.", "hopped", "hop"),
            ("She said \u{201c}no\u{201d}.", "\u{201c}", "\""),
        ] {
            let document = english.parse(text);
            let at = (0..document.tokens().len()).find(|i| document.token_text(*i) == word).expect("the word");
            assert_eq!(document.lemma(at), lemma, "{word}");
        }
    }
}
