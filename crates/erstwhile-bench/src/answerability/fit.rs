//! Fits the estimate: logistic regression with a ridge penalty. The problem is convex, so the result does not depend on the
//! start.

use erstwhile::search::{AnswerabilityEstimate, Signs};

/// The strength of the ridge penalty on weights of standardized signs.
const RIDGE: f64 = 0.02;
/// Number of steps of the gradient descent, and their size.
const STEPS: usize = 3_000;
const STEP: f64 = 0.5;
/// The least standard deviation by which a sign is divided.
const DEVIATION_MIN: f64 = 0.1;
const WIDTH: usize = Signs::NAMES.len();

/// A query whose answer is known to be there or not.
#[derive(Debug, Clone, Copy)]
pub(super) struct Example {
    pub(super) signs: Signs,
    pub(super) is_said: bool,
    /// How much it counts; all weights add up to one.
    pub(super) weight: f64,
}

/// Fits the estimate, without the point at which nothing is known.
pub(super) fn fit(examples: &[Example]) -> AnswerabilityEstimate {
    let rows: Vec<[f64; WIDTH]> = examples.iter().map(|example| example.signs.values().map(f64::from)).collect();
    let weighted = || rows.iter().zip(examples.iter().map(|example| example.weight));
    let mut means = [0.0; WIDTH];
    let mut deviations = [0.0; WIDTH];
    for column in 0..WIDTH {
        means[column] = weighted().map(|(row, weight)| weight * row[column]).sum();
        let square: f64 = weighted().map(|(row, weight)| weight * (row[column] - means[column]).powi(2)).sum();
        deviations[column] = square.sqrt().max(DEVIATION_MIN);
    }
    let standard = |row: &[f64; WIDTH]| {
        let mut standard = *row;
        standard
            .iter_mut()
            .zip(means.iter().zip(&deviations))
            .for_each(|(value, (mean, deviation))| *value = (*value - mean) / deviation);
        standard
    };
    let rows: Vec<[f64; WIDTH]> = rows.iter().map(standard).collect();
    let (mut weights, mut intercept) = ([0.0; WIDTH], 0.0);
    for _ in 0..STEPS {
        let mut slope = weights.map(|weight| RIDGE * weight);
        let mut of_intercept = 0.0;
        for (row, example) in rows.iter().zip(examples) {
            let odds: f64 = row.iter().zip(&weights).map(|(value, weight)| value * weight).sum::<f64>() + intercept;
            let excess = example.weight * (1.0 / (1.0 + (-odds).exp()) - f64::from(u8::from(example.is_said)));
            slope.iter_mut().zip(row).for_each(|(slope, value)| *slope += excess * value);
            of_intercept += excess;
        }
        weights.iter_mut().zip(slope).for_each(|(weight, slope)| *weight -= STEP * slope);
        intercept -= STEP * of_intercept;
    }
    let mut plain = [0.0_f32; WIDTH];
    for column in 0..WIDTH {
        plain[column] = (weights[column] / deviations[column]) as f32;
        intercept -= weights[column] * means[column] / deviations[column];
    }
    AnswerabilityEstimate { weights: Signs::from_values(plain), intercept: intercept as f32, known_min: 0.0 }
}

/// The largest probability below which a share of at most `lost` of the answered queries lies.
pub(super) fn known_min(answered: &[f32], lost: f64) -> f32 {
    let mut sorted = answered.to_vec();
    sorted.sort_by(f32::total_cmp);
    sorted.get((lost * sorted.len() as f64) as usize).copied().unwrap_or(1.0)
}

/// The share of pairs of an answered and an unanswered query of which the answered one has the larger probability.
pub(super) fn area(answered: &[f32], unanswered: &[f32]) -> f64 {
    let won = |(one, other): (f32, f32)| match one.total_cmp(&other) {
        std::cmp::Ordering::Greater => 1.0,
        std::cmp::Ordering::Equal => 0.5,
        std::cmp::Ordering::Less => 0.0,
    };
    let pairs = answered.iter().flat_map(|one| unanswered.iter().map(move |other| (*one, *other)));
    pairs.map(won).sum::<f64>() / (answered.len() * unanswered.len()).max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_estimate_follows_the_examples() {
        let example = |at: usize| {
            let signs = Signs { turns: at as f32 / 100.0, words: (at % 7) as f32, ..Signs::default() };
            Example { signs, is_said: at % 10 < at / 10, weight: 0.01 }
        };
        let estimate = fit(&(0..100).map(example).collect::<Vec<_>>());
        let probability = |turns| estimate.probability(&Signs { turns, words: 3.0, ..Signs::default() });
        assert!((probability(0.5) - 0.5).abs() < 0.1 && probability(0.9) > 0.75 && probability(0.1) < 0.25);
        assert!(estimate.weights.words.abs() < 0.05 && estimate.weights.claims == 0.0, "they tell nothing");
    }

    #[test]
    fn at_most_the_wanted_share_of_answered_queries_is_below_the_point() {
        let answered: Vec<f32> = (0..100).map(|at| at as f32 / 100.0).collect();
        assert!((known_min(&answered, 0.02) - 0.02).abs() < 1e-6 && known_min(&answered, 0.0).abs() < 1e-6);
    }

    #[test]
    fn the_area_is_one_when_all_answered_queries_are_above_the_others() {
        assert!((area(&[0.5, 0.6], &[0.1, 0.2]) - 1.0).abs() < 1e-9 && (area(&[0.5, 0.1], &[0.1]) - 0.75).abs() < 1e-9);
    }
}
