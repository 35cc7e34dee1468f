//! How much the episodes of a graph matter to a query: what an episode supports is ranked by it, too.

use foldhash::HashMap;

use super::episodes::EpisodeSearch;
use super::filter::Filter;
use super::searches::Searches;
use super::{Moment, Scored, SearchRequest, dense, ranking};
use crate::model::{Episode, EpisodeId};

/// Number of episodes that count.
pub(super) const EPISODES: usize = 100;
/// What a fact or a statement of the best episode gains, as a share of the best score.
///
/// Measured with 0.2, 0.4, 0.8, 1.6 and 3 on `LoCoMo`, BEAM and `LongMemEval` development questions.
const SHARE: f32 = 0.8;

/// The scores of the best episodes for a query, divided by the best.
#[derive(Debug, Clone, Default)]
pub(super) struct EpisodeRelevance(HashMap<EpisodeId, f32>);

impl EpisodeRelevance {
    /// The best episodes for the request of some searches, whatever its filter and reranker.
    pub(super) fn new(searches: &Searches<'_>) -> Self {
        let all = SearchRequest { filter: Filter::default(), moment: Moment::Always, ..searches.request.clone() };
        let search = EpisodeSearch { searches, request: &all };
        let best = ranking::best_matches(&search, EPISODES);
        Self(best.into_iter().map(|(episode, score)| (episode.id, score)).collect())
    }

    /// The same from episodes that have been found in the default order without a filter.
    pub(super) fn of(found: &[Scored<Episode>]) -> Self {
        Self(found.iter().take(EPISODES).map(|found| (found.item.id, found.relevance as f32)).collect())
    }

    /// Adds to the scores of matching documents what their best episode gives; `supported` are the numbers of an episode's
    /// documents.
    pub(super) fn boost<I: IntoIterator<Item = u32>>(&self, scores: &mut [f32], supported: impl Fn(EpisodeId) -> I) {
        let best = dense::best(scores);
        let mut gains: HashMap<u32, f32> = HashMap::default();
        for (episode, relevance) in &self.0 {
            for number in supported(*episode) {
                let gain = gains.entry(number).or_default();
                *gain = gain.max(*relevance);
            }
        }
        for (number, gain) in gains {
            if let Some(score) = scores.get_mut(number as usize).filter(|score| **score > 0.0) {
                *score += SHARE * best * gain;
            }
        }
    }
}
