//! Facts of sessions, users and groups, and single facts.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use erstwhile::engine::GraphRef;
use erstwhile::engine::compat::RatedFact;
use erstwhile::model::AssertionId;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::wire::{Success, WireFact};
use crate::app::App;
use crate::http::body::{Body, ObjectOnly, PathId, Query};
use crate::http::caller::{Reader, Writer};
use crate::http::client::Client;
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
    State(app): State<App>,
    Reader(project): Reader,
    PathId(session_id): PathId,
    Query(query): Query<ListFacts>,
) -> Result<Json<Facts>, ApiError> {
    Ok(Json(app.engine.facts_of_thread(project, &session_id, query.rating_min).await?.into()))
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
    State(app): State<App>,
    Writer(project): Writer,
    PathId(session_id): PathId,
    Body(body): Body<AddFacts>,
) -> Result<Json<Success>, ApiError> {
    let facts: Vec<String> = body.facts.unwrap_or_default().into_iter().map(|fact| fact.fact).collect();
    app.engine.thread(project, &session_id).await?;
    // Version 1 of the SDK may send none.
    if !facts.is_empty() {
        app.engine.state_facts(project, &session_id, &facts).await?;
    }
    Ok(Json(Success::OK))
}

pub(super) async fn of_user(
    State(app): State<App>,
    Reader(project): Reader,
    PathId(user_id): PathId,
) -> Result<Json<Facts>, ApiError> {
    Ok(Json(app.engine.facts_of_graph(project, &GraphRef::User(user_id)).await?.into()))
}

pub(super) async fn of_group(
    State(app): State<App>,
    Reader(project): Reader,
    PathId(group_id): PathId,
) -> Result<Json<Facts>, ApiError> {
    Ok(Json(app.engine.facts_of_graph(project, &GraphRef::Graph(group_id)).await?.into()))
}

#[derive(Debug, Serialize)]
pub(super) struct OneFact {
    fact: WireFact,
}

/// A malformed uuid names no fact.
fn fact_id(text: &str) -> Result<AssertionId, ApiError> {
    let unknown = |_| ApiError::new(StatusCode::NOT_FOUND, "fact not found");
    Uuid::parse_str(text).map(AssertionId).map_err(unknown)
}

pub(super) async fn get(
    State(app): State<App>,
    Reader(project): Reader,
    PathId(id): PathId,
) -> Result<Json<OneFact>, ApiError> {
    Ok(Json(OneFact { fact: app.engine.rated_fact(project, fact_id(&id)?).await?.into() }))
}

/// Cloud v2 reads an object; cloud v1 and the community edition read a JSON string.
pub(super) async fn delete(
    State(app): State<App>,
    Writer(project): Writer,
    client: Client,
    PathId(id): PathId,
) -> Result<Response, ApiError> {
    app.engine.delete_fact(project, fact_id(&id)?).await?;
    Ok(match client {
        Client::Community | Client::CloudV1 => Json("OK").into_response(),
        Client::CloudV2 | Client::CloudV3 => Json(Success::OK).into_response(),
    })
}
