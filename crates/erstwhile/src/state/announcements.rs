//! Graphs in which this process has just stored something, for its own workers.
//!
//! Workers claim these graphs by key, without polling the queue, which would query every shard; and the index is
//! built in the process that receives the graph's messages. Polling finds the other graphs: those of a process that
//! has died, and those that exceed the capacity of this queue.
//!
//! Projects take turns, and within a project its graphs, so that a project with a thousand graphs does not keep one with a
//! single graph waiting.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use erstwhile_core::model::{PartitionId, ProjectId};

/// Maximum number of announced graphs.
const ANNOUNCED_MAX: usize = 65_536;

/// A queue of graphs that wait for a worker, each at most once.
#[derive(Debug, Default)]
pub(crate) struct Announcements {
    waiting: Mutex<Waiting>,
    announced: Notify,
}

#[derive(Debug, Default)]
struct Waiting {
    /// All graphs that wait.
    graphs: HashSet<PartitionId>,
    /// The graphs of each project that has any, in the order in which they were announced.
    by_project: HashMap<ProjectId, VecDeque<PartitionId>>,
    /// These projects, in the order of their turns.
    turns: VecDeque<ProjectId>,
}

impl Announcements {
    /// Adds a graph that has something to ingest, and wakes a worker.
    pub(crate) fn add(&self, project: ProjectId, partition: PartitionId) {
        let mut waiting = self.lock();
        if waiting.graphs.len() < ANNOUNCED_MAX && waiting.graphs.insert(partition) {
            let of_project = waiting.by_project.entry(project).or_default();
            of_project.push_back(partition);
            if of_project.len() == 1 {
                waiting.turns.push_back(project);
            }
        }
        drop(waiting);
        self.wake();
    }

    /// Wakes a worker.
    pub(crate) fn wake(&self) {
        self.announced.notify_one();
    }

    /// Whether another graph than this one waits for a worker.
    pub(crate) fn has_other_than(&self, partition: PartitionId) -> bool {
        let waiting = self.lock();
        waiting.graphs.len() > usize::from(waiting.graphs.contains(&partition))
    }

    /// Removes and returns a graph: of the project whose turn it is, the one that has waited longest.
    pub(crate) fn next(&self) -> Option<PartitionId> {
        let mut waiting = self.lock();
        let project = waiting.turns.pop_front()?;
        let of_project = waiting.by_project.get_mut(&project)?;
        let graph = of_project.pop_front()?;
        if of_project.is_empty() {
            waiting.by_project.remove(&project);
        } else {
            waiting.turns.push_back(project);
        }
        waiting.graphs.remove(&graph);
        Some(graph)
    }

    /// Waits until a graph is announced or [`wake`](Self::wake) is called.
    pub(crate) async fn wait(&self) {
        self.announced.notified().await;
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn graph(number: u128) -> PartitionId {
        PartitionId(Uuid::from_u128(number))
    }

    #[test]
    fn a_graph_is_queued_once_and_can_be_queued_again() {
        let (announcements, project) = (Announcements::default(), ProjectId(Uuid::nil()));
        for number in [1, 2, 1] {
            announcements.add(project, graph(number));
        }
        let all = [announcements.next(), announcements.next(), announcements.next()];
        assert_eq!(all, [Some(graph(1)), Some(graph(2)), None]);
        announcements.add(project, graph(1));
        assert!(announcements.has_other_than(graph(2)) && !announcements.has_other_than(graph(1)));
        assert_eq!(announcements.next(), Some(graph(1)));
    }

    #[test]
    fn projects_take_turns_and_then_their_graphs() {
        let announcements = Announcements::default();
        let [flood, little] = [100, 200].map(|number| ProjectId(Uuid::from_u128(number)));
        (0..4).for_each(|number| announcements.add(flood, graph(number)));
        (7..9).for_each(|number| announcements.add(little, graph(number)));
        let order: Vec<PartitionId> = std::iter::from_fn(|| announcements.next()).collect();
        assert_eq!(order, [0, 7, 1, 8, 2, 3].map(graph));
    }
}
