//! A store that is broken is noticed, by name, and what can be repaired is.

use erstwhile::ErrorKind;
use erstwhile::engine::DamageSearch;
use erstwhile::model::{EpisodeState, Metadata};
use erstwhile::store::sqlite::Sqlite;
use erstwhile::store::tables::placements;
use rusqlite::Connection;

use crate::world::{World, lives_in};

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
    engine.project(world.project).find_episode(episode).await.unwrap_err();
    let known = engine.known_damage();
    assert!(known.len() == 1 && known[0].contains("episode"), "{known:?}");
    change(&world, "UPDATE episode SET content = 'I live in Lyon.'");
    assert_eq!(engine.find_damage(DamageSearch::Thorough).await.unwrap(), Vec::<String>::new());
    assert_eq!(engine.known_damage(), Vec::<String>::new());
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
