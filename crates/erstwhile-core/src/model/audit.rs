//! The audit log: who did what to whose data.

use jiff::Timestamp;
use uuid::Uuid;

use super::{ApiKeyId, PartitionId, PartitionOwner, SettingKind};

/// Who acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// Whoever holds an API key.
    Key {
        /// The key.
        id: ApiKeyId,
        /// The first characters of its secret.
        prefix: String,
    },
    /// The operator, with a command on the machine.
    CommandLine,
    /// The server itself.
    Server,
    /// A program that uses the library.
    Library,
}

impl Actor {
    /// Its name in the log.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Key { .. } => "key",
            Self::CommandLine => "cli",
            Self::Server => "server",
            Self::Library => "library",
        }
    }
}

macro_rules! names {
    ($(#[$doc:meta])* $enum:ident { $($(#[$variant_doc:meta])* $variant:ident = $name:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $enum {
            $($(#[$variant_doc])* $variant,)*
        }

        impl $enum {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// Its name in the log, which never changes.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

names! {
    /// What was done.
    AuditAction {
        /// A key, a user group or a webhook was created.
        Create = "create",
        /// A key was revoked.
        Revoke = "revoke",
        /// A user got another name or e-mail address.
        Rename = "rename",
        /// A setting was declared or changed.
        Change = "change",
        /// Something was deleted with everything in it.
        Delete = "delete",
        /// Data was copied out of the store.
        Export = "export",
        /// Data was copied into the store.
        Import = "import",
        /// The store was replaced by a backup.
        Restore = "restore",
    }
}

names! {
    /// What it was done to.
    AuditTargetKind {
        /// The project itself.
        Project = "project",
        /// An API key.
        Key = "key",
        /// A user.
        User = "user",
        /// A thread.
        Thread = "thread",
        /// An episode; a message is one, too.
        Episode = "episode",
        /// An entity, which the API calls node.
        Entity = "node",
        /// A fact, which the API calls edge.
        Fact = "edge",
        /// A standalone graph.
        Graph = "graph",
        /// A document collection.
        Collection = "collection",
        /// A document.
        Document = "document",
        /// An import job, which the API calls batch.
        ImportJob = "batch",
        /// A group of users, or its members.
        UserGroup = "user_group",
        /// A webhook.
        Webhook = "webhook",
        /// Declared types.
        Ontology = "ontology",
        /// An instruction for extraction.
        CustomInstruction = "custom_instruction",
        /// An instruction for user summaries.
        UserSummaryInstruction = "user_summary_instruction",
        /// Which observations to make.
        ObservationSteering = "observation_steering",
        /// A template of context blocks.
        ContextTemplate = "context_template",
        /// An instruction for rating facts.
        RatingInstruction = "fact_rating_instruction",
        /// An instruction for a thread.
        ThreadInstruction = "thread_instruction",
        /// A policy set.
        PolicySet = "policy_set",
        /// A content policy.
        ContentPolicy = "content_policy",
    }
}

impl From<SettingKind> for AuditTargetKind {
    fn from(kind: SettingKind) -> Self {
        match kind {
            SettingKind::Ontology => Self::Ontology,
            SettingKind::CustomInstruction => Self::CustomInstruction,
            SettingKind::UserSummaryInstruction => Self::UserSummaryInstruction,
            SettingKind::ObservationSteering => Self::ObservationSteering,
            SettingKind::ContextTemplate => Self::ContextTemplate,
            SettingKind::RatingInstruction => Self::RatingInstruction,
            SettingKind::ThreadInstruction => Self::ThreadInstruction,
            SettingKind::UserGroup | SettingKind::UserGroupName => Self::UserGroup,
            SettingKind::Webhook => Self::Webhook,
            SettingKind::PolicySet => Self::PolicySet,
            SettingKind::ContentPolicy => Self::ContentPolicy,
            SettingKind::ProjectFlag => Self::Project,
        }
    }
}

impl From<&PartitionOwner> for AuditTargetKind {
    fn from(owner: &PartitionOwner) -> Self {
        match owner {
            PartitionOwner::User(_) => Self::User,
            PartitionOwner::Standalone(_) => Self::Graph,
            PartitionOwner::Thread(_) => Self::Thread,
            PartitionOwner::Collection(_) => Self::Collection,
            PartitionOwner::ImportJob => Self::ImportJob,
        }
    }
}

/// An action to record.
///
/// What connects a record with a person (the partition, the id and the digest of the name, with its salt) can be erased:
/// the chain of digests contains a digest of it only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// Who acts.
    pub actor: Actor,
    /// What is done.
    pub action: AuditAction,
    /// What it is done to.
    pub kind: AuditTargetKind,
    /// The partition whose data it is, if that outlives the action.
    pub partition: Option<PartitionId>,
    /// The server's own id of the target, if it has one.
    pub id: Option<Uuid>,
    /// The name that the application chose for the target; empty without one. The log keeps a digest of it only.
    pub name: String,
    /// Makes the digests of the target and of its name other ones in each record.
    pub salt: Uuid,
}

/// A record of the audit log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRecord {
    /// Its position in the project's log, from 1.
    pub number: i64,
    /// When it was done.
    pub at: Timestamp,
    /// Who did it.
    pub actor: Actor,
    /// What was done.
    pub action: AuditAction,
    /// What it was done to.
    pub kind: AuditTargetKind,
    /// The partition whose data it was; absent when it was deleted since.
    pub partition: Option<PartitionId>,
    /// The server's own id of the target; absent when the partition was deleted since.
    pub id: Option<Uuid>,
    /// The digest of the salt and the name that the application chose for the target, if it has one; absent when the
    /// partition was deleted since.
    pub name_digest: Option<[u8; 32]>,
    /// The salt of the digests of the target and of its name; absent when the partition was deleted since.
    pub salt: Option<Uuid>,
    /// The digest of the target.
    pub target_digest: [u8; 32],
    /// The digest of the record before.
    pub previous: [u8; 32],
    /// The digest of this record and of all before it.
    pub digest: [u8; 32],
}
