//! Clauses that make no fact of an open relation, whatever their subject.

use erstwhile_nlp::{Dep, EntityKind, Pos, Tag};

use super::super::people::SECOND;
use super::super::reader::SentenceReader;
use super::{CHANGES, POINTERS};

/// Verbs whose clause only frames another one, or a mood of the moment.
const FRAMING: &[&str] = &[
    "think",
    "say",
    "tell",
    "ask",
    "mean",
    "know",
    "hear",
    "seem",
    "guess",
    "suppose",
    "wonder",
    "swear",
    "bet",
    "hope",
    "thank",
    "let",
    "wish",
    "appreciate",
    "promise",
    "reckon",
    "figure",
    "wait",
];
/// Adverbs that take back what is said.
const DOUBTS: &[&str] = &[
    "maybe",
    "perhaps",
    "hopefully",
    "supposedly",
    "allegedly",
    "almost",
    "nearly",
    "hardly",
    "barely",
    "scarcely",
    "neither",
];

impl SentenceReader<'_, '_> {
    /// Whether a clause of which `tokens` would be kept frames another one, needs something else to be understood, or is
    /// read elsewhere.
    pub(super) fn says_no_open_fact(&self, verb: usize, subject: usize, tokens: &[usize]) -> bool {
        let s = self.s;
        let of_subject = s.subtree(subject).take_while(|token| *token <= subject);
        let doubts = s.children(verb).chain(tokens.iter().copied()).chain(of_subject).any(|token| s.is(token, DOUBTS));
        // "I won't only sell my car".
        let only = s.has_child(verb, &[Dep::Neg]) && tokens.iter().any(|token| s.is(*token, &["only", "just"]));
        // "I was going to restore it": nobody says that it was done.
        let was_going =
            s.is(verb, &["going"]) && s.has_child_word(verb, &["was", "were"]) && s.has_child(verb, &[Dep::Xcomp]);
        // "Was rejected and published": the parser may take the second participle for the past tense.
        let head = s.head(verb);
        let participle = s.tag(verb) == Tag::Vbd
            && s.dep(verb) == Dep::Conj
            && s.has_child(head, &[Dep::Auxpass])
            && !s.has_child(verb, &[Dep::Nsubj, Dep::Nsubjpass]);
        // "My friends who smoke": some of them.
        let some = s.tag(subject) == Tag::Nns && s.has_child(subject, &[Dep::Relcl]);
        // "I can't decide whether to sell it", "20 push-ups, not 50".
        let open = s.subtree(verb).any(|token| s.dep(token) == Dep::Mark && s.is(token, &["whether"]))
            || tokens.iter().any(|token| s.dep(*token) == Dep::Neg && !s.is_verb(s.head(*token)));
        let conditional =
            s.is(s.start, &["if", "when", "once", "unless", "until"]) || s.has_child_word(verb, &["if", "unless"]);
        // "My aunt is over from Beirut", "the results are back".
        let visits = s.lemma(verb) == "be" && s.has_child_word(verb, &["over", "here", "around", "back"]);
        // "Ordered, 95 pounds with delivery": the parser may take what stands apart for the object.
        let cut = verb + 1 < s.end && s.pos(verb + 1) == Pos::Punct;
        // "Raised Inverness": where somebody grew up.
        let raised =
            s.lemma(verb) == "raise" && s.child_of(verb, &[Dep::Dobj]).is_some_and(|object| s.is_proper(object));
        // "Which I bought in 2019": its object stands elsewhere.
        let gap = s.dep(verb) == Dep::Relcl && s.head(verb) != subject;
        doubts
            || only
            || was_going
            || participle
            || some
            || open
            || conditional
            || visits
            || cut
            || raised
            || gap
            || self.is_frame(verb)
            || self.needs_others(verb, subject, tokens)
            || self.sets_value(verb)
    }

    /// Whether a clause only frames another one: "I think that …".
    fn is_frame(&self, verb: usize) -> bool {
        let s = self.s;
        // "I'm thinking of moving" says what is considered.
        let considers = s.lemma(verb) == "think"
            && s.children(verb)
                .any(|c| s.dep(c) == Dep::Prep && s.is(c, &["of", "about"]) && s.has_child(c, &[Dep::Pcomp]));
        // "Dancing makes me happy" has no other clause with a verb of its own.
        let framed = |child: usize| s.dep(child) == Dep::Ccomp && !self.is_small_clause(child);
        s.is_lemma(verb, FRAMING) && !considers || s.has_child(verb, &[Dep::Expl]) || s.children(verb).any(framed)
    }

    /// Whether a clause cannot be understood without who or what stands elsewhere.
    fn needs_others(&self, verb: usize, subject: usize, tokens: &[usize]) -> bool {
        let s = self.s;
        // "I want her in the water by May": a boat.
        let other = |token: usize| s.is(token, &["he", "she", "him", "her", "they"]) && s.dep(token) != Dep::Poss;
        let unfit = |token: usize| {
            SECOND.contains(&s.lower(token))
                || matches!(s.text(token), "\"" | "“" | "”" | "``" | "''" | "(")
                || token != subject && other(token)
        };
        s.is(subject, &["they"])
            || s.is(subject, &["he", "she"]) && s.lemma(verb) == "be" && s.has_child(verb, &[Dep::Attr])
            || s.subtree(subject).take_while(|token| *token <= subject).any(|token| s.is(token, POINTERS))
            || tokens.iter().any(|token| unfit(*token))
    }

    /// "I've moved the deadline to 1 March": what it is now is read as its value.
    fn sets_value(&self, verb: usize) -> bool {
        let s = self.s;
        let is_value = |value: usize| {
            self.date_at(value).is_some()
                || matches!(s.entity_kind(value), Some(EntityKind::Money | EntityKind::Cardinal | EntityKind::Date))
        };
        s.is_lemma(verb, CHANGES)
            && s.has_child(verb, &[Dep::Dobj])
            && s.children(verb)
                .filter(|c| s.dep(*c) == Dep::Prep && s.is(*c, &["to"]))
                .any(|to| s.object_of(to).is_some_and(is_value))
    }
}
