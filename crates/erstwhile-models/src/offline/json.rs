//! Extracts claims from JSON documents: objects are entities, their fields are claims.

use erstwhile::model::{ClaimKind, Holding, Precision, Span, TimePoint};
use erstwhile::ports::{Claim, ExtractedMention, Extraction};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use serde_json::{Map, Value};

use super::claims::relation_name;
use super::relations::CONFIDENCE_RULE;

/// Maximum nesting depth; deeper objects are ignored.
const DEPTH_MAX: usize = 6;
/// Maximum number of claims per document.
const CLAIMS_MAX: usize = 200;
/// Longer values are truncated to this length.
const VALUE_BYTES_MAX: usize = 200;

/// Extracts claims from one document. Returns `None` if it is not a JSON object or array.
pub(super) fn read(text: &str, owner: Option<&str>, tz: &TimeZone) -> Option<Extraction> {
    let document: Value = serde_json::from_str(text).ok()?;
    let mut reader = JsonReader { text, tz, extraction: Extraction::default() };
    match &document {
        Value::Object(fields) => {
            let subject =
                name_of(fields).or_else(|| owner.map(ToOwned::to_owned)).unwrap_or_else(|| "Document".to_owned());
            reader.object(&subject, fields, 0);
        }
        Value::Array(items) => reader.top_array(items, owner.unwrap_or("Document")),
        _ => return None,
    }
    Some(reader.extraction)
}

struct JsonReader<'a> {
    text: &'a str,
    tz: &'a TimeZone,
    extraction: Extraction,
}

impl JsonReader<'_> {
    fn top_array(&mut self, items: &[Value], owner: &str) {
        for item in items {
            match item {
                Value::Object(fields) => {
                    let subject = name_of(fields).unwrap_or_else(|| owner.to_owned());
                    self.object(&subject, fields, 0);
                }
                scalar => self.scalar(owner, "item", scalar, Holding::Shared, (None, None)),
            }
        }
    }

    fn object(&mut self, subject: &str, fields: &Map<String, Value>, depth: usize) {
        self.mention(subject);
        let (from, until) = self.validity(fields);
        for (key, value) in fields {
            if self.extraction.claims.len() >= CLAIMS_MAX {
                return;
            }
            match value {
                Value::Null => {}
                Value::Object(inner) => self.nested(subject, key, inner, depth, (from, until)),
                Value::Array(items) => {
                    for item in items {
                        match item {
                            Value::Object(inner) => self.nested(subject, key, inner, depth, (from, until)),
                            scalar => self.scalar(subject, key, scalar, Holding::Shared, (from, until)),
                        }
                    }
                }
                scalar if is_name_key(key) && scalar_text(scalar).as_deref() == Some(subject) => {}
                scalar => self.scalar(subject, key, scalar, Holding::Exclusive, (from, until)),
            }
        }
    }

    /// Adds an object in a field as a separate entity.
    fn nested(
        &mut self,
        subject: &str,
        key: &str,
        inner: &Map<String, Value>,
        depth: usize,
        validity: (Option<TimePoint>, Option<TimePoint>),
    ) {
        if depth >= DEPTH_MAX || self.extraction.claims.len() >= CLAIMS_MAX {
            return;
        }
        let name = name_of(inner).unwrap_or_else(|| format!("{subject}'s {}", key_words(key)));
        let predicate = format!("HAS_{}", relation_name(&key_words(key)));
        let (from, until) = self.validity(inner);
        let statement = format!("{subject} has {} {name}.", key_words(key));
        let times = (from.or(validity.0), until.or(validity.1));
        self.claim(subject, predicate, &name, statement, (Holding::Shared, times));
        self.object(&name, inner, depth + 1);
    }

    fn scalar(
        &mut self,
        subject: &str,
        key: &str,
        value: &Value,
        holding: Holding,
        validity: (Option<TimePoint>, Option<TimePoint>),
    ) {
        let Some(value) = scalar_text(value) else { return };
        let statement = format!("{subject}: {} is {value}.", key_words(key));
        self.claim(subject, relation_name(&key_words(key)), &value, statement, (holding, validity));
    }

    fn claim(
        &mut self,
        subject: &str,
        predicate: String,
        object: &str,
        statement: String,
        (holding, (valid_from, valid_until)): (Holding, (Option<TimePoint>, Option<TimePoint>)),
    ) {
        if self.extraction.claims.len() >= CLAIMS_MAX {
            return;
        }
        self.extraction.claims.push(Claim {
            subject: subject.to_owned(),
            subject_type: None,
            predicate,
            object: Some(object.to_owned()),
            object_type: None,
            statement,
            span: self.locate(object),
            kind: ClaimKind::Asserts,
            holding,
            valid_from,
            valid_until,
            confidence: CONFIDENCE_RULE,
        });
    }

    fn mention(&mut self, name: &str) {
        if let Some(start) = self.text.find(name).filter(|_| self.extraction.mentions.len() < CLAIMS_MAX) {
            let span = start..start + name.len();
            if !self.extraction.mentions.iter().any(|mention| mention.span == span) {
                self.extraction.mentions.push(ExtractedMention { name: name.to_owned(), entity_type: None, span });
            }
        }
    }

    /// Returns the span of a value, or of the whole document if the value is written differently there.
    fn locate(&self, value: &str) -> Span {
        self.text
            .find(value)
            .filter(|_| !value.is_empty())
            .map_or(0..self.text.len(), |start| start..start + value.len())
    }

    /// Returns the start and end of the validity of an object's fields, if it has such dates.
    fn validity(&self, fields: &Map<String, Value>) -> (Option<TimePoint>, Option<TimePoint>) {
        let find = |names: &[&str]| {
            fields.iter().find_map(|(key, value)| {
                let key = key_words(key);
                let named = key.split(' ').any(|word| names.contains(&word));
                named.then(|| self.parse_instant(value.as_str()?)).flatten()
            })
        };
        (
            find(&["start", "started", "since", "from", "date", "created", "begin", "begins", "timestamp"]),
            find(&["end", "ended", "until", "expires", "expiry", "expiration", "ends"]),
        )
    }

    /// Parses an ISO 8601 date or time.
    fn parse_instant(&self, value: &str) -> Option<TimePoint> {
        if let Ok(at) = value.parse::<Timestamp>() {
            return Some(TimePoint { at, precision: Precision::Instant });
        }
        let at = |moment: DateTime| self.tz.to_ambiguous_zoned(moment).compatible().ok().map(|zoned| zoned.timestamp());
        if value.len() > 10
            && let Ok(moment) = value.parse::<DateTime>()
        {
            return Some(TimePoint { at: at(moment)?, precision: Precision::Instant });
        }
        let date: Date = value.parse().ok()?;
        Some(TimePoint { at: at(date.to_datetime(jiff::civil::Time::midnight()))?, precision: Precision::Day })
    }
}

fn is_name_key(key: &str) -> bool {
    matches!(key, "name" | "title" | "id" | "full_name" | "fullName")
}

/// Returns the name of an object: its name, title or id.
fn name_of(fields: &Map<String, Value>) -> Option<String> {
    ["name", "full_name", "fullName", "title", "id"].iter().find_map(|key| fields.get(*key).and_then(scalar_text))
}

/// Formats a scalar on one line, truncated to `VALUE_BYTES_MAX`.
fn scalar_text(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.split_whitespace().collect::<Vec<_>>().join(" "),
        Value::Number(number) => number.to_string(),
        Value::Bool(truth) => truth.to_string(),
        Value::Null | Value::Array(_) | Value::Object(_) => return None,
    };
    let text = text[..text.floor_char_boundary(VALUE_BYTES_MAX)].to_owned();
    (!text.is_empty()).then_some(text)
}

/// Splits a key into lower-case words: `homeCity` and `home_city` become "home city".
fn key_words(key: &str) -> String {
    let mut words = String::new();
    let mut lower = false;
    for c in key.chars().take(60) {
        if c.is_uppercase() && lower {
            words.push(' ');
        }
        lower = c.is_lowercase();
        if c.is_alphanumeric() { words.extend(c.to_lowercase()) } else { words.push(' ') }
    }
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}
