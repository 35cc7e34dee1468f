//! Finds the words that a model quotes in the text that it read.

use std::collections::HashSet;
use std::ops::Range;

use erstwhile::text::{position_of_word, words};

use super::said_values::numbers;

/// The share of the words of a name or a value that must be said.
pub(super) const NAMED: f64 = 0.5;

/// The place of a quotation in a text. Models change white space, case, and the shape of quotation marks and dashes;
/// nothing else is forgiven.
pub(super) fn find(text: &str, quote: &str) -> Option<Range<usize>> {
    let quote = quote.trim().trim_matches(['"', '\'', '“', '”', '…']).trim();
    let wanted: Vec<char> = folded(quote).map(|(_, folded)| folded).collect();
    if !wanted.iter().any(|character| character.is_alphanumeric()) {
        return None;
    }
    if let Some(at) = position_of_word(text, quote) {
        return Some(at..at + quote.len());
    }
    let (places, all): (Vec<usize>, Vec<char>) = folded(text).unzip();
    let mut starts = all.windows(wanted.len()).enumerate().filter(|(_, window)| *window == wanted).map(|(at, _)| at);
    starts.find_map(|at| {
        let start = *places.get(at)?;
        let last = *places.get(at + wanted.len() - 1)?;
        let end = last + text.get(last..)?.chars().next()?.len_utf8();
        is_whole(text, start..end).then_some(start..end)
    })
}

/// Whether a range neither begins nor ends inside a word.
fn is_whole(text: &str, range: Range<usize>) -> bool {
    let Some(part) = text.get(range.clone()) else { return false };
    let joins = |one: Option<char>, other: Option<char>| {
        let is_inside = |c: char| c.is_alphanumeric() && !is_ideographic(c);
        one.is_some_and(is_inside) && other.is_some_and(is_inside)
    };
    let before = text.get(..range.start).and_then(|before| before.chars().next_back());
    let after = text.get(range.end..).and_then(|after| after.chars().next());
    !joins(before, part.chars().next()) && !joins(part.chars().next_back(), after)
}

/// Whether a script is written without spaces.
fn is_ideographic(character: char) -> bool {
    matches!(character, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{0e00}'..='\u{0e7f}')
}

/// The characters of a text in lower case and without white space, with their places.
fn folded(text: &str) -> impl Iterator<Item = (usize, char)> {
    text.char_indices().filter(|(_, character)| !character.is_whitespace()).flat_map(|(at, character)| {
        let plain = match character {
            '‘' | '’' | '`' | '´' => '\'',
            '“' | '”' | '„' => '"',
            '–' | '—' | '‑' => '-',
            other => other,
        };
        plain.to_lowercase().map(move |lower| (at, lower))
    })
}

/// The words that a claim may be made of: those of the text it is from, and those already known.
#[derive(Debug, Clone, Default)]
pub(super) struct Words {
    stems: HashSet<String>,
    numbers: HashSet<String>,
}

impl Words {
    pub(super) fn add(&mut self, text: &str) {
        self.stems.extend(words(text));
        self.numbers.extend(numbers(text));
    }

    /// The share of a text's words that are among these; 1 when it has none.
    pub(super) fn share(&self, text: &str) -> f64 {
        let all = words(text);
        if all.is_empty() {
            return 1.0;
        }
        all.iter().filter(|word| self.has(word)).count() as f64 / all.len() as f64
    }

    /// The share of a text's words that are exactly among these, but for endings; 1 when it has none.
    pub(super) fn share_exactly(&self, text: &str) -> f64 {
        let all = words(text);
        if all.is_empty() {
            return 1.0;
        }
        all.iter().filter(|word| self.stems.contains(*word)).count() as f64 / all.len() as f64
    }

    /// Whether all numbers of a text are among these.
    pub(super) fn has_numbers(&self, text: &str) -> bool {
        numbers(text).iter().all(|number| self.numbers.contains(number))
    }

    /// Whether a word, or one with the same beginning ("allergy", "allergic"), is among these.
    fn has(&self, word: &str) -> bool {
        const BEGINNING: usize = 5;
        if self.stems.contains(word) {
            return true;
        }
        let beginning: String = word.chars().take(BEGINNING).collect();
        let is_long = beginning.chars().count() == BEGINNING && beginning.chars().all(char::is_alphabetic);
        is_long && self.stems.iter().any(|known| known.starts_with(&beginning))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quotation_is_found_despite_white_space_case_and_marks() {
        let text = "Well,  I’ve\nmoved to Zürich — finally!";
        for (quote, found) in [
            ("moved to Zürich", Some("moved to Zürich")),
            ("i've moved", Some("I’ve\nmoved")),
            ("\"zürich - finally\"", Some("Zürich — finally")),
            ("moved to Zurich", None),
            ("moved to Basel", None),
            ("…", None),
            ("", None),
        ] {
            assert_eq!(find(text, quote).and_then(|range| text.get(range)), found, "{quote}");
        }
    }

    #[test]
    fn characters_that_grow_in_lower_case_keep_their_place() {
        let text = "İstanbul is HOME";
        assert_eq!(find(text, "is home").and_then(|range| text.get(range)), Some("is HOME"));
    }

    #[test]
    fn words_of_the_same_family_count() {
        let mut known = Words::default();
        known.add("I am allergic to peanuts.");
        assert!((known.share("a peanut allergy") - 1.0).abs() < f64::EPSILON);
        assert!(known.share("she robbed a bank") < 0.5);
    }
}
