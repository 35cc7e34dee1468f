//! The same words give the same answers, to the last digit, on each store and on every node.

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

const SAID: &[&str] = &[
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

const ASKED: &[&str] =
    &["Where does Clara live?", "hiking", "Who is in Porto?", "What do I love?", "chess club", "dog"];

fn engine(store: Store) -> Engine {
    Engine::builder(store)
        .clock(FixedClock::at("2025-06-01T00:00:00Z".parse().unwrap()))
        .ids(SeededIds::default())
        .embedder(StaticEmbedder::new().unwrap())
        .extractor(OfflineExtractor::new())
        .build()
}

async fn on_postgres(url: &str) -> Engine {
    let database = Postgres::new(url, PostgresSettings { connections: 4, ..PostgresSettings::default() }).unwrap();
    engine(Store::open(Arc::new(database)).await.unwrap())
}

/// Says everything in several rounds, asks in between so that the index grows step by step, and takes some of
/// it back so that places in the index are used again.
async fn tell(engine: &Engine) -> ProjectId {
    let project = engine.ensure_project("test").await.unwrap().id;
    let (first_name, last_name) = (Some("Noor".to_owned()), Some("Haddad".to_owned()));
    let user = NewUser { user_id: "noor".to_owned(), first_name, last_name, ..NewUser::default() };
    engine.project(project).add_user(user).await.unwrap();
    engine.project(project).create_thread(NewThread::of("t", "noor")).await.unwrap();
    let mut said = Vec::new();
    for text in SAID.iter().chain(SAID) {
        let message = NewMessage {
            role: Role::User,
            name: None,
            content: (*text).to_owned(),
            created_at: None,
            metadata: Metadata::new(),
        };
        let posted = engine.project(project).thread("t").add_messages(vec![message], &[], false).await.unwrap();
        said.extend(posted.messages);
        while engine.ingest_next().await.unwrap() {}
        if said.len() % 5 == 0 {
            engine.project(project).delete_episode(said.remove(said.len() / 2)).await.unwrap();
        }
    }
    project
}

/// Everything that searches answer, with scores to the last bit.
async fn answers(engine: &Engine, project: ProjectId) -> Vec<String> {
    let graph = GraphRef::User("noor".to_owned());
    let centre = user_node(engine.project(project).graph(&graph).get().await.unwrap().id);
    let rerankers =
        [Reranker::Fused, Reranker::Rrf, Reranker::Mmr(0.5), Reranker::NodeDistance(centre), Reranker::EpisodeMentions];
    let mut answers = Vec::new();
    for query in ASKED {
        for reranker in rerankers {
            let search = || Search { reranker, ..Search::new(*query, 20) };
            for found in engine.project(project).graph(&graph).search_facts(search()).await.unwrap() {
                answers.push(format!("{query} {reranker:?} {} {:x}", found.item.fact.statement, found.score.to_bits()));
            }
            for found in engine.project(project).graph(&graph).search_entities(search()).await.unwrap() {
                answers.push(format!("{query} {reranker:?} {} {:x}", found.item.name, found.score.to_bits()));
            }
            for found in engine.project(project).graph(&graph).search_episodes(search()).await.unwrap() {
                answers.push(format!("{query} {reranker:?} {} {:x}", found.item.content, found.score.to_bits()));
            }
        }
    }
    assert!(answers.len() > 200, "{}", answers.len());
    answers
}

#[tokio::test]
async fn rankings_are_the_same_on_each_store_and_on_every_node() {
    let folder = tempfile::tempdir().unwrap();
    let embedded = Sqlite::open(&folder.path().join("test.db")).unwrap();
    let embedded = engine(Store::open(Arc::new(embedded)).await.unwrap());
    let project = tell(&embedded).await;
    let expected = answers(&embedded, project).await;

    let url = TestServer::shared().schema().await;
    let one = on_postgres(&url).await;
    let project = tell(&one).await;
    assert_eq!(answers(&one, project).await, expected, "the other store");
    let two = on_postgres(&url).await;
    assert_eq!(answers(&two, project).await, expected, "a node that builds its index at once");
}
