//! Full-text search with BM25.

use std::hash::BuildHasher;

use foldhash::HashMap;
use foldhash::fast::RandomState;
use hashbrown::HashTable;
use smallvec::SmallVec;

use crate::text::{for_each_word, stem};

/// Saturation of term frequency (Robertson and Zaragoza 2009, the usual value).
const K1: f32 = 1.2;
/// Document length normalization (the usual value).
const B: f32 = 0.75;

/// Numbers the distinct terms of an index. Remembers the terms of words, so that each word is stemmed once.
#[derive(Debug, Default)]
pub(super) struct Terms {
    /// The stems of all terms, one after the other: one allocation for all, as an index has very many.
    stems: String,
    terms: Vec<Term>,
    /// The numbers of terms, hashed by their stems.
    numbers: HashTable<u32>,
    hasher: RandomState,
    /// By word as written, of words that are not their own stem: most words are.
    by_word: HashMap<Box<str>, u32>,
}

/// What is known of a stem.
#[derive(Debug, Clone, Copy)]
struct Term {
    /// Where it ends in the stems.
    end: u32,
    /// Whether the stem has been met as a word whose stem it is.
    is_word: bool,
}

impl Terms {
    /// Returns the numbers of a text's terms, sorted, with repetitions; numbers new terms.
    pub(super) fn of(&mut self, text: &str) -> Vec<u32> {
        let mut said = Vec::new();
        for_each_word(text, |written| said.extend(self.term_of(written)));
        said.sort_unstable();
        said
    }

    fn term_of(&mut self, written: &str) -> Option<u32> {
        let is_word = |number: &u32| self.terms.get(*number as usize).is_some_and(|term| term.is_word);
        if let Some(number) = self.find(written).filter(is_word) {
            return Some(number);
        }
        if let Some(number) = self.by_word.get(written) {
            return Some(*number);
        }
        let stem = stem(written)?;
        let is_word = stem == written;
        let number = self.find(&stem).unwrap_or_else(|| self.add(&stem));
        self.terms[number as usize].is_word |= is_word;
        if !is_word {
            self.by_word.insert(written.into(), number);
        }
        Some(number)
    }

    fn add(&mut self, stem: &str) -> u32 {
        let number = self.terms.len() as u32;
        self.stems.push_str(stem);
        self.terms.push(Term { end: self.stems.len() as u32, is_word: false });
        let (stems, terms, hasher) = (&self.stems, &self.terms, &self.hasher);
        self.numbers
            .insert_unique(hasher.hash_one(stem), number, |number| hasher.hash_one(stem_of(stems, terms, *number)));
        number
    }

    /// The number of a normalized word.
    pub(super) fn find(&self, word: &str) -> Option<u32> {
        let is_same = |number: &u32| stem_of(&self.stems, &self.terms, *number) == word;
        self.numbers.find(self.hasher.hash_one(word), is_same).copied()
    }

    pub(super) fn len(&self) -> usize {
        self.terms.len()
    }

    /// Gives back memory that the present terms do not need.
    pub(super) fn shrink(&mut self) {
        self.stems.shrink_to_fit();
        self.terms.shrink_to_fit();
    }

    /// Approximate size in bytes.
    pub(super) fn weight(&self) -> usize {
        self.stems.len() + self.terms.len() * (size_of::<Term>() + 8) + self.by_word.len() * 48
    }
}

/// The stem of a term.
fn stem_of<'a>(stems: &'a str, terms: &[Term], number: u32) -> &'a str {
    let end = |number: usize| terms.get(number).map_or(0, |term| term.end as usize);
    let start = (number as usize).checked_sub(1).map_or(0, end);
    stems.get(start..end(number as usize)).unwrap_or_default()
}

/// The documents of a term, with the number of times. Most terms are in one or two documents, and need no memory of their
/// own.
type Postings = SmallVec<[(u32, u16); 2]>;

/// An inverted index with incremental updates.
///
/// Documents have dense numbers assigned by the caller, who may reuse the number of a removed document.
#[derive(Debug, Default)]
pub(super) struct TextIndex {
    terms: Terms,
    postings: Vec<Postings>,
    /// The terms of each document, for removing its postings.
    documents: Vec<Box<[u32]>>,
    lengths: Vec<u32>,
    alive: usize,
    total_length: u64,
}

/// The result of a full-text search.
#[derive(Debug, Clone, Default)]
pub(super) struct TextHits {
    /// BM25 score by document; zero without a match.
    pub(super) scores: Vec<f32>,
    /// Average number of words of a document.
    pub(super) average_length: f32,
}

impl TextIndex {
    /// Adds a document or replaces the one with its number.
    pub(super) fn put(&mut self, document: u32, text: &str) {
        self.remove(document);
        let said = self.terms.of(text);
        self.postings.resize_with(self.terms.len(), Postings::new);
        let mut own = Vec::new();
        for same in said.chunk_by(u32::eq) {
            let count = u16::try_from(same.len()).unwrap_or(u16::MAX);
            self.postings[same[0] as usize].push((document, count));
            own.push(same[0]);
        }
        let length = said.len() as u32;
        let slot = document as usize;
        if self.lengths.len() <= slot {
            self.lengths.resize(slot + 1, u32::MAX);
            self.documents.resize(slot + 1, Box::default());
        }
        self.documents[slot] = own.into_boxed_slice();
        self.lengths[slot] = length;
        self.alive += 1;
        self.total_length += u64::from(length);
    }

    /// Removes a document, if present.
    pub(super) fn remove(&mut self, document: u32) {
        let Some(length) = self.lengths.get_mut(document as usize) else { return };
        if *length == u32::MAX {
            return;
        }
        self.total_length -= u64::from(*length);
        *length = u32::MAX;
        self.alive -= 1;
        for term in std::mem::take(&mut self.documents[document as usize]) {
            let postings = &mut self.postings[term as usize];
            postings.retain(|(found, _)| *found != document);
        }
    }

    /// Scores every document for a query: its distinct words, sorted.
    pub(super) fn search(&self, query: &[&str]) -> TextHits {
        let terms: Vec<u32> = query.iter().filter_map(|word| self.terms.find(word)).collect();
        TextHits { scores: self.scores(&terms), average_length: self.average_length() }
    }

    /// Scores every document for terms.
    pub(super) fn scores(&self, terms: &[u32]) -> Vec<f32> {
        let mut scores = vec![0.0; self.lengths.len()];
        let average = self.average_length();
        for term in terms {
            let weight = self.rarity(*term);
            for (document, count) in self.postings(*term) {
                let length = self.lengths[*document as usize] as f32;
                scores[*document as usize] += weight * saturated(f32::from(*count), length / average);
            }
        }
        scores
    }

    /// The number of the term of a normalized word.
    pub(super) fn term(&self, word: &str) -> Option<u32> {
        self.terms.find(word)
    }

    /// The documents that have a term, with the number of times.
    pub(super) fn postings(&self, term: u32) -> &[(u32, u16)] {
        self.postings.get(term as usize).map_or(&[], Postings::as_slice)
    }

    /// The weight of a term in BM25.
    pub(super) fn rarity(&self, term: u32) -> f32 {
        inverse_frequency(self.alive, self.postings(term).len())
    }

    /// Number of words of a document; zero if there is none.
    pub(super) fn length(&self, document: u32) -> u32 {
        self.lengths.get(document as usize).copied().filter(|length| *length != u32::MAX).unwrap_or(0)
    }

    /// Average number of words of a document, at minimum one.
    pub(super) fn average_length(&self) -> f32 {
        (self.total_length as f32 / self.alive.max(1) as f32).max(1.0)
    }

    /// Gives back memory that the present documents do not need.
    pub(super) fn shrink(&mut self) {
        self.terms.shrink();
        self.postings.iter_mut().for_each(Postings::shrink_to_fit);
        self.postings.shrink_to_fit();
        self.documents.shrink_to_fit();
        self.lengths.shrink_to_fit();
    }

    /// Approximate size in bytes.
    pub(super) fn weight(&self) -> usize {
        let heap = |list: &Postings| if list.spilled() { list.capacity() * size_of::<(u32, u16)>() } else { 0 };
        let postings: usize = self.postings.iter().map(|list| heap(list) + size_of::<Postings>()).sum();
        let documents: usize = self.documents.iter().map(|terms| size_of_val::<[u32]>(terms) + 16).sum();
        postings + documents + self.terms.weight() + self.lengths.len() * 4
    }
}

/// The weight of a term that occurs in some of all documents.
pub(super) fn inverse_frequency(documents: usize, with_term: usize) -> f32 {
    let frequency = with_term as f32;
    (1.0 + (documents as f32 - frequency + 0.5) / (frequency + 0.5)).ln()
}

/// The part of BM25 that grows with the number of times a document has a term, up to `K1` + 1; `length` is relative to the
/// average.
pub(super) fn saturated(count: f32, length: f32) -> f32 {
    count * (K1 + 1.0) / (count + K1 * (1.0 - B + B * length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rare_word_outweighs_a_common_one() {
        let mut index = TextIndex::default();
        for (document, text) in ["tea and pottery", "tea and cake", "tea and biscuits"].iter().enumerate() {
            index.put(document as u32, text);
        }
        let hits = index.search(&["potteri", "tea"]);
        assert!(hits.scores[0] > hits.scores[1]);
    }

    #[test]
    fn words_of_one_stem_have_one_term_whichever_comes_first() {
        for texts in [["run", "running"], ["running", "run"]] {
            let mut terms = Terms::default();
            let of = texts.map(|text| terms.of(text));
            assert_eq!(of[0], of[1]);
            assert_eq!((terms.of("run RUNNING the runs"), terms.len()), (vec![0, 0, 0], 1));
            assert_eq!(terms.find("run"), Some(0));
        }
    }

    #[test]
    fn a_removed_document_is_not_found_and_no_longer_counted() {
        let mut index = TextIndex::default();
        index.put(0, "green tea");
        index.put(1, "black tea");
        index.remove(0);
        let hits = index.search(&["green", "tea"]);
        assert!(hits.scores[0] == 0.0 && hits.scores[1] > 0.0);
        index.put(1, "coffee");
        assert!(index.search(&["tea"]).scores[1] == 0.0);
    }
}
