//! Validation shared by all generations.

use erstwhile::model::{ImportState, Role};

use super::error::ApiError;

/// Checks that a text has at most `max` characters.
pub(in crate::http) fn characters(name: &str, text: &str, max: usize) -> Result<(), ApiError> {
    if text.chars().count() > max {
        return Err(ApiError::bad_request(format!("{name} must have at most {max} characters")));
    }
    Ok(())
}

/// Parses a role.
pub(in crate::http) fn role(field: &str, name: &str) -> Result<Role, ApiError> {
    let known: Vec<&str> = Role::ALL.iter().map(|role| role.as_str()).collect();
    Role::parse(name).ok_or_else(|| ApiError::bad_request(format!("{field} must be one of {}", known.join(", "))))
}

/// Parses the state by which batches are listed; `None` for those of the hosted service that batches of this server never
/// have.
pub(in crate::http) fn batch_status(name: &str) -> Result<Option<ImportState>, ApiError> {
    if matches!(name, "invalid" | "canceled") {
        return Ok(None);
    }
    let found = ImportState::ALL.into_iter().find(|state| state.as_str() == name);
    let message = "status must be one of draft, invalid, queued, processing, succeeded, partial, failed, canceled";
    found.map(Some).ok_or_else(|| ApiError::bad_request(message).with_param("status"))
}
