//! Statements on one connection: reads, snapshots, and transactions whose steps travel together.

use deadpool_postgres::Object;
use erstwhile::Error;
use erstwhile::store::sql::{Outcome, Row, Rows, Statement, Step, Value};
use futures::FutureExt;
use futures::future::{BoxFuture, poll_immediate};
use tokio_postgres::types::ToSql;

use crate::failure::Failure;
use crate::value::{Column, Param};

/// What a step came to: the rows that it returned, and how many it touched.
type Touched = (Vec<Row>, u64);

/// Runs one read.
pub(crate) async fn read(
    connection: &Object,
    statement: &'static Statement,
    params: &[Value],
) -> Result<Vec<Row>, Failure> {
    let prepared = prepare(connection, statement).await?;
    run_one(connection, &prepared, statement.name, params).await.map(|(rows, _)| rows)
}

/// Runs reads that all see the database at one moment.
pub(crate) async fn snapshot(
    connection: &Object,
    reads: &[(&'static Statement, Vec<Value>)],
) -> Result<Vec<Vec<Row>>, Failure> {
    let mut prepared = Vec::with_capacity(reads.len());
    for (statement, _) in reads {
        prepared.push(prepare(connection, statement).await?);
    }
    let mut sent = vec![sending(plain(connection, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")).await];
    for (prepared, (statement, params)) in prepared.iter().zip(reads) {
        sent.push(sending(run_one(connection, prepared, statement.name, params)).await);
    }
    sent.push(sending(plain(connection, "COMMIT")).await);
    let mut answers = Vec::with_capacity(sent.len());
    for answer in sent {
        answers.push(answer.answer().await?.0);
    }
    answers.pop();
    Ok(answers.split_off(1))
}

/// Runs steps as one transaction: they are sent together, and its end when all have answered.
pub(crate) async fn run(connection: &Object, steps: &[Step]) -> Result<Outcome, Failure> {
    let mut prepared = Vec::with_capacity(steps.len());
    for step in steps {
        prepared.push(prepare(connection, step.statement).await?);
    }
    if let ([step], [prepared]) = (steps, &prepared[..])
        && matches!(step.expect, Rows::Any)
    {
        // A statement by itself is a transaction.
        let (rows, _) = run_one(connection, prepared, step.statement.name, &step.params).await?;
        return Ok(Outcome::Committed(vec![rows]));
    }
    let begun = sending(plain(connection, "BEGIN")).await;
    let mut sent = Vec::with_capacity(steps.len());
    for (prepared, step) in prepared.iter().zip(steps) {
        sent.push(sending(run_one(connection, prepared, step.statement.name, &step.params)).await);
    }
    begun.answer().await?;
    let mut returned = Vec::with_capacity(steps.len());
    let mut refused = None;
    let mut failed = None;
    for (answer, step) in sent.into_iter().zip(steps) {
        // What came after the first step that did not go well means nothing, but must be waited for.
        let answer = answer.answer().await;
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
        plain(connection, "COMMIT").await?;
        return Ok(Outcome::Committed(returned));
    }
    plain(connection, "ROLLBACK").await?;
    match (refused, failed) {
        (_, Some(failure)) => Err(failure),
        (Some(refusal), None) => Ok(Outcome::Refused(refusal)),
        (None, None) => Err(Failure::Final(Error::internal("a transaction ended without a reason"))),
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

async fn prepare(connection: &Object, statement: &Statement) -> Result<tokio_postgres::Statement, Failure> {
    connection.prepare_cached(statement.sql).await.map_err(|error| Failure::of(statement.name, &error))
}

async fn plain(connection: &Object, sql: &'static str) -> Result<Touched, Failure> {
    connection.batch_execute(sql).await.map_err(|error| Failure::of(sql, &error))?;
    Ok((Vec::new(), 0))
}

async fn run_one(
    connection: &Object,
    prepared: &tokio_postgres::Statement,
    name: &str,
    params: &[Value],
) -> Result<Touched, Failure> {
    let failed = |error| Failure::of(name, &error);
    let params: Vec<Param<'_>> = params.iter().map(Param).collect();
    let params: Vec<&(dyn ToSql + Sync)> = params.iter().map(|param| param as &(dyn ToSql + Sync)).collect();
    if prepared.columns().is_empty() {
        return Ok((Vec::new(), connection.execute(prepared, &params).await.map_err(failed)?));
    }
    let rows = connection.query(prepared, &params).await.map_err(failed)?;
    let touched = rows.len() as u64;
    let rows = rows.iter().map(row).collect::<Result<_, _>>().map_err(failed)?;
    Ok((rows, touched))
}

fn row(row: &tokio_postgres::Row) -> Result<Row, tokio_postgres::Error> {
    let columns = (0..row.len()).map(|column| row.try_get::<_, Column>(column).map(|column| column.0));
    columns.collect::<Result<_, _>>().map(Row)
}

/// A request that has been sent, in the order in which it was made, and may have been answered.
enum Sent<'a> {
    Waiting(BoxFuture<'a, Result<Touched, Failure>>),
    Answered(Result<Touched, Failure>),
}

/// Sends a request: the client queues it for the server when it is polled for the first time.
async fn sending<'a>(request: impl Future<Output = Result<Touched, Failure>> + Send + 'a) -> Sent<'a> {
    let mut request = request.boxed();
    match poll_immediate(&mut request).await {
        Some(answer) => Sent::Answered(answer),
        None => Sent::Waiting(request),
    }
}

impl Sent<'_> {
    async fn answer(self) -> Result<Touched, Failure> {
        match self {
            Self::Waiting(request) => request.await,
            Self::Answered(answer) => answer,
        }
    }
}
