//! `memory.add_session`, `get_session`, `update_session`, `list_sessions`.

use axum::Json;
use axum::http::StatusCode;
use erstwhile::ErrorKind;
use erstwhile::engine::NewThread;
use erstwhile::model::Metadata;
use serde::Deserialize;

use super::listing::{ListQuery, Start, page};
use super::wire::WireSession;
use crate::http::body::{Body, PathId, Query};
use crate::http::caller::{Reader, Writer};
use crate::http::error::ApiError;

#[derive(Debug, Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct AddSession {
    session_id: String,
    user_id: Option<String>,
    metadata: Option<Metadata>,
}

pub(super) async fn add(
    Writer(project): Writer,
    Body(body): Body<AddSession>,
) -> Result<(StatusCode, Json<WireSession>), ApiError> {
    let session_id = body.session_id;
    let new = NewThread {
        thread_id: session_id.clone(),
        user_id: body.user_id.filter(|user_id| !user_id.is_empty()),
        metadata: body.metadata.unwrap_or_default(),
    };
    let thread = project.create_thread(new).await.map_err(|error| match error.kind() {
        // Only the user can be missing here; this generation responds with 400.
        ErrorKind::NotFound => ApiError::bad_request(error.message()),
        ErrorKind::AlreadyExists => {
            ApiError::bad_request(format!("session already exists with session_id: {session_id}"))
        }
        _ => error.into(),
    })?;
    Ok((StatusCode::CREATED, Json(thread.into())))
}

pub(super) async fn get(Reader(project): Reader, PathId(session_id): PathId) -> Result<Json<WireSession>, ApiError> {
    Ok(Json(project.thread(&session_id).get().await?.into()))
}

#[derive(Debug, Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct UpdateSession {
    metadata: Option<Metadata>,
}

pub(super) async fn update(
    Writer(project): Writer,
    PathId(session_id): PathId,
    Body(body): Body<UpdateSession>,
) -> Result<Json<WireSession>, ApiError> {
    Ok(Json(project.thread(&session_id).update(body.metadata.unwrap_or_default()).await?.into()))
}

pub(super) async fn list(
    Reader(project): Reader,
    Query(query): Query<ListQuery>,
) -> Result<Json<Vec<WireSession>>, ApiError> {
    let threads = match query.start()? {
        (Start::Skip(skipped), limit) => {
            let (mut threads, _) = project.list_threads(&page(skipped, limit)).await?;
            threads.drain(..usize::try_from(skipped % limit).unwrap_or(0).min(threads.len()));
            threads
        }
        (Start::After(after), limit) => project.threads_after(after, limit).await?,
    };
    Ok(Json(threads.into_iter().map(Into::into).collect()))
}
