//! The words of a clause as a sentence about its subject.

use erstwhile_nlp::{Dep, Pos, Tag};

use super::super::clause_text::ASIDE;
use super::super::dates::Grain;
use super::super::nouns::{self, Vague};
use super::super::reader::SentenceReader;
use super::super::verb_forms::{expanded, third_person};
use super::{OpenClause, POINTERS};

/// Words of a fact; longer clauses say several things.
pub(super) const WORDS_MAX: usize = 20;
/// Adverbs that add nothing to a fact.
pub(super) const EMPTY_ADVERBS: &[&str] = &[
    "just",
    "also",
    "actually",
    "really",
    "literally",
    "honestly",
    "basically",
    "even",
    "totally",
    "definitely",
    "so",
    "though",
    "tho",
    "too",
    "then",
    "anyway",
    "only",
    "still",
    "now",
    "finally",
    "kinda",
    "pretty",
    "however",
];
/// Prepositions before a date.
const DATE_PREPOSITIONS: &[&str] =
    &["for", "since", "until", "till", "from", "by", "to", "on", "in", "at", "before", "after"];
/// What may follow a clause without belonging to it.
const AFTER_A_CLAUSE: &[Pos] = &[Pos::Punct, Pos::Cconj, Pos::Sconj, Pos::Adv, Pos::Intj, Pos::Part, Pos::Space];

impl SentenceReader<'_, '_> {
    /// The words of a clause in order, without its subject and without what says something else.
    pub(super) fn words_of_clause(&self, verb: usize) -> Option<Vec<usize>> {
        let s = self.s;
        let mut tokens = vec![verb];
        for child in s.children(verb).filter(|child| !self.stands_apart(verb, *child)) {
            tokens.extend(s.subtree(child));
        }
        tokens.sort_unstable();
        tokens.dedup();
        while tokens.last().is_some_and(|last| {
            matches!(s.pos(*last), Pos::Punct | Pos::Intj | Pos::Cconj | Pos::Sym) || s.is(*last, EMPTY_ADVERBS)
        }) {
            tokens.pop();
        }
        let points = tokens.iter().any(|token| {
            // "This week" points at a date.
            s.is(*token, POINTERS) && s.dep(*token) != Dep::Mark && self.date_at(*token).is_none()
        });
        let cut = tokens.iter().any(|token| self.is_cut_after(*token, &tokens, verb));
        // "Have" of "I've bought a boat and painted it" stands elsewhere.
        let borrowed =
            matches!(s.tag(verb), Tag::Vbn | Tag::Vbg | Tag::Vb) && !s.has_child(verb, &[Dep::Aux, Dep::Auxpass]);
        (!points && !cut && !borrowed && tokens.len() <= WORDS_MAX + 4).then_some(tokens)
    }

    /// Whether a child of a verb says something else, or nothing.
    fn stands_apart(&self, verb: usize, child: usize) -> bool {
        let s = self.s;
        let dep = s.dep(child);
        let before_subject = child < verb
            && matches!(dep, Dep::Prep | Dep::Npadvmod | Dep::Advmod)
            && !s.children(verb).any(|other| matches!(s.dep(other), Dep::Aux | Dep::Nsubj) && other < child);
        // "I got 11 out of 20 on it".
        let points = dep == Dep::Prep && s.object_of(child).is_some_and(|object| s.is(object, POINTERS));
        // "I hit 500, a heron of all things".
        let edge = s.doc.left_edge(child).max(s.start);
        let afterthought = child > verb
            && matches!(dep, Dep::Npadvmod | Dep::Appos | Dep::Dobj | Dep::Attr | Dep::Oprd)
            && (s.text(edge) == "," || edge > s.start && s.text(edge - 1) == ",");
        let empty = dep == Dep::Advmod && s.is(child, EMPTY_ADVERBS);
        let purpose = dep == Dep::Advcl && s.tag(child) == Tag::Vb && !s.has_child(child, &[Dep::Nsubj, Dep::Mark]);
        before_subject || points || afterthought || empty || ASIDE.contains(&dep) && !purpose
    }

    /// Whether a word is followed by one of the same clause that is left out: without a mark or a conjunction between, what
    /// follows belongs to it, whatever the parser says.
    fn is_cut_after(&self, token: usize, tokens: &[usize], verb: usize) -> bool {
        let s = self.s;
        let next = token + 1;
        if !s.tokens().contains(&next) || tokens.binary_search(&next).is_ok() || next == verb {
            return false;
        }
        let starts_a_clause = matches!(s.dep(next), Dep::Nsubj | Dep::Nsubjpass | Dep::Aux | Dep::Auxpass | Dep::Mark);
        let points = s.dep(next) == Dep::Prep && s.object_of(next).is_some_and(|object| s.is(object, POINTERS));
        !AFTER_A_CLAUSE.contains(&s.pos(next)) && !starts_a_clause && !points
    }

    /// The clause as a sentence about its subject: names for pronouns, absolute dates for relative ones.
    pub(super) fn open_statement(&mut self, clause: &OpenClause<'_>, tokens: &[usize]) -> Result<String, Vague> {
        let s = self.s;
        let name = clause.subject.name.as_str();
        let mut words = vec![name.to_owned()];
        let (mut finite, mut written) = (false, None);
        for token in tokens.iter().copied() {
            if let Some(date) = self.date_at(token).filter(|date| self.is_rewritten(*date)) {
                if self.date_at(clause.verb) == Some(date) {
                    return Err(Vague);
                }
                if written != Some(date) {
                    written = Some(date);
                    let preposition = words.last().is_some_and(|last| DATE_PREPOSITIONS.contains(&last.as_str()));
                    words.extend(self.date_words(date, preposition));
                }
                continue;
            }
            let of_verb =
                token == clause.verb || matches!(s.dep(token), Dep::Aux | Dep::Auxpass) && s.head(token) == clause.verb;
            if of_verb && !finite && s.tag(token) != Tag::To {
                finite = true;
                let word = expanded(&s, token);
                words.push(match word.as_str() {
                    "am" => "is".to_owned(),
                    "were" if !clause.subject.plural => "was".to_owned(),
                    "are" | "have" | "do" if !clause.subject.plural => third_person(&word),
                    _ if matches!(s.tag(token), Tag::Vbp | Tag::Vb) && !clause.subject.plural => {
                        third_person(s.lemma(token))
                    }
                    _ => word,
                });
                continue;
            }
            let negation = s.dep(token) == Dep::Neg && s.head(token) == clause.verb;
            words.push(if negation {
                expanded(&s, token)
            } else {
                nouns::pronoun_free(&s, self.people, token, Some(name))?
            });
        }
        Ok(nouns::tidy(&words.join(" ")))
    }

    /// Whether a date is written as an absolute one: it is relative, and stands where it says when.
    fn is_rewritten(&self, date: usize) -> bool {
        let s = self.s;
        let is_relative = self.dates.get(date).is_some_and(|date| date.relative && date.grain != Grain::Clock);
        let of_date = |token: usize| s.tokens().contains(&token) && self.date_at(token) == Some(date);
        let Some(first) = s.tokens().find(|token| is_relative && of_date(*token)) else { return false };
        // "In the last week of May": the word on which the others depend.
        let mut top = first;
        while s.head(top) != top && of_date(s.head(top)) {
            top = s.head(top);
        }
        matches!(s.dep(top), Dep::Npadvmod | Dep::Advmod | Dep::Pobj | Dep::Prep)
            && !(first > s.start && matches!(s.pos(first - 1), Pos::Det | Pos::Adj))
            && !s.is_noun(s.head(top))
    }
}
