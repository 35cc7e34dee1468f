//! The text of a clause as a self-contained sentence about its subject.

use erstwhile_nlp::{Dep, EntityKind, Pos, Tag};

use super::arguments::stranded_preposition;
use super::clauses::COMPOUNDING;
use super::dates::DatedSpan;
use super::lexicon::Kind;
use super::nouns::{self, Vague};
use super::people::{People, Person};
use super::phrases::coordinated_text;
use super::sentence::Sentence;
use super::verb_forms::{expanded, third_person};

/// Adverbs that change what a clause says.
const TELLING_ADVERBS: &[&str] = &[
    "forward",
    "together",
    "abroad",
    "professionally",
    "remotely",
    "full-time",
    "part-time",
    "never",
    "online",
    "longer",
    "back",
    "locally",
    "daily",
    "weekly",
    "monthly",
    "yearly",
    "nightly",
    "twice",
    "once",
    "alone",
    "anymore",
    "home",
    "away",
    "regularly",
    "usually",
    "always",
    "probably",
];

/// Places in a contest.
const PLACES: &[&str] = &["first", "second", "third", "fourth", "fifth", "last", "1st", "2nd", "3rd", "4th"];

/// Objects of prepositions that say nothing.
const EMPTY_OBJECTS: &[&str] = &[
    "it", "that", "this", "them", "these", "those", "which", "there", "you", "thing", "fact", "way", "time", "lot",
    "one", "moment", "what", "all", "today",
];

/// What stands beside a verb and is no part of what its clause says.
pub(super) const ASIDE: &[Dep] = &[
    Dep::Nsubj,
    Dep::Nsubjpass,
    Dep::Punct,
    Dep::Cc,
    Dep::Conj,
    Dep::Intj,
    Dep::Mark,
    Dep::Advcl,
    Dep::Parataxis,
    Dep::Unclassified,
    Dep::Meta,
    Dep::Preconj,
];

/// Longer phrases say more than how often.
const HABIT_WORDS_MAX: usize = 8;

/// A piece of the text: a token as it stands, or words that replace it.
#[derive(Debug)]
enum Piece {
    Token(usize),
    Words(Option<usize>, String),
}

impl Piece {
    fn token(&self) -> Option<usize> {
        match self {
            Self::Token(token) => Some(*token),
            Self::Words(token, _) => *token,
        }
    }
}

/// What to write about a clause.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clause<'c> {
    /// The verb.
    pub(super) verb: usize,
    /// The subject.
    pub(super) subject: &'c Person,
    /// The object that must be in the text.
    pub(super) keep: Option<usize>,
    /// The date to add, as an absolute expression with its preposition.
    pub(super) date: Option<&'c str>,
    /// The time expressions of the sentence, which are left out as they stand.
    pub(super) dates: &'c [DatedSpan],
}

/// The clause of a verb as a sentence, reduced to the subject, the verb and what belongs to the object.
///
/// # Errors
/// If it needs a pronoun that refers to nobody known.
pub(super) fn write(sentence: &Sentence<'_>, people: &mut People, clause: Clause<'_>) -> Result<String, Vague> {
    let mut writer = ClauseWriter { s: sentence, people, clause, pieces: Vec::new() };
    let top = writer.top();
    writer.borrowed_auxiliaries(top);
    writer.walk(top, true)?;
    writer.fill_gap()?;
    writer.finish()
}

struct ClauseWriter<'s, 'a, 'p, 'c> {
    s: &'s Sentence<'a>,
    people: &'p mut People,
    clause: Clause<'c>,
    pieces: Vec<Piece>,
}

impl ClauseWriter<'_, '_, '_, '_> {
    /// The verb from which the sentence is written: "started" of "started playing".
    fn top(&self) -> usize {
        let s = self.s;
        let mut top = self.clause.verb;
        for _ in 0..6 {
            let head = s.head(top);
            // "Spent the day making a plan".
            if s.is_lemma(head, &["spend"]) && s.tag(top) == Tag::Vbg {
                break;
            }
            let up = match s.dep(top) {
                Dep::Xcomp if s.is_verb(head) || s.pos(head) == Pos::Adj => head,
                // "After losing my job, I wanted …" is another clause.
                Dep::Pcomp if s.is(head, &["after", "before", "while", "since", "without", "despite"]) => break,
                Dep::Pcomp => s.head(head),
                // "I went to see the play".
                Dep::Advcl if s.tag(top) == Tag::Vb && s.is_lemma(head, &["go", "come"]) => head,
                // "Gained admission to study pharmacy".
                Dep::Acl if s.tag(top) == Tag::Vb && s.dep(head) == Dep::Dobj => s.head(head),
                _ => break,
            };
            top = if matches!(s.dep(up), Dep::Acomp | Dep::Attr) { s.head(up) } else { up };
        }
        top
    }

    /// "I will go and buy bread": the second verb takes "will" from the first.
    fn borrowed_auxiliaries(&mut self, top: usize) {
        let s = self.s;
        if s.dep(top) == Dep::Conj {
            let mut first = s.head(top);
            for _ in 0..6 {
                if s.dep(first) != Dep::Conj {
                    break;
                }
                first = s.head(first);
            }
            let own = s.has_child(top, &[Dep::Aux, Dep::Auxpass, Dep::Nsubj]);
            if matches!(s.tag(top), Tag::Vb | Tag::Vbg | Tag::Vbn) && !own {
                if s.dep(first) == Dep::Xcomp {
                    let above = s.head(first);
                    self.pieces.extend(s.children(above).filter(|c| s.dep(*c) == Dep::Aux).map(Piece::Token));
                    // "I'm preparing to negotiate and aiming high" joins the upper verb.
                    if s.is_lemma(above, &["spend"]) {
                        let be = if s.is_past(above) { "was" } else { "is" };
                        self.pieces.push(Piece::Words(None, be.to_owned()));
                    } else if s.tag(top) == s.tag(first) {
                        self.pieces.push(Piece::Token(above));
                    }
                    if s.tag(top) == Tag::Vb {
                        self.pieces.extend(s.children(first).filter(|c| s.dep(*c) == Dep::Aux).map(Piece::Token));
                    }
                } else {
                    let shared = |c: &usize| {
                        matches!(s.dep(*c), Dep::Aux | Dep::Auxpass)
                            && (s.tag(top) != Tag::Vbn || s.lemma(*c) == "have" || s.tag(first) == Tag::Vbn)
                    };
                    self.pieces.extend(s.children(first).filter(shared).map(Piece::Token));
                }
            }
        }
        let spent = s.tag(top) == Tag::Vbg && s.is_lemma(s.head(top), &["spend"]) && s.dep(top) == Dep::Xcomp;
        if spent {
            let be = if s.is_past(s.head(top)) { "was" } else { "is" };
            self.pieces.push(Piece::Words(None, be.to_owned()));
        }
        if s.dep(top) == Dep::Advcl && s.tag(top) == Tag::Vbg && !s.has_child(top, &[Dep::Aux]) {
            let head = s.head(top);
            let auxiliaries: Vec<usize> = s.children(head).filter(|c| s.dep(*c) == Dep::Aux).collect();
            if !auxiliaries.is_empty() && s.tag(head) == Tag::Vbg {
                self.pieces.extend(auxiliaries.into_iter().map(Piece::Token));
            } else {
                let be = if s.tag(head) == Tag::Vbd { "was" } else { "is" };
                self.pieces.push(Piece::Words(None, be.to_owned()));
            }
        }
    }

    fn keeps(&self, token: usize) -> bool {
        self.clause.keep == Some(token)
    }

    /// Whether the kept object stands under a token.
    fn leads_to_kept(&self, token: usize) -> bool {
        self.clause.keep.is_some_and(|kept| self.s.in_subtree(token, kept))
    }

    /// The kept object among a word and those coordinated with it.
    fn kept_among(&self, token: usize) -> Option<usize> {
        let kept = self.clause.keep?;
        (kept == token || self.s.coordinated(token).contains(&kept)).then_some(kept)
    }

    fn noun(&mut self, token: usize) -> Result<(), Vague> {
        let text = nouns::phrase(self.s, self.people, token, Some(&self.clause.subject.name))?;
        self.pieces.push(Piece::Words(Some(token), text));
        Ok(())
    }

    fn walk(&mut self, token: usize, root: bool) -> Result<(), Vague> {
        let s = self.s;
        let children: Vec<usize> = s.children(token).collect();
        let mut written = false;
        for child in children {
            if child > token && !written {
                self.pieces.push(Piece::Token(token));
                written = true;
            }
            self.child(token, child, root)?;
        }
        if !written {
            self.pieces.push(Piece::Token(token));
        }
        Ok(())
    }

    fn child(&mut self, token: usize, child: usize, root: bool) -> Result<(), Vague> {
        let s = self.s;
        let dep = s.dep(child);
        let misread = || {
            s.is_behind_relative_clause(child)
                || self.is_afterthought(child)
                || child > self.clause.verb && s.is_across_a_clause(self.clause.verb, child)
        };
        if !self.leads_to_kept(child) && misread() {
            return Ok(());
        }
        match dep {
            // "Went to see the play".
            Dep::Advcl if self.keeps(child) || s.tag(child) == Tag::Vb && self.leads_to_kept(child) => {
                return self.walk(child, false);
            }
            Dep::Expl | Dep::Relcl | Dep::Csubj | Dep::Ccomp if !self.keeps(child) => return Ok(()),
            _ if ASIDE.contains(&dep) && !self.keeps(child) => {
                return Ok(());
            }
            _ => {}
        }
        if self.is_habit(child) {
            let text = nouns::span_text(s, s.doc.left_edge(child), s.subtree(child).max().unwrap_or(child));
            self.pieces.push(Piece::Words(Some(child), text.to_owned()));
            return Ok(());
        }
        if self.is_dated(child) {
            return Ok(());
        }
        match dep {
            Dep::Prep if root && child < self.clause.verb && !self.leads_to_kept(child) => Ok(()),
            // "Came third".
            Dep::Advmod if s.is_lemma(token, &["come", "finish"]) && s.is(child, PLACES) => self.walk(child, false),
            Dep::Advmod if !s.is(child, TELLING_ADVERBS) => Ok(()),
            // "We went together" of which one is written.
            Dep::Advmod if s.is(child, &["together"]) && !self.clause.subject.plural => Ok(()),
            Dep::Npadvmod if self.keeps(child) => self.object(child, Dep::Dobj),
            Dep::Npadvmod => Ok(()),
            Dep::Dobj | Dep::Attr | Dep::Oprd | Dep::Pobj | Dep::Appos => self.object(child, dep),
            Dep::Dative if s.pos(child) != Pos::Adp => self.object(child, dep),
            Dep::Prep | Dep::Agent | Dep::Dative => self.preposition(token, child),
            Dep::Acomp => self.adjective(child),
            // "Used Acme to find new verbs": what for is no part of what one uses.
            Dep::Xcomp if s.lemma(token) == "use" && s.tag(child) == Tag::Vb && !self.leads_to_kept(child) => Ok(()),
            _ => self.walk(child, false),
        }
    }

    /// "Using Cypress, specifically with the menu", "a ring at 20% off": what stands apart from the clause, or is half of a
    /// phrase.
    fn is_afterthought(&self, child: usize) -> bool {
        let s = self.s;
        let first = s.doc.left_edge(child).max(s.start);
        let apart = || first > self.clause.verb && first > s.start && s.pos(first - 1) == Pos::Punct;
        let specific = || s.has_child_word(child, &["specifically", "especially", "particularly", "mainly", "mostly"]);
        match s.dep(child) {
            Dep::Appos => true,
            // "I'm an adjuster, hail damage mostly".
            Dep::Attr | Dep::Dobj | Dep::Acomp => s.text(first) == "," || apart() && s.text(first - 1) == ",",
            Dep::Prep => {
                let percent = s.object_of(child).is_some_and(|object| {
                    s.text(object) == "%" && s.tokens().contains(&(object + 1)) && s.is(object + 1, &["off"])
                });
                // "Sapiens" by one and "Becoming" by another.
                let of_another_title = self.clause.keep.and_then(|kept| s.quotation(kept)).is_some_and(|own| {
                    (own.end + 1..first).any(|mark| matches!(s.text(mark), "\"" | "“" | "''" | "``"))
                });
                // "By R.F.", where the sentence was cut.
                let initials = s.object_of(child).is_some_and(|object| {
                    object + 1 == s.end && s.text(object).ends_with('.') && s.text(object).matches('.').count() > 1
                });
                percent || initials || of_another_title || specific() && apart()
            }
            _ => false,
        }
    }

    fn object(&mut self, child: usize, dep: Dep) -> Result<(), Vague> {
        let s = self.s;
        let object = self.kept_among(child).unwrap_or(child);
        let pronoun = s.pos(object) == Pos::Pron && !s.is_capital(object);
        // "We split up, me and Claire": the parser takes the afterthought for an object.
        if pronoun
            && s.is(object, &["me", "us"])
            && self.people.is_speaker(&self.clause.subject.name)
            && !self.keeps(object)
        {
            return Ok(());
        }
        if dep == Dep::Dobj && !self.keeps(object) && pronoun && self.people.person(s, object).is_none() {
            return Err(Vague);
        }
        self.noun(object)?;
        // "Had the chance to volunteer at a shelter": the shelter stands behind the chance.
        match s.child(object, |c| s.dep(c) == Dep::Acl && s.tag(c) == Tag::Vb && self.leads_to_kept(c)) {
            Some(action) => self.walk(action, false),
            None => Ok(()),
        }
    }

    fn preposition(&mut self, token: usize, child: usize) -> Result<(), Vague> {
        let s = self.s;
        let object = s.object_of(child).filter(|object| !matches!(s.tag(*object), Tag::Wdt | Tag::Wp));
        let Some(object) = object else {
            if self.leads_to_kept(child) || s.dep(token) == Dep::Relcl && self.keeps(s.head(token)) {
                self.pieces.push(Piece::Token(child));
            }
            // "Dropped out of school": a preposition of two words.
            let second = s.child(child, |c| s.dep(c) == Dep::Prep && self.leads_to_kept(c));
            if let Some(second) = second {
                self.preposition(child, second)?;
            }
            return Ok(());
        };
        let mut kept = self.kept_among(object);
        if kept.is_none() && self.belongs_to_another(child) {
            return Ok(());
        }
        if kept.is_none() && s.tag(object) == Tag::Vbg && self.leads_to_kept(child) {
            kept = Some(object);
        }
        let object = match kept {
            Some(kept) => kept,
            None => {
                let pronoun = s.pos(object) == Pos::Pron && !s.is_capital(object);
                let empty = s.dep(object) == Dep::Pcomp
                    || s.is(object, EMPTY_OBJECTS)
                    || s.is_a(object, Kind::Vague)
                    || self.is_long(object)
                    || pronoun && self.people.person(s, object).is_none();
                if empty {
                    return Ok(());
                }
                object
            }
        };
        self.pieces.push(Piece::Token(child));
        if s.tag(object) == Tag::Vbg || s.pos(object) == Pos::Verb {
            self.walk(object, false)
        } else if kept.is_none()
            && let Some(words) = coordinated_text(s, object)
        {
            self.pieces.push(Piece::Words(Some(object), words.to_owned()));
            Ok(())
        } else {
            self.noun(object)
        }
    }

    /// Whether a phrase has many words, without its relative clauses.
    fn is_long(&self, object: usize) -> bool {
        const WORDS_MAX: usize = 8;
        let s = self.s;
        let within = |token: &usize| {
            s.dep(*token) != Dep::Relcl
                && !s.doc.ancestors(*token).take_while(|above| *above != object).any(|above| s.dep(above) == Dep::Relcl)
        };
        s.subtree(object).filter(within).take(WORDS_MAX + 1).count() > WORDS_MAX
    }

    /// "Flask and SQLite for my database": what stands behind the last of several objects need not be about the first.
    fn belongs_to_another(&self, preposition: usize) -> bool {
        let s = self.s;
        self.clause.keep.is_some_and(|kept| {
            s.child(kept, |next| {
                s.dep(next) == Dep::Conj && s.is_noun(next) && next < preposition && !self.in_date(preposition)
            })
            .is_some()
        })
    }

    fn adjective(&mut self, child: usize) -> Result<(), Vague> {
        let s = self.s;
        let adjective = self.kept_among(child).unwrap_or(child);
        for before in s.children(adjective).filter(|c| *c < adjective).collect::<Vec<_>>() {
            let skipped = matches!(s.dep(before), Dep::Advmod | Dep::Punct | Dep::Cc | Dep::Npadvmod);
            let hyphen = s.text(before) == "-" && s.has_child_word(adjective, COMPOUNDING);
            if !skipped || hyphen || s.is(before, COMPOUNDING) {
                let word = nouns::pronoun_free(s, self.people, before, Some(&self.clause.subject.name))?;
                self.pieces.push(Piece::Words(Some(before), word));
            }
        }
        self.pieces.push(Piece::Token(adjective));
        for after in s.children(adjective).filter(|c| *c > adjective).collect::<Vec<_>>() {
            if matches!(s.dep(after), Dep::Prep | Dep::Xcomp) && self.leads_to_kept(after) {
                if s.dep(after) == Dep::Prep { self.preposition(adjective, after)? } else { self.walk(after, false)? }
            }
        }
        Ok(())
    }

    /// "Every summer", "on Mondays and Fridays", "three times a week": how often something is done.
    fn is_habit(&self, child: usize) -> bool {
        let s = self.s;
        let words = s.subtree(child).take(HABIT_WORDS_MAX + 1).count();
        let first = s.doc.left_edge(child).max(s.start);
        let recurs = match s.dep(child) {
            Dep::Advmod => s.is(child, &["once", "twice"]) && s.has_child(child, &[Dep::Npadvmod]),
            Dep::Npadvmod => {
                s.is(first, &["every", "each", "most"])
                    || s.is(child, &["times"])
                    || s.is(first, &["once", "twice"]) && s.has_child(child, &[Dep::Det])
            }
            Dep::Prep => {
                s.is(child, &["on"])
                    && s.object_of(child).is_some_and(|day| {
                        let plural = s.lower(day).strip_suffix('s');
                        plural
                            .is_some_and(|day| day.ends_with("day") || matches!(day, "weekend" | "evening" | "morning"))
                    })
            }
            _ => false,
        };
        recurs
            && words <= HABIT_WORDS_MAX
            && s.subtree(child).all(|token| s.pos(token) != Pos::Pron && !s.is_verb(token))
    }

    fn is_dated(&self, child: usize) -> bool {
        let s = self.s;
        let dated = match s.dep(child) {
            Dep::Prep => s.child_of(child, &[Dep::Pobj]).is_some_and(|object| s.is_date(object)),
            Dep::Npadvmod | Dep::Advmod | Dep::Pobj => s.is_date(child),
            _ => false,
        };
        (dated || self.in_date(child)) && !self.keeps(child)
    }

    /// Whether a word, or the noun of a preposition, belongs to a time expression.
    fn in_date(&self, child: usize) -> bool {
        let s = self.s;
        let covered = |token: usize| {
            let start = s.doc.tokens().get(token).map_or(0, |token| token.start as usize);
            self.clause.dates.iter().any(|date| date.span.contains(&start))
        };
        match s.dep(child) {
            Dep::Prep => covered(child) || s.object_of(child).is_some_and(covered),
            Dep::Npadvmod | Dep::Advmod | Dep::Pobj | Dep::Nummod => covered(child),
            _ => false,
        }
    }

    /// Puts the noun before a relative clause where it belongs: "the parade I went to" → "went to the parade".
    fn fill_gap(&mut self) -> Result<(), Vague> {
        let s = self.s;
        let verb = self.clause.verb;
        let head = s.head(verb);
        // "Mark and Sarah, who I met": Mark, too.
        let head = self
            .clause
            .keep
            .filter(|kept| s.coordinated(*kept).contains(&head) || s.coordinated(head).contains(kept))
            .unwrap_or(head);
        if s.dep(verb) != Dep::Relcl || !self.keeps(head) {
            return Ok(());
        }
        let stranded = stranded_preposition(s, verb);
        let belongs = |token: usize| {
            token == verb || s.head(token) == verb && (s.dep(token) == Dep::Prt || Some(token) == stranded)
        };
        let at = self.pieces.iter().rposition(|piece| piece.token().is_some_and(belongs)).map_or(0, |at| at + 1);
        let mut text = nouns::phrase(s, self.people, head, Some(&self.clause.subject.name))?;
        // "Auckland, where I live".
        if s.has_child_word(verb, &["where"]) {
            text.insert_str(
                0,
                if s.is_proper(head) && s.entity_kind(head) != Some(EntityKind::Org) { "in " } else { "at " },
            );
        }
        self.pieces.insert(at, Piece::Words(Some(head), text));
        self.pieces.retain(|piece| piece.token().is_none_or(|token| !matches!(s.tag(token), Tag::Wdt | Tag::Wp)));
        Ok(())
    }

    fn finish(self) -> Result<String, Vague> {
        let s = self.s;
        let subject = self.clause.subject;
        let third = !subject.plural;
        let helper = self.pieces.iter().any(|piece| match piece {
            Piece::Token(token) => {
                s.is_lemma(*token, &["do", "will", "would"]) && s.dep(*token) == Dep::Aux || s.tag(*token) == Tag::Md
            }
            Piece::Words(..) => false,
        });
        let perfect = self.pieces.iter().any(|piece| matches!(piece, Piece::Token(token) if s.lemma(*token) == "have"));
        let pieces: Vec<&Piece> = self
            .pieces
            .iter()
            .filter(|piece| !matches!(piece, Piece::Token(token) if matches!(s.tag(*token), Tag::Wdt | Tag::Wp)))
            .collect();
        // "I'll set up a reward for myself": without its object, a preposition says nothing.
        let is_stranded = |piece: &Piece| match piece {
            Piece::Token(token) => {
                s.dep(*token) == Dep::Prep && s.children(*token).any(|c| c > *token && s.dep(c) == Dep::Pobj)
            }
            Piece::Words(..) => false,
        };
        let whole = pieces.iter().rposition(|piece| !is_stranded(piece)).map_or(0, |last| last + 1);
        let mut words: Vec<String> = vec![subject.name.clone()];
        let mut finite = false;
        for piece in pieces.into_iter().take(whole) {
            match piece {
                Piece::Words(token, text) => {
                    finite |= token.is_none();
                    words.push(text.clone());
                }
                Piece::Token(token) => {
                    let tag = s.tag(*token);
                    let mut word = expanded(s, *token);
                    let first = matches!(tag, Tag::Vbp | Tag::Vbz | Tag::Vbd | Tag::Md)
                        || matches!(s.dep(*token), Dep::Root | Dep::Conj) && tag == Tag::Vb && !helper;
                    if !finite && first {
                        finite = true;
                        // "I recently read it": the parser takes it for the present.
                        let lately = s.is(*token, &["read"])
                            && s.child(*token, |c| s.is(c, &["recently", "just", "finally", "already"])).is_some();
                        // "I quit" is said of the past.
                        if third
                            && !lately
                            && matches!(tag, Tag::Vbp | Tag::Vb)
                            && !matches!(word.as_str(), "quit" | "hurt")
                        {
                            word = third_person(&word);
                        } else if third && word == "were" {
                            "was".clone_into(&mut word);
                        }
                    }
                    if s.pos(*token) == Pos::Pron {
                        word = nouns::pronoun_free(s, self.people, *token, Some(&subject.name))?;
                    }
                    words.push(word);
                }
            }
        }
        let mut text = nouns::tidy(&words.join(" "));
        if !finite && !text.split(' ').any(|word| matches!(word, "is" | "has" | "was" | "had" | "will")) {
            return Err(Vague);
        }
        if let Some(date) = self.clause.date {
            let present = matches!(s.tag(self.clause.verb), Tag::Vbz | Tag::Vbp)
                || s.tag(self.clause.verb) == Tag::Vbg && perfect;
            let spanning = ["for", "since", "every", "each", "until", "from", "on ", "in "]
                .iter()
                .any(|lead| date.starts_with(lead));
            if !present || spanning {
                text.push(' ');
                text.push_str(date);
            }
        }
        Ok(text)
    }
}
