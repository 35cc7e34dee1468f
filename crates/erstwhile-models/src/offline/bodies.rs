//! What is measured of a person: heights, and numbers of health that are too high or too low.

use erstwhile_nlp::{Dep, EntityKind, Pos};

use super::claims::Object;
use super::nouns;
use super::people::{Person, PersonKind};
use super::reader::{SentenceReader, Trust};

/// Quantities of the body that are a condition when they are high or low.
const VITAL: &[&str] =
    &["bp", "pressure", "cholesterol", "sugar", "thyroid", "iron", "glucose", "haemoglobin", "hemoglobin"];
/// What one notices, before it has a name.
const SYMPTOMS: &[&str] =
    &["rash", "lump", "cough", "pain", "swelling", "itch", "it", "fever", "diagnosis", "spot", "bump"];
/// Units of height.
const LENGTHS: &[&str] = &["feet", "foot", "ft", "cm", "m", "metres", "meters", "centimetres"];

impl SentenceReader<'_, '_> {
    /// "She is 5 feet 4 already", "I'm 180 cm tall".
    pub(super) fn height(&mut self, verb: usize, subject: &Person) -> bool {
        let s = self.s;
        let unit = (verb + 1..s.end.min(verb + 4))
            .find(|token| s.is(*token, LENGTHS) && s.child(*token, |c| s.pos(c) == Pos::Num && c < *token).is_some());
        let Some(unit) = unit.filter(|_| subject.kind == PersonKind::Person) else { return false };
        let away = s.tokens().any(|token| s.is(token, &["away", "from", "behind", "ahead", "deep", "long", "wide"]));
        let Some(number) = s.child(unit, |c| s.pos(c) == Pos::Num && c < unit).filter(|_| !away) else { return false };
        let inches = (unit + 1 < s.end && s.pos(unit + 1) == Pos::Num).then_some(unit + 1);
        let value = nouns::span_text(&s, number, inches.unwrap_or(unit)).to_owned();
        let statement = format!("{} is {value} tall", subject.name);
        self.state(subject, "HAS_HEIGHT", Object::value(value), statement);
        true
    }

    /// "Her BP is high": a condition of the owner.
    pub(super) fn is_ailing(&mut self, verb: usize, thing: usize, owner: &Person) -> bool {
        let s = self.s;
        let level = s.child_of(verb, &[Dep::Acomp]).filter(|level| s.is(*level, &["high", "low"]));
        let Some(level) = level.filter(|_| s.is(thing, VITAL)) else { return false };
        let quantity = nouns::strip_article(nouns::span_text(&s, first_of(self, thing), thing)).to_owned();
        let name = format!("{} {quantity}", s.lower(level));
        let statement = format!("{} has {name}", owner.name);
        self.state(owner, "HAS_CONDITION", Object::entity(name, Some("Condition")), statement);
        true
    }

    /// "The rash was scabies": what the speaker has.
    pub(super) fn diagnosis(&mut self, verb: usize, subject: usize) -> bool {
        let s = self.s;
        let attribute = s.child_of(verb, &[Dep::Attr]);
        let Some(condition) = attribute.filter(|c| s.is_a(*c, super::lexicon::Kind::Condition)) else { return false };
        let own = s.is(subject, SYMPTOMS) && self.trust == Trust::Speaker;
        let other = s.child(subject, |c| s.dep(c) == Dep::Poss && !s.is(c, super::people::MINE)).is_some();
        let Some(me) = self.people.speaker.clone().map(Person::named).filter(|_| own && !other) else { return false };
        let Ok(name) = self.phrase(condition, Some(&me.name)) else { return false };
        let statement = format!("{} has {name}", me.name);
        self.state(&me, "HAS_CONDITION", Object::entity(name, Some("Condition")), statement);
        true
    }

    /// "Dr. Amin says that …": a doctor whose words the speaker repeats is the speaker's.
    pub(super) fn doctor(&mut self, token: usize) {
        const VERBS: &[&str] = &[
            "say",
            "tell",
            "want",
            "recommend",
            "prescribe",
            "think",
            "refer",
            "put",
            "see",
            "give",
            "suggest",
            "order",
        ];
        let s = self.s;
        let title = s.child(token, |c| s.is(c, &["dr", "dr.", "doctor"])).is_some();
        let verb = s.head(token);
        let says = s.dep(token) == Dep::Nsubj && s.is_lemma(verb, VERBS);
        let mine = s.tokens().any(|other| s.is(other, &["i", "me", "my", "we", "us", "our"]));
        let named = matches!(s.entity_kind(token), Some(EntityKind::Person) | None) && s.pos(token) == Pos::Propn;
        if !title || !says || !mine || !named || self.trust != Trust::Speaker {
            return;
        }
        let Some(me) = self.people.speaker.clone().map(Person::named) else { return };
        let name = format!("Dr. {}", nouns::name(&s, token).trim_start_matches("Dr. ").trim_start_matches("Dr "));
        let statement = format!("{name} is {}'s doctor", me.name);
        self.state(&me, "HAS_CARE_PROVIDER", Object::entity(name, Some("Person")), statement);
    }
}

/// The first of the nouns that make up a quantity: "blood" of "blood pressure".
fn first_of(reader: &SentenceReader<'_, '_>, noun: usize) -> usize {
    let s = reader.s;
    s.children(noun).find(|child| s.dep(*child) == Dep::Compound).unwrap_or(noun)
}
