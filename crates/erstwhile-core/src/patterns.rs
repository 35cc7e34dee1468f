//! Structures that recur in a graph: relations, paths, what occurs together, hubs and clusters. Pure.
//!
//! The work is bounded whatever the size of the graph: the newest facts are looked at, and so many
//! paths and pairs of them.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

mod clusters;
mod network;
mod walks;

use crate::knowledge::Knowledge;
use crate::model::{AssertionId, EntityId, Fact};
use network::{Edge, Network};

/// Facts that are looked at, at most; the newest.
pub const FACTS_MAX: usize = 20_000;
/// Paths that are looked at, at most, and as many pairs of entities.
pub const PATHS_MAX: usize = 200_000;
/// Patterns that are returned, at most, whatever is asked for.
pub const PATTERNS_MAX: usize = 200;
/// Facts that a hub has, at least, when nothing is asked for.
pub const HUB_DEGREE_MIN: usize = 3;
/// How often a pattern occurs, at least, when nothing is asked for.
pub const OCCURRENCES_MIN: usize = 2;
/// Patterns that are returned when nothing is asked for.
const PATTERNS_DEFAULT: usize = 50;
/// Facts that a path has, at most.
const HOPS_MAX: usize = 3;
/// Facts that show a pattern, at most.
const EXAMPLES_MAX: usize = 20;
/// Entities that a pattern names, at most.
const ENTITIES_MAX: usize = 100;
/// Entities of a cluster whose names stand in its description.
const NAMED_MAX: usize = 5;
/// Entities of a cluster, at least.
const CLUSTER_MIN: usize = 3;

/// What a pattern must touch; an empty list lets everything pass.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Seeds {
    /// One of these entities.
    pub nodes: Vec<EntityId>,
    /// An entity with one of these types, whatever the case of the letters; others are `Entity`.
    pub labels: Vec<String>,
    /// One of these relations, whatever the case of the letters.
    pub predicates: Vec<String>,
}

/// Which patterns are looked for.
#[derive(Debug, Clone, PartialEq)]
pub struct PatternRequest {
    /// Whether relations between types of entities are.
    pub relationships: bool,
    /// Entities with at least so many facts.
    pub hubs: Option<usize>,
    /// Chains of two facts up to so many (2 or 3).
    pub paths: Option<usize>,
    /// Types of entities that occur together: in one episode, or at most so many facts apart (1 to 3).
    pub co_occurrences: Option<usize>,
    /// Whether groups of entities that are closer to each other than to the rest are.
    pub clusters: bool,
    /// How often a relation, a path or a co-occurrence must occur.
    pub min_occurrences: usize,
    /// Patterns, at most; never more than [`PATTERNS_MAX`].
    pub limit: usize,
    /// The moment that recency is measured from.
    pub now: Timestamp,
    /// Days after which an occurrence counts half; `None` when age does not count.
    pub half_life_days: Option<f64>,
    /// What patterns must touch.
    pub seeds: Seeds,
}

impl PatternRequest {
    /// Every kind of pattern with the usual limits, whatever its age.
    pub fn everything(now: Timestamp) -> Self {
        Self {
            relationships: true,
            hubs: Some(HUB_DEGREE_MIN),
            paths: Some(HOPS_MAX),
            co_occurrences: Some(2),
            clusters: true,
            min_occurrences: OCCURRENCES_MIN,
            limit: PATTERNS_DEFAULT,
            now,
            half_life_days: None,
            seeds: Seeds::default(),
        }
    }
}

/// What kind of structure a pattern is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PatternKind {
    /// A relation between two types of entities.
    Relationship,
    /// A chain of relations.
    Path,
    /// Two types of entities that occur together.
    CoOccurrence,
    /// An entity with many facts.
    Hub,
    /// Entities that are closer to each other than to the rest.
    Cluster,
}

impl PatternKind {
    /// The stable name used on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Relationship => "relationship",
            Self::Path => "path",
            Self::CoOccurrence => "co_occurrence",
            Self::Hub => "hub",
            Self::Cluster => "cluster",
        }
    }
}

/// A structure that recurs.
#[derive(Debug, Clone, PartialEq)]
pub struct Pattern {
    /// What kind of structure it is.
    pub kind: PatternKind,
    /// The pattern for people.
    pub description: String,
    /// The types of its entities: in order along a relation or path, else sorted.
    pub labels: Vec<String>,
    /// Its relations: in order along a path, else sorted.
    pub predicates: Vec<String>,
    /// How often it occurs; of a hub and a cluster, how many facts it has.
    pub occurrences: usize,
    /// Its occurrences, each counted less the older its facts are.
    pub weighted_score: f64,
    /// At most 20 facts that show it, newest occurrence first.
    pub facts: Vec<AssertionId>,
    /// At most 100 of its entities: of a hub the hub, of a cluster its members, else those of `facts`.
    pub entities: Vec<EntityId>,
}

/// What was found and how much was looked at.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Patterns {
    /// The patterns, those with the highest score first.
    pub patterns: Vec<Pattern>,
    /// Entities that were looked at.
    pub nodes_analyzed: usize,
    /// Facts that were looked at.
    pub edges_analyzed: usize,
}

/// Looks for structures that recur in some facts of a graph.
///
/// Of more than [`FACTS_MAX`] facts the newest are looked at. With seeds, an occurrence counts when one
/// of its facts touches them; a hub counts when it is itself a seed. The answer does not depend on the
/// order of `facts`.
pub fn detect<'a>(
    knowledge: &'a Knowledge,
    facts: impl Iterator<Item = &'a Fact>,
    request: &PatternRequest,
) -> Patterns {
    let network = Network::new(knowledge, facts, request);
    let mut patterns = Vec::new();
    if request.relationships {
        patterns.extend(relationships(&network, request.min_occurrences));
    }
    if let Some(hops) = request.paths {
        patterns.extend(walks::paths(&network, hops.clamp(2, HOPS_MAX), request.min_occurrences));
    }
    if let Some(hops) = request.co_occurrences {
        patterns.extend(walks::co_occurrences(&network, hops.clamp(1, HOPS_MAX), request.min_occurrences));
    }
    if let Some(degree_min) = request.hubs {
        patterns.extend(hubs(&network, degree_min, &request.seeds));
    }
    if request.clusters {
        patterns.extend(clusters::patterns(&network));
    }
    let order = |left: &Pattern, right: &Pattern| {
        let ties = |pattern: &Pattern| (Reverse(pattern.occurrences), pattern.kind);
        right
            .weighted_score
            .total_cmp(&left.weighted_score)
            .then_with(|| ties(left).cmp(&ties(right)))
            .then_with(|| left.description.cmp(&right.description))
            .then_with(|| left.entities.cmp(&right.entities))
    };
    patterns.sort_by(order);
    patterns.truncate(request.limit.min(PATTERNS_MAX));
    Patterns { patterns, nodes_analyzed: network.nodes.len(), edges_analyzed: network.edges.len() }
}

/// The groups of at least three entities of a graph that are closer to each other than to the rest,
/// the largest first; members in the order of their ids.
pub fn communities(knowledge: &Knowledge) -> Vec<Vec<EntityId>> {
    let request = PatternRequest::everything(Timestamp::UNIX_EPOCH);
    let network = Network::new(knowledge, knowledge.facts(), &request);
    let groups = clusters::groups(&network);
    groups.into_iter().map(|group| group.into_iter().map(|at| network.nodes[at].id).collect()).collect()
}

/// What was counted of one pattern.
#[derive(Debug, Default)]
struct Tally {
    occurrences: usize,
    score: f64,
    facts: Vec<AssertionId>,
    entities: Vec<EntityId>,
}

impl Tally {
    /// Counts an occurrence; its facts and entities are examples while there is room for all of them.
    fn count(&mut self, weight: f64, facts: &[AssertionId], entities: &[EntityId]) {
        self.occurrences += 1;
        self.score += weight;
        let fresh = |id: &&AssertionId| !self.facts.contains(id);
        let fresh: Vec<AssertionId> = facts.iter().filter(fresh).copied().collect();
        if self.facts.len() + fresh.len() <= EXAMPLES_MAX {
            self.facts.extend(fresh);
            for entity in entities {
                if !self.entities.contains(entity) {
                    self.entities.push(*entity);
                }
            }
        }
    }

    fn pattern(self, kind: PatternKind, labels: &[&str], predicates: &[&str], description: String) -> Pattern {
        Pattern {
            kind,
            description,
            labels: owned(labels),
            predicates: owned(predicates),
            occurrences: self.occurrences,
            weighted_score: self.score,
            facts: self.facts,
            entities: self.entities,
        }
    }
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

/// `Person -WORKS_AT-> Organization -LIES_IN-> Location`.
fn chain(labels: &[&str], predicates: &[&str]) -> String {
    let mut text = labels.first().copied().unwrap_or_default().to_owned();
    for (predicate, label) in predicates.iter().zip(labels.iter().skip(1)) {
        text.push_str(&format!(" -{predicate}-> {label}"));
    }
    text
}

fn relationships(network: &Network<'_>, occurrences_min: usize) -> Vec<Pattern> {
    let mut tallies: BTreeMap<(&str, &str, &str), Tally> = BTreeMap::new();
    for edge in network.edges.iter().filter(|edge| edge.is_seeded) {
        let (source, target) = (&network.nodes[edge.source], &network.nodes[edge.target]);
        let key = (source.label, edge.fact.predicate.as_str(), target.label);
        tallies.entry(key).or_default().count(edge.weight, &[edge.fact.id], &[source.id, target.id]);
    }
    let frequent = tallies.into_iter().filter(|(_, tally)| tally.occurrences >= occurrences_min);
    let pattern = |((source, predicate, target), tally): ((&str, &str, &str), Tally)| {
        let (labels, predicates) = ([source, target], [predicate]);
        tally.pattern(PatternKind::Relationship, &labels, &predicates, chain(&labels, &predicates))
    };
    frequent.map(pattern).collect()
}

fn hubs(network: &Network<'_>, degree_min: usize, seeds: &Seeds) -> Vec<Pattern> {
    let is_asked_for = |edge: &&Edge<'_>| network::names_any(&seeds.predicates, &edge.fact.predicate);
    let mut found = Vec::new();
    for node in network.nodes.iter().filter(|node| node.is_seed) {
        let edges: Vec<&Edge<'_>> = node.edges.iter().map(|at| &network.edges[*at]).filter(is_asked_for).collect();
        if edges.len() < degree_min.max(1) {
            continue;
        }
        let predicates: BTreeSet<&str> = edges.iter().map(|edge| edge.fact.predicate.as_str()).collect();
        found.push(Pattern {
            kind: PatternKind::Hub,
            description: format!("{} ({}) takes part in {} facts", node.name, node.label, edges.len()),
            labels: vec![node.label.to_owned()],
            predicates: predicates.into_iter().map(str::to_owned).collect(),
            occurrences: edges.len(),
            weighted_score: edges.iter().map(|edge| edge.weight).sum(),
            facts: edges.iter().take(EXAMPLES_MAX).map(|edge| edge.fact.id).collect(),
            entities: vec![node.id],
        });
    }
    found
}

#[cfg(test)]
mod tests;
