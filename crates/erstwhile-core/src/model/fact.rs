//! Facts, which are computed from assertions.

use jiff::Timestamp;

use super::{AssertionId, EntityId, EpisodeId, Holding, Metadata, Precision};
use crate::boxed::Keyed;

/// A relation between two entities, with its validity in the world and in the system.
#[derive(Debug, Clone, PartialEq)]
pub struct Fact {
    /// The id of its oldest supporting assertion.
    pub id: AssertionId,
    /// The subject.
    pub subject: EntityId,
    /// The relation, `SCREAMING_SNAKE_CASE`.
    pub predicate: String,
    /// The object.
    pub object: EntityId,
    /// The fact as a self-contained sentence.
    pub statement: String,
    /// How it may overlap in time with other facts of its subject and predicate.
    pub holding: Holding,
    /// Start of validity; `None` if unknown.
    pub valid_from: Option<Timestamp>,
    /// Precision of `valid_from`.
    pub precision: Precision,
    /// End of validity; `None` while open.
    pub valid_until: Option<Timestamp>,
    /// When the system recorded it.
    pub created_at: Timestamp,
    /// When the system learned that the fact no longer holds; a future end does not expire it.
    pub expired_at: Option<Timestamp>,
    /// What closed it.
    pub closed_by: Option<Closing>,
    /// The episodes that state it, oldest first; empty for an operator's fact.
    pub episodes: Vec<EpisodeId>,
    /// The assertions that support it, oldest first.
    pub assertions: Vec<AssertionId>,
    /// Attributes.
    pub attributes: Metadata,
}

/// What ended a fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closing {
    /// An assertion: the next object of the slot, an end, a denial, or the fact's own known end.
    Assertion(AssertionId),
    /// A direct edit by the operator.
    Operator,
}

/// A direct edit of a fact by the operator; absent fields do not change the fact.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FactEdit {
    /// New statement.
    pub statement: Option<String>,
    /// New relation.
    pub predicate: Option<String>,
    /// New start, or `Some(None)` to clear it.
    pub valid_from: Option<Option<Timestamp>>,
    /// New end, or `Some(None)` to reopen it.
    pub valid_until: Option<Option<Timestamp>>,
    /// New expiry, or `Some(None)` to clear it.
    pub expired_at: Option<Option<Timestamp>>,
    /// Attributes to merge; a null deletes its key.
    pub attributes: Metadata,
    /// When the operator made the edit.
    pub recorded_at: Option<Timestamp>,
}

impl Keyed for Fact {
    type Key = AssertionId;

    fn key(&self) -> &AssertionId {
        &self.id
    }
}

impl Fact {
    /// Whether the fact holds at `at`: it has started and not ended.
    pub fn holds_at(&self, at: Timestamp) -> bool {
        self.valid_from.is_none_or(|from| from <= at) && self.valid_until.is_none_or(|until| at < until)
    }

    /// Whether the fact is current at `now`: it holds, or it is a future event.
    pub fn is_current_at(&self, now: Timestamp) -> bool {
        let has_ended = self.valid_until.is_some_and(|until| until <= now);
        !has_ended && (self.holding == Holding::Event || self.holds_at(now))
    }
}
