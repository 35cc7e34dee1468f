//! Search over one graph: candidates from words, meaning and the graph, fused, filtered, reranked.
//!
//! Pure: given an index, a query and its vector, the answer is always the same.

use std::cmp::Ordering;
use std::collections::{HashMap, VecDeque};

use jiff::Timestamp;
use uuid::Uuid;

mod bm25;
mod collection;
pub mod filter;
mod fuse;
mod index;
mod names;
pub(crate) mod rerank;
mod turns;
mod vector;

pub use fuse::Fusion;
pub use index::{GraphIndex, PendingEmbedding};
pub use vector::EXACT_MAX;

use crate::model::{AssertionId, Entity, EntityId, Episode, EpisodeId, Fact};
use filter::Filter;

/// Candidates that a reranker looks at, at least.
const CANDIDATES_MIN: usize = 100;
/// Entities that the graph channel starts from.
const SEEDS: usize = 3;
/// What a fact gets for touching a seed, as a share of the best score.
const SEED_SHARE: f32 = 0.1;

/// How results are ordered.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Reranker {
    /// The fusion that measured best; what a search does when nothing is asked for.
    Fused,
    /// Reciprocal rank fusion of words and meaning.
    Rrf,
    /// Maximal marginal relevance with this lambda, 0 to 1.
    Mmr(f32),
    /// The length of the shortest path from this entity.
    NodeDistance(EntityId),
    /// How many episodes mention it.
    EpisodeMentions,
}

/// When facts must hold to be returned.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Moment {
    /// Everything, also what no longer holds.
    Always,
    /// What holds in the world at this moment.
    At(Timestamp),
    /// What has not ended at this moment: what holds, and events that are still to come.
    Current(Timestamp),
}

/// A search.
#[derive(Debug, Clone)]
pub struct SearchRequest {
    /// The words.
    pub query: String,
    /// Their vector by the index's embedder.
    pub vector: Vec<f32>,
    /// Results, at most.
    pub limit: usize,
    /// Their order.
    pub reranker: Reranker,
    /// Which may be returned.
    pub filter: Filter,
    /// When facts must hold.
    pub moment: Moment,
    /// What was true as far as the system knew at this moment; `None` for now.
    pub known_at: Option<Timestamp>,
    /// Results near these entities come first among equals.
    pub origins: Vec<EntityId>,
    /// Knobs of the default fusion.
    pub fusion: Fusion,
}

/// A result with its score (comparable within one answer only).
#[derive(Debug, Clone, PartialEq)]
pub struct Scored<T> {
    /// What was found.
    pub item: T,
    /// How well it fits.
    pub score: f64,
    /// How well it fits compared with the best of the answer, 0 to 1.
    pub relevance: f64,
}

impl GraphIndex {
    /// Episodes: raw turns, texts and documents.
    pub fn search_episodes(&self, request: &SearchRequest) -> Vec<Scored<Episode>> {
        let channels = self.turns.documents.search(&request.query, &request.vector);
        let mut fused = fuse::fuse(&channels, request.fusion);
        self.smooth_with_adjacent_turns(&mut fused, request.fusion.neighbours);
        let passes = |number: u32| {
            let episode = self.turns.documents.id(number).and_then(|id| self.episode(id));
            episode.is_some_and(|episode| {
                let known = request.known_at.is_none_or(|known_at| episode.recorded_at <= known_at);
                known && request.filter.episode(episode)
            })
        };
        let mentions =
            |number: u32| self.turns.documents.id(number).map_or(0, |id| self.knowledge.facts_from(id).len());
        let distance = |number: u32, distances: &HashMap<EntityId, usize>| {
            let mentioned =
                self.turns.documents.id(number).map(|id| self.knowledge.mentioned_in(id)).unwrap_or_default();
            mentioned.iter().filter_map(|id| distances.get(id)).min().copied()
        };
        let similarity = |one, other| self.turns.documents.similarity(one, other);
        let id = |number: u32| self.turns.documents.id(number).map(|id| id.0);
        let order =
            Order { id: &id, passes: &passes, mentions: &mentions, distance: &distance, similarity: &similarity };
        let ranked = self.rank(request, &channels, &fused, &order);
        scored(&ranked, |number| self.episode(self.turns.documents.id(number)?).cloned())
    }

    /// A turn answers the one before it, so a part of each turn's score goes to its neighbours.
    fn smooth_with_adjacent_turns(&self, fused: &mut [f32], share: f32) {
        if share == 0.0 {
            return;
        }
        let own = fused.to_vec();
        let heard = |neighbour: Option<u32>| {
            neighbour.and_then(|neighbour| own.get(neighbour as usize)).map_or(0.0, |score| score.max(0.0))
        };
        for (number, score) in fused.iter_mut().enumerate() {
            // One sum of the two, so that the result does not depend on the order in which turns are stored.
            let [before, after] = self.turns.neighbours(number).map(heard);
            *score += share * (before + after);
        }
    }

    /// Facts.
    pub fn search_facts(&self, request: &SearchRequest) -> Vec<Scored<Fact>> {
        let then: Option<HashMap<AssertionId, Fact>> = request
            .known_at
            .map(|at| self.knowledge.facts_known_at(at).into_iter().map(|fact| (fact.id, fact)).collect());
        let known = |id: AssertionId| match &then {
            Some(then) => then.get(&id),
            None => self.knowledge.fact(id),
        };
        let channels = self.facts.search(&request.query, &request.vector);
        let mut fused = fuse::fuse(&channels, request.fusion);
        self.walk_from_seeds(request, &mut fused);
        let metadata = |id: EpisodeId| self.episode(id).map(|episode| episode.metadata.clone());
        let passes = |number: u32| {
            self.facts.id(number).and_then(known).is_some_and(|fact| {
                let holds = match request.moment {
                    Moment::Always => true,
                    Moment::At(at) => fact.holds_at(at),
                    Moment::Current(at) => fact.is_current_at(at),
                };
                holds && request.filter.fact(fact, &self.knowledge, metadata)
            })
        };
        let mentions = |number: u32| self.facts.id(number).and_then(known).map_or(0, |fact| fact.episodes.len());
        let distance = |number: u32, distances: &HashMap<EntityId, usize>| {
            let fact = self.facts.id(number).and_then(known)?;
            [fact.subject, fact.object].iter().filter_map(|end| distances.get(end)).min().copied()
        };
        let similarity = |one, other| self.facts.similarity(one, other);
        let id = |number: u32| self.facts.id(number).map(|id| id.0);
        let order =
            Order { id: &id, passes: &passes, mentions: &mentions, distance: &distance, similarity: &similarity };
        let ranked = self.rank(request, &channels, &fused, &order);
        scored(&ranked, |number| self.facts.id(number).and_then(known).cloned())
    }

    /// Facts that touch what the query names, or where the caller starts, get a little more.
    fn walk_from_seeds(&self, request: &SearchRequest, fused: &mut [f32]) {
        let origins = request.origins.iter().map(|id| self.knowledge.entity_of(*id));
        let named: Vec<EntityId> =
            origins.chain(self.named_in(&request.query)).take(SEEDS + request.origins.len()).collect();
        let best = fused.iter().copied().fold(0.0_f32, f32::max);
        for seed in named {
            for fact in self.knowledge.facts_about(seed) {
                if let Some(number) = self.facts.number(fact.id) {
                    fused[number as usize] += SEED_SHARE * best;
                }
            }
        }
    }

    /// Entities whose whole name stands in a query, the rarest first; not the graph's hubs.
    fn named_in(&self, query: &str) -> Vec<EntityId> {
        let named = self.names.named_in(query).into_iter().filter_map(|number| self.entities.id(number));
        let mut named: Vec<(usize, EntityId)> = named
            .map(|id| (self.knowledge.degree(id), id))
            .filter(|(facts, _)| *facts * 4 <= self.facts.len().max(16))
            .collect();
        named.sort();
        named.into_iter().map(|(_, id)| id).collect()
    }

    /// Entities.
    pub fn search_entities(&self, request: &SearchRequest) -> Vec<Scored<Entity>> {
        let channels = self.entities.search(&request.query, &request.vector);
        let fused = fuse::fuse(&channels, request.fusion);
        let metadata = |id: EpisodeId| self.episode(id).map(|episode| episode.metadata.clone());
        let passes = |number: u32| {
            let entity = self.entities.id(number).and_then(|id| self.knowledge.entity(id));
            entity.is_some_and(|entity| {
                let known = request.known_at.is_none_or(|known_at| entity.created_at <= known_at);
                known && request.filter.entity(entity, metadata)
            })
        };
        let mentions = |number: u32| {
            self.entities.id(number).and_then(|id| self.knowledge.entity(id)).map_or(0, |entity| entity.episodes.len())
        };
        let distance =
            |number: u32, distances: &HashMap<EntityId, usize>| distances.get(&self.entities.id(number)?).copied();
        let similarity = |one, other| self.entities.similarity(one, other);
        let id = |number: u32| self.entities.id(number).map(|id| id.0);
        let order =
            Order { id: &id, passes: &passes, mentions: &mentions, distance: &distance, similarity: &similarity };
        let ranked = self.rank(request, &channels, &fused, &order);
        scored(&ranked, |number| self.knowledge.entity(self.entities.id(number)?).cloned())
    }

    /// Orders documents as asked and cuts the list.
    fn rank(
        &self,
        request: &SearchRequest,
        channels: &collection::Channels,
        fused: &[f32],
        order: &Order<'_>,
    ) -> Vec<(u32, f32)> {
        let wanted = match request.reranker {
            Reranker::Fused => request.limit,
            _ => request.limit.max(CANDIDATES_MIN),
        };
        let best = |scores: &[f32]| top(scores, wanted, order);
        let mut ranked = match request.reranker {
            Reranker::Rrf => {
                let ranking = |scores: &[f32]| best(scores).into_iter().map(|(number, _)| number).collect();
                let mut both = rerank::reciprocal_rank(&[ranking(&channels.text.scores), ranking(&channels.cosines)]);
                // Two channels that disagree about two documents rank them the same: relevance decides.
                let relevance = |number: u32| fused.get(number as usize).copied().unwrap_or(0.0);
                both.sort_unstable_by(|left, right| {
                    rerank::better_first(*left, *right, |one, other| {
                        let (one, other) = ((one, relevance(one)), (other, relevance(other)));
                        rerank::better_first(one, other, |one, other| order.tie(one, other))
                    })
                });
                both
            }
            Reranker::Mmr(lambda) => rerank::marginal_relevance(&best(fused), lambda, request.limit, order.similarity),
            Reranker::Fused => best(fused),
            Reranker::NodeDistance(centre) => {
                let distances = self.distances(centre);
                let mut near = best(fused);
                near.sort_by_key(|(number, _)| (order.distance)(*number, &distances).unwrap_or(usize::MAX));
                near.into_iter()
                    .map(|(number, _)| {
                        let steps = (order.distance)(number, &distances);
                        (number, steps.map_or(0.0, |steps| 1.0 / (steps as f32 + 1.0)))
                    })
                    .collect()
            }
            Reranker::EpisodeMentions => {
                let mut often = best(fused);
                often.sort_by_key(|(number, _)| std::cmp::Reverse((order.mentions)(*number)));
                often.into_iter().map(|(number, _)| (number, (order.mentions)(number) as f32)).collect()
            }
        };
        ranked.truncate(request.limit);
        ranked
    }

    /// Steps from an entity to every entity that facts connect it with, either way.
    fn distances(&self, centre: EntityId) -> HashMap<EntityId, usize> {
        let centre = self.knowledge.entity_of(centre);
        let mut distances = HashMap::from([(centre, 0)]);
        let mut next = VecDeque::from([centre]);
        while let Some(entity) = next.pop_front() {
            let steps = distances.get(&entity).copied().unwrap_or(0) + 1;
            for fact in self.knowledge.facts_about(entity) {
                for end in [fact.subject, fact.object] {
                    distances.entry(end).or_insert_with(|| {
                        next.push_back(end);
                        steps
                    });
                }
            }
        }
        distances
    }
}

type Distance<'a> = dyn Fn(u32, &HashMap<EntityId, usize>) -> Option<usize> + 'a;

/// What rerankers ask about a document.
struct Order<'a> {
    id: &'a dyn Fn(u32) -> Option<Uuid>,
    passes: &'a dyn Fn(u32) -> bool,
    mentions: &'a dyn Fn(u32) -> usize,
    distance: &'a Distance<'a>,
    similarity: &'a dyn Fn(u32, u32) -> f32,
}

impl Order<'_> {
    /// The order of two documents that are equally good: by id, which is the same on every node, whatever
    /// the order in which documents came into its index.
    fn tie(&self, left: u32, right: u32) -> Ordering {
        (self.id)(left).cmp(&(self.id)(right))
    }
}

/// The best documents that pass, best first. The filter is asked only about what could be returned.
fn top(scores: &[f32], wanted: usize, order: &Order<'_>) -> Vec<(u32, f32)> {
    let better_first = |left: &(u32, f32), right: &(u32, f32)| {
        rerank::better_first(*left, *right, |left, right| order.tie(left, right))
    };
    let hits = scores.iter().enumerate().filter(|(_, score)| **score > 0.0);
    let mut rest: Vec<(u32, f32)> = hits.map(|(number, score)| (number as u32, *score)).collect();
    let mut found = Vec::with_capacity(wanted);
    // Sorting everything would cost more than finding it: the best few times `wanted` usually do.
    let mut chunk = wanted * 2;
    while !rest.is_empty() && found.len() < wanted {
        let later = if rest.len() > chunk {
            rest.select_nth_unstable_by(chunk, better_first);
            rest.split_off(chunk)
        } else {
            Vec::new()
        };
        let mut best = std::mem::replace(&mut rest, later);
        best.sort_unstable_by(better_first);
        found.extend(best.into_iter().filter(|(number, _)| (order.passes)(*number)).take(wanted - found.len()));
        chunk *= 4;
    }
    found
}

fn scored<T>(ranked: &[(u32, f32)], item: impl Fn(u32) -> Option<T>) -> Vec<Scored<T>> {
    let best = ranked.iter().map(|(_, score)| *score).fold(0.0_f32, f32::max);
    ranked
        .iter()
        .filter_map(|(number, score)| {
            let relevance = if best > 0.0 { f64::from(score / best) } else { 0.0 };
            Some(Scored { item: item(*number)?, score: f64::from(*score), relevance })
        })
        .collect()
}

#[cfg(test)]
mod tests;
