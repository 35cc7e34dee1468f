//! Facts, statements and values: what each of them is part of.

use erstwhile::ErrorKind;
use erstwhile::engine::{ContextRequest, FactTriple, NewMessage, NodeDraft, Search};
use erstwhile::model::{EntityPatch, FactEdit, Metadata, Role, STATEMENT};
use erstwhile::patterns::PatternRequest;
use erstwhile::ports::Extraction;
use erstwhile::search::Statements;
use erstwhile::subgraph::{Direction, SubgraphRequest};

use crate::world::{World, has_value, likes, with_statement};

const LOCKER: &str = "Ann Lee keeps the key to her locker under the bike.";

/// Ann likes tea, is 34, and said where the key to her locker is.
async fn ann() -> World {
    let world = World::new().await;
    let text = "I like tea. The key to my locker is under the bike.";
    let mut likes = likes(text, "tea");
    "Ann Lee likes tea.".clone_into(&mut likes.claims[0].statement);
    world.script.answer(text, with_statement(likes, LOCKER));
    world.say("2025-01-01T00:00:00Z", text).await;
    let text = "I am 34.";
    world.script.answer(text, has_value(text, "HAS_AGE", "34"));
    world.say("2025-01-02T00:00:00Z", text).await;
    world.ingest().await;
    world
}

async fn search(world: &World, query: &str, statements: Option<Statements>) -> Vec<FactTriple> {
    let search = Search { statements, ..Search::new(query, 10) };
    let graph = world.engine.project(world.project).graph(world.graph());
    graph.search_facts(search).await.unwrap().into_iter().map(|found| found.item).collect()
}

/// The age, as the fact that has it.
async fn age(world: &World) -> FactTriple {
    let graph = world.engine.project(world.project).graph(world.graph());
    let facts = graph.facts(&Default::default()).await.unwrap();
    facts.into_iter().find(|triple| triple.fact.predicate == "HAS_AGE").expect("an age")
}

#[tokio::test]
async fn a_statement_is_found_and_in_no_list() {
    let world = ann().await;
    let found = search(&world, "where is the locker key", None).await;
    assert_eq!((found[0].fact.statement.as_str(), found[0].fact.predicate.as_str()), (LOCKER, STATEMENT));
    assert_eq!((found[0].source.name.as_str(), &found[0].fact.attributes["statement"]), ("Ann Lee", &true.into()));
    let never = search(&world, "where is the locker key", Some(Statements::Never)).await;
    assert!(never.iter().all(|triple| triple.fact.predicate != STATEMENT));
    let graph = world.engine.project(world.project).graph(world.graph());
    let facts = graph.facts(&Default::default()).await.unwrap();
    assert_eq!(facts.len(), 2, "the taste and the age");
    assert!(graph.facts_at(None, None).await.unwrap().iter().all(|fact| fact.predicate != STATEMENT));
    let node = world.engine.project(world.project).user("ann").entity().await.unwrap();
    assert!(!node.summary.contains("locker"), "{}", node.summary);
    assert!(graph.observations(&Default::default()).await.unwrap().is_empty());
    let everything = PatternRequest::everything(world.engine.now());
    let patterns = graph.patterns(&Default::default(), &everything).await.unwrap().patterns;
    assert_eq!(patterns.edges_analyzed, 1, "neither a statement nor a value");
}

#[tokio::test]
async fn a_statement_is_read_by_its_id_and_deleted_but_not_edited() {
    let world = ann().await;
    let project = world.engine.project(world.project);
    let id = search(&world, "locker", None).await[0].fact.id;
    assert_eq!(project.fact(id).await.unwrap().fact.statement, LOCKER);
    let edit = FactEdit { statement: Some("no".to_owned()), ..FactEdit::default() };
    assert_eq!(project.update_fact(id, edit).await.unwrap_err().kind(), ErrorKind::Invalid);
    project.delete_fact(id).await.unwrap();
    assert_eq!(project.fact(id).await.unwrap_err().kind(), ErrorKind::NotFound);
    assert!(search(&world, "locker", None).await.iter().all(|triple| triple.fact.predicate != STATEMENT));
}

#[tokio::test]
async fn a_statement_goes_with_its_episode() {
    let world = ann().await;
    let episode = search(&world, "locker", None).await[0].fact.episodes[0];
    world.engine.project(world.project).delete_episode(episode).await.unwrap();
    assert!(search(&world, "locker", None).await.iter().all(|triple| triple.fact.predicate != STATEMENT));
}

#[tokio::test]
async fn a_statement_of_a_document_without_an_owner_is_found() {
    let world = World::new().await;
    let project = world.engine.project(world.project);
    project.create_graph(erstwhile::engine::NewGraph { graph_id: "g".to_owned(), ..Default::default() }).await.unwrap();
    let text = "It rained in the valley.";
    world.script.answer(text, with_statement(Extraction::default(), text));
    project.graph("g").add_episodes(vec![erstwhile::engine::NewEpisode::text(text)]).await.unwrap();
    world.ingest().await;
    let found = project.graph("g").search_facts(Search::new("valley", 3)).await.unwrap();
    assert_eq!((found[0].item.fact.statement.as_str(), found[0].item.source.name.as_str()), (text, ""));
    assert!(project.graph("g").entities(&Default::default()).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_value_is_read_by_its_id_and_nothing_else_sees_it() {
    let world = ann().await;
    let project = world.engine.project(world.project);
    let graph = project.graph(world.graph());
    let age = age(&world).await;
    assert_eq!((age.target.name.as_str(), age.target.is_value), ("34", true));
    let value = project.entity(age.target.id).await.unwrap();
    assert_eq!((value.name.as_str(), value.entity_type.as_deref()), ("34", Some("Value")));
    let listed = graph.entities(&Default::default()).await.unwrap();
    assert!(listed.iter().all(|(entity, _)| entity.name != "34"));
    let found = graph.search_entities(Search::new("34", 10)).await.unwrap();
    assert!(found.iter().all(|found| found.item.name != "34"));
    let (mentioned, facts) = project.mentions(age.fact.episodes[0]).await.unwrap();
    assert!(mentioned.iter().all(|entity| entity.name != "34") && facts.len() == 1);
    let request = SubgraphRequest {
        seeds: vec![age.source.id],
        depth: 3,
        direction: Direction::Both,
        max_nodes: 9,
        max_edges: 9,
    };
    let part = graph.subgraph(&Default::default(), &request).await.unwrap();
    assert!(part.entities.iter().all(|entity| entity.name != "34"), "{part:?}");
    let error = project.merge_entities(age.source.id, age.target.id).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid);
    let patch = EntityPatch { name: Some("35".to_owned()), ..EntityPatch::default() };
    assert_eq!(project.update_entity(age.target.id, patch).await.unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(project.delete_entity(age.target.id).await.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn the_present_value_is_an_attribute() {
    let world = ann().await;
    let project = world.engine.project(world.project);
    assert_eq!(project.user("ann").entity().await.unwrap().attributes["age"], 34);
    let text = "I am 35 now.";
    world.script.answer(text, has_value(text, "HAS_AGE", "35"));
    let later = world.say("2025-03-01T00:00:00Z", text).await;
    world.ingest().await;
    assert_eq!(project.user("ann").entity().await.unwrap().attributes["age"], 35);
    let node = project.user("ann").entity().await.unwrap().id;
    let attributes = Metadata::from_iter([("age".to_owned(), 18.into())]);
    project.update_entity(node, EntityPatch { attributes, ..EntityPatch::default() }).await.unwrap();
    assert_eq!(project.user("ann").entity().await.unwrap().attributes["age"], 18, "the operator wins");
    let attributes = Metadata::from_iter([("age".to_owned(), serde_json::Value::Null)]);
    project.update_entity(node, EntityPatch { attributes, ..EntityPatch::default() }).await.unwrap();
    assert_eq!(project.user("ann").entity().await.unwrap().attributes.get("age"), None);
    project.delete_episode(later).await.unwrap();
    assert_eq!(age(&world).await.target.name, "34");
}

#[tokio::test]
async fn an_application_may_call_a_node_a_value() {
    let world = World::new().await;
    let graph = world.engine.project(world.project).graph(world.graph());
    let draft =
        NodeDraft { name: Some("Honesty".to_owned()), entity_type: Some("Value".to_owned()), ..NodeDraft::default() };
    graph.add_entities(&[draft]).await.unwrap();
    let listed = graph.entities(&Default::default()).await.unwrap();
    assert!(listed.iter().any(|(entity, _)| entity.name == "Honesty"));
}

#[tokio::test]
async fn a_context_has_statements_of_long_messages_only() {
    let world = World::new().await;
    let long = format!("{} The key to my locker is under the bike.", "word ".repeat(400));
    world.script.answer(&long, with_statement(Extraction::default(), LOCKER));
    world.say("2025-01-01T00:00:00Z", &long).await;
    let short = "My boat is red.";
    world.script.answer(short, with_statement(Extraction::default(), "Ann Lee's boat is red."));
    world.say("2025-01-02T00:00:00Z", short).await;
    world.ingest().await;
    let graph = world.engine.project(world.project).graph(world.graph());
    let context = |query: &'static str| graph.context(query, ContextRequest::default());
    let block = context("where is the locker key").await.unwrap().text;
    assert!(block.contains(LOCKER) && !block.contains("word word"), "{block}");
    assert!(!block.contains("statement"), "{block}");
    let block = context("what colour is the boat").await.unwrap().text;
    assert!(block.contains(short) && !block.contains("Ann Lee's boat"), "{block}");
}

#[tokio::test]
async fn dropped_claims_are_counted_by_reason() {
    let world = World::new().await;
    let text = "hello";
    let mut extraction = likes(text, "submarines");
    "x".clone_into(&mut extraction.claims[0].statement);
    world.script.answer(text, extraction);
    world.say("2025-01-01T00:00:00Z", text).await;
    world.ingest().await;
    let counts: Vec<(&str, u64)> = world.engine.dropped_claims().into_iter().collect();
    assert_eq!(counts, [("the object is not in the text", 1)]);
    assert!(search(&world, "submarines", None).await.is_empty());
}

#[tokio::test]
async fn what_an_assistant_or_a_tool_said_is_no_fact_of_the_user() {
    let world = ann().await;
    let project = world.engine.project(world.project);
    let mut heard = Vec::new();
    for (role, text) in [
        (Role::Assistant, "Ann Lee keeps the locker key at home."),
        (Role::Tool, "Locker key: in the office of Ann Lee."),
        (Role::System, "Ann Lee lost the key to the locker."),
    ] {
        world.script.answer(text, with_statement(Extraction::default(), text));
        project.thread("t").add_messages(vec![NewMessage::new(role, text)], &[], false).await.unwrap();
        heard.push(text);
    }
    world.ingest().await;
    let query = "Where is the locker key of Ann Lee?";
    let found: Vec<String> =
        search(&world, query, None).await.into_iter().map(|triple| triple.fact.statement).collect();
    let own = found.iter().position(|text| text == LOCKER).expect("what the user said");
    for text in &heard {
        assert!(found.iter().position(|one| one == text).expect("it is found") > own, "{found:?}");
    }
    let facts = project.thread("t").relevant_facts(query, 10, None).await.unwrap();
    let facts: Vec<&str> = facts.iter().map(|rated| rated.triple.fact.statement.as_str()).collect();
    assert!(facts.contains(&LOCKER) && heard.iter().all(|text| !facts.contains(text)), "{facts:?}");
}
