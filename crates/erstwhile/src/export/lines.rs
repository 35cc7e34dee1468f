//! A unit as compressed lines of JSON: a header, each table with its rows, and the number of rows. Pure.

use std::io::{BufRead, BufReader, BufWriter, Read, Write};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::{FORMAT, ROWS_MAX, schema};
use crate::store::sql::{Row, Value};
use crate::store::tables::{ExportUnitKind, Table};
use crate::store::{ExportUnit, ExportUnitId, RowCheck};
use erstwhile_core::error::{Error, Result};

/// Maximum size of one row in bytes, which limits the memory that reading a file can use.
const LINE_BYTES_MAX: u64 = 256 << 20;
/// Size of the buffer in front of the compressor, in bytes.
const BUFFER: usize = 64 << 10;

#[derive(Debug, Serialize, Deserialize)]
struct Head {
    format: u32,
    schema: i64,
    kind: ExportUnitKind,
    id: uuid::Uuid,
}

#[derive(Debug, Serialize, Deserialize)]
struct TableLine {
    table: String,
    columns: Vec<String>,
}

#[derive(Debug, Serialize, Deserialize)]
struct End {
    rows: u64,
}

/// Serialises a unit.
///
/// # Errors
/// `Limited` when the unit has too many rows.
pub(super) fn write(unit: &ExportUnit) -> Result<Vec<u8>> {
    if unit.row_count() > ROWS_MAX {
        let message = format!(
            "{} has {} rows, more than the maximum of {ROWS_MAX} that can be exported",
            unit.id(),
            unit.row_count()
        );
        return Err(Error::new(crate::ErrorKind::Limited, message));
    }
    // Buffered, because the compressor is slow with small writes.
    let mut file = BufWriter::with_capacity(BUFFER, GzEncoder::new(Vec::new(), Compression::default()));
    let ExportUnitId { kind, id } = unit.id();
    let mut put = |line: &Json| writeln!(file, "{line}").map_err(|error| unwritable(&error));
    put(&json!(Head { format: FORMAT, schema: schema(), kind, id }))?;
    for (table, rows) in unit.tables() {
        let columns = table.columns.iter().map(|column| (*column).to_owned()).collect();
        put(&json!(TableLine { table: table.name.to_owned(), columns }))?;
        for row in rows {
            put(&Json::Array(row.0.iter().map(json_of).collect()))?;
        }
    }
    put(&json!(End { rows: unit.row_count() }))?;
    let file = file.into_inner().map_err(|error| unwritable(error.error()))?;
    file.finish().map_err(|error| unwritable(&error))
}

fn unwritable(error: &std::io::Error) -> Error {
    Error::internal(format!("a unit cannot be compressed: {error}"))
}

/// Reads the unit in a file.
///
/// # Errors
/// `Corrupt` when the file is damaged, holds another unit, or a row that the program cannot read; `Invalid` when it was written by another
/// version of the program.
pub(super) fn read(file: &[u8], expected: ExportUnitId) -> Result<ExportUnit> {
    let mut lines = Lines { file: BufReader::new(GzDecoder::new(file)), number: 0 };
    let head: Head = lines.parse()?;
    if (head.format, head.schema) != (FORMAT, schema()) {
        return Err(other_version(head.format, head.schema));
    }
    if (ExportUnitId { kind: head.kind, id: head.id }) != expected {
        return Err(lines.damaged("it holds another unit"));
    }
    let mut rows = vec![Vec::new(); expected.kind.tables().count()];
    let mut count = 0;
    let mut line = lines.parse()?;
    for (table, rows) in expected.kind.tables().zip(&mut rows) {
        check_table(&lines, table, line)?;
        let check = RowCheck::new(table, expected.id);
        loop {
            line = lines.parse()?;
            let Json::Array(values) = line else { break };
            count += 1;
            if count > ROWS_MAX {
                return Err(lines.damaged("it has too many rows"));
            }
            let values = values.into_iter().map(value_of).collect::<Option<_>>();
            let row = Row(values.ok_or_else(|| lines.damaged("it has a value of an unknown type"))?);
            check.check(&row).map_err(|error| lines.damaged(error.message()))?;
            rows.push(row);
        }
    }
    match serde_json::from_value::<End>(line) {
        Ok(end) if end.rows == count => ExportUnit::new(expected, rows),
        _ => Err(lines.damaged("rows are missing")),
    }
}

/// The error for files of another version of the program.
pub(super) fn other_version(format: u32, written: i64) -> Error {
    Error::invalid(format!(
        "the export has format {format} and schema {written}, this program reads format {FORMAT} and schema {}: \
         use the version of the program that wrote it, or export again with this one",
        schema()
    ))
}

fn check_table(lines: &Lines<impl BufRead>, table: &Table, line: Json) -> Result<()> {
    match serde_json::from_value::<TableLine>(line) {
        Ok(found) if found.table == table.name && found.columns == table.columns => Ok(()),
        _ => Err(lines.damaged("it has other tables or columns")),
    }
}

struct Lines<R> {
    file: R,
    number: u64,
}

impl<R: BufRead> Lines<R> {
    fn damaged(&self, why: &str) -> Error {
        Error::corrupt(format!("line {}: {why}", self.number))
    }

    fn parse<T: serde::de::DeserializeOwned>(&mut self) -> Result<T> {
        self.number += 1;
        let mut line = Vec::new();
        let read = self.file.by_ref().take(LINE_BYTES_MAX).read_until(b'\n', &mut line);
        read.map_err(|error| self.damaged(&error.to_string()))?;
        serde_json::from_slice(&line).map_err(|error| self.damaged(&error.to_string()))
    }
}

/// A value as JSON: numbers and texts as they are, other types with a tag. A floating-point number is
/// written as text, so that every bit is preserved.
fn json_of(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Int(value) => (*value).into(),
        Value::Real(value) => json!({ "real": format!("{value:?}") }),
        Value::Text(value) => value.as_str().into(),
        Value::Blob(value) => json!({ "hex": hex::encode(value) }),
    }
}

fn value_of(value: Json) -> Option<Value> {
    match value {
        Json::Null => Some(Value::Null),
        Json::Number(value) => value.as_i64().map(Value::Int),
        Json::String(value) => Some(Value::Text(value)),
        Json::Object(value) => match (value.get("real"), value.get("hex")) {
            (Some(Json::String(real)), None) => real.parse().ok().map(Value::Real),
            (None, Some(Json::String(digits))) => hex::decode(digits).ok().map(Value::Blob),
            _ => None,
        },
        Json::Bool(_) | Json::Array(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_comes_back_with_its_type_and_every_bit() {
        let values = [
            Value::Null,
            Value::Int(i64::MIN),
            Value::Int(i64::MAX),
            Value::Real(0.1 + 0.2),
            Value::Real(-0.0),
            Value::Real(1.0),
            Value::Real(f64::MIN_POSITIVE / 3.0),
            Value::Real(f64::INFINITY),
            Value::Text("{\"hex\": \"00\"}\n\u{0}ünï 🙂".to_owned()),
            Value::Text(String::new()),
            Value::Blob(vec![0, 255, 16]),
            Value::Blob(Vec::new()),
        ];
        for value in values {
            let line = json_of(&value).to_string();
            let back = value_of(serde_json::from_str(&line).unwrap()).unwrap();
            assert_eq!(back, value, "{line}");
            if let (Value::Real(left), Value::Real(right)) = (&back, &value) {
                assert_eq!(left.to_bits(), right.to_bits());
            }
        }
        for line in ["true", "1.5", "[]", "{}", r#"{"hex":"0"}"#, r#"{"hex":"zz"}"#, r#"{"hex":"00","real":"1"}"#] {
            assert_eq!(value_of(serde_json::from_str(line).unwrap()), None, "{line}");
        }
    }
}
