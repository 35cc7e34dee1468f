//! Scores the actions of the parser and of the entity recogniser in a state.

use crate::matrix::{Buffers, LANES, Matrix};
use crate::tok2vec::WIDTH;
use crate::weights::{LoadError, Reader};

/// The number of hidden units.
const HIDDEN: usize = 64;
/// A slot contributes two values to each hidden unit, of whose sums the greater counts.
const PIECES: usize = 2;
/// The number of values that a slot contributes.
const SLOT: usize = HIDDEN * PIECES;
/// No state machine of the pipeline has more actions.
const ACTIONS: usize = 128;

/// The weights of a state machine.
#[derive(Debug)]
pub(crate) struct Scorer {
    lower: Matrix,
    slots: Matrix,
    slot_count: usize,
    /// What an empty slot contributes.
    empty: Vec<f32>,
    bias: Vec<f32>,
    upper: Matrix,
}

/// What every token contributes in every slot.
#[derive(Debug, Default)]
pub(crate) struct ScorerScratch {
    reduced: Vec<f32>,
    contributions: Vec<f32>,
    buffers: Buffers,
}

/// The scores of the actions.
pub(crate) type Scores = [[f32; LANES]; ACTIONS / LANES];

impl Scorer {
    /// Reads a scorer for states with this number of slots and actions.
    pub(crate) fn read(reader: &mut Reader, slot_count: usize, actions: usize) -> Result<Self, LoadError> {
        let lower = Matrix::read(reader)?;
        if reader.u32()? as usize != slot_count {
            return Err(LoadError::Invalid("number of slots"));
        }
        let (slots, bias) = Matrix::read_without_bias(reader, SLOT)?;
        let empty = reader.singles(slot_count * SLOT)?;
        let upper = Matrix::read(reader)?;
        let fits = lower.inputs() == WIDTH
            && lower.width() == HIDDEN
            && slots.inputs() == HIDDEN
            && slots.width() == slot_count * SLOT
            && upper.inputs() == HIDDEN
            && upper.width() == actions.div_ceil(LANES) * LANES
            && actions <= ACTIONS;
        if !fits {
            return Err(LoadError::Invalid("scorer"));
        }
        Ok(Self { lower, slots, slot_count, empty, bias, upper })
    }

    /// Computes what every token contributes, before the first state is scored.
    pub(crate) fn prepare(&self, vectors: &[f32], scratch: &mut ScorerScratch) {
        let ScorerScratch { reduced, contributions, buffers } = scratch;
        self.lower.multiply_all(vectors, reduced, buffers);
        self.slots.multiply_all(reduced, contributions, buffers);
    }

    /// The scores of the actions in a state with these tokens in its slots.
    pub(crate) fn score(&self, slots: &[Option<u32>], scratch: &ScorerScratch) -> Scores {
        let mut sums = [0.0; SLOT];
        sums.copy_from_slice(&self.bias);
        let width = self.slot_count * SLOT;
        for (slot, token) in slots.iter().take(self.slot_count).enumerate() {
            let contribution = match token {
                Some(token) => &scratch.contributions[*token as usize * width + slot * SLOT..][..SLOT],
                None => &self.empty[slot * SLOT..][..SLOT],
            };
            for (sum, value) in sums.iter_mut().zip(contribution) {
                *sum += value;
            }
        }
        let (first, second) = sums.split_at_mut(HIDDEN);
        for (first, second) in first.iter_mut().zip(second) {
            *first = first.max(*second);
        }
        let mut scores = [[0.0; LANES]; ACTIONS / LANES];
        self.upper.multiply_one(first, &mut scores);
        scores
    }
}

/// The first allowed action with the highest score.
pub(crate) fn best_action(scores: &Scores, allowed: impl Iterator<Item = bool>) -> Option<usize> {
    let mut best: Option<(usize, f32)> = None;
    for ((action, allowed), score) in allowed.enumerate().zip(scores.as_flattened()) {
        if allowed && best.is_none_or(|(_, highest)| *score > highest) {
            best = Some((action, *score));
        }
    }
    best.map(|(action, _)| action)
}
