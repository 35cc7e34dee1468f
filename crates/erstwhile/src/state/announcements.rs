//! Graphs in which this process has just stored something, for its own workers.
//!
//! Workers claim these graphs by key, without polling the queue, which would query every shard; and the index is
//! built in the process that receives the graph's messages. Polling finds the other graphs: those of a process that
//! has died, and those that exceed the capacity of this queue.

use std::collections::{HashSet, VecDeque};
use std::sync::Mutex;

use tokio::sync::Notify;

use erstwhile_core::model::PartitionId;

/// Maximum number of announced graphs.
const ANNOUNCED_MAX: usize = 65_536;

/// A queue of graphs that wait for a worker, each at most once.
#[derive(Debug, Default)]
pub(crate) struct Announcements {
    waiting: Mutex<(VecDeque<PartitionId>, HashSet<PartitionId>)>,
    announced: Notify,
}

impl Announcements {
    /// Adds a graph that has something to ingest, and wakes a worker.
    pub(crate) fn add(&self, partition: PartitionId) {
        if let Ok(mut waiting) = self.waiting.lock()
            && waiting.0.len() < ANNOUNCED_MAX
            && waiting.1.insert(partition)
        {
            waiting.0.push_back(partition);
        }
        self.wake();
    }

    /// Wakes a worker.
    pub(crate) fn wake(&self) {
        self.announced.notify_one();
    }

    /// Whether another graph than this one waits for a worker.
    pub(crate) fn has_other_than(&self, partition: PartitionId) -> bool {
        self.waiting.lock().is_ok_and(|waiting| waiting.0.iter().any(|graph| *graph != partition))
    }

    /// Removes and returns the graph that has waited longest.
    pub(crate) fn next(&self) -> Option<PartitionId> {
        let mut waiting = self.waiting.lock().ok()?;
        let graph = waiting.0.pop_front()?;
        waiting.1.remove(&graph);
        Some(graph)
    }

    /// Waits until a graph is announced or [`wake`](Self::wake) is called.
    pub(crate) async fn wait(&self) {
        self.announced.notified().await;
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_graph_is_queued_once_and_can_be_queued_again() {
        let announcements = Announcements::default();
        let [one, other] = [1, 2].map(|number| PartitionId(Uuid::from_u128(number)));
        for graph in [one, other, one] {
            announcements.add(graph);
        }
        assert_eq!([announcements.next(), announcements.next(), announcements.next()], [Some(one), Some(other), None]);
        announcements.add(one);
        assert_eq!(announcements.next(), Some(one));
    }
}
