//! The ingestion queue: a lease for each graph, with an epoch as fencing token.
//!
//! The jobs are the pending episodes themselves, so a job's effect and its removal from the queue
//! are one transaction. A claim is one conditional update of a row whose lease has expired, which works on every
//! database; the epoch ensures that only one of several claims succeeds.

use jiff::Timestamp;

use super::Store;
use super::rows::{id, optional_text, read_id, time};
use super::sql::{Outcome, Row, Rows, Statement, Step, Value};
use super::statements as sql_text;
use erstwhile_core::error::Result;
use erstwhile_core::model::PartitionId;

/// Number of candidates for one claim; with more workers than this, several compete for the same graph.
const CANDIDATES: i64 = 32;

/// The right to ingest one graph for a limited time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    /// The graph.
    pub partition: PartitionId,
    /// The fencing token: batches with an older one are rejected.
    pub epoch: i64,
    /// The number of consecutive failures of the graph's oldest episodes.
    pub attempts: i64,
}

/// The length of the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueDepth {
    /// Pending episodes.
    pub episodes: i64,
    /// Graphs with pending episodes.
    pub graphs: i64,
    /// When the graph that has waited longest became ready.
    pub oldest_ready_at: Option<Timestamp>,
    /// The maximum number of consecutive failures of any graph.
    pub attempts_max: i64,
}

impl Store {
    /// Claims a graph with pending episodes, one of those that have waited longest; `None` when there is none.
    ///
    /// The candidate to start with follows from the time and the epochs, so that workers that poll at the same time do
    /// not compete for the same graph: this competition, not the database, would limit the rate of claims.
    pub async fn claim(&self, now: Timestamp, until: Timestamp) -> Result<Option<Lease>> {
        let candidates = vec![time(now), Value::Int(CANDIDATES)];
        let read = |row: Row| {
            let mut row = row.reader();
            Ok((PartitionId(read_id(Row(vec![Value::Blob(row.blob()?)]))?), row.int()?))
        };
        let mut waiting: Vec<(PartitionId, i64)> = self.many(&sql_text::CLAIMABLE, candidates, read).await?;
        // Every claim increments an epoch, so no graph is skipped forever, whatever the clock shows.
        let turn = waiting.iter().fold(now.as_microsecond(), |turn, (_, epoch)| turn.wrapping_add(*epoch));
        let first = turn.checked_rem_euclid(waiting.len() as i64).unwrap_or(0);
        waiting.rotate_left(first as usize);
        let mut failed = None;
        for (graph, epoch) in waiting {
            let params = vec![id(graph.0), Value::Int(epoch), time(until), time(now)];
            // A row that is locked by another transaction is skipped: other graphs may be free.
            match self.run(&sql_text::CLAIM, params, Rows::Unlocked).await {
                Ok(Some(claimed)) => return read_lease(graph, claimed).map(Some),
                Ok(None) => {}
                Err(error) => failed = Some(error),
            }
        }
        failed.map_or(Ok(None), Err)
    }

    /// Claims a given graph; `None` when nothing is pending in it, another worker holds its lease, or its next attempt
    /// is later.
    pub async fn claim_partition(
        &self,
        partition: PartitionId,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<Lease>> {
        let params = vec![id(partition.0), time(until), time(now)];
        let claimed = self.run(&sql_text::CLAIM_GRAPH, params, Rows::Unlocked).await?;
        claimed.map(|claimed| read_lease(partition, claimed)).transpose()
    }

    /// Extends a lease; false when another worker holds it.
    pub async fn extend(&self, lease: Lease, until: Timestamp) -> Result<bool> {
        let params = vec![id(lease.partition.0), Value::Int(lease.epoch), time(until)];
        Ok(self.write(&sql_text::EXTEND_LEASE, params).await?.is_some())
    }

    /// Releases a lease; returns whether episodes are pending. A `failure` increments the number of attempts, and the
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
        let released = self.write(&sql_text::RELEASE, params).await?;
        Ok(released.map(|row| row.reader().int()).transpose()?.is_some_and(|pending| pending > 0))
    }

    /// The length of the queue, for readiness and metrics.
    pub async fn queue_depth(&self) -> Result<QueueDepth> {
        let read = |row: Row| {
            let mut row = row.reader();
            let (episodes, graphs, oldest, attempts) =
                (row.int()?, row.int()?, row.optional_int()?, row.optional_int()?);
            let oldest_ready_at = oldest.and_then(|at| Timestamp::from_microsecond(at).ok());
            Ok(QueueDepth { episodes, graphs, oldest_ready_at, attempts_max: attempts.unwrap_or(0) })
        };
        let depth = self.one(&sql_text::QUEUE_DEPTH, Vec::new(), read).await?;
        Ok(depth.unwrap_or(QueueDepth { episodes: 0, graphs: 0, oldest_ready_at: None, attempts_max: 0 }))
    }

    /// Removes the ids of batches that were applied before a time, when their senders have stopped retrying.
    pub async fn remove_applied_batches(&self, before: Timestamp) -> Result<()> {
        self.write(&sql_text::FORGET_APPLIED, vec![time(before)]).await.map(|_| ())
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

fn read_lease(partition: PartitionId, claimed: Row) -> Result<Lease> {
    let mut claimed = claimed.reader();
    Ok(Lease { partition, epoch: claimed.int()?, attempts: claimed.int()? })
}
