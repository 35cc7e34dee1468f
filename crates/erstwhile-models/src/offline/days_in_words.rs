//! Days in words without their month: "until the thirtieth" is "until the 30th", as dates are read. With a month, "the second
//! of April", they are read as they stand.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::mapped::Mapped;

/// The days of a month, from the first.
const DAYS: [&str; 31] = [
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
    "twentieth",
    "twenty-first",
    "twenty-second",
    "twenty-third",
    "twenty-fourth",
    "twenty-fifth",
    "twenty-sixth",
    "twenty-seventh",
    "twenty-eighth",
    "twenty-ninth",
    "thirtieth",
    "thirty-first",
];
/// A day after a preposition of time.
static DAY_IN_WORDS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let days: Vec<String> = DAYS.iter().rev().map(|day| day.replace('-', "[- ]")).collect();
    Regex::new(&format!(r"(?i)\b(?:on|until|till|by|from|since|before|after) the ({})\b", days.join("|"))).ok()
});
/// Up to this number, "on the third" may be a floor or one of several.
const FLOORS: usize = 6;
/// Writes "until the thirtieth" with figures.
pub(super) fn write_as_figures(passage: &mut Mapped) {
    let Some(days) = DAY_IN_WORDS.as_ref() else { return };
    let text = passage.text().to_owned();
    let edits: Vec<(Range<usize>, String)> = days
        .captures_iter(&text)
        .filter_map(|found| {
            let (day, rest) = (found.get(1)?, &text[found.get(0)?.end()..]);
            // "On the first floor" and "by the second" are no days.
            let before = text.get(found.get(0)?.start()..day.start())?.to_lowercase();
            let ends = rest.trim_start().is_empty() || rest.starts_with(['.', ',', '!', '?', ';', ')', '\n']);
            let follows = ["because ", "so ", "but ", "at "].iter().any(|word| rest.trim_start().starts_with(word));
            let number = DAYS.iter().position(|name| *name == day.as_str().to_lowercase().replace(' ', "-"))? + 1;
            // "My flat is on the third": a floor, or one of several.
            let is_number_of_day = number > FLOORS || number != 2 && !before.starts_with("on ");
            let is_day = is_number_of_day && (ends || follows) && !before.starts_with("before");
            is_day.then(|| (day.range(), format!("{number}{}", ordinal_ending(number))))
        })
        .collect();
    let edits: Vec<(Range<usize>, &str)> = edits.iter().map(|(range, with)| (range.clone(), with.as_str())).collect();
    passage.replace(&edits);
}

fn ordinal_ending(number: usize) -> &'static str {
    match (number % 100, number % 10) {
        (11..=13, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_after_a_preposition_is_written_in_figures() {
        let written = |text: &str| {
            let mut passage = Mapped::slice(text, 0..text.len());
            write_as_figures(&mut passage);
            passage.text().to_owned()
        };
        assert_eq!(written("away until the thirtieth"), "away until the 30th");
        assert_eq!(written("until the twenty-second, I think"), "until the 22nd, I think");
        assert_eq!(written("due by the third"), "due by the 3rd");
        assert_eq!(written("I had it on the ninth, and slept"), "I had it on the 9th, and slept");
        for other in [
            "on the second floor",
            "the third of three",
            "on the first of three days",
            "by the tenth time",
            "My flat is on the third.",
            "It gets worse by the second.",
            "on the first and second try",
        ] {
            assert_eq!(written(other), other);
        }
    }
}
