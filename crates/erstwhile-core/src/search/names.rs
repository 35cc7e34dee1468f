//! Finds the names that occur in a text: those whose words all occur in it.

use foldhash::HashSet;
use smallvec::SmallVec;

use super::bm25::Terms;
use crate::text::words;

/// An inverted index of the documents' names.
#[derive(Debug, Default)]
pub(super) struct NameIndex {
    terms: Terms,
    /// Documents by term of their name.
    postings: Vec<SmallVec<[u32; 2]>>,
    /// Distinct terms of each document's name.
    names: Vec<Box<[u32]>>,
}

impl NameIndex {
    /// Sets the name of a document.
    pub(super) fn put(&mut self, document: u32, name: &str) {
        self.remove(document);
        let mut own = self.terms.of(name);
        own.dedup();
        self.postings.resize_with(self.terms.len(), SmallVec::new);
        for term in &own {
            self.postings[*term as usize].push(document);
        }
        let slot = document as usize;
        if self.names.len() <= slot {
            self.names.resize(slot + 1, Box::default());
        }
        self.names[slot] = own.into_boxed_slice();
    }

    /// Removes a document's name, if present.
    pub(super) fn remove(&mut self, document: u32) {
        let Some(name) = self.names.get_mut(document as usize) else { return };
        for term in std::mem::take(name) {
            self.postings[term as usize].retain(|known| *known != document);
        }
    }

    /// Returns the documents whose whole name occurs in a text, in arbitrary order.
    pub(super) fn named_in(&self, text: &str) -> Vec<u32> {
        let said: HashSet<u32> = words(text).iter().filter_map(|word| self.terms.find(word)).collect();
        let whole = |document: &&u32| self.names[**document as usize].iter().all(|word| said.contains(word));
        let named: HashSet<u32> =
            said.iter().flat_map(|term| self.postings[*term as usize].iter().filter(whole)).copied().collect();
        named.into_iter().collect()
    }

    /// Gives back memory that the present names do not need, after many were added.
    pub(super) fn shrink(&mut self) {
        self.terms.shrink();
        self.postings.iter_mut().for_each(SmallVec::shrink_to_fit);
        self.postings.shrink_to_fit();
        self.names.shrink_to_fit();
    }

    /// Approximate size in bytes.
    pub(super) fn weight(&self) -> usize {
        self.terms.weight() + self.names.iter().map(|name| 24 + name.len() * 8).sum::<usize>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_if_all_its_words_occur() {
        let mut names = NameIndex::default();
        for (document, name) in ["Mira Tolkes", "Mira Branvel", "Tolkes Mira Tolkes", "the"].iter().enumerate() {
            names.put(document as u32, name);
        }
        let named = |names: &NameIndex, text: &str| {
            let mut named = names.named_in(text);
            named.sort_unstable();
            named
        };
        assert_eq!(named(&names, "Where does mira TOLKES live?"), [0, 2]);
        assert_eq!(named(&names, "Who is Mira?"), [0_u32; 0]);
        names.put(1, "Mira");
        names.remove(0);
        assert_eq!(named(&names, "Who is Mira's friend Tolkes?"), [1, 2]);
    }
}
