//! What a search finds and in which order: as known then, beside what was said, near what is named, and as each
//! reranker says.

use std::sync::Arc;

use async_trait::async_trait;
use erstwhile::Result;
use erstwhile::engine::{FactDraft, FactTriple, NewThread, NodeDraft, Search};
use erstwhile::model::EntityId;
use erstwhile::ports::Embedder;
use erstwhile::search::Reranker;

use crate::world::{World, dated, likes, lives_in};

async fn facts_found(world: &World, search: Search) -> Vec<String> {
    let graph = world.engine.project(world.project).graph(world.graph());
    let found = graph.search_facts(search).await.unwrap();
    found.into_iter().map(|hit| hit.item.fact.statement).collect()
}

async fn episodes_found(world: &World, search: Search) -> Vec<String> {
    let graph = world.engine.project(world.project).graph(world.graph());
    graph.search_episodes(search).await.unwrap().into_iter().map(|hit| hit.item.content).collect()
}

/// A world that knew Paris, then a moment, then also of Oslo; and a search as known at that moment.
async fn before_oslo(query: &str) -> (World, Search) {
    let world = World::new().await;
    world.script.answer("lives in Paris", lives_in("lives in Paris", "Paris"));
    world.script.answer("lives in Oslo", dated("lives in Oslo", "Oslo", "2025-03-01T00:00:00Z"));
    world.say("2025-01-01T00:00:00Z", "lives in Paris").await;
    world.ingest().await;
    let then = world.engine.now();
    world.clock.advance_s(3600);
    world.say("2025-05-01T00:00:00Z", "lives in Oslo").await;
    world.ingest().await;
    (world, Search { as_known_at: Some(then), ..Search::new(query, 5) })
}

#[tokio::test]
async fn facts_are_found_as_they_were_known_then() {
    let (world, then) = before_oslo("lives in Paris or Oslo").await;
    let graph = world.engine.project(world.project).graph(world.graph());
    let now = Search { as_known_at: None, ..then.clone() };
    let ends = |found: Vec<erstwhile::search::Scored<FactTriple>>| {
        let mut ends: Vec<_> =
            found.into_iter().map(|hit| (hit.item.fact.statement, hit.item.fact.valid_until.is_some())).collect();
        ends.sort();
        ends
    };
    let (oslo, paris) = ("lives in Oslo".to_owned(), "lives in Paris".to_owned());
    let found_now = ends(graph.search_facts(now).await.unwrap());
    assert_eq!(found_now, [(oslo, false), (paris.clone(), true)], "now it is known that Paris has ended");
    let found_then = ends(graph.search_facts(then).await.unwrap());
    assert_eq!(found_then, [(paris, false)], "then nobody knew of Oslo, nor that Paris would end");
}

#[tokio::test]
async fn entities_are_found_as_they_were_known_then() {
    let (world, then) = before_oslo("Oslo Paris").await;
    let names = async |search: Search| -> Vec<String> {
        let graph = world.engine.project(world.project).graph(world.graph());
        graph.search_entities(search).await.unwrap().into_iter().map(|hit| hit.item.name).collect()
    };
    let now = names(Search { as_known_at: None, ..then.clone() }).await;
    assert!(now.contains(&"Oslo".to_owned()) && now.contains(&"Paris".to_owned()), "{now:?}");
    let then = names(then).await;
    assert!(!then.contains(&"Oslo".to_owned()) && then.contains(&"Paris".to_owned()), "{then:?}");
}

#[tokio::test]
async fn episodes_are_found_as_they_were_known_then() {
    let (world, then) = before_oslo("lives").await;
    let mut now = episodes_found(&world, Search { as_known_at: None, ..then.clone() }).await;
    now.sort();
    assert_eq!(now, ["lives in Oslo", "lives in Paris"]);
    assert_eq!(episodes_found(&world, then).await, ["lives in Paris"]);
}

#[tokio::test]
async fn a_turn_is_found_by_the_turns_beside_it_in_its_thread() {
    let world = World::new().await;
    world.engine.project(world.project).create_thread(NewThread::of("u", "ann")).await.unwrap();
    for (thread, text) in [("t", "how nice"), ("t", "zebra crossing"), ("t", "quite right"), ("t", "far away")] {
        world.say_in(thread, "2025-01-01T00:00:00Z", text).await;
    }
    for (thread, text) in [("u", "zebra stripes"), ("t", "something else")] {
        world.say_in(thread, "2025-01-01T00:00:00Z", text).await;
    }
    let mut found = episodes_found(&world, Search::new("zebra", 10)).await;
    let mut beside = found.split_off(2);
    found.sort();
    assert_eq!(found, ["zebra crossing", "zebra stripes"]);
    beside.sort();
    assert_eq!(beside, ["how nice", "quite right"], "the turns beside it, of its own thread, after it");
}

/// States facts of one relation between named ends, all worded alike.
async fn state(world: &World, source: &str, target: &str, statement: &str) -> FactTriple {
    let node = |name: &str| NodeDraft { name: Some(name.to_owned()), ..NodeDraft::default() };
    let draft = FactDraft {
        predicate: "KNOWS".to_owned(),
        statement: statement.to_owned(),
        source: node(source),
        target: node(target),
        ..FactDraft::default()
    };
    world.engine.project(world.project).graph(world.graph()).add_fact(draft).await.unwrap().0
}

#[tokio::test]
async fn facts_near_the_origins_of_a_search_come_first_among_equals() {
    let world = World::new().await;
    let one = state(&world, "Bob", "chess", "plays every day").await;
    let other = state(&world, "Cid", "tennis", "plays every day").await;
    for (origin, first) in [(&one, &one), (&other, &other)] {
        let graph = world.engine.project(world.project).graph(world.graph());
        let search = Search { origins: vec![origin.source.id], ..Search::new("plays", 5) };
        let found = graph.search_facts(search).await.unwrap();
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].item.fact.id, first.fact.id, "what is about {} comes first", origin.source.name);
    }
}

#[tokio::test]
async fn facts_about_whom_a_query_names_come_first_among_equals() {
    let world = World::new().await;
    let one = state(&world, "Bob", "chess", "plays every day").await;
    let other = state(&world, "Cid", "tennis", "plays every day").await;
    for (query, first) in [("what Bob plays", &one), ("what Cid plays", &other)] {
        let graph = world.engine.project(world.project).graph(world.graph());
        let found = graph.search_facts(Search::new(query, 5)).await.unwrap();
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].item.fact.id, first.fact.id, "{query}");
    }
}

/// Vectors that are written down for the texts that begin with a word.
#[derive(Debug)]
struct Written(&'static [(&'static str, [f32; 4])]);

#[async_trait]
impl Embedder for Written {
    fn model(&self) -> &'static str {
        "written"
    }

    fn dimensions(&self) -> usize {
        4
    }

    async fn embed(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>> {
        let vector = |text: &&str| {
            let written = self.0.iter().find(|(start, _)| text.starts_with(start));
            written.map_or(vec![0.0, 0.0, 0.0, 1.0], |(_, vector)| vector.to_vec())
        };
        Ok(texts.iter().map(vector).collect())
    }
}

/// A world with these vectors, where each text is said in a thread of its own.
async fn world_of(vectors: &'static [(&'static str, [f32; 4])], texts: &[&str]) -> World {
    let world = World::with_embedder(Arc::new(Written(vectors))).await;
    for (number, text) in texts.iter().enumerate() {
        let thread = format!("thread {number}");
        world.engine.project(world.project).create_thread(NewThread::of(thread.clone(), "ann")).await.unwrap();
        world.say_in(&thread, "2025-01-01T00:00:00Z", text).await;
    }
    world
}

fn ranked(query: &str, reranker: Reranker) -> Search {
    Search { reranker, ..Search::new(query, 10) }
}

#[tokio::test]
async fn rrf_ranks_by_ranks_alone() {
    // By words, the short one is first and the long one second; by meaning, the silent one is first, the long one
    // nearly as good, and the short one far behind.
    let world = world_of(
        &[
            ("zebra", [1.0, 0.0, 0.0, 0.0]),
            ("short", [0.1, 0.995, 0.0, 0.0]),
            ("long", [0.95, 0.312, 0.0, 0.0]),
            ("silent", [1.0, 0.0, 0.0, 0.0]),
        ],
        &["short zebra", "long zebra with many more words", "silent"],
    )
    .await;
    let fused = episodes_found(&world, ranked("zebra", Reranker::Relevance)).await;
    assert_eq!(fused, ["long zebra with many more words", "short zebra", "silent"], "it is good in both");
    let rrf = episodes_found(&world, ranked("zebra", Reranker::Rrf)).await;
    assert_eq!(rrf, ["short zebra", "long zebra with many more words", "silent"], "first and third beats second twice");
}

#[tokio::test]
async fn mmr_puts_something_else_before_a_repetition() {
    let world = world_of(
        &[
            ("zebra", [1.0, 0.0, 0.0, 0.0]),
            ("one", [1.0, 0.0, 0.0, 0.0]),
            ("again", [0.99, 0.141, 0.0, 0.0]),
            ("other", [0.6, 0.0, 0.8, 0.0]),
        ],
        &["one", "again", "other"],
    )
    .await;
    assert_eq!(episodes_found(&world, ranked("zebra", Reranker::Mmr(1.0))).await, ["one", "again", "other"]);
    assert_eq!(episodes_found(&world, ranked("zebra", Reranker::Mmr(0.5))).await, ["one", "other", "again"]);
}

#[tokio::test]
async fn node_distance_ranks_by_steps_from_the_centre() {
    let world = World::new().await;
    // The farther, the better its words fit.
    let near = state(&world, "Bob", "chess", "plays a game in the club every evening").await;
    state(&world, "chess", "India", "plays a game every day").await;
    state(&world, "India", "Ganges", "plays a game").await;
    state(&world, "Cid", "tennis", "plays game").await;
    let from = |centre: EntityId| ranked("plays game", Reranker::NodeDistance(centre));
    let found = facts_found(&world, from(near.source.id)).await;
    let expected = ["plays a game in the club every evening", "plays a game every day", "plays a game", "plays game"];
    assert_eq!(found, expected, "what no path leads to comes last");
    let fused = facts_found(&world, ranked("plays game", Reranker::Relevance)).await;
    assert_ne!(fused[0], expected[0]);
}

#[tokio::test]
async fn episode_mentions_ranks_by_how_often_it_was_said() {
    let world = World::new().await;
    let said = [("likes tea with plenty of milk", "tea", 3), ("likes coffee in the morning", "coffee", 2)];
    for (text, thing, times) in said {
        world.script.answer(text, likes(text, thing));
        for _ in 0..times {
            world.say("2025-01-01T00:00:00Z", text).await;
        }
    }
    world.script.answer("likes juice", likes("likes juice", "juice"));
    world.say("2025-01-01T00:00:00Z", "likes juice").await;
    world.ingest().await;
    let query = "who likes juice";
    assert_eq!(facts_found(&world, ranked(query, Reranker::Relevance)).await[0], "likes juice");
    let often = facts_found(&world, ranked(query, Reranker::EpisodeMentions)).await;
    assert_eq!(often, ["likes tea with plenty of milk", "likes coffee in the morning", "likes juice"]);
}

#[tokio::test]
async fn a_fact_that_holds_comes_before_the_one_that_it_ended_unless_the_question_asks_for_the_past() {
    let world = World::new().await;
    world.script.answer("My home is in Paris, lovely Paris", lives_in("My home is in Paris, lovely Paris", "Paris"));
    world.script.answer("home Oslo", dated("home Oslo", "Oslo", "2025-03-01T00:00:00Z"));
    world.say("2025-01-01T00:00:00Z", "My home is in Paris, lovely Paris").await;
    world.say("2025-05-01T00:00:00Z", "home Oslo").await;
    world.ingest().await;
    let first = async |query: &str| facts_found(&world, Search::new(query, 5)).await.swap_remove(0);
    assert!(first("Which lovely Paris home is it?").await.contains("Oslo"), "that is where the home is");
    assert!(first("Which lovely Paris home was it?").await.contains("Paris"));
}
