//! Scores the actions of a transition system from the vectors of a few tokens.

use crate::data::{Data, LoadError};
use crate::encoder::WIDTH;
use crate::matrix::Affine;

const HIDDEN: usize = 64;
const PIECES: usize = 2;

/// The weights of a scorer.
#[derive(Debug)]
pub(crate) struct Scorer {
    slots: usize,
    lower: Affine,
    /// From a lowered token vector to the hidden layer, for all slots at once.
    by_slot: Affine,
    pad: Vec<f32>,
    bias: Vec<f32>,
    upper: Affine,
}

/// What the tokens of a document add to the hidden layer, by slot.
#[derive(Debug, Default)]
pub(crate) struct ScorerScratch {
    lowered: Vec<f32>,
    by_token: Vec<f32>,
    width: usize,
    pub(crate) scores: Vec<f32>,
}

impl Scorer {
    pub(crate) fn new(data: &Data<'_>, prefix: &str, slots: usize, actions: usize) -> Result<Self, LoadError> {
        let part = |name: &str, size| data.tensor(&format!("{prefix}.{name}"), size);
        let unit = HIDDEN * PIECES;
        Ok(Self {
            slots,
            lower: Affine::new(&part("lower.w", HIDDEN * WIDTH)?, &part("lower.b", HIDDEN)?, WIDTH),
            by_slot: Affine::new(&part("slots.w", slots * unit * HIDDEN)?, &vec![0.0; slots * unit], HIDDEN),
            pad: part("slots.pad", slots * unit)?,
            bias: part("slots.b", unit)?,
            upper: Affine::new(&part("upper.w", actions * HIDDEN)?, &part("upper.b", actions)?, HIDDEN),
        })
    }

    /// Prepares the scores of a document from the vectors of its tokens.
    pub(crate) fn prepare(&self, vectors: &[f32], scratch: &mut ScorerScratch) {
        let rows = vectors.len() / WIDTH;
        self.lower.apply(vectors, WIDTH, rows, &mut scratch.lowered);
        self.by_slot.apply(&scratch.lowered, self.lower.width(), rows, &mut scratch.by_token);
        scratch.width = self.by_slot.width();
    }

    /// Writes the scores of all actions to `scratch.scores`; `tokens` has a token or nothing for each slot.
    pub(crate) fn score(&self, tokens: &[Option<u32>], scratch: &mut ScorerScratch) {
        let unit = HIDDEN * PIECES;
        let mut hidden = [0.0; HIDDEN * PIECES];
        hidden.copy_from_slice(&self.bias);
        for (slot, token) in tokens.iter().enumerate().take(self.slots) {
            let values = match token {
                Some(token) => &scratch.by_token[*token as usize * scratch.width + slot * unit..][..unit],
                None => &self.pad[slot * unit..][..unit],
            };
            for (sum, value) in hidden.iter_mut().zip(values) {
                *sum += value;
            }
        }
        let mut state = [0.0; HIDDEN];
        for (value, pieces) in state.iter_mut().zip(hidden.chunks_exact(PIECES)) {
            *value = pieces[0].max(pieces[1]);
        }
        self.upper.apply(&state, HIDDEN, 1, &mut scratch.scores);
        scratch.scores.truncate(self.upper.outputs());
    }
}
