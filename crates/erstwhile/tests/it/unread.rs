//! Whoever adds something and then asks finds its facts, without waiting for anything else.

use std::time::Duration;

use erstwhile::ErrorKind;
use erstwhile::engine::{ContextRequest, NewMessage, Search};
use erstwhile::model::Role;

use crate::world::{World, lives_in};

/// Longer than any test may take, so that a test that waits for this does not end.
const FOR_EVER: Duration = Duration::from_hours(1);

async fn facts_found(world: &World) -> usize {
    let graph = world.engine.project(world.project).graph(world.graph());
    graph.search_facts(Search::new("Oslo", 5)).await.unwrap().len()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_search_and_the_first_context_have_the_facts_of_what_was_just_added() {
    let world = World::with_read_wait(FOR_EVER).await;
    let workers = world.engine.spawn_workers(1);
    for number in 0..20 {
        let said = format!("I live in Oslo, house {number}.");
        world.script.answer(&said, lives_in(&said, "Oslo"));
        world.say("2025-05-01T10:00:00Z", &said).await;
        assert!(facts_found(&world).await > 0);
        world.say("2025-05-02T10:00:00Z", "And you?").await;
        let context =
            world.engine.project(world.project).thread("t").context(ContextRequest::default()).await.unwrap().text;
        assert!(context.contains("house"), "{context}");
    }
    workers.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_does_not_wait_for_messages_that_are_not_to_be_read() {
    let world = World::with_read_wait(FOR_EVER).await;
    let workers = world.engine.spawn_workers(1);
    world.say("2025-05-01T10:00:00Z", "And you?").await;
    assert_eq!(facts_found(&world).await, 0);
    let ignored = NewMessage::new(Role::User, "I live in Oslo.");
    let thread = world.engine.project(world.project).thread("t");
    thread.add_messages(vec![ignored], &[Role::User], false).await.unwrap();
    assert_eq!(facts_found(&world).await, 0);
    workers.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_does_not_wait_when_nothing_reads() {
    let world = World::with_read_wait(FOR_EVER).await;
    world.say("2025-05-01T10:00:00Z", "I live in Oslo.").await;
    assert_eq!(facts_found(&world).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_waits_neither_for_much_nor_for_another_graph_nor_for_long() {
    let world = World::with_read_wait(FOR_EVER).await;
    world.script.fail("stuck", Some(ErrorKind::Unavailable));
    let workers = world.engine.spawn_workers(1);
    world.add_user("bea", "Bea Moss").await;
    world.say("2025-05-01T10:00:00Z", "stuck").await;
    let of_bea = world.engine.project(world.project).user("bea").graph();
    assert!(of_bea.search_facts(Search::new("Oslo", 5)).await.unwrap().is_empty());
    for _ in 0..64 {
        world.say("2025-05-01T10:00:00Z", "stuck").await;
    }
    assert_eq!(facts_found(&world).await, 0);
    workers.stop().await;

    let world = World::with_read_wait(Duration::from_millis(1)).await;
    world.script.fail("stuck", Some(ErrorKind::Unavailable));
    let workers = world.engine.spawn_workers(1);
    world.say("2025-05-01T10:00:00Z", "stuck").await;
    assert_eq!(facts_found(&world).await, 0);
    workers.stop().await;
}

#[tokio::test]
async fn warming_up_reads_a_sample_and_keeps_nothing_of_it() {
    let world = World::new().await;
    world.engine.warm_up().await.unwrap();
    assert_eq!(world.script.calls(), 1);
    let graph = world.engine.project(world.project).graph(world.graph());
    assert!(graph.last_episodes(5).await.unwrap().is_empty());
}
