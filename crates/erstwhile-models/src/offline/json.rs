//! Reads JSON documents: objects are entities, their fields are claims.

use erstwhile::model::{ClaimKind, Holding, Precision, Span, TimePoint};
use erstwhile::ports::{Claim, ExtractedMention, Extraction};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use serde_json::{Map, Value};

use super::claims::snake;
use super::relations::SURE;

/// Objects inside objects are read down to here.
const DEEPEST: usize = 6;
/// A document gives no more claims.
const MOST: usize = 200;
/// Longer values are cut.
const LONGEST: usize = 200;

/// Reads one document; `None` when it is no JSON.
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
            if self.extraction.claims.len() >= MOST {
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
                scalar if is_name_key(key) && said(scalar).as_deref() == Some(subject) => {}
                scalar => self.scalar(subject, key, scalar, Holding::Exclusive, (from, until)),
            }
        }
    }

    /// An object in a field is an entity of its own.
    fn nested(
        &mut self,
        subject: &str,
        key: &str,
        inner: &Map<String, Value>,
        depth: usize,
        validity: (Option<TimePoint>, Option<TimePoint>),
    ) {
        if depth >= DEEPEST || self.extraction.claims.len() >= MOST {
            return;
        }
        let name = name_of(inner).unwrap_or_else(|| format!("{subject}'s {}", words(key)));
        let predicate = format!("HAS_{}", snake(&words(key)));
        let (from, until) = self.validity(inner);
        let statement = format!("{subject} has {} {name}.", words(key));
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
        let Some(value) = said(value) else { return };
        let statement = format!("{subject}: {} is {value}.", words(key));
        self.claim(subject, snake(&words(key)), &value, statement, (holding, validity));
    }

    fn claim(
        &mut self,
        subject: &str,
        predicate: String,
        object: &str,
        statement: String,
        (holding, (valid_from, valid_until)): (Holding, (Option<TimePoint>, Option<TimePoint>)),
    ) {
        if self.extraction.claims.len() >= MOST {
            return;
        }
        self.extraction.claims.push(Claim {
            subject: subject.to_owned(),
            subject_type: None,
            predicate,
            object: Some(object.to_owned()),
            object_type: None,
            statement,
            span: self.place(object),
            kind: ClaimKind::Asserts,
            holding,
            valid_from,
            valid_until,
            confidence: SURE,
        });
    }

    fn mention(&mut self, name: &str) {
        if let Some(start) = self.text.find(name).filter(|_| self.extraction.mentions.len() < MOST) {
            let span = start..start + name.len();
            if !self.extraction.mentions.iter().any(|mention| mention.span == span) {
                self.extraction.mentions.push(ExtractedMention { name: name.to_owned(), entity_type: None, span });
            }
        }
    }

    /// Where the document has a value; the whole document when it stands there in other letters.
    fn place(&self, value: &str) -> Span {
        self.text
            .find(value)
            .filter(|_| !value.is_empty())
            .map_or(0..self.text.len(), |start| start..start + value.len())
    }

    /// The dates of an object that say from when and until when its fields hold.
    fn validity(&self, fields: &Map<String, Value>) -> (Option<TimePoint>, Option<TimePoint>) {
        let find = |names: &[&str]| {
            fields.iter().find_map(|(key, value)| {
                let key = words(key);
                let named = key.split(' ').any(|word| names.contains(&word));
                named.then(|| self.moment(value.as_str()?)).flatten()
            })
        };
        (
            find(&["start", "started", "since", "from", "date", "created", "begin", "begins", "timestamp"]),
            find(&["end", "ended", "until", "expires", "expiry", "expiration", "ends"]),
        )
    }

    /// An ISO date or time.
    fn moment(&self, value: &str) -> Option<TimePoint> {
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

/// The name of an object: its name, title or id.
fn name_of(fields: &Map<String, Value>) -> Option<String> {
    ["name", "full_name", "fullName", "title", "id"].iter().find_map(|key| fields.get(*key).and_then(said))
}

/// A scalar in words, cut and on one line.
fn said(value: &Value) -> Option<String> {
    let said = match value {
        Value::String(text) => text.split_whitespace().collect::<Vec<_>>().join(" "),
        Value::Number(number) => number.to_string(),
        Value::Bool(truth) => truth.to_string(),
        Value::Null | Value::Array(_) | Value::Object(_) => return None,
    };
    let said = said[..said.floor_char_boundary(LONGEST)].to_owned();
    (!said.is_empty()).then_some(said)
}

/// A key in words: `homeCity` and `home_city` are "home city".
fn words(key: &str) -> String {
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
