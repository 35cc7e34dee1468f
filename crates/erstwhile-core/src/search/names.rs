//! Which entities a text names: those all of whose name's words stand in it.

use foldhash::HashSet;

use super::bm25::Terms;
use crate::text::words;

/// The names of documents, findable by the words in them; grows and shrinks a name at a time.
#[derive(Debug, Default)]
pub(super) struct NameIndex {
    terms: Terms,
    /// The documents whose name has a word.
    postings: Vec<Vec<u32>>,
    /// The words of each document's name, each once.
    names: Vec<Vec<u32>>,
}

impl NameIndex {
    /// Puts a name under a document's number.
    pub(super) fn put(&mut self, document: u32, name: &str) {
        self.remove(document);
        let mut own = self.terms.of(name);
        own.dedup();
        self.postings.resize_with(self.terms.len(), Vec::new);
        for term in &own {
            self.postings[*term as usize].push(document);
        }
        let slot = document as usize;
        if self.names.len() <= slot {
            self.names.resize(slot + 1, Vec::new());
        }
        self.names[slot] = own;
    }

    /// Forgets a document's name; an unknown one is no error.
    pub(super) fn remove(&mut self, document: u32) {
        let Some(name) = self.names.get_mut(document as usize) else { return };
        for term in std::mem::take(name) {
            self.postings[term as usize].retain(|known| *known != document);
        }
    }

    /// The documents whose whole name stands in a text, in no order.
    pub(super) fn named_in(&self, text: &str) -> Vec<u32> {
        let said: HashSet<u32> = words(text).iter().filter_map(|word| self.terms.find(word)).collect();
        let whole = |document: &&u32| self.names[**document as usize].iter().all(|word| said.contains(word));
        let named: HashSet<u32> =
            said.iter().flat_map(|term| self.postings[*term as usize].iter().filter(whole)).copied().collect();
        named.into_iter().collect()
    }

    /// Bytes that the index holds, roughly.
    pub(super) fn weight(&self) -> usize {
        self.terms.weight() + self.names.iter().map(|name| 24 + name.len() * 8).sum::<usize>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_when_all_of_it_is_said() {
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
