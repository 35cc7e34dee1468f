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
    /// A partition: the distribution key of rows. A graph, a document collection and an import job is one each.
    PartitionId,
    /// A knowledge graph, which is a partition.
    GraphId,
    /// A document collection, which is a partition.
    CollectionId,
    /// An import job, which is a partition.
    ImportJobId,
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

/// Bytes at the start of every id in a partition that identify the partition.
const TAG_BYTES: usize = 6;

impl PartitionId {
    /// An id in this partition: it starts with the partition's tag, so that an object which is addressed by its uuid
    /// alone is found without a locator of its own; the rest comes from `unique`.
    ///
    /// The result is a version 8 UUID (RFC 9562) with 74 bits of `unique` in it.
    #[must_use]
    pub fn within(self, unique: Uuid) -> Uuid {
        let mut bytes = *unique.as_bytes();
        // The random part of a version 7 UUID is at its end, that of a hash is everywhere.
        bytes[..TAG_BYTES].copy_from_slice(&self.0.as_bytes()[..TAG_BYTES]);
        uuid::Builder::from_custom_bytes(bytes).into_uuid()
    }

    /// The id in this partition that belongs to a key: the same for the same key.
    #[must_use]
    pub fn derive(self, key: &[u8]) -> Uuid {
        self.within(Uuid::new_v5(&self.0, key))
    }

    /// The tag with which ids in this partition start.
    pub fn tag(self) -> String {
        tag_of(self.0)
    }

    /// This partition as a graph; the caller knows that it is one.
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
            /// The partition that it is.
            pub fn partition(self) -> PartitionId {
                self.into()
            }

            /// An id in this partition, see [`PartitionId::within`].
            #[must_use]
            pub fn within(self, unique: Uuid) -> Uuid {
                self.partition().within(unique)
            }

            /// The id in this partition that belongs to a key, see [`PartitionId::derive`].
            #[must_use]
            pub fn derive(self, key: &[u8]) -> Uuid {
                self.partition().derive(key)
            }

            /// The tag with which ids in this partition start.
            pub fn tag(self) -> String {
                self.partition().tag()
            }
        }
    )*};
}

partition_ids!(GraphId, CollectionId, ImportJobId);

/// The tag of the partition that an id belongs to.
pub fn tag_of(id: Uuid) -> String {
    id.simple().to_string()[..2 * TAG_BYTES].to_owned()
}
