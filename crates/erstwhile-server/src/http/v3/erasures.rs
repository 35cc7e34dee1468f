//! The receipts of deleted users. Not part of Zep's API.

use axum::Json;
use erstwhile::engine::ErasureReceipt;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::http::body::Query;
use crate::http::caller::Reader;
use crate::http::erasure::{REMAINS, digest_text, state_name};
use crate::http::error::ApiError;

/// Number of receipts on a page, unless a request says, and at most.
const LIMIT: i64 = 100;
const LIMIT_MAX: i64 = 1_000;

#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct ErasureQuery {
    limit: Option<i64>,
    cursor: Option<i64>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct ErasureList {
    erasures: Vec<WireReceipt>,
}

/// What was removed with a user. The user's id is not in it.
#[derive(Debug, Serialize, JsonSchema)]
struct WireReceipt {
    id: Uuid,
    /// `done` when the remains are gone from the database's own files, else `pending`. On PostgreSQL, `done` promises less:
    /// see `remains`.
    state: &'static str,
    /// Where bytes of what was deleted may still be although the erasure is done, in words; null when they are gone from the
    /// database's own files.
    remains: Option<&'static str>,
    requested_at: String,
    finished_at: Option<String>,
    threads: i64,
    episodes: i64,
    mentions: i64,
    assertions: i64,
    /// The digest that the response to the deletion had in its header.
    digest: String,
    /// The number of the record of the deletion in the audit log.
    audit_number: Option<i64>,
}

impl WireReceipt {
    fn new(receipt: &ErasureReceipt, remains: Option<&'static str>) -> Self {
        Self {
            id: receipt.id,
            state: state_name(receipt.state()),
            remains,
            requested_at: receipt.requested_at.to_string(),
            finished_at: receipt.finished_at.map(|at| at.to_string()),
            threads: receipt.threads,
            episodes: receipt.episodes,
            mentions: receipt.mentions,
            assertions: receipt.assertions,
            digest: digest_text(receipt),
            audit_number: receipt.audit_number,
        }
    }
}

/// The receipts of a project, the newest first.
pub(super) async fn list(
    Reader(project): Reader,
    Query(query): Query<ErasureQuery>,
) -> Result<Json<ErasureList>, ApiError> {
    let limit = query.limit.unwrap_or(LIMIT).clamp(1, LIMIT_MAX);
    let receipts = project.erasure_receipts(query.cursor.unwrap_or(0).max(0), limit).await?;
    let remains = (!project.overwrites_removed_rows()).then_some(REMAINS);
    Ok(Json(ErasureList { erasures: receipts.iter().map(|receipt| WireReceipt::new(receipt, remains)).collect() }))
}
