//! The examined part of a graph: the newest facts with weights, and entities by number.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;

use super::{FACTS_MAX, PatternRequest};
use crate::knowledge::Knowledge;
use crate::model::{EntityId, Fact};

/// The label of an untyped entity.
const UNTYPED: &str = "Entity";
const SECONDS_PER_DAY: f64 = 86_400.0;

/// Entities ordered by id, facts newest first.
#[derive(Debug)]
pub(super) struct Network<'a> {
    pub(super) nodes: Vec<Node<'a>>,
    pub(super) edges: Vec<Edge<'a>>,
}

#[derive(Debug)]
pub(super) struct Node<'a> {
    pub(super) id: EntityId,
    pub(super) name: &'a str,
    pub(super) label: &'a str,
    /// Whether it matches the seeds.
    pub(super) is_seed: bool,
    /// The numbers of its facts with other entities, newest first.
    pub(super) edges: Vec<usize>,
}

#[derive(Debug)]
pub(super) struct Edge<'a> {
    pub(super) fact: &'a Fact,
    pub(super) source: usize,
    pub(super) target: usize,
    /// 1 for a new fact, less for older ones.
    pub(super) weight: f64,
    /// Whether it contains a seed.
    pub(super) is_seeded: bool,
}

impl Edge<'_> {
    /// The other entity of the fact.
    pub(super) fn other_end(&self, node: usize) -> usize {
        if self.source == node { self.target } else { self.source }
    }
}

impl<'a> Network<'a> {
    pub(super) fn new(
        knowledge: &'a Knowledge,
        facts: impl Iterator<Item = &'a Fact>,
        request: &PatternRequest,
    ) -> Self {
        let mut facts: Vec<&Fact> = facts.filter(|fact| !knowledge.is_value(fact.object)).collect();
        let newest = |fact: &&Fact| (Reverse(fact.created_at), fact.id);
        if facts.len() > FACTS_MAX {
            facts.select_nth_unstable_by_key(FACTS_MAX, newest);
            facts.truncate(FACTS_MAX);
        }
        facts.sort_unstable_by_key(newest);
        let seeds = &request.seeds;
        let seed_ids: BTreeSet<EntityId> = seeds.nodes.iter().map(|id| knowledge.entity_of(*id)).collect();
        let ids: BTreeSet<EntityId> = facts.iter().flat_map(|fact| [fact.subject, fact.object]).collect();
        let node = |id: EntityId| {
            let entity = knowledge.entity(id);
            let label = entity.and_then(|entity| entity.entity_type.as_deref()).unwrap_or(UNTYPED);
            let is_seed = (seed_ids.is_empty() || seed_ids.contains(&id)) && is_empty_or_contains(&seeds.labels, label);
            Node { id, name: entity.map_or("", |entity| &entity.name), label, is_seed, edges: Vec::new() }
        };
        let mut nodes: Vec<Node<'_>> = ids.iter().copied().map(node).collect();
        let numbers: HashMap<EntityId, usize> = ids.into_iter().zip(0..).collect();
        let mut edges = Vec::with_capacity(facts.len());
        for fact in facts {
            let (Some(source), Some(target)) = (numbers.get(&fact.subject), numbers.get(&fact.object)) else {
                continue;
            };
            let touches = nodes[*source].is_seed || nodes[*target].is_seed;
            // A fact of an entity with itself is not part of any path.
            if source != target {
                nodes[*source].edges.push(edges.len());
                nodes[*target].edges.push(edges.len());
            }
            edges.push(Edge {
                fact,
                source: *source,
                target: *target,
                weight: weight(fact.created_at, request.now, request.half_life_days),
                is_seeded: touches && is_empty_or_contains(&seeds.predicates, &fact.predicate),
            });
        }
        Self { nodes, edges }
    }
}

/// Whether a list is empty or contains a name, ignoring case.
pub(super) fn is_empty_or_contains(list: &[String], name: &str) -> bool {
    list.is_empty() || list.iter().any(|entry| entry.eq_ignore_ascii_case(name))
}

/// The weight of a fact, halved for each half-life of its age.
fn weight(created_at: Timestamp, now: Timestamp, half_life_days: Option<f64>) -> f64 {
    let Some(half_life) = half_life_days.filter(|days| *days > 0.0) else { return 1.0 };
    let days = now.duration_since(created_at).as_secs_f64().max(0.0) / SECONDS_PER_DAY;
    0.5_f64.powf(days / half_life)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::sample::day;

    #[test]
    fn the_weight_of_a_fact_halves_with_each_half_life() {
        for (half_life, expected) in [(None, 1.0), (Some(10.0), 0.25), (Some(0.0), 1.0), (Some(f64::NAN), 1.0)] {
            assert!((weight(day(0), day(20), half_life) - expected).abs() < 1e-9, "{half_life:?}");
        }
        assert!((weight(day(9), day(0), Some(1.0)) - 1.0).abs() < 1e-9, "a future fact has the full weight");
    }
}
