//! Names, ages, birthdays, numbers, favourites and other attributes of a person and their things.

use erstwhile::text::number_of_word;
use erstwhile_nlp::{Dep, EntityKind, Pos, Tag};

use super::claims::{Object, relation_name};
use super::lexicon::{Kind, Kinds};
use super::mood::{Mood, Reading};
use super::nouns::Vague;
use super::people::{MINE, Person};
use super::reader::{FactParts, SentenceReader, Trust};
use super::verb_forms::third_person;

pub(super) const FAVOURITE: &[&str] = &["favorite", "favourite", "fave", "favorites", "favourites", "faves", "fav"];

/// Vague nouns of which one may nevertheless state a number or a date.
const OWN_THINGS: &[&str] = &[
    "handle", "website", "repo", "server", "address", "email", "username", "size", "height", "weight", "goal",
    "routine", "schedule", "order", "level", "plan", "number", "name", "budget", "score",
];

/// Verbs of setting a date, which are read in the passive only.
const SETS: &[&str] = &["move", "reschedule", "push", "postpone", "bring", "book", "schedule", "set"];

/// Things whose value is all that follows the verb.
const WRITTEN_WHOLE: &[&str] = &[
    "address",
    "phone number",
    "number",
    "email",
    "website",
    "handle",
    "password",
    "number plate",
    "license plate",
    "licence plate",
    "registration",
    "postcode",
    "zip code",
    "iban",
    "account number",
    "sort code",
    "passport number",
    "serial number",
    "pronouns",
];

/// What is measured from time to time, so that its last value holds.
const MEASURED: &[&str] =
    &["sugar", "glucose", "pressure", "cholesterol", "weight", "temperature", "pulse", "bp", "hba1c", "ferritin"];

/// Verbs that state an attribute of a thing.
pub(super) const STATES: &[&str] = &[
    "be",
    "take",
    "cost",
    "start",
    "begin",
    "end",
    "run",
    "leave",
    "arrive",
    "weigh",
    "expire",
    "change",
    "become",
    "rise",
    "drop",
    "fall",
    "go",
    "increase",
    "decrease",
    "remain",
    "come",
    "last",
    "finish",
    "move",
    "fit",
    "measure",
    "reschedule",
    "push",
    "postpone",
    "bring",
    "book",
    "schedule",
    "set",
];

impl SentenceReader<'_, '_> {
    /// Whether a noun is a thing of the speaker, or of someone in the speaker's life: "my flight", "my sister's exam".
    pub(super) fn is_own_thing(&self, token: usize) -> bool {
        let s = self.s;
        let lemma = s.lemma(token);
        let owned = s.child(token, |c| {
            s.dep(c) == Dep::Poss
                && (s.is(c, MINE)
                    || self.trust == Trust::Assistant && s.is(c, &["your"])
                    || s.is_a(c, Kind::Kin) && s.child(c, |other| s.is(other, MINE)).is_some()
                    || s.pos(c) == Pos::Propn && self.trust != Trust::Assistant
                    || (lemma == "name"
                        || s.is(token, &["bp", "pressure", "cholesterol", "weight", "height", "birthday"]))
                        && s.is(c, &["his", "her", "its"]))
        });
        // "The deadline for the grant proposal".
        let due =
            s.lower(token) == "deadline" && s.has_child_word(token, &["the"]) && s.has_child_word(token, &["for"]);
        let owned = owned.or_else(|| (due || self.is_expected(token)).then_some(token));
        let kinds = s.lexicon.kinds(lemma);
        // "My BMI is 31".
        let vital = s.pos(token) == Pos::Propn
            && (2..=5).contains(&s.text(token).len())
            && s.text(token).chars().all(char::is_uppercase)
            && s.entity_kind(token) != Some(EntityKind::Gpe);
        (s.pos(token) == Pos::Noun || vital)
            && owned.is_some()
            // "My first Comrades was 2019" is one of several; "my new job starts Monday" has no such attribute.
            && (!s.is_capital(token) || vital)
            && s.child(token, |c| s.dep(c) == Dep::Amod && s.is(c, &["first", "last", "next", "best"])).is_none()
            && lemma != "family"
            && !kinds.has(Kind::Job)
            && !kinds.has(Kind::Kin)
            && !kinds.has(Kind::Animal)
            && (!kinds.has(Kind::Team) || s.has_child_word(token, &["blood"]))
            && !FAVOURITE.contains(&lemma)
            && (!kinds.has(Kind::Vague) || OWN_THINGS.contains(&lemma) || s.has_child(token, &[Dep::Compound]))
    }

    /// "The visa appointment is on 14 July": with nobody else spoken of, what the speaker expects.
    fn is_expected(&self, token: usize) -> bool {
        const EXPECTED: &[&str] = &[
            "inspection",
            "viewing",
            "hearing",
            "delivery",
            "launch",
            "opening",
            "deadline",
            "move",
            "viva",
            "due date",
        ];
        let s = self.s;
        let kinds = s.lexicon.kinds(s.lemma(token));
        let named = s.child_of(token, &[Dep::Compound]).map(|c| format!("{} {}", s.lower(c), s.lower(token)));
        let expects = kinds.intersects(Kinds::of(&[Kind::Appointment, Kind::Exam, Kind::Procedure]))
            || s.is_lemma(token, EXPECTED)
            || named.is_some_and(|named| EXPECTED.contains(&named.as_str()));
        let definite = s.has_child_word(token, &["the"]) || token == s.start || s.dep(s.start) == Dep::Compound;
        let verb = s.head(token);
        self.trust == Trust::Speaker
            && expects
            && definite
            && s.tag(token) == Tag::Nn
            && !s.has_child(token, &[Dep::Poss, Dep::Relcl, Dep::Acl])
            && self.people.is_nobody_else_spoken_of()
            && self.date_of(verb).and_then(|date| self.dates.get(date)).is_some_and(|date| date.from.at > self.now)
    }

    /// "My flight is on 3 May", "My email changed to a@b.c": an attribute of the owner.
    ///
    /// # Errors
    /// If the text needs a pronoun that refers to nobody known.
    pub(super) fn attribute(&mut self, verb: usize, thing: usize, reading: Reading) -> Result<bool, Vague> {
        let s = self.s;
        if s.lemma(thing) == "name" && !s.has_child(thing, &[Dep::Amod, Dep::Compound]) {
            return Ok(self.name(verb, thing, reading));
        }
        let favourite = s.subtree(verb).any(|token| s.is(token, FAVOURITE));
        if !s.is_lemma(verb, STATES) || favourite || reading.negated || reading.mood != Mood::Actual {
            return Ok(false);
        }
        // "My checks went live yesterday", "my wrist is 95 %".
        let goes = s.lemma(verb) != "go" || s.has_child_word(verb, &["to", "up", "down", "from", "for", "out"]);
        // "My in-laws are coming from Vadodara".
        if !goes || s.is_a(thing, Kind::BodyPart) || s.is_lemma(thing, &["law", "eye", "ear"]) {
            return Ok(false);
        }
        // "My review was moved to Monday", but not "my family moved".
        let set = s.is_lemma(verb, SETS);
        if set && s.dep(thing) != Dep::Nsubjpass {
            return Ok(false);
        }
        let Some(owner) = self.owner_of(thing) else { return Ok(false) };
        let noun = self.noun_with_purpose(thing);
        if self.is_ailing(verb, thing, &owner) {
            return Ok(true);
        }
        let whole = WRITTEN_WHOLE.contains(&noun.as_str());
        let found = if whole { self.rest_of(verb).map(|value| (value, None)) } else { self.value_of(verb, thing)? };
        let found = match found {
            Some(found) => Some(found),
            None => self.described_value(verb, thing).map(|value| (value, None)),
        };
        let Some((mut value, date)) = found else { return Ok(false) };
        // "My hostel is the one behind the stand".
        if value.name.starts_with("one ") || value.name.starts_with("the one ") {
            return Ok(false);
        }
        // "The car is only 2,200": its price; but "it cost £28,000".
        if value.entity.is_none()
            && date.is_none()
            && s.lemma(verb) != "cost"
            && s.is_a(thing, Kind::Ownable)
            && !s.is(thing, &["phone", "number"])
        {
            return Ok(false);
        }
        // "My car is a 2016 Auris" is nobody.
        if value.entity == Some("Person") && s.is_a(thing, Kind::Ownable) {
            value.entity = Some("Object");
        }
        // Of what is the user's, an assistant knows when it is due: "your passport expires on 9 November".
        if self.trust == Trust::Assistant && (date.is_none() || !self.has_due_date(thing)) {
            return Ok(false);
        }
        self.former_value(verb, &owner, (&noun, &value.name));
        // "My car is a Yaris": what one owns.
        let owned = value.entity == Some("Object") && s.is_a(thing, Kind::Ownable) && date.is_none();
        let of_date = if date.is_some() { self.end_or_start(verb, thing) } else { "" };
        let cost = if s.lemma(verb) == "cost" && s.is_a(thing, Kind::Ownable) { "_PRICE" } else { "" };
        let relation = if owned { "OWNS".to_owned() } else { format!("HAS_{}{of_date}{cost}", relation_name(&noun)) };
        let lasts = noun.contains("maiden") || noun.contains("birth");
        // "My sugar was 9.2 this morning" is the last measurement.
        let measured = s.is_lemma(thing, MEASURED);
        let was = s.tag(verb) == Tag::Vbd && s.lemma(verb) == "be" && date.is_none() && !lasts && !measured;
        let joined = if date.is_some() || value.entity.is_none() || value.text.is_some() {
            value.clone()
        } else {
            value.name.clone().into()
        };
        let verb = self.verb_of_attribute(verb, thing, was);
        let statement = format!("{}'s {noun}{} {verb} {}", owner.name, self.to_whom_or_where(thing), joined.as_text());
        let object = value.into_object(date.is_some());
        self.meeting(&owner, thing, date, (&noun, &statement));
        self.add(FactParts {
            subject: &owner,
            relation: &relation,
            object,
            statement,
            mood: if was { Mood::Former } else { Mood::Actual },
            negated: false,
            past: false,
            date: None,
        });
        Ok(true)
    }

    /// The noun of a thing with what it is for: "grant proposal deadline" of "the deadline for the grant proposal".
    fn noun_with_purpose(&self, thing: usize) -> String {
        let s = self.s;
        let purpose =
            s.child(thing, |c| s.is(c, &["for"]) && s.is_a(thing, Kind::Quantity)).and_then(|c| s.object_of(c));
        match purpose.filter(|purpose| s.pos(*purpose) == Pos::Noun && !s.is_date(*purpose)) {
            Some(purpose) => format!("{} {}", self.bare_noun(purpose), self.bare_noun(thing)),
            None => self.bare_noun(thing),
        }
    }

    /// "My email changed from A to B": A is over.
    fn former_value(&mut self, verb: usize, owner: &Person, (noun, value): (&str, &str)) {
        let Some(old) = self.value_before(verb).filter(|old| old != value) else { return };
        let statement = format!("{}'s {noun} was {old}", owner.name);
        let relation = format!("HAS_{}", relation_name(noun));
        self.add(FactParts {
            subject: owner,
            relation: &relation,
            object: Object::value(old),
            statement,
            mood: Mood::Former,
            negated: false,
            past: false,
            date: None,
        });
    }

    /// What a verb with a date says of a thing, as the end of the relation: `_EXPIRY` of "expires in May".
    fn end_or_start(&self, verb: usize, thing: usize) -> &'static str {
        let s = self.s;
        match s.lemma(verb) {
            "expire" => "_EXPIRY",
            "run" if s.has_child_word(verb, &["out"]) => "_EXPIRY",
            "start" | "begin" => "_START",
            "end" => "_END",
            "be" if s.has_child_word(verb, &["due"]) => "_DUE",
            "be" if s.has_child_word(verb, &["up"]) && s.is(thing, &["lease", "contract", "tenancy"]) => "_END",
            _ => "",
        }
    }

    /// The verb between a thing and its value, as the sentence of the fact has it.
    fn verb_of_attribute(&self, verb: usize, thing: usize, was: bool) -> String {
        const CHANGES: &[&str] =
            &["be", "become", "change", "go", "rise", "drop", "fall", "increase", "decrease", "remain"];
        let s = self.s;
        let be = match (was, s.tag(thing) == Tag::Nns) {
            (false, false) => "is",
            (false, true) => "are",
            (true, false) => "was",
            (true, true) => "were",
        };
        if s.lemma(verb) == "be" && s.has_child_word(verb, &["due"]) {
            return format!("{be} due");
        }
        if s.is_lemma(verb, CHANGES) || s.is_lemma(verb, SETS) {
            return be.to_owned();
        }
        if s.is_past(verb) {
            return s.lower(verb).to_owned();
        }
        match s.child_of(verb, &[Dep::Prt]) {
            Some(particle) => format!("{} {}", third_person(s.lemma(verb)), s.lower(particle)),
            None => third_person(s.lemma(verb)),
        }
    }

    /// " to Oslo" of "my flight to Oslo leaves at 7"; empty if nothing is said or it has no name.
    fn to_whom_or_where(&self, thing: usize) -> String {
        let s = self.s;
        let named = s
            .children(thing)
            .filter(|c| s.dep(*c) == Dep::Prep && s.is(*c, &["to", "with", "at", "from"]))
            .find_map(|preposition| {
                let object = s.object_of(preposition).filter(|object| s.is_proper(*object) && !s.is_date(*object))?;
                Some(format!(" {} {}", s.lower(preposition), super::nouns::name(&s, object)))
            });
        named.unwrap_or_default()
    }

    /// "My knee surgery is on 3 May": an appointment, if it is to come.
    fn meeting(&mut self, owner: &Person, thing: usize, date: Option<usize>, (noun, statement): (&str, &str)) {
        let s = self.s;
        let kinds = self.kinds(thing).with(s.lexicon.kinds(s.lemma(thing)));
        let meets = kinds.intersects(Kinds::of(&[Kind::Appointment, Kind::Exam, Kind::Procedure]));
        let ahead = date.and_then(|date| self.dates.get(date)).is_some_and(|date| date.from.at > self.now);
        if !meets || !ahead {
            return;
        }
        self.add(FactParts {
            subject: owner,
            relation: "HAS_APPOINTMENT",
            object: Object::entity(noun, Some("Event")),
            statement: statement.to_owned(),
            mood: Mood::Actual,
            negated: false,
            past: false,
            date,
        });
    }

    /// Whether a thing is one that services keep dates of.
    fn has_due_date(&self, thing: usize) -> bool {
        const KEPT: &[&str] = &[
            "order",
            "parcel",
            "package",
            "delivery",
            "refund",
            "booking",
            "reservation",
            "policy",
            "trial",
            "renewal",
            "payment",
            "debit",
            "prescription",
            "repair",
            "service",
            "claim",
            "loan",
            "visit",
            "viewing",
            "table",
            "slot",
            "shift",
            "plan",
            "card",
            "contract",
            "lease",
            "insurance",
            "account",
            "test",
            "lesson",
        ];
        let s = self.s;
        let kinds = s.lexicon.kinds(s.lemma(thing));
        let kept = Kinds::of(&[
            Kind::Appointment,
            Kind::Event,
            Kind::Exam,
            Kind::Ownable,
            Kind::Trip,
            Kind::Bill,
            Kind::Procedure,
        ]);
        kinds.intersects(kept) || s.is_lemma(thing, KEPT)
    }

    /// Whose a thing is.
    pub(super) fn owner_of(&mut self, thing: usize) -> Option<Person> {
        match self.s.child_of(thing, &[Dep::Poss]) {
            Some(possessor) => self.person(possessor),
            None => self.people.speaker.clone().map(Person::named),
        }
    }

    /// A noun with its modifiers, without possessives, articles and "new".
    pub(super) fn bare_noun(&self, token: usize) -> String {
        let s = self.s;
        // "API" stays in capitals, unless everything is.
        let is_shouted = !s.source().contains(char::is_lowercase);
        let is_acronym = |text: &str| !is_shouted && text.len() > 1 && text.chars().all(char::is_uppercase);
        let written = |token| {
            let keeps = s.identifier(token).is_some() || is_acronym(s.text(token));
            if keeps { s.text(token) } else { s.lower(token) }
        };
        let mut words = Vec::new();
        // "API response time": the noun before the one before.
        let before = |child: usize| s.children(child).filter(move |c| *c < child && s.dep(*c) == Dep::Compound);
        for child in s.children(token).flat_map(|child| before(child).chain([child])).filter(|c| *c < token) {
            if matches!(s.dep(child), Dep::Compound | Dep::Amod | Dep::Nmod)
                && !s.is_a(child, Kind::Evaluative)
                && !s.is(child, &["new", "current", "old", "own"])
            {
                words.push(written(child));
            }
        }
        words.push(written(token));
        words.join(" ")
    }
}

/// A small number in digits or words.
pub(super) fn number_of(word: &str) -> Option<u32> {
    word.parse().ok().or_else(|| number_of_word(word))
}

#[cfg(test)]
mod tests {
    use super::number_of;

    #[test]
    fn numbers_are_read_in_digits_and_words() {
        assert_eq!((number_of("3"), number_of("three"), number_of("many")), (Some(3), Some(3), None));
        assert_eq!((number_of("sixty"), number_of("sixty-six"), number_of("24-70")), (Some(60), Some(66), None));
    }
}
