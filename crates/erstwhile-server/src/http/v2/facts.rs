//! Facts of sessions, users and groups, and single facts.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use erstwhile::engine::GraphRef;
use erstwhile::engine::compat::RatedFact;
use erstwhile::model::AssertionId;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::wire::{Success, WireFact};
use crate::http::body::{Body, ObjectOnly, PathId, Query};
use crate::http::caller::{Reader, Writer};
use crate::http::client::Client;
use crate::http::erasure::Erased;
use crate::http::error::ApiError;

#[derive(Debug, Serialize)]
pub(super) struct Facts {
    facts: Vec<WireFact>,
}

impl From<Vec<RatedFact>> for Facts {
    fn from(facts: Vec<RatedFact>) -> Self {
        Self { facts: facts.into_iter().map(Into::into).collect() }
    }
}

#[derive(Debug, Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct ListFacts {
    #[serde(rename = "minRating")]
    rating_min: Option<f64>,
}

pub(super) async fn of_session(
    Reader(project): Reader,
    PathId(session_id): PathId,
    Query(query): Query<ListFacts>,
) -> Result<Json<Facts>, ApiError> {
    Ok(Json(project.thread(&session_id).facts(query.rating_min).await?.into()))
}

#[derive(Debug, Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct AddFacts {
    facts: Option<Vec<NewFact>>,
}

#[derive(Debug, Deserialize)]
#[serde(expecting = "an object")]
struct NewFact {
    fact: String,
    #[serde(flatten)]
    _object: ObjectOnly,
}

pub(super) async fn add_to_session(
    Writer(project): Writer,
    PathId(session_id): PathId,
    Body(body): Body<AddFacts>,
) -> Result<Json<Success>, ApiError> {
    let facts: Vec<String> = body.facts.unwrap_or_default().into_iter().map(|fact| fact.fact).collect();
    project.thread(&session_id).get().await?;
    // Cloud v1 may send no facts.
    if !facts.is_empty() {
        project.thread(&session_id).state_facts(&facts).await?;
    }
    Ok(Json(Success::OK))
}

pub(super) async fn of_user(Reader(project): Reader, PathId(user_id): PathId) -> Result<Json<Facts>, ApiError> {
    Ok(Json(project.graph(GraphRef::User(user_id)).rated_facts().await?.into()))
}

pub(super) async fn of_group(Reader(project): Reader, PathId(group_id): PathId) -> Result<Json<Facts>, ApiError> {
    Ok(Json(project.graph(GraphRef::Graph(group_id)).rated_facts().await?.into()))
}

#[derive(Debug, Serialize)]
pub(super) struct OneFact {
    fact: WireFact,
}

/// Parses a fact's id; a malformed uuid is an unknown fact.
fn fact_id(text: &str) -> Result<AssertionId, ApiError> {
    let unknown = |_| ApiError::new(StatusCode::NOT_FOUND, "fact not found");
    Uuid::parse_str(text).map(AssertionId).map_err(unknown)
}

pub(super) async fn get(Reader(project): Reader, PathId(id): PathId) -> Result<Json<OneFact>, ApiError> {
    Ok(Json(OneFact { fact: project.rated_fact(fact_id(&id)?).await?.into() }))
}

/// Cloud v2 expects an object; cloud v1 and the community edition expect a JSON string.
pub(super) async fn delete(Writer(project): Writer, client: Client, PathId(id): PathId) -> Result<Response, ApiError> {
    let erasure = project.delete_fact(fact_id(&id)?).await?;
    let body = match client {
        Client::Community | Client::CloudV1 => Json("OK").into_response(),
        Client::CloudV2 | Client::CloudV3 | Client::CloudV4 => Json(Success::OK).into_response(),
    };
    Ok(Erased(erasure, body).into_response())
}
