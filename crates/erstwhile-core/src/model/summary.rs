//! Summaries of threads and documents, computed from their episodes.

use jiff::Timestamp;
use uuid::Uuid;

use super::EpisodeId;

/// A summary of a thread or document by some of its sentences.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// Identity; does not change when the thread or document grows.
    pub id: Uuid,
    /// The application's id of the thread or document.
    pub of: String,
    /// The sentences.
    pub text: String,
    /// The summarised episodes, oldest first.
    pub episodes: Vec<EpisodeId>,
    /// When the system received the first of them.
    pub created_at: Timestamp,
    /// When the system received the last of them.
    pub recorded_at: Timestamp,
    /// When the last of them was said.
    pub said_at: Timestamp,
}
