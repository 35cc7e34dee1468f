//! Signs of whether an open fact is worth keeping: its grammar, its verb, and what its object is.

use std::collections::BTreeSet;

use erstwhile_nlp::{Dep, Pos};

use super::super::people::{MINE, PersonKind};
use super::super::reader::SentenceReader;
use super::OpenClause;

/// The signs of one clause, each as `name` or `name=value`.
#[derive(Debug, Default)]
struct Signs(BTreeSet<String>);

impl Signs {
    fn add(&mut self, sign: &str) {
        self.0.insert(sign.to_owned());
    }

    fn add_value(&mut self, name: &str, value: impl std::fmt::Display) {
        self.0.insert(format!("{name}={value}"));
    }

    fn add_label(&mut self, name: &str, value: impl std::fmt::Debug) {
        self.0.insert(format!("{name}={value:?}"));
    }
}

impl SentenceReader<'_, '_> {
    /// The signs of a clause.
    pub(super) fn signs(&mut self, clause: &OpenClause<'_>) -> Vec<String> {
        let tokens = clause.tokens.as_slice();
        let mut signs = Signs::default();
        self.signs_of_verb(clause, &mut signs);
        self.signs_of_words(clause.verb, tokens, &mut signs);
        self.signs_of_object(clause.verb, &mut signs);
        self.signs_of_sentence(tokens.len(), &mut signs);
        signs.0.into_iter().collect()
    }

    fn signs_of_verb(&self, clause: &OpenClause<'_>, signs: &mut Signs) {
        let s = self.s;
        let verb = clause.verb;
        signs.add_value("verb", s.lemma(verb));
        signs.add_label("tag", s.tag(verb));
        signs.add_label("dep", s.dep(verb));
        signs.add_label("mood", clause.reading.mood);
        if clause.reading.negated {
            signs.add("negated");
        }
        if self.is_repeated(verb) {
            signs.add("repeated");
        }
        if s.has_child(verb, &[Dep::Auxpass]) {
            signs.add("passive");
        }
        if s.dep(verb) == Dep::Ccomp {
            signs.add_value("said_with", s.lemma(s.head(verb)));
        }
        if self.lender(verb).is_some() {
            signs.add("borrows");
        }
        signs.add(if self.people.addressee.is_some() { "to_a_person" } else { "to_an_assistant" });
        let subject = clause.subject;
        let kind = match (self.people.is_speaker(&subject.name), &subject.kinship, subject.kind) {
            (true, ..) => "speaker",
            (_, Some(_), PersonKind::Pet) => "pet",
            (_, Some(_), _) => "relative",
            (_, None, PersonKind::Thing) => "thing",
            _ => "other",
        };
        signs.add_value("subject", kind);
        if let Some(token) = s.subject(verb) {
            signs.add_value("subject_word", s.lower(token));
            if s.head(token) != verb {
                signs.add("subject_elsewhere");
            }
        }
        match clause.date.and_then(|date| self.dates.get(date)) {
            Some(date) => {
                signs.add_label("grain", date.grain);
                signs.add_label("extent", date.extent);
                signs.add_value("ahead", date.from.at > self.now);
            }
            None => signs.add("undated"),
        }
    }

    fn signs_of_words(&self, verb: usize, tokens: &[usize], signs: &mut Signs) {
        let s = self.s;
        for child in s.children(verb) {
            let is_kept = tokens.binary_search(&child).is_ok();
            signs.add_label(if is_kept { "has" } else { "leaves_out" }, s.dep(child));
            match s.dep(child) {
                Dep::Aux | Dep::Auxpass => signs.add_value("auxiliary", s.lemma(child)),
                Dep::Advmod => signs.add_value("adverb", s.lower(child)),
                Dep::Prep if is_kept => signs.add_value("preposition", s.lower(child)),
                Dep::Advcl => {
                    for mark in s.children(child).filter(|c| matches!(s.dep(*c), Dep::Mark | Dep::Advmod)) {
                        signs.add_value("clause", s.lower(mark));
                    }
                }
                _ => {}
            }
        }
        for token in tokens.iter().copied().filter(|token| *token != verb) {
            if let Some(kind) = s.entity_kind(token) {
                signs.add_label("entity", kind);
            }
            if s.pos(token) == Pos::Num {
                signs.add("number");
            }
            if s.dep(token) == Dep::Poss {
                signs.add(if s.is(token, MINE) { "of_speaker" } else { "of_other" });
            }
        }
    }

    fn signs_of_object(&mut self, verb: usize, signs: &mut Signs) {
        let s = self.s;
        let object = s
            .child_of(verb, &[Dep::Dobj, Dep::Attr, Dep::Acomp, Dep::Xcomp, Dep::Oprd])
            .or_else(|| s.children(verb).filter(|c| s.dep(*c) == Dep::Prep).find_map(|c| s.object_of(c)));
        let Some(object) = object else { return signs.add("no_object") };
        signs.add_value("object", s.lemma(object));
        signs.add_label("object_dep", s.dep(object));
        signs.add_label("object_tag", s.tag(object));
        signs.add_value("object_specific", self.is_specific(object));
        let kinds = self.kinds(object);
        for name in kinds.names() {
            signs.add_value("kind", name);
        }
        if kinds.is_empty() {
            signs.add("no_kind");
        }
        for child in s.children(object) {
            match s.dep(child) {
                Dep::Det => signs.add_value("determiner", s.lower(child)),
                dep => signs.add_label("object_has", dep),
            }
        }
    }

    fn signs_of_sentence(&self, words: usize, signs: &mut Signs) {
        const MARKS: &[(&str, &str)] = &[
            ("!", "exclamation"),
            ("?", "question"),
            (";", "semicolon"),
            (":", "colon"),
            ("...", "ellipsis"),
            ("—", "dash"),
        ];
        let s = self.s;
        signs.add_value("words", at_most(words, &[2, 4, 6, 9, 13]));
        signs.add_value("share", 4 * words / s.len().max(1));
        signs.add_value("sentence", at_most(s.len(), &[6, 12, 20, 30]));
        for (mark, name) in MARKS {
            if s.source().contains(mark) {
                signs.add_value("mark", name);
            }
        }
        if let Some(first) = s.tokens().find(|token| s.pos(*token) != Pos::Punct) {
            signs.add_value("first", s.lower(first));
        }
        if s.is_question() {
            signs.add("asks");
        }
        let passage = self.mapped.text();
        signs.add_value("place", s.span().start * 4 / passage.len().max(1));
        signs.add_value("passage", at_most(passage.len(), &[60, 150, 300, 600]));
    }
}

/// The first of some bounds that a number does not exceed, as a word.
fn at_most(number: usize, bounds: &[usize]) -> String {
    bounds.iter().find(|bound| number <= **bound).map_or_else(|| "more".to_owned(), usize::to_string)
}
