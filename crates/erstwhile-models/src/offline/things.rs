//! What "it" stands for where a taste is told: "I used to hate running but now I love it".

use erstwhile_nlp::{Dep, Pos};

use super::lexicon::{Kind, Kinds};
use super::reader::SentenceReader;

/// Types of things that one may like, dislike or do without.
const TASTES: Kinds = Kinds::of(&[
    Kind::Food,
    Kind::Activity,
    Kind::Sport,
    Kind::Game,
    Kind::Work,
    Kind::Music,
    Kind::Instrument,
    Kind::Tech,
    Kind::Field,
    Kind::Ownable,
]);

/// The last thing spoken of.
#[derive(Debug, Clone)]
pub(super) struct Thing {
    pub(super) name: String,
    pub(super) kinds: Kinds,
}

impl Thing {
    /// Whether "them" may stand for it.
    pub(super) fn is_plural(&self) -> bool {
        self.name.ends_with('s') && !self.name.ends_with("ss")
    }
}

impl SentenceReader<'_, '_> {
    /// Remembers a thing that a pronoun may stand for.
    pub(super) fn remember_thing(&mut self, noun: usize) {
        let s = self.s;
        let place = matches!(s.dep(noun), Dep::Dobj | Dep::Pobj | Dep::Nsubj | Dep::Attr | Dep::Conj | Dep::Xcomp);
        // "Listened to it as an audiobook": in which form.
        let form = s.dep(noun) == Dep::Pobj && s.is(s.head(noun), &["as"]);
        if !place || form || s.is_date(noun) {
            return;
        }
        let kinds = self.kinds(noun);
        // "A show": which one is not said.
        let unnamed = s.pos(noun) == Pos::Noun
            && s.is_lemma(noun, &["show", "movie", "film", "book", "series", "album", "song", "game", "episode"])
            && !s.has_child(noun, &[Dep::Compound, Dep::Amod]);
        if unnamed {
            self.people.forget_thing();
            return;
        }
        if !self.is_taste(noun) {
            // Another thing, which the pronoun may stand for as well.
            if !kinds.is_empty() && !kinds.has(Kind::Person) {
                self.people.forget_thing();
            }
            return;
        }
        if let Ok(name) = self.phrase(noun, None) {
            let name = super::nouns::strip_article(&name);
            // "No nuts please, she's allergic to them".
            let mut name = name.strip_prefix("no ").unwrap_or(name).to_owned();
            s.identifiers.restore(&mut name);
            self.people.remember_thing(Thing { name, kinds });
        }
    }

    fn is_taste(&self, token: usize) -> bool {
        let s = self.s;
        s.lexicon.kinds(s.lemma(token)).with(s.lexicon.kinds(s.lower(token))).intersects(TASTES)
    }

    /// The thing that a pronoun, or "the stuff", stands for.
    pub(super) fn thing_meant(&mut self, token: usize) -> Option<Thing> {
        let s = self.s;
        let pronoun = s.pos(token) == Pos::Pron && s.is(token, &["it"]);
        let stuff = s.is(token, &["stuff"]) && s.has_child_word(token, &["the"]);
        let thing = (pronoun || stuff).then(|| self.people.thing(token)).flatten();
        // "No nuts, she's allergic to them".
        let several = s.pos(token) == Pos::Pron && s.is(token, &["them"]);
        thing.or_else(|| several.then(|| self.people.thing(token)).flatten().filter(Thing::is_plural))
    }

    /// Writes the name of a thing where the pronoun for it stands.
    pub(super) fn name_thing(&mut self, token: usize, text: &mut String) {
        let Some(thing) = self.thing_meant(token) else { return };
        let said = if self.s.is(token, &["it"]) { " it" } else { " the stuff" };
        if let Some(at) = text.rfind(said) {
            text.replace_range(at..at + said.len(), &format!(" {}", thing.name));
        }
    }
}
