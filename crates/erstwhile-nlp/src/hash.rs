//! The hash functions of the pipeline: strings to numbers, numbers to rows of the embedding tables.

use foldhash::HashMap;

/// The 64-bit `MurmurHash2` (variant 64A) of a string, with the seed 1.
pub(crate) fn murmur2(text: &str) -> u64 {
    const M: u64 = 0xc6a4_a793_5bd1_e995;
    const R: u32 = 47;
    let bytes = text.as_bytes();
    let mut hash = 1 ^ (bytes.len() as u64).wrapping_mul(M);
    let mut chunks = bytes.chunks_exact(8);
    for chunk in &mut chunks {
        let mut key = chunk.iter().rev().fold(0_u64, |key, byte| key << 8 | u64::from(*byte)).wrapping_mul(M);
        key ^= key >> R;
        key = key.wrapping_mul(M);
        hash = (hash ^ key).wrapping_mul(M);
    }
    let tail = chunks.remainder();
    if !tail.is_empty() {
        let key = tail.iter().rev().fold(0_u64, |key, byte| key << 8 | u64::from(*byte));
        hash = (hash ^ key).wrapping_mul(M);
    }
    hash ^= hash >> R;
    hash = hash.wrapping_mul(M);
    hash ^ (hash >> R)
}

/// Four row keys for a number: the 128-bit `MurmurHash3` (x64) of its eight little-endian bytes.
pub(crate) fn murmur3(value: u64, seed: u64) -> [u32; 4] {
    fn finish(mut hash: u64) -> u64 {
        hash ^= hash >> 33;
        hash = hash.wrapping_mul(0xff51_afd7_ed55_8ccd);
        hash ^= hash >> 33;
        hash = hash.wrapping_mul(0xc4ce_b9fe_1a85_ec53);
        hash ^ (hash >> 33)
    }
    let key = value.wrapping_mul(0x87c3_7b91_1142_53d5).rotate_left(31).wrapping_mul(0x4cf5_ad43_2745_937f);
    let mut first = key ^ seed ^ 8;
    let mut second = seed ^ 8;
    first = first.wrapping_add(second);
    second = second.wrapping_add(first);
    first = finish(first);
    second = finish(second);
    first = first.wrapping_add(second);
    second = second.wrapping_add(first);
    [first as u32, (first >> 32) as u32, second as u32, (second >> 32) as u32]
}

/// Numbers of strings: hashes, except for the names of built-in symbols.
#[derive(Debug)]
pub(crate) struct StringIds {
    symbols: HashMap<String, u64>,
}

impl StringIds {
    pub(crate) fn new(symbols: HashMap<String, u64>) -> Self {
        Self { symbols }
    }

    pub(crate) fn id(&self, text: &str) -> u64 {
        if text.is_empty() {
            return 0;
        }
        // The longest symbol has 20 characters.
        if text.len() <= 20
            && let Some(id) = self.symbols.get(text)
        {
            return *id;
        }
        murmur2(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_have_known_hashes() {
        // From spaCy's documentation of its string store.
        assert_eq!(murmur2("coffee"), 3_197_928_453_018_144_401);
        assert_eq!(murmur2("apple"), 8_566_208_034_543_834_098);
    }
}
