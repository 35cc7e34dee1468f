//! Collections of few items, of which an index has many: they take no more memory than their items.

use std::collections::{BTreeMap, BTreeSet};
use std::iter::{Chain, Flatten};
use std::{option, slice};

/// Number of items up to which a set is a sorted list.
const FEW: usize = 32;

/// A sorted set. Nearly all sets of an index have one or two items, for which a [`BTreeSet`] allocates room for eleven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum CompactSet<T> {
    /// One item.
    One(T),
    /// A sorted list.
    Few(Vec<T>),
    /// A tree, so that a large set does not move its items when it changes.
    #[expect(clippy::box_collection, reason = "the set itself is no larger than a list")]
    Many(Box<BTreeSet<T>>),
}

impl<T> Default for CompactSet<T> {
    fn default() -> Self {
        Self::Few(Vec::new())
    }
}

impl<T: Ord> CompactSet<T> {
    /// Adds an item, unless it is there.
    pub(crate) fn insert(&mut self, item: T) {
        match self {
            Self::Few(items) if items.is_empty() => *self = Self::One(item),
            Self::One(only) if *only == item => {}
            Self::One(_) => {
                if let Self::One(only) = std::mem::take(self) {
                    let mut both = Vec::with_capacity(2);
                    both.extend([only, item]);
                    both.sort_unstable();
                    *self = Self::Few(both);
                }
            }
            Self::Few(items) => {
                let Err(at) = items.binary_search(&item) else { return };
                if items.len() < FEW {
                    insert(items, at, item);
                } else {
                    let tree = std::mem::take(items).into_iter().chain([item]).collect();
                    *self = Self::Many(Box::new(tree));
                }
            }
            Self::Many(items) => drop(items.insert(item)),
        }
    }

    /// Removes an item, if it is there.
    pub(crate) fn remove(&mut self, item: &T) {
        match self {
            Self::One(only) if only == item => *self = Self::default(),
            Self::One(_) => {}
            Self::Few(items) => {
                if let Ok(at) = items.binary_search(item) {
                    items.remove(at);
                }
            }
            Self::Many(items) => drop(items.remove(item)),
        }
    }
}

impl<T> CompactSet<T> {
    /// Number of items.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::One(_) => 1,
            Self::Few(items) => items.len(),
            Self::Many(items) => items.len(),
        }
    }

    /// Whether there is no item.
    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Gives back memory that a list reserved while it grew.
    pub(crate) fn shrink(&mut self) {
        if let Self::Few(items) = self {
            items.shrink_to_fit();
        }
    }

    /// The items in order.
    pub(crate) fn iter(&self) -> Iter<'_, T> {
        let (few, many) = match self {
            Self::One(item) => (slice::from_ref(item), None),
            Self::Few(items) => (items.as_slice(), None),
            Self::Many(items) => (&[][..], Some(items.as_ref())),
        };
        few.iter().chain(many.into_iter().flatten())
    }
}

/// How many there are of each of some items. Nearly all lists have one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Counts<T> {
    /// A sorted list.
    Few(Vec<(T, u32)>),
    /// A tree, so that a large list does not move its items when it changes.
    Many(BTreeMap<T, u32>),
}

impl<T> Default for Counts<T> {
    fn default() -> Self {
        Self::Few(Vec::new())
    }
}

impl<T: Ord> Counts<T> {
    /// Adds one of an item.
    pub(crate) fn add(&mut self, item: T) {
        match self {
            Self::Few(counts) => match counts.binary_search_by(|(known, _)| known.cmp(&item)) {
                Ok(at) => counts[at].1 += 1,
                Err(at) if counts.len() < FEW => insert(counts, at, (item, 1)),
                Err(_) => *self = Self::Many(std::mem::take(counts).into_iter().chain([(item, 1)]).collect()),
            },
            Self::Many(counts) => *counts.entry(item).or_default() += 1,
        }
    }

    /// Removes one of an item, if there is any.
    pub(crate) fn remove(&mut self, item: &T) {
        match self {
            Self::Few(counts) => {
                if let Ok(at) = counts.binary_search_by(|(known, _)| known.cmp(item)) {
                    counts[at].1 -= 1;
                    if counts[at].1 == 0 {
                        counts.remove(at);
                    }
                }
            }
            Self::Many(counts) => {
                if let Some(count) = counts.get_mut(item) {
                    *count -= 1;
                    if *count == 0 {
                        counts.remove(item);
                    }
                }
            }
        }
    }

    /// Whether there is no item.
    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Self::Few(counts) => counts.is_empty(),
            Self::Many(counts) => counts.is_empty(),
        }
    }

    /// The only item; `None` if there are several, or none.
    pub(crate) fn only(&self) -> Option<&T> {
        match self {
            Self::Few(counts) => <&[_; 1]>::try_from(counts.as_slice()).ok().map(|[(item, _)]| item),
            Self::Many(counts) => counts.keys().next().filter(|_| counts.len() == 1),
        }
    }
}

/// The items of a set in order.
type Iter<'a, T> = Chain<slice::Iter<'a, T>, Flatten<option::IntoIter<&'a BTreeSet<T>>>>;

impl<'a, T> IntoIterator for &'a CompactSet<T> {
    type Item = &'a T;
    type IntoIter = Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// Adds an item to a list, which has room for no more than its items as long as they are few.
pub(crate) fn push<T>(items: &mut Vec<T>, item: T) {
    reserve_one(items);
    items.push(item);
}

/// Inserts an item into a list, like [`push`].
pub(crate) fn insert<T>(items: &mut Vec<T>, at: usize, item: T) {
    reserve_one(items);
    items.insert(at, item);
}

/// Makes room for one more item: exactly, if there are few.
fn reserve_one<T>(items: &mut Vec<T>) {
    /// Number of items from which on the room doubles.
    const EXACT: usize = 4;
    if items.len() < EXACT {
        items.reserve_exact(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_is_that_of_the_standard_library_whatever_its_size() {
        let (mut own, mut standard) = (CompactSet::default(), BTreeSet::new());
        for step in 0..400_u32 {
            let item = step.wrapping_mul(2_654_435_761) % 97;
            if step % 3 == 2 {
                own.remove(&item);
                standard.remove(&item);
            } else {
                own.insert(item);
                standard.insert(item);
            }
            assert!(own.iter().eq(standard.iter()), "step {step}");
            assert_eq!((own.len(), own.is_empty()), (standard.len(), standard.is_empty()));
        }
        assert!(matches!(own, CompactSet::Many(_)), "both forms were tried");
        let mut two = CompactSet::One(2);
        two.insert(1);
        assert!(two.iter().eq(&[1, 2]), "two items are sorted");
    }

    #[test]
    fn few_items_take_no_more_room_than_they_need() {
        let (mut set, mut list) = (CompactSet::default(), Vec::new());
        for item in 0..3_u64 {
            set.insert(item);
            push(&mut list, item);
            assert!(item > 0 || set == CompactSet::One(item));
        }
        assert!(matches!(&set, CompactSet::Few(items) if items.capacity() == 3));
        assert_eq!(size_of::<CompactSet<[u8; 16]>>(), size_of::<Vec<[u8; 16]>>());
        assert_eq!(list.capacity(), 3);
    }

    #[test]
    fn counts_are_those_of_a_tree_whatever_their_number() {
        let (mut own, mut standard) = (Counts::default(), BTreeMap::new());
        for step in 0..600_u32 {
            let item = step.wrapping_mul(2_654_435_761) % 47;
            if step % 3 == 2 || step > 400 {
                own.remove(&item);
                standard.entry(item).and_modify(|count| *count -= 1);
                standard.retain(|_, count| *count > 0);
            } else {
                own.add(item);
                *standard.entry(item).or_insert(0) += 1;
            }
            let only = standard.keys().next().filter(|_| standard.len() == 1);
            assert_eq!((own.is_empty(), own.only()), (standard.is_empty(), only), "step {step}");
            match &own {
                Counts::Few(counts) => assert!(counts.iter().map(|(item, count)| (item, count)).eq(&standard)),
                Counts::Many(counts) => assert_eq!(counts, &standard),
            }
        }
        assert!(matches!(own, Counts::Many(_)), "both forms were tried");
    }
}
