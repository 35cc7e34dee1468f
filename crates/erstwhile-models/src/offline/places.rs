//! Where somebody lives, comes from and moves to.

use erstwhile_nlp::{Dep, EntityKind, Pos};

use super::claims::Object;
use super::fitness::Context;
use super::kin;
use super::lexicon::{Kind, Kinds};
use super::mood::{Mood, Reading};
use super::people::{MINE, Person, PersonKind};
use super::reader::SentenceReader;

impl SentenceReader<'_, '_> {
    /// "The US is my home": where the speaker lives.
    pub(super) fn home(&mut self, verb: usize, place: &Person, reading: Reading) -> bool {
        let s = self.s;
        let home = s.child(verb, |c| {
            s.dep(c) == Dep::Attr && s.lemma(c) == "home" && s.child(c, |other| s.is(other, MINE)).is_some()
        });
        let Some(speaker) = self.people.speaker.clone() else { return false };
        if home.is_none() || place.kind == PersonKind::Person || reading.negated || reading.mood != Mood::Actual {
            return false;
        }
        let me = Person::named(speaker);
        let statement = format!("{} lives in {}", me.name, place.name);
        self.state(&me, "LIVES_IN", Object::entity(place.name.clone(), Some("Location")), statement);
        true
    }

    /// The fitness of a place that one is from, moves to or lives in; `None` if the types decide.
    pub(super) fn fits_place(&mut self, name: &str, object: usize, kinds: Kinds) -> Option<u8> {
        let s = self.s;
        // "A cottage outside Kelso", "a village in Kerala": the place has a name.
        if matches!(name, "LIVES_IN" | "FROM" | "GREW_UP_IN" | "BORN_IN")
            && kinds.intersects(Kinds::of(&[Kind::Place, Kind::Business, Kind::Thing]))
            && self.place_around(object).is_some()
        {
            return Some(6);
        }
        // One moves from a place with a name, not from "home".
        let named =
            kinds.intersects(Kinds::of(&[Kind::Propn, Kind::Gpe, Kind::Date])) || kin::called(&s, object).is_some();
        let fits = match name {
            "FROM" | "BORN_IN" | "GREW_UP_IN" => named,
            "MOVED_TO" => named || self.is_specific(object),
            // "Moved out of my parents' house".
            "MOVED_FROM" => named || s.child(object, |c| s.dep(c) == Dep::Poss && s.is_a(c, Kind::Kin)).is_some(),
            _ => true,
        };
        (!fits).then_some(0)
    }

    /// "I'm curious about the tree I got, from Walmart for $40": where a thing is from.
    pub(super) fn is_no_origin(&self, context: &Context<'_>, place: usize, kinds: Kinds) -> bool {
        let s = self.s;
        let first = s.doc.left_edge(place).max(s.start);
        let money = |child: usize| s.object_of(child).is_some_and(|of| s.entity_kind(of) == Some(EntityKind::Money));
        // "My aunt is over from Beirut", "they came from Oslo for the party".
        let visits = s.has_child_word(context.verb, &["over", "up", "down", "here", "back", "visiting", "home"])
            || s.is_past(context.verb) && s.has_child_word(context.verb, &["for"]);
        visits
            || kinds.has(Kind::OrgName) && !kinds.has(Kind::Gpe)
            || (context.verb..first).any(|between| s.pos(between) == Pos::Punct)
            || s.children(place).any(money)
    }
}
