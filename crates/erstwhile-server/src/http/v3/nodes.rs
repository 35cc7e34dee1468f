//! `graph.node.*`. This generation calls entities nodes.

use schemars::JsonSchema;
use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use erstwhile::engine::{GraphRef, NodeDraft, ProjectHandle};
use erstwhile::model::{Entity, EntityId, EntityPatch, Metadata};
use erstwhile::search::filter::Filter;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::checks;
use super::episodes::{Episodes, REQUESTED_MAX};
use super::filters::WireFilters;
use super::listing::{KeyedOrder, KeyedPage, KeyedRows};
use super::wire::{Success, WireEdge, WireNode};
use crate::app::App;
use crate::http::answers::Accepted;
use crate::http::body::{Body, ObjectOnly, PathId, PathUuid, optional_time};
use crate::http::caller::{Reader, Writer};
use crate::http::erasure::Erased;
use crate::http::error::ApiError;
use crate::settings::Limits;

pub(super) async fn get(Reader(project): Reader, PathUuid(id): PathUuid) -> Result<Json<WireNode>, ApiError> {
    Ok(Json(project.entity(EntityId(id)).await?.into()))
}

pub(super) async fn delete(Writer(project): Writer, PathUuid(id): PathUuid) -> Result<Erased<Json<Success>>, ApiError> {
    Ok(Erased(project.delete_entity(EntityId(id)).await?, Json(Success::OK)))
}

/// Maximum number of nodes that one call adds (documented).
const ADDED_MAX: usize = 100;
/// Maximum numbers of characters of a node's name and summary (documented).
const NAME_CHARACTERS_MAX: usize = 50;
const SUMMARY_CHARACTERS_MAX: usize = 500;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct AddNodes {
    user_id: Option<String>,
    graph_id: Option<String>,
    nodes: Vec<NewNode>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
struct NewNode {
    name: String,
    label: Option<String>,
    summary: Option<String>,
    attributes: Option<Metadata>,
    metadata: Option<Metadata>,
    created_at: Option<String>,
    uuid: Option<String>,
    #[serde(flatten)]
    _object: ObjectOnly,
}

impl NewNode {
    fn parse(self, at: usize, limits: &Limits) -> Result<NodeDraft, ApiError> {
        let field = |name: &str| format!("nodes[{at}].{name}");
        if self.uuid.is_some() {
            return Err(ApiError::bad_request(format!("{} must not be set: the server assigns it", field("uuid"))));
        }
        if self.name.trim().is_empty() {
            return Err(ApiError::bad_request(format!("{} must not be empty", field("name"))));
        }
        checks::characters(&field("name"), &self.name, NAME_CHARACTERS_MAX)?;
        checks::characters(&field("summary"), self.summary.as_deref().unwrap_or_default(), SUMMARY_CHARACTERS_MAX)?;
        let metadata = self.metadata.unwrap_or_default();
        checks::metadata(&metadata, limits.metadata_keys_max)?;
        Ok(NodeDraft {
            id: None,
            name: Some(self.name),
            entity_type: self.label.filter(|label| label != "Entity" && !label.trim().is_empty()),
            summary: self.summary,
            attributes: self.attributes.unwrap_or_default(),
            created_at: optional_time(&field("created_at"), self.created_at.as_ref())?,
            metadata,
        })
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct AddedNodes {
    nodes: Vec<AddedNode>,
    task_id: Uuid,
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
    Body(body): Body<AddNodes>,
) -> Result<Accepted<AddedNodes>, ApiError> {
    let graph = checks::graph_of(body.user_id, body.graph_id)?;
    if body.nodes.is_empty() || body.nodes.len() > ADDED_MAX {
        return Err(ApiError::bad_request(format!("nodes must have from 1 to {ADDED_MAX} items")));
    }
    let drafts = body.nodes.into_iter().enumerate();
    let drafts = drafts.map(|(at, node)| node.parse(at, &app.limits)).collect::<Result<Vec<_>, _>>()?;
    let (entities, task) = project.graph(&graph).add_entities(&drafts).await?;
    let nodes = entities.into_iter().zip(drafts).map(|(entity, draft)| AddedNode {
        uuid: entity.id.0,
        name: entity.name,
        label: entity.entity_type,
        summary: entity.summary,
        attributes: entity.attributes,
        metadata: draft.metadata,
        created_at: entity.created_at,
    });
    Ok(Accepted(AddedNodes { nodes: nodes.collect(), task_id: task.0 }))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct UpdateNode {
    name: Option<String>,
    summary: Option<String>,
    labels: Option<Vec<String>>,
    attributes: Option<Metadata>,
}

pub(super) async fn update(
    Writer(project): Writer,
    PathUuid(id): PathUuid,
    Body(body): Body<UpdateNode>,
) -> Result<Json<WireNode>, ApiError> {
    if body.name.as_ref().is_some_and(|name| name.trim().is_empty()) {
        return Err(ApiError::bad_request("name must not be empty"));
    }
    let own = |labels: Vec<String>| labels.into_iter().find(|label| label != "Entity");
    let patch = EntityPatch {
        name: body.name,
        summary: body.summary,
        entity_type: body.labels.map(own),
        attributes: body.attributes.unwrap_or_default(),
    };
    Ok(Json(project.update_entity(EntityId(id), patch).await?.into()))
}

pub(super) async fn by_user(
    Reader(project): Reader,
    PathId(user_id): PathId,
    Body(page): Body<KeyedPage>,
) -> Result<KeyedRows<WireNode>, ApiError> {
    list(&project, &GraphRef::User(user_id), page).await
}

pub(super) async fn by_graph(
    Reader(project): Reader,
    PathId(graph_id): PathId,
    Body(page): Body<KeyedPage>,
) -> Result<KeyedRows<WireNode>, ApiError> {
    list(&project, &GraphRef::Graph(graph_id), page).await
}

async fn list(project: &ProjectHandle, graph: &GraphRef, mut page: KeyedPage) -> Result<KeyedRows<WireNode>, ApiError> {
    let order = page.order(&[KeyedOrder::Uuid, KeyedOrder::CreatedAt, KeyedOrder::Degree])?;
    let filter = page.filters.take().unwrap_or_default().parse()?;
    let entities = project.graph(graph).entities(&filter).await?;
    let row = |(entity, degree): (Entity, usize)| {
        let key = match order {
            KeyedOrder::CreatedAt => entity.created_at.as_microsecond(),
            KeyedOrder::Degree => i64::try_from(degree).unwrap_or(i64::MAX),
            KeyedOrder::Uuid | KeyedOrder::ValidAt => 0,
        };
        let mut node = WireNode::from(entity.clone());
        node.degree = Some(degree);
        (key, entity.id.0, node)
    };
    page.respond(entities.into_iter().map(row).collect())
}

pub(super) async fn edges(Reader(project): Reader, PathUuid(id): PathUuid) -> Result<Json<Vec<WireEdge>>, ApiError> {
    let mut facts = project.facts_about(EntityId(id), &Filter::default()).await?;
    facts.sort_by_key(|triple| (triple.fact.valid_from, triple.fact.id));
    Ok(Json(facts.into_iter().map(Into::into).collect()))
}

pub(super) async fn episodes(Reader(project): Reader, PathUuid(id): PathUuid) -> Result<Json<Episodes>, ApiError> {
    Ok(Json(Episodes::new(project.episodes_of(EntityId(id)).await?)))
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Neighbor {
    node: WireNode,
    edges: Vec<WireEdge>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct ListNeighbors {
    cursor: Option<String>,
    direction: Option<String>,
    direction_sort: Option<String>,
    filters: Option<WireFilters>,
    limit: Option<i64>,
    order_by: Option<String>,
}

pub(super) async fn neighbors(
    Reader(project): Reader,
    PathUuid(id): PathUuid,
    Body(body): Body<ListNeighbors>,
) -> Result<KeyedRows<Neighbor>, ApiError> {
    let (outward, inward) = match body.direction.as_deref() {
        None | Some("both") => (true, true),
        Some("out") => (true, false),
        Some("in") => (false, true),
        Some(_) => return Err(ApiError::bad_request("direction must be one of in, out, both")),
    };
    let page = KeyedPage {
        cursor: body.cursor,
        direction: body.direction_sort,
        limit: body.limit.map(|limit| limit.min(REQUESTED_MAX)),
        order_by: body.order_by,
        ..KeyedPage::default()
    };
    let order = page.order(&[KeyedOrder::Uuid, KeyedOrder::CreatedAt, KeyedOrder::Degree])?;
    let filter = body.filters.unwrap_or_default().parse()?;
    let centre = project.entity(EntityId(id)).await?.id;
    let mut edges: BTreeMap<EntityId, Vec<WireEdge>> = BTreeMap::new();
    for triple in project.facts_about(centre, &filter).await? {
        // A value is nobody's neighbor.
        if triple.source.is_value || triple.target.is_value {
            continue;
        }
        let is_outgoing = triple.fact.subject == centre;
        if is_outgoing && outward || !is_outgoing && inward {
            let other = if is_outgoing { triple.target.id } else { triple.source.id };
            edges.entry(other).or_default().push(triple.into());
        }
    }
    let mut rows = Vec::with_capacity(edges.len());
    for (other, edges) in edges {
        let entity = project.entity(other).await?;
        let key = match order {
            KeyedOrder::CreatedAt => entity.created_at.as_microsecond(),
            KeyedOrder::Degree => i64::try_from(edges.len()).unwrap_or(i64::MAX),
            KeyedOrder::Uuid | KeyedOrder::ValidAt => 0,
        };
        rows.push((key, other.0, Neighbor { node: entity.into(), edges }));
    }
    page.respond(rows)
}
