//! Evidence that two names mean the same entity, or that they do not.

use jiff::Timestamp;

use super::{EntityId, EpisodeId, LinkId};

/// Whether a link joins or parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LinkKind {
    /// Both names mean one entity.
    Same,
    /// The two names never mean one entity, whatever else suggests it (the operator's split).
    Different,
}

/// One statement about identity. Taking it away undoes what it did.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    /// Identity, derived from its source and its ends.
    pub id: LinkId,
    /// One name.
    pub left: EntityId,
    /// The other name.
    pub right: EntityId,
    /// Join or part.
    pub kind: LinkKind,
    /// The episode that says so; `None` for the operator.
    pub episode: Option<EpisodeId>,
    /// When the system learned it.
    pub recorded_at: Timestamp,
}
