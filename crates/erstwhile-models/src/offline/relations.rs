//! Which relation a clause tells beside its other words: "joined as a designer" is a job.

use erstwhile_nlp::{Dep, EntityKind, Pos, Tag};

use super::claims::Object;
use super::fitness::Context;
use super::lexicon::Kind;
use super::people::PersonKind;
use super::reader::SentenceReader;

impl SentenceReader<'_, '_> {
    /// What a relation is with its object and beside the other words of the clause.
    pub(super) fn relation_here<'c>(
        &self,
        context: &Context<'_>,
        relation: &'c str,
        (object, object_token): (&Object, usize),
    ) -> &'c str {
        let s = self.s;
        match relation {
            // "A Taylor Swift fan".
            "SUPPORTS" if s.entity_kind(object_token) == Some(EntityKind::Person) => "LIKES",
            // "In my second year of a PhD at ETH".
            "WORKS_AT" if s.lemma(context.verb) == "be" && self.is_of_studies(context.verb) => "STUDIES_AT",
            // "I am working in Infosys": the place is an employer.
            "WORKS_IN" if object.entity_type.as_deref() == Some("Organization") && object.name.len() > 2 => "WORKS_AT",
            // "I'm building a site": it is not made yet.
            "CREATED"
                if s.tag(context.verb) == Tag::Vbg
                    && s.has_child_word(context.verb, &["am", "is", "are", "'m", "'re", "'s"])
                    && !s.has_child_word(context.verb, &["been"]) =>
            {
                "WORKS_ON"
            }
            // "We're in Otley still": where one lives.
            "LOCATED_IN"
                if s.lemma(context.verb) == "be"
                    && s.has_child_word(context.verb, &["still", "currently", "now"])
                    && context.subject.kind == PersonKind::Person =>
            {
                "LIVES_IN"
            }
            // "Joined Strava as a product designer" is a job.
            "JOINED" if self.joins_as(context.verb) => "STARTED_JOB",
            relation => relation,
        }
    }

    /// Whether a clause speaks of a degree or a year of studies.
    fn is_of_studies(&self, verb: usize) -> bool {
        let s = self.s;
        s.subtree(verb).any(|token| {
            s.pos(token) != Pos::Verb
                && (s.is_a(token, Kind::Degree) || s.is(token, &["semester", "freshman", "student"]))
        })
    }

    /// Whether one joins in a job: "joined as a designer".
    fn joins_as(&self, verb: usize) -> bool {
        let s = self.s;
        let title = |preposition| s.child_of(preposition, &[Dep::Pobj]).is_some_and(|job| s.is_a(job, Kind::Title));
        s.child(verb, |c| s.dep(c) == Dep::Prep && s.is(c, &["as"]) && title(c)).is_some()
    }
}
