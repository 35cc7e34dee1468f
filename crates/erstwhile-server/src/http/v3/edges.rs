//! `graph.edge.*` and `graph.add_fact_triple`. This generation calls facts edges.

use axum::Json;
use axum::extract::State;
use erstwhile::engine::{FactDraft, FactTriple, GraphRef, NodeDraft, ProjectHandle};
use erstwhile::model::{AssertionId, EntityId, FactEdit, Metadata};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::checks;
use super::listing::{KeyedOrder, KeyedPage, KeyedRows};
use super::wire::{Success, WireEdge, WireNode};
use crate::app::App;
use crate::http::answers::Accepted;
use crate::http::body::{Body, Field, PathId, PathUuid, optional_time, time, uuid};
use crate::http::caller::{Reader, Writer};
use crate::http::erasure::Erased;
use crate::http::error::ApiError;
use crate::settings::Limits;

/// Maximum number of characters of an added fact (documented).
const FACT_CHARACTERS_MAX: usize = 250;
/// Maximum number of characters of the names of a fact and its nodes (documented).
const NAME_CHARACTERS_MAX: usize = 50;
/// Maximum number of characters of a node's summary (documented).
const SUMMARY_CHARACTERS_MAX: usize = 500;

pub(super) async fn get(Reader(project): Reader, PathUuid(id): PathUuid) -> Result<Json<WireEdge>, ApiError> {
    Ok(Json(project.fact(AssertionId(id)).await?.into()))
}

pub(super) async fn delete(Writer(project): Writer, PathUuid(id): PathUuid) -> Result<Erased<Json<Success>>, ApiError> {
    Ok(Erased(project.delete_fact(AssertionId(id)).await?, Json(Success::OK)))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct UpdateEdge {
    fact: Option<String>,
    name: Option<String>,
    attributes: Option<Metadata>,
    #[serde(default)]
    valid_at: Field<String>,
    #[serde(default)]
    invalid_at: Field<String>,
    #[serde(default)]
    expired_at: Field<String>,
}

pub(super) async fn update(
    Writer(project): Writer,
    PathUuid(id): PathUuid,
    Body(body): Body<UpdateEdge>,
) -> Result<Json<WireEdge>, ApiError> {
    let edit = FactEdit {
        statement: body.fact,
        predicate: body.name,
        valid_from: body.valid_at.update(|at| time("valid_at", &at))?,
        valid_until: body.invalid_at.update(|at| time("invalid_at", &at))?,
        expired_at: body.expired_at.update(|at| time("expired_at", &at))?,
        attributes: body.attributes.unwrap_or_default(),
        recorded_at: None,
    };
    Ok(Json(project.update_fact(AssertionId(id), edit).await?.into()))
}

pub(super) async fn by_user(
    Reader(project): Reader,
    PathId(user_id): PathId,
    Body(page): Body<KeyedPage>,
) -> Result<KeyedRows<WireEdge>, ApiError> {
    list(&project, &GraphRef::User(user_id), page).await
}

pub(super) async fn by_graph(
    Reader(project): Reader,
    PathId(graph_id): PathId,
    Body(page): Body<KeyedPage>,
) -> Result<KeyedRows<WireEdge>, ApiError> {
    list(&project, &GraphRef::Graph(graph_id), page).await
}

async fn list(project: &ProjectHandle, graph: &GraphRef, mut page: KeyedPage) -> Result<KeyedRows<WireEdge>, ApiError> {
    let order = page.order(&[KeyedOrder::Uuid, KeyedOrder::CreatedAt, KeyedOrder::ValidAt])?;
    let filter = page.filters.take().unwrap_or_default().parse()?;
    let facts = project.graph(graph).facts(&filter).await?;
    let key = |triple: &FactTriple| match order {
        KeyedOrder::CreatedAt => triple.fact.created_at.as_microsecond(),
        KeyedOrder::ValidAt => triple.fact.valid_from.map_or(i64::MIN, jiff::Timestamp::as_microsecond),
        KeyedOrder::Uuid | KeyedOrder::Degree => 0,
    };
    page.respond(facts.into_iter().map(|fact| (key(&fact), fact.fact.id.0, WireEdge::from(fact))).collect())
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct AddFactTriple {
    user_id: Option<String>,
    #[serde(alias = "group_id")]
    graph_id: Option<String>,
    fact: String,
    fact_name: String,
    created_at: Option<String>,
    valid_at: Option<String>,
    invalid_at: Option<String>,
    expired_at: Option<String>,
    edge_attributes: Option<Metadata>,
    metadata: Option<Metadata>,
    source_node_uuid: Option<String>,
    source_node_name: Option<String>,
    source_node_labels: Option<Vec<String>>,
    source_node_summary: Option<String>,
    source_node_attributes: Option<Metadata>,
    target_node_uuid: Option<String>,
    target_node_name: Option<String>,
    target_node_labels: Option<Vec<String>>,
    target_node_summary: Option<String>,
    target_node_attributes: Option<Metadata>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct AddedTriple {
    edge: WireEdge,
    source_node: WireNode,
    target_node: WireNode,
    task_id: Uuid,
}

impl AddFactTriple {
    /// Validates the body.
    pub(super) fn parse(self, limits: &Limits) -> Result<FactDraft, ApiError> {
        for (name, text, max) in
            [("fact", &self.fact, FACT_CHARACTERS_MAX), ("fact_name", &self.fact_name, NAME_CHARACTERS_MAX)]
        {
            checks::characters(name, text, max)?;
            if text.trim().is_empty() {
                return Err(ApiError::bad_request(format!("{name} must not be empty")));
            }
        }
        let metadata = self.metadata.unwrap_or_default();
        checks::metadata(&metadata, limits.metadata_keys_max)?;
        let source = NodeDraft {
            id: node_id("source_node_uuid", self.source_node_uuid.as_ref())?,
            name: self.source_node_name,
            entity_type: own_label(self.source_node_labels),
            summary: self.source_node_summary,
            attributes: self.source_node_attributes.unwrap_or_default(),
            ..NodeDraft::default()
        };
        let target = NodeDraft {
            id: node_id("target_node_uuid", self.target_node_uuid.as_ref())?,
            name: self.target_node_name,
            entity_type: own_label(self.target_node_labels),
            summary: self.target_node_summary,
            attributes: self.target_node_attributes.unwrap_or_default(),
            ..NodeDraft::default()
        };
        check_node("source_node", &source)?;
        check_node("target_node", &target)?;
        Ok(FactDraft {
            predicate: self.fact_name,
            statement: self.fact,
            source,
            target,
            valid_from: optional_time("valid_at", self.valid_at.as_ref())?,
            valid_until: optional_time("invalid_at", self.invalid_at.as_ref())?,
            expired_at: optional_time("expired_at", self.expired_at.as_ref())?,
            created_at: optional_time("created_at", self.created_at.as_ref())?,
            attributes: self.edge_attributes.unwrap_or_default(),
            metadata,
        })
    }
}

pub(super) async fn add_fact_triple(
    State(app): State<App>,
    Writer(project): Writer,
    Body(mut body): Body<AddFactTriple>,
) -> Result<Accepted<AddedTriple>, ApiError> {
    let graph = checks::graph_of(body.user_id.take(), body.graph_id.take())?;
    let draft = body.parse(&app.limits)?;
    let (triple, task) = project.graph(&graph).add_fact(draft).await?;
    let source_node = project.entity(triple.source.id).await?.into();
    let target_node = project.entity(triple.target.id).await?.into();
    let added = AddedTriple { edge: triple.into(), source_node, target_node, task_id: task.0 };
    Ok(Accepted(added))
}

fn node_id(name: &str, text: Option<&String>) -> Result<Option<EntityId>, ApiError> {
    text.filter(|text| !text.is_empty()).map(|text| uuid(name, text).map(EntityId)).transpose()
}

fn own_label(labels: Option<Vec<String>>) -> Option<String> {
    labels.unwrap_or_default().into_iter().find(|label| label != "Entity" && !label.trim().is_empty())
}

fn check_node(end: &str, node: &NodeDraft) -> Result<(), ApiError> {
    if let Some(name) = &node.name {
        checks::characters(&format!("{end}_name"), name, NAME_CHARACTERS_MAX)?;
    }
    if let Some(summary) = &node.summary {
        checks::characters(&format!("{end}_summary"), summary, SUMMARY_CHARACTERS_MAX)?;
    }
    if node.id.is_none() && node.name.as_ref().is_none_or(|name| name.trim().is_empty()) {
        return Err(ApiError::bad_request(format!("{end}_name or {end}_uuid is required")));
    }
    Ok(())
}
