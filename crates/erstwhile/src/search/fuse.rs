//! The default fusion: how much words and how much meaning count, by the query.
//!
//! Chosen on LoCoMo, LongMemEval and BEAM development questions together (see docs/retrieval.md):
//! no fixed mixture wins on all three, because short chat turns are found by their words and long
//! messages by their meaning.

use super::index::Channels;

/// Knobs of the fusion; the default is what was chosen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fusion {
    /// The weight of meaning when words say nothing about the query.
    pub meaning_max: f32,
    /// The weight of meaning when one document has every word of the query.
    pub meaning_min: f32,
    /// The share of the score of the turns before and after that a turn gets.
    pub neighbours: f32,
}

impl Default for Fusion {
    fn default() -> Self {
        Self { meaning_max: 0.6, meaning_min: 0.4, neighbours: 0.1 }
    }
}

/// One score for each document; zero where neither channel found anything.
///
/// Both channels are scaled to their best document. Meaning weighs more the less of the query's
/// weight the best document has in words.
pub(super) fn fuse(channels: &Channels, fusion: Fusion) -> Vec<f32> {
    let best_text = channels.text.scores.iter().copied().fold(0.0_f32, f32::max);
    let best_cosine = channels.cosines.iter().copied().fold(0.0_f32, f32::max);
    let coverage = if channels.text.ceiling > 0.0 {
        (best_text / channels.text.ceiling).min(1.0) * channels.text.known
    } else {
        0.0
    };
    let meaning = fusion.meaning_max - (fusion.meaning_max - fusion.meaning_min) * coverage;
    let scaled = |score: f32, best: f32| if best > 0.0 { score.max(0.0) / best } else { 0.0 };
    channels
        .text
        .scores
        .iter()
        .zip(&channels.cosines)
        .map(|(text, cosine)| (1.0 - meaning) * scaled(*text, best_text) + meaning * scaled(*cosine, best_cosine))
        .collect()
}
