//! Times as applications write them.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::fmt::temporal::Pieces;
use jiff::tz::TimeZone;

/// Parses an RFC 3339 time, in whole microseconds. A date without a time means midnight UTC; a time without an offset
/// is UTC.
///
/// Only the years from 0 to 9999 count as times: clients' date types and microseconds in 64 bits cover no others. The
/// last hours of the year 9999, which are written for "for ever", are the last time that can be represented.
pub fn parse_timestamp(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let civil = || text.parse::<DateTime>().ok()?.to_zoned(TimeZone::UTC).ok();
    let parsed = text.parse::<Timestamp>().ok().or_else(|| civil().map(|zoned| zoned.timestamp()));
    let at = parsed.or_else(|| is_at_the_end(text).then_some(Timestamp::MAX))?;
    let in_range = (0..=9999).contains(&TimeZone::UTC.to_datetime(at).year());
    // The last second has no microseconds.
    let whole = || Timestamp::from_microsecond(at.as_microsecond()).or_else(|_| Timestamp::from_second(at.as_second()));
    in_range.then(whole)?.ok()
}

/// Whether a text is a time that lies behind the last one that can be represented.
fn is_at_the_end(text: &str) -> bool {
    let last = TimeZone::UTC.to_datetime(Timestamp::MAX).date();
    Pieces::parse(text).is_ok_and(|pieces| pieces.time_zone_annotation().is_none() && pieces.date() >= last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> Option<String> {
        parse_timestamp(text).map(|at| at.to_string())
    }

    #[test]
    fn dates_and_offsets_may_be_left_out() {
        for (text, expected) in [
            ("2024-05-01T12:00:00Z", "2024-05-01T12:00:00Z"),
            (" 2024-05-01T12:00:00+02:00 ", "2024-05-01T10:00:00Z"),
            ("2024-05-01T12:00:00", "2024-05-01T12:00:00Z"),
            ("2024-05-01", "2024-05-01T00:00:00Z"),
            ("2024-05-01T12:00:00.1234567Z", "2024-05-01T12:00:00.123456Z"),
        ] {
            assert_eq!(written(text).as_deref(), Some(expected), "{text}");
        }
        for text in ["", "yesterday", "2024-13-01", "-000001-01-01T00:00:00Z", "10000-01-01T00:00:00Z"] {
            assert_eq!(written(text), None, "{text}");
        }
    }

    #[test]
    fn the_end_of_time_is_a_time() {
        let last = written("9999-12-30T22:00:00Z");
        assert!(last.is_some());
        for text in
            ["9999-12-31T23:59:59Z", "9999-12-31T23:59:59.999999999Z", "9999-12-31", "9999-12-31T23:59:59-05:00"]
        {
            assert!(
                written(text) >= last && written(text).is_some_and(|text| text.starts_with("9999-12-30")),
                "{text}"
            );
        }
        assert_eq!(written("9999-12-32T00:00:00Z"), None);
    }
}
