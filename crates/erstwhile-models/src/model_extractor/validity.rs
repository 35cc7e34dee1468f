//! When a claim holds: a model's dates count as far as our own reader of dates finds them in the words.

use erstwhile::model::{Holding, Precision, TimePoint};
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use crate::offline::dates::{DateReader, DatedSpan, Extent, Grain};

/// Start and end of a claim, as far as its words tell.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Validity {
    pub(super) from: Option<TimePoint>,
    pub(super) until: Option<TimePoint>,
    /// Whether the model gave a date that the words do not have.
    pub(super) disagrees: bool,
}

/// The words of a claim, and when they were said.
#[derive(Debug, Clone, Copy)]
pub(super) struct Said<'a> {
    pub(super) quote: &'a str,
    /// The sentence or short text around the quotation.
    pub(super) around: &'a str,
    pub(super) at: Timestamp,
    pub(super) zone: &'a TimeZone,
}

/// The validity of a claim.
///
/// A date of the model is believed when it lies in a time that our reader finds in the quotation, or else around it; our
/// reading then gives its start and precision. When the reader finds exactly one time in the quotation and the model says
/// another, the reader's counts. A date for which there are no words at all is dropped, unless its year is written there.
pub(super) fn validity(
    dates: &DateReader,
    said: Said<'_>,
    answered: (Option<&str>, Option<&str>),
    holding: Holding,
) -> Validity {
    let point = |text: Option<&str>| text.and_then(|text| parse(text, said.zone));
    let (from, until) = (point(answered.0), point(answered.1));
    let quoted = dates.resolve(said.quote, said.at, said.zone);
    let around = if quoted.is_empty() { dates.resolve(said.around, said.at, said.zone) } else { Vec::new() };
    let found = if quoted.is_empty() { &around } else { &quoted };
    let mut validity = Validity::default();
    if let Some(model) = from {
        let span = found.iter().find(|span| is_within(span, model));
        match span.or_else(|| found.iter().find(|span| starts_near(span, model))) {
            Some(span) => set(&mut validity, span, holding),
            None if is_written(model, said) => validity.from = Some(model),
            None => validity.disagrees = !is_day_of(model, said.at),
        }
    }
    let has_nothing = validity.from.is_none() && validity.until.is_none();
    if has_nothing
        && (from.is_some() || until.is_none())
        && let [only] = quoted.as_slice()
    {
        set(&mut validity, only, holding);
    }
    if let Some(model) = until.filter(|_| holding != Holding::Event && validity.until.is_none()) {
        let ends_then = |span: &&DatedSpan| {
            let ends = matches!(span.extent, Extent::Until | Extent::Between | Extent::During);
            ends && (is_within(span, model) || span.until.is_some_and(|end| is_same_day(end, model)))
        };
        match found.iter().find(ends_then) {
            Some(span) if span.extent == Extent::Between => validity.until = span.until.or(Some(model)),
            Some(span) => validity.until = Some(rounded(span)),
            None if is_written(model, said) => validity.until = Some(model),
            None => validity.disagrees |= !is_day_of(model, said.at),
        }
    }
    if validity.from.zip(validity.until).is_some_and(|(from, until)| until.at < from.at) {
        validity.until = None;
    }
    validity
}

fn set(validity: &mut Validity, span: &DatedSpan, holding: Holding) {
    match span.extent {
        Extent::During | Extent::Since => validity.from = Some(rounded(span)),
        Extent::Between => {
            validity.from = Some(rounded(span));
            validity.until = span.until.filter(|_| holding != Holding::Event);
        }
        Extent::Until if holding != Holding::Event => validity.until = Some(rounded(span)),
        Extent::Until | Extent::Before | Extent::After => {}
    }
}

/// The start of a time; parts of a day have the precision of a day.
fn rounded(span: &DatedSpan) -> TimePoint {
    match span.grain {
        Grain::Part => TimePoint { precision: Precision::Day, at: span.from.at },
        _ => span.from,
    }
}

/// Whether a date lies in a time, as far as the date is precise.
fn is_within(span: &DatedSpan, date: TimePoint) -> bool {
    let starts_before_end = span.until.is_none_or(|until| date.at < until.at) || span.from.at == date.at;
    starts_before_end && end_of(date) > span.from.at && span.extent != Extent::Until
        || span.extent == Extent::Until && is_same_day(span.from, date)
}

/// Whether a date is at most a day from the start of a time: weeks start on different days.
fn starts_near(span: &DatedSpan, date: TimePoint) -> bool {
    date.precision <= Precision::Day && (span.from.at.as_second() - date.at.as_second()).abs() <= 86_400
}

fn is_same_day(one: TimePoint, other: TimePoint) -> bool {
    (one.at.as_second() - other.at.as_second()).abs() < 86_400
}

/// The end of the day, month or year of a date.
fn end_of(date: TimePoint) -> Timestamp {
    let zoned = date.at.to_zoned(TimeZone::UTC);
    let end = match date.precision {
        Precision::Instant => zoned.checked_add(1.second()),
        Precision::Day => zoned.checked_add(1.day()),
        Precision::Month => zoned.checked_add(1.month()),
        Precision::Year => zoned.checked_add(1.year()),
    };
    end.map_or(date.at, |end| end.timestamp())
}

/// Whether the year of a date is written in the words.
fn is_written(date: TimePoint, said: Said<'_>) -> bool {
    let year = said.zone.to_datetime(date.at).year().to_string();
    said.quote.contains(&year) || said.around.contains(&year)
}

/// Whether a date is the day on which something was said: the model repeats what holds without a date.
fn is_day_of(date: TimePoint, said: Timestamp) -> bool {
    date.at <= said && said.as_second() - date.at.as_second() < 2 * 86_400
        || is_same_day(TimePoint { at: said, ..date }, date)
}

/// Reads `YYYY`, `YYYY-MM`, `YYYY-MM-DD` or a timestamp.
fn parse(text: &str, zone: &TimeZone) -> Option<TimePoint> {
    let text = text.trim();
    let at = |at: DateTime, precision| Some(TimePoint { at: zone.to_timestamp(at).ok()?, precision });
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.split('-').collect::<Vec<_>>().as_slice() {
        [year] if year.len() == 4 && digits(year) => {
            at(Date::new(year.parse().ok()?, 1, 1).ok()?.to_datetime(jiff::civil::Time::midnight()), Precision::Year)
        }
        [year, month] if digits(year) && digits(month) => {
            let day = Date::new(year.parse().ok()?, month.parse().ok()?, 1).ok()?;
            at(day.to_datetime(jiff::civil::Time::midnight()), Precision::Month)
        }
        [_, _, day] if day.len() <= 2 => {
            let date: Date = text.parse().ok()?;
            at(date.to_datetime(jiff::civil::Time::midnight()), Precision::Day)
        }
        _ => match text.parse::<Timestamp>() {
            Ok(instant) => Some(TimePoint { at: instant, precision: Precision::Instant }),
            Err(_) => at(text.parse().ok()?, Precision::Instant),
        },
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::*;

    static DATES: LazyLock<DateReader> = LazyLock::new(DateReader::new);

    fn of(quote: &str, from: &str, until: &str) -> (String, String, bool) {
        // A Tuesday.
        let at = "2024-03-05T10:00:00Z".parse().unwrap();
        let said = Said { quote, around: quote, at, zone: &TimeZone::UTC };
        let found = validity(&DATES, said, (Some(from), Some(until)), Holding::Exclusive);
        let day = |point: Option<TimePoint>| {
            point.map_or(String::new(), |point| {
                let length = match point.precision {
                    Precision::Year => 4,
                    Precision::Month => 7,
                    Precision::Day | Precision::Instant => 10,
                };
                point.at.to_string()[..length].to_owned()
            })
        };
        (day(found.from), day(found.until), found.disagrees)
    }

    #[test]
    fn a_date_that_the_words_have_is_taken_with_their_precision() {
        assert_eq!(of("I moved here in June 2023", "2023-06-15", ""), ("2023-06".into(), String::new(), false));
        assert_eq!(of("I moved here last year", "2023", ""), ("2023".into(), String::new(), false));
        assert_eq!(of("I started yesterday", "2024-03-04", ""), ("2024-03-04".into(), String::new(), false));
    }

    #[test]
    fn a_date_that_the_words_contradict_is_replaced_by_theirs() {
        assert_eq!(of("I started yesterday", "2021-01-01", ""), ("2024-03-04".into(), String::new(), true));
    }

    #[test]
    fn a_date_without_words_is_dropped() {
        assert_eq!(of("I live in Oslo", "1999", ""), (String::new(), String::new(), true));
        assert_eq!(of("I live in Oslo", "2024-03-05", ""), (String::new(), String::new(), false));
        assert_eq!(of("I live in Oslo", "soon", "2024-02-31"), (String::new(), String::new(), false));
    }

    #[test]
    fn an_end_needs_words_like_a_start() {
        assert_eq!(of("I work there until 2026", "", "2026"), (String::new(), "2026".into(), false));
        assert_eq!(of("I worked there from 2010 to 2015", "2010", "2015").0, "2010");
        assert_eq!(of("I work there", "", "2026"), (String::new(), String::new(), true));
    }
}
