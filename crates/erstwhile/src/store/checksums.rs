//! Checksums of stored rows (CRC-32), so that damage of the disk is not taken for what was said or declared.
//!
//! The lower half of a stored number covers what is written as a whole; the upper half, what is replaced alone: what the
//! application attaches to an episode or a fact, the words of an edit, the settings of a project, the name of a graph,
//! whether a key is revoked, metadata of collections and documents, and the content of an item that waits for import.
//! Evidence of older versions has only the lower half, and so have items of import jobs without content.
//! Neither the state of an episode or import job nor the version of a row is covered.

use crc32fast::Hasher;
use jiff::Timestamp;
use uuid::Uuid;

use erstwhile_core::error::{Error, Result};
use erstwhile_core::model::{Assertion, Episode, Mention, TimePoint};

use super::codes::Code;
use super::sql::{Row, Value};

/// The lower half of a stored number.
const LOWER: i64 = 0xffff_ffff;
/// Shows that the upper half is a checksum.
const HAS_UPPER: i64 = 1 << 62;

/// The checksum of what the application attached, as the upper half of a stored number; `json` is the text of its column.
pub(super) fn of_attached(json: &str) -> i64 {
    upper(i64::from(crc32fast::hash(json.as_bytes())))
}

/// A checksum as the upper half of a stored number, shortened by what shows that there is one.
fn upper(checksum: i64) -> i64 {
    HAS_UPPER | checksum >> 2 << 32
}

/// The checksum of an episode without its metadata.
pub(super) fn of_episode(episode: &Episode) -> i64 {
    let mut fields = Fields::default();
    fields.uuid(episode.id.0);
    fields.number(episode.kind.code());
    fields.number(episode.role.map_or(-1, Code::code));
    for text in [&episode.thread, &episode.name, &episode.source_description, &episode.document_id] {
        fields.optional(text.as_ref());
    }
    fields.text(&episode.content);
    fields.time(episode.reference_time);
    fields.time(episode.recorded_at);
    fields.checksum()
}

/// The checksum of a mention.
pub(super) fn of_mention(mention: &Mention) -> i64 {
    let mut fields = Fields::default();
    fields.uuid(mention.entity.0);
    fields.uuid(mention.episode.map_or(Uuid::nil(), |episode| episode.0));
    fields.text(&mention.name);
    fields.optional(mention.entity_type.as_ref());
    fields.number(mention.span.start as i64);
    fields.number(mention.span.end as i64);
    fields.time(mention.recorded_at);
    fields.checksum()
}

/// The checksum of an assertion without its attributes.
pub(super) fn of_assertion(assertion: &Assertion) -> i64 {
    let mut fields = Fields::default();
    fields.uuid(assertion.id.0);
    fields.uuid(assertion.episode.map_or(Uuid::nil(), |episode| episode.0));
    fields.uuid(assertion.subject.0);
    fields.uuid(assertion.object.map_or(Uuid::nil(), |object| object.0));
    for text in [&assertion.predicate, &assertion.statement, &assertion.extractor] {
        fields.text(text);
    }
    fields.number(assertion.span.start as i64);
    fields.number(assertion.span.end as i64);
    fields.number(assertion.kind.code());
    fields.number(assertion.holding.code());
    for point in [assertion.valid_from, assertion.valid_until] {
        fields.point(point);
    }
    fields.time(assertion.reference_time);
    fields.time(assertion.recorded_at);
    fields.number(assertion.confidence.to_bits().cast_signed());
    fields.checksum()
}

/// The checksum of a whole row: of the values of its columns.
pub(super) fn of_row(values: &[Value]) -> i64 {
    let mut fields = Fields::default();
    for value in values {
        fields.value(value);
    }
    fields.checksum()
}

/// The checksum of the columns of a row that are replaced together, as the upper half of a stored number.
pub(super) fn of_replaced(values: &[Value]) -> i64 {
    upper(of_row(values))
}

/// The checksum of a row of columns that never change and of columns that are replaced together.
pub(super) fn of_halves(whole: &[Value], replaced: &[Value]) -> i64 {
    of_row(whole) | of_replaced(replaced)
}

/// The values of a row, with their checksum after them.
pub(super) fn with(mut values: Vec<Value>) -> Vec<Value> {
    values.push(Value::Int(of_row(&values)));
    values
}

/// The values of columns that never change and of columns that are replaced together, with their checksum after them.
pub(super) fn with_halves(mut whole: Vec<Value>, replaced: &[Value]) -> Vec<Value> {
    let checksum = Value::Int(of_halves(&whole, replaced));
    whole.extend_from_slice(replaced);
    whole.push(checksum);
    whole
}

/// Compares a task (the columns that are known before it is written, the position of its first episode, its checksum) with
/// its stored checksum, if it has one, whose upper half is that position.
///
/// # Errors
/// `Corrupt` when they differ.
pub(super) fn check_task(row: &Row) -> Result<()> {
    match row.0.split_at_checked(5) {
        Some((_, [_, Value::Null])) => Ok(()),
        Some((known, [Value::Int(first), Value::Int(stored)])) if *stored == of_row(known) + (first << 32) => Ok(()),
        _ => Err(differs(&name_of(row.0.get(1), "task"))),
    }
}

/// Compares the first columns of a row with the checksum after them, if it has one; `name` says which row it is.
///
/// # Errors
/// `Corrupt` when they differ.
pub(super) fn check_row(row: &Row, columns: usize, name: impl FnOnce() -> String) -> Result<()> {
    match row.0.split_at_checked(columns) {
        Some((_, [Value::Null, ..])) => Ok(()),
        Some((values, [Value::Int(stored), ..])) if *stored == of_row(values) => Ok(()),
        _ => Err(differs(&name())),
    }
}

/// Compares the columns of a row that never change, and those after them that are replaced together, with the checksum
/// after them, if it has one; `name` says which row it is.
///
/// # Errors
/// `Corrupt` when they differ.
pub(super) fn check_halves(row: &Row, (whole, replaced): (usize, usize), name: impl FnOnce() -> String) -> Result<()> {
    let halves = row.0.split_at_checked(whole).and_then(|(whole, rest)| {
        let (replaced, rest) = rest.split_at_checked(replaced)?;
        Some((whole, replaced, rest.first()?))
    });
    match halves {
        Some((_, _, Value::Null)) => Ok(()),
        // What was replaced together is cleared.
        Some((whole, [.., Value::Null], Value::Int(stored))) if *stored == of_row(whole) => Ok(()),
        Some((whole, replaced, Value::Int(stored))) if *stored == of_halves(whole, replaced) => Ok(()),
        _ => Err(differs(&name())),
    }
}

/// Compares an edit (its key and time, its words, its checksum) with its stored checksum, if it has one.
///
/// # Errors
/// `Corrupt` when they differ.
pub(super) fn check_edit(row: &Row) -> Result<()> {
    let name = || name_of(row.0.first(), "an edit of");
    match row.0.split_at_checked(4) {
        Some((_, [_, Value::Null])) => Ok(()),
        Some((key, [Value::Text(words), Value::Int(stored)])) => {
            check(Some(*stored), of_row(key), name)?;
            check_attached(Some(*stored), words, name)
        }
        _ => Err(differs(&name())),
    }
}

/// What a row is, with the id in one of its columns: its own, or that of what it belongs to.
pub(super) fn name_of(column: Option<&Value>, noun: &str) -> String {
    let id = match column {
        Some(Value::Blob(id)) => Uuid::from_slice(id).ok(),
        _ => None,
    };
    id.map_or_else(|| format!("{noun} a malformed id"), |id| format!("{noun} {id}"))
}

/// Says which row an error is about.
pub(super) fn malformed(name: &str, error: &Error) -> Error {
    Error::corrupt(format!("{name} is malformed ({}): the disk is damaged; restore a backup", error.message()))
}

/// Compares a row with its stored checksum, if it has one; `name` says which row it is.
///
/// # Errors
/// `Corrupt` when they differ.
pub(super) fn check(stored: Option<i64>, computed: i64, name: impl FnOnce() -> String) -> Result<()> {
    match stored {
        Some(stored) if stored & LOWER != computed => Err(differs(&name())),
        _ => Ok(()),
    }
}

/// Compares what the application attached to a row with its stored checksum, if it has one.
///
/// # Errors
/// `Corrupt` when they differ.
pub(super) fn check_attached(stored: Option<i64>, json: &str, name: impl FnOnce() -> String) -> Result<()> {
    match stored.map(|stored| stored & !LOWER) {
        Some(stored) if stored != 0 && stored != of_attached(json) => Err(differs(&name())),
        _ => Ok(()),
    }
}

fn differs(name: &str) -> Error {
    Error::corrupt(format!("{name} is not what was stored: the disk is damaged; restore a backup"))
}

/// The fields of a row, in order, each with its length where that varies.
#[derive(Default)]
struct Fields(Hasher);

impl Fields {
    fn uuid(&mut self, uuid: Uuid) {
        self.0.update(uuid.as_bytes());
    }

    fn number(&mut self, number: i64) {
        self.0.update(&number.to_le_bytes());
    }

    /// A time to the microsecond, as it is stored.
    fn time(&mut self, at: Timestamp) {
        self.number(at.as_microsecond());
    }

    fn point(&mut self, point: Option<TimePoint>) {
        self.number(point.map_or(i64::MIN, |point| point.at.as_microsecond()));
        self.number(point.map_or(-1, |point| point.precision.code()));
    }

    fn value(&mut self, value: &Value) {
        match value {
            Value::Null => self.number(0),
            Value::Int(number) => {
                self.number(1);
                self.number(*number);
            }
            Value::Real(number) => {
                self.number(2);
                self.number(number.to_bits().cast_signed());
            }
            Value::Text(text) => {
                self.number(3);
                self.text(text);
            }
            Value::Blob(bytes) => {
                self.number(4);
                self.number(bytes.len() as i64);
                self.0.update(bytes);
            }
        }
    }

    fn text(&mut self, text: &str) {
        self.number(text.len() as i64);
        self.0.update(text.as_bytes());
    }

    fn optional(&mut self, text: Option<&String>) {
        match text {
            Some(text) => self.text(text),
            None => self.number(-1),
        }
    }

    fn checksum(self) -> i64 {
        i64::from(self.0.finalize())
    }
}
