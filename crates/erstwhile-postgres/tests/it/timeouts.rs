//! The response timeout limits how long the server may send nothing, not the duration of a whole response.

use std::time::Duration;

use erstwhile::store::sql::{Outcome, Reach, Rows, Sql, Statement, Step, Value};
use erstwhile_postgres::testing::TestServer;
use erstwhile_postgres::{Postgres, PostgresSettings};

static SLEEP: Statement =
    Statement { name: "SLEEP", sql: "SELECT 1 FROM pg_sleep($1 / 1000.0::float8)", reach: Reach::FanOut };
/// Each row is too large for the server to buffer until the next one.
static SLOW_ROWS: Statement = Statement {
    name: "SLOW_ROWS",
    sql: "SELECT repeat('x', 40000) FROM generate_series(1, 12) n CROSS JOIN LATERAL \
          (SELECT pg_sleep(n * 0 + $1 / 1000.0::float8)) rest",
    reach: Reach::FanOut,
};

static ABANDONED: Statement =
    Statement { name: "ABANDONED", sql: "SELECT 1 AS abandoned FROM pg_sleep($1)", reach: Reach::FanOut };

/// A database with one connection, the given response timeout and no retries.
async fn without_retries(response_timeout: Duration) -> Postgres {
    let url = TestServer::shared().schema().await;
    let settings = PostgresSettings { connections: 1, response_timeout, retry_timeout: Duration::ZERO };
    Postgres::new(&url, settings).expect("a database")
}

#[tokio::test]
async fn a_transaction_of_many_steps_may_take_longer_than_the_response_timeout() {
    let database = without_retries(Duration::from_secs(1)).await;
    let step = Step { statement: &SLEEP, params: vec![Value::Int(200)], expect: Rows::Any };
    let outcome = database.transact(vec![step; 12]).await.expect("an outcome");
    let Outcome::Committed(returned) = outcome else { panic!("{outcome:?}") };
    assert_eq!(returned.iter().filter(|rows| rows.len() == 1).count(), 12);
    let too_long = Step { statement: &SLEEP, params: vec![Value::Int(60_000)], expect: Rows::Any };
    let error = database.transact(vec![too_long]).await.expect_err("a timeout");
    assert!(error.message().contains("does not respond"), "{error}");
}

#[tokio::test]
async fn snapshots_and_long_results_may_take_longer_than_the_response_timeout() {
    let database = without_retries(Duration::from_secs(1)).await;
    let read = database.query(&SLOW_ROWS, vec![Value::Int(200)]).await.expect("the rows");
    assert_eq!(read.len(), 12);
    let reads = vec![(&SLEEP, vec![Value::Int(200)]); 12];
    assert_eq!(database.snapshot(reads).await.expect("the reads").len(), 12);
}

#[tokio::test]
async fn a_request_does_not_wait_behind_a_cancelled_one() {
    let database = without_retries(Duration::from_secs(4)).await;
    let client = TestServer::shared().client().await;
    let find = "SELECT pid FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'SELECT 1 AS abandoned%'";
    let process = async {
        loop {
            if let Some(row) = client.query_opt(find, &[]).await.expect("an answer") {
                break row.get::<_, i32>(0);
            }
        }
    };
    let process = tokio::select! {
        early = database.query(&ABANDONED, vec![Value::Int(600)]) => panic!("{early:?}"),
        process = process => process,
    };
    assert_eq!(database.query(&SLEEP, vec![Value::Int(0)]).await.expect("an answer").len(), 1);
    client.execute("SELECT pg_terminate_backend($1)", &[&process]).await.expect("an end");
}
