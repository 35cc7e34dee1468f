//! Facts: computed from assertions, never written by hand.

use jiff::Timestamp;

use super::{AssertionId, EntityId, EpisodeId, Holding, Metadata, Precision};

/// A relation between two entities with its spans in the world and in the system.
#[derive(Debug, Clone, PartialEq)]
pub struct Fact {
    /// The id of its oldest supporting assertion.
    pub id: AssertionId,
    /// Whom it is about, aliases followed.
    pub subject: EntityId,
    /// The relation, `SCREAMING_SNAKE_CASE`.
    pub predicate: String,
    /// What the subject is related to, aliases followed.
    pub object: EntityId,
    /// The fact as a self-contained sentence.
    pub statement: String,
    /// How it shares time with its neighbours.
    pub holding: Holding,
    /// True from; `None` when nothing says since when.
    pub valid_from: Option<Timestamp>,
    /// How exact `valid_from` is.
    pub precision: Precision,
    /// True until; `None` while open.
    pub valid_until: Option<Timestamp>,
    /// When the system learned it.
    pub created_at: Timestamp,
    /// When the system learned that it had stopped holding; a known future end does not expire it.
    pub expired_at: Option<Timestamp>,
    /// What closed it.
    pub closed_by: Option<Closing>,
    /// The episodes that say it, oldest first; empty for an operator's fact.
    pub episodes: Vec<EpisodeId>,
    /// The assertions that support it, oldest first.
    pub assertions: Vec<AssertionId>,
    /// Free-form attributes.
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

/// A direct edit of a fact by the operator; absent fields leave what the assertions say.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FactEdit {
    /// New sentence.
    pub statement: Option<String>,
    /// New relation name.
    pub predicate: Option<String>,
    /// New start, or `Some(None)` to clear it.
    pub valid_from: Option<Option<Timestamp>>,
    /// New end, or `Some(None)` to reopen it.
    pub valid_until: Option<Option<Timestamp>>,
    /// New expiry, or `Some(None)` to clear it.
    pub expired_at: Option<Option<Timestamp>>,
    /// Attributes to merge; a null deletes its key.
    pub attributes: Metadata,
    /// When the operator said so.
    pub recorded_at: Option<Timestamp>,
}

impl Fact {
    /// Whether the fact holds in the world at `at`: its start is not later and its end is.
    pub fn holds_at(&self, at: Timestamp) -> bool {
        self.valid_from.is_none_or(|from| from <= at) && self.valid_until.is_none_or(|until| at < until)
    }

    /// Whether the fact is worth telling at `now`: it holds, or it is an event that is still to come.
    pub fn is_current_at(&self, now: Timestamp) -> bool {
        let has_ended = self.valid_until.is_some_and(|until| until <= now);
        !has_ended && (self.holding == Holding::Event || self.holds_at(now))
    }
}
