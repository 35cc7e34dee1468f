//! What is no illness, treatment or diet.

use erstwhile_nlp::{Dep, Pos};

use crate::offline::fitness::Context;
use crate::offline::lexicon::{Frame, Kind, Kinds};
use crate::offline::reader::SentenceReader;

/// What makes a part of the body a condition.
const AILING: &str = "bad sore stiff broken torn weak dodgy swollen sprained twisted frozen slipped trapped painful gammy \
    fractured bruised dislocated ruptured dicky wonky";

/// Verbs for what one stops and has not given up: "stopped getting my nails done".
pub(in crate::offline) const NOT_GIVEN_UP: &[&str] = &[
    "get", "have", "be", "make", "do", "go", "breathe", "exist", "cry", "laugh", "think", "try", "work", "sleep",
    "talk",
];

impl SentenceReader<'_, '_> {
    /// Whether an object is nothing that one has, gives up, has done to oneself or takes.
    pub(super) fn is_no_matter_of_health(
        &self,
        context: &Context<'_>,
        frame: &Frame,
        object: usize,
        kinds: Kinds,
    ) -> bool {
        let s = self.s;
        match frame.relation.name.as_str() {
            // "I can't drive for two weeks".
            "AVOIDS"
                if s.lemma(context.verb) == "drive" && s.has_child_word(context.verb, &["for", "until", "till"]) =>
            {
                true
            }
            // "Quit the dental office" is a job, "I stopped getting my nails done" gives nothing up.
            "AVOIDS" => {
                s.is_lemma(context.verb, &["quit", "stop"])
                    && (kinds.intersects(Kinds::of(&[Kind::Place, Kind::Org, Kind::Office, Kind::School]))
                        || s.is_verb(object) && s.is_lemma(object, NOT_GIVEN_UP))
                    || s.lemma(context.verb) == "use" && s.pos(object) == Pos::Pron
            }
            // "I'm waiting for an MRI": not yet.
            "HAD_PROCEDURE" => s.is_lemma(context.verb, &["wait", "need", "book", "schedule"]),
            // "On medication" does not say which.
            "TAKES_MEDICATION"
                if s.is_lemma(object, &["medication", "medicine", "med", "drug"])
                    && !s.has_child(object, &[Dep::Compound, Dep::Amod, Dep::Prep]) =>
            {
                true
            }
            // "He has lithium in his inverter".
            "TAKES_MEDICATION" => {
                s.lemma(context.verb) == "have" && !s.has_child_word(object, &["tablet", "pill", "mg"])
            }
            // "An allergy to nuts": `ALLERGIC_TO` says this.
            "HAS_CONDITION" if s.lemma(object) == "allergy" && s.has_child_word(object, &["to"]) => true,
            // "Forty-six hives" are of bees.
            "HAS_CONDITION" if s.lemma(object) == "hive" && s.has_child(object, &[Dep::Nummod]) => true,
            // "I'm coeliac" says it, "it's a cold" does not.
            "HAS_CONDITION" if s.lemma(context.verb) == "be" && frame.slot == "attr" => {
                !s.lower(object).ends_with("ic") && !s.is(object, &["coeliac", "celiac", "deaf", "blind"])
                    || s.has_child(object, &[Dep::Det])
            }
            // "I have a bad back", but everybody has a back.
            "HAS_CONDITION" => {
                kinds.has(Kind::BodyPart)
                    && !kinds.has(Kind::Condition)
                    && !s.children(object).any(|c| AILING.split(' ').any(|ailing| s.lower(c) == ailing))
            }
            _ => false,
        }
    }
}
