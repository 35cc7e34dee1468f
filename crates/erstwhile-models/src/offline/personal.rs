//! What clauses tell of a person: ages, birthdays, kinship and how many of something they have.

use erstwhile_nlp::{Dep, EntityKind, Pos, Tag};

use super::attributes::number_of;
use super::claims::{Object, relation_name};
use super::dates::Grain;
use super::kin;
use super::lexicon::{Kind, Kinds};
use super::listed_names;
use super::mood::{Mood, Reading};
use super::nouns;
use super::people::{Kinship, Person, PersonKind, Several};
use super::reader::{FactParts, SentenceReader};

impl SentenceReader<'_, '_> {
    /// Ages, birthdays, names, kinship and numbers of a person; returns whether the clause is done.
    pub(super) fn personal(&mut self, verb: usize, subject: &Person, reading: Reading) -> bool {
        let s = self.s;
        if reading.negated {
            return false;
        }
        let date = self.date_of(verb);
        match s.lemma(verb) {
            "be" | "turn" | "get" if self.age(verb, subject, reading, date) => return true,
            "be" if reading.mood == Mood::Actual && self.height(verb, subject) => return true,
            "be" if reading.mood == Mood::Actual => {
                if let Some(attribute) = s.child_of(verb, &[Dep::Attr]) {
                    return self.is_someone(subject, attribute);
                }
            }
            "call" | "name" => {
                let passive = s.has_child(verb, &[Dep::Auxpass, Dep::Nsubjpass]);
                let name =
                    s.child(verb, |c| matches!(s.dep(c), Dep::Oprd | Dep::Dobj | Dep::Attr) && s.pos(c) == Pos::Propn);
                if passive && let Some(name) = name {
                    self.introduce(subject, &nouns::name(&s, name));
                    return true;
                }
            }
            "go" => {
                let by = s.child(verb, |c| s.dep(c) == Dep::Prep && s.lower(c) == "by");
                if let Some(name) = by.and_then(|by| s.child_of(by, &[Dep::Pobj])).filter(|n| s.pos(*n) == Pos::Propn) {
                    self.introduce(subject, &nouns::name(&s, name));
                    return true;
                }
            }
            "bear" => {
                if let Some(date) = date
                    && s.has_child(verb, &[Dep::Auxpass, Dep::Nsubjpass])
                    && reading.mood == Mood::Actual
                {
                    let words = self.date_words(date, true).unwrap_or_default();
                    let said = self.date_words(date, false).unwrap_or_default();
                    let relation = if words.split(' ').count() > 2 { "HAS_BIRTHDAY" } else { "BORN_IN" };
                    self.state(subject, relation, Object::value(words), format!("{} was born {said}", subject.name));
                }
            }
            "have" | "own" | "get" => self.count(verb, subject, reading),
            "weigh" => return self.weight(verb, subject),
            "live" if reading.mood == Mood::Actual && self.is_alone(verb) => {
                let over = s.is_past(verb);
                self.add(FactParts {
                    subject,
                    relation: "LIVES_ALONE",
                    object: Object::value("alone".to_owned()),
                    statement: format!("{} {} alone", subject.name, if over { "lived" } else { "lives" }),
                    mood: if over { Mood::Former } else { Mood::Actual },
                    negated: false,
                    past: false,
                    date,
                });
            }
            _ => {}
        }
        false
    }

    /// "I'm 38", "Mia turns 7 on June 12th", "he is 4 years old".
    fn age(&mut self, verb: usize, subject: &Person, reading: Reading, date: Option<usize>) -> bool {
        let s = self.s;
        if !matches!(subject.kind, PersonKind::Person | PersonKind::Pet) {
            return false;
        }
        let turns = s.lemma(verb) == "turn";
        // "Anton is eleven", but not "on cloud nine".
        let is_in_words = |number: usize| {
            matches!(s.dep(number), Dep::Attr | Dep::Acomp) && number_of(s.lower(number)).is_some_and(|age| age < 120)
        };
        let number = s.children(verb).find_map(|child| match s.dep(child) {
            Dep::Attr | Dep::Dobj | Dep::Acomp | Dep::Npadvmod | Dep::Nummod => {
                let hedge = |c: usize| s.dep(c) == Dep::Quantmod && !s.is(c, &["only", "just", "already", "still"]);
                if s.pos(child) == Pos::Num
                    && s.text(child).bytes().all(|byte| byte.is_ascii_alphanumeric())
                    && s.child(child, hedge).is_none()
                    // "The first one".
                    && !(s.is(child, &["one"]) && s.has_child(child, &[Dep::Det, Dep::Amod]))
                    && !s.has_child(child, &[Dep::Prep])
                    && (s.text(child).len() < 4 || is_in_words(child))
                {
                    return Some(child);
                }
                let years = if s.is(child, &["old"]) { s.child_of(child, &[Dep::Npadvmod]) } else { Some(child) };
                let years = years.filter(|years| s.is(*years, &["years", "year", "yo", "months", "weeks"]))?;
                let old = s.is(child, &["old"]) || s.has_child_word(years, &["old"]) || s.is(years, &["yo"]);
                old.then(|| s.child_of(years, &[Dep::Nummod])).flatten()
            }
            _ => None,
        });
        let Some(number) = number else { return false };
        // "We're 11 now": how many. "My boys are 7 and 4": which is which?
        if s.subject(verb).is_some_and(|subject| s.is(subject, &["we"]))
            || subject.plural
            || s.child(number, |c| s.dep(c) == Dep::Conj && s.pos(c) == Pos::Num).is_some()
        {
            return false;
        }
        let unit = s.tokens().filter(|t| *t > number && *t < number + 3).find(|t| s.is(*t, &["months", "weeks"]));
        // "Sixty-six" is one number.
        let first = s.doc.left_edge(number).max(s.start);
        let text = nouns::span_text(&s, first, number).to_lowercase();
        let text = if first < number && text.contains('-') { text } else { s.lower(number).to_owned() };
        let value = number_of(&text).map_or_else(|| text.clone(), |number| number.to_string());
        if value.parse::<u16>().map_or(true, |years| years > 120)
            || !turns && s.entity_kind(number) == Some(EntityKind::Time)
        {
            return false;
        }
        let value = unit.map_or(value.clone(), |unit| format!("{value} {}", s.lower(unit)));
        // "Until I was 12": an age of the past.
        if s.lemma(verb) == "get" || s.lemma(verb) == "be" && s.is_past(verb) {
            return false;
        }
        // "Before I'm 40": an age to come.
        let marked = s.child(verb, |c| s.is(c, &["before", "until", "till", "when", "if", "once", "by"])).is_some();
        if s.dep(verb) == Dep::Advcl && marked {
            return true;
        }
        let day = |date: &usize| {
            self.dates.get(*date).is_some_and(|date| matches!(date.grain, Grain::Day | Grain::Clock | Grain::Part))
        };
        if turns && let Some(date) = date.filter(day) {
            let words = self.date_words(date, true).unwrap_or_default();
            let said = self.date_words(date, false).unwrap_or_default();
            // "Saturday 13 May 2023": the day of every year.
            let day = words.rsplit_once(' ').map_or(words.as_str(), |(day, _)| day);
            let day = day.split_once("day ").map_or(day, |(_, day)| day).to_owned();
            let statement = format!("{} turns {value} {said}", subject.name);
            self.state(subject, "HAS_BIRTHDAY", Object::value(day), statement);
        }
        // "Mum turns 70 in September".
        let month = |date: &usize| self.dates.get(*date).is_some_and(|date| date.grain == Grain::Month);
        if turns && let Some(date) = date.filter(month) {
            let words = self.date_words(date, true).unwrap_or_default();
            let month = words.split(' ').next().unwrap_or_default().to_owned();
            let statement = format!("{} turns {value} in {words}", subject.name);
            self.state(subject, "HAS_BIRTHDAY", Object::value(month), statement);
        }
        let to_come = turns && (s.tag(verb) == Tag::Vbg || s.tag(verb) != Tag::Vbd && date.is_some());
        if reading.mood == Mood::Actual && !to_come {
            let old = if unit.is_some() { " old" } else { " years old" };
            self.add(FactParts {
                subject,
                relation: "HAS_AGE",
                object: Object::value(value.clone()),
                statement: format!("{} is {value}{old}", subject.name),
                mood: Mood::Actual,
                negated: false,
                past: false,
                date: date.filter(|_| turns),
            });
        }
        true
    }

    /// "Carol is my wife", "my wife is Carol", "Dr. Smith is my dentist".
    fn is_someone(&mut self, subject: &Person, attribute: usize) -> bool {
        let s = self.s;
        let unnamed = subject.kinship.as_ref().is_some_and(|kinship| !kinship.named);
        if unnamed
            && (s.pos(attribute) == Pos::Propn || s.is_proper(attribute))
            && !s.has_child(attribute, &[Dep::Det, Dep::Poss])
            && !subject.plural
        {
            let name = nouns::name(&s, attribute);
            let quantity =
                matches!(s.entity_kind(attribute), Some(EntityKind::Date | EntityKind::Cardinal | EntityKind::Norp));
            if !quantity && s.is_capital(attribute) {
                self.introduce(subject, &name);
                return true;
            }
        }
        // "My dog is a staffy called Bruno".
        if unnamed
            && !subject.plural
            && let Some(name) = kin::called(&s, attribute)
        {
            self.introduce(subject, &name);
            return true;
        }
        if self.one_of_several(subject, attribute) {
            return true;
        }
        self.described(subject, attribute);
        let Some(possessor) = s.child_of(attribute, &[Dep::Poss]) else { return false };
        let Some(relation) = s.lexicon.kin(s.lemma(attribute)).filter(|_| !s.is_capital(attribute)) else {
            return false;
        };
        let Some(owner) = self.person(possessor) else { return false };
        if subject.kind != PersonKind::Person || owner.name == subject.name {
            return false;
        }
        let word = s.lemma(attribute);
        let object = Object::entity(subject.name.clone(), Some("Person"));
        self.state(&owner, relation, object, format!("{} is {}'s {word}", subject.name, owner.name));
        true
    }

    /// "I live alone", "I live on my own".
    fn is_alone(&self, verb: usize) -> bool {
        let s = self.s;
        let own = |c: usize| s.is(c, &["on"]) && s.object_of(c).is_some_and(|own| s.is(own, &["own"]));
        let self_only = |c: usize| s.is(c, &["by"]) && s.object_of(c).is_some_and(|me| s.lower(me).ends_with("self"));
        s.child(verb, |c| s.is(c, &["alone"]) || own(c) || self_only(c)).is_some()
    }

    /// "I have two sons", "I own 3 cars": one present number.
    fn count(&mut self, verb: usize, subject: &Person, reading: Reading) {
        let s = self.s;
        if reading.mood != Mood::Actual || s.tag(verb) == Tag::Vbd && s.lemma(verb) != "own" && s.lower(verb) != "got" {
            return;
        }
        let Some(object) = s.child_of(verb, &[Dep::Dobj]) else { return };
        let Some(number) = s.child_of(object, &[Dep::Nummod]) else { return };
        let Some(count) = number_of(s.lower(number)).filter(|count| *count < 100) else { return };
        let countable = s.lexicon.kinds(s.lemma(object)).intersects(Kinds::of(&[
            Kind::Kin,
            Kind::Animal,
            Kind::Ownable,
            Kind::Business,
            Kind::Plant,
        ]));
        if s.tag(object) != Tag::Nns || !countable {
            return;
        }
        if let Some(relation) = s.lexicon.kin(s.lemma(object)) {
            let word = kin::kin_word(s.lemma(object)).to_owned();
            let kinship = Kinship { owner: subject.name.clone(), said: word.clone(), word, relation, named: false };
            let turn = self.people.turn;
            self.people.several = Some(Several { kinship, left: count, turn });
            // "I have two kids": who they are may follow.
            if !listed_names::has_names(&s, object) && relation == "HAS_CHILD" {
                let label = s.lower(object);
                let child = Object::entity(format!("{}'s {label}", subject.name), Some("Person"));
                self.state(subject, relation, child, format!("{} has {label}", subject.name));
            }
        }
        let noun = self.bare_noun(object);
        let relation = format!("NUMBER_OF_{}", relation_name(&noun));
        let statement = format!("{} has {} {noun}", subject.name, s.lower(number));
        self.state(subject, &relation, Object::value(count.to_string()), statement);
    }
}
