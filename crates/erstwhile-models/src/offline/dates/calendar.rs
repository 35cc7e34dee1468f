//! Calendar dates: days, months, years and ranges of them.

use jiff::civil::{Date, Weekday};

use super::fallback::Fallback;
use super::rules::{day, during, midnight, read, shifted, weekday, word_at, year};
use super::{DateContext, Extent, Grain, Period, TokenKind};

/// "7 May 2023", "May 7th", "Friday, 7 May", "May 2023". A missing year is inferred from the tense of the text.
pub(super) fn date(context: DateContext<'_>, at: usize) -> Option<(usize, Period)> {
    let word = |at: usize| word_at(context.tokens, at);
    let mut from = at + usize::from(word(at) == "the");
    let name = weekday(word(from));
    if name.is_some() {
        from += 1 + usize::from(word(from + 1) == ",");
        from += usize::from(word(from) == "the");
    }
    let (next, day_of_month, month) = day_and_month(context, from)?;
    let comma = next + usize::from(matches!(word(next), "," | "of"));
    let given = year(word(comma));
    let next = if given.is_some() { comma + 1 } else { next };
    let period = match (day_of_month, given) {
        (Some(number), Some(year)) => day(Date::new(year, month, number).ok()?, Grain::Day)?,
        (Some(number), None) => day(nearest_date(context, month, number, name)?, Grain::Day)?,
        (None, Some(year)) => whole_month(Date::new(year, month, 1).ok()?)?,
        // The fallback handles a month alone, because it distinguishes months from verbs.
        (None, None) => return None,
    };
    let extent = match at.checked_sub(1).map_or("", word) {
        "since" => Extent::Since,
        "until" | "till" => Extent::Until,
        "before" => Extent::Before,
        "after" => Extent::After,
        _ => Extent::During,
    };
    Some((next, Period { extent, ..period }))
}

/// A day and month in either order, or a month; also returns the token after them.
fn day_and_month(context: DateContext<'_>, from: usize) -> Option<(usize, Option<i8>, i8)> {
    let word = |at: usize| word_at(context.tokens, at);
    if let Some(number) = day_number(context, from) {
        let at = from + 1 + usize::from(word(from + 1) == "of");
        return Some((at + 1, Some(number), month_number(word(at))?));
    }
    let month = month_number(word(from))?;
    let dot = usize::from(word(from + 1) == ".");
    let at = from + 1 + dot + usize::from(word(from + 1 + dot) == "the");
    match day_number(context, at) {
        // "May 10 to 12 people" is rare; "May 10:30" is no day.
        Some(number) => Some((at + 1, Some(number), month)),
        None => Some((from + 1, None, month)),
    }
}

/// A day of the month: "7", "7th".
fn day_number(context: DateContext<'_>, at: usize) -> Option<i8> {
    let token = context.tokens.get(at).filter(|token| token.kind == TokenKind::Number)?;
    // "For $12 December 27": the amount is no day.
    if at.checked_sub(1).and_then(|before| context.tokens.get(before)).is_some_and(|t| t.is_any(&["$", "£", "€"])) {
        return None;
    }
    let word = token.lower.as_str();
    let digits = ["st", "nd", "rd", "th"].into_iter().find_map(|end| word.strip_suffix(end)).unwrap_or(word);
    digits.parse().ok().filter(|number| (1..=31).contains(number))
}

/// Who speaks of a day so many days ahead as past means this one and not that of a year ago: "the interview was on 10 July",
/// said on 7 July.
const JUST_AHEAD: i64 = 7;

/// The nearest date with this month, day and weekday: in the past if the text is about the past, else in the future.
fn nearest_date(context: DateContext<'_>, month: i8, number: i8, name: Option<Weekday>) -> Option<Date> {
    let today = context.now.date();
    let past = context.past && !context.booked;
    let years = if past { [1, 0, -1, -2, -3] } else { [0, 1, 2, 3, 4] };
    let near = |step: i16| {
        let date = Date::new(today.year().checked_add(step)?, month, number).ok()?;
        let ahead = i64::from(date.since(today).ok()?.get_days());
        (if past { ahead <= JUST_AHEAD } else { ahead >= 0 }).then_some(date)
    };
    // A weekday that fits no near year is a mistake.
    let fits = |date: &Date| name.is_none_or(|name| date.weekday() == name);
    years.into_iter().filter_map(near).find(fits).or_else(|| years.into_iter().find_map(near))
}

/// "26.10.2017", "26.10.17", "on 26.10.": day, month, year.
///
/// Two numbers are a date only where no decimal number fits: at the start of a short text, or behind "on" and the like.
pub(super) fn dotted(context: DateContext<'_>, at: usize) -> Option<(usize, Period)> {
    let token = context.tokens.get(at).filter(|token| token.kind == TokenKind::Number)?;
    let mut parts = token.lower.split('.');
    let (number, month) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    let date = match parts.next() {
        Some(given) if given.len() == 4 => Date::new(year(given)?, month, number).ok()?,
        Some(given) if given.len() == 2 => Date::new(2000 + given.parse::<i16>().ok()?, month, number).ok()?,
        Some(_) => return None,
        None => {
            let before = at.checked_sub(1).map_or("", |before| word_at(context.tokens, before));
            let led = matches!(before, "on" | "from" | "to" | "until" | "till" | "since" | "am" | "-" | "–")
                || weekday(before).is_some();
            let closed = context.tokens.get(at + 1).is_some_and(|next| next.is(".") && at + 2 < context.tokens.len());
            let short = context.tokens.iter().filter(|token| !token.is_mark()).count() <= 4;
            let fits = short && at == 0 || led && (short || closed);
            if !fits || token.lower.len() < 4 {
                return None;
            }
            nearest_date(context, month, number, None)?
        }
    };
    if parts.next().is_some() { None } else { Some((at + 1, day(date, Grain::Day)?)) }
}

/// "12 to 15 October 2017", "29 / 30 August", "9 to 12 of June".
pub(super) fn day_range(context: DateContext<'_>, at: usize) -> Option<(usize, Period)> {
    let first = day_number(context, at)?;
    if !matches!(word_at(context.tokens, at + 1), "to" | "-" | "–" | "/" | "till" | "until" | "through") {
        return None;
    }
    let (end, last) = date(context, at + 2).filter(|(_, last)| last.grain == Grain::Day)?;
    let start = Date::new(last.first.year(), last.first.month(), first).ok()?;
    let ordered = start < last.first.date();
    ordered.then(|| (end, Period { first: midnight(start), extent: Extent::Between, ..last }))
}

/// "from 2 July to 10 July", "between 3 and 12 September".
pub(super) fn date_range(context: DateContext<'_>, at: usize, fallback: &Fallback) -> Option<(usize, Period)> {
    let joint = (at + 2..at + 6).find(|joint| {
        matches!(word_at(context.tokens, *joint), "to" | "until" | "till" | "and" | "through" | "-" | "–")
    })?;
    if context.depth > 0 {
        return None;
    }
    let inner = DateContext { depth: 2, ..context };
    let (end, last) = read(inner, joint + 1, fallback).or_else(|| fallback.first(inner, joint + 1))?;
    let side = read(inner, at + 1, fallback).filter(|(end, _)| *end == joint).map(|(_, period)| period);
    let month = month_number(word_at(context.tokens, at + 1)).filter(|_| joint == at + 2);
    let first = match (side.or_else(|| fallback.only(inner, at + 1..joint)), month) {
        (_, Some(month)) => Date::new(last.first.year(), month, 1).ok()?,
        (Some(first), None) => first.first.date(),
        (None, None) => Date::new(last.first.year(), last.first.month(), day_number(context, joint - 1)?).ok()?,
    };
    if last.grain < Grain::Day {
        return None;
    }
    let first = if first > last.first.date() { shifted(first, -12, 0)? } else { first };
    Some((end, Period { first: midnight(first), end: last.end, grain: last.grain, extent: Extent::Between }))
}

/// "from 2010 to 2015", "between 2010 and 2015".
pub(super) fn year_range(context: DateContext<'_>, at: usize) -> Option<(usize, Period)> {
    let first = year(word_at(context.tokens, at + 1))?;
    if !matches!(word_at(context.tokens, at + 2), "to" | "until" | "till" | "and" | "through" | "-" | "–") {
        return whole_year(first, Extent::Since).map(|period| (at + 2, period));
    }
    let last = year(word_at(context.tokens, at + 3))?;
    let (first, last) = (whole_year(first, Extent::Between)?, whole_year(last, Extent::Between)?);
    Some((at + 4, Period { end: last.first, ..first }))
}

/// "in 2019", "since 2016", "until 2019".
pub(super) fn year_expression(context: DateContext<'_>, at: usize) -> Option<(usize, Period)> {
    let mut next = at + 1;
    while matches!(word_at(context.tokens, next), "early" | "late" | "mid" | "about" | "around" | "in" | "the" | "year")
    {
        next += 1;
    }
    let word = word_at(context.tokens, next);
    let extent = match word_at(context.tokens, at) {
        "since" => Extent::Since,
        "until" | "till" => Extent::Until,
        _ => Extent::During,
    };
    if let Some(decade) = decade(word) {
        let (first, last) = (whole_year(decade, extent)?, whole_year(decade + 9, extent)?);
        return Some((next + 1, Period { end: last.end, grain: Grain::Decade, ..first }));
    }
    let year = year(word)?;
    // "in 2019 dollars" is an amount of money.
    if word_at(context.tokens, next + 1) == "dollars" {
        return None;
    }
    whole_year(year, extent).map(|period| (next + 1, period))
}

/// The first year of "1990s" or "90s".
pub(super) fn decade(word: &str) -> Option<i16> {
    let digits = word.strip_suffix('s')?.trim_end_matches('\'');
    match digits.len() {
        4 => year(digits).filter(|year| year % 10 == 0),
        2 => digits.parse::<i16>().ok().filter(|d| d % 10 == 0).map(|d| if d < 30 { 2000 + d } else { 1900 + d }),
        _ => None,
    }
}

/// The period of a year.
pub(super) fn whole_year(year: i16, extent: Extent) -> Option<Period> {
    let (first, end) = (Date::new(year, 1, 1).ok()?, Date::new(year.checked_add(1)?, 1, 1).ok()?);
    Some(Period { extent, ..during(first, end, Grain::Year) })
}

/// The period of the month that contains a day.
pub(super) fn whole_month(date: Date) -> Option<Period> {
    let first = date.first_of_month();
    Some(during(first, shifted(first, 1, 0)?, Grain::Month))
}

/// Whether a word is a month or its abbreviation.
pub(super) fn is_month(word: &str) -> bool {
    month_number(word).is_some()
}

/// The number of a month, from one.
pub(super) fn month_number(word: &str) -> Option<i8> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let short = word.len() == 3 || word == "sept";
    let found = MONTHS.iter().position(|month| *month == word || short && month.get(..3) == word.get(..3));
    i8::try_from(found? + 1).ok()
}
