//! The default fusion: weights of full-text and vector search that depend on the length of documents.
//!
//! Tuned on `LoCoMo`, `LongMemEval` and BEAM development questions together (`erstwhile-bench retrieval
//! --grid`): no fixed weights are best on all three, because full-text search works better for short messages
//! and vector search for long ones.

use super::hybrid::Channels;

/// Number of words without stop words from which on a document counts as long.
const LONG_WORDS: f32 = 100.0;

/// Parameters of the fusion; the default is the tuned one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fusion {
    /// Weight of vector search for very short documents.
    pub vector_weight_short: f32,
    /// Weight of vector search for long documents.
    pub vector_weight_long: f32,
    /// Share of the scores of the previous and the next turn that is added to a turn's score.
    pub adjacent_share: f32,
}

impl Default for Fusion {
    fn default() -> Self {
        Self { vector_weight_short: 0.5, vector_weight_long: 0.8, adjacent_share: 0.1 }
    }
}

/// Returns one score per document; zero if neither channel found it.
///
/// The scores of each channel are divided by its best one, then added with the weights.
pub(super) fn fuse(channels: &Channels, fusion: Fusion) -> Vec<f32> {
    let best_text = channels.text.scores.iter().copied().fold(0.0_f32, f32::max);
    let best_cosine = channels.cosines.iter().copied().fold(0.0_f32, f32::max);
    let relative_length = (channels.text.average_length / LONG_WORDS).min(1.0);
    let vector_weight =
        fusion.vector_weight_short + (fusion.vector_weight_long - fusion.vector_weight_short) * relative_length;
    let scaled = |score: f32, best: f32| if best > 0.0 { score.max(0.0) / best } else { 0.0 };
    let mixed = channels.text.scores.iter().zip(&channels.cosines);
    mixed
        .map(|(text, cosine)| {
            (1.0 - vector_weight) * scaled(*text, best_text) + vector_weight * scaled(*cosine, best_cosine)
        })
        .collect()
}
