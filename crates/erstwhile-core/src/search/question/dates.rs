//! Dates that a query names: "7 May 2023", "May 2023", "2023-05-07", "in March", "in 2023".

use jiff::civil::Date;

use crate::text::MONTHS;

/// A named day and a turn at most this many days apart match fully, well, or somewhat.
const NEAR_DAYS: [(i32, f32); 3] = [(1, 1.0), (7, 0.7), (21, 0.3)];
/// The match of a named month with a turn of the month after, in which people tell of it.
const NEXT_MONTH: f32 = 0.3;
/// The match of a named year.
const YEAR: f32 = 0.3;

/// A date as far as it is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::search) struct NamedDate {
    year: Option<i16>,
    month: Option<i8>,
    day: Option<i8>,
}

impl NamedDate {
    /// How well a day matches, from 0 to 1.
    pub(in crate::search) fn matches(self, day: Date) -> f32 {
        let Self { year, month: named_month, day: named_day } = self;
        if year.is_some_and(|year| year != day.year()) {
            return 0.0;
        }
        match (named_month, named_day) {
            (Some(month), Some(number)) => {
                let Ok(named) = Date::new(year.unwrap_or(day.year()), month, number) else { return 0.0 };
                let apart = (day - named).get_days().abs();
                NEAR_DAYS.iter().find(|(days, _)| apart <= *days).map_or(0.0, |(_, value)| *value)
            }
            (Some(month), None) if month == day.month() => 1.0,
            (Some(month), None) if month % 12 + 1 == day.month() => NEXT_MONTH,
            (Some(_), None) => 0.0,
            (None, _) => YEAR,
        }
    }
}

/// The dates among the words of a query, given in lower case and as written.
pub(super) fn named_in(lower: &[String], written: &[&str]) -> Vec<NamedDate> {
    let mut dates = Vec::new();
    let mut used = vec![false; lower.len()];
    let word = |at: Option<usize>| at.and_then(|at| lower.get(at)).map_or("", String::as_str);
    for (at, own) in lower.iter().enumerate() {
        if let Some(month) = month_of(own, written[at]) {
            let before = at.checked_sub(1);
            let (day_at, mut next) = match (day_of(word(before)), day_of(word(Some(at + 1)))) {
                (Some(_), _) => (before, at + 1),
                (None, Some(_)) => (Some(at + 1), at + 2),
                (None, None) => (None, at + 1),
            };
            if word(Some(next)) == "of" {
                next += 1;
            }
            let year = year_of(word(Some(next)));
            if year.is_some() {
                used[next] = true;
            }
            dates.push(NamedDate { year, month: Some(month), day: day_at.and_then(|at| day_of(word(Some(at)))) });
        } else if let Some(year) = year_of(own).filter(|_| !used[at]) {
            let number = |at| word(Some(at)).parse::<i8>().ok().filter(|_| word(Some(at)).len() == 2);
            let month = number(at + 1).filter(|month| (1..=12).contains(month));
            let day = month.and_then(|_| number(at + 2)).filter(|day| (1..=31).contains(day));
            dates.push(NamedDate { year: Some(year), month: month.filter(|_| day.is_some()), day });
        }
    }
    dates
}

/// The number of a month by its English name or the first three letters of it; "may" and "march" need a capital letter.
fn month_of(lower: &str, written: &str) -> Option<i8> {
    let is_ambiguous = matches!(lower, "may" | "march" | "mar");
    if is_ambiguous && !written.starts_with(char::is_uppercase) {
        return None;
    }
    let found = MONTHS.iter().position(|month| *month == lower || (lower.len() == 3 && month.starts_with(lower)));
    found.map(|at| at as i8 + 1)
}

fn day_of(word: &str) -> Option<i8> {
    let digits = word.strip_suffix("st").or_else(|| word.strip_suffix("nd")).or_else(|| word.strip_suffix("rd"));
    let digits = digits.or_else(|| word.strip_suffix("th")).unwrap_or(word);
    digits.parse().ok().filter(|day| (1..=31).contains(day))
}

fn year_of(word: &str) -> Option<i16> {
    word.parse().ok().filter(|year| word.len() == 4 && (1900..2200).contains(year))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::super::Question;
    use super::*;

    fn dates(query: &str) -> Vec<NamedDate> {
        Question::new(query).dates
    }

    fn named(year: i16, month: i8, day: i8) -> NamedDate {
        let some = |number: i8| (number > 0).then_some(number);
        NamedDate { year: (year > 0).then_some(year), month: some(month), day: some(day) }
    }

    #[test]
    fn dates_are_read_as_people_write_them() {
        assert_eq!(dates("What happened on 7 May, 2023?"), [named(2023, 5, 7)]);
        assert_eq!(dates("What happened on May 7th?"), [named(0, 5, 7)]);
        assert_eq!(dates("the 3rd of 2023-05-07"), [named(2023, 5, 7)]);
        assert_eq!(dates("in March 2022 or in 2021"), [named(2022, 3, 0), named(2021, 0, 0)]);
        assert_eq!(dates("may I march on?"), []);
    }

    #[test]
    fn a_near_day_matches_better_than_a_far_one() {
        let matches = |day| named(2023, 5, 7).matches(day);
        assert!(matches(date(2023, 5, 8)) > matches(date(2023, 5, 12)));
        assert!(matches(date(2022, 5, 7)) <= 0.0, "another year");
        let month = |day| named(0, 5, 0).matches(day);
        assert!(month(date(2020, 5, 1)) > month(date(2020, 6, 1)) && month(date(2020, 6, 1)) > month(date(2020, 7, 1)));
        assert!(named(0, 2, 30).matches(date(2020, 2, 1)) <= 0.0, "no such day");
    }
}
