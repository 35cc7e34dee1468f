//! Deleted rows are removed from tables by the server itself, once nobody reads them any more.

use std::sync::Arc;

use erstwhile::ErrorKind;
use erstwhile::change::Change;
use erstwhile::model::PartitionOwner;
use erstwhile::store::Store;
use erstwhile_postgres::testing::{NOT_DURABLE, TestServer};
use erstwhile_postgres::{Postgres, PostgresSettings};

use crate::locked_rows::{at, batch, graph_with_pending_episode};

/// The bytes of the table of episodes, deleted rows included.
async fn bytes(server: &TestServer) -> i64 {
    server.client().await.query_one("SELECT pg_relation_size('episode')", &[]).await.unwrap().get(0)
}

#[tokio::test]
async fn deleted_rows_are_removed_when_no_session_can_read_them() {
    // Otherwise the server might do in time by itself what is tested here.
    let server = TestServer::start(&format!("{NOT_DURABLE}autovacuum = off\n"));
    let store =
        Store::open(Arc::new(Postgres::new(&server.url(), PostgresSettings::default()).unwrap())).await.unwrap();
    let graph = graph_with_pending_episode(&store, 1).await;
    let reader = server.client().await;
    reader.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM episode").await.unwrap();
    let removal = Change::RemovePartition(PartitionOwner::Standalone("graph 1".to_owned()));
    store.apply(&batch(graph, 2, vec![removal])).await.unwrap();
    let error = store.complete_erasures(store.pending_erasures().await.unwrap(), &[], || at(3)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
    assert!(bytes(&server).await > 0, "the reader can still see the row");
    reader.batch_execute("COMMIT").await.unwrap();
    store.complete_erasures(store.pending_erasures().await.unwrap(), &[], || at(4)).await.unwrap();
    assert_eq!(bytes(&server).await, 0);
}
