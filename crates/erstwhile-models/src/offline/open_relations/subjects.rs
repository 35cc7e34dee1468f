//! Who or what the clause of an open relation is about.

use erstwhile_nlp::{Dep, Pos, Tag};

use super::super::nouns::{self, Vague};
use super::super::people::{MINE, Person, PersonKind};
use super::super::reader::SentenceReader;
use super::super::word_forms::uncapitalised;
use super::POINTERS;

/// Words of a subject that is no person.
const SUBJECT_WORDS_MAX: usize = 6;
/// Words of which one cannot tell what they count.
const QUANTIFIERS: &[&str] = &["few", "many", "most", "no", "some", "any", "all", "both", "only", "even"];
/// Things of a household of which one speaks without saying whose they are: "the boiler broke".
const HOUSEHOLD: &[&str] = &[
    "boiler",
    "car",
    "cooker",
    "dishwasher",
    "dryer",
    "freezer",
    "fridge",
    "heating",
    "oven",
    "roof",
    "shower",
    "van",
    "washer",
];
/// The speaker as an object.
const ME: &[&str] = &["me", "us"];

impl SentenceReader<'_, '_> {
    /// The subject of a clause: the word itself for a relative pronoun.
    pub(super) fn subject_of_open_clause(&self, verb: usize) -> Option<usize> {
        let s = self.s;
        let subject = s.subject(verb).or_else(|| s.child_of(verb, &[Dep::Csubj]))?;
        let relative = s.dep(verb) == Dep::Relcl && matches!(s.tag(subject), Tag::Wdt | Tag::Wp);
        Some(if relative { s.head(verb) } else { subject })
    }

    /// Who or what a clause is about: someone known, or a thing of theirs.
    pub(super) fn open_subject(&mut self, token: usize, tokens: &[usize]) -> Result<Option<Person>, Vague> {
        let s = self.s;
        if let Some(person) = self.person(token).filter(|person| self.may_speak_of(person, token)) {
            let somebody = matches!(person.kind, PersonKind::Person | PersonKind::Pet | PersonKind::Group);
            let known = s.pos(token) != Pos::Propn
                || self.people.is_speaker(&person.name)
                || person.kinship.is_some()
                || self.people.known(&person.name).is_some()
                || s.is_given_name(token);
            return Ok(Some(person).filter(|_| somebody && known));
        }
        // "My old Hotpoint flooded the kitchen".
        let own = self.is_own_thing(token)
            || s.pos(token) == Pos::Propn && s.child(token, |c| s.dep(c) == Dep::Poss && s.is(c, MINE)).is_some()
            || s.is_lemma(token, HOUSEHOLD)
                && s.has_child_word(token, &["the"])
                && s.children(token).count() == 1
                && self.people.is_nobody_else_spoken_of();
        let Some(owner) = self.owner_of(token).filter(|_| own) else { return self.what_affects_speaker(token, tokens) };
        let name = self.phrase(token, Some(&owner.name))?;
        let name = nouns::strip_article(&name);
        let name = if name.contains("'s ") { name.to_owned() } else { format!("{}'s {name}", owner.name) };
        let plural = s.tag(token) == Tag::Nns;
        Ok(Some(Person { kind: PersonKind::Thing, ..Person::named(name).plural(plural) }))
    }

    /// "Dancing makes me happy", "jazz bores me".
    fn what_affects_speaker(&mut self, token: usize, tokens: &[usize]) -> Result<Option<Person>, Vague> {
        let s = self.s;
        let is_activity = s.tag(token) == Tag::Vbg
            && matches!(s.dep(token), Dep::Csubj | Dep::Nsubj)
            && !s.has_child(token, &[Dep::Nsubj]);
        let affects = tokens.iter().any(|token| s.is(*token, ME));
        if !affects || !is_activity && !s.is_noun(token) || s.has_child(token, &[Dep::Det, Dep::Relcl]) {
            return Ok(None);
        }
        let words: Vec<usize> = s.subtree(token).collect();
        // "Even jazz", "few things", "chocolate, not cheese".
        let limits = |word: usize| {
            matches!(s.dep(word), Dep::Advmod | Dep::Neg | Dep::Punct | Dep::Quantmod) || s.is(word, QUANTIFIERS)
        };
        let named =
            words.len() <= SUBJECT_WORDS_MAX && !words.iter().any(|word| s.is(*word, POINTERS) || limits(*word));
        if !named {
            return Ok(None);
        }
        let name = self.text_of(&words, None)?;
        let opens = words
            .first()
            .is_some_and(|first| *first == s.start && s.pos(*first) != Pos::Propn && name.starts_with(s.text(*first)));
        let name = if opens { uncapitalised(&name) } else { name };
        let plural = s.tag(token) == Tag::Nns;
        Ok(Some(name)
            .filter(|name| !name.is_empty())
            .map(|name| Person { kind: PersonKind::Thing, ..Person::named(name).plural(plural) }))
    }
}
