//! Background tasks.

use jiff::Timestamp;

use super::{GraphId, TaskId};

/// The state of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskState {
    /// Not started.
    Pending,
    /// In progress.
    Processing,
    /// Completed.
    Succeeded,
    /// Completed with failures.
    Failed,
}

/// The ingestion of the episodes of one request, computed from their states.
#[derive(Debug, Clone, PartialEq)]
pub struct Task {
    /// Identity.
    pub id: TaskId,
    /// The graph.
    pub graph: GraphId,
    /// The operation, such as `add_messages`.
    pub kind: String,
    /// The state.
    pub state: TaskState,
    /// Number of episodes.
    pub total: i64,
    /// Number of episodes that succeeded or failed.
    pub done: i64,
    /// Number of episodes that failed.
    pub failed: i64,
    /// The reason of the first failure.
    pub error: Option<String>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When its last episode was completed.
    pub completed_at: Option<Timestamp>,
}
