//! What was dropped when a turn was read, and why: for the operator, not for the graph.
//!
//! Rules do not report what they drop. A clause that gave no claim is looked at again, gate by gate, with the functions
//! that read it; so a trace costs nothing unless it is asked for, and reading is the same with and without one.

use std::ops::Range;

use super::arguments;
use super::clauses::Candidate;
use super::fitness::{self, Context};
use super::lexicon::{Frame, Kind, Kinds};
use super::mood;
use super::nouns::Vague;
use super::open_relations::OpenOutcome;
use super::passages::Passage;
use super::reader::{SentenceReader, Trust};
use erstwhile::ports::{DroppedWords, Stage, TRACE_ENTRIES_MAX, Trace};

/// Records what is dropped, if it is asked for.
#[derive(Debug, Default)]
pub(super) struct Recorder {
    pub(super) wanted: bool,
    notes: Vec<Note>,
    left_out: usize,
}

/// Words that became no claim, by their place in the turn.
#[derive(Debug)]
struct Note {
    place: Range<usize>,
    stage: Stage,
    reason: &'static str,
    reading: Option<String>,
}

impl Recorder {
    pub(super) fn new(wanted: bool) -> Self {
        Self { wanted, ..Self::default() }
    }

    pub(super) fn len(&self) -> usize {
        self.notes.len() + self.left_out
    }

    pub(super) fn note(&mut self, place: Range<usize>, stage: Stage, reason: &'static str) {
        if self.wanted {
            self.push(Note { place, stage, reason, reading: None });
        }
    }

    /// Keeps a note; of those beyond what a trace shows, only their number.
    fn push(&mut self, note: Note) {
        if self.notes.len() < TRACE_ENTRIES_MAX {
            self.notes.push(note);
        } else {
            self.left_out += 1;
        }
    }

    /// Whether a trace shows no more notes.
    fn is_full(&self) -> bool {
        self.notes.len() >= TRACE_ENTRIES_MAX
    }

    /// Takes the notes since the last time; `text` is the turn's.
    pub(super) fn take(&mut self, text: &str) -> Trace {
        let mut trace = Trace { left_out: std::mem::take(&mut self.left_out), ..Trace::default() };
        for note in std::mem::take(&mut self.notes) {
            let place = text.floor_char_boundary(note.place.start)..text.ceil_char_boundary(note.place.end);
            let words = text.get(place).unwrap_or_default().to_owned();
            trace.add(DroppedWords { words, stage: note.stage, reason: note.reason, reading: note.reading });
        }
        trace
    }

    /// Changes the readings since a number of notes.
    pub(super) fn rewrite_since(&mut self, count: usize, rewrite: impl Fn(&mut String)) {
        self.notes.iter_mut().skip(count).filter_map(|note| note.reading.as_mut()).for_each(rewrite);
    }

    /// Notes the lines of a turn that are in none of its passages.
    pub(super) fn lines_outside(&mut self, text: &str, passages: &[Passage]) {
        if !self.wanted {
            return;
        }
        let mut read: Vec<Range<usize>> = passages.iter().map(Passage::place).collect();
        read.sort_by_key(|read| read.end);
        let (mut start, mut next) = (0, 0);
        for line in text.split_inclusive('\n') {
            let place = start..start + line.len();
            start = place.end;
            while read.get(next).is_some_and(|read| read.end <= place.start) {
                next += 1;
            }
            let is_read = read.get(next).is_some_and(|read| read.start < place.end);
            if !is_read && !line.trim().is_empty() {
                self.note(place, Stage::Text, "it is code, data, a heading, a signature or pasted text, not prose");
            }
        }
    }
}

/// What was known before a part of a sentence was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark {
    stated: usize,
    noted: usize,
}

impl Mark {
    pub(super) fn is_stated_since(self, before: Self) -> bool {
        self.stated > before.stated
    }
}

/// Why an object fits no frame: the reason that comes last among those of all frames, as it came closest.
struct Misfit {
    stage: Stage,
    reason: &'static str,
    relation: String,
    object: usize,
}

impl SentenceReader<'_, '_> {
    pub(super) fn mark(&self) -> Mark {
        Mark { stated: self.claims.stated(), noted: self.trace.len() }
    }

    /// Notes a noun phrase that needs someone who is not known.
    pub(super) fn trace_phrase(&mut self, token: usize, outcome: Result<(), Vague>) {
        if self.trace.wanted && outcome.is_err() {
            self.trace.note(self.place_of(token), Stage::Subject, NOBODY_MEANT);
        }
    }

    /// Notes why the clause of a verb stated nothing.
    pub(super) fn trace_clause(&mut self, verb: usize, outcome: Result<(), Vague>) {
        if !self.trace.wanted {
            return;
        }
        self.people.at = verb;
        let place = self.place_of(verb);
        if outcome.is_err() {
            return self.trace.note(place, Stage::Subject, NOBODY_MEANT);
        }
        if self.trace.is_full() {
            self.trace.left_out += 1;
            return;
        }
        // Looking again must not change whom later pronouns mean.
        let people = self.people.clone();
        let found = self.first_closed_gate(verb);
        *self.people = people;
        if let Some((stage, reason, reading)) = found {
            self.trace.push(Note { place, stage, reason, reading });
        }
    }

    /// Notes that an open fact was not kept.
    pub(super) fn trace_open(&mut self, clause: &OpenOutcome) {
        if let Some(reading) = clause.dropped.clone().filter(|_| self.trace.wanted) {
            let (place, reason) = (self.place_of(clause.verb), "the model of judged facts finds it not worth keeping");
            self.trace.push(Note { place, stage: Stage::Object, reason, reading: Some(reading) });
        }
    }

    /// The first gate that a clause does not pass; `None` for a clause that another one tells.
    fn first_closed_gate(&mut self, verb: usize) -> Option<(Stage, &'static str, Option<String>)> {
        let s = self.s;
        if self.covered.contains(&verb) {
            return None;
        }
        let Some(subject_token) = s.subject(verb) else {
            return Some((Stage::Subject, "the clause has no subject", None));
        };
        let Some(reading) = self.reading_of(verb) else {
            return Some((Stage::Assertion, mood::why_not_asserted(&s, verb), None));
        };
        let Some(subject) = self.person(subject_token) else {
            return Some((Stage::Subject, "the subject is nobody and nothing known", None));
        };
        if !self.may_speak_of(&subject, subject_token) {
            let reason = match self.trust {
                Trust::Assistant => "an assistant is believed only about people of the user",
                Trust::Speaker | Trust::Document => "it is about the person who is spoken to",
            };
            return Some((Stage::Subject, reason, None));
        }
        let lexicon = s.lexicon;
        let frames: Vec<&Frame> = self.verb_keys(verb).iter().flat_map(|key| lexicon.frames(key)).collect();
        if frames.is_empty() {
            return Some((Stage::Relation, "the vocabulary has no relation for the verb", None));
        }
        let context = Context { verb, subject: &subject, reading, date: self.date_of(verb) };
        let candidates = self.candidates(&context, &frames);
        let say = |relation: &str, object: usize| Some(format!("{} {relation} {}", subject.name, s.text(object)));
        if let Some(Candidate { relation, object, .. }) = candidates.first() {
            return Some((
                Stage::Object,
                "such an object tells nothing lasting, or its own clause tells it",
                say(relation, *object),
            ));
        }
        let Some(misfit) = self.closest_misfit(&context, &frames) else {
            return Some((Stage::Object, "the clause has no object in a place where a relation takes one", None));
        };
        // An object without a type fits no relation, so none of them is its reading.
        let reading = (misfit.reason != UNTYPED).then(|| say(&misfit.relation, misfit.object)).flatten();
        Some((misfit.stage, misfit.reason, reading))
    }

    fn closest_misfit(&mut self, context: &Context<'_>, frames: &[&Frame]) -> Option<Misfit> {
        let mut closest: Option<Misfit> = None;
        for &frame in frames {
            for argument in arguments::of(&self.s, context.verb) {
                if !self.fills(frame, &argument) {
                    continue;
                }
                let misfit = self.misfit(context, frame, argument.token);
                if closest.as_ref().is_none_or(|known| (known.stage, known.reason) < (misfit.stage, misfit.reason)) {
                    closest = Some(misfit);
                }
            }
        }
        closest
    }

    fn misfit(&mut self, context: &Context<'_>, frame: &Frame, object: usize) -> Misfit {
        let relation = frame.relation.name.clone();
        let wanted = frame.only.unwrap_or_else(|| self.s.lexicon.objects(&relation));
        let kinds = self.kinds(object);
        let typed = kinds.without(Kinds::of(&[Kind::Any, Kind::Thing]));
        let (stage, reason) = if !fitness::takes_subject(frame.relation, context.subject) {
            (Stage::Subject, "the relation does not take such a subject")
        } else if kinds.is_empty() {
            (Stage::Object, UNTYPED)
        } else if self.is_of_another_kind(context, &relation, object) || self.is_excluded(context, frame, object, kinds)
        {
            (Stage::Object, "the verb with such an object says something else")
        } else if !typed.intersects(wanted) && !self.is_specific(object) {
            (Stage::Object, "the object is of no type that the relation takes, or not specific")
        } else {
            (Stage::Object, "the object is not concrete enough")
        };
        Misfit { stage, reason, relation, object }
    }

    /// Notes a sentence in which nothing was found to state or to drop.
    pub(super) fn trace_sentence(&mut self, before: Mark, question: bool) {
        let now = self.mark();
        if !self.trace.wanted || now.stated > before.stated || now.noted > before.noted {
            return;
        }
        let place = self.mapped.origin(self.s.span());
        if question {
            self.trace.note(place, Stage::Assertion, mood::QUESTION);
        } else {
            self.trace.note(place, Stage::Relation, "no clause of it says something of somebody");
        }
    }

    /// The place in the turn of the words of a clause or phrase.
    fn place_of(&self, token: usize) -> Range<usize> {
        let tokens = self.s.doc.tokens();
        let first = self.s.doc.left_edge(token).max(self.s.start);
        let last = self.s.doc.right_edge(token).min(self.s.end.saturating_sub(1));
        match (tokens.get(first), tokens.get(last)) {
            (Some(first), Some(last)) => self.mapped.origin(first.start as usize..last.end as usize),
            _ => self.span.clone(),
        }
    }
}

const UNTYPED: &str = "the object is of no known type";
const NOBODY_MEANT: &str = "a pronoun or a phrase in it means nobody known";
