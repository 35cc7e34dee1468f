//! Rewrites a sentence as a self-contained statement: replaces pronouns by names and relative dates by absolute ones.

use super::dates::DatedSpan;
use super::tokens::{Token, TokenKind};
use super::verbs::{Form, Verbs};
use super::words::{Class, Words};

/// The referents of "I", "you", "we" and a pronoun at the start.
#[derive(Debug, Clone, Copy)]
pub(super) struct Referents<'a> {
    /// The speaker; `None` in documents without one.
    pub(super) speaker: Option<&'a str>,
    /// The addressee.
    pub(super) addressee: Option<&'a str>,
    /// Who "we" includes besides the speaker.
    pub(super) companion: Option<&'a str>,
    /// The referent of "he", "she" or "it" at the start.
    pub(super) antecedent: Option<&'a str>,
}

/// Rewrites sentences.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rewriter<'a> {
    /// Classes of words.
    pub(super) words: &'a Words,
    /// Forms of verbs.
    pub(super) verbs: &'a Verbs,
    /// What pronouns refer to.
    pub(super) referents: Referents<'a>,
}

/// Longer statements are truncated to this length.
const STATEMENT_BYTES_MAX: usize = 600;

/// Progress of rewriting one sentence.
#[derive(Debug, Default)]
struct State {
    out: String,
    /// Whether the next verb must agree with a name in the third person.
    agree: bool,
}

impl Rewriter<'_> {
    /// Returns the tokens of a sentence or clause as a self-contained statement with a full stop.
    ///
    /// `text` is the text of the turn, `dates` are its time expressions.
    pub(super) fn statement(&self, text: &str, tokens: &[Token], dates: &[DatedSpan]) -> String {
        let mut state = State::default();
        let mut previous: Option<&Token> = None;
        if let (Some(lead), Some(speaker)) = (self.implied_lead(tokens), self.referents.speaker) {
            state.out.push_str(speaker);
            state.out.push_str(lead);
            state.agree = lead.is_empty();
        }
        let mut index = 0;
        while let Some(token) = tokens.get(index) {
            let gap = previous.map_or("", |before| text.get(before.span.end..token.span.start).unwrap_or(" "));
            if index > 0 && !gap.is_empty() || index == 0 && !state.out.is_empty() {
                push_gap(&mut state.out, gap);
            }
            if let Some(date) = dates.iter().find(|date| date.relative && date.span.contains(&token.span.start)) {
                let said = text.get(date.span.clone()).unwrap_or_default();
                let after_preposition = index.checked_sub(1).and_then(|at| tokens.get(at)).is_some_and(is_preposition);
                let follower = tokens[index..].iter().find(|next| next.span.start >= date.span.end);
                let bare = after_preposition || follower.is_some_and(|next| next.is("'s"));
                state.out.push_str(&date.describe(said, bare));
                while tokens.get(index + 1).is_some_and(|next| next.span.start < date.span.end) {
                    index += 1;
                }
                previous = tokens.get(index);
                index += 1;
                continue;
            }
            let said = text.get(token.span.clone()).unwrap_or_default();
            if !token.is("*") && !token.is("`") {
                self.push(&mut state, tokens, index, said);
            }
            previous = Some(token);
            index += 1;
        }
        finish(state.out)
    }

    /// Returns the auxiliary to insert after the speaker if the sentence omits the speaker, else `None`:
    /// "Lost my job" → "", "Been busy" → " has", "Working on it" → " is".
    pub(super) fn implied_lead(&self, tokens: &[Token]) -> Option<&'static str> {
        self.referents.speaker?;
        let mut at = 0;
        while tokens.get(at).is_some_and(|token| self.words.is_adverb(&token.lower)) {
            at += 1;
        }
        let first = tokens.get(at)?;
        let second = tokens.get(at + 1).map_or("", |token| token.lower.as_str());
        if first.is("been") && !matches!(second, "a" | "an") {
            return Some(" has");
        }
        if first.is_any(&[
            "gonna", "glad", "excited", "thrilled", "stoked", "pumped", "proud", "thankful", "grateful", "happy",
            "sorry",
        ]) && !matches!(second, "," | "birthday" | "")
        {
            return Some(" is");
        }
        if first.is_any(&["can't", "couldn't", "didn't", "wanna"]) && !Self::is_subject(second) {
            return Some("");
        }
        let object = tokens.get(at + 1).is_some_and(|t| {
            t.is_any(&[
                "a", "an", "the", "my", "some", "to", "back", "up", "on", "in", "into", "with", "for", "at", "out",
                "our", "this", "that", "it",
            ]) || self.words.is_adverb(&t.lower)
                || t.kind == TokenKind::Number
        });
        match self.verbs.form(&first.lower)? {
            // "Inspired by you, I …" does not omit the speaker.
            (_, Form::Past) if object && !first.is_any(&["was", "were", "did", "had"]) => Some(""),
            (_, Form::Past) if first.is("had") && object => Some(""),
            (_, Form::Gerund) if object && !self.has_finite_verb(&tokens[at + 1..]) => Some(" is"),
            (_, Form::Base)
                if first.is_any(&["hope", "miss", "wish"]) && at == 0 && !matches!(second, "you" | "u" | "your") =>
            {
                Some("")
            }
            _ => None,
        }
    }

    fn is_subject(word: &str) -> bool {
        matches!(word, "i" | "you" | "we" | "they" | "he" | "she" | "it")
    }

    fn has_finite_verb(&self, tokens: &[Token]) -> bool {
        tokens.iter().take_while(|token| !token.is_mark()).any(|token| {
            token.is_any(&["is", "was", "are", "were", "has", "'s", "can", "will", "makes", "helps"])
                || matches!(self.verbs.form(&token.lower), Some((_, Form::Past | Form::Third)))
        })
    }

    fn push(&self, state: &mut State, tokens: &[Token], index: usize, said: &str) {
        let token = &tokens[index];
        let lower = token.lower.as_str();
        let next = tokens.get(index + 1).map_or("", |token| token.lower.as_str());
        let referents = self.referents;
        if index == 0
            && let Some(antecedent) = referents.antecedent
            && matches!(lower, "he" | "she" | "it" | "they")
        {
            state.out.push_str(antecedent);
            return;
        }
        match lower {
            "i" | "im" | "ive" if referents.speaker.is_some() => {
                state.out.push_str(referents.speaker.unwrap_or_default());
                match lower {
                    "im" => state.out.push_str(" is"),
                    "ive" => state.out.push_str(" has"),
                    _ => {
                        state.agree = !index.checked_sub(1).is_some_and(|before| tokens[before].is("and"))
                            || Self::starts_clause(tokens, index);
                    }
                }
            }
            "me" => push_or(state, referents.speaker, said, ""),
            "my" | "mine" => push_or(state, referents.speaker, said, "'s"),
            "yourself" if referents.addressee.is_some() => state.out.push_str("themself"),
            "ourselves" if referents.speaker.is_some() => state.out.push_str("themselves"),
            "myself" => state.out.push_str(if referents.speaker.is_some() { "themself" } else { said }),
            "you" | "u" if referents.addressee.is_some() => {
                state.out.push_str(referents.addressee.unwrap_or_default());
                state.agree = Self::starts_clause(tokens, index)
                    || matches!(next, "'re" | "'ve" | "are" | "have" | "were" | "don't");
            }
            "your" | "yours" => push_or(state, referents.addressee, said, "'s"),
            "we" | "us" => self.push_group(state, &tokens[index..], said),
            "our" | "ours" if referents.speaker.is_some() => {
                state.out.push_str(referents.speaker.unwrap_or_default());
                state.out.push_str("'s");
            }
            "'m" | "'re" | "'ve" | "'ll" | "'d" => self.push_clitic(state, tokens, index),
            _ => self.push_word(state, tokens, index, said),
        }
    }

    fn push_group(&self, state: &mut State, tokens: &[Token], said: &str) {
        // "since we last spoke" refers to the speaker and the addressee.
        let speak = tokens.iter().take(4).any(|token| {
            token.is_any(&["spoke", "talked", "chatted", "talk", "speak", "chat", "spoken", "caught", "catch"])
        });
        let companion = if speak { self.referents.addressee } else { self.referents.companion };
        match (self.referents.speaker, companion) {
            (Some(speaker), Some(companion)) => {
                state.out.push_str(speaker);
                state.out.push_str(" and ");
                state.out.push_str(companion);
            }
            (Some(speaker), None) => {
                state.out.push_str(speaker);
                state.out.push_str(" and others");
            }
            (None, _) => state.out.push_str(said),
        }
    }

    fn push_clitic(&self, state: &mut State, tokens: &[Token], index: usize) {
        let next = tokens.get(index + 1).map_or("", |token| token.lower.as_str());
        let whole = match tokens[index].lower.as_str() {
            "'m" => "is",
            "'re" if state.agree => "is",
            "'re" => "are",
            "'ve" if state.agree => "has",
            "'ve" => "have",
            "'ll" => "will",
            _ if next == "better" || matches!(self.verbs.form(next), Some((_, Form::Participle))) || next == "been" => {
                "had"
            }
            _ => "would",
        };
        state.agree = false;
        state.out.push(' ');
        state.out.push_str(whole);
    }

    fn push_word(&self, state: &mut State, tokens: &[Token], index: usize, said: &str) {
        let token = &tokens[index];
        if state.agree && !token.is_mark() && !self.words.is_adverb(&token.lower) {
            state.agree = false;
            if let Some(agreed) = self.verbs.agree(&token.lower).filter(|_| {
                !self.words.has(&token.lower, Class::Function) || is_auxiliary(&token.lower) || token.is("like")
            }) {
                state.out.push_str(&agreed);
                return;
            }
        } else if token.is_mark() {
            state.agree = false;
        }
        // The first word is lower-cased when a name was inserted before it.
        let put = index == 0 && !state.out.trim().is_empty();
        let acronym = said.chars().skip(1).any(char::is_uppercase);
        if put && !acronym { state.out.push_str(&token.lower) } else { state.out.push_str(said) }
    }

    /// Whether a clause may start at `index`.
    fn starts_clause(tokens: &[Token], index: usize) -> bool {
        index.checked_sub(1).and_then(|before| tokens.get(before)).is_none_or(|before| {
            before.is_mark()
                || before.is_any(&[
                    "and", "but", "if", "when", "that", "because", "so", "as", "while", "what", "how", "since",
                    "where", "hope", "glad", "know", "think", "said",
                ])
        })
    }
}

fn is_auxiliary(word: &str) -> bool {
    matches!(word, "am" | "are" | "have" | "do" | "don't" | "haven't" | "aren't" | "were" | "weren't")
}

fn is_preposition(token: &Token) -> bool {
    token.is_any(&[
        "in", "on", "at", "by", "from", "to", "for", "of", "before", "after", "about", "around", "since", "until",
        "till", "with", "between", "than", "during", "through", "over",
    ])
}

fn push_or(state: &mut State, name: Option<&str>, said: &str, suffix: &str) {
    match name {
        Some(name) => {
            state.out.push_str(name);
            state.out.push_str(suffix);
        }
        None => state.out.push_str(said),
    }
}

fn push_gap(out: &mut String, gap: &str) {
    if gap.is_empty() || gap.contains(char::is_whitespace) && !out.ends_with(' ') {
        out.push(' ');
    }
}

/// Trims and truncates a statement, capitalises it and adds a full stop.
fn finish(mut out: String) -> String {
    out.truncate(out.floor_char_boundary(STATEMENT_BYTES_MAX));
    let trimmed = out
        .trim()
        .trim_end_matches(|c: char| matches!(c, ',' | ';' | ':' | '-' | '–' | '—' | '…') || c.is_whitespace());
    let mut statement = String::with_capacity(trimmed.len() + 1);
    let mut chars = trimmed.chars();
    if let Some(first) = chars.next() {
        statement.extend(first.to_uppercase());
        statement.push_str(chars.as_str());
    }
    if !statement.ends_with(['.', '!', '?', '"', '”']) {
        statement.push('.');
    }
    statement
}
