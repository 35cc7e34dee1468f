//! Calendar files (iCalendar, RFC 5545): each event is a record.

use serde_json::{Map, Value, json};

/// Longer calendars are read up to this many events.
const EVENTS_MAX: usize = 1_000;

/// The events of a calendar file as records; `None` if the text is no calendar.
pub(super) fn events(text: &str) -> Option<Value> {
    if !text.trim_start().starts_with("BEGIN:VCALENDAR") {
        return None;
    }
    let mut events = Vec::new();
    let mut event: Option<Map<String, Value>> = None;
    for line in unfolded(text) {
        let Some((name, parameters, value)) = property(&line) else { continue };
        match (name.as_str(), value.as_str(), &mut event) {
            ("BEGIN", "VEVENT", _) => event = Some(Map::from_iter([("type".to_owned(), json!("Event"))])),
            ("END", "VEVENT", _) => events.extend(event.take().map(Value::Object)),
            (_, _, Some(fields)) => add(fields, &name, &parameters, &value),
            _ => {}
        }
        if events.len() >= EVENTS_MAX {
            break;
        }
    }
    Some(Value::Array(events))
}

/// The lines of a file; a line that begins with white space continues the one before.
fn unfolded(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        match (line.strip_prefix([' ', '\t']), lines.last_mut()) {
            (Some(rest), Some(last)) => last.push_str(rest),
            _ => lines.push(line.to_owned()),
        }
    }
    lines
}

/// The name, the parameters and the text of a line: `DTSTART;TZID=Europe/Oslo:20260502T090000`.
fn property(line: &str) -> Option<(String, String, String)> {
    let mut quoted = false;
    let colon = line.char_indices().find(|(_, c)| {
        quoted ^= *c == '"';
        *c == ':' && !quoted
    })?;
    let (head, value) = (&line[..colon.0], &line[colon.0 + 1..]);
    let (name, parameters) = head.split_once(';').unwrap_or((head, ""));
    let value = value.replace("\\n", " ").replace("\\N", " ").replace("\\,", ",").replace("\\;", ";");
    Some((name.to_ascii_uppercase(), parameters.to_owned(), value.replace("\\\\", "\\")))
}

fn add(fields: &mut Map<String, Value>, name: &str, parameters: &str, value: &str) {
    let (key, text) = match name {
        "SUMMARY" => ("name", value.to_owned()),
        "DTSTART" => ("start", time(value)),
        "DTEND" => ("end", time(value)),
        "LOCATION" => ("location", value.to_owned()),
        "STATUS" => ("status", value.to_lowercase()),
        "ORGANIZER" => ("organizer", person(parameters, value)),
        "ATTENDEE" => {
            let people = fields.entry("attendees").or_insert_with(|| json!([]));
            if let Value::Array(people) = people {
                people.push(Value::String(person(parameters, value)));
            }
            return;
        }
        _ => return,
    };
    if !text.trim().is_empty() {
        fields.insert(key.to_owned(), Value::String(text));
    }
}

/// The common name of a participant, or the address.
fn person(parameters: &str, address: &str) -> String {
    let named = parameters.split(';').find_map(|parameter| parameter.strip_prefix("CN="));
    let address = address.strip_prefix("mailto:").or_else(|| address.strip_prefix("MAILTO:")).unwrap_or(address);
    named.map_or(address, |name| name.trim_matches('"')).to_owned()
}

/// "20260502T090000Z" as "2026-05-02T09:00:00Z".
fn time(value: &str) -> String {
    let digits =
        |range: std::ops::Range<usize>| value.get(range).filter(|part| part.bytes().all(|b| b.is_ascii_digit()));
    let Some((year, month, day)) = digits(0..4).zip(digits(4..6)).zip(digits(6..8)).map(|((y, m), d)| (y, m, d)) else {
        return value.to_owned();
    };
    let clock = digits(9..11).zip(digits(11..13)).zip(digits(13..15));
    let zone = if value.ends_with('Z') { "Z" } else { "" };
    match clock {
        Some(((hour, minute), second)) => format!("{year}-{month}-{day}T{hour}:{minute}:{second}{zone}"),
        None => format!("{year}-{month}-{day}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_records() {
        let text = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nSUMMARY:Dentist\\, check-\r\n up\r\n\
                    DTSTART;TZID=Europe/Oslo:20260502T090000\r\nDTEND:20260502T080000Z\r\nLOCATION:Bergen\r\n\
                    ORGANIZER;CN=\"Lund: Eva\":mailto:eva@example.com\r\nATTENDEE:mailto:noor@example.com\r\n\
                    END:VEVENT\r\nEND:VCALENDAR";
        assert_eq!(
            events(text),
            Some(json!([{
                "type": "Event", "name": "Dentist, check-up", "start": "2026-05-02T09:00:00",
                "end": "2026-05-02T08:00:00Z", "location": "Bergen", "organizer": "Lund: Eva",
                "attendees": ["noor@example.com"]
            }]))
        );
        assert_eq!(events("I live in Porto."), None);
    }

    #[test]
    fn whole_days_are_dates() {
        assert_eq!((time("20260502"), time("next week")), ("2026-05-02".to_owned(), "next week".to_owned()));
    }
}
