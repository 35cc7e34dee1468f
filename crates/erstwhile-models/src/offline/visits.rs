//! What sentences of other kinds tell of visits and activities: "Kyoto was magical", "he does woodcarving".

use erstwhile_nlp::{Dep, EntityKind, Tag};

use super::claims::Object;
use super::lexicon::{Kind, Kinds};
use super::mood::{Mood, Reading};
use super::nouns;
use super::people::Person;
use super::reader::{SentenceReader, Trust};

/// What one says of a place where one has been.
const PRAISE: &[&str] = &[
    "magical",
    "amazing",
    "incredible",
    "great",
    "lovely",
    "beautiful",
    "brilliant",
    "wonderful",
    "unreal",
    "stunning",
    "fab",
    "fantastic",
    "awesome",
    "gorgeous",
    "breathtaking",
    "epic",
    "class",
    "ace",
    "unforgettable",
    "good",
    "fun",
    "busy",
    "hot",
    "cold",
    "freezing",
    "boiling",
    "disappointing",
    "overrated",
    "expensive",
    "quiet",
    "rainy",
    "wet",
    "wicked",
    "insane",
    "mental",
    "mad",
    "perfect",
    "superb",
    "spectacular",
    "rammed",
    "packed",
];

impl SentenceReader<'_, '_> {
    /// "Kyoto was magical": the speaker was there; returns whether the clause says so.
    pub(super) fn praised_place(&mut self, verb: usize, place: usize, reading: Reading) -> bool {
        let s = self.s;
        let there = matches!(s.entity_kind(place), Some(EntityKind::Gpe | EntityKind::Loc | EntityKind::Fac));
        let praised = s.child_of(verb, &[Dep::Acomp]).is_some_and(|praise| s.is(praise, PRAISE));
        if s.tag(verb) != Tag::Vbd || !there || !praised || reading.negated || reading.mood != Mood::Actual {
            return false;
        }
        let Some(speaker) = self.people.speaker.clone().filter(|_| self.trust == Trust::Speaker) else { return false };
        let name = nouns::name(&s, place);
        let statement = format!("{speaker} visited {name}");
        self.state(&Person::named(speaker), "VISITED", Object::entity(name, Some("Location")), statement);
        true
    }

    /// "He does woodcarving": the parser takes "does" for an auxiliary; returns whether that is so.
    pub(super) fn done_activity(&mut self, verb: usize, subject: usize) -> bool {
        let s = self.s;
        let does = s.child(verb, |c| s.dep(c) == Dep::Aux && s.is(c, &["do", "does"])).is_some();
        let kinds = s.lexicon.kinds(s.lower(verb));
        let activity = s.tag(verb) == Tag::Vbg || kinds.intersects(Kinds::of(&[Kind::Game, Kind::Sport]));
        let negated = s.has_child(verb, &[Dep::Neg]) || s.is_question();
        if !does || !activity || negated || !kinds.intersects(Kinds::of(&[Kind::Activity, Kind::Game, Kind::Sport])) {
            return false;
        }
        let Some(person) = self.person(subject) else { return false };
        let name = s.lower(verb).to_owned();
        let statement = format!("{} does {name}", person.name);
        self.state(&person, "DOES_ACTIVITY", Object::entity(name, Some("Topic")), statement);
        true
    }
}
