//! Searches return the same results with bitwise equal scores on each store and on every node.

use std::sync::Arc;

use erstwhile::Engine;
use erstwhile::engine::{GraphRef, NewMessage, NewThread, NewUser, Search};
use erstwhile::identity::user_node;
use erstwhile::model::{Metadata, ProjectId, Role};
use erstwhile::search::Reranker;
use erstwhile::store::Store;
use erstwhile::store::sqlite::Sqlite;
use erstwhile_models::offline::OfflineExtractor;
use erstwhile_models::static_embedder::StaticEmbedder;
use erstwhile_postgres::testing::TestServer;
use erstwhile_postgres::{Postgres, PostgresSettings};
use erstwhile_testkit::{FixedClock, SeededIds};

const MESSAGES: &[&str] = &[
    "I live in Lyon and I love hiking.",
    "My sister Clara works at the Riverside Clinic.",
    "I'm allergic to peanuts and shellfish.",
    "We adopted a puppy named Biscuit yesterday.",
    "I love pottery, too.",
    "My friend Omar lives in Porto.",
    "I joined the Harbor Chess Club last year.",
    "I moved to Copenhagen last week.",
    "Clara loves hiking and chess.",
    "Omar visited Copenhagen with Clara.",
    "I finished reading \"The Salt Road\" yesterday.",
    "I love hiking.",
    "I don't like opera any more.",
    "Clara moved to Porto.",
];

const QUERIES: &[&str] =
    &["Where does Clara live?", "hiking", "Who is in Porto?", "What do I love?", "chess club", "dog"];

fn engine(store: Store) -> Engine {
    Engine::builder(store)
        .clock(FixedClock::at("2025-06-01T00:00:00Z".parse().unwrap()))
        .ids(SeededIds::default())
        .embedder(StaticEmbedder::new().unwrap())
        .extractor(OfflineExtractor::new().unwrap())
        .build()
}

async fn on_postgres(url: &str) -> Engine {
    let database = Postgres::new(url, PostgresSettings { connections: 4, ..PostgresSettings::default() }).unwrap();
    engine(Store::open(Arc::new(database)).await.unwrap())
}

/// Ingests all messages one by one, so that the index grows in steps, and deletes some of them, so that index slots
/// are reused.
async fn ingest_messages(engine: &Engine) -> ProjectId {
    let project = engine.ensure_project("test").await.unwrap().id;
    let (first_name, last_name) = (Some("Noor".to_owned()), Some("Haddad".to_owned()));
    let user = NewUser { user_id: "noor".to_owned(), first_name, last_name, ..NewUser::default() };
    engine.project(project).add_user(user).await.unwrap();
    engine.project(project).create_thread(NewThread::of("t", "noor")).await.unwrap();
    let mut episodes = Vec::new();
    for text in MESSAGES.iter().chain(MESSAGES) {
        let message = NewMessage {
            id: None,
            role: Role::User,
            name: None,
            content: (*text).to_owned(),
            created_at: None,
            metadata: Metadata::new(),
        };
        let posted = engine.project(project).thread("t").add_messages(vec![message], &[], false).await.unwrap();
        episodes.extend(posted.messages);
        while engine.ingest_next().await.unwrap() {}
        if episodes.len() % 5 == 0 {
            engine.project(project).delete_episode(episodes.remove(episodes.len() / 2)).await.unwrap();
        }
    }
    project
}

/// Runs all queries with all rerankers; returns the results with the bits of their scores.
async fn results(engine: &Engine, project: ProjectId) -> Vec<String> {
    let graph = GraphRef::User("noor".to_owned());
    let centre = user_node(engine.project(project).graph(&graph).get().await.unwrap().id);
    let rerankers = [
        Reranker::Relevance,
        Reranker::Rrf,
        Reranker::Mmr(0.5),
        Reranker::NodeDistance(centre),
        Reranker::EpisodeMentions,
        Reranker::CrossEncoder,
    ];
    let mut results = Vec::new();
    for query in QUERIES {
        for reranker in rerankers {
            let search = || Search { reranker, ..Search::new(*query, 20) };
            for found in engine.project(project).graph(&graph).search_facts(search()).await.unwrap() {
                results.push(format!("{query} {reranker:?} {} {:x}", found.item.fact.statement, found.score.to_bits()));
            }
            for found in engine.project(project).graph(&graph).search_entities(search()).await.unwrap() {
                results.push(format!("{query} {reranker:?} {} {:x}", found.item.name, found.score.to_bits()));
            }
            for found in engine.project(project).graph(&graph).search_episodes(search()).await.unwrap() {
                results.push(format!("{query} {reranker:?} {} {:x}", found.item.content, found.score.to_bits()));
            }
        }
    }
    assert!(results.len() > 200, "{}", results.len());
    results
}

#[tokio::test]
async fn rankings_are_the_same_on_each_store_and_on_every_node() {
    let folder = tempfile::tempdir().unwrap();
    let embedded = Sqlite::open(&folder.path().join("test.db")).unwrap();
    let embedded = engine(Store::open(Arc::new(embedded)).await.unwrap());
    let project = ingest_messages(&embedded).await;
    let expected = results(&embedded, project).await;

    let url = TestServer::shared().schema().await;
    let one = on_postgres(&url).await;
    let project = ingest_messages(&one).await;
    assert_eq!(results(&one, project).await, expected, "on the other store");
    let two = on_postgres(&url).await;
    assert_eq!(results(&two, project).await, expected, "on a node that builds its index in one step");
}
