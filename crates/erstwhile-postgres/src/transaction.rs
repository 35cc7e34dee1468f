//! Statements on one connection: reads, snapshots, and transactions whose steps travel together.

use std::time::Duration;

use deadpool_postgres::Object;
use erstwhile::Error;
use erstwhile::store::sql::{Outcome, Refusal, Row, Rows, Statement, Step, TakeRows, Value};
use futures::future::{BoxFuture, poll_immediate};
use futures::{FutureExt, StreamExt};
use tokio_postgres::RowStream;

use crate::failure::Failure;
use crate::value::{Column, Param};

/// What a step came to: the rows that it returned, and how many it touched.
type Touched = (Vec<Row>, u64);

/// Begins a transaction that waits for rows as long as one that is well takes to end, and no longer.
const BEGIN_UNLESS_HELD: &str = "BEGIN; SET LOCAL lock_timeout = '100ms'";

/// Runs one read.
pub(crate) async fn read(
    connection: &Object,
    statement: &'static Statement,
    params: &[Value],
    patience: Duration,
) -> Result<Vec<Row>, Failure> {
    let prepared = prepare(connection, statement, patience).await?;
    let sent = send(connection, &prepared, statement.name, params).await;
    sent.answer(patience).await.map(|(rows, _)| rows)
}

/// Runs reads that all see the database at one moment.
pub(crate) async fn snapshot(
    connection: &Object,
    reads: &[(&'static Statement, Vec<Value>)],
    into: &mut (dyn TakeRows + Send),
    patience: Duration,
) -> Result<(), Failure> {
    into.begin();
    let mut prepared = Vec::with_capacity(reads.len());
    for (statement, _) in reads {
        prepared.push(prepare(connection, statement, patience).await?);
    }
    let begun = send_plain(connection, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await;
    let mut sent = Vec::with_capacity(reads.len());
    for (prepared, (statement, params)) in prepared.iter().zip(reads) {
        sent.push(send(connection, prepared, statement.name, params).await);
    }
    let ended = send_plain(connection, "COMMIT").await;
    begun.answer(patience).await?;
    for (number, answer) in sent.into_iter().enumerate() {
        answer.each(patience, |row| into.take(number, row)).await?;
    }
    ended.answer(patience).await
}

/// Runs steps as one transaction: they are sent together, and its end when all have answered.
pub(crate) async fn run(connection: &Object, steps: &[Step], patience: Duration) -> Result<Outcome, Failure> {
    let mut prepared = Vec::with_capacity(steps.len());
    for step in steps {
        prepared.push(prepare(connection, step.statement, patience).await?);
    }
    match (steps, &prepared[..]) {
        ([step], [prepared]) if matches!(step.expect, Rows::Any) => {
            // A statement by itself is a transaction.
            let sent = send(connection, prepared, step.statement.name, &step.params).await;
            return Ok(Outcome::Committed(vec![sent.answer(patience).await?.0]));
        }
        ([step], [prepared]) if matches!(step.expect, Rows::Free) => {
            return run_unless_held(connection, step, prepared, patience).await;
        }
        _ => {}
    }
    let begun = send_plain(connection, "BEGIN").await;
    let mut sent = Vec::with_capacity(steps.len());
    for (prepared, step) in prepared.iter().zip(steps) {
        sent.push(send(connection, prepared, step.statement.name, &step.params).await);
    }
    begun.answer(patience).await?;
    let mut returned = Vec::with_capacity(steps.len());
    let mut refused = None;
    let mut failed = None;
    for (answer, step) in sent.into_iter().zip(steps) {
        // What came after the first step that did not go well means nothing, but must be waited for.
        let answer = answer.answer(patience).await;
        if refused.is_some() || failed.is_some() {
            continue;
        }
        match (answer, &step.expect) {
            (Ok((_, touched)), Rows::One(refusal)) if touched != 1 => refused = Some(refusal.clone()),
            (Ok((rows, _)), _) => returned.push(rows),
            (Err(failure), _) => failed = Some(failure),
        }
    }
    if refused.is_none() && failed.is_none() {
        send_plain(connection, "COMMIT").await.answer(patience).await?;
        return Ok(Outcome::Committed(returned));
    }
    send_plain(connection, "ROLLBACK").await.answer(patience).await?;
    match (refused, failed) {
        (_, Some(failure)) => Err(failure),
        (Some(refusal), None) => Ok(Outcome::Refused(refusal)),
        (None, None) => Err(Failure::Final(Error::internal("a transaction ended without a reason"))),
    }
}

/// Runs one step, in one round trip, and waits only for a moment for a row that somebody's transaction holds.
async fn run_unless_held(
    connection: &Object,
    step: &Step,
    prepared: &tokio_postgres::Statement,
    patience: Duration,
) -> Result<Outcome, Failure> {
    let begun = send_plain(connection, BEGIN_UNLESS_HELD).await;
    let sent = send(connection, prepared, step.statement.name, &step.params).await;
    // After a failure, the server takes this as the opposite.
    let ended = send_plain(connection, "COMMIT").await;
    begun.answer(patience).await?;
    let answer = sent.answer(patience).await;
    ended.answer(patience).await?;
    match answer {
        Ok((rows, _)) => Ok(Outcome::Committed(vec![rows])),
        Err(Failure::Held(_)) => Ok(Outcome::Refused(Refusal::Held)),
        Err(failure) => Err(failure),
    }
}

/// Whether the server answers and takes writes.
pub(crate) async fn ping(connection: &Object) -> Result<(), Failure> {
    let failed = |error| Failure::of("answer", &error);
    let row = connection.query_one("SELECT pg_is_in_recovery()", &[]).await.map_err(failed)?;
    if row.try_get::<_, bool>(0).map_err(failed)? {
        return Err(Failure::Final(Error::unavailable("the database is a standby: it takes no writes")));
    }
    Ok(())
}

async fn prepare(
    connection: &Object,
    statement: &Statement,
    patience: Duration,
) -> Result<tokio_postgres::Statement, Failure> {
    let prepared = in_time(patience, connection.prepare_cached(statement.sql)).await?;
    prepared.map_err(|error| Failure::of(statement.name, &error))
}

/// Waits for something that the server must answer.
pub(crate) async fn in_time<T>(patience: Duration, work: impl Future<Output = T>) -> Result<T, Failure> {
    tokio::time::timeout(patience, work).await.map_err(|_| Failure::Silent)
}

fn row(row: &tokio_postgres::Row) -> Result<Row, tokio_postgres::Error> {
    let columns = (0..row.len()).map(|column| row.try_get::<_, Column>(column).map(|column| column.0));
    columns.collect::<Result<_, _>>().map(Row)
}

type Answered<T> = Result<T, tokio_postgres::Error>;

/// A request that has been sent, in the order in which it was made, and may have been answered.
enum Sent<'a, T> {
    Waiting(&'a str, BoxFuture<'a, Answered<T>>),
    Answered(&'a str, Answered<T>),
}

/// Sends a request: the client queues it for the server when it is polled for the first time.
async fn sending<'a, T: 'a>(name: &'a str, request: impl Future<Output = Answered<T>> + Send + 'a) -> Sent<'a, T> {
    let mut request = request.boxed();
    match poll_immediate(&mut request).await {
        Some(answer) => Sent::Answered(name, answer),
        None => Sent::Waiting(name, request),
    }
}

async fn send<'a>(
    connection: &'a Object,
    prepared: &'a tokio_postgres::Statement,
    name: &'a str,
    params: &'a [Value],
) -> Sent<'a, RowStream> {
    sending(name, connection.query_raw(prepared, params.iter().map(Param))).await
}

async fn send_plain<'a>(connection: &'a Object, sql: &'static str) -> Sent<'a, ()> {
    sending(sql, connection.batch_execute(sql)).await
}

impl<T> Sent<'_, T> {
    /// The beginning of the answer, and what the request was.
    async fn begun(self, patience: Duration) -> Result<(String, T), Failure> {
        let (name, answer) = match self {
            Self::Waiting(name, request) => (name, in_time(patience, request).await?),
            Self::Answered(name, answer) => (name, answer),
        };
        Ok((name.to_owned(), answer.map_err(|error| Failure::of(name, &error))?))
    }
}

impl Sent<'_, ()> {
    async fn answer(self, patience: Duration) -> Result<(), Failure> {
        self.begun(patience).await.map(|(_, ())| ())
    }
}

impl Sent<'_, RowStream> {
    /// The rows of the answer.
    async fn answer(self, patience: Duration) -> Result<Touched, Failure> {
        let mut rows = Vec::new();
        let touched = self
            .each(patience, |row| {
                rows.push(row);
                Ok(())
            })
            .await?;
        let touched = touched.unwrap_or(rows.len() as u64);
        Ok((rows, touched))
    }

    /// Hands on each row of the answer, and tells how many rows were touched. Each may take its time: what counts is
    /// that the server goes on answering, not how much there is.
    async fn each(
        self,
        patience: Duration,
        mut hand_on: impl FnMut(Row) -> erstwhile::Result<()>,
    ) -> Result<Option<u64>, Failure> {
        let (name, stream) = self.begun(patience).await?;
        let failed = |error| Failure::of(&name, &error);
        let mut stream = std::pin::pin!(stream);
        while let Some(next) = in_time(patience, stream.next()).await? {
            hand_on(row(&next.map_err(failed)?).map_err(failed)?).map_err(Failure::Final)?;
        }
        Ok(stream.rows_affected())
    }
}
