//! Subgraphs around entities. Pure.

use std::collections::{BTreeSet, HashMap};

use crate::knowledge::Knowledge;
use crate::model::{AssertionId, EntityId, Fact};

/// The direction in which facts are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Direction {
    /// From subject to object.
    Outgoing,
    /// From object to subject.
    Incoming,
    /// In both directions.
    #[default]
    Both,
}

/// A request for a subgraph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubgraphRequest {
    /// Entities to start from; unknown ids are ignored.
    pub seeds: Vec<EntityId>,
    /// Maximum number of steps from a seed; 0 returns only the seeds.
    pub depth: usize,
    /// The direction in which facts are followed.
    pub direction: Direction,
    /// Maximum number of entities.
    pub max_nodes: usize,
    /// Maximum number of facts.
    pub max_edges: usize,
}

/// A subgraph.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Subgraph {
    /// Entities, ordered by distance from the seeds and then by id.
    pub entities: Vec<EntityId>,
    /// Facts between these entities, ordered by distance from the seeds and then by id.
    pub facts: Vec<AssertionId>,
    /// The limit that truncated the result, if any: `max_nodes`, or else `max_edges`.
    pub truncated: Option<&'static str>,
}

/// Returns the subgraph around the seeds, found by breadth-first search.
///
/// Only facts that pass are followed and returned. The direction determines which entities are reached;
/// between them, facts of both directions are returned.
pub fn subgraph(knowledge: &Knowledge, request: &SubgraphRequest, passes: impl Fn(&Fact) -> bool) -> Subgraph {
    let (entities, is_truncated) = reached(knowledge, request, &passes);
    let rank: HashMap<EntityId, usize> = entities.iter().copied().zip(0..).collect();
    let mut facts: Vec<(usize, AssertionId)> = entities
        .iter()
        .flat_map(|entity| knowledge.facts_about(*entity).filter(|fact| fact.subject == *entity))
        .filter_map(|fact| Some((rank.get(&fact.subject)?.max(rank.get(&fact.object)?), fact)))
        .filter(|(_, fact)| passes(fact))
        .map(|(farther, fact)| (*farther, fact.id))
        .collect();
    facts.sort_unstable();
    let truncated =
        if is_truncated { Some("max_nodes") } else { (facts.len() > request.max_edges).then_some("max_edges") };
    facts.truncate(request.max_edges);
    Subgraph { entities, facts: facts.into_iter().map(|(_, id)| id).collect(), truncated }
}

/// Returns the reached entities in order, and whether the limit truncated them.
fn reached(knowledge: &Knowledge, request: &SubgraphRequest, passes: &impl Fn(&Fact) -> bool) -> (Vec<EntityId>, bool) {
    let mut entities = Vec::new();
    let mut seen: BTreeSet<EntityId> =
        request.seeds.iter().filter_map(|id| knowledge.entity(*id)).map(|entity| entity.id).collect();
    let mut level = seen.clone();
    for steps_left in (0..=request.depth).rev() {
        let room = request.max_nodes.saturating_sub(entities.len());
        entities.extend(level.iter().copied().take(room));
        if level.len() > room {
            return (entities, true);
        }
        if level.is_empty() || steps_left == 0 {
            break;
        }
        let facts = level.iter().flat_map(|entity| knowledge.facts_about(*entity).map(move |fact| (*entity, fact)));
        let ends = facts
            .filter(|(_, fact)| passes(fact))
            .flat_map(|(entity, fact)| ends_from(entity, fact, request.direction))
            .filter(|end| knowledge.entity(*end).is_some_and(|entity| entity.id == *end));
        let next: BTreeSet<EntityId> = ends.filter(|end| seen.insert(*end)).collect();
        level = next;
    }
    (entities, false)
}

/// The entities to which a fact leads from an entity.
fn ends_from(entity: EntityId, fact: &Fact, direction: Direction) -> impl Iterator<Item = EntityId> {
    let out = (fact.subject == entity && direction != Direction::Incoming).then_some(fact.object);
    let back = (fact.object == entity && direction != Direction::Outgoing).then_some(fact.subject);
    out.into_iter().chain(back)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::knowledge::sample::{Sample, graph};
    use crate::model::Holding;

    /// A leads to B and C, B to D, and E to A.
    fn sample() -> Sample {
        let mut sample = Sample::new(graph(1));
        for (number, (from, to)) in [("A", "B"), ("A", "C"), ("B", "D"), ("E", "A")].into_iter().enumerate() {
            sample.add_fact(number as i64, (from, "LEADS_TO", to), Holding::Shared);
        }
        sample
    }

    fn request(sample: &Sample, seeds: &[&str], depth: usize) -> SubgraphRequest {
        let seeds = seeds.iter().map(|name| sample.entity(name)).collect();
        SubgraphRequest { seeds, depth, direction: Direction::Both, max_nodes: 100, max_edges: 100 }
    }

    fn names(knowledge: &Knowledge, found: &Subgraph) -> Vec<String> {
        let entities = found.entities.iter().filter_map(|id| knowledge.entity(*id));
        let mut names: Vec<String> = entities.map(|entity| entity.name.clone()).collect();
        names.sort();
        names
    }

    #[test]
    fn the_direction_determines_the_entities() {
        let sample = sample();
        let knowledge = sample.knowledge();
        for (direction, depth, expected) in [
            (Direction::Outgoing, 1, vec!["A", "B", "C"]),
            (Direction::Incoming, 1, vec!["A", "E"]),
            (Direction::Both, 1, vec!["A", "B", "C", "E"]),
            (Direction::Outgoing, 9, vec!["A", "B", "C", "D"]),
            (Direction::Both, 0, vec!["A"]),
        ] {
            let found =
                subgraph(&knowledge, &SubgraphRequest { direction, ..request(&sample, &["A"], depth) }, |_| true);
            assert_eq!(names(&knowledge, &found), expected, "{direction:?} {depth}");
            assert_eq!(found.facts.len(), expected.len() - 1);
            assert_eq!(found.truncated, None);
        }
    }

    #[test]
    fn unknown_seeds_and_an_empty_graph_give_an_empty_subgraph() {
        let sample = sample();
        let found = subgraph(&sample.knowledge(), &request(&sample, &["Nobody"], usize::MAX), |_| true);
        assert_eq!(found, Subgraph::default());
        let found = subgraph(&Knowledge::new(graph(1)), &request(&sample, &["A"], 3), |_| true);
        assert_eq!(found, Subgraph::default());
    }

    #[test]
    fn limits_omit_the_farthest_entities_and_are_reported() {
        let sample = sample();
        let knowledge = sample.knowledge();
        let found = subgraph(&knowledge, &SubgraphRequest { max_nodes: 4, ..request(&sample, &["A"], 5) }, |_| true);
        assert_eq!(names(&knowledge, &found), ["A", "B", "C", "E"]);
        assert_eq!((found.facts.len(), found.truncated), (3, Some("max_nodes")));
        let found = subgraph(&knowledge, &SubgraphRequest { max_edges: 2, ..request(&sample, &["A"], 5) }, |_| true);
        assert_eq!((found.entities.len(), found.facts.len(), found.truncated), (5, 2, Some("max_edges")));
        let found = subgraph(&knowledge, &SubgraphRequest { max_nodes: 5, ..request(&sample, &["A"], 5) }, |_| true);
        assert_eq!(found.truncated, None, "a limit that is just reached does not truncate");
    }

    #[test]
    fn facts_that_do_not_pass_are_not_followed() {
        let sample = sample();
        let knowledge = sample.knowledge();
        let gate = sample.entity("B");
        let found = subgraph(&knowledge, &request(&sample, &["A"], 5), |fact| fact.object != gate);
        assert_eq!(names(&knowledge, &found), ["A", "C", "E"]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        /// Both ends of every fact are in the subgraph, and limits truncate its lists.
        #[test]
        fn subgraphs_are_closed_and_limits_truncate_them(
            facts in proptest::collection::vec((0_u8..8, 0_u8..8), 0..20),
            depth in 0_usize..4,
            max_nodes in 0_usize..9,
            max_edges in 0_usize..12,
        ) {
            let mut sample = Sample::new(graph(1));
            for (from, to) in facts {
                sample.add_fact(1, (&format!("N{from}"), "KNOWS", &format!("N{to}")), Holding::Shared);
            }
            let knowledge = sample.knowledge();
            let whole = subgraph(&knowledge, &request(&sample, &["N0", "N1"], depth), |_| true);
            let limits = SubgraphRequest { max_nodes, max_edges, ..request(&sample, &["N0", "N1"], depth) };
            let found = subgraph(&knowledge, &limits, |_| true);
            prop_assert!(whole.entities.starts_with(&found.entities));
            prop_assert!(found.entities.len() <= max_nodes && found.facts.len() <= max_edges);
            for id in &found.facts {
                let fact = knowledge.fact(*id).expect("a fact of the graph");
                prop_assert!(found.entities.contains(&fact.subject) && found.entities.contains(&fact.object));
            }
            let all = found.entities == whole.entities && found.facts == whole.facts;
            prop_assert_eq!(all, found.truncated.is_none());
        }
    }
}
