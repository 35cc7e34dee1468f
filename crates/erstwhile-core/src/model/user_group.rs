//! Groups of users.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A group of users.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserGroup {
    /// Identity.
    pub uuid: Uuid,
    /// Display name, unique in the project, ignoring case.
    pub name: String,
    /// Description.
    pub description: Option<String>,
    /// Incremented by every change; an update must name the current version.
    pub version: i64,
    /// The uuids of the policy sets that are attached.
    pub policy_sets: Vec<Uuid>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it changed last.
    pub updated_at: Timestamp,
}
