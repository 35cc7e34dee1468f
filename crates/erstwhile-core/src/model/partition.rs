//! Partitions: the units in which rows are stored, versioned and leased.

use jiff::Timestamp;

use super::{GraphId, PartitionId, ProjectId};

/// The kind of a partition, with the application's id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PartitionOwner {
    /// The graph of one user, by the application's `user_id`.
    User(String),
    /// A standalone graph, by the application's `graph_id`.
    Standalone(String),
    /// The graph of one thread without a user, by the application's `thread_id`.
    Thread(String),
    /// A document collection, by its name.
    Collection(String),
    /// An import job, which holds its items until they are added to their graphs.
    ImportJob,
}

impl PartitionOwner {
    /// The application's id; empty for an import job, which has none.
    pub fn id(&self) -> &str {
        match self {
            Self::User(id) | Self::Standalone(id) | Self::Thread(id) | Self::Collection(id) => id,
            Self::ImportJob => "",
        }
    }
}

/// A partition: stored on one shard, versioned and leased as a unit.
#[derive(Debug, Clone, PartialEq)]
pub struct Partition {
    /// Identity inside the system.
    pub id: PartitionId,
    /// The project that owns it.
    pub project: ProjectId,
    /// The kind, with the application's id.
    pub owner: PartitionOwner,
    /// Display name.
    pub name: Option<String>,
    /// Description.
    pub description: Option<String>,
    /// IANA time zone for relative dates; UTC if absent.
    pub time_zone: Option<String>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When its fields changed last.
    pub updated_at: Timestamp,
    /// Incremented by every batch; an index with this version is up to date.
    pub version: i64,
    /// Incremented by every change of knowledge, for optimistic concurrency control.
    pub revision: i64,
}

impl Partition {
    /// Creates a partition without name and description.
    pub fn new(id: PartitionId, project: ProjectId, owner: PartitionOwner, now: Timestamp) -> Self {
        Self {
            id,
            project,
            owner,
            name: None,
            description: None,
            time_zone: None,
            created_at: now,
            updated_at: now,
            version: 0,
            revision: 0,
        }
    }
}

/// A knowledge graph.
#[derive(Debug, Clone, PartialEq)]
pub struct Graph {
    /// Identity inside the system.
    pub id: GraphId,
    /// The project that owns it.
    pub project: ProjectId,
    /// The application's id: the `user_id` of a user's graph, the `graph_id` of a standalone one.
    pub own_id: String,
    /// Display name.
    pub name: Option<String>,
    /// Description.
    pub description: Option<String>,
    /// IANA time zone for relative dates; UTC if absent.
    pub time_zone: Option<String>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When its fields changed last.
    pub updated_at: Timestamp,
}

impl From<Partition> for Graph {
    fn from(partition: Partition) -> Self {
        Self {
            id: partition.id.as_graph(),
            project: partition.project,
            own_id: partition.owner.id().to_owned(),
            name: partition.name,
            description: partition.description,
            time_zone: partition.time_zone,
            created_at: partition.created_at,
            updated_at: partition.updated_at,
        }
    }
}
