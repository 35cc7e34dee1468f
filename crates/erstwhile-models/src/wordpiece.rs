//! The tokenizer of uncased BERT models: cleaning, splitting into words, word pieces.
//!
//! It gives the ids that the `tokenizers` library gives with `BertNormalizer` (clean text, split at
//! ideographs, lower case, no accents), `BertPreTokenizer` and `WordPiece`, without special tokens:
//! a text that spells `[CLS]` is text like any other. The algorithm is that of Devlin et al., *BERT*
//! (2019), and its published tokenizer.

mod tables;

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use unicode_normalization::UnicodeNormalization;

use self::tables::{IDEOGRAPHS, MARKS, PUNCTUATION, REMOVED};

/// Words with more characters than this become the unknown piece.
const MAX_WORD_CHARS: usize = 100;

/// What stands before pieces that go on a word.
const CONTINUATION: &str = "##";

/// The piece for words that cannot be spelt.
const UNKNOWN: &str = "[UNK]";

/// A map from pieces to ids. The keys are fixed, so a fast hash without a random seed is safe.
type Pieces = HashMap<&'static str, u32, BuildHasherDefault<PieceHasher>>;

/// A vocabulary of word pieces, ready to split texts.
#[derive(Debug)]
pub(crate) struct WordPiece {
    /// Pieces that begin a word.
    first: Pieces,
    /// Pieces that go on a word, without their `##`.
    next: Pieces,
    /// Length in bytes of the longest piece of each map.
    longest_first: usize,
    longest_next: usize,
    unknown: u32,
    len: usize,
}

impl WordPiece {
    /// Reads a vocabulary, one piece a line; the line number is the id. `None` when it lacks the
    /// unknown piece.
    pub(crate) fn new(vocabulary: &'static str) -> Option<Self> {
        let mut first = Pieces::default();
        let mut next = Pieces::default();
        let mut len = 0;
        for (id, piece) in (0_u32..).zip(vocabulary.lines()) {
            match piece.strip_prefix(CONTINUATION) {
                Some(rest) if !rest.is_empty() => next.insert(rest, id),
                _ => first.insert(piece, id),
            };
            len += 1;
        }
        let unknown = *first.get(UNKNOWN)?;
        let longest = |pieces: &Pieces| pieces.keys().map(|piece| piece.len()).max().unwrap_or(0);
        let (longest_first, longest_next) = (longest(&first), longest(&next));
        Some(Self { first, next, longest_first, longest_next, unknown, len })
    }

    /// How many pieces there are; ids are below it.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Calls `sink` with the id of each piece of `text`, in order.
    pub(crate) fn each_id(&self, text: &str, mut sink: impl FnMut(u32)) {
        let mut words = Words { pieces: self, word: String::new(), ids: Vec::new(), sink: &mut sink };
        if text.is_ascii() {
            text.chars().filter(|&c| !c.is_ascii_control() || is_space(c)).for_each(|c| words.push(c));
        } else {
            text.chars()
                .filter(|&c| !is_in(&REMOVED, c))
                .flat_map(|c| {
                    // Spaces keep their place through decomposition, and so does the word break.
                    let apart = is_in(&IDEOGRAPHS, c);
                    [apart.then_some(' '), Some(c), apart.then_some(' ')].into_iter().flatten()
                })
                .nfd()
                .filter(|&c| !is_in(&MARKS, c))
                .flat_map(char::to_lowercase)
                .for_each(|c| words.push(c));
        }
        words.end();
    }

    /// Splits a word into the longest pieces from the left; leaves `ids` empty when it cannot.
    fn spell(&self, word: &str, ids: &mut Vec<u32>) {
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

/// Gathers characters into words and hands their pieces on.
struct Words<'a, F> {
    pieces: &'a WordPiece,
    word: String,
    ids: Vec<u32>,
    sink: &'a mut F,
}

impl<F: FnMut(u32)> Words<'_, F> {
    /// Takes the next character of the cleaned text.
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

    /// Ends the word, if one has begun.
    fn end(&mut self) {
        if self.word.is_empty() {
            return;
        }
        self.pieces.spell(&self.word, &mut self.ids);
        if self.ids.is_empty() {
            (self.sink)(self.pieces.unknown);
        }
        for &id in &self.ids {
            (self.sink)(id);
        }
        self.word.clear();
    }
}

/// Whether words end at `c`.
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

/// A multiplicative hash over eight bytes at a time.
#[derive(Debug, Default)]
struct PieceHasher(u64);

impl PieceHasher {
    /// An odd number with well mixed bits: 2^64 divided by the golden ratio.
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;

    fn mix(&mut self, value: u64) {
        self.0 = (self.0.rotate_left(23) ^ value).wrapping_mul(Self::FACTOR);
    }
}

impl Hasher for PieceHasher {
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            // Short chunks are told apart by the end mark that `str` writes.
            self.mix(chunk.iter().rev().fold(0, |value, &byte| value << 8 | u64::from(byte)));
        }
    }

    fn write_u8(&mut self, value: u8) {
        self.mix(u64::from(value));
    }

    fn finish(&self) -> u64 {
        // The table takes its bucket from the low bits; the high ones are mixed best.
        self.0 ^ self.0 >> 32
    }
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
    fn a_vocabulary_without_the_unknown_piece_is_refused() {
        assert!(WordPiece::new("a\nb\n").is_none());
    }

    #[test]
    fn text_that_spells_a_special_token_is_only_text() {
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
