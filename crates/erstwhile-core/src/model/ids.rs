//! Identifiers as newtypes, so that one kind cannot be passed where another belongs.

use std::fmt;

use uuid::Uuid;

macro_rules! uuid_id {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl From<Uuid> for $name {
            fn from(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }
    )*};
}

uuid_id! {
    /// A project: the tenant that everything else belongs to.
    ProjectId,
    /// An API key, by its public id (not the secret).
    ApiKeyId,
    /// A graph: the distribution key of everything a user or a standalone graph owns.
    GraphId,
    /// An episode, and the message that it came from: they share one uuid.
    EpisodeId,
    /// An entity of a graph.
    EntityId,
    /// An assertion, and the fact whose oldest supporting assertion it is.
    AssertionId,
    /// A statement that two names mean the same entity.
    LinkId,
    /// A batch of changes; applying the same batch twice has one effect.
    BatchId,
    /// A piece of background work that a caller can follow.
    TaskId,
    /// A user or a thread, by the uuid that the server gave it.
    ObjectId,
}

/// Bytes at the start of every id inside a graph that tell which graph it is.
const TAG_BYTES: usize = 6;

impl GraphId {
    /// An id inside this graph: begins with the graph's tag, so that an object which is addressed by
    /// its uuid alone is found without a row of its own; the rest comes from `unique`.
    ///
    /// The result is a version 8 UUID (RFC 9562) with 74 bits of `unique` in it.
    #[must_use]
    pub fn within(self, unique: Uuid) -> Uuid {
        let mut bytes = *unique.as_bytes();
        // The random part of a version 7 UUID is at its end, that of a hash is everywhere.
        bytes[..TAG_BYTES].copy_from_slice(&self.0.as_bytes()[..TAG_BYTES]);
        uuid::Builder::from_custom_bytes(bytes).into_uuid()
    }

    /// An id inside this graph that is always the same for the same key.
    #[must_use]
    pub fn derive(self, key: &[u8]) -> Uuid {
        self.within(Uuid::new_v5(&self.0, key))
    }

    /// The tag with which ids inside this graph begin.
    pub fn tag(self) -> String {
        tag_of(self.0)
    }
}

/// The tag of the graph that an id belongs to.
pub fn tag_of(id: Uuid) -> String {
    id.simple().to_string()[..2 * TAG_BYTES].to_owned()
}
