//! Resolves short runs of time words with the `duckling` crate.

use std::borrow::Cow;
use std::ops::Range;

use chrono::{Datelike, FixedOffset, NaiveDateTime, TimeZone as _, Timelike};
use duckling::{Context, DimensionKind, DimensionValue, Lang, Locale, Options, TimePoint, TimeValue, parse};
use erstwhile::text::number_of_word;
use jiff::civil::{Date, DateTime, Time};

use super::calendar::is_month;
use super::counted::end_of_expression;
use super::no_days::{is_of_no_day, is_unit};
use super::rules::{is_name_of_day, shifted, unit, weekday, year};
use super::{DateContext, Extent, Grain, Period, TokenKind};
use crate::offline::tokens::Token;

/// The `duckling` parser; its rules are compiled once per process.
#[derive(Debug)]
pub(super) struct Fallback {
    locale: Locale,
}

/// Words that do not form a date, alone or in combination.
const AMBIGUOUS: &[&str] = &[
    "now",
    "may",
    "march",
    "sat",
    "sun",
    "mon",
    "wed",
    "fri",
    "tue",
    "thu",
    "mar",
    "second",
    "sec",
    "fall",
    "spring",
    "day",
    "days",
    "week",
    "weeks",
    "month",
    "months",
    "year",
    "years",
    "hour",
    "hours",
    "minute",
    "minutes",
    "min",
    "mins",
    "hr",
    "hrs",
    "morning",
    "afternoon",
    "evening",
    "night",
    "noon",
    "midnight",
    "weekend",
    "summer",
    "winter",
    "autumn",
    "eve",
    "decade",
    "quarter",
    "yr",
    "yrs",
    "weekends",
    "dec",
    "jan",
];

/// Words that attach a time of day to a specific day.
const ANCHORS: &[&str] = &[
    "today",
    "tonight",
    "tonite",
    "tomorrow",
    "tmrw",
    "tmr",
    "tmw",
    "yesterday",
    "this",
    "last",
    "next",
    "ago",
    "in",
    "christmas",
    "easter",
    "thanksgiving",
    "halloween",
    "eve",
    "within",
];

impl Fallback {
    /// Compiles the rules.
    pub(super) fn warm() -> Self {
        let fallback = Self { locale: Locale::new(Lang::EN, None) };
        let now = DateTime::constant(2024, 1, 1, 0, 0, 0, 0);
        for text in ["tomorrow at 3pm", "two weeks ago", "until 7 May 2023", "from Monday to Friday"] {
            fallback.parse(text, now);
        }
        fallback
    }

    fn parse(&self, text: &str, now: DateTime) -> Vec<duckling::Entity> {
        let Some(utc) = FixedOffset::east_opt(0) else { return Vec::new() };
        let reference = utc
            .with_ymd_and_hms(
                i32::from(now.year()),
                now.month().unsigned_abs().into(),
                now.day().unsigned_abs().into(),
                now.hour().unsigned_abs().into(),
                now.minute().unsigned_abs().into(),
                now.second().unsigned_abs().into(),
            )
            .single();
        let Some(reference) = reference else { return Vec::new() };
        // Local time is passed as UTC and comes back as local time, because the caller handles time zones.
        let context = Context::new(reference, self.locale);
        parse(text, &self.locale, &[DimensionKind::Time], &context, &Options { with_latent: false })
    }

    /// Adds the expressions in a run of tokens to `found`.
    pub(super) fn read(&self, context: DateContext<'_>, run: Range<usize>, found: &mut Vec<(Range<usize>, Period)>) {
        match end_of_expression(context, &run) {
            Some(end) => {
                self.read_part(context, run.start..end, found);
                self.read(context, end + 1..run.end, found);
            }
            None => self.read_part(context, run, found),
        }
    }

    fn read_part(&self, context: DateContext<'_>, run: Range<usize>, found: &mut Vec<(Range<usize>, Period)>) {
        let Some(text) = run_text(context, &run) else { return };
        let text = month_first(context, &run, text);
        let text = text.as_ref();
        let Some(calls_left) = context.calls_left.get().checked_sub(1) else { return };
        context.calls_left.set(calls_left);
        let offset = context.tokens[run.start].span.start;
        for entity in self.parse(text, context.now) {
            let DimensionValue::Time(value) = &entity.value else { continue };
            let start =
                run.start + context.tokens[run.clone()].partition_point(|t| t.span.start < offset + entity.start);
            let end = run.start + context.tokens[run.clone()].partition_point(|t| t.span.start < offset + entity.end);
            let words = start..end.min(run.end);
            // "Phone on Friday" is not "one on Friday".
            if is_inside_word(text, entity.start) {
                self.read_part(context, start..run.end, found);
                continue;
            }
            // Part of a number or a word is no date: "+86 2010-2015-86".
            let is_cut = context.tokens.get(end.saturating_sub(1)).is_some_and(|t| {
                t.span.end > offset + entity.end && t.lower.bytes().all(|b| b.is_ascii_digit() || b == b'-')
            });
            if is_cut
                || is_inside_word(text, entity.end)
                || words.is_empty()
                || is_not_a_date(context, &words)
                || is_misread_range(context, &words, value)
            {
                continue;
            }
            let Some(mut own) = period(value).and_then(|period| adjust(context, &words, period)) else { continue };
            if is_feast(context, &words) && context.past && own.first > context.now {
                own = self.year_before(context, text, entity.start..entity.end).unwrap_or(own);
            }
            found.push((words, own));
        }
    }

    /// The same words as they were meant a year ago: in a text about the past, "Diwali" is the last one.
    fn year_before(&self, context: DateContext<'_>, text: &str, words: Range<usize>) -> Option<Period> {
        let now = DateTime::from_parts(shifted(context.now.date(), -12, 0)?, context.now.time());
        let entities = self.parse(text, now);
        let same = entities.iter().find(|entity| (entity.start, entity.end) == (words.start, words.end))?;
        match &same.value {
            DimensionValue::Time(value) => period(value),
            _ => None,
        }
    }

    /// Returns the first expression in a run.
    pub(super) fn only(&self, context: DateContext<'_>, run: Range<usize>) -> Option<Period> {
        let mut found = Vec::new();
        if run.end <= context.tokens.len() {
            self.read(context, run, &mut found);
        }
        found.into_iter().next().map(|(_, period)| period)
    }

    /// Returns the expression that begins at a token, and the index of the token after it.
    pub(super) fn first(&self, context: DateContext<'_>, at: usize) -> Option<(usize, Period)> {
        let mut end = at;
        while end < context.tokens.len()
            && end - at < 6
            && (!context.tokens[end].is_mark() || context.tokens[end].is(","))
        {
            end += 1;
        }
        let mut found = Vec::new();
        if end > at {
            self.read(context, at..end, &mut found);
        }
        found.into_iter().find(|(range, _)| range.start <= at + 1).map(|(range, period)| (range.end, period))
    }
}

/// Whether the words name a day of the calendar only by its name: "Valentine's Day".
fn is_feast(context: DateContext<'_>, words: &Range<usize>) -> bool {
    let plain = |t: &Token| {
        t.kind != TokenKind::Number
            && weekday(&t.lower).is_none()
            && !is_month(&t.lower)
            && !is_part_of_day(&t.lower)
            && unit(&t.lower).is_none_or(|_| t.is("day"))
            && !t.is_any(&[
                "next", "this", "last", "today", "tomorrow", "tonight", "tonite", "in", "ago", "coming", "hour",
                "minutes", "end", "eod", "eom", "eoy",
            ])
    };
    context.tokens[words.clone()].iter().all(plain)
}

/// Whether an expression ends in the middle of a word: "in a m" of "in a marching band".
fn is_inside_word(text: &str, end: usize) -> bool {
    let (Some(before), Some(after)) = (text.get(..end), text.get(end..)) else { return true };
    before.ends_with(char::is_alphabetic) && after.starts_with(char::is_alphabetic)
}

fn run_text<'a>(context: DateContext<'a>, run: &Range<usize>) -> Option<&'a str> {
    let first = context.tokens.get(run.start)?;
    let last = context.tokens.get(run.end.checked_sub(1)?)?;
    context.text.get(first.span.start..last.span.end)
}

/// "12 March at 9am" as "March 12 at 9am", in as many bytes: `duckling` takes the number for an hour when a time follows.
fn month_first<'a>(context: DateContext<'_>, run: &Range<usize>, text: &'a str) -> Cow<'a, str> {
    let Some(tokens) = context.tokens.get(run.clone()) else { return Cow::Borrowed(text) };
    let Some(offset) = tokens.first().map(|first| first.span.start) else { return Cow::Borrowed(text) };
    let mut swapped = Cow::Borrowed(text);
    for pair in tokens.windows(2) {
        let [day, month] = pair else { continue };
        let is_day = day.lower.parse::<u8>().is_ok_and(|day| (1..=31).contains(&day));
        if !is_day || !is_month(&month.lower) {
            continue;
        }
        let (first, last) = (day.span.start - offset, month.span.end - offset);
        let (Some(between), Some(number), Some(name)) = (
            text.get(day.span.end - offset..month.span.start - offset),
            text.get(first..day.span.end - offset),
            text.get(month.span.start - offset..last),
        ) else {
            continue;
        };
        let words = format!("{name}{between}{number}");
        swapped.to_mut().replace_range(first..last, &words);
    }
    swapped
}

/// Whether the words are not a date: "the second", "March" as a verb, "Sundays", "7pm", "for two weeks".
fn is_not_a_date(context: DateContext<'_>, words: &Range<usize>) -> bool {
    if is_of_no_day(context, words) {
        return true;
    }
    let tokens = &context.tokens[words.clone()];
    let said: Vec<&Token> = tokens
        .iter()
        .filter(|t| !t.is_mark() && !t.is_any(&["the", "a", "an", "on", "in", "at", "of", "for"]))
        .collect();
    let ordinal = |t: &Token| ["st", "nd", "rd", "th"].iter().any(|end| t.lower.ends_with(end));
    let month_like = |t: &Token| t.is_any(&["may", "march", "mar", "sun", "sat", "mon", "wed", "fri"]) && !t.capital;
    let fragment = is_fragment(context, words);
    let named = fragment && said.iter().any(|t| weekday(&t.lower).is_some() || is_part_of_day(&t.lower));
    if said.is_empty() || said.iter().all(|t| t.is_any(AMBIGUOUS)) && !named && !is_named_month(context, words) {
        return true;
    }
    let counted =
        |t: &Token| t.kind == TokenKind::Number || ordinal(t) || t.is_any(&["last", "next", "second", "first"]);
    if said.iter().any(|t| month_like(t)) && !fragment && !said.iter().any(|t| counted(t)) {
        return true;
    }
    let before = words.start.checked_sub(1).and_then(|before| context.tokens.get(before));
    let inside = said.first().is_some_and(|t| t.is_any(&["every", "each"]));
    let lasting = before.is_some_and(|t| t.is("for")) && said.iter().all(|t| is_quantity(&t.lower));
    // "On Tuesday at 3.2 kg", "the 9th of September, 10 years ago": the number counts something else.
    let last_number = tokens.len() > 1
        && tokens.last().is_some_and(|t| t.kind == TokenKind::Number && !ordinal(t) && !is_clock_with_colon(&t.lower));
    if last_number && context.tokens.get(words.end).is_some_and(is_unit) {
        return true;
    }
    // "On Wednesday evenings".
    let plural_part = |t: &Token| t.is_any(&["mornings", "afternoons", "evenings", "nights"]);
    if said.last().is_some_and(|t| plural_part(t)) || context.tokens.get(words.end).is_some_and(plural_part) {
        return true;
    }
    if is_name_of_day(context.tokens, words.start) {
        return true;
    }
    // "Every other Saturday".
    let alternate = before.is_some_and(|t| t.is_any(&["other", "second", "third", "single", "alternate"]))
        && words.start.checked_sub(2).and_then(|every| context.tokens.get(every)).is_some_and(|t| t.is("every"));
    if inside
        || lasting
        || alternate
        || before.is_some_and(|t| t.is_any(&["every", "each", "most", "all", "per", "any"]))
    {
        return true;
    }
    // Bare numbers ("7", "3 to 5", "the 3rd one") and times of day without a day.
    let ahead = tokens.first().is_some_and(|t| t.is("in") || t.is("within")) || before.is_some_and(|t| t.is("in"));
    if ahead && tokens.iter().any(|t| t.is_any(&["minute", "minutes", "min", "mins", "hour", "hours", "hr", "hrs"])) {
        return context.past || context.perfect;
    }
    // "On Sundays" is every Sunday, "two Sundays from now" is one.
    if said.iter().any(|t| is_weekly(t)) && !said.iter().any(|t| t.is_any(&["from", "ago", "hence"])) {
        return true;
    }
    // "I lent her a book", "3/4 of the pizza" and "I scored 8/10" have no feast and no date.
    let behind = context.tokens.get(words.end);
    let is_part = said.len() == 1
        && said[0].lower.contains('/')
        && (behind.is_some_and(|t| t.is_any(FRACTIONS)) || before.is_some_and(|t| t.is_any(SCORES)));
    // "Finished sprint 1 on March 29": the number before "on" is no day.
    let numbered = tokens
        .first()
        .is_some_and(|t| t.kind == TokenKind::Number && !ordinal(t) && !t.lower.contains([':', '/', '-', '.']))
        && tokens.get(1).is_some_and(|t| t.is_any(&["on", "in", "at"]));
    let price = before.is_some_and(|t| t.is_any(&["$", "£", "€"]))
        && tokens.first().is_some_and(|t| t.kind == TokenKind::Number);
    // "… last year, now I …" are two times; "on Sunday in 1:52" and "at 9:30 every day" have no time of a day.
    let two = said.len() > 1
        && said.last().is_some_and(|t| t.is("now"))
        && !said.iter().any(|t| t.is_any(&["from", "until", "till", "to"]));
    let is_colon = |t: &Token| t.lower.contains(':') && t.lower.starts_with(|c: char| c.is_ascii_digit());
    let lasted = tokens.windows(2).any(|pair| pair[0].is("in") && is_colon(&pair[1]))
        || before.is_some_and(|t| t.is("in")) && tokens.first().is_some_and(is_colon);
    let recurs = behind.is_some_and(|t| t.is_any(&["every", "each", "daily", "weekdays", "nightly", "most"]));
    if two || lasted || recurs && said.iter().any(|t| is_clock(&t.lower)) {
        return true;
    }
    if is_part || numbered || price || said.iter().any(|t| t.is("lent") && !t.capital) {
        return true;
    }
    if said.iter().any(|t| is_small_range(&t.lower)) && !said.iter().any(|t| is_month(&t.lower) || is_clock(&t.lower)) {
        return true;
    }
    if said.iter().all(|t| is_quantity(&t.lower)) {
        return !(said.len() == 1 && ordinal(said[0]) && (follows_on(before) || fragment));
    }
    let anchored = said.iter().any(|t| is_anchor(t));
    !anchored && said.iter().any(|t| is_clock(&t.lower)) && is_habit(context, words)
}

/// "Sundays".
pub(super) fn is_weekly(token: &Token) -> bool {
    token.lower.strip_suffix('s').is_some_and(|name| name.ends_with("day") && weekday(name).is_some())
}

/// Words behind a fraction or a score: "3/4 of it", "8/10 correct".
const FRACTIONS: &[&str] =
    &["of", "cup", "cups", "correct", "right", "marks", "points", "stars", "questions", "problems", "inch", "mile"];

/// Words before a score: "I got 8/10".
const SCORES: &[&str] =
    &["score", "scored", "scoring", "scores", "got", "getting", "rated", "rate", "rating", "gave", "solid", "a", "is"];

/// "2-3", "10-15": a range of numbers, not a date.
fn is_small_range(word: &str) -> bool {
    let parts: Vec<&str> = word.split('-').collect();
    parts.len() == 2
        && parts.iter().all(|part| !part.is_empty() && part.len() <= 2 && part.bytes().all(|b| b.is_ascii_digit()))
}

/// Whether a word is a number or a unit, which alone is no date: "7", "3rd", "two", "weeks".
pub(super) fn is_quantity(word: &str) -> bool {
    const WORDS: &[&str] =
        &["half", "couple", "few", "first", "third", "fourth", "fifth", "to", "and", "-", "between", "from", "'s"];
    let digits = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let plain = !digits.is_empty()
        && digits.bytes().all(|b| b.is_ascii_digit())
        && year(word).is_none()
        && matches!(&word[digits.len()..], "" | "st" | "nd" | "rd" | "th" | "s");
    let is_number = || number_of_word(word).is_some_and(|number| (1..=12).contains(&number));
    plain
        || WORDS.contains(&word)
        || is_number()
        || unit(word).is_some()
        || matches!(word, "minute" | "minutes" | "hour" | "hours")
}

fn is_part_of_day(word: &str) -> bool {
    matches!(word, "morning" | "afternoon" | "evening" | "night" | "noon" | "midnight")
}

/// Whether a word names a day, a month or a year, or ties a time to one.
fn is_anchor(token: &Token) -> bool {
    token.is_any(ANCHORS)
        || weekday(&token.lower).is_some()
        || is_month(&token.lower)
        || year(&token.lower).is_some()
        || token.lower.contains(['-', '/'])
}

/// Whether a word is a time of day: "3pm", "15:30", "noon".
fn is_clock_with_colon(word: &str) -> bool {
    word.contains(':')
}

pub(super) fn is_clock(word: &str) -> bool {
    let digits = word.bytes().take_while(u8::is_ascii_digit).count();
    let rest = &word[digits..];
    digits > 0 && (matches!(rest, "am" | "pm" | "a" | "p" | "h" | "ish") || rest.starts_with([':', 'h', '.']))
        || matches!(word, "am" | "pm" | "a.m" | "p.m" | "o'clock" | "midday")
        || is_part_of_day(word)
}

/// Whether a time of day says when something happens every day: "I wake up at 6am", but not "we met at 6am" or "3pm?".
fn is_habit(context: DateContext<'_>, words: &Range<usize>) -> bool {
    const FUTURE: &[&str] = &["will", "'ll", "going", "gonna", "shall", "please", "meeting", "appointment", "is", "'s"];
    let about_once = context.past || context.tokens.iter().any(|token| token.is_any(FUTURE));
    !about_once && !is_fragment(context, words)
}

/// Whether little else is said: "Afternoon?", "ok, 3pm".
fn is_fragment(context: DateContext<'_>, words: &Range<usize>) -> bool {
    let others = context.tokens.iter().enumerate().filter(|(at, token)| !words.contains(at) && !token.is_mark());
    others.count() <= 2
}

/// Whether the preposition makes an ordinal a date: "on the 12th" is one, "the 12th person" is not.
fn follows_on(before: Option<&Token>) -> bool {
    before.is_some_and(|t| t.is("on") || t.is("by"))
}

/// Whether a month name is in a position where only a month fits: "in May", "last March".
fn is_named_month(context: DateContext<'_>, words: &Range<usize>) -> bool {
    let lead = &context.tokens[words.start.saturating_sub(1)..words.end];
    lead.windows(2).any(|pair| {
        pair[0].is_any(&[
            "in", "last", "next", "this", "since", "until", "till", "early", "late", "by", "of", "during", "from",
            "to", "for",
        ]) && pair[1].capital
            && is_month(&pair[1].lower)
    })
}

/// Converts a `duckling` value to a period.
fn period(value: &TimeValue) -> Option<Period> {
    match value {
        TimeValue::Single { value, .. } => {
            let (first, grain, length) = point(value)?;
            Some(Period { first, end: after(first, length)?, grain, extent: Extent::During })
        }
        TimeValue::Interval { from: Some(from), to: Some(to), .. } => {
            let ((first, grain, _), (end, ..)) = (point(from)?, point(to)?);
            Some(interval_period(first, end, grain))
        }
        TimeValue::Interval { from: Some(from), to: None, .. } => {
            let (first, grain, length) = point(from)?;
            Some(Period { first, end: after(first, length)?, grain, extent: Extent::After })
        }
        TimeValue::Interval { from: None, to: Some(to), .. } => {
            let (first, grain, length) = point(to)?;
            Some(Period { first, end: after(first, length)?, grain, extent: Extent::Before })
        }
        TimeValue::Interval { from: None, to: None, .. } => None,
    }
}

/// Classifies an interval: a weekend, a part of a day, or a range.
fn interval_period(first: DateTime, end: DateTime, grain: Grain) -> Period {
    let days = first.date().until(end.date()).map_or(0, |span| span.get_days());
    if grain == Grain::Clock && (2..=3).contains(&days) && first.hour() == 18 {
        // In `duckling`, weekends begin on Friday evening.
        let first = first.date().tomorrow().map_or(first, super::rules::midnight);
        return Period { first, end, grain: Grain::Weekend, extent: Extent::During };
    }
    match grain {
        Grain::Clock if days <= 1 => Period { first, end, grain: Grain::Part, extent: Extent::During },
        Grain::Clock => Period { first, end, grain: Grain::Day, extent: Extent::Between },
        _ => Period { first, end, grain, extent: Extent::Between },
    }
}

/// Converts a point in time; returns it with its grain and its length in months and days.
fn point(point: &TimePoint) -> Option<(DateTime, Grain, (i64, i64))> {
    let (local, grain): (NaiveDateTime, _) = match point {
        TimePoint::Instant { value, grain } => (value.naive_utc(), *grain),
        TimePoint::Naive { value, grain } => (*value, *grain),
    };
    let date = Date::new(
        i16::try_from(local.year()).ok()?,
        i8::try_from(local.month()).ok()?,
        i8::try_from(local.day()).ok()?,
    );
    let time = Time::new(
        i8::try_from(local.hour()).ok()?,
        i8::try_from(local.minute()).ok()?,
        i8::try_from(local.second().min(59)).ok()?,
        0,
    );
    let (grain, length) = match grain {
        duckling::Grain::Day => (Grain::Day, (0, 1)),
        duckling::Grain::Week => (Grain::Week, (0, 7)),
        duckling::Grain::Month => (Grain::Month, (1, 0)),
        duckling::Grain::Quarter => (Grain::Season, (3, 0)),
        duckling::Grain::Year => (Grain::Year, (12, 0)),
        _ => (Grain::Clock, (0, 0)),
    };
    Some((DateTime::from_parts(date.ok()?, time.ok()?), grain, length))
}

fn after(first: DateTime, (months, days): (i64, i64)) -> Option<DateTime> {
    Some(DateTime::from_parts(shifted(first.date(), months, days)?, first.time()))
}

/// Adjusts the extent to the preposition, and moves future dates to the past if the text is about the past.
fn adjust(context: DateContext<'_>, words: &Range<usize>, period: Period) -> Option<Period> {
    let lead = words.start.saturating_sub(1)..(words.start + 1).min(words.end);
    let lead_is = |names: &[&str]| context.tokens[lead.clone()].iter().any(|t| t.is_any(names));
    let mut period = period;
    if lead_is(&["since"]) {
        period.extent = Extent::Since;
    } else if lead_is(&["until", "till"]) {
        period.extent = Extent::Until;
    }
    let tokens = &context.tokens[words.clone()];
    let has = |test: &dyn Fn(&str) -> bool| tokens.iter().any(|t| test(&t.lower));
    let dated = has(&|w| year(w).is_some() || w.len() >= 8 && w.contains(['-', '/']) || weekday(w).is_some());
    let fixed =
        has(&|w| matches!(w, "next" | "this" | "last" | "coming" | "tomorrow" | "today" | "in" | "ago" | "yesterday"));
    let bare_in = tokens.first().is_some_and(|t| t.is("in")) && has(&is_month);
    // "Signed up for a race on 1 October": it is to come.
    let ahead = context.booked && has(&is_month);
    let behind = context.past && !ahead || period.extent == Extent::Since;
    // "On 15 March 2024 at 9", said at ten on that day: `duckling` takes the day after.
    let names_day = |date: Date| has(&|w| w.trim_end_matches(char::is_alphabetic).parse() == Ok(date.day()));
    let passed = period.grain == Grain::Clock
        && has(&is_month)
        && !names_day(period.first.date())
        && period.first.date().yesterday().is_ok_and(names_day);
    let (months, days) = if passed {
        (0, -1)
    } else if period.first <= context.now || !behind || dated || (fixed && !bare_in) {
        (0, 0)
    } else if period.grain == Grain::Clock && has(&is_clock) && !has(&is_month) {
        (0, -1)
    } else if lead_is(&["to"]) {
        // "Moved to 21 March": it is to come.
        (0, 0)
    } else if has(&is_month) || period.grain >= Grain::Month || period.extent == Extent::Since {
        (-12, 0)
    } else {
        (0, 0)
    };
    // "Dentist at 3" is in the afternoon.
    let early = |t: &Token| {
        let hour = t.lower.split([':', '.']).next().unwrap_or_default();
        matches!(hour, "1" | "2" | "3" | "4" | "5" | "6")
    };
    let at = tokens.windows(2).any(|pair| pair[0].is_any(&["at", "around", "about", "by", "@"]) && early(&pair[1]));
    let halved = at
        && period.grain == Grain::Clock
        && period.first.hour() == period.end.hour()
        && (1..7).contains(&period.first.hour())
        && !has(&|w| {
            is_part_of_day(w) || matches!(w, "am" | "a.m" | "a.m." | "o'clock" | "early") || w.ends_with("am")
        });
    let shift = |moment: DateTime| {
        let moved = DateTime::from_parts(shifted(moment.date(), months, days)?, moment.time());
        if halved { moved.checked_add(jiff::Span::new().hours(12)).ok() } else { Some(moved) }
    };
    Some(Period { first: shift(period.first)?, end: shift(period.end)?, ..period })
}

/// Whether a date range such as "10/1 to 11/7" was misread as a time ("minutes to").
fn is_misread_range(context: DateContext<'_>, words: &Range<usize>, value: &TimeValue) -> bool {
    let tokens = &context.tokens[words.clone()];
    let clock = matches!(value, TimeValue::Single { value, .. } if value.grain() < duckling::Grain::Hour);
    clock
        && tokens.iter().any(|t| t.is_any(&["to", "-", "–"]))
        && tokens.iter().any(|t| is_month(&t.lower) || t.lower.contains('/'))
}
