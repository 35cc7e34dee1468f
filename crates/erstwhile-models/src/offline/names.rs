//! Finds the proper names in a sentence.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use erstwhile::ports::KnownEntity;

use super::tokens::{Token, TokenKind};
use super::verbs::{Form, Verbs};
use super::words::{Class, Words};

/// A name with its tokens.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ProperName {
    /// The cleaned name.
    pub(super) name: String,
    /// The entity type, if the surrounding words reveal it.
    pub(super) entity_type: Option<String>,
    /// Its tokens in the sentence.
    pub(super) tokens: Range<usize>,
}

/// Names that are already known, by their lower-case form.
#[derive(Debug, Default)]
pub(super) struct Gazetteer {
    names: HashMap<String, (String, Option<String>)>,
    longest: usize,
    capitals: HashSet<String>,
}

/// Known names with more words are ignored.
const NAME_WORDS_MAX: usize = 6;

impl Gazetteer {
    /// Collects speakers and known entities; speakers win over entities of the same name.
    pub(super) fn new<'a>(speakers: impl IntoIterator<Item = &'a str>, known: &[KnownEntity]) -> Self {
        let mut gazetteer = Self::default();
        for name in speakers {
            gazetteer.add(name, Some("Person"));
        }
        for entity in known {
            gazetteer.add(&entity.name, entity.entity_type.as_deref());
        }
        gazetteer
    }

    /// Adds a name.
    pub(super) fn add(&mut self, name: &str, entity_type: Option<&str>) {
        let words = name.split_whitespace().count();
        if words == 0 || words > NAME_WORDS_MAX || name.len() < 2 || name.len() > 80 {
            return;
        }
        self.longest = self.longest.max(words);
        let entry = (name.to_owned(), entity_type.map(ToOwned::to_owned));
        self.names.entry(name.to_lowercase()).or_insert(entry);
    }

    /// Records the words that are capitalised in the middle of a sentence, so that they count as names at the
    /// start of a sentence, too.
    pub(super) fn learn(&mut self, text: &str, tokens: &[Token]) {
        for pair in tokens.windows(2) {
            let inside = !pair[0].is_mark() && !is_title(&pair[0]);
            if inside && pair[1].capital && text.get(pair[0].span.end..pair[1].span.start) == Some(" ") {
                self.capitals.insert(pair[1].lower.clone());
            }
        }
    }

    fn known_at(&self, text: &str, tokens: &[Token], at: usize) -> Option<ProperName> {
        for length in (1..=self.longest.min(tokens.len() - at)).rev() {
            let range = at..at + length;
            let span = tokens[at].span.start..tokens[range.end - 1].span.end;
            let Some((name, entity_type)) = text.get(span).and_then(|said| self.names.get(&said.to_lowercase())) else {
                continue;
            };
            // A single word such as "will" or "may" is a known name only if it is capitalised.
            let said_as_name = tokens[at].capital || !name.starts_with(char::is_uppercase) || length > 1;
            if said_as_name {
                return Some(ProperName { name: name.clone(), entity_type: entity_type.clone(), tokens: range });
            }
        }
        None
    }
}

/// Finds names.
#[derive(Debug, Clone, Copy)]
pub(super) struct NameFinder<'a> {
    /// Classes of words.
    pub(super) words: &'a Words,
    /// Forms of verbs.
    pub(super) verbs: &'a Verbs,
    /// Known names.
    pub(super) gazetteer: &'a Gazetteer,
    /// Whether the text is a document, in which sentences often begin with unknown names.
    pub(super) document: bool,
}

impl NameFinder<'_> {
    /// Returns the names in one sentence, in order.
    pub(super) fn find(&self, text: &str, tokens: &[Token]) -> Vec<ProperName> {
        let mut names = Vec::new();
        let mut at = 0;
        while at < tokens.len() {
            let found = self.gazetteer.known_at(text, tokens, at).or_else(|| self.capitalised(text, tokens, at));
            match found {
                Some(mut name) => {
                    at = name.tokens.end;
                    if name.entity_type.is_none() {
                        name.entity_type = self.kind(tokens, &name).map(ToOwned::to_owned);
                    }
                    names.push(name);
                }
                None => at += 1,
            }
        }
        names
    }

    /// Returns the name formed by the run of capitalised words at `at`.
    fn capitalised(&self, text: &str, tokens: &[Token], at: usize) -> Option<ProperName> {
        if !tokens[at].capital || !self.may_begin(tokens, at) {
            return None;
        }
        let mut end = at + 1;
        loop {
            let joined = |from: usize, to: usize| {
                to < tokens.len()
                    && text.get(tokens[from].span.end..tokens[to].span.start).is_some_and(|gap| gap == " ")
            };
            if joined(end - 1, end) && self.continues(&tokens[end]) {
                end += 1;
            } else if end < tokens.len() && tokens[end].is(".") && is_title(&tokens[end - 1]) && joined(end, end + 1) {
                end += 2;
            } else if joined(end - 1, end)
                && tokens[end].is_any(&["of", "the", "de", "la", "van", "von", "del", "&"])
                && let Some(after) = (end + 1..(end + 3).min(tokens.len())).find(|next| tokens[*next].capital)
                && tokens[end + 1..after].iter().all(|token| token.is_any(&["the", "la"]))
                && self.continues(&tokens[after])
            {
                end = after + 1;
            } else {
                break;
            }
        }
        let first = at;
        let name = clean(text.get(tokens[first].span.start..tokens[end - 1].span.end)?)?;
        let lower = name.to_lowercase();
        let empty = tokens[first..end].iter().all(|token| {
            [Class::Common, Class::Function, Class::Adverb, Class::Interjection]
                .into_iter()
                .any(|class| self.words.has(&token.lower, class))
                && !self.words.has(&token.lower, Class::GivenName)
        });
        if empty && name.chars().all(|c| !c.is_lowercase()) {
            return None;
        }
        let ordinary =
            end - first == 1 && (self.words.has(&lower, Class::Calendar) || self.words.has(&lower, Class::Function));
        if ordinary || (end - first == 1 && name.chars().count() < 2) {
            return None;
        }
        Some(ProperName { name, entity_type: None, tokens: first..end })
    }

    fn continues(&self, token: &Token) -> bool {
        let shout = token.lower == "i" || self.words.has(&token.lower, Class::Interjection) && !token.is("night");
        let date = self.words.has(&token.lower, Class::Calendar) && !token.is_any(&["christmas", "summer", "spring"]);
        (token.capital && !shout && !date)
            || token.kind == TokenKind::Number
                && token.lower.len() <= 3
                && token.lower.bytes().all(|b| b.is_ascii_digit())
    }

    /// Whether a capitalised word may begin a name here.
    fn may_begin(&self, tokens: &[Token], at: usize) -> bool {
        let token = &tokens[at];
        let word = token.lower.as_str();
        if token.kind != TokenKind::Word
            || self.words.has(word, Class::Calendar)
            || self.words.has(word, Class::Function)
            || word == "i"
        {
            return false;
        }
        let initial = at == 0 || tokens[at - 1].is_any(&[".", "!", "?", ":", "\"", "“", "-", "*", "…"]);
        if !initial {
            return !self.words.has(word, Class::Interjection);
        }
        if is_title(token) && tokens.get(at + 1).is_some_and(|next| next.is(".") || next.capital) {
            return true;
        }
        if self.words.has(word, Class::Common)
            || self.words.has(word, Class::Interjection)
            || self.words.has(word, Class::Kin)
        {
            return false;
        }
        let next = tokens.get(at + 1);
        let followed =
            next.is_some_and(|next| next.capital && !next.is("i") && !self.words.has(&next.lower, Class::GivenName));
        let is_name = self.words.has(word, Class::GivenName)
            || self.words.has(word, Class::Place)
            || self.gazetteer.capitals.contains(word)
            || followed
            || is_title(token);
        is_name
            || (self.document
                && self.verbs.form(word).is_none()
                && next.is_some_and(|next| self.begins_predicate(next)))
    }

    /// Whether a predicate begins here: "acquired", "is", "'s".
    fn begins_predicate(&self, token: &Token) -> bool {
        token.is("'s") || matches!(self.verbs.form(&token.lower), Some((_, Form::Past | Form::Third)))
    }

    /// Infers the entity type from the words in and before a name.
    fn kind(&self, tokens: &[Token], name: &ProperName) -> Option<&'static str> {
        let parts = &tokens[name.tokens.clone()];
        let last = parts.last()?;
        let first = parts.first()?;
        if parts.iter().any(|part| part.is_any(ORGANIZATIONS)) {
            return Some("Organization");
        }
        if last.is_any(EVENTS) {
            return Some("Event");
        }
        if last.is_any(PLACES) {
            return Some("Location");
        }
        if is_title(first) || self.words.has(&first.lower, Class::GivenName) && parts.len() <= 3 {
            // "in Austin", "to Florence": given names that are also cities.
            let place = self.words.has(&first.lower, Class::Place)
                && before(tokens, name).is_some_and(|t| t.is_any(&["in", "to", "from"]));
            return Some(if place { "Location" } else { "Person" });
        }
        if parts.iter().any(|part| self.words.has(&part.lower, Class::Place)) && parts.len() <= 3 {
            return Some("Location");
        }
        let lead = before(tokens, name)?;
        if self.words.has(&lead.lower, Class::Kin) {
            return Some("Person");
        }
        if self.words.has(&lead.lower, Class::Pet) {
            return Some("Object");
        }
        let verb = name.tokens.start.checked_sub(2).and_then(|at| tokens.get(at)).map_or("", |t| t.lower.as_str());
        let went = matches!(
            verb,
            "live"
                | "lives"
                | "lived"
                | "living"
                | "moved"
                | "move"
                | "moving"
                | "travel"
                | "traveled"
                | "travelled"
                | "went"
                | "trip"
                | "born"
                | "flew"
                | "based"
                | "going"
                | "back"
        );
        (lead.is("in") || lead.is_any(&["to", "from", "near"]) && went).then_some("Location")
    }
}

const ORGANIZATIONS: &[&str] = &[
    "inc",
    "corp",
    "corporation",
    "ltd",
    "llc",
    "gmbh",
    "plc",
    "company",
    "university",
    "college",
    "school",
    "institute",
    "bank",
    "foundation",
    "association",
    "agency",
    "club",
    "society",
    "labs",
    "technologies",
    "systems",
    "solutions",
    "airlines",
    "ministry",
    "department",
    "council",
];
const EVENTS: &[&str] = &[
    "festival",
    "conference",
    "marathon",
    "parade",
    "olympics",
    "cup",
    "summit",
    "expo",
    "fair",
    "championship",
    "day",
    "gala",
    "tournament",
    "con",
];
const PLACES: &[&str] = &[
    "park",
    "beach",
    "lake",
    "river",
    "mountain",
    "mountains",
    "island",
    "islands",
    "street",
    "avenue",
    "road",
    "canyon",
    "falls",
    "valley",
    "forest",
    "city",
    "museum",
    "hotel",
    "bay",
    "trail",
    "square",
    "bridge",
    "airport",
    "hill",
    "hills",
    "county",
    "garden",
    "gardens",
    "café",
    "cafe",
    "restaurant",
];

fn before<'a>(tokens: &'a [Token], name: &ProperName) -> Option<&'a Token> {
    name.tokens.start.checked_sub(1).and_then(|at| tokens.get(at))
}

fn is_title(token: &Token) -> bool {
    token.capital
        && token.is_any(&["mr", "mrs", "ms", "dr", "prof", "professor", "sir", "st", "uncle", "aunt", "captain"])
}

/// Removes surrounding determiners, quotes and punctuation; `None` if nothing is left.
pub(super) fn clean(name: &str) -> Option<String> {
    let mut rest = name.trim_matches(|c: char| !c.is_alphanumeric() && c != '+' && c != '#');
    for determiner in ["The ", "the ", "A ", "An ", "a ", "an ", "My ", "my ", "Our ", "our "] {
        rest = rest.strip_prefix(determiner).unwrap_or(rest);
    }
    let rest = rest.strip_suffix("'s").or_else(|| rest.strip_suffix("’s")).unwrap_or(rest);
    let words: Vec<&str> = rest.split_whitespace().collect();
    (!words.is_empty() && rest.chars().any(char::is_alphanumeric)).then(|| words.join(" "))
}
