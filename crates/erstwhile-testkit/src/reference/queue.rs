//! The ingestion queue: the number of pending items of each partition, and since when they are pending.

use erstwhile::store::{Queue, QueueDepth};
use erstwhile_core::model::{EpisodeState, ImportState, ModelReadingState};
use jiff::Timestamp;

use super::{PartitionState, Reference};

/// The row of a partition in the queue.
#[derive(Debug, Clone)]
pub(super) struct Queued {
    pending: i64,
    ready_at: Timestamp,
}

impl Reference {
    /// The length of a queue over all partitions.
    pub fn queue_depth(&self, queue: Queue) -> QueueDepth {
        let of = |state: &'_ PartitionState| match queue {
            Queue::Ingestion => state.queue.clone(),
            Queue::Model => state.model_queue.clone(),
        };
        let queued = || self.partitions.values().filter_map(of).filter(|one| one.pending > 0);
        QueueDepth {
            episodes: queued().map(|one| one.pending).sum(),
            graphs: queued().count() as i64,
            oldest_ready_at: queued().map(|one| one.ready_at).min(),
            attempts_max: 0,
        }
    }

    /// The number of episodes that wait for ingestion.
    pub fn waiting_episodes(&self) -> i64 {
        let graphs = self.partitions.values().filter(|state| state.import.is_none());
        graphs.filter_map(|state| state.queue.as_ref()).map(|one| one.pending).sum()
    }
}

impl PartitionState {
    pub(super) fn enqueue(&mut self, count: i64, at: Timestamp) {
        let queued = self.queue.get_or_insert(Queued { pending: 0, ready_at: at });
        if queued.pending == 0 {
            queued.ready_at = at;
        }
        queued.pending += count;
    }

    pub(super) fn enqueue_for_model(&mut self, from: Timestamp) {
        let queued = self.model_queue.get_or_insert(Queued { pending: 0, ready_at: from });
        if queued.pending == 0 {
            queued.ready_at = from;
        }
        queued.pending += 1;
    }

    pub(super) fn count_awaiting_episodes(&mut self) {
        let awaits = |episode: &&erstwhile_core::model::Episode| {
            episode.model_reading.as_ref().is_some_and(|reading| reading.state == ModelReadingState::Awaiting)
        };
        let pending = self.episodes().filter(awaits).count() as i64;
        self.model_queue.iter_mut().for_each(|queued| queued.pending = pending);
    }

    /// The pending episodes, in order.
    pub fn pending(&self) -> impl Iterator<Item = &erstwhile_core::model::Episode> {
        self.episodes().filter(|episode| episode.state == EpisodeState::Pending)
    }

    pub(super) fn count_pending_episodes(&mut self) {
        let pending = self.pending().count() as i64;
        self.queue.iter_mut().for_each(|queued| queued.pending = pending);
    }

    /// A running import job counts as one additional item, so that a worker finishes it.
    pub(super) fn count_open_items(&mut self) {
        let is_running = |state| matches!(state, ImportState::Queued | ImportState::Processing);
        let running = i64::from(self.import.as_ref().is_some_and(|import| is_running(import.state)));
        let open = self.items.iter().filter(|item| super::imports::is_open(&item.state)).count() as i64;
        self.queue.iter_mut().for_each(|queued| queued.pending = open + running);
    }
}
