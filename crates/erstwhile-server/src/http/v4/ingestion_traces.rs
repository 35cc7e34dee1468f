//! `graph.episode.list_ingestion_traces`: what an episode added to its graph, step by step.
//!
//! A trace is computed from what is stored, whenever it is asked for. What was read and not kept is in the debug log.

use axum::Json;
use erstwhile::engine::{FactTriple, IngestionTrace, TracedClaim, TracedName};
use erstwhile::model::{Entity, EpisodeId, EpisodeState, Metadata};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::page::{CursorQuery, Page, PageQuery, SIZE_MAX};
use super::path::PathUuids;
use crate::http::body::Query;
use crate::http::caller::Reader;
use crate::http::error::ApiError;

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct WireTrace {
    uuid: Uuid,
    /// `combined_extraction`, `resolve_nodes` or `resolve_edges`.
    step: &'static str,
    /// `recorded` or `failed`.
    status: &'static str,
    error: Option<String>,
    input: Input,
    output: Output,
    created_at: Timestamp,
}

/// What a step was given; only the fields of the step are present.
#[derive(Debug, Default, Serialize, JsonSchema)]
struct Input {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    episodes: Vec<TracedEpisode>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    extracted_nodes: Vec<TracedNode>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    extracted_edges: Vec<TracedEdge>,
}

/// What a step made.
#[derive(Debug, Default, Serialize, JsonSchema)]
struct Output {
    extracted_nodes: Vec<TracedNode>,
    extracted_edges: Vec<TracedEdge>,
    nodes: Vec<TracedNode>,
    node_resolutions: Vec<Resolution>,
    node_duplicates: Vec<Duplicate>,
    edges: Vec<TracedEdge>,
    new_edges: Vec<TracedEdge>,
    edge_invalidations: Vec<Invalidation>,
}

#[derive(Debug, Clone, Serialize, JsonSchema)]
struct TracedEpisode {
    uuid: Uuid,
    content: String,
    source: &'static str,
    valid_at: Timestamp,
}

#[derive(Debug, Clone, Serialize, JsonSchema)]
struct TracedNode {
    uuid: Uuid,
    name: String,
    labels: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    explanation: Option<String>,
}

#[derive(Debug, Clone, Serialize, JsonSchema)]
struct TracedEdge {
    uuid: Uuid,
    name: String,
    fact: String,
    source_node_uuid: Uuid,
    target_node_uuid: Option<Uuid>,
    attributes: Metadata,
    episode_uuids: Vec<Uuid>,
    created_at: Timestamp,
    valid_at: Option<Timestamp>,
    invalid_at: Option<Timestamp>,
    expired_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    explanation: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Resolution {
    extracted_node_uuid: Uuid,
    resolved_node_uuid: Uuid,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Duplicate {
    extracted_node: TracedNode,
    existing_node: TracedNode,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Invalidation {
    invalidated_edge_uuid: Uuid,
    invalidating_edges: Vec<EdgeReference>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct EdgeReference {
    uuid: Uuid,
    explanation: String,
}

fn labels(entity_type: Option<&String>) -> Vec<String> {
    std::iter::once("Entity".to_owned()).chain(entity_type.filter(|own| *own != "Entity").cloned()).collect()
}

fn quoted(words: &str) -> Option<String> {
    (!words.is_empty()).then(|| format!("“{words}”"))
}

impl From<&TracedName> for TracedNode {
    fn from(name: &TracedName) -> Self {
        Self {
            uuid: name.id.0,
            name: name.name.clone(),
            labels: labels(name.entity_type.as_ref()),
            created_at: None,
            explanation: quoted(&name.words),
        }
    }
}

impl From<&Entity> for TracedNode {
    fn from(entity: &Entity) -> Self {
        Self {
            uuid: entity.id.0,
            name: entity.name.clone(),
            labels: labels(entity.entity_type.as_ref()),
            created_at: Some(entity.created_at),
            explanation: None,
        }
    }
}

/// How a claim was read.
fn explanation(traced: &TracedClaim) -> String {
    let claim = &traced.claim;
    let words = quoted(&claim.words).map(|words| format!("{words}, ")).unwrap_or_default();
    let assertion = &claim.assertion;
    format!("{words}read by {} as: {} (confidence {})", assertion.extractor, assertion.statement, assertion.confidence)
}

impl From<&TracedClaim> for TracedEdge {
    fn from(traced: &TracedClaim) -> Self {
        let assertion = &traced.claim.assertion;
        Self {
            uuid: assertion.id.0,
            name: assertion.predicate.clone(),
            fact: assertion.statement.clone(),
            source_node_uuid: assertion.subject.0,
            target_node_uuid: assertion.object.map(|object| object.0),
            attributes: assertion.attributes.clone(),
            episode_uuids: assertion.episode.into_iter().map(|episode| episode.0).collect(),
            created_at: assertion.recorded_at,
            valid_at: assertion.valid_from.map(|point| point.at),
            invalid_at: assertion.valid_until.map(|point| point.at),
            expired_at: None,
            explanation: Some(explanation(traced)),
        }
    }
}

impl From<&FactTriple> for TracedEdge {
    fn from(FactTriple { fact, source, target, .. }: &FactTriple) -> Self {
        Self {
            uuid: fact.id.0,
            name: fact.predicate.clone(),
            fact: fact.statement.clone(),
            source_node_uuid: source.id.0,
            target_node_uuid: Some(target.id.0),
            attributes: fact.attributes.clone(),
            episode_uuids: fact.episodes.iter().map(|episode| episode.0).collect(),
            created_at: fact.created_at,
            valid_at: fact.valid_from,
            invalid_at: fact.valid_until,
            expired_at: fact.expired_at,
            explanation: None,
        }
    }
}

/// The steps of an episode; none before it is read.
fn steps(trace: &IngestionTrace) -> Vec<WireTrace> {
    let failure = match &trace.episode.state {
        EpisodeState::Pending | EpisodeState::Ignored => return Vec::new(),
        EpisodeState::Processed => None,
        EpisodeState::Failed(reason) => Some(reason.clone()),
    };
    let recorded = trace.claims.iter().map(|traced| traced.claim.assertion.recorded_at).max();
    let created_at = recorded.unwrap_or(trace.episode.recorded_at);
    let step = |step: &'static str, input, output| WireTrace {
        uuid: Uuid::new_v5(&trace.episode.id.0, step.as_bytes()),
        step,
        status: if failure.is_some() { "failed" } else { "recorded" },
        error: failure.clone(),
        input,
        output,
        created_at,
    };
    let extraction = step(
        "combined_extraction",
        Input { episodes: vec![episode(trace)], ..Input::default() },
        Output {
            extracted_nodes: trace.names.iter().map(Into::into).collect(),
            extracted_edges: trace.claims.iter().map(Into::into).collect(),
            ..Output::default()
        },
    );
    if failure.is_some() {
        return vec![extraction];
    }
    let nodes = step(
        "resolve_nodes",
        Input { extracted_nodes: trace.names.iter().map(Into::into).collect(), ..Input::default() },
        resolved_nodes(trace),
    );
    let edges = step(
        "resolve_edges",
        Input { extracted_edges: trace.claims.iter().map(Into::into).collect(), ..Input::default() },
        resolved_edges(trace),
    );
    vec![extraction, nodes, edges]
}

fn episode(IngestionTrace { episode, .. }: &IngestionTrace) -> TracedEpisode {
    TracedEpisode {
        uuid: episode.id.0,
        content: episode.content.clone(),
        source: episode.kind.as_str(),
        valid_at: episode.reference_time,
    }
}

fn resolved_nodes(trace: &IngestionTrace) -> Output {
    // An entity that an earlier episode, or the application, had already named.
    let existed = |name: &&TracedName| name.entity.created_at < trace.episode.recorded_at;
    let mut nodes: Vec<TracedNode> = trace.names.iter().map(|name| (&name.entity).into()).collect();
    nodes.sort_by_key(|node| node.uuid);
    nodes.dedup_by_key(|node| node.uuid);
    Output {
        nodes,
        node_resolutions: trace
            .names
            .iter()
            .map(|name| Resolution { extracted_node_uuid: name.id.0, resolved_node_uuid: name.entity.id.0 })
            .collect(),
        node_duplicates: trace
            .names
            .iter()
            .filter(existed)
            .map(|name| Duplicate { extracted_node: name.into(), existing_node: (&name.entity).into() })
            .collect(),
        ..Output::default()
    }
}

fn resolved_edges(trace: &IngestionTrace) -> Output {
    let facts = || trace.claims.iter().filter_map(|traced| traced.fact.as_ref());
    let mut edges: Vec<TracedEdge> = facts().map(Into::into).collect();
    edges.sort_by_key(|edge| edge.uuid);
    edges.dedup_by_key(|edge| edge.uuid);
    // A fact has the id of its oldest claim.
    let is_own = |edge: &&TracedEdge| trace.claims.iter().any(|traced| traced.claim.assertion.id.0 == edge.uuid);
    let new_edges = edges.iter().filter(is_own).cloned().collect();
    let invalidation = |(ended, by): &(FactTriple, erstwhile::model::AssertionId)| {
        let by = trace.claims.iter().find(|traced| traced.claim.assertion.id == *by);
        let reference = by.map(|traced| EdgeReference {
            uuid: traced.fact.as_ref().map_or(traced.claim.assertion.id.0, |fact| fact.fact.id.0),
            explanation: explanation(traced),
        });
        Invalidation { invalidated_edge_uuid: ended.fact.id.0, invalidating_edges: reference.into_iter().collect() }
    };
    Output { new_edges, edges, edge_invalidations: trace.ended.iter().map(invalidation).collect(), ..Output::default() }
}

pub(super) async fn list(
    Reader(project): Reader,
    PathUuids([graph, episode]): PathUuids<2>,
    Query(query): Query<CursorQuery>,
) -> Result<Json<Page<WireTrace>>, ApiError> {
    let query = PageQuery::from(query);
    let located = project.graph_by_uuid(graph).await?;
    let trace = project.ingestion_trace(&located, EpisodeId(episode)).await?;
    Ok(Json(query.slice(steps(&trace), SIZE_MAX)?.without_total()))
}
