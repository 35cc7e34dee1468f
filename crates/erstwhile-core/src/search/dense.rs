//! Passes over the scores of all documents. They are compiled for the vector instructions of the processor that the program
//! runs on (`pulp`); each value is computed as it would be alone, so results do not depend on these instructions.

use pulp::Arch;

/// Number of scores of which the best is kept side by side.
const LANES: usize = 32;

/// The best score; zero if none is positive.
pub(super) fn best(scores: &[f32]) -> f32 {
    let larger = |one: f32, other: f32| if other > one { other } else { one };
    let lanes = Arch::new().dispatch(|| {
        let mut best = [0.0_f32; LANES];
        for chunk in scores.as_chunks::<LANES>().0 {
            for lane in 0..LANES {
                best[lane] = if chunk[lane] > best[lane] { chunk[lane] } else { best[lane] };
            }
        }
        best
    });
    lanes.iter().chain(scores.as_chunks::<LANES>().1).copied().fold(0.0, larger)
}

/// Scores divided by the best; zeros if none is positive.
pub(super) fn relative(scores: &[f32]) -> Vec<f32> {
    let best = best(scores);
    let mut relative = vec![0.0; scores.len()];
    if best > 0.0 {
        Arch::new().dispatch(|| {
            for (relative, score) in relative.iter_mut().zip(scores) {
                *relative = *score / best;
            }
        });
    }
    relative
}

/// The weighted sum of two lists of scores, each divided by its best one. Negative scores count as zero.
pub(super) fn mixed([one, other]: [&[f32]; 2], [weight, other_weight]: [f32; 2]) -> Vec<f32> {
    let (best_one, best_other) = (best(one), best(other));
    let mut sums = vec![0.0; one.len().min(other.len())];
    let mut add = |scores: &[f32], best: f32, weight: f32| {
        if best > 0.0 {
            Arch::new().dispatch(|| {
                for (sum, score) in sums.iter_mut().zip(scores) {
                    let positive = if *score > 0.0 { *score } else { 0.0 };
                    *sum += weight * (positive / best);
                }
            });
        }
    };
    add(one, best_one, weight);
    add(other, best_other, other_weight);
    sums
}

/// Whether a score is positive and at minimum this one.
pub(super) fn has_at_least(scores: &[f32], least: f32) -> bool {
    /// The smallest positive number.
    const SMALLEST: f32 = f32::from_bits(1);
    let least = if least > 0.0 { least } else { SMALLEST };
    let mut found = false;
    for score in scores {
        found |= *score >= least;
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn scores() -> impl Strategy<Value = Vec<f32>> {
        proptest::collection::vec(-1.0_f32..1.0, 0..150)
    }

    proptest! {
        #[test]
        fn a_pass_computes_each_value_as_it_would_be_alone(one in scores(), weights in [0.0_f32..1.0, 0.0_f32..1.0], least in -1.0_f32..1.0) {
            let other: Vec<f32> = one.iter().rev().map(|score| score * 0.7 - 0.1).collect();
            let top = |scores: &[f32]| scores.iter().copied().fold(0.0_f32, f32::max);
            prop_assert_eq!(vec![best(&one)], vec![top(&one)]);
            let share = |score: f32, best: f32| if best > 0.0 { score / best } else { 0.0 };
            prop_assert_eq!(relative(&one), one.iter().map(|score| share(*score, top(&one))).collect::<Vec<_>>());
            let sum = |(left, right): (&f32, &f32)| {
                weights[0] * share(left.max(0.0), top(&one)) + weights[1] * share(right.max(0.0), top(&other))
            };
            prop_assert_eq!(mixed([&one, &other], weights), one.iter().zip(&other).map(sum).collect::<Vec<_>>());
            prop_assert_eq!(has_at_least(&one, least), one.iter().any(|score| *score > 0.0 && *score >= least));
        }
    }
}
