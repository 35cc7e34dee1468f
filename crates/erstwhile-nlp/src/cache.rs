//! Vectors of words that occurred before.

use crate::hash::murmur64;
use crate::lexeme::FeatureInput;
use crate::tok2vec::WIDTH;

/// The number of words that are kept. With their vectors they take 3.3 MB.
const SLOTS: usize = 4096;
/// Longer words are not kept.
const LONGEST: usize = 30;

/// Which word a slot holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Key {
    text: [u8; LONGEST],
    length: u8,
    space_after: bool,
    norm: u64,
}

/// The vectors of a word in the two encoders.
pub(crate) type Vectors = [[f32; WIDTH]; 2];

/// A table of words. A word replaces the one that was in its slot.
#[derive(Debug, Default)]
pub(crate) struct WordCache {
    keys: Vec<Key>,
    vectors: Vec<Vectors>,
}

fn key(word: FeatureInput<'_>) -> Option<(Key, usize)> {
    let mut text = [0; LONGEST];
    text.get_mut(..word.text.len())?.copy_from_slice(word.text.as_bytes());
    let hash = murmur64(word.text.as_bytes()) ^ word.norm ^ u64::from(word.space_after) << 7;
    let key = Key { text, length: word.text.len() as u8, space_after: word.space_after, norm: word.norm };
    Some((key, (hash ^ hash >> 32) as usize % SLOTS))
}

impl WordCache {
    /// The vectors of a word if they are kept.
    pub(crate) fn get(&self, word: FeatureInput<'_>) -> Option<&Vectors> {
        let (key, slot) = key(word)?;
        if *self.keys.get(slot)? == key { self.vectors.get(slot) } else { None }
    }

    /// Keeps the vectors of a word.
    pub(crate) fn insert(&mut self, word: FeatureInput<'_>, vectors: &Vectors) {
        let Some((key, slot)) = key(word) else { return };
        self.keys.resize(SLOTS, Key::default());
        self.vectors.resize(SLOTS, [[0.0; WIDTH]; 2]);
        self.keys[slot] = key;
        self.vectors[slot] = *vectors;
    }
}
