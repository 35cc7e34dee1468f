//! Signs that the parser misread a phrase, so that a fact made from it would be garbled.

use erstwhile_nlp::{Dep, Pos, Tag};

use super::nouns::is_quoted;
use super::sentence::Sentence;

/// Numerals of volumes and parts: "Book I".
const ROMAN: &[&str] = &["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X"];

/// Nouns that say when or where, behind an object.
const BEHIND_OBJECTS: &[&str] = &[
    "today",
    "yesterday",
    "tomorrow",
    "tonight",
    "lol",
    "home",
    "mon",
    "tue",
    "tues",
    "wed",
    "thu",
    "thurs",
    "fri",
    "sat",
    "sun",
];

impl Sentence<'_> {
    /// Whether a phrase follows a relative clause to which it belongs, although the parser hangs it on a word before:
    /// "a rack that attaches to the hitch", "a report that's due by Friday".
    pub(super) fn is_behind_relative_clause(&self, token: usize) -> bool {
        let head = self.head(token);
        let first = self.doc.left_edge(token).max(self.start);
        let Some(before) = first.checked_sub(1).filter(|before| *before >= self.start && *before > head) else {
            return false;
        };
        let is_relative = |above: usize| self.dep(above) == Dep::Relcl && self.in_subtree(head, above);
        let inside = |above: usize| above != head && (is_relative(above) || self.is_behind_relative_clause(above));
        head != token
            && self.pos(before) != Pos::Punct
            && (inside(before)
                || self
                    .doc
                    .ancestors(before)
                    .take_while(|above| *above != head)
                    .any(|above| above > head && inside(above)))
    }

    /// Whether the object of a verb is only a part of what the text says.
    pub(super) fn is_cut_short(&self, verb: usize, object: usize) -> bool {
        let after = self.next(object);
        let is_next = |is: &dyn Fn(usize) -> bool| after.is_some_and(is);
        // "My home Wi-Fi router", "a peer review my work": two nouns that the parser could not join.
        let joined = |c: usize| {
            self.dep(c) == Dep::Appos
                && self.pos(c) == Pos::Noun
                && c > self.head(c)
                && !(self.head(c)..c).any(|between| self.pos(between) == Pos::Punct && self.text(between) != "-")
        };
        // "Educational Instagram accounts": the noun is taken for a verb.
        let second = is_next(&|next| self.dep(next) == Dep::Dobj && self.head(next) == verb && self.is_verb(next));
        // "Book I and …", but not "the book I read".
        let volume = is_next(&|next| {
            let behind = self.next(next);
            ROMAN.contains(&self.text(next))
                && (!self.in_subtree(object, next) || self.pos(next) == Pos::Pron)
                && behind
                    .is_none_or(|behind| matches!(self.pos(behind), Pos::Punct | Pos::Cconj | Pos::Adp | Pos::Space))
        });
        // "Spider-Man: Into the Spider-Verse".
        let subtitle =
            is_next(&|next| self.text(next) == ":" && self.next(next).is_some_and(|behind| self.is_capital(behind)));
        let proper = self.pos(object) == Pos::Propn && !is_quoted(self, object);
        // "Into the Spider-Verse, Jurassic Park": other names behind a subtitle.
        let behind_subtitle = self.pos(object) == Pos::Propn
            && (verb + 1..object).any(|mark| self.text(mark) == ":" && self.pos(mark - 1) == Pos::Propn);
        // "Daisy Jones and The Six" in quotation marks is one title.
        let half_title = self.quotation(object).is_some_and(|quotation| quotation.contains(&self.head(object)));
        // "Upgraded my home Wi-Fi router to a new system": what is upgraded is misread.
        let beside = self.child_of(verb, &[Dep::Dobj]).filter(|other| *other < object);
        // "A poetry reading": the second noun is taken for a verb.
        let reading = is_next(&|next| {
            self.dep(next) == Dep::Acl
                && self.tag(next) == Tag::Vbg
                && self.head(next) == object
                && self.tag(object) == Tag::Nn
                && !self
                    .has_child(next, &[Dep::Dobj, Dep::Prep, Dep::Acomp, Dep::Prt, Dep::Advmod, Dep::Xcomp, Dep::Ccomp])
        });
        // "And Orla only wants to talk": the subject of the next clause.
        let starts_clause = self.dep(object) == Dep::Conj
            && after.is_some_and(|next| {
                let verb = if self.pos(next) == Pos::Adv { self.next(next) } else { Some(next) };
                verb.is_some_and(|verb| matches!(self.tag(verb), Tag::Vbz | Tag::Vbd | Tag::Vbp) && self.is_verb(verb))
            });
        // "A team lead at …": a noun behind a noun.
        let cut = is_next(&|next| {
            self.pos(object) == Pos::Noun
                && matches!(self.tag(next), Tag::Nn | Tag::Nns)
                && !self.in_subtree(object, next)
                && !self.is_date(next)
                && !self.is(next, BEHIND_OBJECTS)
                && self.next(next).is_none_or(|behind| !self.is_verb(behind))
        });
        // "40 leeks, two rows of potatoes and some beetroot".
        let beside_another = self
            .doc
            .ancestors(object)
            .take_while(|above| *above != verb)
            .any(|above| self.dep(above) == Dep::Appos && self.pos(above) == Pos::Noun && above > verb)
            || self.is_of_second_object(verb, object);
        reading
            || starts_clause
            || cut
            || beside_another
            || self.child(object, joined).is_some()
            || beside.is_some_and(|beside| self.child(beside, |c| joined(c) && c < object).is_some())
            || second
            || half_title
            || behind_subtitle
            || proper && (volume || subtitle)
    }

    /// Whether an object belongs to the second of two that the parser hangs on a verb without joining them.
    fn is_of_second_object(&self, verb: usize, object: usize) -> bool {
        let top = std::iter::once(object).chain(self.doc.ancestors(object)).find(|above| self.head(*above) == verb);
        top.is_some_and(|top| {
            self.dep(top) == Dep::Dobj
                && self
                    .child(verb, |other| {
                        self.dep(other) == Dep::Dobj
                            && other < top
                            && self.is_noun(other)
                            && (other..top).any(|mark| self.text(mark) == ",")
                    })
                    .is_some()
        })
    }

    /// Whether another clause, with a subject of its own, stands between a verb and its object.
    pub(super) fn is_across_a_clause(&self, verb: usize, object: usize) -> bool {
        let (first, last) = (verb.min(object), verb.max(object));
        (first + 1..last).any(|other| {
            self.is_verb(other)
                && self.dep(other) == Dep::Conj
                && self.has_child(other, &[Dep::Nsubj])
                && !self.in_subtree(other, object)
                && !self.in_subtree(other, verb)
                && !self.doc.ancestors(other).any(|above| self.dep(above) == Dep::Relcl)
        })
    }

    /// "Had the vase appraised", "got offers going": what is had is that something is done.
    pub(super) fn is_causative(&self, verb: usize, object: usize) -> bool {
        let done = |c: usize| {
            self.dep(c) == Dep::Acl
                && matches!(self.tag(c), Tag::Vbn | Tag::Vbg)
                && c > object
                && !self.is(c, &["named", "called", "made", "given", "based", "including"])
                && !self.has_child(c, &[Dep::Agent, Dep::Nsubj, Dep::Aux])
        };
        self.is_lemma(verb, &["have", "get"])
            && !matches!(self.tag(verb), Tag::Vbp | Tag::Vbz)
            && self.coordinated(object).into_iter().any(|object| self.child(object, done).is_some())
    }

    /// "Starting seeds since February - tomatoes are doing well": what follows a dash is another clause.
    pub(super) fn is_behind_a_dash(&self, verb: usize, object: usize) -> bool {
        let spaced = |mark: usize| self.doc.tokens().get(mark.wrapping_sub(1)).is_some_and(|before| before.space_after);
        (verb + 1..object).any(|mark| matches!(self.text(mark), "-" | "–" | "—") && spaced(mark))
    }

    /// "I hit 500 last week, a heron of all things": what follows a comma is no object.
    pub(super) fn is_behind_a_comma(&self, verb: usize, object: usize) -> bool {
        let first = self.doc.left_edge(object).max(self.start);
        let commas = (verb + 1..first).filter(|mark| self.text(*mark) == ",").count();
        let behind = first.checked_sub(1).is_some_and(|before| before > verb && self.text(before) == ",");
        // "I bought, finally, a car".
        behind && commas == 1 && self.dep(object) == Dep::Dobj && self.head(object) == verb && first > verb + 2
    }

    fn next(&self, token: usize) -> Option<usize> {
        Some(token + 1).filter(|next| self.tokens().contains(next))
    }
}
