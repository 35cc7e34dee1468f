//! The cluster in closed form: what is warm, what is busy, how long a read takes.

use super::activity::Class;
use super::constants::Constants;
use super::load::{Balance, Claims, Cluster, Demand, Load};
use super::queueing::{Queue, queue};
use super::random::Random;

/// Seconds that nothing stays longer in a cache, for want of anything that pushes it out.
const FOREVER_S: f64 = 90.0 * 86_400.0;
/// Draws from the distribution of latencies.
const DRAWS: usize = 40_000;

/// What the formulas say.
#[derive(Debug, Clone)]
pub(crate) struct Predicted {
    /// Seconds that an unused index stays in memory.
    pub(crate) stays_s: f64,
    /// The share of reads that find their index in memory.
    pub(crate) read_hits: f64,
    /// The same for ingestion.
    pub(crate) ingest_hits: f64,
    /// Indexes built each second, everywhere.
    pub(crate) cold: f64,
    /// Bytes of index that would be warm if memory had no limit, everywhere, for one hour.
    pub(crate) hour_gib: f64,
    pub(crate) node: Queue,
    pub(crate) shard: Queue,
    /// Read latency at the median and the 99th of a hundred.
    pub(crate) read_ms: [f64; 2],
    /// Share of the connections that are busy.
    pub(crate) connections: f64,
    /// Milliseconds of a worker for each call, without what it takes to claim.
    pub(crate) ingest_ms: f64,
    pub(crate) statements: f64,
    pub(crate) commits: f64,
}

/// How the calls of one user's sittings touch the index on one node.
#[derive(Debug, Clone, Copy)]
struct Visits {
    /// Sittings that touch it at all, as a share of all.
    sittings: f64,
    /// Calls that touch it in such a sitting.
    calls: f64,
    /// Seconds between two of them.
    gap_s: f64,
}

impl Visits {
    /// Of a node that a call leaves alone with this chance. Calls of a sitting are geometric, and so are those
    /// of them that touch a node.
    fn of(load: &Load, left_alone: f64) -> Self {
        let ends = 1.0 / load.calls_a_sitting;
        let untouched = left_alone * ends / (1.0 - (1.0 - ends) * left_alone);
        // Between two touches of one sitting: those that are far apart are rarer, because the sitting may end.
        let gap_s = load.gap_s / (1.0 - (1.0 - ends) * left_alone);
        let (sittings, touches) = (1.0 - untouched, 1.0 - left_alone);
        if sittings <= 0.0 {
            return Self { sittings: 0.0, calls: 0.0, gap_s: 0.0 };
        }
        Self { sittings, calls: load.calls_a_sitting * touches / sittings, gap_s }
    }

    /// The chance that an index has been touched so lately that it is still there, by the rate of sittings.
    fn resident(self, sittings: f64, stays_s: f64) -> f64 {
        // After each touch for as long as an index stays, or until the next.
        let between = self.gap_s * -(-stays_s / self.gap_s.max(f64::MIN_POSITIVE)).exp_m1();
        -(-sittings * self.sittings * (stays_s + (self.calls - 1.0) * between)).exp_m1()
    }

    /// Indexes built each second because of one user: at the start of a sitting, or after too long a pause in it.
    fn cold(self, sittings: f64, stays_s: f64) -> f64 {
        if self.sittings <= 0.0 {
            return 0.0;
        }
        let touches = 1.0 + (self.calls - 1.0) * (-stays_s / self.gap_s).exp();
        // Unless another sitting of the same person keeps it there.
        sittings * self.sittings * touches * (1.0 - self.resident(sittings, stays_s))
    }
}

/// Who touches an index where: on the graph's own node and on each other one.
fn visits(load: &Load, cluster: &Cluster) -> (Visits, Visits) {
    let others = 1.0 - 1.0 / cluster.nodes as f64;
    match (cluster.balance, cluster.claims) {
        (Balance::Rendezvous, Claims::Own) => (Visits::of(load, 0.0), Visits::of(load, 1.0)),
        (Balance::Rendezvous, Claims::Any) => {
            let at_home = if load.reads_a_call > 0 { 0.0 } else { others };
            (Visits::of(load, at_home), Visits::of(load, others))
        }
        (Balance::RoundRobin, _) => {
            let any = Visits::of(load, others.powi(load.reads_a_call as i32 + 1));
            (any, any)
        }
    }
}

/// Predicts a cluster at the peak of the day.
pub(crate) fn predict(users: f64, load: &Load, cluster: &Cluster, costs: &Constants, classes: &[Class]) -> Predicted {
    let nodes = cluster.nodes as f64;
    let calls = load.calls(users);
    let mean_sittings = calls / users / load.calls_a_sitting;
    let (home, other) = visits(load, cluster);
    let gib = |class: &Class| class.activity * load.history() * costs.index_kib / f64::from(1 << 20);
    let held = |stays_s: f64| -> f64 {
        let of = |class: &Class| {
            let sittings = mean_sittings * class.activity;
            let copies = home.resident(sittings, stays_s) + (nodes - 1.0) * other.resident(sittings, stays_s);
            users * class.users * gib(class) * copies
        };
        classes.iter().map(of).sum()
    };
    let stays_s = stays(held, nodes * cluster.index_gib);
    let once = Visits::of(load, 0.0);
    let hour =
        |class: &Class| users * class.users * gib(class) * once.resident(mean_sittings * class.activity, 3_600.0);
    let hour_gib = classes.iter().map(hour).sum();

    // Indexes built each second, by class: for reads and for ingestion.
    let of_reads = match cluster.balance {
        Balance::Rendezvous => 1.0,
        Balance::RoundRobin => load.reads_a_call as f64 / (load.reads_a_call as f64 + 1.0),
    };
    let cold = |class: &Class| {
        let sittings = mean_sittings * class.activity;
        let at_home = home.cold(sittings, stays_s) * users * class.users;
        let elsewhere = (nodes - 1.0) * other.cold(sittings, stays_s) * users * class.users;
        match cluster.balance {
            Balance::Rendezvous => [at_home, elsewhere],
            Balance::RoundRobin => [(at_home + elsewhere) * of_reads, (at_home + elsewhere) * (1.0 - of_reads)],
        }
    };
    let cold: Vec<[f64; 2]> = classes.iter().map(cold).collect();
    let reads = calls * load.reads_a_call as f64;
    let cold_reads: f64 = cold.iter().map(|[reads, _]| reads).sum();
    let cold_ingests: f64 = cold.iter().map(|[_, ingests]| ingests).sum();

    let [add, read, ingest] = [Demand::add(load, costs), Demand::read(costs), Demand::ingest(load, costs)];
    let build_ms = |class: &Class| class.activity * load.history() * costs.cold_us / 1e3;
    let fetch_ms = |class: &Class| class.activity * load.history() * costs.rows * costs.row_cpu_us / 1e3;
    let mut on_node =
        vec![(calls, add.node_ms), (reads - cold_reads, read.node_ms), (calls - cold_ingests, ingest.node_ms)];
    let mut on_shard = Vec::new();
    for (rate, demand) in [(calls, add), (reads, read), (calls, ingest)] {
        on_shard.push((rate, demand.shard_ms[0]));
        on_shard.push((rate, demand.shard_ms[1]));
    }
    let mut built_ms = 0.0;
    for (class, [reads, ingests]) in classes.iter().zip(&cold) {
        on_node.push((*reads, read.node_ms + build_ms(class)));
        on_node.push((*ingests, ingest.node_ms + build_ms(class)));
        for (rate, demand) in [(reads, read), (ingests, ingest)] {
            // In place of the small snapshot that is counted above.
            on_shard.push((-rate, demand.shard_ms[1]));
            on_shard.push((*rate, demand.shard_ms[1] + fetch_ms(class)));
        }
        built_ms += ingests * (build_ms(class) + fetch_ms(class));
    }
    let node = queue_of(&on_node, cluster.nodes, cluster.cores);
    let shard = queue_of(&on_shard, cluster.shards, cluster.shard_cores);
    let held_ms = calls * (add.held_ms(costs) + ingest.held_ms(costs)) + reads * read.held_ms(costs);
    let fetched_ms: f64 = classes.iter().zip(&cold).map(|(class, cold)| (cold[0] + cold[1]) * fetch_ms(class)).sum();
    let slow: Vec<(f64, f64)> =
        classes.iter().zip(&cold).map(|(class, cold)| (cold[0] / reads, build_ms(class) + fetch_ms(class))).collect();
    // A connection is held while its statements wait, too.
    let waits_ms = (calls * 2.0 + reads) * 2.0 * shard.waits * shard.wait.min(1e6);
    let base_ms = read.node_ms + read.held_ms(costs);
    Predicted {
        stays_s,
        read_hits: 1.0 - cold_reads / reads,
        ingest_hits: 1.0 - cold_ingests / calls,
        cold: cold_reads + cold_ingests,
        hour_gib,
        node,
        shard,
        read_ms: latencies(base_ms, &slow, node, shard),
        connections: (held_ms + fetched_ms + waits_ms) / 1e3 / nodes / cluster.connections as f64,
        ingest_ms: ingest.node_ms + ingest.held_ms(costs) + built_ms / calls + node.waits * node.wait,
        statements: calls * (add.statements + ingest.statements) + reads * read.statements,
        commits: calls * (add.commits + ingest.commits),
    }
}

/// How long an unused index stays, so that what is held fills the memory (Che, Tung and Wang's approximation).
fn stays(held: impl Fn(f64) -> f64, gib: f64) -> f64 {
    if held(FOREVER_S) <= gib {
        return FOREVER_S;
    }
    let (mut low, mut high) = (1e-3_f64.ln(), FOREVER_S.ln());
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if held(middle.exp()) > gib { high = middle } else { low = middle }
    }
    low.exp()
}

/// The queue before the cores of one of several like machines, of kinds of work by rate and milliseconds.
fn queue_of(work: &[(f64, f64)], machines: usize, cores: usize) -> Queue {
    let rate: f64 = work.iter().map(|(rate, _)| rate).sum();
    let mean = work.iter().map(|(rate, ms)| rate * ms).sum::<f64>() / rate;
    let square = work.iter().map(|(rate, ms)| rate * ms * ms).sum::<f64>() / rate;
    queue(rate / machines as f64 / 1e3, mean, square, cores)
}

/// Draws latencies of reads: what they always take, an index that must be built, one wait at the node and two
/// at the shard.
fn latencies(base_ms: f64, slow: &[(f64, f64)], node: Queue, shard: Queue) -> [f64; 2] {
    if node.busy >= 1.0 || shard.busy >= 1.0 {
        return [f64::INFINITY; 2];
    }
    let mut random = Random::new(1);
    let mut drawn: Vec<f64> = (0..DRAWS)
        .map(|_| {
            let mut left = random.unit();
            let build = slow.iter().find(|(share, _)| {
                left -= share;
                left < 0.0
            });
            let waits = [node, shard, shard]
                .map(|queue| if random.unit() < queue.waits { random.exponential(queue.wait) } else { 0.0 });
            base_ms + build.map_or(0.0, |(_, ms)| *ms) + waits.iter().sum::<f64>()
        })
        .collect();
    drawn.sort_by(f64::total_cmp);
    [drawn[DRAWS / 2], drawn[DRAWS * 99 / 100]]
}
