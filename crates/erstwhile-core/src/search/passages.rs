//! The passages of a text, which an embedding model embeds one by one, and their vectors.
//!
//! A query is usually about one passage of a long text, so the text is as near to a query as its nearest passage. The mean
//! of all passages would move every long text towards the same general direction, as embedding a whole text does.

use foldhash::HashMap;

use super::vector::VectorIndex;

/// Maximum number of characters of a passage: about 250 tokens, as many as small sentence encoders read.
const CHARACTERS_MAX: usize = 1_000;
/// Maximum number of passages of a text; the rest is found by its words.
const PASSAGES_MAX: usize = 32;

/// Splits a text into passages: at the end of a sentence or line in their second half, else between two words.
pub(super) fn passages(text: &str) -> Vec<&str> {
    let mut rest = text.trim();
    let mut passages = Vec::new();
    while !rest.is_empty() && passages.len() < PASSAGES_MAX {
        let (passage, after) = rest.split_at(passage_end(rest));
        passages.push(passage.trim_end());
        rest = after.trim_start();
    }
    passages
}

/// Where the first passage of a text ends.
fn passage_end(text: &str) -> usize {
    let Some((limit, _)) = text.char_indices().nth(CHARACTERS_MAX) else { return text.len() };
    let head = &text[..limit];
    let mut places = head.char_indices().map(|(at, character)| (at + character.len_utf8(), character)).rev();
    let is_end = |character: char| matches!(character, '.' | '!' | '?' | '\n' | '。' | '！' | '？');
    let sentence = places.clone().take(CHARACTERS_MAX / 2).find(|(_, character)| is_end(*character));
    let space = || places.find(|(_, character)| character.is_whitespace());
    sentence.or_else(space).map_or(limit, |(end, _)| end)
}

/// The vectors of the passages of documents.
#[derive(Debug)]
pub(super) struct PassageVectors {
    exact_max: usize,
    /// One row for each passage; absent until the first vector tells the number of dimensions.
    rows: Option<VectorIndex>,
    rows_of: HashMap<u32, Vec<u32>>,
    document_of: Vec<Option<u32>>,
    free: Vec<u32>,
}

impl PassageVectors {
    /// Creates an empty index, exact up to `exact_max` passages.
    pub(super) fn new(exact_max: usize) -> Self {
        Self { exact_max, rows: None, rows_of: HashMap::default(), document_of: Vec::new(), free: Vec::new() }
    }

    /// Sets the vectors of a document's passages.
    pub(super) fn put(&mut self, document: u32, vectors: &[Vec<f32>]) {
        self.remove(document);
        let Some(first) = vectors.first() else { return };
        let exact_max = self.exact_max;
        let rows = self.rows.get_or_insert_with(|| VectorIndex::new(first.len(), exact_max));
        let numbers = vectors.iter().map(|vector| {
            let row = self.free.pop().unwrap_or(self.document_of.len() as u32);
            if row as usize == self.document_of.len() {
                self.document_of.push(None);
            }
            self.document_of[row as usize] = Some(document);
            rows.put(row, vector);
            row
        });
        let numbers: Vec<u32> = numbers.collect();
        self.rows_of.insert(document, numbers);
    }

    /// Removes a document.
    pub(super) fn remove(&mut self, document: u32) {
        let (Some(numbers), Some(rows)) = (self.rows_of.remove(&document), &mut self.rows) else { return };
        for row in numbers {
            rows.remove(row);
            self.document_of[row as usize] = None;
            self.free.push(row);
        }
    }

    /// The number of dimensions; `None` while there is no vector.
    pub(super) fn dimensions(&self) -> Option<usize> {
        self.rows.as_ref().map(VectorIndex::dimensions)
    }

    /// Removes everything.
    pub(super) fn clear(&mut self) {
        *self = Self::new(self.exact_max);
    }

    /// The cosine of a normalized query and the nearest passage of each document; zero for documents without vectors.
    /// `found` are the full-text scores of documents, see [`VectorIndex::search`].
    pub(super) fn search(&self, query: &[f32], found: &[f32], documents: usize) -> Vec<f32> {
        let Some(rows) = &self.rows else { return vec![0.0; documents] };
        let score = |document: &Option<u32>| document.and_then(|document| found.get(document as usize).copied());
        let found: Vec<f32> = self.document_of.iter().map(|document| score(document).unwrap_or(0.0)).collect();
        let mut nearest = vec![f32::NEG_INFINITY; documents];
        for (document, cosine) in self.document_of.iter().zip(rows.search(query, &found)) {
            if let Some(nearest) = document.and_then(|document| nearest.get_mut(document as usize)) {
                *nearest = nearest.max(cosine);
            }
        }
        nearest.into_iter().map(|nearest| if nearest.is_finite() { nearest } else { 0.0 }).collect()
    }

    /// The greatest cosine of a passage of a document and one of a document of another index.
    pub(super) fn similarity_to(&self, own: u32, other: &Self, number: u32) -> f32 {
        let (Some(rows), Some(others)) = (&self.rows, &other.rows) else { return 0.0 };
        let (left, right) = (self.rows_of(own), other.rows_of(number));
        let pairs = left.iter().flat_map(|one| right.iter().map(move |another| (*one, *another)));
        pairs.map(|(one, another)| rows.similarity_to(one, others, another)).reduce(f32::max).unwrap_or(0.0)
    }

    /// The rows of a document's passages.
    fn rows_of(&self, document: u32) -> &[u32] {
        self.rows_of.get(&document).map_or(&[], Vec::as_slice)
    }

    /// Approximate size in bytes.
    pub(super) fn weight(&self) -> usize {
        /// Approximate size of the tables, for each row.
        const ROW: usize = 48;
        self.rows.as_ref().map_or(0, VectorIndex::weight) + self.document_of.len() * ROW
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::EXACT_MAX;

    #[test]
    fn a_short_text_is_one_passage_and_nothing_is_none() {
        assert_eq!(passages(" I live in Lyon. "), ["I live in Lyon."]);
        assert!(passages(" \n").is_empty());
    }

    #[test]
    fn a_long_text_is_cut_between_sentences_and_nothing_is_lost() {
        let text = "The boat is ready. ".repeat(150);
        let cut = passages(&text);
        assert_eq!(cut.len(), 3);
        assert!(cut.iter().all(|passage| passage.len() <= CHARACTERS_MAX && passage.ends_with("ready.")));
        assert_eq!(cut.join(" "), text.trim_end());
    }

    #[test]
    fn a_text_without_ends_is_cut_between_words_and_one_without_spaces_anywhere() {
        let words = "boat ".repeat(400);
        assert!(passages(&words).iter().all(|passage| passage.ends_with("boat")));
        let unspaced = "舟".repeat(2_500);
        assert_eq!(
            passages(&unspaced).iter().map(|passage| passage.chars().count()).collect::<Vec<_>>(),
            [1_000, 1_000, 500]
        );
        assert_eq!(passages(&"x".repeat(1_000_000)).len(), PASSAGES_MAX);
    }

    #[test]
    fn a_text_is_as_near_as_its_nearest_passage() {
        let mut index = PassageVectors::new(EXACT_MAX);
        index.put(1, &[vec![1.0, 0.0], vec![0.0, 1.0]]);
        index.put(0, &[vec![0.6, 0.8]]);
        let cosines = index.search(&[0.0, 1.0], &[], 3);
        assert!((cosines[1] - 1.0).abs() < 0.01 && (cosines[0] - 0.8).abs() < 0.01 && cosines[2] == 0.0);
        assert!((index.similarity_to(0, &index, 1) - 0.8).abs() < 0.01);
    }

    #[test]
    fn a_replaced_or_removed_text_leaves_no_passage() {
        let mut index = PassageVectors::new(EXACT_MAX);
        index.put(0, &[vec![1.0, 0.0], vec![0.0, 1.0]]);
        index.put(0, &[vec![1.0, 0.0]]);
        assert!(index.search(&[0.0, 1.0], &[], 1)[0].abs() < 0.01);
        index.remove(0);
        index.put(1, &[vec![0.0, 1.0]]);
        assert_eq!(index.search(&[1.0, 0.0], &[], 2), [0.0, 0.0]);
        assert_eq!(index.document_of.len(), 2);
    }
}
