//! Lemmas by rules: endings, exceptions, and an index of known base forms.

use foldhash::{HashMap, HashMapExt};

use crate::data::{Data, LoadError};
use crate::labels::Pos;

/// The tables of one part of speech.
#[derive(Debug, Default)]
struct Table {
    /// An ending and what replaces it.
    rules: Vec<(String, String)>,
    exceptions: HashMap<String, Vec<String>>,
    /// Known base forms, sorted.
    index: Vec<&'static str>,
}

/// The lemmatizer.
#[derive(Debug)]
pub(crate) struct Lemmatizer {
    adjectives: Table,
    adverbs: Table,
    nouns: Table,
    punctuation: Table,
    verbs: Table,
}

impl Lemmatizer {
    pub(crate) fn new(data: &Data<'static>) -> Result<Self, LoadError> {
        let mut tables: HashMap<&str, Table> = HashMap::new();
        for line in data.lines("lemma.rules")? {
            let (pos, ending, with) = fields(line, "lemma.rules")?;
            tables.entry(pos).or_default().rules.push((ending.to_owned(), with.to_owned()));
        }
        for line in data.lines("lemma.exceptions")? {
            let (pos, word, lemmas) = fields(line, "lemma.exceptions")?;
            let lemmas = lemmas.split(',').map(ToOwned::to_owned).collect();
            tables.entry(pos).or_default().exceptions.insert(word.to_owned(), lemmas);
        }
        for pos in ["noun", "verb", "adj"] {
            // Python sorts by code points, as Rust sorts by bytes of UTF-8.
            tables.entry(pos).or_default().index = data.lines(&format!("lemma.index.{pos}"))?.collect();
        }
        let mut take = |pos| tables.remove(pos).unwrap_or_default();
        Ok(Self {
            adjectives: take("adj"),
            adverbs: take("adv"),
            nouns: take("noun"),
            punctuation: take("punct"),
            verbs: take("verb"),
        })
    }

    /// The lemma of a word that is not in its base form.
    pub(crate) fn lemma(&self, text: &str, lower: &str, pos: Pos) -> String {
        let table = match pos {
            Pos::Adj => &self.adjectives,
            Pos::Adv => &self.adverbs,
            Pos::Noun => &self.nouns,
            Pos::Punct => &self.punctuation,
            Pos::Verb => &self.verbs,
            Pos::Propn => return text.to_owned(),
            _ => return lower.to_owned(),
        };
        // Known forms come first, the last of them before the others; then forms with other characters than letters.
        let mut forms: Vec<String> = Vec::new();
        let mut unknown: Option<String> = None;
        for (ending, with) in &table.rules {
            let Some(stem) = lower.strip_suffix(ending.as_str()) else { continue };
            let form = format!("{stem}{with}");
            if form.is_empty() {
                continue;
            }
            if table.index.binary_search(&form.as_str()).is_ok() {
                forms.insert(0, form);
            } else if !form.chars().all(char::is_alphabetic) {
                forms.push(form);
            } else {
                unknown = unknown.or(Some(form));
            }
        }
        for exception in table.exceptions.get(lower).into_iter().flatten() {
            if !forms.contains(exception) {
                forms.insert(0, exception.clone());
            }
        }
        forms.into_iter().next().or(unknown).unwrap_or_else(|| text.to_owned())
    }
}

fn fields<'l>(line: &'l str, table: &str) -> Result<(&'l str, &'l str, &'l str), LoadError> {
    let mut fields = line.split('\t');
    match (fields.next(), fields.next(), fields.next()) {
        (Some(first), Some(second), Some(third)) => Ok((first, second, third)),
        _ => Err(LoadError::Content(table.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::DATA;

    #[test]
    fn inflected_words_have_their_lemmas() {
        let lemmatizer = Lemmatizer::new(&Data::parse(DATA).unwrap()).unwrap();
        let lemma = |word: &str, pos| lemmatizer.lemma(word, &word.to_lowercase(), pos);
        for (word, pos, expected) in [
            ("moved", Pos::Verb, "move"),
            ("went", Pos::Verb, "go"),
            ("children", Pos::Noun, "child"),
            ("boxes", Pos::Noun, "box"),
            ("better", Pos::Adj, "well"),
            ("Berlin", Pos::Propn, "Berlin"),
            ("The", Pos::Det, "the"),
        ] {
            assert_eq!(lemma(word, pos), expected, "{word}");
        }
    }
}
