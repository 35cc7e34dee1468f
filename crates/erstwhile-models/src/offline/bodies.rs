//! What is measured of a person and of things: heights, sizes, and numbers of health that are too high or too low.

use erstwhile_nlp::{Dep, EntityKind, Pos, Tag};

use super::claims::{Object, relation_name};
use super::lexicon::Kind;
use super::mood::{Mood, Reading};
use super::nouns;
use super::people::{Person, PersonKind};
use super::reader::{FactParts, SentenceReader, Trust};

/// Quantities of the body that are a condition when they are high or low.
const VITAL: &[&str] =
    &["bp", "pressure", "cholesterol", "sugar", "thyroid", "iron", "glucose", "haemoglobin", "hemoglobin"];
/// What one notices, before it has a name.
const SYMPTOMS: &[&str] =
    &["rash", "lump", "cough", "pain", "swelling", "itch", "it", "fever", "diagnosis", "spot", "bump"];
/// Words that say that a condition is over.
const OVER: &[&str] = &[
    "all clear",
    "cleared up",
    "all gone",
    "gone now",
    "done with treatment",
    "over it now",
    "fine now",
    "better now",
];
/// Units of height.
const LENGTHS: &[&str] = &["feet", "foot", "ft", "cm", "m", "metres", "meters", "centimetres"];
/// Units of weight.
const WEIGHTS: &[&str] =
    &["lb", "lbs", "oz", "kg", "kgs", "stone", "st", "g", "pounds", "ounces", "kilos", "grams", "tonnes"];

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

    /// "He weighed 8lb 1oz".
    pub(super) fn weight(&mut self, verb: usize, subject: &Person) -> bool {
        let s = self.s;
        let Some(amount) = s.child_of(verb, &[Dep::Npadvmod, Dep::Dobj, Dep::Attr]) else { return false };
        let more = |token: &usize| s.pos(*token) == Pos::Num || s.is(*token, WEIGHTS);
        let last = (verb + 1..s.end).take_while(more).last();
        let last = last.unwrap_or_else(|| s.subtree(amount).last().unwrap_or(amount));
        let value = nouns::span_text(&s, verb + 1, last.max(verb + 1)).to_owned();
        // "Weighing my options".
        if !value.contains(|c: char| c.is_ascii_digit()) && s.entity(amount).is_none() {
            return false;
        }
        let statement = format!("{} weighs {value}", subject.name);
        self.state(subject, "HAS_WEIGHT", Object::value(value), statement);
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

    /// "My car has 61,000 miles on it", "our team is 12 people": how much or how many a thing of one's own has.
    pub(super) fn sized(&mut self, verb: usize, thing: usize, reading: Reading) -> bool {
        const THINGS: &[Kind] = &[Kind::Ownable, Kind::Team, Kind::Business];
        let s = self.s;
        let actual = reading.mood == Mood::Actual && !reading.negated && s.tag(verb) != Tag::Vbd;
        let own = s.child(thing, |c| s.dep(c) == Dep::Poss && s.is(c, super::people::MINE)).is_some();
        let kinds = s.lexicon.kinds(s.lemma(thing));
        let fits = THINGS.iter().any(|kind| kinds.has(*kind)) && s.is_lemma(verb, &["have", "be"]);
        let counted = s.child_of(verb, &[Dep::Dobj, Dep::Attr]).filter(|noun| s.tag(*noun) == Tag::Nns);
        let number = counted.and_then(|noun| s.child(noun, |c| s.dep(c) == Dep::Nummod));
        let (Some(noun), Some(number)) = (counted.filter(|_| actual && own && fits), number) else { return false };
        let Some(me) = self.people.speaker.clone().map(Person::named) else { return false };
        let value = nouns::span_text(&s, number, noun).to_owned();
        let name = self.bare_noun(thing);
        let size = if s.lemma(verb) == "be" { "size" } else { s.lower(noun) };
        let statement = format!("{}'s {name} {} {value}", me.name, if size == "size" { "is" } else { "has" });
        self.state(&me, &format!("HAS_{}", relation_name(&format!("{name} {size}"))), Object::value(value), statement);
        true
    }

    /// "The rash was scabies": what the speaker has.
    pub(super) fn diagnosis(&mut self, verb: usize, subject: usize) -> bool {
        let s = self.s;
        let attribute = s.child_of(verb, &[Dep::Attr]);
        let Some(condition) =
            attribute.filter(|c| s.is_a(*c, Kind::Condition) || s.lexicon.is(s.lower(*c), Kind::Condition))
        else {
            return false;
        };
        let own = s.is(subject, SYMPTOMS) && self.trust == Trust::Speaker;
        let other = s.child(subject, |c| s.dep(c) == Dep::Poss && !s.is(c, super::people::MINE)).is_some();
        let Some(me) = self.people.speaker.clone().map(Person::named).filter(|_| own && !other) else { return false };
        let Ok(name) = self.phrase(condition, Some(&me.name)) else { return false };
        let object = Object::entity(name.clone(), Some("Condition"));
        // "All clear as of today": it is over.
        let text = s.doc.text().to_lowercase();
        if s.is_past(verb) && OVER.iter().any(|words| text.contains(words)) {
            self.add(FactParts {
                subject: &me,
                relation: "HAS_CONDITION",
                object: object.clone(),
                statement: format!("{} had {name}", me.name),
                mood: Mood::Former,
                negated: false,
                past: true,
                date: None,
            });
            self.state(&me, "RECOVERED_FROM", object, format!("{} recovered from {name}", me.name));
            return true;
        }
        self.state(&me, "HAS_CONDITION", object, format!("{} has {name}", me.name));
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
