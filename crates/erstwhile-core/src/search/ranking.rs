//! The steps shared by searches for episodes, facts and entities: both channels, fusion, filter, reranking.

use std::cmp::Ordering;
use std::collections::{HashMap, VecDeque};
use std::hash::Hash;

use super::hybrid::{Channels, HybridIndex};
use super::{Reranker, Scored, SearchRequest, fuse, rerank};
use crate::knowledge::Knowledge;
use crate::model::EntityId;

/// Minimum number of candidates for rerankers.
const CANDIDATES_MIN: usize = 100;

/// Lengths of the shortest paths from one entity.
pub(super) type Distances = HashMap<EntityId, usize>;

/// A search for one kind of item.
pub(super) trait Searchable {
    type Id: Copy + Hash + Ord;
    type Item: Clone;

    fn documents(&self) -> &HybridIndex<Self::Id>;

    fn knowledge(&self) -> &Knowledge;

    fn item(&self, id: Self::Id) -> Option<&Self::Item>;

    /// Adjusts the fused scores of documents, by number.
    fn adjust(&self, _fused: &mut [f32]) {}

    /// Whether the request allows the item.
    fn passes(&self, item: &Self::Item) -> bool;

    /// The score of [`Reranker::EpisodeMentions`].
    fn mentions(&self, item: &Self::Item) -> usize;

    /// The shortest distance of any entity of the item.
    fn distance(&self, item: &Self::Item, distances: &Distances) -> Option<usize>;
}

/// Runs a search.
pub(super) fn search<S: Searchable>(searched: &S, request: &SearchRequest) -> Vec<Scored<S::Item>> {
    let channels = searched.documents().search(&request.query, &request.vector);
    let mut fused = fuse::fuse(&channels, request.fusion);
    searched.adjust(&mut fused);
    let ranked = rank(searched, request, &channels, &fused);
    let best = ranked.iter().map(|(_, score)| *score).fold(0.0_f32, f32::max);
    ranked
        .iter()
        .filter_map(|(number, score)| {
            let relevance = if best > 0.0 { f64::from(score / best) } else { 0.0 };
            Some(Scored { item: item(searched, *number)?.clone(), score: f64::from(*score), relevance })
        })
        .collect()
}

fn item<S: Searchable>(searched: &S, number: u32) -> Option<&S::Item> {
    searched.item(searched.documents().id(number)?)
}

/// Orders the documents by the requested reranker and keeps the first `limit`.
fn rank<S: Searchable>(searched: &S, request: &SearchRequest, channels: &Channels, fused: &[f32]) -> Vec<(u32, f32)> {
    let wanted = match request.reranker {
        Reranker::Fused => request.limit,
        _ => request.limit.max(CANDIDATES_MIN),
    };
    let documents = searched.documents();
    let passes = |number: u32| item(searched, number).is_some_and(|item| searched.passes(item));
    // Equal scores are ordered by id, which, unlike the number, is the same in the index of every node.
    let tie = |left: u32, right: u32| documents.id(left).cmp(&documents.id(right));
    let best = |scores: &[f32]| top(scores, wanted, passes, tie);
    let mut ranked = match request.reranker {
        Reranker::Fused => best(fused),
        Reranker::Rrf => {
            let ranking = |scores: &[f32]| best(scores).into_iter().map(|(number, _)| number).collect();
            let mut both = rerank::reciprocal_rank(&[ranking(&channels.text.scores), ranking(&channels.cosines)]);
            // Documents that swap ranks between the channels get equal sums; the fused score decides.
            let fused_score = |number: u32| fused.get(number as usize).copied().unwrap_or(0.0);
            both.sort_unstable_by(|left, right| {
                rerank::better_first(*left, *right, |one, other| {
                    rerank::better_first((one, fused_score(one)), (other, fused_score(other)), tie)
                })
            });
            both
        }
        Reranker::Mmr(lambda) => {
            let similarity = |one, other| documents.similarity(one, other);
            rerank::marginal_relevance(&best(fused), lambda, request.limit, similarity)
        }
        Reranker::NodeDistance(centre) => {
            let distances = distances_from(searched.knowledge(), centre);
            let distance = |number: u32| item(searched, number).and_then(|item| searched.distance(item, &distances));
            let mut nearest = best(fused);
            nearest.sort_by_key(|(number, _)| distance(*number).unwrap_or(usize::MAX));
            let score = |number| distance(number).map_or(0.0, |steps| 1.0 / (steps as f32 + 1.0));
            nearest.into_iter().map(|(number, _)| (number, score(number))).collect()
        }
        Reranker::EpisodeMentions => {
            let mentions = |number: u32| item(searched, number).map_or(0, |item| searched.mentions(item));
            let mut most = best(fused);
            most.sort_by_key(|(number, _)| std::cmp::Reverse(mentions(*number)));
            most.into_iter().map(|(number, _)| (number, mentions(number) as f32)).collect()
        }
    };
    ranked.truncate(request.limit);
    ranked
}

/// The distances of all entities connected with `centre`, following facts in both directions.
fn distances_from(knowledge: &Knowledge, centre: EntityId) -> Distances {
    let centre = knowledge.entity_of(centre);
    let mut distances = HashMap::from([(centre, 0)]);
    let mut queue = VecDeque::from([centre]);
    while let Some(entity) = queue.pop_front() {
        // Two people of the same age are not near each other.
        if knowledge.is_value(entity) {
            continue;
        }
        let steps = distances.get(&entity).copied().unwrap_or(0) + 1;
        for fact in knowledge.facts_about(entity) {
            for end in [fact.subject, fact.object] {
                distances.entry(end).or_insert_with(|| {
                    queue.push_back(end);
                    steps
                });
            }
        }
    }
    distances
}

/// Returns the best `wanted` documents that pass, best first. Evaluates the filter only as far as needed.
pub(super) fn top(
    scores: &[f32],
    wanted: usize,
    passes: impl Fn(u32) -> bool,
    tie: impl Fn(u32, u32) -> Ordering,
) -> Vec<(u32, f32)> {
    let better_first = |left: &(u32, f32), right: &(u32, f32)| rerank::better_first(*left, *right, &tie);
    let hits = scores.iter().enumerate().filter(|(_, score)| **score > 0.0);
    let mut rest: Vec<(u32, f32)> = hits.map(|(number, score)| (number as u32, *score)).collect();
    let mut found = Vec::with_capacity(wanted);
    // Sorting all hits is slower than selecting a few times `wanted`, which usually suffices.
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
        found.extend(best.into_iter().filter(|(number, _)| passes(*number)).take(wanted - found.len()));
        chunk *= 4;
    }
    found
}
