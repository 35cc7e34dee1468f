//! Projects and their API keys.

use jiff::Timestamp;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::audit::Target;
use super::{Engine, GraphRef, ProjectHandle};
use crate::store::StoreSize;
use erstwhile_core::change::{Applied, Change, ProjectChange};
use erstwhile_core::error::{Error, ErrorKind, Result};
use erstwhile_core::model::{ApiKey, ApiKeyId, AuditAction, AuditTargetKind, BatchId, KeyRole, Project, ProjectId};

/// The prefix of every generated key, by which people and secret scanners recognise it.
const PREFIX: &str = "ew_";
/// Number of characters of a key that lists show: at most half of the shortest key.
const SHOWN: usize = 8;
/// Minimum number of characters of a key that the operator chooses, so that it cannot be guessed.
const OWN_KEY_MIN: usize = 16;

/// A key to create.
#[derive(Debug, Clone)]
pub struct NewKey {
    /// Display name.
    pub name: String,
    /// What it may do.
    pub role: KeyRole,
    /// When it expires.
    pub expires_at: Option<Timestamp>,
    /// The secret, when the operator chooses it; otherwise one is generated.
    pub secret: Option<String>,
    /// The only graph that it reaches; the whole project when absent.
    pub graph: Option<GraphRef>,
}

/// A new key with its secret, which is shown once and never stored.
#[derive(Clone)]
pub struct RevealedKey {
    /// The key as it is stored.
    pub key: ApiKey,
    /// The secret.
    pub secret: String,
}

impl std::fmt::Debug for RevealedKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RevealedKey").field("key", &self.key).finish_non_exhaustive()
    }
}

/// Maximum number of projects in a list.
const PROJECTS_MAX: i64 = 10_000;

impl Engine {
    /// The projects, by name.
    pub async fn projects(&self) -> Result<Vec<Project>> {
        self.store().projects(PROJECTS_MAX).await
    }

    /// How much the store holds, in all projects.
    pub async fn store_size(&self) -> Result<StoreSize> {
        self.store().size().await
    }

    /// The project with this name.
    pub async fn find_project(&self, name: &str) -> Result<Option<Project>> {
        self.store().find_project_by_name(name).await
    }

    /// The project with this name, created when it does not exist.
    pub async fn ensure_project(&self, name: &str) -> Result<Project> {
        if let Some(project) = self.store().find_project_by_name(name).await? {
            return Ok(project);
        }
        let project = Project {
            id: ProjectId(Uuid::new_v5(&Uuid::NAMESPACE_OID, self.ids().next().as_bytes())),
            name: name.to_owned(),
            description: None,
            time_zone: None,
            created_at: self.now(),
        };
        let batch = self.project(project.id).batch(None, vec![Change::Project(ProjectChange::Add(project.clone()))]);
        match self.store().apply(&batch).await {
            Ok(_) => Ok(project),
            // Another process created it first.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                self.store().find_project_by_name(name).await?.ok_or(error)
            }
            Err(error) => Err(error),
        }
    }

    /// Authenticates a secret; returns its key.
    ///
    /// Keys are found by the SHA-256 of their secret, so the duration of a comparison reveals nothing about the secret.
    ///
    /// # Errors
    /// `Unauthenticated` for an unknown, revoked or expired key.
    pub async fn authenticate(&self, secret: &str) -> Result<ApiKey> {
        let digest = digest_of(secret);
        let key = match self.keys.get(&digest) {
            Some(key) => key,
            None => {
                let found = self.store().find_key(&digest).await?;
                let key = found.ok_or_else(unauthenticated)?;
                self.keys.insert(digest, key.clone());
                key
            }
        };
        let now = self.now();
        if key.revoked_at.is_some() || key.expires_at.is_some_and(|expires_at| expires_at <= now) {
            return Err(unauthenticated());
        }
        Ok(key)
    }
}

impl ProjectHandle {
    /// The project.
    pub async fn info(&self) -> Result<Project> {
        self.store().find_project(self.id).await?.ok_or_else(|| Error::not_found("project"))
    }

    /// Creates the first key of a project, only once even when several processes start at the same time; `None` when
    /// the project already has keys.
    pub async fn create_first_key(&self, new: NewKey, random: [u8; 32]) -> Result<Option<RevealedKey>> {
        if self.store().count_keys(self.id).await? > 0 {
            return Ok(None);
        }
        let revealed = self.new_key(new, random).await?;
        let mut batch = self.batch(None, self.additions(&revealed.key));
        batch.id = BatchId(Uuid::new_v5(&self.id.0, b"the first key"));
        match self.apply_batch(&batch).await? {
            Applied::Now { .. } => Ok(Some(revealed)),
            // This batch was sent before, by this process or another one.
            Applied::Before => Ok(self.store().find_key(&revealed.key.digest).await?.map(|_| revealed)),
        }
    }

    /// Creates a key; `random` is 32 fresh random bytes for its secret.
    ///
    /// # Errors
    /// `NotFound` when the only graph that it is to reach does not exist; `Invalid` for an admin key that reaches only one.
    pub async fn create_key(&self, new: NewKey, random: [u8; 32]) -> Result<RevealedKey> {
        let revealed = self.new_key(new, random).await?;
        let batch = self.batch(None, self.additions(&revealed.key));
        self.apply_batch(&batch).await?;
        Ok(revealed)
    }

    /// The changes that add a key.
    fn additions(&self, key: &ApiKey) -> Vec<Change> {
        let target = Target { partition: key.graph.map(Into::into), id: Some(key.id.0), name: "" };
        let record = self.record(AuditAction::Create, AuditTargetKind::Key, target);
        std::iter::once(Change::Project(ProjectChange::AddKey(key.clone()))).chain(record).collect()
    }

    async fn new_key(&self, new: NewKey, random: [u8; 32]) -> Result<RevealedKey> {
        if new.role == KeyRole::Admin && new.graph.is_some() {
            return Err(Error::invalid("an admin key reaches the whole project, not one user or graph"));
        }
        let secret = match new.secret {
            Some(secret) if secret.chars().count() < OWN_KEY_MIN => {
                return Err(Error::invalid(format!("a key must have at least {OWN_KEY_MIN} characters")));
            }
            Some(secret) => secret,
            None => format!("{PREFIX}{}", hex::encode(random)),
        };
        let graph = match &new.graph {
            Some(reference) => Some(self.graph(reference).partition().await?),
            None => None,
        };
        let key = ApiKey {
            id: ApiKeyId(self.ids().next()),
            project: self.id,
            name: new.name,
            prefix: secret.chars().take(SHOWN).collect(),
            digest: digest_of(&secret),
            role: new.role,
            graph,
            created_at: self.now(),
            expires_at: new.expires_at,
            revoked_at: None,
        };
        Ok(RevealedKey { key, secret })
    }

    /// The keys of a project, oldest first; damaged ones are left out.
    pub async fn list_keys(&self) -> Result<Vec<ApiKey>> {
        self.store().list_keys(self.id).await
    }

    /// Revokes a key; it stops working within a second on every server.
    pub async fn revoke_key(&self, key: ApiKeyId) -> Result<()> {
        let mut changes = vec![Change::Project(ProjectChange::RevokeKey(key))];
        let target = Target { id: Some(key.0), ..Target::default() };
        changes.extend(self.record(AuditAction::Revoke, AuditTargetKind::Key, target));
        self.apply_batch(&self.batch(None, changes)).await?;
        self.engine.keys.invalidate_all();
        Ok(())
    }
}

fn digest_of(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

fn unauthenticated() -> Error {
    Error::new(ErrorKind::Unauthenticated, "unauthorized")
}
