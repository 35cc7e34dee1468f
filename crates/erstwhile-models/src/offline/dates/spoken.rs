//! Expressions of everyday speech: "a week on Saturday", "Monday week", "this time last year", "on the 2nd".

use jiff::civil::{Date, Weekday};

use super::calendar::whole_month;
use super::rules::{day, shifted, unit, weekday, word_at};
use super::{DateContext, Extent, Grain, Period, TokenKind};

/// The expression that begins at a token, and the index of the token after it.
pub(super) fn read(context: DateContext<'_>, at: usize) -> Option<(usize, Period)> {
    weeks_from(context, at)
        .or_else(|| week_after(context, at))
        .or_else(|| just_gone(context, at))
        .or_else(|| this_time(context, at))
        .or_else(|| after_next(context, at))
        .or_else(|| day_of_month(context, at))
}

/// The next such weekday after a day.
fn coming(today: Date, name: Weekday) -> Option<Date> {
    let ahead = i64::from(name.since(today.weekday()));
    shifted(today, 0, if ahead == 0 { 7 } else { ahead })
}

/// The day that "today", "tomorrow" or a weekday to come names.
fn named_day(context: DateContext<'_>, word: &str) -> Option<Date> {
    let today = context.now.date();
    match word {
        "today" => Some(today),
        "tomorrow" => shifted(today, 0, 1),
        word => coming(today, weekday(word)?),
    }
}

/// "three weeks today", "a week on Saturday", "a fortnight tomorrow": so long after that day.
fn weeks_from(context: DateContext<'_>, at: usize) -> Option<(usize, Period)> {
    let word = |at: usize| word_at(context.tokens, at);
    let count = match word(at) {
        "a" | "one" | "1" => 1,
        "two" | "2" => 2,
        "three" | "3" => 3,
        "four" | "4" => 4,
        "five" | "5" => 5,
        "six" | "6" => 6,
        _ => return None,
    };
    let days = match word(at + 1) {
        "week" | "weeks" => 7,
        "fortnight" | "fortnights" => 14,
        _ => return None,
    };
    let from = at + 2 + usize::from(matches!(word(at + 2), "on" | "from"));
    let date = named_day(context, word(from))?;
    (!context.past).then(|| Some((from + 1, day(shifted(date, 0, days * count)?, Grain::Day)?)))?
}

/// "Monday week", "tomorrow week": a week after that day.
fn week_after(context: DateContext<'_>, at: usize) -> Option<(usize, Period)> {
    let date = named_day(context, word_at(context.tokens, at))?;
    let ends = !matches!(word_at(context.tokens, at + 2), "of" | "before" | "after" | "ago");
    let week = word_at(context.tokens, at + 1) == "week" && ends && !context.past;
    week.then(|| Some((at + 2, day(shifted(date, 0, 7)?, Grain::Day)?)))?
}

/// "Friday just gone", "Saturday gone", "Tuesday just past": the last one.
fn just_gone(context: DateContext<'_>, at: usize) -> Option<(usize, Period)> {
    let name = weekday(word_at(context.tokens, at))?;
    let just = at + 1 + usize::from(word_at(context.tokens, at + 1) == "just");
    if !matches!(word_at(context.tokens, just), "gone" | "past") {
        return None;
    }
    let today = context.now.date();
    let back = i64::from(today.weekday().since(name));
    Some((just + 1, day(shifted(today, 0, if back == 0 { -7 } else { -back })?, Grain::Day)?))
}

/// "this time last year", "this time next month".
fn this_time(context: DateContext<'_>, at: usize) -> Option<(usize, Period)> {
    if word_at(context.tokens, at) != "this" || word_at(context.tokens, at + 1) != "time" {
        return None;
    }
    let step = match word_at(context.tokens, at + 2) {
        "last" => -1,
        "next" => 1,
        _ => return None,
    };
    let (months, days, grain) = unit(word_at(context.tokens, at + 3))?;
    let date = shifted(context.now.date(), months * step, days * step)?;
    let period = if grain >= Grain::Year { whole_month(date)? } else { day(date, Grain::AboutDay)? };
    Some((at + 4, period))
}

/// "the week after next", "the month before last".
fn after_next(context: DateContext<'_>, at: usize) -> Option<(usize, Period)> {
    let start = at + usize::from(word_at(context.tokens, at) == "the");
    let step = match (word_at(context.tokens, start + 1), word_at(context.tokens, start + 2)) {
        ("after", "next") => 2,
        ("before", "last") => -2,
        _ => return None,
    };
    let today = context.now.date();
    let period = match word_at(context.tokens, start) {
        "week" => {
            let first = shifted(today, 0, 7 * step - i64::from(today.weekday().to_monday_zero_offset()))?;
            super::rules::during(first, shifted(first, 0, 7)?, Grain::Week)
        }
        "month" => whole_month(shifted(today.first_of_month(), step, 0)?)?,
        "year" => super::calendar::whole_year(today.year().checked_add(i16::try_from(step).ok()?)?, Extent::During)?,
        _ => return None,
    };
    Some((start + 3, period))
}

/// "on the 2nd", "till the 29th": the last one if the text is about the past, else the next one.
fn day_of_month(context: DateContext<'_>, at: usize) -> Option<(usize, Period)> {
    let before = at.checked_sub(1).map_or("", |before| word_at(context.tokens, before));
    if word_at(context.tokens, at) != "the" || !matches!(before, "on" | "till" | "until" | "by" | "since") {
        return None;
    }
    let token = context.tokens.get(at + 1).filter(|token| token.kind == TokenKind::Number)?;
    let number: i8 =
        ["st", "nd", "rd", "th"].into_iter().find_map(|end| token.lower.strip_suffix(end))?.parse().ok()?;
    // "On the 2nd floor", "on the 3rd of May".
    let ends = context
        .tokens
        .get(at + 2)
        .is_none_or(|next| next.kind == TokenKind::Mark || next.is_any(&["and", "so", "but", "at", "with", "for"]));
    if !ends || !(1..=31).contains(&number) {
        return None;
    }
    let today = context.now.date();
    let months = if context.past { [0, -1, -2] } else { [0, 1, 2] };
    let date = months.into_iter().find_map(|step| {
        let month = shifted(today.first_of_month(), step, 0)?;
        let date = Date::new(month.year(), month.month(), number).ok()?;
        (if context.past { date <= today } else { date >= today }).then_some(date)
    })?;
    let extent = match before {
        "since" => Extent::Since,
        "till" | "until" => Extent::Until,
        _ => Extent::During,
    };
    Some((at + 2, Period { extent, ..day(date, Grain::Day)? }))
}
