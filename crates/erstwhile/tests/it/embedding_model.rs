//! Vectors of an embedding model: found by its meaning, paid for once, forgotten with their texts, and never waited for.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use erstwhile::engine::Search;
use erstwhile::error::{Error, Result};
use erstwhile::model::{EpisodeId, GraphId, ModelUsage};
use erstwhile::ports::{EmbeddingModel, Embeddings};
use erstwhile::store::sql::Sql;
use erstwhile::store::sqlite::Sqlite;
use erstwhile::store::{Locate, Store, TextDigest};
use erstwhile::{EmbeddingModelSettings, Engine, ModelBudget};
use rusqlite::Connection;
use tokio::sync::Semaphore;

use crate::world::{World, lives_in};

/// Words of one meaning, which have no letters in common.
const PETS: [&str; 3] = ["cats", "hound", "pets"];

/// What the model answers.
type Answer = fn(&[&str]) -> Result<Vec<Vec<f32>>>;

/// A model whose answers tests control, and which remembers what it was asked.
#[derive(Debug)]
struct Scripted {
    name: &'static str,
    dimensions: usize,
    /// Whether it has answered, so that its number of dimensions is known.
    is_known: AtomicBool,
    asked: Mutex<Vec<String>>,
    answer: Mutex<Answer>,
    /// Whether calls wait for a permit.
    is_slow: AtomicBool,
    permits: Semaphore,
    entered: Semaphore,
}

/// One direction for pets, another one for everything else.
#[expect(clippy::unnecessary_wraps, reason = "it is one of several answers")]
fn by_meaning(texts: &[&str]) -> Result<Vec<Vec<f32>>> {
    let is_pet = |text: &&str| PETS.iter().any(|pet| text.contains(pet));
    Ok(texts.iter().map(|text| if is_pet(text) { vec![1.0, 0.0, 0.0] } else { vec![0.0, 1.0, 0.0] }).collect())
}

impl Scripted {
    fn named(name: &'static str) -> Arc<Self> {
        Self::of_dimensions(name, 3)
    }

    fn of_dimensions(name: &'static str, dimensions: usize) -> Arc<Self> {
        Arc::new(Self {
            name,
            dimensions,
            is_known: AtomicBool::new(false),
            asked: Mutex::default(),
            answer: Mutex::new(by_meaning),
            is_slow: AtomicBool::new(false),
            permits: Semaphore::new(0),
            entered: Semaphore::new(0),
        })
    }

    fn answers(&self, answer: Answer) {
        *self.answer.lock().unwrap() = answer;
    }

    /// What the model was asked since the last time, sorted.
    fn asked(&self) -> Vec<String> {
        let mut asked = std::mem::take(&mut *self.asked.lock().unwrap());
        asked.sort();
        asked
    }
}

#[async_trait]
impl EmbeddingModel for Scripted {
    fn name(&self) -> &str {
        self.name
    }

    fn dimensions(&self) -> Option<usize> {
        self.is_known.load(Ordering::SeqCst).then_some(self.dimensions)
    }

    fn texts_together(&self) -> usize {
        4
    }

    async fn embed(&self, texts: &[&str]) -> Embeddings {
        self.asked.lock().unwrap().extend(texts.iter().map(|text| (*text).to_owned()));
        if self.is_slow.load(Ordering::SeqCst) {
            self.entered.add_permits(1);
            self.permits.acquire().await.expect("an open semaphore").forget();
        }
        let usage = ModelUsage { calls: 1, tokens_in: texts.len() as u64, ..ModelUsage::default() };
        let answer = *self.answer.lock().unwrap();
        self.is_known.store(true, Ordering::SeqCst);
        Embeddings { outcome: answer(texts), usage }
    }
}

async fn world_with(model: &Arc<Scripted>) -> World {
    World::with_embedding_model(Arc::clone(model) as Arc<dyn EmbeddingModel>, EmbeddingModelSettings::default()).await
}

/// Reads what was said, loads the index, and embeds until nothing is left to embed now.
async fn settle(world: &World) {
    world.ingest().await;
    embed(world, &world.engine).await;
}

async fn embed(world: &World, engine: &Engine) {
    found_by(world, engine, "anything").await;
    while engine.embed_next().await {}
}

async fn found_by(world: &World, engine: &Engine, query: &str) -> Vec<EpisodeId> {
    let graph = engine.project(world.project).graph(world.graph());
    let found = graph.search_episodes(Search::new(query, 5)).await.expect("results");
    found.into_iter().map(|hit| hit.item.id).collect()
}

async fn found(world: &World, query: &str) -> Vec<EpisodeId> {
    found_by(world, &world.engine, query).await
}

/// The stored vectors of each model.
fn stored(world: &World) -> BTreeMap<String, i64> {
    let connection = Connection::open(world.database_file()).unwrap();
    let mut counts = connection.prepare("SELECT model, count(*) FROM text_vector GROUP BY model").unwrap();
    let read = counts.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    read.map(Result::unwrap).collect()
}

async fn graph_of(world: &World) -> (Store, GraphId) {
    let database: Arc<dyn Sql> = Arc::new(Sqlite::open(&world.database_file()).unwrap());
    let store = Store::open(database).await.unwrap();
    let graph = store.locate(world.project, Locate::User, "ann").await.unwrap().unwrap();
    (store, graph.as_graph())
}

#[tokio::test]
async fn a_search_finds_by_the_meaning_of_the_model() {
    let model = Scripted::named("a");
    let world = world_with(&model).await;
    let cats = world.say("2025-05-01T10:00:00Z", "I keep two cats").await;
    world.say("2025-05-01T11:00:00Z", "The train was late").await;
    settle(&world).await;
    assert_eq!(found(&world, "hound").await.first(), Some(&cats));
    let totals = world.engine.embedding_totals();
    assert!(totals.usage.calls > 0 && totals.queries.embedded == 1 && totals.failures == 0, "{totals:?}");
}

#[tokio::test]
async fn a_text_is_paid_for_once_whatever_restarts() {
    let model = Scripted::named("a");
    let world = world_with(&model).await;
    world.say("2025-05-01T10:00:00Z", "I keep two cats").await;
    world.say("2025-05-01T11:00:00Z", "I keep two cats").await;
    settle(&world).await;
    let asked = model.asked();
    assert_eq!(asked.iter().filter(|text| text.contains("cats")).count(), 1, "{asked:?}");
    let restarted = world.another_engine_with(Arc::clone(&model) as Arc<dyn EmbeddingModel>).await;
    embed(&world, &restarted).await;
    assert!(model.asked().is_empty());
    assert_eq!(found_by(&world, &restarted, "hound").await.len(), 2);
    assert_eq!(model.asked(), ["hound"]);
}

#[tokio::test]
async fn vectors_are_deleted_with_the_last_item_that_has_their_text() {
    let model = Scripted::named("a");
    let world = world_with(&model).await;
    world.script.answer("I moved to Lyon", lives_in("I moved to Lyon", "Lyon"));
    let first = world.say("2025-05-01T10:00:00Z", "I keep two cats").await;
    let second = world.say("2025-05-01T11:00:00Z", "I keep two cats").await;
    let moved = world.say("2025-05-01T12:00:00Z", "I moved to Lyon").await;
    settle(&world).await;
    let (store, graph) = graph_of(&world).await;
    let has = async |text: &str| {
        let found = store.vectors(graph, "a", &[TextDigest::of(graph, text)]).await.unwrap();
        found[0].is_some()
    };
    let delete = async |episode: EpisodeId| {
        world.engine.project(world.project).delete_episode(episode).await.unwrap();
    };
    assert!(has("I keep two cats").await && has("I moved to Lyon").await);
    delete(first).await;
    assert!(has("I keep two cats").await, "another message says the same");
    delete(second).await;
    assert!(!has("I keep two cats").await);
    let before = stored(&world)["a"];
    delete(moved).await;
    assert!(!has("I moved to Lyon").await);
    assert!(stored(&world)["a"] <= before - 2, "the city's vector is gone with the message and its fact");
    world.engine.project(world.project).user("ann").delete().await.unwrap();
    assert!(stored(&world).is_empty());
}

#[tokio::test]
async fn no_vector_appears_of_a_text_that_is_deleted_while_it_is_embedded() {
    let model = Scripted::named("a");
    let world = world_with(&model).await;
    let cats = world.say("2025-05-01T10:00:00Z", "I keep two cats").await;
    world.ingest().await;
    found(&world, "anything").await;
    model.is_slow.store(true, Ordering::SeqCst);
    let engine = world.engine.clone();
    let embedding = tokio::spawn(async move { engine.embed_next().await });
    model.entered.acquire().await.unwrap().forget();
    world.engine.project(world.project).delete_episode(cats).await.unwrap();
    model.is_slow.store(false, Ordering::SeqCst);
    model.permits.add_permits(10);
    embedding.await.unwrap();
    settle(&world).await;
    let (store, graph) = graph_of(&world).await;
    assert_eq!(store.vectors(graph, "a", &[TextDigest::of(graph, "I keep two cats")]).await.unwrap(), [None]);
}

#[tokio::test]
async fn the_vectors_of_an_older_model_are_removed_when_the_new_one_has_embedded_everything() {
    let model = Scripted::named("a");
    let world = world_with(&model).await;
    let cats = world.say("2025-05-01T10:00:00Z", "I keep two cats").await;
    settle(&world).await;
    let count = stored(&world)["a"];
    let other = Scripted::named("b");
    let engine = world.another_engine_with(Arc::clone(&other) as Arc<dyn EmbeddingModel>).await;
    assert_eq!(found_by(&world, &engine, "two cats").await, [cats], "the quick embedder's vectors are there at once");
    assert!(other.asked().is_empty(), "a query is not embedded before there is something to compare it with");
    other.answers(|_| Err(Error::unavailable("the model is loading")));
    embed(&world, &engine).await;
    assert_eq!(stored(&world), BTreeMap::from([("a".to_owned(), count)]), "nothing takes their place yet");
    other.answers(by_meaning);
    // Another process tries again at once.
    let engine = world.another_engine_with(Arc::clone(&other) as Arc<dyn EmbeddingModel>).await;
    embed(&world, &engine).await;
    assert_eq!(found_by(&world, &engine, "hound").await, [cats]);
    assert_eq!(stored(&world), BTreeMap::from([("b".to_owned(), count)]));
}

#[tokio::test]
async fn a_search_does_not_wait_for_a_slow_model() {
    let model = Scripted::named("a");
    let settings =
        EmbeddingModelSettings { query_deadline: Duration::from_millis(10), ..EmbeddingModelSettings::default() };
    let world = World::with_embedding_model(Arc::clone(&model) as Arc<dyn EmbeddingModel>, settings).await;
    let cats = world.say("2025-05-01T10:00:00Z", "I keep two cats").await;
    settle(&world).await;
    model.is_slow.store(true, Ordering::SeqCst);
    assert_eq!(found(&world, "the two cats").await, [cats], "by its words");
    let queries = world.engine.embedding_totals().queries;
    assert_eq!((queries.embedded, queries.late), (0, 1));
    for number in 0..3 {
        found(&world, &format!("cats {number}")).await;
    }
    let queries = world.engine.embedding_totals().queries;
    assert_eq!((queries.late, queries.skipped), (3, 1), "after three it is not asked for a while");
}

#[tokio::test]
async fn useless_answers_are_counted_and_change_nothing() {
    let useless: [Answer; 4] = [
        |_| Err(Error::unavailable("down")),
        |texts| Ok(vec![vec![1.0, 0.0]; texts.len()]),
        |texts| Ok(vec![vec![f32::NAN, 0.0, 0.0]; texts.len()]),
        |texts| Ok(vec![vec![1.0, 0.0, 0.0]; texts.len() - 1]),
    ];
    for answer in useless {
        let model = Scripted::named("a");
        let world = world_with(&model).await;
        let cats = world.say("2025-05-01T10:00:00Z", "I keep two cats").await;
        model.answers(answer);
        settle(&world).await;
        assert_eq!(world.engine.embedding_totals().failures, 1);
        assert!(stored(&world).is_empty());
        assert_eq!(found(&world, "two cats").await, [cats]);
        model.answers(by_meaning);
        // Another process tries again at once.
        let engine = world.another_engine_with(Arc::clone(&model) as Arc<dyn EmbeddingModel>).await;
        embed(&world, &engine).await;
        assert_eq!(found_by(&world, &engine, "hound").await, [cats]);
    }
}

#[tokio::test]
async fn another_model_of_the_same_name_but_other_dimensions_is_never_compared_with_the_old_one() {
    let model = Scripted::named("a");
    let world = world_with(&model).await;
    let cats = world.say("2025-05-01T10:00:00Z", "I keep two cats").await;
    settle(&world).await;
    let count = stored(&world)["a"];
    let other = Scripted::of_dimensions("a", 2);
    other.answers(|texts| Ok(by_meaning(texts)?.into_iter().map(|vector| vector[..2].to_vec()).collect()));
    let engine = world.another_engine_with(Arc::clone(&other) as Arc<dyn EmbeddingModel>).await;
    embed(&world, &engine).await;
    assert!(
        other.asked().is_empty(),
        "its number of dimensions is not known yet, and the stored vectors have its name"
    );
    assert_eq!(found_by(&world, &engine, "two cats").await, [cats]);
    embed(&world, &engine).await;
    assert_eq!(found_by(&world, &engine, "hound").await.first(), Some(&cats));
    assert_eq!(stored(&world), BTreeMap::from([("a".to_owned(), count)]), "the old vectors are replaced");
}

#[tokio::test]
async fn a_text_that_the_model_refuses_does_not_hold_up_the_others() {
    let model = Scripted::named("a");
    model.answers(|texts| {
        let refused = texts.iter().any(|text| text.contains("train"));
        if refused { Err(Error::invalid("no trains")) } else { by_meaning(texts) }
    });
    let world = world_with(&model).await;
    let cats = world.say("2025-05-01T10:00:00Z", "I keep two cats").await;
    let train = world.say("2025-05-01T11:00:00Z", "The train was late").await;
    settle(&world).await;
    assert_eq!(world.engine.embedding_totals().refused, 1);
    assert_eq!(found(&world, "hound").await, [cats]);
    assert_eq!(found(&world, "late train").await.first(), Some(&train));
}

#[tokio::test]
async fn a_long_message_is_found_by_a_passage_at_its_end() {
    let model = Scripted::named("a");
    let world = world_with(&model).await;
    let long = format!("{} And then there are the cats.", "The committee discussed the budget again. ".repeat(60));
    let long = world.say("2025-05-01T10:00:00Z", &long).await;
    for hour in 11..20 {
        world.say(&format!("2025-05-01T{hour}:00:00Z"), "The committee discussed the budget again.").await;
    }
    settle(&world).await;
    assert_eq!(found(&world, "hound").await.first(), Some(&long));
}

#[tokio::test]
async fn a_project_that_has_spent_its_budget_is_not_embedded_further() {
    let model = Scripted::named("a");
    let budget = ModelBudget { calls: Some(1), ..ModelBudget::default() };
    let settings = EmbeddingModelSettings { budget, price: Some(2.0), ..EmbeddingModelSettings::default() };
    let world = World::with_embedding_model(Arc::clone(&model) as Arc<dyn EmbeddingModel>, settings).await;
    for hour in 10..20 {
        world.say(&format!("2025-05-01T{hour}:00:00Z"), &format!("I counted {hour} trains")).await;
    }
    settle(&world).await;
    let totals = world.engine.embedding_totals();
    assert_eq!((totals.usage.calls, totals.failures), (1, 1));
    assert_eq!(stored(&world)["a"], 4, "what was paid for is kept");
    let spent = world.engine.project(world.project).model_usage(1).await.unwrap();
    let [spent] = spent.as_slice() else { panic!("{spent:?}") };
    assert_eq!((spent.model.as_str(), spent.usage.calls, spent.cost), ("embeddings:a", 1, 8e-6));
}

#[tokio::test]
async fn the_quick_embedder_alone_stores_nothing() {
    let world = World::new().await;
    world.say("2025-05-01T10:00:00Z", "I keep two cats").await;
    settle(&world).await;
    assert!(stored(&world).is_empty());
}
