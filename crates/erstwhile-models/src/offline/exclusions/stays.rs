//! What is no home, origin or stay.

use erstwhile_nlp::{Dep, Tag};

use crate::offline::fitness::Context;
use crate::offline::lexicon::{Frame, Kind, Kinds};
use crate::offline::reader::SentenceReader;

impl SentenceReader<'_, '_> {
    /// Whether an object is no place from which, to which or in which one lives or stays.
    pub(super) fn is_no_home_or_stay(&self, context: &Context<'_>, frame: &Frame, object: usize, kinds: Kinds) -> bool {
        let (s, verb) = (self.s, context.verb);
        match frame.relation.name.as_str() {
            // "Moved the wedding to Enugu": it moved, not the speaker.
            "MOVED_TO"
                if s.child_of(context.verb, &[Dep::Dobj]).is_some_and(|moved| {
                    !s.is_lemma(moved, &["house", "home", "flat", "family", "place", "apartment"])
                }) =>
            {
                true
            }
            // "Came back from Rotterdam" is a journey, "she has come from Nagpur till January" a visit.
            "FROM"
                if s.is_lemma(context.verb, &["come", "be"])
                    && (s.has_child_word(context.verb, &["back", "home"])
                        || s.lemma(context.verb) == "come"
                            && (s.has_child_word(context.verb, &["have", "has", "'ve", "'s"])
                                || context.date.is_some())) =>
            {
                true
            }
            "FROM" => self.is_no_origin(context, object, kinds),
            // "I'd like to see the palace while I'm in Munich": a place of the journey that is planned.
            "LOCATED_IN" if s.dep(verb) == Dep::Advcl && context.date.is_none() && self.is_while(verb) => true,
            "STUDIES_AT" | "WORKS_AT" | "STARTED_JOB" | "VISITED" | "LOCATED_IN" | "LIVES_IN" | "LIVES_WITH" => {
                self.is_other_stay(context, frame, (object, kinds))
            }
            _ => false,
        }
    }

    /// Whether a clause says during what something else happens.
    fn is_while(&self, verb: usize) -> bool {
        const WHILE: &[&str] = &["while", "when", "whenever", "once", "if", "until", "till", "before", "after"];
        self.s.has_child_word(verb, WHILE)
    }

    /// Whether one is, starts or stays at a place for another reason: to learn, to work, to live or on a visit.
    fn is_other_stay(&self, context: &Context<'_>, frame: &Frame, (object, kinds): (usize, Kinds)) -> bool {
        let s = self.s;
        let verb = context.verb;
        // Where a child is or starts is a school: "my daughter starts at Exeter".
        let child = context.subject.kinship.as_ref().is_some_and(|kinship| {
            matches!(kinship.relation, "HAS_CHILD" | "HAS_GRANDCHILD")
                || matches!(kinship.word.as_str(), "niece" | "nephew")
        });
        let school = kinds.has(Kind::School);
        let is_there = s.is_lemma(verb, &["be", "start"]);
        // "Stays with us" and "earlier I was staying in Pune": where one lives.
        let stays = s.lemma(verb) == "stay";
        let lives = matches!(s.tag(verb), Tag::Vbz | Tag::Vbp) || self.is_earlier(verb);
        match frame.relation.name.as_str() {
            // Who goes there is at school, who went there once paid a visit.
            "STUDIES_AT" => {
                let present = matches!(s.tag(verb), Tag::Vbz | Tag::Vbp);
                let visits = s.lemma(verb) == "go" && !(present && child);
                (is_there && !child || visits) && !school
            }
            // "Based in the Leeds office" is no home.
            "LIVES_IN" if s.is_lemma(object, &["office", "branch", "team", "department", "store"]) => true,
            "LIVES_IN" | "LIVES_WITH" => stays && !lives,
            name => {
                is_there && frame.slot == "at" && (child || school && s.lemma(verb) == "start")
                    || name == "VISITED" && stays && lives
            }
        }
    }

    /// "Earlier I was staying in Koramangala": where one lived before.
    pub(in crate::offline) fn is_earlier(&self, verb: usize) -> bool {
        const EARLIER: &[&str] = &["earlier", "before", "previously", "originally", "formerly"];
        self.s.child(verb, |c| self.s.dep(c) == Dep::Advmod && self.s.is(c, EARLIER)).is_some()
    }

    /// Whether a clause says for how long: "for three years", "since 2019".
    pub(in crate::offline) fn lasts(&self, verb: usize) -> bool {
        let s = self.s;
        s.children(verb).any(|child| {
            s.dep(child) == Dep::Prep
                && s.is(child, &["for", "since"])
                && s.object_of(child).is_some_and(|object| s.is_date(object) || s.is_lemma(object, &["year", "month"]))
        })
    }
}
