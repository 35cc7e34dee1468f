//! Clauses whose fact is about someone besides their subject: gifts and diagnoses to the speaker, couples.

use erstwhile_nlp::{Dep, EntityKind, Pos, Tag};

use super::claims::{Object, entity_type};
use super::fitness::{CONCRETE, Context};
use super::lexicon::Kind;
use super::mood::{Mood, Reading};
use super::nouns::{self, Vague};
use super::people::Person;
use super::reader::{FactParts, SentenceReader, Trust};

/// Verbs that make the speaker the receiver: "Grandma gave me a necklace".
pub(super) const RECEIVES: &[(&str, &str, &str)] = &[
    ("give", "RECEIVED", "obj"),
    ("gift", "RECEIVED", "obj"),
    ("send", "RECEIVED", "obj"),
    ("buy", "RECEIVED", "obj"),
    ("get", "RECEIVED", "obj"),
    ("lend", "RECEIVED", "obj"),
    ("diagnose", "HAS_CONDITION", "with"),
    ("prescribe", "TAKES_MEDICATION", "obj"),
    ("teach", "LEARNS", "obj"),
    ("bring", "RECEIVED", "obj"),
    ("make", "RECEIVED", "obj"),
    ("refer", "HAS_APPOINTMENT", "to"),
];

impl SentenceReader<'_, '_> {
    /// "Larkfield was founded in 2009 by Joan Sefton": a fact about who did it.
    pub(super) fn by_agent(&mut self, verb: usize, thing: usize) -> bool {
        const DONE: &[(&str, &str)] = &[
            ("found", "FOUNDED"),
            ("establish", "FOUNDED"),
            ("own", "OWNS_BUSINESS"),
            ("run", "OWNS_BUSINESS"),
            ("manage", "MANAGES"),
            ("lead", "MANAGES"),
            ("write", "CREATED"),
            ("paint", "CREATED"),
            ("design", "CREATED"),
        ];
        let s = self.s;
        let done = DONE.iter().find(|(known, _)| *known == s.lemma(verb) && s.tag(verb) == Tag::Vbn);
        let agent = s.child_of(verb, &[Dep::Agent]).and_then(|by| s.object_of(by));
        let (Some((_, relation)), Some(agent)) = (done, agent) else { return false };
        let named = s.entity_kind(agent) == Some(EntityKind::Person) || s.is_given_name(agent);
        // What an assistant knows of companies is not of the user's world.
        if !s.is_proper(thing) || !named || self.trust == Trust::Assistant {
            return false;
        }
        let Some(who) = self.person(agent) else { return false };
        let name = nouns::name(&s, thing);
        let date = self.date_of(verb);
        let said = date.and_then(|date| self.date_words(date, false)).unwrap_or_default();
        let statement = nouns::tidy(&format!("{name} was {} by {} {said}", s.lower(verb), who.name));
        self.add(FactParts {
            subject: &who,
            relation,
            object: Object::entity(name, Some("Organization").filter(|_| *relation != "CREATED")),
            statement,
            mood: Mood::Actual,
            negated: false,
            past: true,
            date,
        });
        true
    }

    /// "My first paper was accepted": what became of a work of one's own.
    ///
    /// # Errors
    /// If the text needs a pronoun that refers to nobody known.
    pub(super) fn own_work(&mut self, verb: usize, thing: usize) -> Result<bool, Vague> {
        let s = self.s;
        let published = s.is_lemma(verb, &["accept", "publish", "release"]) && s.tag(verb) == Tag::Vbn;
        // "While waiting for your novel to be published": nothing was.
        let done = s.has_child_word(verb, &["was", "were", "is", "been", "got", "gets", "'s"])
            && !s.has_child_word(verb, &["to"])
            && self.trust != Trust::Assistant;
        let possessor = s.child_of(thing, &[Dep::Poss]).filter(|_| done);
        let Some(possessor) = possessor.filter(|_| published && s.is_a(thing, Kind::Work)) else { return Ok(false) };
        let Some(owner) = self.person(possessor) else { return Ok(false) };
        let name = self.phrase(thing, Some(&owner.name))?;
        let date = self.date_of(verb);
        let said = date.and_then(|date| self.date_words(date, false)).unwrap_or_default();
        let statement = format!("{}'s {} was {} {said}", owner.name, name.trim_start_matches("their "), s.lower(verb));
        self.add(FactParts {
            subject: &owner,
            relation: "PUBLISHED",
            object: Object::entity(name.trim_start_matches("their "), Some("Work")),
            statement: nouns::tidy(&statement),
            mood: Mood::Actual,
            negated: false,
            past: true,
            date,
        });
        Ok(true)
    }

    /// "Grandma gave me a necklace", "Dr. Patel diagnosed me with asthma".
    pub(super) fn received(&mut self, verb: usize, giver: usize, reading: Reading) -> Result<bool, Vague> {
        let s = self.s;
        let Some((_, relation, slot)) = RECEIVES.iter().find(|(known, ..)| *known == s.lemma(verb)) else {
            return Ok(false);
        };
        let receiver = s.child(verb, |c| matches!(s.dep(c), Dep::Dative | Dep::Dobj) && s.is(c, &["me", "us"]));
        let (Some(receiver), Some(speaker)) = (receiver, self.people.speaker.clone()) else { return Ok(false) };
        if reading.negated || reading.mood != Mood::Actual || s.is(giver, &["i", "we"]) {
            return Ok(true);
        }
        let object = if *slot == "obj" {
            s.child(verb, |c| s.dep(c) == Dep::Dobj && c != receiver)
        } else {
            s.child(verb, |c| s.dep(c) == Dep::Prep && s.lower(c) == *slot).and_then(|c| s.child_of(c, &[Dep::Pobj]))
        };
        let Some(object) = object else { return Ok(true) };
        let kinds = self.kinds(object);
        let concrete = kinds.intersects(CONCRETE) || kinds.has(Kind::Ownable) || self.is_specific(object);
        if !kinds.intersects(s.lexicon.objects(relation)) || !concrete {
            return Ok(true);
        }
        let me = Person::named(speaker.clone());
        let name = self.phrase(object, Some(&speaker))?;
        let date = self.date_of(verb);
        let said = date.and_then(|date| self.date_words(date, false)).unwrap_or_default();
        let giver_name = match self.person(giver) {
            Some(person) => Some(person.name),
            // "The council gave me …": not at the beginning any more.
            None if s.is_noun(giver) => Some(self.phrase(giver, None)?.replacen("The ", "the ", 1)),
            None => None,
        };
        let statement = match (*relation, giver_name) {
            ("HAS_CONDITION", _) => format!("{speaker} was diagnosed with {name} {said}"),
            ("HAS_APPOINTMENT", _) => format!("{speaker} was referred to {name} {said}"),
            ("TAKES_MEDICATION", _) => format!("{speaker} was prescribed {name} {said}"),
            ("LEARNS", Some(giver)) => format!("{giver} taught {speaker} {name} {said}"),
            (_, Some(giver)) => format!("{speaker} received {name} from {giver} {said}"),
            (_, None) => format!("{speaker} received {name} {said}"),
        };
        let object = Object::entity(name, entity_type(kinds, s.lexicon.objects(relation)));
        self.add(FactParts {
            subject: &me,
            relation,
            object,
            statement: nouns::tidy(&statement),
            mood: Mood::Actual,
            negated: false,
            past: true,
            date,
        });
        Ok(true)
    }

    /// "Me and Cerys split up": a fact about both; returns whether the clause tells of two.
    pub(super) fn happens_to_two(&mut self, context: &Context<'_>, text: &str, reading: Reading) -> bool {
        let s = self.s;
        let relation = match s.lemma(context.verb) {
            "break" | "split" => "BROKE_UP_WITH",
            "marry" => "MARRIED_TO",
            "engage" => "ENGAGED_TO",
            "divorce" => "DIVORCED",
            _ => return false,
        };
        let Some(subject) = s.child_of(context.verb, &[Dep::Nsubj, Dep::Nsubjpass]) else { return false };
        let mut both = s.coordinated(subject);
        both.extend(s.children(subject).filter(|c| s.dep(*c) == Dep::Conj && s.pos(*c) == Pos::Pron));
        let other = both.into_iter().filter_map(|token| self.person(token));
        let Some(other) = other.into_iter().find(|person| person.name != context.subject.name) else { return false };
        self.add(FactParts {
            subject: context.subject,
            relation,
            object: Object::entity(other.name.clone(), other.entity_type()),
            statement: format!("{text} with {}", other.name),
            mood: reading.mood,
            negated: reading.negated,
            past: true,
            date: context.date,
        });
        true
    }
}
