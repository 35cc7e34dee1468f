//! Names that sentences give: "my name is Nora", "her name is Yasmin".

use erstwhile::ports::ExtractedAlias;
use erstwhile_nlp::{Dep, Pos};

use super::claims::Object;
use super::given_names::gender_of_name;
use super::lexicon::Kind;
use super::mood::{Mood, Reading};
use super::nouns;
use super::people::{Gender, Person};
use super::reader::{SentenceReader, Trust};

impl SentenceReader<'_, '_> {
    /// "My name is Nora", "My girlfriend's name is Lin".
    pub(super) fn name(&mut self, verb: usize, noun: usize, reading: Reading) -> bool {
        let s = self.s;
        // Whatever the parser calls it, what a name is and has a capital is one.
        let named = |token: &usize| s.pos(*token) == Pos::Propn || s.pos(*token) != Pos::Pron && s.is_capital(*token);
        let name = s.child_of(verb, &[Dep::Attr, Dep::Acomp]).filter(named);
        let told = (name, reading.negated, reading.mood);
        let called = name.map(|name| nouns::name(&s, name));
        let pronoun = s.child(noun, |c| s.dep(c) == Dep::Poss && s.is(c, &["his", "her", "its"]));
        // "His name is Pickle": of someone else than Pickle, who is named only now.
        let owner = match (pronoun, called.as_deref()) {
            (Some(pronoun), Some(called)) => self.people.other_than(called, s.lower(pronoun)),
            _ => self.owner_of(noun),
        };
        match (owner, told) {
            (Some(owner), (Some(name), false, Mood::Actual)) => self.introduce(&owner, &nouns::name(&s, name)),
            (None, (Some(name), false, Mood::Actual)) => self.acquaint(noun, &nouns::name(&s, name)),
            (None, _) => return false,
            _ => {}
        }
        true
    }

    /// "Met someone! Her name is Yasmin": someone of whom nothing was known, by the name.
    fn acquaint(&mut self, noun: usize, name: &str) {
        let s = self.s;
        let Some(pronoun) = s.child(noun, |c| s.dep(c) == Dep::Poss && s.is(c, &["his", "her"])) else { return };
        let gender = if s.is(pronoun, &["his"]) { Gender::Male } else { Gender::Female };
        let person = Person { gender: Some(gender), ..Person::named(name) };
        self.people.introduce(person.clone());
        self.people.remember(&person);
        // "Her name is Avogadro" may be a goat's.
        let first = name.split(' ').next().unwrap_or_default().to_lowercase();
        let is_persons = s.lexicon.is(&first, Kind::FirstName) || gender_of_name(name) == Some(gender);
        if let Some(speaker) = self.people.speaker.clone().filter(|speaker| speaker != name && is_persons) {
            let statement = format!("{speaker} knows {name}");
            self.state(&Person::named(speaker), "KNOWS", Object::entity(name, Some("Person")), statement);
        }
    }

    /// Ties a name to a person known by another name or only as someone's relative.
    pub(super) fn introduce(&mut self, person: &Person, name: &str) {
        // An assistant does not decide what the people whom it talks to are called.
        if name.is_empty() || name == person.name || self.trust == Trust::Assistant {
            return;
        }
        // "Call me Bex": a name that the speaker's own does not have.
        let plural = self.s.tokens().any(|token| self.s.is(token, &["we"]));
        if self.people.is_speaker(&person.name) && plural {
            return;
        }
        if self.people.is_speaker(&person.name) && !person.name.split(' ').any(|part| part == name) {
            let statement = format!("{} is called {name}", person.name);
            self.state(person, "HAS_NICKNAME", Object::value(name), statement);
        }
        let apart;
        let word = person.kinship.as_ref().map_or("other", |kinship| kinship.word.as_str());
        let own = self.people.is_speaker(&person.name);
        let name = if !own && self.people.is_namesake(name) {
            apart = format!("{name} ({word})");
            apart.as_str()
        } else {
            name
        };
        self.claims.aliases.push(ExtractedAlias {
            name: if self.people.is_speaker(&person.name) { person.name.clone() } else { name.to_owned() },
            alias: if self.people.is_speaker(&person.name) { name.to_owned() } else { person.name.clone() },
            entity_type: person.entity_type().map(str::to_owned),
            span: self.span.clone(),
        });
        if let Some(kinship) = &person.kinship {
            let owner = Person::named(kinship.owner.clone());
            let statement = format!("{name} is {}'s {}", kinship.owner, kinship.word);
            let object = Object::entity(name, person.entity_type());
            self.state(&owner, kinship.relation, object, statement);
        }
        let mut known = person.clone();
        name.clone_into(&mut known.name);
        if let Some(kinship) = &mut known.kinship {
            kinship.named = true;
        }
        self.species(&known);
        self.people.introduce(known.clone());
        self.people.remember(&known);
    }
}
