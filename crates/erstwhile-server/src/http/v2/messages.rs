//! `memory.get_session_messages`, `get_session_message` and `update_message_metadata`.

use axum::Json;
use erstwhile::model::{EpisodeId, Metadata};
use serde::{Deserialize, Serialize};

use super::checks;
use super::wire::WireMessage;
use crate::http::body::{Body, PathId, PathIdAndUuid, Query};
use crate::http::caller::{Reader, Writer};
use crate::http::error::ApiError;

/// Default number of messages on a page (documented).
const PAGE_SIZE: i64 = 100;
/// Maximum number of messages on a page.
const PAGE_SIZE_MAX: i64 = 1_000;

#[derive(Debug, Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct ListMessages {
    limit: Option<i64>,
    /// Page number, starting at 1.
    cursor: Option<i64>,
}

#[derive(Debug, Serialize)]
pub(super) struct MessageList {
    messages: Vec<WireMessage>,
    total_count: i64,
    row_count: usize,
}

pub(super) async fn list(
    Reader(project): Reader,
    PathId(session_id): PathId,
    Query(query): Query<ListMessages>,
) -> Result<Json<MessageList>, ApiError> {
    let limit = checks::count("limit", query.limit, PAGE_SIZE, PAGE_SIZE_MAX)?;
    let page = checks::count("cursor", query.cursor, 1, i64::MAX)?;
    project.thread(&session_id).get().await?;
    let offset = (page - 1).saturating_mul(limit);
    let (messages, total_count) = project.thread(&session_id).messages(offset, limit).await?;
    let messages: Vec<WireMessage> = messages.into_iter().map(Into::into).collect();
    Ok(Json(MessageList { row_count: messages.len(), messages, total_count }))
}

pub(super) async fn get(
    Reader(project): Reader,
    PathIdAndUuid(session_id, uuid): PathIdAndUuid,
) -> Result<Json<WireMessage>, ApiError> {
    Ok(Json(project.thread(&session_id).message(EpisodeId(uuid)).await?.into()))
}

#[derive(Debug, Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct UpdateMetadata {
    metadata: Metadata,
}

pub(super) async fn update(
    Writer(project): Writer,
    PathIdAndUuid(session_id, uuid): PathIdAndUuid,
    Body(body): Body<UpdateMetadata>,
) -> Result<Json<WireMessage>, ApiError> {
    let message = project.thread(&session_id).message(EpisodeId(uuid)).await?;
    Ok(Json(project.update_episode(message.id, &body.metadata).await?.into()))
}
