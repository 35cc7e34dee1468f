//! Data derived from a whole graph: observations, summaries of threads and documents, and what versions
//! 3.19 and 3.20 of the SDK called communities, themes and sagas.

use axum::Json;
use erstwhile::engine::{Community, GraphRef, ProjectHandle, SummaryKind};
use erstwhile::model::Summary;
use erstwhile::observations::Observation;
use erstwhile::search::filter::Filter;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::listing::{KeyedOrder, KeyedPage, KeyedRows};
use super::wire::Ranked;
use crate::http::body::{Body, PathId, PathUuid};
use crate::http::caller::Reader;
use crate::http::error::ApiError;

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct WireDerived {
    uuid: Uuid,
    name: String,
    summary: String,
    labels: Vec<String>,
    attributes: Value,
    created_at: Timestamp,
    start_at: Option<Timestamp>,
    end_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    latest_evidence_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    episode_ids: Option<Vec<Uuid>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_summarized_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_summarized_episode_valid_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    relevance: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    selection_rank: Option<usize>,
}

impl WireDerived {
    fn new(uuid: Uuid, label: &str, name: String, summary: String, created_at: Timestamp) -> Self {
        Self {
            uuid,
            name,
            summary,
            labels: vec![label.to_owned()],
            attributes: json!({}),
            created_at,
            start_at: None,
            end_at: None,
            latest_evidence_at: None,
            episode_ids: None,
            last_summarized_at: None,
            last_summarized_episode_valid_at: None,
            score: None,
            relevance: None,
            selection_rank: None,
        }
    }
}

impl Ranked for WireDerived {
    fn ranked(self, score: f64, relevance: f64, rank: usize) -> Self {
        Self { score: Some(score), relevance: Some(relevance), selection_rank: Some(rank), ..self }
    }
}

impl From<Observation> for WireDerived {
    fn from(observation: Observation) -> Self {
        let entities: Vec<Uuid> = observation.entities.iter().map(|id| id.0).collect();
        Self {
            attributes: json!({ "kind": observation.kind.as_str(), "node_uuids": entities }),
            start_at: observation.start_at,
            end_at: observation.end_at,
            latest_evidence_at: Some(observation.latest_evidence_at),
            episode_ids: Some(observation.episodes.into_iter().map(|id| id.0).collect()),
            ..Self::new(observation.id, "Observation", observation.name, observation.summary, observation.created_at)
        }
    }
}

impl From<Summary> for WireDerived {
    fn from(summary: Summary) -> Self {
        Self {
            last_summarized_at: Some(summary.recorded_at),
            last_summarized_episode_valid_at: Some(summary.said_at),
            ..Self::new(summary.id, "Saga", summary.of, summary.text, summary.created_at)
        }
    }
}

impl From<Community> for WireDerived {
    fn from(community: Community) -> Self {
        let name = community.names.first().cloned().unwrap_or_default();
        Self::new(community.id, "Community", name, community.names.join(", "), community.created_at)
    }
}

fn key(order: KeyedOrder, created_at: Timestamp) -> i64 {
    match order {
        KeyedOrder::CreatedAt => created_at.as_microsecond(),
        KeyedOrder::Uuid | KeyedOrder::ValidAt | KeyedOrder::Degree => 0,
    }
}

fn page<T>(page: &KeyedPage, items: Vec<T>) -> Result<KeyedRows<WireDerived>, ApiError>
where
    WireDerived: From<T>,
{
    let order = page.order(&[KeyedOrder::Uuid, KeyedOrder::CreatedAt])?;
    let rows = items.into_iter().map(WireDerived::from).map(|item| (key(order, item.created_at), item.uuid, item));
    page.respond(rows.collect())
}

async fn observations(
    project: &ProjectHandle,
    graph: GraphRef,
    query: KeyedPage,
) -> Result<KeyedRows<WireDerived>, ApiError> {
    page(&query, project.graph(&graph).observations(&Filter::default()).await?)
}

pub(super) async fn observations_of_user(
    Reader(project): Reader,
    PathId(user_id): PathId,
    Body(query): Body<KeyedPage>,
) -> Result<KeyedRows<WireDerived>, ApiError> {
    observations(&project, GraphRef::User(user_id), query).await
}

pub(super) async fn observations_of_graph(
    Reader(project): Reader,
    PathId(graph_id): PathId,
    Body(query): Body<KeyedPage>,
) -> Result<KeyedRows<WireDerived>, ApiError> {
    observations(&project, GraphRef::Graph(graph_id), query).await
}

pub(super) async fn observation(
    Reader(project): Reader,
    PathUuid(id): PathUuid,
) -> Result<Json<WireDerived>, ApiError> {
    Ok(Json(project.observation(id).await?.into()))
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct WireThreadSummary {
    uuid: Uuid,
    thread_id: String,
    summary: String,
    created_at: Timestamp,
    last_summarized_at: Timestamp,
    last_summarized_episode_valid_at: Timestamp,
}

impl From<Summary> for WireThreadSummary {
    fn from(summary: Summary) -> Self {
        Self {
            uuid: summary.id,
            thread_id: summary.of,
            summary: summary.text,
            created_at: summary.created_at,
            last_summarized_at: summary.recorded_at,
            last_summarized_episode_valid_at: summary.said_at,
        }
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct WireDocumentSummary {
    uuid: Uuid,
    document_id: String,
    summary: String,
    created_at: Timestamp,
    last_summarized_at: Timestamp,
    last_summarized_episode_valid_at: Timestamp,
}

impl From<Summary> for WireDocumentSummary {
    fn from(summary: Summary) -> Self {
        Self {
            uuid: summary.id,
            document_id: summary.of,
            summary: summary.text,
            created_at: summary.created_at,
            last_summarized_at: summary.recorded_at,
            last_summarized_episode_valid_at: summary.said_at,
        }
    }
}

async fn summaries<W: Serialize + From<Summary>>(
    project: &ProjectHandle,
    graph: GraphRef,
    what: SummaryKind,
    query: KeyedPage,
) -> Result<KeyedRows<W>, ApiError> {
    let order = query.order(&[KeyedOrder::Uuid, KeyedOrder::CreatedAt])?;
    let summaries = project.graph(&graph).summaries(what, &Filter::default()).await?.into_iter();
    let rows = summaries.map(|summary| (key(order, summary.created_at), summary.id, W::from(summary)));
    query.respond(rows.collect())
}

pub(super) async fn thread_summaries_of_user(
    Reader(project): Reader,
    PathId(user_id): PathId,
    Body(query): Body<KeyedPage>,
) -> Result<KeyedRows<WireThreadSummary>, ApiError> {
    summaries::<WireThreadSummary>(&project, GraphRef::User(user_id), SummaryKind::Threads, query).await
}

pub(super) async fn thread_summaries_of_graph(
    Reader(project): Reader,
    PathId(graph_id): PathId,
    Body(query): Body<KeyedPage>,
) -> Result<KeyedRows<WireThreadSummary>, ApiError> {
    summaries::<WireThreadSummary>(&project, GraphRef::Graph(graph_id), SummaryKind::Threads, query).await
}

pub(super) async fn document_summaries(
    Reader(project): Reader,
    PathId(graph_id): PathId,
    Body(query): Body<KeyedPage>,
) -> Result<KeyedRows<WireDocumentSummary>, ApiError> {
    summaries::<WireDocumentSummary>(&project, GraphRef::Graph(graph_id), SummaryKind::Documents, query).await
}

pub(super) async fn sagas_of_user(
    Reader(project): Reader,
    PathId(user_id): PathId,
    Body(query): Body<KeyedPage>,
) -> Result<KeyedRows<WireDerived>, ApiError> {
    page(&query, project.graph(GraphRef::User(user_id)).summaries(SummaryKind::Threads, &Filter::default()).await?)
}

pub(super) async fn sagas_of_graph(
    Reader(project): Reader,
    PathId(graph_id): PathId,
    Body(query): Body<KeyedPage>,
) -> Result<KeyedRows<WireDerived>, ApiError> {
    page(&query, project.graph(GraphRef::Graph(graph_id)).summaries(SummaryKind::Threads, &Filter::default()).await?)
}

pub(super) async fn communities_of_user(
    Reader(project): Reader,
    PathId(user_id): PathId,
    Body(query): Body<KeyedPage>,
) -> Result<KeyedRows<WireDerived>, ApiError> {
    page(&query, project.graph(GraphRef::User(user_id)).communities().await?)
}

pub(super) async fn communities_of_graph(
    Reader(project): Reader,
    PathId(graph_id): PathId,
    Body(query): Body<KeyedPage>,
) -> Result<KeyedRows<WireDerived>, ApiError> {
    page(&query, project.graph(GraphRef::Graph(graph_id)).communities().await?)
}

pub(super) async fn community(Reader(project): Reader, PathUuid(id): PathUuid) -> Result<Json<WireDerived>, ApiError> {
    Ok(Json(project.community(id).await?.into()))
}
