//! The head of a cross-encoder: makes one number of the state of the first token.

use erstwhile::Result;
use ndarray::Array2;

use crate::bert::{Config, Linear, Tokens, Weights};

/// The last two layers.
#[derive(Debug)]
pub(super) struct Head {
    pooler: Linear,
    classifier: Linear,
}

impl Head {
    pub(super) fn read(weights: Weights<'_>, config: &Config) -> Result<Self> {
        let size = config.hidden_size;
        Ok(Self {
            pooler: Linear::read(&weights, "pooler.dense", size, size)?,
            classifier: Linear::read(&weights.of_head(), "classifier", size, 1)?,
        })
    }

    /// The logit of each pair, from the states of all their tokens.
    pub(super) fn logits(&self, states: &Array2<f32>, pairs: &[Tokens]) -> Vec<f32> {
        let mut firsts = Array2::zeros((pairs.len(), states.ncols()));
        let mut place = 0;
        for (mut first, tokens) in firsts.outer_iter_mut().zip(pairs) {
            first.assign(&states.row(place));
            place += tokens.len();
        }
        let pooled = self.pooler.apply(&firsts).mapv_into(f32::tanh);
        self.classifier.apply(&pooled).into_iter().collect()
    }
}
