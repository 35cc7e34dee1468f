//! Records of the audit log as JSON, for the API and the command line.

use erstwhile::engine::Audited;
use erstwhile::model::{Actor, PartitionOwner};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

/// A record of the audit log.
#[derive(Debug, Serialize, JsonSchema)]
pub struct WireAudit {
    number: i64,
    created_at: String,
    /// `key`, `cli`, `server` or `library`.
    actor: &'static str,
    key_id: Option<Uuid>,
    key_prefix: Option<String>,
    action: &'static str,
    target_kind: &'static str,
    /// The server's own id of the target; null without one, and when the owner was deleted since.
    target_id: Option<Uuid>,
    /// Whose data it was: the kind and the application's id, while the owner exists.
    owner_kind: Option<&'static str>,
    owner_id: Option<String>,
    /// Whether what connects the record with its owner was erased.
    erased: bool,
    target_digest: String,
    previous_digest: String,
    digest: String,
}

impl From<Audited> for WireAudit {
    fn from(Audited { record, owner }: Audited) -> Self {
        let (key_id, key_prefix) = match &record.actor {
            Actor::Key { id, prefix } => (Some(id.0), Some(prefix.clone())),
            Actor::CommandLine | Actor::Server | Actor::Library => (None, None),
        };
        Self {
            number: record.number,
            created_at: record.at.to_string(),
            actor: record.actor.name(),
            key_id,
            key_prefix,
            action: record.action.name(),
            target_kind: record.kind.name(),
            target_id: record.id,
            owner_kind: owner.as_ref().map(kind_of),
            owner_id: owner.map(|owner| owner.id().to_owned()).filter(|id| !id.is_empty()),
            erased: record.salt.is_none(),
            target_digest: text_of_digest(&record.target_digest),
            previous_digest: text_of_digest(&record.previous),
            digest: text_of_digest(&record.digest),
        }
    }
}

fn kind_of(owner: &PartitionOwner) -> &'static str {
    erstwhile::model::AuditTargetKind::from(owner).name()
}

/// A digest of the audit log in responses and on the command line.
pub fn text_of_digest(digest: &[u8; 32]) -> String {
    format!("sha256:{}", hex::encode(digest))
}
