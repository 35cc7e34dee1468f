//! Finds the clauses of a sentence: subjects with their verb groups.

use super::names::ProperName;
use super::tokens::{Token, TokenKind};
use super::verbs::{Form, Verbs};
use super::words::{Class, Words};
use std::ops::Range;

/// The subject of a clause.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Subject {
    /// "I", or an omitted subject: the speaker.
    Speaker,
    /// "you".
    Addressee,
    /// "we".
    Group,
    /// A pronoun at the start that refers to a name in an earlier sentence.
    Antecedent,
    /// A name.
    Named(ProperName),
    /// "my" with these tokens after it.
    Mine(Range<usize>),
    /// Another noun phrase, in these tokens.
    Phrase(Range<usize>),
}

/// Tense and mood of a clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tense {
    /// "went".
    Past,
    /// "goes".
    Present,
    /// "has gone".
    Perfect,
    /// "is going".
    Progressive,
    /// "will go", "is going to go".
    Future,
    /// "would go", "could go", "if I went".
    Modal,
    /// "used to go".
    UsedTo,
}

/// One subject with its verb and what follows.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Clause {
    /// Its subject.
    pub(super) subject: Subject,
    /// Its tokens, from the subject on.
    pub(super) tokens: Range<usize>,
    /// Its tense.
    pub(super) tense: Tense,
    /// Whether it contains "not" or "never".
    pub(super) negated: bool,
    /// Whether it contains "no longer".
    pub(super) no_longer: bool,
    /// Base form of the main verb.
    pub(super) lemma: String,
    /// The first token after the main verb.
    pub(super) rest: usize,
}

/// Reads the clauses of one sentence.
#[derive(Debug, Clone, Copy)]
pub(super) struct ClauseReader<'a> {
    /// Classes of words.
    pub(super) words: &'a Words,
    /// Forms of verbs.
    pub(super) verbs: &'a Verbs,
    /// The sentence.
    pub(super) tokens: &'a [Token],
    /// Its names.
    pub(super) names: &'a [ProperName],
    /// Whether the referent of a pronoun at the start is known.
    pub(super) antecedent: bool,
    /// Whether the sentence omits the speaker: "Lost my job".
    pub(super) implied: bool,
}

/// A parsed verb group.
#[derive(Debug)]
struct Group {
    tense: Tense,
    negated: bool,
    no_longer: bool,
    lemma: String,
    rest: usize,
}

/// Maximum number of clauses per sentence.
const CLAUSES_MAX: usize = 8;

impl ClauseReader<'_> {
    /// Returns the clauses in order; each ends where the next one begins.
    pub(super) fn read(&self) -> Vec<Clause> {
        let mut clauses: Vec<Clause> = Vec::new();
        let mut at = 0;
        while at < self.tokens.len() && clauses.len() < CLAUSES_MAX {
            let found = if at == 0 && self.implied { Some((Subject::Speaker, 0)) } else { self.subject_at(at) };
            let further = || self.same_subject(at, clauses.last()).map(|subject| (subject, at));
            let Some((subject, verb_from)) = found.or_else(further) else {
                at += 1;
                continue;
            };
            let Some(group) = self.group(verb_from) else {
                at += 1;
                continue;
            };
            let conditional = at
                .checked_sub(1)
                .and_then(|before| self.tokens.get(before))
                .is_some_and(|token| token.is_any(&["if", "wish", "unless", "whether", "whenever"]));
            if let Some(last) = clauses.last_mut() {
                last.tokens.end = at;
            }
            let next = group.rest.max(at + 1);
            clauses.push(Clause {
                subject,
                tokens: at..self.tokens.len(),
                tense: if conditional { Tense::Modal } else { group.tense },
                negated: group.negated,
                no_longer: group.no_longer,
                lemma: group.lemma,
                rest: group.rest,
            });
            at = next;
        }
        clauses
    }

    fn word(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |token| token.lower.as_str())
    }

    /// Whether a subject other than a pronoun may begin here.
    fn opens(&self, at: usize) -> bool {
        let Some(before) = at.checked_sub(1) else { return true };
        let opener = |at: usize| {
            self.tokens.get(at).is_some_and(|token| {
                token.is_mark() && !token.is("\"") && !token.is("&")
                    || token.is_any(&[
                        "and", "but", "so", "because", "since", "when", "while", "if", "that", "as", "though",
                        "although", "then", "where", "cause",
                    ])
            })
        };
        opener(before) || self.words.is_adverb(self.word(before)) && before.checked_sub(1).is_none_or(opener)
    }

    fn subject_at(&self, at: usize) -> Option<(Subject, usize)> {
        match self.word(at) {
            "i" | "im" | "ive" => return Some((Subject::Speaker, if self.word(at) == "i" { at + 1 } else { at })),
            "we" => return Some((Subject::Group, at + 1)),
            "you" | "u" if self.opens(at) => return Some((Subject::Addressee, at + 1)),
            "he" | "she" | "it" | "they" if at == 0 && self.antecedent => return Some((Subject::Antecedent, 1)),
            _ => {}
        }
        if !self.opens(at) {
            return None;
        }
        if let Some(name) = self.names.iter().find(|name| name.tokens.start == at) {
            let mut verb = name.tokens.end;
            // "Anna and I went" is about the speaker, too; "Anna and Tom went" about the first name.
            while matches!(self.word(verb), "and" | "&") {
                if self.word(verb + 1) == "i" {
                    return Some((Subject::Group, verb + 2));
                }
                match self.names.iter().find(|other| other.tokens.start == verb + 1) {
                    Some(other) => verb = other.tokens.end,
                    None => break,
                }
            }
            if self.word(verb) == "'s"
                && self.verbs.form(self.word(verb + 1)).is_none()
                && !is_copula_complement(self.word(verb + 1))
            {
                let phrase = at..self.finite_after(verb + 1)?;
                return Some((Subject::Phrase(phrase.clone()), phrase.end));
            }
            // "Bob, a friend of mine, said": skips the apposition.
            if self.word(verb) == ","
                && let Some(comma) = (verb + 2..verb + 9).find(|at| self.word(*at) == ",")
                && matches!(self.verbs.form(self.word(comma + 1)), Some((_, Form::Past | Form::Third)))
            {
                verb = comma + 1;
            }
            return Some((Subject::Named(name.clone()), verb));
        }
        let end = || self.finite_after(at + 1);
        match self.word(at) {
            "my" | "our" => end().map(|end| (Subject::Mine(at + 1..end), end)),
            "the" | "a" | "an" | "this" if at == 0 => end().map(|end| (Subject::Phrase(at + 1..end), end)),
            _ => None,
        }
    }

    /// Returns the next token, within a short distance, that begins a finite verb group.
    fn finite_after(&self, from: usize) -> Option<usize> {
        let begins = |at: usize| {
            let word = self.word(at);
            is_auxiliary(word)
                || word == "'s"
                    && self.tokens.get(at + 1).is_some_and(|next| {
                        !next.capital && self.verbs.form(&next.lower).is_some_and(|(_, form)| form == Form::Gerund)
                    })
                || matches!(self.verbs.form(word), Some((_, Form::Past | Form::Third)))
        };
        let stop = |at: usize| self.tokens.get(at).is_none_or(|token| token.is_mark() && !token.is("-"));
        (from + 1..from + 7).take_while(|at| !stop(*at) && !stop(at - 1)).find(|at| begins(*at))
    }

    /// Returns the subject of the previous clause if another verb of it begins here: "and moved", "then started".
    fn same_subject(&self, at: usize, last: Option<&Clause>) -> Option<Subject> {
        let last = last?;
        let before = at.checked_sub(1)?;
        let past = matches!(last.tense, Tense::Past | Tense::Perfect);
        (past && matches!(self.word(before), "and" | "then" | "but") && self.verbs.is_past(self.word(at)))
            .then(|| last.subject.clone())
    }

    /// The verb group that begins at `at`.
    fn group(&self, mut at: usize) -> Option<Group> {
        let (mut tense, mut negated, mut no_longer) = (None, false, false);
        let mut last_be = false;
        let mut have = false;
        loop {
            let token = self.tokens.get(at)?;
            let word = token.lower.as_str();
            let next = self.word(at + 1);
            match word {
                "not" | "never" => negated = true,
                "no" if next == "longer" => {
                    no_longer = true;
                    at += 1;
                }
                "longer" if no_longer => {}
                "im" => (tense, last_be) = (Some(Tense::Present), true),
                "ive" => (tense, have) = (Some(Tense::Perfect), true),
                "going" if last_be && next == "to" && self.is_base(at + 2) => {
                    (tense, last_be) = (Some(Tense::Future), false);
                    at += 1;
                }
                "gonna" => (tense, last_be) = (Some(Tense::Future), false),
                "used" if next == "to" && self.is_base(at + 2) && !last_be => {
                    tense = Some(Tense::UsedTo);
                    at += 1;
                }
                _ if is_auxiliary(word) && !(last_be && have) => {
                    let stem = word.strip_suffix("n't").unwrap_or(word);
                    negated |= stem.len() < word.len() || word == "dont" || word == "cannot";
                    let (new, be) = auxiliary(stem, next, self.verbs);
                    // "have" and "do" are main verbs if no verb follows.
                    let main = matches!(stem, "have" | "has" | "had" | "'ve" | "do" | "does" | "did")
                        && !self.verb_follows(at + 1);
                    if main {
                        let lemma = if stem.starts_with('d') { "do" } else { "have" };
                        let plain = if matches!(stem, "had" | "did") { Tense::Past } else { Tense::Present };
                        return Some(Group {
                            tense: tense.unwrap_or(plain),
                            negated,
                            no_longer,
                            lemma: lemma.to_owned(),
                            rest: at + 1,
                        });
                    }
                    have |= new == Some(Tense::Perfect);
                    tense = tense.or(new);
                    last_be = be;
                }
                _ if self.words.is_adverb(word) && !self.ends_group(at, last_be) => {}
                _ => return self.main_verb(at, tense, last_be, (negated, no_longer)),
            }
            at += 1;
        }
    }

    /// Whether an adverb is the whole predicate: "I'm home", "I'm back".
    fn ends_group(&self, at: usize, last_be: bool) -> bool {
        last_be && self.tokens.get(at + 1).is_none_or(Token::is_mark)
    }

    fn is_base(&self, at: usize) -> bool {
        let word = self.word(at);
        word == "be"
            || word == "have"
            || matches!(self.verbs.form(word), Some((_, Form::Base)))
            || self.words.is_adverb(word)
    }

    fn verb_follows(&self, from: usize) -> bool {
        let mut at = from;
        while self.words.is_adverb(self.word(at)) || matches!(self.word(at), "not" | "never" | "no" | "longer") {
            at += 1;
        }
        let word = self.word(at);
        self.verbs.form(word).is_some_and(|(_, form)| form != Form::Third || word == "be")
            || matches!(word, "been" | "be")
    }

    fn main_verb(
        &self,
        at: usize,
        tense: Option<Tense>,
        last_be: bool,
        (negated, no_longer): (bool, bool),
    ) -> Option<Group> {
        let token = self.tokens.get(at)?;
        let group = |tense, lemma: String, rest| Some(Group { tense, negated, no_longer, lemma, rest });
        match self.verbs.form(&token.lower) {
            Some((lemma, Form::Gerund)) if last_be => {
                let tense = match tense {
                    Some(Tense::Present) | None => Tense::Progressive,
                    Some(tense) => tense,
                };
                group(tense, lemma, at + 1)
            }
            _ if last_be => group(tense.unwrap_or(Tense::Present), "be".to_owned(), at),
            Some((_, Form::Gerund)) => (self.implied && tense.is_none())
                .then_some(())
                .and_then(|()| group(Tense::Progressive, self.verbs.form(&token.lower)?.0, at + 1)),
            Some((lemma, form)) => {
                let plain = match form {
                    Form::Past | Form::Participle => Tense::Past,
                    _ => Tense::Present,
                };
                group(tense.unwrap_or(plain), lemma, at + 1)
            }
            None if tense.is_some()
                && token.kind == TokenKind::Word
                && !self.words.has(&token.lower, Class::Function) =>
            {
                group(tense.unwrap_or(Tense::Present), token.lower.clone(), at + 1)
            }
            None => None,
        }
    }
}

/// Whether "'s" before this word means "is" and not a possessive.
fn is_copula_complement(word: &str) -> bool {
    matches!(
        word,
        "a" | "an"
            | "the"
            | "my"
            | "your"
            | "not"
            | "so"
            | "very"
            | "really"
            | "been"
            | "in"
            | "at"
            | "from"
            | "got"
            | "just"
            | "always"
            | "also"
    )
}

fn is_auxiliary(word: &str) -> bool {
    matches!(
        word.strip_suffix("n't").unwrap_or(word),
        "am" | "is"
            | "are"
            | "was"
            | "were"
            | "be"
            | "been"
            | "being"
            | "'m"
            | "'re"
            | "'s"
            | "'ve"
            | "'ll"
            | "'d"
            | "have"
            | "has"
            | "had"
            | "do"
            | "does"
            | "did"
            | "will"
            | "wo"
            | "would"
            | "ca"
            | "can"
            | "could"
            | "should"
            | "shall"
            | "may"
            | "might"
            | "must"
            | "dont"
            | "cannot"
    )
}

/// Returns the tense of an auxiliary, and whether it is a form of "be".
fn auxiliary(stem: &str, next: &str, verbs: &Verbs) -> (Option<Tense>, bool) {
    match stem {
        "was" | "were" => (Some(Tense::Past), true),
        "been" => (Some(Tense::Perfect), true),
        "'s" if next == "been"
            || matches!(verbs.form(next), Some((_, Form::Participle | Form::Past))) && next != "named" =>
        {
            (Some(Tense::Perfect), false)
        }
        "am" | "is" | "are" | "'m" | "'re" | "'s" | "be" | "being" => (Some(Tense::Present), true),
        "have" | "has" | "'ve" => (Some(Tense::Perfect), false),
        "had" | "did" => (Some(Tense::Past), false),
        "will" | "'ll" | "wo" | "shall" => (Some(Tense::Future), false),
        "do" | "does" | "dont" | "can" | "ca" | "cannot" => (Some(Tense::Present), false),
        _ => (Some(Tense::Modal), false),
    }
}
