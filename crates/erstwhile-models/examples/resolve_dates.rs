//! Resolves time expressions: reads JSON lines `{"id","text","ref"}`, writes `{"id","spans":[{"start","end"}]}`.

use std::io::{BufRead, Write};

use erstwhile_models::offline::dates::DateReader;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let reader = DateReader::new();
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let line: Value = serde_json::from_str(&line?)?;
        let reference: DateTime = line["ref"].as_str().unwrap_or_default().parse()?;
        let reference = reference.to_zoned(TimeZone::UTC)?.timestamp();
        let spans: Vec<Value> = reader
            .resolve(line["text"].as_str().unwrap_or_default(), reference, &TimeZone::UTC)
            .iter()
            .map(|span| {
                let local = |at: jiff::Timestamp| TimeZone::UTC.to_datetime(at).to_string();
                json!({"start": local(span.from.at), "end": span.until.map(|until| local(until.at))})
            })
            .collect();
        writeln!(out, "{}", json!({"id": line["id"], "spans": spans}))?;
    }
    Ok(())
}
