//! `graph.hyperedge.*`: statements that relate more than two nodes.

use axum::Json;
use axum::extract::State;
use erstwhile::engine::{Hyperedge, HyperedgeDraft, HyperedgeEdge, HyperedgeEnd, LocatedGraph, ProjectHandle};
use erstwhile::model::{AssertionId, EntityId, EpisodeId, Metadata};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::checks;
use super::edges::{ADDED_MAX, FACT_CHARACTERS_MAX, NAME_CHARACTERS_MAX, NodeRef};
use super::filters::{Unknown, ids};
use super::page::{KeyedRow, Page, PageQuery};
use super::path::PathUuids;
use super::tasks::{Completed, TaskOnly, WireTask};
use super::wire::Owner;
use crate::app::App;
use crate::http::answers::Accepted;
use crate::http::body::{Body, ObjectOnly, Query, optional_time};
use crate::http::caller::{Reader, Writer};
use crate::http::erasure::Erased;
use crate::http::error::ApiError;

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct WireHyperedge {
    uuid: Uuid,
    #[serde(flatten)]
    owner: Owner,
    fact: String,
    edges: Vec<WireHyperedgeEdge>,
    created_at: Timestamp,
    valid_at: Option<Timestamp>,
    invalid_at: Option<Timestamp>,
    expired_at: Option<Timestamp>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct WireHyperedgeEdge {
    uuid: Uuid,
    name: String,
    source_node_uuid: Uuid,
    target_node_uuid: Uuid,
}

impl From<HyperedgeEdge> for WireHyperedgeEdge {
    fn from(edge: HyperedgeEdge) -> Self {
        let HyperedgeEdge { id, predicate, source, target, fact: _ } = edge;
        Self { uuid: id.0, name: predicate, source_node_uuid: source.0, target_node_uuid: target.0 }
    }
}

impl WireHyperedge {
    fn new(hyperedge: Hyperedge, owner: Owner) -> Self {
        Self {
            uuid: hyperedge.id.0,
            owner,
            fact: hyperedge.statement,
            edges: hyperedge.edges.into_iter().map(Into::into).collect(),
            created_at: hyperedge.recorded_at,
            valid_at: hyperedge.valid_from,
            invalid_at: hyperedge.valid_until,
            expired_at: hyperedge.expired_at,
        }
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
struct AddEdge {
    name: Option<String>,
    source_node: Option<NodeRef>,
    target_node: Option<NodeRef>,
    #[serde(flatten)]
    _object: ObjectOnly,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct AddHyperedge {
    fact: String,
    edges: Vec<AddEdge>,
    valid_at: Option<String>,
    invalid_at: Option<String>,
    expired_at: Option<String>,
    attributes: Option<Metadata>,
    metadata: Option<Metadata>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct AddedHyperedge {
    hyperedge: Added,
    task: WireTask,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Added {
    uuid: Uuid,
    fact: String,
    edges: Vec<AddedEdge>,
    attributes: Metadata,
    metadata: Metadata,
    valid_at: Option<Timestamp>,
    invalid_at: Option<Timestamp>,
    expired_at: Option<Timestamp>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct AddedEdge {
    uuid: Uuid,
    name: String,
    source_node: NodeRef,
    target_node: NodeRef,
}

fn text(name: &str, given: Option<String>, max: usize) -> Result<String, ApiError> {
    let given = given.filter(|given| !given.trim().is_empty());
    let given = given.ok_or_else(|| ApiError::bad_request(format!("{name} must not be empty")).with_param(name))?;
    checks::characters(name, &given, max).map(|()| given)
}

impl AddEdge {
    /// Validates the edge; `of` is the prefix of its fields. Returns its nodes as they were given, too.
    fn parse(self, of: &str) -> Result<(HyperedgeEnd, NodeRef, NodeRef), ApiError> {
        let (source, target) = (self.source_node.unwrap_or_default(), self.target_node.unwrap_or_default());
        let edge = HyperedgeEnd {
            predicate: text(&format!("{of}name"), self.name, NAME_CHARACTERS_MAX)?,
            source: source.parse(&format!("{of}source_node"))?,
            target: target.parse(&format!("{of}target_node"))?,
        };
        Ok((edge, source, target))
    }
}

/// Checks that nodes that are named by uuid exist, before anything is written.
async fn check_nodes(project: &ProjectHandle, located: &LocatedGraph, edges: &[HyperedgeEnd]) -> Result<(), ApiError> {
    for end in edges.iter().flat_map(|edge| [&edge.source, &edge.target]) {
        if let Some(id) = end.id {
            checks::in_graph(located, id.0, "node")?;
            project.entity(id).await?;
        }
    }
    Ok(())
}

pub(super) async fn add(
    State(app): State<App>,
    Writer(project): Writer,
    PathUuids([graph]): PathUuids<1>,
    Body(body): Body<AddHyperedge>,
) -> Result<Accepted<AddedHyperedge>, ApiError> {
    if body.edges.is_empty() || body.edges.len() > ADDED_MAX {
        return Err(ApiError::bad_request(format!("edges must have from 1 to {ADDED_MAX} items")).with_param("edges"));
    }
    let metadata = body.metadata.unwrap_or_default();
    checks::metadata(&metadata, app.limits.metadata_keys_max)?;
    let edges = body.edges.into_iter().enumerate();
    let parsed = edges.map(|(at, edge)| edge.parse(&format!("edges[{at}]."))).collect::<Result<Vec<_>, _>>()?;
    let mut draft = HyperedgeDraft {
        statement: text("fact", Some(body.fact), FACT_CHARACTERS_MAX)?,
        edges: Vec::with_capacity(parsed.len()),
        valid_from: optional_time("valid_at", body.valid_at.as_ref())?,
        valid_until: optional_time("invalid_at", body.invalid_at.as_ref())?,
        expired_at: optional_time("expired_at", body.expired_at.as_ref())?,
        attributes: body.attributes.unwrap_or_default(),
        metadata: metadata.clone(),
    };
    let mut given = Vec::with_capacity(parsed.len());
    for (edge, source, target) in parsed {
        given.push((edge.predicate.clone(), source, target));
        draft.edges.push(edge);
    }
    let located = project.graph_by_uuid(graph).await?;
    check_nodes(&project, &located, &draft.edges).await?;
    let attributes = draft.attributes.clone();
    let (hyperedge, ids) = project.add_hyperedge(&located, draft).await?;
    let edges = ids.into_iter().zip(given).map(|(id, (name, source_node, target_node))| AddedEdge {
        uuid: id.0,
        name,
        source_node,
        target_node,
    });
    let added = Added {
        uuid: hyperedge.id.0,
        fact: hyperedge.statement,
        edges: edges.collect(),
        attributes,
        metadata,
        valid_at: hyperedge.valid_from,
        invalid_at: hyperedge.valid_until,
        expired_at: hyperedge.expired_at,
    };
    let task = Completed::HyperedgeAdd.task(&project, added.uuid, app.engine.now());
    Ok(Accepted(AddedHyperedge { hyperedge: added, task }))
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
struct HyperedgeFilters {
    node_uuids: Option<Vec<String>>,
    edge_uuids: Option<Vec<String>>,
    episode_uuids: Option<Vec<String>>,
    #[serde(flatten)]
    unknown: Unknown,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct ListHyperedges {
    filters: Option<HyperedgeFilters>,
}

pub(super) async fn list(
    Reader(project): Reader,
    PathUuids([graph]): PathUuids<1>,
    Query(query): Query<PageQuery>,
    Body(body): Body<ListHyperedges>,
) -> Result<Json<Page<WireHyperedge>>, ApiError> {
    let is_by_creation = query.is_by_creation()?;
    let filters = body.filters.unwrap_or_default();
    filters.unknown.refuse("filters")?;
    let nodes = ids("node_uuids", filters.node_uuids, EntityId)?;
    let edges = ids("edge_uuids", filters.edge_uuids, AssertionId)?;
    let episodes = ids("episode_uuids", filters.episode_uuids, EpisodeId)?;
    let located = project.graph_by_uuid(graph).await?;
    let mut found = project.hyperedges(&located).await?;
    found.retain(|hyperedge| {
        let has = |passes: &dyn Fn(&HyperedgeEdge) -> bool| hyperedge.edges.iter().any(passes);
        (nodes.is_empty() || has(&|edge| nodes.contains(&edge.source) || nodes.contains(&edge.target)))
            && (edges.is_empty() || has(&|edge| edges.contains(&edge.id) || edges.contains(&edge.fact)))
            && (episodes.is_empty() || episodes.contains(&hyperedge.id))
    });
    let row = |hyperedge: Hyperedge| {
        let key = if is_by_creation { hyperedge.recorded_at.as_microsecond() } else { 0 };
        KeyedRow { key, uuid: hyperedge.id.0, item: hyperedge }
    };
    let owner = Owner::from(&located);
    let page = query.keyed(found.into_iter().map(row).collect())?;
    Ok(Json(page.map(|hyperedge| WireHyperedge::new(hyperedge, owner))))
}

pub(super) async fn get(
    Reader(project): Reader,
    PathUuids([graph, hyperedge]): PathUuids<2>,
) -> Result<Json<WireHyperedge>, ApiError> {
    let located = project.graph_by_uuid(graph).await?;
    let found = project.hyperedge(&located, EpisodeId(hyperedge)).await?;
    Ok(Json(WireHyperedge::new(found, (&located).into())))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct UpdateHyperedge {
    fact: Option<String>,
}

pub(super) async fn update(
    Writer(project): Writer,
    PathUuids([graph, hyperedge]): PathUuids<2>,
    Body(body): Body<UpdateHyperedge>,
) -> Result<Json<WireHyperedge>, ApiError> {
    let fact = match body.fact {
        Some(fact) => Some(text("fact", Some(fact), FACT_CHARACTERS_MAX)?),
        None => None,
    };
    let located = project.graph_by_uuid(graph).await?;
    let changed = project.update_hyperedge(&located, EpisodeId(hyperedge), fact).await?;
    Ok(Json(WireHyperedge::new(changed, (&located).into())))
}

pub(super) async fn delete(
    State(app): State<App>,
    Writer(project): Writer,
    PathUuids([graph, hyperedge]): PathUuids<2>,
) -> Result<Erased<Accepted<TaskOnly>>, ApiError> {
    let located = project.graph_by_uuid(graph).await?;
    let erasure = project.delete_hyperedge(&located, EpisodeId(hyperedge)).await?;
    Ok(Erased(erasure, Completed::HyperedgeDelete.deleted(&project, hyperedge, app.engine.now(), erasure)))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct CreateEdge {
    name: String,
    source_node: NodeRef,
    target_node: NodeRef,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct CreatedEdge {
    edge: CreatedEdgeFields,
    task: WireTask,
}

#[derive(Debug, Serialize, JsonSchema)]
struct CreatedEdgeFields {
    uuid: Uuid,
    fact: String,
    fact_name: String,
    source_node_uuid: Option<Uuid>,
    target_node_uuid: Option<Uuid>,
    source_node: NodeRef,
    target_node: NodeRef,
    valid_at: Option<Timestamp>,
    invalid_at: Option<Timestamp>,
    expired_at: Option<Timestamp>,
}

pub(super) async fn create_edge(
    State(app): State<App>,
    Writer(project): Writer,
    PathUuids([graph, hyperedge]): PathUuids<2>,
    Body(body): Body<CreateEdge>,
) -> Result<Accepted<CreatedEdge>, ApiError> {
    let given = AddEdge {
        name: Some(body.name),
        source_node: Some(body.source_node),
        target_node: Some(body.target_node),
        _object: ObjectOnly::default(),
    };
    let (edge, source_node, target_node) = given.parse("")?;
    let fact_name = edge.predicate.clone();
    let located = project.graph_by_uuid(graph).await?;
    check_nodes(&project, &located, std::slice::from_ref(&edge)).await?;
    let (changed, id) = project.add_hyperedge_edge(&located, EpisodeId(hyperedge), edge).await?;
    let own = changed.edges.iter().find(|one| one.id == id);
    let edge = CreatedEdgeFields {
        uuid: id.0,
        fact: changed.statement,
        fact_name,
        source_node_uuid: own.map(|own| own.source.0),
        target_node_uuid: own.map(|own| own.target.0),
        source_node,
        target_node,
        valid_at: changed.valid_from,
        invalid_at: changed.valid_until,
        expired_at: changed.expired_at,
    };
    let task = Completed::HyperedgeEdgeAdd.task(&project, id.0, app.engine.now());
    Ok(Accepted(CreatedEdge { edge, task }))
}

pub(super) async fn delete_edge(
    State(app): State<App>,
    Writer(project): Writer,
    PathUuids([graph, hyperedge, edge]): PathUuids<3>,
) -> Result<Erased<Accepted<TaskOnly>>, ApiError> {
    let located = project.graph_by_uuid(graph).await?;
    let erasure = project.delete_hyperedge_edge(&located, EpisodeId(hyperedge), AssertionId(edge)).await?;
    Ok(Erased(erasure, Completed::HyperedgeEdgeDelete.deleted(&project, edge, app.engine.now(), erasure)))
}
