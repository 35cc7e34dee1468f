//! Row locks of a node that froze in the middle of a transaction: they must block only its own graph, and only briefly.

use std::sync::Arc;

use erstwhile::change::{Batch, BatchPrecondition, Change};
use erstwhile::model::{
    BatchId, Episode, EpisodeId, EpisodeKind, EpisodeState, GraphId, Metadata, Partition, PartitionOwner, ProjectId,
};
use erstwhile::store::{Queue, Store};
use erstwhile_postgres::testing::TestServer;
use erstwhile_postgres::{Postgres, PostgresSettings};
use jiff::Timestamp;
use uuid::Uuid;

pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + seconds).unwrap()
}

pub(crate) fn batch(graph: GraphId, number: u128, changes: Vec<Change>) -> Batch {
    let project = ProjectId(Uuid::from_u128(1));
    Batch {
        id: BatchId(Uuid::from_u128(number)),
        project,
        partition: Some(graph.into()),
        expect: BatchPrecondition::None,
        at: at(0),
        changes,
    }
}

/// Creates a graph with one pending episode.
pub(crate) async fn graph_with_pending_episode(store: &Store, number: u128) -> GraphId {
    let graph = GraphId(Uuid::from_u128((number + 1) << 100));
    let owner = PartitionOwner::Standalone(format!("graph {number}"));
    let episode = Episode {
        id: EpisodeId(graph.within(Uuid::from_u128(1))),
        seq: 0,
        thread: None,
        kind: EpisodeKind::Text,
        role: None,
        name: None,
        content: "words".to_owned(),
        metadata: Metadata::new(),
        source_description: None,
        document_id: None,
        reference_time: at(0),
        recorded_at: at(0),
        state: EpisodeState::Pending,
        task: None,
        strict: false,
        model_reading: None,
    };
    let made = Change::AddPartition(Partition::new(graph.into(), ProjectId(Uuid::from_u128(1)), owner, at(0)), None);
    store.apply(&batch(graph, 1, vec![made, Change::AddEpisodes(vec![episode])])).await.unwrap();
    graph
}

/// Locks a graph's row in a separate transaction, until the returned client commits it.
async fn lock(url: &str, update: &str, graph: GraphId) -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(async move { drop(connection.await) });
    client.batch_execute("BEGIN").await.unwrap();
    let update = format!("UPDATE {update} WHERE graph_id = $1");
    client.execute(&update, &[&graph.0.as_bytes().as_slice()]).await.unwrap();
    client
}

#[tokio::test]
async fn other_graphs_are_claimed_while_one_is_locked() {
    let url = TestServer::shared().schema().await;
    let settings = PostgresSettings { retry_timeout: std::time::Duration::from_secs(1), ..PostgresSettings::default() };
    let store = Store::open(Arc::new(Postgres::new(&url, settings).unwrap())).await.unwrap();
    let (locked, free) = (graph_with_pending_episode(&store, 1).await, graph_with_pending_episode(&store, 2).await);
    let _lock = lock(&url, "ingest_queue SET epoch = epoch", locked).await;
    // The order of graphs depends on the time: with one of these two, the locked graph comes first.
    for (number, now) in
        [at(1), Timestamp::from_microsecond(at(2).as_microsecond() + 1).unwrap()].into_iter().enumerate()
    {
        let lease = store.claim(Queue::Ingestion, now, at(10)).await.unwrap().expect("the other graph");
        assert_eq!(lease.partition, free.into(), "{number}");
        store.release(lease, now, None).await.unwrap();
    }
}

#[tokio::test]
async fn a_locked_graph_is_skipped_and_claimed_when_it_is_free() {
    let url = TestServer::shared().schema().await;
    let store = Store::open(Arc::new(Postgres::new(&url, PostgresSettings::default()).unwrap())).await.unwrap();
    let graph = graph_with_pending_episode(&store, 1).await;
    let lock = lock(&url, "ingest_queue SET epoch = epoch", graph).await;
    assert_eq!(store.claim(Queue::Ingestion, at(1), at(10)).await.unwrap(), None, "no error, but no free graph");
    lock.batch_execute("COMMIT").await.unwrap();
    assert_eq!(
        store.claim(Queue::Ingestion, at(1), at(10)).await.unwrap().map(|lease| lease.partition),
        Some(graph.into())
    );
}

/// A lock timeout must not count as a response timeout, which would close all other connections, too.
#[tokio::test]
async fn a_write_to_a_locked_graph_fails_with_a_lock_timeout() {
    let url = TestServer::shared().schema().await;
    let settings = PostgresSettings { retry_timeout: std::time::Duration::ZERO, ..PostgresSettings::default() };
    let store = Store::open(Arc::new(Postgres::new(&url, settings).unwrap())).await.unwrap();
    let graph = graph_with_pending_episode(&store, 1).await;
    let lock = lock(&url, "graph SET version = version", graph).await;
    let removal = batch(graph, 2, vec![Change::RemovePartition(PartitionOwner::Standalone("graph 1".to_owned()))]);
    let error = store.apply(&removal).await.unwrap_err();
    assert!(error.message().contains("lock timeout"), "{error}");
    lock.batch_execute("COMMIT").await.unwrap();
    store.apply(&removal).await.unwrap();
}
