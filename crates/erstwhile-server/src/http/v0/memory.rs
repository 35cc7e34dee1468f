//! `memory.add_memory`, `get_memory`, `delete_memory` and `search_memory`.

use axum::Json;
use axum::extract::State;
use erstwhile::ErrorKind;
use erstwhile::engine::compat::{ThreadSearch, document_filter};
use erstwhile::engine::{NewMessage, ProjectHandle};
use erstwhile::model::{Metadata, Role};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::wire::{OK, WireMessage, WireSummary, tokens};
use crate::app::App;
use crate::http::body::{Body, ObjectOnly, PathId, Query, optional_time};
use crate::http::caller::{Reader, Writer};
use crate::http::erasure::Erased;
use crate::http::error::ApiError;

/// Default (documented) and maximum number of messages in a session's memory.
const WINDOW: i64 = 12;
const WINDOW_MAX: i64 = 1_000;
/// Maximum number of earlier messages that a session's summary covers.
const SUMMARISED_MAX: i64 = 500;
/// Maximum number of messages in one call: these clients send whole conversations.
const MESSAGES_MAX: usize = 1_000;
/// Default (documented) and maximum number of search results.
const LIMIT: i64 = 10;
const LIMIT_MAX: i64 = 1_000;
/// Default weight of relevance against diversity.
const MMR_LAMBDA: f32 = 0.5;

#[derive(Debug, Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct AddMemory {
    messages: Vec<NewWireMessage>,
}

#[derive(Debug, Deserialize)]
#[serde(expecting = "an object")]
struct NewWireMessage {
    role: Option<String>,
    content: Option<String>,
    created_at: Option<String>,
    metadata: Option<Metadata>,
    #[serde(flatten)]
    _object: ObjectOnly,
}

/// The role named by free text; other text is a speaker's name, whose role is unknown.
fn role_of(text: &str) -> Role {
    match text.trim().to_lowercase().as_str() {
        "human" => Role::User,
        "ai" | "bot" | "chatbot" => Role::Assistant,
        text => Role::parse(text).unwrap_or(Role::Norole),
    }
}

impl NewWireMessage {
    fn parse(self, at: usize, characters_max: usize) -> Result<NewMessage, ApiError> {
        let field = |name: &str| format!("messages[{at}].{name}");
        let text = self.role.unwrap_or_default();
        let content = self.content.filter(|content| !content.trim().is_empty());
        let content =
            content.ok_or_else(|| ApiError::bad_request(format!("{} must not be empty", field("content"))))?;
        if content.chars().count() > characters_max {
            let message = format!("{} must have at most {characters_max} characters", field("content"));
            return Err(ApiError::bad_request(message));
        }
        let role = role_of(&text);
        Ok(NewMessage {
            id: None,
            // Stored only if it differs from the role's name, so that it can be returned as sent.
            name: (text != role.as_str()).then_some(text),
            role,
            created_at: optional_time(&field("created_at"), self.created_at.as_ref())?,
            content,
            metadata: self.metadata.unwrap_or_default(),
        })
    }
}

pub(super) async fn add(
    State(app): State<App>,
    Writer(project): Writer,
    PathId(session_id): PathId,
    Body(body): Body<AddMemory>,
) -> Result<&'static str, ApiError> {
    if body.messages.is_empty() || body.messages.len() > MESSAGES_MAX {
        return Err(ApiError::bad_request(format!("messages must have from 1 to {MESSAGES_MAX} items")));
    }
    let max = app.limits.session_message_characters_max;
    let messages = body.messages.into_iter().enumerate();
    let messages = messages.map(|(at, message)| message.parse(at, max)).collect::<Result<_, _>>()?;
    let thread = project.thread(&session_id);
    thread.ensure().await?;
    thread.add_messages(messages, &[], false).await?;
    Ok(OK)
}

#[derive(Debug, Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct GetMemory {
    lastn: Option<i64>,
}

#[derive(Debug, Default, Serialize)]
pub(super) struct Memory {
    messages: Vec<WireMessage>,
    summary: Option<WireSummary>,
    metadata: Metadata,
}

/// Returns the last messages and a summary of the earlier ones.
pub(super) async fn get(
    Reader(project): Reader,
    PathId(session_id): PathId,
    Query(query): Query<GetMemory>,
) -> Result<Json<Memory>, ApiError> {
    let window = match query.lastn {
        None | Some(0) => WINDOW,
        Some(lastn) if lastn < 0 => return Err(ApiError::bad_request("lastn must not be negative")),
        Some(lastn) => lastn.min(WINDOW_MAX),
    };
    let thread = match project.thread(&session_id).get().await {
        Ok(thread) => thread,
        // An unknown session has an empty memory.
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Json(Memory::default())),
        Err(error) => return Err(error.into()),
    };
    let (messages, total) = project.thread(&session_id).last_messages(window).await?;
    let summary = summary(&project, &session_id, total - messages.len() as i64).await?;
    Ok(Json(Memory { messages: messages.into_iter().map(Into::into).collect(), summary, metadata: thread.metadata }))
}

/// Summarises the first `earlier` messages of a session, or the last `SUMMARISED_MAX` of them.
async fn summary(project: &ProjectHandle, session_id: &str, earlier: i64) -> Result<Option<WireSummary>, ApiError> {
    if earlier <= 0 {
        return Ok(None);
    }
    let offset = (earlier - SUMMARISED_MAX).max(0);
    let (messages, _) = project.thread(session_id).messages(offset, earlier - offset).await?;
    let content = project.summary_of(session_id, &messages).await?;
    let Some(last) = messages.last().filter(|_| !content.is_empty()) else { return Ok(None) };
    Ok(Some(WireSummary {
        uuid: Uuid::new_v5(&last.id.0, b"summary"),
        recent_message_uuid: Some(last.id.0),
        token_count: tokens(&content),
        content,
        metadata: Metadata::new(),
        created_at: last.recorded_at,
    }))
}

pub(super) async fn delete(
    Writer(project): Writer,
    PathId(session_id): PathId,
) -> Result<Erased<&'static str>, ApiError> {
    Ok(Erased(project.thread(&session_id).delete().await?, OK))
}

#[derive(Debug, Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct SearchQuery {
    limit: Option<i64>,
}

impl SearchQuery {
    /// The requested number of results.
    pub(super) fn limit(&self) -> Option<i64> {
        self.limit
    }
}

#[derive(Debug, Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct SearchMemory {
    text: Option<String>,
    metadata: Option<Value>,
    search_scope: Option<String>,
    search_type: Option<String>,
    mmr_lambda: Option<f32>,
}

/// Either `message` or `summary` is set.
#[derive(Debug, Serialize)]
pub(super) struct Found {
    message: Option<WireMessage>,
    summary: Option<WireSummary>,
    metadata: Metadata,
    /// The score, despite the field's name: larger is better.
    dist: f64,
    embedding: Vec<f32>,
}

/// Validates the limit of a search.
pub(super) fn limit_of(given: Option<i64>) -> Result<usize, ApiError> {
    let limit = given.filter(|limit| *limit != 0).unwrap_or(LIMIT).min(LIMIT_MAX);
    usize::try_from(limit).map_err(|_| ApiError::bad_request("limit must not be negative"))
}

/// Returns the lambda of a search of type `mmr`.
pub(super) fn mmr_lambda(search_type: Option<&str>, lambda: Option<f32>) -> Result<Option<f32>, ApiError> {
    if lambda.is_some_and(|lambda| !(0.0..=1.0).contains(&lambda)) {
        return Err(ApiError::bad_request("mmr_lambda must be from 0 to 1"));
    }
    match search_type {
        None | Some("similarity") => Ok(None),
        Some("mmr") => Ok(Some(lambda.unwrap_or(MMR_LAMBDA))),
        Some(_) => Err(ApiError::bad_request("search_type must be one of similarity, mmr")),
    }
}

pub(super) async fn search(
    Reader(project): Reader,
    PathId(session_id): PathId,
    Query(query): Query<SearchQuery>,
    Body(body): Body<SearchMemory>,
) -> Result<Json<Vec<Found>>, ApiError> {
    let search = ThreadSearch {
        text: body.text.unwrap_or_default(),
        thread_ids: vec![session_id],
        filter: document_filter(body.metadata.as_ref())?,
        limit: limit_of(query.limit())?,
        mmr_lambda: mmr_lambda(body.search_type.as_deref(), body.mmr_lambda)?,
        ..ThreadSearch::default()
    };
    let found = match body.search_scope.as_deref() {
        None | Some("messages") => {
            let found = project.search_thread_messages(&search).await?.into_iter();
            found
                .map(|found| Found {
                    metadata: found.item.metadata.clone(),
                    message: Some(found.item.into()),
                    summary: None,
                    dist: found.score,
                    embedding: Vec::new(),
                })
                .collect()
        }
        Some("summary") => {
            let found = project.search_thread_summaries(&search).await?.into_iter();
            found
                .map(|found| Found {
                    metadata: Metadata::new(),
                    message: None,
                    dist: found.score,
                    embedding: Vec::new(),
                    summary: Some(WireSummary {
                        uuid: found.item.id,
                        recent_message_uuid: found.item.episodes.last().map(|id| id.0),
                        token_count: tokens(&found.item.text),
                        content: found.item.text,
                        metadata: Metadata::new(),
                        created_at: found.item.recorded_at,
                    }),
                })
                .collect()
        }
        Some(_) => return Err(ApiError::bad_request("search_scope must be one of messages, summary")),
    };
    Ok(Json(found))
}
