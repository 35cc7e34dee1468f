//! The learned ranker: a weighted sum of features. The weights are in a data file, which `erstwhile-bench train-ranker`
//! writes together with a report of how well they work on conversations that they were not trained on.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::features::Features;
use super::ranking::Scores;
use super::{QueryVector, VectorSpace, dense};

/// Minimum number of candidates that the ranker scores; the others are behind them, in the order of a rough score.
pub(super) const CANDIDATES: usize = 200;

/// The ranker of turns.
static TURNS: LazyLock<Rankers> =
    LazyLock::new(|| serde_json::from_str(include_str!("ranker/turns.json")).unwrap_or_default());

/// Rankers for searches with and without vectors.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
pub struct Rankers {
    /// For a query and documents that have vectors of the quick embedder.
    pub with_vectors: Ranker,
    /// For a query without a vector.
    pub without_vectors: Ranker,
    /// For a query and documents that have vectors of an embedding model; absent if none was trained.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub with_model_vectors: Option<Ranker>,
}

/// The weights of a ranker.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize)]
pub struct Ranker {
    weights: Features,
    /// The logarithm of the odds that a candidate is evidence is `slope` times the weighted sum plus `intercept`.
    slope: f32,
    intercept: f32,
}

impl Rankers {
    /// The ranker of turns for a query with this vector.
    pub(super) fn of_turns(vector: &QueryVector) -> &'static Ranker {
        if vector.is_empty() {
            return &TURNS.without_vectors;
        }
        match vector.space {
            VectorSpace::Quick => &TURNS.with_vectors,
            VectorSpace::Model => TURNS.with_model_vectors.as_ref().unwrap_or(&TURNS.with_vectors),
        }
    }
}

impl Ranker {
    /// A ranker with these weights. The logarithm of the odds that a candidate is evidence is `slope` times the weighted
    /// sum of its features plus `intercept`.
    pub fn new(weights: Features, slope: f32, intercept: f32) -> Self {
        Self { weights, slope, intercept }
    }

    /// What each feature adds to the sum of a candidate.
    pub(super) fn shares(&self, features: &Features) -> Features {
        self.weights.times(features)
    }

    /// The scores of all documents: the estimated probability that a measured one is evidence; the others are behind
    /// them, in the order of a rough score.
    pub(super) fn scores(&'static self, rough: &[f32], measured: HashMap<u32, Features>) -> Scores {
        let probability = |features: &Features| {
            let odds = self.slope * self.shares(features).sum() + self.intercept;
            // A score of zero would mean that the document does not match at all.
            (1.0 / (1.0 + (-odds).exp())).max(f32::MIN_POSITIVE)
        };
        let probabilities: Vec<(u32, f32)> =
            measured.iter().map(|(number, features)| (*number, probability(features))).collect();
        let lowest = probabilities.iter().map(|(_, probability)| *probability).fold(1.0_f32, f32::min);
        let best = dense::best(rough).max(f32::MIN_POSITIVE);
        let mut values: Vec<f32> = rough.iter().map(|rough| 0.5 * lowest * rough / best).collect();
        for (number, probability) in probabilities {
            if let Some(value) = values.get_mut(number as usize) {
                *value = probability;
            }
        }
        Scores { values, measured: Some((self, measured)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::Feature;

    fn content(value: f32) -> Features {
        let mut features = Features::default();
        features.set(Feature::Content, value);
        features
    }

    #[test]
    fn the_data_file_has_weights_of_known_features() {
        let vectors = [QueryVector::default(), vec![1.0].into(), QueryVector::of_model(vec![1.0])];
        for (vector, has_vector) in vectors.iter().zip([false, true, true]) {
            let ranker = Rankers::of_turns(vector);
            assert!(ranker.weights.get(Feature::Content) > 0.0 && ranker.weights.get(Feature::Fact) > 0.0);
            assert!(ranker.slope > 0.0);
            assert_eq!(ranker.weights.get(Feature::Cosine) > 0.0, has_vector);
        }
    }

    #[test]
    fn measured_candidates_are_before_the_others_and_scores_are_probabilities() {
        static RANKER: LazyLock<Ranker> = LazyLock::new(|| Ranker::new(content(1.0), 1.0, -4.0));
        let good = content(1.0);
        let measured = HashMap::from([(0, Features::default()), (2, good)]);
        let scores = RANKER.scores(&[1.0, 9.0, 2.0, 0.0], measured).values;
        assert!(scores[2] > scores[0] && scores[0] > scores[1] && scores[1] > 0.0);
        assert!(scores[2] < 1.0 && scores[3] == 0.0);
    }
}
