//! Numbers beside dates that count something else: "in July, seven people", "about 5 movies".

use std::ops::Range;

use erstwhile::text::number_of_word;

use super::calendar::is_month;
use super::fallback::is_clock;
use super::rules::{unit, year};
use super::{DateContext, TokenKind};
use crate::offline::tokens::Token;

/// Where an expression ends before a number that counts something else: "in July, seven people and one bathroom", "in
/// December after thirty-four years".
pub(super) fn end_of_expression(context: DateContext<'_>, run: &Range<usize>) -> Option<usize> {
    let token = |at: usize| context.tokens.get(at).filter(|_| run.contains(&at));
    let is_span = |token: &Token| token.is_any(&["years", "months", "weeks", "days", "year", "month"]);
    (run.start + 1..run.end).find(|at| {
        let (Some(here), Some(number)) = (token(*at), token(at + 1)) else { return false };
        let counted = context.tokens.get(at + 2);
        if here.is("after") {
            return counted.is_some_and(is_span);
        }
        let is_number = number.kind == TokenKind::Number && number.lower.bytes().all(|b| b.is_ascii_digit())
            || number_of_word(&number.lower).is_some_and(|number| (1..=12).contains(&number));
        // "In March, two weeks in Rome", but not "a year, two months ago".
        let counts = |t: &Token| {
            let behind = context.tokens.get(at + 3);
            let is_date =
                is_span(t) && behind.is_some_and(|t| t.is_any(&["ago", "earlier", "later", "before", "from"]));
            t.kind == TokenKind::Word
                && !is_month(&t.lower)
                && !is_date
                && !is_clock(&t.lower)
                && !t.is_any(COUNTED_APART)
                && (is_span(t) || unit(&t.lower).is_none())
        };
        // "On 4 April, 7lb 3oz".
        let measured = number.lower.starts_with(|c: char| c.is_ascii_digit())
            && ["lb", "lbs", "kg", "oz", "km", "g", "miles"].iter().any(|unit| number.lower.ends_with(unit));
        if here.is(",") && (measured || counted.is_some_and(|t| t.is_any(&["lb", "lbs", "kg", "oz", "km"]))) {
            return true;
        }
        here.is(",") && is_number && year(&number.lower).is_none() && counted.is_some_and(counts)
    })
}

/// "About 5 movies": a number of something else.
pub(super) fn counts_something(context: DateContext<'_>, words: &Range<usize>) -> bool {
    let [about, number] = &context.tokens[words.clone()] else { return false };
    about.is_any(&["about", "around", "roughly", "approximately"])
        && number.kind == TokenKind::Number
        && !is_clock(&number.lower)
        && context.tokens.get(words.end).is_some_and(|t| {
            let lasts = t.is_any(&["hours", "hrs", "hour"]) && number.lower.len() < 3;
            lasts || t.kind == TokenKind::Word && !is_clock(&t.lower) && !t.is_any(COUNTED_APART)
        })
}

/// Words behind a time of day that no number counts: "around 5 on Friday".
const COUNTED_APART: &[&str] = &[
    "a",
    "p",
    "sharp",
    "noon",
    "midnight",
    "hours",
    "hrs",
    "on",
    "in",
    "at",
    "this",
    "today",
    "tomorrow",
    "tonight",
    "yesterday",
    "and",
    "or",
    "but",
    "for",
    "to",
    "am",
    "pm",
];
