//! Recurring structures of a graph: relations, paths, co-occurrences, hubs and clusters. Pure.
//!
//! The work is bounded for graphs of any size: only the newest facts, and a limited number of paths and pairs,
//! are examined.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

mod clusters;
mod network;
mod walks;

use crate::knowledge::Knowledge;
use crate::model::{AssertionId, EntityId, Fact};
use network::{Edge, Network};

/// Maximum number of facts to examine; the newest ones.
pub const FACTS_MAX: usize = 20_000;
/// Maximum number of paths to examine, and of pairs of entities.
pub const PATHS_MAX: usize = 200_000;
/// Maximum number of patterns that a request can ask for.
pub const PATTERNS_MAX: usize = 200;
/// Default minimum number of facts of a hub.
pub const HUB_DEGREE_MIN: usize = 3;
/// Default minimum number of occurrences of a pattern.
pub const OCCURRENCES_MIN: usize = 2;
/// Default number of patterns.
const PATTERNS_DEFAULT: usize = 50;
/// Maximum number of facts of a path.
const HOPS_MAX: usize = 3;
/// Maximum number of example facts of a pattern.
const EXAMPLES_MAX: usize = 20;
/// Maximum number of entities of a pattern.
const ENTITIES_MAX: usize = 100;
/// Number of entities named in the description of a cluster.
const NAMED_MAX: usize = 5;
/// Minimum number of entities of a cluster.
const CLUSTER_MIN: usize = 3;

/// What a pattern must contain; an empty list matches everything.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Seeds {
    /// One of these entities.
    pub nodes: Vec<EntityId>,
    /// An entity with one of these types, ignoring case; untyped entities have the type `Entity`.
    pub labels: Vec<String>,
    /// One of these relations, ignoring case.
    pub predicates: Vec<String>,
}

/// Which patterns to detect.
#[derive(Debug, Clone, PartialEq)]
pub struct PatternRequest {
    /// Whether to detect relations between types of entities.
    pub relationships: bool,
    /// Detect entities with at least this many facts.
    pub hubs: Option<usize>,
    /// Detect chains of two up to this many facts (2 or 3).
    pub paths: Option<usize>,
    /// Detect types of entities that occur together: in one episode, or at most this many facts apart (1 to 3).
    pub co_occurrences: Option<usize>,
    /// Whether to detect groups of entities that are more connected with each other than with the rest.
    pub clusters: bool,
    /// Minimum number of occurrences of a relation, path or co-occurrence.
    pub min_occurrences: usize,
    /// Maximum number of patterns, up to [`PATTERNS_MAX`].
    pub limit: usize,
    /// The reference time for recency.
    pub now: Timestamp,
    /// Half-life of an occurrence's weight in days; `None` to ignore age.
    pub half_life_days: Option<f64>,
    /// What patterns must contain.
    pub seeds: Seeds,
}

impl PatternRequest {
    /// Requests all kinds of patterns with the default limits, ignoring age.
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

/// The kind of a pattern.
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
    /// Entities that are more connected with each other than with the rest.
    Cluster,
}

impl PatternKind {
    /// The name on the wire.
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

/// A recurring structure.
#[derive(Debug, Clone, PartialEq)]
pub struct Pattern {
    /// Its kind.
    pub kind: PatternKind,
    /// Description for people.
    pub description: String,
    /// The types of its entities, in order along a relation or path, else sorted.
    pub labels: Vec<String>,
    /// Its relations, in order along a path, else sorted.
    pub predicates: Vec<String>,
    /// Number of occurrences; for a hub or cluster, of facts.
    pub occurrences: usize,
    /// Number of occurrences, weighted by the age of their facts.
    pub weighted_score: f64,
    /// Up to 20 example facts, newest occurrence first.
    pub facts: Vec<AssertionId>,
    /// Up to 100 entities: the hub, the members of a cluster, else those of `facts`.
    pub entities: Vec<EntityId>,
}

/// The result of pattern detection.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Patterns {
    /// The patterns, highest score first.
    pub patterns: Vec<Pattern>,
    /// Number of entities examined.
    pub nodes_analyzed: usize,
    /// Number of facts examined.
    pub edges_analyzed: usize,
}

/// Detects recurring structures in facts of a graph.
///
/// Of more than [`FACTS_MAX`] facts, the newest are examined. With seeds, an occurrence counts if one of its
/// facts contains a seed; a hub counts if it is a seed itself. The result does not depend on the order of
/// `facts`.
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

/// Returns the clusters of at least three entities of a graph, the largest first, with members ordered by id.
pub fn communities(knowledge: &Knowledge) -> Vec<Vec<EntityId>> {
    let request = PatternRequest::everything(Timestamp::UNIX_EPOCH);
    let network = Network::new(knowledge, knowledge.facts(), &request);
    let groups = clusters::groups(&network);
    groups.into_iter().map(|group| group.into_iter().map(|at| network.nodes[at].id).collect()).collect()
}

/// Counts of one pattern.
#[derive(Debug, Default)]
struct Tally {
    occurrences: usize,
    score: f64,
    facts: Vec<AssertionId>,
    entities: Vec<EntityId>,
}

impl Tally {
    /// Counts an occurrence. Its facts and entities become examples if all of them fit.
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
    let is_asked_for = |edge: &&Edge<'_>| network::is_empty_or_contains(&seeds.predicates, &edge.fact.predicate);
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
