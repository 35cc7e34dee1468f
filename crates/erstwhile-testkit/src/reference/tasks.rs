//! Tasks: their progress is computed from the states of their episodes, which are consecutive.

use erstwhile_core::error::ErrorKind;
use erstwhile_core::model::{EpisodeState, Task, TaskId, TaskState};
use jiff::Timestamp;

use super::PartitionState;

/// A task as it is stored.
#[derive(Debug, Clone)]
pub(super) struct StoredTask {
    kind: String,
    first_seq: i64,
    total: i64,
    created_at: Timestamp,
}

impl PartitionState {
    pub(super) fn add_task(&mut self, id: TaskId, kind: &str, total: usize, at: Timestamp) -> Result<(), ErrorKind> {
        let total = total as i64;
        let task = StoredTask { kind: kind.to_owned(), first_seq: self.next_seq - total, total, created_at: at };
        let is_taken = self.tasks.insert(id, task).is_some();
        if is_taken { Err(ErrorKind::Internal) } else { Ok(()) }
    }

    /// A task with its progress.
    pub fn task(&self, id: TaskId) -> Option<Task> {
        let StoredTask { kind, first_seq, total, created_at } = self.tasks.get(&id)?.clone();
        let own = || {
            let range = first_seq..first_seq + total;
            self.episodes.iter().filter(move |stored| range.contains(&stored.episode.seq))
        };
        let failures = || {
            own().filter_map(|stored| match &stored.episode.state {
                EpisodeState::Failed(reason) => Some(reason),
                EpisodeState::Pending | EpisodeState::Processed | EpisodeState::Ignored => None,
            })
        };
        let waiting = own().filter(|stored| stored.episode.state == EpisodeState::Pending).count() as i64;
        let (done, failed) = (total - waiting, failures().count() as i64);
        let state = match (waiting, done, failed) {
            (0, _, 0) => TaskState::Succeeded,
            (0, ..) => TaskState::Failed,
            (_, 0, _) => TaskState::Pending,
            (..) => TaskState::Processing,
        };
        let last = own().filter_map(|stored| stored.settled_at).max();
        let completed_at = (waiting == 0).then(|| last.unwrap_or(created_at));
        let error = failures().max().cloned();
        Some(Task {
            id,
            graph: self.row.id.as_graph(),
            kind,
            state,
            total,
            done,
            failed,
            error,
            created_at,
            completed_at,
        })
    }
}
