//! The fusion of full-text and vector search for facts and entities: weights that depend on the length of documents.
//!
//! Measured on `LoCoMo`, `LongMemEval` and BEAM development questions together: no fixed weights are best on all three,
//! because full-text search works better for short documents and vector search for long ones.

use super::dense;
use super::hybrid::Channels;

/// Number of words without stop words from which on a document counts as long.
const LONG_WORDS: f32 = 100.0;
/// Weight of vector search for very short documents.
const VECTOR_WEIGHT_SHORT: f32 = 0.5;
/// Weight of vector search for long documents.
const VECTOR_WEIGHT_LONG: f32 = 0.8;

/// Returns one score per document; zero if neither channel found it.
///
/// The scores of each channel are divided by its best one, then added with the weights.
pub(super) fn fuse(channels: &Channels) -> Vec<f32> {
    let relative_length = (channels.text.average_length / LONG_WORDS).min(1.0);
    let vector_weight = VECTOR_WEIGHT_SHORT + (VECTOR_WEIGHT_LONG - VECTOR_WEIGHT_SHORT) * relative_length;
    dense::mixed([&channels.text.scores, &channels.cosines], [1.0 - vector_weight, vector_weight])
}
