//! What a relation never takes, whatever the types: each verb and object that would fit and says something else.

use erstwhile_nlp::{Dep, Pos, Tag};

use super::fitness::Context;
use super::help_requests::asks_for_help;
use super::lexicon::{Frame, Kind, Kinds};
use super::mood::Mood;
use super::reader::SentenceReader;

mod health;
mod occasions;
mod relationships;
mod stays;
mod study;
mod work;

pub(super) use health::NOT_GIVEN_UP;

impl SentenceReader<'_, '_> {
    /// Whether a relation never takes such an object, whatever its types.
    pub(super) fn is_excluded(&mut self, context: &Context<'_>, frame: &Frame, object: usize, kinds: Kinds) -> bool {
        let s = self.s;
        // "JUST DOING IT!" is about nothing.
        if s.lemma(context.verb) == "do" && s.child(context.verb, |c| s.text(c) == "IT").is_some() {
            return true;
        }
        if asks_for_help(&s, context.verb) {
            return true;
        }
        // "I want to make sure that it passes": the thing is not what is wanted.
        if s.lemma(object) == "make" && s.has_child_word(object, &["sure"]) {
            return true;
        }
        // "He eats no cheese or eggs".
        if s.dep(object) == Dep::Conj && s.has_child_word(s.head(object), &["no"]) {
            return true;
        }
        let name = frame.relation.name.as_str();
        if self.says_nothing(context, name, object)
            || matches!(name, "ATTENDED" | "WATCHED") && self.is_bare_sight(context, object, kinds)
            || self.says_something_else(context, name, object, kinds)
        {
            return true;
        }
        // "I started a podcast": one's own.
        let own_media = s.lemma(context.verb) == "start" && kinds.has(Kind::Media);
        match name {
            "READ" | "WATCHED" | "LISTENS_TO" if own_media => true,
            // "I can't wait for the trip".
            "WAITS_FOR" if s.has_child_word(context.verb, &["ca", "can"]) => !self.is_specific(object),
            "ACHIEVED" | "ATTENDED" | "VISITED" | "PARTICIPATED_IN" | "HAS_APPOINTMENT" | "HOSTED" | "WENT_ON"
                if self.is_no_occasion(context, frame, object, kinds) =>
            {
                true
            }
            "USES" | "OWNS" | "BOUGHT" | "GAVE" | "SET_ASIDE" | "RENTS" => {
                self.is_no_possession(context, name, object, kinds)
            }
            "READ" => {
                s.subtree(object).any(|token| s.lower(token).contains("watch"))
                    // "Finished a Tamiya 1/48 Spitfire".
                    || s.lemma(context.verb) == "finish"
                        && s.is_proper(object)
                        && s.has_child_word(object, &["a", "an"])
                        && !kinds.has(Kind::Work)
                    || s.doc.ancestors(object).any(|above| s.lower(above).contains("watch"))
                    || s.is_lemma(context.verb, &["enjoy", "finish"])
                        && s.is_lemma(object, &["series", "show", "season", "episode"])
            }
            // "Loved the photo album".
            "LISTENS_TO" => {
                s.lemma(context.verb) == "play"
                    || s.has_child_word(object, &["photo", "wedding", "stamp", "baby", "picture"])
            }
            // "I take my son to karate".
            "DOES_ACTIVITY" if s.lemma(context.verb) == "take" && kinds.has(Kind::Person) => true,
            "DOES_ACTIVITY" => {
                kinds.has(Kind::Artwork)
                    && frame.slot == "obj"
                    && s.tag(object) != Tag::Vbg
                    && s.has_child(object, &[Dep::Det, Dep::Poss])
            }
            // "Did 10 minutes".
            "RAN_DISTANCE" => s.is_lemma(object, &["minute", "hour", "min", "second"]),
            // "Made the team" is no work of art.
            "CREATED" => {
                s.is_lemma(context.verb, &["make"]) && kinds.has(Kind::Team)
                    // "Drew two aces".
                    || s.lemma(context.verb) == "draw" && s.is_lemma(object, &["ace", "card", "ball", "name", "line"])
                    || self.is_exam_sat(context, object)
            }
            // "Upgraded my phone to a 15 Pro" mends nothing.
            "FIXED" => s.lemma(context.verb) == "upgrade" && s.has_child_word(context.verb, &["to"]),
            // "I sell phone accessories" is what one does.
            "SOLD" | "PARTED_WITH" => {
                matches!(s.tag(context.verb), Tag::Vbp | Tag::Vbz) && context.reading.mood == Mood::Actual
            }
            // "I love the view": one thing at hand, no lasting taste.
            "LIKES" | "LOVES" | "INTERESTED_IN" | "DISLIKES" => {
                let pointing = |c| s.dep(c) == Dep::Det && s.is(c, &["the", "that", "this", "these", "those"]);
                let of = s.child(object, |c| s.dep(c) == Dep::Prep && s.is(c, &["of", "in", "at"]));
                s.child(object, pointing).is_some()
                    && s.pos(object) != Pos::Propn
                    && !kinds.has(Kind::Work)
                    && (!self.is_specific(object)
                        || of.is_none() && !s.is_proper(object) && !s.children(object).any(|c| s.is_proper(c)))
            }
            _ => {
                self.is_no_work(context, frame, object, kinds)
                    || self.is_no_study(context, frame, object, kinds)
                    || self.is_no_matter_of_health(context, frame, object, kinds)
                    || self.is_no_home_or_stay(context, frame, object, kinds)
                    || self.is_no_relationship(context, frame, object, kinds)
            }
        }
    }

    /// Whether the object is not what the text says, or the verb does something to it that its frame does not mean.
    pub(super) fn is_misread(&self, context: &Context<'_>, frame: &Frame, object: usize) -> bool {
        let s = self.s;
        let owned = matches!(
            frame.relation.name.as_str(),
            "OWNS" | "BOUGHT" | "RECEIVED" | "HAS_APPOINTMENT" | "HAS_CONDITION" | "HAS_DEGREE"
        );
        s.is_cut_short(context.verb, object)
            || s.is_across_a_clause(context.verb, object)
            || frame.slot == "obj" && s.is_behind_a_dash(context.verb, object)
            || owned && s.is_causative(context.verb, object)
            || frame.slot == "obj" && s.is_behind_a_comma(context.verb, object)
            // "We have no dog but two birds".
            || s.child(object, |c| s.dep(c) == Dep::Det && s.is(c, &["no"])).is_some()
    }
}
