//! `graph.detect_patterns`, which finds recurring structures, and `graph.get_subgraph`, which returns the
//! nodes and edges around seeds.

use axum::Json;
use axum::extract::State;
use erstwhile::model::EntityId;
use erstwhile::patterns::{HUB_DEGREE_MIN, OCCURRENCES_MIN, PATTERNS_MAX, PatternRequest, Seeds};
use erstwhile::subgraph::{Direction, SubgraphRequest};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::checks;
use super::filters::{TYPES_MAX, WireFilters, at_most, ids};
use super::wire::{WireEdge, WireNode};
use crate::app::App;
use crate::http::body::{Body, ObjectOnly};
use crate::http::caller::Reader;
use crate::http::error::ApiError;

/// Default number of patterns (documented).
const LIMIT: i64 = 50;
/// Allowed values of `max_hops`.
const HOPS_ALLOWED: std::ops::RangeInclusive<usize> = 1..=3;
/// Maximum number of seeds of a subgraph (documented).
const SEEDS_MAX: usize = 20;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct DetectPatterns {
    user_id: Option<String>,
    graph_id: Option<String>,
    detect: Option<Detect>,
    limit: Option<i64>,
    min_occurrences: Option<i64>,
    query: Option<String>,
    query_limit: Option<i64>,
    edge_limit: Option<i64>,
    recency_weight: Option<String>,
    search_filters: Option<WireFilters>,
    seeds: Option<WireSeeds>,
}

/// Which patterns to detect; all kinds if absent.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
struct Detect {
    relationships: Option<Value>,
    clusters: Option<Value>,
    hubs: Option<Hubs>,
    paths: Option<Hops>,
    co_occurrences: Option<Hops>,
    #[serde(flatten)]
    _object: ObjectOnly,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
struct Hubs {
    min_degree: Option<usize>,
    #[serde(flatten)]
    _object: ObjectOnly,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
struct Hops {
    max_hops: Option<usize>,
    #[serde(flatten)]
    _object: ObjectOnly,
}

impl Hops {
    fn max_hops_or(&self, default: usize) -> Result<usize, ApiError> {
        let hops = self.max_hops.unwrap_or(default);
        if HOPS_ALLOWED.contains(&hops) { Ok(hops) } else { Err(ApiError::bad_request("max_hops must be from 1 to 3")) }
    }
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
struct WireSeeds {
    node_uuids: Option<Vec<String>>,
    node_labels: Option<Vec<String>>,
    edge_types: Option<Vec<String>>,
    #[serde(flatten)]
    _object: ObjectOnly,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct DetectedPatterns {
    patterns: Vec<WirePattern>,
    nodes: Vec<WireNode>,
    metadata: AnalysisMetadata,
}

#[derive(Debug, Serialize, JsonSchema)]
struct WirePattern {
    #[serde(rename = "type")]
    kind: &'static str,
    description: String,
    summary: String,
    node_labels: Vec<String>,
    edge_types: Vec<String>,
    occurrences: usize,
    weighted_score: f64,
    edges: Vec<WireEdge>,
    examples: Vec<Example>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Example {
    node_uuids: Vec<Uuid>,
    edge_uuids: Vec<Uuid>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct AnalysisMetadata {
    nodes_analyzed: usize,
    edges_analyzed: usize,
    elapsed_ms: u128,
}

pub(super) async fn detect(
    State(app): State<App>,
    Reader(project): Reader,
    Body(body): Body<DetectPatterns>,
) -> Result<Json<DetectedPatterns>, ApiError> {
    let started = std::time::Instant::now();
    let graph = checks::graph_of(body.user_id.clone(), body.graph_id.clone())?;
    let edge_limit = usize::try_from(body.edge_limit.unwrap_or(20).clamp(0, 20)).unwrap_or(0);
    let filter = body.search_filters.clone().unwrap_or_default().parse()?;
    let mut request = parse(&app, &body)?;
    if let Some(query) = body.query.as_deref().filter(|query| !query.trim().is_empty()) {
        checks::characters("query", query, app.limits.query_characters_max)?;
        if body.seeds.is_some() {
            return Err(ApiError::bad_request("query and seeds must not both be given"));
        }
        let limit = usize::try_from(body.query_limit.unwrap_or(10).clamp(1, 50)).unwrap_or(10);
        let search = erstwhile::engine::Search::new(query, limit);
        let found = project.graph(&graph).search_entities(search).await?;
        request.seeds.nodes = found.into_iter().map(|found| found.item.id).collect();
    }
    let found = project.graph(&graph).patterns(&filter, &request).await?;
    let patterns = found.patterns.patterns.into_iter().map(|pattern| {
        let facts = found.facts.iter().filter(|triple| pattern.facts.contains(&triple.fact.id));
        WirePattern {
            kind: pattern.kind.as_str(),
            summary: pattern.description.clone(),
            description: pattern.description,
            node_labels: pattern.labels,
            edge_types: pattern.predicates,
            occurrences: pattern.occurrences,
            weighted_score: pattern.weighted_score,
            edges: facts.take(edge_limit).cloned().map(Into::into).collect(),
            examples: vec![Example {
                node_uuids: pattern.entities.iter().map(|id| id.0).collect(),
                edge_uuids: pattern.facts.iter().map(|id| id.0).collect(),
            }],
        }
    });
    Ok(Json(DetectedPatterns {
        patterns: patterns.collect(),
        nodes: found.entities.into_iter().map(Into::into).collect(),
        metadata: AnalysisMetadata {
            nodes_analyzed: found.patterns.nodes_analyzed,
            edges_analyzed: found.patterns.edges_analyzed,
            elapsed_ms: started.elapsed().as_millis(),
        },
    }))
}

fn parse(app: &App, body: &DetectPatterns) -> Result<PatternRequest, ApiError> {
    let mut request = PatternRequest::everything(app.engine.now());
    if let Some(detect) = &body.detect {
        request.relationships = detect.relationships.is_some();
        request.clusters = detect.clusters.is_some();
        request.hubs = detect.hubs.as_ref().map(|hubs| hubs.min_degree.unwrap_or(HUB_DEGREE_MIN).max(1));
        request.paths = detect.paths.as_ref().map(|hops| hops.max_hops_or(3)).transpose()?;
        request.co_occurrences = detect.co_occurrences.as_ref().map(|hops| hops.max_hops_or(2)).transpose()?;
    }
    let limit = usize::try_from(body.limit.unwrap_or(LIMIT)).ok().filter(|limit| (1..=PATTERNS_MAX).contains(limit));
    request.limit = limit.ok_or_else(|| ApiError::bad_request(format!("limit must be from 1 to {PATTERNS_MAX}")))?;
    let minimum = body.min_occurrences.map_or(Ok(OCCURRENCES_MIN), usize::try_from).ok().filter(|minimum| *minimum > 0);
    request.min_occurrences = minimum.ok_or_else(|| ApiError::bad_request("min_occurrences must be at minimum 1"))?;
    request.half_life_days = match body.recency_weight.as_deref() {
        None | Some("none") => None,
        Some("7_days") => Some(7.0),
        Some("30_days") => Some(30.0),
        Some("90_days") => Some(90.0),
        Some(_) => return Err(ApiError::bad_request("recency_weight must be one of none, 7_days, 30_days, 90_days")),
    };
    if let Some(seeds) = &body.seeds {
        request.seeds = Seeds {
            nodes: ids("seeds.node_uuids", seeds.node_uuids.clone(), EntityId)?,
            labels: at_most(TYPES_MAX, "seeds.node_labels", seeds.node_labels.clone())?,
            predicates: at_most(TYPES_MAX, "seeds.edge_types", seeds.edge_types.clone())?,
        };
    }
    Ok(request)
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct GetSubgraph {
    user_id: Option<String>,
    graph_id: Option<String>,
    seed_node_uuids: Vec<String>,
    depth: Option<i64>,
    direction: Option<String>,
    max_nodes: Option<i64>,
    max_edges: Option<i64>,
    search_filters: Option<WireFilters>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct WireSubgraph {
    nodes: Vec<WireNode>,
    edges: Vec<WireEdge>,
    truncated: bool,
    truncation_reason: Option<&'static str>,
}

pub(super) async fn subgraph(
    Reader(project): Reader,
    Body(body): Body<GetSubgraph>,
) -> Result<Json<WireSubgraph>, ApiError> {
    let graph = checks::graph_of(body.user_id, body.graph_id)?;
    if body.seed_node_uuids.is_empty() || body.seed_node_uuids.len() > SEEDS_MAX {
        return Err(ApiError::bad_request(format!("seed_node_uuids must have from 1 to {SEEDS_MAX} items")));
    }
    let direction = match body.direction.as_deref() {
        None | Some("both") => Direction::Both,
        Some("out" | "outgoing") => Direction::Outgoing,
        Some("in" | "incoming") => Direction::Incoming,
        Some(_) => return Err(ApiError::bad_request("direction must be one of in, out, both")),
    };
    let filters = body.search_filters.unwrap_or_default();
    if filters.has_episode_metadata() {
        return Err(ApiError::bad_request("episode_metadata_filters does not apply to subgraphs"));
    }
    let request = SubgraphRequest {
        seeds: ids("seed_node_uuids", Some(body.seed_node_uuids), EntityId)?,
        depth: from_one_to_max("depth", body.depth, 1, 3)?,
        direction,
        max_nodes: from_one_to_max("max_nodes", body.max_nodes, 100, 500)?,
        max_edges: from_one_to_max("max_edges", body.max_edges, 200, 1_000)?,
    };
    let subgraph = project.graph(&graph).subgraph(&filters.parse()?, &request).await?;
    Ok(Json(WireSubgraph {
        nodes: subgraph.entities.into_iter().map(Into::into).collect(),
        edges: subgraph.facts.into_iter().map(Into::into).collect(),
        truncated: subgraph.truncated.is_some(),
        truncation_reason: subgraph.truncated,
    }))
}

/// Validates an optional number from 1 to `max`.
fn from_one_to_max(name: &str, given: Option<i64>, default: usize, max: usize) -> Result<usize, ApiError> {
    match given.map(usize::try_from) {
        None => Ok(default),
        Some(Ok(number)) if (1..=max).contains(&number) => Ok(number),
        Some(_) => Err(ApiError::bad_request(format!("{name} must be from 1 to {max}"))),
    }
}
