//! Why the graph holds a fact, and what has changed.

use erstwhile::ErrorKind;
use erstwhile::engine::{FactClosing, FactOrigin, FactTriple};
use erstwhile::model::{AssertionId, FactEdit};
use erstwhile::search::filter::Filter;

use jiff::{SignedDuration, Timestamp};

use crate::world::{World, at, lives_in};

/// Ann lived in Paris and moved to Oslo. She told it on two days, the second of which is returned.
async fn world_of_a_move() -> (World, Timestamp) {
    let world = World::new().await;
    for (said, text, place) in
        [("2025-01-01T00:00:00Z", "I live in Paris.", "Paris"), ("2025-03-01T00:00:00Z", "I live in Oslo.", "Oslo")]
    {
        world.clock.advance_s(24 * 60 * 60);
        let message = format!("Hello there. {text} How are you?");
        let mut read = lives_in(text, place);
        let start = message.find(place).unwrap();
        read.claims[0].span = start..start + place.len();
        world.script.answer(&message, read);
        world.say(said, &message).await;
        world.ingest().await;
    }
    let told = world.engine.now();
    (world, told)
}

async fn origin_of(world: &World, place: &str) -> FactOrigin {
    let project = world.engine.project(world.project);
    let facts = project.graph(world.graph()).facts(&Filter::default()).await.unwrap();
    let fact = facts.into_iter().find(|triple| triple.target.name == place).unwrap();
    project.fact_origin(fact.fact.id).await.unwrap()
}

#[tokio::test]
async fn a_fact_leads_to_the_sentence_that_it_rests_on_and_to_what_ended_it() {
    let (world, _) = world_of_a_move().await;
    let paris = origin_of(&world, "Paris").await;
    assert_eq!(paris.claims.len(), 1);
    assert_eq!(paris.claims[0].words, "I live in Paris.");
    assert_eq!(paris.claims[0].episode.as_ref().unwrap().thread.as_deref(), Some("t"));
    let Some(FactClosing::Claim(ending)) = paris.closing else { panic!("a claim ended it: {:?}", paris.closing) };
    assert_eq!(ending.words, "I live in Oslo.");
    let oslo = origin_of(&world, "Oslo").await;
    assert!(oslo.closing.is_none());

    let edit = FactEdit { valid_until: Some(Some(at("2025-05-01T00:00:00Z"))), ..FactEdit::default() };
    world.engine.project(world.project).update_fact(oslo.fact.fact.id, edit).await.unwrap();
    assert!(matches!(origin_of(&world, "Oslo").await.closing, Some(FactClosing::Edit)));
    let unknown = AssertionId(uuid::Uuid::nil());
    let error = world.engine.project(world.project).fact_origin(unknown).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn what_changed_since_a_time_is_what_was_learned_and_what_has_ended() {
    let (world, told) = world_of_a_move().await;
    let project = world.engine.project(world.project);
    let graph = project.graph(world.graph());
    let hours = |hours| SignedDuration::from_hours(hours);
    let changes = async |since: Timestamp| {
        let changes = graph.changes_since(since).await.unwrap();
        let names = |facts: Vec<FactTriple>| facts.into_iter().map(|triple| triple.target.name).collect::<Vec<_>>();
        (names(changes.learned), names(changes.ended))
    };
    assert_eq!(changes(told - hours(1)).await, (vec!["Oslo".to_owned()], vec!["Paris".to_owned()]));
    let (learned, ended) = changes(told - hours(48)).await;
    assert_eq!((learned.len(), ended.len()), (2, 0), "a fact is new, or it has ended since");
    assert_eq!(changes(told + hours(1)).await, (vec![], vec![]));

    // What is known to end later ends without anything being learned.
    let oslo = origin_of(&world, "Oslo").await.fact.fact.id;
    let edit = FactEdit { valid_until: Some(Some(told + hours(2))), ..FactEdit::default() };
    project.update_fact(oslo, edit).await.unwrap();
    assert_eq!(changes(told + hours(1)).await, (vec![], vec![]));
    world.clock.advance_s(3 * 60 * 60);
    assert_eq!(changes(told + hours(1)).await, (vec![], vec!["Oslo".to_owned()]));
}
