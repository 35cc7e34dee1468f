//! One parsed sentence: access to its tokens and its tree.

use std::ops::Range;

use erstwhile_nlp::{Dep, Document, Entity, EntityKind, Pos, Tag};

use super::given_names::gender_of_name;
use super::identifiers::Identifiers;
use super::lexicon::{Kind, Lexicon};

/// One sentence of a parsed text.
#[derive(Clone, Copy)]
pub(super) struct Sentence<'a> {
    /// The parsed text.
    pub(super) doc: &'a Document<'a>,
    /// The vocabulary.
    pub(super) lexicon: &'a Lexicon,
    /// The identifiers that well-known names stand in for.
    pub(super) identifiers: &'a Identifiers,
    /// The first token.
    pub(super) start: usize,
    /// The token after the last.
    pub(super) end: usize,
}

impl<'a> Sentence<'a> {
    pub(super) fn tokens(&self) -> Range<usize> {
        self.start..self.end
    }

    pub(super) fn len(&self) -> usize {
        self.end - self.start
    }

    /// The byte range in the parsed text.
    pub(super) fn span(&self) -> Range<usize> {
        let first = self.doc.tokens().get(self.start).map_or(0, |token| token.start as usize);
        let last = self.doc.tokens().get(self.end.wrapping_sub(1)).map_or(first, |token| token.end as usize);
        first..last.max(first)
    }

    pub(super) fn source(&self) -> &'a str {
        self.doc.text().get(self.span()).unwrap_or_default()
    }

    pub(super) fn is_question(&self) -> bool {
        self.source().trim_end().ends_with('?')
    }

    pub(super) fn text(&self, token: usize) -> &'a str {
        self.doc.token_text(token)
    }

    pub(super) fn lower(&self, token: usize) -> &'a str {
        self.doc.lower(token)
    }

    /// The lemma in lower case; of a proper noun, the word itself.
    pub(super) fn lemma(&self, token: usize) -> &'a str {
        let lemma = self.doc.lemma(token);
        if self.pos(token) == Pos::Propn || lemma.chars().any(char::is_uppercase) { self.lower(token) } else { lemma }
    }

    pub(super) fn pos(&self, token: usize) -> Pos {
        self.doc.tokens()[token].pos
    }

    pub(super) fn tag(&self, token: usize) -> Tag {
        self.doc.tokens()[token].tag
    }

    pub(super) fn dep(&self, token: usize) -> Dep {
        self.doc.tokens()[token].dep
    }

    pub(super) fn head(&self, token: usize) -> usize {
        self.doc.head(token)
    }

    pub(super) fn children(&self, token: usize) -> impl DoubleEndedIterator<Item = usize> + 'a {
        let (doc, start, end) = (self.doc, self.start, self.end);
        doc.children(token).filter(move |child| (start..end).contains(child))
    }

    /// The first child that a condition holds for.
    pub(super) fn child(&self, token: usize, is: impl Fn(usize) -> bool) -> Option<usize> {
        self.children(token).find(|child| is(*child))
    }

    pub(super) fn child_of(&self, token: usize, deps: &[Dep]) -> Option<usize> {
        self.child(token, |child| deps.contains(&self.dep(child)))
    }

    pub(super) fn has_child(&self, token: usize, deps: &[Dep]) -> bool {
        self.child_of(token, deps).is_some()
    }

    /// Whether a child is one of these words.
    pub(super) fn has_child_word(&self, token: usize, words: &[&str]) -> bool {
        self.child(token, |child| words.contains(&self.lower(child))).is_some()
    }

    pub(super) fn subtree(&self, token: usize) -> impl Iterator<Item = usize> + 'a {
        let (doc, start, end) = (self.doc, self.start, self.end);
        doc.subtree(token).filter(move |other| (start..end).contains(other))
    }

    pub(super) fn in_subtree(&self, root: usize, token: usize) -> bool {
        token == root || self.doc.ancestors(token).any(|above| above == root)
    }

    /// Whether a token is one of these words.
    pub(super) fn is(&self, token: usize, words: &[&str]) -> bool {
        words.contains(&self.lower(token))
    }

    /// Whether the lemma of a token is one of these.
    pub(super) fn is_lemma(&self, token: usize, lemmas: &[&str]) -> bool {
        lemmas.contains(&self.lemma(token))
    }

    pub(super) fn is_verb(&self, token: usize) -> bool {
        matches!(self.pos(token), Pos::Verb | Pos::Aux)
    }

    pub(super) fn is_noun(&self, token: usize) -> bool {
        matches!(self.pos(token), Pos::Noun | Pos::Propn)
    }

    pub(super) fn is_capital(&self, token: usize) -> bool {
        self.text(token).starts_with(char::is_uppercase)
    }

    /// Whether a token is a given name that stands alone: "Cerys", but not "Paris" or "Victoria Station".
    pub(super) fn is_given_name(&self, token: usize) -> bool {
        // "In March Susan retired": the recogniser joins the month and the name.
        let dated = |entity: &Entity| entity.kind == EntityKind::Date && self.dep(token) == Dep::Nsubj;
        // "Jo and Priyanka" are no company.
        let joined = |entity: &Entity| entity.tokens.clone().any(|token| self.is(token, &["and"]));
        let alone = self.entity(token).is_none_or(|entity| entity.tokens.len() == 1 || dated(entity) || joined(entity));
        let kinds = self.lexicon.kinds(self.lower(token));
        alone
            && self.is_proper(token)
            && (kinds.has(Kind::FirstName) || gender_of_name(self.text(token)).is_some())
            && !kinds.has(Kind::KnownName)
            && (!self.has_child(token, &[Dep::Compound, Dep::Det, Dep::Amod])
                || self.entity_kind(token) == Some(EntityKind::Date))
            && self.dep(token) != Dep::Compound
    }

    /// Whether a word that no list and no recogniser knows as a person's name is likely one: "Harpreet", "Thandi". Where it
    /// stands must show that it is no town or company.
    pub(super) fn is_probable_name(&self, token: usize) -> bool {
        let text = self.text(token);
        let shaped = self.is_capital(token) && text.chars().count() > 2 && text.chars().skip(1).all(char::is_lowercase);
        let other = |entity: &Entity| {
            entity.tokens.len() > 1
                || !matches!(entity.kind, EntityKind::Person | EntityKind::Org | EntityKind::Gpe | EntityKind::Product)
        };
        let kinds = self.lexicon.kinds(self.lower(token));
        shaped
            && matches!(self.pos(token), Pos::Propn | Pos::Noun | Pos::Adj | Pos::X)
            && !self.entity(token).is_some_and(other)
            && !self.lexicon.is_word(self.lower(token))
            && !self.lexicon.is_word(self.lemma(token))
            && !kinds.has(Kind::KnownName)
            && !kinds.has(Kind::Gpe)
            && !self.has_child(token, &[Dep::Compound, Dep::Det, Dep::Amod, Dep::Poss])
            && self.dep(token) != Dep::Compound
    }

    /// Whether a name stands where people do: who does something, or whom one sees, asks, marries.
    pub(super) fn is_place_of_person(&self, token: usize) -> bool {
        const VERBS: &[&str] = &[
            "see", "meet", "tell", "ask", "call", "visit", "marry", "help", "invite", "thank", "text", "phone", "ring",
            "miss",
        ];
        let above = self.head(token);
        match self.dep(token) {
            Dep::Nsubj | Dep::Nsubjpass => true,
            Dep::Dobj | Dep::Dative => self.is_lemma(above, VERBS),
            Dep::Pobj => self.is(above, &["with"]),
            Dep::Conj => self.is_proper(above) && self.is_place_of_person(above),
            _ => false,
        }
    }

    /// Whether a token is a name: a proper noun, or a noun with a capital within a sentence that does not shout.
    pub(super) fn is_proper(&self, token: usize) -> bool {
        let rest_is_lower = || self.text(token).chars().skip(1).all(char::is_lowercase);
        let small = || self.tokens().filter(|other| self.text(*other).starts_with(char::is_lowercase)).count();
        self.is_capital(token)
            && (self.pos(token) == Pos::Propn
                || self.tag(token) == Tag::Nn
                    && token > self.start
                    && rest_is_lower()
                    && self.text(token).len() > 2
                    && !self.lexicon.is_word(self.lemma(token))
                    && small() * 2 >= self.len().saturating_sub(1))
    }

    pub(super) fn is_a(&self, token: usize, kind: Kind) -> bool {
        self.lexicon.is(self.lemma(token), kind)
    }

    pub(super) fn is_past(&self, token: usize) -> bool {
        matches!(self.tag(token), Tag::Vbd | Tag::Vbn)
    }

    /// The identifier for which a token stands.
    pub(super) fn identifier(&self, token: usize) -> Option<&'a str> {
        self.identifiers.original(self.text(token))
    }

    /// The recognised entity that a token is part of; names that stand in for identifiers are none.
    pub(super) fn entity(&self, token: usize) -> Option<&'a Entity> {
        let entity = self.doc.entity_at(token)?;
        // "Two espressos every morning": the recogniser takes the drink for a part of the time.
        let food = matches!(entity.kind, EntityKind::Date | EntityKind::Time) && self.is_a(token, Kind::Food);
        (!food && entity.tokens.clone().all(|token| self.identifier(token).is_none())).then_some(entity)
    }

    pub(super) fn entity_kind(&self, token: usize) -> Option<EntityKind> {
        self.entity(token).map(|entity| entity.kind)
    }

    /// The text of a recognised entity, without a possessive ending.
    pub(super) fn entity_text(&self, entity: &Entity) -> &'a str {
        let tokens = self.doc.tokens();
        let (Some(first), Some(last)) =
            (tokens.get(entity.tokens.start), tokens.get(entity.tokens.end.wrapping_sub(1)))
        else {
            return "";
        };
        let text = self.doc.text().get(first.start as usize..last.end as usize).unwrap_or_default();
        text.strip_suffix("'s").unwrap_or(text).trim()
    }

    /// The token of an entity on which the others hang.
    pub(super) fn entity_root(&self, entity: &Entity) -> usize {
        let tokens = entity.tokens.clone();
        tokens
            .clone()
            .find(|token| !tokens.contains(&self.head(*token)) || self.head(*token) == *token)
            .unwrap_or(tokens.start)
    }

    /// The noun of a preposition.
    pub(super) fn object_of(&self, preposition: usize) -> Option<usize> {
        self.child_of(preposition, &[Dep::Pobj, Dep::Pcomp])
    }

    pub(super) fn is_date(&self, token: usize) -> bool {
        matches!(self.entity_kind(token), Some(EntityKind::Date | EntityKind::Time))
    }

    /// Whether a token stands between two quotation marks.
    pub(super) fn in_quote(&self, token: usize) -> bool {
        let quote = |other: usize| matches!(self.tag(other), Tag::OpenQuote | Tag::CloseQuote);
        let is_mark = |other: &usize| {
            matches!(self.text(*other), "\"" | "''" | "``") || self.text(*other) == "'" && quote(*other)
        };
        let before = (self.start..token).filter(is_mark).count();
        before % 2 == 1 && (token + 1..self.end).any(|other| is_mark(&other))
    }

    /// The words between the quotation marks around a token, if they are few and begin and end like a title.
    pub(super) fn quotation(&self, token: usize) -> Option<Range<usize>> {
        const WORDS_MAX: usize = 10;
        let is_mark = |other: usize| matches!(self.text(other), "\"" | "''" | "``" | "“" | "”");
        if !self.in_quote(token) {
            return None;
        }
        let first = (self.start..=token).rev().find(|other| is_mark(*other))? + 1;
        let end = (token..self.end).find(|other| is_mark(*other))?;
        let title = first < end
            && end - first <= WORDS_MAX
            && self.is_capital(first)
            && (self.is_capital(end - 1) || !self.text(end - 1).starts_with(char::is_alphabetic));
        title.then_some(first..end)
    }

    /// A token and those coordinated with it.
    /// "£12 a day": whether a word says per what an amount is.
    pub(super) fn is_rate(&self, amount: usize, unit: usize) -> bool {
        const UNITS: &[&str] =
            &["hour", "day", "night", "week", "fortnight", "month", "quarter", "year", "session", "head"];
        let is_amount = self.pos(amount) == Pos::Num || self.has_child(amount, &[Dep::Nummod]);
        is_amount && self.is(unit, UNITS) && self.has_child_word(unit, &["a", "an", "each", "every", "per"])
    }

    pub(super) fn coordinated(&self, token: usize) -> Vec<usize> {
        let mut found = vec![token];
        let mut next = 0;
        while let Some(&current) = found.get(next) {
            next += 1;
            for child in self.children(current) {
                // "Vinyl and old tickets": the parser may hang the first noun on the second.
                // "Latex and bee stings", "cable and TV services": two nouns before one may both belong to it.
                let both = self.child_of(child, &[Dep::Conj]).is_some_and(|other| other < current);
                let before = self.dep(child) == Dep::Nmod
                    && self.pos(child) == Pos::Noun
                    && self.has_child(child, &[Dep::Cc])
                    && !both;
                if before && !found.contains(&child) {
                    found.push(child);
                }
                let joined = self.dep(child) == Dep::Conj
                    && matches!(self.pos(child), Pos::Noun | Pos::Propn | Pos::Verb | Pos::Adj | Pos::Num | Pos::X)
                    && !self.has_child(child, &[Dep::Nsubj, Dep::Nsubjpass]);
                if joined && !found.contains(&child) {
                    found.push(child);
                }
            }
        }
        found
    }

    /// The grammatical subject of a verb, also when it is shared with the verb above.
    pub(super) fn subject(&self, verb: usize) -> Option<usize> {
        self.subject_within(verb, 0)
    }

    /// "Kwame is an electrician and his wife Efua is a midwife": the subject of the second clause, which the parser takes
    /// for a part of the first.
    fn swallowed_subject(&self, verb: usize) -> Option<usize> {
        let head = self.head(verb);
        if self.dep(verb) != Dep::Conj
            || !self.is_verb(head)
            || !matches!(self.tag(verb), Tag::Vbz | Tag::Vbp | Tag::Vbd)
        {
            return None;
        }
        let between =
            |token: &usize| self.pos(*token) == Pos::Adv || self.dep(*token) == Dep::Aux && self.head(*token) == verb;
        let before = (head + 1..verb).rev().find(|token| !between(token)).filter(|before| self.is_noun(*before))?;
        std::iter::once(before)
            .chain(self.doc.ancestors(before))
            .take_while(|token| *token > head)
            .find(|token| self.dep(*token) == Dep::Conj && self.is_noun(*token))
            .filter(|token| {
                let first = self.doc.left_edge(*token).max(self.start);
                first.checked_sub(1).is_some_and(|cc| self.is(cc, &["and", "but"]))
            })
    }

    fn subject_within(&self, verb: usize, depth: u8) -> Option<usize> {
        if let Some(subject) = self.child_of(verb, &[Dep::Nsubj, Dep::Nsubjpass]) {
            // "My wife and I": the speaker.
            let speaker = self.child(subject, |child| self.dep(child) == Dep::Conj && self.lower(child) == "i");
            return Some(speaker.unwrap_or(subject));
        }
        if let Some(swallowed) = self.swallowed_subject(verb) {
            return Some(swallowed);
        }
        let head = self.head(verb);
        if depth > 4 || head == verb {
            return None;
        }
        let above = |token: usize| self.subject_within(token, depth + 1);
        match self.dep(verb) {
            Dep::Xcomp if self.dep(head) == Dep::Acomp => above(self.head(head)),
            Dep::Conj | Dep::Xcomp => {
                if self.is_verb(head) {
                    above(head)
                } else if self.dep(head) == Dep::Acomp {
                    // "I'm fluent in Spanish and learning Korean".
                    above(self.head(head))
                } else {
                    None
                }
            }
            Dep::Advcl
                if (matches!(self.tag(verb), Tag::Vbg | Tag::Vbn)
                    || self.tag(verb) == Tag::Vb && matches!(self.lemma(head), "go" | "come"))
                    && !self.has_child(verb, &[Dep::Mark]) =>
            {
                above(head)
            }
            Dep::Acl if self.dep(head) == Dep::Dobj => above(self.head(head)),
            Dep::Pcomp if self.is_verb(self.head(head)) => above(self.head(head)),
            Dep::Pcomp if matches!(self.dep(self.head(head)), Dep::Acomp | Dep::Attr) => {
                above(self.head(self.head(head)))
            }
            _ => None,
        }
    }
}

impl std::fmt::Debug for Sentence<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Sentence").field(&self.source()).finish()
    }
}
