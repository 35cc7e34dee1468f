//! Workers of many processes: each takes what came in at its own, and nothing that another left stays behind.

use std::sync::Arc;
use std::time::Duration;

use erstwhile::Engine;
use erstwhile::engine::{NewMessage, NewThread, NewUser};
use erstwhile::model::{EpisodeId, EpisodeState, ImportState, ImportTarget, Metadata, Role};
use erstwhile::store::Store;
use erstwhile::store::sql::{Rows, Sql, Step, Value};
use erstwhile::store::sqlite::InMemory;
use erstwhile::store::statements::ALL;
use erstwhile_testkit::{FixedClock, ScriptedExtractor, WordEmbedder};

use crate::between::Between;
use crate::doubt::said;
use crate::world::{World, at};

/// A process beside the world's own, on the same database, without workers.
async fn another_process(between: &Arc<Between>) -> Engine {
    Engine::builder(Store::open(Arc::clone(between) as _).await.unwrap())
        .clock(FixedClock::at(at("2025-06-01T00:00:00Z")))
        .embedder(WordEmbedder)
        .extractor(ScriptedExtractor::default())
        .build()
}

async fn is_understood(world: &World, episode: EpisodeId) -> bool {
    let found = world.engine.project(world.project).find_episode(episode).await.unwrap();
    found.state == EpisodeState::Processed
}

async fn wait_for(world: &World, episode: EpisodeId) {
    let mut rounds = 0;
    while !is_understood(world, episode).await {
        rounds += 1;
        assert!(rounds < 1_000, "it is never understood");
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_in_here_is_understood_though_nobody_can_look_at_the_queue() {
    let (world, between) = World::with_between().await;
    between.refuse("CLAIMABLE");
    let workers = world.engine.spawn_workers(1);
    for number in 0..5 {
        let said = world.say("2025-05-01T10:00:00Z", &format!("Message {number}.")).await;
        wait_for(&world, said).await;
    }
    workers.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_process_left_is_understood_while_more_comes_in_here() {
    let (world, between) = World::with_between().await;
    let other = another_process(&between).await;
    world.add_user("bea", "Bea Moss").await;
    other.project(world.project).create_thread(NewThread::of("of bea", "bea")).await.unwrap();
    let workers = world.engine.spawn_workers(1);
    let first = world.say("2025-05-01T10:00:00Z", "The first message.").await;
    wait_for(&world, first).await;
    let left = world.say_through(&other, "of bea", "2025-05-01T10:00:00Z", "What was left.").await;
    drop(other);
    world.clock.advance_s(60);
    let mut number = 0;
    while !is_understood(&world, left).await {
        number += 1;
        assert!(number < 5_000, "it waits and waits");
        world.say("2025-05-01T10:00:00Z", &format!("Message {number}.")).await;
    }
    workers.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bulk_load_that_came_in_here_ends_though_nobody_can_look_at_the_queue() {
    let (world, between) = World::with_between().await;
    let (engine, project) = (&world.engine, world.project);
    let bulk = engine.project(project).create_import(Metadata::new(), Vec::new(), false).await.unwrap().id;
    let items = (0..3).map(|number| said(ImportTarget::Thread("t".to_owned()), format!("Message {number}.")));
    engine.project(project).import_job(bulk).add_items(items.collect()).await.unwrap();
    between.refuse("CLAIMABLE");
    let workers = engine.spawn_workers(1);
    engine.project(project).import_job(bulk).start().await.unwrap();
    let mut rounds = 0;
    while engine.project(project).import_job(bulk).get().await.unwrap().state != ImportState::Succeeded {
        rounds += 1;
        assert!(rounds < 1_000, "it never ends");
        // The world's clock stands still, and the load rests by it.
        world.clock.advance_s(1);
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
    workers.stop().await;
}

/// A worker whose look at the queue fails looks again soon, and less and less often while that lasts.
#[tokio::test(start_paused = true)]
async fn a_short_failure_of_the_queue_is_a_short_delay_and_a_long_one_costs_little() {
    let between = Arc::new(Between::new(Arc::new(InMemory::open().unwrap())));
    let other = another_process(&between).await;
    let project = other.ensure_project("test").await.unwrap().id;
    other.project(project).add_user(NewUser::named("ann", "Ann", "Lee")).await.unwrap();
    other.project(project).create_thread(NewThread::of("t", "ann")).await.unwrap();
    let said = vec![NewMessage::new(Role::User, "I like tea.")];
    let id = other.project(project).thread("t").add_messages(said, &[], false).await.unwrap().messages[0];

    let clock = FixedClock::at(at("2025-06-01T00:01:00Z"));
    let here = Engine::builder(Store::open(Arc::clone(&between) as _).await.unwrap()).clock(clock);
    let here = here.extractor(ScriptedExtractor::default()).build();
    between.refuse("CLAIMABLE");
    let workers = here.spawn_workers(1);
    tokio::time::sleep(Duration::from_mins(2)).await;
    let looks = between.refuse_nothing();
    assert!((20..60).contains(&looks), "it looks {looks} times in two minutes");
    drop(workers);

    between.refuse("CLAIMABLE");
    let workers = here.spawn_workers(1);
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert!(between.refuse_nothing() > 0, "it looked");
    let answers_since = tokio::time::Instant::now();
    while here.project(project).find_episode(id).await.unwrap().state != EpisodeState::Processed {
        assert!(answers_since.elapsed() < Duration::from_secs(2), "it waits as if the failure were long");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    drop(workers);
}

/// Nobody restarts a server because a row of a queue is gone.
#[tokio::test(start_paused = true)]
async fn episodes_that_are_in_no_queue_are_understood_within_a_minute() {
    let database = Arc::new(InMemory::open().unwrap());
    let store = Store::open(Arc::clone(&database) as _).await.unwrap();
    let clock = Arc::new(FixedClock::at(at("2025-06-01T00:00:00Z")));
    let engine = Engine::builder(store).clock(Arc::clone(&clock)).extractor(ScriptedExtractor::default()).build();
    let project = engine.project(engine.ensure_project("test").await.unwrap().id);
    project.add_user(NewUser::named("ann", "Ann", "Lee")).await.unwrap();
    project.create_thread(NewThread::of("t", "ann")).await.unwrap();
    let workers = engine.spawn_workers(1);
    tokio::time::sleep(Duration::from_secs(10)).await;
    let said = vec![NewMessage::new(Role::User, "I like tea.")];
    let other =
        Engine::builder(Store::open(Arc::clone(&database) as _).await.unwrap()).clock(Arc::clone(&clock)).build();
    let id = other.project(project.id()).thread("t").add_messages(said, &[], false).await.unwrap().messages[0];
    let graph = project.user("ann").get().await.unwrap().graph;
    let clear = ALL.iter().find(|statement| statement.name == "CLEAR_QUEUE").unwrap();
    let params = vec![Value::Blob(graph.0.as_bytes().to_vec())];
    database.transact(vec![Step { statement: clear, params, expect: Rows::Any }]).await.unwrap();
    tokio::time::sleep(Duration::from_secs(20)).await;
    assert_eq!(project.find_episode(id).await.unwrap().state, EpisodeState::Pending, "no worker finds it");
    tokio::time::sleep(Duration::from_mins(1)).await;
    clock.advance_s(1);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(project.find_episode(id).await.unwrap().state, EpisodeState::Processed);
    workers.stop().await;
}

/// However much somebody has said, others do not wait for all of it.
#[tokio::test]
async fn graphs_take_turns() {
    let (world, between) = World::with_between().await;
    let other = another_process(&between).await;
    world.add_user("bea", "Bea Moss").await;
    other.project(world.project).create_thread(NewThread::of("of bea", "bea")).await.unwrap();
    let flood = (0..200).map(|number| NewMessage::new(Role::User, format!("Message {number}."))).collect();
    let project = world.engine.project(world.project);
    let flood = project.thread("t").add_messages(flood, &[], false).await.unwrap().messages;
    let (first, last) = (flood[0], flood[199]);
    let said = vec![NewMessage::new(Role::User, "I like tea.")];
    let of_bea = project.thread("of bea").add_messages(said, &[], false).await.unwrap().messages[0];
    // Which graph is the first to be claimed depends on the clock.
    while !is_understood(&world, first).await {
        assert!(world.engine.ingest_next().await.unwrap(), "it is never understood");
    }
    assert!(!is_understood(&world, last).await, "all of it was read in one turn");
    let mut rounds = 0;
    while !is_understood(&world, of_bea).await {
        rounds += 1;
        assert!(rounds < 5, "it waits and waits");
        assert!(world.engine.ingest_next().await.unwrap(), "it is never understood");
    }
    assert!(!is_understood(&world, last).await, "all that came before was read first");
    while world.engine.ingest_next().await.unwrap() {}
    assert!(is_understood(&world, last).await);
}
