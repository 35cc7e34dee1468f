//! ImportJob loads (the API calls them batches): many items, prepared as a draft, then spread over the
//! graphs that they belong to.

use jiff::Timestamp;

use super::{EpisodeId, EpisodeKind, GraphId, Metadata, ProjectId, Role, TaskId};

/// Where a bulk load is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportState {
    /// Items may be added; nothing happens yet.
    Draft,
    /// Waits for a worker.
    Queued,
    /// A worker spreads its items, or they are being understood.
    Processing,
    /// Every item is in the graph.
    Succeeded,
    /// Some items are, some failed.
    Partial,
    /// No item is.
    Failed,
}

/// A bulk load.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportJob {
    /// Identity, and the home of its items.
    pub graph: GraphId,
    /// The project that owns it.
    pub project: ProjectId,
    /// Where it is.
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
    /// When it was handed over to be processed.
    pub processed_at: Option<Timestamp>,
    /// When its last item was settled.
    pub completed_at: Option<Timestamp>,
    /// How many items it has in each state.
    pub counts: ImportCounts,
}

/// Items of a bulk load by state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ImportCounts {
    /// Waiting.
    pub pending: i64,
    /// Handed to their graph.
    pub processing: i64,
    /// In the graph.
    pub succeeded: i64,
    /// Refused, or not understood.
    pub failed: i64,
}

impl ImportCounts {
    /// All items.
    pub fn total(&self) -> i64 {
        self.pending + self.processing + self.succeeded + self.failed
    }
}

/// Where an item of a bulk load is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImportItemState {
    /// Waits for its turn.
    Pending,
    /// In its graph, being understood.
    Processing,
    /// Done.
    Succeeded,
    /// Refused or not understood, with the reason.
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
    Gone,
}

impl ImportTarget {
    /// The thread, when it is one.
    pub fn thread(&self) -> Option<&String> {
        match self {
            Self::Thread(thread_id) => Some(thread_id),
            Self::User(_) | Self::Graph(_) | Self::Gone => None,
        }
    }
}

/// One item of a bulk load.
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
    /// Where it is.
    pub state: ImportItemState,
    /// The task that follows its ingestion.
    pub task: Option<TaskId>,
}
