//! Input checks that several objects share, and the merging of their metadata.

use erstwhile_core::error::{Error, Result};
use erstwhile_core::model::Metadata;

/// Rejects an id that is empty or too long, or that clients could not put into a path.
pub(super) fn check_id(name: &str, id: &str) -> Result<()> {
    /// Maximum number of characters of an application's own id.
    const ID_CHARACTERS_MAX: usize = 1_000;
    /// Maximum number of bytes of an application's own id: PostgreSQL's indexes hold keys of at most 2,704 bytes.
    const ID_BYTES_MAX: usize = 2_000;
    if id.trim().is_empty() {
        return Err(Error::invalid(format!("{name} must not be empty")));
    }
    if id.chars().count() > ID_CHARACTERS_MAX {
        return Err(Error::invalid(format!("{name} must have at most {ID_CHARACTERS_MAX} characters")));
    }
    if id.len() > ID_BYTES_MAX {
        return Err(Error::invalid(format!("{name} must have at most {ID_BYTES_MAX} bytes")));
    }
    check_printable(name, id)?;
    // Clients put ids into paths as they are: what has such a character could be created, but never read.
    if id.contains(['/', '?', '#', '%']) || matches!(id, "." | "..") {
        return Err(Error::invalid(format!("{name} must not contain /, ?, # or %, nor be `.` or `..`")));
    }
    Ok(())
}

/// Rejects a display name that is empty or too long, or has control characters.
pub(super) fn check_display_name(name: &str) -> Result<()> {
    /// Maximum number of characters of a display name.
    const NAME_CHARACTERS_MAX: usize = 200;
    if name.trim().is_empty() || name.chars().count() > NAME_CHARACTERS_MAX {
        return Err(Error::invalid(format!("name must have from 1 to {NAME_CHARACTERS_MAX} characters")));
    }
    check_printable("name", name)
}

fn check_printable(name: &str, text: &str) -> Result<()> {
    if text.contains('\0') {
        return Err(Error::invalid(format!("{name} must not contain a null character")));
    }
    if text.chars().any(char::is_control) {
        return Err(Error::invalid(format!("{name} must not contain control characters")));
    }
    Ok(())
}

/// Rejects an unknown time zone.
pub(super) fn check_time_zone(time_zone: Option<&str>) -> Result<()> {
    match time_zone {
        Some(name) if jiff::tz::TimeZone::get(name).is_err() => {
            Err(Error::invalid(format!("time_zone must be an IANA time zone, not `{name}`")))
        }
        _ => Ok(()),
    }
}

/// Merges a patch into metadata, including nested objects; a null deletes its key.
pub(super) fn merge_deeply(target: &mut Metadata, patch: Metadata) {
    for (key, value) in patch {
        match (target.get_mut(&key), value) {
            (_, serde_json::Value::Null) => {
                target.remove(&key);
            }
            (Some(serde_json::Value::Object(inner)), serde_json::Value::Object(patch)) => merge_deeply(inner, patch),
            (_, value) => {
                target.insert(key, value);
            }
        }
    }
}
