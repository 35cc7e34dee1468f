//! Summaries that a language model wrote.

use jiff::Timestamp;
use uuid::Uuid;

use super::EntityId;

/// What a written summary is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SummarySubject {
    /// The user who owns the graph.
    User,
    /// An entity.
    Entity(EntityId),
    /// A thread.
    Thread(String),
}

/// A summary that a language model wrote.
///
/// It is shown only while everything that it rests on is there and still holds, and the instructions are the same. What
/// is removed from a graph removes the graph's written summaries with it.
#[derive(Debug, Clone, PartialEq)]
pub struct WrittenSummary {
    /// What it is about.
    pub subject: SummarySubject,
    /// The text.
    pub text: String,
    /// The ids of the facts, or of the episodes of a thread, that the model was shown, sorted.
    pub basis: Vec<Uuid>,
    /// The application's instructions that the model was given.
    pub instructions: String,
    /// The model.
    pub model: String,
    /// When it was written.
    pub written_at: Timestamp,
}
