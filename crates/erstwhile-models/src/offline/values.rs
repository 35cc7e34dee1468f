//! The value that a verb states of a thing: a date, an amount, an identifier or a name.

use erstwhile_nlp::{Dep, EntityKind, Pos, Tag};

use super::claims::Object;
use super::nouns::{self, Vague};
use super::reader::SentenceReader;
use super::word_forms::is_distance;

/// Longer descriptions are clauses of their own.
const DESCRIPTION_WORDS_MAX: usize = 8;

/// A value as stated.
#[derive(Debug, Clone)]
pub(super) struct Value {
    pub(super) name: String,
    /// How a sentence says it, if not by its name: "on 3 May 2026".
    pub(super) text: Option<String>,
    /// The type, if it is an entity and not a mere value.
    pub(super) entity: Option<&'static str>,
}

impl From<String> for Value {
    fn from(name: String) -> Self {
        Self { name, text: None, entity: None }
    }
}

impl Value {
    pub(super) fn as_text(&self) -> &str {
        self.text.as_deref().unwrap_or(&self.name)
    }

    pub(super) fn into_object(self, dated: bool) -> Object {
        match self.entity {
            Some(kind) if !dated => Object::entity(self.name, Some(kind)),
            _ => Object::value(self.name),
        }
    }
}

impl SentenceReader<'_, '_> {
    /// All that follows a verb and its preposition: "12 Main St, Leeds".
    pub(super) fn rest_of(&self, verb: usize) -> Option<Value> {
        let s = self.s;
        // "Changed from A to B": B.
        let changed = (verb + 1..s.end).any(|token| s.is(token, &["from"]));
        let to = (verb + 1..s.end).find(|token| changed && s.is(*token, &["to"])).unwrap_or(verb);
        let first = (to + 1..s.end).find(|token| !s.is(*token, &["to", "at", "now", "is", ":"]))?;
        let last = (first..s.end).rev().find(|token| s.pos(*token) != Pos::Punct && !s.is(*token, &["now"]))?;
        let text = nouns::span_text(&s, first, last);
        let precise = text.contains(|c: char| c.is_ascii_digit() || c == '/') || s.identifier(first).is_some();
        let entity = (first == last && s.identifier(first).is_some()).then_some("Identifier");
        (precise && text.len() <= 120).then(|| Value { name: text.to_owned(), text: None, entity })
    }

    /// The value that a verb states of a thing: a date, an amount, an identifier or a name.
    pub(super) fn value_of(&mut self, verb: usize, thing: usize) -> Result<Option<(Value, Option<usize>)>, Vague> {
        let s = self.s;
        let changes = s.is_lemma(verb, &["go", "rise", "drop", "fall", "increase", "decrease", "change"]);
        // "Due on the fifteenth of December".
        let due = s.child_of(verb, &[Dep::Acomp]).filter(|adjective| s.is(*adjective, &["due", "up"]));
        let children = s.children(verb).chain(due.into_iter().flat_map(|due| s.children(due)));
        for child in children.filter(|c| *c != thing).collect::<Vec<_>>() {
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
            // "Our stand-up is at 9:30": an hour of every day.
            if let Some(hour) =
                self.date_at(token).filter(|_| !self.is_timed(thing)).and_then(|date| self.hour_alone(date))
            {
                return Ok(Some((Value { text: Some(format!("at {hour}")), ..hour.into() }, None)));
            }
            if let Some(date) = self.date_at(token).filter(|_| !self.is_timed(thing)) {
                let (name, with_preposition) = if s.is(thing, &["birthday", "anniversary"]) {
                    (self.yearly_words(date, true), self.yearly_words(date, false))
                } else {
                    (self.date_words(date, true), self.date_words(date, false))
                };
                let (name, with_preposition) = (name.unwrap_or_default(), with_preposition.unwrap_or_default());
                return Ok(Some((Value { name, text: Some(with_preposition), entity: None }, Some(date))));
            }
            if let Some(mut value) = self.plain_value(token)? {
                // "The rent went up to £900": the amount.
                let amount = value.name.trim_start_matches("up to ").trim_start_matches("down to ");
                if changes {
                    value.name = amount.rsplit_once(" to ").map_or(amount, |(_, new)| new).to_owned();
                }
                // "Our studio is in Bushwick".
                let is_habit = s.lower(child) == "on" && value.name.to_lowercase().ends_with("days");
                if s.lemma(verb) == "be" && s.dep(child) == Dep::Prep && (value.entity.is_some() || is_habit) {
                    value.text = Some(format!("{} {}", s.lower(child), value.name));
                }
                return Ok(Some((value, None)));
            }
        }
        Ok(None)
    }

    /// The hour of a time expression that names no day: "9:30".
    pub(super) fn hour_alone(&self, date: usize) -> Option<String> {
        let said = self.s.doc.text().get(self.dates.get(date)?.span.clone())?;
        let said = said.strip_prefix("at ").unwrap_or(said).trim_end_matches(['.', ',']);
        let is_hour = |word: &str| {
            word.trim_end_matches("am")
                .trim_end_matches("pm")
                .chars()
                .all(|c| c.is_ascii_digit() || matches!(c, ':' | '.'))
                || matches!(word, "am" | "pm" | "a.m." | "p.m." | "noon" | "midnight" | "o'clock" | "at" | "in" | "the")
                || matches!(word, "evening" | "morning" | "afternoon" | "night")
        };
        let hour = said.split(' ').all(|word| is_hour(&word.to_lowercase())).then_some(said)?;
        // "The evening at 9".
        Some(match hour.trim_start_matches("the ").split_once(" at ") {
            Some((part, hour)) => format!("{hour} in the {part}"),
            None => hour.to_owned(),
        })
    }

    /// What a thing that is described in words is: "my thesis is on coral bleaching", "our stack is Rails and Postgres".
    fn words_for(&self, verb: usize, thing: usize) -> Option<(usize, usize)> {
        const DESCRIBED: &[&str] = &[
            "language",
            "tongue",
            "type",
            "group",
            "stack",
            "thesis",
            "dissertation",
            "topic",
            "major",
            "minor",
            "nationality",
            "ethnicity",
            "religion",
            "faith",
            "sign",
            "role",
            "title",
            "position",
            "profession",
            "occupation",
            "trade",
            "instrument",
            "breed",
            "motto",
            "editor",
            "framework",
            "database",
            "browser",
            "theme",
            "genre",
            "specialty",
            "speciality",
            "specialism",
            "background",
            "heritage",
            "colour",
            "color",
            "stance",
            "research",
            "phd",
            "side",
            "focus",
            "niche",
            "industry",
            "sector",
        ];
        let s = self.s;
        let where_or_what = self.place_or_topic(verb, thing);
        if s.lemma(verb) != "be" || !s.is_lemma(thing, DESCRIBED) && where_or_what.is_none() {
            return None;
        }
        let about = s.child(verb, |c| c > verb && s.dep(c) == Dep::Prep && s.is(c, &["on", "about", "in"]));
        let about = where_or_what.or(about);
        let colour = s.is(thing, &["colour", "color"]) || s.has_child_word(thing, &["blood"]);
        let stated = s.child(verb, |c| match s.dep(c) {
            Dep::Attr => c > verb,
            Dep::Acomp => colour || s.entity_kind(c) == Some(EntityKind::Norp),
            _ => false,
        });
        let value = about.and_then(|about| s.object_of(about)).or(stated)?;
        let first = s.subtree(value).min()?;
        let last =
            s.subtree(value).take_while(|token| !matches!(s.pos(*token), Pos::Punct | Pos::Pron | Pos::Sconj)).max()?;
        (last - first < DESCRIPTION_WORDS_MAX).then_some((first, last))
    }

    /// The description of a thing, if it has no value that is exact.
    pub(super) fn described_value(&self, verb: usize, thing: usize) -> Option<Value> {
        let (first, last) = self.words_for(verb, thing)?;
        let s = self.s;
        let whole = (first..=last).all(|token| s.pos(token) != Pos::Pron && s.tag(token) != Tag::Wdt);
        let name = nouns::strip_article(nouns::span_text(&s, first, last)).to_owned();
        let said = name.chars().filter(|c| c.is_alphabetic()).count() > 1;
        (whole && said).then(|| {
            let preposition = first.checked_sub(1).filter(|before| s.dep(*before) == Dep::Prep);
            let text = preposition.map(|before| nouns::span_text(&s, before, last).to_owned());
            Value { name, text, entity: None }
        })
    }

    /// Whether a thing is how fast one was: "my 5k PB is 21:30" is no time of the day.
    fn is_timed(&self, thing: usize) -> bool {
        let s = self.s;
        s.is(thing, &["pb", "pr", "record", "best", "pace", "split", "marathon", "parkrun", "mile", "5k", "10k"])
            || s.lower(thing) == "time"
                && s.subtree(thing).any(|token| is_distance(s.lower(token)) || s.is(token, &["marathon"]))
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
                    let dated = (token + 1..entity.tokens.end).find(|other| self.date_at(*other).is_some());
                    let last = (dated.unwrap_or(entity.tokens.end) - 1).max(token);
                    nouns::span_text(&s, first, last).trim_end_matches(['.', ',']).to_owned()
                }
                _ => self.phrase(token, None)?,
            };
            let rate = s.child(token, |c| c > token && s.is_rate(token, c)).filter(|_| !name.contains(" a "));
            let rate = rate.map(|unit| format!("{name} {}", nouns::span_text(&s, token + 1, unit)));
            let name = rate.unwrap_or(name);
            return Ok(Some(Value { name, text: None, entity: None }));
        }
        // "80,000 euros", but "a 2018 Honda Jazz" has a name.
        let amount = s.child(token, |c| s.dep(c) == Dep::Nummod && c < token).filter(|_| !s.is_proper(token));
        if let Some(number) = amount {
            let last = s.child(token, |c| c > token && s.is_rate(token, c)).unwrap_or(token);
            let name = nouns::span_text(&s, number, last).to_owned();
            return Ok(Some(Value { name, text: None, entity: None }));
        }
        if s.pos(token) == Pos::Propn || is_model {
            let dated = s.subtree(token).any(|other| other != token && self.date_at(other).is_some());
            let name = if dated { nouns::name(&s, token) } else { self.phrase(token, None)? };
            let person = s.entity_kind(token) == Some(EntityKind::Person) || s.is_given_name(token);
            return Ok(Some(Value { name, text: None, entity: Some(if person { "Person" } else { "Object" }) }));
        }
        Ok(None)
    }

    /// The run of characters without white space around a token: "555-0100".
    pub(super) fn joined_word(&self, token: usize) -> &str {
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

    /// What a verb of change changed from.
    pub(super) fn value_before(&mut self, verb: usize) -> Option<String> {
        let s = self.s;
        let changes = s.is_lemma(verb, &["change", "go", "rise", "drop", "fall", "increase", "decrease"]);
        let from = s.child(verb, |c| changes && s.dep(c) == Dep::Prep && s.is(c, &["from"]))?;
        let to = s.tokens().any(|token| token > from && s.is(token, &["to"]));
        let old = s.object_of(from).filter(|_| to)?;
        let value = self.plain_value(old).ok().flatten()?.name;
        Some(value.split(" to ").next().unwrap_or_default().trim_start_matches("from ").to_owned())
    }
}
