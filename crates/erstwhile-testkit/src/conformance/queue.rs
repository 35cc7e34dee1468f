//! What every driver must do: claims and leases of the ingestion queue.

use uuid::Uuid;

use super::{at, batch, graph_id, message, with_thread};
use erstwhile::store::{Queue, Store};
use erstwhile_core::change::{Batch, BatchPrecondition, Change};
use erstwhile_core::error::ErrorKind;
use erstwhile_core::model::{EpisodeId, EpisodeState};

/// A claimed graph is not claimed again before its lease expires or is released.
pub async fn a_graph_is_claimed_by_one_worker_at_a_time(store: &Store) {
    let graph = with_thread(store).await;
    assert_eq!(store.claim(Queue::Ingestion, at(100), at(200)).await.unwrap(), None, "nothing is pending");
    store.apply(&batch(2, graph, vec![Change::AddEpisodes(vec![message(graph, "t", 10)])])).await.unwrap();
    let lease = store.claim(Queue::Ingestion, at(100), at(200)).await.unwrap().unwrap();
    assert_eq!(lease.partition, graph.into());
    assert_eq!(store.claim(Queue::Ingestion, at(150), at(250)).await.unwrap(), None);
    assert_eq!(store.claim_partition(Queue::Ingestion, graph.into(), at(150), at(250)).await.unwrap(), None);
    assert!(store.release(lease, at(180), Some(&"down".to_owned())).await.unwrap(), "an episode is pending");
    assert_eq!(store.claim(Queue::Ingestion, at(170), at(250)).await.unwrap(), None, "not claimed before it is ready");
    assert_eq!(store.claim_partition(Queue::Ingestion, graph.into(), at(170), at(250)).await.unwrap(), None);
    let again = store.claim(Queue::Ingestion, at(190), at(250)).await.unwrap().unwrap();
    assert_eq!(again.attempts, 1);
    let depth = store.queue_depth(Queue::Ingestion).await.unwrap();
    assert_eq!((depth.episodes, depth.graphs, depth.attempts_max), (1, 1, 1));
}

/// A worker can claim a given graph without polling the queue, with the same result as by polling.
pub async fn a_graph_is_claimed_by_its_key(store: &Store) {
    let graph = with_thread(store).await;
    let claim = |now, until| store.claim_partition(Queue::Ingestion, graph.into(), at(now), at(until));
    assert_eq!(claim(100, 200).await.unwrap(), None, "nothing is pending");
    assert_eq!(
        store.claim_partition(Queue::Ingestion, graph_id(99).into(), at(100), at(200)).await.unwrap(),
        None,
        "no such graph"
    );
    store.apply(&batch(2, graph, vec![Change::AddEpisodes(vec![message(graph, "t", 10)])])).await.unwrap();
    let first = claim(100, 200).await.unwrap().unwrap();
    assert_eq!(store.claim(Queue::Ingestion, at(150), at(250)).await.unwrap(), None, "another worker holds the lease");
    let after_its_lease = claim(300, 400).await.unwrap().unwrap();
    assert_eq!((after_its_lease.partition, after_its_lease.attempts), (graph.into(), 0));
    assert!(after_its_lease.epoch > first.epoch);
    assert!(!store.release(first, at(310), None).await.unwrap(), "a lost lease cannot be released");
    let episode = EpisodeId(graph.within(Uuid::from_u128(10)));
    let processed = Change::SetEpisodeState(episode, EpisodeState::Processed);
    store.apply(&batch(3, graph, vec![processed])).await.unwrap();
    assert!(!store.release(after_its_lease, at(310), None).await.unwrap(), "nothing is pending any longer");
    assert_eq!(claim(400, 500).await.unwrap(), None);
}

/// After a lease has expired and another worker has claimed the graph, the batch of the first worker is rejected.
pub async fn a_batch_with_an_expired_lease_is_rejected(store: &Store) {
    let graph = with_thread(store).await;
    store.apply(&batch(2, graph, vec![Change::AddEpisodes(vec![message(graph, "t", 10)])])).await.unwrap();
    let episode = EpisodeId(graph.within(Uuid::from_u128(10)));
    let revision = store.find_partition(graph.into()).await.unwrap().unwrap().revision;
    let done = |number, epoch| Batch {
        expect: BatchPrecondition::Lease { epoch, revision },
        ..batch(number, graph, vec![Change::SetEpisodeState(episode, EpisodeState::Processed)])
    };
    let slow = store.claim(Queue::Ingestion, at(100), at(200)).await.unwrap().unwrap();
    let quick = store.claim(Queue::Ingestion, at(300), at(400)).await.unwrap().unwrap();
    assert!(quick.epoch > slow.epoch);
    assert_eq!(store.apply(&done(3, slow.epoch)).await.unwrap_err().kind(), ErrorKind::Conflict);
    assert!(!store.extend(slow, at(500)).await.unwrap());
    store.apply(&done(4, quick.epoch)).await.unwrap();
    assert_eq!(store.queue_depth(Queue::Ingestion).await.unwrap().episodes, 0);
    assert_eq!(store.pending_episodes(graph, 10).await.unwrap(), []);
}
