//! Formats time ranges as absolute dates.

use jiff::civil::DateTime;

use super::{DatedSpan, Extent, Grain};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

impl DatedSpan {
    /// Formats the expression as an absolute date: "on 7 May 2023", "in the week of 1 May 2023".
    ///
    /// `said` is the expression in the text; `bare` omits "on" and "in", for use after a preposition.
    pub(in crate::offline) fn describe(&self, said: &str, bare: bool) -> String {
        let said = said.to_lowercase();
        let words = self.describe_period(&said);
        if let Some(part) = self.part_of_month(&said) {
            return format!("in {part} {} {}", month(self.period.first), self.period.first.year());
        }
        match self.extent {
            Extent::Since if said.starts_with("for ") || said.starts_with("over ") => format!("{said} (since {words})"),
            Extent::Since => format!("since {words}"),
            Extent::Until => format!("until {words}"),
            Extent::Before => format!("before {words}"),
            Extent::After => format!("after {words}"),
            // "For the summer".
            Extent::Between if self.grain == Grain::Season && !names_range(&said) => {
                format!("for {words}")
            }
            // "By March".
            Extent::Between if said.starts_with("by ") => format!("by {}", day(self.period.end)),
            Extent::Between => {
                // A range of years ends in the year that was said.
                let last = match self.grain {
                    Grain::Year => self.period.end.year().to_string(),
                    _ => day(last_day(self.period.end, self.grain)),
                };
                format!("from {words} to {last}")
            }
            Extent::During if bare => words,
            Extent::During => match self.grain {
                Grain::Clock | Grain::Part | Grain::Day | Grain::Weekend => format!("on {words}"),
                Grain::AboutDay => words,
                Grain::Week | Grain::Month | Grain::Season | Grain::Year | Grain::Decade => format!("in {words}"),
            },
        }
    }

    /// The part of a month that an expression names: "early" of "in early April", "late" of "at the end of April".
    fn part_of_month(&self, said: &str) -> Option<&'static str> {
        const PARTS: &[(&str, &str)] = &[
            ("early", "early"),
            ("beginning", "early"),
            ("start", "early"),
            ("mid", "mid"),
            ("middle", "mid"),
            ("late", "late"),
            ("end", "late"),
        ];
        let one_month = last_day(self.period.end, self.grain).month() == self.period.first.month();
        let month = month(self.period.first).to_lowercase();
        let is_named = self.extent == Extent::Between
            && one_month
            && !names_range(said)
            && !said.starts_with("by ")
            && said.contains(&month[..3]);
        let is_said = |part: &str| said.split(|c: char| !c.is_alphanumeric()).any(|word| word == part);
        PARTS.iter().find(|(part, _)| is_named && is_said(part)).map(|(_, part)| *part)
    }

    fn describe_period(&self, said: &str) -> String {
        let first = self.period.first;
        match self.grain {
            Grain::Clock => format!("{} at {:02}:{:02}", day(first), first.hour(), first.minute()),
            Grain::Part => {
                let part = ["morning", "afternoon", "evening", "night"].into_iter().find(|part| said.contains(part));
                let by_hour = match first.hour() {
                    5..12 => "morning",
                    12..17 => "afternoon",
                    17..21 => "evening",
                    _ => "night",
                };
                format!("the {} of {}", part.unwrap_or(by_hour), day(first))
            }
            Grain::Day if names_weekday(said) => format!("{} {}", weekday(first), day(first)),
            Grain::Day => day(first),
            Grain::AboutDay => format!("around {}", day(first)),
            Grain::Weekend => format!("the weekend of {}", day(first)),
            Grain::Week => format!("the week of {}", day(first)),
            Grain::Month => format!("{} {}", month(first), first.year()),
            Grain::Season => {
                let season = match first.month() {
                    3 => "the spring of",
                    6 => "the summer of",
                    9 => "the autumn of",
                    12 => "the winter of",
                    _ => "the quarter from",
                };
                match first.month() {
                    12 => format!("{season} {}/{:02}", first.year(), (first.year() + 1) % 100),
                    3 | 6 | 9 => format!("{season} {}", first.year()),
                    _ => format!("{season} {} {}", month(first), first.year()),
                }
            }
            Grain::Year => first.year().to_string(),
            Grain::Decade => format!("the {}s", first.year()),
        }
    }
}

/// The last day of a range with an exclusive end.
fn last_day(end: DateTime, grain: Grain) -> DateTime {
    if grain == Grain::Clock { end } else { end.date().yesterday().map_or(end, super::rules::midnight) }
}

/// Whether an expression has a start and an end: "from 3 to 9 May".
fn names_range(said: &str) -> bool {
    said.split(|c: char| !c.is_alphanumeric())
        .any(|word| matches!(word, "from" | "between" | "to" | "until" | "till" | "and"))
        || said.contains(['-', '–'])
}

/// "7 May 2023".
fn day(moment: DateTime) -> String {
    format!("{} {} {}", moment.day(), month(moment), moment.year())
}

fn month(moment: DateTime) -> &'static str {
    usize::try_from(moment.month() - 1).ok().and_then(|index| MONTHS.get(index)).copied().unwrap_or_default()
}

fn weekday(moment: DateTime) -> &'static str {
    match moment.weekday().to_monday_zero_offset() {
        0 => "Monday",
        1 => "Tuesday",
        2 => "Wednesday",
        3 => "Thursday",
        4 => "Friday",
        5 => "Saturday",
        _ => "Sunday",
    }
}

fn names_weekday(said: &str) -> bool {
    said.split(|c: char| !c.is_alphanumeric()).any(|word| super::rules::weekday(word).is_some())
}
