//! The steps shared by searches for episodes, facts and entities: both channels, fusion, filter, reranking.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::Hash;

use super::features::Features;
use super::hybrid::{Channels, HybridIndex};
use super::ranker::Ranker;
use super::{Explanation, Reranker, Scored, SearchRequest, VectorSpace, dense, rerank};
use crate::knowledge::Knowledge;
use crate::model::EntityId;

/// Minimum number of candidates for rerankers.
const CANDIDATES_MIN: usize = 100;

/// Lengths of the shortest paths from one entity.
pub(super) type Distances = HashMap<EntityId, usize>;

/// A search for one kind of item.
pub(super) trait Searchable {
    type Id: Copy + Eq + Hash + Ord;
    type Item: Clone;

    fn documents(&self) -> &HybridIndex<Self::Id>;

    fn knowledge(&self) -> &Knowledge;

    fn item(&self, id: Self::Id) -> Option<&Self::Item>;

    /// The scores of all documents for the query.
    fn channels(&self) -> Cow<'_, Channels>;

    /// The scores of all documents, by number, from those of the channels.
    fn scores(&self, channels: &Channels) -> Scores;

    /// Changes the default order of the best documents.
    fn adjust(&self, _ranked: &mut [(u32, f32)]) {}

    /// Whether the request allows the item.
    fn passes(&self, item: &Self::Item) -> bool;

    /// The score of [`Reranker::EpisodeMentions`].
    fn mentions(&self, item: &Self::Item) -> usize;

    /// The shortest distance of any entity of the item.
    fn distance(&self, item: &Self::Item, distances: &Distances) -> Option<usize>;
}

/// Documents that are ranked together, by number.
pub(super) trait Candidates {
    type Id: Ord;
    type Item;

    fn knowledge(&self) -> &Knowledge;

    /// The scores of all documents for the query.
    fn channels(&self) -> Cow<'_, Channels>;

    fn id(&self, number: u32) -> Option<Self::Id>;

    fn item(&self, number: u32) -> Option<Self::Item>;

    /// The scores of all documents, by number, from those of the channels.
    fn scores(&self, channels: &Channels) -> Scores;

    /// Changes the default order of the best documents.
    fn adjust(&self, _ranked: &mut [(u32, f32)]) {}

    /// Whether the request allows the document.
    fn passes(&self, number: u32) -> bool;

    /// The score of [`Reranker::EpisodeMentions`].
    fn mentions(&self, number: u32) -> usize;

    /// The shortest distance of any entity of the document.
    fn distance(&self, number: u32, distances: &Distances) -> Option<usize>;

    /// The cosine of two documents.
    fn similarity(&self, space: VectorSpace, left: u32, right: u32) -> f32;
}

impl<S: Searchable> Candidates for S {
    type Id = S::Id;
    type Item = S::Item;

    fn knowledge(&self) -> &Knowledge {
        Searchable::knowledge(self)
    }

    fn channels(&self) -> Cow<'_, Channels> {
        Searchable::channels(self)
    }

    fn id(&self, number: u32) -> Option<S::Id> {
        self.documents().id(number)
    }

    fn item(&self, number: u32) -> Option<S::Item> {
        item(self, number).cloned()
    }

    fn scores(&self, channels: &Channels) -> Scores {
        Searchable::scores(self, channels)
    }

    fn adjust(&self, ranked: &mut [(u32, f32)]) {
        Searchable::adjust(self, ranked);
    }

    fn passes(&self, number: u32) -> bool {
        item(self, number).is_some_and(|item| Searchable::passes(self, item))
    }

    fn mentions(&self, number: u32) -> usize {
        item(self, number).map_or(0, |item| Searchable::mentions(self, item))
    }

    fn distance(&self, number: u32, distances: &Distances) -> Option<usize> {
        item(self, number).and_then(|item| Searchable::distance(self, item, distances))
    }

    fn similarity(&self, space: VectorSpace, left: u32, right: u32) -> f32 {
        self.documents().similarity(space, left, right)
    }
}

fn item<S: Searchable>(searched: &S, number: u32) -> Option<&S::Item> {
    searched.item(searched.documents().id(number)?)
}

/// Runs a search.
pub(super) fn search<C: Candidates>(searched: &C, request: &SearchRequest) -> Vec<Scored<C::Item>> {
    let ranking = Ranking::new(searched, request);
    ranking.scored(&ranking.best(request.limit, Among::All))
}

/// The scores of all documents for a request.
pub(super) struct Ranking<'a, C> {
    searched: &'a C,
    request: &'a SearchRequest,
    pub(super) channels: Cow<'a, Channels>,
    pub(super) scores: Scores,
}

/// The scores of documents, by number; zero for those that do not match at all.
#[derive(Debug, Default)]
pub(super) struct Scores {
    pub(super) values: Vec<f32>,
    /// What was measured of the documents that the learned ranker has seen, and that ranker.
    pub(super) measured: Option<(&'static Ranker, HashMap<u32, Features>)>,
}

impl Scores {
    fn explanation(&self, number: u32) -> Option<Box<Explanation>> {
        let (ranker, measured) = self.measured.as_ref()?;
        let features = *measured.get(&number)?;
        Some(Box::new(Explanation { features, shares: ranker.shares(&features) }))
    }
}

impl From<Vec<f32>> for Scores {
    fn from(values: Vec<f32>) -> Self {
        Self { values, measured: None }
    }
}

/// The best items of a search, whatever its reranker, with their scores divided by the best.
pub(super) fn best_matches<S: Searchable>(searched: &S, wanted: usize) -> Vec<(&S::Item, f32)> {
    let channels = Searchable::channels(searched);
    let scores = Searchable::scores(searched, &channels).values;
    let tie = |left: u32, right: u32| searched.documents().id(left).cmp(&searched.documents().id(right));
    let passes = |number: u32| item(searched, number).is_some_and(|item| searched.passes(item));
    let mut found = top(&scores, Among::All, wanted, passes, tie);
    Searchable::adjust(searched, &mut found);
    let best = found.first().map_or(0.0, |(_, score)| *score);
    let relative = |(number, score): &(u32, f32)| Some((item(searched, *number)?, score / best));
    found.iter().filter_map(relative).collect()
}

impl<'a, C: Candidates> Ranking<'a, C> {
    pub(super) fn new(searched: &'a C, request: &'a SearchRequest) -> Self {
        let channels = searched.channels();
        let scores = searched.scores(&channels);
        Self { searched, request, channels, scores }
    }

    /// Results for ranked documents.
    pub(super) fn scored(&self, ranked: &[(u32, f32)]) -> Vec<Scored<C::Item>> {
        let best = ranked.iter().map(|(_, score)| *score).fold(0.0_f32, f32::max);
        let result = |(number, score): &(u32, f32)| {
            let relevance = if best > 0.0 { f64::from(score / best) } else { 0.0 };
            let explanation = if self.request.explain { self.scores.explanation(*number) } else { None };
            Some(Scored { item: self.searched.item(*number)?, score: f64::from(*score), relevance, explanation })
        };
        ranked.iter().filter_map(result).collect()
    }

    /// Orders some documents, as far as the request allows them, by the requested reranker; returns the first `limit`.
    pub(super) fn best(&self, limit: usize, among: Among<'_>) -> Vec<(u32, f32)> {
        self.best_of(self.searched, limit, among)
    }

    /// Like [`Self::best`], of a search with the same scores that lets other documents pass.
    pub(super) fn best_of(&self, searched: &C, limit: usize, among: Among<'_>) -> Vec<(u32, f32)> {
        let Self { request, channels, scores, .. } = self;
        let fused = &scores.values;
        let wanted = match request.reranker {
            Reranker::Relevance | Reranker::CrossEncoder => limit,
            _ => limit.max(CANDIDATES_MIN),
        };
        let passes = |number: u32| searched.passes(number);
        // Equal scores are ordered by id, which, unlike the number, is the same in the index of every node.
        let tie = |left: u32, right: u32| searched.id(left).cmp(&searched.id(right));
        let best = |scores: &[f32]| top(scores, among, wanted, passes, tie);
        let mut ranked = match request.reranker {
            Reranker::Relevance | Reranker::CrossEncoder => {
                let mut ranked = best(fused);
                searched.adjust(&mut ranked);
                ranked
            }
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
                let similarity = |one, other| searched.similarity(request.vector.space, one, other);
                rerank::marginal_relevance(&best(fused), lambda, limit, similarity)
            }
            Reranker::NodeDistance(centre) => {
                let distances = distances_from(searched.knowledge(), centre);
                let distance = |number: u32| searched.distance(number, &distances);
                let mut nearest = best(fused);
                nearest.sort_by_key(|(number, _)| distance(*number).unwrap_or(usize::MAX));
                let score = |number| distance(number).map_or(0.0, |steps| 1.0 / (steps as f32 + 1.0));
                nearest.into_iter().map(|(number, _)| (number, score(number))).collect()
            }
            Reranker::EpisodeMentions => {
                let mut most = best(fused);
                most.sort_by_key(|(number, _)| std::cmp::Reverse(searched.mentions(*number)));
                most.into_iter().map(|(number, _)| (number, searched.mentions(number) as f32)).collect()
            }
        };
        ranked.truncate(limit);
        // Who asks for one type wants the best of that type, even if nothing in it is like the query.
        if request.filter.names_types() && ranked.len() < limit {
            let known: HashSet<u32> = ranked.iter().map(|(number, _)| *number).collect();
            let is_other = |number: &u32| !known.contains(number) && passes(*number);
            let mut others: Vec<u32> = match among {
                Among::All => (0..fused.len() as u32).filter(is_other).collect(),
                Among::These(numbers) => numbers.iter().copied().filter(is_other).collect(),
            };
            let cosine = |number: u32| channels.cosines.get(number as usize).copied().unwrap_or_default();
            others.sort_unstable_by(|left, right| {
                rerank::better_first((*left, cosine(*left)), (*right, cosine(*right)), tie)
            });
            ranked.extend(others.into_iter().take(limit - ranked.len()).map(|number| (number, 0.0)));
        }
        ranked
    }
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

/// The documents that are ranked.
#[derive(Debug, Clone, Copy)]
pub(super) enum Among<'a> {
    /// All.
    All,
    /// These numbers.
    These(&'a [u32]),
}

/// Returns the best `wanted` documents that pass, best first. Evaluates the filter only as far as needed.
pub(super) fn top(
    scores: &[f32],
    among: Among<'_>,
    wanted: usize,
    passes: impl Fn(u32) -> bool,
    tie: impl Fn(u32, u32) -> Ordering,
) -> Vec<(u32, f32)> {
    let better_first = |left: &(u32, f32), right: &(u32, f32)| rerank::better_first(*left, *right, &tie);
    let mut found = Vec::with_capacity(wanted);
    let mut last = None;
    // Sorting all hits is slower than selecting a few times `wanted`, which usually suffices.
    let mut chunk = wanted * 2;
    while found.len() < wanted {
        let best = best_behind(scores, among, last, chunk, better_first);
        last = best.last().copied();
        let is_end = best.len() < chunk;
        found.extend(best.into_iter().filter(|(number, _)| passes(*number)).take(wanted - found.len()));
        if is_end {
            break;
        }
        chunk *= 4;
    }
    found
}

/// The best `count` hits, best first, of those that come after `last`.
///
/// Only hits that are better than the worst of `count` others are kept, so that most scores are compared with one number,
/// many at a time.
fn best_behind(
    scores: &[f32],
    among: Among<'_>,
    last: Option<(u32, f32)>,
    count: usize,
    better_first: impl Fn(&(u32, f32), &(u32, f32)) -> Ordering,
) -> Vec<(u32, f32)> {
    /// Number of scores that are compared at a time.
    const BLOCK: usize = 64;
    let mut best: Vec<(u32, f32)> = Vec::with_capacity((2 * count).min(scores.len()));
    let mut worst = 0.0_f32;
    let mut add = |hit: (u32, f32), worst: &mut f32| {
        if hit.1 > 0.0 && hit.1 >= *worst && last.is_none_or(|last| better_first(&hit, &last).is_gt()) {
            best.push(hit);
            if best.len() >= 2 * count {
                best.select_nth_unstable_by(count - 1, &better_first);
                best.truncate(count);
                *worst = best.last().map_or(0.0, |(_, score)| *score);
            }
        }
    };
    match among {
        Among::All => {
            for (block, scores) in scores.chunks(BLOCK).enumerate() {
                if dense::has_at_least(scores, worst) {
                    for (number, score) in (block * BLOCK..).zip(scores) {
                        add((number as u32, *score), &mut worst);
                    }
                }
            }
        }
        Among::These(numbers) => {
            for number in numbers {
                add((*number, scores.get(*number as usize).copied().unwrap_or(0.0)), &mut worst);
            }
        }
    }
    best.sort_unstable_by(&better_first);
    best.truncate(count);
    best
}
