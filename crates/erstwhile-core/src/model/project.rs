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

/// What a key may do; each role may do what those before it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyRole {
    /// Read the memory.
    Read,
    /// Change the memory and the settings of the project: what an application needs.
    Write,
    /// Read the audit log.
    Admin,
}

impl KeyRole {
    /// All roles.
    pub const ALL: [Self; 3] = [Self::Read, Self::Write, Self::Admin];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Admin => "admin",
        }
    }

    /// The role with a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
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
    /// What it may do.
    pub role: KeyRole,
    /// The only graph that it reaches, of a user or a standalone one; the whole project when absent.
    pub graph: Option<GraphId>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it expires.
    pub expires_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}
