//! Rules for the most frequent expressions.

use std::ops::Range;

use erstwhile::text::number_of_word;
use jiff::civil::{Date, DateTime, Weekday};

use super::calendar::{self, is_month, month_number, whole_month, whole_year};
use super::fallback::Fallback;
use super::numbered;
use super::spoken;
use super::{DateContext, Extent, Grain, Period};
use crate::offline::tokens::Token;

/// Returns the expression that begins at token `at`, and the index of the token after it.
pub(super) fn read(context: DateContext<'_>, at: usize, fallback: &Fallback) -> Option<(usize, Period)> {
    let word = |offset: usize| context.tokens.get(at + offset).map_or("", |token| token.lower.as_str());
    let first = word(0);
    if is_name_of_day(context.tokens, at) {
        return None;
    }
    if let Some(found) = numbered::part_of_month(context, at, fallback).or_else(|| spoken::read(context, at)) {
        return Some(found);
    }
    // Most words begin no expression, so this selects the rules by the first word.
    match first {
        "today" | "yesterday" | "tomorrow" | "tmrw" | "tmr" | "tmw" => named_day(context, at),
        "last" | "next" | "this" | "past" | "previous" => deictic(context, at),
        "for" | "over" => counted_from(context, at, fallback).or_else(|| duration(context, at)),
        "from" | "between" => calendar::year_range(context, at).or_else(|| calendar::date_range(context, at, fallback)),
        "since" | "until" | "till" | "in" | "during" | "by" | "around" | "early" | "late" | "circa" | "back" => {
            since_weekday(context, at)
                .or_else(|| since_duration(context, at))
                .or_else(|| since_season(context, at))
                .or_else(|| calendar::year_expression(context, at))
                .or_else(|| season_of_year(context, at))
                .or_else(|| ahead(context, at))
                .or_else(|| bounded(context, at))
        }
        "the" => anchored(context, at, fallback)
            .or_else(|| article_and_unit(context, at))
            .or_else(|| season_of_year(context, at))
            .or_else(|| calendar::date(context, at))
            .or_else(|| day_of_month(context, at)),
        _ => counted_from(context, at, fallback)
            .or_else(|| ago(context, at))
            .or_else(|| anchored(context, at, fallback))
            .or_else(|| calendar::date(context, at))
            .or_else(|| recent_weekday(context, at))
            .or_else(|| calendar::day_range(context, at))
            .or_else(|| calendar::dotted(context, at))
            .or_else(|| numbered::read(context, at)),
    }
}

/// "For a week from 3 June", "16 days from the 21st".
fn counted_from(context: DateContext<'_>, at: usize, fallback: &Fallback) -> Option<(usize, Period)> {
    if context.depth > 0 {
        return None;
    }
    let (next, count) = quantity(context, at + usize::from(word_at(context.tokens, at) == "for"))?;
    let (months, days, _) = unit(word_at(context.tokens, next)).filter(|(.., grain)| *grain != Grain::Weekend)?;
    if !matches!(word_at(context.tokens, next + 1), "from" | "starting") {
        return None;
    }
    let inner = DateContext { depth: 2, ..context };
    let (end, start) = read(inner, next + 2, fallback).or_else(|| fallback.first(inner, next + 2))?;
    let first = start.first.date();
    let after = shifted(first, months * count, days * count)?;
    let begins = start.grain == Grain::Day && count > 0;
    begins.then(|| (end, Period { extent: Extent::Between, ..during(first, after, Grain::Day) }))
}

/// The period of a calendar day.
pub(super) fn day(date: Date, grain: Grain) -> Option<Period> {
    let end = date.tomorrow().ok()?;
    Some(Period { first: midnight(date), end: midnight(end), grain, extent: Extent::During })
}

/// The first moment of a day.
pub(super) fn midnight(date: Date) -> DateTime {
    date.to_datetime(jiff::civil::Time::midnight())
}

/// Parses a year between 1900 and 2099.
pub(super) fn year(word: &str) -> Option<i16> {
    let year: i16 = word.parse().ok()?;
    ((1900..2100).contains(&year) && word.len() == 4).then_some(year)
}

/// Adds months and days to a date.
pub(super) fn shifted(date: Date, months: i64, days: i64) -> Option<Date> {
    let span = jiff::Span::new().try_months(months).ok()?.try_days(days).ok()?;
    date.checked_add(span).ok()
}

/// The period from one day to another.
pub(super) fn during(first: Date, end: Date, grain: Grain) -> Period {
    Period { first: midnight(first), end: midnight(end), grain, extent: Extent::During }
}

fn monday(date: Date) -> Option<Date> {
    shifted(date, 0, -i64::from(date.weekday().to_monday_zero_offset()))
}

/// A weekday by its name or abbreviation.
pub(in crate::offline) fn weekday(word: &str) -> Option<Weekday> {
    Some(match word {
        "monday" | "mon" => Weekday::Monday,
        "tuesday" | "tues" | "tue" => Weekday::Tuesday,
        "wednesday" | "weds" | "wed" => Weekday::Wednesday,
        "thursday" | "thurs" | "thur" | "thu" => Weekday::Thursday,
        "friday" | "fri" => Weekday::Friday,
        "saturday" | "sat" => Weekday::Saturday,
        "sunday" | "sun" => Weekday::Sunday,
        _ => return None,
    })
}

/// Whether a weekday is a part of a name: "Cyber Monday", "Ash Wednesday".
pub(super) fn is_name_of_day(tokens: &[Token], at: usize) -> bool {
    const FIRST: &[&str] = &["cyber", "black", "ash", "shrove", "manic", "maundy", "palm", "fat", "giving"];
    weekday(word_at(tokens, at)).is_some()
        && at.checked_sub(1).is_some_and(|before| FIRST.contains(&word_at(tokens, before)))
}

/// The word at a token; empty if out of range.
pub(super) fn word_at(tokens: &[Token], at: usize) -> &str {
    tokens.get(at).map_or("", |token| token.lower.as_str())
}

fn named_day(context: DateContext<'_>, at: usize) -> Option<(usize, Period)> {
    let offset = match word_at(context.tokens, at) {
        "today" => 0,
        "yesterday" => -1,
        _ => 1,
    };
    // The fallback handles a following time of day or part of a day.
    let next = word_at(context.tokens, at + 1);
    let clock = context.tokens.get(at + 1).is_some_and(|token| token.kind == super::TokenKind::Number);
    if clock || matches!(next, "at" | "morning" | "afternoon" | "evening" | "night" | "noon") {
        return None;
    }
    Some((at + 1, day(shifted(context.now.date(), 0, offset)?, Grain::Day)?))
}

/// "last week", "this past Sunday", "next month", "this summer".
fn deictic(context: DateContext<'_>, at: usize) -> Option<(usize, Period)> {
    let today = context.now.date();
    let mut at_unit = at + 1;
    let mut step = match word_at(context.tokens, at) {
        "this" => 0,
        "next" => 1,
        _ => -1,
    };
    if step == 0 && matches!(word_at(context.tokens, at_unit), "past" | "last") {
        step = -1;
        at_unit += 1;
    } else if step == 0 && matches!(word_at(context.tokens, at_unit), "coming" | "upcoming") {
        step = 1;
        at_unit += 1;
    }
    let unit = word_at(context.tokens, at_unit);
    // The fallback handles "last week Tuesday" and "last year in June".
    if weekday(word_at(context.tokens, at_unit + 1)).is_some() && weekday(unit).is_none() {
        return None;
    }
    let period = match unit {
        "week" => {
            let first = shifted(monday(today)?, 0, 7 * step)?;
            during(first, shifted(first, 0, 7)?, Grain::Week)
        }
        "weekend" => weekend(today, step)?,
        "month" => whole_month(shifted(today.first_of_month(), step, 0)?)?,
        "quarter" => {
            let first = Date::new(today.year(), (today.month() - 1) / 3 * 3 + 1, 1).ok()?;
            let first = shifted(first, 3 * step, 0)?;
            during(first, shifted(first, 3, 0)?, Grain::Season)
        }
        "year" => whole_year(today.year().checked_add(i16::try_from(step).ok()?)?, Extent::During)?,
        "summer" | "spring" | "autumn" | "fall" | "winter" => season(today, unit, step)?,
        _ if step == 0 && context.tokens.get(at_unit).is_some_and(|token| token.capital) && is_month(unit) => {
            let month = month_number(unit)?;
            whole_month(Date::new(today.year(), month, 1).ok()?)?
        }
        _ => {
            let name = weekday(unit)?;
            if step >= 0 {
                return None;
            }
            day(previous(today, name)?, Grain::Day)?
        }
    };
    Some((at_unit + 1, period))
}

/// "since last spring", "until next week".
fn bounded(context: DateContext<'_>, at: usize) -> Option<(usize, Period)> {
    let extent = match word_at(context.tokens, at) {
        "since" => Extent::Since,
        "until" | "till" => Extent::Until,
        _ => return None,
    };
    let next = at + 1;
    let (end, period) = matches!(word_at(context.tokens, next), "last" | "next" | "this" | "past")
        .then(|| deictic(context, next))
        .flatten()?;
    Some((end, Period { extent, ..period }))
}

/// The last holiday of a name where the text is about the past: "gave up on New Year's Eve".
pub(super) fn last_holiday(context: DateContext<'_>, range: &Range<usize>, period: &Period) -> Option<Period> {
    const FIXED: &[&str] = &["eve", "christmas", "xmas", "boxing", "halloween", "valentine", "valentines"];
    let named = context.tokens.get(range.clone())?.iter().any(|token| token.is_any(FIXED));
    let yearless = !context.tokens.get(range.clone())?.iter().any(|token| year(&token.lower).is_some());
    let ahead = period.first > context.now && period.grain == Grain::Day;
    if !context.past || !named || !yearless || !ahead {
        return None;
    }
    let date = shifted(period.first.date(), -12, 0)?;
    Some(Period { extent: period.extent, ..day(date, Grain::Day)? })
}

/// The last such weekday before a day.
fn previous(today: Date, name: Weekday) -> Option<Date> {
    let back = i64::from(today.weekday().since(name));
    shifted(today, 0, if back == 0 { -7 } else { -back })
}

/// Saturday and Sunday of the week at distance `step`: `-1` last week, `0` this week, `1` next week.
fn weekend(today: Date, step: i64) -> Option<Period> {
    let first = shifted(monday(today)?, 0, 5 + 7 * step)?;
    Some(during(first, shifted(first, 0, 2)?, Grain::Weekend))
}

/// Seasons of the northern hemisphere in whole months. A winter counts for the year in which it ends.
fn season(today: Date, name: &str, step: i64) -> Option<Period> {
    let month = match name {
        "spring" => 3,
        "summer" => 6,
        "autumn" | "fall" => 9,
        _ => 12,
    };
    let mut first = Date::new(today.year(), month, 1).ok()?;
    if month == 12 && today.month() < 12 && step <= 0 {
        first = shifted(first, -12, 0)?;
    }
    // "last summer" is the most recent one that is over, "next summer" the first that has not begun.
    while step < 0 && shifted(first, 3, 0)? > today {
        first = shifted(first, -12, 0)?;
    }
    while step > 0 && first <= today {
        first = shifted(first, 12, 0)?;
    }
    Some(during(first, shifted(first, 3, 0)?, Grain::Season))
}

/// "in the summer of 2019", "in summer 2019".
fn season_of_year(context: DateContext<'_>, at: usize) -> Option<(usize, Period)> {
    let mut next = at + 1;
    if word_at(context.tokens, next) == "the" {
        next += 1;
    }
    let name = word_at(context.tokens, next);
    if !matches!(name, "summer" | "spring" | "autumn" | "fall" | "winter") {
        return None;
    }
    next += 1;
    if word_at(context.tokens, next) == "of" {
        next += 1;
    }
    let year = year(word_at(context.tokens, next))?;
    let today = Date::new(year, if name == "winter" { 2 } else { 1 }, 1).ok()?;
    Some((next + 1, season(today, name, 0)?))
}

/// A number word, digits, or "a couple of"; also returns the token after it.
fn quantity(context: DateContext<'_>, at: usize) -> Option<(usize, i64)> {
    let mut next = at;
    if matches!(word_at(context.tokens, at), "a" | "an" | "the" | "about" | "around" | "past" | "last" | "over") {
        next += 1;
        let word = word_at(context.tokens, next);
        if matches!(word_at(context.tokens, at), "a" | "an") && unit(word).is_some() {
            return Some((next, 1));
        }
    }
    let word = word_at(context.tokens, next);
    let count = match word {
        "couple" => {
            let of = usize::from(word_at(context.tokens, next + 1) == "of");
            return Some((next + 1 + of, 2));
        }
        "few" => 3,
        "several" => 4,
        _ => number(word)?,
    };
    Some((next + 1, count))
}

/// A small number in words or digits.
fn number(word: &str) -> Option<i64> {
    let digits = || (word.len() <= 3).then(|| word.parse().ok()).flatten();
    number_of_word(word).map(i64::from).or_else(digits)
}

/// The length of a unit in months and days, and its grain.
pub(super) fn unit(word: &str) -> Option<(i64, i64, Grain)> {
    Some(match word {
        "day" | "days" => (0, 1, Grain::Day),
        "week" | "weeks" => (0, 7, Grain::AboutDay),
        "weekend" | "weekends" => (0, 7, Grain::Weekend),
        "fortnight" | "fortnights" => (0, 14, Grain::AboutDay),
        "month" | "months" => (1, 0, Grain::Month),
        "year" | "years" | "yr" | "yrs" => (12, 0, Grain::Year),
        "decade" | "decades" => (120, 0, Grain::Year),
        _ => return None,
    })
}

/// The period at a distance of `count` units from a day; negative counts are before it.
fn offset_period(today: Date, count: i64, (months, days, grain): (i64, i64, Grain), extent: Extent) -> Option<Period> {
    let date = shifted(today, months.checked_mul(count)?, days.checked_mul(count)?)?;
    let period = match grain {
        // Around this day, but only the month is worth telling.
        Grain::Month => Period { grain, ..day(date, grain)? },
        Grain::Year => whole_year(date.year(), Extent::During)?,
        Grain::Weekend => weekend(date, 0)?,
        _ => day(date, grain)?,
    };
    Some(Period { extent, ..period })
}

/// "two weeks ago", "a few years back", "in two days".
fn ago(context: DateContext<'_>, at: usize) -> Option<(usize, Period)> {
    let (next, count) = quantity(context, at)?;
    let unit = unit(word_at(context.tokens, next))?;
    if !matches!(word_at(context.tokens, next + 1), "ago" | "back") {
        return None;
    }
    Some((next + 2, offset_period(context.now.date(), -count, unit, Extent::During)?))
}

/// "in two weeks", "in a year": in the future, unless the text is about the past.
fn ahead(context: DateContext<'_>, at: usize) -> Option<(usize, Period)> {
    if word_at(context.tokens, at) != "in" || context.past || context.perfect {
        return None;
    }
    let next = word_at(context.tokens, at + 1);
    if matches!(next, "the" | "about" | "past" | "last") {
        return None;
    }
    let (next, count) = quantity(context, at + 1)?;
    let unit = unit(word_at(context.tokens, next))?;
    Some((next + 1, offset_period(context.now.date(), count, unit, Extent::During)?))
}

/// "the last week", "the previous month"; not "the other day".
fn article_and_unit(context: DateContext<'_>, at: usize) -> Option<(usize, Period)> {
    if !matches!(word_at(context.tokens, at + 1), "last" | "next" | "past" | "previous") {
        return None;
    }
    let (next, period) = deictic(context, at + 1)?;
    Some((next, period))
}

/// "on the 4th", "until the 9th": the last such day, or the next.
fn day_of_month(context: DateContext<'_>, at: usize) -> Option<(usize, Period)> {
    let before = at.checked_sub(1).map_or("", |before| word_at(context.tokens, before));
    let word = word_at(context.tokens, at + 1);
    let number = ["st", "nd", "rd", "th"].iter().find_map(|end| word.strip_suffix(end))?;
    let number: i8 = number.parse().ok().filter(|number| (1..=31).contains(number))?;
    let ends = context.tokens.get(at + 2).is_none_or(|next| {
        next.kind == super::TokenKind::Mark
            || next.is_any(&["and", "but", "so", "at", "with", "for", "then", "or", "now"])
    });
    if !ends || !matches!(before, "on" | "until" | "till" | "since" | "by" | "from") {
        return None;
    }
    let today = context.now.date();
    let behind = context.past && !context.booked || before == "since";
    let found = (0..12).find_map(|months| {
        let first = Date::new(today.year(), today.month(), 1).ok()?;
        let month = shifted(first, if behind { -months } else { months }, 0)?;
        let date = Date::new(month.year(), month.month(), number).ok()?;
        (if behind { date <= today } else { date >= today }).then_some(date)
    })?;
    let extent = match before {
        "until" | "till" => Extent::Until,
        "since" => Extent::Since,
        _ => Extent::During,
    };
    Some((at + 2, Period { extent, ..day(found, Grain::Day)? }))
}

/// "since Wednesday": the last one, a week ago on a Wednesday.
fn since_weekday(context: DateContext<'_>, at: usize) -> Option<(usize, Period)> {
    if word_at(context.tokens, at) != "since" {
        return None;
    }
    let name = weekday(word_at(context.tokens, at + 1))?;
    let since = day(previous(context.now.date(), name)?, Grain::Day)?;
    Some((at + 2, Period { extent: Extent::Since, ..since }))
}

/// "since four years", as one says in India: for four years.
fn since_duration(context: DateContext<'_>, at: usize) -> Option<(usize, Period)> {
    if word_at(context.tokens, at) != "since" {
        return None;
    }
    let from = at + 1 + usize::from(matches!(word_at(context.tokens, at + 1), "last" | "past"));
    let (next, count) = quantity(context, from)?;
    let unit = unit(word_at(context.tokens, next))?;
    if word_at(context.tokens, next + 1) == "ago" || word_at(context.tokens, from) == "a" {
        return None;
    }
    Some((next + 1, offset_period(context.now.date(), -count, unit, Extent::Since)?))
}

/// "since spring": the last one that has begun.
fn since_season(context: DateContext<'_>, at: usize) -> Option<(usize, Period)> {
    let name = at + 1 + usize::from(word_at(context.tokens, at + 1) == "the");
    let season_name = word_at(context.tokens, name);
    let is_season = matches!(season_name, "spring" | "summer" | "autumn" | "fall" | "winter");
    if word_at(context.tokens, at) != "since" || !is_season || word_at(context.tokens, name + 1) == "of" {
        return None;
    }
    let today = context.now.date();
    let this_year = season(today, season_name, 0)?;
    let begun =
        if this_year.first > context.now { season(shifted(today, -12, 0)?, season_name, 0)? } else { this_year };
    Some((name + 1, Period { extent: Extent::Since, ..begun }))
}

/// "for three years" in the perfect tense.
fn duration(context: DateContext<'_>, at: usize) -> Option<(usize, Period)> {
    let mut from = at + 1;
    while matches!(word_at(context.tokens, from), "the" | "almost" | "nearly" | "about" | "over" | "like" | "around") {
        from += 1;
    }
    let (next, count) = quantity(context, from)?;
    let unit = unit(word_at(context.tokens, next))?;
    if !context.perfect || word_at(context.tokens, next + 1) == "ago" {
        return None;
    }
    Some((next + 1, offset_period(context.now.date(), -count, unit, Extent::Since)?))
}

/// "the week before 9 June 2023", "two days after Christmas", "the Sunday before last Monday".
fn anchored(context: DateContext<'_>, at: usize, fallback: &Fallback) -> Option<(usize, Period)> {
    let start = at + usize::from(word_at(context.tokens, at) == "the");
    if word_at(context.tokens, start) == "week" && word_at(context.tokens, start + 1) == "of" && context.depth == 0 {
        let inner = DateContext { depth: 2, ..context };
        let (end, day) = read(inner, start + 2, fallback).or_else(|| fallback.first(inner, start + 2))?;
        let first = monday(day.first.date())?;
        return Some((end, during(first, shifted(first, 0, 7)?, Grain::Week)));
    }
    let (next, count) = quantity(context, start).unwrap_or((start, 1));
    let name = word_at(context.tokens, next);
    let (unit, day_name) = (unit(name), weekday(name));
    if unit.is_none() && day_name.is_none() {
        return None;
    }
    let back = match word_at(context.tokens, next + 1) {
        "before" => true,
        "after" | "following" => false,
        _ => return None,
    };
    if context.depth > 1 {
        return None;
    }
    let inner = DateContext { depth: context.depth + 1, ..context };
    let (end, anchor) = match read(inner, next + 2, fallback) {
        Some(own) => own,
        None => fallback.first(context, next + 2)?,
    };
    let date = if back { anchor.first } else { anchor.end }.date();
    let eve = shifted(date, 0, -1)?;
    if let Some(name) = day_name {
        let found = if back { previous(date, name)? } else { shifted(previous(eve, name)?, 0, 7)? };
        return Some((end, day(found, Grain::Day)?));
    }
    let unit = unit?;
    let period = match (unit.2, back) {
        (Grain::AboutDay, true) if count == 1 => during(shifted(date, 0, -7)?, date, Grain::Week),
        (Grain::AboutDay, false) if count == 1 => during(date, shifted(date, 0, 7)?, Grain::Week),
        (Grain::Weekend, true) => {
            weekend(shifted(eve, 0, -7 * (count - 1))?, if eve.weekday() == Weekday::Sunday { 0 } else { -1 })?
        }
        (_, true) => offset_period(date, -count, unit, Extent::During)?,
        (_, false) => offset_period(anchor.first.date(), count, unit, Extent::During)?,
    };
    Some((end, period))
}

/// "on Monday" in a text about the past: the most recent one.
fn recent_weekday(context: DateContext<'_>, at: usize) -> Option<(usize, Period)> {
    let word = word_at(context.tokens, at);
    // Abbreviations such as "sat" and "sun" are also words, so they need a capital.
    let name = weekday(word)
        .filter(|_| !matches!(word, "sat" | "sun" | "wed" | "mon" | "fri") || word_is_capital(context, at))?;
    let next = context.tokens.get(at + 1);
    let before = at.checked_sub(1).map_or("", |before| word_at(context.tokens, before));
    // "On Monday, 5 March" is a date of its own.
    let dated = |token: &Token| token.kind == super::TokenKind::Number || token.is("the") || is_month(&token.lower);
    let after = next.filter(|next| next.is(",")).map_or(next, |_| context.tokens.get(at + 2));
    let alone = !after.is_some_and(dated);
    if !context.past
        || !alone
        || matches!(before, "every" | "each" | "next" | "this" | "coming" | "until" | "till" | "by")
    {
        return None;
    }
    // "Every second Monday".
    let alternates = at.checked_sub(2).is_some_and(|every| word_at(context.tokens, every) == "every");
    if alternates && matches!(before, "other" | "second" | "third" | "single" | "alternate") {
        return None;
    }
    let today = context.now.date();
    // Who says "on Friday" of the past on a Friday means the one before: today would be "today".
    let date = previous(today, name)?;
    Some((at + 1, day(date, Grain::Day)?))
}

fn word_is_capital(context: DateContext<'_>, at: usize) -> bool {
    context.tokens.get(at).is_some_and(|token| token.capital && at > 0 && !context.text.is_empty())
}
