//! Names, ages, birthdays, numbers, favourites and other attributes of a person and their things.

use erstwhile_nlp::{Dep, EntityKind, Pos, Tag};

use super::claims::{Object, relation_name};
use super::clause_text::third_person;
use super::lexicon::{Kind, Kinds};
use super::mood::{Mood, Reading};
use super::nouns::{self, Vague};
use super::people::{MINE, Person};
use super::reader::{FactParts, SentenceReader, Trust};

pub(super) const FAVOURITE: &[&str] = &["favorite", "favourite", "fave", "favorites", "favourites", "faves", "fav"];

/// Vague nouns of which one may nevertheless state a number or a date.
const OWN_THINGS: &[&str] = &[
    "handle", "website", "repo", "server", "address", "email", "username", "size", "height", "weight", "goal",
    "routine", "schedule", "order", "level", "plan", "number", "name", "budget", "score",
];

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
                    || s.pos(c) == Pos::Propn
                    || (lemma == "name"
                        || s.is(token, &["bp", "pressure", "cholesterol", "weight", "height", "birthday"]))
                        && s.is(c, &["his", "her", "its"]))
        });
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
            && !kinds.has(Kind::Team)
            && !FAVOURITE.contains(&lemma)
            && (!kinds.has(Kind::Vague) || OWN_THINGS.contains(&lemma) || s.has_child(token, &[Dep::Compound]))
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
        // "My review was moved to Monday", but not "my family moved".
        let set = s.is_lemma(verb, &["move", "reschedule", "push", "postpone", "bring", "book", "schedule", "set"]);
        if set && s.dep(thing) != Dep::Nsubjpass {
            return Ok(false);
        }
        let Some(owner) = self.owner_of(thing) else { return Ok(false) };
        let noun = self.bare_noun(thing);
        if self.is_ailing(verb, thing, &owner) {
            return Ok(true);
        }
        let whole = matches!(
            noun.as_str(),
            "address" | "phone number" | "number" | "email" | "website" | "handle" | "password"
        );
        let found = if whole { self.rest_of(verb).map(|value| (value, None)) } else { self.value_of(verb, thing)? };
        let Some((value, date)) = found else { return Ok(false) };
        // Of what is the user's, an assistant knows when it is due: "your passport expires on 9 November".
        if self.trust == Trust::Assistant && (date.is_none() || !self.has_due_date(thing)) {
            return Ok(false);
        }
        // "My car is a Yaris": what one owns.
        // "My email changed from A to B": A is over.
        if let Some(old) = self.value_before(verb).filter(|old| *old != value.name) {
            let statement = format!("{}'s {noun} was {old}", owner.name);
            let relation = format!("HAS_{}", relation_name(&noun));
            self.add(FactParts {
                subject: &owner,
                relation: &relation,
                object: Object::value(old),
                statement,
                mood: Mood::Former,
                negated: false,
                past: false,
                date: None,
            });
        }
        let owned = value.entity == Some("Object") && s.is_a(thing, Kind::Ownable) && date.is_none();
        let of_date = match s.lemma(verb) {
            "expire" if date.is_some() => "_EXPIRY",
            "start" | "begin" if date.is_some() => "_START",
            "end" if date.is_some() => "_END",
            _ => "",
        };
        let relation = if owned { "OWNS".to_owned() } else { format!("HAS_{}{of_date}", relation_name(&noun)) };
        let tense = if s.tag(verb) == Tag::Vbd && s.lemma(verb) == "be" && date.is_none() { "was" } else { "is" };
        let joined = if date.is_some() { value.clone() } else { value.name.clone().into() };
        let verb = match s.lemma(verb) {
            "be" | "become" | "change" | "go" | "rise" | "drop" | "fall" | "increase" | "decrease" | "remain" => {
                tense.to_owned()
            }
            _ if s.is_past(verb) => s.lower(verb).to_owned(),
            lemma => third_person(lemma),
        };
        let statement = format!("{}'s {noun} {verb} {}", owner.name, joined.as_text());
        let object = value.into_object(date.is_some());
        let over = tense == "was";
        self.meeting(&owner, thing, date, (&noun, &statement));
        self.add(FactParts {
            subject: &owner,
            relation: &relation,
            object,
            statement,
            mood: if over { Mood::Former } else { Mood::Actual },
            negated: false,
            past: false,
            date: None,
        });
        Ok(true)
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

    /// What a verb of change changed from.
    fn value_before(&mut self, verb: usize) -> Option<String> {
        let s = self.s;
        let changes = s.is_lemma(verb, &["change", "go", "rise", "drop", "fall", "increase", "decrease"]);
        let from = s.child(verb, |c| changes && s.dep(c) == Dep::Prep && s.is(c, &["from"]))?;
        let to = s.tokens().any(|token| token > from && s.is(token, &["to"]));
        let old = s.object_of(from).filter(|_| to)?;
        let value = self.plain_value(old).ok().flatten()?.name;
        Some(value.split(" to ").next().unwrap_or_default().trim_start_matches("from ").to_owned())
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
        let possessor = self.s.child_of(thing, &[Dep::Poss])?;
        self.person(possessor)
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
        for child in s.children(token).filter(|c| *c < token) {
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

    /// All that follows a verb and its preposition: "12 Main St, Leeds".
    fn rest_of(&self, verb: usize) -> Option<Value> {
        let s = self.s;
        // "Changed from A to B": B.
        let changed = (verb + 1..s.end).any(|token| s.is(token, &["from"]));
        let to = (verb + 1..s.end).find(|token| changed && s.is(*token, &["to"])).unwrap_or(verb);
        let first = (to + 1..s.end).find(|token| !s.is(*token, &["to", "at", "now", "is", ":"]))?;
        let last = (first..s.end).rev().find(|token| s.pos(*token) != Pos::Punct && !s.is(*token, &["now"]))?;
        let text = nouns::span_text(&s, first, last);
        let precise = text.chars().any(|c| c.is_ascii_digit()) || s.identifier(first).is_some();
        let entity = (first == last && s.identifier(first).is_some()).then_some("Identifier");
        (precise && text.len() <= 120).then(|| Value { name: text.to_owned(), text: None, entity })
    }

    /// The value that a verb states of a thing: a date, an amount, an identifier or a name.
    fn value_of(&mut self, verb: usize, thing: usize) -> Result<Option<(Value, Option<usize>)>, Vague> {
        let s = self.s;
        let changes = s.is_lemma(verb, &["go", "rise", "drop", "fall", "increase", "decrease", "change"]);
        for child in s.children(verb).filter(|c| *c != thing).collect::<Vec<_>>() {
            // "From 70% to 90%": the value is what it became.
            let range = s.object_of(child).is_some_and(|object| s.has_child_word(object, &["to"]));
            if changes && s.dep(child) == Dep::Prep && !s.is(child, &["to"]) && !range {
                continue;
            }
            let token = match s.dep(child) {
                Dep::Attr | Dep::Dobj | Dep::Npadvmod | Dep::Acomp | Dep::Oprd => child,
                Dep::Prep
                    if s.is(child, &["on", "at", "to", "in", "for", "from", "until", "till", "through", "by"]) =>
                {
                    match s.child_of(child, &[Dep::Pobj]) {
                        Some(object) => object,
                        None => continue,
                    }
                }
                _ => continue,
            };
            if let Some(date) = self.date_at(token) {
                let name = self.date_words(date, true).unwrap_or_default();
                let with_preposition = self.date_words(date, false).unwrap_or_default();
                return Ok(Some((Value { name, text: Some(with_preposition), entity: None }, Some(date))));
            }
            if let Some(mut value) = self.plain_value(token)? {
                // "The rent went up to £900": the amount.
                let amount = value.name.trim_start_matches("up to ").trim_start_matches("down to ");
                if changes {
                    value.name = amount.rsplit_once(" to ").map_or(amount, |(_, new)| new).to_owned();
                }
                return Ok(Some((value, None)));
            }
        }
        Ok(None)
    }

    pub(super) fn plain_value(&mut self, token: usize) -> Result<Option<Value>, Vague> {
        let s = self.s;
        let text = s.text(token);
        // "A ThinkPad X1" is a model, "HH-223344" an identifier.
        let is_model = s.child(token, |c| s.dep(c) == Dep::Compound && s.is_proper(c)).is_some();
        if s.identifier(token).is_some() && !is_model {
            // "On k8s 1.29".
            let last = s.child(token, |c| c > token && s.dep(c) == Dep::Nummod).unwrap_or(token);
            let name = nouns::span_text(&s, token, last).to_owned();
            return Ok(Some(Value { name, text: None, entity: Some("Identifier") }));
        }
        let quantity = matches!(
            s.entity_kind(token),
            Some(
                EntityKind::Money
                    | EntityKind::Percent
                    | EntityKind::Quantity
                    | EntityKind::Cardinal
                    | EntityKind::Time
                    | EntityKind::Date
            )
        );
        let numeric = s.pos(token) == Pos::Num || text.chars().any(|c| c.is_ascii_digit());
        if !is_model && (quantity || numeric) {
            let joined = self.joined_word(token);
            let name = match s.entity(token) {
                _ if joined.contains('-') || joined.contains('/') => joined.to_owned(),
                Some(entity) if quantity => {
                    let first = entity.tokens.start.min(s.doc.left_edge(token).max(s.start));
                    let last = (entity.tokens.end - 1).max(token);
                    nouns::span_text(&s, first, last).trim_end_matches(['.', ',']).to_owned()
                }
                _ => self.phrase(token, None)?,
            };
            return Ok(Some(Value { name, text: None, entity: None }));
        }
        // "80,000 euros".
        if let Some(number) = s.child(token, |c| s.dep(c) == Dep::Nummod && c < token) {
            let name = nouns::span_text(&s, number, token).to_owned();
            return Ok(Some(Value { name, text: None, entity: None }));
        }
        if s.pos(token) == Pos::Propn || is_model {
            let name = self.phrase(token, None)?;
            return Ok(Some(Value { name, text: None, entity: Some("Object") }));
        }
        Ok(None)
    }

    /// The run of characters without white space around a token: "555-0100".
    fn joined_word(&self, token: usize) -> &str {
        let tokens = self.s.doc.tokens();
        let mut first = token;
        while first > self.s.start && !tokens[first - 1].space_after {
            first -= 1;
        }
        let mut last = token;
        while last + 1 < self.s.end && !tokens[last].space_after {
            last += 1;
        }
        nouns::span_text(&self.s, first, last).trim_end_matches(['.', ',', '!', '?'])
    }
}

/// A value as stated.
#[derive(Debug, Clone)]
pub(super) struct Value {
    pub(super) name: String,
    /// How a sentence says it, if not by its name: "on 3 May 2026".
    text: Option<String>,
    /// The type, if it is an entity and not a mere value.
    entity: Option<&'static str>,
}

impl From<String> for Value {
    fn from(name: String) -> Self {
        Self { name, text: None, entity: None }
    }
}

impl Value {
    fn as_text(&self) -> &str {
        self.text.as_deref().unwrap_or(&self.name)
    }

    fn into_object(self, dated: bool) -> Object {
        match self.entity {
            Some(kind) if !dated => Object::entity(self.name, Some(kind)),
            _ => Object::value(self.name),
        }
    }
}

/// A small number in digits or words.
pub(super) fn number_of(word: &str) -> Option<u32> {
    const WORDS: [&str; 13] =
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
    word.parse().ok().or_else(|| u32::try_from(WORDS.iter().position(|known| *known == word)?).ok())
}

#[cfg(test)]
mod tests {
    use super::number_of;

    #[test]
    fn numbers_are_read_in_digits_and_words() {
        assert_eq!((number_of("3"), number_of("three"), number_of("many")), (Some(3), Some(3), None));
    }
}
