//! Whether and how a clause of an open relation says that something is so, beyond what the vocabulary needs to be sure of.

use erstwhile_nlp::{Dep, Pos, Tag};

use super::super::mood::{Mood, Reading};
use super::super::people::FIRST;
use super::super::reader::SentenceReader;

/// Verbs of what somebody takes to be so of themself.
const BELIEFS: &[&str] = &["think", "feel", "guess", "believe", "reckon", "figure", "realise", "realize", "find"];
/// Those of them that are true also of what was believed.
const FINDINGS: &[&str] = &["realise", "realize", "find"];

impl SentenceReader<'_, '_> {
    /// How a clause says that something is so; `None` if it does not.
    pub(super) fn open_reading(&self, verb: usize) -> Option<Reading> {
        self.reading_of(verb)
            .or_else(|| self.ability(verb))
            .or_else(|| self.means_to(verb))
            .or_else(|| self.belief(verb))
    }

    /// "I can study 45 minutes a day": what one can do so much of is no mere possibility.
    fn ability(&self, verb: usize) -> Option<Reading> {
        let s = self.s;
        let can = s.child(verb, |c| s.dep(c) == Dep::Aux && s.is(c, &["can"])).is_some();
        let first = s.subject(verb).is_some_and(|subject| s.is(subject, &["i", "we"]));
        let measured = s.subtree(verb).any(|token| s.pos(token) == Pos::Num);
        let free = s.dep(verb) == Dep::Root && !s.has_child(verb, &[Dep::Advcl]) && !s.is_question();
        (can && first && measured && free).then_some(Reading { mood: Mood::Actual, negated: false })
    }

    /// "I'll probably start with the red one": what the speaker means to do.
    fn means_to(&self, verb: usize) -> Option<Reading> {
        let s = self.s;
        let will = s.child(verb, |c| s.dep(c) == Dep::Aux && s.is(c, &["will", "'ll", "ll"])).is_some();
        let free = matches!(s.dep(verb), Dep::Root | Dep::Conj) || self.is_believed(verb);
        // "… if my son wants it".
        let conditional = s.children(verb).any(|c| s.dep(c) == Dep::Advcl && s.has_child(c, &[Dep::Mark, Dep::Advmod]));
        let asked = s.is_question() || conditional;
        let negated = s.has_child(verb, &[Dep::Neg]);
        (will && free && !asked && self.is_of_speaker(verb)).then_some(Reading { mood: Mood::Planned, negated })
    }

    /// "I think I'm more relaxed at home": what the speaker takes to be so of themself.
    fn belief(&self, verb: usize) -> Option<Reading> {
        let s = self.s;
        let modal = s.child(verb, |c| s.tag(c) == Tag::Md).is_some();
        let finite = matches!(s.tag(verb), Tag::Vbp | Tag::Vbz | Tag::Vbd) || s.has_child(verb, &[Dep::Aux]);
        let sure = finite && !modal && self.is_believed(verb) && self.is_of_speaker(verb) && !s.is_question();
        sure.then(|| Reading { mood: Mood::Actual, negated: s.has_child(verb, &[Dep::Neg]) })
    }

    /// Whether the speaker says of the clause of a verb that they believe it.
    fn is_believed(&self, verb: usize) -> bool {
        let s = self.s;
        let head = s.head(verb);
        s.dep(verb) == Dep::Ccomp
            && s.is_lemma(head, BELIEFS)
            && matches!(s.dep(head), Dep::Root | Dep::Conj)
            && (s.tag(head) == Tag::Vbp || s.tag(head) == Tag::Vbd && s.is_lemma(head, FINDINGS))
            && !s.has_child(head, &[Dep::Neg])
            && !s.has_child(head, &[Dep::Aux])
            && s.child(verb, |c| s.dep(c) == Dep::Mark && s.is(c, &["if", "whether", "like"])).is_none()
            && self.is_of_speaker(head)
    }

    fn is_of_speaker(&self, verb: usize) -> bool {
        self.s.subject(verb).is_some_and(|subject| FIRST.contains(&self.s.lower(subject)))
    }
}
