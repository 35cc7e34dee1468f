//! Episodes that this process has just stored and that its workers are about to read.
//!
//! A read of facts waits a moment for them, so that whoever adds a message and then asks finds its facts. Writes are not
//! slowed down, and neither is a read of anything that nobody has just added to: what is read later than the moment, or
//! in another process, is not waited for.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

use super::State;
use erstwhile_core::model::{EpisodeId, GraphId};

/// Maximum number of graphs with such episodes. Beyond it there is so much to read that nobody waits for it.
const GRAPHS_MAX: usize = 16;
/// Maximum number of such episodes of one graph, for the same reason.
const EPISODES_MAX: usize = 64;

/// The episodes of each graph, and until when they are waited for.
#[derive(Debug, Default)]
pub(super) struct Unread {
    graphs: Mutex<HashMap<GraphId, (Instant, HashSet<EpisodeId>)>>,
    some_were_read: Notify,
    /// Without workers, nobody reads them.
    has_workers: AtomicBool,
}

impl Unread {
    fn lock(&self) -> MutexGuard<'_, HashMap<GraphId, (Instant, HashSet<EpisodeId>)>> {
        self.graphs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Until when the episodes of a graph are waited for, if there are any.
    fn waits_until(&self, graph: GraphId) -> Option<Instant> {
        self.lock().get(&graph).map(|(until, _)| *until)
    }
}

impl State {
    /// Lets reads wait for what is added, because there are workers that read it.
    pub(crate) fn workers_are_running(&self) {
        self.unread.has_workers.store(true, Ordering::Relaxed);
    }

    /// Records episodes that were just stored.
    pub(crate) fn episodes_were_added(&self, graph: GraphId, episodes: &[EpisodeId]) {
        let wait = self.parts.settings.read_wait;
        // Messages that are not to be read are nothing to wait for.
        if wait.is_zero() || episodes.is_empty() || !self.unread.has_workers.load(Ordering::Relaxed) {
            return;
        }
        let now = Instant::now();
        let mut graphs = self.unread.lock();
        graphs.retain(|_, (until, _)| now < *until);
        let (until, unread) = graphs.entry(graph).or_insert_with(|| (now, HashSet::new()));
        *until = now + wait;
        unread.extend(episodes);
        if unread.len() > EPISODES_MAX || graphs.len() > GRAPHS_MAX {
            graphs.remove(&graph);
        }
    }

    /// Records episodes that were read.
    pub(crate) fn episodes_were_read(&self, graph: GraphId, episodes: impl Iterator<Item = EpisodeId>) {
        let mut graphs = self.unread.lock();
        let Some((_, unread)) = graphs.get_mut(&graph) else { return };
        for episode in episodes {
            unread.remove(&episode);
        }
        if unread.is_empty() {
            graphs.remove(&graph);
            drop(graphs);
            self.unread.some_were_read.notify_waiters();
        }
    }

    /// Waits until what was just added to a graph has been read, but only a moment.
    pub(crate) async fn wait_for_unread(&self, graph: GraphId) {
        let Some(until) = self.unread.waits_until(graph) else { return };
        loop {
            let some_were_read = self.unread.some_were_read.notified();
            tokio::pin!(some_were_read);
            // From here on, no notification is missed.
            some_were_read.as_mut().enable();
            let is_unread = self.unread.waits_until(graph).is_some();
            if !is_unread || timeout_at(until, some_were_read).await.is_err() {
                return;
            }
        }
    }
}
