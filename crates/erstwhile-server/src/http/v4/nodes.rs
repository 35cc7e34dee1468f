//! `graph.node.*` and `graph.get_subgraph`. This generation calls entities nodes.

use schemars::JsonSchema;
use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use erstwhile::engine::{FactTriple, NodeDraft};
use erstwhile::model::{Entity, EntityId, EntityPatch, Metadata};
use erstwhile::subgraph::{Direction, SubgraphRequest};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::checks;
use super::filters::{WireFilters, ids};
use super::page::{KeyedRow, Page, PageQuery};
use super::path::PathUuids;
use super::tasks::{self, Completed, TaskOnly, WireTask};
use super::wire::{Owner, WireEdge, WireNode};
use crate::app::App;
use crate::http::answers::Accepted;
use crate::http::body::{Body, ObjectOnly, Query};
use crate::http::caller::{Reader, Writer};
use crate::http::erasure::Erased;
use crate::http::error::ApiError;
use crate::settings::Limits;

/// Maximum number of nodes that one call adds (documented).
const ADDED_MAX: usize = 100;
/// Maximum numbers of characters of a node's name and summary (documented).
const NAME_CHARACTERS_MAX: usize = 50;
const SUMMARY_CHARACTERS_MAX: usize = 500;
/// Maximum number of nodes from which a subgraph starts.
const SEEDS_MAX: usize = 100;

pub(super) async fn get(
    Reader(project): Reader,
    PathUuids([graph, node]): PathUuids<2>,
) -> Result<Json<WireNode>, ApiError> {
    let located = project.graph_by_uuid(graph).await?;
    checks::in_graph(&located, node, "node")?;
    Ok(Json(WireNode::plain(project.entity(EntityId(node)).await?, (&located).into())))
}

pub(super) async fn delete(
    State(app): State<App>,
    Writer(project): Writer,
    PathUuids([graph, node]): PathUuids<2>,
) -> Result<Erased<Accepted<TaskOnly>>, ApiError> {
    let located = project.graph_by_uuid(graph).await?;
    checks::in_graph(&located, node, "node")?;
    let erasure = project.delete_entity(EntityId(node)).await?;
    Ok(Erased(erasure, Completed::NodeDelete.deleted(&project, node, app.engine.now(), erasure)))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct UpdateNode {
    name: Option<String>,
    summary: Option<String>,
    attributes: Option<Metadata>,
}

pub(super) async fn update(
    Writer(project): Writer,
    PathUuids([graph, node]): PathUuids<2>,
    Body(body): Body<UpdateNode>,
) -> Result<Json<WireNode>, ApiError> {
    if body.name.as_ref().is_some_and(|name| name.trim().is_empty()) {
        return Err(ApiError::bad_request("name must not be empty").with_param("name"));
    }
    let located = project.graph_by_uuid(graph).await?;
    checks::in_graph(&located, node, "node")?;
    let patch = EntityPatch {
        name: body.name,
        summary: body.summary,
        entity_type: None,
        attributes: body.attributes.unwrap_or_default(),
    };
    Ok(Json(WireNode::plain(project.update_entity(EntityId(node), patch).await?, (&located).into())))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct AddNodes {
    nodes: Vec<AddNode>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
struct AddNode {
    name: Option<String>,
    label: Option<String>,
    summary: Option<String>,
    attributes: Option<Metadata>,
    metadata: Option<Metadata>,
    #[serde(flatten)]
    _object: ObjectOnly,
}

impl AddNode {
    fn parse(self, at: usize, limits: &Limits) -> Result<NodeDraft, ApiError> {
        let field = |name: &str| format!("nodes[{at}].{name}");
        let name = self.name.filter(|name| !name.trim().is_empty());
        let name = name.ok_or_else(|| ApiError::bad_request(format!("{} must not be empty", field("name"))))?;
        checks::characters(&field("name"), &name, NAME_CHARACTERS_MAX)?;
        checks::characters(&field("summary"), self.summary.as_deref().unwrap_or_default(), SUMMARY_CHARACTERS_MAX)?;
        let metadata = self.metadata.unwrap_or_default();
        checks::metadata(&metadata, limits.metadata_keys_max)?;
        Ok(NodeDraft {
            id: None,
            name: Some(name),
            entity_type: self.label.filter(|label| label != "Entity" && !label.trim().is_empty()),
            summary: self.summary,
            attributes: self.attributes.unwrap_or_default(),
            created_at: None,
            metadata,
        })
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct AddedNodes {
    nodes: Vec<AddedNode>,
    task: WireTask,
}

#[derive(Debug, Serialize, JsonSchema)]
struct AddedNode {
    uuid: Uuid,
    name: String,
    label: Option<String>,
    summary: String,
    attributes: Metadata,
    metadata: Metadata,
    created_at: Timestamp,
}

pub(super) async fn add(
    State(app): State<App>,
    Writer(project): Writer,
    PathUuids([graph]): PathUuids<1>,
    Body(body): Body<AddNodes>,
) -> Result<Accepted<AddedNodes>, ApiError> {
    if body.nodes.is_empty() || body.nodes.len() > ADDED_MAX {
        return Err(ApiError::bad_request(format!("nodes must have from 1 to {ADDED_MAX} items")).with_param("nodes"));
    }
    let drafts = body.nodes.into_iter().enumerate();
    let drafts = drafts.map(|(at, node)| node.parse(at, &app.limits)).collect::<Result<Vec<_>, _>>()?;
    let located = project.graph_by_uuid(graph).await?;
    let (entities, task) = project.graph(&located.reference).add_entities(&drafts).await?;
    let nodes = entities.into_iter().zip(drafts).map(|(entity, draft)| AddedNode {
        uuid: entity.id.0,
        name: entity.name,
        label: entity.entity_type,
        summary: entity.summary,
        attributes: entity.attributes,
        metadata: draft.metadata,
        created_at: entity.created_at,
    });
    let added = AddedNodes { nodes: nodes.collect(), task: tasks::stored(&project, task).await? };
    Ok(Accepted(added))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct ListNodes {
    filters: Option<WireFilters>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NodeOrder {
    Uuid,
    CreatedAt,
    Degree,
}

pub(super) async fn list(
    Reader(project): Reader,
    PathUuids([graph]): PathUuids<1>,
    Query(query): Query<PageQuery>,
    Body(body): Body<ListNodes>,
) -> Result<Json<Page<WireNode>>, ApiError> {
    let orders = [("uuid", NodeOrder::Uuid), ("created_at", NodeOrder::CreatedAt), ("degree", NodeOrder::Degree)];
    let order = query.order_of(&orders)?;
    let filter = body.filters.unwrap_or_default().parse()?;
    let located = project.graph_by_uuid(graph).await?;
    let entities = project.graph(&located.reference).entities(&filter).await?;
    let row = |(entity, degree): (Entity, usize)| {
        let key = match order {
            NodeOrder::CreatedAt => entity.created_at.as_microsecond(),
            NodeOrder::Degree => i64::try_from(degree).unwrap_or(i64::MAX),
            NodeOrder::Uuid => 0,
        };
        KeyedRow { key, uuid: entity.id.0, item: (entity, degree) }
    };
    let page = query.keyed(entities.into_iter().map(row).collect())?;
    let owner = Owner::from(&located);
    Ok(Json(page.map(|(entity, degree)| WireNode::plain(entity, owner).with_degree(degree))))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct ListNeighbors {
    direction: Option<String>,
    filters: Option<WireFilters>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Neighbor {
    node: WireNode,
    edges: Vec<WireEdge>,
}

pub(super) async fn neighbors(
    Reader(project): Reader,
    PathUuids([graph, node]): PathUuids<2>,
    Query(query): Query<PageQuery>,
    Body(body): Body<ListNeighbors>,
) -> Result<Json<Page<Neighbor>>, ApiError> {
    let is_by_creation = query.is_by_creation()?;
    let direction = direction_of(body.direction.as_deref())?;
    let filter = body.filters.unwrap_or_default().parse()?;
    let located = project.graph_by_uuid(graph).await?;
    checks::in_graph(&located, node, "node")?;
    let centre = project.entity(EntityId(node)).await?.id;
    let mut facts: BTreeMap<EntityId, Vec<FactTriple>> = BTreeMap::new();
    for triple in project.facts_about(centre, &filter).await? {
        // A value is nobody's neighbor.
        if triple.source.is_value || triple.target.is_value {
            continue;
        }
        let is_outgoing = triple.fact.subject == centre;
        let is_wanted = match direction {
            Direction::Both => true,
            Direction::Outgoing => is_outgoing,
            Direction::Incoming => !is_outgoing,
        };
        if is_wanted {
            let other = if is_outgoing { triple.target.id } else { triple.source.id };
            facts.entry(other).or_default().push(triple);
        }
    }
    let mut rows = Vec::with_capacity(facts.len());
    for (other, facts) in facts {
        let entity = project.entity(other).await?;
        let key = if is_by_creation { entity.created_at.as_microsecond() } else { 0 };
        rows.push(KeyedRow { key, uuid: other.0, item: (entity, facts) });
    }
    let owner = Owner::from(&located);
    let neighbor =
        |(entity, facts)| Neighbor { node: WireNode::plain(entity, owner), edges: WireEdge::all(facts, owner) };
    Ok(Json(query.keyed(rows)?.map(neighbor)))
}

fn direction_of(name: Option<&str>) -> Result<Direction, ApiError> {
    match name {
        None | Some("both") => Ok(Direction::Both),
        Some("out") => Ok(Direction::Outgoing),
        Some("in") => Ok(Direction::Incoming),
        Some(_) => Err(ApiError::bad_request("direction must be one of in, out, both").with_param("direction")),
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct GetSubgraph {
    seed_node_uuids: Vec<String>,
    depth: Option<i64>,
    direction: Option<String>,
    max_nodes: Option<i64>,
    max_edges: Option<i64>,
    filters: Option<WireFilters>,
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
    PathUuids([graph]): PathUuids<1>,
    Body(body): Body<GetSubgraph>,
) -> Result<Json<WireSubgraph>, ApiError> {
    if body.seed_node_uuids.is_empty() || body.seed_node_uuids.len() > SEEDS_MAX {
        let message = format!("seed_node_uuids must have from 1 to {SEEDS_MAX} items");
        return Err(ApiError::bad_request(message).with_param("seed_node_uuids"));
    }
    let request = SubgraphRequest {
        seeds: ids("seed_node_uuids", Some(body.seed_node_uuids), EntityId)?,
        depth: checks::from_one_to_max("depth", body.depth, 1, 3)?,
        direction: direction_of(body.direction.as_deref())?,
        max_nodes: checks::from_one_to_max("max_nodes", body.max_nodes, 100, 500)?,
        max_edges: checks::from_one_to_max("max_edges", body.max_edges, 200, 1_000)?,
    };
    let filter = body.filters.unwrap_or_default().parse()?;
    let located = project.graph_by_uuid(graph).await?;
    let part = project.graph(&located.reference).subgraph(&filter, &request).await?;
    let owner = Owner::from(&located);
    Ok(Json(WireSubgraph {
        nodes: part.entities.into_iter().map(|entity| WireNode::plain(entity, owner)).collect(),
        edges: WireEdge::all(part.facts, owner),
        truncated: part.truncated.is_some(),
        truncation_reason: part.truncated,
    }))
}
