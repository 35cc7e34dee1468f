//! A node that froze in the middle of a transaction holds up its own graph for a moment, and nobody else.

use std::sync::Arc;

use erstwhile::change::{Batch, Change, Expect};
use erstwhile::model::{
    BatchId, Episode, EpisodeId, EpisodeKind, EpisodeState, GraphId, Metadata, Partition, PartitionOwner, ProjectId,
};
use erstwhile::store::Store;
use erstwhile_postgres::testing::TestServer;
use erstwhile_postgres::{Postgres, PostgresSettings};
use jiff::Timestamp;
use uuid::Uuid;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + seconds).unwrap()
}

fn batch(graph: GraphId, number: u128, changes: Vec<Change>) -> Batch {
    let project = ProjectId(Uuid::from_u128(1));
    Batch {
        id: BatchId(Uuid::from_u128(number)),
        project,
        partition: Some(graph.into()),
        expect: Expect::Nothing,
        at: at(0),
        changes,
    }
}

/// A graph with one text that waits to be understood.
async fn waiting(store: &Store, number: u128) -> GraphId {
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
    };
    let made = Change::AddPartition(Partition::new(graph.into(), ProjectId(Uuid::from_u128(1)), owner, at(0)), None);
    store.apply(&batch(graph, 1, vec![made, Change::AddEpisodes(vec![episode])])).await.unwrap();
    graph
}

/// Holds a graph's row in a transaction of its own, until that is committed.
async fn hold(url: &str, update: &str, graph: GraphId) -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(async move { drop(connection.await) });
    client.batch_execute("BEGIN").await.unwrap();
    let update = format!("UPDATE {update} WHERE graph_id = $1");
    client.execute(&update, &[&graph.0.as_bytes().as_slice()]).await.unwrap();
    client
}

#[tokio::test]
async fn other_graphs_are_claimed_while_one_is_held() {
    let url = TestServer::shared().schema().await;
    let settings = PostgresSettings { patience: std::time::Duration::from_secs(1), ..PostgresSettings::default() };
    let store = Store::open(Arc::new(Postgres::new(&url, settings).unwrap())).await.unwrap();
    let (held, free) = (waiting(&store, 1).await, waiting(&store, 2).await);
    let _holder = hold(&url, "ingest_queue SET epoch = epoch", held).await;
    // Both moments, so that one of them begins with the graph that is held.
    for (number, now) in
        [at(1), Timestamp::from_microsecond(at(2).as_microsecond() + 1).unwrap()].into_iter().enumerate()
    {
        let lease = store.claim(now, at(10)).await.unwrap().expect("the other graph");
        assert_eq!(lease.partition, free.into(), "{number}");
        store.release(lease, now, None).await.unwrap();
    }
}

#[tokio::test]
async fn a_graph_that_is_held_is_left_for_later_and_claimed_when_it_is_free() {
    let url = TestServer::shared().schema().await;
    let store = Store::open(Arc::new(Postgres::new(&url, PostgresSettings::default()).unwrap())).await.unwrap();
    let graph = waiting(&store, 1).await;
    let holder = hold(&url, "ingest_queue SET epoch = epoch", graph).await;
    assert_eq!(store.claim(at(1), at(10)).await.unwrap(), None, "nothing is wrong, and nothing is free");
    holder.batch_execute("COMMIT").await.unwrap();
    assert_eq!(store.claim(at(1), at(10)).await.unwrap().map(|lease| lease.partition), Some(graph.into()));
}

/// Waiting for a row must not be taken for a server that is silent, for then every other connection is given up too.
#[tokio::test]
async fn a_write_to_a_graph_that_is_held_says_what_it_waited_for() {
    let url = TestServer::shared().schema().await;
    let settings = PostgresSettings { patience: std::time::Duration::ZERO, ..PostgresSettings::default() };
    let store = Store::open(Arc::new(Postgres::new(&url, settings).unwrap())).await.unwrap();
    let graph = waiting(&store, 1).await;
    let holder = hold(&url, "graph SET version = version", graph).await;
    let removal = batch(graph, 2, vec![Change::RemovePartition(PartitionOwner::Standalone("graph 1".to_owned()))]);
    let error = store.apply(&removal).await.unwrap_err();
    assert!(error.message().contains("lock timeout"), "{error}");
    holder.batch_execute("COMMIT").await.unwrap();
    store.apply(&removal).await.unwrap();
}
