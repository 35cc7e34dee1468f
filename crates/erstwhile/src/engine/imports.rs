//! Import jobs: many items, collected in a draft, then distributed to their graphs by a worker.

use std::collections::HashMap;

use super::audit::Target;
use super::{GraphRef, ImportHandle, NewEpisode, ProjectHandle};
use crate::store::{ErasureState, Locate};
use erstwhile_core::change::{Change, ImportChange};
use erstwhile_core::error::{Error, ErrorKind, Result};
use erstwhile_core::model::{
    AuditAction, AuditTargetKind, EpisodeId, GraphId, ImportCounts, ImportItem, ImportItemState, ImportJob,
    ImportJobId, ImportState, ImportTarget, Metadata, Partition, PartitionId, PartitionOwner, Role,
};

/// Maximum number of items that one call adds.
pub const ADDED_MAX: usize = 350;
/// Maximum number of items of an import job.
pub const ITEMS_MAX: i64 = 50_000;

/// An item to add to an import job.
#[derive(Debug, Clone)]
pub struct NewImportItem {
    /// The thread or graph that it is added to.
    pub target: ImportTarget,
    /// Its content.
    pub episode: NewEpisode,
    /// The speaker's role, for messages of a thread.
    pub role: Option<Role>,
    /// The speaker's name, for messages of a thread.
    pub name: Option<String>,
}

impl ProjectHandle {
    /// Creates an import job as a draft.
    pub async fn create_import(
        &self,
        metadata: Metadata,
        ignore_roles: Vec<Role>,
        strict_ontology: bool,
    ) -> Result<ImportJob> {
        let now = self.now();
        let job = |id: ImportJobId| ImportJob {
            id,
            project: self.id,
            state: ImportState::Draft,
            metadata: metadata.clone(),
            ignore_roles: ignore_roles.clone(),
            strict_ontology,
            created_at: now,
            updated_at: now,
            processed_at: None,
            completed_at: None,
            counts: ImportCounts::default(),
        };
        let make = |partition: PartitionId| {
            let row = Partition::new(partition, self.id, PartitionOwner::ImportJob, now);
            vec![Change::AddPartition(row, None), Change::Import(ImportChange::Add(job(ImportJobId(partition.0))))]
        };
        Ok(job(ImportJobId(self.add_partition(make).await?.0)))
    }

    /// Import jobs, newest first.
    pub async fn list_imports(&self, state: Option<ImportState>, limit: i64, offset: i64) -> Result<Vec<ImportJob>> {
        self.store().list_imports(self.whole()?, state, limit, offset).await
    }

    async fn graph_of_target(&self, target: &ImportTarget) -> Result<GraphId> {
        match target {
            ImportTarget::Thread(thread_id) => self.locate_graph(Locate::Thread, thread_id, "thread").await,
            ImportTarget::User(user_id) => self.graph(GraphRef::User(user_id.clone())).partition().await,
            ImportTarget::Graph(graph_id) => self.graph(GraphRef::Graph(graph_id.clone())).partition().await,
            ImportTarget::Deleted => Err(Error::invalid("an item needs a thread, a user or a graph")),
        }
    }
}

impl ImportHandle {
    /// An import job.
    pub async fn get(&self) -> Result<ImportJob> {
        let job = self.project.store().find_import(self.id).await?.filter(|job| job.project == self.project.id);
        let job = job.filter(|job| self.project.reaches(job.id.into()));
        job.ok_or_else(|| Error::not_found("import job"))
    }

    /// Items of an import job after a position, in order.
    pub async fn items(&self, after: i64, state: Option<&ImportItemState>, limit: i64) -> Result<Vec<ImportItem>> {
        let job = self.get().await?;
        self.project.store().import_items(job.id, after, state, limit).await
    }

    /// Adds items to a draft, in this order, all or none.
    ///
    /// # Errors
    /// `Conflict` when it is no longer a draft; `NotFound` when an item's thread, user or graph does
    /// not exist; `Invalid` when there are too many items.
    pub async fn add_items(&self, new: Vec<NewImportItem>) -> Result<Vec<ImportItem>> {
        if new.is_empty() || new.len() > ADDED_MAX {
            return Err(Error::invalid(format!("items must have from 1 to {ADDED_MAX} entries")));
        }
        let job = self.get_draft().await?;
        let before = job.counts.total();
        if before + new.len() as i64 > ITEMS_MAX {
            return Err(Error::invalid(format!("an import job can have at most {ITEMS_MAX} items")));
        }
        let now = self.project.now();
        let mut homes: HashMap<ImportTarget, GraphId> = HashMap::new();
        let mut items = Vec::with_capacity(new.len());
        for (seq, item) in (before + 1..).zip(new) {
            let graph = match homes.get(&item.target) {
                Some(graph) => *graph,
                None => self.project.graph_of_target(&item.target).await?,
            };
            homes.insert(item.target.clone(), graph);
            items.push(ImportItem {
                seq,
                episode: EpisodeId(graph.within(self.project.ids().next())),
                target: item.target,
                graph,
                kind: item.episode.kind,
                role: item.role,
                name: item.name,
                content: item.episode.data,
                metadata: item.episode.metadata,
                source_description: item.episode.source_description,
                document_id: item.episode.document_id,
                reference_time: item.episode.created_at,
                created_at: now,
                updated_at: now,
                state: ImportItemState::Pending,
                task: None,
            });
        }
        self.project.apply(job.id, vec![Change::Import(ImportChange::AddItems(items.clone()))]).await?;
        self.project.import_job(job.id).remove_orphans(&items).await?;
        Ok(items)
    }

    /// Erases items whose user, thread or graph was deleted while they were being added, because the deletion did not
    /// see them.
    async fn remove_orphans(&self, items: &[ImportItem]) -> Result<()> {
        let mut looked: HashMap<&ImportTarget, bool> = HashMap::new();
        let mut changes = Vec::new();
        for item in items {
            let gone = match looked.get(&item.target) {
                Some(gone) => *gone,
                None => {
                    let home = self.project.graph_of_target(&item.target).await;
                    let gone = home.is_err_and(|error| error.kind() == ErrorKind::NotFound);
                    looked.insert(&item.target, gone);
                    gone
                }
            };
            if gone {
                changes.push(Change::Import(ImportChange::EraseItem(item.seq)));
            }
        }
        if changes.is_empty() { Ok(()) } else { self.project.apply(self.id, changes).await.map(|_| ()) }
    }

    async fn get_draft(&self) -> Result<ImportJob> {
        let job = self.get().await?;
        match job.state {
            ImportState::Draft => Ok(job),
            _ => Err(Error::new(ErrorKind::Conflict, "the import job is no longer a draft")),
        }
    }

    /// Starts the processing of a draft.
    ///
    /// # Errors
    /// `Conflict` when it was started before; `Invalid` when it has no items.
    pub async fn start(&self) -> Result<ImportJob> {
        let job = self.get_draft().await?;
        if job.counts.total() == 0 {
            return Err(Error::invalid("the import job has no items"));
        }
        self.project
            .apply(job.id, vec![Change::Import(ImportChange::SetState(ImportState::Draft, ImportState::Queued))])
            .await?;
        self.project.state().announcements().add(self.project.id, job.id.into());
        self.get().await
    }

    /// Removes a draft with its items.
    ///
    /// # Errors
    /// `Conflict` when it is no longer a draft.
    pub async fn delete(&self) -> Result<ErasureState> {
        let job = self.get_draft().await?;
        // It may have been started since it was read.
        let still_draft = Change::Import(ImportChange::SetState(ImportState::Draft, ImportState::Draft));
        let mut changes = vec![still_draft, Change::RemovePartition(PartitionOwner::ImportJob)];
        let target = Target { id: Some(job.id.0), ..Target::default() };
        changes.extend(self.project.record(AuditAction::Delete, AuditTargetKind::ImportJob, target));
        self.project.apply(job.id, changes).await?;
        Ok(self.project.erased().await)
    }
}
