//! `thread.*`, without its messages.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use erstwhile::engine::{ContextRequest, NewThread, SortBy};
use serde::{Deserialize, Serialize};

use super::derived::WireThreadSummary;
use super::episodes::Episodes;
use super::listing::PageQuery;
use super::wire::{Success, WireThread};
use crate::app::App;
use crate::http::body::{Body, PathId, Query};
use crate::http::caller::{Reader, Writer};
use crate::http::error::ApiError;

/// Episodes of a thread that one answer lists, at most.
const EPISODES_MAX: i64 = 10_000;

#[derive(Debug, Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct CreateThread {
    thread_id: String,
    user_id: String,
}

pub(super) async fn create(
    State(app): State<App>,
    Writer(project): Writer,
    Body(body): Body<CreateThread>,
) -> Result<(StatusCode, Json<WireThread>), ApiError> {
    let thread = app.engine.create_thread(project, NewThread::of(body.thread_id, body.user_id)).await?;
    Ok((StatusCode::CREATED, Json(thread.into())))
}

#[derive(Debug, Serialize)]
pub(super) struct ThreadList {
    threads: Vec<WireThread>,
    total_count: i64,
    response_count: usize,
}

#[derive(Debug, Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct ListThreads {
    page_number: Option<i64>,
    page_size: Option<i64>,
    order_by: Option<String>,
    asc: Option<bool>,
}

pub(super) async fn list_all(
    State(app): State<App>,
    Reader(project): Reader,
    Query(query): Query<ListThreads>,
) -> Result<Json<ThreadList>, ApiError> {
    let page = PageQuery { number: query.page_number, size: query.page_size, search: None, asc: query.asc };
    let orders = [
        ("created_at", SortBy::CreatedAt),
        ("updated_at", SortBy::UpdatedAt),
        ("user_id", SortBy::UserId),
        ("thread_id", SortBy::Id),
    ];
    let listing = page.listing(query.order_by.as_deref(), &orders)?;
    let (threads, total_count) = app.engine.list_threads(project, &listing).await?;
    let response_count = threads.len();
    Ok(Json(ThreadList { threads: threads.into_iter().map(Into::into).collect(), total_count, response_count }))
}

pub(super) async fn delete(
    State(app): State<App>,
    Writer(project): Writer,
    PathId(thread_id): PathId,
) -> Result<Json<Success>, ApiError> {
    app.engine.delete_thread(project, &thread_id).await?;
    Ok(Json(Success::OK))
}

/// Older versions of the SDK also send `mode`, `minRating` and `lastn`; they change nothing.
#[derive(Debug, Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct ContextQuery {
    template_id: Option<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct ThreadContext {
    context: String,
}

pub(super) async fn context(
    State(app): State<App>,
    Reader(project): Reader,
    PathId(thread_id): PathId,
    Query(query): Query<ContextQuery>,
) -> Result<Json<ThreadContext>, ApiError> {
    let context = match query.template_id {
        Some(template_id) => app.engine.template_context(project, &thread_id, &template_id).await?,
        None => app.engine.thread_context(project, &thread_id, ContextRequest::default()).await?,
    };
    Ok(Json(ThreadContext { context }))
}

pub(super) async fn summary(
    State(app): State<App>,
    Reader(project): Reader,
    PathId(thread_id): PathId,
) -> Result<Json<WireThreadSummary>, ApiError> {
    let summary = app.engine.thread_summary(project, &thread_id).await?;
    Ok(Json(summary.ok_or_else(|| erstwhile::Error::not_found("summary"))?.into()))
}

pub(super) async fn episodes(
    State(app): State<App>,
    Reader(project): Reader,
    PathId(thread_id): PathId,
) -> Result<Json<Episodes>, ApiError> {
    let (messages, _) = app.engine.messages(project, &thread_id, 0, EPISODES_MAX).await?;
    Ok(Json(Episodes::new(messages.into_iter().filter(erstwhile::model::Episode::is_in_graph).collect())))
}
