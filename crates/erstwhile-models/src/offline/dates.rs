//! Reads time expressions: which stretch of time a text means, seen from when it was said.
//!
//! Rules of ours (`own`) read what chat says most ("yesterday", "last summer", "two years ago",
//! "the week before 9 June"); runs of time words that are left go to the `duckling` crate (`base`),
//! never whole sentences: that keeps "sat", "second" and "may" out and the cost down.

mod base;
mod calendar;
mod own;
mod render;

use std::cell::Cell;
use std::collections::HashSet;
use std::ops::Range;

use erstwhile::model::{Precision, TimePoint};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::tokens::{Token, TokenKind, tokenise};
use super::verbs::Verbs;

/// How a stretch of time limits what is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// In it: "last week", "in 2019".
    During,
    /// From it on: "since 2016".
    Since,
    /// Up to it: "until 2019".
    Until,
    /// From its first to its last moment: "from 2010 to 2015".
    Between,
    /// Some time earlier: "before June".
    Before,
    /// Some time later: "after June".
    After,
}

/// The unit in which a text speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grain {
    /// A time of the clock.
    Clock,
    /// A part of a day: "tonight".
    Part,
    /// A day.
    Day,
    /// About that day: "two weeks ago".
    AboutDay,
    /// Saturday and Sunday.
    Weekend,
    /// Seven days.
    Week,
    /// A month.
    Month,
    /// Three months: a season or quarter.
    Season,
    /// A year.
    Year,
    /// More than a year.
    Decade,
}

/// A time expression in a text.
#[derive(Debug, Clone, PartialEq)]
pub struct DatedSpan {
    /// Where it stands, with its preposition.
    pub span: Range<usize>,
    /// When the stretch begins.
    pub from: TimePoint,
    /// When it is over, the first moment after it.
    pub until: Option<TimePoint>,
    /// How it limits what is said.
    pub extent: Extent,
    /// The unit in which the text speaks.
    pub grain: Grain,
    /// Whether it can be read only with the reference time.
    pub relative: bool,
    /// The stretch in local time.
    period: Period,
}

/// A stretch of local time.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Period {
    first: DateTime,
    end: DateTime,
    grain: Grain,
    extent: Extent,
}

/// Where expressions are read: text in tokens, seen from a local time.
#[derive(Debug, Clone, Copy)]
struct Scene<'a> {
    text: &'a str,
    tokens: &'a [Token],
    now: DateTime,
    /// Whether the text tells of the past, so that "on Monday" is behind.
    past: bool,
    /// Whether it says what has held until now, so that "for two years" has a start.
    perfect: bool,
    /// How many expressions this one stands inside: "the day before the day before …".
    depth: u8,
    /// How often the base may still be asked.
    left: &'a Cell<u8>,
}

const SEASONS: [&str; 5] = ["summer", "spring", "autumn", "fall", "winter"];

/// Runs of more tokens are not one expression.
const LONGEST_RUN: usize = 10;
/// The base may need a third of a second for words that compose to no date, so a text asks it no more
/// often than this.
pub(super) const MOST_ASKED: u8 = 8;

/// Longer texts are read up to here.
const LONGEST: usize = 4_000;

/// Reads time expressions; building one takes a third of a second, the first time in a process.
#[derive(Debug)]
pub struct DateReader {
    triggers: HashSet<&'static str>,
    glue: HashSet<&'static str>,
    verbs: Verbs,
    base: base::Base,
}

const TRIGGERS: &str = "today tonight tonite tomorrow tmrw tmr tmw yesterday now \
monday tuesday wednesday thursday friday saturday sunday mon tue tues wed weds thu thur thurs fri sat sun \
january february march april may june july august september october november december \
jan feb mar apr jun jul aug sept sep oct nov dec \
day days week weeks weekend weekends month months year years yr yrs decade quarter night morning afternoon evening \
hour hours hr hrs minute minutes min mins noon midnight \
summer spring autumn fall winter christmas xmas easter thanksgiving halloween hanukkah ramadan diwali eve \
valentine valentines independence memorial labor ago fortnight";

const GLUE: &str = "the a an on in at of last next this past previous coming following upcoming early late mid end beginning start middle \
before after since until till from to between by around about for within one two three four five six seven eight nine ten eleven twelve \
thirteen fifteen twenty thirty forty fifty couple few several half back later earlier am pm a.m p.m o'clock 's first second third fourth \
fifth sixth seventh eighth ninth tenth day new year's st nd rd th hence";

impl Default for DateReader {
    fn default() -> Self {
        Self::new()
    }
}

impl DateReader {
    /// Builds the tables and warms the base, so that the first text is as fast as the rest.
    pub fn new() -> Self {
        let triggers: HashSet<_> = TRIGGERS.split_whitespace().collect();
        let mut glue: HashSet<_> = GLUE.split_whitespace().collect();
        // Seasons are read by our rules alone: the base searches long for what they compose to.
        glue.extend(triggers.iter().filter(|word| !SEASONS.contains(word)));
        Self { triggers, glue, verbs: Verbs::new(), base: base::Base::warm() }
    }

    /// The time expressions of `text`, in order, without overlaps.
    ///
    /// Times of the clock without a day, durations and what recurs ("on Sundays") are none.
    pub fn resolve(&self, text: &str, reference: Timestamp, tz: &TimeZone) -> Vec<DatedSpan> {
        let end = text.floor_char_boundary(LONGEST);
        self.resolve_within(text, 0..end, reference, (tz, &Cell::new(MOST_ASKED)))
    }

    /// As [`resolve`](Self::resolve), for a part of the text; spans are places in the whole, and `left`
    /// counts how often the base may still be asked.
    pub(super) fn resolve_within(
        &self,
        text: &str,
        within: Range<usize>,
        reference: Timestamp,
        (tz, left): (&TimeZone, &Cell<u8>),
    ) -> Vec<DatedSpan> {
        let tokens = tokenise(text, within);
        if !tokens.iter().any(|token| self.may_tell_time(token)) {
            return Vec::new();
        }
        let scene = Scene {
            text,
            tokens: &tokens,
            now: tz.to_datetime(reference),
            past: self.is_past(&tokens),
            perfect: is_perfect(&tokens),
            depth: 0,
            left,
        };
        let mut found = Vec::new();
        let mut index = 0;
        while index < tokens.len() {
            if let Some((end, period)) = own::read(scene, index, &self.base) {
                found.push((index..end, period));
                index = end;
            } else {
                let next = self.base_run(scene, index, &mut found);
                index = next.max(index + 1);
            }
        }
        found.into_iter().filter_map(|(range, period)| dated(scene, range, period, tz)).collect()
    }

    /// A word or number that may stand in a time expression and says more than "the".
    fn may_tell_time(&self, token: &Token) -> bool {
        match token.kind {
            TokenKind::Mark => false,
            TokenKind::Number => token.lower.len() > 2 && token.lower.len() < 26,
            TokenKind::Word => self.triggers.contains(token.lower.as_str()),
        }
    }

    /// Hands the run of time words at `index` to the base; answers where the run ends.
    fn base_run(&self, scene: Scene<'_>, index: usize, found: &mut Vec<(Range<usize>, Period)>) -> usize {
        let belongs = |token: &Token| match token.kind {
            TokenKind::Mark => token.is_any(&[",", "/", "-", "–"]),
            TokenKind::Number => token.lower.len() < 26,
            TokenKind::Word => self.glue.contains(token.lower.as_str()),
        };
        let mut end = index;
        while end < scene.tokens.len() && end - index < LONGEST_RUN && belongs(&scene.tokens[end]) {
            if end > index && own::read(scene, end, &self.base).is_some() {
                break;
            }
            end += 1;
            // "between the 3rd and the 12th" is one expression, "Monday and Tuesday" are two.
            let between = scene.tokens[index..end].iter().any(|token| token.is("between"));
            if between && scene.tokens.get(end).is_some_and(|token| token.is("and")) {
                end += 1;
            }
        }
        let run = &scene.tokens[index..end];
        if run.iter().any(|token| self.may_tell_time(token)) {
            self.base.read(scene, index..end, found);
        }
        end
    }

    fn is_past(&self, tokens: &[Token]) -> bool {
        let future = ["will", "'ll", "gonna", "planning", "plan", "tomorrow", "next", "upcoming", "shall", "won't"];
        let going = tokens.windows(2).any(|pair| pair[0].is("going") && pair[1].is("to"));
        !going
            && !tokens.iter().any(|token| token.is_any(&future))
            && tokens.iter().any(|token| self.verbs.is_past(&token.lower))
    }
}

/// Whether the words say what has held until now: "have lived", "'ve been", "has it been".
fn is_perfect(tokens: &[Token]) -> bool {
    tokens.iter().any(|token| token.is_any(&["have", "has", "'ve", "haven't", "hasn't", "been"]))
}

/// An expression with its place and its moments; `None` when the calendar has no such moment.
fn dated(scene: Scene<'_>, range: Range<usize>, period: Period, tz: &TimeZone) -> Option<DatedSpan> {
    let first = scene.tokens.get(range.start)?;
    let last = scene.tokens.get(range.end.checked_sub(1)?)?;
    let mut start = first.span.start;
    let leads: &[&str] = match period.extent {
        Extent::During => &["on", "in", "at", "during"],
        Extent::Since => &["since"],
        Extent::Until => &["until", "till"],
        Extent::Before => &["before"],
        Extent::After => &["after"],
        Extent::Between => &[],
    };
    if let Some(before) = range.start.checked_sub(1).and_then(|before| scene.tokens.get(before))
        && before.is_any(leads)
    {
        start = before.span.start;
    }
    let span = start..last.span.end;
    let absolute = scene.tokens[range].iter().any(|token| own::year(&token.lower).is_some() || is_iso(&token.lower));
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

/// The time expressions of `text`; builds a reader for it, so prefer one [`DateReader`] for many.
pub fn resolve(text: &str, reference: Timestamp, tz: &TimeZone) -> Vec<DatedSpan> {
    DateReader::new().resolve(text, reference, tz)
}

#[cfg(test)]
mod tests;
