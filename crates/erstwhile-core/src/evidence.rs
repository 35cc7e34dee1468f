//! Evidence: what the store keeps of a graph, and what it reports as changed since a version.

use uuid::Uuid;

use crate::model::{Assertion, AssertionId, EntityId, EntityPatch, Episode, FactEdit, Link, Mention};

/// What happened to a graph after a version.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Evidence {
    /// The version that this brings a reader to.
    pub version: i64,
    /// What was removed; to be taken away before the rest is added.
    pub tombstones: Vec<(TombstoneKind, Uuid)>,
    /// Episodes that are new or changed, in order.
    pub episodes: Vec<Episode>,
    /// New mentions.
    pub mentions: Vec<Mention>,
    /// New assertions.
    pub assertions: Vec<Assertion>,
    /// New links.
    pub links: Vec<Link>,
    /// Edits that are new or changed.
    pub edits: Vec<Edit>,
}

impl Evidence {
    /// Episodes and assertions from which on several threads take it in faster than one.
    const LARGE: usize = 500;

    /// Whether taking it in takes more than a moment.
    pub fn is_large(&self) -> bool {
        self.episodes.len() + self.assertions.len() >= Self::LARGE
    }
}

/// What kind of object was removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TombstoneKind {
    /// An episode and everything that came from it.
    Episode,
    /// One assertion.
    Assertion,
    /// One link.
    Link,
    /// A name with everything about it.
    Name,
}

/// A direct change by the operator, laid over what is computed from the other evidence.
#[derive(Debug, Clone, PartialEq)]
pub enum Edit {
    /// Of the fact that this assertion supports.
    Fact(AssertionId, FactEdit),
    /// Of the entity of this name id.
    Entity(EntityId, EntityPatch),
}
