//! A hybrid index: full-text and vector search over documents of one kind.

use std::hash::{BuildHasher, Hash};

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use super::bm25::{TextHits, TextIndex};
use super::passages::PassageVectors;
use super::spaces::{QueryVector, VectorSpace};
use super::vector::VectorIndex;

/// A full-text and a vector index over the same documents.
#[derive(Debug)]
pub(super) struct HybridIndex<Id> {
    /// The numbers of documents, hashed by their ids in `ids`.
    numbers: HashTable<u32>,
    hasher: RandomState,
    ids: Vec<Option<Id>>,
    free: Vec<u32>,
    text: TextIndex,
    /// Those of the quick embedder.
    pub(super) vectors: VectorIndex,
    /// Those of the embedding model.
    pub(super) model_vectors: PassageVectors,
}

/// The scores of the two channels by document.
#[derive(Debug, Clone)]
pub(super) struct Channels {
    pub(super) text: TextHits,
    pub(super) cosines: Vec<f32>,
}

impl<Id: Copy + Eq + Hash> HybridIndex<Id> {
    pub(super) fn new(dimensions: usize, exact_max: usize) -> Self {
        Self {
            numbers: HashTable::new(),
            hasher: RandomState::default(),
            ids: Vec::new(),
            free: Vec::new(),
            text: TextIndex::default(),
            vectors: VectorIndex::new(dimensions, exact_max),
            model_vectors: PassageVectors::new(exact_max),
        }
    }

    pub(super) fn put(&mut self, id: Id, text: &str) -> u32 {
        let number = self.number(id).unwrap_or_else(|| {
            let number = self.free.pop().unwrap_or(self.ids.len() as u32);
            if number as usize == self.ids.len() {
                self.ids.push(None);
            }
            self.ids[number as usize] = Some(id);
            let (ids, hasher) = (&self.ids, &self.hasher);
            let hash = |number: &u32| hasher.hash_one(ids.get(*number as usize).copied().flatten());
            self.numbers.insert_unique(hash(&number), number, hash);
            self.vectors.remove(number);
            self.model_vectors.remove(number);
            number
        });
        // A changed text keeps its old vector until the new one arrives, so that it can still be found.
        self.text.put(number, text);
        number
    }

    pub(super) fn remove(&mut self, id: Id) {
        let hash = self.hasher.hash_one(Some(id));
        let entry = self.numbers.find_entry(hash, |number| self.ids.get(*number as usize) == Some(&Some(id)));
        if let Ok(entry) = entry {
            let (number, _) = entry.remove();
            self.ids[number as usize] = None;
            self.text.remove(number);
            self.vectors.remove(number);
            self.model_vectors.remove(number);
            self.free.push(number);
        }
    }

    /// Gives back memory that the present documents do not need, after many were added.
    pub(super) fn shrink(&mut self) {
        self.ids.shrink_to_fit();
        self.text.shrink();
        self.vectors.make_room(self.ids.len());
    }

    /// The number of a document.
    pub(super) fn number(&self, id: Id) -> Option<u32> {
        let hash = self.hasher.hash_one(Some(id));
        self.numbers.find(hash, |number| self.ids.get(*number as usize) == Some(&Some(id))).copied()
    }

    pub(super) fn id(&self, number: u32) -> Option<Id> {
        self.ids.get(number as usize).copied().flatten()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    /// The number of documents.
    pub(super) fn len(&self) -> usize {
        self.numbers.len()
    }

    /// One more than the greatest number that a document has had.
    pub(super) fn numbers_end(&self) -> usize {
        self.ids.len()
    }

    /// The scores of all documents for a query: its distinct words, sorted, and its vector.
    pub(super) fn search(&self, query: &[&str], vector: &QueryVector) -> Channels {
        let text = self.text.search(query);
        let cosines = match vector.space {
            VectorSpace::Quick => self.vectors.search(&vector.components, &text.scores),
            VectorSpace::Model => self.model_vectors.search(&vector.components, &text.scores, self.ids.len()),
        };
        let mut channels = Channels { text, cosines };
        channels.text.scores.resize(self.ids.len(), 0.0);
        channels.cosines.resize(self.ids.len(), 0.0);
        channels
    }

    /// The cosine of two documents.
    pub(super) fn similarity(&self, space: VectorSpace, left: u32, right: u32) -> f32 {
        self.similarity_to(space, left, self, right)
    }

    /// The cosine of a document and one of another index.
    pub(super) fn similarity_to<Other>(
        &self,
        space: VectorSpace,
        own: u32,
        other: &HybridIndex<Other>,
        number: u32,
    ) -> f32 {
        match space {
            VectorSpace::Quick => self.vectors.similarity_to(own, &other.vectors, number),
            VectorSpace::Model => self.model_vectors.similarity_to(own, &other.model_vectors, number),
        }
    }

    /// Whether each document has one of some words, by number.
    pub(super) fn with_any(&self, words: &[String]) -> Vec<bool> {
        let mut with_any = vec![false; self.ids.len()];
        for (number, _) in
            words.iter().filter_map(|word| self.text.term(word)).flat_map(|term| self.text.postings(term))
        {
            if let Some(with_any) = with_any.get_mut(*number as usize) {
                *with_any = true;
            }
        }
        with_any
    }

    /// Number of words of a document, without stop words.
    pub(super) fn words(&self, number: u32) -> u32 {
        self.text.length(number)
    }

    /// The full-text index.
    pub(super) fn text(&self) -> &TextIndex {
        &self.text
    }

    /// Approximate size in bytes.
    pub(super) fn weight(&self) -> usize {
        self.text.weight() + self.vectors.weight() + self.model_vectors.weight()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_document_has_its_number_until_it_is_removed_and_numbers_are_used_again() {
        let mut index = HybridIndex::<u64>::new(0, 10);
        let numbers: Vec<u32> = (0..100).map(|id| index.put(id, "tea")).collect();
        assert_eq!(index.put(7, "coffee"), numbers[7]);
        index.remove(7);
        index.remove(7);
        assert_eq!((index.number(7), index.id(numbers[7]), index.len()), (None, None, 99));
        assert_eq!(index.put(200, "tea"), numbers[7], "the free number");
        index.shrink();
        for id in (0..100).filter(|id| *id != 7).chain([200]) {
            assert_eq!(index.number(id).and_then(|number| index.id(number)), Some(id));
        }
    }
}
