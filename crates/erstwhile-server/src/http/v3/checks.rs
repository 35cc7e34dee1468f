//! Validation shared by handlers of the generation.

use erstwhile::engine::GraphRef;
use erstwhile::model::Metadata;
use serde_json::Value;

pub(super) use crate::http::checks::{batch_status, characters, given_uuid, role};
use crate::http::error::ApiError;

/// Returns the graph of a request, which must set exactly one of `user_id` and `graph_id`.
pub(super) fn graph_of(user_id: Option<String>, graph_id: Option<String>) -> Result<GraphRef, ApiError> {
    let given = |id: Option<String>| id.filter(|id| !id.is_empty());
    match (given(user_id), given(graph_id)) {
        (Some(user_id), None) => Ok(GraphRef::User(user_id)),
        (None, Some(graph_id)) => Ok(GraphRef::Graph(graph_id)),
        _ => Err(ApiError::bad_request("exactly one of user_id and graph_id must be given")),
    }
}

/// Checks the number of metadata keys, and that values are scalars or lists of scalars.
pub(super) fn metadata(metadata: &Metadata, keys_max: usize) -> Result<(), ApiError> {
    if metadata.len() > keys_max {
        return Err(ApiError::bad_request(format!("metadata must have at most {keys_max} keys")));
    }
    let scalar = |value: &Value| !value.is_object() && !value.is_array();
    let flat = |value: &Value| value.as_array().map_or_else(|| scalar(value), |items| items.iter().all(scalar));
    match metadata.iter().find(|(_, value)| !flat(value)) {
        Some((key, _)) => Err(ApiError::bad_request(format!("metadata.{key} must be a scalar or a list of scalars"))),
        None => Ok(()),
    }
}
