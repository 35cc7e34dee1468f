//! A database of every schema so far is brought up to date on a real server, with what it holds.

use std::sync::Arc;

use erstwhile::store::sql::Migration;
use erstwhile::store::{MIGRATIONS, Store};
use erstwhile_postgres::testing::TestServer;
use erstwhile_postgres::{Postgres, PostgresSettings, dialect};
use erstwhile_testkit::fixtures;

/// The fixture's statements in PostgreSQL's words: its tables as migrations are read, and bytes as it writes them.
fn statements(version: i64) -> Vec<String> {
    // One fixture for each version, read once in the process.
    let sql: &'static str = Box::leak(fixtures::read(version).into_boxed_str());
    let translated = dialect::statements(&Migration { version, name: "a fixture", sql });
    translated.iter().map(|statement| with_bytes(statement)).collect()
}

/// `X'0a'` is a string of bits there; `'\x0a'` is bytes.
fn with_bytes(statement: &str) -> String {
    if statement.starts_with("INSERT") {
        statement.replace(" X'", " '\\x").replace("(X'", "('\\x")
    } else {
        statement.to_owned()
    }
}

#[tokio::test]
async fn a_database_of_any_schema_is_brought_up_to_date_with_what_it_holds() {
    for (place, migration) in MIGRATIONS.iter().enumerate() {
        let url = TestServer::shared().schema().await;
        let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
        tokio::spawn(async move { drop(connection.await) });
        for statement in statements(migration.version) {
            client.batch_execute(&statement).await.unwrap_or_else(|error| panic!("{statement}: {error:?}"));
        }
        let history = "CREATE TABLE erstwhile_schema (version BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, \
            applied_at TIMESTAMPTZ NOT NULL DEFAULT now())";
        client.batch_execute(history).await.unwrap();
        for done in &MIGRATIONS[..=place] {
            let record = "INSERT INTO erstwhile_schema (version, name) VALUES ($1, $2)";
            client.execute(record, &[&done.version, &done.name]).await.unwrap();
        }
        let database = Postgres::new(&url, PostgresSettings { connections: 4, ..PostgresSettings::default() }).unwrap();
        let store = Store::open(Arc::new(database)).await.expect("it is brought up to date");
        fixtures::holds_what_was_stored(&store, migration.version).await;
    }
}
