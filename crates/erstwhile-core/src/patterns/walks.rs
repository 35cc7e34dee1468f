//! Paths (chains of relations) and co-occurrences of types.

use std::collections::{BTreeMap, BTreeSet};

use super::network::{Edge, Network};
use super::{PATHS_MAX, Pattern, PatternKind, Tally, chain};
use crate::model::{AssertionId, EntityId, EpisodeId};

/// Labels and predicates along a chain.
type Shape<'a> = (Vec<&'a str>, Vec<&'a str>);

/// Returns chains of two up to `hops` facts, each from subject to object, without repeated entities.
pub(super) fn paths(network: &Network<'_>, hops: usize, occurrences_min: usize) -> Vec<Pattern> {
    let mut tallies: BTreeMap<Shape<'_>, Tally> = BTreeMap::new();
    let mut left = PATHS_MAX;
    // Newest first, so that the limit omits old facts of large graphs.
    for (number, edge) in network.edges.iter().enumerate().filter(|(_, edge)| edge.source != edge.target) {
        extend(network, &mut vec![number], edge.target, hops, &mut left, &mut tallies);
        if left == 0 {
            break;
        }
    }
    let frequent = tallies.into_iter().filter(|(_, tally)| tally.occurrences >= occurrences_min);
    let pattern = |((labels, predicates), tally): (Shape<'_>, Tally)| {
        tally.pattern(PatternKind::Path, &labels, &predicates, chain(&labels, &predicates))
    };
    frequent.map(pattern).collect()
}

/// Counts every chain that continues from `end`; examining a fact decrements `left`.
fn extend<'a>(
    network: &Network<'a>,
    path: &mut Vec<usize>,
    end: usize,
    hops: usize,
    left: &mut usize,
    tallies: &mut BTreeMap<Shape<'a>, Tally>,
) {
    for number in &network.nodes[end].edges {
        if *left == 0 {
            return;
        }
        *left -= 1;
        let edge = &network.edges[*number];
        let is_visited = |at: &usize| [network.edges[*at].source, network.edges[*at].target].contains(&edge.target);
        if edge.source != end || path.iter().any(is_visited) {
            continue;
        }
        path.push(*number);
        count(network, path, tallies);
        if path.len() < hops {
            extend(network, path, edge.target, hops, left, tallies);
        }
        path.pop();
    }
}

fn count<'a>(network: &Network<'a>, path: &[usize], tallies: &mut BTreeMap<Shape<'a>, Tally>) {
    let edges: Vec<&Edge<'a>> = path.iter().map(|at| &network.edges[*at]).collect();
    if !edges.iter().any(|edge| edge.is_seeded) {
        return;
    }
    let along = edges.iter().take(1).map(|edge| edge.source).chain(edges.iter().map(|edge| edge.target));
    let nodes: Vec<_> = along.map(|at| &network.nodes[at]).collect();
    let labels = nodes.iter().map(|node| node.label).collect();
    let predicates = edges.iter().map(|edge| edge.fact.predicate.as_str()).collect();
    let facts: Vec<AssertionId> = edges.iter().map(|edge| edge.fact.id).collect();
    let entities: Vec<EntityId> = nodes.iter().map(|node| node.id).collect();
    let weight = edges.iter().map(|edge| edge.weight).sum::<f64>() / edges.len() as f64;
    tallies.entry((labels, predicates)).or_default().count(weight, &facts, &entities);
}

/// Two entities that occur together, with the facts that connect them.
#[derive(Debug)]
struct CoOccurrence {
    facts: Vec<usize>,
    weight: f64,
}

/// Returns pairs of types whose entities occur in facts of one episode or are at most `hops` facts apart.
pub(super) fn co_occurrences(network: &Network<'_>, hops: usize, occurrences_min: usize) -> Vec<Pattern> {
    let mut co_occurrences: BTreeMap<(usize, usize), CoOccurrence> = BTreeMap::new();
    add_pairs_of_episodes(network, &mut co_occurrences);
    add_connected_pairs(network, hops, &mut co_occurrences);
    let mut tallies: BTreeMap<(&str, &str), (Tally, BTreeSet<&str>)> = BTreeMap::new();
    for ((left, right), meeting) in co_occurrences {
        let (left, right) = (&network.nodes[left], &network.nodes[right]);
        let labels = (left.label.min(right.label), left.label.max(right.label));
        let edges: Vec<&Edge<'_>> = meeting.facts.iter().map(|at| &network.edges[*at]).collect();
        let facts: Vec<AssertionId> = edges.iter().map(|edge| edge.fact.id).collect();
        let (tally, predicates) = tallies.entry(labels).or_default();
        predicates.extend(edges.iter().map(|edge| edge.fact.predicate.as_str()));
        tally.count(meeting.weight, &facts, &[left.id, right.id]);
    }
    let frequent = tallies.into_iter().filter(|(_, (tally, _))| tally.occurrences >= occurrences_min);
    let pattern = |((left, right), (tally, predicates)): ((&str, &str), (Tally, BTreeSet<&str>))| {
        let predicates: Vec<&str> = predicates.into_iter().collect();
        let description = format!("{left} and {right} occur together");
        tally.pattern(PatternKind::CoOccurrence, &[left, right], &predicates, description)
    };
    frequent.map(pattern).collect()
}

fn add_pair(
    network: &Network<'_>,
    co_occurrences: &mut BTreeMap<(usize, usize), CoOccurrence>,
    ends: (usize, usize),
    facts: &[usize],
) {
    let edges = || facts.iter().map(|at| &network.edges[*at]);
    if ends.0 != ends.1 && edges().any(|edge| edge.is_seeded) {
        let weight = edges().map(|edge| edge.weight).sum::<f64>() / facts.len() as f64;
        let mut facts = facts.to_vec();
        facts.dedup();
        co_occurrences.entry((ends.0.min(ends.1), ends.0.max(ends.1))).or_insert(CoOccurrence { facts, weight });
    }
}

/// Adds all pairs of entities in facts of the same episode.
fn add_pairs_of_episodes(network: &Network<'_>, co_occurrences: &mut BTreeMap<(usize, usize), CoOccurrence>) {
    let mut said: BTreeMap<EpisodeId, Vec<usize>> = BTreeMap::new();
    for (number, edge) in network.edges.iter().enumerate() {
        for episode in &edge.fact.episodes {
            said.entry(*episode).or_default().push(number);
        }
    }
    // Episodes ordered by their newest fact.
    let mut said: Vec<(usize, EpisodeId, Vec<usize>)> =
        said.into_iter().filter_map(|(id, facts)| Some((*facts.first()?, id, facts))).collect();
    said.sort_unstable();
    let mut left = PATHS_MAX;
    for (_, _, facts) in said {
        let mut standing: BTreeMap<usize, usize> = BTreeMap::new();
        for number in facts {
            let edge = &network.edges[number];
            standing.entry(edge.source).or_insert(number);
            standing.entry(edge.target).or_insert(number);
        }
        for (one, of_one) in &standing {
            for (other, of_other) in standing.range(one + 1..) {
                if left == 0 {
                    return;
                }
                left -= 1;
                add_pair(network, co_occurrences, (*one, *other), &[*of_one, *of_other]);
            }
        }
    }
}

/// Adds all pairs of entities that are at most `hops` facts apart, in either direction.
fn add_connected_pairs(
    network: &Network<'_>,
    hops: usize,
    co_occurrences: &mut BTreeMap<(usize, usize), CoOccurrence>,
) {
    let mut left = PATHS_MAX;
    for start in 0..network.nodes.len() {
        let mut seen = BTreeSet::from([start]);
        let mut level: Vec<(usize, Vec<usize>)> = vec![(start, Vec::new())];
        for _ in 0..hops {
            let mut next = Vec::new();
            for (node, facts) in &level {
                for number in &network.nodes[*node].edges {
                    if left == 0 {
                        return;
                    }
                    left -= 1;
                    let end = network.edges[*number].other_end(*node);
                    if seen.insert(end) {
                        let facts: Vec<usize> = facts.iter().copied().chain([*number]).collect();
                        // The search from the other end adds the same pair.
                        if start < end {
                            add_pair(network, co_occurrences, (start, end), &facts);
                        }
                        next.push((end, facts));
                    }
                }
            }
            level = next;
        }
    }
}
