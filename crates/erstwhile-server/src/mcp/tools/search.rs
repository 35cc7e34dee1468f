//! Searching graphs.

use erstwhile::engine::Search;
use erstwhile::search::filter::{Comparison, DateFilter, DateTerm, Filter};
use erstwhile::search::{Moment, Reranker, Scored, Statements};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::mcp::arguments::{NamedGraph, OneOrMany, node, optional_time};
use crate::mcp::caller::Caller;
use crate::mcp::failure::Failure;
use crate::mcp::toolbox::Effect::Reads;
use crate::mcp::toolbox::{Entry, entry};
use crate::mcp::wire::{WireEpisode, WireFact, WireNode};

/// Weight of relevance against diversity, if the caller gives none.
const MMR_LAMBDA: f32 = 0.5;
/// Maximum number of types to filter by.
const TYPES_MAX: usize = 50;

pub(super) fn tools() -> Vec<Entry> {
    vec![
        entry(
            Reads,
            "search_memory_facts",
            "Search facts. Only those that hold now, unless a date filter is given.",
            search_memory_facts,
        ),
        entry(Reads, "search_nodes", "Search entities: people, places, organizations, things.", search_nodes),
        entry(
            Reads,
            "search_graph",
            "Search a user's graph: facts (edges), entities (nodes) or what was said (episodes).",
            search_graph,
        ),
        entry(
            Reads,
            "search_as_of",
            "Search the facts that were true at a time in the past, or that the memory believed at a time in \
             the past.",
            search_as_of,
        ),
    ]
}

/// A result with the graph that it comes from and its score.
#[derive(Debug, Serialize, JsonSchema)]
struct Ranked<T> {
    /// The user or the graph that it comes from.
    group_id: String,
    /// Its score, which can be compared within one graph only.
    score: f64,
    #[serde(flatten)]
    item: T,
}

/// The arguments of `search_nodes`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SearchNodes {
    /// What to search for.
    query: String,
    /// The graphs to search, or one; the default graph if absent.
    group_ids: Option<OneOrMany>,
    /// The user whose graph to search, instead of `group_ids`.
    user_id: Option<String>,
    /// Maximum number of nodes (default: 10).
    max_nodes: Option<i64>,
    /// Only entities of these types.
    entity_types: Option<Vec<String>>,
    /// The uuid of a node; nodes near to it come first.
    center_node_uuid: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct FoundNodes {
    message: String,
    nodes: Vec<Ranked<WireNode>>,
}

async fn search_nodes(caller: Caller, arguments: SearchNodes) -> Result<FoundNodes, Failure> {
    let limit = caller.results("max_nodes", arguments.max_nodes)?;
    let search = Search {
        filter: Filter { node_labels: types("entity_types", arguments.entity_types)?, ..Filter::default() },
        reranker: by_distance(arguments.center_node_uuid.as_ref())?,
        ..Search::new(caller.query(arguments.query)?, limit)
    };
    let mut found = Vec::new();
    for graph in caller.graphs(arguments.user_id, arguments.group_ids)? {
        let nodes = graph.found(graph.handle.search_entities(search.clone()).await)?;
        found.extend(nodes.into_iter().map(|node| (graph.id().to_owned(), node)));
    }
    let nodes = ranked(found, limit);
    Ok(FoundNodes { message: count(nodes.len(), "node"), nodes })
}

/// The arguments of `search_memory_facts`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SearchFacts {
    /// What to search for.
    query: String,
    /// The graphs to search, or one; the default graph if absent.
    group_ids: Option<OneOrMany>,
    /// The user whose graph to search, instead of `group_ids`.
    user_id: Option<String>,
    /// Maximum number of facts (default: 10).
    max_facts: Option<i64>,
    /// The uuid of a node; facts near to it come first.
    center_node_uuid: Option<String>,
    /// Only facts with these relations.
    edge_types: Option<Vec<String>>,
    /// Only facts that became true at this time or later.
    valid_at_after: Option<String>,
    /// Only facts that became true at this time or earlier.
    valid_at_before: Option<String>,
    /// Only facts that stopped being true at this time or later.
    invalid_at_after: Option<String>,
    /// Only facts that stopped being true at this time or earlier.
    invalid_at_before: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct FoundFacts {
    message: String,
    facts: Vec<Ranked<WireFact>>,
}

async fn search_memory_facts(caller: Caller, arguments: SearchFacts) -> Result<FoundFacts, Failure> {
    let limit = caller.results("max_facts", arguments.max_facts)?;
    let range = |name: &str, after: &Option<String>, before: &Option<String>| -> Result<DateFilter, Failure> {
        let after = optional_time(&format!("{name}_after"), after.as_ref())?;
        let before = optional_time(&format!("{name}_before"), before.as_ref())?;
        let term = |comparison, date| DateTerm { comparison, date: Some(date) };
        let terms: Vec<DateTerm> = after
            .map(|date| term(Comparison::GreaterOrEqual, date))
            .into_iter()
            .chain(before.map(|date| term(Comparison::LessOrEqual, date)))
            .collect();
        Ok(if terms.is_empty() { DateFilter::new() } else { vec![terms] })
    };
    let filter = Filter {
        edge_types: types("edge_types", arguments.edge_types)?,
        valid_at: range("valid_at", &arguments.valid_at_after, &arguments.valid_at_before)?,
        invalid_at: range("invalid_at", &arguments.invalid_at_after, &arguments.invalid_at_before)?,
        ..Filter::default()
    };
    let search = Search {
        moment: filter.present_moment(caller.now),
        filter,
        reranker: by_distance(arguments.center_node_uuid.as_ref())?,
        ..Search::new(caller.query(arguments.query)?, limit)
    };
    facts_in(caller.graphs(arguments.user_id, arguments.group_ids)?, &search).await
}

/// The arguments of `search_as_of`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SearchAsOf {
    /// What to search for.
    query: String,
    /// Facts that were true at this time, RFC 3339 or a date.
    as_of: Option<String>,
    /// Facts as the memory knew them at this time; what it learned later is left out.
    as_known_at: Option<String>,
    /// The graphs to search, or one; the default graph if absent.
    group_ids: Option<OneOrMany>,
    /// The user whose graph to search, instead of `group_ids`.
    user_id: Option<String>,
    /// Maximum number of facts (default: 10).
    max_facts: Option<i64>,
}

async fn search_as_of(caller: Caller, arguments: SearchAsOf) -> Result<FoundFacts, Failure> {
    let as_known_at = optional_time("as_known_at", arguments.as_known_at.as_ref())?;
    let as_of = optional_time("as_of", arguments.as_of.as_ref())?.or(as_known_at);
    let as_of = as_of.ok_or_else(|| Failure::invalid("give as_of, as_known_at, or both"))?;
    let search = Search {
        moment: Moment::At(as_of),
        as_known_at,
        statements: Some(Statements::Never),
        ..Search::new(caller.query(arguments.query)?, caller.results("max_facts", arguments.max_facts)?)
    };
    facts_in(caller.graphs(arguments.user_id, arguments.group_ids)?, &search).await
}

/// The arguments of `search_graph`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SearchGraph {
    /// The user whose graph to search.
    user_id: String,
    /// What to search for.
    query: String,
    /// `edges` (default), `nodes` or `episodes`.
    scope: Option<String>,
    /// Maximum number of results (default: 10).
    limit: Option<i64>,
    /// How to order them: `rrf`, `mmr`, `node_distance`, `episode_mentions` or `cross_encoder`.
    reranker: Option<String>,
    /// For `mmr`: the weight of relevance against diversity, from 0 to 1 (default: 0.5).
    mmr_lambda: Option<f32>,
    /// For `node_distance`: the uuid of a node; results near to it come first.
    center_node_uuid: Option<String>,
    /// Only entities of these types, or facts between them.
    node_labels: Option<Vec<String>>,
    /// Only facts with these relations.
    edge_types: Option<Vec<String>>,
}

/// Only the list of the requested scope is there.
#[derive(Debug, Default, Serialize, JsonSchema)]
struct Found {
    #[serde(skip_serializing_if = "Option::is_none")]
    edges: Option<Vec<Ranked<WireFact>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nodes: Option<Vec<Ranked<WireNode>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    episodes: Option<Vec<Ranked<WireEpisode>>>,
}

async fn search_graph(caller: Caller, arguments: SearchGraph) -> Result<Found, Failure> {
    let limit = caller.results("limit", arguments.limit)?;
    let filter = Filter {
        node_labels: types("node_labels", arguments.node_labels)?,
        edge_types: types("edge_types", arguments.edge_types)?,
        ..Filter::default()
    };
    let reranker = match arguments.reranker.as_deref().filter(|name| !name.is_empty()) {
        // There is no cross encoder; the default order replaces it.
        None | Some("cross_encoder") => Reranker::Relevance,
        Some("rrf") => Reranker::Rrf,
        Some("mmr") => {
            let lambda = arguments.mmr_lambda.unwrap_or(MMR_LAMBDA);
            if !(0.0..=1.0).contains(&lambda) {
                return Err(Failure::invalid("mmr_lambda must be from 0 to 1"));
            }
            Reranker::Mmr(lambda)
        }
        Some("node_distance") => match node("center_node_uuid", arguments.center_node_uuid.as_ref())? {
            Some(center) => Reranker::NodeDistance(center),
            None => return Err(Failure::invalid("center_node_uuid is required by the reranker node_distance")),
        },
        Some("episode_mentions") => Reranker::EpisodeMentions,
        Some(_) => {
            let message = "reranker must be one of rrf, mmr, node_distance, episode_mentions, cross_encoder";
            return Err(Failure::invalid(message));
        }
    };
    let search = Search {
        moment: filter.present_moment(caller.now),
        filter,
        reranker,
        ..Search::new(caller.query(arguments.query)?, limit)
    };
    let graph = caller.graph(Some(arguments.user_id), None)?;
    let of = |id: &NamedGraph| id.id().to_owned();
    let mut found = Found::default();
    match arguments.scope.as_deref().filter(|scope| !scope.is_empty()).unwrap_or("edges") {
        "edges" => {
            let edges = graph.handle.search_facts(search).await?.into_iter();
            found.edges = Some(ranked(edges.map(|edge| (of(&graph), edge)).collect(), limit));
        }
        "nodes" => {
            let nodes = graph.handle.search_entities(search).await?.into_iter();
            found.nodes = Some(ranked(nodes.map(|node| (of(&graph), node)).collect(), limit));
        }
        "episodes" => {
            let episodes = graph.handle.search_episodes(search).await?.into_iter();
            found.episodes = Some(ranked(episodes.map(|episode| (of(&graph), episode)).collect(), limit));
        }
        _ => return Err(Failure::invalid("scope must be one of edges, nodes, episodes")),
    }
    Ok(found)
}

async fn facts_in(graphs: Vec<NamedGraph>, search: &Search) -> Result<FoundFacts, Failure> {
    let mut found = Vec::new();
    for graph in graphs {
        let facts = graph.found(graph.handle.search_facts(search.clone()).await)?;
        found.extend(facts.into_iter().map(|fact| (graph.id().to_owned(), fact)));
    }
    let facts = ranked(found, search.limit);
    Ok(FoundFacts { message: count(facts.len(), "fact"), facts })
}

/// The best results of all graphs. They are ordered by how near each is to the best of its own graph.
fn ranked<T, W: From<T>>(mut found: Vec<(String, Scored<T>)>, limit: usize) -> Vec<Ranked<W>> {
    found.sort_by(|(_, left), (_, right)| right.relevance.total_cmp(&left.relevance));
    found.truncate(limit);
    let wire =
        |(group_id, scored): (String, Scored<T>)| Ranked { group_id, score: scored.score, item: scored.item.into() };
    found.into_iter().map(wire).collect()
}

fn by_distance(center: Option<&String>) -> Result<Reranker, Failure> {
    Ok(node("center_node_uuid", center)?.map_or(Reranker::Relevance, Reranker::NodeDistance))
}

fn types(name: &str, given: Option<Vec<String>>) -> Result<Vec<String>, Failure> {
    let types = given.unwrap_or_default();
    if types.len() > TYPES_MAX {
        return Err(Failure::invalid(format!("{name} must have at most {TYPES_MAX} items")));
    }
    Ok(types)
}

fn count(number: usize, what: &str) -> String {
    match number {
        0 => format!("no {what}s found"),
        1 => format!("1 {what} found"),
        _ => format!("{number} {what}s found"),
    }
}
