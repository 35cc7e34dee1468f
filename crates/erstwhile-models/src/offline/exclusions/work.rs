//! What is no job, business, project or membership.

use erstwhile_nlp::{Dep, EntityKind, Pos, Tag};

use crate::offline::fitness::Context;
use crate::offline::lexicon::{Frame, Kind, Kinds};
use crate::offline::mood::Mood;
use crate::offline::reader::SentenceReader;
use crate::offline::{nouns, word_forms};

impl SentenceReader<'_, '_> {
    /// Whether an object is no job, business, project or membership.
    pub(super) fn is_no_work(&self, context: &Context<'_>, frame: &Frame, object: usize, kinds: Kinds) -> bool {
        let s = self.s;
        match frame.relation.name.as_str() {
            // What one finishes is a work, not work under way.
            "WORKS_ON" => {
                self.is_exam_sat(context, object)
                    || s.is_lemma(context.verb, &["finish", "complete"]) && kinds.has(Kind::Work)
                    || s.is(object, &["project"])
                        && !s.has_child(object, &[Dep::Compound, Dep::Amod, Dep::Poss, Dep::Prep])
            }
            // "I have Netflix": a name is a business of one's own only with a verb that says so.
            "OWNS_BUSINESS"
                if s.is_lemma(context.verb, &["have", "get"])
                    && kinds.has(Kind::Propn)
                    && !kinds.has(Kind::Business) =>
            {
                true
            }
            // "Moved to Amarillo": a town, unless the name is that of a company.
            "STARTED_JOB" if s.lemma(context.verb) == "move" => {
                let known = s.lexicon.kinds(s.lower(object));
                let company = Kinds::of(&[Kind::Org, Kind::OrgName, Kind::Tech, Kind::KnownName]);
                s.is_proper(object)
                    && !known.intersects(company)
                    && !word_forms::is_company_name(&nouns::name(&s, object))
            }
            // "I got a new therapist".
            "STARTED_JOB" if kinds.has(Kind::Title) && !kinds.has(Kind::Job) => s.has_child_word(object, &["a", "an"]),
            "STARTED_JOB" if s.lemma(context.verb) == "go" => {
                !kinds.intersects(Kinds::of(&[Kind::Job, Kind::Org, Kind::OrgName, Kind::Business, Kind::Office]))
            }
            // "I've been with Sam for six years": with whom one lives.
            "WORKS_AT" if frame.slot == "with" && self.is_single_person(object) => true,
            // "Signed up for Chicago", a race, is no membership.
            "JOINED" | "SUBSCRIBES_TO"
                if frame.slot == "for"
                    && (kinds.intersects(Kinds::of(&[
                        Kind::Gpe,
                        Kind::Distance,
                        Kind::Event,
                        Kind::Exam,
                        Kind::Class,
                    ])) || s.is(object, &["k", "km"])
                        || word_forms::is_distance(s.lower(object))) =>
            {
                true
            }
            // "Teaches third grade in Decatur": a town.
            "WORKS_AT"
                if frame.slot == "in" && (kinds.has(Kind::Gpe) || s.entity_kind(object) == Some(EntityKind::Gpe)) =>
            {
                true
            }
            // "I'm running for the school board": not yet elected.
            "MEMBER_OF" if s.lemma(context.verb) == "run" && kinds.has(Kind::Office) => true,
            // "Dancing in the car park of a shop".
            "MEMBER_OF"
                if frame.slot == "in"
                    && s.pos(object) == Pos::Noun
                    && !kinds.intersects(Kinds::of(&[Kind::Club, Kind::Team])) =>
            {
                true
            }
            // "I work in IT" names no company.
            "WORKS_AT" if frame.slot == "in" && s.is(object, &["it", "hr", "pr", "qa", "tech"]) => true,
            // "I work for the whole clinic".
            "WORKS_AT" if s.has_child_word(object, &["whole", "entire"]) => true,
            // "The maid of honor": at one wedding.
            "WORKS_AS"
                if s.is_lemma(object, &["maid", "bridesmaid", "groomsman"])
                    && s.has_child_word(object, &["the", "of"]) =>
            {
                true
            }
            // "I leave the office at 9": in the evening.
            "LEFT_JOB"
                if matches!(s.tag(context.verb), Tag::Vbp | Tag::Vbz)
                    && context.reading.mood == Mood::Actual
                    && s.lemma(context.verb) == "leave" =>
            {
                true
            }
            // "I'm in the planning program, starting January": not yet, as far as is known.
            "PARTICIPATED_IN" if s.lemma(context.verb) == "be" && frame.slot == "in" && !kinds.has(Kind::Event) => true,
            // "A poor keeper of secrets".
            "WORKS_AS"
                if frame.slot == "attr"
                    && (self.is_no_trade(object)
                        || s.is_lemma(object, &["keeper", "eater", "sleeper", "learner", "believer", "listener"])) =>
            {
                true
            }
            // "I have the hearing aid clinic at noon".
            "OWNS_BUSINESS" => s.lemma(context.verb) == "have" && s.has_child_word(context.verb, &["at"]),
            "FOUNDED" => {
                s.lemma(context.verb) == "set"
                    && !kinds.intersects(Kinds::of(&[Kind::Business, Kind::Club, Kind::Media]))
            }
            _ => false,
        }
    }
}
