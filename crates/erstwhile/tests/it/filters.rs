//! What filters let pass, in listings of facts and entities and in searches alike.

use std::collections::BTreeSet;

use erstwhile::engine::{FactDraft, FactTriple, NodeDraft, Search};
use erstwhile::model::{EntityId, EpisodeId, Metadata};
use erstwhile::search::filter::Filter;

use crate::world::World;

/// Ann works at Acme in Oslo and keeps a dog; each fact is stated by an episode of its own.
struct Facts {
    world: World,
    works: FactTriple,
    lies: FactTriple,
    keeps: FactTriple,
}

impl Facts {
    async fn new() -> Self {
        let world = World::new().await;
        let state = async |predicate: &str, source: (&str, &str), target: (&str, &str)| {
            let node = |(name, label): (&str, &str)| NodeDraft {
                name: Some(name.to_owned()),
                entity_type: Some(label.to_owned()),
                ..NodeDraft::default()
            };
            let draft = FactDraft {
                predicate: predicate.to_owned(),
                statement: format!("zebra: {} {predicate} {}", source.0, target.0),
                source: node(source),
                target: node(target),
                metadata: Metadata::from_iter([("why".to_owned(), "a test".into())]),
                ..FactDraft::default()
            };
            world.engine.project(world.project).graph(world.graph()).add_fact(draft).await.unwrap().0
        };
        let works = state("WORKS_AT", ("Ann Lee", "User"), ("Acme", "Company")).await;
        let lies = state("LIES_IN", ("Acme", "Company"), ("Oslo", "Place")).await;
        let keeps = state("KEEPS", ("Ann Lee", "User"), ("Rex", "Dog")).await;
        Self { world, works, lies, keeps }
    }

    /// The relations of the facts that pass: a search among them must let the same ones pass.
    async fn passing(&self, filter: Filter) -> Vec<String> {
        let graph = self.world.engine.project(self.world.project).graph(self.world.graph());
        let relations = |facts: Vec<FactTriple>| facts.into_iter().map(|found| found.fact.predicate).collect();
        let listed: BTreeSet<String> = relations(graph.facts(&filter).await.unwrap());
        let found = graph.search_facts(Search { filter, ..Search::new("zebra", 10) }).await.unwrap();
        let found: BTreeSet<String> = relations(found.into_iter().map(|hit| hit.item).collect());
        assert_eq!(listed, found, "a listing and a search differ");
        listed.into_iter().collect()
    }

    /// The names of the entities that pass, sorted.
    async fn entities(&self, filter: Filter) -> Vec<String> {
        let graph = self.world.engine.project(self.world.project).graph(self.world.graph());
        let entities = graph.entities(&filter).await.unwrap();
        let names: BTreeSet<String> = entities.into_iter().map(|(entity, _)| entity.name).collect();
        let search = Search { filter, ..Search::new("Ann Acme Oslo Rex Assistant", 10) };
        let found = graph.search_entities(search).await.unwrap();
        assert_eq!(found.into_iter().map(|hit| hit.item.name).collect::<BTreeSet<_>>(), names);
        names.into_iter().collect()
    }

    fn episode_of(fact: &FactTriple) -> EpisodeId {
        fact.fact.episodes[0]
    }
}

fn labels(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[tokio::test]
async fn without_a_filter_everything_passes() {
    let facts = Facts::new().await;
    assert_eq!(facts.passing(Filter::default()).await, ["KEEPS", "LIES_IN", "WORKS_AT"]);
    assert_eq!(facts.entities(Filter::default()).await, ["Acme", "Ann Lee", "Assistant", "Oslo", "Rex"]);
}

#[tokio::test]
async fn node_labels_admit_facts_with_both_ends_and_entities() {
    let facts = Facts::new().await;
    let of = |names: &[&str]| Filter { node_labels: labels(names), ..Filter::default() };
    assert_eq!(facts.passing(of(&["User", "Company"])).await, ["WORKS_AT"]);
    assert_eq!(facts.passing(of(&["user", "DOG"])).await, ["KEEPS"], "in whatever case");
    assert!(facts.passing(of(&["User"])).await.is_empty(), "one end is not enough");
    assert_eq!(facts.passing(of(&["Entity"])).await.len(), 3, "everything is an entity");
    assert_eq!(facts.entities(of(&["Company", "Dog"])).await, ["Acme", "Rex"]);
}

#[tokio::test]
async fn excluded_node_labels_keep_out_what_touches_them() {
    let facts = Facts::new().await;
    let without = |names: &[&str]| Filter { exclude_node_labels: labels(names), ..Filter::default() };
    assert_eq!(facts.passing(without(&["Company"])).await, ["KEEPS"]);
    assert_eq!(facts.passing(without(&["Place", "Dog"])).await, ["WORKS_AT"]);
    assert_eq!(facts.entities(without(&["User", "Place", "Assistant"])).await, ["Acme", "Rex"]);
}

#[tokio::test]
async fn edge_types_admit_and_keep_out_relations() {
    let facts = Facts::new().await;
    let only = Filter { edge_types: labels(&["works_at", "KEEPS"]), ..Filter::default() };
    assert_eq!(facts.passing(only).await, ["KEEPS", "WORKS_AT"]);
    let without = Filter { exclude_edge_types: labels(&["Works_At"]), ..Filter::default() };
    assert_eq!(facts.passing(without).await, ["KEEPS", "LIES_IN"]);
}

#[tokio::test]
async fn edge_uuids_admit_only_these_facts() {
    let facts = Facts::new().await;
    let only = Filter { edge_uuids: vec![facts.lies.fact.id, facts.keeps.fact.id], ..Filter::default() };
    assert_eq!(facts.passing(only).await, ["KEEPS", "LIES_IN"]);
}

#[tokio::test]
async fn source_uuids_admit_facts_from_these_entities() {
    let facts = Facts::new().await;
    let from = |id: EntityId| Filter { source_node_uuids: vec![id], ..Filter::default() };
    assert_eq!(facts.passing(from(facts.works.source.id)).await, ["KEEPS", "WORKS_AT"]);
    assert_eq!(facts.passing(from(facts.works.target.id)).await, ["LIES_IN"]);
    assert!(facts.passing(from(facts.lies.target.id)).await.is_empty());
}

#[tokio::test]
async fn target_uuids_admit_facts_to_these_entities() {
    let facts = Facts::new().await;
    let to = |id: EntityId| Filter { target_node_uuids: vec![id], ..Filter::default() };
    assert_eq!(facts.passing(to(facts.works.target.id)).await, ["WORKS_AT"]);
    assert!(facts.passing(to(facts.works.source.id)).await.is_empty());
}

#[tokio::test]
async fn connected_uuids_admit_facts_that_touch_these_entities() {
    let facts = Facts::new().await;
    let touching = |ids: Vec<EntityId>| Filter { connected_node_uuids: ids, ..Filter::default() };
    assert_eq!(facts.passing(touching(vec![facts.works.target.id])).await, ["LIES_IN", "WORKS_AT"]);
    let ends = vec![facts.keeps.target.id, facts.lies.target.id];
    assert_eq!(facts.passing(touching(ends)).await, ["KEEPS", "LIES_IN"]);
}

#[tokio::test]
async fn episode_uuids_admit_what_comes_from_these_episodes() {
    let facts = Facts::new().await;
    let from = |id: EpisodeId| Filter { episode_uuids: vec![id], ..Filter::default() };
    let (works, keeps) = (Facts::episode_of(&facts.works), Facts::episode_of(&facts.keeps));
    assert_eq!(facts.passing(from(works)).await, ["WORKS_AT"]);
    assert_eq!(facts.entities(from(works)).await, ["Acme", "Ann Lee"]);
    let graph = facts.world.engine.project(facts.world.project).graph(facts.world.graph());
    let search = Search { filter: from(keeps), ..Search::new("zebra", 10) };
    let found = graph.search_episodes(search).await.unwrap();
    assert_eq!(found.into_iter().map(|hit| hit.item.id).collect::<Vec<_>>(), [keeps]);
}

#[tokio::test]
async fn a_filter_applies_to_the_facts_about_one_entity() {
    let facts = Facts::new().await;
    let project = facts.world.engine.project(facts.world.project);
    let filter = Filter { exclude_edge_types: labels(&["KEEPS"]), ..Filter::default() };
    let about = project.facts_about(facts.works.source.id, &filter).await.unwrap();
    assert_eq!(about.into_iter().map(|found| found.fact.id).collect::<Vec<_>>(), [facts.works.fact.id]);
}
