//! Validation shared by all generations.

use erstwhile::model::Role;

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
