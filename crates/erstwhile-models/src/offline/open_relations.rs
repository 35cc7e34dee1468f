//! Clauses that no relation of the vocabulary states become facts of open relations, as in open information extraction:
//! their own verb is the relation ("Gustavo keeps four chickens"). Most of what people say is not worth keeping, so a model
//! of [`salience`](super::salience) decides.

use erstwhile::model::Holding;
use erstwhile_nlp::{Dep, VECTOR_WIDTH};

use super::claims::Object;
use super::dates::Grain;
use super::mood::{Mood, Reading};
use super::nouns::Vague;
use super::people::{Person, PersonKind};
use super::reader::{FactParts, SentenceReader, Trust};
use super::salience::OpenFact;
use super::word_forms::capitalised;

mod fitness;
mod readings;
mod relation;
mod signs;
mod subjects;
mod wording;

/// Verbs whose object has a value of its own: what it is now says more than that it was changed.
const CHANGES: &[&str] = &[
    "have",
    "be",
    "get",
    "raise",
    "lower",
    "move",
    "increase",
    "reduce",
    "cut",
    "push",
    "bring",
    "postpone",
    "extend",
    "set",
    "change",
    "switch",
    "reschedule",
    "bump",
    "drop",
    "delay",
];
/// Words that point at the moment or at what stands elsewhere.
const POINTERS: &[&str] = &[
    "this",
    "that",
    "these",
    "those",
    "here",
    "there",
    "it",
    "them",
    "something",
    "anything",
    "nothing",
    "everything",
    "someone",
    "anyone",
    "everyone",
    "what",
    "which",
    "so",
    "such",
    "one",
    "ones",
    "same",
    "whatever",
    "how",
    "why",
];

/// A clause whose verb is its relation.
pub(super) struct OpenClause<'c> {
    verb: usize,
    subject: &'c Person,
    reading: Reading,
    date: Option<usize>,
    /// The words of the clause that its fact keeps, in order.
    tokens: Vec<usize>,
}

/// What became of a clause whose verb is its relation.
pub(super) struct OpenOutcome {
    pub(super) verb: usize,
    /// The fact, if it is not kept.
    pub(super) dropped: Option<String>,
}

/// Verbs of other languages in short sentences that begin like English ones.
const FOREIGN: &[&str] = &["wonen", "wohnen", "werken", "arbeiten", "heten", "leven", "leben"];

impl SentenceReader<'_, '_> {
    /// States the clauses that no relation stated; `stated` are the words at which something was. Returns what became of
    /// those that can be read so.
    pub(super) fn open_relations(&mut self, stated: &[usize]) -> Vec<OpenOutcome> {
        let mut outcomes = Vec::new();
        if self.trust != Trust::Speaker {
            return outcomes;
        }
        for verb in self.s.tokens() {
            if self.s.is_verb(verb) && self.may_state(verb) && !self.s.in_quote(verb) && !self.is_stated(verb, stated) {
                self.place_at(verb);
                // A clause that needs someone unknown states nothing.
                outcomes.extend(self.open_clause(verb).ok().flatten());
            }
        }
        outcomes
    }

    /// Whether a verb has a clause of its own, or one that is true beside another.
    fn may_state(&self, verb: usize) -> bool {
        const BESIDE: &[&str] = &["because", "since", "as", "cause", "cuz", "although", "though", "while", "whereas"];
        let s = self.s;
        match s.dep(verb) {
            Dep::Root | Dep::Conj | Dep::Ccomp | Dep::Parataxis | Dep::Relcl => true,
            // "While I'm in Munich": a place of the journey that is planned.
            Dep::Advcl
                if s.lemma(verb) == "be" && s.has_child(verb, &[Dep::Prep]) && s.has_child_word(verb, &["while"]) =>
            {
                false
            }
            // "As though I restored radios" is not true.
            Dep::Advcl => {
                let marks: Vec<usize> = s.children(verb).filter(|child| s.dep(*child) == Dep::Mark).collect();
                marks.iter().any(|mark| s.is(*mark, BESIDE))
                    && !marks
                        .iter()
                        .any(|mark| s.is(*mark, &["though", "if"]) && *mark > s.start && s.is(*mark - 1, &["as"]))
            }
            _ => false,
        }
    }

    /// Whether a relation stated the clause of a verb, or what belongs to it.
    fn is_stated(&self, verb: usize, stated: &[usize]) -> bool {
        if self.covered.contains(&verb) {
            return true;
        }
        let s = self.s;
        let of_clause = |token: &usize| {
            let mut token = *token;
            while token != verb {
                // "Thinking of getting a boat": the preposition only joins the two verbs.
                let joins = s.dep(token) == Dep::Prep && s.has_child(token, &[Dep::Pcomp]);
                // "My brother is loud": that there is a brother says nothing of how he is.
                let is_subject = matches!(s.dep(token), Dep::Nsubj | Dep::Nsubjpass);
                if is_subject
                    || !s.is_verb(token) && !joins && !s.is_lemma(verb, CHANGES)
                    || matches!(s.dep(token), Dep::Conj | Dep::Ccomp | Dep::Parataxis | Dep::Root)
                    || !s.tokens().contains(&s.head(token))
                {
                    return false;
                }
                token = s.head(token);
            }
            true
        };
        stated.iter().any(of_clause)
    }

    fn open_clause(&mut self, verb: usize) -> Result<Option<OpenOutcome>, Vague> {
        let s = self.s;
        let Some(subject_token) = self.subject_of_open_clause(verb) else { return Ok(None) };
        let Some(tokens) = self.words_of_clause(verb) else { return Ok(None) };
        if self.says_no_open_fact(verb, subject_token, &tokens) {
            return Ok(None);
        }
        let Some(mut reading) = self.open_reading(verb) else { return Ok(None) };
        // "I've never eaten meat and always cooked with oil": the denial is of the first verb alone.
        let denied_before = self.lender(verb).is_some_and(|lender| !s.has_child_word(lender, &["or", "nor"]));
        if reading.negated && denied_before && !s.has_child(verb, &[Dep::Neg]) {
            return Ok(None);
        }
        // "I've never accepted roles or started a job": the tagger takes the second verb for a past of its own.
        let is_second = s.dep(verb) == Dep::Conj && self.lender(verb).is_none() && !s.has_child(verb, &[Dep::Neg]);
        if reading.negated && is_second {
            return Ok(None);
        }
        if reading.mood == Mood::Actual && !reading.negated && self.is_ahead(verb) {
            reading.mood = Mood::Planned;
        }
        let Some(subject) = self.open_subject(subject_token, &tokens)? else { return Ok(None) };
        // "I visited the restaurant Bella Roma": the name would be lost. "We wonen in Utrecht" is Dutch.
        let loses_name = tokens.iter().any(|token| s.dep(*token) == Dep::Appos && s.is_proper(*token));
        if loses_name || s.is(verb, FOREIGN) {
            return Ok(None);
        }
        // "I visited Bella Roma, it has 3 stars": whatever it is, it is nobody.
        if s.lower(subject_token) == "it" && subject.kind == PersonKind::Person {
            return Ok(None);
        }
        let date = self.date_of(verb).filter(|date| {
            // "From 9 to 17", "under 4:30": no hour of one day.
            let hour = self.dates.get(*date).is_none_or(|date| date.grain == Grain::Clock);
            !hour
                && !self.is_past_of_present(verb, *date)
                && !self.is_of_every_day(verb, *date)
                && !self.is_origin(verb, *date)
        });
        self.people.at = verb;
        self.state_open(&OpenClause { verb, subject: &subject, reading, date, tokens })
    }

    fn state_open(&mut self, clause: &OpenClause<'_>) -> Result<Option<OpenOutcome>, Vague> {
        let Some(argument) = self.first_argument(clause)? else { return Ok(None) };
        let statement = self.open_statement(clause)?;
        let Some((relation, object)) = self.open_relation(clause, argument) else { return Ok(None) };
        if self.has_rules(&relation) {
            return Ok(None);
        }
        // "I have a deadline of 1 April": a relation states the deadline.
        let changes = self.s.is_lemma(clause.verb, CHANGES);
        let repeats = self.claims.claims.iter().any(|claim| {
            let within = claim.object.as_deref().filter(|object| statement.contains(object));
            let same = claim.subject == clause.subject.name && (changes || claim.predicate.starts_with("NUMBER_OF"));
            let measured =
                |object: &str| claim.predicate.starts_with("HAS_") && object.contains(|c: char| c.is_ascii_digit());
            within.is_some_and(|object| same || measured(object))
        });
        if repeats || statement.split(' ').count() > wording::WORDS_MAX {
            return Ok(None);
        }
        let fact = OpenFact {
            context: self.context_of(clause),
            ..OpenFact::new(&clause.subject.name, statement, self.s.source(), self.signs(clause))
        };
        let is_kept = self.salience.keeps(&fact);
        if let Some(considered) = self.considered.as_deref_mut() {
            let mut fact = fact.clone();
            self.s.identifiers.restore(&mut fact.statement);
            considered.push(fact);
        }
        if !is_kept {
            let dropped = Some(format!("{} {relation} {object}", clause.subject.name));
            return Ok(Some(OpenOutcome { verb: clause.verb, dropped }));
        }
        let past = relation == "DID";
        let object = match relation.as_str() {
            "DOES_ACTIVITY" => Object::entity(object, Some("Topic")),
            _ => Object::value(object),
        };
        self.add(FactParts {
            subject: clause.subject,
            relation: &relation,
            object,
            statement: capitalised(&fact.statement),
            mood: Mood::Actual,
            negated: false,
            past,
            date: clause.date,
        });
        Ok(Some(OpenOutcome { verb: clause.verb, dropped: None }))
    }

    /// The vectors that the parser has of the words of a clause, of its verb, and of its sentence, one after the other.
    fn context_of(&self, clause: &OpenClause<'_>) -> Vec<f32> {
        let words = mean(clause.tokens.iter().filter_map(|token| self.vectors.vector(*token)));
        let verb = mean(self.vectors.vector(clause.verb).into_iter());
        let sentence = mean(self.s.tokens().filter_map(|token| self.vectors.vector(token)));
        [words, verb, sentence].concat()
    }

    /// Whether the vocabulary has such a relation and it ends or starts other facts: "I live in the tent at the moment" is
    /// no `LIVES_IN`, or the vocabulary would have stated it.
    fn has_rules(&self, relation: &str) -> bool {
        self.s.lexicon.relation(relation).is_some_and(|known| {
            known.holding == Holding::Exclusive || !known.ends.is_empty() || !known.starts.is_empty()
        })
    }
}

/// The mean of vectors; zeros if there are none.
fn mean<'v>(vectors: impl Iterator<Item = &'v [f32; VECTOR_WIDTH]>) -> [f32; VECTOR_WIDTH] {
    let mut sum = [0.0; VECTOR_WIDTH];
    let mut count = 0.0_f32;
    for vector in vectors {
        sum.iter_mut().zip(vector).for_each(|(sum, value)| *sum += value);
        count += 1.0;
    }
    sum.map(|value| value / count.max(1.0))
}
