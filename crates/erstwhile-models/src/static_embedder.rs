//! A static embedder: a built-in table with one vector for each word piece, no neural network.
//!
//! The vector of a text is the sum of the rows of its word pieces, scaled to unit length. The rows
//! are distilled from all-MiniLM-L6-v2 by `scripts/distill`. Their lengths are weights, so common
//! words contribute little. Embedding a text takes microseconds, and the table is part of the binary.

use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use erstwhile::error::Result as EngineResult;
use erstwhile::ports::Embedder;

use crate::wordpiece::WordPiece;

/// The table, in the layout that [`Table::read`] documents.
static TABLE: &[u8] = include_bytes!("../data/static-minilm-256.bin");

/// The word pieces, one per line; line numbers are row numbers.
static VOCABULARY: &str = include_str!("../data/vocab.txt");

/// Name and version of the vector space. Increment the version whenever the table changes.
const MODEL: &str = "static-minilm-256@1";

/// Errors of [`StaticEmbedder::new`]: the built-in files are damaged or do not match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StaticEmbedderError {
    /// The table does not start with the expected magic.
    #[error("the embedding table has no valid header")]
    Header,
    /// The table has an unsupported layout version.
    #[error("the embedding table has layout version {0}, expected {VERSION}")]
    Version(u32),
    /// The length of the table does not match its header, or it has zero dimensions.
    #[error("the embedding table is damaged: its length does not match {rows} rows of {dimensions} dimensions")]
    Length {
        /// Number of rows in the header.
        rows: u32,
        /// Components per row in the header.
        dimensions: u32,
    },
    /// The vocabulary does not belong to the table.
    #[error("the vocabulary has {pieces} usable pieces, but the embedding table has {rows} rows")]
    Vocabulary {
        /// Number of pieces in the vocabulary; zero if the unknown piece is missing.
        pieces: usize,
        /// Number of rows in the table.
        rows: u32,
    },
}

/// The first bytes of the table.
const MAGIC: &[u8; 8] = b"ERSTEMBD";

/// The layout version that [`Table::read`] supports.
const VERSION: u32 = 1;

/// Embeds texts as vectors of 256 components by summing rows of a built-in table.
///
/// Cloning is cheap. There is no limit on the length of a text.
#[derive(Debug, Clone)]
pub struct StaticEmbedder {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    pieces: WordPiece,
    table: Table,
}

impl StaticEmbedder {
    /// Loads the built-in table and vocabulary, which takes a few milliseconds; all embedders of a process share them.
    ///
    /// # Errors
    /// If the built-in files are damaged or do not match, which is a defect of the build.
    pub fn new() -> Result<Self, StaticEmbedderError> {
        static LOADED: OnceLock<Arc<Inner>> = OnceLock::new();
        if let Some(inner) = LOADED.get() {
            return Ok(Self { inner: inner.clone() });
        }
        let table = Table::read(TABLE)?;
        let rows = table.rows;
        let pieces = WordPiece::new(VOCABULARY).ok_or(StaticEmbedderError::Vocabulary { pieces: 0, rows })?;
        if pieces.len() != rows as usize {
            return Err(StaticEmbedderError::Vocabulary { pieces: pieces.len(), rows });
        }
        let inner = LOADED.get_or_init(|| Arc::new(Inner { pieces, table })).clone();
        Ok(Self { inner })
    }

    /// Returns the vector of `text`: 256 components with unit length, or all zeros if no word is known.
    pub fn embed_text(&self, text: &str) -> Vec<f32> {
        let Inner { pieces, table } = &*self.inner;
        let mut sum = vec![0.0; table.dimensions];
        pieces.each_id(text, |id| table.add_row(id, &mut sum));
        normalise(&mut sum);
        sum
    }
}

#[async_trait]
impl Embedder for StaticEmbedder {
    fn model(&self) -> &str {
        MODEL
    }

    fn dimensions(&self) -> usize {
        self.inner.table.dimensions
    }

    /// The vector of a text in another script than the Latin one is zero: the table knows its letters, but no words.
    async fn embed(&self, texts: &[&str]) -> EngineResult<Vec<Vec<f32>>> {
        let embed =
            |text: &&str| if is_mostly_latin(text) { self.embed_text(text) } else { vec![0.0; self.dimensions()] };
        Ok(texts.iter().map(embed).collect())
    }
}

/// Whether at least half of the letters of a text are of the Latin script, or it has none.
fn is_mostly_latin(text: &str) -> bool {
    if text.is_ascii() {
        return true;
    }
    let (mut letters, mut latin) = (0_usize, 0_usize);
    for letter in text.chars().filter(|letter| letter.is_alphabetic()) {
        letters += 1;
        latin += usize::from(matches!(letter, '\u{0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' | '\u{ff21}'..='\u{ff5a}'));
    }
    latin * 2 >= letters
}

/// Scales `vector` to unit length; a zero vector stays unchanged.
fn normalise(vector: &mut [f32]) {
    let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
    if length > 0.0 {
        for x in vector {
            *x /= length;
        }
    }
}

/// A quantized matrix: signed bytes with one scale per row.
#[derive(Debug)]
struct Table {
    rows: u32,
    /// Components per row.
    dimensions: usize,
    /// The factor for the values of each row.
    scales: Vec<f32>,
    /// `rows * dimensions` signed bytes in row-major order.
    values: &'static [u8],
}

impl Table {
    /// Parses a table; all numbers are little-endian.
    ///
    /// | bytes | content |
    /// |---|---|
    /// | 8 | magic |
    /// | 4 | layout version |
    /// | 4 | rows |
    /// | 4 | dimensions |
    /// | rows × 4 | scales, `f32` |
    /// | rows × dimensions | values, `i8` |
    fn read(data: &'static [u8]) -> Result<Self, StaticEmbedderError> {
        let data = data.strip_prefix(MAGIC).ok_or(StaticEmbedderError::Header)?;
        let (version, data) = take_u32(data)?;
        if version != VERSION {
            return Err(StaticEmbedderError::Version(version));
        }
        let (rows, data) = take_u32(data)?;
        let (dimensions, data) = take_u32(data)?;
        let damaged = StaticEmbedderError::Length { rows, dimensions };
        let scale_bytes = u64::from(rows) * 4;
        let expected = u64::from(rows).checked_mul(u64::from(dimensions)).ok_or(damaged)?;
        if dimensions == 0 || expected.checked_add(scale_bytes) != Some(data.len() as u64) {
            return Err(damaged);
        }
        let (scales, values) = data.split_at_checked(scale_bytes as usize).ok_or(damaged)?;
        let (scales, _) = scales.as_chunks();
        let scales = scales.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect();
        Ok(Self { rows, dimensions: dimensions as usize, scales, values })
    }

    /// Adds row `row` to `sum`; does nothing if the row does not exist.
    fn add_row(&self, row: u32, sum: &mut [f32]) {
        let row = row as usize;
        let start = row * self.dimensions;
        let values = self.values.get(start..start + self.dimensions);
        let (Some(values), Some(&scale)) = (values, self.scales.get(row)) else {
            return;
        };
        for (total, &value) in sum.iter_mut().zip(values) {
            *total += scale * f32::from(value.cast_signed());
        }
    }
}

/// Reads a number from the front of `data`.
fn take_u32(data: &[u8]) -> Result<(u32, &[u8]), StaticEmbedderError> {
    let (bytes, rest) = data.split_first_chunk().ok_or(StaticEmbedderError::Header)?;
    Ok((u32::from_le_bytes(*bytes), rest))
}

#[cfg(test)]
mod tests {
    use erstwhile::ports::Embedder;

    use super::{MAGIC, StaticEmbedder, StaticEmbedderError, Table};

    fn cosine(a: &[f32], b: &[f32]) -> f32 {
        a.iter().zip(b).map(|(x, y)| x * y).sum()
    }

    #[test]
    fn related_sentences_are_closer_than_unrelated_ones() {
        let embedder = StaticEmbedder::new().unwrap();
        let triples = [
            ("Where does she live?", "I moved to a house in Seattle.", "The soup needs more salt."),
            ("What pets do they have?", "My cat is called Oscar.", "The train leaves at noon."),
            ("What is her job?", "She works as a nurse in a hospital.", "It rained all weekend."),
            ("Which food makes him ill?", "He is allergic to peanuts.", "They painted the fence blue."),
            ("When is the wedding?", "We are getting married in June.", "This laptop is very slow."),
        ];
        for (question, answer, other) in triples {
            let [question_vector, answer_vector, other_vector] =
                [question, answer, other].map(|text| embedder.embed_text(text));
            let near = cosine(&question_vector, &answer_vector);
            let far = cosine(&question_vector, &other_vector);
            assert!(near > far, "{question:?}: {near} is not above {far}");
        }
    }

    #[test]
    fn vectors_match_the_reference_script() {
        let embedder = StaticEmbedder::new().unwrap();
        let cases: serde_json::Value = serde_json::from_str(include_str!("../testdata/static_embedder.json")).unwrap();
        for case in cases.as_array().unwrap() {
            let text = case["text"].as_str().unwrap();
            let vector = embedder.embed_text(text);
            let expected = case["vector"].as_array().unwrap();
            assert_eq!(vector.len(), expected.len());
            for (ours, theirs) in vector.iter().zip(expected) {
                let difference = f64::from(*ours) - theirs.as_f64().unwrap();
                assert!(difference.abs() < 1e-4, "{text:?} differs by {difference}");
            }
        }
    }

    #[test]
    fn vectors_have_unit_length() {
        let embedder = StaticEmbedder::new().unwrap();
        for text in ["a", "hello", "东京", &"long text ".repeat(10_000)] {
            let vector = embedder.embed_text(text);
            assert!((cosine(&vector, &vector) - 1.0).abs() < 1e-4);
        }
    }

    #[test]
    fn text_without_known_words_is_a_zero_vector() {
        let embedder = StaticEmbedder::new().unwrap();
        for text in ["", " \n\t", "\u{200b}", &"x".repeat(101)] {
            assert_eq!(embedder.embed_text(text), vec![0.0; 256], "{text:?}");
        }
    }

    #[tokio::test]
    async fn a_text_in_another_script_has_no_vector() {
        let texts = ["I live in Tokyo (東京)", "naïve café", "tea 🍵", "東京に住んでいます。", "ฉันอยู่ที่กรุงเทพ"];
        let vectors = StaticEmbedder::new().unwrap().embed(&texts).await.unwrap();
        let known = vectors.iter().map(|vector| vector.iter().any(|component| *component != 0.0));
        assert_eq!(known.collect::<Vec<_>>(), [true, true, true, false, false]);
    }

    #[tokio::test]
    async fn embed_returns_one_vector_per_text_in_order() {
        let embedder = StaticEmbedder::new().unwrap();
        let vectors = embedder.embed(&["one cat", "two dogs"]).await.unwrap();
        assert_eq!(vectors, [embedder.embed_text("one cat"), embedder.embed_text("two dogs")]);
        assert_eq!(embedder.dimensions(), 256);
        assert_eq!(embedder.model(), "static-minilm-256@1");
    }

    fn table(version: u32, rows: u32, dimensions: u32, body: usize) -> &'static [u8] {
        let mut data = MAGIC.to_vec();
        for number in [version, rows, dimensions] {
            data.extend(number.to_le_bytes());
        }
        data.extend(std::iter::repeat_n(0, body));
        data.leak()
    }

    #[test]
    fn damaged_tables_are_rejected() {
        assert!(Table::read(table(1, 2, 3, 14)).is_ok());
        assert_eq!(Table::read(b"nonsense").unwrap_err(), StaticEmbedderError::Header);
        assert_eq!(Table::read(MAGIC).unwrap_err(), StaticEmbedderError::Header);
        assert_eq!(Table::read(table(2, 2, 3, 14)).unwrap_err(), StaticEmbedderError::Version(2));
        for (rows, dimensions, body) in [(2, 3, 13), (2, 3, 15), (2, 0, 8), (u32::MAX, u32::MAX, 0)] {
            assert_eq!(
                Table::read(table(1, rows, dimensions, body)).unwrap_err(),
                StaticEmbedderError::Length { rows, dimensions },
            );
        }
    }
}
