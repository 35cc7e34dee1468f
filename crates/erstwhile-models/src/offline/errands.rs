//! What an assistant says that was done for the user: "I booked a table at Casa Limeña", "your refund was issued".

use erstwhile_nlp::{Dep, Tag};

use super::claims::{Object, relation_name};
use super::lexicon::{Kind, Kinds};
use super::mood::{self, Mood};
use super::nouns::{self, Vague};
use super::people::{Person, SECOND};
use super::reader::{FactParts, SentenceReader};

/// What is done, and what that makes of its object for the user.
const ERRANDS: &[(&str, &str)] = &[
    ("book", "HAS_APPOINTMENT"),
    ("reserve", "HAS_APPOINTMENT"),
    ("schedule", "HAS_APPOINTMENT"),
    ("reschedule", "HAS_APPOINTMENT"),
    ("move", "HAS_APPOINTMENT"),
    ("change", "HAS_APPOINTMENT"),
    ("update", "HAS_APPOINTMENT"),
    ("set", "HAS_APPOINTMENT"),
    ("switch", "HAS_APPOINTMENT"),
    ("upgrade", "HAS_APPOINTMENT"),
    ("confirm", "HAS_APPOINTMENT"),
    ("cancel", "CANCELLED"),
    ("order", "BOUGHT"),
    ("issue", "RECEIVED"),
    ("refund", "RECEIVED"),
];

/// Nouns for what one subscribes to.
const PLANS: &[&str] = &["plan", "tier", "subscription", "tariff", "package", "membership"];

impl SentenceReader<'_, '_> {
    /// Reads what an assistant did for the user.
    pub(super) fn errands(&mut self) {
        let s = self.s;
        let Some(user) = self.people.addressee.clone().map(Person::named) else { return };
        if s.is_question() {
            return;
        }
        for verb in s.tokens().filter(|token| s.is_verb(*token) && !s.in_quote(*token)) {
            // An errand whose words need an unknown pronoun states nothing.
            let _vague = self.errand(verb, &user);
        }
    }

    fn errand(&mut self, verb: usize, user: &Person) -> Result<(), Vague> {
        let s = self.s;
        if s.lemma(verb) == "be" {
            return self.subscription(verb, user);
        }
        let Some((_, relation)) = ERRANDS.iter().find(|(known, _)| *known == s.lemma(verb)) else { return Ok(()) };
        let Some(reading) = mood::read(&s, verb) else { return Ok(()) };
        if reading.negated || reading.mood != Mood::Actual || !s.is_past(verb) {
            return Ok(());
        }
        let yours = |token| s.child(token, |c| s.dep(c) == Dep::Poss && s.is(c, &["your"])).is_some();
        let done = s.child_of(verb, &[Dep::Nsubjpass]).filter(|thing| yours(*thing));
        let by_me = s.child_of(verb, &[Dep::Nsubj]).is_some_and(|subject| s.is(subject, &["i", "we"]));
        let active = s.child_of(verb, &[Dep::Dobj]).filter(|thing| {
            by_me && (yours(*thing) || s.is_lemma(verb, &["book", "reserve", "order"]) || self.is_to_user(verb))
        });
        let Some(thing) = done.or(active) else { return Ok(()) };
        let meets =
            self.kinds(thing).intersects(Kinds::of(&[Kind::Appointment, Kind::Event, Kind::Exam, Kind::Procedure]))
                || s.is_lemma(thing, &["table", "slot", "visit", "viewing", "booking", "room", "ticket"]);
        if *relation == "HAS_APPOINTMENT" && !meets && active.is_some() && self.set_value(verb, thing, user) {
            return Ok(());
        }
        if *relation == "HAS_APPOINTMENT" && !meets || s.child(thing, |c| s.is(c, &["that", "this", "it"])).is_some() {
            return Ok(());
        }
        let name = self.phrase(thing, Some(&user.name))?;
        let mut name = nouns::strip_article(name.strip_prefix("their ").unwrap_or(&name)).to_owned();
        // "A table for 4 at Casa Limeña": where.
        let place = s.children(verb).chain(s.children(thing)).find(|c| {
            s.dep(*c) == Dep::Prep
                && s.is(*c, &["at", "with"])
                && s.object_of(*c).is_some_and(|object| s.is_proper(object) && self.date_at(object).is_none())
        });
        if let Some((preposition, place)) = place.and_then(|place| Some((place, s.object_of(place)?)))
            && !name.contains(s.text(place))
            && *relation == "HAS_APPOINTMENT"
        {
            name = format!("{name} {} {}", s.lower(preposition), self.phrase(place, None)?);
        }
        // "From 3 March to 10 March": the last date counts.
        let date = (0..self.dates.len()).next_back();
        let said = date.and_then(|date| self.date_words(date, false)).unwrap_or_default();
        let statement = match *relation {
            "HAS_APPOINTMENT" => format!("{} has {name} {said}", user.name),
            "CANCELLED" => format!("{} cancelled {name} {said}", user.name),
            "BOUGHT" => format!("{} ordered {name} {said}", user.name),
            _ => format!("{} received {name} {said}", user.name),
        };
        self.add(FactParts {
            subject: user,
            relation,
            object: Object::entity(name, (*relation == "HAS_APPOINTMENT").then_some("Event")),
            statement: nouns::tidy(&statement),
            mood: Mood::Actual,
            negated: false,
            past: *relation != "HAS_APPOINTMENT",
            date,
        });
        Ok(())
    }

    /// "I have moved your direct debit to the 15th": the new value of what is the user's.
    fn set_value(&mut self, verb: usize, thing: usize, user: &Person) -> bool {
        let s = self.s;
        let to = s
            .children(verb)
            .chain(s.children(thing))
            .find(|c| s.dep(*c) == Dep::Prep && s.is(*c, &["to"]))
            .and_then(|to| s.object_of(to));
        let Some(value) = to else { return false };
        let last = s.subtree(value).last().unwrap_or(value);
        let first = s.subtree(value).next().unwrap_or(value);
        let value = nouns::strip_article(nouns::span_text(&s, first, last)).to_owned();
        let noun = self.bare_noun(thing);
        let statement = format!("{}'s {noun} is {value}", user.name);
        self.state(user, &format!("HAS_{}", relation_name(&noun)), Object::value(value), statement);
        true
    }

    fn is_to_user(&self, verb: usize) -> bool {
        let s = self.s;
        s.child(verb, |c| matches!(s.dep(c), Dep::Dative | Dep::Dobj) && SECOND.contains(&s.lower(c))).is_some()
    }

    /// "You're now on the Pro plan at $29 a month".
    fn subscription(&mut self, verb: usize, user: &Person) -> Result<(), Vague> {
        let s = self.s;
        let to_user = s.child_of(verb, &[Dep::Nsubj]).is_some_and(|subject| s.is(subject, &["you"]));
        let on = s.child(verb, |c| s.dep(c) == Dep::Prep && s.is(c, &["on"]));
        let Some(plan) = on.and_then(|on| s.child_of(on, &[Dep::Pobj])).filter(|plan| s.is_lemma(*plan, PLANS)) else {
            return Ok(());
        };
        let named = s.child(plan, |c| matches!(s.dep(c), Dep::Compound | Dep::Amod | Dep::Nmod)).is_some();
        let actual = mood::read(&s, verb).is_some_and(|reading| reading.mood == Mood::Actual && !reading.negated);
        if !to_user || !named || !actual || s.tag(verb) == Tag::Vbd {
            return Ok(());
        }
        let name = self.phrase(plan, None)?;
        let last =
            s.subtree(verb).filter(|token| s.child(verb, |c| s.dep(c) == Dep::Advcl).is_none_or(|c| *token < c)).last();
        let words = nouns::span_text(&s, verb + 1, last.unwrap_or(plan)).trim_end_matches(['.', ',', ' ']);
        let statement = format!("{} is {words}", user.name);
        self.state(user, "SUBSCRIBES_TO", Object::entity(nouns::strip_article(&name), Some("Object")), statement);
        Ok(())
    }
}
