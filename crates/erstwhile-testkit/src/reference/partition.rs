//! One partition: its own row, its user and its threads.

use std::collections::BTreeMap;

use erstwhile_core::evidence::{Edit, TombstoneKind};
use erstwhile_core::model::{
    Assertion, AssertionId, Collection, Document, Episode, GroupId, ImportItem, ImportJob, Link, LinkId, Mention,
    Partition, SummarySubject, TaskId, Thread, User, WrittenSummary,
};
use jiff::Timestamp;
use uuid::Uuid;

use super::queue::Queued;
use super::tasks::StoredTask;

/// The stored state of one partition.
#[derive(Debug, Clone)]
pub struct PartitionState {
    pub(super) row: Partition,
    pub(super) user: Option<User>,
    pub(super) threads: BTreeMap<String, Thread>,
    pub(super) memberships: BTreeMap<GroupId, Timestamp>,
    /// In order of their positions.
    pub(super) episodes: Vec<StoredEpisode>,
    pub(super) mentions: Vec<Versioned<Mention>>,
    pub(super) assertions: BTreeMap<AssertionId, Versioned<Assertion>>,
    pub(super) links: BTreeMap<LinkId, Versioned<Link>>,
    pub(super) edits: BTreeMap<(u8, Uuid), StoredEdit>,
    pub(super) tombstones: Vec<(i64, TombstoneKind, Uuid)>,
    pub(super) tasks: BTreeMap<TaskId, StoredTask>,
    pub(super) collection: Option<Collection>,
    pub(super) documents: Vec<Document>,
    pub(super) import: Option<ImportJob>,
    /// In order of their positions.
    pub(super) items: Vec<ImportItem>,
    pub(super) queue: Option<Queued>,
    pub(super) written_summaries: BTreeMap<SummarySubject, WrittenSummary>,
    /// Its row in the queue of the language model.
    pub(super) model_queue: Option<Queued>,
    /// The position of the next episode, after those of the current batch.
    pub(super) next_seq: i64,
    /// The number of episodes of the current batch that are not added yet.
    pub(super) arriving: i64,
}

/// A row with the version of the partition that wrote it last.
#[derive(Debug, Clone)]
pub(super) struct Versioned<T> {
    pub(super) version: i64,
    pub(super) value: T,
}

/// An episode with its other stored columns.
#[derive(Debug, Clone)]
pub(super) struct StoredEpisode {
    pub(super) version: i64,
    pub(super) settled_at: Option<Timestamp>,
    pub(super) episode: Episode,
}

/// An edit with its other stored columns.
#[derive(Debug, Clone)]
pub(super) struct StoredEdit {
    pub(super) version: i64,
    pub(super) recorded_at: Timestamp,
    pub(super) edit: Edit,
}

impl PartitionState {
    pub(super) fn new(partition: &Partition, user: Option<&User>) -> Self {
        // A new row was last changed when it was added, whatever the batch says.
        let row = Partition { updated_at: partition.created_at, version: 0, revision: 0, ..partition.clone() };
        Self {
            row,
            user: user.map(|user| User { updated_at: user.created_at, ..user.clone() }),
            threads: BTreeMap::new(),
            memberships: BTreeMap::new(),
            episodes: Vec::new(),
            mentions: Vec::new(),
            assertions: BTreeMap::new(),
            links: BTreeMap::new(),
            edits: BTreeMap::new(),
            tombstones: Vec::new(),
            tasks: BTreeMap::new(),
            collection: None,
            documents: Vec::new(),
            import: None,
            items: Vec::new(),
            queue: None,
            model_queue: None,
            written_summaries: BTreeMap::new(),
            next_seq: 1,
            arriving: 0,
        }
    }

    /// Its own row.
    pub fn row(&self) -> &Partition {
        &self.row
    }

    /// Its user.
    pub fn user(&self) -> Option<User> {
        let thread_count = self.threads.len() as i64;
        self.user.as_ref().map(|user| User { thread_count, ..user.clone() })
    }

    /// Its threads, oldest first.
    pub fn threads(&self) -> Vec<Thread> {
        let with_user = |thread: &Thread| Thread {
            user_id: self.user.as_ref().map(|user| user.user_id.clone()),
            user_uuid: self.user.as_ref().map(|user| user.uuid),
            ..thread.clone()
        };
        let mut threads: Vec<Thread> = self.threads.values().map(with_user).collect();
        threads.sort_by(|left, right| (left.created_at, &left.thread_id).cmp(&(right.created_at, &right.thread_id)));
        threads
    }

    /// The ids of its assertions.
    pub(crate) fn assertion_ids(&self) -> Vec<AssertionId> {
        self.assertions.keys().copied().collect()
    }

    /// The ids of its links.
    pub(crate) fn link_ids(&self) -> Vec<LinkId> {
        self.links.keys().copied().collect()
    }

    /// The summaries that a language model wrote.
    pub fn written_summaries(&self) -> Vec<WrittenSummary> {
        self.written_summaries.values().cloned().collect()
    }

    /// The groups that its user belongs to, the first joined first.
    pub fn groups(&self) -> Vec<Uuid> {
        let mut groups: Vec<(Timestamp, Uuid)> = self.memberships.iter().map(|(group, at)| (*at, group.0)).collect();
        groups.sort_unstable();
        groups.into_iter().map(|(_, group)| group).collect()
    }

    /// `None` when the row changed after `seen`.
    pub(super) fn update(&mut self, partition: &Partition, seen: Timestamp) -> Option<()> {
        let row = Some(&mut self.row).filter(|row| row.updated_at == seen)?;
        row.name.clone_from(&partition.name);
        row.description.clone_from(&partition.description);
        row.time_zone.clone_from(&partition.time_zone);
        row.updated_at = partition.updated_at;
        Some(())
    }

    /// `None` when there is no user or the user changed after `seen`.
    pub(super) fn update_user(&mut self, user: &User, seen: Timestamp) -> Option<()> {
        let stored = self.user.as_mut().filter(|stored| stored.updated_at == seen)?;
        let User { user_id, uuid, project, created_at, .. } = stored.clone();
        *stored = User { user_id, uuid, project, created_at, ..user.clone() };
        Some(())
    }

    /// `None` when there is no such thread or it changed after `seen`.
    pub(super) fn update_thread(&mut self, thread: &Thread, seen: Timestamp) -> Option<()> {
        let stored = self.threads.get_mut(&thread.thread_id).filter(|stored| stored.updated_at == seen)?;
        stored.metadata.clone_from(&thread.metadata);
        stored.classifications.clone_from(&thread.classifications);
        stored.updated_at = thread.updated_at;
        stored.ended_at = thread.ended_at;
        Some(())
    }
}
