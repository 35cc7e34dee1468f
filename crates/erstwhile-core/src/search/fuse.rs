//! The default fusion: how much words and how much meaning count, by the length of what is searched.
//!
//! Chosen on `LoCoMo`, `LongMemEval` and BEAM development questions together (`erstwhile-bench retrieval
//! --grid`): no fixed mixture wins on all three, because short chat turns are found by their words and
//! long messages by their meaning.

use super::collection::Channels;

/// Words of a document, without stop words, from which on it counts as long.
const LONG_WORDS: f32 = 100.0;

/// Knobs of the fusion; the default is what was chosen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fusion {
    /// The weight of meaning among very short documents.
    pub meaning_short: f32,
    /// The weight of meaning among long documents.
    pub meaning_long: f32,
    /// The share of the score of the turns before and after that a turn gets.
    pub neighbours: f32,
}

impl Default for Fusion {
    fn default() -> Self {
        Self { meaning_short: 0.5, meaning_long: 0.8, neighbours: 0.1 }
    }
}

/// One score for each document; zero where neither channel found anything.
///
/// Both channels are scaled to their best document, then mixed.
pub(super) fn fuse(channels: &Channels, fusion: Fusion) -> Vec<f32> {
    let best_text = channels.text.scores.iter().copied().fold(0.0_f32, f32::max);
    let best_cosine = channels.cosines.iter().copied().fold(0.0_f32, f32::max);
    let length = (channels.text.average_length / LONG_WORDS).min(1.0);
    let meaning = fusion.meaning_short + (fusion.meaning_long - fusion.meaning_short) * length;
    let scaled = |score: f32, best: f32| if best > 0.0 { score.max(0.0) / best } else { 0.0 };
    let mixed = channels.text.scores.iter().zip(&channels.cosines);
    mixed
        .map(|(text, cosine)| (1.0 - meaning) * scaled(*text, best_text) + meaning * scaled(*cosine, best_cosine))
        .collect()
}
