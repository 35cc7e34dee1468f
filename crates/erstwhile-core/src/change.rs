//! Changes of stored state, as plain data.
//!
//! A [`Batch`] is atomic and idempotent. The store holds evidence (episodes, mentions, assertions, links,
//! edits); facts and entities are computed from it.

use jiff::Timestamp;
use uuid::Uuid;

use crate::evidence::Edit;
use crate::model::{
    ApiKey, ApiKeyId, Assertion, AssertionId, AuditEntry, BatchId, Collection, Document, DocumentUuid, EntityId,
    EntityPatch, Episode, EpisodeId, EpisodeState, FactEdit, GroupId, ImportItem, ImportItemState, ImportJob,
    ImportState, Link, LinkId, Mention, Metadata, ModelReading, ModelReport, Notification, Partition, PartitionId,
    PartitionOwner, Precondition, Project, ProjectId, Setting, SettingKind, TaskId, Thread, User, WrittenSummary,
};

/// Changes that are applied atomically.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    /// Identity: applying a batch with the same id again has no effect.
    pub id: BatchId,
    /// The project that everything in the batch belongs to.
    pub project: ProjectId,
    /// The partition of the changes; `None` for changes of the project itself.
    pub partition: Option<PartitionId>,
    /// The condition under which the batch is applied.
    pub expect: BatchPrecondition,
    /// When the system makes the changes.
    pub at: Timestamp,
    /// The changes, in order.
    pub changes: Vec<Change>,
}

/// A condition on the graph for applying a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BatchPrecondition {
    /// None.
    None,
    /// The graph's knowledge is at this revision.
    Revision(i64),
    /// The sender holds the graph's ingestion lease, and the graph has not changed since the sender read it.
    Lease {
        /// The fencing token of the lease.
        epoch: i64,
        /// The revision of the graph's knowledge when the sender read it.
        revision: i64,
    },
    /// The sender holds the graph's lease for readings by the language model, and nothing was removed from the graph since
    /// the sender read it.
    ModelLease {
        /// The fencing token of the lease.
        epoch: i64,
        /// The version of the graph when the sender read it.
        version: i64,
    },
}

/// One change of stored state.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// A project or its keys change. Only in a batch of the project.
    Project(ProjectChange),
    /// An idempotency key of the project is used for a request; it must be unused, or used for the same one.
    UseKey {
        /// Identifies the key among those of all projects.
        key: Uuid,
        /// Identifies what was requested.
        request: Uuid,
    },
    /// An event is to be sent to a webhook of the project, unless it was before.
    Notify(Notification),
    /// What the batch does is recorded in the audit log of the project.
    Audit(AuditEntry),
    /// A partition is added, with its user if it belongs to one. The application's id must be free. Must be the
    /// first change of its batch.
    AddPartition(Partition, Option<User>),
    /// The fields of a standalone graph change, unless they changed after the given `updated_at`.
    UpdatePartition(Partition, Timestamp),
    /// The fields of a user change, unless they changed after the given `updated_at`. Ids and the time of creation never
    /// change and must be as they are stored, because the checksum of the row is that of the whole user.
    UpdateUser(User, Timestamp),
    /// The partition is removed, with everything in it.
    RemovePartition(PartitionOwner),
    /// A thread is added; its id must be free in the project.
    AddThread(Thread),
    /// The fields of a thread change, unless they changed after the given `updated_at`; as of a user.
    UpdateThread(Thread, Timestamp),
    /// A thread is removed, with its messages and everything derived from them.
    RemoveThread(String),
    /// Episodes are added, in this order, after all existing ones; pending ones are queued. The store assigns their
    /// `seq`.
    AddEpisodes(Vec<Episode>),
    /// The application's data about an episode changes.
    SetEpisodeMetadata(EpisodeId, Metadata),
    /// An episode's state changes; leaving `Pending` removes it from the queue.
    SetEpisodeState(EpisodeId, EpisodeState),
    /// A language model is to read an episode, from a time on.
    AwaitModel(EpisodeId, Timestamp),
    /// A language model has read an episode: everything derived from it is removed, and the batch adds what the model
    /// read. The episode must be waiting for this.
    ReplaceReading(EpisodeId, ModelReport),
    /// The state of an episode's reading by a language model changes, if the episode is waiting for it.
    SetModelReading(EpisodeId, ModelReading),
    /// A language model has written a summary; it replaces the one of the same subject.
    PutWrittenSummary(WrittenSummary),
    /// An episode is removed, with everything derived from it.
    RemoveEpisode(EpisodeId),
    /// A task is added that tracks the ingestion of the batch's episodes.
    AddTask {
        /// Identity.
        task: TaskId,
        /// The caller's operation, such as `add_messages`.
        kind: String,
        /// How many episodes the batch adds.
        total: usize,
    },
    /// A mention is added.
    AddMention(Mention),
    /// An assertion is added.
    AddAssertion(Assertion),
    /// An assertion is removed.
    RemoveAssertion(AssertionId),
    /// A link is added.
    AddLink(Link),
    /// A link is removed.
    RemoveLink(LinkId),
    /// The operator edits the fact that this assertion supports; a later edit of the same fact replaces it.
    PutFactEdit(AssertionId, FactEdit),
    /// The operator edits an entity by its name id; a later edit of the same entity replaces it.
    PutEntityEdit(EntityId, EntityPatch),
    /// A name is removed: its mentions, links, edits and every assertion about it.
    RemoveName(EntityId),
    /// The words of evidence change, but not what it says.
    Reword(Vec<Wording>),
    /// A setting changes, of the batch's graph or else of its project.
    Setting(SettingChange),
    /// The members of a group of users change.
    Group(GroupChange),
    /// A document collection changes.
    Collection(CollectionChange),
    /// An import job changes.
    Import(ImportChange),
}

impl Change {
    /// Whether the change affects the graph's facts and entities.
    pub fn is_knowledge(&self) -> bool {
        match self {
            Self::AddMention(_)
            | Self::AddAssertion(_)
            | Self::RemoveAssertion(_)
            | Self::AddLink(_)
            | Self::RemoveLink(_)
            | Self::PutFactEdit(..)
            | Self::PutEntityEdit(..)
            | Self::RemoveName(_)
            | Self::Reword(_)
            | Self::ReplaceReading(..)
            | Self::RemoveEpisode(_)
            | Self::RemoveThread(_) => true,
            Self::Project(_)
            | Self::UseKey { .. }
            | Self::Notify(_)
            | Self::Audit(_)
            | Self::AddPartition(..)
            | Self::UpdatePartition(..)
            | Self::UpdateUser(..)
            | Self::RemovePartition(_)
            | Self::AddThread(_)
            | Self::UpdateThread(..)
            | Self::AddEpisodes(_)
            | Self::SetEpisodeMetadata(..)
            | Self::SetEpisodeState(..)
            | Self::AwaitModel(..)
            | Self::SetModelReading(..)
            | Self::PutWrittenSummary(_)
            | Self::AddTask { .. }
            | Self::Setting(_)
            | Self::Group(_)
            | Self::Collection(_)
            | Self::Import(_) => false,
        }
    }

    /// Whether the change may alter the number of pending episodes of the graph, other than by adding some.
    pub fn changes_pending_episodes(&self) -> bool {
        matches!(self, Self::SetEpisodeState(..) | Self::RemoveEpisode(_) | Self::RemoveThread(_))
    }

    /// Whether the change may alter the number of episodes that wait for the language model.
    pub fn changes_awaiting_episodes(&self) -> bool {
        matches!(
            self,
            Self::AwaitModel(..)
                | Self::ReplaceReading(..)
                | Self::SetModelReading(..)
                | Self::RemoveEpisode(_)
                | Self::RemoveThread(_)
                | Self::RemoveAssertion(_)
                | Self::PutFactEdit(..)
                | Self::PutEntityEdit(..)
                | Self::RemoveName(_)
        )
    }

    /// Whether the change removes something that a written summary may tell.
    pub fn removes_written_summaries(&self) -> bool {
        matches!(
            self,
            Self::RemoveEpisode(_)
                | Self::RemoveThread(_)
                | Self::RemoveAssertion(_)
                | Self::RemoveName(_)
                | Self::Reword(_)
                | Self::PutFactEdit(..)
                | Self::PutEntityEdit(..)
                | Self::AddLink(_)
                | Self::RemoveLink(_)
        )
    }

    /// Whether the change deletes or replaces text that may be about a person, so that its remains must be removed from the
    /// database's files.
    ///
    /// Not what a language model replaces: that follows from episodes, and is removed when they are.
    pub fn erases(&self) -> bool {
        match self {
            Self::Project(change) => matches!(change, ProjectChange::Update(_)),
            Self::UpdatePartition(..)
            | Self::UpdateUser(..)
            | Self::RemovePartition(_)
            | Self::UpdateThread(..)
            | Self::RemoveThread(_)
            | Self::SetEpisodeMetadata(..)
            | Self::RemoveEpisode(_)
            | Self::RemoveAssertion(_)
            | Self::RemoveLink(_)
            | Self::PutFactEdit(..)
            | Self::PutEntityEdit(..)
            | Self::RemoveName(_)
            | Self::Reword(_)
            | Self::Setting(SettingChange::Remove(..)) => true,
            Self::Setting(SettingChange::Put(_, precondition)) => *precondition != Precondition::Absent,
            Self::Group(change) => matches!(change, GroupChange::Leave(_) | GroupChange::Dissolve(_)),
            Self::Collection(change) => !matches!(change, CollectionChange::Add(_) | CollectionChange::AddDocument(_)),
            Self::Import(change) => matches!(change, ImportChange::EraseItem(_)),
            Self::UseKey { .. }
            | Self::Notify(_)
            | Self::Audit(_)
            | Self::AddPartition(..)
            | Self::AddThread(_)
            | Self::AddEpisodes(_)
            | Self::SetEpisodeState(..)
            | Self::AwaitModel(..)
            | Self::ReplaceReading(..)
            | Self::SetModelReading(..)
            | Self::PutWrittenSummary(_)
            | Self::AddTask { .. }
            | Self::AddMention(_)
            | Self::AddAssertion(_)
            | Self::AddLink(_) => false,
        }
    }

    /// Whether a caller may make the change only together with a record in the audit log.
    pub fn needs_record(&self) -> bool {
        match self {
            Self::RemovePartition(_)
            | Self::RemoveThread(_)
            | Self::RemoveEpisode(_)
            | Self::RemoveAssertion(_)
            | Self::RemoveName(_)
            | Self::Setting(SettingChange::Remove(..)) => true,
            Self::Project(change) => !matches!(change, ProjectChange::Add(_)),
            Self::Group(change) => !matches!(change, GroupChange::Join(_)),
            Self::Collection(change) => matches!(change, CollectionChange::RemoveDocument(_)),
            Self::UseKey { .. }
            | Self::Notify(_)
            | Self::Audit(_)
            | Self::AddPartition(..)
            | Self::UpdatePartition(..)
            | Self::UpdateUser(..)
            | Self::AddThread(_)
            | Self::UpdateThread(..)
            | Self::AddEpisodes(_)
            | Self::SetEpisodeMetadata(..)
            | Self::SetEpisodeState(..)
            | Self::AwaitModel(..)
            | Self::ReplaceReading(..)
            | Self::SetModelReading(..)
            | Self::PutWrittenSummary(_)
            | Self::AddTask { .. }
            | Self::AddMention(_)
            | Self::AddAssertion(_)
            | Self::AddLink(_)
            // Of two decisions of the operator about the same names, the later one replaces the earlier one.
            | Self::RemoveLink(_)
            | Self::PutFactEdit(..)
            | Self::PutEntityEdit(..)
            // Renames are recorded as changes of the user.
            | Self::Reword(_)
            | Self::Setting(SettingChange::Put(..))
            // Erased because its target was deleted, which is recorded.
            | Self::Import(_) => false,
        }
    }

    /// Whether the change may alter the number of unfinished items of an import job.
    pub fn advances_import(&self) -> bool {
        let Self::Import(change) = self else { return false };
        matches!(change, ImportChange::SetItemState(..) | ImportChange::EraseItem(_) | ImportChange::SetState(..))
    }

    /// The partition that the change names. A batch of another partition, or of none, must not contain the change.
    pub fn partition(&self) -> Option<PartitionId> {
        match self {
            Self::AddPartition(partition, _) | Self::UpdatePartition(partition, _) => Some(partition.id),
            Self::UpdateUser(user, _) => Some(user.graph.into()),
            Self::AddThread(thread) | Self::UpdateThread(thread, _) => Some(thread.graph.into()),
            Self::Collection(CollectionChange::Add(collection) | CollectionChange::Update(collection, _)) => {
                Some(collection.id.into())
            }
            Self::Import(ImportChange::Add(job)) => Some(job.id.into()),
            Self::Project(_)
            | Self::UseKey { .. }
            | Self::Notify(_)
            | Self::Audit(_)
            | Self::RemovePartition(_)
            | Self::RemoveThread(_)
            | Self::AddEpisodes(_)
            | Self::SetEpisodeMetadata(..)
            | Self::SetEpisodeState(..)
            | Self::AwaitModel(..)
            | Self::ReplaceReading(..)
            | Self::SetModelReading(..)
            | Self::PutWrittenSummary(_)
            | Self::RemoveEpisode(_)
            | Self::AddTask { .. }
            | Self::AddMention(_)
            | Self::AddAssertion(_)
            | Self::RemoveAssertion(_)
            | Self::AddLink(_)
            | Self::RemoveLink(_)
            | Self::PutFactEdit(..)
            | Self::PutEntityEdit(..)
            | Self::RemoveName(_)
            | Self::Reword(_)
            | Self::Setting(_)
            | Self::Group(_)
            | Self::Collection(_)
            | Self::Import(_) => None,
        }
    }

    /// The number of episodes that the change adds.
    pub fn episode_count(&self) -> usize {
        if let Self::AddEpisodes(episodes) = self { episodes.len() } else { 0 }
    }
}

/// A piece of evidence whose words change. Its ids and times stay, and so does what was derived from it.
#[derive(Debug, Clone, PartialEq)]
pub enum Wording {
    /// The first mention is replaced by the second, which differs only in the name as written.
    Mention(Mention, Mention),
    /// The assertion of the same id is replaced by this one, which differs in its statement and attributes.
    Assertion(Assertion),
    /// The edit of the same fact or entity is replaced by this one. What does not exist any more is not replaced.
    Edit(Edit),
}

/// A change of a project or its keys.
#[derive(Debug, Clone, PartialEq)]
pub enum ProjectChange {
    /// A project is added; its name must be free.
    Add(Project),
    /// The fields of a project change.
    Update(Project),
    /// A key of the project is added.
    AddKey(ApiKey),
    /// A key is revoked.
    RevokeKey(ApiKeyId),
}

/// A change of a setting.
#[derive(Debug, Clone, PartialEq)]
pub enum SettingChange {
    /// A setting is added or replaced, if the precondition holds.
    Put(Setting, Precondition),
    /// The setting of this name is removed.
    Remove(SettingKind, String),
}

/// A change of the members of a group.
#[derive(Debug, Clone, PartialEq)]
pub enum GroupChange {
    /// The user who owns the graph joins a group.
    Join(GroupId),
    /// The user who owns the graph leaves a group.
    Leave(GroupId),
    /// All users leave a group. Only in a batch of the project.
    Dissolve(GroupId),
}

/// A change of a document collection.
#[derive(Debug, Clone, PartialEq)]
pub enum CollectionChange {
    /// A collection is added; follows the `AddPartition` of its partition.
    Add(Collection),
    /// The fields of a collection change, unless they changed after the given `updated_at`.
    Update(Collection, Timestamp),
    /// A document is added; the application's id must be free in the collection.
    AddDocument(Document),
    /// A document's id and metadata change, unless they changed after the given `updated_at`.
    UpdateDocument(Document, Timestamp),
    /// A document is removed.
    RemoveDocument(DocumentUuid),
}

/// A change of an import job.
#[derive(Debug, Clone, PartialEq)]
pub enum ImportChange {
    /// An import job is added as a draft; follows the `AddPartition` of its partition.
    Add(ImportJob),
    /// Items are added to a draft, in this order.
    AddItems(Vec<ImportItem>),
    /// The state of the job changes from the first to the second.
    SetState(ImportState, ImportState),
    /// The state of an item changes.
    SetItemState(i64, ImportItemState, Option<TaskId>),
    /// An item fails because its user, thread or graph was deleted; its target and content are erased.
    EraseItem(i64),
}

/// The outcome of applying a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Applied {
    /// The changes are durable; the graph has this version (0 for changes of the project itself).
    Now {
        /// The graph's version after the batch.
        version: i64,
    },
    /// The batch was already applied; nothing changed.
    Before,
}
