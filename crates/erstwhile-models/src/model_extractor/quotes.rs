//! Finds the words that a model quotes in the text that it read.

use std::collections::HashSet;
use std::ops::Range;

use erstwhile::text::words;

/// The place of a quotation in a text. Models change white space, case, and the shape of quotation marks and dashes;
/// nothing else is forgiven.
pub(super) fn find(text: &str, quote: &str) -> Option<Range<usize>> {
    let quote = quote.trim().trim_matches(['"', '\'', '“', '”', '…']).trim();
    let wanted: Vec<char> = folded(quote).map(|(_, folded)| folded).collect();
    if !wanted.iter().any(|character| character.is_alphanumeric()) {
        return None;
    }
    if let Some(at) = text.find(quote) {
        return Some(at..at + quote.len());
    }
    let (places, all): (Vec<usize>, Vec<char>) = folded(text).unzip();
    let at = all.windows(wanted.len()).position(|window| window == wanted)?;
    let start = *places.get(at)?;
    let last = *places.get(at + wanted.len() - 1)?;
    let end = last + text.get(last..)?.chars().next()?.len_utf8();
    Some(start..end)
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
pub(super) struct Words(HashSet<String>);

impl Words {
    pub(super) fn add(&mut self, text: &str) {
        self.0.extend(words(text));
    }

    /// The share of a text's words that are among these; 1 when it has none.
    pub(super) fn share(&self, text: &str) -> f64 {
        let all = words(text);
        if all.is_empty() {
            return 1.0;
        }
        all.iter().filter(|word| self.has(word)).count() as f64 / all.len() as f64
    }

    /// Whether a word, or one with the same beginning ("allergy", "allergic"), is among these.
    fn has(&self, word: &str) -> bool {
        const BEGINNING: usize = 5;
        if self.0.contains(word) {
            return true;
        }
        let beginning: String = word.chars().take(BEGINNING).collect();
        let is_long = beginning.chars().count() == BEGINNING && beginning.chars().all(char::is_alphabetic);
        is_long && self.0.iter().any(|known| known.starts_with(&beginning))
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
