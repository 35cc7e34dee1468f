//! What is corrected in one breath: the later word wins, in every run.

use std::sync::Arc;

use erstwhile::Engine;
use erstwhile::engine::{GraphRef, NewMessage, NewThread, NewUser};
use erstwhile::model::{Metadata, Role};
use erstwhile::store::Store;
use erstwhile::store::sqlite::Sqlite;
use erstwhile_models::offline::OfflineExtractor;

use crate::world::at;

/// Runs with fresh random ids: a tie that ids decide would be lost in half of them.
const RUNS: usize = 12;

/// Where the user lives after these messages, sent in one call with one time.
async fn home_after(messages: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let database = Sqlite::open(&folder.path().join("test.db")).unwrap();
    let store = Store::open(Arc::new(database)).await.unwrap();
    let engine = Engine::builder(store).extractor(OfflineExtractor::new().unwrap()).build();
    let project = engine.ensure_project("test").await.unwrap().id;
    let ann = NewUser { user_id: "ann".to_owned(), first_name: Some("Ann".to_owned()), ..NewUser::default() };
    engine.project(project).add_user(ann).await.unwrap();
    engine.project(project).create_thread(NewThread::of("t", "ann")).await.unwrap();
    let message = |content: &&str| NewMessage {
        id: None,
        role: Role::User,
        name: Some("Ann".to_owned()),
        content: (*content).to_owned(),
        created_at: Some(at("2025-03-03T09:00:00Z")),
        metadata: Metadata::new(),
    };
    engine.project(project).thread("t").add_messages(messages.iter().map(message).collect(), &[], false).await.unwrap();
    while engine.ingest_next().await.unwrap() {}
    let facts = engine.project(project).graph(GraphRef::User("ann".to_owned())).facts_at(None, None).await.unwrap();
    let open = facts.iter().filter(|fact| fact.predicate == "LIVES_IN" && fact.valid_until.is_none());
    open.map(|fact| fact.statement.clone()).collect::<Vec<_>>().join("; ")
}

#[tokio::test]
async fn the_later_sentence_of_a_message_wins() {
    for _ in 0..RUNS {
        let home = home_after(&["I live in Rome. Actually, I live in Oslo."]).await;
        assert!(home.contains("Oslo") && !home.contains("Rome"), "{home}");
    }
}

#[tokio::test]
async fn the_later_of_two_messages_with_one_time_wins() {
    for _ in 0..RUNS {
        let home = home_after(&["I live in Rome.", "I live in Oslo."]).await;
        assert!(home.contains("Oslo") && !home.contains("Rome"), "{home}");
    }
}

#[tokio::test]
async fn the_last_of_three_corrections_wins_even_when_it_repeats_the_first() {
    for _ in 0..RUNS {
        let home = home_after(&["I live in Rome. No, I live in Oslo. No, I live in Rome."]).await;
        assert!(home.contains("Rome") && !home.contains("Oslo"), "{home}");
        let home = home_after(&["I live in Rome.", "I live in Oslo.", "I live in Lyon."]).await;
        assert!(home.contains("Lyon") && !home.contains("Oslo") && !home.contains("Rome"), "{home}");
    }
}
