//! Everything that can happen to stored state, as plain data.
//!
//! A [`Batch`] is applied whole or not at all, once however often it is sent. What is stored is
//! evidence (episodes, mentions, assertions, links, edits); facts and entities are computed from it.

use jiff::Timestamp;

use crate::model::{
    ApiKey, ApiKeyId, Assertion, AssertionId, BatchId, Collection, Document, DocumentUuid, EntityId, EntityPatch,
    Episode, EpisodeId, EpisodeState, FactEdit, GroupId, ImportItem, ImportItemState, ImportJob, ImportState, Link,
    LinkId, Mention, Metadata, Partition, PartitionId, PartitionOwner, Precondition, Project, ProjectId, Setting,
    SettingKind, TaskId, Thread, User,
};

/// Changes that are applied together or not at all.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    /// Identity: applying a batch again has no further effect.
    pub id: BatchId,
    /// The project that everything in the batch belongs to.
    pub project: ProjectId,
    /// The partition that the changes are about; `None` for changes of the project itself.
    pub partition: Option<PartitionId>,
    /// What must be so for the batch to be applied.
    pub expect: Expect,
    /// When the system makes the changes.
    pub at: Timestamp,
    /// The changes, in order.
    pub changes: Vec<Change>,
}

/// A condition on the graph under which a batch may be applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// None.
    Nothing,
    /// The graph's knowledge is at this revision.
    Revision(i64),
    /// The sender holds the graph's ingestion lease, and what it read is still so.
    Lease {
        /// The fencing token of the lease.
        epoch: i64,
        /// The revision of the graph's knowledge when the sender read it.
        revision: i64,
    },
}

/// One thing that can happen to stored state.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// A project or its keys change; in a batch of the project.
    Project(ProjectChange),
    /// A partition is added, with its user when it belongs to one; the application's id must be free. Must be the
    /// first change of its batch.
    AddPartition(Partition, Option<User>),
    /// A standalone graph's own fields change, unless they changed after the `updated_at` that was seen.
    UpdatePartition(Partition, Timestamp),
    /// A user's own fields change, unless they changed after the `updated_at` that was seen.
    UpdateUser(User, Timestamp),
    /// The partition is removed, with everything in it.
    RemovePartition(PartitionOwner),
    /// A thread is added; its id must be free in the project.
    AddThread(Thread),
    /// A thread's own fields change, unless they changed after the `updated_at` that was seen.
    UpdateThread(Thread, Timestamp),
    /// A thread is removed with its messages and everything that came from them.
    RemoveThread(String),
    /// Episodes are added, in this order, after all existing ones; pending ones are queued. The store assigns their
    /// `seq`.
    AddEpisodes(Vec<Episode>),
    /// The application's data about an episode changes.
    SetEpisodeMetadata(EpisodeId, Metadata),
    /// An episode's state changes; leaving `Pending` takes it off the queue.
    SetEpisodeState(EpisodeId, EpisodeState),
    /// An episode is removed with everything that came from it.
    RemoveEpisode(EpisodeId),
    /// A task is added that callers can follow: the ingestion of the episodes that the batch adds.
    AddTask {
        /// Identity.
        task: TaskId,
        /// What the caller asked for, such as `add_messages`.
        kind: String,
        /// How many episodes the batch adds.
        total: usize,
    },
    /// A mention is added.
    AddMention(Mention),
    /// An assertion is added.
    AddAssertion(Assertion),
    /// An assertion is removed for good.
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
    /// Something that an application declares changes; of the batch's graph, or else of its project.
    Setting(SettingChange),
    /// The members of a group of users change.
    Group(GroupChange),
    /// A document collection changes.
    Collection(CollectionChange),
    /// An import job changes.
    Import(ImportChange),
}

impl Change {
    /// Whether the change alters what is known in a graph, not only what is stored of it.
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
            | Self::RemoveEpisode(_)
            | Self::RemoveThread(_) => true,
            Self::Project(_)
            | Self::AddPartition(..)
            | Self::UpdatePartition(..)
            | Self::UpdateUser(..)
            | Self::RemovePartition(_)
            | Self::AddThread(_)
            | Self::UpdateThread(..)
            | Self::AddEpisodes(_)
            | Self::SetEpisodeMetadata(..)
            | Self::SetEpisodeState(..)
            | Self::AddTask { .. }
            | Self::Setting(_)
            | Self::Group(_)
            | Self::Collection(_)
            | Self::Import(_) => false,
        }
    }

    /// Whether the change may alter how many episodes of the graph are pending, other than by adding some.
    pub fn settles_episodes(&self) -> bool {
        matches!(self, Self::SetEpisodeState(..) | Self::RemoveEpisode(_) | Self::RemoveThread(_))
    }

    /// Whether the change may alter how much of an import job is left to do.
    pub fn advances_import(&self) -> bool {
        let Self::Import(change) = self else { return false };
        matches!(change, ImportChange::SetItemState(..) | ImportChange::ForgetItem(_) | ImportChange::SetState(..))
    }

    /// How many episodes the change adds.
    pub fn episode_count(&self) -> usize {
        if let Self::AddEpisodes(episodes) = self { episodes.len() } else { 0 }
    }
}

/// A change of a project or its keys.
#[derive(Debug, Clone, PartialEq)]
pub enum ProjectChange {
    /// A project is added; its name must be free.
    Add(Project),
    /// A project's own fields change.
    Update(Project),
    /// A key is added that opens the project.
    AddKey(ApiKey),
    /// A key stops working.
    RevokeKey(ApiKeyId),
}

/// A change of what an application declares.
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
    /// Everyone leaves a group; in a batch of the project.
    Dissolve(GroupId),
}

/// A change of a document collection.
#[derive(Debug, Clone, PartialEq)]
pub enum CollectionChange {
    /// A collection is added; follows the `AddPartition` of its partition.
    Add(Collection),
    /// A collection's own fields change, unless they changed after the `updated_at` that was seen.
    Update(Collection, Timestamp),
    /// A document is added; its own id must be free in the collection.
    AddDocument(Document),
    /// A document's id and metadata change, unless they changed after the `updated_at` that was seen.
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
    /// An item fails because its user, thread or graph was deleted, and drops what it says of them.
    ForgetItem(i64),
}

/// The outcome of applying a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Applied {
    /// The changes are durable; the graph has this version (0 for changes of the project itself).
    Now {
        /// The graph's version after the batch.
        version: i64,
    },
    /// The batch had been applied before; nothing changed.
    Before,
}
