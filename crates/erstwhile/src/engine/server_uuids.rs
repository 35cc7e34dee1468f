//! Finding objects by the uuids that the server assigned.

use super::{GraphRef, ProjectHandle};
use erstwhile_core::error::{Error, ErrorKind, Result};
use erstwhile_core::model::{Graph, PartitionOwner, Thread, User, tag_of};
use uuid::Uuid;

/// A graph that was found by a uuid.
#[derive(Debug, Clone)]
pub struct LocatedGraph {
    /// The graph.
    pub graph: Graph,
    /// The graph by the application's own id.
    pub reference: GraphRef,
    /// The user whose graph it is.
    pub user: Option<User>,
}

impl LocatedGraph {
    /// Whether an object's uuid was assigned in this graph.
    pub fn may_hold(&self, object: Uuid) -> bool {
        self.graph.id.tag() == tag_of(object)
    }
}

impl ProjectHandle {
    /// A user's or a standalone graph, by its uuid or by the uuid of its user.
    pub async fn graph_by_uuid(&self, uuid: Uuid) -> Result<LocatedGraph> {
        let not_found = || Error::not_found("graph");
        let graph = self.graph_of(uuid, "graph").await?;
        let partition = self.store().find_partition(graph.into()).await?.ok_or_else(not_found)?;
        let reference = match &partition.owner {
            PartitionOwner::User(user_id) => GraphRef::User(user_id.clone()),
            PartitionOwner::Standalone(graph_id) => GraphRef::Graph(graph_id.clone()),
            PartitionOwner::Thread(thread_id) => GraphRef::Thread(thread_id.clone()),
            PartitionOwner::Collection(_) | PartitionOwner::ImportJob => return Err(not_found()),
        };
        let user = match &reference {
            GraphRef::User(_) => self.store().find_user(graph).await?,
            GraphRef::Graph(_) | GraphRef::Thread(_) => None,
        };
        let is_named = graph.0 == uuid || user.as_ref().is_some_and(|user| user.uuid.0 == uuid);
        if is_named { Ok(LocatedGraph { graph: partition.into(), reference, user }) } else { Err(not_found()) }
    }

    /// An own id for an object to which the application gives none.
    pub fn new_own_id(&self) -> String {
        self.ids().next().to_string()
    }

    /// A thread, by its uuid.
    pub async fn thread_by_uuid(&self, uuid: Uuid) -> Result<Thread> {
        let graph = self.graph_of(uuid, "thread").await?;
        // A thread that the server named has its uuid as its own id.
        match self.thread(uuid.to_string()).get().await {
            Ok(thread) if thread.uuid.0 == uuid => return Ok(thread),
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        self.store().find_thread_by_uuid(graph, uuid).await?.ok_or_else(|| Error::not_found("thread"))
    }
}
