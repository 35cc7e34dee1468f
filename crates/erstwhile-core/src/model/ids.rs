//! Identifiers as newtypes, so that the compiler rejects mixing them up.

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
    /// A project, the tenant that owns everything else.
    ProjectId,
    /// An API key, by its public id (not the secret).
    ApiKeyId,
    /// A partition, the distribution key of rows. Every graph, document collection and import job is a partition.
    PartitionId,
    /// A knowledge graph, which is a partition.
    GraphId,
    /// A document collection, which is a partition.
    CollectionId,
    /// An import job, which is a partition.
    ImportJobId,
    /// An episode, and its message, which has the same uuid.
    EpisodeId,
    /// An entity of a graph.
    EntityId,
    /// An assertion, and the fact of which it is the oldest supporting assertion.
    AssertionId,
    /// A statement that two names refer to the same entity, or to different ones.
    LinkId,
    /// A batch of changes; applying it twice has no further effect.
    BatchId,
    /// A background task.
    TaskId,
    /// A user, by the uuid that the server assigned.
    UserUuid,
    /// A thread, by the uuid that the server assigned.
    ThreadUuid,
    /// A document collection, by the uuid that the server assigned.
    CollectionUuid,
    /// A document, by the uuid that the server assigned.
    DocumentUuid,
    /// A group of users.
    GroupId,
}

/// Length of the tag, which starts every id in a partition and identifies the partition.
const TAG_BYTES: usize = 6;

impl PartitionId {
    /// Returns an id in this partition. It starts with the partition's tag, so that the partition of an object can be
    /// found from its uuid alone; the rest comes from `unique`.
    ///
    /// The result is a version 8 UUID (RFC 9562) with 74 bits of `unique` in it.
    #[must_use]
    pub fn within(self, unique: Uuid) -> Uuid {
        let mut bytes = *unique.as_bytes();
        // The random part of a version 7 UUID is at its end; a hash is random everywhere.
        bytes[..TAG_BYTES].copy_from_slice(&self.0.as_bytes()[..TAG_BYTES]);
        uuid::Builder::from_custom_bytes(bytes).into_uuid()
    }

    /// Returns the id in this partition that is derived from a key.
    #[must_use]
    pub fn derive(self, key: &[u8]) -> Uuid {
        self.within(Uuid::new_v5(&self.0, key))
    }

    /// The tag that starts ids in this partition.
    pub fn tag(self) -> String {
        tag_of(self.0)
    }

    /// Converts to a graph's id; the caller must know that the partition is a graph.
    pub fn as_graph(self) -> GraphId {
        GraphId(self.0)
    }
}

macro_rules! partition_ids {
    ($($name:ident),* $(,)?) => {$(
        impl From<$name> for PartitionId {
            fn from(id: $name) -> Self {
                Self(id.0)
            }
        }

        impl $name {
            /// Converts to the partition's id.
            pub fn partition(self) -> PartitionId {
                self.into()
            }

            /// Returns an id in this partition, see [`PartitionId::within`].
            #[must_use]
            pub fn within(self, unique: Uuid) -> Uuid {
                self.partition().within(unique)
            }

            /// Returns the id in this partition that is derived from a key, see [`PartitionId::derive`].
            #[must_use]
            pub fn derive(self, key: &[u8]) -> Uuid {
                self.partition().derive(key)
            }

            /// The tag that starts ids in this partition.
            pub fn tag(self) -> String {
                self.partition().tag()
            }
        }
    )*};
}

partition_ids!(GraphId, CollectionId, ImportJobId);

/// The tag of an id's partition.
pub fn tag_of(id: Uuid) -> String {
    id.simple().to_string()[..2 * TAG_BYTES].to_owned()
}
