//! Text normalization: folded and stemmed words without stop words.

use std::ops::RangeInclusive;
use std::sync::LazyLock;

use foldhash::HashSet;
use rust_stemmers::{Algorithm, Stemmer};
use unicode_normalization::UnicodeNormalization;

mod inert;
mod number_words;
pub mod sentences;

pub use inert::inert;
pub use number_words::{NUMBER_WORDS, number_of_word};

static STEMMER: LazyLock<Stemmer> = LazyLock::new(|| Stemmer::create(Algorithm::English));

/// Stemmers of the languages that most texts in another script are written in, by the range of the script.
static OTHER_STEMMERS: LazyLock<Vec<(RangeInclusive<char>, Stemmer)>> = LazyLock::new(|| {
    [
        ('\u{370}'..='\u{3ff}', Algorithm::Greek),
        ('\u{400}'..='\u{52f}', Algorithm::Russian),
        ('\u{600}'..='\u{6ff}', Algorithm::Arabic),
        ('\u{b80}'..='\u{bff}', Algorithm::Tamil),
    ]
    .map(|(script, language)| (script, Stemmer::create(language)))
    .into()
});

/// The English names of the months, in lower case.
pub(crate) const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// English stop words.
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

/// Returns the words of a text, normalized for comparison: NFKC, lower case, stemmed, without stop words. In
/// scripts without spaces, each character and each pair of characters is a word, in Thai and its kin each pair.
pub fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    for_each_word(text, |word| words.extend(stem(word)));
    words
}

/// Whether a text contains another as whole words; both are compared as they are.
pub fn contains_word(text: &str, part: &str) -> bool {
    position_of_word(text, part).is_some()
}

/// The first position at which a text contains another as whole words; both are compared as they are.
pub fn position_of_word(text: &str, part: &str) -> Option<usize> {
    if part.is_empty() {
        return None;
    }
    let is_edge = |character: Option<char>, own: Option<char>| {
        let both = |character: char| own.is_some_and(char::is_alphanumeric) && character.is_alphanumeric();
        !character.is_some_and(|character| both(character) && !is_ideographic(character))
    };
    text.match_indices(part).map(|(at, _)| at).find(|at| {
        let (before, after) = (text[..*at].chars().next_back(), text[at + part.len()..].chars().next());
        is_edge(before, part.chars().next()) && is_edge(after, part.chars().next_back())
    })
}

/// Returns the stem of a word; `None` for a stop word.
pub(crate) fn stem(word: &str) -> Option<String> {
    let first = word.chars().next().filter(|first| !first.is_ascii());
    if let Some((_, other)) = first.and_then(|first| OTHER_STEMMERS.iter().find(|(script, _)| script.contains(&first)))
    {
        return Some(other.stem(word).into_owned());
    }
    (!STOPS.contains(word)).then(|| STEMMER.stem(word).into_owned())
}

/// Calls `visit` with each word of a text, in NFKC and lower case.
pub(crate) fn for_each_word(text: &str, mut visit: impl FnMut(&str)) {
    let mut word = String::new();
    let mut end = |word: &mut String| {
        if !word.is_empty() {
            visit(word);
        }
        word.clear();
    };
    if text.is_ascii() {
        // Fast path for most texts: NFKC does not change ASCII.
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
    let mut before = None;
    for character in text.nfkc().flat_map(char::to_lowercase) {
        let unspaced = Unspaced::of(character);
        if unspaced.is_some() {
            end(&mut word);
            // Two characters next to each other are nearly a word: without them, 東京 is as near to 北京 as to itself.
            if let Some(before) = before {
                word.extend([before, character]);
                end(&mut word);
            }
            if unspaced == Some(Unspaced::Ideographic) {
                word.push(character);
                end(&mut word);
            }
        } else if character.is_alphanumeric() {
            word.push(character);
        } else {
            // An apostrophe ends a word, too: "Anna's" becomes "anna", because the rest of the word is a stop word.
            end(&mut word);
        }
        before = unspaced.map(|_| character);
    }
    end(&mut word);
}

/// Scripts that are written without spaces between words, or in which words have endings without number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unspaced {
    /// Chinese, Japanese and Korean, in which one character may be a word.
    Ideographic,
    /// Thai, Lao, Burmese and Khmer, in which it seldom is.
    Alphabetic,
}

impl Unspaced {
    fn of(character: char) -> Option<Self> {
        if is_ideographic(character) || matches!(character, '\u{ac00}'..='\u{d7a3}') {
            Some(Self::Ideographic)
        } else {
            matches!(character, '\u{0e00}'..='\u{0eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}')
                .then_some(Self::Alphabetic)
        }
    }
}

fn is_ideographic(character: char) -> bool {
    matches!(character, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{2fa1f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_folded_and_stemmed_without_stop_words() {
        assert_eq!(words("The Runners were RUNNING to Anna’s pottery"), ["runner", "run", "anna", "potteri"]);
    }

    #[test]
    fn a_word_is_found_only_as_a_whole() {
        assert_eq!(position_of_word("annabel and ann lee.", "ann lee"), Some(12));
        assert!(!contains_word("annabel", "ann") && !contains_word("ann", ""));
        assert!(contains_word("我爱北京", "北京") && contains_word("uses c++.", "c++"));
    }

    #[test]
    fn scripts_without_spaces_are_split_into_characters_and_pairs() {
        assert_eq!(words("我爱北京 and 京"), ["我", "我爱", "爱", "爱北", "北", "北京", "京", "京"]);
        assert_eq!(words("ไทย 2"), ["ไท", "ทย", "2"]);
        assert_eq!(words("서울에"), ["서", "서울", "울", "울에", "에"]);
    }

    #[test]
    fn words_of_other_scripts_have_their_own_stems() {
        assert_eq!(words("Москва"), words("Москве"));
        assert_eq!(words("Αθήνα"), words("Αθήνας"));
    }
}
