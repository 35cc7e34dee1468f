//! Graphs in which something was just stored here, for this process's own workers.
//!
//! They are claimed by their key, without a look at the whole queue, which asks every shard; and their index is
//! built where their messages come in. What is not found here, because another process stored it and died, or
//! because too much arrived, is found by looking.

use std::collections::{HashSet, VecDeque};
use std::sync::Mutex;

use tokio::sync::Notify;

use crate::model::GraphId;

/// Graphs that are remembered, at most.
const REMEMBERED_MAX: usize = 65_536;

/// Graphs that wait for a worker, each once, the first that came first.
#[derive(Debug, Default)]
pub(crate) struct Arrivals {
    waiting: Mutex<(VecDeque<GraphId>, HashSet<GraphId>)>,
    arrived: Notify,
}

impl Arrivals {
    /// Notes that a graph has something to ingest, and wakes a worker.
    pub(crate) fn add(&self, graph: GraphId) {
        if let Ok(mut waiting) = self.waiting.lock()
            && waiting.0.len() < REMEMBERED_MAX
            && waiting.1.insert(graph)
        {
            waiting.0.push_back(graph);
        }
        self.wake();
    }

    /// Wakes a worker.
    pub(crate) fn wake(&self) {
        self.arrived.notify_one();
    }

    /// The graph that has waited longest.
    pub(crate) fn next(&self) -> Option<GraphId> {
        let mut waiting = self.waiting.lock().ok()?;
        let graph = waiting.0.pop_front()?;
        waiting.1.remove(&graph);
        Some(graph)
    }

    /// Waits until something arrives.
    pub(crate) async fn wait(&self) {
        self.arrived.notified().await;
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_graph_waits_once_and_may_come_again() {
        let arrivals = Arrivals::default();
        let [one, other] = [1, 2].map(|number| GraphId(Uuid::from_u128(number)));
        for graph in [one, other, one] {
            arrivals.add(graph);
        }
        assert_eq!([arrivals.next(), arrivals.next(), arrivals.next()], [Some(one), Some(other), None]);
        arrivals.add(one);
        assert_eq!(arrivals.next(), Some(one));
    }
}
