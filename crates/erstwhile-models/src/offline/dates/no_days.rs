//! Time words that name no day: what counts, recurs or lasts.

use std::ops::Range;

use super::DateContext;
use super::counted::counts_something;
use super::fallback::{is_clock, is_quantity, is_weekly};
use super::rules::weekday;
use crate::offline::tokens::{Token, TokenKind};

/// Whether the words count something, recur, or last, instead of naming a day.
pub(super) fn is_of_no_day(context: DateContext<'_>, words: &Range<usize>) -> bool {
    counts_something(context, words)
        || is_this_moment(context, words)
        || is_result(context, words)
        || is_difference(context, words)
        || is_weekly_hour(context, words)
        || is_decimal(context, words)
        || follows_a_span(context, words)
        || is_of_any_week(context, words)
}

/// Whether a word says what a number before it measures.
pub(super) fn is_unit(token: &Token) -> bool {
    token.is_any(&[
        "kg", "kgs", "g", "lb", "lbs", "km", "kms", "miles", "mph", "years", "yrs", "people", "times", "points",
        "percent", "pages", "dollars", "pounds", "euros", "%",
    ])
}

/// "I'm between jobs at the moment": what holds now began before.
fn is_this_moment(context: DateContext<'_>, words: &Range<usize>) -> bool {
    let lead = words.start.saturating_sub(2);
    let said = context.tokens.get(lead..words.end).unwrap_or_default();
    said.windows(3).any(|three| three[0].is("at") && three[1].is_any(&["the", "this"]) && three[2].is("moment"))
        || said.windows(2).any(|two| two[0].is("right") && two[1].is("now"))
}

/// "I beat my PB by two minutes": by how much.
fn is_difference(context: DateContext<'_>, words: &Range<usize>) -> bool {
    const UNITS: &[&str] = &["minute", "minutes", "mins", "second", "seconds", "secs", "hour", "hours"];
    let lead = words.start.saturating_sub(1);
    let said = context.tokens.get(lead..words.end).unwrap_or_default();
    said.iter().any(|token| token.is("by")) && said.last().is_some_and(|token| token.is_any(UNITS))
}

/// "Finished in 4:12", and after a race "ran my first half marathon, 1:58": how long it took.
fn is_result(context: DateContext<'_>, words: &Range<usize>) -> bool {
    const RACES: &[&str] = &["marathon", "parkrun", "10k", "5k", "triathlon", "race", "half", "ironman"];
    let (before, time) = match &context.tokens[words.clone()] {
        [time] => (words.start.checked_sub(1).and_then(|at| context.tokens.get(at)), time),
        [first, time] => (Some(first), time),
        _ => return false,
    };
    let Some(before) = before.filter(|_| time.lower.contains(':')) else { return false };
    let races = || context.tokens[..words.start].iter().any(|token| token.is_any(RACES));
    before.is("in") || (before.is_any(&[",", ":", "-"]) && races())
}

/// "Ran 4.30 km", "by about 3.125%": no hour; "a 1/24 scale Camaro": no day.
fn is_decimal(context: DateContext<'_>, words: &Range<usize>) -> bool {
    let last = context.tokens[words.clone()].last().filter(|token| token.kind == TokenKind::Number);
    let (Some(last), Some(next)) = (last, context.tokens.get(words.end)) else { return false };
    last.lower.contains('.') && is_unit(next) || last.lower.contains('/') && next.is("scale")
}

/// "Fish and chips on a Friday", "every Tuesday and Friday": any of them.
fn is_of_any_week(context: DateContext<'_>, words: &Range<usize>) -> bool {
    let before = context.tokens.get(words.start.saturating_sub(3)..words.start).unwrap_or_default();
    if let [every, day, and] = before
        && every.is_any(&["every", "each"])
        && weekday(&day.lower).is_some()
        && and.is("and")
    {
        return true;
    }
    let lead = words.start.saturating_sub(2);
    let said = context.tokens.get(lead..words.end).unwrap_or_default();
    said.windows(3)
        .any(|three| three[0].is("on") && three[1].is_any(&["a", "an"]) && weekday(&three[2].lower).is_some())
}

/// "After seven years on the waiting list": it may be over.
fn follows_a_span(context: DateContext<'_>, words: &Range<usize>) -> bool {
    let [after, span @ ..] = &context.tokens[words.clone()] else { return false };
    let is_span = |token: &Token| token.is_any(&["a", "an", "the"]) || is_quantity(&token.lower);
    after.is("after") && !span.is_empty() && span.iter().all(is_span)
}

/// "On Sundays from 9-10 pm": an hour of every Sunday.
fn is_weekly_hour(context: DateContext<'_>, words: &Range<usize>) -> bool {
    context.tokens[words.start.saturating_sub(3)..words.start].iter().any(is_weekly)
        && context.tokens[words.clone()].iter().any(|t| is_clock(&t.lower))
}
