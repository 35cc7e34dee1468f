//! Search for episodes.

use super::hybrid::HybridIndex;
use super::ranking::{Distances, Searchable};
use super::{GraphIndex, SearchRequest};
use crate::knowledge::Knowledge;
use crate::model::{Episode, EpisodeId};

pub(super) struct EpisodeSearch<'a> {
    pub(super) index: &'a GraphIndex,
    pub(super) request: &'a SearchRequest,
}

impl Searchable for EpisodeSearch<'_> {
    type Id = EpisodeId;
    type Item = Episode;

    fn documents(&self) -> &HybridIndex<EpisodeId> {
        &self.index.turns.documents
    }

    fn knowledge(&self) -> &Knowledge {
        &self.index.knowledge
    }

    fn item(&self, id: EpisodeId) -> Option<&Episode> {
        self.index.episode(id)
    }

    /// Smooths scores with those of the adjacent turns, because a turn often answers the one before it.
    fn adjust(&self, fused: &mut [f32]) {
        let share = self.request.fusion.adjacent_share;
        if share == 0.0 {
            return;
        }
        let unsmoothed = fused.to_vec();
        let score_of =
            |turn: Option<u32>| turn.and_then(|turn| unsmoothed.get(turn as usize)).map_or(0.0, |score| score.max(0.0));
        for (number, score) in fused.iter_mut().enumerate() {
            // Both are added at once, so that rounding does not depend on the order of the two.
            let [before, after] = self.index.turns.adjacent(number).map(score_of);
            *score += share * (before + after);
        }
    }

    fn passes(&self, episode: &Episode) -> bool {
        let is_known = self.request.known_at.is_none_or(|known_at| episode.recorded_at <= known_at);
        is_known && self.request.filter.episode(episode)
    }

    fn mentions(&self, episode: &Episode) -> usize {
        self.index.knowledge.facts_from(episode.id).len()
    }

    fn distance(&self, episode: &Episode, distances: &Distances) -> Option<usize> {
        let mentioned = self.index.knowledge.mentioned_in(episode.id);
        mentioned.iter().filter_map(|id| distances.get(id)).min().copied()
    }
}
