//! `graph.episode.*`

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use erstwhile::engine::{GraphRef, ProjectHandle};
use erstwhile::model::{EntityId, Episode, EpisodeId};
use erstwhile::search::filter::Filter;
use erstwhile::time::merge;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::checks;
use super::filters::{WireMetadataGroup, ids};
use super::listing::{KeyedOrder, KeyedPage, KeyedRows};
use super::messages::UpdateMetadata;
use super::wire::{Success, WireEdge, WireEpisode, WireNode};
use crate::app::App;
use crate::http::body::{Body, PathId, PathUuid, Query};
use crate::http::caller::{Reader, Writer};
use crate::http::erasure::Erased;
use crate::http::error::ApiError;

/// Default number of episodes in a response.
const LIMIT: i64 = 100;
/// Maximum number of episodes on a keyed page with a requested size (documented).
pub(super) const REQUESTED_MAX: i64 = 50;
/// Maximum number of episodes in a response.
const LIMIT_MAX: i64 = 10_000;

/// `{"episodes": [...]}`
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Episodes {
    episodes: Vec<WireEpisode>,
}

impl Episodes {
    pub(super) fn new(episodes: Vec<Episode>) -> Self {
        Self { episodes: episodes.into_iter().map(Into::into).collect() }
    }
}

pub(super) async fn get(Reader(project): Reader, PathUuid(id): PathUuid) -> Result<Json<WireEpisode>, ApiError> {
    Ok(Json(project.find_episode(EpisodeId(id)).await?.into()))
}

pub(super) async fn update(
    State(app): State<App>,
    Writer(project): Writer,
    PathUuid(id): PathUuid,
    Body(body): Body<UpdateMetadata>,
) -> Result<Json<WireEpisode>, ApiError> {
    let mut merged = project.find_episode(EpisodeId(id)).await?.metadata;
    merge(&mut merged, &body.metadata);
    checks::metadata(&merged, app.limits.metadata_keys_max)?;
    Ok(Json(project.update_episode(EpisodeId(id), &body.metadata).await?.into()))
}

pub(super) async fn delete(Writer(project): Writer, PathUuid(id): PathUuid) -> Result<Erased<Json<Success>>, ApiError> {
    Ok(Erased(project.delete_episode(EpisodeId(id)).await?, Json(Success::OK)))
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Mentions {
    nodes: Vec<WireNode>,
    edges: Vec<WireEdge>,
}

pub(super) async fn mentions(Reader(project): Reader, PathUuid(id): PathUuid) -> Result<Json<Mentions>, ApiError> {
    let (entities, facts) = project.mentions(EpisodeId(id)).await?;
    Ok(Json(Mentions {
        nodes: entities.into_iter().map(Into::into).collect(),
        edges: facts.into_iter().map(Into::into).collect(),
    }))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct LastN {
    lastn: Option<i64>,
}

pub(super) async fn last_of_user(
    Reader(project): Reader,
    PathId(user_id): PathId,
    Query(query): Query<LastN>,
) -> Result<Json<Episodes>, ApiError> {
    last(&project, &GraphRef::User(user_id), &query).await
}

pub(super) async fn last_of_graph(
    Reader(project): Reader,
    PathId(graph_id): PathId,
    Query(query): Query<LastN>,
) -> Result<Json<Episodes>, ApiError> {
    last(&project, &GraphRef::Graph(graph_id), &query).await
}

async fn last(project: &ProjectHandle, graph: &GraphRef, query: &LastN) -> Result<Json<Episodes>, ApiError> {
    let count = query.lastn.filter(|lastn| *lastn != 0).unwrap_or(LIMIT);
    if count < 0 {
        return Err(ApiError::bad_request("lastn must not be negative"));
    }
    Ok(Json(Episodes::new(project.graph(graph).last_episodes(count.min(LIMIT_MAX)).await?)))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct OfDocument {
    graph_id: Option<String>,
}

/// Lists the episodes of a document, in order. The path is `{document_id}/episodes`: the id of a document is often a
/// path of its own, whose slashes some SDKs do not escape.
pub(super) async fn of_document(
    Reader(project): Reader,
    PathId(path): PathId,
    Query(query): Query<OfDocument>,
) -> Result<Json<Episodes>, ApiError> {
    let document_id = path.strip_suffix("/episodes");
    let document_id = document_id.ok_or_else(|| ApiError::new(StatusCode::NOT_FOUND, "route not found"))?;
    let graph = query.graph_id.ok_or_else(|| ApiError::bad_request("graph_id is missing"))?;
    let episodes = project.graph(GraphRef::Graph(graph)).episodes(&Filter::default(), &[]).await?;
    let of = |episode: &Episode| episode.document_id.as_deref() == Some(document_id);
    let episodes: Vec<Episode> = episodes.into_iter().rev().filter(of).collect();
    if episodes.is_empty() {
        return Err(erstwhile::Error::not_found("document").into());
    }
    Ok(Json(Episodes::new(episodes)))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct ListEpisodes {
    cursor: Option<String>,
    direction: Option<String>,
    episode_metadata_filters: Option<WireMetadataGroup>,
    limit: Option<i64>,
    mentioned_node_uuids: Option<Vec<String>>,
    order_by: Option<String>,
}

pub(super) async fn by_user(
    Reader(project): Reader,
    PathId(user_id): PathId,
    Body(body): Body<ListEpisodes>,
) -> Result<KeyedRows<WireEpisode>, ApiError> {
    list(&project, &GraphRef::User(user_id), body).await
}

pub(super) async fn by_graph(
    Reader(project): Reader,
    PathId(graph_id): PathId,
    Body(body): Body<ListEpisodes>,
) -> Result<KeyedRows<WireEpisode>, ApiError> {
    list(&project, &GraphRef::Graph(graph_id), body).await
}

async fn list(
    project: &ProjectHandle,
    graph: &GraphRef,
    body: ListEpisodes,
) -> Result<KeyedRows<WireEpisode>, ApiError> {
    let page = KeyedPage {
        cursor: body.cursor,
        direction: body.direction,
        limit: body.limit.map(|limit| limit.min(REQUESTED_MAX)),
        order_by: body.order_by,
        ..KeyedPage::default()
    };
    let order = page.order(&[KeyedOrder::Uuid, KeyedOrder::CreatedAt])?;
    let mentioning = ids("mentioned_node_uuids", body.mentioned_node_uuids, EntityId)?;
    let episode_metadata = body.episode_metadata_filters.map(WireMetadataGroup::parse).transpose()?;
    let filter = Filter { episode_metadata, ..Filter::default() };
    let episodes = project.graph(graph).episodes(&filter, &mentioning).await?;
    let key = |episode: &Episode| match order {
        KeyedOrder::CreatedAt => episode.reference_time.as_microsecond(),
        KeyedOrder::Uuid | KeyedOrder::ValidAt | KeyedOrder::Degree => 0,
    };
    let rows = episodes.into_iter().map(|episode| (key(&episode), episode.id.0, WireEpisode::from(episode)));
    page.respond(rows.collect())
}
