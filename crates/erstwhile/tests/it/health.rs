//! A store that is broken is noticed, by name, and what can be repaired is.

use std::collections::BTreeMap;

use erstwhile::engine::compat::{NewCollection, NewDocument};
use erstwhile::engine::{
    DamageSearch, GraphRef, GraphUpdate, Listing, NewEpisode, NewGraph, NewImportItem, NewKey, NewThread, NewUser,
    SortBy, TemplateRef, UserUpdate,
};
use erstwhile::model::{EpisodeKind, EpisodeState, FactEdit, ImportTarget, KeyRole, Metadata, Role, Thread, User};
use erstwhile::ports::Extraction;
use erstwhile::store::sqlite::Sqlite;
use erstwhile::store::tables::placements;
use erstwhile::{Engine, ErrorKind};
use rusqlite::Connection;
use rusqlite::types::ValueRef;
use uuid::Uuid;

use crate::world::{World, also_called, lives_in};

/// The secret of a key.
const KEY: &str = "a secret of forty characters, for a test";

fn new_key() -> NewKey {
    NewKey { name: String::new(), role: KeyRole::Read, expires_at: None, secret: Some(KEY.to_owned()), graph: None }
}

fn change(world: &World, sql: &str) {
    Connection::open(world.database_file()).unwrap().execute_batch(sql).unwrap();
}

#[tokio::test]
async fn a_healthy_store_passes_every_check() {
    let world = World::new().await;
    world.say("2025-01-01T00:00:00Z", "hello").await;
    world.engine.check_store().await.unwrap();
    world.engine.check_graph().await.unwrap();
    assert_eq!(world.engine.find_damage(DamageSearch::Thorough).await.unwrap(), Vec::<String>::new());
    assert_eq!(world.engine.lost_episodes().await.unwrap(), 0);
}

#[tokio::test]
async fn a_table_that_is_gone_is_named() {
    for (table, _) in placements() {
        let world = World::new().await;
        change(&world, &format!("DROP TABLE {table}"));
        let error = world.engine.check_store().await.expect_err(table);
        assert!(error.message().contains(table), "{table}: {error}");
    }
}

#[tokio::test]
async fn a_store_that_cannot_be_written_is_noticed() {
    let world = World::new().await;
    change(&world, "CREATE TRIGGER full BEFORE INSERT ON applied_batch BEGIN SELECT raise(ABORT, 'disk full'); END");
    world.engine.check_store().await.unwrap_err();
    world.engine.check_graph().await.unwrap_err();
}

#[tokio::test]
async fn pages_that_were_overwritten_are_noticed() {
    for garbage in [0_u8, 0x5A] {
        let world = World::new().await;
        for number in 0..50 {
            world.say("2025-01-01T00:00:00Z", &format!("{number} {}", "and so on ".repeat(40))).await;
        }
        change(&world, "PRAGMA wal_checkpoint(TRUNCATE)");
        let mut bytes = std::fs::read(world.database_file()).unwrap();
        let last = bytes.len() - 4 * 4096;
        bytes[last..].fill(garbage);
        std::fs::write(world.database_file(), bytes).unwrap();
        let engine = world.another_engine().await;
        assert_ne!(engine.find_damage(DamageSearch::Quick).await.unwrap(), Vec::<String>::new());
        assert_ne!(engine.known_damage(), Vec::<String>::new());
    }
}

#[tokio::test]
async fn evidence_that_is_not_what_was_stored_is_never_returned() {
    for (changed, named) in [
        ("UPDATE episode SET content = 'I live in Nice.'", "episode"),
        ("UPDATE assertion SET statement = replace(statement, 'Lyon', 'Nice')", "fact"),
        ("UPDATE assertion SET object = subject", "fact"),
        ("UPDATE mention SET name = 'Nice' WHERE name = 'Lyon'", "name"),
        ("UPDATE episode SET metadata = '{\"mood\":\"good\"}'", "metadata"),
        ("UPDATE assertion SET attributes = '{\"since\":2020}'", "attributes"),
    ] {
        let world = World::new().await;
        world.script.answer("I live in Lyon.", lives_in("I live in Lyon.", "Lyon"));
        world.say("2025-01-01T00:00:00Z", "I live in Lyon.").await;
        world.ingest().await;
        change(&world, changed);
        let engine = world.another_engine().await;
        let damage = engine.find_damage(DamageSearch::Thorough).await.unwrap();
        assert!(damage.len() == 1 && damage[0].contains(named), "{damage:?}");
        let error = engine.project(world.project).graph(world.graph()).facts(&Default::default()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Corrupt, "{changed}");
    }
}

/// What somebody would read of a user, a thread, a template, facts, a graph, a project and a key.
async fn read(world: &World, engine: &Engine) -> Vec<Result<String, ErrorKind>> {
    let project = engine.project(world.project);
    let facts = project.graph(world.graph()).facts(&Default::default()).await.map(|facts| format!("{facts:?}"));
    let read = [
        // The number of a user's threads and the id of a thread's user are of other rows, which are checked when they are read.
        project.user("ann").get().await.map(|user| format!("{:?}", User { thread_count: 0, ..user })),
        project
            .thread("t")
            .get()
            .await
            .map(|thread| format!("{:?}", Thread { user_id: None, user_uuid: None, ..thread })),
        project.template(TemplateRef::Named("short")).await.map(|template| format!("{template:?}")),
        facts,
        project.graph(GraphRef::Graph("company".to_owned())).get().await.map(|graph| format!("{graph:?}")),
        project.info().await.map(|project| format!("{project:?}")),
        engine.authenticate(KEY).await.map(|key| format!("{key:?}")),
    ];
    read.into_iter().map(|read| read.map_err(|error| error.kind())).collect()
}

#[tokio::test]
async fn a_flipped_byte_of_a_record_is_found_and_nothing_else_is_returned() {
    let world = World::new().await;
    let said = "Ann Lee, called Annie, lives in Lyon.";
    let aliases = also_called(said, "Ann Lee", "Annie").aliases;
    world.script.answer(said, Extraction { aliases, ..lives_in(said, "Lyon") });
    world.say("2025-01-01T00:00:00Z", said).await;
    world.ingest().await;
    let project = world.engine.project(world.project);
    project.create_template("short", "%{user_summary}").await.unwrap();
    project.create_graph(NewGraph { graph_id: "company".to_owned(), ..NewGraph::default() }).await.unwrap();
    project.create_key(new_key(), [7; 32]).await.unwrap();
    let fact = project.graph(world.graph()).facts(&Default::default()).await.unwrap().remove(0).fact.id;
    let edit = FactEdit { statement: Some("Ann lived in Lyon.".to_owned()), ..FactEdit::default() };
    project.update_fact(fact, edit).await.unwrap();
    change(&world, "VACUUM; PRAGMA wal_checkpoint(TRUNCATE)");
    let stored = read(&world, &world.another_engine().await).await;
    assert!(stored.iter().all(Result::is_ok), "{stored:?}");
    let whole = std::fs::read(world.database_file()).unwrap();
    let mut flipped = 0;
    for table in ["account", "thread", "link", "edit", "setting", "graph", "project", "api_key"] {
        for (place, is_row) in places(&world, table, &whole) {
            let mut damaged = whole.clone();
            damaged[place] ^= 1;
            std::fs::write(world.database_file(), &damaged).unwrap();
            let engine = world.another_engine().await;
            let damage = engine.find_damage(DamageSearch::Thorough).await.unwrap();
            assert_ne!(damage, Vec::<String>::new(), "{table}, byte {place}");
            // A row whose key in an index is damaged is not found.
            for (now, before) in read(&world, &engine).await.iter().zip(&stored).filter(|_| is_row) {
                let is_told = matches!(now, Err(ErrorKind::Corrupt | ErrorKind::NotFound));
                assert!(is_told || now == before, "{table}, byte {place}: {now:?} instead of {before:?}");
            }
            flipped += 1;
        }
    }
    assert!(flipped > 100, "{flipped} bytes were flipped");
    std::fs::write(world.database_file(), &whole).unwrap();
}

/// Where in the file values of the table are, and whether in its rows or in an index: texts, ids and times.
fn places(world: &World, table: &str, file: &[u8]) -> BTreeMap<usize, bool> {
    let connection = Connection::open(world.database_file()).unwrap();
    let mut pages =
        connection.prepare("SELECT rootpage, type = 'table' FROM sqlite_master WHERE tbl_name = ?1").unwrap();
    // Each is one page, because there are few rows.
    let pages = pages.query_map([table], |row| Ok((row.get::<_, i64>(0)? as usize, row.get(1)?))).unwrap();
    let pages: Vec<(usize, bool)> = pages.map(Result::unwrap).collect();
    let mut rows = connection.prepare(&format!("SELECT * FROM {table}")).unwrap();
    let (columns, mut rows) = (rows.column_count(), rows.query([]).unwrap());
    let mut places = BTreeMap::new();
    while let Some(row) = rows.next().unwrap() {
        for column in 0..columns {
            let value = match row.get_ref(column).unwrap() {
                ValueRef::Text(bytes) | ValueRef::Blob(bytes) => bytes.to_vec(),
                ValueRef::Integer(number) if number > 1 << 47 => number.to_be_bytes().to_vec(),
                _ => continue,
            };
            // Shorter values are found everywhere.
            if value.len() < 3 {
                continue;
            }
            for (page, is_row) in &pages {
                let page = (page - 1) * 4096..page * 4096;
                for at in (0..4096 - value.len()).filter(|at| file[page.start + at..].starts_with(&value)) {
                    places.extend([at, at + value.len() - 1].map(|at| (page.start + at, *is_row)));
                }
            }
        }
    }
    places
}

#[tokio::test]
async fn damage_keeps_nothing_from_being_forgotten() {
    let world = World::new().await;
    let said = "Ann Lee, called Annie, lives in Lyon.";
    let aliases = also_called(said, "Ann Lee", "Annie").aliases;
    world.script.answer(said, Extraction { aliases, ..lives_in(said, "Lyon") });
    world.say("2025-01-01T00:00:00Z", said).await;
    world.ingest().await;
    change(&world, "UPDATE account SET email = 'x'; UPDATE thread SET created_at = created_at + 1");
    change(&world, "UPDATE link SET recorded_at = recorded_at + 1; UPDATE episode SET content = 'x'");
    let engine = world.another_engine().await;
    let project = engine.project(world.project);
    assert_eq!(project.user("ann").get().await.unwrap_err().kind(), ErrorKind::Corrupt);
    assert_eq!(project.thread("t").get().await.unwrap_err().kind(), ErrorKind::Corrupt);
    project.thread("t").delete().await.unwrap();
    project.user("ann").delete().await.unwrap();
    assert_eq!(engine.find_damage(DamageSearch::Thorough).await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn a_record_of_an_older_version_is_guarded_from_its_next_change_on() {
    let world = World::new().await;
    let engine = world.another_engine().await;
    let ann = engine.project(world.project).user("ann");
    change(&world, "UPDATE account SET checksum = NULL, email = 'a@example.org'");
    assert_eq!(ann.get().await.unwrap().email.as_deref(), Some("a@example.org"));
    assert_eq!(engine.find_damage(DamageSearch::Thorough).await.unwrap(), Vec::<String>::new());
    let other = UserUpdate { email: Some("b@example.org".to_owned()), ..UserUpdate::default() };
    ann.update(other).await.unwrap();
    assert_eq!(ann.get().await.unwrap().email.as_deref(), Some("b@example.org"));
    change(&world, "UPDATE account SET email = 'c@example.org'");
    assert_eq!(ann.get().await.unwrap_err().kind(), ErrorKind::Corrupt);
}

#[tokio::test]
async fn a_key_a_graph_and_a_project_are_what_was_stored_also_after_changes() {
    let world = World::new().await;
    let project = world.engine.project(world.project);
    project.create_graph(NewGraph { graph_id: "company".to_owned(), ..NewGraph::default() }).await.unwrap();
    let key = project.create_key(new_key(), [7; 32]).await.unwrap();
    let company = |engine: &Engine| engine.project(world.project).graph(GraphRef::Graph("company".to_owned()));
    let name = Some("The company".to_owned());
    company(&world.engine).update(GraphUpdate { name, ..GraphUpdate::default() }).await.unwrap();
    project.set_time_zone(Some("Europe/Oslo".to_owned())).await.unwrap();
    let engine = world.another_engine().await;
    assert_eq!(company(&engine).get().await.unwrap().name.as_deref(), Some("The company"));
    assert_eq!(engine.project(world.project).info().await.unwrap().time_zone.as_deref(), Some("Europe/Oslo"));
    assert_eq!(engine.authenticate(KEY).await.unwrap().role, KeyRole::Read);
    project.revoke_key(key.key.id).await.unwrap();
    assert_eq!(engine.project(world.project).list_keys().await.unwrap().len(), 1);
    assert_eq!(engine.find_damage(DamageSearch::Thorough).await.unwrap(), Vec::<String>::new());
    for (changed, name) in [
        ("UPDATE api_key SET access = access + 1", "API key"),
        ("UPDATE api_key SET project_id = randomblob(16)", "API key"),
        ("UPDATE api_key SET bound_graph = randomblob(16)", "API key"),
        ("UPDATE api_key SET revoked_at = NULL", "API key"),
        ("UPDATE graph SET owner_id = 'somebody' WHERE owner_id = 'company'", "graph"),
        ("UPDATE graph SET name = 'Another' WHERE owner_id = 'company'", "graph"),
        ("UPDATE project SET time_zone = 'Asia/Oral'", "project"),
    ] {
        let table = changed.split(' ').nth(1).unwrap();
        change(&world, &format!("CREATE TABLE saved AS SELECT * FROM {table}; {changed}"));
        let engine = world.another_engine().await;
        let project = engine.project(world.project);
        let error = match name {
            "API key" => engine.authenticate(KEY).await.unwrap_err(),
            "graph" => company(&engine).get().await.unwrap_err(),
            _ => project.info().await.unwrap_err(),
        };
        assert!(error.kind() == ErrorKind::Corrupt && error.message().contains(name), "{changed}: {error}");
        assert_eq!(project.list_keys().await.unwrap_or_default().len(), usize::from(name != "API key"), "{changed}");
        let damage = engine.find_damage(DamageSearch::Thorough).await.unwrap();
        assert!(damage.iter().any(|problem| problem.contains(name)), "{changed}: {damage:?}");
        let restored = format!("DELETE FROM {table}; INSERT INTO {table} SELECT * FROM saved; DROP TABLE saved");
        change(&world, &restored);
    }
}

/// What waits in an import job is guarded until it is an episode, and a group's members and a collection's documents are.
#[tokio::test]
async fn members_collections_and_import_jobs_are_what_was_stored_also_after_changes() {
    let world = World::new().await;
    let project = world.engine.project(world.project);
    let group = project.create_group("friends", None).await.unwrap().uuid;
    let ann = project.user("ann").get().await.unwrap().uuid.0;
    project.group(group).change_members(&[ann], true).await.unwrap();
    let collection = NewCollection { name: "notes".to_owned(), is_auto_embedded: true, ..NewCollection::default() };
    project.add_collection(collection).await.unwrap();
    let notes = project.collection("notes");
    let document = NewDocument { content: "Ann likes tea.".to_owned(), ..NewDocument::default() };
    let document = notes.add_documents(vec![document]).await.unwrap()[0];
    let described = Some("what Ann likes".to_owned());
    notes.update(described, None).await.unwrap();
    notes.update_documents(vec![(document, Some("first".to_owned()), None)]).await.unwrap();
    let job = project.create_import(Metadata::new(), Vec::new(), false).await.unwrap().id;
    let item = |data: &str| NewImportItem {
        target: ImportTarget::Thread("t".to_owned()),
        episode: NewEpisode {
            kind: EpisodeKind::Message,
            data: data.to_owned(),
            created_at: None,
            source_description: None,
            document_id: None,
            metadata: Metadata::new(),
            strict: false,
        },
        role: Some(Role::User),
        name: None,
    };
    project.import_job(job).add_items(vec![item("I like figs."), item("I like tea.")]).await.unwrap();
    let damage = async || world.engine.find_damage(DamageSearch::Thorough).await.unwrap();
    assert_eq!(damage().await, Vec::<String>::new());
    for (changed, name) in [
        ("UPDATE membership SET group_id = randomblob(16)", "a membership of"),
        ("UPDATE collection SET description = 'what Ben likes'", "collection"),
        ("UPDATE document SET content = 'Ann likes figs.'", "document"),
        ("UPDATE document SET document_id = 'second'", "document"),
        ("UPDATE bulk SET ignore_roles = 1", "import job"),
        ("UPDATE bulk_item SET payload = replace(payload, 'figs', 'rats')", "an item of import job"),
    ] {
        let table = changed.split(' ').nth(1).unwrap();
        change(&world, &format!("CREATE TABLE saved AS SELECT * FROM {table}; {changed}"));
        let found = damage().await;
        assert!(found.iter().any(|problem| problem.contains(name)), "{changed}: {found:?}");
        let restored = format!("DELETE FROM {table}; INSERT INTO {table} SELECT * FROM saved; DROP TABLE saved");
        change(&world, &restored);
    }
    change(&world, "UPDATE membership SET group_id = randomblob(16)");
    let error = world.another_engine().await.project(world.project).groups_of_user(ann).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Corrupt, "nobody joins a group by damage");
    project.group(group).delete().await.unwrap();
    change(&world, "DELETE FROM membership");

    project.import_job(job).start().await.unwrap();
    world.ingest().await;
    assert_eq!(damage().await, Vec::<String>::new(), "an item whose content is cleared is whole");
    project.user("ann").delete().await.unwrap();
    assert_eq!(damage().await, Vec::<String>::new(), "and one whose user is gone");
}

#[tokio::test]
async fn metadata_that_was_replaced_is_what_was_stored() {
    let world = World::new().await;
    let episode = world.say("2025-01-01T00:00:00Z", "I live in Lyon.").await;
    let mood = |mood: &str| Metadata::from_iter([("mood".to_owned(), mood.into())]);
    let project = world.engine.project(world.project);
    project.update_episode(episode, &mood("fine")).await.unwrap();
    let engine = world.another_engine().await;
    assert_eq!(engine.project(world.project).find_episode(episode).await.unwrap().metadata, mood("fine"));
    change(&world, "UPDATE episode SET metadata = '{\"mood\":\"good\"}'");
    let error = engine.project(world.project).find_episode(episode).await.unwrap_err();
    assert!(error.kind() == ErrorKind::Corrupt && error.message().contains("metadata"), "{error}");
    // A row of an older version has a checksum without the metadata.
    change(&world, "UPDATE episode SET checksum = checksum & 4294967295");
    assert_eq!(engine.project(world.project).find_episode(episode).await.unwrap().metadata, mood("good"));
}

#[tokio::test]
async fn damage_that_a_read_meets_is_known_until_a_search_finds_none() {
    let world = World::new().await;
    let episode = world.say("2025-01-01T00:00:00Z", "I live in Lyon.").await;
    change(&world, "UPDATE episode SET content = 'I live in Nice.'");
    let engine = world.another_engine().await;
    assert_eq!(engine.find_damage(DamageSearch::Quick).await.unwrap(), Vec::<String>::new());
    assert_eq!(engine.known_damage(), Vec::<String>::new());
    for _ in 0..3 {
        engine.project(world.project).find_episode(episode).await.unwrap_err();
    }
    let known = engine.known_damaged_row().unwrap();
    assert!(known.contains(&format!("episode {episode}")), "{known}");
    assert_eq!(engine.damaged_rows_met(), 1, "each is counted once");
    assert_eq!(engine.known_damage(), Vec::<String>::new(), "it concerns nobody else");
    change(&world, "UPDATE episode SET content = 'I live in Lyon.'");
    assert_eq!(engine.find_damage(DamageSearch::Thorough).await.unwrap(), Vec::<String>::new());
    assert_eq!(engine.known_damaged_row(), None);
}

#[tokio::test]
async fn lists_leave_damaged_users_and_threads_out() {
    let world = World::new().await;
    world.say_in("t", "2025-01-01T00:00:00Z", "hello").await;
    let project = world.engine.project(world.project);
    for thread in ["u", "v"] {
        project.create_thread(NewThread::of(thread, "ann")).await.unwrap();
    }
    project.add_user(NewUser { user_id: "ben".to_owned(), ..NewUser::default() }).await.unwrap();
    // A row of an older version has no checksum, and a value that cannot be read.
    change(&world, "UPDATE thread SET classifications = '{' || classifications, checksum = NULL WHERE thread_id = 'v'");
    change(&world, "UPDATE thread SET created_at = created_at + 1 WHERE thread_id = 'u'");
    change(&world, "UPDATE account SET email = 'ben@example.org' WHERE user_id = 'ben'");
    let engine = world.another_engine().await;
    let project = engine.project(world.project);
    let listing =
        Listing { page_number: 1, page_size: 10, search: String::new(), sort_by: SortBy::CreatedAt, ascending: true };
    let (users, total) = project.list_users(&listing).await.unwrap();
    assert_eq!((users.iter().map(|user| user.user_id.as_str()).collect::<Vec<_>>(), total), (vec!["ann"], 2));
    let threads = project.list_threads(&listing).await.unwrap().0;
    let own = project.user("ann").threads().await.unwrap();
    for threads in [threads, own] {
        assert_eq!(threads.iter().map(|thread| thread.thread_id.as_str()).collect::<Vec<_>>(), ["t"]);
    }
    let epoch = "2000-01-01T00:00:00Z".parse().unwrap();
    assert_eq!(project.users_after(epoch, 10).await.unwrap().len(), 1);
    assert_eq!(project.threads_after(epoch, 10).await.unwrap().len(), 1);
    assert_eq!(engine.damaged_rows_met(), 3);
    let known = engine.known_damaged_row().unwrap();
    assert!(!known.contains("ben") && !known.contains("example"), "{known}");
    let error = project.user("ben").get().await.unwrap_err();
    assert!(error.kind() == ErrorKind::Corrupt && error.message().contains("restore a backup"), "{error}");
    let uuid = |thread: &str| -> Uuid {
        let query = "SELECT uuid FROM thread WHERE thread_id = ?1";
        let found: Vec<u8> =
            Connection::open(world.database_file()).unwrap().query_row(query, [thread], |row| row.get(0)).unwrap();
        Uuid::from_slice(&found).unwrap()
    };
    assert_eq!(project.thread_by_uuid(uuid("t")).await.unwrap().thread_id, "t");
    for damaged in ["u", "v"] {
        let error = project.thread_by_uuid(uuid(damaged)).await.unwrap_err();
        assert!(error.message().contains(&uuid(damaged).to_string()), "{error}");
    }
    assert_eq!(engine.find_damage(DamageSearch::Thorough).await.unwrap().len(), 2, "one problem of each graph");
}

#[tokio::test]
async fn waiting_episodes_that_are_in_no_queue_are_found_and_queued_again() {
    let world = World::new().await;
    let episode = world.say("2025-01-01T00:00:00Z", "hello").await;
    change(&world, "DELETE FROM ingest_queue");
    world.ingest().await;
    let state = async || world.engine.project(world.project).find_episode(episode).await.unwrap().state;
    assert_eq!(state().await, EpisodeState::Pending, "no worker finds it");
    assert_eq!(world.engine.lost_episodes().await.unwrap(), 1);
    assert_eq!(world.engine.queue_lost_episodes().await.unwrap(), 1);
    assert_eq!(world.engine.lost_episodes().await.unwrap(), 0);
    world.ingest().await;
    assert_eq!(state().await, EpisodeState::Processed);
}

#[tokio::test]
async fn a_database_without_its_log_is_refused() {
    let world = World::new().await;
    world.say("2025-01-01T00:00:00Z", "I live in Lyon.").await;
    change(&world, "PRAGMA wal_checkpoint(TRUNCATE)");
    let older = std::fs::read(world.database_file()).unwrap();
    world.say("2025-01-02T00:00:00Z", "I live in Nice.").await;
    // Copies of the folder, as a killed server leaves it.
    let copy_of = |endings: &[&str]| {
        let folder = tempfile::tempdir().unwrap();
        let copied = folder.path().join("erstwhile.db");
        std::fs::write(&copied, &older).unwrap();
        for ending in endings {
            std::fs::copy(world.database_file().with_extension(ending), copied.with_extension(ending)).unwrap();
        }
        (folder, copied)
    };
    let (_folder, whole) = copy_of(&["id", "mark", "db-wal"]);
    Sqlite::open(&whole).unwrap();
    let (_folder, cut) = copy_of(&["id", "mark"]);
    let error = Sqlite::open(&cut).unwrap_err();
    assert!(error.kind() == ErrorKind::Corrupt && error.message().contains("write-ahead log"), "{error}");
    std::fs::remove_file(cut.with_extension("mark")).unwrap();
    Sqlite::open(&cut).unwrap();
}
