//! The fusion of full-text and vector search for facts and entities: weights that depend on the length of documents.
//!
//! Measured on `LoCoMo`, `LongMemEval` and BEAM development questions together: no fixed weights are best on all three,
//! because full-text search works better for short documents and vector search for long ones.

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
    let best_text = channels.text.scores.iter().copied().fold(0.0_f32, f32::max);
    let best_cosine = channels.cosines.iter().copied().fold(0.0_f32, f32::max);
    let relative_length = (channels.text.average_length / LONG_WORDS).min(1.0);
    let vector_weight = VECTOR_WEIGHT_SHORT + (VECTOR_WEIGHT_LONG - VECTOR_WEIGHT_SHORT) * relative_length;
    let scaled = |score: f32, best: f32| if best > 0.0 { score.max(0.0) / best } else { 0.0 };
    let mixed = channels.text.scores.iter().zip(&channels.cosines);
    mixed
        .map(|(text, cosine)| {
            (1.0 - vector_weight) * scaled(*text, best_text) + vector_weight * scaled(*cosine, best_cosine)
        })
        .collect()
}
