//! A node: an engine with workers on the shared database, which crashes and starts again.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use erstwhile::engine::ProjectHandle;
use erstwhile::model::ProjectId;
use erstwhile::ports::Clock;
use erstwhile::store::Store;
use erstwhile::store::sqlite::InMemory;
use erstwhile::{Engine, EngineSettings, Error, ModelReadingSettings, Result, Workers};
use erstwhile_testkit::SeededIds;
use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

use super::chance::Chance;
use super::link::{Life, Link};
use super::speech::{Reader, SimulatedExtractor};
use super::weather::Weather;

/// Maximum number of workers of a node.
const WORKERS_MAX: u64 = 2;
/// The first id of a run of a node is so far from that of the run before.
const IDS_PER_LIFE: u64 = 1 << 32;

/// The clock of a node, which may be wrong.
#[derive(Debug, Clone)]
pub(super) struct NodeClock {
    began: Instant,
    /// By how many milliseconds it is ahead.
    ahead: Arc<AtomicI64>,
}

impl NodeClock {
    pub(super) fn new() -> Self {
        Self { began: Instant::now(), ahead: Arc::default() }
    }

    fn jump(&self, ahead: i64) {
        self.ahead.store(ahead, Ordering::SeqCst);
    }
}

/// When every history begins.
pub(super) fn beginning() -> Timestamp {
    Timestamp::constant(1_748_736_000, 0)
}

impl Clock for NodeClock {
    fn now(&self) -> Timestamp {
        let passed = i64::try_from(self.began.elapsed().as_millis()).expect("a short history");
        beginning() + SignedDuration::from_millis(passed + self.ahead.load(Ordering::SeqCst))
    }
}

/// A node.
pub(super) struct Node {
    pub(super) name: &'static str,
    database: Arc<InMemory>,
    weather: Arc<Weather>,
    clock: NodeClock,
    lives: Arc<AtomicU64>,
    chance: Mutex<Chance>,
    running: Mutex<Option<Running>>,
}

struct Running {
    engine: Engine,
    life: Arc<Life>,
    /// Dropped with the node, which stops them at once.
    _workers: Workers,
}

impl Node {
    /// A node that does not run yet. `lives` counts the starts of all nodes.
    pub(super) fn new(
        name: &'static str,
        database: Arc<InMemory>,
        weather: Arc<Weather>,
        lives: Arc<AtomicU64>,
        chance: Chance,
    ) -> Self {
        let (clock, chance) = (NodeClock::new(), Mutex::new(chance));
        Self { name, database, weather, clock, lives, chance, running: Mutex::default() }
    }

    fn running(&self) -> MutexGuard<'_, Option<Running>> {
        self.running.lock().expect("the state of a node")
    }

    /// Starts the node, if it does not run.
    pub(super) async fn start(&self) {
        if self.running().is_some() {
            return;
        }
        let number = self.lives.fetch_add(1, Ordering::SeqCst);
        let name = format!("{}{number}", self.name);
        let mut chance = self.chance.lock().expect("chance").fork();
        let life = Arc::new(Life::new(name, Arc::clone(&self.weather), chance.fork()));
        let store = Store::open(Arc::new(Link::new(Arc::clone(&self.database), Arc::clone(&life)))).await;
        let extractor = |reader, chance| SimulatedExtractor::new(reader, Arc::clone(&life), chance);
        let model = ModelReadingSettings { workers: 1, wait: SignedDuration::from_secs(1), ..Default::default() };
        let mut builder = Engine::builder(store.expect("the store opens"))
            .clock(self.clock.clone())
            .ids(SeededIds::starting_at(number * IDS_PER_LIFE))
            .settings(EngineSettings { model, ..EngineSettings::default() })
            .extractor(extractor(Reader::Rules, chance.fork()));
        if self.weather.has_model {
            builder = builder.model_extractor(extractor(Reader::Model, chance.fork()));
        }
        let engine = builder.build();
        let workers = engine.spawn_workers(chance.number(1..WORKERS_MAX + 1) as usize);
        self.weather.note(format_args!("{}{number} starts", self.name));
        *self.running() = Some(Running { engine, life, _workers: workers });
    }

    /// The node crashes, if it runs.
    pub(super) fn crash(&self) {
        if let Some(running) = self.running().take() {
            self.weather.note(format_args!("{} crashes", self.name));
            running.life.end();
        }
    }

    pub(super) fn pause(&self, time: Duration) {
        if let Some(running) = &*self.running() {
            self.weather.note(format_args!("{} pauses for {time:?}", self.name));
            running.life.pause(time);
        }
    }

    pub(super) fn cut_off(&self, time: Duration) {
        if let Some(running) = &*self.running() {
            self.weather.note(format_args!("{} is cut off for {time:?}", self.name));
            running.life.cut_off(time);
        }
    }

    /// Sets its clock ahead by so many milliseconds, or back.
    pub(super) fn set_clock(&self, ahead: i64) {
        self.weather.note(format_args!("the clock of {} is {ahead} ms ahead", self.name));
        self.clock.jump(ahead);
    }

    /// From now on, it works as it should.
    pub(super) async fn recover(&self) {
        self.start().await;
        if let Some(running) = &*self.running() {
            running.life.recover();
        }
    }

    /// Its engine, while it runs, and the end of this run.
    pub(super) fn engine(&self) -> Option<(Engine, Arc<Life>)> {
        self.running().as_ref().map(|running| (running.engine.clone(), Arc::clone(&running.life)))
    }

    /// Asks the node for something.
    ///
    /// # Errors
    /// `Unavailable` when it does not run, or crashes meanwhile.
    pub(super) async fn ask<T>(
        &self,
        project: ProjectId,
        ask: impl AsyncFnOnce(ProjectHandle) -> Result<T>,
    ) -> Result<T> {
        let Some((engine, life)) = self.engine() else { return Err(Error::unavailable("the node does not run")) };
        tokio::select! {
            biased;
            () = life.ended() => Err(Error::unavailable("the node has crashed")),
            answer = ask(engine.project(project)) => answer,
        }
    }
}
