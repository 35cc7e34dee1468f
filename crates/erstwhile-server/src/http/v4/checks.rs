//! Validation shared by handlers of the generation.

use erstwhile::engine::LocatedGraph;
use erstwhile::model::Metadata;
use serde_json::Value;
use uuid::Uuid;

pub(super) use crate::http::checks::{batch_status, characters, given_uuid, role};
use crate::http::error::ApiError;

/// The code of an error about an argument that this server does not have.
const UNSUPPORTED: &str = "unsupported_parameter";

/// Rejects an argument that this server cannot honour, rather than ignoring it.
pub(super) fn unsupported(param: &str) -> ApiError {
    ApiError::bad_request(format!("{param} is not supported by this server")).with_code(UNSUPPORTED).with_param(param)
}

/// Checks that an object belongs to the graph of its path; `object` is the noun of the error.
pub(super) fn in_graph(located: &LocatedGraph, uuid: Uuid, object: &'static str) -> Result<(), ApiError> {
    if located.may_hold(uuid) { Ok(()) } else { Err(erstwhile::Error::not_found(object).into()) }
}

/// Checks the number of metadata keys, and that values are scalars or lists of scalars.
pub(super) fn metadata(metadata: &Metadata, keys_max: usize) -> Result<(), ApiError> {
    if metadata.len() > keys_max {
        let message = format!("metadata must have at most {keys_max} keys");
        return Err(ApiError::bad_request(message).with_param("metadata"));
    }
    let scalar = |value: &Value| !value.is_object() && !value.is_array();
    let flat = |value: &Value| value.as_array().map_or_else(|| scalar(value), |items| items.iter().all(scalar));
    match metadata.iter().find(|(_, value)| !flat(value)) {
        Some((key, _)) => {
            let message = format!("metadata.{key} must be a scalar or a list of scalars");
            Err(ApiError::bad_request(message).with_param("metadata"))
        }
        None => Ok(()),
    }
}

/// Validates an optional number from 1 to `max`.
pub(super) fn from_one_to_max(name: &str, given: Option<i64>, default: usize, max: usize) -> Result<usize, ApiError> {
    match given.map(usize::try_from) {
        None => Ok(default),
        Some(Ok(number)) if (1..=max).contains(&number) => Ok(number),
        Some(_) => Err(ApiError::bad_request(format!("{name} must be from 1 to {max}")).with_param(name)),
    }
}
