//! The store conformance suite on a real server.

use std::sync::Arc;

use erstwhile::store::Store;
use erstwhile::store::sql::Sql;
use erstwhile_postgres::testing::TestServer;
use erstwhile_postgres::{Postgres, PostgresSettings};
use tokio_postgres::types::Type;

pub(crate) async fn open() -> (Store, ()) {
    let url = TestServer::shared().schema().await;
    let settings = PostgresSettings { connections: 4, ..PostgresSettings::default() };
    let database = Postgres::new(&url, settings).expect("a database");
    (Store::open(Arc::new(database)).await.expect("a store"), ())
}

erstwhile_testkit::store_conformance!(open, random cases: 48);

fn database(url: &str) -> Arc<dyn Sql> {
    let settings = PostgresSettings { connections: 4, ..PostgresSettings::default() };
    Arc::new(Postgres::new(url, settings).expect("a database"))
}

#[tokio::test]
async fn tampering_with_the_audit_log_is_found() {
    erstwhile_testkit::conformance::tampering_is_found(|| async { database(&TestServer::shared().schema().await) })
        .await;
}

#[tokio::test]
async fn changed_rows_are_found_and_never_returned() {
    let database = database(&TestServer::shared().schema().await);
    erstwhile_testkit::export::changed_rows_are_found_and_never_returned(database).await;
}

#[tokio::test]
async fn the_audit_log_goes_on_on_another_node() {
    let url = TestServer::shared().schema().await;
    let open = || async { Store::open(database(&url)).await.expect("a store") };
    let programs = [open().await, open().await, open().await];
    erstwhile_testkit::conformance::the_log_goes_on_in_another_program(programs).await;
}

/// Finds statements for whose parameters or columns the server infers an unsupported type.
#[tokio::test]
async fn the_server_can_prepare_every_statement() {
    let url = TestServer::shared().schema().await;
    let database = Postgres::new(&url, PostgresSettings::default()).expect("a database");
    Store::open(Arc::new(database)).await.expect("a store");
    let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(async move { drop(connection.await) });
    let supported = [Type::INT8, Type::INT4, Type::TEXT, Type::BYTEA, Type::FLOAT8];
    for statement in erstwhile::store::statements::ALL {
        let prepared = client.prepare(statement.sql).await;
        let prepared = prepared.unwrap_or_else(|error| panic!("{}: {error:?}", statement.name));
        let columns = prepared.columns().iter().map(|column| column.type_().clone());
        for ty in columns.chain(prepared.params().iter().cloned()) {
            assert!(supported.contains(&ty), "{} uses type {ty}", statement.name);
        }
    }
}
