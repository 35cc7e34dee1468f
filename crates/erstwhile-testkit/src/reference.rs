//! The reference model of the store: plain collections, no database, simple code.
//!
//! Every kind of change is named in a `match` without a wildcard arm, so that a new kind does not compile before it
//! is modelled here.

mod audit;
mod collections;
mod evidence;
mod imports;
mod model_readings;
mod partition;
mod projects;
mod queue;
mod removals;
mod tasks;

use std::collections::{BTreeMap, HashSet};

use erstwhile::store::SettingScope;
use erstwhile_core::change::{
    Applied, Batch, BatchPrecondition, Change, CollectionChange, GroupChange, ImportChange, ProjectChange,
    SettingChange,
};
use erstwhile_core::error::ErrorKind;
use erstwhile_core::evidence::TombstoneKind;
use erstwhile_core::model::{
    ApiKey, AuditRecord, Episode, EpisodeId, Notification, Partition, PartitionId, PartitionOwner, Project, ProjectId,
    Setting, SettingKind, User, tag_of,
};
use uuid::Uuid;

pub(crate) use partition::PartitionState;

/// What the store must look like after a sequence of batches.
#[derive(Debug, Clone, Default)]
pub struct Reference {
    projects: BTreeMap<ProjectId, Project>,
    keys: Vec<ApiKey>,
    /// Each with the id of its project or graph.
    settings: Vec<(Uuid, Setting)>,
    partitions: BTreeMap<PartitionId, PartitionState>,
    applied: HashSet<(Uuid, Uuid)>,
    /// What webhooks are to be told, by project and id.
    notifications: BTreeMap<(ProjectId, Uuid), Notification>,
    /// The audit logs, oldest first.
    audit: BTreeMap<ProjectId, Vec<AuditRecord>>,
    /// What each idempotency key was used for.
    used_keys: BTreeMap<Uuid, Uuid>,
}

/// What the store does for a kind of change besides the change itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Effect {
    /// Nothing; the change may be in a batch without a partition.
    None,
    /// Nothing; the change must be in a batch with a partition.
    OfPartition,
    /// The revision of the graph's knowledge is incremented.
    Knowledge,
    /// The revision is incremented, and pending episodes are counted again.
    KnowledgeAndEpisodes,
    /// Pending episodes are counted again.
    Episodes,
    /// Open items of the import job are counted again.
    Items,
}

fn effect(change: &Change) -> Effect {
    match change {
        Change::Project(
            ProjectChange::Add(_) | ProjectChange::Update(_) | ProjectChange::AddKey(_) | ProjectChange::RevokeKey(_),
        )
        | Change::UseKey { .. }
        | Change::Notify(_)
        | Change::Audit(_)
        | Change::AddPartition(..)
        | Change::UpdatePartition(..)
        | Change::UpdateUser(..)
        | Change::AddThread(_)
        | Change::UpdateThread(..)
        | Change::Setting(SettingChange::Put(..) | SettingChange::Remove(..))
        | Change::Group(GroupChange::Dissolve(_))
        | Change::Collection(CollectionChange::Add(_) | CollectionChange::Update(..))
        | Change::Import(ImportChange::Add(_)) => Effect::None,
        Change::RemovePartition(_)
        | Change::AddEpisodes(_)
        | Change::SetEpisodeMetadata(..)
        | Change::AwaitModel(..)
        | Change::SetModelReading(..)
        | Change::PutWrittenSummary(_)
        | Change::AddTask { .. }
        | Change::Group(GroupChange::Join(_) | GroupChange::Leave(_))
        | Change::Collection(
            CollectionChange::AddDocument(_)
            | CollectionChange::UpdateDocument(..)
            | CollectionChange::RemoveDocument(_),
        )
        | Change::Import(ImportChange::AddItems(_)) => Effect::OfPartition,
        Change::AddMention(_)
        | Change::AddAssertion(_)
        | Change::RemoveAssertion(_)
        | Change::AddLink(_)
        | Change::RemoveLink(_)
        | Change::PutFactEdit(..)
        | Change::PutEntityEdit(..)
        | Change::ReplaceReading(..)
        | Change::RemoveName(_)
        | Change::Reword(_) => Effect::Knowledge,
        Change::RemoveThread(_) | Change::RemoveEpisode(_) => Effect::KnowledgeAndEpisodes,
        Change::SetEpisodeState(..) => Effect::Episodes,
        Change::Import(ImportChange::SetState(..) | ImportChange::SetItemState(..) | ImportChange::EraseItem(_)) => {
            Effect::Items
        }
    }
}

impl Reference {
    /// A partition, when it exists.
    pub fn partition(&self, id: PartitionId) -> Option<&PartitionState> {
        self.partitions.get(&id)
    }

    /// The partitions of a project, by id.
    pub fn partitions_of(&self, project: ProjectId) -> impl Iterator<Item = &PartitionState> {
        self.partitions.values().filter(move |state| state.row.project == project)
    }

    /// The partition of an owner.
    pub fn locate(&self, project: ProjectId, owner: &PartitionOwner) -> Option<PartitionId> {
        self.partitions_of(project).find(|state| state.row.owner == *owner).map(|state| state.row.id)
    }

    /// The partition of a thread.
    pub fn locate_thread(&self, project: ProjectId, thread: &str) -> Option<PartitionId> {
        self.partitions_of(project).find(|state| state.threads.contains_key(thread)).map(|state| state.row.id)
    }

    /// A project, when it exists.
    pub fn project(&self, id: ProjectId) -> Option<&Project> {
        self.projects.get(&id)
    }

    /// The project with a name.
    pub fn project_by_name(&self, name: &str) -> Option<&Project> {
        self.projects.values().find(|project| project.name == name)
    }

    /// The keys of a project, oldest first.
    pub fn keys_of(&self, project: ProjectId) -> Vec<ApiKey> {
        let mut keys: Vec<ApiKey> = self.keys.iter().filter(|key| key.project == project).cloned().collect();
        keys.sort_by_key(|key| (key.created_at, key.id));
        keys
    }

    /// The settings of a kind in a scope, by name.
    pub fn settings(&self, scope: SettingScope, kind: SettingKind) -> Vec<Setting> {
        let scope = match scope {
            SettingScope::Project(project) => project.0,
            SettingScope::Graph(graph) => graph.0,
        };
        let wanted = |(of, setting): &&(Uuid, Setting)| *of == scope && setting.kind == kind;
        let mut settings: Vec<Setting> = self.settings.iter().filter(wanted).map(|(_, one)| one.clone()).collect();
        settings.sort_by(|left, right| left.name.cmp(&right.name));
        settings
    }

    /// What a webhook is to be told, in the order of ids.
    pub fn notifications(&self, project: ProjectId, webhook: Uuid) -> Vec<Notification> {
        let of = self.notifications.iter().filter(|((of, _), told)| *of == project && told.webhook == webhook);
        of.map(|(_, told)| told.clone()).collect()
    }

    /// Applies a batch atomically.
    pub fn apply(&mut self, batch: &Batch) -> Result<Applied, ErrorKind> {
        let is_misplaced = batch.changes.iter().skip(1).any(|change| matches!(change, Change::AddPartition(..)));
        let needs_partition = batch.changes.iter().any(|change| effect(change) != Effect::None);
        let is_elsewhere = |partition| batch.partition != Some(partition);
        let is_misplaced = is_misplaced || batch.changes.iter().filter_map(Change::partition).any(is_elsewhere);
        if is_misplaced || (needs_partition && batch.partition.is_none()) {
            return Err(ErrorKind::Internal);
        }
        let scope = scope_of(batch);
        if self.applied.contains(&(scope, batch.id.0)) {
            return Ok(Applied::Before);
        }
        let mut next = self.clone();
        next.applied.insert((scope, batch.id.0));
        let version = next.apply_changes(batch)?;
        *self = next;
        Ok(Applied::Now { version })
    }

    fn apply_changes(&mut self, batch: &Batch) -> Result<i64, ErrorKind> {
        let version = batch.partition.map_or(Ok(0), |id| self.begin(id, batch))?;
        for change in &batch.changes {
            self.change(batch, change)?;
        }
        let effects: Vec<Effect> = batch.changes.iter().map(effect).collect();
        if let Some(state) = batch.partition.and_then(|id| self.partitions.get_mut(&id)) {
            if effects.iter().any(|effect| matches!(effect, Effect::Episodes | Effect::KnowledgeAndEpisodes)) {
                state.count_pending_episodes();
            }
            state.count_awaiting_episodes();
            if batch.changes.iter().any(Change::removes_written_summaries) {
                state.written_summaries.clear();
            }
            if effects.contains(&Effect::Items) {
                state.count_open_items();
            }
        }
        Ok(version)
    }

    /// Checks the precondition of a batch, and increments the partition's version.
    fn begin(&mut self, id: PartitionId, batch: &Batch) -> Result<i64, ErrorKind> {
        let current = self.partitions.get(&id);
        match batch.expect {
            BatchPrecondition::None => {}
            BatchPrecondition::Revision(expected) => {
                current.filter(|state| state.row.revision == expected).ok_or(ErrorKind::Conflict)?;
            }
            BatchPrecondition::Lease { epoch, revision } => {
                let state = current.filter(|state| state.row.revision == revision).ok_or(ErrorKind::Conflict)?;
                // Random batches never claim a graph, so its epoch is always 0.
                state.queue.as_ref().filter(|_| epoch == 0).ok_or(ErrorKind::Conflict)?;
            }
            BatchPrecondition::ModelLease { epoch, version } => {
                let state = current.ok_or(ErrorKind::Conflict)?;
                let is_removal =
                    |(at, kind, _): &(i64, TombstoneKind, Uuid)| *at > version && *kind != TombstoneKind::Reading;
                let is_held = epoch == 0 && state.model_queue.is_some();
                if !is_held || state.tombstones.iter().any(is_removal) {
                    return Err(ErrorKind::Conflict);
                }
            }
        }
        if let Some(Change::AddPartition(partition, user)) = batch.changes.first() {
            self.add_partition(partition, user.as_ref())?;
        }
        let state = self.partitions.get_mut(&id).ok_or(ErrorKind::NotFound)?;
        let is_knowledge = |change| matches!(effect(change), Effect::Knowledge | Effect::KnowledgeAndEpisodes);
        state.row.version += 1;
        state.row.revision += i64::from(batch.changes.iter().any(is_knowledge));
        state.assign_positions(batch.changes.iter().map(Change::episode_count).sum());
        Ok(state.row.version)
    }

    fn add_partition(&mut self, partition: &Partition, user: Option<&User>) -> Result<(), ErrorKind> {
        let is_named = match partition.owner {
            PartitionOwner::User(_) | PartitionOwner::Standalone(_) | PartitionOwner::Collection(_) => true,
            PartitionOwner::Thread(_) | PartitionOwner::ImportJob => false,
        };
        if is_named && self.locate(partition.project, &partition.owner).is_some() {
            return Err(ErrorKind::AlreadyExists);
        }
        if let Some(other) = self.partitions.get(&partition.id) {
            let is_mine = other.row.project == partition.project;
            return Err(if is_mine { ErrorKind::Conflict } else { ErrorKind::Internal });
        }
        self.partitions.insert(partition.id, PartitionState::new(partition, user));
        Ok(())
    }

    fn change(&mut self, batch: &Batch, change: &Change) -> Result<(), ErrorKind> {
        match change {
            // Already added, before the version was incremented.
            Change::AddPartition(..) => Ok(()),
            Change::Notify(notification) => {
                let key = (batch.project, notification.id);
                self.notifications.entry(key).or_insert_with(|| notification.clone());
                Ok(())
            }
            Change::Audit(entry) => {
                self.audit(batch, entry);
                Ok(())
            }
            Change::UseKey { key, request } => self.use_key(*key, *request),
            Change::Project(change) => self.change_project(batch, change),
            Change::Setting(change) => self.change_setting(scope_of(batch), change),
            Change::Group(change) => self.change_group(batch, change),
            Change::UpdatePartition(partition, seen) => {
                self.changed(partition.id)?.update(partition, *seen).ok_or(ErrorKind::Conflict)
            }
            Change::UpdateUser(user, seen) => {
                self.changed(user.graph.into())?.update_user(user, *seen).ok_or(ErrorKind::Conflict)
            }
            Change::RemovePartition(_) => self.remove_partition(batch),
            Change::AddThread(thread) => {
                if self.locate_thread(batch.project, &thread.thread_id).is_some() {
                    return Err(ErrorKind::AlreadyExists);
                }
                self.changed(thread.graph.into())?.threads.insert(thread.thread_id.clone(), thread.clone());
                Ok(())
            }
            Change::UpdateThread(thread, seen) => {
                self.changed(thread.graph.into())?.update_thread(thread, *seen).ok_or(ErrorKind::Conflict)
            }
            Change::RemoveThread(thread) => self.remove_thread(batch, thread),
            Change::AddEpisodes(episodes) => self.add_episodes(batch, episodes),
            Change::SetEpisodeMetadata(id, metadata) => self.own(batch)?.set_episode_metadata(*id, metadata),
            Change::SetEpisodeState(id, state) => {
                self.own(batch)?.set_episode_state(*id, state, batch.at);
                Ok(())
            }
            Change::AwaitModel(id, from) => {
                self.own(batch)?.await_model(*id, *from);
                Ok(())
            }
            Change::ReplaceReading(id, report) => self.own(batch)?.replace_reading(*id, report),
            Change::SetModelReading(id, reading) => {
                self.own(batch)?.set_model_reading(*id, reading);
                Ok(())
            }
            Change::PutWrittenSummary(summary) => {
                let summaries = &mut self.own(batch)?.written_summaries;
                summaries.insert(summary.subject.clone(), summary.clone());
                Ok(())
            }
            Change::RemoveEpisode(id) => self.own(batch)?.remove_episode(*id),
            Change::AddTask { task, kind, total } => self.own(batch)?.add_task(*task, kind, *total, batch.at),
            Change::AddMention(mention) => {
                self.own(batch)?.add_mention(mention);
                Ok(())
            }
            Change::AddAssertion(assertion) => {
                self.own(batch)?.add_assertion(assertion);
                Ok(())
            }
            Change::RemoveAssertion(id) => self.own(batch)?.remove_assertion(*id),
            Change::AddLink(link) => {
                self.own(batch)?.add_link(link);
                Ok(())
            }
            Change::RemoveLink(id) => self.own(batch)?.remove_link(*id),
            Change::PutFactEdit(id, edit) => {
                self.own(batch)?.put_fact_edit(*id, edit, batch.at);
                Ok(())
            }
            Change::PutEntityEdit(id, patch) => {
                self.own(batch)?.put_entity_edit(*id, patch, batch.at);
                Ok(())
            }
            Change::RemoveName(id) => {
                self.own(batch)?.remove_name(*id);
                Ok(())
            }
            Change::Reword(wordings) => {
                self.own(batch)?.reword(wordings);
                Ok(())
            }
            Change::Collection(change) => self.change_collection(batch, change),
            Change::Import(change) => self.change_import(batch, change),
        }
    }

    fn use_key(&mut self, key: Uuid, request: Uuid) -> Result<(), ErrorKind> {
        let used_for = *self.used_keys.entry(key).or_insert(request);
        if used_for == request { Ok(()) } else { Err(ErrorKind::KeyReused) }
    }

    fn add_episodes(&mut self, batch: &Batch, episodes: &[Episode]) -> Result<(), ErrorKind> {
        // A uuid that the application gave is that of one message in the project.
        let tag = batch.partition.ok_or(ErrorKind::Internal)?.tag();
        let given = episodes.iter().map(|episode| episode.id).filter(|id| tag_of(id.0) != tag);
        let given: Vec<EpisodeId> = given.collect();
        let mut in_use: Vec<EpisodeId> =
            self.partitions_of(batch.project).flat_map(PartitionState::episode_ids).collect();
        let state = self.own(batch)?;
        state.has_open_threads(episodes)?;
        for episode in episodes {
            if given.contains(&episode.id) && in_use.contains(&episode.id) {
                return Err(ErrorKind::AlreadyExists);
            }
            in_use.push(episode.id);
            state.add_episode(episode, batch.at)?;
        }
        state.enqueue_pending(episodes, batch.at);
        Ok(())
    }

    /// The partition of a batch.
    fn own(&mut self, batch: &Batch) -> Result<&mut PartitionState, ErrorKind> {
        let state = batch.partition.and_then(|id| self.partitions.get_mut(&id));
        state.ok_or(ErrorKind::Internal)
    }

    /// The partition of an object to update; a conflict when it does not exist, because the object was removed
    /// since it was read.
    fn changed(&mut self, id: PartitionId) -> Result<&mut PartitionState, ErrorKind> {
        self.partitions.get_mut(&id).ok_or(ErrorKind::Conflict)
    }
}

/// The partition of a batch, or its project when the batch has none.
fn scope_of(batch: &Batch) -> Uuid {
    batch.partition.map_or(batch.project.0, |partition| partition.0)
}
