//! Extracts claims from one turn, sentence by sentence, with the names of earlier sentences as context.

use std::cell::Cell;
use std::ops::Range;

use erstwhile::model::{EpisodeKind, Holding, Role};
use erstwhile::ports::{Claim, ExtractedAlias, ExtractedMention, Extraction, Turn};
use erstwhile::text::sentences::{Sentence, split};
use jiff::tz::TimeZone;

use super::Tools;
use super::aliases;
use super::dates::FALLBACK_CALLS_MAX;
use super::names::{Gazetteer, NameFinder, ProperName};
use super::phrases::PhraseReader;
use super::relations::Reading;
use super::rewrite::{Referents, Rewriter};
use super::speakers::Participants;
use super::syntax::{ClauseReader, Subject};
use super::tokens::{Token, tokenise};
use super::verbs::Form;
use super::words::Class;

/// Announcements at the start of a sentence, which are not part of the statement.
const OPENINGS: &[&[&str]] = &[
    &["please", "remember", "that"],
    &["remember", "that"],
    &["please", "note", "that"],
    &["note", "that"],
    &["please", "keep", "in", "mind", "that"],
    &["keep", "in", "mind", "that"],
    &["just", "so", "you", "know", ","],
    &["by", "the", "way", ","],
    &["fyi", ","],
    &["big", "news", ":"],
    &["good", "news", ":"],
    &["great", "news", ":"],
    &["fun", "fact", ":"],
];

/// Beginnings of sentences that are only polite phrases.
const COURTESIES: &[&[&str]] = &[
    &["nice", "to", "meet"],
    &["pleased", "to", "meet"],
    &["good", "to", "see", "you"],
    &["great", "to", "see", "you"],
    &["nice", "to", "see", "you"],
    &["good", "to", "hear", "from"],
    &["great", "to", "hear", "from"],
    &["nice", "to", "hear", "from"],
    &["have", "a", "nice"],
    &["have", "a", "great"],
    &["have", "a", "good"],
    &["take", "care"],
];

/// Maximum number of claims per turn of an assistant, and per other turn.
const ASSISTANT_CLAIMS_MAX: usize = 12;
const CLAIMS_MAX: usize = 30;
/// Maximum number of sentences per turn.
const SENTENCES_MAX: usize = 300;

/// Reads one turn.
#[derive(Debug)]
pub(super) struct TurnReader<'a> {
    /// Lookup tables.
    pub(super) tools: &'a Tools,
    /// Known names.
    pub(super) gazetteer: &'a Gazetteer,
    /// Who takes part.
    pub(super) participants: Participants<'a>,
    /// The turn.
    pub(super) turn: &'a Turn,
    /// The part of its text that is read.
    pub(super) text: &'a str,
    /// The time zone of its dates.
    pub(super) zone: &'a TimeZone,
}

/// Context from earlier sentences.
#[derive(Debug, Default)]
struct Memory {
    /// Names in the last two sentences, in order.
    recent: Vec<Vec<ProperName>>,
    /// Who is with the speaker.
    companion: Option<String>,
    /// Remaining calls of the slow date parser.
    date_calls_left: Cell<u8>,
}

impl TurnReader<'_> {
    /// Returns the names, claims and aliases of the turn.
    pub(super) fn read(&self) -> Extraction {
        let mut extraction = Extraction::default();
        let mut memory = self.previous_names();
        let script = self.is_script();
        let claims_max = if self.turn.role == Some(Role::Assistant) { ASSISTANT_CLAIMS_MAX } else { CLAIMS_MAX };
        let mut line_speaker: Option<String> = None;
        let mut line_end = 0;
        for sentence in split(self.text).into_iter().take(SENTENCES_MAX) {
            if extraction.claims.len() >= claims_max {
                break;
            }
            let mut sentence = sentence;
            if script && sentence.span.start >= line_end {
                line_end = self.text[sentence.span.start..]
                    .find('\n')
                    .map_or(self.text.len(), |end| sentence.span.start + end);
                line_speaker = script_speaker(&self.text[sentence.span.clone()]).map(ToOwned::to_owned);
                if let Some(name) = &line_speaker {
                    sentence.span.start += name.len() + 1;
                }
            }
            let participants = match &line_speaker {
                Some(name) => Participants { speaker: Some(name), addressee: None, before: None },
                None => self.participants,
            };
            self.sentence(participants, &sentence, &mut memory, &mut extraction);
        }
        deduplicate(&mut extraction.claims);
        extraction.claims.truncate(claims_max);
        extraction
    }

    fn finder(&self) -> NameFinder<'_> {
        NameFinder {
            words: &self.tools.words,
            verbs: &self.tools.verbs,
            gazetteer: self.gazetteer,
            document: self.turn.kind != EpisodeKind::Message,
        }
    }

    /// Returns the names at the end of the previous turn.
    fn previous_names(&self) -> Memory {
        let mut memory = Memory { date_calls_left: Cell::new(FALLBACK_CALLS_MAX), ..Memory::default() };
        let Some(before) = self.participants.before else { return memory };
        let text = &before.text[..before.text.floor_char_boundary(super::TURN_BYTES_MAX)];
        let sentences = split(text);
        for sentence in sentences.iter().rev().take(2).rev() {
            let tokens = tokenise(text, sentence.span.clone());
            memory.recent.push(self.finder().find(text, &tokens));
        }
        memory
    }

    /// Whether the text is a conversation in lines of the form "Name: words".
    fn is_script(&self) -> bool {
        let lines = || self.text.lines().filter(|line| !line.trim().is_empty());
        self.turn.kind == EpisodeKind::Text
            && lines().filter(|line| script_speaker(line.trim_start()).is_some()).count() * 2 > lines().count()
    }

    fn sentence(
        &self,
        participants: Participants<'_>,
        sentence: &Sentence,
        memory: &mut Memory,
        extraction: &mut Extraction,
    ) {
        let all = tokenise(self.text, sentence.span.clone());
        let mut names = self.finder().find(self.text, &all);
        for name in names.iter_mut().filter(|name| name.entity_type.is_none()) {
            let short = participants.addressee.is_some_and(|addressee| is_short_for(&name.name, addressee));
            name.entity_type = short.then(|| "Person".to_owned());
        }
        for name in &names {
            let span = all[name.tokens.start].span.start..all[name.tokens.end - 1].span.end;
            let mention = ExtractedMention { name: name.name.clone(), entity_type: name.entity_type.clone(), span };
            if extraction.mentions.len() < 200 && !extraction.mentions.contains(&mention) {
                extraction.mentions.push(mention);
            }
        }
        Self::note_short_names(participants, &all, &names, extraction);
        if !sentence.question {
            let kept = self.strip_courtesies(participants, &all, &names);
            let tokens = &all[kept.clone()];
            let names = rebase_names(&names, &kept);
            self.note_companion(participants, tokens, &names, memory);
            extraction.aliases.extend(aliases::read(self.text, tokens, &names, participants.speaker));
            self.claims(participants, tokens, &names, memory, extraction);
        }
        memory.recent.push(names);
        if memory.recent.len() > 2 {
            memory.recent.remove(0);
        }
    }

    /// "Hey Mel" to Melanie: adds the short name as an alias.
    fn note_short_names(
        participants: Participants<'_>,
        tokens: &[Token],
        names: &[ProperName],
        extraction: &mut Extraction,
    ) {
        let Some(addressee) = participants.addressee else { return };
        for name in names.iter().filter(|name| is_short_for(&name.name, addressee)) {
            let alias = ExtractedAlias {
                name: addressee.to_owned(),
                alias: name.name.clone(),
                entity_type: Some("Person".to_owned()),
                span: tokens[name.tokens.start].span.start..tokens[name.tokens.end - 1].span.end,
            };
            if !extraction.aliases.iter().any(|other| other.alias == alias.alias) {
                extraction.aliases.push(alias);
            }
        }
    }

    fn claims(
        &self,
        participants: Participants<'_>,
        tokens: &[Token],
        names: &[ProperName],
        memory: &Memory,
        extraction: &mut Extraction,
    ) {
        let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else { return };
        let span = first.span.start..last.span.end;
        let Tools { words, verbs, dates } = self.tools;
        let dates = dates.resolve_within(
            self.text,
            span.clone(),
            self.turn.reference_time,
            (self.zone, &memory.date_calls_left),
        );
        let antecedent = antecedent(participants, tokens, memory);
        let referents = Referents {
            speaker: participants.speaker,
            addressee: participants.addressee,
            companion: memory.companion.as_deref(),
            antecedent: antecedent.as_ref().map(|name| name.name.as_str()),
        };
        let rewriter = Rewriter { words, verbs, referents };
        let implied = rewriter.implied_lead(tokens).is_some();
        let clauses = ClauseReader { words, verbs, tokens, names, antecedent: antecedent.is_some(), implied }.read();
        if self.is_uninformative(tokens, implied, clauses.iter().any(|clause| clause.subject != Subject::Addressee)) {
            return;
        }
        let statement = rewriter.statement(self.text, tokens, &dates);
        let reading = Reading {
            phrases: PhraseReader {
                text: self.text,
                tokens,
                names,
                dates: &dates,
                words,
                verbs,
                speaker: participants.speaker,
            },
            clauses: &clauses,
            statement: &statement,
            span,
            speaker: participants.speaker,
            addressee: participants.addressee,
            antecedent: antecedent.as_ref(),
            now: self.turn.reference_time,
        };
        extraction.claims.extend(reading.claims());
    }

    /// Whether a sentence states no facts: commands and polite phrases of people, headings of documents.
    fn is_uninformative(&self, tokens: &[Token], implied: bool, other_subject: bool) -> bool {
        let order = tokens.first().is_some_and(|token| {
            matches!(self.tools.verbs.form(&token.lower), Some((_, Form::Base)))
                || token.is_any(&["let", "please", "don't"])
        });
        let person = self.turn.role != Some(Role::Assistant) && self.turn.kind == EpisodeKind::Message;
        let courtesy = tokens
            .first()
            .is_some_and(|token| token.is_any(&["thanks", "thank", "congrats", "congratulations", "sorry"]));
        if COURTESIES.iter().any(|words| starts_with(tokens, words)) {
            return true;
        }
        person && !implied && !other_subject && (order || courtesy) || !person && self.is_heading(tokens)
    }

    /// Whether a sentence is a heading, such as "Price:" or "Getting started": a few words without a verb.
    fn is_heading(&self, tokens: &[Token]) -> bool {
        let Tools { words, verbs, .. } = self.tools;
        let content = tokens.iter().filter(|token| words.is_content(&token.lower)).count();
        let verb = tokens
            .iter()
            .any(|token| matches!(verbs.form(&token.lower), Some((_, form)) if form != Form::Gerund) || token.is("'s"));
        let exact = tokens.iter().any(|token| token.kind == super::tokens::TokenKind::Number);
        content < 4 && !verb && !exact
    }

    /// Returns the tokens without greetings, forms of address and tags.
    fn strip_courtesies(&self, participants: Participants<'_>, tokens: &[Token], names: &[ProperName]) -> Range<usize> {
        let words = &self.tools.words;
        let (mut start, mut end) = (0, tokens.len());
        while start < end {
            let token = &tokens[start];
            let mark =
                |at: usize| tokens.get(at).is_some_and(|next| next.is_any(&[",", "!", "-", "–", ".", "…", ":", ";"]));
            let stray_mark = token.is_mark() && !token.is_any(&["\"", "“", "$", "€", "£", "#", "@"]);
            let courtesy = words.has(&token.lower, Class::Interjection)
                && (mark(start + 1) || self.is_greeting(tokens, start, names));
            if stray_mark || courtesy {
                start += 1;
            } else if let Some(name) =
                names.iter().find(|name| name.tokens.start == start && self.is_addressed(participants, tokens, name))
            {
                start = name.tokens.end;
            } else if let Some(opening) = OPENINGS.iter().find(|opening| starts_with(&tokens[start..end], opening)) {
                start += opening.len();
            } else if token.is_any(&["and", "but", "so", "plus", "also"]) && start + 2 < end && !mark(start + 1) {
                start += 1;
            } else {
                break;
            }
        }
        while end > start && (tokens[end - 1].is_mark() && !tokens[end - 1].is_any(&["\"", "”", ")"])) {
            end -= 1;
        }
        // ", Anna" and ", huh" at the end.
        for _ in 0..2 {
            let last = names.iter().find(|name| {
                name.tokens.end == end
                    && name.tokens.start > start
                    && participants
                        .addressee
                        .is_some_and(|addressee| addressee == name.name || is_short_for(&name.name, addressee))
            });
            let from = last.map_or(end.saturating_sub(1), |name| name.tokens.start);
            let tag = end > start
                && tokens[end - 1].is_any(&["huh", "right", "eh", "lol", "haha", "btw", "though", "tho", "too"])
                && !tokens[end - 1].is("too");
            if (last.is_some() || tag) && from > start + 1 && tokens[from - 1].is(",") {
                end = from - 1;
            }
        }
        start..end
    }

    /// Whether a name at the start of a sentence addresses somebody: "Anna, I …", "Anna!".
    fn is_addressed(&self, participants: Participants<'_>, tokens: &[Token], name: &ProperName) -> bool {
        let end = name.tokens.end;
        let Some(mark) = tokens.get(end) else { return true };
        if !mark.is_any(&[",", "!", "-", "–", ".", "…"]) {
            return false;
        }
        let known = participants
            .addressee
            .is_some_and(|addressee| is_short_for(&name.name, addressee) || addressee == name.name);
        let voiced = tokens.get(end + 1).is_none_or(|next| {
            next.is_any(&["i", "you", "that", "it", "this", "your", "we", "my", "what", "thanks", "thank", "how", "im"])
                || self.tools.words.has(&next.lower, Class::Interjection)
        });
        known || mark.is("!") || voiced
    }

    /// Whether an interjection is a greeting: a name, another interjection or the end follows ("Hey Anna").
    fn is_greeting(&self, tokens: &[Token], at: usize, names: &[ProperName]) -> bool {
        let token = &tokens[at];
        let hail = token.is_any(&[
            "hey", "hi", "hello", "wow", "oh", "yeah", "yep", "ok", "okay", "haha", "lol", "hiya", "well", "ah", "aw",
            "yes", "no", "nope", "btw", "then",
        ]);
        let next = tokens.get(at + 1);
        next.is_none()
            || hail
                && (names.iter().any(|name| name.tokens.start == at + 1)
                    || next.is_some_and(|next| {
                        self.tools.words.has(&next.lower, Class::Interjection) || next.lower == "i"
                    }))
    }

    /// "with Anna", "my kids and I", "my husband": sets who "we" refers to from here on.
    fn note_companion(
        &self,
        participants: Participants<'_>,
        tokens: &[Token],
        names: &[ProperName],
        memory: &mut Memory,
    ) {
        let Some(speaker) = participants.speaker else { return };
        for (at, token) in tokens.iter().enumerate() {
            let next = tokens.get(at + 1);
            if token.is("my")
                && let Some(kin) = next.filter(|next| self.tools.words.has(&next.lower, Class::Kin))
            {
                let named = names.iter().find(|name| name.tokens.start == at + 2);
                memory.companion =
                    Some(named.map_or_else(|| format!("{speaker}'s {}", kin.lower), |name| name.name.clone()));
            }
            let joined = token.is("with") || token.is("and") && at == 0;
            let with = names
                .iter()
                .find(|name| joined && name.tokens.start == at + 1 && name.entity_type.as_deref() == Some("Person"));
            if let Some(name) = with {
                memory.companion = Some(name.name.clone());
            }
        }
    }
}

/// Returns the referent of "she" or "it" at the start of a sentence, if there is only one candidate.
fn antecedent(participants: Participants<'_>, tokens: &[Token], memory: &Memory) -> Option<ProperName> {
    let pronoun = tokens.first()?;
    let person = pronoun.is_any(&["he", "she"]);
    if !person && !pronoun.is("it") {
        return None;
    }
    let fits = |name: &&ProperName| {
        let known_person = name.entity_type.as_deref() == Some("Person");
        let speaks =
            Some(name.name.as_str()) == participants.speaker || Some(name.name.as_str()) == participants.addressee;
        !speaks && known_person == person && (person || name.entity_type.is_some())
    };
    let depth = if person { 2 } else { 1 };
    let mut found: Vec<&ProperName> = Vec::new();
    for name in memory.recent.iter().rev().take(depth).flatten().filter(fits) {
        if !found.iter().any(|other| other.name == name.name) {
            found.push(name);
        }
    }
    if let [only] = found.as_slice() { Some((*only).clone()) } else { None }
}

/// Whether one name is a prefix of another: "Mel" and "Melanie".
fn is_short_for(short: &str, name: &str) -> bool {
    let first = name.split_whitespace().next().unwrap_or_default().to_lowercase();
    short.chars().count() > 2 && short.len() < first.len() && first.starts_with(&short.to_lowercase())
}

/// Returns the names within `kept`, with token indices relative to its start.
fn rebase_names(names: &[ProperName], kept: &Range<usize>) -> Vec<ProperName> {
    names
        .iter()
        .filter(|name| name.tokens.start >= kept.start && name.tokens.end <= kept.end)
        .map(|name| ProperName { tokens: name.tokens.start - kept.start..name.tokens.end - kept.start, ..name.clone() })
        .collect()
}

/// Returns the name in "Name: words".
fn script_speaker(line: &str) -> Option<&str> {
    let (name, rest) = line.split_once(':')?;
    let words = name.split_whitespace().count();
    let fits = (1..=3).contains(&words) && name.len() <= 40 && rest.starts_with(char::is_whitespace);
    let capital = name.split_whitespace().all(|word| word.starts_with(char::is_uppercase));
    (fits && capital && name.chars().all(|c| c.is_alphabetic() || matches!(c, ' ' | '.' | '\'' | '-'))).then_some(name)
}

/// Drops claims that the turn has made before.
///
/// In an exclusive slot only what repeats the claim just before it is dropped: "I live in Rome. No, in Oslo. No, in
/// Rome." ends in Rome because the third claim is kept.
fn deduplicate(claims: &mut Vec<Claim>) {
    let mut kept: Vec<Claim> = Vec::with_capacity(claims.len());
    for claim in claims.drain(..) {
        let same = |other: &Claim| {
            other.subject == claim.subject
                && other.predicate == claim.predicate
                && other.object == claim.object
                && other.valid_from == claim.valid_from
                && other.kind == claim.kind
        };
        let in_slot = |other: &&Claim| other.subject == claim.subject && other.predicate == claim.predicate;
        let is_repeated = match claim.holding {
            Holding::Exclusive => kept.iter().rev().find(in_slot).is_some_and(same),
            Holding::Shared | Holding::Event => kept.iter().any(same),
        };
        if !is_repeated {
            kept.push(claim);
        }
    }
    *claims = kept;
}

/// Whether tokens begin with these words.
fn starts_with(tokens: &[Token], words: &[&str]) -> bool {
    tokens.len() > words.len() && tokens.iter().zip(words).all(|(token, word)| token.is(word))
}
