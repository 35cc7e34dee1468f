//! Links: evidence that two names refer to the same entity or to different ones.

use jiff::Timestamp;

use super::{EntityId, EpisodeId, LinkId};

/// Whether a link joins or separates names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LinkKind {
    /// Both names refer to the same entity.
    Same,
    /// The names refer to different entities, whatever other evidence says (the operator's split).
    Different,
}

/// A statement about identity. Removing it undoes its effect.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    /// Identity, derived from its source and its names.
    pub id: LinkId,
    /// One name.
    pub left: EntityId,
    /// The other name.
    pub right: EntityId,
    /// Whether it joins or separates the names.
    pub kind: LinkKind,
    /// The episode that states it; `None` for the operator.
    pub episode: Option<EpisodeId>,
    /// When the system recorded it.
    pub recorded_at: Timestamp,
}
