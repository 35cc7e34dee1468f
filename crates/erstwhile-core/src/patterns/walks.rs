//! Patterns along facts: chains of relations, and types of entities that occur together.

use std::collections::{BTreeMap, BTreeSet};

use super::network::{Edge, Network};
use super::{PATHS_MAX, Pattern, PatternKind, Tally, chain};
use crate::model::{AssertionId, EntityId, EpisodeId};

/// Labels and predicates along a chain.
type Shape<'a> = (Vec<&'a str>, Vec<&'a str>);

/// Chains of two facts up to `hops`, each from subject to object, that meet no entity twice.
pub(super) fn paths(network: &Network<'_>, hops: usize, occurrences_min: usize) -> Vec<Pattern> {
    let mut tallies: BTreeMap<Shape<'_>, Tally> = BTreeMap::new();
    let mut left = PATHS_MAX;
    // Newest first, so that what is cut off in a very large graph is old.
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

/// Counts every chain that goes on from `end`; looking at a fact takes one from `left`.
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
        let is_met = |at: &usize| [network.edges[*at].source, network.edges[*at].target].contains(&edge.target);
        if edge.source != end || path.iter().any(is_met) {
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

/// Two entities that occur together, and the facts that show it.
#[derive(Debug)]
struct Meeting {
    facts: Vec<usize>,
    weight: f64,
}

/// Pairs of types whose entities stand in facts of one episode or are at most `hops` facts apart.
pub(super) fn co_occurrences(network: &Network<'_>, hops: usize, occurrences_min: usize) -> Vec<Pattern> {
    let mut meetings: BTreeMap<(usize, usize), Meeting> = BTreeMap::new();
    meet_in_episodes(network, &mut meetings);
    meet_by_facts(network, hops, &mut meetings);
    let mut tallies: BTreeMap<(&str, &str), (Tally, BTreeSet<&str>)> = BTreeMap::new();
    for ((left, right), meeting) in meetings {
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

fn meet(
    network: &Network<'_>,
    meetings: &mut BTreeMap<(usize, usize), Meeting>,
    ends: (usize, usize),
    facts: &[usize],
) {
    let edges = || facts.iter().map(|at| &network.edges[*at]);
    if ends.0 != ends.1 && edges().any(|edge| edge.is_seeded) {
        let weight = edges().map(|edge| edge.weight).sum::<f64>() / facts.len() as f64;
        let mut facts = facts.to_vec();
        facts.dedup();
        meetings.entry((ends.0.min(ends.1), ends.0.max(ends.1))).or_insert(Meeting { facts, weight });
    }
}

/// Every two entities that facts of the same episode name.
fn meet_in_episodes(network: &Network<'_>, meetings: &mut BTreeMap<(usize, usize), Meeting>) {
    let mut said: BTreeMap<EpisodeId, Vec<usize>> = BTreeMap::new();
    for (number, edge) in network.edges.iter().enumerate() {
        for episode in &edge.fact.episodes {
            said.entry(*episode).or_default().push(number);
        }
    }
    // Episodes in the order of their newest fact.
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
                meet(network, meetings, (*one, *other), &[*of_one, *of_other]);
            }
        }
    }
}

/// Every two entities that so many facts, either way, lead from one to the other.
fn meet_by_facts(network: &Network<'_>, hops: usize, meetings: &mut BTreeMap<(usize, usize), Meeting>) {
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
                    let end = network.edges[*number].across(*node);
                    if seen.insert(end) {
                        let facts: Vec<usize> = facts.iter().copied().chain([*number]).collect();
                        // The other end finds the same pair.
                        if start < end {
                            meet(network, meetings, (start, end), &facts);
                        }
                        next.push((end, facts));
                    }
                }
            }
            level = next;
        }
    }
}
