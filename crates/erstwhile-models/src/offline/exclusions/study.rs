//! What is no degree, class or subject.

use erstwhile_nlp::Dep;

use crate::offline::fitness::Context;
use crate::offline::lexicon::{Frame, Kind, Kinds};
use crate::offline::reader::{SentenceReader, Trust};

impl SentenceReader<'_, '_> {
    /// Whether an object is nothing that one learns, teaches or has a degree in.
    pub(super) fn is_no_study(&self, context: &Context<'_>, frame: &Frame, object: usize, kinds: Kinds) -> bool {
        let s = self.s;
        match frame.relation.name.as_str() {
            // What an assistant asks about is not said: "one thing he taught you". "Teaches maths in Szeged" is about maths.
            "TEACHES" => {
                self.trust == Trust::Assistant || frame.slot == "in" && s.has_child(context.verb, &[Dep::Dobj])
            }
            // "She has her exam certificate in June": to come.
            "HAS_DEGREE" if s.lemma(context.verb) == "have" && context.date.is_some() => true,
            // "Many honours in my life", "studying for an MBA": not yet.
            "HAS_DEGREE" => {
                s.has_child_word(object, &["many", "several"])
                    || s.is_lemma(context.verb, &["study", "work", "apply"])
                    || s.is_lemma(object, &["licence", "license"])
            }
            // "Did the math" says that one counted, "doing business with them" that one trades.
            "STUDIES" if s.is(object, &["business"]) => s.lemma(context.verb) == "do",
            "STUDIES" => s.is_lemma(context.verb, &["do"]) && s.has_child_word(object, &["the"]),
            "TAKES_CLASS" => {
                s.lemma(context.verb) == "do"
                    && kinds.has(Kind::Activity)
                    && !s.is_lemma(object, &["class", "course", "lesson", "workshop"])
            }
            _ => false,
        }
    }
}
