//! The learned ranker: a weighted sum of features. The weights are in a data file, which `erstwhile-bench train-ranker`
//! writes together with a report of how well they work on conversations that they were not trained on.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::features::{Feature, Features};
use super::ranking::Scores;

/// Minimum number of candidates that the ranker scores; the others are behind them, in the order of a rough score.
pub(super) const CANDIDATES: usize = 200;

/// The ranker of turns.
static TURNS: LazyLock<Rankers> =
    LazyLock::new(|| serde_json::from_str(include_str!("ranker/turns.json")).unwrap_or_default());

/// Rankers for searches with and without vectors.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
pub struct Rankers {
    /// For a query and documents that have vectors.
    pub with_vectors: Ranker,
    /// For a query without a vector.
    pub without_vectors: Ranker,
}

/// The weights of a ranker.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize)]
pub struct Ranker {
    /// The weight of each feature, by its name; features that are missing have none.
    weights: BTreeMap<String, f32>,
    /// The logarithm of the odds that a candidate is evidence is `slope` times the weighted sum plus `intercept`.
    slope: f32,
    intercept: f32,
}

impl Rankers {
    /// The ranker of turns for a query with or without a vector.
    pub(super) fn of_turns(has_vector: bool) -> &'static Ranker {
        if has_vector { &TURNS.with_vectors } else { &TURNS.without_vectors }
    }
}

impl Ranker {
    /// A ranker with one weight per feature, in the order of [`Feature::ALL`]. The logarithm of the odds that a candidate
    /// is evidence is `slope` times the weighted sum of its features plus `intercept`.
    pub fn new(weights: &[f32], slope: f32, intercept: f32) -> Self {
        let named = Feature::ALL.iter().zip(weights).filter(|(_, weight)| **weight != 0.0);
        Self {
            weights: named.map(|(feature, weight)| (feature.name().to_owned(), *weight)).collect(),
            slope,
            intercept,
        }
    }

    /// What each feature adds to the sum of a candidate.
    pub(super) fn shares(&self, features: &Features) -> Features {
        let mut shares = Features::default();
        for feature in Feature::ALL {
            let weight = self.weights.get(feature.name()).copied().unwrap_or(0.0);
            shares.set(*feature, weight * features.get(*feature));
        }
        shares
    }

    /// The scores of all documents: the estimated probability that a measured one is evidence; the others are behind
    /// them, in the order of a rough score.
    pub(super) fn scores(&'static self, rough: &[f32], measured: HashMap<u32, Features>) -> Scores {
        let weights: Vec<f32> =
            Feature::ALL.iter().map(|feature| self.weights.get(feature.name()).copied().unwrap_or(0.0)).collect();
        let probability = |features: &Features| {
            let sum: f32 =
                weights.iter().zip(Feature::ALL).map(|(weight, feature)| weight * features.get(*feature)).sum();
            // A score of zero would mean that the document does not match at all.
            (1.0 / (1.0 + (-(self.slope * sum + self.intercept)).exp())).max(f32::MIN_POSITIVE)
        };
        let probabilities: Vec<(u32, f32)> =
            measured.iter().map(|(number, features)| (*number, probability(features))).collect();
        let lowest = probabilities.iter().map(|(_, probability)| *probability).fold(1.0_f32, f32::min);
        let best = rough.iter().copied().fold(f32::MIN_POSITIVE, f32::max);
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

    #[test]
    fn the_data_file_has_a_weight_for_every_feature_and_no_other() {
        let names: Vec<&str> = Feature::ALL.iter().map(|feature| feature.name()).collect();
        for ranker in [Rankers::of_turns(true), Rankers::of_turns(false)] {
            assert!(ranker.weights.keys().all(|name| names.contains(&name.as_str())));
            assert!(ranker.weights.len() > Feature::ALL.len() / 2 && ranker.slope > 0.0);
        }
    }

    #[test]
    fn measured_candidates_are_before_the_others_and_scores_are_probabilities() {
        static RANKER: LazyLock<Ranker> = LazyLock::new(|| Ranker::new(&vec![1.0; Feature::ALL.len()], 1.0, -4.0));
        let mut good = Features::default();
        good.set(Feature::Content, 1.0);
        let measured = HashMap::from([(0, Features::default()), (2, good)]);
        let scores = RANKER.scores(&[1.0, 9.0, 2.0, 0.0], measured).values;
        assert!(scores[2] > scores[0] && scores[0] > scores[1] && scores[1] > 0.0);
        assert!(scores[2] < 1.0 && scores[3] == 0.0);
    }
}
