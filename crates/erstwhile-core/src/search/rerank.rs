//! The rerankers that the API names, as pure functions over candidates.

use std::cmp::Ordering;
use std::collections::HashMap;

/// How much a rank counts in reciprocal rank fusion (Cormack, Clarke and Büttcher 2009).
const RRF_K: f32 = 60.0;

/// Reciprocal rank fusion: each channel adds 1 / (60 + rank) for what it found.
///
/// `channels` are rankings of document numbers, best first. The result has no order.
pub(super) fn reciprocal_rank(channels: &[Vec<u32>]) -> Vec<(u32, f32)> {
    let mut fused: HashMap<u32, f32> = HashMap::new();
    for channel in channels {
        for (rank, document) in channel.iter().enumerate() {
            *fused.entry(*document).or_default() += 1.0 / (RRF_K + rank as f32 + 1.0);
        }
    }
    fused.into_iter().collect()
}

/// Maximal marginal relevance (Carbonell and Goldstein 1998), greedy.
///
/// Each step takes the candidate with the largest `lambda * relevance - (1 - lambda) * similarity` to
/// what has been taken; `lambda` 1 keeps the order, 0 looks for difference only.
pub(crate) fn marginal_relevance(
    candidates: &[(u32, f32)],
    lambda: f32,
    limit: usize,
    similarity: impl Fn(u32, u32) -> f32,
) -> Vec<(u32, f32)> {
    let mut rest: Vec<(u32, f32, f32)> = candidates.iter().map(|(document, score)| (*document, *score, 0.0)).collect();
    let mut taken = Vec::new();
    while taken.len() < limit {
        let worth = |(_, relevance, likeness): &(u32, f32, f32)| lambda * relevance - (1.0 - lambda) * likeness;
        let best = rest.iter().enumerate().max_by(|(left_at, left), (right_at, right)| {
            worth(left).total_cmp(&worth(right)).then_with(|| right_at.cmp(left_at))
        });
        let Some((position, _)) = best else { break };
        let (document, relevance, _) = rest.remove(position);
        for (other, _, likeness) in &mut rest {
            *likeness = likeness.max(similarity(document, *other));
        }
        taken.push((document, relevance));
    }
    taken
}

/// The order of results: the better score first, then what `tie` says of the two documents.
pub(super) fn better_first(left: (u32, f32), right: (u32, f32), tie: impl Fn(u32, u32) -> Ordering) -> Ordering {
    right.1.total_cmp(&left.1).then_with(|| tie(left.0, right.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_two_channels_find_beats_what_one_finds_first() {
        let fused = reciprocal_rank(&[vec![1, 2, 3], vec![4, 2]]);
        let best = fused.iter().max_by(|left, right| left.1.total_cmp(&right.1)).map(|(document, _)| *document);
        assert_eq!(best, Some(2));
    }

    #[test]
    fn diversity_puts_a_different_answer_before_a_repetition() {
        let candidates = [(0, 1.0), (1, 0.99), (2, 0.5)];
        let alike = |left: u32, right: u32| if left + right == 1 { 1.0 } else { 0.0 };
        let order = |lambda| -> Vec<u32> {
            marginal_relevance(&candidates, lambda, 3, alike).into_iter().map(|(document, _)| document).collect()
        };
        assert_eq!(order(0.5), [0, 2, 1]);
        assert_eq!(order(1.0), [0, 1, 2]);
    }
}
