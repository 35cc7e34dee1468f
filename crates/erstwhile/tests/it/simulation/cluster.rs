//! Two nodes on one database, and what goes wrong with them.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use erstwhile::Engine;
use erstwhile::model::ProjectId;
use erstwhile::store::sqlite::InMemory;
use erstwhile::store::{Queue, Store};
use tokio::time::{Instant, sleep};

use super::chance::Chance;
use super::node::{Node, NodeClock};
use super::weather::Weather;

/// How long the nodes may take for what is left to do when nothing goes wrong any more. Leases of a node whose clock was
/// ahead, and pauses after failures, take part of it.
const PATIENCE: Duration = Duration::from_mins(20);

/// Maximum number of things that go wrong with nodes; with more, nothing would ever be done.
const TROUBLES_MAX: u64 = 12;

/// What goes wrong with a node.
const EVENTS: [Event; 4] = [Event::Crash, Event::Pause, Event::CutOff, Event::ClockJump];

#[derive(Debug, Clone, Copy)]
enum Event {
    Crash,
    Pause,
    CutOff,
    ClockJump,
}

/// The nodes of a history.
pub(super) struct Cluster {
    pub(super) weather: Arc<Weather>,
    pub(super) nodes: [Node; 2],
    pub(super) project: ProjectId,
    database: Arc<InMemory>,
}

impl Cluster {
    pub(super) async fn new(weather: Arc<Weather>, chance: &mut Chance) -> Self {
        let database = Arc::new(InMemory::open().expect("a database"));
        let store = Store::open(Arc::clone(&database) as _).await.expect("a store");
        let maker = Engine::builder(store).clock(NodeClock::new()).ids(erstwhile_testkit::SeededIds::default()).build();
        let project = maker.ensure_project("simulated").await.expect("a project").id;
        let lives = Arc::new(AtomicU64::new(1));
        let nodes = ["A", "B"].map(|name| {
            Node::new(name, Arc::clone(&database), Arc::clone(&weather), Arc::clone(&lives), chance.fork())
        });
        for node in &nodes {
            node.start().await;
        }
        Self { weather, nodes, project, database }
    }

    /// Any of the nodes.
    pub(super) fn any(&self, chance: &mut Chance) -> &Node {
        chance.pick(&self.nodes)
    }

    /// The database itself, without faults.
    pub(super) async fn store(&self) -> Store {
        Store::open(Arc::clone(&self.database) as _).await.expect("a store")
    }

    /// Lets some things go wrong; never returns.
    pub(super) async fn trouble(&self, mut chance: Chance) {
        let rates = &self.weather.rates.events;
        let events: Vec<Event> =
            EVENTS.iter().zip(rates).flat_map(|(event, often)| (0..*often).map(|_| *event)).collect();
        let count = if events.is_empty() { 0 } else { chance.number(0..TROUBLES_MAX) };
        for _ in 0..count {
            sleep(chance.millis(10..4_000)).await;
            let node = self.any(&mut chance);
            match chance.pick(&events) {
                Event::Crash => {
                    node.crash();
                    sleep(chance.millis(1..3_000)).await;
                    node.start().await;
                }
                // Sometimes longer than a lease.
                Event::Pause => node.pause(chance.millis(100..15_000)),
                Event::CutOff => node.cut_off(chance.millis(100..5_000)),
                Event::ClockJump => node.set_clock(chance.number(0..40_000) as i64 - 20_000),
            }
        }
        std::future::pending::<()>().await;
    }

    /// Nothing goes wrong any more; waits until the nodes have done what is left to do.
    pub(super) async fn settle(&self) {
        self.weather.calm_down();
        for node in &self.nodes {
            node.recover().await;
        }
        self.weather.note("all is calm");
        let (store, started) = (self.store().await, Instant::now());
        loop {
            let waiting = [Queue::Ingestion, Queue::Model].map(|queue| store.queue_depth(queue));
            let depths = futures::future::try_join_all(waiting).await.expect("the queues");
            let erasures = store.pending_erasures().await.expect("the erasures");
            if depths.iter().all(|depth| depth.graphs == 0) && erasures.is_empty() {
                return;
            }
            assert!(started.elapsed() < PATIENCE, "this is never done: {depths:?}, {erasures:?}");
            sleep(Duration::from_millis(200)).await;
        }
    }

    /// Another node, which has nothing in memory.
    pub(super) async fn fresh_node(&self, chance: &mut Chance) -> Node {
        let lives = Arc::new(AtomicU64::new(1_000));
        let node = Node::new("C", Arc::clone(&self.database), Arc::clone(&self.weather), lives, chance.fork());
        node.start().await;
        node
    }
}
