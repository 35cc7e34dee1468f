//! Search for episodes.

use std::borrow::Cow;

use foldhash::HashMap;

use super::hybrid::{Channels, HybridIndex};
use super::question::Tense;
use super::ranker::{CANDIDATES, Rankers};
use super::ranking::{Among, Distances, Scores, Searchable, top};
use super::searches::Searches;
use super::updates::{BEST, SaidValue, newer_first};
use super::{Moment, SearchRequest};
use crate::knowledge::Knowledge;
use crate::model::{Episode, EpisodeId};
use signals::Signals;

mod facts;
mod signals;
#[cfg(test)]
mod tests;
mod threads;

pub(super) struct EpisodeSearch<'a> {
    pub(super) searches: &'a Searches<'a>,
    /// A request with the query and the vector of the searches.
    pub(super) request: &'a SearchRequest,
}

impl EpisodeSearch<'_> {
    fn numbered(&self, number: u32) -> Option<&Episode> {
        self.searches.index.episode(self.documents().id(number)?)
    }
}

impl Searchable for EpisodeSearch<'_> {
    type Id = EpisodeId;
    type Item = Episode;

    fn documents(&self) -> &HybridIndex<EpisodeId> {
        &self.searches.index.turns.documents
    }

    fn knowledge(&self) -> &Knowledge {
        &self.searches.index.knowledge
    }

    fn item(&self, id: EpisodeId) -> Option<&Episode> {
        self.searches.index.episode(id)
    }

    fn channels(&self) -> Cow<'_, Channels> {
        Cow::Borrowed(self.searches.of_turns())
    }

    /// Scores the best candidates by the learned ranker, the others behind them.
    fn scores(&self, channels: &Channels) -> Scores {
        let signals = Signals::new(self, channels);
        let rough = signals.rough();
        let passes = |number: u32| self.numbered(number).is_some_and(|episode| self.passes(episode));
        let tie = |left: u32, right: u32| self.documents().id(left).cmp(&self.documents().id(right));
        let candidates = top(&rough, Among::All, CANDIDATES.max(2 * self.request.limit), passes, tie);
        let measured = candidates.into_iter().filter_map(|(number, _)| {
            let features = signals.features(number, self.numbered(number)?);
            Some((number, features))
        });
        Rankers::of_turns(&self.request.vector).scores(&rough, measured.collect())
    }

    /// Moves newer turns before those that say the same with an older number, for a question about the present.
    fn adjust(&self, ranked: &mut [(u32, f32)]) {
        let question = self.searches.question();
        if question.tense != Tense::PresentValue || matches!(self.request.moment, Moment::At(_)) {
            return;
        }
        let mut said: HashMap<u32, Option<SaidValue>> = HashMap::default();
        for (number, _) in ranked.iter().take(BEST) {
            let content = self.numbered(*number).map_or("", |episode| episode.content.as_str());
            said.insert(*number, SaidValue::of(content, &question.words));
        }
        newer_first(ranked, |newer, older| {
            let (Some(newer_turn), Some(older_turn)) = (self.numbered(newer), self.numbered(older)) else {
                return false;
            };
            let is_later = (newer_turn.reference_time, newer_turn.seq) > (older_turn.reference_time, older_turn.seq);
            let is_of_same = newer_turn.role == older_turn.role && newer_turn.name == older_turn.name;
            let value = |number: u32| said.get(&number)?.as_ref();
            is_later && is_of_same && value(newer).zip(value(older)).is_some_and(|(newer, older)| newer.replaces(older))
        });
    }

    fn passes(&self, episode: &Episode) -> bool {
        let is_known = self.request.known_at.is_none_or(|known_at| episode.recorded_at <= known_at);
        is_known
            && !self.request.ignored.contains(&episode.id)
            && self.searches.index.passes(&self.request.filter, episode)
    }

    fn mentions(&self, episode: &Episode) -> usize {
        self.searches.index.knowledge.facts_from(episode.id).len()
    }

    fn distance(&self, episode: &Episode, distances: &Distances) -> Option<usize> {
        let mentioned = self.searches.index.knowledge.mentioned_in(episode.id);
        mentioned.iter().filter_map(|id| distances.get(id)).min().copied()
    }
}
