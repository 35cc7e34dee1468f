//! Clauses that make no fact of an open relation, whatever their subject.

use erstwhile_nlp::{Dep, EntityKind, Pos, Tag};

use super::super::help_requests::asks_for_help;
use super::super::lexicon::{Kind, Kinds};
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
/// Verbs of a task that somebody asks for help with: the question at hand, and not a plan.
const TASKS: &[&str] = &[
    "apply",
    "calculate",
    "compute",
    "determine",
    "explain",
    "figure",
    "prove",
    "solve",
    "understand",
    "verify",
    "visualise",
    "visualize",
];
/// Moods of the moment.
const MOODS: &[&str] = &["excited", "sure", "confused", "ready"];
/// What one has difficulty with while one asks for help.
const DIFFICULTIES: &[&str] = &["trouble", "difficulty", "difficulties", "problems", "issues"];
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

/// Of these, many speakers use the bare verb: "my team are", "my mum work".
const WHOSE_VERB_VARIES: Kinds = Kinds::of(&[Kind::Kin, Kind::Person, Kind::Team, Kind::Org, Kind::Club]);

impl SentenceReader<'_, '_> {
    /// Whether a clause of which `tokens` would be kept is not asserted, says only a part of what was said, frames another
    /// clause, needs something else to be understood, or is read elsewhere.
    pub(super) fn says_no_open_fact(&self, verb: usize, subject: usize, tokens: &[usize]) -> bool {
        self.is_uncertain(verb, subject, tokens)
            || self.is_half(verb, subject, tokens)
            || self.leaves_out_the_point(verb, tokens)
            || self.is_misparsed(verb)
            || self.is_frame(verb)
            || self.needs_others(verb, subject, tokens)
            || self.sets_value(verb)
    }

    /// Whether a clause is doubted, holds under a condition, or is left open.
    fn is_uncertain(&self, verb: usize, subject: usize, tokens: &[usize]) -> bool {
        let s = self.s;
        let of_subject = s.subtree(subject).take_while(|token| *token <= subject);
        let doubted = s.children(verb).chain(tokens.iter().copied()).chain(of_subject).any(|token| s.is(token, DOUBTS));
        let conditional =
            s.is(s.start, &["if", "when", "once", "unless", "until"]) || s.has_child_word(verb, &["if", "unless"]);
        // "I was going to restore it": nobody says that it was done.
        let was_going =
            s.is(verb, &["going"]) && s.has_child_word(verb, &["was", "were"]) && s.has_child(verb, &[Dep::Xcomp]);
        // "I can't decide whether to sell it".
        let undecided = s.subtree(verb).any(|token| s.dep(token) == Dep::Mark && s.is(token, &["whether"]));
        doubted || conditional || was_going || undecided
    }

    /// Whether a clause alone says less than was said, or of more.
    fn is_half(&self, verb: usize, subject: usize, tokens: &[usize]) -> bool {
        let s = self.s;
        // "I won't only sell my car".
        let not_only = s.has_child(verb, &[Dep::Neg]) && tokens.iter().any(|token| s.is(*token, &["only", "just"]));
        // "I can do 20 push-ups, not 50".
        let contrasts = tokens.iter().any(|token| s.dep(*token) == Dep::Neg && !s.is_verb(s.head(*token)));
        // "My friends who smoke": some of them.
        let of_some = s.tag(subject) == Tag::Nns && s.has_child(subject, &[Dep::Relcl]);
        // "My aunt is over from Beirut", "the results are back".
        let visits = s.lemma(verb) == "be" && s.has_child_word(verb, &["over", "here", "around", "back"]);
        // "Which I bought in 2019": its object stands elsewhere.
        let gap = s.dep(verb) == Dep::Relcl && s.head(verb) != subject;
        let misread = tokens.iter().any(|token| s.dep(*token) == Dep::Ccomp && self.disagrees(*token));
        // "We are fourteen ladies": the speaker alone is not.
        let together = s.is(subject, &["we"])
            && s.lemma(verb) == "be"
            && s.child_of(verb, &[Dep::Attr]).is_some_and(|attribute| s.tag(attribute) == Tag::Nns);
        // "I've finished three": of what?
        let counts = |verb: usize| {
            s.is_lemma(verb, &["finish", "read", "watch", "complete", "try"])
                && s.child_of(verb, &[Dep::Dobj])
                    .is_some_and(|object| s.pos(object) == Pos::Num && !s.has_child(object, &[Dep::Prep]))
        };
        let how_many = counts(verb) || s.child_of(verb, &[Dep::Xcomp]).is_some_and(counts);
        not_only || contrasts || of_some || visits || gap || misread || together || how_many
    }

    /// Whether what a clause leaves out, because it points elsewhere, says what was done.
    fn leaves_out_the_point(&self, verb: usize, tokens: &[usize]) -> bool {
        let s = self.s;
        // "I invested in it two weeks ago", "I learned about it at the panel": what is left out says what was done.
        let left_out = |words: &[&str]| {
            s.children(verb).any(|c| {
                let points = |object| s.is(object, &["it", "them", "this", "that"]);
                s.dep(c) == Dep::Prep && (words.is_empty() || s.is(c, words)) && s.object_of(c).is_some_and(points)
            })
        };
        let is_bare = || {
            tokens.iter().all(|token| {
                *token == verb
                    || self.date_at(*token).is_some()
                    || matches!(s.dep(*token), Dep::Aux | Dep::Auxpass | Dep::Advmod | Dep::Neg)
            })
        };
        s.lemma(verb) != "be" && (left_out(&["about"]) || left_out(&[]) && is_bare())
    }

    /// Whether the parser took a clause for another one.
    fn is_misparsed(&self, verb: usize) -> bool {
        let s = self.s;
        // "Ordered, 95 pounds with delivery": it may take what stands apart for the object.
        let cut = verb + 1 < s.end && s.pos(verb + 1) == Pos::Punct;
        // "Was rejected and published": it may take the second participle for the past tense.
        let participle = s.tag(verb) == Tag::Vbd
            && s.dep(verb) == Dep::Conj
            && s.has_child(s.head(verb), &[Dep::Auxpass])
            && !s.has_child(verb, &[Dep::Nsubj, Dep::Nsubjpass]);
        // "Raised Inverness": where somebody grew up.
        let raised =
            s.lemma(verb) == "raise" && s.child_of(verb, &[Dep::Dobj]).is_some_and(|object| s.is_proper(object));
        // "I watched Batman: The Animated Series": only a part of the name.
        let part = s.child_of(verb, &[Dep::Dobj]).is_some_and(|object| s.is_cut_short(verb, object));
        // "The road, which I've heard is scenic": the road, and not the speaker.
        let of_other = s.dep(verb) == Dep::Ccomp
            && matches!(s.tag(verb), Tag::Vbz | Tag::Vbp | Tag::Vbd)
            && s.child_of(verb, &[Dep::Nsubj, Dep::Nsubjpass, Dep::Csubj])
                .is_none_or(|subject| matches!(s.tag(subject), Tag::Wdt | Tag::Wp))
            || s.is(verb, &["is"]) && s.subject(verb).is_some_and(|subject| s.is(subject, &["i"]));
        cut || of_other || participle || raised || part || self.disagrees(verb)
    }

    /// "My website redesign on Squarespace": whether the parser took a noun for a verb, which would not agree with its subject.
    fn disagrees(&self, verb: usize) -> bool {
        let s = self.s;
        s.tag(verb) == Tag::Vbp
            && !s.has_child(verb, &[Dep::Aux])
            && s.subject(verb).is_some_and(|subject| {
                s.tag(subject) == Tag::Nn
                    && !s.has_child(subject, &[Dep::Conj])
                    && !s.lexicon.kinds(s.lemma(subject)).intersects(WHOSE_VERB_VARIES)
            })
    }

    /// Whether a clause only frames another one: "I think that …".
    fn is_frame(&self, verb: usize) -> bool {
        let s = self.s;
        // "I'm thinking of moving" says what is considered.
        let considers = s.lemma(verb) == "think"
            && s.children(verb)
                .any(|c| s.dep(c) == Dep::Prep && s.is(c, &["of", "about"]) && s.has_child(c, &[Dep::Pcomp]));
        let is_task = s.lemma(verb) == "try"
            && s.tag(verb) == Tag::Vbg
            && s.child_of(verb, &[Dep::Xcomp]).is_some_and(|tried| s.is_lemma(tried, TASKS));
        // "Dancing makes me happy" has no other clause with a verb of its own.
        let framed = |child: usize| s.dep(child) == Dep::Ccomp && !self.is_small_clause(child);
        let is_mood = s.lemma(verb) == "be" && s.child_of(verb, &[Dep::Acomp]).is_some_and(|mood| s.is(mood, MOODS));
        // "I'm looking forward to the samples".
        let looks_forward = s.lemma(verb) == "look" && s.has_child_word(verb, &["forward"]);
        // "I'm having trouble finding it".
        let struggles = s.lemma(verb) == "have"
            && s.child_of(verb, &[Dep::Dobj]).is_some_and(|object| s.is(object, DIFFICULTIES))
            && s.subtree(verb).any(|token| {
                s.tag(token) == Tag::Vbg && (s.is_lemma(token, TASKS) || s.is_lemma(token, &["find", "get", "decide"]))
            });
        s.is_lemma(verb, FRAMING) && !considers
            || is_mood
            || looks_forward
            || struggles
            || is_task
            || asks_for_help(&s, verb)
            || s.has_child(verb, &[Dep::Expl])
            || s.children(verb).any(framed)
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
