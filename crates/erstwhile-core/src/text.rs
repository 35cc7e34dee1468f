//! Text as it is compared: words folded, stemmed and freed of stop words.

use std::sync::LazyLock;

use foldhash::HashSet;
use rust_stemmers::{Algorithm, Stemmer};
use unicode_normalization::UnicodeNormalization;

pub mod sentences;

static STEMMER: LazyLock<Stemmer> = LazyLock::new(|| Stemmer::create(Algorithm::English));

/// English words that carry no topic.
const STOP_WORDS: &[&str] = &[
    "a", "about", "after", "all", "also", "am", "an", "and", "any", "are", "as", "at", "be", "because", "been",
    "before", "being", "but", "by", "can", "could", "did", "do", "does", "doing", "for", "from", "had", "has", "have",
    "having", "he", "her", "here", "hers", "him", "his", "how", "i", "if", "in", "into", "is", "it", "its", "just",
    "me", "my", "no", "not", "of", "on", "or", "our", "ours", "out", "she", "should", "so", "some", "such", "than",
    "that", "the", "their", "theirs", "them", "then", "there", "these", "they", "this", "those", "to", "too", "up",
    "was", "we", "were", "what", "when", "where", "which", "while", "who", "whom", "whose", "why", "will", "with",
    "would", "you", "your", "yours", "s", "t", "d", "ll", "m", "re", "ve", "don",
];

static STOPS: LazyLock<HashSet<&'static str>> = LazyLock::new(|| STOP_WORDS.iter().copied().collect());

/// The words of a text in the form in which they are compared: NFKC, lower case, stemmed, without
/// stop words. Scripts without spaces give one word for each character.
pub fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    each_written(text, |written| words.extend(counted_as(written)));
    words
}

/// What a word that is written so counts as; a stop word counts as nothing.
pub(crate) fn counted_as(written: &str) -> Option<String> {
    (!STOPS.contains(written)).then(|| STEMMER.stem(written).into_owned())
}

/// Hands on each word of a text as it is written, but for NFKC and in lower case.
pub(crate) fn each_written(text: &str, mut hand_on: impl FnMut(&str)) {
    let mut word = String::new();
    let mut end = |word: &mut String| {
        if !word.is_empty() {
            hand_on(word);
        }
        word.clear();
    };
    if text.is_ascii() {
        // What most texts are, without looking characters up: NFKC leaves ASCII as it is.
        for byte in text.bytes() {
            if byte.is_ascii_alphanumeric() {
                word.push(char::from(byte.to_ascii_lowercase()));
            } else {
                end(&mut word);
            }
        }
        end(&mut word);
        return;
    }
    for character in text.nfkc().flat_map(char::to_lowercase) {
        if is_ideographic(character) {
            end(&mut word);
            word.push(character);
            end(&mut word);
        } else if character.is_alphanumeric() {
            word.push(character);
        } else {
            // Also at an apostrophe: "Anna's" is "anna", and what follows carries no topic.
            end(&mut word);
        }
    }
    end(&mut word);
}

fn is_ideographic(character: char) -> bool {
    matches!(character, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{2fa1f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_folded_stemmed_and_freed_of_stop_words() {
        assert_eq!(words("The Runners were RUNNING to Anna’s pottery"), ["runner", "run", "anna", "potteri"]);
    }

    #[test]
    fn scripts_without_spaces_give_characters() {
        assert_eq!(words("我爱北京"), ["我", "爱", "北", "京"]);
    }
}
