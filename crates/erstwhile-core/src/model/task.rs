//! Background work that a caller can follow.

use jiff::Timestamp;

use super::{GraphId, TaskId};

/// How far a task is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskState {
    /// Nothing of it is done.
    Pending,
    /// Some of it is done.
    Processing,
    /// All of it is done.
    Succeeded,
    /// All of it is over, and some of it failed.
    Failed,
}

/// The ingestion of the episodes of one request, computed from their states.
#[derive(Debug, Clone, PartialEq)]
pub struct Task {
    /// Identity.
    pub id: TaskId,
    /// The graph it works on.
    pub graph: GraphId,
    /// What it does, such as `add_messages`.
    pub kind: String,
    /// How far it is.
    pub state: TaskState,
    /// How many episodes it has.
    pub total: i64,
    /// How many are over, one way or the other.
    pub done: i64,
    /// How many failed.
    pub failed: i64,
    /// The first failure's reason.
    pub error: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its last episode was over.
    pub completed_at: Option<Timestamp>,
}
