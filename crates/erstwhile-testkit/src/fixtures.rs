//! A database of every schema version, as SQL that any driver can load, and checks of its data after migration.

use std::path::PathBuf;

use erstwhile::engine::compat::RatingScope;
use erstwhile::engine::{GraphRef, Listing, Search, SortBy, TemplateRef, USAGE_DAYS_MAX};
use erstwhile::store::{Locate, Store, TextDigest};
use erstwhile_core::error::ErrorKind;
use erstwhile_core::model::{
    EpisodeState, ImportItemState, ImportState, ImportTarget, ModelReadingState, TaskState, Thread, User,
};

use crate::export::world::{EMBEDDED, SECRET, World, ann};

/// The schema version that stored all fields of an import item in one column. A known gap: the content of such items is
/// erased only with their graph, not with their thread, and not once it is stored in their episodes.
const WHOLE_ITEMS: i64 = 2;
/// The first schema version with readings by language models.
const READINGS_BY_MODELS: i64 = 5;
/// The first version with vectors of embedding models.
const TEXT_VECTORS: i64 = 7;
/// The thread with such readings.
const READ_AGAIN: &str = "read again";

/// The path of the fixture of a schema version.
pub fn path(version: i64) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../erstwhile/tests/fixtures");
    folder.join(format!("schema_{version}.sql"))
}

/// The tables and rows of a database with this schema version.
///
/// # Panics
/// When there is no fixture of the version.
pub fn read(version: i64) -> String {
    let path = path(version);
    std::fs::read_to_string(&path).unwrap_or_else(|error| {
        panic!("{error}: schema {version} needs the fixture {} (see the README beside it)", path.display())
    })
}

/// Fills an empty store with a row of every kind, for the fixture of the newest schema.
pub async fn fill(store: &Store) {
    World::full(store).await;
}

/// After migration, the data of a database with an old schema can be read and changed.
pub async fn holds_what_was_stored(store: &Store, version: i64) {
    let world = World::found(store).await;
    project_and_users_are_there(&world).await;
    threads_and_messages_are_there(&world, version).await;
    knowledge_is_there(&world).await;
    if version >= 2 {
        declarations_are_there(&world).await;
        documents_are_there(&world).await;
        import_jobs_are_there(&world).await;
    }
    if version >= READINGS_BY_MODELS {
        readings_by_models_are_there(&world).await;
    }
    if version >= TEXT_VECTORS {
        vectors_are_there(&world, store).await;
    }
    what_waited_is_worked_off(&world, version).await;
    what_is_deleted_is_forgotten(&world, version).await;
}

fn listing(search: &str, sort_by: SortBy) -> Listing {
    Listing { page_number: 1, page_size: 100, search: search.to_owned(), sort_by, ascending: true }
}

async fn project_and_users_are_there(world: &World) {
    let project = world.engine.project(world.project);
    assert_eq!(project.info().await.unwrap().time_zone.as_deref(), Some("Europe/Oslo"));
    assert_eq!(world.engine.authenticate(SECRET).await.unwrap().project, world.project);
    let keys = project.list_keys().await.unwrap();
    assert_eq!(keys.iter().map(|key| key.revoked_at.is_some()).collect::<Vec<_>>(), [false, true]);
    let found = async |search: &str| -> Vec<User> { project.list_users(&listing(search, SortBy::Id)).await.unwrap().0 };
    let users = found("").await;
    assert_eq!(users.iter().map(|user| user.user_id.as_str()).collect::<Vec<_>>(), ["ann", "bob"]);
    assert_eq!(users[0].metadata["from"], "ünï 🙂");
    assert_eq!((users[0].email.as_deref(), users[0].thread_count), (Some("ann@example.org"), 2));
    let names = |users: Vec<User>| users.into_iter().map(|user| user.user_id).collect::<Vec<_>>();
    assert_eq!(names(found("ÖBERG").await), ["bob"], "names are searched in lower case in every alphabet");
    assert_eq!(names(found("ANN@").await), ["ann"]);
    let graphs = project.list_graphs(&listing("EVERYBODY", SortBy::Id)).await.unwrap().0;
    assert_eq!(graphs.into_iter().map(|graph| graph.own_id).collect::<Vec<_>>(), ["the company"]);
}

async fn readings_by_models_are_there(world: &World) {
    let project = world.engine.project(world.project);
    let messages = project.thread(READ_AGAIN).messages(0, 10).await.unwrap().0;
    let readings: Vec<_> = messages.into_iter().filter_map(|message| message.model_reading).collect();
    let states: Vec<ModelReadingState> = readings.iter().map(|reading| reading.state).collect();
    assert_eq!(states, [ModelReadingState::Awaiting, ModelReadingState::Failed]);
    let report = &readings[1].report;
    assert_eq!((report.attempts, report.usage.tokens_in), (3, 300));
    assert_eq!(report.failure.as_deref(), Some("the answer is not JSON"));
    assert_eq!(world.engine.model_queue_depth().await.unwrap().episodes, 1);
    let spent = project.model_usage(USAGE_DAYS_MAX).await.unwrap();
    assert_eq!((spent.len(), spent[0].usage.calls, spent[0].cost), (1, 2, 0.25));
}

async fn vectors_are_there(world: &World, store: &Store) {
    let graph = store.locate(world.project, Locate::User, "bob").await.unwrap().expect("Bob's graph").as_graph();
    let found = store.vectors(graph, "fake", &[TextDigest::of(graph, EMBEDDED)]).await.unwrap();
    assert_eq!(found[0].as_ref().map(Vec::len), Some(2));
}

async fn threads_and_messages_are_there(world: &World, version: i64) {
    let project = world.engine.project(world.project);
    let mut threads: Vec<Thread> = project.list_threads(&listing("", SortBy::Id)).await.unwrap().0;
    let count = threads.len();
    threads.retain(|thread| thread.thread_id != READ_AGAIN);
    assert_eq!(threads.len() < count, version >= READINGS_BY_MODELS);
    let names: Vec<&str> = threads.iter().map(|thread| thread.thread_id.as_str()).collect();
    if version == 1 {
        assert_eq!(names, ["loaded", "of bob", "t"]);
        for thread in &threads {
            assert_eq!((thread.metadata.len(), thread.classifications.len(), thread.ended_at), (0, 0, None));
            assert_eq!(thread.updated_at, thread.created_at);
        }
    } else {
        assert_eq!(names, ["loaded", "nobody's", "of bob", "t"]);
        assert_eq!((threads[1].user_id.as_deref(), threads[1].metadata["from"].as_str()), (None, Some("alone")));
        assert!(threads[2].ended_at.is_some());
        assert_eq!(threads[3].classifications["mood"], "calm");
    }
    let messages = project.thread("t").messages(0, 100).await.unwrap().0;
    let said: Vec<(&str, bool)> =
        messages.iter().map(|message| (message.content.as_str(), message.state == EpisodeState::Processed)).collect();
    let expected = [
        ("lives in Paris", true),
        ("Robert Smith, called Bob", true),
        ("lives in Oslo", true),
        ("likes tea", true),
        ("cannot be read", false),
        ("likes figs", false),
    ];
    assert_eq!(said, expected);
    assert!(matches!(messages[4].state, EpisodeState::Failed(_)));
    assert_eq!(messages[5].state, EpisodeState::Pending);
    for (message, state) in [(0, TaskState::Succeeded), (4, TaskState::Failed), (5, TaskState::Pending)] {
        let task = messages[message].task.expect("a task");
        assert_eq!(project.task(task).await.unwrap().state, state);
    }
    let company = project.graph(GraphRef::Graph("the company".to_owned())).last_episodes(10).await.unwrap();
    assert!(company.iter().filter(|episode| episode.document_id.is_some()).all(|one| one.strict == (version > 1)));
}

async fn knowledge_is_there(world: &World) {
    let graph = world.engine.project(world.project).graph(ann());
    let facts = graph.facts(&Default::default()).await.unwrap();
    let mut facts: Vec<(String, bool)> =
        facts.into_iter().map(|triple| (triple.fact.statement, triple.fact.valid_until.is_some())).collect();
    facts.sort();
    // From version 5 on, each message about a place also tells a value.
    facts.dedup();
    let expected = [("likes green tea", false), ("lives in Oslo", false), ("lives in Paris", true)];
    assert_eq!(facts, expected.map(|(statement, has_ended)| (statement.to_owned(), has_ended)));
    let bob = graph.search_entities(Search::new("Bob", 1)).await.unwrap().remove(0).item;
    assert_eq!((bob.name.as_str(), bob.aliases), ("Robert Smith", vec!["Bob".to_owned()]));
    let tea = graph.search_entities(Search::new("tea hot drink", 1)).await.unwrap().remove(0).item;
    assert_eq!(tea.summary, "A hot drink.");
    let found = graph.search_episodes(Search::new("jazz", 5)).await.unwrap();
    assert!(found.iter().all(|hit| !hit.item.content.contains("jazz")), "deleted messages stay deleted");
    let company = world.facts(&GraphRef::Graph("the company".to_owned())).await;
    assert!(company.iter().any(|fact| fact.contains("Acme owns Bolt")), "{company:?}");
}

async fn declarations_are_there(world: &World) {
    let project = world.engine.project(world.project);
    assert_eq!(project.declared_ontology(None).await.unwrap().entity_types[0].name, "City");
    assert_eq!(project.template(TemplateRef::Named("short")).await.unwrap().text, "%{user_summary}");
    let rating = project.rating(&RatingScope::Thread("t".to_owned())).await.unwrap();
    let instruction = rating.and_then(|rating| rating.instruction);
    assert_eq!(instruction.as_deref(), Some("what Ann drinks"));
    let group = project.list_groups("").await.unwrap().remove(0);
    assert_eq!(group.name, "friends");
    let members = project.group(group.uuid).users(true, &listing("", SortBy::Id)).await.unwrap().0;
    assert_eq!(members.into_iter().map(|user| user.user_id).collect::<Vec<_>>(), ["ann"]);
}

async fn documents_are_there(world: &World) {
    let papers = world.engine.project(world.project).collection("papers");
    let collection = papers.get().await.unwrap();
    assert_eq!((collection.dimensions, collection.document_count, collection.embedded_count), (8, 3, 3));
    let paper = papers.documents(&[], &["paper 2".to_owned()]).await.unwrap().remove(0);
    assert_eq!(paper.content, "the content of 2");
    assert_eq!(paper.embedding.map(|vector| vector[0]), Some(2.0));
}

async fn import_jobs_are_there(world: &World) {
    let project = world.engine.project(world.project);
    let jobs = project.list_imports(None, 10, 0).await.unwrap();
    let states: Vec<(ImportState, i64)> = jobs.iter().map(|job| (job.state, job.counts.pending)).collect();
    assert_eq!(states, [(ImportState::Draft, 1), (ImportState::Queued, 3)], "newest first");
    let items = project.import_job(world.bulk).items(0, None, 10).await.unwrap();
    let contents: Vec<&str> = items.iter().map(|item| item.content.as_str()).collect();
    assert_eq!(contents, ["likes wool", "likes salt", "hello"]);
    for item in &items {
        assert_eq!((&item.state, item.metadata["from"].as_str()), (&ImportItemState::Pending, Some("an item")));
        assert_eq!(item.target, ImportTarget::Thread("loaded".to_owned()));
    }
}

async fn what_waited_is_worked_off(world: &World, version: i64) {
    world.ingest().await;
    assert!(world.facts(&ann()).await.iter().any(|fact| fact.contains("likes figs")));
    for _ in 0..4 {
        world.clock.advance_s(60);
        world.ingest().await;
    }
    assert_eq!(world.engine.queue_depth().await.unwrap().episodes, 0);
    if version >= 2 {
        let project = world.engine.project(world.project);
        assert_eq!(project.import_job(world.bulk).get().await.unwrap().state, ImportState::Succeeded);
        assert_eq!(project.thread("loaded").messages(0, 10).await.unwrap().1, 3);
        if version != WHOLE_ITEMS {
            let items = project.import_job(world.bulk).items(0, None, 10).await.unwrap();
            assert!(items.iter().all(|item| item.content.is_empty()), "moved to episodes");
        }
    }
}

async fn what_is_deleted_is_forgotten(world: &World, version: i64) {
    let project = world.engine.project(world.project);
    project.thread("loaded").delete().await.unwrap();
    if version > WHOLE_ITEMS {
        let draft = project.list_imports(Some(ImportState::Draft), 1, 0).await.unwrap().remove(0);
        let item = project.import_job(draft.id).items(0, None, 1).await.unwrap().remove(0);
        assert_eq!((item.content.as_str(), item.target), ("", ImportTarget::Deleted), "erased with its thread");
    }
    project.user("ann").delete().await.unwrap();
    assert_eq!(project.thread("t").get().await.unwrap_err().kind(), ErrorKind::NotFound);
    if version >= 2 {
        for job in project.list_imports(None, 10, 0).await.unwrap() {
            for item in project.import_job(job.id).items(0, None, 10).await.unwrap() {
                assert_eq!((item.content.as_str(), item.target), ("", ImportTarget::Deleted));
            }
        }
        let group = project.list_groups("").await.unwrap().remove(0);
        assert_eq!(project.group(group.uuid).count_members().await.unwrap(), 0);
    }
    world.add_user("ann").await;
}
