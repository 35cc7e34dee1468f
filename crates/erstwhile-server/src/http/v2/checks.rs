//! Validation shared by handlers of these generations.

pub(super) use crate::http::checks::{characters, role};
use crate::http::error::ApiError;

/// Validates an optional count; absent and 0 mean `default`, and `max` caps it.
pub(super) fn count(name: &str, given: Option<i64>, default: i64, max: i64) -> Result<i64, ApiError> {
    match given {
        None | Some(0) => Ok(default),
        Some(count) if count < 0 => Err(ApiError::bad_request(format!("{name} must not be negative"))),
        Some(count) => Ok(count.min(max)),
    }
}
