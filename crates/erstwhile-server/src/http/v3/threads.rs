//! `thread.*`, except messages.

use axum::Json;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use erstwhile::engine::{ContextRequest, NewThread, SortBy, TemplateRef};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::derived::WireThreadSummary;
use super::episodes::Episodes;
use super::listing::PageQuery;
use super::wire::{Success, WireThread};
use crate::http::answers::Created;
use crate::http::body::{Body, PathId, Query};
use crate::http::caller::{Reader, Writer};
use crate::http::erasure::Erased;
use crate::http::error::ApiError;

/// Maximum number of a thread's episodes in a response.
const EPISODES_MAX: i64 = 10_000;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct CreateThread {
    thread_id: String,
    user_id: String,
}

pub(super) async fn create(
    Writer(project): Writer,
    Body(body): Body<CreateThread>,
) -> Result<Created<WireThread>, ApiError> {
    let thread = project.create_thread(NewThread::of(body.thread_id, body.user_id)).await?;
    Ok(Created(thread.into()))
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct ThreadList {
    threads: Vec<WireThread>,
    total_count: i64,
    response_count: usize,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct ListThreads {
    page_number: Option<i64>,
    page_size: Option<i64>,
    order_by: Option<String>,
    asc: Option<bool>,
}

pub(super) async fn list_all(
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
    let (threads, total_count) = project.list_threads(&listing).await?;
    let response_count = threads.len();
    Ok(Json(ThreadList { threads: threads.into_iter().map(Into::into).collect(), total_count, response_count }))
}

pub(super) async fn delete(
    Writer(project): Writer,
    PathId(thread_id): PathId,
) -> Result<Erased<Json<Success>>, ApiError> {
    Ok(Erased(project.thread(&thread_id).delete().await?, Json(Success::OK)))
}

/// Maximum number of tokens of a context block.
const CONTEXT_TOKENS_MAX: usize = 100_000;
/// The header with the number of bytes at the start of a context block that do not depend on the conversation.
const STABLE_BYTES: HeaderName = HeaderName::from_static("x-erstwhile-stable-bytes");

/// Older versions of the SDK also send `mode`, `minRating` and `lastn`, which are ignored.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct ContextQuery {
    template_id: Option<String>,
    max_tokens: Option<i64>,
    facts_percent: Option<u8>,
    entities_percent: Option<u8>,
    episodes_percent: Option<u8>,
}

impl ContextQuery {
    /// The request for a block; the shares count only together.
    fn request(&self) -> Result<ContextRequest, ApiError> {
        let tokens_max = match self.max_tokens {
            Some(tokens) => Some(
                usize::try_from(tokens).ok().filter(|tokens| (1..=CONTEXT_TOKENS_MAX).contains(tokens)).ok_or_else(
                    || ApiError::bad_request(format!("max_tokens must be from 1 to {CONTEXT_TOKENS_MAX}")),
                )?,
            ),
            None => None,
        };
        let percent = match (self.facts_percent, self.entities_percent, self.episodes_percent) {
            (None, None, None) => None,
            (Some(facts), Some(entities), Some(episodes)) => Some([facts, entities, episodes]),
            _ => {
                return Err(ApiError::bad_request(
                    "facts_percent, entities_percent and episodes_percent must be given together",
                ));
            }
        };
        Ok(ContextRequest { tokens_max, percent, ..ContextRequest::default() })
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct ThreadContext {
    context: String,
}

pub(super) async fn context(
    Reader(project): Reader,
    PathId(thread_id): PathId,
    Query(query): Query<ContextQuery>,
) -> Result<(HeaderMap, Json<ThreadContext>), ApiError> {
    let request = query.request()?;
    let thread = project.thread(&thread_id);
    let (headers, context) = match query.template_id {
        Some(template_id) => (HeaderMap::new(), thread.context_by_template(TemplateRef::Named(&template_id)).await?),
        None => {
            let block = thread.context(request).await?;
            let stable = (STABLE_BYTES, HeaderValue::from(block.stable_bytes));
            ([stable].into_iter().collect(), block.text)
        }
    };
    Ok((headers, Json(ThreadContext { context })))
}

pub(super) async fn summary(
    Reader(project): Reader,
    PathId(thread_id): PathId,
) -> Result<Json<WireThreadSummary>, ApiError> {
    let summary = project.thread(&thread_id).summary().await?;
    Ok(Json(summary.ok_or_else(|| erstwhile::Error::not_found("summary"))?.into()))
}

pub(super) async fn episodes(Reader(project): Reader, PathId(thread_id): PathId) -> Result<Json<Episodes>, ApiError> {
    Ok(Json(Episodes::new(project.thread(&thread_id).episodes(EPISODES_MAX).await?)))
}
