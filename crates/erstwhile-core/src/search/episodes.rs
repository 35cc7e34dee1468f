//! Search for episodes.

use super::facts::FactChannels;
use super::hybrid::{Channels, HybridIndex};
use super::ranker::{CANDIDATES, Rankers};
use super::ranking::{Distances, Scores, Searchable, top};
use super::{GraphIndex, SearchRequest};
use crate::knowledge::Knowledge;
use crate::model::{Episode, EpisodeId};
use signals::Signals;

mod facts;
mod signals;
#[cfg(test)]
mod tests;
mod threads;

pub(super) struct EpisodeSearch<'a> {
    pub(super) index: &'a GraphIndex,
    pub(super) request: &'a SearchRequest,
    /// The scores of facts for the same query.
    pub(super) facts: &'a FactChannels<'a>,
}

impl EpisodeSearch<'_> {
    fn numbered(&self, number: u32) -> Option<&Episode> {
        self.index.episode(self.documents().id(number)?)
    }
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

    /// Scores the best candidates by the learned ranker, the others behind them.
    fn scores(&self, channels: &Channels) -> Scores {
        let signals = Signals::new(self, channels);
        let rough = signals.rough();
        let passes = |number: u32| self.numbered(number).is_some_and(|episode| self.passes(episode));
        let tie = |left: u32, right: u32| self.documents().id(left).cmp(&self.documents().id(right));
        let candidates = top(&rough, CANDIDATES.max(2 * self.request.limit), passes, tie);
        let measured = candidates.into_iter().filter_map(|(number, _)| {
            let features = signals.features(number, self.numbered(number)?);
            Some((number, features))
        });
        Rankers::of_turns(!self.request.vector.is_empty()).scores(&rough, measured.collect())
    }

    fn passes(&self, episode: &Episode) -> bool {
        let is_known = self.request.known_at.is_none_or(|known_at| episode.recorded_at <= known_at);
        is_known && !self.request.ignored.contains(&episode.id) && self.request.filter.episode(episode)
    }

    fn mentions(&self, episode: &Episode) -> usize {
        self.index.knowledge.facts_from(episode.id).len()
    }

    fn distance(&self, episode: &Episode, distances: &Distances) -> Option<usize> {
        let mentioned = self.index.knowledge.mentioned_in(episode.id);
        mentioned.iter().filter_map(|id| distances.get(id)).min().copied()
    }
}
