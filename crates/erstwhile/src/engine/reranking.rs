//! Results in the order of the reranking model, for searches that want the reranker `CrossEncoder`.

use super::{ProjectHandle, Search};
use erstwhile_core::model::{Entity, Episode};
use erstwhile_core::search::{Reranker, Scored};

/// Minimum number of results about which the model is asked, so that it can bring up what the default order has lower.
const CANDIDATES_MIN: usize = 50;
/// Maximum number; the others keep their order behind them.
const CANDIDATES_MAX: usize = 100;
/// Maximum number of characters of a text about which it is asked: about as much as cross-encoders read.
const CHARACTERS_MAX: usize = 2_000;

/// What the model is told about a result.
pub(super) trait Rerankable {
    /// Its text.
    fn text(&self) -> String;

    /// Whether it comes behind the others, whatever the model says.
    fn is_last(&self) -> bool {
        false
    }
}

/// A fact that was found, and whether it is hearsay.
#[derive(Debug)]
pub(super) struct FoundFact {
    pub(super) triple: super::facts::FactTriple,
    pub(super) is_hearsay: bool,
}

impl Rerankable for FoundFact {
    fn text(&self) -> String {
        self.triple.fact.statement.clone()
    }

    fn is_last(&self) -> bool {
        self.is_hearsay
    }
}

impl Rerankable for Entity {
    fn text(&self) -> String {
        format!("{}: {}", self.name, self.summary)
    }
}

impl Rerankable for Episode {
    fn text(&self) -> String {
        match &self.name {
            Some(name) => format!("{name}: {}", self.content),
            None => self.content.clone(),
        }
    }
}

impl ProjectHandle {
    /// The search that finds what the model is asked about.
    pub(super) fn for_reranking(&self, mut search: Search) -> Search {
        if self.is_reranked(search.reranker) {
            search.limit = search.limit.max(CANDIDATES_MIN);
        }
        search
    }

    /// Whether results are ordered by the model.
    fn is_reranked(&self, reranker: Reranker) -> bool {
        reranker == Reranker::CrossEncoder && self.state().parts.reranking_model.is_some()
    }

    /// What was found for a search with [`for_reranking`](Self::for_reranking), in the order that the search wants.
    pub(super) async fn reranked<T: Rerankable>(&self, wanted: &Search, mut found: Vec<Scored<T>>) -> Vec<Scored<T>> {
        if self.is_reranked(wanted.reranker) && !found.is_empty() {
            let text = |found: &Scored<T>| found.item.text().chars().take(CHARACTERS_MAX).collect();
            let texts = found.iter().take(CANDIDATES_MAX).map(text).collect();
            if let Some(scores) = self.engine.state.rerank(self.id, &wanted.query, texts).await {
                found = in_order(found, &scores);
                found.sort_by_key(|found| found.item.is_last());
            }
        }
        found.truncate(wanted.limit);
        found
    }
}

/// The results with these scores, best first; those without one behind them in their order. Equal scores keep the order.
fn in_order<T>(found: Vec<Scored<T>>, scores: &[f32]) -> Vec<Scored<T>> {
    let lowest = scores.iter().copied().fold(1.0_f32, f32::min);
    let best = scores.iter().copied().fold(0.0_f32, f32::max);
    let mut scored: Vec<Scored<T>> = found
        .into_iter()
        .enumerate()
        .map(|(place, found)| {
            let score = scores.get(place).copied().map_or(f64::from(lowest) * found.relevance, f64::from);
            let relevance = if best > 0.0 { score / f64::from(best) } else { 0.0 };
            Scored { item: found.item, score, relevance, explanation: None }
        })
        .collect();
    let count = scores.len().min(scored.len());
    scored[..count].sort_by(|left, right| right.score.total_cmp(&left.score));
    scored
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_without_a_score_stay_behind_the_others() {
        let found: Vec<Scored<u32>> = (0..4)
            .map(|item| Scored { item, score: 1.0, relevance: 1.0 - f64::from(item) / 10.0, explanation: None })
            .collect();
        let ordered = in_order(found, &[0.2, 0.8, 0.2]);
        assert_eq!(ordered.iter().map(|scored| scored.item).collect::<Vec<_>>(), [1, 0, 2, 3]);
        assert!(ordered.is_sorted_by(|left, right| left.score >= right.score));
        assert!(ordered.iter().all(|scored| (0.0..=1.0).contains(&scored.relevance)));
        assert!((ordered[0].relevance - 1.0).abs() < 1e-9);
    }
}
