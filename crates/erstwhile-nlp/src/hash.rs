//! The hash functions of the feature tables.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// The 64-bit `MurmurHash2` (variant 64A, seed 1) of some bytes.
pub(crate) fn murmur64(bytes: &[u8]) -> u64 {
    const FACTOR: u64 = 0xc6a4_a793_5bd1_e995;
    let mut hash = 1 ^ (bytes.len() as u64).wrapping_mul(FACTOR);
    let (words, rest) = bytes.as_chunks::<8>();
    for word in words {
        let mut word = u64::from_le_bytes(*word).wrapping_mul(FACTOR);
        word ^= word >> 47;
        hash = (hash ^ word.wrapping_mul(FACTOR)).wrapping_mul(FACTOR);
    }
    if !rest.is_empty() {
        let word = rest.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte));
        hash = (hash ^ word).wrapping_mul(FACTOR);
    }
    hash = (hash ^ hash >> 47).wrapping_mul(FACTOR);
    hash ^ hash >> 47
}

/// The four hashes of a feature, the 128-bit `MurmurHash3` (x64) of its eight bytes: each selects a row of a table.
pub(crate) fn row_hashes(feature: u64, seed: u32) -> [u32; 4] {
    fn mix(mut hash: u64) -> u64 {
        hash = (hash ^ hash >> 33).wrapping_mul(0xff51_afd7_ed55_8ccd);
        hash = (hash ^ hash >> 33).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
        hash ^ hash >> 33
    }
    let word = feature.wrapping_mul(0x87c3_7b91_1142_53d5).rotate_left(31).wrapping_mul(0x4cf5_ad43_2745_937f);
    let length_and_seed = u64::from(seed) ^ 8;
    let mut low = (length_and_seed ^ word).wrapping_add(length_and_seed);
    let mut high = length_and_seed.wrapping_add(low);
    (low, high) = (mix(low), mix(high));
    low = low.wrapping_add(high);
    high = high.wrapping_add(low);
    [low as u32, (low >> 32) as u32, high as u32, (high >> 32) as u32]
}

/// A map whose keys are hashes already.
pub(crate) type HashedMap<V> = HashMap<u64, V, BuildHasherDefault<Identity>>;

/// Uses a 64-bit key as its own hash.
#[derive(Debug, Default)]
pub(crate) struct Identity(u64);

impl Hasher for Identity {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = murmur64(bytes);
    }

    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_have_the_hashes_of_the_reference() {
        assert_eq!(murmur64(b"apple"), 8_566_208_034_543_834_098);
        assert_eq!(murmur64(b"coffee"), 3_197_928_453_018_144_401);
        assert_eq!(murmur64("naïve façade".as_bytes()), NAIVE);
    }

    #[test]
    fn features_have_the_rows_of_the_reference() {
        assert_eq!(row_hashes(8_566_208_034_543_834_098, 8), APPLE);
    }

    const NAIVE: u64 = 2_586_679_323_932_044_403;
    const APPLE: [u32; 4] = [2_653_853_934, 3_922_826_080, 3_980_780_901, 3_736_755_472];
}
