//! Data derived from a whole graph: observations, and summaries of threads and documents.

use axum::Json;
use erstwhile::ErrorKind;
use erstwhile::engine::{ProjectHandle, SummaryKind};
use erstwhile::model::{Metadata, Summary};
use erstwhile::observations::Observation;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::checks;
use super::filters::{WireObservationFilters, WireSummaryFilters};
use super::page::{KeyedRow, Page, PageQuery};
use super::path::PathUuids;
use super::wire::{Owner, Rank};
use crate::http::body::{Body, Query};
use crate::http::caller::Reader;
use crate::http::error::ApiError;

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct WireObservation {
    uuid: Uuid,
    #[serde(flatten)]
    owner: Owner,
    name: String,
    summary: String,
    labels: [&'static str; 1],
    attributes: Metadata,
    episode_uuids: Vec<Uuid>,
    created_at: Timestamp,
    #[serde(flatten)]
    rank: Rank,
}

impl WireObservation {
    pub(super) fn new(observation: Observation, owner: Owner, rank: Rank) -> Self {
        Self {
            uuid: observation.id,
            owner,
            attributes: observation.attributes(),
            episode_uuids: observation.episodes.into_iter().map(|id| id.0).collect(),
            name: observation.name,
            summary: observation.summary,
            labels: ["Observation"],
            created_at: observation.created_at,
            rank,
        }
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct ListObservations {
    filters: Option<WireObservationFilters>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct ListSummaries {
    filters: Option<WireSummaryFilters>,
}

pub(super) async fn observations(
    Reader(project): Reader,
    PathUuids([graph]): PathUuids<1>,
    Query(query): Query<PageQuery>,
    Body(body): Body<ListObservations>,
) -> Result<Json<Page<WireObservation>>, ApiError> {
    let filter = body.filters.unwrap_or_default().parse()?;
    let is_by_creation = query.is_by_creation()?;
    let located = project.graph_by_uuid(graph).await?;
    let observations = project.graph(&located.reference).observations(&filter).await?;
    let row = |observation: Observation| KeyedRow {
        key: if is_by_creation { observation.created_at.as_microsecond() } else { 0 },
        uuid: observation.id,
        item: observation,
    };
    let page = query.keyed(observations.into_iter().map(row).collect())?;
    let owner = Owner::from(&located);
    Ok(Json(page.map(|observation| WireObservation::new(observation, owner, Rank::default()))))
}

pub(super) async fn observation(
    Reader(project): Reader,
    PathUuids([graph, observation]): PathUuids<2>,
) -> Result<Json<WireObservation>, ApiError> {
    let located = project.graph_by_uuid(graph).await?;
    checks::in_graph(&located, observation, "observation")?;
    let observation = project.observation(observation).await?;
    Ok(Json(WireObservation::new(observation, (&located).into(), Rank::default())))
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct WireThreadSummary {
    uuid: Uuid,
    graph_uuid: Uuid,
    thread_uuid: Option<Uuid>,
    summary: String,
    created_at: Timestamp,
    last_summarized_at: Timestamp,
    last_summarized_episode_valid_at: Timestamp,
    #[serde(flatten)]
    rank: Rank,
}

impl WireThreadSummary {
    pub(super) fn new(summary: Summary, graph_uuid: Uuid, thread_uuid: Option<Uuid>) -> Self {
        Self {
            uuid: summary.id,
            graph_uuid,
            thread_uuid,
            summary: summary.text,
            created_at: summary.created_at,
            last_summarized_at: summary.recorded_at,
            last_summarized_episode_valid_at: summary.said_at,
            rank: Rank::default(),
        }
    }

    /// The same summary as a result of a search.
    pub(super) fn ranked(self, rank: Rank) -> Self {
        Self { rank, ..self }
    }
}

/// The uuid of the thread of a summary; `None` if the thread was deleted meanwhile.
pub(super) async fn thread_uuid(project: &ProjectHandle, summary: &Summary) -> Result<Option<Uuid>, ApiError> {
    match project.thread(&summary.of).get().await {
        Ok(thread) => Ok(Some(thread.uuid.0)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn row(is_by_creation: bool) -> impl Fn(Summary) -> KeyedRow<Summary> {
    move |summary| KeyedRow {
        key: if is_by_creation { summary.created_at.as_microsecond() } else { 0 },
        uuid: summary.id,
        item: summary,
    }
}

pub(super) async fn thread_summaries(
    Reader(project): Reader,
    PathUuids([graph]): PathUuids<1>,
    Query(query): Query<PageQuery>,
    Body(body): Body<ListSummaries>,
) -> Result<Json<Page<WireThreadSummary>>, ApiError> {
    let filter = body.filters.unwrap_or_default().parse()?;
    let is_by_creation = query.is_by_creation()?;
    let located = project.graph_by_uuid(graph).await?;
    let summaries = project.graph(&located.reference).summaries(SummaryKind::Threads, &filter).await?;
    let (summaries, page) = query.keyed(summaries.into_iter().map(row(is_by_creation)).collect())?.take();
    let mut items = Vec::with_capacity(summaries.len());
    for summary in summaries {
        let thread = thread_uuid(&project, &summary).await?;
        items.push(WireThreadSummary::new(summary, located.graph.id.0, thread));
    }
    Ok(Json(page.with(items)))
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

pub(super) async fn document_summaries(
    Reader(project): Reader,
    PathUuids([graph]): PathUuids<1>,
    Query(query): Query<PageQuery>,
    Body(body): Body<ListSummaries>,
) -> Result<Json<Page<WireDocumentSummary>>, ApiError> {
    let filter = body.filters.unwrap_or_default().parse()?;
    let is_by_creation = query.is_by_creation()?;
    let located = project.graph_by_uuid(graph).await?;
    let summaries = project.graph(&located.reference).summaries(SummaryKind::Documents, &filter).await?;
    let page = query.keyed(summaries.into_iter().map(row(is_by_creation)).collect())?;
    Ok(Json(page.map(Into::into)))
}
