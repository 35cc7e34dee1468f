//! The conformance suite: what every driver of the store must do.
//!
//! A driver's tests invoke it once: `store_conformance!(open)`, where `open()` is an async function that
//! returns a new, empty [`Store`] with a guard that keeps its database alive.

mod agreement;
mod audit;
mod edits;
mod gathered;
mod queue;
mod vectors;

use jiff::Timestamp;
use uuid::Uuid;

pub use agreement::agrees_with_the_reference_model;
pub use audit::*;
pub use edits::edits_are_removed_with_their_objects;
pub use gathered::*;
pub use queue::*;
pub use vectors::*;

use erstwhile::store::{ListOrder, ListPage, Locate, Queue, Store};
use erstwhile_core::change::{Applied, Batch, BatchPrecondition, Change, ProjectChange};
use erstwhile_core::error::ErrorKind;
use erstwhile_core::evidence::Evidence;
use erstwhile_core::model::{
    ApiKey, ApiKeyId, Assertion, AssertionId, BatchId, ClaimKind, EntityId, Episode, EpisodeId, EpisodeKind,
    EpisodeState, GraphId, Holding, KeyRole, Mention, Metadata, Partition, PartitionOwner, Project, ProjectId, Role,
    TaskId, TaskState, Thread, User,
};

/// Instantiates the suite for a driver: one test for each function of this module, and one with random batches, whose
/// number of cases can be reduced for databases that are slow to create.
#[macro_export]
macro_rules! store_conformance {
    ($open:path) => {
        $crate::store_conformance!($open, random cases: 192);
    };
    ($open:path, random cases: $cases:literal) => {
        $crate::store_conformance!(@tests $open:
            a_batch_is_applied_whole_or_not_at_all
            a_batch_is_applied_once
            a_null_character_is_refused
            a_stale_expectation_is_refused
            a_change_in_the_batch_of_another_partition_is_refused
            messages_keep_their_order
            users_threads_and_graphs_are_found_by_their_own_ids
            projects_do_not_see_each_other
            listings_page_search_and_sort
            keys_are_found_by_digest_and_revoked
            a_graph_is_claimed_by_its_key
            a_graph_is_claimed_by_one_worker_at_a_time
            a_batch_with_an_expired_lease_is_rejected
            graphs_are_claimed_by_project
            summaries_are_requested_by_graph
            a_task_follows_its_episodes
            a_removed_graph_leaves_nothing
            a_vector_is_stored_for_an_unchanged_graph_only
            a_removal_that_is_sent_again_is_known
            what_arrives_again_after_a_removal_revives_nothing
            evidence_since_a_version_is_what_changed
            evidence_is_a_consistent_snapshot
            edits_are_removed_with_their_objects
            a_setting_replaces_only_what_it_may
            memberships_are_removed_with_the_graph
            documents_are_read_back_unchanged
            import_job_states_only_advance
            threads_have_metadata_and_can_end
            additions_of_one_batch_keep_their_order
            records_follow_one_another
            a_known_end_must_still_be_in_the_log
            the_chain_survives_the_erasure_of_a_user
            records_of_concurrent_writers_make_one_chain
        );

        proptest::proptest! {
            #![proptest_config(proptest::test_runner::Config::with_cases($cases))]

            /// Random batches have the same effect on the database as on the reference model.
            #[test]
            fn random_batches_agree_with_the_reference_model(batches in $crate::batches()) {
                let runtime = tokio::runtime::Runtime::new()?;
                runtime.block_on(async {
                    let (store, _guard) = $open().await;
                    $crate::conformance::agrees_with_the_reference_model(&store, &batches).await;
                });
            }
        }
    };
    (@tests $open:path: $($name:ident)*) => {
        $(#[tokio::test]
        async fn $name() {
            let (store, _guard) = $open().await;
            $crate::conformance::$name(&store).await;
        })*
    };
}

fn at(microseconds: i64) -> Timestamp {
    Timestamp::from_microsecond(1_700_000_000_000_000 + microseconds).expect("a time within range")
}

fn project(number: u128) -> ProjectId {
    ProjectId(Uuid::from_u128(number))
}

fn graph_id(number: u128) -> GraphId {
    GraphId(Uuid::from_u128((number + 1) << 100))
}

fn batch(number: u128, graph: GraphId, changes: Vec<Change>) -> Batch {
    batch_of(project(1), number, graph, changes)
}

fn batch_of(project: ProjectId, number: u128, graph: GraphId, changes: Vec<Change>) -> Batch {
    let id = BatchId(Uuid::from_u128(number));
    Batch {
        id,
        project,
        partition: Some(graph.into()),
        expect: BatchPrecondition::None,
        at: at(number as i64),
        changes,
    }
}

fn new_user(project: ProjectId, graph: GraphId, user_id: &str, created: i64) -> Change {
    let row = Partition {
        id: graph.into(),
        project,
        owner: PartitionOwner::User(user_id.to_owned()),
        name: None,
        description: None,
        time_zone: None,
        created_at: at(created),
        updated_at: at(created),
        version: 0,
        revision: 0,
    };
    let user = User {
        graph,
        project,
        user_id: user_id.to_owned(),
        uuid: graph.within(Uuid::from_u128(1)).into(),
        email: Some(format!("{user_id}@example.org")),
        first_name: Some("Ann".to_owned()),
        last_name: Some(format!("Of_{user_id}")),
        time_zone: None,
        metadata: Metadata::new(),
        disable_default_ontology: false,
        created_at: at(created),
        updated_at: at(created),
        thread_count: 0,
    };
    Change::AddPartition(row, Some(user))
}

fn new_thread(graph: GraphId, thread_id: &str, user_id: &str) -> Change {
    Change::AddThread(Thread {
        graph,
        project: project(1),
        thread_id: thread_id.to_owned(),
        uuid: graph.within(Uuid::from_u128(2)).into(),
        user_id: Some(user_id.to_owned()),
        user_uuid: Some(graph.within(Uuid::from_u128(1)).into()),
        metadata: Metadata::new(),
        classifications: Metadata::new(),
        created_at: at(0),
        updated_at: at(0),
        ended_at: None,
    })
}

fn message(graph: GraphId, thread: &str, number: u128) -> Episode {
    Episode {
        id: EpisodeId(graph.within(Uuid::from_u128(number))),
        seq: 0,
        thread: Some(thread.to_owned()),
        kind: EpisodeKind::Message,
        role: Some(Role::User),
        name: None,
        content: format!("message {number} 'with' \"quotes\" ünïcode 🙂"),
        metadata: Metadata::from_iter([("n".to_owned(), (number as u64).into())]),
        source_description: None,
        document_id: None,
        reference_time: at(number as i64),
        recorded_at: at(number as i64),
        state: EpisodeState::Pending,
        task: None,
        strict: false,
        model_reading: None,
    }
}

async fn with_thread(store: &Store) -> GraphId {
    let graph = graph_id(1);
    let changes = vec![new_user(project(1), graph, "ann", 1), new_thread(graph, "t", "ann")];
    store.apply(&batch(1, graph, changes)).await.unwrap();
    graph
}

/// A rejected batch has no effect, not even that of the changes before the one that was rejected.
pub async fn a_batch_is_applied_whole_or_not_at_all(store: &Store) {
    let graph = with_thread(store).await;
    let before = store.evidence_since(graph, 0).await.unwrap().unwrap();
    let changes = vec![
        Change::AddEpisodes(vec![message(graph, "t", 10)]),
        Change::RemoveEpisode(EpisodeId(graph.within(Uuid::from_u128(99)))),
    ];
    let error = store.apply(&batch(2, graph, changes)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(store.evidence_since(graph, 0).await.unwrap().unwrap(), before);
    let taken =
        store.apply(&batch(3, graph_id(2), vec![new_user(project(1), graph_id(2), "ann", 2)])).await.unwrap_err();
    assert_eq!(taken.kind(), ErrorKind::AlreadyExists);
    assert!(taken.message().contains("already exists with user_id: ann"), "{taken}");
    assert!(store.find_partition(graph_id(2).into()).await.unwrap().is_none());
}

/// Sending a batch again has no further effect, also when the batch was rejected.
pub async fn a_batch_is_applied_once(store: &Store) {
    let graph = with_thread(store).await;
    let batch = batch(2, graph, vec![Change::AddEpisodes(vec![message(graph, "t", 10)])]);
    assert!(matches!(store.apply(&batch).await.unwrap(), Applied::Now { .. }));
    assert_eq!(store.apply(&batch).await.unwrap(), Applied::Before);
    assert_eq!(store.count_messages(graph, "t").await.unwrap(), 1);
}

/// A batch with a null character in a text is rejected, even by databases that could store it.
pub async fn a_null_character_is_refused(store: &Store) {
    let graph = with_thread(store).await;
    let said = Episode { content: "a\0b".to_owned(), ..message(graph, "t", 10) };
    let refused = store.apply(&batch(2, graph, vec![Change::AddEpisodes(vec![said])])).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Invalid);
    assert_eq!(store.count_messages(graph, "t").await.unwrap(), 0);
}

/// A batch with an outdated revision conflicts; adding messages does not increment the revision.
pub async fn a_stale_expectation_is_refused(store: &Store) {
    let graph = with_thread(store).await;
    let revision = store.find_partition(graph.into()).await.unwrap().unwrap().revision;
    store.apply(&batch(2, graph, vec![Change::AddEpisodes(vec![message(graph, "t", 10)])])).await.unwrap();
    let episode = EpisodeId(graph.within(Uuid::from_u128(10)));
    let expecting = |number, expected| Batch {
        expect: BatchPrecondition::Revision(expected),
        ..batch(number, graph, vec![Change::RemoveEpisode(episode)])
    };
    assert_eq!(store.apply(&expecting(3, revision + 1)).await.unwrap_err().kind(), ErrorKind::Conflict);
    store.apply(&expecting(4, revision)).await.unwrap();
    assert_eq!(store.find_partition(graph.into()).await.unwrap().unwrap().revision, revision + 1);
}

/// A change that names its partition is neither applied nor ignored in a batch of another partition, or of none.
pub async fn a_change_in_the_batch_of_another_partition_is_refused(store: &Store) {
    let graph = with_thread(store).await;
    store.apply(&batch(2, graph_id(2), vec![new_user(project(1), graph_id(2), "bob", 2)])).await.unwrap();
    for (number, change) in [(3, new_thread(graph, "other", "ann")), (4, new_user(project(1), graph_id(3), "cid", 3))] {
        let elsewhere = batch(number, graph_id(2), vec![change]);
        let of_project = Batch { partition: None, ..elsewhere.clone() };
        for batch in [elsewhere, of_project] {
            assert_eq!(store.apply(&batch).await.map_err(|error| error.kind()), Err(ErrorKind::Internal));
        }
    }
    assert_eq!(store.find_thread(graph, "other").await.unwrap(), None);
    assert!(store.find_partition(graph_id(3).into()).await.unwrap().is_none());
}

/// The order inside a batch and between batches is kept, even when batches arrive concurrently.
pub async fn messages_keep_their_order(store: &Store) {
    let graph = with_thread(store).await;
    let mut writes = Vec::new();
    for group in 0..20_u128 {
        let messages = (0..5).map(|number| message(graph, "t", 100 + group * 10 + number)).collect();
        writes.push((store.clone(), batch(10 + group, graph, vec![Change::AddEpisodes(messages)])));
    }
    let mut running = tokio::task::JoinSet::new();
    for (store, batch) in writes {
        running.spawn(async move { store.apply(&batch).await.unwrap() });
    }
    running.join_all().await;
    let messages = store.messages(graph, "t", 0, 1_000).await.unwrap();
    assert_eq!(messages.len(), 100);
    assert!(messages.windows(2).all(|pair| pair[0].seq < pair[1].seq));
    for chunk in messages.chunks(5) {
        let numbers: Vec<u64> = chunk.iter().map(|message| message.metadata["n"].as_u64().unwrap()).collect();
        assert!(numbers.windows(2).all(|pair| pair[1] == pair[0] + 1), "{numbers:?}");
    }
    let expected = message(graph, "t", 100);
    let found = store.find_episode(graph, expected.id).await.unwrap().unwrap();
    assert_eq!(Episode { seq: 0, ..found }, expected, "an episode is read back as written");
    let last = store.last_messages(graph, "t", 3).await.unwrap();
    assert_eq!(last, messages[97..]);
    assert_eq!(store.messages(graph, "t", 10, 5).await.unwrap(), messages[10..15]);
}

/// Every object is found by the application's own id, whatever characters the id contains.
pub async fn users_threads_and_graphs_are_found_by_their_own_ids(store: &Store) {
    let strange = ["a b", "ünï/cøde", "'; DROP TABLE graph; --", "🙂%_\\", &"x".repeat(500)];
    for (number, user_id) in strange.iter().enumerate() {
        let graph = graph_id(number as u128);
        let thread = format!("thread of {user_id}");
        let changes = vec![new_user(project(1), graph, user_id, number as i64), new_thread(graph, &thread, user_id)];
        store.apply(&batch(number as u128 + 1, graph, changes)).await.unwrap();
        assert_eq!(store.locate(project(1), Locate::User, user_id).await.unwrap(), Some(graph.into()));
        assert_eq!(store.locate(project(1), Locate::Thread, &thread).await.unwrap(), Some(graph.into()));
        assert_eq!(store.locate(project(1), Locate::Tag, &graph.tag()).await.unwrap(), Some(graph.into()));
        assert_eq!(store.locate(project(1), Locate::Graph, user_id).await.unwrap(), None);
        assert_eq!(store.find_user(graph).await.unwrap().unwrap().user_id, *user_id);
        assert_eq!(store.find_user(graph).await.unwrap().unwrap().thread_count, 1);
        assert_eq!(store.find_thread(graph, &thread).await.unwrap().unwrap().user_id.as_deref(), Some(*user_id));
    }
}

/// The same id in two projects identifies two objects, and neither project finds the other's.
pub async fn projects_do_not_see_each_other(store: &Store) {
    for number in 1..=2_u128 {
        let (owner, graph) = (project(number), graph_id(number));
        store.apply(&batch_of(owner, number, graph, vec![new_user(owner, graph, "ann", 1)])).await.unwrap();
    }
    for number in 1..=2_u128 {
        let page = ListPage { order: ListOrder::Created, ascending: true, offset: 0, limit: 10 };
        let (users, total) = store.list_users(project(number), "", page).await.unwrap();
        assert_eq!((users.len(), total, users[0].graph), (1, 1, graph_id(number)));
        let other = graph_id(3 - number).tag();
        assert_eq!(store.locate(project(number), Locate::Tag, &other).await.unwrap(), None);
    }
}

/// Consecutive pages have no gaps or overlaps, in every order, with and without a search.
pub async fn listings_page_search_and_sort(store: &Store) {
    for number in 0..25_u128 {
        let graph = graph_id(number);
        let user = new_user(project(1), graph, &format!("user_{:02}", (number * 7) % 25), number as i64);
        store.apply(&batch(number + 1, graph, vec![user])).await.unwrap();
    }
    for (order, ascending) in
        [(ListOrder::Created, true), (ListOrder::Created, false), (ListOrder::Id, true), (ListOrder::Other, false)]
    {
        let mut seen = Vec::new();
        for offset in (0..30).step_by(10) {
            let page = ListPage { order, ascending, offset, limit: 10 };
            let (users, total) = store.list_users(project(1), "", page).await.unwrap();
            assert_eq!(total, 25);
            seen.extend(users);
        }
        assert_eq!(seen.len(), 25);
        let key = |user: &User| match order {
            ListOrder::Created | ListOrder::Updated => user.created_at.as_microsecond().to_string(),
            ListOrder::Id | ListOrder::Other => user.user_id.clone(),
        };
        let keys: Vec<String> = seen.iter().map(key).collect();
        let mut sorted = keys.clone();
        sorted.sort();
        if !ascending {
            sorted.reverse();
        }
        assert_eq!(keys, sorted);
    }
    let page = ListPage { order: ListOrder::Id, ascending: true, offset: 0, limit: 10 };
    let ids = |users: Vec<User>| -> Vec<String> { users.into_iter().map(|user| user.user_id).collect() };
    assert_eq!(ids(store.list_users(project(1), "USER_07", page).await.unwrap().0), ["user_07"]);
    assert_eq!(store.list_users(project(1), "example.org", page).await.unwrap().1, 25);
    assert_eq!(store.list_users(project(1), "r%0", page).await.unwrap().1, 0, "a percent sign is not a wildcard");
    assert_eq!(store.list_users(project(1), "ann of_user_03", page).await.unwrap().1, 1);
}

/// A key is found by its digest, and its revocation is visible at once.
pub async fn keys_are_found_by_digest_and_revoked(store: &Store) {
    let digest = [7; 32];
    let row = Project { id: project(1), name: "one".to_owned(), description: None, time_zone: None, created_at: at(0) };
    let key = ApiKey {
        id: ApiKeyId(Uuid::from_u128(5)),
        project: project(1),
        name: "key".to_owned(),
        prefix: "ew_".to_owned(),
        digest,
        role: KeyRole::Read,
        graph: Some(graph_id(0)),
        created_at: at(1),
        expires_at: Some(at(100)),
        revoked_at: None,
    };
    let of_project = |number, changes| Batch { partition: None, ..batch(number, graph_id(0), changes) };
    store
        .apply(&of_project(
            1,
            vec![Change::Project(ProjectChange::Add(row.clone())), Change::Project(ProjectChange::AddKey(key.clone()))],
        ))
        .await
        .unwrap();
    assert_eq!(store.find_project_by_name("one").await.unwrap(), Some(row.clone()));
    assert_eq!(store.find_project(project(1)).await.unwrap(), Some(row.clone()));
    assert_eq!(store.find_key(&digest).await.unwrap(), Some(key.clone()));
    assert_eq!(store.find_key(&[8; 32]).await.unwrap(), None);
    let again = store.apply(&of_project(2, vec![Change::Project(ProjectChange::Add(row))])).await.unwrap_err();
    assert_eq!(again.kind(), ErrorKind::AlreadyExists);
    store.apply(&of_project(3, vec![Change::Project(ProjectChange::RevokeKey(key.id))])).await.unwrap();
    assert_eq!(store.list_keys(project(1)).await.unwrap()[0].revoked_at, Some(at(3)));
    store.apply(&of_project(4, vec![Change::Project(ProjectChange::RevokeKey(key.id))])).await.unwrap();
    assert_eq!(store.list_keys(project(1)).await.unwrap()[0].revoked_at, Some(at(3)), "the first revocation counts");
}

/// A task counts its own episodes, also when some fail or are deleted.
pub async fn a_task_follows_its_episodes(store: &Store) {
    let graph = with_thread(store).await;
    let task = TaskId(graph.within(Uuid::from_u128(77)));
    let mine = (10..13).map(|number| Episode { task: Some(task), ..message(graph, "t", number) }).collect();
    let add = Change::AddTask { task, kind: "add_messages".to_owned(), total: 3 };
    store.apply(&batch(2, graph, vec![add, Change::AddEpisodes(mine)])).await.unwrap();
    store.apply(&batch(3, graph, vec![Change::AddEpisodes(vec![message(graph, "t", 20)])])).await.unwrap();
    let state = || async { store.find_task(graph, task).await.unwrap().unwrap() };
    assert_eq!((state().await.state, state().await.total), (TaskState::Pending, 3));
    let id = |number: u128| EpisodeId(graph.within(Uuid::from_u128(number)));
    let settle = |number, episode, state| batch(number, graph, vec![Change::SetEpisodeState(id(episode), state)]);
    store.apply(&settle(4, 10, EpisodeState::Processed)).await.unwrap();
    assert_eq!((state().await.state, state().await.done), (TaskState::Processing, 1));
    store.apply(&batch(5, graph, vec![Change::RemoveEpisode(id(11))])).await.unwrap();
    store.apply(&settle(6, 12, EpisodeState::Failed("why".to_owned()))).await.unwrap();
    let task = state().await;
    assert_eq!((task.state, task.done, task.failed, task.error), (TaskState::Failed, 3, 1, Some("why".to_owned())));
}

/// Nothing of a removed graph is found, its ids can be used again, and later batches are rejected.
pub async fn a_removed_graph_leaves_nothing(store: &Store) {
    let graph = with_thread(store).await;
    store.apply(&batch(2, graph, vec![Change::AddEpisodes(vec![message(graph, "t", 10)])])).await.unwrap();
    store.apply(&batch(3, graph, vec![Change::RemovePartition(PartitionOwner::User("ann".to_owned()))])).await.unwrap();
    // Other tests on the same server may still read the rows.
    drop(store.complete_erasures(store.pending_erasures().await.unwrap(), &[], || at(3)).await);
    assert_eq!(store.locate(project(1), Locate::User, "ann").await.unwrap(), None);
    assert_eq!(store.locate(project(1), Locate::Thread, "t").await.unwrap(), None);
    assert_eq!(store.locate(project(1), Locate::Tag, &graph.tag()).await.unwrap(), None);
    assert_eq!(store.find_partition(graph.into()).await.unwrap(), None);
    assert_eq!(store.evidence_since(graph, 0).await.unwrap(), None);
    assert_eq!(store.queue_depth(Queue::Ingestion).await.unwrap().episodes, 0);
    let late = store.apply(&batch(4, graph, vec![Change::AddEpisodes(vec![message(graph, "t", 11)])])).await;
    assert_eq!(late.unwrap_err().kind(), ErrorKind::NotFound);
    let anew = vec![new_user(project(1), graph_id(9), "ann", 9), new_thread(graph_id(9), "t", "ann")];
    store.apply(&batch(5, graph_id(9), anew)).await.unwrap();
    assert_eq!(store.count_messages(graph_id(9), "t").await.unwrap(), 0);
}

/// A removal that is sent again, because its answer was lost, is recognised although its object no longer exists.
pub async fn a_removal_that_is_sent_again_is_known(store: &Store) {
    let (graph, shared, alone) = (with_thread(store).await, graph_id(2), graph_id(3));
    let owned = |graph, owner: &PartitionOwner| {
        Change::AddPartition(Partition::new(graph, project(1), owner.clone(), at(1)), None)
    };
    let (of_all, of_nobody) =
        (PartitionOwner::Standalone("all".to_owned()), PartitionOwner::Thread("alone".to_owned()));
    store.apply(&batch(2, shared, vec![owned(shared.into(), &of_all)])).await.unwrap();
    let mut thread = new_thread(alone, "alone", "nobody");
    if let Change::AddThread(thread) = &mut thread {
        (thread.user_id, thread.user_uuid) = (None, None);
    }
    store.apply(&batch(3, alone, vec![owned(alone.into(), &of_nobody), thread])).await.unwrap();
    let removals = [
        batch(4, graph, vec![Change::RemoveThread("t".to_owned())]),
        batch(5, graph, vec![Change::RemovePartition(PartitionOwner::User("ann".to_owned()))]),
        batch(6, shared, vec![Change::RemovePartition(of_all)]),
        batch(7, alone, vec![Change::RemovePartition(of_nobody)]),
    ];
    for removal in &removals {
        assert!(matches!(store.apply(removal).await.unwrap(), Applied::Now { .. }), "{removal:?}");
        assert_eq!(store.apply(removal).await.unwrap(), Applied::Before, "{removal:?}");
    }
    // Housekeeping removes the ids of batches that are no longer retried.
    store.remove_applied_batches(at(100)).await.unwrap();
    for removal in &removals {
        assert_eq!(store.apply(removal).await.unwrap_err().kind(), ErrorKind::NotFound, "{removal:?}");
    }
}

/// What is sent again, because its answer was lost, and arrives only after its graph was removed, is not applied again.
pub async fn what_arrives_again_after_a_removal_revives_nothing(store: &Store) {
    let graph = graph_id(1);
    let arrival = batch(1, graph, vec![new_user(project(1), graph, "ann", 1), new_thread(graph, "t", "ann")]);
    let message = batch(2, graph, vec![Change::AddEpisodes(vec![message(graph, "t", 10)])]);
    let removal = batch(3, graph, vec![Change::RemovePartition(PartitionOwner::User("ann".to_owned()))]);
    for batch in [&arrival, &message, &removal] {
        assert!(matches!(store.apply(batch).await.unwrap(), Applied::Now { .. }), "{batch:?}");
    }
    for batch in [&arrival, &message, &removal] {
        assert_eq!(store.apply(batch).await.unwrap(), Applied::Before, "{batch:?}");
    }
    assert_eq!(store.locate(project(1), Locate::User, "ann").await.unwrap(), None);
    assert_eq!(store.find_partition(graph.into()).await.unwrap(), None);
}

/// The evidence since a version consists of exactly the changes of later batches.
pub async fn evidence_since_a_version_is_what_changed(store: &Store) {
    let graph = with_thread(store).await;
    let first = store.evidence_since(graph, 0).await.unwrap().unwrap();
    store
        .apply(&batch(2, graph, vec![Change::AddEpisodes(vec![message(graph, "t", 10), message(graph, "t", 11)])]))
        .await
        .unwrap();
    let second = store.evidence_since(graph, first.version).await.unwrap().unwrap();
    assert_eq!((second.episodes.len(), second.version), (2, first.version + 1));
    let gone = EpisodeId(graph.within(Uuid::from_u128(10)));
    store.apply(&batch(3, graph, vec![Change::RemoveEpisode(gone)])).await.unwrap();
    let third = store.evidence_since(graph, second.version).await.unwrap().unwrap();
    assert_eq!((third.tombstones.len(), third.tombstones[0].1, third.episodes.len()), (1, gone.0, 0));
    let nothing = store.evidence_since(graph, third.version).await.unwrap().unwrap();
    assert_eq!(nothing, Evidence { version: third.version, ..Evidence::default() });
}

/// While messages are repeatedly replaced by others, each read sees exactly one complete message, with the version of
/// the batch that added it.
pub async fn evidence_is_a_consistent_snapshot(store: &Store) {
    const WRITES: u128 = 60;
    let graph = with_thread(store).await;
    let begun = store.evidence_since(graph, 0).await.unwrap().unwrap().version;
    let writing = store.clone();
    let writer = tokio::spawn(async move {
        for number in 1..=WRITES {
            let said = message(graph, "t", 100 + number);
            let mut changes = vec![Change::AddMention(mention(&said)), Change::AddAssertion(assertion(graph, &said))];
            changes.insert(0, Change::AddEpisodes(vec![said]));
            if number > 1 {
                changes.push(Change::RemoveEpisode(message(graph, "t", 99 + number).id));
            }
            writing.apply(&batch(1_000 + number, graph, changes)).await.unwrap();
        }
    });
    loop {
        let over = writer.is_finished();
        let seen = store.evidence_since(graph, 0).await.unwrap().unwrap();
        let number = u128::try_from(seen.version - begun).unwrap();
        let expected: Vec<EpisodeId> = (number > 0).then(|| message(graph, "t", 100 + number).id).into_iter().collect();
        assert_eq!(seen.episodes.iter().map(|episode| episode.id).collect::<Vec<_>>(), expected, "at {number}");
        let said: Vec<EpisodeId> = seen.assertions.iter().filter_map(|assertion| assertion.episode).collect();
        assert_eq!(said, expected, "assertions after write {number}");
        let named: Vec<EpisodeId> = seen.mentions.iter().filter_map(|mention| mention.episode).collect();
        assert_eq!(named, expected, "mentions after write {number}");
        assert_eq!(seen.tombstones.len() as u128, number.saturating_sub(1), "tombstones after write {number}");
        if over {
            assert_eq!(number, WRITES);
            break;
        }
    }
    writer.await.unwrap();
}

fn mention(said: &Episode) -> Mention {
    Mention {
        episode: Some(said.id),
        name: "message".to_owned(),
        entity: EntityId(said.id.0),
        entity_type: None,
        span: 0..7,
        recorded_at: said.recorded_at,
    }
}

fn assertion(graph: GraphId, said: &Episode) -> Assertion {
    Assertion {
        id: AssertionId(graph.derive(said.id.0.as_bytes())),
        episode: Some(said.id),
        sequence: None,
        subject: EntityId(said.id.0),
        predicate: "IS".to_owned(),
        object: Some(EntityId(graph.within(Uuid::from_u128(3)))),
        statement: said.content.clone(),
        span: 0..7,
        kind: ClaimKind::Asserts,
        holding: Holding::Shared,
        valid_from: None,
        valid_until: None,
        reference_time: said.reference_time,
        recorded_at: said.recorded_at,
        confidence: 1.0,
        extractor: "test".to_owned(),
        attributes: Metadata::new(),
    }
}
