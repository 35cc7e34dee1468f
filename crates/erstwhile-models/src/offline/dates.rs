//! Resolves time expressions to time ranges, relative to a reference time.
//!
//! The rules in `rules` handle the expressions that are most frequent in chat ("yesterday", "last summer",
//! "two years ago", "the week before 9 June"). Sentences with time words are also passed to the `duckling` crate
//! (`fallback`), whose false matches ("sat", "second", "may", "2-3 people") are left out.

mod calendar;
mod counted;
mod fallback;
mod no_days;
mod numbered;
mod render;
mod rules;
mod spoken;

use std::cell::Cell;
use std::collections::HashSet;
use std::ops::Range;

use erstwhile::model::{Precision, TimePoint};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::past::is_past;
use super::tokens::{Token, TokenKind, tokenise};
pub(super) use rules::weekday;

/// How a time range limits a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// Within the range: "last week", "in 2019".
    During,
    /// From the start of the range on: "since 2016".
    Since,
    /// Until the range: "until 2019".
    Until,
    /// The whole range: "from 2010 to 2015".
    Between,
    /// At some time before the range: "before June".
    Before,
    /// At some time after the range: "after June".
    After,
}

/// The granularity of a time expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grain {
    /// A time of day.
    Clock,
    /// A part of a day: "tonight".
    Part,
    /// A day.
    Day,
    /// Approximately a day: "two weeks ago".
    AboutDay,
    /// Saturday and Sunday.
    Weekend,
    /// Seven days.
    Week,
    /// A month.
    Month,
    /// Three months: a season or a quarter.
    Season,
    /// A year.
    Year,
    /// More than a year.
    Decade,
}

/// A time expression in a text.
#[derive(Debug, Clone, PartialEq)]
pub struct DatedSpan {
    /// Its byte range in the text, including its preposition.
    pub span: Range<usize>,
    /// The start of the range.
    pub from: TimePoint,
    /// The exclusive end of the range.
    pub until: Option<TimePoint>,
    /// How it limits the statement.
    pub extent: Extent,
    /// The granularity of the expression.
    pub grain: Grain,
    /// Whether it depends on the reference time.
    pub relative: bool,
    /// The range in local time.
    period: Period,
}

/// A range of local time with an exclusive end.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Period {
    first: DateTime,
    end: DateTime,
    grain: Grain,
    extent: Extent,
}

/// The text in which expressions are resolved, and the reference time.
#[derive(Debug, Clone, Copy)]
struct DateContext<'a> {
    text: &'a str,
    tokens: &'a [Token],
    now: DateTime,
    /// Whether the text is about the past, so that "on Monday" means the last Monday.
    past: bool,
    /// Whether the text is about having booked or entered what is to come: "signed up for a race on 1 October".
    booked: bool,
    /// Whether the text is in the perfect tense, so that "for two years" has a start.
    perfect: bool,
    /// Nesting depth of the expression: "the day before the day before …".
    depth: u8,
    /// Remaining calls of the fallback.
    calls_left: &'a Cell<u8>,
}

/// Longer sentences are read in pieces of this length.
const PART_TOKENS_MAX: usize = 60;
/// Maximum number of fallback calls per text: one call can take a tenth of a second if the words form no date.
pub(super) const FALLBACK_CALLS_MAX: u8 = 32;

/// Longer texts are truncated to this length.
const TEXT_BYTES_MAX: usize = 4_000;

/// Resolves time expressions. The first one in a process takes a third of a second to build.
#[derive(Debug)]
pub struct DateReader {
    triggers: HashSet<&'static str>,
    fallback: fallback::Fallback,
}

const TRIGGERS: &str = "today tonight tonite tomorrow tmrw tmr tmw yesterday now \
monday tuesday wednesday thursday friday saturday sunday mon tue tues wed weds thu thur thurs fri sat sun \
january february march april may june july august september october november december \
jan feb mar apr jun jul aug sept sep oct nov dec \
day days week weeks weekend weekends month months year years yr yrs decade quarter night morning afternoon evening \
hour hours hr hrs minute minutes min mins noon midnight \
summer spring autumn fall winter christmas xmas easter thanksgiving halloween hanukkah ramadan diwali eve \
valentine valentines independence memorial labor ago fortnight century quarters am pm midday lunch breakfast dinner \
eom eoy eod qtr q1 q2 q3 q4 season seasons wkend weekdays holidays \
hanukah chanukah purim passover pesach sukkot succos kippur hashanah shavuot lent ash palm trinity pentecost whit advent \
epiphany assumption ascension gras eid id ramadhan ashura muharram mawlid holi deepavali navaratri navratri dussehra \
onam pongal vaisakhi baisakhi vesak buddha losar songkran nowruz navroz kwanzaa juneteenth mlk presidents columbus veterans \
patrick patricks paddy mother mothers father fathers boxing anzac bastille canada victoria waitangi australia earth \
jayanti puja shivaratri purnima panchami ashtami";

impl Default for DateReader {
    fn default() -> Self {
        Self::new()
    }
}

impl DateReader {
    /// Builds the tables and warms up the fallback, so that the first text is as fast as the others.
    pub fn new() -> Self {
        Self { triggers: TRIGGERS.split_whitespace().collect(), fallback: fallback::Fallback::warm() }
    }

    /// Returns the time expressions of `text`, in order, without overlaps.
    ///
    /// Durations, recurring times ("on Sundays") and times of day in habits ("I wake up at 6am") are not time expressions.
    pub fn resolve(&self, text: &str, reference: Timestamp, tz: &TimeZone) -> Vec<DatedSpan> {
        let end = text.floor_char_boundary(TEXT_BYTES_MAX);
        self.resolve_within(text, 0..end, reference, (tz, &Cell::new(FALLBACK_CALLS_MAX)))
    }

    /// Like [`resolve`](Self::resolve), for a part of the text. Spans refer to the whole text, and `calls_left`
    /// is the number of remaining fallback calls.
    pub(super) fn resolve_within(
        &self,
        text: &str,
        within: Range<usize>,
        reference: Timestamp,
        (tz, calls_left): (&TimeZone, &Cell<u8>),
    ) -> Vec<DatedSpan> {
        let tokens = tokenise(text, within);
        if !tokens.iter().any(|token| self.is_time_word(token)) {
            return Vec::new();
        }
        let context = DateContext {
            text,
            tokens: &tokens,
            now: tz.to_datetime(reference),
            past: speaks_of_past(&tokens),
            booked: speaks_of_booking(&tokens),
            perfect: is_perfect(&tokens),
            depth: 0,
            calls_left,
        };
        let mut found = Vec::new();
        let mut index = 0;
        while index < tokens.len() {
            let here = DateContext { past: context.past || is_past_beside(&tokens, index), ..context };
            match rules::read(here, index, &self.fallback) {
                Some((end, period)) => {
                    found.push((index..end, period));
                    index = end;
                }
                None => index += 1,
            }
        }
        for part in parts(&tokens) {
            if tokens[part.clone()].iter().any(|token| self.is_time_word(token)) {
                let mut others = Vec::new();
                self.fallback.read(context, part, &mut others);
                merge(context, &mut found, others);
            }
        }
        for (range, period) in &mut found {
            if let Some(last) = rules::last_holiday(context, range, period) {
                *period = last;
            }
        }
        // "Again after ten years" of the past is no time to come.
        let now = context.now;
        found.retain(|(_, period)| !(context.past && period.extent == Extent::After && period.first > now));
        found.sort_by_key(|(range, _)| range.start);
        let spans = found.into_iter().filter_map(|(range, period)| to_span(context, range, period, tz));
        // "1,150 a month" is an amount, not ten to two.
        spans.filter(|span| !has_thousands(text.get(span.span.clone()).unwrap_or_default())).collect()
    }

    /// Whether a token can be the essential part of a time expression.
    fn is_time_word(&self, token: &Token) -> bool {
        match token.kind {
            TokenKind::Mark => false,
            TokenKind::Number => token.lower.len() < 26,
            TokenKind::Word => self.triggers.contains(token.lower.as_str()),
        }
    }
}

/// The parts of a text that the fallback reads on their own: sentences, or pieces of long ones.
fn parts(tokens: &[Token]) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let mut start = 0;
    for (index, token) in tokens.iter().enumerate() {
        let next_is_capital = tokens.get(index + 1).is_none_or(|next| next.capital);
        let ends = token.is_any(&[".", "!", "?", ";"]) && next_is_capital;
        if ends || index + 1 - start >= PART_TOKENS_MAX {
            parts.push(start..index + 1);
            start = index + 1;
        }
    }
    if start < tokens.len() {
        parts.push(start..tokens.len());
    }
    parts
}

/// Adds expressions of the fallback. One that overlaps expressions of the rules replaces them if it contains them and
/// says more: "last Monday of March" says more than "last Monday".
fn merge(context: DateContext<'_>, found: &mut Vec<(Range<usize>, Period)>, others: Vec<(Range<usize>, Period)>) {
    for (range, period) in others {
        let overlaps = |known: &Range<usize>| known.start < range.end && range.start < known.end;
        let overlapping: Vec<Range<usize>> =
            found.iter().map(|(known, _)| known.clone()).filter(|known| overlaps(known)).collect();
        let within = |at: usize| overlapping.iter().any(|known| known.contains(&at));
        let contains = overlapping.iter().all(|known| range.start <= known.start && known.end <= range.end);
        let says_more =
            range.clone().any(|at| !within(at) && !context.tokens[at].is_mark() && !is_minor(&context.tokens[at]));
        if overlapping.is_empty() || contains && (says_more || overlapping.len() > 1) {
            found.retain(|(known, _)| !overlaps(known));
            found.push((range, period));
        }
    }
}

/// Whether a text has a number with a comma before its thousands.
fn has_thousands(text: &str) -> bool {
    let digits = |part: &str, from_end: bool| {
        let is_digit = |c: &char| c.is_ascii_digit();
        if from_end {
            part.chars().rev().take_while(is_digit).count()
        } else {
            part.chars().take_while(is_digit).count()
        }
    };
    text.split(',')
        .zip(text.split(',').skip(1))
        .any(|(before, after)| digits(before, true) > 0 && digits(after, false) == 3)
}

/// Whether a word adds nothing to a time expression.
fn is_minor(token: &Token) -> bool {
    token.is_any(&[
        "the", "a", "an", "on", "in", "at", "of", "by", "to", "'s", "this", "around", "about", "during", "and",
    ])
}

/// Whether the words speak of the past and not of what will be.
fn speaks_of_past(tokens: &[Token]) -> bool {
    let future = [
        "booked",
        "scheduled",
        "tickets",
        "will",
        "'ll",
        "gonna",
        "planning",
        "plan",
        "tomorrow",
        "next",
        "upcoming",
        "shall",
        "won't",
    ];
    // "Going to", "promised to": what follows is to come.
    let intends = ["going", "promised", "agreed", "decided", "planned", "arranged", "hoped"];
    let going = tokens.windows(2).any(|pair| pair[0].is_any(&intends) && pair[1].is("to"));
    // "Getting married in June" is to come.
    let passive = |at: usize| {
        at.checked_sub(1).and_then(|at| tokens.get(at)).is_some_and(|t| t.is_any(&["getting", "being", "get", "be"]))
    };
    // "I've got a date on Saturday": what one has now.
    let has_got = |at: usize| {
        tokens.get(at).is_some_and(|token| token.is("got"))
            && at.checked_sub(1).and_then(|at| tokens.get(at)).is_some_and(|t| t.is_any(&["'ve", "have", "has", "'s"]))
    };
    // "We moved the launch to 29 October": it is to come.
    let is_moved = |at: usize| {
        tokens[at].is_any(&["moved", "rescheduled", "pushed", "postponed", "shifted", "extended", "delayed", "changed"])
            && tokens[at..].windows(2).any(|pair| {
                pair[0].is("to") && (pair[1].kind == TokenKind::Number || calendar::is_month(&pair[1].lower))
            })
    };
    // "A guy called Marco".
    // "My deadline was moved to 20 May".
    let is_of_moved =
        |at: usize| tokens[at].is_any(&["was", "were", "got", "been"]) && at + 1 < tokens.len() && is_moved(at + 1);
    let is_said_past = |(at, token): (usize, &Token)| {
        !is_of_moved(at)
            && is_past(&token.lower)
            && !token.is_any(&["called", "named"])
            && !passive(at)
            && !has_got(at)
            && !is_moved(at)
    };
    let past = tokens.iter().enumerate().any(is_said_past);
    !going && !tokens.iter().any(|token| token.is_any(&future)) && past
}

/// Whether the words between the commas around a token speak of the past: "my uncle died on Tuesday, the funeral is next
/// Friday".
fn is_past_beside(tokens: &[Token], at: usize) -> bool {
    let start = tokens[..at].iter().rposition(|token| token.is(",")).map_or(0, |comma| comma + 1);
    let end = tokens[at..].iter().position(|token| token.is(",")).map_or(tokens.len(), |comma| at + comma);
    speaks_of_past(&tokens[start..end])
}

/// Whether the words speak of having entered or booked what is to come.
fn speaks_of_booking(tokens: &[Token]) -> bool {
    let pairs =
        [("signed", "up"), ("registered", "for"), ("entered", "for"), ("bought", "tickets"), ("got", "tickets")];
    tokens.windows(2).any(|pair| pairs.iter().any(|(first, second)| pair[0].is(first) && pair[1].is(second)))
}

/// Whether the words are in the perfect tense: "have lived", "'ve been", "has it been".
fn is_perfect(tokens: &[Token]) -> bool {
    tokens.iter().any(|token| token.is_any(&["have", "has", "'ve", "haven't", "hasn't", "been"]))
}

/// Converts a period to a span with instants; `None` if the time zone has no such instant.
fn to_span(context: DateContext<'_>, range: Range<usize>, period: Period, tz: &TimeZone) -> Option<DatedSpan> {
    let first = context.tokens.get(range.start)?;
    let last = context.tokens.get(range.end.checked_sub(1)?)?;
    let mut start = first.span.start;
    let leads: &[&str] = match period.extent {
        Extent::During => &["on", "in", "at", "during"],
        Extent::Since => &["since"],
        Extent::Until => &["until", "till"],
        Extent::Before => &["before"],
        Extent::After => &["after"],
        Extent::Between => &[],
    };
    if let Some(before) = range.start.checked_sub(1).and_then(|before| context.tokens.get(before))
        && before.is_any(leads)
    {
        start = before.span.start;
    }
    let span = start..last.span.end;
    let absolute =
        context.tokens[range].iter().any(|token| rules::year(&token.lower).is_some() || is_iso(&token.lower));
    let precision = match period.grain {
        Grain::Clock | Grain::Part => Precision::Instant,
        Grain::Day | Grain::AboutDay | Grain::Weekend | Grain::Week => Precision::Day,
        Grain::Month | Grain::Season => Precision::Month,
        Grain::Year | Grain::Decade => Precision::Year,
    };
    let instant = |moment: DateTime, precision| {
        let at = tz.to_ambiguous_zoned(moment).compatible().ok()?.timestamp();
        Some(TimePoint { at, precision })
    };
    Some(DatedSpan {
        span,
        from: instant(period.first, precision)?,
        until: (period.end > period.first).then(|| instant(period.end, precision)).flatten(),
        extent: period.extent,
        grain: period.grain,
        relative: !absolute,
        period,
    })
}

fn is_iso(word: &str) -> bool {
    let mut parts = word.split(['-', '/']);
    word.len() >= 8 && parts.any(|part| part.len() == 4 && part.bytes().all(|b| b.is_ascii_digit()))
}

/// Returns the time expressions of `text`. Builds a [`DateReader`] for each call: for many texts, reuse one.
pub fn resolve(text: &str, reference: Timestamp, tz: &TimeZone) -> Vec<DatedSpan> {
    DateReader::new().resolve(text, reference, tz)
}

#[cfg(test)]
mod tests;
