//! The queues of ingestion and of the language model: a lease for each graph, with an epoch as fencing token.
//!
//! The jobs are the waiting episodes themselves, so a job's effect and its removal from the queue
//! are one transaction. A claim is one conditional update of a row whose lease has expired, which works on every
//! database; the epoch ensures that only one of several claims succeeds.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::timeout;

use super::Store;
use super::rows::{id, optional_text, read_id, time, uuid_of};
use super::sql::{Outcome, Row, Rows, Statement, Step, Value};
use super::statements as sql_text;
use erstwhile_core::error::{Error, Result};
use erstwhile_core::model::{GraphId, PartitionId, ProjectId};

/// Number of candidates for one claim; with more workers than this, several compete for the same graph.
const CANDIDATES: i64 = 32;

/// How long a worker waits for the candidates, which are on all shards.
const LOOK_PATIENCE: Duration = Duration::from_secs(2);

/// A queue of graphs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Queue {
    /// Graphs with pending episodes, and running import jobs.
    Ingestion,
    /// Graphs with episodes that wait for the language model.
    Model,
}

/// The statements of a queue.
struct QueueStatements {
    claimable: &'static Statement,
    claimable_of_project: &'static Statement,
    projects: &'static Statement,
    claim: &'static Statement,
    claim_graph: &'static Statement,
    extend: &'static Statement,
    release: &'static Statement,
    depth: &'static Statement,
}

impl Queue {
    fn statements(self) -> QueueStatements {
        match self {
            Self::Ingestion => QueueStatements {
                claimable: &sql_text::CLAIMABLE,
                claimable_of_project: &sql_text::CLAIMABLE_OF_PROJECT,
                projects: &sql_text::CLAIMABLE_PROJECTS,
                claim: &sql_text::CLAIM,
                claim_graph: &sql_text::CLAIM_GRAPH,
                extend: &sql_text::EXTEND_LEASE,
                release: &sql_text::RELEASE,
                depth: &sql_text::QUEUE_DEPTH,
            },
            Self::Model => QueueStatements {
                claimable: &sql_text::CLAIMABLE_FOR_MODEL,
                claimable_of_project: &sql_text::CLAIMABLE_OF_PROJECT_FOR_MODEL,
                projects: &sql_text::CLAIMABLE_PROJECTS_FOR_MODEL,
                claim: &sql_text::CLAIM_FOR_MODEL,
                claim_graph: &sql_text::CLAIM_GRAPH_FOR_MODEL,
                extend: &sql_text::EXTEND_MODEL_LEASE,
                release: &sql_text::RELEASE_FROM_MODEL,
                depth: &sql_text::MODEL_QUEUE_DEPTH,
            },
        }
    }
}

/// The right to work on one graph of a queue for a limited time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    /// The queue.
    pub queue: Queue,
    /// The graph.
    pub partition: PartitionId,
    /// The fencing token: batches with an older one are rejected.
    pub epoch: i64,
    /// The number of consecutive failures of the graph's oldest episodes.
    pub attempts: i64,
}

/// The length of a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueDepth {
    /// Waiting episodes.
    pub episodes: i64,
    /// Graphs with waiting episodes.
    pub graphs: i64,
    /// When the graph that has waited longest became ready.
    pub oldest_ready_at: Option<Timestamp>,
    /// The maximum number of consecutive failures of any graph.
    pub attempts_max: i64,
}

impl Store {
    /// Claims a graph with waiting episodes, one of those that have waited longest; `None` when there is none.
    ///
    /// The candidate to start with follows from the time and the epochs, so that workers that poll at the same time do
    /// not compete for the same graph: this competition, not the database, would limit the rate of claims.
    pub async fn claim(&self, queue: Queue, now: Timestamp, until: Timestamp) -> Result<Option<Lease>> {
        let candidates = vec![time(now), Value::Int(CANDIDATES)];
        self.claim_one_of(queue, queue.statements().claimable, candidates, (now, until)).await
    }

    /// Claims a graph of a project, as [`claim`](Self::claim) does.
    pub async fn claim_of_project(
        &self,
        queue: Queue,
        project: ProjectId,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<Lease>> {
        let candidates = vec![time(now), Value::Int(CANDIDATES), id(project.0)];
        self.claim_one_of(queue, queue.statements().claimable_of_project, candidates, (now, until)).await
    }

    /// The projects with graphs that can be claimed.
    pub async fn projects_with_claimable_graphs(&self, queue: Queue, now: Timestamp) -> Result<Vec<ProjectId>> {
        let read = |row: Row| read_id(row).map(ProjectId);
        look(self.many(queue.statements().projects, vec![time(now)], read)).await
    }

    async fn claim_one_of(
        &self,
        queue: Queue,
        claimable: &'static Statement,
        candidates: Vec<Value>,
        (now, until): (Timestamp, Timestamp),
    ) -> Result<Option<Lease>> {
        let read = |row: Row| {
            let mut row = row.reader();
            Ok((PartitionId(read_id(Row(vec![Value::Blob(row.blob()?)]))?), row.int()?))
        };
        let mut waiting: Vec<(PartitionId, i64)> = look(self.many(claimable, candidates, read)).await?;
        // Every claim increments an epoch, so no graph is skipped forever, whatever the clock shows.
        let turn = waiting.iter().fold(now.as_microsecond(), |turn, (_, epoch)| turn.wrapping_add(*epoch));
        let first = turn.checked_rem_euclid(waiting.len() as i64).unwrap_or(0);
        waiting.rotate_left(first as usize);
        let mut failed = None;
        for (graph, epoch) in waiting {
            let params = vec![id(graph.0), Value::Int(epoch), time(until), time(now)];
            // A row that is locked by another transaction is skipped: other graphs may be free.
            match self.run(queue.statements().claim, params, Rows::Unlocked).await {
                Ok(Some(claimed)) => return read_lease(queue, graph, claimed).map(Some),
                Ok(None) => {}
                Err(error) => failed = Some(error),
            }
        }
        failed.map_or(Ok(None), Err)
    }

    /// Claims a given graph; `None` when nothing waits in it, another worker holds its lease, or its next attempt
    /// is later.
    pub async fn claim_partition(
        &self,
        queue: Queue,
        partition: PartitionId,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<Lease>> {
        let params = vec![id(partition.0), time(until), time(now)];
        let claimed = self.run(queue.statements().claim_graph, params, Rows::Unlocked).await?;
        claimed.map(|claimed| read_lease(queue, partition, claimed)).transpose()
    }

    /// Extends a lease; false when another worker holds it.
    pub async fn extend(&self, lease: Lease, until: Timestamp) -> Result<bool> {
        let params = vec![id(lease.partition.0), Value::Int(lease.epoch), time(until)];
        Ok(self.write(lease.queue.statements().extend, params).await?.is_some())
    }

    /// Releases a lease; returns whether episodes are waiting. A `failure` increments the number of attempts, and the
    /// graph is tried again at `ready_at`.
    pub async fn release(&self, lease: Lease, ready_at: Timestamp, failure: Option<&String>) -> Result<bool> {
        let failed = i64::from(failure.is_some());
        let params = vec![
            id(lease.partition.0),
            Value::Int(lease.epoch),
            time(ready_at),
            Value::Int(failed),
            optional_text(failure),
        ];
        let released = self.write(lease.queue.statements().release, params).await?;
        Ok(released.map(|row| row.reader().int()).transpose()?.is_some_and(|pending| pending > 0))
    }

    /// Lets a graph that waits for the language model, or for its next attempt, be claimed at once.
    pub async fn end_model_pause(&self, graph: PartitionId, now: Timestamp) -> Result<()> {
        self.write(&sql_text::END_MODEL_PAUSE, vec![id(graph.0), time(now)]).await.map(|_| ())
    }

    /// Lets all graphs that wait after a failure of the language model be claimed at once.
    pub async fn end_model_pauses(&self, now: Timestamp) -> Result<()> {
        self.write(&sql_text::END_MODEL_PAUSES, vec![time(now)]).await.map(|_| ())
    }

    /// The length of a queue, for readiness and metrics.
    pub async fn queue_depth(&self, queue: Queue) -> Result<QueueDepth> {
        let read = |row: Row| {
            let mut row = row.reader();
            let (episodes, graphs, oldest, attempts) =
                (row.int()?, row.int()?, row.optional_int()?, row.optional_int()?);
            let oldest_ready_at = oldest.and_then(|at| Timestamp::from_microsecond(at).ok());
            Ok(QueueDepth { episodes, graphs, oldest_ready_at, attempts_max: attempts.unwrap_or(0) })
        };
        let depth = self.one(queue.statements().depth, Vec::new(), read).await?;
        Ok(depth.unwrap_or(QueueDepth { episodes: 0, graphs: 0, oldest_ready_at: None, attempts_max: 0 }))
    }

    /// The number of episodes that wait for ingestion; the items of import jobs do not count.
    pub async fn count_waiting_episodes(&self) -> Result<i64> {
        let by_project = self.waiting_episodes_by_project().await?;
        Ok(by_project.iter().fold(0, |all: i64, (_, episodes)| all.saturating_add(*episodes)))
    }

    /// The numbers of episodes that wait for ingestion by project, for projects that have any.
    pub async fn waiting_episodes_by_project(&self) -> Result<Vec<(ProjectId, i64)>> {
        let read = |row: Row| {
            let mut row = row.reader();
            Ok((ProjectId(uuid_of(&row.blob()?)?), row.int()?))
        };
        self.many(&sql_text::WAITING_EPISODES_BY_PROJECT, Vec::new(), read).await
    }

    /// The number of episodes of one graph that wait for ingestion.
    pub async fn count_waiting_episodes_of(&self, graph: GraphId) -> Result<i64> {
        let params = vec![id(graph.0)];
        let count = self.one(&sql_text::WAITING_EPISODES_OF_GRAPH, params, |row| row.reader().int()).await?;
        Ok(count.unwrap_or(0))
    }

    /// Removes the ids of batches that were applied before a time, when their senders have stopped retrying, and the
    /// idempotency keys that were used before it.
    pub async fn remove_applied_batches(&self, before: Timestamp) -> Result<()> {
        self.write(&sql_text::FORGET_APPLIED, vec![time(before)]).await?;
        self.write(&sql_text::FORGET_KEYS, vec![time(before)]).await.map(|_| ())
    }

    async fn write(&self, statement: &'static Statement, params: Vec<Value>) -> Result<Option<Row>> {
        self.run(statement, params, Rows::Any).await
    }

    async fn run(&self, statement: &'static Statement, params: Vec<Value>, expect: Rows) -> Result<Option<Row>> {
        let step = Step { statement, params, expect };
        match self.sql.transact(vec![step]).await? {
            Outcome::Committed(returned) => Ok(returned.into_iter().flatten().next()),
            Outcome::Refused(_) => Ok(None),
        }
    }
}

/// Waits for a look at a queue for a short time: a lost shard must not keep workers from the graphs of the others.
async fn look<T>(looking: impl Future<Output = Result<T>>) -> Result<T> {
    let unanswered = |_| Error::unavailable("the queue of graphs does not respond");
    timeout(LOOK_PATIENCE, looking).await.map_err(unanswered)?
}

fn read_lease(queue: Queue, partition: PartitionId, claimed: Row) -> Result<Lease> {
    let mut claimed = claimed.reader();
    Ok(Lease { queue, partition, epoch: claimed.int()?, attempts: claimed.int()? })
}
