//! `memory.add`, `get`, `delete` and `get_summaries`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use erstwhile::ErrorKind;
use erstwhile::engine::{ContextRequest, NewMessage, ProjectHandle};
use erstwhile::model::{Episode, Metadata, Role};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::checks;
use super::wire::{Success, WireFact, WireMessage, WireSummary};
use crate::app::App;
use crate::http::body::{Body, ObjectOnly, PathId, Query, optional_time};
use crate::http::caller::{Reader, Writer};
use crate::http::client::Client;
use crate::http::erasure::Erased;
use crate::http::error::ApiError;

/// Default number of messages in a session's memory.
const WINDOW: i64 = 6;
/// Maximum number of messages in a session's memory.
const WINDOW_MAX: i64 = 1_000;
/// Maximum number of facts in a session's memory.
const FACTS: usize = 20;
/// Maximum number of earlier messages that a session's summary covers.
const SUMMARISED_MAX: i64 = 500;

#[derive(Debug, Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct AddMemory {
    messages: Vec<NewWireMessage>,
    ignore_roles: Option<Vec<String>>,
    return_context: Option<bool>,
    fact_instruction: Option<String>,
    summary_instruction: Option<String>,
}

/// `role` is the speaker's name, `role_type` the role.
#[derive(Debug, Deserialize)]
#[serde(expecting = "an object")]
struct NewWireMessage {
    role: Option<String>,
    role_type: Option<String>,
    content: Option<String>,
    created_at: Option<String>,
    metadata: Option<Metadata>,
    #[serde(flatten)]
    _object: ObjectOnly,
}

impl NewWireMessage {
    fn parse(self, at: usize, characters_max: usize) -> Result<NewMessage, ApiError> {
        let field = |name: &str| format!("messages[{at}].{name}");
        let role_type =
            self.role_type.ok_or_else(|| ApiError::bad_request(format!("{} is missing", field("role_type"))))?;
        let content = self.content.filter(|content| !content.trim().is_empty());
        let content =
            content.ok_or_else(|| ApiError::bad_request(format!("{} must not be empty", field("content"))))?;
        checks::characters(&field("content"), &content, characters_max)?;
        Ok(NewMessage {
            id: None,
            role: checks::role(&field("role_type"), &role_type)?,
            // Clients without a name for the speaker repeat the role.
            name: self.role.filter(|name| Role::parse(&name.to_lowercase()).is_none()),
            created_at: optional_time(&field("created_at"), self.created_at.as_ref())?,
            content,
            metadata: self.metadata.unwrap_or_default(),
        })
    }
}

#[derive(Debug, Serialize)]
pub(super) struct Added {
    message: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    context: Option<String>,
}

pub(super) async fn add(
    State(app): State<App>,
    Writer(project): Writer,
    client: Client,
    PathId(session_id): PathId,
    Body(body): Body<AddMemory>,
) -> Result<(StatusCode, Json<Added>), ApiError> {
    if body.messages.is_empty() || body.messages.len() > app.limits.messages_max {
        let message = format!("messages must have from 1 to {} items", app.limits.messages_max);
        return Err(ApiError::bad_request(message));
    }
    let ignored = body.ignore_roles.unwrap_or_default();
    let ignored = ignored.iter().map(|name| checks::role("ignore_roles", name)).collect::<Result<Vec<_>, _>>()?;
    // The community server accepted longer messages than the cloud.
    let characters_max = if client == Client::CloudV3 {
        app.limits.message_characters_max
    } else {
        app.limits.session_message_characters_max
    };
    let messages = body.messages.into_iter().enumerate();
    let messages: Vec<NewMessage> =
        messages.map(|(at, message)| message.parse(at, characters_max)).collect::<Result<_, _>>()?;
    let thread = project.thread(&session_id);
    thread.ensure().await?;
    let (facts, summary) = (body.fact_instruction.as_deref(), body.summary_instruction.as_deref());
    if facts.is_some() || summary.is_some() {
        thread.set_instructions(facts, summary).await?;
    }
    thread.add_messages(messages, &ignored, false).await?;
    let context = match body.return_context {
        Some(true) => Some(project.thread(&session_id).context(ContextRequest::default()).await?.text),
        _ => None,
    };
    let status =
        if matches!(client, Client::Community | Client::CloudV1) { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(Added { message: "OK", context })))
}

#[derive(Debug, Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct GetMemory {
    lastn: Option<i64>,
    #[serde(rename = "minRating")]
    rating_min: Option<f64>,
    #[serde(rename = "memoryType")]
    memory_type: Option<String>,
}

#[derive(Debug, Default, Serialize)]
pub(super) struct Memory {
    messages: Vec<WireMessage>,
    context: Option<String>,
    facts: Vec<String>,
    relevant_facts: Vec<WireFact>,
    relevant_summaries: Vec<WireSummary>,
    summary: Option<WireSummary>,
    metadata: Metadata,
}

/// Returns the last messages, the facts relevant to them, and a summary of the earlier messages.
pub(super) async fn get(
    Reader(project): Reader,
    PathId(session_id): PathId,
    Query(query): Query<GetMemory>,
) -> Result<Json<Memory>, ApiError> {
    let window = checks::count("lastn", query.lastn, WINDOW, WINDOW_MAX)?;
    if !matches!(query.memory_type.as_deref(), None | Some("perpetual" | "summary_retriever" | "message_window")) {
        let message = "memoryType must be one of perpetual, summary_retriever, message_window";
        return Err(ApiError::bad_request(message));
    }
    let thread = match project.thread(&session_id).get().await {
        Ok(thread) => thread,
        // An unknown session has an empty memory.
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Json(Memory::default())),
        Err(error) => return Err(error.into()),
    };
    let (messages, total) = project.thread(&session_id).last_messages(window).await?;
    let only_messages = query.memory_type.as_deref() == Some("message_window");
    let text: Vec<&str> = messages.iter().rev().map(|message| message.content.as_str()).collect();
    let (mut facts, mut context) = (Vec::new(), None);
    if !only_messages && !messages.is_empty() {
        let found = project.thread(&session_id).relevant_facts(&text.join("\n"), FACTS, query.rating_min).await?;
        facts = found.into_iter().map(WireFact::from).collect();
        context = Some(project.thread(&session_id).context(ContextRequest::default()).await?.text);
    }
    let mut relevant_summaries = Vec::new();
    if query.memory_type.as_deref() == Some("summary_retriever") {
        relevant_summaries.extend(project.thread(&session_id).summary().await?.map(Into::into));
    }
    let earlier = total - messages.len() as i64;
    let summary = if only_messages { None } else { summary(&project, &session_id, earlier).await? };
    Ok(Json(Memory {
        messages: messages.into_iter().map(Into::into).collect(),
        context,
        facts: facts.iter().map(WireFact::text).collect(),
        relevant_facts: facts,
        relevant_summaries,
        summary,
        metadata: thread.metadata,
    }))
}

/// Summarises the first `earlier` messages of a session, or the last `SUMMARISED_MAX` of them.
async fn summary(project: &ProjectHandle, session_id: &str, earlier: i64) -> Result<Option<WireSummary>, ApiError> {
    let offset = (earlier - SUMMARISED_MAX).max(0);
    if earlier <= 0 {
        return Ok(None);
    }
    let (messages, _) = project.thread(session_id).messages(offset, earlier - offset).await?;
    let text = project.summary_of(session_id, &messages).await?;
    let Some(last) = messages.last().filter(|_| !text.is_empty()) else { return Ok(None) };
    let ids: Vec<Uuid> = messages.iter().map(|message: &Episode| message.id.0).collect();
    let created_at: Timestamp = last.recorded_at;
    Ok(Some(WireSummary::new(Uuid::new_v5(&last.id.0, b"summary"), text, ids, created_at)))
}

pub(super) async fn delete(
    Writer(project): Writer,
    PathId(session_id): PathId,
) -> Result<Erased<Json<Success>>, ApiError> {
    Ok(Erased(project.thread(&session_id).delete().await?, Json(Success::OK)))
}

#[derive(Debug, Serialize)]
pub(super) struct Summaries {
    summaries: Vec<WireSummary>,
    total_count: usize,
    row_count: usize,
}

pub(super) async fn summaries(
    Reader(project): Reader,
    PathId(session_id): PathId,
) -> Result<Json<Summaries>, ApiError> {
    let summaries: Vec<WireSummary> =
        project.thread(&session_id).summary().await?.into_iter().map(Into::into).collect();
    Ok(Json(Summaries { total_count: summaries.len(), row_count: summaries.len(), summaries }))
}
