//! Everything that can happen to stored state, as plain data.
//!
//! A [`Batch`] is applied whole or not at all, once however often it is sent. What is stored is
//! evidence (episodes, mentions, assertions, links, edits); facts and entities are computed from it.

use jiff::Timestamp;

use crate::model::{
    ApiKey, ApiKeyId, Assertion, AssertionId, BatchId, Bulk, BulkItem, BulkItemState, BulkState, Collection, Document,
    EntityId, EntityPatch, Episode, EpisodeId, EpisodeState, FactEdit, Graph, GraphId, GraphOwner, Link, LinkId,
    Mention, Metadata, ObjectId, Over, Project, ProjectId, Setting, SettingKind, TaskId, Thread, User,
};

/// Changes that are applied together or not at all.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    /// Identity: applying a batch again has no further effect.
    pub id: BatchId,
    /// The project that everything in the batch belongs to.
    pub project: ProjectId,
    /// The graph that the changes are about; `None` for changes of the project itself.
    pub graph: Option<GraphId>,
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
    /// A project comes into being; its name must be free.
    AddProject(Project),
    /// A project's own fields change.
    UpdateProject(Project),
    /// A key opens a project from now on.
    AddKey(ApiKey),
    /// A key stops working.
    RevokeKey(ApiKeyId),
    /// A graph comes into being, with its user when it belongs to one; the application's id must be free.
    AddGraph(Graph, Option<User>),
    /// A standalone graph's own fields change, unless they changed after the `updated_at` that was seen.
    UpdateGraph(Graph, Timestamp),
    /// A user's own fields change, unless they changed after the `updated_at` that was seen.
    UpdateUser(User, Timestamp),
    /// The graph goes, with everything in it.
    RemoveGraph(GraphOwner),
    /// A thread comes into being; its id must be free in the project.
    AddThread(Thread),
    /// A thread's own fields change, unless they changed after the `updated_at` that was seen.
    UpdateThread(Thread, Timestamp),
    /// A thread goes with its messages and everything that came from them.
    RemoveThread(String),
    /// Episodes arrive, in this order, after all that are there; pending ones are queued. Their `seq`
    /// is given by the store.
    AddEpisodes(Vec<Episode>),
    /// The application's data about an episode changes.
    SetEpisodeMetadata(EpisodeId, Metadata),
    /// An episode goes a step further; leaving `Pending` takes it off the queue.
    SetEpisodeState(EpisodeId, EpisodeState),
    /// An episode goes with everything that came from it.
    RemoveEpisode(EpisodeId),
    /// A task that callers can follow: the ingestion of the episodes that the batch adds.
    AddTask {
        /// Identity.
        task: TaskId,
        /// What the caller asked for, such as `add_messages`.
        kind: String,
        /// How many episodes the batch adds.
        total: usize,
    },
    /// A name stands somewhere.
    AddMention(Mention),
    /// Something is claimed.
    AddAssertion(Assertion),
    /// An assertion is taken back for good.
    RemoveAssertion(AssertionId),
    /// Two names are, or are not, the same.
    AddLink(Link),
    /// A statement about identity is taken back.
    RemoveLink(LinkId),
    /// The operator edits the fact that this assertion supports; a later edit of the same replaces it.
    PutFactEdit(AssertionId, FactEdit),
    /// The operator edits an entity by its name id; a later edit of the same replaces it.
    PutEntityEdit(EntityId, EntityPatch),
    /// A name goes: its mentions, links, edits and every assertion about it.
    RemoveName(EntityId),
    /// Something is declared, of the batch's graph or else of its project.
    PutSetting(Setting, Over),
    /// What was declared under this name is taken back.
    RemoveSetting(SettingKind, String),
    /// The user who owns the graph joins a group.
    AddMembership(ObjectId),
    /// The user who owns the graph leaves a group.
    RemoveMembership(ObjectId),
    /// Everyone leaves a group; stands in a batch of the project.
    DissolveGroup(ObjectId),
    /// A document collection comes into being; follows the `AddGraph` of its home.
    AddCollection(Collection),
    /// A collection's own fields change, unless they changed after the `updated_at` that was seen.
    UpdateCollection(Collection, Timestamp),
    /// A document arrives; its own id must be free in the collection.
    AddDocument(Document),
    /// A document's id and metadata change, unless they changed after the `updated_at` that was seen.
    UpdateDocument(Document, Timestamp),
    /// A document goes.
    RemoveDocument(ObjectId),
    /// A bulk load comes into being as a draft; follows the `AddGraph` of its home.
    AddBulk(Bulk),
    /// Items join a draft, in this order.
    AddBulkItems(Vec<BulkItem>),
    /// A bulk load goes a step further; it must be in the first of the two states.
    SetBulkState(BulkState, BulkState),
    /// An item of a bulk load goes a step further.
    SetBulkItemState(i64, BulkItemState, Option<TaskId>),
    /// An item of a bulk load fails because its user, thread or graph is gone, and says nothing of them any more.
    ForgetBulkItem(i64),
}

/// What applying a batch came to.
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
