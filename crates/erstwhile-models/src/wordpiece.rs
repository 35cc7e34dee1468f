//! The tokenizer of uncased BERT models: text cleaning, word splitting and word pieces.
//!
//! It produces the same ids as the `tokenizers` library with `BertNormalizer` (clean text, split at
//! ideographs, lower case, no accents), `BertPreTokenizer` and `WordPiece`, but without special tokens:
//! the text `[CLS]` is ordinary text. The algorithm is the published tokenizer of Devlin et al., *BERT* (2019).

mod tables;

use std::borrow::Cow;
use std::collections::HashMap;

use foldhash::fast::FixedState;
use unicode_normalization::UnicodeNormalization;

use self::tables::{IDEOGRAPHS, MARKS, PUNCTUATION, REMOVED};

/// Longer words become the unknown piece.
const MAX_WORD_CHARS: usize = 100;

/// Prefix of pieces that continue a word.
const CONTINUATION: &str = "##";

/// The piece for words that the vocabulary cannot represent.
const UNKNOWN: &str = "[UNK]";

/// A map from pieces to ids. The keys are fixed, so a fast hash without a random seed is safe.
type Pieces = HashMap<Cow<'static, str>, u32, FixedState>;

/// A tokenizer with its vocabulary of word pieces.
#[derive(Debug)]
pub(crate) struct WordPiece {
    /// Pieces that begin a word.
    first: Pieces,
    /// Pieces that continue a word, without their `##`.
    next: Pieces,
    /// Length in bytes of the longest piece in each map.
    longest_first: usize,
    longest_next: usize,
    unknown: u32,
    len: usize,
}

impl WordPiece {
    /// Parses a vocabulary with one piece per line; the line number is the id. Returns `None` if the
    /// unknown piece is missing.
    pub(crate) fn new(vocabulary: &'static str) -> Option<Self> {
        Self::of_pieces(vocabulary.lines().zip(0_u32..))
    }

    /// A vocabulary of pieces with their ids. Returns `None` if the unknown piece is missing.
    pub(crate) fn of_pieces(pieces: impl Iterator<Item = (impl Into<Cow<'static, str>>, u32)>) -> Option<Self> {
        let mut first = Pieces::default();
        let mut next = Pieces::default();
        let mut len = 0;
        for (piece, id) in pieces {
            let piece = piece.into();
            match piece {
                Cow::Borrowed(piece) if is_continuation(piece) => {
                    next.insert(Cow::Borrowed(&piece[CONTINUATION.len()..]), id)
                }
                Cow::Owned(piece) if is_continuation(&piece) => {
                    next.insert(Cow::Owned(piece[CONTINUATION.len()..].to_owned()), id)
                }
                piece => first.insert(piece, id),
            };
            len += 1;
        }
        let unknown = *first.get(UNKNOWN)?;
        let longest = |pieces: &Pieces| pieces.keys().map(|piece| piece.len()).max().unwrap_or(0);
        let (longest_first, longest_next) = (longest(&first), longest(&next));
        Some(Self { first, next, longest_first, longest_next, unknown, len })
    }

    /// Number of pieces; all ids are less than this.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Calls `sink` with the id of each piece of `text`, in order.
    pub(crate) fn each_id(&self, text: &str, mut sink: impl FnMut(u32)) {
        let mut words = WordSplitter { pieces: self, word: String::new(), ids: Vec::new(), sink: &mut sink };
        if text.is_ascii() {
            text.chars().filter(|&c| !c.is_ascii_control() || is_space(c)).for_each(|c| words.push(c));
        } else {
            text.chars()
                .filter(|&c| !is_in(&REMOVED, c))
                .flat_map(|c| {
                    // Decomposition does not move spaces, so it keeps the word breaks.
                    let is_ideograph = is_in(&IDEOGRAPHS, c);
                    [is_ideograph.then_some(' '), Some(c), is_ideograph.then_some(' ')].into_iter().flatten()
                })
                .nfd()
                .filter(|&c| !is_in(&MARKS, c))
                .flat_map(char::to_lowercase)
                .for_each(|c| words.push(c));
        }
        words.end();
    }

    /// Splits a word greedily into the longest pieces from the left. Leaves `ids` empty if the vocabulary
    /// cannot represent the word.
    fn split_word(&self, word: &str, ids: &mut Vec<u32>) {
        ids.clear();
        if word.chars().count() > MAX_WORD_CHARS {
            return;
        }
        let mut rest = word;
        while !rest.is_empty() {
            let (pieces, longest) =
                if ids.is_empty() { (&self.first, self.longest_first) } else { (&self.next, self.longest_next) };
            let found = (1..=rest.len().min(longest))
                .rev()
                .filter_map(|end| rest.split_at_checked(end))
                .find_map(|(piece, after)| pieces.get(piece).map(|&id| (id, after)));
            let Some((id, after)) = found else {
                ids.clear();
                return;
            };
            ids.push(id);
            rest = after;
        }
    }
}

/// Groups characters into words and passes the ids of their pieces to `sink`.
struct WordSplitter<'a, F> {
    pieces: &'a WordPiece,
    word: String,
    ids: Vec<u32>,
    sink: &'a mut F,
}

impl<F: FnMut(u32)> WordSplitter<'_, F> {
    /// Processes the next character of the cleaned text.
    fn push(&mut self, c: char) {
        if is_space(c) {
            self.end();
        } else if is_punctuation(c) {
            self.end();
            self.word.push(c);
            self.end();
        } else {
            self.word.push(c.to_ascii_lowercase());
        }
    }

    /// Ends the current word, if any.
    fn end(&mut self) {
        if self.word.is_empty() {
            return;
        }
        self.pieces.split_word(&self.word, &mut self.ids);
        if self.ids.is_empty() {
            (self.sink)(self.pieces.unknown);
        }
        for &id in &self.ids {
            (self.sink)(id);
        }
        self.word.clear();
    }
}

/// Whether a piece continues a word.
fn is_continuation(piece: &str) -> bool {
    piece.strip_prefix(CONTINUATION).is_some_and(|rest| !rest.is_empty())
}

/// Whether `c` separates words.
fn is_space(c: char) -> bool {
    match c {
        ' ' | '\t' | '\n' | '\r' => true,
        _ => !c.is_ascii() && c.is_whitespace(),
    }
}

/// Whether `c` is a word on its own.
fn is_punctuation(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_punctuation() } else { is_in(&PUNCTUATION, c) }
}

/// Whether `c` lies in one of the sorted `ranges`.
fn is_in(ranges: &[(char, char)], c: char) -> bool {
    let after = ranges.partition_point(|&(first, _)| first <= c);
    after.checked_sub(1).and_then(|i| ranges.get(i)).is_some_and(|&(_, last)| c <= last)
}

#[cfg(test)]
mod tests {
    use super::WordPiece;

    const VOCABULARY: &str = include_str!("../data/vocab.txt");

    fn ids(pieces: &WordPiece, text: &str) -> Vec<u32> {
        let mut ids = Vec::new();
        pieces.each_id(text, |id| ids.push(id));
        ids
    }

    #[test]
    fn agrees_with_the_reference_tokenizer() {
        let pieces = WordPiece::new(VOCABULARY).unwrap();
        let cases: serde_json::Value = serde_json::from_str(include_str!("../testdata/wordpiece.json")).unwrap();
        let cases = cases.as_array().unwrap();
        assert!(cases.len() >= 60);
        for case in cases {
            let text = case["text"].as_str().unwrap();
            let expected: Vec<u32> =
                case["ids"].as_array().unwrap().iter().map(|id| id.as_u64().unwrap() as u32).collect();
            assert_eq!(ids(&pieces, text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_vocabulary_without_the_unknown_piece_is_rejected() {
        assert!(WordPiece::new("a\nb\n").is_none());
    }

    #[test]
    fn special_tokens_in_text_are_ordinary_text() {
        let pieces = WordPiece::new(VOCABULARY).unwrap();
        let classify = VOCABULARY.lines().position(|piece| piece == "[CLS]").unwrap() as u32;
        assert!(!ids(&pieces, "[CLS]").contains(&classify));
    }

    proptest::proptest! {
        #[test]
        fn every_id_is_in_the_vocabulary(text in "\\PC{0,40}|[a-z ]{0,80}|.{0,20}") {
            let pieces = WordPiece::new("[UNK]\na\nb\n##a\n##bc\n##é").unwrap();
            pieces.each_id(&text, |id| assert!((id as usize) < pieces.len()));
        }
    }
}
