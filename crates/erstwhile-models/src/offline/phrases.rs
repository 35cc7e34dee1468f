//! Reads noun phrases.

use std::ops::Range;

use super::dates::DatedSpan;
use super::names::{ProperName, clean};
use super::tokens::{Token, TokenKind};
use super::verbs::{Form, Verbs};
use super::words::{Class, Words};

/// A noun phrase as an entity.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Phrase {
    /// Its tokens, determiner included.
    pub(super) tokens: Range<usize>,
    /// The name of the entity.
    pub(super) name: String,
    /// The type, if the phrase is a name of known type.
    pub(super) entity_type: Option<String>,
    /// Whether it is a name, not a description.
    pub(super) named: bool,
    /// The kinship or animal word before a name: "sister" in "my sister Anna".
    pub(super) role: Option<String>,
}

/// The input of the phrase reader.
#[derive(Debug, Clone, Copy)]
pub(super) struct PhraseReader<'a> {
    /// The turn.
    pub(super) text: &'a str,
    /// The sentence.
    pub(super) tokens: &'a [Token],
    /// Its names.
    pub(super) names: &'a [ProperName],
    /// Its dates.
    pub(super) dates: &'a [DatedSpan],
    /// Classes of words.
    pub(super) words: &'a Words,
    /// Forms of verbs.
    pub(super) verbs: &'a Verbs,
    /// The speaker, for "my".
    pub(super) speaker: Option<&'a str>,
}

/// Verbs that end a phrase because they are never nouns.
const NEVER_NOUNS: [&str; 20] = [
    "make", "bring", "give", "take", "have", "get", "keep", "put", "let", "become", "grow", "see", "know", "say",
    "tell", "think", "seem", "feel", "go", "come",
];

/// Longer phrases are truncated to this many tokens.
const PHRASE_TOKENS_MAX: usize = 7;

impl PhraseReader<'_> {
    fn word(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |token| token.lower.as_str())
    }

    fn in_date(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(|token| self.dates.iter().any(|date| date.span.contains(&token.span.start)))
    }

    /// Returns the phrase that begins at `at` and ends before `end`.
    pub(super) fn read(&self, at: usize, end: usize) -> Option<Phrase> {
        let end = end.min(self.tokens.len());
        let mut from = at;
        let mut mine = false;
        while from < end && self.is_determiner(from) {
            mine |= matches!(self.word(from), "my" | "our");
            from += 1;
        }
        if let Some(title) = self.quoted(at, from, end) {
            return Some(title);
        }
        if let Some(name) = self.names.iter().find(|name| name.tokens.start == from && name.tokens.end <= end) {
            // In "Anna's dog", the name is only the owner of the entity.
            if self.word(name.tokens.end) != "'s" {
                let stop = self.noun_tail(name.tokens.end, end);
                let entity_type = name.entity_type.clone().filter(|_| stop == name.tokens.end);
                let name =
                    if stop == name.tokens.end { name.name.clone() } else { self.name_of(name.tokens.start..stop)? };
                return Some(Phrase { tokens: at..stop, name, entity_type, named: true, role: None });
            }
        }
        let mut stop = from;
        while stop < end && stop - from < PHRASE_TOKENS_MAX && self.belongs(from, stop) {
            stop += 1;
        }
        while stop > from && (self.is_weak(stop - 1)) {
            stop -= 1;
        }
        if stop == from {
            return None;
        }
        if stop - from == 1
            && let Some(activity) = self.activity(at, from, end)
        {
            return Some(activity);
        }
        if let Some(named) = self.named_after(from, stop, end, mine, at) {
            return Some(named);
        }
        let head = self.word(stop - 1);
        let verb = matches!(self.verbs.form(head), Some((_, Form::Past | Form::Participle)));
        if stop - from == 1 && verb {
            return None;
        }
        if stop - from == 1 && self.words.has(head, Class::Empty)
            || !self.tokens[from..stop]
                .iter()
                .any(|t| self.words.is_content(&t.lower) || self.words.has(&t.lower, Class::Kin))
        {
            return None;
        }
        let mut name = self.name_of(from..stop)?;
        if mine && self.words.has(head, Class::Kin) {
            name = format!("{}'s {name}", self.speaker?);
        }
        Some(Phrase { tokens: at..stop, name, entity_type: None, named: false, role: None })
    }

    /// "running my own studio", "working in mental health".
    fn activity(&self, at: usize, from: usize, end: usize) -> Option<Phrase> {
        if !matches!(self.verbs.form(self.word(from)), Some((_, Form::Gerund))) {
            return None;
        }
        let joint =
            matches!(self.word(from + 1), "in" | "at" | "with" | "on" | "into" | "for" | "out" | "to" | "about");
        let next = from + 1 + usize::from(joint);
        if next >= end || !(joint || self.is_determiner(next)) {
            return None;
        }
        let inner = self.read(next, end).filter(|inner| inner.tokens.len() < PHRASE_TOKENS_MAX)?;
        let joint = if joint { format!("{} ", self.word(from + 1)) } else { String::new() };
        let name = format!("{} {joint}{}", self.word(from), inner.name);
        Some(Phrase { tokens: at..inner.tokens.end, name, entity_type: None, named: false, role: None })
    }

    /// A title in quotes.
    fn quoted(&self, at: usize, from: usize, end: usize) -> Option<Phrase> {
        if !matches!(self.word(from), "\"" | "“") {
            return None;
        }
        let close = (from + 2..end.min(from + 12)).find(|at| matches!(self.word(*at), "\"" | "”"))?;
        let said = self.text.get(self.tokens[from].span.end..self.tokens[close].span.start)?;
        let name = said.split_whitespace().collect::<Vec<_>>().join(" ");
        if name.is_empty() || name.len() > 80 {
            return None;
        }
        Some(Phrase { tokens: at..close + 1, name, entity_type: Some("Object".to_owned()), named: true, role: None })
    }

    /// "my sister Anna", "a dog named Max".
    fn named_after(&self, from: usize, stop: usize, end: usize, mine: bool, at: usize) -> Option<Phrase> {
        let starting = |at: usize| self.names.iter().find(|name| name.tokens.start == at && name.tokens.end <= end);
        let role = |role: usize| {
            let word = self.word(role);
            (self.words.has(word, Class::Kin) || self.words.has(word, Class::Pet)).then(|| word.to_owned())
        };
        let inner = (from + 1..stop).find_map(|at| Some((at, starting(at)?, role(at - 1)?)));
        let (_, name, role) = inner
            .filter(|_| mine)
            .or_else(|| Some((stop, starting(stop)?, role(stop - 1).filter(|_| mine)?)))
            .or_else(|| {
                let called = usize::from(self.word(stop) == ",") + stop;
                let is_called = matches!(self.word(called), "named" | "called");
                Some((stop, starting(called + 1).filter(|_| is_called)?, role(stop - 1).unwrap_or_default()))
            })?;
        Some(Phrase {
            tokens: at..name.tokens.end,
            name: name.name.clone(),
            entity_type: if self.words.has(&role, Class::Pet) {
                Some("Object".to_owned())
            } else {
                name.entity_type.clone()
            },
            named: true,
            role: (!role.is_empty()).then_some(role),
        })
    }

    /// Returns the words of a phrase without inner possessives and determiners.
    fn name_of(&self, tokens: Range<usize>) -> Option<String> {
        let mut name = String::new();
        let mut before: Option<&Token> = None;
        for token in self.tokens.get(tokens)? {
            if token.is_any(&["my", "your", "our", "his", "her", "their", "these", "those"]) {
                continue;
            }
            if before.is_some_and(|before| before.span.end < token.span.start) {
                name.push(' ');
            }
            name.push_str(self.text.get(token.span.clone())?);
            before = Some(token);
        }
        clean(&name).filter(|name| name.len() <= 80)
    }

    fn is_determiner(&self, at: usize) -> bool {
        matches!(
            self.word(at),
            "a" | "an"
                | "the"
                | "my"
                | "our"
                | "some"
                | "this"
                | "these"
                | "that"
                | "those"
                | "any"
                | "his"
                | "her"
                | "their"
                | "its"
                | "your"
                | "all"
                | "both"
                | "another"
                | "really"
                | "very"
                | "so"
                | "such"
                | "pretty"
                | "quite"
                | "super"
                | "just"
                | "also"
                | "own"
                | "many"
                | "few"
                | "several"
                | "lots"
                | "no"
                | "every"
                | "more"
        ) || self.word(at) == "of" && matches!(self.word(at.wrapping_sub(1)), "lots" | "lot" | "all" | "some")
            || self.word(at) == "lot" && self.word(at + 1) == "of"
    }

    /// Nouns after a name that make it a description: "Berlin marathon".
    fn noun_tail(&self, from: usize, end: usize) -> usize {
        let mut stop = from;
        while stop < end && stop - from < 3 && self.is_plain_noun(stop) {
            stop += 1;
        }
        stop
    }

    fn is_plain_noun(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(|token| {
            token.kind == TokenKind::Word
                && !token.capital
                && self.words.is_content(&token.lower)
                && !self.in_date(at)
                && !matches!(
                    self.verbs.form(&token.lower),
                    Some((_, Form::Past | Form::Third | Form::Participle | Form::Gerund))
                )
        })
    }

    /// Whether token `at` continues the phrase that began at `from`.
    fn belongs(&self, from: usize, at: usize) -> bool {
        let token = &self.tokens[at];
        if token.is_mark() || self.in_date(at) {
            return false;
        }
        let word = token.lower.as_str();
        if word == "of" && at > from {
            return !self.words.has(self.word(at + 1), Class::Function) || self.is_determiner(at + 1);
        }
        if at > from && self.word(at - 1) == "of" && self.is_determiner(at) {
            return true;
        }
        if token.is_clitic() {
            return word == "'s" && at > from && self.word(at - 1) != "of" && !self.is_determiner(at + 1);
        }
        if self.words.has(word, Class::Function) || (self.words.is_adverb(word) && word != "first") {
            return false;
        }
        if at > from && NEVER_NOUNS.contains(&word) {
            return false;
        }
        match self.verbs.form(word) {
            // Gerunds begin phrases ("playing chess"); verbs in other forms end them.
            Some((_, Form::Past | Form::Participle)) => {
                at == from || self.verbs.form(self.word(at - 1)).is_some_and(|(_, f)| f == Form::Past)
            }
            Some((_, Form::Third)) => {
                !self.words.has(self.word(at + 1), Class::Function)
                    || self.tokens.get(at + 1).is_none_or(Token::is_mark)
            }
            _ => true,
        }
    }

    /// Tokens that may not end a phrase.
    fn is_weak(&self, at: usize) -> bool {
        let token = &self.tokens[at];
        token.is("of") || token.is("'s") || self.is_determiner(at)
    }

    /// Returns the phrase at `at` and the ones joined to it by "and" or commas.
    pub(super) fn list(&self, at: usize, end: usize) -> Vec<Phrase> {
        let mut phrases: Vec<Phrase> = self.read(at, end).into_iter().collect();
        while let Some(last) = phrases.last().filter(|_| phrases.len() < 5) {
            let mut next = last.tokens.end;
            let comma = self.word(next) == ",";
            next += usize::from(comma);
            let and = matches!(self.word(next), "and" | "or" | "&");
            next += usize::from(and);
            if !comma && !and
                || next >= end
                || self.words.has(self.word(next), Class::Function) && !self.is_determiner(next)
            {
                break;
            }
            // A verb or clause is not a list item: ", and moved", ", it was".
            if matches!(self.verbs.form(self.word(next)), Some((_, Form::Past | Form::Third | Form::Base))) && !and {
                break;
            }
            let Some(phrase) = self.read(next, end).filter(|phrase| {
                let follower = self.tokens.get(phrase.tokens.end);
                follower.is_none_or(|t| {
                    t.is_mark()
                        || t.is_any(&[
                            "and", "or", "&", "in", "at", "on", "with", "for", "to", "because", "when", "as", "too",
                        ])
                        || self.in_date(phrase.tokens.end)
                })
            }) else {
                break;
            };
            phrases.push(phrase);
        }
        phrases
    }
}
