//! `thread.add_messages`, `thread.list_messages` and `thread.message.*`

use axum::Json;
use axum::extract::State;
use erstwhile::engine::{ContextRequest, NewMessage, ThreadHandle};
use erstwhile::model::{Episode, EpisodeId, Metadata};
use erstwhile::time::merge;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::checks;
use super::page::{Page, PageQuery, SIZE_MAX};
use super::path::PathUuids;
use super::tasks::{self, WireTask};
use super::wire::WireMessage;
use crate::app::App;
use crate::http::answers::Accepted;
use crate::http::body::{Body, ObjectOnly, Query, optional_time};
use crate::http::caller::{Reader, Writer};
use crate::http::error::ApiError;
use crate::settings::Limits;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct AddMessages {
    messages: Vec<AddMessage>,
    ignore_roles: Option<Vec<String>>,
    return_context: Option<bool>,
    strict_ontology: Option<bool>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
struct AddMessage {
    role: Option<String>,
    content: Option<String>,
    name: Option<String>,
    reference_time: Option<String>,
    metadata: Option<Metadata>,
    uuid: Option<String>,
    #[serde(flatten)]
    _object: ObjectOnly,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct AddedMessages {
    messages: Vec<WireMessage>,
    task: WireTask,
    #[serde(skip_serializing_if = "Option::is_none")]
    context: Option<String>,
}

pub(super) async fn add(
    State(app): State<App>,
    Writer(project): Writer,
    PathUuids([uuid]): PathUuids<1>,
    Body(body): Body<AddMessages>,
) -> Result<Accepted<AddedMessages>, ApiError> {
    if body.messages.len() > app.limits.messages_max {
        let message = format!("messages must have at most {} items", app.limits.messages_max);
        return Err(ApiError::bad_request(message).with_param("messages"));
    }
    let ignored = body.ignore_roles.unwrap_or_default();
    let ignored = ignored.iter().map(|name| checks::role("ignore_roles", name)).collect::<Result<Vec<_>, _>>()?;
    let messages = body.messages.into_iter().enumerate();
    let messages = messages.map(|(at, message)| parse(at, message, &app.limits)).collect::<Result<_, _>>()?;
    let thread = project.thread(project.thread_by_uuid(uuid).await?.thread_id);
    let posted = thread.add_messages(messages, &ignored, body.strict_ontology.unwrap_or(false)).await?;
    let mut added = Vec::with_capacity(posted.messages.len());
    for id in posted.messages {
        added.push(WireMessage::new(project.find_episode(id).await?, uuid));
    }
    let context = match body.return_context {
        Some(true) => Some(thread.context(ContextRequest::default()).await?.text),
        _ => None,
    };
    let task = tasks::stored(&project, posted.task).await?;
    Ok(Accepted(AddedMessages { messages: added, task, context }))
}

fn parse(at: usize, message: AddMessage, limits: &Limits) -> Result<NewMessage, ApiError> {
    let field = |name: &str| format!("messages[{at}].{name}");
    let content = message.content.unwrap_or_default();
    if content.trim().is_empty() {
        let message = format!("{} must not be empty", field("content"));
        return Err(ApiError::bad_request(message).with_param(field("content")));
    }
    checks::characters(&field("content"), &content, limits.message_characters_max)?;
    let metadata = message.metadata.unwrap_or_default();
    checks::metadata(&metadata, limits.metadata_keys_max)?;
    let role = message.role.ok_or_else(|| ApiError::bad_request(format!("{} is missing", field("role"))))?;
    Ok(NewMessage {
        id: checks::given_uuid(&field("uuid"), message.uuid.as_ref())?,
        role: checks::role(&field("role"), &role)?,
        name: message.name,
        created_at: optional_time(&field("reference_time"), message.reference_time.as_ref())?,
        content,
        metadata,
    })
}

/// Lists messages, oldest first by default.
pub(super) async fn list(
    Reader(project): Reader,
    PathUuids([uuid]): PathUuids<1>,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<WireMessage>>, ApiError> {
    query.order_of(&[("created_at", ())])?;
    let is_ascending = query.order.is_none() || query.is_ascending()?;
    let size = query.size(SIZE_MAX)?;
    let number = query.number(size)?;
    let thread = project.thread(project.thread_by_uuid(uuid).await?.thread_id);
    let (messages, total) = page_of(&thread, number, size, is_ascending).await?;
    let messages = messages.into_iter().map(|message| WireMessage::new(message, uuid)).collect();
    Ok(Json(Page::numbered(messages, number, size, total)))
}

async fn page_of(
    thread: &ThreadHandle,
    number: i64,
    size: i64,
    is_ascending: bool,
) -> Result<(Vec<Episode>, i64), ApiError> {
    let before = (number - 1).saturating_mul(size);
    if is_ascending {
        return Ok(thread.messages(before, size).await?);
    }
    let (_, total) = thread.messages(0, 1).await?;
    let last = total.saturating_sub(before).max(0);
    let first = last.saturating_sub(size).max(0);
    if last == first {
        return Ok((Vec::new(), total));
    }
    let (mut messages, total) = thread.messages(first, last - first).await?;
    messages.reverse();
    Ok((messages, total))
}

pub(super) async fn get(
    Reader(project): Reader,
    PathUuids([thread, message]): PathUuids<2>,
) -> Result<Json<WireMessage>, ApiError> {
    let handle = project.thread(project.thread_by_uuid(thread).await?.thread_id);
    Ok(Json(WireMessage::new(handle.message(EpisodeId(message)).await?, thread)))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct UpdateMetadata {
    pub(super) metadata: Option<Metadata>,
}

pub(super) async fn update(
    State(app): State<App>,
    Writer(project): Writer,
    PathUuids([thread, message]): PathUuids<2>,
    Body(body): Body<UpdateMetadata>,
) -> Result<Json<WireMessage>, ApiError> {
    let handle = project.thread(project.thread_by_uuid(thread).await?.thread_id);
    let mut merged = handle.message(EpisodeId(message)).await?.metadata;
    let patch = body.metadata.unwrap_or_default();
    merge(&mut merged, &patch);
    checks::metadata(&merged, app.limits.metadata_keys_max)?;
    Ok(Json(WireMessage::new(project.update_episode(EpisodeId(message), &patch).await?, thread)))
}
