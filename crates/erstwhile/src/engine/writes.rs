//! Finding and changing a project's stored state: batches, and retries after a conflict.

use erstwhile_core::change::{Applied, Batch, BatchPrecondition, Change};
use erstwhile_core::error::{Error, ErrorKind, Result};
use erstwhile_core::model::{AuditAction, BatchId, EpisodeId, GraphId, PartitionId, PartitionOwner, tag_of};
use erstwhile_core::search::GraphIndex;
use jiff::Timestamp;
use uuid::Uuid;

use super::ProjectHandle;
use super::audit::Target;
use crate::state::erasures;
use crate::store::{ErasureState, Locate};

/// Maximum number of attempts to change knowledge when other writers conflict.
const CONFLICT_TRIES: usize = 8;
/// Maximum number of attempts to change a record; each failure means that another writer succeeded.
const RECORD_TRIES: usize = 64;

impl ProjectHandle {
    pub(in crate::engine) fn batch(&self, partition: Option<PartitionId>, mut changes: Vec<Change>) -> Batch {
        changes.extend(self.seeded.as_ref().and_then(|ids| ids.use_key()).cloned());
        let id = BatchId(self.ids().next());
        Batch { id, project: self.id, partition, expect: BatchPrecondition::None, at: self.now(), changes }
    }

    pub(super) async fn apply(&self, partition: impl Into<PartitionId>, changes: Vec<Change>) -> Result<Applied> {
        self.apply_batch(&self.batch(Some(partition.into()), changes)).await
    }

    /// Applies a batch; when it deletes or replaces text, the workers then complete the erasure.
    pub(super) async fn apply_batch(&self, batch: &Batch) -> Result<Applied> {
        self.check_change(batch.partition, &batch.changes)?;
        self.check_recorded(batch)?;
        let applied = self.store().apply(batch).await?;
        if batch.changes.iter().any(Change::erases) {
            self.state().erasures().announce();
        }
        Ok(applied)
    }

    /// Waits a short time until what was deleted is gone from the database's own files.
    pub(super) async fn erased(&self) -> ErasureState {
        erasures::complete_soon(&self.engine.state).await
    }

    pub(super) async fn locate(&self, kind: Locate, name: &str, what: &'static str) -> Result<PartitionId> {
        let located = self.store().locate(self.id, kind, name).await?;
        located.filter(|partition| self.reaches(*partition)).ok_or_else(|| Error::not_found(what))
    }

    pub(super) async fn locate_graph(&self, kind: Locate, name: &str, what: &'static str) -> Result<GraphId> {
        Ok(self.locate(kind, name, what).await?.as_graph())
    }

    /// The graph that holds an object, by the object's uuid.
    pub(super) async fn graph_of(&self, object: Uuid, what: &'static str) -> Result<GraphId> {
        self.locate_graph(Locate::Tag, &tag_of(object), what).await
    }

    /// The graph that holds an episode.
    pub(super) async fn graph_of_episode(&self, id: EpisodeId) -> Result<GraphId> {
        match self.graph_of(id.0, "episode").await {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let given = self.store().locate_given(self.id, id).await?;
                given.filter(|graph| self.reaches((*graph).into())).ok_or(error)
            }
            found => found,
        }
    }

    /// Adds a partition whose tag no other partition of the project has; tries new ids until the tag is unique.
    pub(super) async fn add_partition(&self, changes: impl Fn(PartitionId) -> Vec<Change>) -> Result<PartitionId> {
        let mut tries = 0;
        loop {
            // Hashed, because the first bits of the id are the time of creation.
            let partition = PartitionId(Uuid::new_v5(&Uuid::NAMESPACE_OID, self.ids().next().as_bytes()));
            match self.apply(partition, changes(partition)).await {
                // Only the tag of such a batch can conflict.
                Err(error) if error.kind() == ErrorKind::Conflict && tries < CONFLICT_TRIES => tries += 1,
                Err(error) => return Err(error),
                Ok(_) => return Ok(partition),
            }
        }
    }

    /// Adds a graph, see [`add_partition`](Self::add_partition).
    pub(super) async fn add_graph(&self, changes: impl Fn(GraphId) -> Vec<Change>) -> Result<GraphId> {
        let partition = self.add_partition(|partition| changes(partition.as_graph())).await?;
        Ok(partition.as_graph())
    }

    /// Removes a partition with everything in it: from the database, from its files and from the caches. Returns the id
    /// of the batch, which is that of the erasure.
    pub(super) async fn remove_partition(
        &self,
        partition: impl Into<PartitionId>,
        owner: PartitionOwner,
    ) -> Result<(BatchId, ErasureState)> {
        let partition = partition.into();
        let batch = self.removal(partition, owner);
        self.apply_batch(&batch).await?;
        self.state().drop_index(partition.as_graph());
        self.engine.summaries.forget(partition.as_graph());
        Ok((batch.id, self.erased().await))
    }

    /// The batch that removes a partition. Its record names what outlives the partition: the receipt of a user.
    fn removal(&self, partition: PartitionId, owner: PartitionOwner) -> Batch {
        let mut batch = self.batch(Some(partition), Vec::new());
        let id = if let PartitionOwner::User(_) = owner { batch.id.0 } else { partition.0 };
        let target = Target { partition: None, id: Some(id), name: owner.id() };
        batch.changes.extend(self.record(AuditAction::Delete, (&owner).into(), target));
        batch.changes.insert(0, Change::RemovePartition(owner));
        batch
    }

    /// Changes a graph according to its current knowledge: reads, decides, writes, and starts again when another
    /// writer changed the graph in between.
    pub(super) async fn change_knowledge<T: Send>(
        &self,
        graph: GraphId,
        decide: impl Fn(&GraphIndex) -> Result<(Vec<Change>, T)> + Send + Sync,
    ) -> Result<T> {
        let mut last = Error::new(ErrorKind::Conflict, "the graph changed during every attempt");
        for _ in 0..CONFLICT_TRIES {
            let row = self.store().find_partition(graph.into()).await?.ok_or_else(|| Error::not_found("graph"))?;
            let index = self.index(graph).await?;
            let (changes, result) = index.read(&decide)??;
            let mut batch = self.batch(Some(graph.into()), changes);
            batch.expect = BatchPrecondition::Revision(row.revision);
            match self.apply_batch(&batch).await {
                Ok(_) => return Ok(result),
                Err(error) if error.kind() == ErrorKind::Conflict => last = error,
                Err(error) => return Err(error),
            }
        }
        Err(last)
    }

    /// The `updated_at` of a record that changes now: later than the one that was seen, because equal times mean that
    /// the record is unchanged.
    pub(super) fn after(&self, seen: Timestamp) -> Timestamp {
        let next = seen.saturating_add(jiff::SignedDuration::from_micros(1)).unwrap_or(Timestamp::MAX);
        self.now().max(next)
    }
}

/// Counts the attempts of a change that reads a record and writes it only if it is unchanged, so that no concurrent
/// change is lost.
pub(super) struct Tries(usize);

impl Tries {
    pub(super) fn new() -> Self {
        Self(RECORD_TRIES)
    }

    /// Returns `Ok` when the caller should read and try again, because another writer changed the record in between.
    ///
    /// # Errors
    /// The given error, when it is not a conflict or there were too many attempts.
    pub(super) fn again(&mut self, error: Error) -> Result<()> {
        self.0 = self.0.saturating_sub(1);
        if error.kind() == ErrorKind::Conflict && self.0 > 0 { Ok(()) } else { Err(error) }
    }
}
