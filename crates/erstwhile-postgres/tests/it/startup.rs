//! Problems with a database are reported at startup, with advice and without the password.

use std::sync::Arc;

use erstwhile::store::Store;
use erstwhile::{Error, Result};
use erstwhile_postgres::testing::{NOT_DURABLE, TestServer};
use erstwhile_postgres::{Postgres, PostgresSettings};

const PASSWORD: &str = "wallpaper";

async fn open(url: &str) -> Result<Store> {
    let retry_timeout = std::time::Duration::from_millis(200);
    let settings = PostgresSettings { retry_timeout, ..PostgresSettings::default() };
    Store::open(Arc::new(Postgres::new(url, settings)?)).await
}

async fn open_error(url: &str) -> Error {
    let error = open(url).await.expect_err("an error");
    assert!(!format!("{error:?}").contains(PASSWORD), "{error:?}");
    error
}

#[tokio::test]
async fn an_unreachable_server_is_reported() {
    let error = open_error(&format!("postgres://me:{PASSWORD}@127.0.0.1:1/db")).await;
    assert!(error.message().contains("cannot connect"), "{error}");
}

#[tokio::test]
#[ignore = "needs an old server, which tests/postgres/run installs"]
async fn a_server_that_is_too_old_is_reported() {
    let url = TestServer::shared().schema().await;
    let error = open_error(&url).await;
    assert!(error.message().contains("but 15 or newer is required"), "{error}");
}

#[tokio::test]
async fn a_missing_database_is_reported() {
    let port = TestServer::shared().port();
    let error = open_error(&format!("postgres://postgres@127.0.0.1:{port}/nowhere")).await;
    assert!(error.message().contains("\"nowhere\" does not exist (create it"), "{error}");
}

#[tokio::test]
async fn a_wrong_password_is_reported_but_not_shown() {
    let server = TestServer::start(NOT_DURABLE);
    let client = server.client().await;
    client
        .batch_execute("CREATE ROLE locked LOGIN PASSWORD 'right'; GRANT CREATE ON SCHEMA public TO locked")
        .await
        .unwrap();
    let rules = server.data().join("pg_hba.conf");
    let before = std::fs::read_to_string(&rules).unwrap();
    std::fs::write(&rules, format!("host all locked 127.0.0.1/32 scram-sha-256\n{before}")).unwrap();
    server.signal("HUP");
    let url = |password: &str| format!("postgres://locked:{password}@127.0.0.1:{}/postgres", server.port());
    let error = open_error(&url(PASSWORD)).await;
    assert!(error.message().contains("check the user and the password in the URL"), "{error}");
    open(&url("right")).await.expect("a store with the right password");
}

#[tokio::test]
async fn missing_privileges_are_reported() {
    let server = TestServer::shared();
    let made = server
        .client()
        .await
        .batch_execute("CREATE ROLE guest LOGIN; CREATE SCHEMA closed; GRANT USAGE ON SCHEMA closed TO guest")
        .await;
    made.expect("a role without privileges");
    let url = format!("postgres://guest@127.0.0.1:{}/postgres?options=-csearch_path%3Dclosed", server.port());
    let error = open_error(&url).await;
    assert!(error.message().contains("GRANT CREATE, USAGE ON SCHEMA"), "{error}");
}

#[tokio::test]
async fn a_schema_with_objects_of_another_application_is_reported_and_not_changed() {
    let server = TestServer::shared();
    for (made, name) in [
        ("CREATE TABLE thread (title TEXT); INSERT INTO thread VALUES ('theirs')", "\"thread\""),
        ("CREATE VIEW account AS SELECT 1 AS one", "\"account\""),
        ("CREATE TYPE link AS ENUM ('chain')", "\"link\""),
    ] {
        let url = server.schema().await;
        let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
        tokio::spawn(async move { drop(connection.await) });
        client.batch_execute(made).await.unwrap();
        let error = open_error(&url).await;
        assert!(error.message().contains(name) && error.message().contains("use an empty schema"), "{error}");
        let ours = "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'project'";
        assert_eq!(client.query_one(ours, &[]).await.unwrap().get::<_, i64>(0), 0, "nothing was created");
    }
}

#[tokio::test]
async fn a_newer_schema_is_rejected() {
    let url = TestServer::shared().schema().await;
    open(&url).await.expect("a store");
    let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(async move { drop(connection.await) });
    client.execute("INSERT INTO erstwhile_schema (version, name) VALUES (999, 'the future')", &[]).await.unwrap();
    let error = open_error(&url).await;
    assert!(error.message().contains("schema version 999") && error.message().contains("newer program"), "{error}");
}

#[tokio::test]
async fn many_nodes_can_migrate_an_empty_database_at_the_same_time() {
    let url = TestServer::shared().schema().await;
    let opened = futures::future::join_all((0..8).map(|_| open(&url))).await;
    for store in opened {
        store.expect("a store").check(jiff::Timestamp::UNIX_EPOCH).await.expect("a response");
    }
}

#[tokio::test]
async fn missing_and_invalid_indexes_are_created_at_the_next_start() {
    let url = TestServer::shared().schema().await;
    open(&url).await.expect("a store");
    let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(async move { drop(connection.await) });
    let invalidate = "UPDATE pg_index SET indisvalid = false WHERE indexrelid = to_regclass('link_by_episode')";
    client.batch_execute(&format!("DROP INDEX episode_by_id; {invalidate}")).await.unwrap();
    open(&url).await.expect("a store");
    let valid = "SELECT bool_and(indisvalid), count(*) FROM pg_index WHERE indexrelid IN \
        (to_regclass('episode_by_id'), to_regclass('link_by_episode'))";
    let row = client.query_one(valid, &[]).await.unwrap();
    assert_eq!((row.get::<_, bool>(0), row.get::<_, i64>(1)), (true, 2));
}
