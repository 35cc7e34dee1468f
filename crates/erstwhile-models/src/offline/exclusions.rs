//! Objects that a relation never takes, whatever their types: what one finishes is no work under way.

use erstwhile_nlp::{Dep, Pos, Tag};

use super::fitness::Context;
use super::lexicon::{Frame, Kind, Kinds};
use super::reader::SentenceReader;

impl SentenceReader<'_, '_> {
    /// Whether a relation never takes such an object, whatever its types.
    pub(super) fn is_excluded(&mut self, context: &Context<'_>, frame: &Frame, object: usize, kinds: Kinds) -> bool {
        let s = self.s;
        match frame.relation.name.as_str() {
            // What one finishes is a work, not work under way.
            "WORKS_ON" => {
                s.is_lemma(context.verb, &["finish", "complete"]) && kinds.has(Kind::Work)
                    || s.is(object, &["project"])
                        && !s.has_child(object, &[Dep::Compound, Dep::Amod, Dep::Poss, Dep::Prep])
            }
            // "I have Netflix": a name is a business of one's own only with a verb that says so.
            "OWNS_BUSINESS" => {
                s.is_lemma(context.verb, &["have", "get"]) && kinds.has(Kind::Propn) && !kinds.has(Kind::Business)
            }
            "READ" => s.lower(object).contains("watch"),
            // "Got warnings from the scanner".
            "VISITED" if s.lemma(context.verb) == "get" && s.has_child(context.verb, &[Dep::Dobj]) => true,
            // "Did the Great North Run" is no visit.
            "VISITED" if s.is_lemma(context.verb, &["do"]) && kinds.has(Kind::Event) => true,
            // "Lost the dog" may be found; "lost our old dog" is not.
            "LOST_TO_DEATH" => {
                kinds.has(Kind::Animal)
                    && !s.has_child_word(object, &["old", "beloved", "dear", "poor", "sweet"])
                    && !s.has_child_word(context.verb, &["to"])
            }
            "DOES_ACTIVITY" => {
                kinds.has(Kind::Artwork)
                    && frame.slot == "obj"
                    && s.tag(object) != Tag::Vbg
                    && s.has_child(object, &[Dep::Det, Dep::Poss])
            }
            // "Came second in the trials", not "came in the van".
            "ACHIEVED" => {
                s.is_lemma(context.verb, &["come"])
                    && !s.has_child_word(context.verb, &["first", "second", "third", "top", "last", "fourth"])
            }
            // Whom one leaves is a partner, or it is a job.
            "BROKE_UP_WITH" => {
                let partner = self
                    .person(object)
                    .and_then(|person| person.kinship)
                    .is_some_and(|kinship| matches!(kinship.relation, "MARRIED_TO" | "DATING" | "ENGAGED_TO"));
                s.lemma(context.verb) == "leave" && !partner
            }
            // "Made the team" is no work of art.
            "CREATED" => s.is_lemma(context.verb, &["make"]) && kinds.has(Kind::Team),
            // Who is no child is at a shop to work; who went somewhere once paid a visit.
            "STUDIES_AT" => {
                let child = context.subject.kinship.as_ref().is_some_and(|kinship| {
                    matches!(kinship.relation, "HAS_CHILD" | "HAS_GRANDCHILD")
                        || matches!(kinship.word.as_str(), "niece" | "nephew")
                });
                let visits = s.is_lemma(context.verb, &["go"]) && !matches!(s.tag(context.verb), Tag::Vbz | Tag::Vbp);
                (s.is_lemma(context.verb, &["be", "start"]) && !child || visits) && !kinds.has(Kind::School)
            }
            // "My daughter starts at Exeter": no job.
            "WORKS_AT" | "STARTED_JOB" | "VISITED" | "LOCATED_IN" => {
                let child = context.subject.kinship.as_ref().is_some_and(|kinship| {
                    matches!(kinship.relation, "HAS_CHILD" | "HAS_GRANDCHILD")
                        || matches!(kinship.word.as_str(), "niece" | "nephew")
                });
                let school = kinds.has(Kind::School) && frame.slot == "at";
                s.is_lemma(context.verb, &["be", "start"]) && frame.slot == "at" && child
                    || school && s.is_lemma(context.verb, &["start"])
                    || frame.relation.name == "VISITED"
                        && s.lemma(context.verb) == "stay"
                        && (matches!(s.tag(context.verb), Tag::Vbz | Tag::Vbp) || self.is_earlier(context.verb))
            }
            "LIVES_IN" | "LIVES_WITH" => {
                s.lemma(context.verb) == "stay"
                    && !matches!(s.tag(context.verb), Tag::Vbz | Tag::Vbp)
                    && !self.is_earlier(context.verb)
            }
            // "Upgraded my phone to a 15 Pro" mends nothing.
            "FIXED" => s.lemma(context.verb) == "upgrade" && s.has_child_word(context.verb, &["to"]),
            // "I have a dentist appointment on Thursday" is to come.
            "ATTENDED" => s.lemma(context.verb) == "have" && !s.is_past(context.verb),
            // "I love the view": one thing at hand, no lasting taste.
            "LIKES" | "LOVES" | "INTERESTED_IN" | "DISLIKES" => {
                let pointing = |c| s.dep(c) == Dep::Det && s.is(c, &["the", "that", "this", "these", "those"]);
                s.child(object, pointing).is_some()
                    && s.pos(object) != Pos::Propn
                    && !kinds.has(Kind::Work)
                    && !self.is_specific(object)
            }
            _ => false,
        }
    }
}
