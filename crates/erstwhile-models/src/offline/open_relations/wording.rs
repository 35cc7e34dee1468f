//! The words of a clause as a sentence about its subject.

use erstwhile_nlp::{Dep, Pos, Tag};

use super::super::clause_text::ASIDE;
use super::super::dates::Grain;
use super::super::nouns::{self, Vague};
use super::super::people::FIRST;
use super::super::reader::SentenceReader;
use super::super::verb_forms::{expanded, third_person};
use super::relation::PAST_FORMS;
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

/// How much of a clause is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Detail {
    Full,
    /// Without clauses that only explain a noun or a verb.
    Brief,
}

impl SentenceReader<'_, '_> {
    /// The words of a clause in order, without its subject and without what says something else.
    pub(super) fn words_of_clause(&self, verb: usize) -> Option<Vec<usize>> {
        let s = self.s;
        let mut tokens = Vec::new();
        self.collect_words(verb, Detail::Full, &mut tokens);
        if tokens.len() > WORDS_MAX {
            tokens.clear();
            self.collect_words(verb, Detail::Brief, &mut tokens);
        }
        tokens.sort_unstable();
        tokens.dedup();
        while tokens.last().is_some_and(|last| {
            // "A desktop for now": without its object, a preposition says nothing.
            let stranded = s.dep(*last) == Dep::Prep && s.children(*last).any(|child| child > *last);
            stranded
                || matches!(s.pos(*last), Pos::Punct | Pos::Intj | Pos::Cconj | Pos::Sym)
                || s.is(*last, EMPTY_ADVERBS)
                || s.text(*last) == "|"
        }) {
            tokens.pop();
        }
        let points = tokens.iter().any(|token| {
            // "This week" points at a date, "a job that starts in May" at the job, and "so happy" at nothing.
            let relative = matches!(s.tag(*token), Tag::Wdt | Tag::Wp)
                && s.doc.ancestors(*token).any(|above| s.dep(above) == Dep::Relcl);
            let how_much = s.is(*token, &["so"]) && s.dep(*token) == Dep::Advmod && s.head(*token) > *token;
            let such_as = s.is(*token, &["such"]) && *token + 1 < s.end && s.is(*token + 1, &["as"]);
            s.is(*token, POINTERS)
                && s.dep(*token) != Dep::Mark
                && self.date_at(*token).is_none()
                && !relative
                && !how_much
                && !such_as
        });
        let cut = tokens.iter().any(|token| self.is_cut_after(*token, &tokens, verb));
        // "Completed half of it": half of what?
        let part = s.children(verb).any(|c| {
            s.is(c, &["of"])
                && s.object_of(c).is_some_and(|object| s.is(object, POINTERS) && self.date_at(object).is_none())
        });
        let doubts = tokens.iter().any(|token| s.dep(*token) == Dep::Mark && s.is(*token, &["if", "whether"]));
        let borrowed = self.is_borrowing(verb) && self.lender(verb).is_none();
        (!points && !cut && !part && !doubts && !borrowed && tokens.len() <= WORDS_MAX + 4).then_some(tokens)
    }

    /// Adds the words of a verb, of what it takes, and of the verbs that complete it.
    fn collect_words(&self, verb: usize, detail: Detail, tokens: &mut Vec<usize>) {
        let s = self.s;
        tokens.push(verb);
        // "Makes *me* happy".
        let inner = |child: usize| {
            self.completes(verb) && (matches!(s.dep(child), Dep::Nsubj | Dep::Nsubjpass) || s.tag(child) == Tag::Wrb)
        };
        // "Torn between staying or leaving".
        let is_between = s.dep(verb) == Dep::Pcomp && s.is(s.head(verb), &["between"]);
        let is_alternative = |child: usize| is_between && matches!(s.dep(child), Dep::Cc | Dep::Conj);
        for child in
            s.children(verb).filter(|child| inner(*child) || is_alternative(*child) || !self.stands_apart(verb, *child))
        {
            if self.completes(child) || is_alternative(child) && s.is_verb(child) {
                self.collect_words(child, detail, tokens);
            } else {
                self.collect_phrase(child, detail, tokens);
            }
        }
    }

    /// Adds the words of a phrase, without what only explains it if the clause is to be brief.
    fn collect_phrase(&self, top: usize, detail: Detail, tokens: &mut Vec<usize>) {
        let s = self.s;
        tokens.push(top);
        for child in s.children(top) {
            let explains = matches!(s.dep(child), Dep::Relcl | Dep::Acl | Dep::Advcl | Dep::Appos);
            // "Which I'm now learning" says something else of the speaker.
            if s.dep(child) == Dep::Relcl && s.subject(child).is_some_and(|subject| s.is(subject, FIRST)) {
                continue;
            }
            if s.dep(child) == Dep::Pcomp && s.is_verb(child) {
                self.collect_words(child, detail, tokens);
            } else if detail == Detail::Full || !explains {
                self.collect_phrase(child, detail, tokens);
            }
        }
    }

    /// The words of a phrase that a clause keeps, without clauses that explain it.
    pub(super) fn words_of_phrase(&self, clause: &OpenClause<'_>, top: usize) -> Vec<usize> {
        let mut words = Vec::new();
        self.collect_phrase(top, Detail::Brief, &mut words);
        words.retain(|word| clause.tokens.binary_search(word).is_ok());
        words.sort_unstable();
        words
    }

    /// Whether a verb or an adjective completes the one above it: "want to *learn*", "makes me *happy*".
    fn completes(&self, child: usize) -> bool {
        matches!(self.s.dep(child), Dep::Xcomp | Dep::Pcomp) && self.s.is_verb(child) || self.is_small_clause(child)
    }

    /// Whether a clause has no finite verb of its own: "makes *me happy*", "helps *me relax*".
    pub(super) fn is_small_clause(&self, child: usize) -> bool {
        let s = self.s;
        s.dep(child) == Dep::Ccomp
            && !matches!(s.tag(child), Tag::Vbz | Tag::Vbp | Tag::Vbd | Tag::Md)
            && !s.has_child(child, &[Dep::Mark, Dep::Aux, Dep::Auxpass, Dep::Ccomp])
            && child > s.head(child)
    }

    /// Whether the auxiliary of a verb stands elsewhere: "I've bought a boat and *painted* it".
    fn is_borrowing(&self, verb: usize) -> bool {
        matches!(self.s.tag(verb), Tag::Vbn | Tag::Vbg | Tag::Vb) && !self.s.has_child(verb, &[Dep::Aux, Dep::Auxpass])
    }

    /// The verb of whose auxiliaries another one makes use.
    pub(super) fn lender(&self, verb: usize) -> Option<usize> {
        let s = self.s;
        let head = s.head(verb);
        let lends = s.dep(verb) == Dep::Conj && s.tag(head) == s.tag(verb) && s.tag(verb) != Tag::Vb;
        let lent = |c: usize| matches!(s.dep(c), Dep::Aux | Dep::Auxpass) && s.tag(c) != Tag::To;
        // "I will be restoring or selling them".
        let modal = s.child(head, |c| s.tag(c) == Tag::Md).is_some();
        (lends && !modal && self.is_borrowing(verb) && s.child(head, lent).is_some()).then_some(head)
    }

    /// The text of some words in their order: names for pronouns, no dates.
    pub(super) fn text_of(&mut self, tokens: &[usize], subject: Option<&str>) -> Result<String, Vague> {
        let s = self.s;
        let mut words: Vec<String> = Vec::new();
        for token in tokens.iter().copied() {
            if self.date_at(token).is_some() {
                if words.last().is_some_and(|last| DATE_PREPOSITIONS.contains(&last.as_str())) {
                    words.pop();
                }
            } else {
                words.push(nouns::pronoun_free(&s, self.people, token, subject)?);
            }
        }
        Ok(nouns::tidy(&words.join(" ")))
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
        // "Listen, we got a problem, apparently he missed his audition".
        let clause_before = child < verb && s.is_verb(child) && s.has_child(child, &[Dep::Nsubj, Dep::Nsubjpass]);
        let empty = dep == Dep::Advmod && s.is(child, EMPTY_ADVERBS);
        let purpose = dep == Dep::Advcl && s.tag(child) == Tag::Vb && !s.has_child(child, &[Dep::Nsubj, Dep::Mark]);
        before_subject
            || points
            || afterthought
            || clause_before
            || empty
            || (ASIDE.contains(&dep) || dep == Dep::Csubj) && !purpose
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
    pub(super) fn open_statement(&mut self, clause: &OpenClause<'_>) -> Result<String, Vague> {
        let s = self.s;
        let name = clause.subject.name.as_str();
        let mut words = vec![name.to_owned()];
        let (mut finite, mut written, mut last) = (false, None, None);
        let lent = self.lender(clause.verb).into_iter().flat_map(|lender| s.children(lender)).filter(|child| {
            matches!(s.dep(*child), Dep::Aux | Dep::Auxpass) || s.dep(*child) == Dep::Neg && clause.reading.negated
        });
        for (token, lent) in lent.map(|token| (token, true)).chain(clause.tokens.iter().map(|token| (*token, false))) {
            let previous = last.replace(token);
            if let Some(date) = self.date_at(token).filter(|date| self.is_rewritten(*date)) {
                if self.date_at(clause.verb) == Some(date) {
                    return Err(Vague);
                }
                if written != Some(date) {
                    written = Some(date);
                    // "About a month ago" is in a month.
                    let vague = previous.is_some_and(|before: usize| {
                        s.is(before, &["about", "around", "roughly"]) && self.date_at(s.head(before)) == Some(date)
                    });
                    if vague {
                        words.pop();
                    }
                    let preposition = words.last().is_some_and(|last| DATE_PREPOSITIONS.contains(&last.as_str()));
                    words.extend(self.date_words(date, preposition));
                }
                continue;
            }
            let of_verb = token == clause.verb
                || matches!(s.dep(token), Dep::Aux | Dep::Auxpass) && (lent || s.head(token) == clause.verb);
            if of_verb && !finite && s.tag(token) != Tag::To {
                finite = true;
                let word = expanded(&s, token);
                words.push(match word.as_str() {
                    "am" => "is".to_owned(),
                    "were" if !clause.subject.plural => "was".to_owned(),
                    "are" | "have" | "do" if !clause.subject.plural => third_person(&word),
                    _ if PAST_FORMS.contains(&word.as_str()) => word,
                    _ if matches!(s.tag(token), Tag::Vbp | Tag::Vb) && !clause.subject.plural => {
                        third_person(s.lemma(token))
                    }
                    _ => word,
                });
                continue;
            }
            let negation = s.dep(token) == Dep::Neg && (lent || s.head(token) == clause.verb);
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
        // "At the November 20 panel": a part of a name.
        let behind = s.tokens().find(|token| *token > first && !of_date(*token));
        if behind.is_some_and(|token| matches!(s.pos(token), Pos::Noun | Pos::Propn) && s.dep(token) != Dep::Nsubj) {
            return false;
        }
        // "In the last week of May": the word on which the others depend.
        let mut top = first;
        while s.head(top) != top && of_date(s.head(top)) {
            top = s.head(top);
        }
        matches!(s.dep(top), Dep::Npadvmod | Dep::Advmod | Dep::Pobj | Dep::Prep)
            && !(first > s.start && (s.pos(first - 1) == Pos::Det || s.dep(first - 1) == Dep::Amod))
            && !s.is_noun(s.head(top))
    }
}
