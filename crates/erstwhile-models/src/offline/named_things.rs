//! Names and prices beside things: "joined a gym, Boulder Barn", "bought trainers for £85".

use std::sync::LazyLock;

use erstwhile_nlp::{Dep, EntityKind, Pos};
use regex::Regex;

use super::claims::{Object, entity_type};
use super::fitness::Context;
use super::lexicon::{Kind, Kinds};
use super::mood::Mood;
use super::nouns;
use super::people::MINE;
use super::reader::{FactParts, SentenceReader};

/// What something cost: behind "for" or a comma, with a currency or a word for an amount.
static PRICE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let amount = r"\d[\d,.]*\d|\d";
    let unit =
        r"k|m|mil|lakhs?|lacs?|crores?|grand|quid|bucks|dollars|pounds|euros|rupees|naira|cedis|rand|dirhams|shillings";
    Regex::new(&format!(
        r"(?i)(?:\bfor|,|\bcosting|\bat)\s+(?:about |around |only |just |roughly |under |over )?((?:[£$€₹₦₦]|rs\.? ?|inr ?|r|ksh ?|ngn ?|ghs ?)(?:{amount}) ?(?:(?:{unit})\b)?|(?:{amount}) ?(?:{unit})\b)"
    ))
    .ok()
});

impl SentenceReader<'_, '_> {
    /// The last token of a name that stands, between commas, behind a noun for something of one's own.
    pub(super) fn name_after_comma(&mut self, noun: usize) -> Option<usize> {
        let s = self.s;
        let introduced = s.child(noun, |c| {
            s.dep(c) == Dep::Det && s.is(c, &["a", "an"])
                || s.dep(c) == Dep::Poss && s.is(c, MINE)
                || s.dep(c) == Dep::Amod && s.is(c, &["new"])
        });
        let kinds = s.lexicon.kinds(s.lemma(noun)).with(match s.pos(noun) {
            Pos::Noun => Kinds::default(),
            _ => return None,
        });
        let nameable = Kinds::of(&[
            Kind::Club,
            Kind::Team,
            Kind::Org,
            Kind::Place,
            Kind::Business,
            Kind::School,
            Kind::Gym,
            Kind::Work,
            Kind::Media,
            Kind::Event,
            Kind::Animal,
        ]);
        let comma = noun + 1;
        if introduced.is_none() || !kinds.intersects(nameable) || comma >= s.end || s.text(comma) != "," {
            return None;
        }
        let is_name = |token: usize| token < s.end && s.pos(token) == Pos::Propn && s.is_capital(token);
        let mut last = comma;
        while is_name(last + 1) {
            last += 1;
        }
        let ends = last + 1 >= s.end || s.pos(last + 1) == Pos::Punct;
        // "A gym, Leeds": where it is.
        let place = matches!(s.entity_kind(last), Some(EntityKind::Gpe | EntityKind::Loc | EntityKind::Date));
        (last > comma && ends && !place).then_some(last)
    }

    /// The object that a name behind a noun gives.
    pub(super) fn named_object(&mut self, relation: &str, noun: usize, last: usize) -> Object {
        let s = self.s;
        let name = nouns::span_text(&s, noun + 2, last).to_owned();
        if relation == "HAS_PET" {
            return Object::entity(name, Some("Pet"));
        }
        Object::entity(name, entity_type(self.kinds(noun), s.lexicon.objects(relation)))
    }

    /// States what was paid for something bought.
    pub(super) fn price(&mut self, context: &Context<'_>, bought: &str) {
        let s = self.s;
        let after = s.doc.tokens().get(context.verb).map_or(0, |verb| verb.end as usize);
        let Some(rest) = s.doc.text().get(after..s.span().end.max(after)) else { return };
        let Some(price) = PRICE.as_ref().and_then(|price| price.captures(rest)).and_then(|found| found.get(1)) else {
            return;
        };
        let price = price.as_str().trim().to_owned();
        // "A bag of food for $70": once is enough.
        let bought = bought.split_once(" for ").filter(|(_, rest)| *rest == price).map_or(bought, |(thing, _)| thing);
        let statement = format!("{} paid {price} for {bought}", context.subject.name);
        self.add(FactParts {
            subject: context.subject,
            relation: "SPENT",
            object: Object::value(price),
            statement,
            mood: Mood::Actual,
            negated: false,
            past: true,
            date: context.date,
        });
    }

    /// "His place in Frome", "my flat in Leeds": where the owner lives.
    pub(super) fn dwelling(&mut self, noun: usize) {
        let s = self.s;
        if !s.is_lemma(noun, &["place", "flat", "house", "apartment", "home", "bungalow", "cottage", "gaff", "condo"]) {
            return;
        }
        let Some(possessor) = s.child_of(noun, &[Dep::Poss]) else { return };
        let other = |c: usize| {
            // "My uncle's tyre place" is a shop.
            s.dep(c) == Dep::Compound && s.lemma(noun) == "place"
                || matches!(s.dep(c), Dep::Amod | Dep::Compound)
                    && s.is(
                        c,
                        &[
                            "old",
                            "former",
                            "holiday",
                            "summer",
                            "childhood",
                            "second",
                            "first",
                            "previous",
                            "last",
                            "beach",
                        ],
                    )
        };
        let gone = s.is_lemma(s.head(noun), &["sell", "leave", "view", "rent"]);
        let place = s
            .children(noun)
            .filter(|c| s.dep(*c) == Dep::Prep && s.is(*c, &["in"]))
            .find_map(|c| s.child_of(c, &[Dep::Pobj]))
            .filter(|place| s.pos(*place) == Pos::Propn && s.entity_kind(*place) != Some(EntityKind::Date));
        let Some(place) = place.filter(|_| !gone && s.child(noun, other).is_none()) else { return };
        let Some(owner) = self.person(possessor).filter(|owner| !owner.plural) else { return };
        let name = nouns::name(&s, place);
        let statement = format!("{} lives in {name}", owner.name);
        self.state(&owner, "LIVES_IN", Object::entity(name, Some("Location")), statement);
    }
}
