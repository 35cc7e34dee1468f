//! `thread.*`, except messages.

use axum::Json;
use axum::extract::State;
use erstwhile::engine::{ContextRequest, SortBy, TemplateRef};
use erstwhile::model::Thread;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::derived::WireThreadSummary;
use super::page::{CursorQuery, KeyedRow, Page, PageQuery};
use super::path::{PathUuids, identifier, optional_identifier};
use super::tasks::{Completed, TaskOnly};
use super::wire::{Owner, WireEpisode, WireThread};
use crate::app::App;
use crate::http::answers::{Accepted, Created};
use crate::http::body::{Body, Query};
use crate::http::caller::{Reader, Writer};
use crate::http::erasure::Erased;
use crate::http::error::ApiError;

/// Maximum number of a thread's episodes that can be listed.
const EPISODES_MAX: i64 = 10_000;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct CreateThread {
    user_uuid: String,
}

pub(super) async fn create(
    Writer(project): Writer,
    Body(body): Body<CreateThread>,
) -> Result<Created<WireThread>, ApiError> {
    let user = project.user_by_uuid(identifier("user_uuid", &body.user_uuid)?).await?;
    Ok(Created(project.create_thread_without_id(&user).await?.into()))
}

pub(super) async fn get(
    Reader(project): Reader,
    PathUuids([uuid]): PathUuids<1>,
) -> Result<Json<WireThread>, ApiError> {
    Ok(Json(project.thread_by_uuid(uuid).await?.into()))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct ListThreads {
    // Not flattened: numbers in a flattened query would be read as text.
    page_size: Option<i64>,
    cursor: Option<String>,
    order_by: Option<String>,
    order: Option<String>,
    user_uuid: Option<String>,
}

pub(super) async fn list(
    Reader(project): Reader,
    Query(query): Query<ListThreads>,
) -> Result<Json<Page<WireThread>>, ApiError> {
    let page =
        PageQuery { page_size: query.page_size, cursor: query.cursor, order_by: query.order_by, order: query.order };
    let orders = [("created_at", SortBy::CreatedAt), ("updated_at", SortBy::UpdatedAt)];
    // Blank is no absent filter: a client that lost the id of its user must not get the threads of all.
    let user = query.user_uuid.map(|user| identifier("user_uuid", &user)).transpose()?;
    let Some(user) = user else {
        let listing = page.listing(None, &orders)?;
        let (threads, total) = project.list_threads(&listing).await?;
        return Ok(Json(Page::of(threads.into_iter().map(Into::into).collect(), &listing, total)));
    };
    let is_by_change = page.order_of(&orders)? == SortBy::UpdatedAt;
    let user = project.user_by_uuid(user).await?;
    let row = |thread: Thread| {
        let at = if is_by_change { thread.updated_at } else { thread.created_at };
        KeyedRow { key: at.as_microsecond(), uuid: thread.uuid.0, item: thread }
    };
    let rows = project.user(user.user_id).threads().await?.into_iter().map(row).collect();
    Ok(Json(page.keyed(rows)?.map(Into::into)))
}

pub(super) async fn delete(
    State(app): State<App>,
    Writer(project): Writer,
    PathUuids([uuid]): PathUuids<1>,
) -> Result<Erased<Accepted<TaskOnly>>, ApiError> {
    let thread = project.thread_by_uuid(uuid).await?;
    let erasure = project.thread(thread.thread_id).delete().await?;
    Ok(Erased(erasure, Completed::ThreadDelete.deleted(&project, uuid, app.engine.now(), erasure)))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct ContextQuery {
    template_uuid: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct ThreadContext {
    context: String,
}

pub(super) async fn context(
    Reader(project): Reader,
    PathUuids([uuid]): PathUuids<1>,
    Query(query): Query<ContextQuery>,
) -> Result<Json<ThreadContext>, ApiError> {
    let template = optional_identifier("template_uuid", query.template_uuid.as_ref())?;
    let thread = project.thread(project.thread_by_uuid(uuid).await?.thread_id);
    let context = match template {
        Some(template) => thread.context_by_template(TemplateRef::Uuid(template)).await?,
        None => thread.context(ContextRequest::default()).await?.text,
    };
    Ok(Json(ThreadContext { context }))
}

pub(super) async fn summary(
    Reader(project): Reader,
    PathUuids([uuid]): PathUuids<1>,
) -> Result<Json<WireThreadSummary>, ApiError> {
    let thread = project.thread_by_uuid(uuid).await?;
    let summary = project.thread(&thread.thread_id).summary().await?;
    let summary = summary.ok_or_else(|| erstwhile::Error::not_found("summary"))?;
    Ok(Json(WireThreadSummary::new(summary, thread.graph.0, Some(uuid))))
}

pub(super) async fn episodes(
    Reader(project): Reader,
    PathUuids([uuid]): PathUuids<1>,
    Query(page): Query<CursorQuery>,
) -> Result<Json<Page<WireEpisode>>, ApiError> {
    let page = PageQuery::from(page);
    let thread = project.thread_by_uuid(uuid).await?;
    let episodes = project.thread(&thread.thread_id).episodes(EPISODES_MAX).await?;
    let rows = episodes.into_iter().map(|episode| KeyedRow { key: episode.seq, uuid: episode.id.0, item: episode });
    // The order of the conversation; this list has no other.
    let page = PageQuery { order: Some("asc".to_owned()), ..page };
    let (episodes, page) = page.keyed(rows.collect())?.take();
    Ok(Json(page.with(WireEpisode::all(&project, episodes, Owner::from(&thread)).await?)))
}
