//! The cluster, event by event: sittings of people, caches, cores, connections, and what breaks.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use super::activity::Class;
use super::constants::Constants;
use super::load::{Balance, Claims, Cluster, Demand, Load};
use super::lru::Lru;
use super::random::{Random, mixed};
use super::rendezvous::home;

/// How long the driver keeps trying, and how long a caller waits for a connection (`PostgresSettings`).
pub(crate) const PATIENCE_S: f64 = 10.0;
/// The longest pause between two tries of the driver.
const PAUSE_S: f64 = 0.5;

/// What breaks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Incident {
    /// A node is lost and stays away; the balancer knows at once.
    Node(usize),
    /// A shard does not answer for so many seconds. `silent`: its connections hang, as when its machine is gone;
    /// else they are refused at once.
    Shard { shard: usize, away_s: f64, silent: bool },
}

/// What to simulate.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan<'a> {
    pub(crate) users: f64,
    pub(crate) load: &'a Load,
    pub(crate) cluster: &'a Cluster,
    pub(crate) costs: &'a Constants,
    pub(crate) classes: &'a [Class],
    /// Seconds that only fill the caches.
    pub(crate) filling_s: f64,
    /// Seconds that are measured.
    pub(crate) measured_s: f64,
    /// What happens in the middle.
    pub(crate) incident: Option<Incident>,
    pub(crate) seed: u64,
}

/// What came of some seconds.
#[derive(Debug, Clone, Default)]
pub(crate) struct Span {
    read_ms: Vec<f64>,
    pub(crate) failed: u64,
    pub(crate) requests: u64,
    reads: [u64; 2],
    ingests: [u64; 2],
    node_ms: f64,
    shard_ms: f64,
    held_ms: f64,
}

impl Span {
    /// Read latency within which this share stays.
    pub(crate) fn read_ms(&mut self, share: f64) -> f64 {
        self.read_ms.sort_by(f64::total_cmp);
        self.read_ms.get((self.read_ms.len() as f64 * share) as usize).copied().unwrap_or(f64::NAN)
    }

    /// Adds another span.
    pub(crate) fn join(&mut self, other: Self) {
        self.read_ms.extend(other.read_ms);
        self.failed += other.failed;
        self.requests += other.requests;
        for at in 0..2 {
            self.reads[at] += other.reads[at];
            self.ingests[at] += other.ingests[at];
        }
        self.node_ms += other.node_ms;
        self.shard_ms += other.shard_ms;
        self.held_ms += other.held_ms;
    }

    /// The share of reads that found their index.
    pub(crate) fn read_hits(&self) -> f64 {
        1.0 - self.reads[1] as f64 / self.reads[0].max(1) as f64
    }

    /// The share of ingestion that did.
    pub(crate) fn ingest_hits(&self) -> f64 {
        1.0 - self.ingests[1] as f64 / self.ingests[0].max(1) as f64
    }

    /// Busy shares of the nodes' cores, the shards' cores and the connections.
    pub(crate) fn busy(&self, cluster: &Cluster, seconds: f64) -> [f64; 3] {
        let ms = seconds * 1e3;
        [
            self.node_ms / ms / (cluster.nodes * cluster.cores) as f64,
            self.shard_ms / ms / (cluster.shards * cluster.shard_cores) as f64,
            self.held_ms / ms / (cluster.nodes * cluster.connections) as f64,
        ]
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Add,
    Read,
    Ingest,
}

/// What a request does next.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Step {
    /// Takes a connection.
    Take,
    /// Gives it back.
    Give,
    Pause(f64),
    Shard(f64),
    Node(f64),
    /// Looks at the index, and builds it when it is not there.
    Index,
}

#[derive(Debug)]
struct Job {
    kind: Kind,
    user: User,
    node: usize,
    /// The last step first.
    steps: Vec<Step>,
    began: f64,
    /// Since when it holds a connection, waits for one, and waits for a shard that is away.
    held: Option<f64>,
    queued: f64,
    asked: Option<f64>,
}

#[derive(Debug, Clone, Copy)]
struct User {
    graph: u64,
    /// Messages.
    messages: f64,
}

#[derive(Debug, Clone, Copy)]
enum What {
    /// Somebody begins a sitting.
    Begins,
    /// The next call of a sitting, which has so many left.
    Calls(User, usize),
    Reads(User),
    /// A job goes on.
    Goes(usize),
    /// A core of a node, or of a shard, is free again, and the job goes on.
    NodeDone(usize),
    ShardDone(usize),
    Breaks,
    Mended,
}

/// Servers with a queue before them.
#[derive(Debug)]
struct Station {
    free: usize,
    queue: VecDeque<(usize, f64)>,
}

struct Run<'a> {
    plan: Plan<'a>,
    random: Random,
    events: BinaryHeap<Reverse<(u64, u64)>>,
    what: Vec<What>,
    unused: Vec<usize>,
    jobs: Vec<Option<Job>>,
    free_jobs: Vec<usize>,
    caches: Vec<Lru>,
    nodes: Vec<Station>,
    shards: Vec<Station>,
    pools: Vec<Station>,
    up: Vec<bool>,
    /// The shard that is away, and until when.
    away: Option<(usize, f64, bool)>,
    /// Activity of classes, added up.
    picked: Vec<f64>,
    next: usize,
    /// Before and after the incident.
    spans: [Span; 2],
    now: f64,
}

/// Runs a plan: what came of the time before the incident and after it. Without one, the halves of the time.
pub(crate) fn run(plan: Plan<'_>) -> [Span; 2] {
    let cluster = plan.cluster;
    let station = |free: usize| Station { free, queue: VecDeque::new() };
    let mut sum = 0.0;
    let add = |class: &Class| {
        sum += class.users * class.activity;
        sum
    };
    let mut run = Run {
        plan,
        random: Random::new(plan.seed),
        events: BinaryHeap::new(),
        what: Vec::new(),
        unused: Vec::new(),
        jobs: Vec::new(),
        free_jobs: Vec::new(),
        caches: (0..cluster.nodes).map(|_| Lru::new(cluster.index_gib * f64::from(1 << 30))).collect(),
        nodes: (0..cluster.nodes).map(|_| station(cluster.cores)).collect(),
        shards: (0..cluster.shards).map(|_| station(cluster.shard_cores)).collect(),
        pools: (0..cluster.nodes).map(|_| station(cluster.connections)).collect(),
        up: vec![true; cluster.nodes],
        away: None,
        picked: plan.classes.iter().map(add).collect(),
        next: 0,
        spans: [Span::default(), Span::default()],
        now: -plan.filling_s,
    };
    run.later(0.0, What::Begins);
    let middle = plan.filling_s + plan.measured_s / 2.0;
    run.later(middle, What::Breaks);
    while let Some(Reverse((at, number))) = run.events.pop() {
        run.now = at as f64 / 1e9 - plan.filling_s;
        if run.now > plan.measured_s {
            break;
        }
        let slot = (number & 0xffff_ffff) as usize;
        run.unused.push(slot);
        run.happens(run.what[slot]);
    }
    run.spans
}

impl Run<'_> {
    fn later(&mut self, seconds: f64, what: What) {
        let slot = self.unused.pop().unwrap_or(self.what.len());
        if slot == self.what.len() {
            self.what.push(what);
        } else {
            self.what[slot] = what;
        }
        let at = ((self.now + self.plan.filling_s + seconds) * 1e9) as u64;
        // The number of the event before its slot, so that what is planned first happens first.
        self.next += 1;
        self.events.push(Reverse((at, (self.next as u64) << 32 | slot as u64)));
    }

    fn span(&mut self) -> Option<&mut Span> {
        let half = usize::from(self.now >= self.plan.measured_s / 2.0);
        (self.now >= 0.0).then(|| &mut self.spans[half])
    }

    fn happens(&mut self, what: What) {
        match what {
            What::Begins => {
                let sittings = self.plan.load.calls(self.plan.users) / self.plan.load.calls_a_sitting;
                let next = self.random.exponential(1.0 / sittings);
                self.later(next, What::Begins);
                let user = self.somebody();
                let calls = self.random.geometric(self.plan.load.calls_a_sitting);
                self.calls(user, calls);
            }
            What::Calls(user, calls) => self.calls(user, calls),
            What::Reads(user) => self.reads(user),
            What::Goes(job) => self.goes(job),
            What::NodeDone(job) => {
                let node = self.jobs[job].as_ref().map_or(0, |job| job.node);
                self.freed(node, false);
                self.goes(job);
            }
            What::ShardDone(job) => {
                let shard = self.shard_of(job);
                self.freed(shard, true);
                self.goes(job);
            }
            What::Breaks => self.breaks(),
            What::Mended => self.away = None,
        }
    }

    /// A user, the more active the likelier.
    fn somebody(&mut self) -> User {
        let all = self.picked.last().copied().unwrap_or(1.0);
        let draw = self.random.unit() * all;
        let at = self.picked.partition_point(|sum| *sum < draw).min(self.picked.len() - 1);
        let class = self.plan.classes[at];
        let members = (class.users * self.plan.users).max(1.0);
        let number = (self.random.unit() * members) as u64;
        User { graph: mixed((at as u64) << 48 | number), messages: class.activity * self.plan.load.history() }
    }

    fn calls(&mut self, user: User, left: usize) {
        for number in 0..self.plan.load.reads_a_call {
            // One after another: two at once would build a cold index together.
            if self.now < 0.0 || number == 0 {
                self.reads(user);
            } else {
                self.later(number as f64, What::Reads(user));
            }
        }
        let node = self.node_of(user);
        self.asks(Kind::Add, user, node);
        let node = match self.plan.cluster.claims {
            Claims::Own => node,
            Claims::Any => self.any(),
        };
        self.asks(Kind::Ingest, user, node);
        if left > 1 {
            let gap = self.random.exponential(self.plan.load.gap_s);
            self.later(gap, What::Calls(user, left - 1));
        }
    }

    fn reads(&mut self, user: User) {
        let node = self.node_of(user);
        self.asks(Kind::Read, user, node);
    }

    fn any(&mut self) -> usize {
        loop {
            let node = self.random.below(self.up.len());
            if self.up[node] {
                return node;
            }
        }
    }

    fn node_of(&mut self, user: User) -> usize {
        match self.plan.cluster.balance {
            Balance::Rendezvous => home(user.graph, &self.up),
            Balance::RoundRobin => self.any(),
        }
    }

    fn asks(&mut self, kind: Kind, user: User, node: usize) {
        if self.now < 0.0 {
            // While the caches fill, nothing else matters.
            if kind != Kind::Add {
                let bytes = self.bytes(user);
                self.caches[node].touch(user.graph, bytes);
            }
            return;
        }
        let (load, costs) = (self.plan.load, self.plan.costs);
        let demand = match kind {
            Kind::Add => Demand::add(load, costs),
            Kind::Read => Demand::read(costs),
            Kind::Ingest => Demand::ingest(load, costs),
        };
        let [before, after] = demand.shard_ms;
        let trips = demand.trips.map(|trips| Step::Pause(trips * costs.round_trip_ms));
        let commits = Step::Pause(demand.commits * costs.commit_ms);
        let mut steps = vec![
            Step::Take,
            Step::Shard(before),
            trips[0],
            Step::Index,
            Step::Shard(after),
            trips[1],
            commits,
            Step::Give,
        ];
        steps.push(Step::Node(demand.node_ms));
        if kind == Kind::Add {
            steps.retain(|step| *step != Step::Index);
        }
        steps.reverse();
        let job = Job { kind, user, node, steps, began: self.now, held: None, queued: self.now, asked: None };
        let slot = self.free_jobs.pop().unwrap_or(self.jobs.len());
        if slot == self.jobs.len() {
            self.jobs.push(Some(job));
        } else {
            self.jobs[slot] = Some(job);
        }
        if let Some(span) = self.span() {
            span.requests += 1;
        }
        self.goes(slot);
    }

    fn bytes(&self, user: User) -> f64 {
        user.messages * self.plan.costs.index_kib * 1024.0
    }

    fn shard_of(&self, job: usize) -> usize {
        let graph = self.jobs[job].as_ref().map_or(0, |job| job.user.graph);
        (mixed(graph ^ 0x5_4a8d) % self.shards.len() as u64) as usize
    }

    fn goes(&mut self, slot: usize) {
        let Some(job) = self.jobs[slot].as_mut() else { return };
        let (node, kind) = (job.node, job.kind);
        match job.steps.pop() {
            None => self.ends(slot, true),
            Some(Step::Pause(ms)) => self.later(ms / 1e3, What::Goes(slot)),
            Some(Step::Take) => {
                job.queued = self.now;
                self.pools[node].queue.push_back((slot, 0.0));
                self.hand_out(node);
            }
            Some(Step::Give) => {
                self.give(slot);
                self.goes(slot);
            }
            Some(Step::Index) => {
                let user = job.user;
                let bytes = self.bytes(user);
                let there = self.caches[node].touch(user.graph, bytes);
                self.indexed(slot, kind, user, there);
                self.goes(slot);
            }
            Some(Step::Node(ms)) => {
                self.nodes[node].queue.push_back((slot, ms));
                self.begin(node, false);
            }
            Some(Step::Shard(ms)) => self.reaches(slot, ms),
        }
    }

    fn indexed(&mut self, slot: usize, kind: Kind, user: User, there: bool) {
        if let Some(span) = self.span() {
            let counted = if kind == Kind::Read { &mut span.reads } else { &mut span.ingests };
            counted[0] += 1;
            counted[1] += u64::from(!there);
        }
        let costs = self.plan.costs;
        let Some(job) = self.jobs[slot].as_mut() else { return };
        if there {
            return;
        }
        for step in &mut job.steps {
            match step {
                Step::Shard(ms) => *ms += user.messages * costs.rows * costs.row_cpu_us / 1e3,
                Step::Node(ms) => *ms += user.messages * costs.cold_us / 1e3,
                _ => {}
            }
        }
    }

    /// A statement comes to its shard, which may be away.
    fn reaches(&mut self, slot: usize, ms: f64) {
        let shard = self.shard_of(slot);
        let now = self.now;
        let Some(job) = self.jobs[slot].as_mut() else { return };
        match self.away {
            Some((away, _, silent)) if away == shard => {
                let since = *job.asked.get_or_insert(now);
                if now - since >= PATIENCE_S - PAUSE_S {
                    self.give(slot);
                    self.ends(slot, false);
                    return;
                }
                job.steps.push(Step::Shard(ms));
                if silent {
                    // The connection hangs until the driver gives up.
                    self.later(PATIENCE_S - PAUSE_S, What::Goes(slot));
                } else {
                    job.steps.push(Step::Take);
                    self.give(slot);
                    let pause = self.random.unit() * PAUSE_S;
                    self.later(pause, What::Goes(slot));
                }
            }
            _ => {
                job.asked = None;
                self.shards[shard].queue.push_back((slot, ms));
                self.begin(shard, true);
            }
        }
    }

    /// Gives free cores to those who wait for one.
    fn begin(&mut self, at: usize, is_shard: bool) {
        let station = if is_shard { &mut self.shards[at] } else { &mut self.nodes[at] };
        if station.free == 0 {
            return;
        }
        let Some((job, ms)) = station.queue.pop_front() else { return };
        station.free -= 1;
        if let Some(span) = self.span() {
            if is_shard {
                span.shard_ms += ms;
            } else {
                span.node_ms += ms;
            }
        }
        self.later(ms / 1e3, if is_shard { What::ShardDone(job) } else { What::NodeDone(job) });
    }

    fn freed(&mut self, at: usize, is_shard: bool) {
        if is_shard {
            self.shards[at].free += 1;
        } else {
            self.nodes[at].free += 1;
        }
        self.begin(at, is_shard);
    }

    /// Gives free connections to those who wait for one; who has waited too long has gone.
    fn hand_out(&mut self, node: usize) {
        while self.pools[node].free > 0 {
            let Some((slot, _)) = self.pools[node].queue.pop_front() else { return };
            let Some(job) = self.jobs[slot].as_mut() else { continue };
            if self.now - job.queued > PATIENCE_S {
                self.ends(slot, false);
                continue;
            }
            job.held = Some(self.now);
            self.pools[node].free -= 1;
            self.later(0.0, What::Goes(slot));
        }
    }

    fn give(&mut self, slot: usize) {
        let now = self.now;
        let Some(job) = self.jobs[slot].as_mut() else { return };
        let Some(since) = job.held.take() else { return };
        let node = job.node;
        if let Some(span) = self.span() {
            span.held_ms += (now - since) * 1e3;
        }
        self.pools[node].free += 1;
        self.hand_out(node);
    }

    fn ends(&mut self, slot: usize, well: bool) {
        let Some(job) = self.jobs[slot].take() else { return };
        self.free_jobs.push(slot);
        let took = (self.now - job.began) * 1e3;
        let Some(span) = self.span() else { return };
        if !well {
            span.failed += 1;
        } else if job.kind == Kind::Read {
            span.read_ms.push(took);
        }
    }

    fn breaks(&mut self) {
        match self.plan.incident {
            None => {}
            Some(Incident::Node(node)) => {
                self.up[node] = false;
                self.caches[node].clear();
            }
            Some(Incident::Shard { shard, away_s, silent }) => {
                self.away = Some((shard, self.now + away_s, silent));
                self.later(away_s, What::Mended);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::activity::classes;
    use super::super::model::predict;
    use super::*;

    const CLUSTER: Cluster = Cluster {
        nodes: 2,
        cores: 2,
        index_gib: 0.6,
        workers: 4,
        connections: 16,
        shards: 2,
        shard_cores: 2,
        coordinators: 1,
        balance: Balance::Rendezvous,
        claims: Claims::Own,
    };
    const LOAD: Load = Load {
        messages_a_day: 1.0,
        days: 100.0,
        messages_a_call: 2.0,
        reads_a_call: 2,
        calls_a_sitting: 5.0,
        gap_s: 60.0,
        skew: 1.5,
        swing: 0.8,
    };

    fn simulated(seed: u64, incident: Option<Incident>) -> [Span; 2] {
        let (costs, classes) = (Constants::default(), classes(LOAD.skew));
        run(Plan {
            users: 3e5,
            load: &LOAD,
            cluster: &CLUSTER,
            costs: &costs,
            classes: &classes,
            filling_s: 3_000.0,
            measured_s: 200.0,
            incident,
            seed,
        })
    }

    #[test]
    fn a_small_cluster_does_what_the_formulas_say() {
        let told = predict(3e5, &LOAD, &CLUSTER, &Constants::default(), &classes(LOAD.skew));
        let [first, mut all] = simulated(1, None);
        all.join(first);
        assert!((told.read_hits - all.read_hits()).abs() < 0.04, "{} and {}", told.read_hits, all.read_hits());
        let [nodes, shards, _] = all.busy(&CLUSTER, 200.0);
        assert!((told.node.busy / nodes - 1.0).abs() < 0.2, "{} and {nodes}", told.node.busy);
        assert!((told.shard.busy / shards - 1.0).abs() < 0.2, "{} and {shards}", told.shard.busy);
        assert!(all.failed == 0 && (all.read_ms(0.5) / told.read_ms[0] - 1.0).abs() < 0.1);
    }

    #[test]
    fn the_same_seed_gives_the_same_run() {
        let runs =
            [1, 1, 2].map(|seed| simulated(seed, None).map(|mut span| (span.requests, span.read_ms(0.9).to_bits())));
        assert_eq!(runs[0], runs[1]);
        assert_ne!(runs[0], runs[2]);
    }

    #[test]
    fn a_lost_node_costs_indexes_and_a_lost_shard_costs_requests() {
        let [before, after] = simulated(1, Some(Incident::Node(0)));
        assert!(after.read_hits() < before.read_hits() && after.failed == 0);
        let failed = |silent| {
            let [before, after] = simulated(1, Some(Incident::Shard { shard: 0, away_s: 30.0, silent }));
            assert_eq!(before.failed, 0);
            after.failed as f64 / after.requests as f64
        };
        // Half of the requests for the first twenty of a hundred seconds, after which patience reaches the end.
        assert!((failed(false) - 0.1).abs() < 0.05, "{}", failed(false));
        assert!(failed(true) >= failed(false));
    }
}
