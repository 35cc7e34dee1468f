//! Clauses that no relation of the vocabulary states become facts of open relations, as in open information extraction:
//! their own verb is the relation ("Gustavo keeps four chickens"). Most of what people say is not worth keeping, so a model
//! of [`salience`](super::salience) decides.

use erstwhile::model::Holding;
use erstwhile_nlp::{Dep, EntityKind, Pos, Tag};

use super::claims::Object;
use super::dates::Grain;
use super::mood::{Mood, Reading};
use super::nouns::{self, Vague};
use super::people::{MINE, Person, PersonKind, SECOND};
use super::reader::{FactParts, SentenceReader, Trust};
use super::salience::OpenFact;

mod relation;
mod signs;
mod wording;

/// Verbs whose clause only frames another one, or a mood of the moment.
const FRAMING: &[&str] = &[
    "think",
    "say",
    "tell",
    "ask",
    "mean",
    "know",
    "hear",
    "seem",
    "guess",
    "suppose",
    "wonder",
    "swear",
    "bet",
    "hope",
    "thank",
    "let",
    "wish",
    "appreciate",
    "promise",
    "reckon",
    "figure",
];
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
/// Adverbs that take back what is said.
const DOUBTS: &[&str] = &["maybe", "perhaps", "hopefully", "supposedly", "almost", "nearly"];
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
}

/// What became of a clause whose verb is its relation.
pub(super) struct OpenOutcome {
    pub(super) verb: usize,
    /// The fact, if it is not kept.
    pub(super) dropped: Option<String>,
}

impl SentenceReader<'_, '_> {
    /// States the clauses that no relation stated; `stated` are the words at which something was. Returns what became of
    /// those that can be read so.
    pub(super) fn open_relations(&mut self, stated: &[usize]) -> Vec<OpenOutcome> {
        let mut outcomes = Vec::new();
        if self.trust != Trust::Speaker || self.s.is_question() {
            return outcomes;
        }
        for verb in self.s.tokens() {
            let main = matches!(self.s.dep(verb), Dep::Root | Dep::Conj | Dep::Ccomp | Dep::Parataxis);
            if self.s.is_verb(verb) && main && !self.s.in_quote(verb) && !self.is_stated(verb, stated) {
                self.place_at(verb);
                // A clause that needs someone unknown states nothing.
                outcomes.extend(self.open_clause(verb).ok().flatten());
            }
        }
        outcomes
    }

    /// Whether a relation stated the clause of a verb, or what belongs to it.
    fn is_stated(&self, verb: usize, stated: &[usize]) -> bool {
        let s = self.s;
        let of_clause = |token: &usize| {
            let mut token = *token;
            while token != verb {
                if !s.is_verb(token) && !s.is_lemma(verb, CHANGES)
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
        let Some(subject_token) = s.subject(verb) else { return Ok(None) };
        if self.says_no_open_fact(verb, subject_token) {
            return Ok(None);
        }
        let Some(mut reading) = self.reading_of(verb).or_else(|| self.ability(verb)) else { return Ok(None) };
        if reading.mood == Mood::Actual && !reading.negated && self.is_ahead(verb) {
            reading.mood = Mood::Planned;
        }
        let Some(subject) = self.open_subject(subject_token)? else { return Ok(None) };
        let date = self.date_of(verb).filter(|date| {
            // "From 9 to 17", "under 4:30": no hour of one day.
            let hour = self.dates.get(*date).is_none_or(|date| date.grain == Grain::Clock);
            !hour
                && !self.is_past_of_present(verb, *date)
                && !self.is_of_every_day(verb, *date)
                && !self.is_origin(verb, *date)
        });
        self.people.at = verb;
        self.state_open(&OpenClause { verb, subject: &subject, reading, date })
    }

    /// Whether a clause frames another one, needs something else to be understood, or is read elsewhere.
    fn says_no_open_fact(&self, verb: usize, subject: usize) -> bool {
        let s = self.s;
        let frames = s.is_lemma(verb, FRAMING) || s.has_child(verb, &[Dep::Ccomp, Dep::Expl, Dep::Csubj]);
        let doubts = s.children(verb).any(|child| s.is(child, DOUBTS));
        let conditional =
            s.is(s.start, &["if", "when", "once", "unless", "until"]) || s.has_child_word(verb, &["if", "unless"]);
        // "I want her in the water by May": a boat.
        let other = |token: usize| s.is(token, &["he", "she", "him", "her", "they"]) && s.dep(token) != Dep::Poss;
        let others = s.is(subject, &["they"])
            || s.is(subject, &["he", "she"]) && s.lemma(verb) == "be" && s.has_child(verb, &[Dep::Attr])
            || s.subtree(subject).any(|token| s.is(token, POINTERS));
        // "My aunt is over from Beirut", "the results are back".
        let visits = s.lemma(verb) == "be" && s.has_child_word(verb, &["over", "here", "around", "back"]);
        // "Ordered, 95 pounds with delivery": the parser may take what stands apart for the object.
        let cut = verb + 1 < s.end && s.pos(verb + 1) == Pos::Punct;
        // "Raised Inverness": where somebody grew up.
        let raised =
            s.lemma(verb) == "raise" && s.child_of(verb, &[Dep::Dobj]).is_some_and(|object| s.is_proper(object));
        let unfit = |token: usize| {
            SECOND.contains(&s.lower(token))
                || matches!(s.text(token), "\"" | "“" | "”" | "``" | "''" | "(")
                || token != subject && other(token)
        };
        frames
            || doubts
            || conditional
            || others
            || visits
            || raised
            || cut
            || self.sets_value(verb)
            || s.subtree(verb).any(unfit)
    }

    /// "I've moved the deadline to 1 March": what it is now is read as its value.
    fn sets_value(&self, verb: usize) -> bool {
        let s = self.s;
        let is_value = |value: usize| {
            self.date_at(value).is_some()
                || matches!(s.entity_kind(value), Some(EntityKind::Money | EntityKind::Cardinal | EntityKind::Date))
        };
        s.is_lemma(verb, CHANGES)
            && s.has_child(verb, &[Dep::Dobj])
            && s.children(verb)
                .filter(|c| s.dep(*c) == Dep::Prep && s.is(*c, &["to"]))
                .any(|to| s.object_of(to).is_some_and(is_value))
    }

    /// "I can study 45 minutes a day": what one can do so much of is no mere possibility.
    fn ability(&self, verb: usize) -> Option<Reading> {
        let s = self.s;
        let can = s.child(verb, |c| s.dep(c) == Dep::Aux && s.is(c, &["can"])).is_some();
        let first = s.subject(verb).is_some_and(|subject| s.is(subject, &["i", "we"]));
        let measured = s.subtree(verb).any(|token| s.pos(token) == Pos::Num);
        let free = s.dep(verb) == Dep::Root && !s.has_child(verb, &[Dep::Advcl]);
        (can && first && measured && free).then_some(Reading { mood: Mood::Actual, negated: false })
    }

    /// Who or what a clause is about: someone known, or a thing of theirs.
    fn open_subject(&mut self, token: usize) -> Result<Option<Person>, Vague> {
        let s = self.s;
        if let Some(person) = self.person(token).filter(|person| self.may_speak_of(person, token)) {
            let somebody = matches!(person.kind, PersonKind::Person | PersonKind::Pet | PersonKind::Group);
            let known = s.pos(token) != Pos::Propn
                || self.people.is_speaker(&person.name)
                || person.kinship.is_some()
                || self.people.known(&person.name).is_some()
                || s.is_given_name(token);
            return Ok(Some(person).filter(|_| somebody && known));
        }
        // "My old Hotpoint flooded the kitchen".
        let own = self.is_own_thing(token)
            || s.pos(token) == Pos::Propn && s.child(token, |c| s.dep(c) == Dep::Poss && s.is(c, MINE)).is_some();
        let Some(owner) = self.owner_of(token).filter(|_| own) else { return Ok(None) };
        let name = self.phrase(token, Some(&owner.name))?;
        let name = nouns::strip_article(&name);
        let name = if name.contains("'s ") { name.to_owned() } else { format!("{}'s {name}", owner.name) };
        let plural = s.tag(token) == Tag::Nns;
        Ok(Some(Person { kind: PersonKind::Thing, ..Person::named(name).plural(plural) }))
    }

    fn state_open(&mut self, clause: &OpenClause<'_>) -> Result<Option<OpenOutcome>, Vague> {
        let Some(tokens) = self.words_of_clause(clause.verb) else { return Ok(None) };
        let Some(argument) = self.first_argument(clause)? else { return Ok(None) };
        let statement = self.open_statement(clause, &tokens)?;
        let Some((relation, object)) = self.open_relation(clause, argument) else { return Ok(None) };
        if self.has_rules(&relation) {
            return Ok(None);
        }
        // "I have a deadline of 1 April": a relation states the deadline.
        let changes = self.s.is_lemma(clause.verb, CHANGES);
        let repeats = self.claims.claims.iter().any(|claim| {
            let within = claim.object.as_deref().is_some_and(|object| statement.contains(object));
            claim.subject == clause.subject.name && within && (changes || claim.predicate.starts_with("NUMBER_OF"))
        });
        if repeats || statement.split(' ').count() > wording::WORDS_MAX {
            return Ok(None);
        }
        let fact = OpenFact::new(&clause.subject.name, statement, self.s.source(), self.signs(clause, &tokens));
        let is_kept = self.salience.keeps(&fact);
        if let Some(considered) = self.considered.as_deref_mut() {
            considered.push(fact.clone());
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
            statement: fact.statement,
            mood: Mood::Actual,
            negated: false,
            past,
            date: clause.date,
        });
        Ok(Some(OpenOutcome { verb: clause.verb, dropped: None }))
    }

    /// Whether the vocabulary has such a relation and it ends or starts other facts: "I live in the tent at the moment" is
    /// no `LIVES_IN`, or the vocabulary would have stated it.
    fn has_rules(&self, relation: &str) -> bool {
        self.s.lexicon.relation(relation).is_some_and(|known| {
            known.holding == Holding::Exclusive || !known.ends.is_empty() || !known.starts.is_empty()
        })
    }
}
