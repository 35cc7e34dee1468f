//! Rerankers of the API, as pure functions over candidates.

use std::cmp::Ordering;
use std::collections::HashMap;

/// The constant of reciprocal rank fusion (Cormack, Clarke and Büttcher 2009).
const RRF_K: f32 = 60.0;

/// Reciprocal rank fusion: each channel adds 1 / (60 + rank) to the score of its documents.
///
/// `channels` are rankings of document numbers, best first. The result is unordered.
pub(super) fn reciprocal_rank(channels: &[Vec<u32>]) -> Vec<(u32, f32)> {
    let mut fused: HashMap<u32, f32> = HashMap::new();
    for channel in channels {
        for (rank, document) in channel.iter().enumerate() {
            *fused.entry(*document).or_default() += 1.0 / (RRF_K + rank as f32 + 1.0);
        }
    }
    fused.into_iter().collect()
}

/// Greedy maximal marginal relevance (Carbonell and Goldstein 1998).
///
/// Each step selects the candidate with the largest `lambda * relevance - (1 - lambda) * similarity` to the
/// selected ones; `lambda` 1 keeps the order, 0 considers only difference.
pub(crate) fn marginal_relevance(
    candidates: &[(u32, f32)],
    lambda: f32,
    limit: usize,
    similarity: impl Fn(u32, u32) -> f32,
) -> Vec<(u32, f32)> {
    let mut rest: Vec<(u32, f32, f32)> = candidates.iter().map(|(document, score)| (*document, *score, 0.0)).collect();
    let mut selected = Vec::new();
    while selected.len() < limit {
        let marginal = |(_, relevance, similarity): &(u32, f32, f32)| lambda * relevance - (1.0 - lambda) * similarity;
        let best = rest.iter().enumerate().max_by(|(left_at, left), (right_at, right)| {
            marginal(left).total_cmp(&marginal(right)).then_with(|| right_at.cmp(left_at))
        });
        let Some((position, _)) = best else { break };
        let (document, relevance, _) = rest.remove(position);
        for (other, _, most_similar) in &mut rest {
            *most_similar = most_similar.max(similarity(document, *other));
        }
        selected.push((document, relevance));
    }
    selected
}

/// The order of results: higher scores first; `tie` orders documents with equal scores.
pub(super) fn better_first(left: (u32, f32), right: (u32, f32), tie: impl Fn(u32, u32) -> Ordering) -> Ordering {
    right.1.total_cmp(&left.1).then_with(|| tie(left.0, right.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_found_by_both_channels_ranks_first() {
        let fused = reciprocal_rank(&[vec![1, 2, 3], vec![4, 2]]);
        let best = fused.iter().max_by(|left, right| left.1.total_cmp(&right.1)).map(|(document, _)| *document);
        assert_eq!(best, Some(2));
    }

    #[test]
    fn mmr_prefers_a_different_document_to_a_duplicate() {
        let candidates = [(0, 1.0), (1, 0.99), (2, 0.5)];
        let similarity = |left: u32, right: u32| if left + right == 1 { 1.0 } else { 0.0 };
        let order = |lambda| -> Vec<u32> {
            marginal_relevance(&candidates, lambda, 3, similarity).into_iter().map(|(document, _)| document).collect()
        };
        assert_eq!(order(0.5), [0, 2, 1]);
        assert_eq!(order(1.0), [0, 1, 2]);
    }
}
