//! Only failures that another attempt can mend are retried.

use std::time::Duration;

use erstwhile::ErrorKind;
use erstwhile::store::sql::{Reach, Sql, Statement, Value};
use erstwhile_postgres::testing::TestServer;
use erstwhile_postgres::{Postgres, PostgresSettings};
use tokio_postgres::Client;

static UNSUPPORTED: Statement = Statement {
    name: "UNSUPPORTED",
    sql: "SELECT count(*) FROM pg_class WHERE relname = 'a' FOR UPDATE",
    reach: Reach::FanOut,
};
static COLUMNS: Statement = Statement { name: "COLUMNS", sql: "SELECT * FROM growing", reach: Reach::FanOut };
static FAIL_TWICE: Statement = Statement { name: "FAIL_TWICE", sql: "SELECT fail_twice()", reach: Reach::FanOut };
static ABANDONED: Statement =
    Statement { name: "ABANDONED", sql: "SELECT 1 AS left_alone FROM pg_sleep($1)", reach: Reach::FanOut };

async fn database_and_client(settings: PostgresSettings) -> (Postgres, Client) {
    let url = TestServer::shared().schema().await;
    let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(async move { drop(connection.await) });
    (Postgres::new(&url, settings).unwrap(), client)
}

#[tokio::test]
async fn what_the_server_does_not_support_is_an_error_at_once() {
    let (database, _) = database_and_client(PostgresSettings::default()).await;
    let error = database.query(&UNSUPPORTED, Vec::new()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Internal, "not as if the database were unavailable: {error}");
}

#[tokio::test]
async fn a_statement_whose_plan_is_outdated_is_prepared_again() {
    let (database, client) =
        database_and_client(PostgresSettings { connections: 1, ..PostgresSettings::default() }).await;
    client.batch_execute("CREATE TABLE growing (a BIGINT); INSERT INTO growing VALUES (1)").await.unwrap();
    assert_eq!(database.query(&COLUMNS, Vec::new()).await.unwrap()[0].0, [Value::Int(1)]);
    client.batch_execute("ALTER TABLE growing ADD COLUMN b BIGINT DEFAULT 2").await.unwrap();
    assert_eq!(database.query(&COLUMNS, Vec::new()).await.unwrap()[0].0, [Value::Int(1), Value::Int(2)]);
}

#[tokio::test]
async fn a_commit_that_a_worker_of_citus_broke_off_is_sent_again() {
    let (database, client) = database_and_client(PostgresSettings::default()).await;
    let fail_twice = "CREATE SEQUENCE attempts; CREATE FUNCTION fail_twice() RETURNS BIGINT LANGUAGE plpgsql AS $$
        DECLARE attempt BIGINT := nextval('attempts');
        BEGIN
            IF attempt < 3 THEN
                RAISE EXCEPTION 'could not commit transaction for shard 102008' USING ERRCODE = 'XX000';
            END IF;
            RETURN attempt;
        END $$";
    client.batch_execute(fail_twice).await.unwrap();
    assert_eq!(database.query(&FAIL_TWICE, Vec::new()).await.unwrap()[0].0, [Value::Int(3)]);
}

/// Otherwise statements that wait for a silent shard pile up on the server, until it has no free connections.
#[tokio::test]
async fn the_server_ends_a_statement_that_nobody_waits_for_any_more() {
    let settings = PostgresSettings {
        connections: 1,
        response_timeout: Duration::from_millis(500),
        retry_timeout: Duration::ZERO,
    };
    let (database, client) = database_and_client(settings).await;
    database.query(&ABANDONED, vec![Value::Real(600.0)]).await.unwrap_err();
    let running =
        "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'SELECT 1 AS left_alone%'";
    let mut rounds = 0;
    while client.query_one(running, &[]).await.unwrap().get::<_, i64>(0) > 0 {
        rounds += 1;
        assert!(rounds < 300, "it still runs");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
