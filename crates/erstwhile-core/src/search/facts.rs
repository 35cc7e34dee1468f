//! Search for facts.

use std::borrow::Cow;

use super::fuse::fuse;
use super::hybrid::{Channels, HybridIndex};
use super::question::Tense;
use super::ranking::{Distances, Scores, Searchable};
use super::relevance::EpisodeRelevance;
use super::searches::Searches;
use super::updates::newer_first;
use super::{GraphIndex, Moment, SearchRequest, dense};
use crate::knowledge::Knowledge;
use crate::model::{AssertionId, EntityId, EpisodeId, Fact};

/// Maximum number of entities named in a query whose facts are boosted.
const SEEDS_MAX: usize = 3;
/// The boost of facts of these entities, as a share of the best score.
const SEED_SHARE: f32 = 0.1;

pub(super) struct FactSearch<'a> {
    index: &'a GraphIndex,
    request: &'a SearchRequest,
    searches: &'a Searches<'a>,
    relevance: EpisodeRelevance,
    moment: Moment,
}

impl<'a> FactSearch<'a> {
    /// A search for a request with the query and the vector of `searches`.
    pub(super) fn new(searches: &'a Searches<'a>, request: &'a SearchRequest) -> Self {
        let relevance = EpisodeRelevance::default();
        Self { index: searches.index, request, searches, relevance, moment: request.moment }
    }

    /// The same search, in which facts of relevant episodes are boosted.
    pub(super) fn with_relevance(self, relevance: EpisodeRelevance) -> Self {
        Self { relevance, ..self }
    }

    /// The same search for facts of another time.
    pub(super) fn at(&self, moment: Moment) -> Self {
        Self { relevance: self.relevance.clone(), moment, ..*self }
    }

    /// When the facts must be valid.
    pub(super) fn moment(&self) -> Moment {
        self.moment
    }

    /// Whether the query asks for the past.
    pub(super) fn asks_for_past(&self) -> bool {
        self.searches.question().tense == Tense::Past
    }

    /// Whether newer facts come before those that they ended: not for a question that asks for the past.
    pub(super) fn prefers_newer(&self) -> bool {
        !matches!(self.request.moment, Moment::At(_)) && !self.asks_for_past()
    }

    /// Whether a fact still holds and started when an older one of the same subject and relation ended.
    pub(super) fn replaces(&self, newer: u32, older: u32) -> bool {
        let fact = |number: u32| self.searches.fact(self.index.facts.id(number)?);
        let (Some(newer), Some(older)) = (fact(newer), fact(older)) else { return false };
        let is_of_same = newer.subject == older.subject && newer.predicate == older.predicate;
        let change = newer.valid_from.zip(older.valid_until);
        is_of_same && newer.valid_until.is_none() && change.is_some_and(|(start, end)| start >= end)
    }

    /// Boosts facts of entities that the request starts from or that the query names, and facts of relevant episodes.
    pub(super) fn boost(&self, fused: &mut [f32]) {
        let knowledge = &self.index.knowledge;
        let origins = self.request.origins.iter().map(|id| knowledge.entity_of(*id));
        let seeds_max = SEEDS_MAX + self.request.origins.len();
        let seeds: Vec<EntityId> =
            origins.chain(self.index.entities_named_in(&self.request.query)).take(seeds_max).collect();
        let best = dense::best(fused);
        for seed in seeds {
            for fact in knowledge.facts_about(seed) {
                if let Some(number) = self.index.facts.number(fact.id) {
                    fused[number as usize] += SEED_SHARE * best;
                }
            }
        }
        self.relevance.boost(fused, |episode| {
            let facts = knowledge.facts_from(episode).into_iter();
            facts.filter_map(|fact| self.index.facts.number(fact.id))
        });
    }
}

impl Searchable for FactSearch<'_> {
    type Id = AssertionId;
    type Item = Fact;

    fn documents(&self) -> &HybridIndex<AssertionId> {
        &self.index.facts
    }

    fn knowledge(&self) -> &Knowledge {
        &self.index.knowledge
    }

    fn item(&self, id: AssertionId) -> Option<&Fact> {
        self.searches.fact(id)
    }

    fn channels(&self) -> Cow<'_, Channels> {
        Cow::Borrowed(self.searches.of_facts())
    }

    fn scores(&self, channels: &Channels) -> Scores {
        let mut fused = fuse(channels);
        self.boost(&mut fused);
        fused.into()
    }

    fn adjust(&self, ranked: &mut [(u32, f32)]) {
        if self.prefers_newer() {
            newer_first(ranked, |newer, older| self.replaces(newer, older));
        }
    }

    fn passes(&self, fact: &Fact) -> bool {
        let metadata = |id: EpisodeId| self.index.episode(id).map(|episode| &episode.metadata);
        let is_wanted = self.request.hearsay || !self.index.is_hearsay(fact);
        self.moment.admits(fact) && is_wanted && self.request.filter.fact(fact, &self.index.knowledge, metadata)
    }

    fn mentions(&self, fact: &Fact) -> usize {
        fact.episodes.len()
    }

    fn distance(&self, fact: &Fact, distances: &Distances) -> Option<usize> {
        [fact.subject, fact.object].iter().filter_map(|end| distances.get(end)).min().copied()
    }
}
