//! The audit log of a project. Not part of Zep's API.

use axum::Json;
use erstwhile::engine::{AUDIT_PAGE_MAX, AuditQuery, AuditScope, GraphRef};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::http::audit::WireAudit;
use crate::http::body::Query;
use crate::http::caller::Admin;
use crate::http::error::ApiError;

/// Number of records on a page, unless a request says.
const LIMIT: i64 = 100;

#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct Parameters {
    limit: Option<i64>,
    /// Only records before this number.
    cursor: Option<i64>,
    user_id: Option<String>,
    graph_id: Option<String>,
    /// A name that the application chose, also of what was deleted.
    name: Option<String>,
}

impl Parameters {
    fn about(self) -> Result<Option<AuditScope>, ApiError> {
        Ok(match (self.user_id, self.graph_id, self.name) {
            (None, None, None) => None,
            (Some(user_id), None, None) => Some(AuditScope::Graph(GraphRef::User(user_id))),
            (None, Some(graph_id), None) => Some(AuditScope::Graph(GraphRef::Graph(graph_id))),
            (None, None, Some(name)) => Some(AuditScope::Name(name)),
            _ => return Err(ApiError::bad_request("give one of user_id, graph_id and name")),
        })
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct AuditPage {
    records: Vec<WireAudit>,
    /// The cursor of the next page; null on the last one.
    next_cursor: Option<i64>,
}

/// The records of the audit log, the newest first.
pub(super) async fn list(
    Admin(project): Admin,
    Query(parameters): Query<Parameters>,
) -> Result<Json<AuditPage>, ApiError> {
    let limit = parameters.limit.unwrap_or(LIMIT).clamp(1, AUDIT_PAGE_MAX);
    let query = AuditQuery { before: parameters.cursor, limit, about: parameters.about()? };
    let records = project.audit(&query).await?;
    let is_full = records.len() as i64 == limit;
    let next_cursor = records.last().filter(|_| is_full).map(|last| last.record.number);
    Ok(Json(AuditPage { records: records.into_iter().map(Into::into).collect(), next_cursor }))
}
