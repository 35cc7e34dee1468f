//! Import jobs: many items, collected in a draft and then distributed to their graphs.

use jiff::Timestamp;

use super::{EpisodeId, EpisodeKind, GraphId, ImportJobId, Metadata, ProjectId, Role, TaskId};

/// The state of an import job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportState {
    /// Items can be added; nothing is processed yet.
    Draft,
    /// Waiting for a worker.
    Queued,
    /// Items are being distributed or ingested.
    Processing,
    /// Every item was ingested.
    Succeeded,
    /// Some items were ingested, some failed.
    Partial,
    /// Every item failed.
    Failed,
}

impl ImportState {
    /// All states.
    pub const ALL: [Self; 6] =
        [Self::Draft, Self::Queued, Self::Processing, Self::Succeeded, Self::Partial, Self::Failed];

    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Queued => "queued",
            Self::Processing => "processing",
            Self::Succeeded => "succeeded",
            Self::Partial => "partial",
            Self::Failed => "failed",
        }
    }
}

/// An import job.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportJob {
    /// Identity.
    pub id: ImportJobId,
    /// The project that owns it.
    pub project: ProjectId,
    /// Its state.
    pub state: ImportState,
    /// The application's data.
    pub metadata: Metadata,
    /// Messages of these roles are not ingested.
    pub ignore_roles: Vec<Role>,
    /// Whether only entities and facts of declared types are extracted.
    pub strict_ontology: bool,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it changed last.
    pub updated_at: Timestamp,
    /// When it was started.
    pub processed_at: Option<Timestamp>,
    /// When its last item was completed.
    pub completed_at: Option<Timestamp>,
    /// Number of items in each state.
    pub counts: ImportCounts,
}

/// Numbers of items by state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ImportCounts {
    /// Waiting.
    pub pending: i64,
    /// Added to their graphs, being ingested.
    pub processing: i64,
    /// Ingested.
    pub succeeded: i64,
    /// Rejected or failed.
    pub failed: i64,
}

impl ImportCounts {
    /// All items.
    pub fn total(&self) -> i64 {
        self.pending + self.processing + self.succeeded + self.failed
    }
}

/// The state of an item of an import job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImportItemState {
    /// Waiting.
    Pending,
    /// Added to its graph, being ingested.
    Processing,
    /// Ingested.
    Succeeded,
    /// Rejected or failed, with the reason.
    Failed(String),
}

impl ImportItemState {
    /// The name on the wire; `job` is the state of the item's job.
    pub fn as_str(&self, job: ImportState) -> &'static str {
        match self {
            Self::Pending if job == ImportState::Draft => "pending",
            Self::Pending => "queued",
            Self::Processing => "processing",
            Self::Succeeded => "succeeded",
            Self::Failed(_) => "failed",
        }
    }
}

/// The target of an item.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportTarget {
    /// A message of a thread.
    Thread(String),
    /// Data of a user's graph.
    User(String),
    /// Data of a standalone graph.
    Graph(String),
    /// A target that has been deleted.
    Deleted,
}

impl ImportTarget {
    /// The thread, if the target is one.
    pub fn thread(&self) -> Option<&String> {
        match self {
            Self::Thread(thread_id) => Some(thread_id),
            Self::User(_) | Self::Graph(_) | Self::Deleted => None,
        }
    }
}

/// One item of an import job.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportItem {
    /// Position in the job, starting at 1.
    pub seq: i64,
    /// The id of the item's episode.
    pub episode: EpisodeId,
    /// The target.
    pub target: ImportTarget,
    /// The graph of the target.
    pub graph: GraphId,
    /// The kind of data.
    pub kind: EpisodeKind,
    /// The speaker's role, for messages.
    pub role: Option<Role>,
    /// The speaker's name, for messages.
    pub name: Option<String>,
    /// The text or document.
    pub content: String,
    /// The application's data.
    pub metadata: Metadata,
    /// Description of the source.
    pub source_description: Option<String>,
    /// The document that it is part of.
    pub document_id: Option<String>,
    /// When it was said; if absent, the time of processing.
    pub reference_time: Option<Timestamp>,
    /// When it was added.
    pub created_at: Timestamp,
    /// When its state changed last.
    pub updated_at: Timestamp,
    /// Its state.
    pub state: ImportItemState,
    /// The task that tracks its ingestion.
    pub task: Option<TaskId>,
}
