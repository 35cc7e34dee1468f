//! What every driver must do: claims and leases of the ingestion queue.

use uuid::Uuid;

use super::{at, batch, batch_of, graph_id, message, new_user, project, with_thread};
use erstwhile::store::{Queue, Store};
use erstwhile_core::change::{Batch, BatchPrecondition, Change};
use erstwhile_core::error::ErrorKind;
use erstwhile_core::model::{Episode, EpisodeId, EpisodeKind, EpisodeState, SummarySubject, WrittenSummary};

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

/// It is known which projects have graphs that can be claimed, and a graph of one of them is claimed.
pub async fn graphs_are_claimed_by_project(store: &Store) {
    let own = with_thread(store).await;
    let other = graph_id(2);
    store.apply(&batch_of(project(2), 2, other, vec![new_user(project(2), other, "bea", 1)])).await.unwrap();
    let projects = async || store.projects_with_claimable_graphs(Queue::Ingestion, at(100)).await.unwrap();
    assert_eq!(projects().await, []);
    store.apply(&batch(3, own, vec![Change::AddEpisodes(vec![message(own, "t", 10)])])).await.unwrap();
    let text = Episode { thread: None, kind: EpisodeKind::Text, role: None, ..message(other, "t", 11) };
    store.apply(&batch_of(project(2), 4, other, vec![Change::AddEpisodes(vec![text])])).await.unwrap();
    let both = projects().await;
    assert!(both.len() == 2 && both.contains(&project(1)) && both.contains(&project(2)), "{both:?}");
    let claim = async |of| store.claim_of_project(Queue::Ingestion, project(of), at(100), at(200)).await.unwrap();
    assert_eq!(claim(3).await, None, "nothing of such a project waits");
    assert_eq!(claim(2).await.unwrap().partition, other.into());
    assert_eq!(claim(2).await, None, "its only graph is claimed");
    assert_eq!(projects().await, [project(1)]);
    assert_eq!(claim(1).await.unwrap().partition, own.into());
}

/// Graphs with a written summary of their user are found by project; a request lets one be claimed until it is counted.
pub async fn summaries_are_requested_by_graph(store: &Store) {
    let graph = with_thread(store).await;
    let found = async |after| store.graphs_with_user_summary(project(1), after, 10).await.unwrap();
    let summary = |subject| WrittenSummary {
        subject,
        text: "Ann likes tea.".to_owned(),
        basis: vec![Uuid::from_u128(7)],
        instructions: String::new(),
        model: "a model".to_owned(),
        written_at: at(2),
    };
    let of_thread = Change::PutWrittenSummary(summary(SummarySubject::Thread("t".to_owned())));
    store.apply(&batch(2, graph, vec![of_thread])).await.unwrap();
    assert_eq!(found(graph_id(0)).await, [], "that of a thread does not count");
    store.apply(&batch(3, graph, vec![Change::PutWrittenSummary(summary(SummarySubject::User))])).await.unwrap();
    assert_eq!(found(graph_id(0)).await, [graph]);
    assert_eq!(found(graph).await, [], "after it");
    assert_eq!(store.graphs_with_user_summary(project(2), graph_id(0), 10).await.unwrap(), []);
    for _ in 0..2 {
        store.request_summaries(&[graph], at(10)).await.unwrap();
    }
    let lease = store.claim(Queue::Model, at(20), at(30)).await.unwrap().expect("it is requested");
    assert_eq!(lease.partition, graph.into());
    store.count_awaiting_episodes(graph).await.unwrap();
    assert!(!store.release(lease, at(25), None).await.unwrap(), "nothing waits any more");
    assert_eq!(store.queue_depth(Queue::Model).await.unwrap().episodes, 0);
}
