//! The number of episodes that wait for ingestion, which is bounded: whoever adds to a full queue is told to wait. The
//! items of import jobs wait in their jobs, and do not count.
//!
//! Nobody can fill the queue for others: a project and a graph may take up a share of what they hold and what is free.
//! So one graph that floods the queue, or several, always leave room for a graph that adds little.
//!
//! The numbers are read from the store at most once a second while there is room. In between, what this process adds is
//! counted, and what others add is not, so that the bound may be exceeded by what they add in a second.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, timeout};

use super::State;
use crate::parts::EngineSettings;
use erstwhile_core::error::{Error, ErrorKind, Result};
use erstwhile_core::model::{GraphId, ProjectId};

/// How long numbers that were read count as known.
const KNOWN_FOR: Duration = Duration::from_secs(1);
/// How long they are waited for.
const PATIENCE: Duration = Duration::from_secs(1);
/// How long they are not asked for again after the store did not answer.
const UNKNOWN_FOR: Duration = Duration::from_secs(5);
/// How long they are not asked for again when there is no room: those who are refused must not keep the store busy.
const REFUSED_FOR: Duration = Duration::from_millis(100);
/// After how long whoever was refused should try again.
const RETRY_AFTER: Duration = Duration::from_secs(5);

/// The episodes that wait, as far as this process knows.
#[derive(Debug, Default)]
pub(super) struct Backlog {
    waiting: Mutex<Waiting>,
    refused: Mutex<BTreeMap<&'static str, u64>>,
}

#[derive(Debug, Default)]
struct Waiting {
    /// Until when the numbers count as known; `None` before the first time.
    known_until: Option<Instant>,
    /// When the numbers were asked for.
    asked_at: Option<Instant>,
    /// The number that was read, and what this process added since, by project.
    by_project: HashMap<ProjectId, i64>,
}

impl Waiting {
    fn is_known(&self, now: Instant) -> bool {
        self.known_until.is_some_and(|until| now < until)
    }

    fn was_just_asked(&self, now: Instant) -> bool {
        self.asked_at.is_some_and(|asked| now < asked + REFUSED_FOR)
    }

    fn total(&self) -> i64 {
        self.by_project.values().fold(0, |total, episodes| total.saturating_add(*episodes))
    }

    fn of(&self, project: ProjectId) -> i64 {
        self.by_project.get(&project).copied().unwrap_or(0)
    }
}

/// What has no room for more episodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Full {
    Queue,
    Project,
    Graph,
}

impl Full {
    fn as_str(self) -> &'static str {
        match self {
            Self::Queue => "queue",
            Self::Project => "project",
            Self::Graph => "graph",
        }
    }

    fn error(self, max: i64) -> Error {
        let message = match self {
            Self::Queue => format!("{max} episodes or more wait for ingestion; try again later"),
            Self::Project => {
                "this project has as many episodes waiting for ingestion as it may; try again later".to_owned()
            }
            Self::Graph => {
                "this graph has as many episodes waiting for ingestion as it may; try again later".to_owned()
            }
        };
        Error::new(ErrorKind::Limited, message).with_retry_after(RETRY_AFTER)
    }
}

/// How many episodes may wait.
#[derive(Debug, Clone, Copy)]
struct Bounds {
    episodes_max: i64,
    project_percent: u8,
    graph_percent: u8,
}

/// How many episodes wait, altogether, and of those who want to add some.
#[derive(Debug, Clone, Copy)]
struct Held {
    all: i64,
    by_project: i64,
    by_graph: i64,
}

impl Bounds {
    fn of(settings: &EngineSettings) -> Self {
        Self {
            episodes_max: settings.queue_episodes_max,
            project_percent: settings.queue_project_percent,
            graph_percent: settings.queue_graph_percent,
        }
    }

    /// What has no room for so many more episodes. An empty queue has room for any number.
    fn full(self, held: Held, count: i64) -> Option<Full> {
        let free = self.episodes_max.saturating_sub(held.all);
        let of_project = room(held.by_project, free, self.project_percent);
        let of_graph = room(held.by_graph, of_project, self.graph_percent);
        if held.all <= 0 {
            None
        } else if count > free {
            Some(Full::Queue)
        } else if count > of_project {
            Some(Full::Project)
        } else {
            (count > of_graph).then_some(Full::Graph)
        }
    }
}

/// How many more somebody may hold whose share is a percentage of what they hold and what is free.
fn room(held: i64, free: i64, percent: u8) -> i64 {
    let (held, free) = (i128::from(held), i128::from(free));
    let share = (held + free) * i128::from(percent.min(100)) / 100;
    i64::try_from((share - held).min(free)).unwrap_or(0)
}

impl Backlog {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts episodes if there is room for them; returns what is full otherwise.
    fn take_room(&self, project: ProjectId, by_graph: i64, count: i64, bounds: Bounds) -> Option<Full> {
        let mut waiting = self.lock();
        let held = Held { all: waiting.total(), by_project: waiting.of(project), by_graph };
        let full = bounds.full(held, count);
        if full.is_none() {
            let held = waiting.by_project.entry(project).or_default();
            *held = held.saturating_add(count);
        }
        full
    }

    fn count_refusal(&self, full: Full) {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        *refused.entry(full.as_str()).or_default() += 1;
    }
}

impl State {
    /// Makes room in the queue for episodes that are about to be added to a graph.
    ///
    /// # Errors
    /// `Limited` when the queue is full, or the project or the graph has its share of it.
    pub(crate) async fn admit_episodes(&self, project: ProjectId, graph: GraphId, count: usize) -> Result<()> {
        if count == 0 {
            return Ok(());
        }
        let full = self.admit(project, graph, count).await;
        full.map_or(Ok(()), |full| {
            self.backlog.count_refusal(full);
            Err(full.error(self.parts.settings.queue_episodes_max))
        })
    }

    /// Makes room for items of an import job, which wait in their job if there is none.
    pub(crate) async fn admit_items(&self, project: ProjectId, graph: GraphId, count: usize) -> bool {
        // As many as one batch has may be more than a small queue would ever take at once, so room for one is enough.
        if self.admit(project, graph, 1).await.is_some() {
            return false;
        }
        let rest = i64::try_from(count).unwrap_or(i64::MAX).saturating_sub(1);
        let mut waiting = self.backlog.lock();
        let held = waiting.by_project.entry(project).or_default();
        *held = held.saturating_add(rest);
        true
    }

    async fn admit(&self, project: ProjectId, graph: GraphId, count: usize) -> Option<Full> {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        let (is_known, was_just_asked) = {
            let (waiting, now) = (self.backlog.lock(), Instant::now());
            (waiting.is_known(now), waiting.is_known(now) && waiting.was_just_asked(now))
        };
        if is_known {
            let full = self.take_room(project, graph, count).await;
            if full.is_none() || was_just_asked {
                return full;
            }
        }
        self.read_backlog().await;
        self.take_room(project, graph, count).await
    }

    /// Takes room for episodes. How many of the graph wait is read only if that decides.
    async fn take_room(&self, project: ProjectId, graph: GraphId, count: i64) -> Option<Full> {
        let bounds = Bounds::of(&self.parts.settings);
        let at_most = self.backlog.lock().of(project);
        let full = self.backlog.take_room(project, at_most, count, bounds)?;
        if full != Full::Graph {
            return Some(full);
        }
        let read = timeout(PATIENCE, self.store().count_waiting_episodes_of(graph)).await;
        // If the graph's shard does not answer, nothing can be added to it anyway.
        self.backlog.take_room(project, read.map_or(0, |count| count.unwrap_or(0)), count, bounds)
    }

    /// Whether the queue has no room for more episodes.
    pub(crate) async fn is_queue_full(&self) -> Result<bool> {
        Ok(self.store().count_waiting_episodes().await? >= self.parts.settings.queue_episodes_max)
    }

    /// How many requests this process refused because something had no room, by what that was; zero for what never was full.
    pub(crate) fn refused_for_room(&self) -> BTreeMap<&'static str, u64> {
        let refused = self.backlog.refused.lock().unwrap_or_else(PoisonError::into_inner);
        let count = |full: Full| (full.as_str(), refused.get(full.as_str()).copied().unwrap_or(0));
        [Full::Queue, Full::Project, Full::Graph].map(count).into()
    }

    /// Reads the numbers of waiting episodes. If the store does not answer, as when one of many shards is lost, the last
    /// numbers count for a while.
    async fn read_backlog(&self) {
        self.backlog.lock().asked_at = Some(Instant::now());
        let read = timeout(PATIENCE, self.store().waiting_episodes_by_project()).await;
        let mut waiting = self.backlog.lock();
        if let Ok(Ok(by_project)) = read {
            waiting.known_until = Some(Instant::now() + KNOWN_FOR);
            waiting.by_project = by_project.into_iter().collect();
        } else {
            tracing::debug!("the length of the queue is unknown");
            waiting.known_until = Some(Instant::now() + UNKNOWN_FOR);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDS: Bounds = Bounds { episodes_max: 1_000, project_percent: 90, graph_percent: 50 };

    fn full(all: i64, by_project: i64, by_graph: i64, count: i64) -> Option<Full> {
        BOUNDS.full(Held { all, by_project, by_graph }, count)
    }

    /// How many episodes each of these graphs holds when all add one at a time for as long as they may.
    fn flood(projects: &[usize]) -> Vec<Vec<i64>> {
        let mut held: Vec<Vec<i64>> = projects.iter().map(|graphs| vec![0; *graphs]).collect();
        loop {
            let mut grew = false;
            for project in 0..held.len() {
                for graph in 0..held[project].len() {
                    let all = held.iter().flatten().sum();
                    if full(all, held[project].iter().sum(), held[project][graph], 1).is_none() {
                        held[project][graph] += 1;
                        grew = true;
                    }
                }
            }
            if !grew {
                return held;
            }
        }
    }

    #[test]
    fn an_empty_queue_has_room_for_any_number() {
        assert_eq!(full(0, 0, 0, 5_000), None);
        assert_eq!(full(1, 0, 0, 5_000), Some(Full::Queue));
    }

    #[test]
    fn one_graph_takes_a_half_of_what_its_project_may_and_leaves_the_rest() {
        assert_eq!(flood(&[1]), [[450]]);
        assert_eq!(full(450, 450, 450, 1), Some(Full::Graph));
        assert_eq!(full(450, 450, 0, 200), None);
    }

    #[test]
    fn however_many_graphs_flood_the_queue_one_more_has_room() {
        for graphs in 1..40 {
            let held = flood(&[graphs]);
            let all = held.iter().flatten().sum();
            assert_eq!(full(all, all, 0, 5), None, "beside {graphs} graphs that hold {held:?}");
            let (least, most) = (held[0].iter().min(), held[0].iter().max());
            assert!(most.unwrap() - least.unwrap() <= 2, "equals get equal shares: {held:?}");
        }
    }

    #[test]
    fn a_project_with_many_graphs_leaves_room_for_other_projects() {
        let held = flood(&[200]);
        let all: i64 = held.iter().flatten().sum();
        assert!(all <= 900, "{all}");
        assert_eq!(full(all, 0, 0, 40), None);
    }

    #[test]
    fn a_share_of_a_hundred_percent_is_everything_that_is_free() {
        let bounds = Bounds { episodes_max: i64::MAX, project_percent: 100, graph_percent: 100 };
        assert_eq!(bounds.full(Held { all: 7, by_project: 7, by_graph: 7 }, i64::MAX - 7), None);
        assert_eq!(bounds.full(Held { all: 7, by_project: 7, by_graph: 7 }, i64::MAX - 6), Some(Full::Queue));
    }
}
