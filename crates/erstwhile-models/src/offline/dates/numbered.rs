//! Weekdays and weeks of months, quarters, half years and weeks by their numbers, decades, and years in lists.

use jiff::civil::{Date, ISOWeekDate, Weekday};

use super::calendar::{decade, month_number, whole_month, whole_year};
use super::fallback::Fallback;
use super::rules::{self, day, during, shifted, weekday, word_at, year};
use super::{DateContext, Extent, Grain, Period};

/// The expression that begins at a token, and the index of the token after it.
pub(super) fn read(context: DateContext<'_>, at: usize) -> Option<(usize, Period)> {
    quarter(context, at)
        .or_else(|| week(context, at))
        .or_else(|| plain_decade(context, at))
        .or_else(|| year_in_list(context, at))
}

/// "the last Monday of March 2014", "the first Monday of next month", "the second week of October".
pub(super) fn part_of_month(context: DateContext<'_>, at: usize, fallback: &Fallback) -> Option<(usize, Period)> {
    let from = at + usize::from(word_at(context.tokens, at) == "the");
    let nth = match word_at(context.tokens, from) {
        "first" | "1st" => 1,
        "second" | "2nd" => 2,
        "third" | "3rd" => 3,
        "fourth" | "4th" => 4,
        "last" => -1,
        _ => return None,
    };
    let part = word_at(context.tokens, from + 1);
    let name = weekday(part);
    if name.is_none() && part != "week"
        || !matches!(word_at(context.tokens, from + 2), "of" | "in")
        || context.depth > 0
    {
        return None;
    }
    let inner = DateContext { depth: 2, ..context };
    let (next, month) = read_month(inner, from + 3, fallback).filter(|(_, month)| month.grain == Grain::Month)?;
    let period = match name {
        Some(name) => day(month.first.date().nth_weekday_of_month(nth, name).ok()?, Grain::Day)?,
        None => {
            let (start, days) = if nth > 0 { (month.first, 7 * i64::from(nth - 1)) } else { (month.end, -7) };
            let first = shifted(start.date(), 0, days)?;
            during(first, shifted(first, 0, 7)?, Grain::Week)
        }
    };
    Some((next, period))
}

/// A month: "March 2014", "next month", "March" in the year that the tense suggests.
fn read_month(context: DateContext<'_>, at: usize, fallback: &Fallback) -> Option<(usize, Period)> {
    rules::read(context, at, fallback).or_else(|| {
        let month = month_number(word_at(context.tokens, at))?;
        let this = Date::new(context.now.year(), month, 1).ok()?;
        let later = context.past && !context.booked && this > context.now.date();
        let first = if later { shifted(this, -12, 0)? } else { this };
        Some((at + 1, whole_month(first)?))
    })
}

/// "Q3 2019", "2019 Q3", "2017-q1", "2018Q4", "2019 H2".
fn quarter(context: DateContext<'_>, at: usize) -> Option<(usize, Period)> {
    let (first, second) = (word_at(context.tokens, at), word_at(context.tokens, at + 1));
    let joined =
        first.split_at_checked(4).and_then(|(start, rest)| Some((year(start)?, part(rest.trim_start_matches('-'))?)));
    let (next, (year, (months, length))) = match (joined, part(first), year(first)) {
        (Some(found), ..) => (at + 1, found),
        (_, Some(part), _) => {
            let of = usize::from(second == "of");
            (at + 2 + of, (year(word_at(context.tokens, at + 1 + of))?, part))
        }
        (_, _, Some(year)) => {
            let dash = usize::from(second == "-");
            (at + 2 + dash, (year, part(word_at(context.tokens, at + 1 + dash))?))
        }
        _ => return None,
    };
    let first = shifted(Date::new(year, 1, 1).ok()?, months, 0)?;
    Some((next, during(first, shifted(first, length, 0)?, Grain::Season)))
}

/// The first month, from zero, and the length in months of "q3" or "h2".
fn part(word: &str) -> Option<(i64, i64)> {
    let number = |digits: &str, last: i64| digits.parse().ok().filter(|number| (1..=last).contains(number));
    if let Some(digits) = word.strip_prefix('q') {
        return number(digits, 4).map(|number| (3 * (number - 1), 3));
    }
    number(word.strip_prefix('h')?, 2).map(|number| (6 * (number - 1), 6))
}

/// "week 36": the week of the ISO calendar in the present year.
fn week(context: DateContext<'_>, at: usize) -> Option<(usize, Period)> {
    if word_at(context.tokens, at) != "week" {
        return None;
    }
    let digits = word_at(context.tokens, at + 1);
    let number: i8 = digits.parse().ok().filter(|number| (1..=53).contains(number) && !digits.starts_with('0'))?;
    let first = ISOWeekDate::new(context.now.year(), number, Weekday::Monday).ok()?.date();
    Some((at + 2, during(first, shifted(first, 0, 7)?, Grain::Week)))
}

/// "1990s music".
fn plain_decade(context: DateContext<'_>, at: usize) -> Option<(usize, Period)> {
    let word = word_at(context.tokens, at);
    let first = decade(word).filter(|_| word.len() >= 5)?;
    let end = whole_year(first + 9, Extent::During)?.end;
    Some((at + 1, Period { end, grain: Grain::Decade, ..whole_year(first, Extent::During)? }))
}

/// "of 2007 and 2009".
fn year_in_list(context: DateContext<'_>, at: usize) -> Option<(usize, Period)> {
    let given = year(word_at(context.tokens, at))?;
    let before = |back: usize| at.checked_sub(back).map_or("", |before| word_at(context.tokens, before));
    let listed = matches!(before(1), "and" | "or" | ",") && year(before(2)).is_some();
    (before(1) == "of" || listed).then(|| Some((at + 1, whole_year(given, Extent::During)?)))?
}
