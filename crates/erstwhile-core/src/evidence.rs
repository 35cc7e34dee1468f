//! Evidence: the stored data of a graph, and its changes since a version.

use uuid::Uuid;

use crate::model::{Assertion, AssertionId, EntityId, EntityPatch, Episode, FactEdit, Link, Mention, metadata_size};

/// The changes of a graph after a version.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Evidence {
    /// The version of the graph after these changes.
    pub version: i64,
    /// Removed objects; must be applied before the additions.
    pub tombstones: Vec<(TombstoneKind, Uuid)>,
    /// New and changed episodes, in order.
    pub episodes: Vec<Episode>,
    /// New mentions.
    pub mentions: Vec<Mention>,
    /// New assertions.
    pub assertions: Vec<Assertion>,
    /// New links.
    pub links: Vec<Link>,
    /// New and changed edits.
    pub edits: Vec<Edit>,
}

impl Evidence {
    /// Whether evidence was reworded, so that these changes do not suffice to bring anything up to date.
    pub fn is_reworded(&self) -> bool {
        self.tombstones.iter().any(|(kind, _)| *kind == TombstoneKind::Wording)
    }

    /// Number of episodes and assertions above which several threads apply evidence faster than one.
    const LARGE: usize = 500;
    /// Number of bytes of texts and metadata above which they do.
    const LARGE_BYTES: usize = 256 << 10;

    /// Whether the evidence should be applied by several threads.
    pub fn is_large(&self) -> bool {
        if self.episodes.len() + self.assertions.len() >= Self::LARGE {
            return true;
        }
        let episodes = self.episodes.iter().map(|episode| episode.content.len() + metadata_size(&episode.metadata));
        episodes.sum::<usize>() + self.attributes_size() >= Self::LARGE_BYTES
    }

    /// The approximate size of the attributes of the assertions in memory, in bytes.
    pub(crate) fn attributes_size(&self) -> usize {
        self.assertions.iter().map(|assertion| metadata_size(&assertion.attributes)).sum()
    }
}

/// What kind of object was removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TombstoneKind {
    /// An episode and everything derived from it.
    Episode,
    /// One assertion.
    Assertion,
    /// One link.
    Link,
    /// A name and everything about it.
    Name,
    /// Everything derived from an episode, but not the episode.
    Reading,
    /// The words of any evidence of the graph: what was computed from it must be computed again from all of it.
    Wording,
}

/// An edit by the operator, which overrides values computed from the other evidence.
#[derive(Debug, Clone, PartialEq)]
pub enum Edit {
    /// An edit of the fact that this assertion supports.
    Fact(AssertionId, FactEdit),
    /// An edit of the entity of this name id.
    Entity(EntityId, EntityPatch),
}
