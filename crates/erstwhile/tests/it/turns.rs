//! Projects take turns in ingestion, however many graphs each has.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use erstwhile::engine::{NewMessage, NewThread, NewUser, ProjectHandle};
use erstwhile::model::{ProjectId, Role};
use erstwhile::ports::{Extraction, ExtractionRequest, Extractor};
use erstwhile::store::Store;
use erstwhile::store::sqlite::InMemory;
use erstwhile::{Engine, EngineSettings, ModelReadingSettings, Result};
use erstwhile_testkit::{FixedClock, ScriptedExtractor, SeededIds, WordEmbedder};
use jiff::SignedDuration;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::world::at;

/// The seeds of the simulation.
const SEEDS: u64 = 30;
/// Turns of one history.
const TURNS: usize = 60;

/// An engine on a database, one of several processes.
async fn process(database: &Arc<InMemory>, clock: &Arc<FixedClock>, first_id: u64) -> Engine {
    Engine::builder(Store::open(Arc::clone(database) as _).await.unwrap())
        .clock(Arc::clone(clock))
        .ids(SeededIds::starting_at(first_id))
        .embedder(WordEmbedder)
        .extractor(ScriptedExtractor::default())
        .build()
}

async fn add_user(project: &ProjectHandle, user: &str) {
    project.add_user(NewUser::named(user, user, "Lee")).await.unwrap();
    project.create_thread(NewThread::of(user, user)).await.unwrap();
}

async fn say(project: &ProjectHandle, user: &str, count: usize) {
    let said = (0..count).map(|number| NewMessage::new(Role::User, format!("Message {number}."))).collect();
    project.thread(user).add_messages(said, &[], false).await.unwrap();
}

/// A history: projects of very different sizes, which go on talking while a worker of another process ingests.
async fn live(seed: u64) {
    let mut chance = StdRng::seed_from_u64(seed);
    let database = Arc::new(InMemory::open().unwrap());
    let clock = Arc::new(FixedClock::at(at("2025-06-01T00:00:00Z")));
    let (writer, reader) = (process(&database, &clock, 0).await, process(&database, &clock, 1 << 40).await);
    let store = Store::open(Arc::clone(&database) as _).await.unwrap();
    let mut projects = Vec::new();
    for number in 0..chance.random_range(2..5) {
        let project = writer.project(writer.ensure_project(&format!("project {number}")).await.unwrap().id);
        // The first floods the queue.
        let graphs = if number == 0 { 80 } else { chance.random_range(1..6) };
        for graph in 0..graphs {
            let user = format!("{number}-{graph}");
            add_user(&project, &user).await;
            say(&project, &user, chance.random_range(1..40)).await;
        }
        projects.push((project, number, graphs));
    }
    let mut waits: BTreeMap<ProjectId, usize> = BTreeMap::new();
    for _ in 0..TURNS {
        if chance.random_bool(0.3) {
            let (project, number, graphs) = &projects[chance.random_range(0..projects.len())];
            say(project, &format!("{number}-{}", chance.random_range(0..*graphs)), 1).await;
            // Which projects wait is known anew after a second.
            tokio::time::sleep(Duration::from_secs(2)).await;
            clock.advance_s(2);
        }
        let before: BTreeMap<_, _> = store.waiting_episodes_by_project().await.unwrap().into_iter().collect();
        assert!(reader.ingest_next().await.unwrap(), "seed {seed}: nothing waits");
        let after: BTreeMap<_, _> = store.waiting_episodes_by_project().await.unwrap().into_iter().collect();
        let had_its_turn = |project: &ProjectId| after.get(project).unwrap_or(&0) < &before[project];
        for (project, _, _) in &projects {
            if before.contains_key(&project.id()) && !had_its_turn(&project.id()) {
                *waits.entry(project.id()).or_default() += 1;
            } else {
                waits.remove(&project.id());
            }
        }
        let longest = waits.values().copied().max().unwrap_or(0);
        assert!(longest < projects.len(), "seed {seed}: a project waits for {longest} turns of others");
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_for_more_turns_than_there_are_projects() {
    for seed in 0..SEEDS {
        live(seed).await;
    }
}

/// An extractor that reads nothing and keeps the order in which texts come to it.
#[derive(Debug, Default)]
struct Order(Mutex<Vec<String>>);

#[async_trait]
impl Extractor for Order {
    fn name(&self) -> &'static str {
        "order"
    }

    async fn extract(&self, request: ExtractionRequest) -> Result<Vec<Extraction>> {
        let texts = request.turns.into_iter().map(|turn| turn.text);
        let mut all = self.0.lock().unwrap();
        Ok(texts.map(|text| all.push(text)).map(|()| Extraction::default()).collect())
    }
}

#[tokio::test(start_paused = true)]
async fn a_project_with_a_thousand_graphs_keeps_one_with_a_single_graph_waiting_for_a_moment() {
    for is_announced in [true, false] {
        let database = Arc::new(InMemory::open().unwrap());
        let clock = Arc::new(FixedClock::at(at("2025-06-01T00:00:00Z")));
        let order = Arc::new(Order::default());
        let process = async |first_id| {
            let builder =
                Engine::builder(Store::open(Arc::clone(&database) as _).await.unwrap()).clock(Arc::clone(&clock));
            builder.ids(SeededIds::starting_at(first_id)).extractor(Arc::clone(&order) as Arc<dyn Extractor>).build()
        };
        let writer = process(0).await;
        let flood = writer.project(writer.ensure_project("flood").await.unwrap().id);
        let little = writer.project(writer.ensure_project("little").await.unwrap().id);
        for number in 0..1_000 {
            add_user(&flood, &number.to_string()).await;
            say(&flood, &number.to_string(), 1).await;
        }
        add_user(&little, "ann").await;
        little.thread("ann").add_messages(vec![NewMessage::new(Role::User, "I like tea.")], &[], false).await.unwrap();
        clock.advance_s(1);
        let worker = if is_announced { writer.clone() } else { process(1 << 40).await };
        let workers = worker.spawn_workers(2);
        let deadline = tokio::time::Instant::now() + Duration::from_hours(1);
        while order.0.lock().unwrap().len() <= 1_000 {
            assert!(tokio::time::Instant::now() < deadline, "not all is read");
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        workers.stop().await;
        let before = order.0.lock().unwrap().iter().position(|text| text == "I like tea.");
        assert!(before.is_some_and(|before| before < 10), "announced: {is_announced}; {before:?} come first");
    }
}

#[tokio::test(start_paused = true)]
async fn the_language_model_reads_projects_in_turns_too() {
    let clock = Arc::new(FixedClock::at(at("2025-06-01T00:00:00Z")));
    let order = Arc::new(Order::default());
    let store = Store::open(Arc::new(InMemory::open().unwrap())).await.unwrap();
    let model = ModelReadingSettings { wait: SignedDuration::ZERO, ..ModelReadingSettings::default() };
    let engine = Engine::builder(store)
        .clock(Arc::clone(&clock))
        .extractor(ScriptedExtractor::default())
        .model_extractor(Arc::clone(&order) as Arc<dyn Extractor>)
        .settings(EngineSettings { model, ..EngineSettings::default() })
        .build();
    let flood = engine.project(engine.ensure_project("flood").await.unwrap().id);
    let little = engine.project(engine.ensure_project("little").await.unwrap().id);
    for number in 0..50 {
        add_user(&flood, &number.to_string()).await;
        say(&flood, &number.to_string(), 60).await;
    }
    while engine.ingest_next().await.unwrap() {}
    add_user(&little, "ann").await;
    little.thread("ann").add_messages(vec![NewMessage::new(Role::User, "I like tea.")], &[], false).await.unwrap();
    while engine.ingest_next().await.unwrap() {}
    clock.advance_s(1);
    while engine.read_next_with_model().await.unwrap() {}
    let order = order.0.lock().unwrap();
    let before = order.iter().position(|text| text == "I like tea.").expect("it is read");
    assert!(order.len() == 3_001 && before < 60, "{before} of {} come first", order.len());
}
