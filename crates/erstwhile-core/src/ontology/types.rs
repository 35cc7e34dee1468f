//! Matches entities with declared types, by their names and by statements about them.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization;

use super::{EntityType, Ontology, SPEAKERS};
use crate::text::words;

/// Maximum number of words between an article and the type: "a small Italian restaurant".
const MODIFIERS_MAX: usize = 4;
/// Words that end a noun phrase, besides stop words.
const PREPOSITIONS: [&str; 12] = [
    "across", "around", "behind", "beside", "inside", "like", "near", "opposite", "outside", "since", "under", "within",
];

impl Ontology {
    /// Returns the declared type of an entity, if any.
    ///
    /// `extracted` is the extractor's type; `names` are all names of the entity and `statements` sentences about
    /// it. The first rule that matches decides: the extractor's type; a name that ends with the words of the type
    /// ("Blue Bottle Restaurant"); a sentence that states the type ("Nopa is a small restaurant", "the restaurant
    /// Nopa", "Nopa, a restaurant", "a restaurant called Nopa"); the same two for a noun of that kind ("Green Leaf
    /// Cafe", "Nopa is a bistro"); the only declared type that means the same as the extractor's ("Company" for
    /// "Organization"). Of several types, the one with the longest name wins, then the one declared
    /// first. `User` and `Assistant` are matched by the first rule only, because they denote speakers.
    pub fn entity_type<'a>(&'a self, extracted: Option<&str>, names: &[&str], statements: &[&str]) -> Option<&'a str> {
        let declared: Vec<TypeForms<'a>> = self.entity_types.iter().map(|kind| TypeForms::new(&kind.name)).collect();
        if let Some(extracted) = extracted.filter(|extracted| !comparison_key(extracted).is_empty()) {
            let extracted = TypeForms::new(extracted);
            let equal = longest(&declared, |kind| kind.key == extracted.key);
            if let Some(name) = equal.or_else(|| longest(&declared, |kind| kind.is_plural_of(&extracted))) {
                return Some(name);
            }
        }
        let candidates: Vec<TypeForms<'a>> = declared
            .into_iter()
            .filter(|kind| !kind.stems.is_empty() && !SPEAKERS.iter().any(|name| comparison_key(name) == kind.key))
            .collect();
        if candidates.is_empty() {
            return None;
        }
        let named: Vec<Vec<String>> =
            names.iter().filter(|name| !has_complement(name)).map(|name| stems(name)).collect();
        let by_name = longest(&candidates, |kind| named.iter().any(|name| name.ends_with(&kind.stems)));
        by_name.or_else(|| {
            let names: Vec<Vec<Token>> =
                names.iter().map(|name| tokens(name)).filter(|name| !name.is_empty()).collect();
            let sentences: Vec<Vec<Token>> = statements.iter().map(|statement| tokens(statement)).collect();
            let states = |noun: &[Token]| {
                sentences.iter().any(|sentence| names.iter().any(|name| states_type(sentence, name, noun)))
            };
            longest(&candidates, |kind| states(&kind.tokens))
                .or_else(|| {
                    longest(&candidates, |kind| {
                        let nouns = kind.narrower().map(tokens);
                        let mut nouns = nouns.filter(|noun| !noun.is_empty());
                        nouns.any(|noun| named.iter().any(|name| ends_with(name, &noun)) || states(&noun))
                    })
                })
                .or_else(|| only_synonym(&candidates, extracted?))
        })
    }
}

impl Ontology {
    /// The declared type with this name, also in plural: the `type` of a record.
    pub fn type_named(&self, name: &str) -> Option<&str> {
        let wanted = TypeForms::new(name);
        let same = |kind: &&str| {
            let kind = TypeForms::new(kind);
            !wanted.key.is_empty() && (kind.key == wanted.key || kind.is_plural_of(&wanted))
        };
        let speaker = |kind: &&str| SPEAKERS.iter().any(|name| name.eq_ignore_ascii_case(kind));
        self.entity_types.iter().map(|kind| kind.name.as_str()).filter(|kind| !speaker(kind)).find(same)
    }

    /// The only declared type that has most of a record's fields as properties, at least two.
    pub fn type_of_record(&self, fields: &BTreeSet<String>) -> Option<&str> {
        const FIELDS_MIN: usize = 2;
        let fields: BTreeSet<String> = fields.iter().map(|field| comparison_key(field)).collect();
        let shared = |kind: &EntityType| {
            kind.properties.iter().filter(|property| fields.contains(&comparison_key(&property.name))).count()
        };
        let most = self.entity_types.iter().map(shared).max().filter(|count| *count >= FIELDS_MIN)?;
        let mut best = self.entity_types.iter().filter(|kind| shared(kind) == most);
        best.next().filter(|_| best.next().is_none()).map(|kind| kind.name.as_str())
    }
}

/// Names that different ontologies give to the same type.
const SYNONYMS: [&[&str]; 3] = [
    &["organization", "organisation", "company", "business", "firm", "employer", "corporation"],
    &["location", "place", "city", "town", "address"],
    &["person", "people", "human", "individual", "contact"],
];

/// Nouns for things of a kind, by words for the kind: a bistro is a restaurant. Only nouns that, at the end of a name,
/// stand for little else.
const NARROWER: [(&[&str], &[&str]); 6] = [
    (
        &["restaurant", "eatery"],
        &[
            "cafe",
            "café",
            "bistro",
            "diner",
            "eatery",
            "restaurant",
            "pizzeria",
            "brasserie",
            "trattoria",
            "osteria",
            "steakhouse",
            "taqueria",
            "tavern",
        ],
    ),
    (
        &["company", "business", "organization", "organisation", "employer", "corporation"],
        &["inc", "ltd", "llc", "gmbh", "corp", "corporation", "plc", "company"],
    ),
    (&["school"], &["university", "college", "academy", "school"]),
    (&["hotel"], &["hostel", "motel", "hotel", "resort"]),
    (&["shop", "store"], &["bookshop", "bookstore", "boutique", "supermarket", "shop", "store"]),
    (&["hospital"], &["clinic", "hospital", "infirmary"]),
];

/// The only declared type that means the same as an extracted one.
fn only_synonym<'a>(declared: &[TypeForms<'a>], extracted: &str) -> Option<&'a str> {
    let extracted = comparison_key(extracted);
    let group = SYNONYMS.iter().find(|group| group.contains(&extracted.as_str()))?;
    let mut same = declared.iter().filter(|kind| group.contains(&kind.key.as_str()));
    same.next().filter(|_| same.next().is_none()).map(|kind| kind.name)
}

/// A type's name in the forms used for matching.
struct TypeForms<'a> {
    name: &'a str,
    key: String,
    stems: Vec<String>,
    tokens: Vec<Token>,
}

impl<'a> TypeForms<'a> {
    fn new(name: &'a str) -> Self {
        let spaced = split_words(name);
        Self { name, key: comparison_key(name), stems: stems(&spaced), tokens: tokens(&spaced) }
    }

    fn is_plural_of(&self, other: &TypeForms<'_>) -> bool {
        !self.stems.is_empty() && self.stems == other.stems
    }

    /// Nouns for things of this type.
    fn narrower(&self) -> impl Iterator<Item = &'static str> {
        let row = NARROWER.iter().find(|(kinds, _)| kinds.contains(&self.key.as_str()));
        row.into_iter().flat_map(|(_, nouns)| nouns.iter().copied())
    }
}

fn longest<'a>(declared: &[TypeForms<'a>], fits: impl Fn(&TypeForms<'a>) -> bool) -> Option<&'a str> {
    let mut best: Option<&'a str> = None;
    for kind in declared.iter().filter(|kind| fits(kind)) {
        if best.is_none_or(|best| kind.name.chars().count() > best.chars().count()) {
            best = Some(kind.name);
        }
    }
    best
}

/// Normalizes a type's name for comparison: letters and digits only, lower case.
pub(super) fn comparison_key(name: &str) -> String {
    name.nfkc().flat_map(char::to_lowercase).filter(|character| character.is_alphanumeric()).collect()
}

/// Separates the words of a name by spaces: `WorkOfArt`, `WORK_OF_ART` and `HTTPServer` have three, three and two.
pub(super) fn split_words(name: &str) -> String {
    let characters: Vec<char> = name.chars().collect();
    let mut spaced = String::with_capacity(name.len() + 4);
    for (at, character) in characters.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|before| characters.get(before));
        let after = characters.get(at + 1);
        let starts = character.is_uppercase()
            && before.is_some_and(|before| {
                before.is_lowercase() || before.is_numeric() || after.is_some_and(|after| after.is_lowercase())
            });
        if starts {
            spaced.push(' ');
        }
        spaced.push(if character.is_alphanumeric() { *character } else { ' ' });
    }
    spaced
}

/// The stems of all words of a text, including stop words.
pub(super) fn stems(text: &str) -> Vec<String> {
    tokens(text).into_iter().filter(|token| !token.is_mark()).map(|token| token.stem).collect()
}

/// A word or punctuation mark.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    /// As it is written.
    pub(super) written: String,
    /// The character between it and the word before; `None` if they touch.
    separator: Option<char>,
    pub(super) lower: String,
    pub(super) stem: String,
    /// Whether it is a stop word: articles, prepositions, forms of "be".
    pub(super) is_stop_word: bool,
}

impl Token {
    pub(super) fn is_mark(&self) -> bool {
        self.lower.chars().all(|character| !character.is_alphanumeric())
    }

    pub(super) fn is_article(&self) -> bool {
        matches!(self.lower.as_str(), "a" | "an" | "the")
    }
}

pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut word = Word::default();
    let mut characters = text.nfkc().peekable();
    while let Some(character) = characters.next() {
        // "4.5" and "1,200" are one word.
        let within_number = matches!(character, '.' | ',')
            && word.text.ends_with(|c: char| c.is_ascii_digit())
            && characters.peek().is_some_and(char::is_ascii_digit);
        if character.is_alphanumeric() || within_number {
            word.text.push(character);
            continue;
        }
        word.end(&mut tokens);
        if matches!(character, '.' | ',' | ';' | ':' | '!' | '?' | '(' | ')' | '—' | '–') {
            let (written, separator) = (character.to_string(), word.separator.take());
            tokens.push(Token { lower: written.clone(), written, separator, stem: String::new(), is_stop_word: false });
        } else if word.separator != Some(' ') {
            word.separator = Some(if character.is_whitespace() { ' ' } else { character });
        }
    }
    word.end(&mut tokens);
    tokens
}

/// The word that is read.
#[derive(Default)]
struct Word {
    text: String,
    separator: Option<char>,
}

impl Word {
    fn end(&mut self, tokens: &mut Vec<Token>) {
        if self.text.is_empty() {
            return;
        }
        let written = std::mem::take(&mut self.text);
        let lower: String = written.chars().flat_map(char::to_lowercase).collect();
        let stems = words(&lower);
        let is_stop_word = stems.is_empty();
        let stem = if is_stop_word { lower.clone() } else { stems.concat() };
        tokens.push(Token { written, separator: self.separator.take(), lower, stem, is_stop_word });
    }
}

/// Words as they are written.
pub(super) fn written(words: &[Token]) -> String {
    let mut text = String::new();
    for (at, word) in words.iter().enumerate() {
        text.extend(word.separator.filter(|_| at > 0));
        text.push_str(&word.written);
    }
    text
}

/// Whether the last word of a name is not what it is about: "article about audiobooks", "fan of restaurants", but not
/// "House of Blues Restaurant".
fn has_complement(name: &str) -> bool {
    let words: Vec<String> = name.split_whitespace().map(str::to_lowercase).collect();
    let is_title = name.split_whitespace().last().is_some_and(|word| word.starts_with(char::is_uppercase));
    words.iter().skip(1).any(|word| match word.as_str() {
        "about" | "on" | "for" | "with" | "from" | "in" | "at" | "by" | "to" => true,
        "of" => !is_title,
        _ => false,
    })
}

/// Whether the stems of a name end with those of a noun, and have others before it.
fn ends_with(name: &[String], noun: &[Token]) -> bool {
    let (Some(noun), Some((last, before))) = (noun.last(), name.split_last()) else { return false };
    *last == noun.stem && !before.is_empty()
}

/// Whether a sentence states that the entity with this name has this type.
fn states_type(sentence: &[Token], name: &[Token], kind: &[Token]) -> bool {
    sentence.windows(name.len()).enumerate().any(|(at, window)| {
        let is_name = window.iter().zip(name).all(|(one, other)| one.lower == other.lower);
        is_name && {
            let (before, rest) = sentence.split_at(at);
            let after = rest.get(name.len()..).unwrap_or_default();
            type_follows(after, kind) || type_precedes(before, kind) || introduces(before, kind)
        }
    })
}

/// Whether the type follows the name: "… is a small restaurant", "…, a restaurant".
fn type_follows(after: &[Token], kind: &[Token]) -> bool {
    let phrase = match after {
        [verb, article, phrase @ ..] if matches!(verb.lower.as_str(), "is" | "was") && article.is_article() => phrase,
        [comma, article, phrase @ ..] if comma.lower == "," && article.is_article() => phrase,
        _ => return false,
    };
    (0..=MODIFIERS_MAX).any(|modifiers| {
        let Some((between, from)) = phrase.split_at_checked(modifiers) else { return false };
        let modify = between.iter().all(|word| !word.is_mark() && !word.is_stop_word);
        modify && starts_with_type(from, kind) && from.get(kind.len()).is_none_or(ends_noun)
    })
}

/// Whether the type precedes the name: "the small restaurant …".
fn type_precedes(before: &[Token], kind: &[Token]) -> bool {
    let Some((lead, end)) = before.len().checked_sub(kind.len()).map(|at| before.split_at(at)) else { return false };
    let modifiers = lead.iter().rev().take_while(|word| !word.is_mark() && !word.is_stop_word).count();
    let article = lead.iter().rev().nth(modifiers);
    starts_with_type(end, kind) && modifiers <= MODIFIERS_MAX && article.is_some_and(|word| word.lower == "the")
}

/// Whether the type introduces the name: "a small restaurant called …".
fn introduces(before: &[Token], kind: &[Token]) -> bool {
    introduction(before).is_some_and(|phrase| {
        phrase.len() >= kind.len() && starts_with_type(&phrase[phrase.len() - kind.len()..], kind)
    })
}

/// What introduces the name that follows: "a small restaurant" in "a small restaurant called the …".
pub(super) fn introduction(before: &[Token]) -> Option<&[Token]> {
    let before = before.split_last().filter(|(last, _)| last.is_article()).map_or(before, |(_, rest)| rest);
    let (verb, phrase) = before.split_last()?;
    matches!(verb.lower.as_str(), "called" | "named").then_some(phrase)
}

fn starts_with_type(text: &[Token], kind: &[Token]) -> bool {
    text.len() >= kind.len() && text.iter().zip(kind).all(|(word, part)| word.stem == part.stem)
}

/// Whether a word ends the noun phrase before it: a "restaurant critic" is not a restaurant, but "a restaurant
/// in", "a restaurant serving" and "a restaurant located" are.
pub(super) fn ends_noun(word: &Token) -> bool {
    let is_modifier =
        word.lower.ends_with("ing") || word.lower.ends_with("ed") || PREPOSITIONS.contains(&word.lower.as_str());
    word.is_mark() || word.is_stop_word || is_modifier
}
