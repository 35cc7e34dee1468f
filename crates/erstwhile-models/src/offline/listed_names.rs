//! Names listed after a plural: "two cats, Thelma and Louise", "the kids (Jake 9, Poppy 6)".

use erstwhile_nlp::{Dep, EntityKind, Pos, Tag};

use super::claims::Object;
use super::kin;
use super::lexicon::Kind;
use super::mood::{self, Mood};
use super::nouns;
use super::people::{self, Kinship, Person, PersonKind};
use super::reader::{SentenceReader, Trust};
use super::sentence::Sentence;

/// Children by other words than kinship.
const YOUNG: &[&str] = &["boy", "girl", "lad"];

/// A name with the age beside it.
#[derive(Debug, PartialEq)]
struct Listed {
    name: String,
    age: Option<String>,
}

/// The names listed after a token; none if there is but one.
fn names_after(s: &Sentence<'_>, token: usize) -> Vec<Listed> {
    let mut at = token + 1;
    let bracketed = at < s.end && s.is(at, &["(", "-lrb-"]);
    while at < s.end && at <= token + 3 && s.is(at, &[",", "(", ":", "called", "named", "-", "-lrb-"]) {
        at += 1;
    }
    let is_name = |t: usize| {
        t < s.end && s.is_noun(t) && s.is_capital(t) && t > s.start && s.entity_kind(t) != Some(EntityKind::Date)
    };
    let mut found = Vec::new();
    while is_name(at) {
        let first = at;
        while is_name(at + 1) {
            at += 1;
        }
        let name = nouns::span_text(s, first, at).to_owned();
        at += 1;
        let bracket = at < s.end && s.is(at, &["("]) && at + 1 < s.end && s.pos(at + 1) == Pos::Num;
        at += usize::from(bracket);
        let age = (at < s.end && s.text(at).len() < 3 && s.text(at).bytes().all(|byte| byte.is_ascii_digit()))
            .then(|| s.text(at).to_owned());
        at += usize::from(age.is_some());
        at += usize::from(bracket && at < s.end && s.is(at, &[")", "-rrb-"]));
        found.push(Listed { name, age });
        let before = at;
        while at < s.end && s.is(at, &[",", "and", "&"]) {
            at += 1;
        }
        if at == before || bracketed && s.is(before, &[")", "-rrb-"]) {
            break;
        }
    }
    if found.len() > 1 { found } else { Vec::new() }
}

/// Whether names are listed after a noun.
pub(super) fn has_names(s: &Sentence<'_>, noun: usize) -> bool {
    !names_after(s, noun).is_empty()
}

impl SentenceReader<'_, '_> {
    /// States each of the names after a plural of relatives or animals; returns whether there are any.
    pub(super) fn listed_names(&mut self, noun: usize) -> bool {
        let s = self.s;
        // "My twins" are one's children.
        let young = s.is_lemma(noun, YOUNG) || s.is(noun, &["twins", "triplets"]);
        let animal = s.is_a(noun, Kind::Animal);
        if s.tag(noun) != Tag::Nns || self.trust == Trust::Assistant || !(young || animal || s.is_a(noun, Kind::Kin)) {
            return false;
        }
        let is_subject = s.dep(noun) == Dep::Nsubj && s.lemma(s.head(noun)) == "be" && s.head(noun) == noun + 1;
        let mut listed = names_after(&s, noun);
        if listed.is_empty() && is_subject {
            listed = names_after(&s, s.head(noun));
        }
        let Some(owner) = self.owner_of_listed(noun).filter(|_| !listed.is_empty()) else { return false };
        let relation = if animal {
            "HAS_PET"
        } else if young {
            "HAS_CHILD"
        } else {
            match s.lexicon.kin(s.lemma(noun)) {
                Some(relation) => relation,
                None => return false,
            }
        };
        let word = kin::kin_word(s.lemma(noun)).to_owned();
        let word = if word == "kid" || young && !animal { "child".to_owned() } else { word };
        for Listed { name, age } in listed {
            let person = Person {
                gender: people::gender(&s, noun),
                kind: if animal { PersonKind::Pet } else { PersonKind::Person },
                kinship: Some(Kinship {
                    owner: owner.name.clone(),
                    word: word.clone(),
                    said: word.clone(),
                    relation,
                    named: true,
                }),
                ..Person::named(name.clone())
            };
            self.people.introduce(person.clone());
            self.people.remember(&person);
            let statement = if animal {
                format!("{} has a {word} named {name}", owner.name)
            } else {
                format!("{name} is {}'s {word}", owner.name)
            };
            self.state(&owner, relation, Object::entity(name.clone(), person.entity_type()), nouns::tidy(&statement));
            if animal {
                self.species(&person);
            }
            if let Some(age) = age {
                let statement = format!("{name} is {age} years old");
                self.state(&person, "HAS_AGE", Object::value(age), statement);
            }
        }
        true
    }

    /// "It's just me and Nugget the budgie": an animal with its name, in the speaker's company.
    pub(super) fn named_animal(&mut self, noun: usize) -> bool {
        let s = self.s;
        let named = noun >= s.start + 2
            && s.is(noun - 1, &["the"])
            && s.pos(noun - 2) == Pos::Propn
            && s.is_capital(noun - 2)
            && s.is_a(noun, Kind::Animal)
            && s.tag(noun) == Tag::Nn;
        let personal = s.tokens().any(|token| s.is(token, people::FIRST));
        let Some(speaker) = self.people.speaker.clone().filter(|_| named && personal && self.trust != Trust::Assistant)
        else {
            return false;
        };
        let name = s.text(noun - 2).to_owned();
        let word = s.lemma(noun).to_owned();
        let kinship = Kinship {
            owner: speaker.clone(),
            word: word.clone(),
            said: word.clone(),
            relation: "HAS_PET",
            named: true,
        };
        let pet = Person { kind: PersonKind::Pet, kinship: Some(kinship), ..Person::named(name.clone()) };
        self.people.introduce(pet.clone());
        self.people.remember(&pet);
        let statement = nouns::tidy(&format!("{speaker} has a {word} named {name}"));
        self.state(&Person::named(speaker), "HAS_PET", Object::entity(name, Some("Pet")), statement);
        self.species(&pet);
        true
    }

    /// "I went with Shaz and Bev": whom the speaker does things with.
    pub(super) fn companion(&mut self, token: usize) {
        const APART: &[&str] = &["break", "split", "part", "disagree", "argue", "fight", "agree", "deal", "compare"];
        let s = self.s;
        let with = s.dep(token) == Dep::Pobj && s.is(s.head(token), &["with"]);
        let mut verb = s.head(s.head(token));
        // "At the chapel with Dot": the parser may hang the company on the place.
        if s.dep(verb) == Dep::Pobj && s.is(s.head(verb), &["at", "in", "to"]) {
            verb = s.head(s.head(verb));
        }
        let named = |token| {
            s.is_given_name(token) || s.entity_kind(token) == Some(EntityKind::Person) && s.pos(token) == Pos::Propn
        };
        if !with || !s.is_verb(verb) || s.is_lemma(verb, APART) || self.trust != Trust::Speaker || !named(token) {
            return;
        }
        // "Broke up with Pedro" says more.
        let says_more = |slot: &str| {
            let noun = slot.strip_suffix(":with").and_then(|slot| slot.rsplit(':').next());
            slot == "with" || noun.is_some_and(|noun| s.subtree(verb).any(|token| s.lemma(token) == noun))
        };
        let own =
            self.verb_keys(verb).iter().any(|key| s.lexicon.frames(key).iter().any(|frame| says_more(&frame.slot)));
        if own {
            return;
        }
        let mine = s.subject(verb).is_some_and(|subject| s.is(subject, &["i", "we"]));
        let done = mood::read(&s, verb).is_some_and(|reading| !reading.negated && reading.mood == Mood::Actual);
        let Some(speaker) = self.people.speaker.clone().filter(|_| mine && done).map(Person::named) else { return };
        for other in s.coordinated(token).into_iter().filter(|other| named(*other)) {
            let name = nouns::name(&s, other);
            let known = self.people.known(&name).is_some_and(|person| person.kinship.is_some());
            if !known && !self.people.is_namesake(&name) && !s.has_child(other, &[Dep::Poss]) {
                let statement = format!("{} knows {name}", speaker.name);
                self.state(&speaker, "KNOWS", Object::entity(name, Some("Person")), statement);
            }
        }
    }

    /// "Maureen is the eldest", after "I have two sisters".
    pub(super) fn one_of_several(&mut self, subject: &Person, attribute: usize) -> bool {
        const RANKS: &[&str] =
            &["eldest", "oldest", "youngest", "elder", "older", "younger", "middle", "other", "first", "second"];
        let s = self.s;
        let ranked =
            s.subtree(attribute).any(|token| s.is(token, RANKS)) && s.has_child_word(attribute, &["the", "my"]);
        let named = subject.kinship.is_some() || self.people.is_speaker(&subject.name);
        if !ranked || named || subject.kind != PersonKind::Person {
            return false;
        }
        self.name_one_of_several(subject)
    }

    /// "Tom is a plumber", just after "I have two brothers": one of them.
    pub(super) fn next_of_several(&mut self, subject: &Person, token: usize) {
        let s = self.s;
        let introduced = s.is_given_name(token) || s.entity_kind(token) == Some(EntityKind::Person);
        let near = self
            .people
            .several
            .as_ref()
            .is_some_and(|several| several.turn == self.people.turn && several.kinship.owner != subject.name);
        let named = subject.kinship.is_some()
            || self.people.is_speaker(&subject.name)
            || self.people.known(&subject.name).is_some();
        if near && introduced && !named && subject.kind == PersonKind::Person && s.dep(token) == Dep::Nsubj {
            self.name_one_of_several(subject);
        }
    }

    fn name_one_of_several(&mut self, subject: &Person) -> bool {
        let Some(several) = self.people.several.as_mut().filter(|several| several.left > 0) else { return false };
        several.left -= 1;
        let kinship = several.kinship.clone();
        let owner = Person::named(kinship.owner.clone());
        let statement = format!("{} is {}'s {}", subject.name, kinship.owner, kinship.word);
        self.state(&owner, kinship.relation, Object::entity(subject.name.clone(), Some("Person")), statement);
        let known = Person { kinship: Some(Kinship { named: true, ..kinship }), ..subject.clone() };
        self.people.introduce(known.clone());
        self.people.remember(&known);
        true
    }

    /// Whose the listed ones are: the possessor, or who has them.
    fn owner_of_listed(&mut self, noun: usize) -> Option<Person> {
        let s = self.s;
        if let Some(possessor) = s.child_of(noun, &[Dep::Poss]) {
            return self.person(possessor);
        }
        // "Dad to three girls".
        let parent = |token: usize| {
            s.is_lemma(token, &["mum", "mom", "dad", "mother", "father", "parent", "grandmother", "grandfather"])
        };
        if s.dep(noun) == Dep::Pobj && s.is(s.head(noun), &["to", "of"]) {
            let above = s.head(s.head(noun));
            let be = if parent(above) { s.head(above) } else { above };
            let is_parent = parent(above) || s.child(be, |c| s.dep(c) == Dep::Attr && parent(c)).is_some();
            let subject = s.subject(be).filter(|_| is_parent && s.lemma(be) == "be")?;
            return self.person(subject);
        }
        let verb = s.head(noun);
        let has = s.dep(noun) == Dep::Dobj && s.is_lemma(verb, &["have", "get", "adopt", "raise"]);
        let reading = mood::read(&s, verb).filter(|_| has)?;
        let subject = s.subject(verb).filter(|_| reading.mood == Mood::Actual && !reading.negated)?;
        self.person(subject)
    }

    /// "Rex is a dog": what kind of animal a pet is.
    pub(super) fn species(&mut self, pet: &Person) {
        let Some(kinship) = pet.kinship.clone() else { return };
        if pet.kind == PersonKind::Pet && kinship.word != "pet" {
            let statement = nouns::tidy(&format!("{} is a {}", pet.name, kinship.word));
            self.state(pet, "IS_A", Object::value(kinship.word), statement);
        }
    }
}
