//! Clusters by label propagation (Raghavan, Albert and Kumara 2007), made deterministic: entities are updated in
//! the order of their ids, and ties go to the smallest label.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::network::{Edge, Network, Node};
use super::{CLUSTER_MIN, ENTITIES_MAX, EXAMPLES_MAX, NAMED_MAX, Pattern, PatternKind};

/// Maximum number of rounds; most graphs converge in a few.
const ROUNDS_MAX: usize = 20;

/// Returns the clusters as numbers of nodes, the largest first.
pub(super) fn groups(network: &Network<'_>) -> Vec<Vec<usize>> {
    let mut labels: Vec<usize> = (0..network.nodes.len()).collect();
    for _ in 0..ROUNDS_MAX {
        let mut has_changed = false;
        for at in 0..labels.len() {
            let label = most_frequent_label(network, &labels, at);
            has_changed |= label != labels[at];
            labels[at] = label;
        }
        if !has_changed {
            break;
        }
    }
    let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (node, label) in labels.into_iter().enumerate() {
        groups.entry(label).or_default().push(node);
    }
    let mut groups: Vec<Vec<usize>> = groups.into_values().filter(|group| group.len() >= CLUSTER_MIN).collect();
    groups.sort_by_key(|group| (Reverse(group.len()), group.first().copied()));
    groups
}

/// The most frequent label among a node's neighbours; ties go to its own label, else to the smallest.
fn most_frequent_label(network: &Network<'_>, labels: &[usize], at: usize) -> usize {
    let mut votes: BTreeMap<usize, usize> = BTreeMap::new();
    for number in &network.nodes[at].edges {
        *votes.entry(labels[network.edges[*number].other_end(at)]).or_default() += 1;
    }
    let own = labels[at];
    let best = votes.into_iter().max_by_key(|(label, count)| (*count, *label == own, Reverse(*label)));
    best.map_or(own, |(label, _)| label)
}

/// Returns the clusters that contain seeds, as patterns.
pub(super) fn patterns(network: &Network<'_>) -> Vec<Pattern> {
    let groups = groups(network);
    let mut home: Vec<Option<usize>> = vec![None; network.nodes.len()];
    for (number, group) in groups.iter().enumerate() {
        for node in group {
            home[*node] = Some(number);
        }
    }
    let mut inside: Vec<Vec<&Edge<'_>>> = groups.iter().map(|_| Vec::new()).collect();
    for edge in network.edges.iter().filter(|edge| home[edge.source] == home[edge.target]) {
        if let Some(facts) = home[edge.source].and_then(|number| inside.get_mut(number)) {
            facts.push(edge);
        }
    }
    let touched = groups.iter().zip(inside).filter(|(_, facts)| facts.iter().any(|edge| edge.is_seeded));
    touched.map(|(group, facts)| pattern(network, group, &facts)).collect()
}

fn pattern(network: &Network<'_>, group: &[usize], facts: &[&Edge<'_>]) -> Pattern {
    let nodes: Vec<&Node<'_>> = group.iter().map(|at| &network.nodes[*at]).collect();
    let labels: BTreeSet<&str> = nodes.iter().map(|node| node.label).collect();
    let predicates: BTreeSet<&str> = facts.iter().map(|edge| edge.fact.predicate.as_str()).collect();
    let mut central = nodes.clone();
    central.sort_by_key(|node| (Reverse(node.edges.len()), node.id));
    let mut names: Vec<&str> = central.iter().take(NAMED_MAX).map(|node| node.name).collect();
    if nodes.len() > NAMED_MAX {
        names.push("…");
    }
    Pattern {
        kind: PatternKind::Cluster,
        description: format!("{} entities close to each other: {}", nodes.len(), names.join(", ")),
        labels: labels.into_iter().map(str::to_owned).collect(),
        predicates: predicates.into_iter().map(str::to_owned).collect(),
        occurrences: facts.len(),
        weighted_score: facts.iter().map(|edge| edge.weight).sum(),
        facts: facts.iter().take(EXAMPLES_MAX).map(|edge| edge.fact.id).collect(),
        entities: nodes.iter().take(ENTITIES_MAX).map(|node| node.id).collect(),
    }
}
