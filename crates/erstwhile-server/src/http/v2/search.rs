//! `memory.search_sessions` and `memory.search`.

use axum::Json;
use erstwhile::engine::ProjectHandle;
use erstwhile::engine::compat::{ThreadSearch, document_filter};
use erstwhile::model::Metadata;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::checks;
use super::wire::{WireFact, WireMessage, WireSummary};
use crate::http::body::{Body, PathId, Query};
use crate::http::caller::Reader;
use crate::http::error::ApiError;

/// Default number of results (documented).
const LIMIT: i64 = 10;
/// Maximum number of results.
const LIMIT_MAX: i64 = 1_000;
/// Maximum number of sessions that a search names.
const SESSIONS_MAX: usize = 1_000;
/// Default weight of relevance against diversity.
const MMR_LAMBDA: f32 = 0.5;

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

#[derive(Debug, Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct SearchQuery {
    limit: Option<i64>,
}

#[derive(Debug, Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct SearchBody {
    text: Option<String>,
    user_id: Option<String>,
    session_ids: Option<Vec<String>>,
    #[serde(alias = "record_filter")]
    metadata: Option<Value>,
    search_scope: Option<String>,
    search_type: Option<String>,
    mmr_lambda: Option<f32>,
    min_score: Option<f64>,
    min_fact_rating: Option<f64>,
}

/// Either `message`, `fact` or `summary` is set.
#[derive(Debug, Default, Serialize)]
pub(super) struct Found {
    session_id: String,
    message: Option<WireMessage>,
    fact: Option<WireFact>,
    summary: Option<WireSummary>,
    metadata: Metadata,
    score: f64,
}

#[derive(Debug, Serialize)]
pub(super) struct SessionResults {
    results: Vec<Found>,
}

pub(super) async fn search_sessions(
    Reader(project): Reader,
    Query(query): Query<SearchQuery>,
    Body(body): Body<SearchBody>,
) -> Result<Json<SessionResults>, ApiError> {
    // The community edition searches facts, which are also the most useful results.
    Ok(Json(SessionResults { results: search(&project, query, body, "facts").await? }))
}

pub(super) async fn search_memory(
    Reader(project): Reader,
    PathId(session_id): PathId,
    Query(query): Query<SearchQuery>,
    Body(mut body): Body<SearchBody>,
) -> Result<Json<Vec<Found>>, ApiError> {
    body.session_ids = Some(vec![session_id]);
    Ok(Json(search(&project, query, body, "messages").await?))
}

async fn search(
    project: &ProjectHandle,
    query: SearchQuery,
    body: SearchBody,
    scope: &str,
) -> Result<Vec<Found>, ApiError> {
    let limit = checks::count("limit", query.limit, LIMIT, LIMIT_MAX)?;
    if body.session_ids.as_ref().is_some_and(|ids| ids.len() > SESSIONS_MAX) {
        return Err(ApiError::bad_request(format!("session_ids must have at most {SESSIONS_MAX} items")));
    }
    let search = ThreadSearch {
        text: body.text.unwrap_or_default(),
        thread_ids: body.session_ids.unwrap_or_default(),
        user_id: body.user_id.filter(|user_id| !user_id.is_empty()),
        filter: document_filter(body.metadata.as_ref())?,
        limit: usize::try_from(limit).unwrap_or(1),
        mmr_lambda: mmr_lambda(body.search_type.as_deref(), body.mmr_lambda)?,
    };
    let mut results: Vec<Found> = match body.search_scope.as_deref().unwrap_or(scope) {
        "messages" => {
            let found = project.search_thread_messages(&search).await?.into_iter();
            found
                .map(|found| Found {
                    session_id: found.thread_id,
                    metadata: found.item.metadata.clone(),
                    message: Some(found.item.into()),
                    score: found.score,
                    ..Found::default()
                })
                .collect()
        }
        "facts" => {
            let found = project.search_thread_facts(&search, body.min_fact_rating).await?.into_iter();
            found
                .map(|found| Found {
                    session_id: found.thread_id,
                    fact: Some(found.item.into()),
                    score: found.score,
                    ..Found::default()
                })
                .collect()
        }
        "summary" => {
            let found = project.search_thread_summaries(&search).await?.into_iter();
            found
                .map(|found| Found {
                    session_id: found.thread_id,
                    summary: Some(found.item.into()),
                    score: found.score,
                    ..Found::default()
                })
                .collect()
        }
        _ => return Err(ApiError::bad_request("search_scope must be one of messages, summary, facts")),
    };
    results.retain(|found| body.min_score.is_none_or(|least| found.score >= least));
    Ok(results)
}
