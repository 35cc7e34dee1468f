//! `thread.add_messages`, `thread.get` and `thread.message.*`

use axum::Json;
use axum::extract::State;
use erstwhile::engine::{ContextRequest, NewMessage};
use erstwhile::model::{EpisodeId, Metadata};
use erstwhile::time::merge;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::checks;
use super::wire::WireMessage;
use crate::app::App;
use crate::http::answers::Accepted;
use crate::http::body::{Body, ObjectOnly, PathId, PathUuid, Query, optional_time};
use crate::http::caller::{Reader, Writer};
use crate::http::error::ApiError;
use crate::settings::Limits;

/// Default number of messages in a response.
const LIMIT: i64 = 1_000;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct AddMessages {
    messages: Vec<NewWireMessage>,
    ignore_roles: Option<Vec<String>>,
    return_context: Option<bool>,
    strict_ontology: Option<bool>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
struct NewWireMessage {
    role: String,
    content: String,
    name: Option<String>,
    created_at: Option<String>,
    metadata: Option<Metadata>,
    uuid: Option<String>,
    #[serde(flatten)]
    _object: ObjectOnly,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Added {
    message_uuids: Vec<Uuid>,
    task_id: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    context: Option<String>,
}

pub(super) async fn add(
    State(app): State<App>,
    Writer(project): Writer,
    PathId(thread_id): PathId,
    Body(body): Body<AddMessages>,
) -> Result<Json<Added>, ApiError> {
    if body.messages.len() > app.limits.messages_max {
        let message = format!("messages must have at most {} items", app.limits.messages_max);
        return Err(ApiError::bad_request(message));
    }
    let ignored = body.ignore_roles.unwrap_or_default();
    let ignored = ignored.iter().map(|name| checks::role("ignore_roles", name)).collect::<Result<Vec<_>, _>>()?;
    let messages = body.messages.into_iter().enumerate();
    let messages = messages.map(|(at, message)| parse(at, message, &app.limits)).collect::<Result<_, _>>()?;
    let strict = body.strict_ontology.unwrap_or(false);
    let posted = project.thread(&thread_id).add_messages(messages, &ignored, strict).await?;
    let context = match body.return_context {
        Some(true) => Some(project.thread(&thread_id).context(ContextRequest::default()).await?.text),
        _ => None,
    };
    let message_uuids = posted.messages.into_iter().map(|id| id.0).collect();
    Ok(Json(Added { message_uuids, task_id: posted.task.0, context }))
}

pub(super) async fn add_batch(
    state: State<App>,
    writer: Writer,
    path: PathId,
    body: Body<AddMessages>,
) -> Result<Accepted<Added>, ApiError> {
    let Json(added) = add(state, writer, path, body).await?;
    Ok(Accepted(added))
}

fn parse(at: usize, message: NewWireMessage, limits: &Limits) -> Result<NewMessage, ApiError> {
    let field = |name: &str| format!("messages[{at}].{name}");
    if message.content.trim().is_empty() {
        return Err(ApiError::bad_request(format!("{} must not be empty", field("content"))));
    }
    checks::characters(&field("content"), &message.content, limits.message_characters_max)?;
    let metadata = message.metadata.unwrap_or_default();
    checks::metadata(&metadata, limits.metadata_keys_max)?;
    Ok(NewMessage {
        id: checks::given_uuid(&field("uuid"), message.uuid.as_ref())?,
        role: checks::role(&field("role"), &message.role)?,
        name: message.name,
        created_at: optional_time(&field("created_at"), message.created_at.as_ref())?,
        content: message.content,
        metadata,
    })
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct ListMessages {
    limit: Option<i64>,
    cursor: Option<i64>,
    lastn: Option<i64>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct MessageList {
    messages: Vec<WireMessage>,
    total_count: i64,
    row_count: usize,
    user_id: Option<String>,
    user_uuid: Option<Uuid>,
    thread_created_at: Timestamp,
}

pub(super) async fn list(
    Reader(project): Reader,
    PathId(thread_id): PathId,
    Query(query): Query<ListMessages>,
) -> Result<Json<MessageList>, ApiError> {
    let negative = |name: &str| ApiError::bad_request(format!("{name} must not be negative"));
    let thread = project.thread(&thread_id).get().await?;
    let (messages, total_count) = match query.lastn {
        Some(lastn) if lastn < 0 => return Err(negative("lastn")),
        Some(lastn) if lastn > 0 => project.thread(&thread_id).last_messages(lastn).await?,
        _ => {
            let offset = query.cursor.unwrap_or(0);
            let limit = query.limit.filter(|limit| *limit != 0).unwrap_or(LIMIT);
            if limit < 0 || offset < 0 {
                return Err(negative(if limit < 0 { "limit" } else { "cursor" }));
            }
            project.thread(&thread_id).messages(offset, limit).await?
        }
    };
    Ok(Json(MessageList {
        row_count: messages.len(),
        messages: messages.into_iter().map(Into::into).collect(),
        total_count,
        user_id: thread.user_id,
        user_uuid: thread.user_uuid.map(|uuid| uuid.0),
        thread_created_at: thread.created_at,
    }))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct UpdateMetadata {
    pub(super) metadata: Metadata,
}

pub(super) async fn update(
    State(app): State<App>,
    Writer(project): Writer,
    PathUuid(uuid): PathUuid,
    Body(body): Body<UpdateMetadata>,
) -> Result<Json<WireMessage>, ApiError> {
    let id = EpisodeId(uuid);
    let mut merged = project.find_episode(id).await?.metadata;
    merge(&mut merged, &body.metadata);
    checks::metadata(&merged, app.limits.metadata_keys_max)?;
    Ok(Json(project.update_episode(id, &body.metadata).await?.into()))
}
