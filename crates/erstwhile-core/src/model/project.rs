//! Projects and the keys that open them.

use jiff::Timestamp;

use super::{ApiKeyId, ProjectId};

/// A tenant: everything belongs to exactly one.
#[derive(Debug, Clone, PartialEq)]
pub struct Project {
    /// Identity.
    pub id: ProjectId,
    /// Display name, unique.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// IANA time zone for users and graphs without their own.
    pub time_zone: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What a key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyAccess {
    /// Read only.
    Read,
    /// Read and write.
    Write,
}

/// An API key as it is stored: the secret itself is never kept.
#[derive(Debug, Clone, PartialEq)]
pub struct ApiKey {
    /// Identity, shown in listings.
    pub id: ApiKeyId,
    /// The project that it opens.
    pub project: ProjectId,
    /// What the operator calls it.
    pub name: String,
    /// The first characters of the secret, so that people can tell keys apart.
    pub prefix: String,
    /// SHA-256 of the secret.
    pub digest: [u8; 32],
    /// What it may do.
    pub access: KeyAccess,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops working by itself.
    pub expires_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}
