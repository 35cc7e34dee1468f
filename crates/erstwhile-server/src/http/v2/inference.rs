//! `memory.classify_session`, `extract_data` and `synthesize_question`, which need a language model.

use std::collections::BTreeMap;

use axum::Json;
use erstwhile::engine::ProjectHandle;
use erstwhile::engine::compat::{ClassifyRequest, ExtractRequest};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::checks;
use crate::http::body::{Body, PathId, Query, optional_time};
use crate::http::caller::{Reader, Writer};
use crate::http::error::ApiError;

/// Default number of messages to read.
const LAST: i64 = 4;
/// Maximum number of messages to read.
const LAST_MAX: i64 = 50;

#[derive(Debug, Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct Classify {
    classes: Vec<String>,
    name: String,
    instruction: Option<String>,
    last_n: Option<i64>,
    persist: Option<bool>,
}

/// The result under both names: cloud v1 reads `name`, cloud v2 reads `label`.
#[derive(Debug, Serialize)]
pub(super) struct Classification {
    name: String,
    label: String,
    class: String,
}

pub(super) async fn classify_thread(
    project: &ProjectHandle,
    session_id: &str,
    body: Classify,
) -> Result<Classification, ApiError> {
    let persist = body.persist.unwrap_or(true);
    let request = ClassifyRequest {
        classes: body.classes,
        instruction: body.instruction,
        last: checks::count("last_n", body.last_n, LAST, LAST_MAX)?,
    };
    let class = project.thread(session_id).classify(request).await?;
    if persist {
        project.thread(session_id).set_classification(&body.name, &class).await?;
    }
    Ok(Classification { label: body.name.clone(), name: body.name, class })
}

pub(super) async fn classify(
    Writer(project): Writer,
    PathId(session_id): PathId,
    Body(body): Body<Classify>,
) -> Result<Json<Classification>, ApiError> {
    Ok(Json(classify_thread(&project, &session_id, body).await?))
}

#[derive(Debug, Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct Extract {
    last_n: Option<i64>,
    /// A JSON document as text, which the SDK generates from a class: name, type and description of each field.
    model_schema: Option<String>,
    current_date_time: Option<String>,
    validate: Option<bool>,
    /// Versions 1.0.0 to 1.0.3 send these fields as the body itself.
    #[serde(flatten)]
    fields: serde_json::Map<String, Value>,
}

pub(super) async fn extract(
    Reader(project): Reader,
    PathId(session_id): PathId,
    Body(body): Body<Extract>,
) -> Result<Json<BTreeMap<String, String>>, ApiError> {
    let request = ExtractRequest {
        last: checks::count("last_n", body.last_n, LAST, LAST_MAX)?,
        schema: body.model_schema.unwrap_or_else(|| Value::Object(body.fields).to_string()),
        now: optional_time("current_date_time", body.current_date_time.as_ref())?,
        validate: body.validate.unwrap_or(false),
    };
    Ok(Json(project.thread(&session_id).extract_data(request).await?))
}

#[derive(Debug, Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct Synthesize {
    #[serde(rename = "lastNMessages")]
    last: Option<i64>,
}

#[derive(Debug, Serialize)]
pub(super) struct Question {
    question: String,
}

pub(super) async fn synthesize_question(
    Reader(project): Reader,
    PathId(session_id): PathId,
    Query(query): Query<Synthesize>,
) -> Result<Json<Question>, ApiError> {
    let last = checks::count("lastNMessages", query.last, LAST, LAST_MAX)?;
    Ok(Json(Question { question: project.thread(&session_id).synthesize_question(last).await? }))
}
