//! `graph.episode.*`

use axum::Json;
use axum::extract::State;
use erstwhile::engine::NewEpisode;
use erstwhile::model::{EntityId, Episode, EpisodeId, EpisodeKind, Metadata};
use erstwhile::search::filter::Filter;
use erstwhile::time::merge;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::checks;
use super::filters::{WireEpisodeFilters, by_violation, ids};
use super::messages::UpdateMetadata;
use super::page::{CursorQuery, KeyedRow, Page, PageQuery};
use super::path::{PathUuids, identifier};
use super::tasks::{self, Completed, TaskOnly, WireTask};
use super::wire::WireEpisode;
use crate::app::App;
use crate::http::answers::Accepted;
use crate::http::body::{Body, Query, optional_time};
use crate::http::caller::{Reader, Writer};
use crate::http::erasure::Erased;
use crate::http::error::ApiError;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct AddEpisode {
    data: String,
    #[serde(rename = "type")]
    kind: Option<String>,
    reference_time: Option<String>,
    source_description: Option<String>,
    document_id: Option<String>,
    metadata: Option<Metadata>,
    strict_ontology: Option<bool>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct AddedEpisode {
    episode: WireEpisode,
    task: WireTask,
}

pub(super) async fn add(
    State(app): State<App>,
    Writer(project): Writer,
    PathUuids([graph]): PathUuids<1>,
    Body(body): Body<AddEpisode>,
) -> Result<Accepted<AddedEpisode>, ApiError> {
    let kind = EpisodeKind::parse(body.kind.as_deref().unwrap_or("text"));
    let kind = kind.filter(|kind| *kind != EpisodeKind::FactTriple);
    let kind =
        kind.ok_or_else(|| ApiError::bad_request("type must be one of text, json, message").with_param("type"))?;
    if body.data.trim().is_empty() {
        return Err(ApiError::bad_request("data must not be empty").with_param("data"));
    }
    checks::characters("data", &body.data, app.limits.data_characters_max)?;
    let metadata = body.metadata.unwrap_or_default();
    checks::metadata(&metadata, app.limits.metadata_keys_max)?;
    let new = NewEpisode {
        kind,
        data: body.data,
        created_at: optional_time("reference_time", body.reference_time.as_ref())?,
        source_description: body.source_description,
        document_id: body.document_id,
        metadata,
        strict: body.strict_ontology.unwrap_or(false),
    };
    let located = project.graph_by_uuid(graph).await?;
    let added = project.graph(&located.reference).add_episodes(vec![new]).await?;
    let task = added.first().and_then(|episode| episode.task).ok_or_else(|| erstwhile::Error::not_found("task"))?;
    // Read again, because a repeated request is answered with what the first attempt stored.
    let mut stored = Vec::with_capacity(added.len());
    for episode in added {
        stored.push(project.find_episode(episode.id).await?);
    }
    let mut wire = WireEpisode::all(&project, stored, (&located).into()).await?;
    let episode = wire.pop().ok_or_else(|| erstwhile::Error::not_found("episode"))?;
    Ok(Accepted(AddedEpisode { episode, task: tasks::stored(&project, task).await? }))
}

pub(super) async fn get(
    Reader(project): Reader,
    PathUuids([graph, episode]): PathUuids<2>,
) -> Result<Json<WireEpisode>, ApiError> {
    let located = project.graph_by_uuid(graph).await?;
    let episode = project.episode_in(&located, EpisodeId(episode)).await?;
    Ok(Json(one(WireEpisode::all(&project, vec![episode], (&located).into()).await?)?))
}

fn one(mut episodes: Vec<WireEpisode>) -> Result<WireEpisode, ApiError> {
    episodes.pop().ok_or_else(|| erstwhile::Error::not_found("episode").into())
}

pub(super) async fn update(
    State(app): State<App>,
    Writer(project): Writer,
    PathUuids([graph, episode]): PathUuids<2>,
    Body(body): Body<UpdateMetadata>,
) -> Result<Json<WireEpisode>, ApiError> {
    let located = project.graph_by_uuid(graph).await?;
    let mut merged = project.episode_in(&located, EpisodeId(episode)).await?.metadata;
    let patch = body.metadata.unwrap_or_default();
    merge(&mut merged, &patch);
    checks::metadata(&merged, app.limits.metadata_keys_max)?;
    let episode = project.update_episode(EpisodeId(episode), &patch).await?;
    Ok(Json(one(WireEpisode::all(&project, vec![episode], (&located).into()).await?)?))
}

pub(super) async fn delete(
    State(app): State<App>,
    Writer(project): Writer,
    PathUuids([graph, episode]): PathUuids<2>,
) -> Result<Erased<Accepted<TaskOnly>>, ApiError> {
    let located = project.graph_by_uuid(graph).await?;
    project.episode_in(&located, EpisodeId(episode)).await?;
    let erasure = project.delete_episode(EpisodeId(episode)).await?;
    Ok(Erased(erasure, Completed::EpisodeDelete.deleted(&project, episode, app.engine.now(), erasure)))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct ListEpisodes {
    filters: Option<WireEpisodeFilters>,
}

pub(super) async fn list(
    Reader(project): Reader,
    PathUuids([graph]): PathUuids<1>,
    Query(query): Query<PageQuery>,
    Body(body): Body<ListEpisodes>,
) -> Result<Json<Page<WireEpisode>>, ApiError> {
    let is_by_creation = query.is_by_creation()?;
    let filters = body.filters.unwrap_or_default();
    let mentioning = ids("mentioned_node_uuids", filters.mentioned_node_uuids.clone(), EntityId)?;
    let wanted = filters.content_policy_violated;
    let mut filter = filters.parse()?;
    let located = project.graph_by_uuid(graph).await?;
    by_violation(&project, &mut filter, wanted).await?;
    let episodes = project.graph(&located.reference).episodes(&filter, &mentioning).await?;
    let row = |episode: Episode| {
        let key = if is_by_creation { episode.recorded_at.as_microsecond() } else { 0 };
        KeyedRow { key, uuid: episode.id.0, item: episode }
    };
    let (episodes, page) = query.keyed(episodes.into_iter().map(row).collect())?.take();
    Ok(Json(page.with(WireEpisode::all(&project, episodes, (&located).into()).await?)))
}

/// Lists the episodes of a document, in order.
pub(super) async fn of_document(
    Reader(project): Reader,
    axum::extract::Path((graph, document)): axum::extract::Path<(String, String)>,
    Query(query): Query<CursorQuery>,
) -> Result<Json<Page<WireEpisode>>, ApiError> {
    let query = PageQuery::from(query);
    let located = project.graph_by_uuid(identifier("graph_uuid", &graph)?).await?;
    let episodes = project.graph(&located.reference).episodes(&Filter::default(), &[]).await?;
    let of = |episode: &Episode| episode.document_id.as_deref() == Some(document.as_str());
    let rows =
        episodes.into_iter().filter(of).map(|episode| KeyedRow { key: episode.seq, uuid: episode.id.0, item: episode });
    let rows: Vec<KeyedRow<Episode>> = rows.collect();
    if rows.is_empty() {
        return Err(erstwhile::Error::not_found("document").into());
    }
    // The order of the document; this list has no other.
    let query = PageQuery { order: Some("asc".to_owned()), ..query };
    let (episodes, page) = query.keyed(rows)?.take();
    Ok(Json(page.with(WireEpisode::all(&project, episodes, (&located).into()).await?)))
}
