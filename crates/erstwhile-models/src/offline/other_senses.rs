//! Verbs that say something else with some objects than they mostly do.

use erstwhile_nlp::{Dep, EntityKind, Tag};

use super::fitness::Context;
use super::lexicon::{Kind, Kinds};
use super::reader::SentenceReader;

/// Where one grows what one has: "we have beans on the allotment".
const GROUNDS: &[&str] =
    &["garden", "allotment", "balcony", "greenhouse", "polytunnel", "field", "farm", "yard", "plot"];
/// What one finishes at a school: "finished her degree at Durham".
const STUDIES: &[&str] = &[
    "phd",
    "doctorate",
    "degree",
    "master",
    "masters",
    "ma",
    "msc",
    "ba",
    "bsc",
    "mba",
    "training",
    "apprenticeship",
    "course",
    "studies",
    "residency",
    "thesis",
];

impl SentenceReader<'_, '_> {
    /// Whether a verb with such an object says something else than it mostly does.
    pub(super) fn says_something_else(&self, context: &Context<'_>, name: &str, object: usize, kinds: Kinds) -> bool {
        let s = self.s;
        let verb = context.verb;
        let is_under_way = s.tag(verb) == Tag::Vbg;
        match (name, s.lemma(verb)) {
            // "He works with NLNG in Bonny": for a company.
            ("USES", "work") => {
                s.has_child_word(verb, &["in", "at"])
                    && s.entity_kind(object) == Some(EntityKind::Org)
                    && !kinds.intersects(Kinds::of(&[Kind::Tech, Kind::Product]))
            }
            // "Finished her degree at Durham": where one studied.
            ("LEFT_JOB", "finish") => s.has_child_word(verb, STUDIES),
            // "Coming from Bengaluru by train": no origin.
            ("FROM", "come") => is_under_way,
            // "I have a workshop where we make lanterns": one's own.
            ("TAKES_CLASS", "have") => s.has_child(object, &[Dep::Relcl]),
            ("TAKES_CLASS", _) => s.has_child_word(object, &["golf", "race", "obstacle", "assault", "main"]),
            // "He's missing the graduation": he will not be there.
            ("LIKES", "miss") => {
                is_under_way && kinds.intersects(Kinds::of(&[Kind::Event, Kind::Appointment, Kind::Exam]))
            }
            // "We have chicken, rice and carrots": bought, unless a garden is spoken of.
            ("GROWS", "have") => {
                !s.lemma(object).contains("tree") && !s.tokens().any(|token| s.is_lemma(token, GROUNDS))
            }
            // "I already have a physio, Gorka".
            ("HAD_PROCEDURE", _) => s.lemma(object) == "physio" && s.has_child_word(object, &["a", "my"]),
            _ => false,
        }
    }
}
