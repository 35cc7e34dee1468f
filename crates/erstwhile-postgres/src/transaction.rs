//! Runs reads, snapshots and pipelined transactions on one connection.

use std::time::Duration;

use deadpool_postgres::Object;
use erstwhile::Error;
use erstwhile::store::sql::{Outcome, ReceiveRows, Refusal, Row, Rows, Statement, Step, Value};
use futures::future::{BoxFuture, poll_immediate};
use futures::{FutureExt, StreamExt};
use tokio_postgres::RowStream;

use crate::failure::Failure;
use crate::value::{Column, Param};

/// The result of a step: the rows that it returned, and the number of rows that it affected.
type StepResult = (Vec<Row>, u64);

/// Waits for a row lock only as long as a healthy transaction holds it. A statement of its own, because Citus does not pass
/// it on to its workers when it comes together with `BEGIN`.
const UNLESS_LOCKED: &str = "SET LOCAL lock_timeout = '100ms'";

/// Runs one read.
pub(crate) async fn read(
    connection: &Object,
    statement: &'static Statement,
    params: &[Value],
    timeout: Duration,
) -> Result<Vec<Row>, Failure> {
    let prepared = prepare(connection, statement, timeout).await?;
    let sent = send(connection, &prepared, statement.name, params).await;
    sent.finish(timeout).await.map(|(rows, _)| rows)
}

/// Runs reads that all see the same snapshot of the database.
pub(crate) async fn snapshot(
    connection: &Object,
    reads: &[(&'static Statement, Vec<Value>)],
    into: &mut (dyn ReceiveRows + Send),
    timeout: Duration,
) -> Result<(), Failure> {
    into.restart();
    let mut prepared = Vec::with_capacity(reads.len());
    for (statement, _) in reads {
        prepared.push(prepare(connection, statement, timeout).await?);
    }
    let begun = send_plain(connection, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await;
    let mut sent = Vec::with_capacity(reads.len());
    for (prepared, (statement, params)) in prepared.iter().zip(reads) {
        sent.push(send(connection, prepared, statement.name, params).await);
    }
    let ended = send_plain(connection, "COMMIT").await;
    begun.finish(timeout).await?;
    for (number, request) in sent.into_iter().enumerate() {
        request.each(timeout, |row| into.receive(number, row)).await?;
    }
    ended.finish(timeout).await
}

/// Runs steps as one transaction. Sends all of them at once, and ends the transaction after all responses.
pub(crate) async fn run(connection: &Object, steps: &[Step], timeout: Duration) -> Result<Outcome, Failure> {
    let mut prepared = Vec::with_capacity(steps.len());
    for step in steps {
        prepared.push(prepare(connection, step.statement, timeout).await?);
    }
    match (steps, &prepared[..]) {
        ([step], [prepared]) if matches!(step.expect, Rows::Any) => {
            // A single statement is a transaction by itself.
            let sent = send(connection, prepared, step.statement.name, &step.params).await;
            return Ok(Outcome::Committed(vec![sent.finish(timeout).await?.0]));
        }
        ([step], [prepared]) if matches!(step.expect, Rows::Unlocked) => {
            return run_unless_locked(connection, step, prepared, timeout).await;
        }
        _ => {}
    }
    let begun = send_plain(connection, "BEGIN").await;
    let mut sent = Vec::with_capacity(steps.len());
    for (prepared, step) in prepared.iter().zip(steps) {
        sent.push(send(connection, prepared, step.statement.name, &step.params).await);
    }
    begun.finish(timeout).await?;
    let mut returned = Vec::with_capacity(steps.len());
    let mut refused = None;
    let mut failed = None;
    for (request, step) in sent.into_iter().zip(steps) {
        // Responses after the first refused or failed step are irrelevant, but must still be received.
        let response = request.finish(timeout).await;
        if refused.is_some() || failed.is_some() {
            continue;
        }
        match (response, &step.expect) {
            (Ok((_, affected)), Rows::One(refusal)) if affected != 1 => refused = Some(refusal.clone()),
            (Ok((rows, _)), _) => returned.push(rows),
            (Err(failure), _) => failed = Some(failure),
        }
    }
    if refused.is_none() && failed.is_none() {
        send_plain(connection, "COMMIT").await.finish(timeout).await?;
        return Ok(Outcome::Committed(returned));
    }
    send_plain(connection, "ROLLBACK").await.finish(timeout).await?;
    match (refused, failed) {
        (_, Some(failure)) => Err(failure),
        (Some(refusal), None) => Ok(Outcome::Refused(refusal)),
        (None, None) => Err(Failure::Final(Error::internal("a transaction was rolled back for no reason"))),
    }
}

/// Runs one step in one round trip. Waits only briefly for a row that another transaction has locked.
async fn run_unless_locked(
    connection: &Object,
    step: &Step,
    prepared: &tokio_postgres::Statement,
    timeout: Duration,
) -> Result<Outcome, Failure> {
    let begun = send_plain(connection, "BEGIN").await;
    let limited = send_plain(connection, UNLESS_LOCKED).await;
    let sent = send(connection, prepared, step.statement.name, &step.params).await;
    // After a failure, the server treats this as a rollback.
    let ended = send_plain(connection, "COMMIT").await;
    begun.finish(timeout).await?;
    limited.finish(timeout).await?;
    let response = sent.finish(timeout).await;
    ended.finish(timeout).await?;
    match response {
        Ok((rows, _)) => Ok(Outcome::Committed(vec![rows])),
        Err(Failure::Locked(_)) => Ok(Outcome::Refused(Refusal::Locked)),
        Err(failure) => Err(failure),
    }
}

/// Checks that the server responds and accepts writes.
pub(crate) async fn ping(connection: &Object) -> Result<(), Failure> {
    let failed = |error| Failure::of("respond", &error);
    let row = connection.query_one("SELECT pg_is_in_recovery()", &[]).await.map_err(failed)?;
    if row.try_get::<_, bool>(0).map_err(failed)? {
        return Err(Failure::Final(Error::unavailable("the database is a standby and does not accept writes")));
    }
    Ok(())
}

async fn prepare(
    connection: &Object,
    statement: &Statement,
    timeout: Duration,
) -> Result<tokio_postgres::Statement, Failure> {
    let prepared = with_timeout(timeout, connection.prepare_cached(statement.sql)).await?;
    prepared.map_err(|error| Failure::of(statement.name, &error))
}

/// Awaits a request to the server with a timeout.
pub(crate) async fn with_timeout<T>(timeout: Duration, request: impl Future<Output = T>) -> Result<T, Failure> {
    tokio::time::timeout(timeout, request).await.map_err(|_| Failure::Timeout)
}

fn row(row: &tokio_postgres::Row) -> Result<Row, tokio_postgres::Error> {
    let columns = (0..row.len()).map(|column| row.try_get::<_, Column>(column).map(|column| column.0));
    columns.collect::<Result<_, _>>().map(Row)
}

type Response<T> = Result<T, tokio_postgres::Error>;

/// A request that has been sent. Requests reach the server in the order in which they were sent.
enum Sent<'a, T> {
    Pending(&'a str, BoxFuture<'a, Response<T>>),
    Ready(&'a str, Response<T>),
}

/// Sends a request without waiting for its response. The client queues a request when its future is first polled.
async fn start<'a, T: 'a>(name: &'a str, request: impl Future<Output = Response<T>> + Send + 'a) -> Sent<'a, T> {
    let mut request = request.boxed();
    match poll_immediate(&mut request).await {
        Some(response) => Sent::Ready(name, response),
        None => Sent::Pending(name, request),
    }
}

async fn send<'a>(
    connection: &'a Object,
    prepared: &'a tokio_postgres::Statement,
    name: &'a str,
    params: &'a [Value],
) -> Sent<'a, RowStream> {
    start(name, connection.query_raw(prepared, params.iter().map(Param))).await
}

async fn send_plain<'a>(connection: &'a Object, sql: &'static str) -> Sent<'a, ()> {
    start(sql, connection.batch_execute(sql)).await
}

impl<T> Sent<'_, T> {
    /// Awaits the beginning of the response; also returns the name of the request.
    async fn head(self, timeout: Duration) -> Result<(String, T), Failure> {
        let (name, response) = match self {
            Self::Pending(name, request) => (name, with_timeout(timeout, request).await?),
            Self::Ready(name, response) => (name, response),
        };
        Ok((name.to_owned(), response.map_err(|error| Failure::of(name, &error))?))
    }
}

impl Sent<'_, ()> {
    async fn finish(self, timeout: Duration) -> Result<(), Failure> {
        self.head(timeout).await.map(|(_, ())| ())
    }
}

impl Sent<'_, RowStream> {
    /// Awaits the whole response.
    async fn finish(self, timeout: Duration) -> Result<StepResult, Failure> {
        let mut rows = Vec::new();
        let affected = self
            .each(timeout, |row| {
                rows.push(row);
                Ok(())
            })
            .await?;
        let affected = affected.unwrap_or(rows.len() as u64);
        Ok((rows, affected))
    }

    /// Passes each row of the response to `handle`, and returns the number of affected rows. The timeout applies to
    /// each row, so a long response is fine as long as the server keeps sending.
    async fn each(
        self,
        timeout: Duration,
        mut handle: impl FnMut(Row) -> erstwhile::Result<()>,
    ) -> Result<Option<u64>, Failure> {
        let (name, stream) = self.head(timeout).await?;
        let failed = |error| Failure::of(&name, &error);
        let mut stream = std::pin::pin!(stream);
        while let Some(next) = with_timeout(timeout, stream.next()).await? {
            handle(row(&next.map_err(failed)?).map_err(failed)?).map_err(Failure::Final)?;
        }
        Ok(stream.rows_affected())
    }
}
