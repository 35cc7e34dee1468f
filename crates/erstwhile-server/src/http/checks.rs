//! Validation shared by all generations.

use erstwhile::model::{EpisodeId, ImportState, Role};
use uuid::Uuid;

use super::body;
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

/// Parses the uuid that the application gives to a message. SDKs send an empty or zero one that was not set.
pub(in crate::http) fn given_uuid(field: &str, text: Option<&String>) -> Result<Option<EpisodeId>, ApiError> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(None) };
    let uuid = body::uuid(field, text).map_err(|error| error.with_param(field))?;
    Ok(Some(EpisodeId(uuid)).filter(|_| uuid != Uuid::nil()))
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
