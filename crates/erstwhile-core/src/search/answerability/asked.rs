//! The words of a query, and which of them documents repeat.

use crate::search::bm25::{TextIndex, inverse_frequency};

/// Maximum number of words that are looked for: one for each bit of a set.
const WORDS_MAX: usize = 64;
/// The weights of words are those of an index of at least this many documents: a few documents do not show which words are
/// common, and that they lack a word tells little.
const DOCUMENTS_MIN: usize = 100;

/// The sets of words of a query that documents have.
pub(super) struct Said {
    /// By number; empty for most.
    sets: Vec<u64>,
    /// The documents that have one.
    numbers: Vec<u32>,
}

impl Said {
    /// The set of a document.
    pub(super) fn of(&self, number: u32) -> u64 {
        self.sets.get(number as usize).copied().unwrap_or_default()
    }

    /// The documents that have a word.
    pub(super) fn numbers(&self) -> impl Iterator<Item = u32> {
        self.numbers.iter().copied()
    }
}

/// The words of a query, with how much each counts in a text index.
pub(super) struct AskedWords {
    /// The term of each word, if a document has it, and its weight.
    terms: Vec<(Option<u32>, f32)>,
    total: f32,
}

impl AskedWords {
    /// The distinct words of a query, weighted as BM25 weights them; a word that no document has counts most.
    pub(super) fn new(query: &[String], index: &TextIndex, documents: usize) -> Self {
        let documents = documents.max(DOCUMENTS_MIN);
        let weighted = |word: &String| {
            let term = index.term(word).filter(|term| !index.postings(*term).is_empty());
            (term, inverse_frequency(documents, term.map_or(0, |term| index.postings(term).len())))
        };
        let terms: Vec<(Option<u32>, f32)> = query.iter().take(WORDS_MAX).map(weighted).collect();
        let total = terms.iter().map(|(_, weight)| weight).sum();
        Self { terms, total }
    }

    /// The set of words that each document has.
    pub(super) fn said_by(&self, index: &TextIndex, documents: usize) -> Said {
        let mut said = Said { sets: vec![0_u64; documents], numbers: Vec::new() };
        for (bit, (term, _)) in self.terms.iter().enumerate() {
            for (number, _) in term.iter().flat_map(|term| index.postings(*term)) {
                if let Some(set) = said.sets.get_mut(*number as usize) {
                    if *set == 0 {
                        said.numbers.push(*number);
                    }
                    *set |= 1 << bit;
                }
            }
        }
        said
    }

    /// The share of the largest of some sets of words, by weight. `counted` is what of a document's set counts: it is only
    /// called for the few that are larger than all before.
    pub(super) fn largest_share(
        &self,
        sets: impl Iterator<Item = (u32, u64)>,
        counted: impl Fn(u32, u64) -> u64,
    ) -> f32 {
        let (mut largest, mut last) = (0.0, (0, 0.0));
        for (number, said) in sets {
            // Most documents repeat the same words as the one before.
            if said != last.0 {
                last = (said, self.share(said));
            }
            if last.1 > largest {
                largest = self.share(counted(number, said)).max(largest);
            }
        }
        largest
    }

    fn share(&self, said: u64) -> f32 {
        let weights = self.terms.iter().enumerate().filter(|(bit, _)| said & (1 << bit) != 0);
        weights.map(|(_, (_, weight))| weight).sum::<f32>() / self.total
    }
}
