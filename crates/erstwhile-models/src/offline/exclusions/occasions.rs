//! What is no achievement, event or journey.

use erstwhile_nlp::{Dep, EntityKind, Pos, Tag};

use crate::offline::fitness::Context;
use crate::offline::lexicon::{Frame, Kind, Kinds};
use crate::offline::mood::Mood;
use crate::offline::nouns;
use crate::offline::reader::SentenceReader;

/// What one makes and eats.
const MEALS: &[&str] = &["dinner", "lunch", "breakfast", "brunch", "supper", "meal", "feast", "barbecue", "bbq"];

impl SentenceReader<'_, '_> {
    /// "Saw ospreys", "saw Todd Phillips at the talk": no event and no film.
    pub(super) fn is_bare_sight(&self, context: &Context<'_>, object: usize, kinds: Kinds) -> bool {
        let s = self.s;
        s.lemma(context.verb) == "see"
            && !kinds.has(Kind::Music)
            && !nouns::is_quoted(&s, object)
            && (kinds.intersects(Kinds::of(&[Kind::Gpe, Kind::Sight]))
                && !kinds.has(Kind::Event)
                && s.entity_kind(object) != Some(EntityKind::Fac)
                || context.date.is_none() && self.is_full_name(object)
                || context.date.is_none() && s.tag(object) == Tag::Nnps
                || s.pos(object) == Pos::Propn && s.lower(object).ends_with('s') && s.entity(object).is_none())
    }

    /// Whether an object is no achievement, event or visit.
    pub(super) fn is_no_occasion(&self, context: &Context<'_>, frame: &Frame, object: usize, kinds: Kinds) -> bool {
        let s = self.s;
        match frame.relation.name.as_str() {
            // "Came second in the trials", not "came in the van"; who manages a team of six has not managed to have one.
            "ACHIEVED" => {
                kinds.has(Kind::Team)
                    // "I manage two juniors".
                    || s.lemma(context.verb) == "manage"
                    // "Lost 5 kg", but not "lost two heifers".
                    // "Hit 500 last week, two counties over".
                    || context.verb + 1 < s.end
                        && s.pos(context.verb + 1) == Pos::Num
                        && !s.in_subtree(object, context.verb + 1)
                    || s.lemma(context.verb) == "lose"
                        && !s.is_lemma(object, &["kg", "kilo", "pound", "lb", "lbs", "stone", "weight", "inch", "kgs"])
                    // "My dad passed the piano to my sister".
                    || s.lemma(context.verb) == "pass" && s.child(context.verb, |c| s.is(c, &["to"])).is_some()
                    // "I got a physics test on Thursday" is to come.
                    || s.lemma(context.verb) == "get" && kinds.has(Kind::Exam)
                    // "Doing some promotion for my shop".
                    || s.lemma(context.verb) == "do"
                    || s.is_lemma(context.verb, &["come"])
                        && !s.has_child_word(context.verb, &["first", "second", "third", "top", "last", "fourth"])
            }
            // "I have a concert on Friday" is to come, "I have a party" says nothing.
            "HAS_APPOINTMENT" if s.lemma(context.verb) == "have" && kinds.has(Kind::Event) => {
                context.date.is_none() && !kinds.has(Kind::Appointment)
            }
            // "A man threw Linda into the sea".
            "HOSTED" => kinds.has(Kind::Person),
            // "I saw Sarah yesterday".
            "ATTENDED" if s.lemma(context.verb) == "see" && s.is_given_name(object) => true,
            // "Took the ferry to Roscoff".
            "ATTENDED" if s.lemma(context.verb) == "take" && frame.slot == "to" => !kinds.has(Kind::Event),
            // "I have a dentist appointment on Thursday" is to come; a series that one watches is no event.
            "ATTENDED" => {
                kinds.has(Kind::Gym)
                    // "I go to Guaruja every second Saturday" is a habit.
                    || s.lemma(context.verb) == "go"
                        && matches!(s.tag(context.verb), Tag::Vbp | Tag::Vbz)
                        && !kinds.has(Kind::Event)
                    || s.lemma(context.verb) == "make" && s.is_lemma(object, MEALS)
                    || s.lemma(context.verb) == "have" && !s.is_past(context.verb)
                    || s.lemma(context.verb) == "watch"
                        && (nouns::is_quoted(&s, object) || kinds.has(Kind::Propn))
            }
            // "Dancing in the car park".
            "PARTICIPATED_IN" if frame.slot == "in" => {
                s.pos(object) == Pos::Noun
                    && s.is_lemma(object, &["lot", "park", "kitchen", "room", "street", "garden", "car"])
            }
            "VISITED" if s.lemma(context.verb) == "be" && frame.slot == "to" => s.lower(context.verb) != "been",
            // "We land in Tokyo pretty tired": not yet, or again and again.
            "VISITED"
                if matches!(s.tag(context.verb), Tag::Vbp | Tag::Vbz)
                    && s.lemma(context.verb) != "be"
                    && (context.date.is_none()
                        || s.has_child_word(
                            context.verb,
                            &["usually", "always", "often", "normally", "sometimes"],
                        ))
                    && context.reading.mood == Mood::Actual =>
            {
                true
            }
            // "Stayed in the guest room" is at home.
            "VISITED" if s.is_lemma(object, &["room", "bedroom", "kitchen", "garden", "bed"]) => true,
            // "Got warnings from the scanner".
            "VISITED" if s.lemma(context.verb) == "get" && s.has_child(context.verb, &[Dep::Dobj]) => true,
            // "Did the Great North Run" is no visit.
            "VISITED" if s.is_lemma(context.verb, &["do"]) && kinds.has(Kind::Event) => true,
            // "I'm driving you to Arlanda".
            "VISITED" if s.child_of(context.verb, &[Dep::Dobj]).is_some_and(|whom| s.pos(whom) == Pos::Pron) => true,
            // "I have the Denver trip on the 11th" is to come.
            "WENT_ON" if s.lemma(context.verb) == "have" && matches!(s.tag(context.verb), Tag::Vbp | Tag::Vbz) => true,
            _ => false,
        }
    }
}
