//! Projects and their API keys.

use jiff::Timestamp;

use super::{ApiKeyId, GraphId, ProjectId};

/// A tenant; everything belongs to exactly one project.
#[derive(Debug, Clone, PartialEq)]
pub struct Project {
    /// Identity.
    pub id: ProjectId,
    /// Display name, unique.
    pub name: String,
    /// Description.
    pub description: Option<String>,
    /// IANA time zone for users and graphs without their own.
    pub time_zone: Option<String>,
    /// When it was created.
    pub created_at: Timestamp,
}

/// The access that a key grants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyAccess {
    /// Read only.
    Read,
    /// Read and write.
    Write,
}

/// An API key as stored, without its secret.
#[derive(Debug, Clone, PartialEq)]
pub struct ApiKey {
    /// Identity, shown in listings.
    pub id: ApiKeyId,
    /// The project that it grants access to.
    pub project: ProjectId,
    /// The operator's name for it.
    pub name: String,
    /// The first characters of the secret, to distinguish keys.
    pub prefix: String,
    /// SHA-256 of the secret.
    pub digest: [u8; 32],
    /// The access that it grants.
    pub access: KeyAccess,
    /// The only graph that it reaches, of a user or a standalone one; the whole project when absent.
    pub graph: Option<GraphId>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it expires.
    pub expires_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}
