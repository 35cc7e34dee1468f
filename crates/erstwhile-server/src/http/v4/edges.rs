//! `graph.edge.*`. This generation calls facts edges.

use axum::Json;
use axum::extract::State;
use erstwhile::engine::{FactDraft, FactTriple, NodeDraft};
use erstwhile::model::{AssertionId, EntityId, FactEdit, Metadata};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::checks;
use super::filters::WireFilters;
use super::page::{KeyedRow, Page, PageQuery};
use super::path::{PathUuids, optional_identifier};
use super::tasks::{Completed, TaskOnly, WireTask};
use super::wire::{Owner, Rank, WireEdge};
use crate::app::App;
use crate::http::answers::Accepted;
use crate::http::body::{Body, ObjectOnly, Query, optional_time};
use crate::http::caller::{Reader, Writer};
use crate::http::erasure::Erased;
use crate::http::error::ApiError;
use crate::settings::Limits;

/// Maximum number of edges that one call adds (documented).
pub(super) const ADDED_MAX: usize = 100;
/// Maximum number of characters of an added fact (documented).
pub(super) const FACT_CHARACTERS_MAX: usize = 250;
/// Maximum number of characters of the names of a fact and its nodes (documented).
pub(super) const NAME_CHARACTERS_MAX: usize = 50;
/// Maximum number of characters of a node's summary (documented).
const SUMMARY_CHARACTERS_MAX: usize = 500;

pub(super) async fn get(
    Reader(project): Reader,
    PathUuids([graph, edge]): PathUuids<2>,
) -> Result<Json<WireEdge>, ApiError> {
    let located = project.graph_by_uuid(graph).await?;
    checks::in_graph(&located, edge, "edge")?;
    Ok(Json(WireEdge::new(project.fact(AssertionId(edge)).await?, (&located).into(), Rank::default())))
}

pub(super) async fn delete(
    State(app): State<App>,
    Writer(project): Writer,
    PathUuids([graph, edge]): PathUuids<2>,
) -> Result<Erased<Accepted<TaskOnly>>, ApiError> {
    let located = project.graph_by_uuid(graph).await?;
    checks::in_graph(&located, edge, "edge")?;
    let erasure = project.delete_fact(AssertionId(edge)).await?;
    Ok(Erased(erasure, Completed::EdgeDelete.deleted(&project, edge, app.engine.now(), erasure)))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct UpdateEdge {
    fact: Option<String>,
    attributes: Option<Metadata>,
}

pub(super) async fn update(
    Writer(project): Writer,
    PathUuids([graph, edge]): PathUuids<2>,
    Body(body): Body<UpdateEdge>,
) -> Result<Json<WireEdge>, ApiError> {
    let located = project.graph_by_uuid(graph).await?;
    checks::in_graph(&located, edge, "edge")?;
    let edit =
        FactEdit { statement: body.fact, attributes: body.attributes.unwrap_or_default(), ..FactEdit::default() };
    let fact = project.update_fact(AssertionId(edge), edit).await?;
    Ok(Json(WireEdge::new(fact, (&located).into(), Rank::default())))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct ListEdges {
    filters: Option<WireFilters>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum EdgeOrder {
    Uuid,
    CreatedAt,
    ValidAt,
}

pub(super) async fn list(
    Reader(project): Reader,
    PathUuids([graph]): PathUuids<1>,
    Query(query): Query<PageQuery>,
    Body(body): Body<ListEdges>,
) -> Result<Json<Page<WireEdge>>, ApiError> {
    let orders = [("uuid", EdgeOrder::Uuid), ("created_at", EdgeOrder::CreatedAt), ("valid_at", EdgeOrder::ValidAt)];
    let order = query.order_of(&orders)?;
    let filter = body.filters.unwrap_or_default().parse()?;
    let located = project.graph_by_uuid(graph).await?;
    let facts = project.graph(&located.reference).facts(&filter).await?;
    let row = |triple: FactTriple| {
        let key = match order {
            EdgeOrder::CreatedAt => triple.fact.created_at.as_microsecond(),
            EdgeOrder::ValidAt => triple.fact.valid_from.map_or(i64::MIN, Timestamp::as_microsecond),
            EdgeOrder::Uuid => 0,
        };
        KeyedRow { key, uuid: triple.fact.id.0, item: triple }
    };
    let page = query.keyed(facts.into_iter().map(row).collect())?;
    let owner = Owner::from(&located);
    Ok(Json(page.map(|fact| WireEdge::new(fact, owner, Rank::default()))))
}

/// Whether the same facts are merged has no effect: what is stated twice is always one fact.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct AddEdges {
    edges: Vec<AddEdge>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
struct AddEdge {
    fact: Option<String>,
    fact_name: Option<String>,
    source_node: Option<NodeRef>,
    target_node: Option<NodeRef>,
    valid_at: Option<String>,
    invalid_at: Option<String>,
    expired_at: Option<String>,
    attributes: Option<Metadata>,
    metadata: Option<Metadata>,
    #[serde(flatten)]
    _object: ObjectOnly,
}

/// A node by its uuid, or a new one by its name.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct NodeRef {
    uuid: Option<String>,
    name: Option<String>,
    labels: Option<Vec<String>>,
    summary: Option<String>,
    attributes: Option<Metadata>,
    #[serde(flatten, skip_serializing)]
    _object: ObjectOnly,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct AddedEdges {
    edges: Vec<AddedEdge>,
    task: WireTask,
}

#[derive(Debug, Serialize, JsonSchema)]
struct AddedEdge {
    uuid: Uuid,
    fact: String,
    fact_name: String,
    source_node_uuid: Uuid,
    target_node_uuid: Uuid,
    source_node: NodeRef,
    target_node: NodeRef,
    valid_at: Option<Timestamp>,
    invalid_at: Option<Timestamp>,
    expired_at: Option<Timestamp>,
    attributes: Metadata,
    metadata: Metadata,
}

impl NodeRef {
    pub(super) fn parse(&self, field: &str) -> Result<NodeDraft, ApiError> {
        let name = self.name.clone().filter(|name| !name.trim().is_empty());
        checks::characters(&format!("{field}.name"), name.as_deref().unwrap_or_default(), NAME_CHARACTERS_MAX)?;
        let summary = self.summary.as_deref().unwrap_or_default();
        checks::characters(&format!("{field}.summary"), summary, SUMMARY_CHARACTERS_MAX)?;
        let id = optional_identifier(&format!("{field}.uuid"), self.uuid.as_ref())?.map(EntityId);
        if id.is_none() && name.is_none() {
            return Err(ApiError::bad_request(format!("{field} needs a name or a uuid")).with_param(field));
        }
        let mut labels = self.labels.clone().unwrap_or_default().into_iter();
        Ok(NodeDraft {
            id,
            name,
            entity_type: labels.find(|label| label != "Entity" && !label.trim().is_empty()),
            summary: self.summary.clone(),
            attributes: self.attributes.clone().unwrap_or_default(),
            ..NodeDraft::default()
        })
    }
}

impl AddEdge {
    /// Validates the edge; returns its nodes as they were given, too.
    fn parse(self, at: usize, limits: &Limits) -> Result<(FactDraft, NodeRef, NodeRef), ApiError> {
        let field = |name: &str| format!("edges[{at}].{name}");
        let text = |name: &str, given: Option<String>, max: usize| {
            let given = given.filter(|given| !given.trim().is_empty());
            let given = given.ok_or_else(|| ApiError::bad_request(format!("{} must not be empty", field(name))))?;
            checks::characters(&field(name), &given, max).map(|()| given)
        };
        let metadata = self.metadata.unwrap_or_default();
        checks::metadata(&metadata, limits.metadata_keys_max)?;
        let (source, target) = (self.source_node.unwrap_or_default(), self.target_node.unwrap_or_default());
        let draft = FactDraft {
            predicate: text("fact_name", self.fact_name, NAME_CHARACTERS_MAX)?,
            statement: text("fact", self.fact, FACT_CHARACTERS_MAX)?,
            source: source.parse(&field("source_node"))?,
            target: target.parse(&field("target_node"))?,
            valid_from: optional_time(&field("valid_at"), self.valid_at.as_ref())?,
            valid_until: optional_time(&field("invalid_at"), self.invalid_at.as_ref())?,
            expired_at: optional_time(&field("expired_at"), self.expired_at.as_ref())?,
            created_at: None,
            attributes: self.attributes.unwrap_or_default(),
            metadata,
        };
        Ok((draft, source, target))
    }
}

pub(super) async fn add(
    State(app): State<App>,
    Writer(project): Writer,
    PathUuids([graph]): PathUuids<1>,
    Body(body): Body<AddEdges>,
) -> Result<Accepted<AddedEdges>, ApiError> {
    if body.edges.is_empty() || body.edges.len() > ADDED_MAX {
        return Err(ApiError::bad_request(format!("edges must have from 1 to {ADDED_MAX} items")).with_param("edges"));
    }
    let drafts = body.edges.into_iter().enumerate();
    let drafts = drafts.map(|(at, edge)| edge.parse(at, &app.limits)).collect::<Result<Vec<_>, _>>()?;
    let located = project.graph_by_uuid(graph).await?;
    // A node that does not exist is found before anything is written.
    for end in drafts.iter().flat_map(|(draft, ..)| [&draft.source, &draft.target]) {
        if let Some(id) = end.id {
            checks::in_graph(&located, id.0, "node")?;
            project.entity(id).await?;
        }
    }
    let mut edges = Vec::with_capacity(drafts.len());
    for (draft, source_node, target_node) in drafts {
        let metadata = draft.metadata.clone();
        let (triple, _) = project.graph(&located.reference).add_fact(draft).await?;
        edges.push(AddedEdge {
            uuid: triple.fact.id.0,
            fact: triple.fact.statement,
            fact_name: triple.fact.predicate,
            source_node_uuid: triple.source.id.0,
            target_node_uuid: triple.target.id.0,
            source_node,
            target_node,
            valid_at: triple.fact.valid_from,
            invalid_at: triple.fact.valid_until,
            expired_at: triple.fact.expired_at,
            attributes: triple.fact.attributes,
            metadata,
        });
    }
    let of = edges.first().map_or(graph, |edge| edge.uuid);
    let task = Completed::EdgeAdd.task(&project, of, app.engine.now());
    Ok(Accepted(AddedEdges { edges, task }))
}
