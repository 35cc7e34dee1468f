//! The graphs of this process with texts that wait for the embedding model.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use erstwhile_core::model::GraphId;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

/// The graphs, each with the time from which on it may be embedded. At most as many as there are indexes in memory.
#[derive(Debug, Default)]
pub(in crate::state) struct EmbeddingQueue {
    waiting: Mutex<HashMap<GraphId, Instant>>,
    added: Notify,
}

impl EmbeddingQueue {
    fn waiting(&self) -> MutexGuard<'_, HashMap<GraphId, Instant>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a graph, unless it waits already.
    pub(in crate::state) fn add(&self, graph: GraphId, ready_at: Instant) {
        self.waiting().entry(graph).or_insert(ready_at);
        self.added.notify_one();
    }

    /// Takes the graph that has waited longest, if it may be embedded now.
    pub(super) fn take_ready(&self) -> Option<GraphId> {
        let mut waiting = self.waiting();
        let (graph, ready_at) = waiting.iter().min_by_key(|(_, ready_at)| **ready_at)?;
        let (graph, is_ready) = (*graph, *ready_at <= Instant::now());
        is_ready.then(|| waiting.remove(&graph))?.map(|_| graph)
    }

    /// Takes the graph that has waited longest, as soon as there is one.
    pub(super) async fn next(&self) -> GraphId {
        loop {
            if let Some(graph) = self.take_ready() {
                // Another worker may take another one.
                self.added.notify_one();
                return graph;
            }
            let next = self.waiting().values().min().copied();
            let ready = async {
                match next {
                    Some(at) => sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                () = ready => {}
                () = self.added.notified() => {}
            }
        }
    }
}
