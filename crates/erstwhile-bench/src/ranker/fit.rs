//! Fits the weights of a ranker.
//!
//! The listwise softmax loss (Cao and others 2007): the candidates of a question share a probability of one; the loss is
//! the negative logarithm of the part that falls on the evidence. A ridge penalty keeps the weights near those that one
//! would choose without data, which makes the ranker better on kinds of conversations that it has not seen; and a feature
//! that can only help gets no negative weight. The problem is convex, so the result does not depend on the start.

use erstwhile::search::{Feature, Features};

/// The strength of the ridge penalty on differences from the prior weights, of standardized features.
const RIDGE: f64 = 0.2;
/// The least standard deviation by which a feature is divided: one that hardly occurs must not get a huge weight.
const DEVIATION_MIN: f64 = 0.05;
/// Number of steps of the gradient descent.
const STEPS: usize = 600;
/// The weight that one would choose without data, and whether the feature can only help.
fn prior(feature: Feature) -> (f64, bool) {
    match feature {
        Feature::Content | Feature::Cosine => (2.0, true),
        Feature::Thread | Feature::Fact | Feature::Speaker | Feature::TimeAsked => (1.0, true),
        Feature::DateNamed => (1.5, true),
        Feature::ThreadBest | Feature::ThreadCosine => (0.5, true),
        Feature::Before | Feature::After | Feature::AnswersBefore | Feature::CosineBefore | Feature::CosineAfter => {
            (0.3, true)
        }
        Feature::UserSpeaks => (1.0, false),
        Feature::UserSpeaksOfUser => (0.0, true),
        Feature::UserSpeaksOfAssistant | Feature::LongCosine | Feature::LongLength => (0.0, false),
        Feature::EndsWithQuestion => (-0.5, false),
    }
}

/// The candidates of a question.
pub(super) struct List<'a> {
    /// How much the question counts.
    pub(super) weight: f64,
    pub(super) candidates: Vec<(&'a Features, bool)>,
}

/// Fits one weight per feature; those that `uses` leaves out are zero.
pub(super) fn fit(lists: &[List<'_>], uses: impl Fn(Feature) -> bool) -> Vec<f32> {
    let used: Vec<Feature> = Feature::ALL.iter().copied().filter(|feature| uses(*feature)).collect();
    let problem = Problem::new(lists, &used);
    let weights = problem.solve();
    let mut all = vec![0.0; Feature::ALL.len()];
    for (feature, weight) in used.iter().zip(weights) {
        all[*feature as usize] = weight as f32;
    }
    all
}

/// The slope and the intercept by which sums become the logarithm of the odds of a label: logistic regression (Platt
/// 1999) by Newton's method with step halving.
pub(super) fn odds(labelled: &[(f32, bool)]) -> (f32, f32) {
    let labelled: Vec<(f64, f64)> =
        labelled.iter().map(|(sum, label)| (f64::from(*sum), f64::from(u8::from(*label)))).collect();
    let loss = |slope: f64, intercept: f64| -> f64 {
        labelled
            .iter()
            .map(|(sum, label)| {
                let odds = slope * sum + intercept;
                odds.max(0.0) - label * odds + (-odds.abs()).exp().ln_1p()
            })
            .sum()
    };
    let (mut slope, mut intercept) = (0.0, 0.0);
    for _ in 0..100 {
        // A trace of ridge in the Hessian, so that the step is always defined.
        let (mut by_slope, mut by_intercept) = (0.0, 0.0);
        let (mut both_slope, mut mixed, mut both_intercept) = (1e-6, 0.0, 1e-6);
        for (sum, label) in &labelled {
            let probability = 1.0 / (1.0 + (-(slope * sum + intercept)).exp());
            let excess = probability - label;
            let spread = probability * (1.0 - probability);
            by_slope += excess * sum;
            by_intercept += excess;
            both_slope += spread * sum * sum;
            mixed += spread * sum;
            both_intercept += spread;
        }
        let determinant = both_slope * both_intercept - mixed * mixed;
        let step_slope = (by_slope * both_intercept - by_intercept * mixed) / determinant;
        let step_intercept = (by_intercept * both_slope - by_slope * mixed) / determinant;
        let before = loss(slope, intercept);
        let shares = (0..20).map(|halvings| 0.5_f64.powi(halvings));
        let better = shares.map(|share| (slope - share * step_slope, intercept - share * step_intercept));
        let Some(next) = better.into_iter().find(|(slope, intercept)| loss(*slope, *intercept) < before) else { break };
        let is_done = before - loss(next.0, next.1) < 1e-9 * before;
        (slope, intercept) = next;
        if is_done {
            break;
        }
    }
    (slope as f32, intercept as f32)
}

struct Problem {
    width: usize,
    /// Standardized features of all candidates, row by row.
    rows: Vec<f64>,
    scales: Vec<f64>,
    /// Prior weights of standardized features.
    prior: Vec<f64>,
    only_helps: Vec<bool>,
    /// Ends of the lists in rows, with their share of the total weight.
    lists: Vec<(usize, f64)>,
    /// The share of each row that the ranker should give.
    targets: Vec<f64>,
}

impl Problem {
    fn new(lists: &[List<'_>], used: &[Feature]) -> Self {
        let lists: Vec<&List<'_>> = lists.iter().filter(|list| list.candidates.iter().any(|(_, gold)| *gold)).collect();
        let total: f64 = lists.iter().map(|list| list.weight).sum();
        let (mut rows, mut targets, mut ends) = (Vec::new(), Vec::new(), Vec::new());
        for list in lists {
            let gold = list.candidates.iter().filter(|(_, gold)| *gold).count() as f64;
            let share = list.weight / total;
            for (features, is_gold) in &list.candidates {
                rows.extend(used.iter().map(|feature| f64::from(features.get(*feature))));
                targets.push(if *is_gold { share / gold } else { 0.0 });
            }
            ends.push((targets.len(), share));
        }
        let width = used.len();
        let count = targets.len().max(1) as f64;
        let scales: Vec<f64> = (0..width)
            .map(|column| {
                let values = || rows.iter().skip(column).step_by(width);
                let mean = values().sum::<f64>() / count;
                (values().map(|value| (value - mean).powi(2)).sum::<f64>() / count).sqrt().max(DEVIATION_MIN)
            })
            .collect();
        for row in rows.chunks_exact_mut(width) {
            row.iter_mut().zip(&scales).for_each(|(value, scale)| *value /= scale);
        }
        let prior = used.iter().zip(&scales).map(|(feature, scale)| prior(*feature).0 * scale).collect();
        let only_helps = used.iter().map(|feature| self::prior(*feature).1).collect();
        Self { width, rows, scales, prior, only_helps, lists: ends, targets }
    }

    /// Accelerated projected gradient descent (Beck and Teboulle 2009), restarted when the loss rises.
    fn solve(&self) -> Vec<f64> {
        let mut weights = self.prior.clone();
        let mut ahead = weights.clone();
        let (mut momentum, mut step, mut last) = (1.0_f64, 1.0, f64::INFINITY);
        for _ in 0..STEPS {
            let (loss, gradient) = self.loss(&ahead);
            let next = loop {
                let next = self.projected(&ahead, &gradient, step);
                let moved: Vec<f64> = next.iter().zip(&ahead).map(|(new, old)| new - old).collect();
                let slope: f64 = moved.iter().zip(&gradient).map(|(moved, gradient)| moved * gradient).sum();
                let square: f64 = moved.iter().map(|moved| moved * moved).sum();
                if self.loss(&next).0 <= loss + slope + square / (2.0 * step) + 1e-12 {
                    break next;
                }
                step /= 2.0;
            };
            let reached = self.loss(&next).0;
            if reached > last {
                momentum = 1.0;
                ahead.clone_from(&weights);
                last = f64::INFINITY;
                continue;
            }
            let faster = f64::midpoint(1.0, (1.0 + 4.0 * momentum * momentum).sqrt());
            let share = (momentum - 1.0) / faster;
            ahead = next.iter().zip(&weights).map(|(new, old)| new + share * (new - old)).collect();
            let is_done = last - reached < 1e-10;
            (weights, momentum, last) = (next, faster, reached);
            if is_done {
                break;
            }
        }
        weights.iter().zip(&self.scales).map(|(weight, scale)| weight / scale).collect()
    }

    fn projected(&self, from: &[f64], gradient: &[f64], step: f64) -> Vec<f64> {
        let moved = from.iter().zip(gradient).map(|(weight, gradient)| weight - step * gradient);
        moved.zip(&self.only_helps).map(|(weight, helps)| if *helps { weight.max(0.0) } else { weight }).collect()
    }

    fn loss(&self, weights: &[f64]) -> (f64, Vec<f64>) {
        let apart: Vec<f64> = weights.iter().zip(&self.prior).map(|(weight, prior)| weight - prior).collect();
        let mut loss = RIDGE * apart.iter().map(|apart| apart * apart).sum::<f64>();
        let mut gradient: Vec<f64> = apart.iter().map(|apart| 2.0 * RIDGE * apart).collect();
        let mut start = 0;
        for (end, share) in &self.lists {
            let rows = &self.rows[start * self.width..end * self.width];
            let sums: Vec<f64> = rows
                .chunks_exact(self.width)
                .map(|row| row.iter().zip(weights).map(|(value, weight)| value * weight).sum())
                .collect();
            let best = sums.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let total: f64 = sums.iter().map(|sum| (sum - best).exp()).sum();
            loss += share * (best + total.ln());
            for ((row, sum), target) in rows.chunks_exact(self.width).zip(&sums).zip(&self.targets[start..*end]) {
                loss -= target * sum;
                let excess = share * (sum - best).exp() / total - target;
                gradient.iter_mut().zip(row).for_each(|(slope, value)| *slope += excess * value);
            }
            start = *end;
        }
        (loss, gradient)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(cosine: f32, length: f32) -> Features {
        let mut features = Features::default();
        features.set(Feature::Cosine, cosine);
        features.set(Feature::LongLength, length);
        features
    }

    #[test]
    fn weights_follow_the_evidence_from_their_prior() {
        let (good, bad) = (candidate(1.0, -1.0), candidate(0.0, 1.0));
        let weights = |good_is_gold: bool| {
            let candidates = vec![(&good, good_is_gold), (&bad, !good_is_gold)];
            fit(&[List { weight: 1.0, candidates }], |_| true)
        };
        let of = |weights: &[f32], feature: Feature| weights[feature as usize];
        let prior = prior(Feature::Cosine).0 as f32;
        assert!(of(&weights(true), Feature::Cosine) > prior && of(&weights(true), Feature::LongLength) < 0.0);
        let against = weights(false);
        assert!((0.0..prior).contains(&of(&against, Feature::Cosine)) && of(&against, Feature::LongLength) > 0.0);
        assert!((of(&against, Feature::Speaker) - 1.0).abs() < 1e-3, "no evidence, so the prior stays");
    }

    #[test]
    fn odds_follow_the_labels() {
        let labelled: Vec<(f32, bool)> = (0..1_000).map(|at| (at as f32 / 100.0, at % 10 < at / 100)).collect();
        let (slope, intercept) = odds(&labelled);
        let probability = |sum: f32| 1.0 / (1.0 + (-(slope * sum + intercept)).exp());
        assert!((probability(5.0) - 0.5).abs() < 0.1 && probability(9.0) > 0.75 && probability(1.0) < 0.25);
    }
}
