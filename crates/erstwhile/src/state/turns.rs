//! Projects take turns when the queue is polled, so that a project with a thousand graphs does not keep one with a single
//! graph waiting.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use super::State;
use crate::store::{Lease, Queue};
use erstwhile_core::error::Result;
use erstwhile_core::model::ProjectId;

/// How long the projects that were read count as known, at least.
const KNOWN_FOR: Duration = Duration::from_secs(1);
/// How many times as long as reading them took they count as known: with a hundred thousand graphs, it takes half a second.
const KNOWN_FOR_TIMES: u32 = 20;

/// Whose turn it is in one queue.
#[derive(Debug, Default)]
pub(super) struct Turns(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    /// Until when the projects count as known; `None` before the first time.
    until: Option<Instant>,
    /// The projects with graphs that can be claimed, in order.
    projects: Vec<ProjectId>,
    /// The project that had its turn last.
    last: Option<ProjectId>,
}

impl Known {
    /// Whose turn it is; `None` while no more than one project waits.
    fn next(&self) -> Option<ProjectId> {
        let after = self.projects.iter().find(|project| self.last.is_none_or(|last| **project > last));
        after.or(self.projects.first()).copied().filter(|_| self.projects.len() > 1)
    }
}

impl Turns {
    fn lock(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Claims a graph of a queue: of the project whose turn it is, one of those that have waited longest.
    pub(crate) async fn claim_in_turn(&self, queue: Queue, now: Timestamp, until: Timestamp) -> Result<Option<Lease>> {
        self.read_turns(queue, now).await;
        loop {
            let project = {
                let mut known = self.turns(queue).lock();
                let next = known.next();
                known.last = next.or(known.last);
                next
            };
            let Some(project) = project else { break };
            if let Some(lease) = self.store().claim_of_project(queue, project, now, until).await? {
                return Ok(Some(lease));
            }
            // Others have claimed what it had.
            self.turns(queue).lock().projects.retain(|known| *known != project);
        }
        self.store().claim(queue, now, until).await
    }

    /// Whether graphs of several projects wait in a queue.
    pub(crate) fn has_turns(&self, queue: Queue) -> bool {
        self.turns(queue).lock().projects.len() > 1
    }

    /// Reads which projects wait, if that is not known. Without an answer, as when one of many shards is lost, graphs are
    /// claimed without turns.
    async fn read_turns(&self, queue: Queue, now: Timestamp) {
        let is_known = self.turns(queue).lock().until.is_some_and(|until| Instant::now() < until);
        if is_known {
            return;
        }
        let asked_at = Instant::now();
        let read = self.store().projects_with_claimable_graphs(queue, now).await;
        let mut known = self.turns(queue).lock();
        known.until = Some(Instant::now() + KNOWN_FOR.max(asked_at.elapsed() * KNOWN_FOR_TIMES));
        known.projects = read.unwrap_or_else(|error| {
            tracing::debug!(%error, "projects do not take turns: the queue does not tell which of them wait");
            Vec::new()
        });
        known.projects.sort_unstable();
    }

    fn turns(&self, queue: Queue) -> &Turns {
        match queue {
            Queue::Ingestion => &self.ingestion_turns,
            Queue::Model => &self.model_turns,
        }
    }
}
