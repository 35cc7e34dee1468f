//! Everything outside the knowledge of graphs: settings, groups of users, collections, import jobs, threads.

use serde_json::json;
use uuid::Uuid;

use super::{at, batch, batch_of, graph_id, message, new_user, project, with_thread};
use erstwhile::store::{Locate, Queue, SettingScope, Store};
use erstwhile_core::change::{Batch, Change, CollectionChange, GroupChange, ImportChange, SettingChange};
use erstwhile_core::error::ErrorKind;
use erstwhile_core::model::{
    Collection, CollectionId, Document, EpisodeId, EpisodeKind, GraphId, GroupId, ImportCounts, ImportItem,
    ImportItemState, ImportJob, ImportJobId, ImportState, ImportTarget, Metadata, Partition, PartitionOwner,
    Precondition, Role, Setting, SettingKind, Thread,
};

fn setting(name: &str, value: serde_json::Value) -> Setting {
    Setting { kind: SettingKind::ContextTemplate, name: name.to_owned(), value, updated_at: at(0) }
}

/// A setting belongs to its scope, replaces another only if its precondition holds, and is removed with its graph.
pub async fn a_setting_replaces_only_what_it_may(store: &Store) {
    let graph = with_thread(store).await;
    let general = |number, change| Batch { partition: None, ..batch(number, graph, vec![change]) };
    let put = |value: i64, over| Change::Setting(SettingChange::Put(setting("t", json!(value)), over));
    store.apply(&general(2, put(1, Precondition::Absent))).await.unwrap();
    let taken = store.apply(&general(3, put(2, Precondition::Absent))).await.unwrap_err();
    assert_eq!(taken.kind(), ErrorKind::AlreadyExists);
    let stale = store.apply(&general(4, put(2, Precondition::Equals(json!(9))))).await.unwrap_err();
    assert_eq!(stale.kind(), ErrorKind::Conflict);
    store.apply(&general(5, put(2, Precondition::Equals(json!(1))))).await.unwrap();
    store.apply(&batch(6, graph, vec![put(3, Precondition::None)])).await.unwrap();
    let read =
        async |scope| store.setting(scope, SettingKind::ContextTemplate, "t").await.unwrap().map(|one| one.value);
    assert_eq!(read(SettingScope::Project(project(1))).await, Some(json!(2)));
    assert_eq!(read(SettingScope::Graph(graph)).await, Some(json!(3)));
    assert_eq!(read(SettingScope::Project(project(2))).await, None);
    assert!(store.settings(SettingScope::Graph(graph), SettingKind::Ontology).await.unwrap().is_empty());
    let gone = Change::Setting(SettingChange::Remove(SettingKind::ContextTemplate, "t".to_owned()));
    store.apply(&general(7, gone.clone())).await.unwrap();
    assert_eq!(store.apply(&general(8, gone)).await.unwrap_err().kind(), ErrorKind::NotFound);
    store.apply(&batch(9, graph, vec![Change::RemovePartition(PartitionOwner::User("ann".to_owned()))])).await.unwrap();
    assert_eq!(read(SettingScope::Graph(graph)).await, None);
}

/// Users join a group at most once, can be listed by group, and leave it when their graph is removed.
pub async fn memberships_are_removed_with_the_graph(store: &Store) {
    let group = GroupId(Uuid::from_u128(7));
    for (number, name) in ["ann", "bea", "cleo"].iter().enumerate() {
        let graph = graph_id(number as u128);
        let mut changes = vec![new_user(project(1), graph, name, number as i64)];
        if *name != "cleo" {
            changes.extend([Change::Group(GroupChange::Join(group)), Change::Group(GroupChange::Join(group))]);
        }
        store.apply(&batch(number as u128 + 1, graph, changes)).await.unwrap();
    }
    let users = async |members, search: &str| {
        let (users, total) = store.users_of_group(project(1), group, members, search, (10, 0)).await.unwrap();
        assert_eq!(users.len() as i64, total);
        users.into_iter().map(|user| user.user_id).collect::<Vec<_>>()
    };
    assert_eq!(users(true, "").await, ["ann", "bea"]);
    assert_eq!(users(false, "").await, ["cleo"]);
    assert_eq!(users(true, "BEA").await, ["bea"]);
    assert_eq!(store.groups_of(graph_id(0)).await.unwrap(), [group.0]);
    assert_eq!(store.users_of_group(project(2), group, true, "", (10, 0)).await.unwrap().1, 0);
    store
        .apply(&batch(9, graph_id(0), vec![Change::RemovePartition(PartitionOwner::User("ann".to_owned()))]))
        .await
        .unwrap();
    assert_eq!(users(true, "").await, ["bea"]);
    store.apply(&batch(10, graph_id(1), vec![Change::Group(GroupChange::Leave(group))])).await.unwrap();
    assert!(users(true, "").await.is_empty());
    store.apply(&batch(11, graph_id(1), vec![Change::Group(GroupChange::Join(group))])).await.unwrap();
    store
        .apply(&Batch { partition: None, ..batch(12, graph_id(1), vec![Change::Group(GroupChange::Dissolve(group))]) })
        .await
        .unwrap();
    assert!(users(true, "").await.is_empty());
}

fn new_collection(graph: GraphId, name: &str) -> Vec<Change> {
    let collection = Collection {
        id: CollectionId(graph.0),
        project: project(1),
        name: name.to_owned(),
        uuid: graph.within(Uuid::from_u128(1)).into(),
        description: Some("texts".to_owned()),
        metadata: Metadata::new(),
        dimensions: 2,
        is_auto_embedded: false,
        created_at: at(1),
        updated_at: at(1),
        document_count: 0,
        embedded_count: 0,
    };
    let home = Partition::new(graph.into(), project(1), PartitionOwner::Collection(name.to_owned()), at(1));
    vec![Change::AddPartition(home, None), Change::Collection(CollectionChange::Add(collection))]
}

fn document(graph: GraphId, number: u128, own: &str, embedding: Option<Vec<f32>>) -> Document {
    Document {
        id: graph.within(Uuid::from_u128(number)).into(),
        document_id: Some(own.to_owned()),
        content: format!("text {number} ünïcode 🙂"),
        metadata: Metadata::from_iter([("deep".to_owned(), json!({ "a": [1, "two", null] }))]),
        embedding,
        created_at: at(2),
        updated_at: at(2),
    }
}

/// Documents are read back exactly as written, their own ids are unique, and they are removed with the collection.
pub async fn documents_are_read_back_unchanged(store: &Store) {
    let graph = graph_id(1);
    store.apply(&batch(1, graph, new_collection(graph, "lib"))).await.unwrap();
    assert_eq!(store.locate(project(1), Locate::Collection, "lib").await.unwrap(), Some(graph.into()));
    let one = document(graph, 10, "a", Some(vec![0.1, -3.5e-8]));
    let two = document(graph, 11, "b", None);
    store
        .apply(&batch(
            2,
            graph,
            vec![
                Change::Collection(CollectionChange::AddDocument(one.clone())),
                Change::Collection(CollectionChange::AddDocument(two.clone())),
            ],
        ))
        .await
        .unwrap();
    assert_eq!(store.documents(CollectionId(graph.0)).await.unwrap(), [one.clone(), two.clone()]);
    assert_eq!(store.find_document_by_id(CollectionId(graph.0), "b").await.unwrap(), Some(two.clone()));
    let found = store.find_collection(CollectionId(graph.0)).await.unwrap().unwrap();
    assert_eq!((found.document_count, found.embedded_count), (2, 1));
    let again = Change::Collection(CollectionChange::AddDocument(document(graph, 12, "a", None)));
    assert_eq!(store.apply(&batch(3, graph, vec![again])).await.unwrap_err().kind(), ErrorKind::AlreadyExists);
    let renamed = |own: &str| Document { document_id: Some(own.to_owned()), updated_at: at(5), ..two.clone() };
    let clash = store
        .apply(&batch(4, graph, vec![Change::Collection(CollectionChange::UpdateDocument(renamed("a"), at(2)))]))
        .await
        .unwrap_err();
    assert_eq!(clash.kind(), ErrorKind::AlreadyExists);
    store
        .apply(&batch(5, graph, vec![Change::Collection(CollectionChange::UpdateDocument(renamed("c"), at(2)))]))
        .await
        .unwrap();
    assert_eq!(store.find_document(CollectionId(graph.0), two.id).await.unwrap(), Some(renamed("c")));
    let late = store
        .apply(&batch(8, graph, vec![Change::Collection(CollectionChange::UpdateDocument(renamed("d"), at(2)))]))
        .await
        .unwrap_err();
    assert_eq!(late.kind(), ErrorKind::Conflict, "it changed after it was read");
    store.apply(&batch(6, graph, vec![Change::Collection(CollectionChange::RemoveDocument(one.id))])).await.unwrap();
    assert_eq!(store.find_document(CollectionId(graph.0), one.id).await.unwrap(), None);
    let owner = PartitionOwner::Collection("lib".to_owned());
    store.apply(&batch(7, graph, vec![Change::RemovePartition(owner)])).await.unwrap();
    assert!(store.documents(CollectionId(graph.0)).await.unwrap().is_empty());
    assert_eq!(store.locate(project(1), Locate::Collection, "lib").await.unwrap(), None);
    assert!(store.list_collections(project(1), 10).await.unwrap().is_empty());
}

/// The state of an import job only advances, it is claimed like a graph while it has unfinished items, and it keeps its
/// items.
pub async fn import_job_states_only_advance(store: &Store) {
    let target = with_thread(store).await;
    let home = graph_id(5);
    let bulk = ImportJob {
        id: ImportJobId(home.0),
        project: project(1),
        state: ImportState::Draft,
        metadata: Metadata::new(),
        ignore_roles: vec![Role::System, Role::Tool],
        strict_ontology: true,
        created_at: at(1),
        updated_at: at(1),
        processed_at: None,
        completed_at: None,
        counts: ImportCounts::default(),
    };
    let add = vec![
        Change::AddPartition(Partition::new(home.into(), project(1), PartitionOwner::ImportJob, at(1)), None),
        Change::Import(ImportChange::Add(bulk.clone())),
    ];
    store.apply(&batch(2, home, add)).await.unwrap();
    assert_eq!(store.find_import(ImportJobId(home.0)).await.unwrap(), Some(bulk));
    let item = |seq: i64| ImportItem {
        seq,
        episode: EpisodeId(target.within(Uuid::from_u128(seq as u128 + 100))),
        target: ImportTarget::Thread("t".to_owned()),
        graph: target,
        kind: EpisodeKind::Message,
        role: Some(Role::User),
        name: Some("Ann".to_owned()),
        content: format!("item {seq}"),
        metadata: Metadata::from_iter([("n".to_owned(), json!(seq))]),
        source_description: None,
        document_id: Some("d".to_owned()),
        reference_time: Some(at(-5)),
        created_at: at(3),
        updated_at: at(3),
        state: ImportItemState::Pending,
        task: None,
    };
    let items = vec![item(1), item(2), item(3)];
    store.apply(&batch(3, home, vec![Change::Import(ImportChange::AddItems(items.clone()))])).await.unwrap();
    assert_eq!(store.import_items(ImportJobId(home.0), 0, None, 10).await.unwrap(), items);
    assert_eq!(
        store.import_items(ImportJobId(home.0), 1, Some(&ImportItemState::Pending), 1).await.unwrap(),
        [item(2)]
    );
    assert!(store.claim(Queue::Ingestion, at(10), at(20)).await.unwrap().is_none(), "a draft is not claimed");
    store
        .apply(&batch(4, home, vec![Change::Import(ImportChange::SetState(ImportState::Draft, ImportState::Queued))]))
        .await
        .unwrap();
    let again = batch(5, home, vec![Change::Import(ImportChange::SetState(ImportState::Draft, ImportState::Queued))]);
    assert_eq!(store.apply(&again).await.unwrap_err().kind(), ErrorKind::Conflict);
    let late = batch(6, home, vec![Change::Import(ImportChange::AddItems(vec![item(4)]))]);
    assert_eq!(store.apply(&late).await.unwrap_err().kind(), ErrorKind::Conflict);
    let lease = store.claim(Queue::Ingestion, at(10), at(20)).await.unwrap().unwrap();
    assert_eq!(lease.partition, home.into());
    let moved = |seq, state| Change::Import(ImportChange::SetItemState(seq, state, None));
    let failed = ImportItemState::Failed("gone".to_owned());
    let some = vec![moved(1, ImportItemState::Succeeded), moved(2, failed), moved(3, ImportItemState::Processing)];
    store.apply(&batch(7, home, some)).await.unwrap();
    let counts = store.find_import(ImportJobId(home.0)).await.unwrap().unwrap().counts;
    assert_eq!((counts.pending, counts.processing, counts.succeeded, counts.failed), (0, 1, 1, 1));
    store.release(lease, at(11), None).await.unwrap();
    let lease = store.claim(Queue::Ingestion, at(12), at(20)).await.unwrap().expect("one item is still being ingested");
    store.apply(&batch(8, home, vec![moved(3, ImportItemState::Succeeded)])).await.unwrap();
    store.release(lease, at(13), None).await.unwrap();
    assert_eq!(store.list_imports(project(1), Some(ImportState::Queued), 10, 0).await.unwrap().len(), 1);
    let lease = store.claim(Queue::Ingestion, at(14), at(20)).await.unwrap().expect("the job is not finished yet");
    let over = Change::Import(ImportChange::SetState(ImportState::Queued, ImportState::Partial));
    store.apply(&batch(9, home, vec![over])).await.unwrap();
    store.release(lease, at(15), None).await.unwrap();
    assert!(store.claim(Queue::Ingestion, at(16), at(20)).await.unwrap().is_none(), "a finished job is not claimed");
    let kept = store.import_items(ImportJobId(home.0), 0, None, 10).await.unwrap();
    assert!(kept.iter().all(|item| item.content.is_empty() && item.metadata.is_empty()), "moved to episodes");
    assert_eq!(kept.iter().map(|item| &item.target).collect::<Vec<_>>(), vec![&items[0].target; 3]);
    store.apply(&batch(10, home, vec![Change::Import(ImportChange::EraseItem(1))])).await.unwrap();
    let forgotten = store.import_items(ImportJobId(home.0), 0, None, 1).await.unwrap().remove(0);
    assert_eq!((forgotten.target, forgotten.document_id), (ImportTarget::Deleted, None), "its content is erased");
    assert_eq!(forgotten.state, ImportItemState::Succeeded, "the state of a finished item is kept");
    assert!(store.list_imports(project(1), Some(ImportState::Draft), 10, 0).await.unwrap().is_empty());
    assert!(store.list_imports(project(2), None, 10, 0).await.unwrap().is_empty());
}

/// A thread has metadata, may have no user, and accepts no messages once it has ended.
pub async fn threads_have_metadata_and_can_end(store: &Store) {
    let graph = with_thread(store).await;
    let mut thread = store.find_thread(graph, "t").await.unwrap().unwrap();
    let seen = thread.updated_at;
    thread.metadata.insert("topic".to_owned(), json!({ "a": 1 }));
    thread.classifications.insert("mood".to_owned(), json!("happy"));
    thread.updated_at = at(9);
    store.apply(&batch(2, graph, vec![Change::UpdateThread(thread.clone(), seen)])).await.unwrap();
    assert_eq!(store.find_thread(graph, "t").await.unwrap(), Some(thread.clone()));
    thread.ended_at = Some(at(10));
    let late = batch(5, graph, vec![Change::UpdateThread(thread.clone(), seen)]);
    assert_eq!(store.apply(&late).await.unwrap_err().kind(), ErrorKind::Conflict, "it changed after it was read");
    store.apply(&batch(3, graph, vec![Change::UpdateThread(thread, at(9))])).await.unwrap();
    let late = batch(4, graph, vec![Change::AddEpisodes(vec![message(graph, "t", 10)])]);
    assert_eq!(store.apply(&late).await.unwrap_err().kind(), ErrorKind::NotFound);
    let alone = graph_id(3);
    let thread = Thread {
        graph: alone,
        project: project(2),
        thread_id: "alone".to_owned(),
        uuid: alone.within(Uuid::from_u128(2)).into(),
        user_id: None,
        user_uuid: None,
        metadata: Metadata::new(),
        classifications: Metadata::new(),
        created_at: at(20),
        updated_at: at(20),
        ended_at: None,
    };
    let home = Partition::new(alone.into(), project(2), PartitionOwner::Thread("alone".to_owned()), at(20));
    let changes = vec![Change::AddPartition(home, None), Change::AddThread(thread.clone())];
    store.apply(&batch_of(project(2), 5, alone, changes)).await.unwrap();
    assert_eq!(store.threads_after(project(2), at(19), 10).await.unwrap(), [thread]);
    assert!(store.threads_after(project(2), at(20), 10).await.unwrap().is_empty());
    let owner = PartitionOwner::Thread("alone".to_owned());
    store.apply(&batch_of(project(2), 6, alone, vec![Change::RemovePartition(owner)])).await.unwrap();
    assert_eq!(store.locate(project(2), Locate::Thread, "alone").await.unwrap(), None);
}

/// Several additions in one batch keep their order.
pub async fn additions_of_one_batch_keep_their_order(store: &Store) {
    let graph = with_thread(store).await;
    let add = |numbers: [u128; 2]| Change::AddEpisodes(numbers.map(|number| message(graph, "t", number)).to_vec());
    store.apply(&batch(2, graph, vec![add([10, 11]), add([12, 13])])).await.unwrap();
    let said: Vec<String> =
        store.messages(graph, "t", 0, 10).await.unwrap().into_iter().map(|one| one.content[..10].to_owned()).collect();
    assert_eq!(said, ["message 10", "message 11", "message 12", "message 13"]);
}
