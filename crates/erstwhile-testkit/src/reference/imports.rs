//! Import jobs and their items.

use erstwhile_core::change::{Batch, ImportChange};
use erstwhile_core::error::ErrorKind;
use erstwhile_core::model::{
    EpisodeKind, ImportCounts, ImportItem, ImportItemState, ImportJob, ImportState, ImportTarget, Metadata, ProjectId,
    Role,
};
use jiff::Timestamp;

use super::{PartitionState, Reference};

impl Reference {
    pub(super) fn change_import(&mut self, batch: &Batch, change: &ImportChange) -> Result<(), ErrorKind> {
        match change {
            ImportChange::Add(import) => {
                let state = self.partitions.get_mut(&import.id.into()).ok_or(ErrorKind::Internal)?;
                if state.import.is_some() {
                    return Err(ErrorKind::Internal);
                }
                state.import = Some(ImportJob {
                    updated_at: import.created_at,
                    processed_at: None,
                    completed_at: None,
                    ..import.clone()
                });
                Ok(())
            }
            ImportChange::AddItems(items) => self.own(batch)?.add_items(items, batch.at),
            ImportChange::SetState(from, to) => self.own(batch)?.set_import_state(*from, *to, batch.at),
            ImportChange::SetItemState(seq, state, task) => {
                let items = &mut self.own(batch)?.items;
                for item in items.iter_mut().filter(|item| item.seq == *seq) {
                    item.state.clone_from(state);
                    item.task = task.or(item.task);
                    item.updated_at = batch.at;
                    if *state != ImportItemState::Pending {
                        drop_content(item);
                    }
                }
                Ok(())
            }
            ImportChange::EraseItem(seq) => {
                self.own(batch)?.items.iter_mut().filter(|item| item.seq == *seq).for_each(forget);
                Ok(())
            }
        }
    }

    /// Erases items of every import job.
    pub(super) fn erase_items(&mut self, is_meant: impl Fn(&ImportItem) -> bool) {
        let items = self.partitions.values_mut().flat_map(|state| &mut state.items);
        items.filter(|item| is_meant(item)).for_each(forget);
    }

    /// The import jobs of a project, newest first.
    pub fn imports_of(&self, project: ProjectId, state: Option<ImportState>) -> Vec<ImportJob> {
        let jobs = self.partitions_of(project).filter_map(PartitionState::import);
        let mut jobs: Vec<ImportJob> = jobs.filter(|job| state.is_none_or(|state| job.state == state)).collect();
        jobs.sort_by_key(|job| std::cmp::Reverse((job.created_at, job.id)));
        jobs
    }
}

impl PartitionState {
    /// The import job, with its items counted.
    pub fn import(&self) -> Option<ImportJob> {
        let mut counts = ImportCounts::default();
        for item in &self.items {
            match item.state {
                ImportItemState::Pending => counts.pending += 1,
                ImportItemState::Processing => counts.processing += 1,
                ImportItemState::Succeeded => counts.succeeded += 1,
                ImportItemState::Failed(_) => counts.failed += 1,
            }
        }
        let import = self.import.as_ref()?;
        // Stored as a set: each role once, in the order of the enum.
        let ignore_roles = Role::ALL.into_iter().filter(|role| import.ignore_roles.contains(role)).collect();
        Some(ImportJob { counts, ignore_roles, ..import.clone() })
    }

    /// The items of the import job, in order.
    pub fn items(&self) -> &[ImportItem] {
        &self.items
    }

    fn add_items(&mut self, items: &[ImportItem], at: Timestamp) -> Result<(), ErrorKind> {
        let draft = self.import.as_mut().filter(|import| import.state == ImportState::Draft);
        draft.ok_or(ErrorKind::Conflict)?.updated_at = at;
        for item in items {
            if self.items.iter().any(|other| other.seq == item.seq) {
                return Err(ErrorKind::Conflict);
            }
            let new =
                ImportItem { state: ImportItemState::Pending, task: None, updated_at: item.created_at, ..item.clone() };
            self.items.push(new);
        }
        self.items.sort_by_key(|item| item.seq);
        Ok(())
    }

    fn set_import_state(&mut self, from: ImportState, to: ImportState, at: Timestamp) -> Result<(), ErrorKind> {
        let import = self.import.as_mut().filter(|import| import.state == from).ok_or(ErrorKind::Conflict)?;
        import.state = to;
        import.updated_at = at;
        match to {
            ImportState::Draft | ImportState::Processing => {}
            ImportState::Queued => {
                import.processed_at.get_or_insert(at);
                self.enqueue(1, at);
            }
            ImportState::Succeeded | ImportState::Partial | ImportState::Failed => {
                import.completed_at.get_or_insert(at);
            }
        }
        Ok(())
    }
}

/// Whether an item is unfinished.
pub(super) fn is_open(state: &ImportItemState) -> bool {
    match state {
        ImportItemState::Pending | ImportItemState::Processing => true,
        ImportItemState::Succeeded | ImportItemState::Failed(_) => false,
    }
}

/// Clears the content of an item, which is now stored in its episode.
fn drop_content(item: &mut ImportItem) {
    item.kind = EpisodeKind::Text;
    item.role = None;
    item.name = None;
    item.content = String::new();
    item.metadata = Metadata::new();
    item.source_description = None;
    item.reference_time = None;
}

/// Erases an item whose user, thread or graph was deleted; only its row remains.
fn forget(item: &mut ImportItem) {
    drop_content(item);
    item.document_id = None;
    item.target = ImportTarget::Deleted;
    if is_open(&item.state) {
        item.state = ImportItemState::Failed("its user, thread or graph was deleted".to_owned());
    }
}
