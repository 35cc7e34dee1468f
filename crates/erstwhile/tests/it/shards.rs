//! One lost shard does not stop the graphs of the others. Time is virtual, so that what waits too long for the shard is found
//! without waiting.

use std::sync::Arc;
use std::time::Duration;

use erstwhile::Engine;
use erstwhile::engine::{GraphRef, NewMessage, NewThread, NewUser};
use erstwhile::model::{ProjectId, Role, TaskState};
use erstwhile::store::Store;
use erstwhile::store::sqlite::InMemory;
use erstwhile_testkit::{ScriptedExtractor, Sharded};
use tokio::time::{Instant, sleep, timeout};
use uuid::Uuid;

use crate::world::lives_in;

/// How long a caller waits.
const PATIENCE: Duration = Duration::from_secs(4);
/// How long all messages may take, which are read one after the other.
const PATIENCE_IN_ALL: Duration = Duration::from_secs(20);
const SAID: &str = "I live in Oslo";

async fn sharded_world() -> (Engine, ProjectId, Arc<Sharded>) {
    let shards = Arc::new(Sharded::new(Arc::new(InMemory::open().unwrap())));
    let script = ScriptedExtractor::default();
    script.answer(SAID, lives_in(SAID, "Oslo"));
    let engine = Engine::builder(Store::open(Arc::clone(&shards) as _).await.unwrap()).extractor(script).build();
    let project = engine.ensure_project("test").await.unwrap().id;
    engine.project(project).add_user(NewUser::named("ann", "Ann", "Lee")).await.unwrap();
    engine.project(project).create_thread(NewThread::of("t", "ann")).await.unwrap();
    (engine, project, shards)
}

#[tokio::test(start_paused = true)]
async fn a_store_is_ready_while_some_of_its_shards_answer() {
    let (engine, _, shards) = sharded_world().await;
    assert!(engine.check_store().await.unwrap().is_none(), "all answer");
    shards.lose(vec![Uuid::nil()]);
    let problem = timeout(PATIENCE, engine.check_store()).await.expect("an answer in time").unwrap();
    assert!(problem.is_some_and(|problem| problem.message().contains("shard")));
    shards.lose((0..8).map(Uuid::from_u128).collect());
    assert!(timeout(PATIENCE, engine.check_store()).await.is_err(), "no shard answers");
}

#[tokio::test(start_paused = true)]
async fn messages_are_added_understood_and_found_though_another_shard_is_lost() {
    let (engine, project, shards) = sharded_world().await;
    let handle = engine.project(project);
    let facts = async || handle.graph(GraphRef::User("ann".to_owned())).facts(&Default::default()).await;
    let workers = engine.spawn_workers(1);
    let mut lost_at = Instant::now();
    for number in 1..=20 {
        let message = vec![NewMessage::new(Role::User, SAID)];
        let thread = handle.thread("t");
        let adding = thread.add_messages(message, &[], false);
        let task = timeout(PATIENCE, adding).await.expect("it is added in time").unwrap().task;
        let added = Instant::now();
        while handle.task(task).await.unwrap().state != TaskState::Succeeded {
            assert!(added.elapsed() < PATIENCE, "message {number} is not understood");
            sleep(Duration::from_millis(10)).await;
        }
        let found = timeout(PATIENCE, facts()).await.expect("facts in time").unwrap();
        assert_eq!(found[0].fact.episodes.len(), number);
        if number == 1 {
            // With the settings of the project, which this process has read by now; and nobody sees the whole queue.
            shards.lose(vec![project.0]);
            sleep(Duration::from_mins(1)).await;
            lost_at = Instant::now();
        }
    }
    assert!(lost_at.elapsed() < PATIENCE_IN_ALL, "the worker waits for the lost shard again and again");
    drop(workers);
}
