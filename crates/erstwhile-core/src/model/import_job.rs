//! Import jobs: many items, prepared as a draft, then distributed to the
//! graphs that they belong to.

use jiff::Timestamp;

use super::{EpisodeId, EpisodeKind, GraphId, ImportJobId, Metadata, ProjectId, Role, TaskId};

/// The state of an import job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportState {
    /// Items may be added; nothing happens yet.
    Draft,
    /// It waits for a worker.
    Queued,
    /// Its items are being distributed or ingested.
    Processing,
    /// Every item was ingested.
    Succeeded,
    /// Some items were ingested, some failed.
    Partial,
    /// Every item failed.
    Failed,
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
    /// The application's own data.
    pub metadata: Metadata,
    /// Messages of these roles are kept out of the graph.
    pub ignore_roles: Vec<Role>,
    /// Whether only declared types are kept.
    pub strict_ontology: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it changed last.
    pub updated_at: Timestamp,
    /// When it was started.
    pub processed_at: Option<Timestamp>,
    /// When its last item was settled.
    pub completed_at: Option<Timestamp>,
    /// How many items it has in each state.
    pub counts: ImportCounts,
}

/// Items of an import job by state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ImportCounts {
    /// Waiting.
    pub pending: i64,
    /// Handed to their graph, being ingested.
    pub processing: i64,
    /// Ingested.
    pub succeeded: i64,
    /// Refused, or not ingested.
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
    /// It waits.
    Pending,
    /// It is in its graph, being ingested.
    Processing,
    /// Done.
    Succeeded,
    /// Refused or not ingested, with the reason.
    Failed(String),
}

/// Where an item goes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportTarget {
    /// A message of a thread.
    Thread(String),
    /// Data of a user's graph.
    User(String),
    /// Data of a standalone graph.
    Graph(String),
    /// Something that has been deleted since.
    Deleted,
}

impl ImportTarget {
    /// The thread, when it is one.
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
    /// Its position, from 1.
    pub seq: i64,
    /// The episode that it is or becomes.
    pub episode: EpisodeId,
    /// Where it goes.
    pub target: ImportTarget,
    /// The graph that it goes to.
    pub graph: GraphId,
    /// What it holds.
    pub kind: EpisodeKind,
    /// Who speaks, for messages.
    pub role: Option<Role>,
    /// The speaker's name, for messages.
    pub name: Option<String>,
    /// The text or document.
    pub content: String,
    /// The application's own data.
    pub metadata: Metadata,
    /// Where it came from.
    pub source_description: Option<String>,
    /// The document that it is a part of.
    pub document_id: Option<String>,
    /// When it was said; when it is processed when absent.
    pub reference_time: Option<Timestamp>,
    /// When it was added.
    pub created_at: Timestamp,
    /// When its state changed last.
    pub updated_at: Timestamp,
    /// Its state.
    pub state: ImportItemState,
    /// The task that follows its ingestion.
    pub task: Option<TaskId>,
}
