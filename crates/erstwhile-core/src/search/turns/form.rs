//! What the text of a turn looks like, as far as ranking needs it. Pure.

use crate::text::MONTHS;

/// Words that are a time by themselves, besides most months.
const TIMES: &[&str] = &[
    "ago",
    "friday",
    "monday",
    "recently",
    "saturday",
    "since",
    "sunday",
    "thursday",
    "today",
    "tomorrow",
    "tonight",
    "tuesday",
    "wednesday",
    "yesterday",
];
/// Words that are a time after "last", "next" or "this".
const PERIODS: &[&str] = &[
    "autumn",
    "fall",
    "friday",
    "monday",
    "month",
    "morning",
    "night",
    "saturday",
    "spring",
    "summer",
    "sunday",
    "thursday",
    "tuesday",
    "wednesday",
    "week",
    "weekend",
    "winter",
    "year",
];
/// Units of a length of time after a number.
const UNITS: &[&str] = &["days", "hours", "minutes", "months", "weeks", "years"];
/// Words for a number.
const NUMBERS: &[&str] = &["couple", "few", "five", "four", "of", "several", "six", "ten", "three", "two"];

/// The form of a turn.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::search) struct TurnForm {
    /// It names a time or a length of time.
    pub(in crate::search) has_time: bool,
    /// It ends with a question mark.
    pub(in crate::search) ends_with_question: bool,
}

impl TurnForm {
    /// The form of a text.
    pub(super) fn of(text: &str) -> Self {
        let mut form = Self { has_time: false, ends_with_question: text.trim_end().ends_with(['?', '？', '؟']) };
        let mut before = String::new();
        for written in text.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty()) {
            let word = written.to_lowercase();
            if is_time(&before, &word, written) {
                form.has_time = true;
                break;
            }
            before = word;
        }
        form
    }
}

/// Whether a word, after another, names a time.
fn is_time(before: &str, word: &str, written: &str) -> bool {
    let is_number = |word: &str| word.bytes().all(|byte| byte.is_ascii_digit());
    let is_ordinal = || {
        let digits = word.trim_end_matches(char::is_alphabetic);
        matches!(digits.len(), 1 | 2) && is_number(digits) && matches!(&word[digits.len()..], "st" | "nd" | "rd" | "th")
    };
    // Without a capital letter, these two are usually no months.
    let is_month = || MONTHS.contains(&word) && !matches!(written, "may" | "march");
    TIMES.contains(&word)
        || (matches!(before, "last" | "next" | "this") && PERIODS.contains(&word))
        || ((is_number(before) && !before.is_empty() || NUMBERS.contains(&before)) && UNITS.contains(&word))
        || (word.len() == 4 && is_number(word))
        || is_ordinal()
        || is_month()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_found() {
        for text in
            ["We met yesterday", "next week then", "on the 3rd", "in 2021", "two weeks later", "5 days", "in May"]
        {
            assert!(TurnForm::of(text).has_time, "{text}");
        }
        for text in ["You may go", "the last straw", "a few friends", "12 eggs", ""] {
            assert!(!TurnForm::of(text).has_time, "{text}");
        }
    }

    #[test]
    fn a_question_at_the_end_is_found() {
        assert!(TurnForm::of("I flew to Oslo. Have you been there? ").ends_with_question);
        assert!(!TurnForm::of("Am I late? It seems so.").ends_with_question);
    }
}
