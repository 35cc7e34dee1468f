//! Large values by a key that they contain: the table holds neither keys nor values, of which it would have room for up to
//! twice as many as there are.

use std::hash::{BuildHasher, Hash};

use foldhash::fast::RandomState;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

/// A value with its key.
pub(crate) trait Keyed {
    type Key: Eq + Hash + ?Sized;

    /// The key, which never changes.
    fn key(&self) -> &Self::Key;
}

/// A map of values, each in memory of its own.
#[derive(Debug, Clone)]
pub(crate) struct BoxedMap<T> {
    table: HashTable<Box<T>>,
    hasher: RandomState,
}

impl<T> Default for BoxedMap<T> {
    fn default() -> Self {
        Self { table: HashTable::new(), hasher: RandomState::default() }
    }
}

impl<T: Keyed> BoxedMap<T> {
    /// The value of a key.
    pub(crate) fn get(&self, key: &T::Key) -> Option<&T> {
        self.table.find(self.hasher.hash_one(key), |value| value.key() == key).map(Box::as_ref)
    }

    /// The same, to be changed.
    pub(crate) fn get_mut(&mut self, key: &T::Key) -> Option<&mut T> {
        self.table.find_mut(self.hasher.hash_one(key), |value| value.key() == key).map(Box::as_mut)
    }

    /// Whether a key has a value.
    pub(crate) fn contains_key(&self, key: &T::Key) -> bool {
        self.get(key).is_some()
    }

    /// Adds a value; returns the one that had its key.
    pub(crate) fn insert(&mut self, value: Box<T>) -> Option<Box<T>> {
        let (hash, hasher) = (self.hasher.hash_one(value.key()), &self.hasher);
        match self.table.entry(hash, |known| known.key() == value.key(), |known| hasher.hash_one(known.key())) {
            Entry::Occupied(mut known) => Some(std::mem::replace(known.get_mut(), value)),
            Entry::Vacant(place) => {
                place.insert(value);
                None
            }
        }
    }

    /// The value of a key; `new` makes it if there is none.
    pub(crate) fn get_or_insert_with(&mut self, key: &T::Key, new: impl FnOnce() -> T) -> &mut T {
        let (hash, hasher) = (self.hasher.hash_one(key), &self.hasher);
        let entry = self.table.entry(hash, |known| known.key() == key, |known| hasher.hash_one(known.key()));
        entry.or_insert_with(|| Box::new(new())).into_mut()
    }

    /// Removes the value of a key.
    pub(crate) fn remove(&mut self, key: &T::Key) -> Option<Box<T>> {
        let entry = self.table.find_entry(self.hasher.hash_one(key), |value| value.key() == key);
        entry.ok().map(|entry| entry.remove().0)
    }

    /// All values, in arbitrary order.
    pub(crate) fn values(&self) -> impl Iterator<Item = &T> {
        self.table.iter().map(Box::as_ref)
    }

    /// All values, in arbitrary order, to be changed; their keys must stay.
    pub(crate) fn values_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.table.iter_mut().map(Box::as_mut)
    }

    /// Number of values.
    pub(crate) fn len(&self) -> usize {
        self.table.len()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
    struct Word(u32, &'static str);

    impl Keyed for Word {
        type Key = u32;

        fn key(&self) -> &u32 {
            &self.0
        }
    }

    #[test]
    fn a_map_is_that_of_the_standard_library() {
        let (mut own, mut standard) = (BoxedMap::default(), BTreeMap::new());
        for step in 0..600_u32 {
            let key = step.wrapping_mul(2_654_435_761) % 97;
            let word = Word(key, if step % 2 == 0 { "even" } else { "odd" });
            if step % 3 == 2 {
                assert_eq!(own.remove(&key).map(|word| *word), standard.remove(&key), "step {step}");
            } else {
                assert_eq!(own.insert(Box::new(word.clone())).map(|word| *word), standard.insert(key, word));
            }
            let other = step.wrapping_mul(40_503) % 97;
            let known = standard.entry(other).or_insert(Word(other, "new"));
            assert_eq!(own.get_or_insert_with(&other, || Word(other, "new")), known);
            assert_eq!((own.get(&key), own.len()), (standard.get(&key), standard.len()), "step {step}");
            assert_eq!(own.contains_key(&key), standard.contains_key(&key));
        }
        if let Some(word) = own.get_mut(&1) {
            word.1 = "changed";
        }
        standard.entry(1).and_modify(|word| word.1 = "changed");
        let mut words: Vec<&Word> = own.values().collect();
        words.sort();
        assert!(words.into_iter().eq(standard.values()));
    }
}
