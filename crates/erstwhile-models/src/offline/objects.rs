//! The objects of facts: their names and types, and the persons that they stand for.

use erstwhile::ports::ExtractedMention;
use erstwhile_nlp::{Dep, Pos, Tag};

use super::claims::{Object, entity_type, relation_name};
use super::clauses::{COMPOUNDING, Candidate};
use super::fitness::Context;
use super::kin;
use super::lexicon::{Kind, Kinds};
use super::nouns::{self, Vague};
use super::people::{Kinship, Person, PersonKind};
use super::reader::SentenceReader;
use super::sentence::Sentence;
use super::verb_forms::gerund;
use super::word_forms::capitalised;

/// Relations of close people that "I have a sister" states.
const CLOSE: &[&str] = &[
    "MARRIED_TO",
    "DATING",
    "ENGAGED_TO",
    "HAS_CHILD",
    "HAS_SIBLING",
    "HAS_GRANDCHILD",
    "HAS_FRIEND",
    "HAS_RELATIVE",
    "HAS_ROOMMATE",
    "HAS_BOSS",
    "HAS_MENTOR",
];

/// Types of who may be meant by a known person's name.
const BEINGS: Kinds = Kinds::of(&[Kind::Person, Kind::Animal, Kind::HumanNp, Kind::Any, Kind::Propn]);

impl SentenceReader<'_, '_> {
    /// The object of a fact, named.
    pub(super) fn object(&mut self, context: &Context<'_>, candidate: &Candidate<'_>) -> Result<Object, Vague> {
        let s = self.s;
        // "20 mg of citalopram" is citalopram.
        let dosed = Some(candidate.object).filter(|_| candidate.relation == "TAKES_MEDICATION");
        let token = dosed.and_then(|dose| nouns::measured(&s, dose)).unwrap_or(candidate.object);
        let relation = s.lexicon.relation(candidate.relation);
        if candidate.slot == "self" {
            return Ok(self.verb_alone(context, candidate.relation));
        }
        if let Some(date) = self.date_at(token).filter(|_| relation.is_some_and(|relation| relation.value)) {
            let words = self.date_words(date, true).unwrap_or_default();
            return Ok(Object::value(words));
        }
        if let Some(thing) = self.thing_meant(token) {
            let wanted = s.lexicon.objects(candidate.relation);
            return Ok(Object::entity(thing.name, entity_type(thing.kinds, wanted)));
        }
        if relation.is_none_or(|relation| !relation.value)
            && let Some(object) = self.titled_object(candidate.relation, token)
        {
            return Ok(object);
        }
        if let Some(named) = self.name_after_comma(token).filter(|_| relation.is_none_or(|relation| !relation.value)) {
            return Ok(self.named_object(candidate.relation, token, named));
        }
        let kinds = self.kinds(token);
        if kinds.has(Kind::Title) && s.lexicon.objects(candidate.relation).has(Kind::Title) {
            return Ok(Object::entity(self.title(token), Some("Role")));
        }
        if kinds.has(Kind::Grade) {
            // "Year 6", without where.
            let last = s.children(token).rfind(|c| s.dep(*c) == Dep::Nummod).unwrap_or(token).max(token);
            let first = s.children(token).next().map_or(token, |c| c.min(token));
            return Ok(Object::entity(nouns::strip_article(nouns::span_text(&s, first, last)), None));
        }
        let accepted = s.lexicon.objects(candidate.relation);
        let name = match candidate.slot.as_str() {
            "inf" if candidate.relation == "LEARNS" => gerund(s.lemma(token)),
            "ger" | "inf" => self.action_name(token, context.subject)?,
            "activity" | "trip" | "status" | "diet" => s.lower(token).to_owned(),
            slot if slot.starts_with("adj:") && slot.matches(':').count() == 1 => self.adjective(token),
            // "Fluent Portuguese" is Portuguese.
            _ if candidate.relation == "SPEAKS" && kinds.has(Kind::Language) => s.text(token).to_owned(),
            _ if s.tag(token) == Tag::Vbg => self.action_name(token, context.subject)?,
            _ => match self.person(token) {
                Some(person)
                    if person.kinship.is_some()
                        || accepted.intersects(BEINGS) && (kinds.has(Kind::Person) || kinds.has(Kind::Animal)) =>
                {
                    return Ok(Object::entity(person.name.clone(), person.entity_type()));
                }
                _ => self.object_name(token, context.subject)?,
            },
        };
        if relation.is_some_and(|relation| relation.value) {
            return Ok(Object::value(name));
        }
        if kin::kin_relation(&s, token) == Some(candidate.relation) {
            let beside = |c: usize| s.dep(c) == Dep::Appos && s.is_proper(c);
            let called = kin::called(&s, token).or_else(|| s.child(token, beside).map(|name| nouns::name(&s, name)));
            let label = if s.tag(token) == Tag::Nns { s.lower(token) } else { kin::kin_word(s.lemma(token)) };
            let name = called.unwrap_or_else(|| format!("{}'s {label}", context.subject.name));
            return Ok(Object::entity(name, Some("Person")));
        }
        if matches!(candidate.relation, "OWNS_BUSINESS" | "FOUNDED")
            && let Some(called) = kin::called(&s, token)
        {
            return Ok(Object::entity(called, Some("Organization")));
        }
        if candidate.relation == "HAS_PET"
            && let Some(called) = kin::called(&s, token)
        {
            return Ok(Object::entity(called, Some("Pet")));
        }
        // "The relay squad for the regional gala": what the group is for is no part of its name.
        let name = match name.split_once(" for the ") {
            Some((group, _)) if matches!(candidate.relation, "JOINED" | "MEMBER_OF") => group.to_owned(),
            _ => name,
        };
        let wanted = s.lexicon.objects(candidate.relation);
        // "My job" is no company.
        let kind = if kinds.has(Kind::Job) && !s.is_proper(token) { None } else { entity_type(kinds, wanted) };
        // "I drive an electric Mini" is nobody.
        let kind = if candidate.relation == "OWNS" && kind == Some("Person") { Some("Object") } else { kind };
        let mut object = Object::entity(name, kind);
        if let Some((noun, _)) = nouns::typed_name(&s, token) {
            object.entity_type = Some(capitalised(noun));
        }
        Ok(object)
    }

    /// The object of a verb without one: "alcohol" of "I don't drink".
    fn verb_alone(&self, context: &Context<'_>, relation: &str) -> Object {
        let s = self.s;
        let name = match (relation, s.lemma(context.verb)) {
            ("AVOIDS", "smoke" | "vape" | "gamble" | "drive" | "fly") => gerund(s.lemma(context.verb)),
            ("AVOIDS", "drink") => "alcohol".to_owned(),
            ("DOES_ACTIVITY", verb) => gerund(verb),
            _ => {
                // "Broke up".
                let particle = s.child_of(context.verb, &[Dep::Prt]).map(|particle| s.lower(particle));
                [Some(s.lower(context.verb)), particle].into_iter().flatten().collect::<Vec<_>>().join(" ")
            }
        };
        match relation {
            "AVOIDS" | "DOES_ACTIVITY" => Object::entity(name, Some("Topic")),
            "LOST_TO_DEATH" => Object::value("died"),
            _ => Object::value(name),
        }
    }

    /// "By a lake in Minnesota", "above a bakery in Ghent": the place with a name.
    pub(super) fn place_around(&self, noun: usize) -> Option<Object> {
        let s = self.s;
        let preposition = s.child(noun, |c| s.dep(c) == Dep::Prep && s.is(c, &["in", "near", "outside", "by"]))?;
        let place = s.object_of(preposition).filter(|place| s.pos(noun) == Pos::Noun && s.is_proper(*place))?;
        Some(Object::entity(nouns::strip_article(&nouns::name(&s, place)), Some("Location")))
    }

    /// An object whose name stands in quotation marks, behind "called", or around it.
    fn titled_object(&mut self, relation: &str, token: usize) -> Option<Object> {
        let s = self.s;
        let wanted = s.lexicon.objects(relation);
        if matches!(relation, "LIVES_IN" | "LOCATED_IN" | "FROM" | "GREW_UP_IN" | "BORN_IN")
            && let Some(place) = self.place_around(token)
        {
            return Some(place);
        }
        // "Daisy Jones and The Six": the whole title.
        if let Some(title) = s.quotation(token).filter(|title| title.len() > 1) {
            let title = nouns::strip_article(nouns::span_text(&s, title.start, title.end - 1));
            return Some(Object::entity(title, entity_type(self.kinds(token), wanted)));
        }
        // "A running club called Hackney Harriers".
        let called = kin::called(&s, token).filter(|_| !s.is_a(token, Kind::Kin))?;
        let kind = if s.is_a(token, Kind::Animal) { Some("Pet") } else { None };
        Some(Object::entity(called, kind.or_else(|| entity_type(self.kinds(token), wanted))))
    }

    /// The name of a noun, without when, where and with whom something is done with it: "pottery" of "do pottery on the
    /// weekends", "Radiohead" of "see Radiohead in Lisbon".
    fn object_name(&mut self, token: usize, subject: &Person) -> Result<String, Vague> {
        let s = self.s;
        let mut name = self.phrase(token, Some(&subject.name))?;
        if let Some(rest) = name.strip_prefix("another ") {
            name = rest.to_owned();
        }
        if s.is_proper(token)
            && let Some(rest) = ["old ", "new ", "a new ", "an old "].iter().find_map(|lead| name.strip_prefix(lead))
        {
            name = rest.to_owned();
        }
        let kinds = self.kinds(token);
        for preposition in s.children(token).filter(|c| *c > token && s.dep(*c) == Dep::Prep).collect::<Vec<_>>() {
            let Some(object) = s.object_of(preposition) else { continue };
            let with = self.kinds(object);
            let circumstance = match s.lower(preposition) {
                "with" => with.intersects(Kinds::of(&[Kind::Person, Kind::HumanNp])),
                "in" | "at" if kinds.intersects(Kinds::of(&[Kind::Instrument, Kind::Sport])) => true,
                "for" if kinds.has(Kind::Medication) => true,
                "in" if s.is_lemma(object, &["fall", "autumn", "spring", "summer", "winter", "morning", "evening"]) => {
                    true
                }
                "in" | "at" => with.has(Kind::Gpe) && (s.is_proper(token) || kinds.has(Kind::Ownable)),
                "on" => s.is_lemma(object, &["weekend", "weekday"]) || s.lower(object).ends_with("days"),
                "for" => s.is(object, &["good", "now", "fun", "free", "years", "ages", "life"]),
                _ => false,
            };
            let cut = format!(" {} ", s.lower(preposition));
            if circumstance && let Some((name, _)) = name.split_once(&cut) {
                return Ok(name.to_owned());
            }
        }
        Ok(name)
    }

    /// "blind", "colour blind".
    fn adjective(&self, token: usize) -> String {
        let s = self.s;
        let before = |at: usize| at.checked_sub(1).filter(|before| s.tokens().contains(before));
        // "Self-employed" is three tokens.
        let hyphen = before(token).filter(|before| s.text(*before) == "-");
        let first = before(hyphen.unwrap_or(token)).filter(|first| s.is(*first, COMPOUNDING));
        let joint = if hyphen.is_some() { "-" } else { " " };
        first.map_or_else(|| s.text(token).to_owned(), |first| format!("{}{joint}{}", s.lower(first), s.text(token)))
    }

    /// "playing tennis" is named by its object, "swimming in the sea" by the verb.
    pub(super) fn action_name(&mut self, verb: usize, subject: &Person) -> Result<String, Vague> {
        let s = self.s;
        // "Quit smoking two years ago": the parser takes when for an object.
        let object =
            s.child_of(verb, &[Dep::Dobj]).filter(|object| !s.is_date(*object) && self.date_at(*object).is_none());
        if let Some(object) = object
            && s.is_lemma(verb, &["play", "drink", "eat", "do", "practice", "practise", "watch", "read", "use"])
        {
            return self.phrase(object, Some(&subject.name));
        }
        // "Becoming Nicole" in quotation marks is a title.
        let mut words = vec![if s.in_quote(verb) { s.text(verb) } else { s.lower(verb) }.to_owned()];
        if let Some(object) = object {
            words.push(self.phrase(object, Some(&subject.name))?);
        }
        for preposition in s.children(verb).filter(|c| s.dep(*c) == Dep::Prep).collect::<Vec<_>>() {
            if let Some(noun) = s.child_of(preposition, &[Dep::Pobj])
                && !self.kinds(noun).is_empty()
                && !s.is_date(noun)
                && self.date_at(noun).is_none()
            {
                words.push(s.lower(preposition).to_owned());
                words.push(self.phrase(noun, Some(&subject.name))?);
            }
        }
        Ok(words.join(" "))
    }

    /// A pet of someone, known only by what it is.
    pub(super) fn new_pet(&self, owner: &Person, animal: usize, name: &str) -> Person {
        let s = self.s;
        let word = kin::animal_word(&s, animal);
        let kinship = Kinship {
            owner: owner.name.clone(),
            word: word.clone(),
            said: word,
            relation: "HAS_PET",
            named: s.pos(animal) == Pos::Propn,
        };
        Person { kind: PersonKind::Pet, kinship: Some(kinship), ..Person::named(nouns::strip_article(name)) }
    }

    /// "Nobu is a restaurant with 2 stars": the type of a name, and numbers of it.
    pub(super) fn described(&mut self, subject: &Person, attribute: usize) {
        let s = self.s;
        let kinds = s.lexicon.kinds(s.lemma(attribute));
        let typing =
            Kinds::of(&[Kind::Place, Kind::Org, Kind::Business, Kind::Product, Kind::Tech, Kind::School, Kind::Work]);
        let indefinite = s.has_child_word(attribute, &["a", "an"]);
        // "Max is a golden retriever": whose it is, nobody says.
        if kinds.has(Kind::Animal) && indefinite && subject.kinship.is_none() && !self.people.is_speaker(&subject.name)
        {
            let species = self.bare_noun(attribute);
            let statement = nouns::tidy(&format!("{} is a {species}", subject.name));
            self.state(subject, "IS_A", Object::value(species), statement);
            return;
        }
        if subject.kinship.is_some()
            || self.people.is_speaker(&subject.name)
            || !kinds.intersects(typing)
            || !indefinite
        {
            return;
        }
        self.claims.mentions.push(ExtractedMention {
            name: subject.name.clone(),
            entity_type: Some(capitalised(s.lemma(attribute))),
            span: self.span.clone(),
        });
        for with in s.children(attribute).filter(|c| s.is(*c, &["with"])).collect::<Vec<_>>() {
            let Some(noun) = s.child_of(with, &[Dep::Pobj]) else { continue };
            let Some(number) = s.child_of(noun, &[Dep::Nummod]) else { continue };
            let statement = format!("{} has {} {}", subject.name, s.text(number), s.text(noun));
            let relation = relation_name(s.lower(noun));
            self.state(subject, &relation, Object::value(s.lower(number)), statement);
        }
    }

    /// "Seeing someone new, Anwen": the name of whom a vague noun means.
    pub(super) fn named_beside(&self, token: usize) -> usize {
        let s = self.s;
        let vague = s.is_lemma(token, &["someone", "somebody", "guy", "girl", "woman", "man", "bloke", "lad", "lass"]);
        let name = |c| matches!(s.dep(c), Dep::Appos | Dep::Conj) && s.pos(c) == Pos::Propn && s.is_capital(c);
        // "Someone called Omar".
        let called = || {
            let clause = s.child(token, |c| s.is(c, &["called", "named"]))?;
            s.child(clause, |c| s.is_proper(c))
        };
        // "A real estate agent, Rachel".
        let human = s.is_a(token, Kind::Human) || s.is_a(token, Kind::Title);
        let beside = |c: usize| s.dep(c) == Dep::Appos && s.is_given_name(c);
        match vague {
            true => s.child(token, name).or_else(called).unwrap_or(token),
            false if human && s.has_child_word(token, &["a", "an", "this"]) => s.child(token, beside).unwrap_or(token),
            false => token,
        }
    }

    /// "I have a sister": the relation that a noun states.
    pub(super) fn kin_object(&self, context: &Context<'_>, object: usize) -> Option<&'static str> {
        let s = self.s;
        if s.dep(context.verb) == Dep::Relcl
            || s.has_child(object, &[Dep::Poss])
            // "I have no kids".
            || s.has_child_word(object, &["no"])
            || context.subject.kind != PersonKind::Person
            || context.reading.negated
        {
            return None;
        }
        let relation = kin::kin_relation(&s, object)?;
        // "Started seeing a therapist named Lauren".
        let named = kin::called(&s, object).is_some();
        let has = s.is_lemma(context.verb, &["have", "get"]);
        // "A girl from the agency" is nobody's child either.
        let agency = s.child(object, |c| s.dep(c) == Dep::Prep && s.is(c, &["from", "at"])).is_some();
        if relation == "HAS_CHILD" && agency && s.is_lemma(object, &["girl", "boy", "lad", "lass"]) {
            return None;
        }
        // "I hired a girl named Thu" is nobody's child.
        if !has && relation == "HAS_CHILD" {
            return None;
        }
        (has && CLOSE.contains(&relation) || named).then_some(relation)
    }
}

/// A habit is told with its name: "avoids smoking" of "does not smoke", "does singing" of "sings"; `None` if the clause
/// says more, as "sings in a choir" does.
pub(super) fn habit_words(
    s: &Sentence<'_>,
    context: &Context<'_>,
    candidate: &Candidate<'_>,
    name: &str,
    clause: &str,
) -> Option<String> {
    let subject = &context.subject.name;
    let says_more = clause.strip_prefix(subject.as_str()).is_some_and(|rest| rest.split_whitespace().count() > 2);
    let verb = match candidate.relation {
        "AVOIDS" if s.is_lemma(context.verb, &["drive", "fly"]) && s.has_child_word(context.verb, &["ca", "can"]) => {
            return Some(format!("{subject} cannot {}", s.lemma(context.verb)));
        }
        "AVOIDS" => "avoids",
        "DOES_ACTIVITY" if !says_more => "does",
        _ => return None,
    };
    (candidate.slot == "self").then(|| format!("{subject} {verb} {name}"))
}
