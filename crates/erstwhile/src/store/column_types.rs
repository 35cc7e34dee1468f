//! What the columns of exported tables hold, so that rows that no program of ours wrote are refused before they are stored.
//! Pure.

use super::codes::Code;
use super::rows::read_time;
use super::sql::Value;
use erstwhile_core::model::Metadata;

/// The largest count, version or position: far more than can be reached, and far from what overflows.
const COUNT_MAX: i64 = 1 << 53;

/// What a column of an exported table holds.
#[derive(Debug, Clone, Copy)]
pub struct ColumnType {
    content: Content,
    is_optional: bool,
}

#[derive(Debug, Clone, Copy)]
enum Content {
    /// Bytes whose number is a multiple of this one.
    Chunks(usize),
    /// Exactly this many bytes.
    Bytes(usize),
    /// An integer in this range, its ends included.
    Integer(i64, i64),
    /// An integer that stands for a variant of an enum.
    Code(fn(i64) -> bool),
    /// Microseconds since 1970.
    Time,
    Real,
    Text,
    Json,
    Object,
}

/// A uuid.
pub(super) const ID: ColumnType = required(Content::Bytes(16));
/// Any number of uuids.
pub(super) const IDS: ColumnType = required(Content::Chunks(16));
/// A SHA-256.
pub(super) const DIGEST: ColumnType = required(Content::Bytes(32));
/// 32-bit floats.
pub(super) const VECTOR: ColumnType = required(Content::Chunks(4));
/// A time.
pub(super) const TIME: ColumnType = required(Content::Time);
/// A count, version, position or set of bits.
pub(super) const COUNT: ColumnType = required(Content::Integer(0, COUNT_MAX));
/// Any integer.
pub(super) const INTEGER: ColumnType = required(Content::Integer(i64::MIN, i64::MAX));
/// True or false.
pub(super) const FLAG: ColumnType = required(Content::Integer(0, 1));
/// A finite number.
pub(super) const REAL: ColumnType = required(Content::Real);
/// A text.
pub(super) const TEXT: ColumnType = required(Content::Text);
/// Any JSON.
pub(super) const JSON: ColumnType = required(Content::Json);
/// A JSON object.
pub(super) const OBJECT: ColumnType = required(Content::Object);

/// The code of a variant of an enum.
pub(super) const fn code<T: Code>() -> ColumnType {
    required(Content::Code(is_code::<T>))
}

/// One of the codes from 0, so many of them.
pub(super) const fn one_of(codes: i64) -> ColumnType {
    required(Content::Integer(0, codes - 1))
}

/// The same, or null.
pub(super) const fn optional(column: ColumnType) -> ColumnType {
    ColumnType { is_optional: true, ..column }
}

const fn required(content: Content) -> ColumnType {
    ColumnType { content, is_optional: false }
}

fn is_code<T: Code>(code: i64) -> bool {
    T::from_code(code).is_ok()
}

impl ColumnType {
    /// The type of the column in the schema.
    pub fn sql_type(&self) -> &'static str {
        match self.content {
            Content::Chunks(_) | Content::Bytes(_) => "BLOB",
            Content::Integer(..) | Content::Code(_) | Content::Time => "BIGINT",
            Content::Real => "DOUBLE PRECISION",
            Content::Text | Content::Json | Content::Object => "TEXT",
        }
    }

    /// Whether it may be null.
    pub fn is_optional(&self) -> bool {
        self.is_optional
    }

    /// Why a value does not belong in the column; `None` when it does. Never contains a text of the row.
    pub(super) fn problem(&self, value: &Value) -> Option<String> {
        let fits = match (self.content, value) {
            (_, Value::Null) => self.is_optional,
            (Content::Bytes(length), Value::Blob(bytes)) => bytes.len() == length,
            (Content::Chunks(length), Value::Blob(bytes)) => bytes.len().is_multiple_of(length),
            (Content::Integer(least, most), Value::Int(value)) => (least..=most).contains(value),
            (Content::Code(is_known), Value::Int(code)) => is_known(*code),
            (Content::Time, Value::Int(at)) => read_time(*at).is_ok(),
            (Content::Real, Value::Real(value)) => value.is_finite(),
            (Content::Text, Value::Text(_)) => true,
            (Content::Json, Value::Text(text)) => serde_json::from_str::<serde_json::Value>(text).is_ok(),
            (Content::Object, Value::Text(text)) => serde_json::from_str::<Metadata>(text).is_ok(),
            _ => false,
        };
        (!fits).then(|| format!("holds {}, not {}", name_of(value), self.description()))
    }

    fn description(&self) -> String {
        let content = match self.content {
            Content::Chunks(length) => format!("a multiple of {length} bytes"),
            Content::Bytes(length) => format!("{length} bytes"),
            Content::Integer(i64::MIN, i64::MAX) => "an integer".to_owned(),
            Content::Integer(least, most) => format!("an integer from {least} to {most}"),
            Content::Code(_) => "a known code".to_owned(),
            Content::Time => "a time in microseconds".to_owned(),
            Content::Real => "a finite floating-point number".to_owned(),
            Content::Text => "a text".to_owned(),
            Content::Json => "JSON".to_owned(),
            Content::Object => "a JSON object".to_owned(),
        };
        if self.is_optional { format!("{content} or null") } else { content }
    }
}

/// What a value is, without the words of a text.
fn name_of(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Int(value) => format!("the integer {value}"),
        Value::Real(value) => format!("the number {value}"),
        Value::Text(text) => format!("a text of {} bytes", text.len()),
        Value::Blob(bytes) => format!("{} bytes", bytes.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use erstwhile_core::model::Precision;

    #[test]
    fn a_column_takes_what_the_program_can_read_and_nothing_else() {
        let text = |text: &str| Value::Text(text.to_owned());
        let cases: [(ColumnType, Vec<Value>, Vec<Value>); 11] = [
            (ID, vec![Value::Blob(vec![0; 16])], vec![Value::Blob(vec![0; 15]), text("0"), Value::Null]),
            (IDS, vec![Value::Blob(Vec::new()), Value::Blob(vec![0; 32])], vec![Value::Blob(vec![0; 17])]),
            (optional(VECTOR), vec![Value::Null, Value::Blob(vec![0; 8])], vec![Value::Blob(vec![0; 6])]),
            (TIME, vec![Value::Int(0)], vec![Value::Int(i64::MAX), Value::Int(i64::MIN), text("2025-01-01")]),
            (COUNT, vec![Value::Int(0), Value::Int(COUNT_MAX)], vec![Value::Int(-1), Value::Int(i64::MAX), text("1")]),
            (FLAG, vec![Value::Int(1)], vec![Value::Int(2), text("true")]),
            (code::<Precision>(), vec![Value::Int(3)], vec![Value::Int(4), Value::Int(-1), Value::Real(1.0)]),
            (REAL, vec![Value::Real(0.5)], vec![Value::Real(f64::NAN), Value::Real(f64::INFINITY), Value::Int(1)]),
            (TEXT, vec![text("")], vec![Value::Int(1), Value::Blob(Vec::new()), Value::Null]),
            (JSON, vec![text("[1]")], vec![text("[1"), Value::Int(1)]),
            (OBJECT, vec![text("{}")], vec![text("[]"), text("{"), Value::Null]),
        ];
        for (column, good, bad) in cases {
            for value in good {
                assert_eq!(column.problem(&value), None, "{column:?} {value:?}");
            }
            for value in bad {
                assert!(column.problem(&value).is_some(), "{column:?} {value:?}");
            }
        }
        let problem = TIME.problem(&text("a secret")).expect("a problem");
        assert_eq!(problem, "holds a text of 8 bytes, not a time in microseconds");
    }
}
