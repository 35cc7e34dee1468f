//! Validation shared by handlers of these generations.

use erstwhile::model::Role;

use crate::http::error::ApiError;

/// Checks that a text has at most `max` characters.
pub(super) fn characters(name: &str, text: &str, max: usize) -> Result<(), ApiError> {
    if text.chars().count() > max {
        return Err(ApiError::bad_request(format!("{name} must have at most {max} characters")));
    }
    Ok(())
}

/// Parses a role.
pub(super) fn role(field: &str, name: &str) -> Result<Role, ApiError> {
    let known: Vec<&str> = Role::ALL.iter().map(|role| role.as_str()).collect();
    Role::parse(name).ok_or_else(|| ApiError::bad_request(format!("{field} must be one of {}", known.join(", "))))
}

/// Validates an optional count; absent and 0 mean `default`, and `max` caps it.
pub(super) fn count(name: &str, given: Option<i64>, default: i64, max: i64) -> Result<i64, ApiError> {
    match given {
        None | Some(0) => Ok(default),
        Some(count) if count < 0 => Err(ApiError::bad_request(format!("{name} must not be negative"))),
        Some(count) => Ok(count.min(max)),
    }
}
