//! Random batches have the same effect on a store as on the reference model, in everything that can be read.

use erstwhile::store::{AuditListing, ListOrder, ListPage, Locate, Queue, SettingScope, Store};
use erstwhile_core::change::Batch;
use erstwhile_core::evidence::Evidence;
use erstwhile_core::model::{
    AuditRecord, CollectionId, Episode, GraphId, ImportItem, ImportItemState, ImportJobId, ImportState, Partition,
    PartitionId, PartitionOwner, ProjectId, SettingKind, Thread, User,
};

use crate::batches::{
    GROUPS, PROJECTS, WEBHOOKS, digest_of, given_uuids, partitions, project_id, project_name, task_id,
};
use crate::reference::{PartitionState, Reference};

const ALL: ListPage = ListPage { order: ListOrder::Created, ascending: true, offset: 0, limit: 1_000 };
const LIMIT: i64 = 1_000;

/// Applies batches to a store and to the reference model, and compares everything that can be read.
pub async fn agrees_with_the_reference_model(store: &Store, batches: &[Batch]) {
    let mut reference = Reference::default();
    for batch in batches {
        let expected = reference.apply(batch);
        let found = store.apply(batch).await.map_err(|error| error.kind());
        assert_eq!(found, expected, "{batch:#?}");
    }
    for number in 0..PROJECTS {
        projects_agree(store, &reference, project_id(number == 1)).await;
        audit_agrees(store, &reference, project_id(number == 1)).await;
        listings_agree(store, &reference, project_id(number == 1)).await;
    }
    for number in 0..3 {
        let name = project_name(number);
        assert_eq!(store.find_project_by_name(&name).await.unwrap().as_ref(), reference.project_by_name(&name));
    }
    for id in partitions() {
        settings_agree(store, &reference, SettingScope::Graph(id.as_graph())).await;
        match reference.partition(id) {
            Some(state) => partition_agrees(store, &reference, state).await,
            None => nothing_is_left_of(store, id).await,
        }
    }
    for queue in [Queue::Ingestion, Queue::Model] {
        assert_eq!(store.queue_depth(queue).await.unwrap(), reference.queue_depth(queue), "{queue:?}");
    }
    assert_eq!(store.count_waiting_episodes().await.unwrap(), reference.waiting_episodes());
}

async fn projects_agree(store: &Store, reference: &Reference, project: ProjectId) {
    assert_eq!(store.find_project(project).await.unwrap().as_ref(), reference.project(project));
    let keys = reference.keys_of(project);
    assert_eq!(store.list_keys(project).await.unwrap(), keys);
    for number in 0..5 {
        let digest = digest_of(number);
        let expected = keys.iter().find(|key| key.digest == digest);
        let found = store.find_key(&digest).await.unwrap().filter(|key| key.project == project);
        assert_eq!(found.as_ref(), expected);
    }
    settings_agree(store, reference, SettingScope::Project(project)).await;
}

async fn audit_agrees(store: &Store, reference: &Reference, project: ProjectId) {
    let listing = AuditListing { before: i64::MAX, limit: LIMIT, about: None };
    let zero = [0; 32];
    let without_digests = |record: AuditRecord| {
        let name_digest = record.name_digest.map(|_| zero);
        AuditRecord { name_digest, target_digest: zero, previous: zero, digest: zero, ..record }
    };
    let mut log: Vec<AuditRecord> =
        store.audit(project, listing).await.unwrap().into_iter().map(without_digests).collect();
    log.reverse();
    assert_eq!(log, reference.audit_of(project));
    let verified = store.verify_audit(project, None).await.unwrap();
    assert_eq!(verified.map(|head| head.number), Ok(log.len() as i64));
}

async fn settings_agree(store: &Store, reference: &Reference, scope: SettingScope) {
    for kind in SettingKind::ALL {
        let expected = reference.settings(scope, kind);
        assert_eq!(store.settings(scope, kind).await.unwrap(), expected, "{scope:?}");
        for setting in &expected {
            assert_eq!(store.setting(scope, kind, &setting.name).await.unwrap().as_ref(), Some(setting));
        }
    }
}

async fn listings_agree(store: &Store, reference: &Reference, project: ProjectId) {
    let states = || reference.partitions_of(project);
    let mut users: Vec<User> = states().filter_map(PartitionState::user).collect();
    users.sort_by_key(|user| (user.created_at, user.graph));
    let total = users.len() as i64;
    assert_eq!(store.list_users(project, "", ALL).await.unwrap(), (users, total));
    let is_standalone = |row: &&Partition| matches!(row.owner, PartitionOwner::Standalone(_));
    let mut graphs: Vec<Partition> = states().map(PartitionState::row).filter(is_standalone).cloned().collect();
    graphs.sort_by_key(|row| (row.created_at, row.id));
    let total = graphs.len() as i64;
    assert_eq!(store.list_graphs(project, "", ALL).await.unwrap(), (graphs, total));
    let mut threads: Vec<Thread> = states().flat_map(PartitionState::threads).collect();
    threads.sort_by(|left, right| {
        (left.created_at, left.graph, &left.thread_id).cmp(&(right.created_at, right.graph, &right.thread_id))
    });
    let total = threads.len() as i64;
    assert_eq!(store.list_threads(project, ALL).await.unwrap(), (threads, total));
    for group in GROUPS {
        for members in [true, false] {
            let expected = reference.users_of_group(project, group, members);
            let total = expected.len() as i64;
            let found = store.users_of_group(project, group, members, "", (LIMIT, 0)).await.unwrap();
            assert_eq!(found, (expected, total));
        }
    }
    for webhook in WEBHOOKS {
        let deliveries = store.deliveries(project, webhook, 0, LIMIT).await.unwrap();
        let mut told: Vec<_> = deliveries.into_iter().map(|delivery| delivery.notification).collect();
        told.sort_by_key(|notification| notification.id);
        assert_eq!(told, reference.notifications(project, webhook));
    }
    for message in given_uuids() {
        let graph = states().find(|state| state.episode(message).is_some()).map(|state| state.row().id.as_graph());
        assert_eq!(store.locate_given(project, message).await.unwrap(), graph, "{message:?}");
    }
    let mut collections: Vec<_> = states().filter_map(PartitionState::collection).collect();
    collections.sort_by_key(|collection| (collection.created_at, collection.id));
    assert_eq!(store.list_collections(project, LIMIT).await.unwrap(), collections);
    for state in [None, Some(ImportState::Draft), Some(ImportState::Queued), Some(ImportState::Succeeded)] {
        let found = store.list_imports(project, state, LIMIT, 0).await.unwrap();
        assert_eq!(found, reference.imports_of(project, state));
    }
}

async fn nothing_is_left_of(store: &Store, id: PartitionId) {
    let graph = id.as_graph();
    assert_eq!(store.find_partition(id).await.unwrap(), None);
    assert_eq!(store.partition_version(id).await.unwrap(), None);
    assert_eq!(store.evidence_since(graph, 0).await.unwrap(), None);
    assert_eq!(store.find_user(graph).await.unwrap(), None);
    assert_eq!(store.threads_of(graph, LIMIT).await.unwrap(), []);
    assert_eq!(store.last_episodes(graph, LIMIT).await.unwrap(), []);
    assert!(store.groups_of(graph).await.unwrap().is_empty());
    assert_eq!(store.find_collection(CollectionId(id.0)).await.unwrap(), None);
    assert_eq!(store.documents(CollectionId(id.0)).await.unwrap(), []);
    assert_eq!(store.find_import(ImportJobId(id.0)).await.unwrap(), None);
    assert_eq!(store.import_items(ImportJobId(id.0), -1, None, LIMIT).await.unwrap(), []);
    for number in 0..4 {
        assert_eq!(store.find_task(graph, task_id(id, number)).await.unwrap(), None);
    }
    for number in 0..PROJECTS {
        assert_eq!(store.locate(project_id(number == 1), Locate::Tag, &id.tag()).await.unwrap(), None);
    }
}

async fn partition_agrees(store: &Store, reference: &Reference, state: &PartitionState) {
    let (row, id) = (state.row(), state.row().id);
    assert_eq!(store.find_partition(id).await.unwrap().as_ref(), Some(row));
    assert_eq!(store.partition_version(id).await.unwrap(), Some(row.version));
    assert_eq!(store.written_summaries(id.as_graph()).await.unwrap().len(), state.written_summaries().len());
    for summary in store.written_summaries(id.as_graph()).await.unwrap() {
        assert!(state.written_summaries().contains(&summary), "{summary:?}");
    }
    let locator = match &row.owner {
        PartitionOwner::User(name) => Some((Locate::User, name)),
        PartitionOwner::Standalone(name) => Some((Locate::Graph, name)),
        PartitionOwner::Collection(name) => Some((Locate::Collection, name)),
        PartitionOwner::Thread(_) | PartitionOwner::ImportJob => None,
    };
    if let Some((kind, name)) = locator {
        assert_eq!(store.locate(row.project, kind, name).await.unwrap(), Some(id));
        assert_eq!(reference.locate(row.project, &row.owner), Some(id));
    }
    assert_eq!(store.locate(row.project, Locate::Tag, &id.tag()).await.unwrap(), Some(id));
    let user = state.user();
    assert_eq!(store.find_user(id.as_graph()).await.unwrap(), user);
    if let Some(user) = &user {
        assert_eq!(store.user_by_uuid(user.graph, user.uuid).await.unwrap().as_ref(), Some(user));
    }
    assert_eq!(store.groups_of(id.as_graph()).await.unwrap(), state.groups());
    threads_agree(store, state).await;
    evidence_agrees(store, state).await;
    for number in 0..4 {
        let task = task_id(id, number);
        assert_eq!(store.find_task(id.as_graph(), task).await.unwrap(), state.task(task));
    }
    collection_agrees(store, state).await;
    import_agrees(store, state).await;
}

async fn threads_agree(store: &Store, state: &PartitionState) {
    let graph = state.row().id.as_graph();
    let threads = state.threads();
    assert_eq!(store.threads_of(graph, LIMIT).await.unwrap(), threads);
    for thread in &threads {
        let name = &thread.thread_id;
        assert_eq!(store.find_thread(graph, name).await.unwrap().as_ref(), Some(thread));
        assert_eq!(store.locate(thread.project, Locate::Thread, name).await.unwrap(), Some(graph.into()));
        let is_message = |episode: &&Episode| {
            episode.thread.as_ref() == Some(name) && episode.kind == erstwhile_core::model::EpisodeKind::Message
        };
        let messages: Vec<Episode> = state.episodes().filter(is_message).cloned().collect();
        assert_eq!(store.count_messages(graph, name).await.unwrap(), messages.len() as i64);
        assert_eq!(store.messages(graph, name, 0, LIMIT).await.unwrap(), messages);
        let last = &messages[messages.len().saturating_sub(2)..];
        assert_eq!(store.last_messages(graph, name, 2).await.unwrap(), last);
    }
}

/// Sorts the lists whose order is unspecified.
fn in_order(mut evidence: Evidence) -> Evidence {
    evidence.mentions.sort_by_key(|mention| format!("{mention:?}"));
    evidence.tombstones.sort_by_key(|tombstone| format!("{tombstone:?}"));
    evidence
}

async fn evidence_agrees(store: &Store, state: &PartitionState) {
    let graph: GraphId = state.row().id.as_graph();
    for version in [0, state.row().version / 2, state.row().version - 1, state.row().version] {
        let found = store.evidence_since(graph, version).await.unwrap().expect("the partition exists");
        assert_eq!(in_order(found), in_order(state.evidence_since(version)), "since {version}");
    }
    for episode in state.episodes() {
        assert_eq!(store.find_episode(graph, episode.id).await.unwrap().as_ref(), Some(episode));
    }
    let last: Vec<Episode> = state.episodes().rev().take(5).cloned().collect();
    assert_eq!(store.last_episodes(graph, 5).await.unwrap(), last);
    let pending: Vec<Episode> = state.pending().cloned().collect();
    assert_eq!(store.pending_episodes(graph, LIMIT).await.unwrap(), pending);
    let before: Vec<Episode> = state.episodes().filter(|episode| episode.seq < 4).cloned().collect();
    assert_eq!(store.episodes_before(graph, 4, LIMIT).await.unwrap(), before);
}

async fn collection_agrees(store: &Store, state: &PartitionState) {
    let id = CollectionId(state.row().id.0);
    assert_eq!(store.find_collection(id).await.unwrap(), state.collection());
    let documents = state.documents();
    assert_eq!(store.documents(id).await.unwrap(), documents);
    for document in &documents {
        assert_eq!(store.find_document(id, document.id).await.unwrap().as_ref(), Some(document));
        if let Some(name) = &document.document_id {
            assert_eq!(store.find_document_by_id(id, name).await.unwrap().as_ref(), Some(document));
        }
    }
}

async fn import_agrees(store: &Store, state: &PartitionState) {
    let id = ImportJobId(state.row().id.0);
    assert_eq!(store.find_import(id).await.unwrap(), state.import());
    assert_eq!(store.import_items(id, -1, None, LIMIT).await.unwrap(), state.items());
    for wanted in [ImportItemState::Pending, ImportItemState::Processing, ImportItemState::Succeeded] {
        let found = store.import_items(id, 2, Some(&wanted), LIMIT).await.unwrap();
        let is_wanted = |item: &&ImportItem| item.seq > 2 && item.state == wanted;
        assert_eq!(found, state.items().iter().filter(is_wanted).cloned().collect::<Vec<_>>());
    }
}
