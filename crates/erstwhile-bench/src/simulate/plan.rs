//! How large a cluster must be, what of it is used at the peak, and what it costs.

use clap::Args;

use super::activity::Class;
use super::claims::{LOOKS, Queue};
use super::constants::Constants;
use super::load::{Balance, Claims, Cluster, Load};
use super::model::{Predicted, predict};

/// The machines that a cluster is built of.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Machines {
    /// Cores of a server node
    #[arg(long, value_name = "N", default_value_t = 8)]
    pub(crate) node_cores: usize,
    /// Memory of a node
    #[arg(long, value_name = "GIB", default_value_t = 64.0)]
    pub(crate) node_gib: f64,
    /// What of it is for indexes (`search.index_mib_max`)
    #[arg(long, value_name = "GIB", default_value_t = 48.0)]
    pub(crate) index_gib: f64,
    /// Seconds that an unused index must stay, so that a sitting builds it once
    #[arg(long, value_name = "N", default_value_t = 300.0)]
    pub(crate) stay_s: f64,
    /// Workers of a node that ingest (`ingest.workers`)
    #[arg(long, value_name = "N", default_value_t = 2)]
    pub(crate) workers: usize,
    /// Connections of a node to the database (`store.connections`)
    #[arg(long, value_name = "N", default_value_t = 16)]
    pub(crate) connections: usize,
    /// Cores of a database server: a shard, a standby, a coordinator
    #[arg(long, value_name = "N", default_value_t = 16)]
    pub(crate) shard_cores: usize,
    /// Memory of a database server
    #[arg(long, value_name = "GIB", default_value_t = 64.0)]
    pub(crate) shard_gib: f64,
    /// Disk of a shard
    #[arg(long, value_name = "GIB", default_value_t = 2048.0)]
    pub(crate) shard_disk_gib: f64,
    /// Standbys of each database server
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) standbys: usize,
}

/// What things cost. All assumptions: put in your own.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Prices {
    /// An hour of a core (assumed)
    #[arg(long, value_name = "PRICE", default_value_t = 0.04)]
    pub(crate) core_hour: f64,
    /// An hour of a GiB of memory (assumed)
    #[arg(long, value_name = "PRICE", default_value_t = 0.005)]
    pub(crate) gib_hour: f64,
    /// A month of a GiB of disk (assumed)
    #[arg(long, value_name = "PRICE", default_value_t = 0.10)]
    pub(crate) disk_gib_month: f64,
}

/// Hours of a month.
const MONTH_H: f64 = 730.0;
/// How busy anything may be at the peak, when one node is away.
const BUSY_MAX: f64 = 0.6;
/// The part that a plan fills up to [`FULL_MAX`].
const DISK: &str = "shards: disk";
/// How full a disk may be.
const FULL_MAX: f64 = 0.7;
/// Attempts to claim after which a worker looks again, or sleeps.
const LOST_MAX: f64 = 64.0;
/// Looks of an idle worker each second, and of probes of readiness and metrics at each node.
const POLLS: f64 = 2.0;
const PROBES: f64 = 0.17;

/// How a cluster is run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Way {
    pub(crate) balance: Balance,
    pub(crate) claims: Claims,
    /// Workers and coordinators as many as are needed; else the machines' workers and one coordinator.
    pub(crate) fitted: bool,
}

/// As it comes: one URL, every setting at its default.
pub(crate) const AS_BUILT: Way = Way { balance: Balance::Rendezvous, claims: Claims::Own, fitted: false };
/// With settings that fit.
pub(crate) const FITTED: Way = Way { fitted: true, ..AS_BUILT };
/// With settings that fit, if every claim looked at the common queue.
pub(crate) const COMMON: Way = Way { claims: Claims::Any, ..FITTED };

/// A part that can be used up.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Used {
    pub(crate) part: &'static str,
    /// At the peak, as a share of what there is.
    pub(crate) share: f64,
}

/// A cluster for so many users.
#[derive(Debug, Clone)]
pub(crate) struct Sized {
    pub(crate) users: f64,
    pub(crate) cluster: Cluster,
    pub(crate) predicted: Predicted,
    pub(crate) used: Vec<Used>,
    pub(crate) fan_outs: f64,
    pub(crate) pieces: f64,
    pub(crate) stored_gib: f64,
}

/// Everything that a plan is made from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Given<'a> {
    pub(crate) load: &'a Load,
    pub(crate) machines: &'a Machines,
    pub(crate) costs: &'a Constants,
    pub(crate) classes: &'a [Class],
}

impl Given<'_> {
    /// The smallest cluster that carries so many users at the peak with a node away.
    pub(crate) fn size(&self, users: f64, way: Way) -> Sized {
        let (machines, costs) = (self.machines, self.costs);
        let stored_gib = users * self.load.history() * costs.row_kib / f64::from(1 << 20);
        let mut cluster = Cluster {
            nodes: 2,
            cores: machines.node_cores,
            index_gib: machines.index_gib,
            workers: machines.workers,
            connections: machines.connections,
            shards: ((stored_gib / FULL_MAX / machines.shard_disk_gib).ceil() as usize).max(1),
            shard_cores: machines.shard_cores,
            coordinators: 1,
            balance: way.balance,
            claims: way.claims,
        };
        let without_one = |cluster: &Cluster| {
            let fewer = Cluster { nodes: (cluster.nodes - 1).max(1), ..*cluster };
            predict(users, self.load, &fewer, costs, self.classes)
        };
        let carries = |nodes: usize| {
            let predicted = without_one(&Cluster { nodes, ..cluster });
            predicted.node.busy <= BUSY_MAX && predicted.stays_s >= machines.stay_s
        };
        cluster.nodes = smallest(2, carries);
        let carries = |shards: usize| self.shard_busy(users, &Cluster { shards, ..cluster }) <= BUSY_MAX;
        cluster.shards = smallest(cluster.shards, carries);
        if way.fitted {
            let predicted = without_one(&cluster);
            let carries =
                |workers: usize| self.workers_busy(users, &Cluster { workers, ..cluster }, &predicted) <= BUSY_MAX;
            cluster.workers = smallest(cluster.workers, carries);
            let wanted = predicted.connections / BUSY_MAX * cluster.connections as f64;
            cluster.connections = cluster.connections.max(wanted.ceil() as usize);
            let coordinators = self.coordinator_cores(users, &cluster) / BUSY_MAX / cluster.shard_cores as f64;
            cluster.coordinators = (coordinators.ceil() as usize).max(1);
        }
        self.measure(users, cluster, stored_gib)
    }

    fn measure(&self, users: f64, cluster: Cluster, stored_gib: f64) -> Sized {
        let costs = self.costs;
        let predicted = predict(users, self.load, &cluster, costs, self.classes);
        let shards = cluster.shards as f64;
        let calls = self.load.calls(users);
        let racing = if cluster.claims == Claims::Any { calls * costs.cas_ms / 1e3 } else { 0.0 };
        let coordinator = self.coordinator_cores(users, &cluster) / (cluster.coordinators * cluster.shard_cores) as f64;
        let syncs = predicted.commits / shards / costs.commits_per_sync / costs.syncs_per_s;
        let used = vec![
            Used { part: "nodes: cores", share: predicted.node.busy },
            Used { part: "nodes: connections", share: predicted.connections },
            Used { part: "nodes: ingestion workers", share: self.workers_busy(users, &cluster, &predicted) },
            Used { part: "queue: race for its head", share: racing },
            Used { part: "coordinators: cores", share: coordinator },
            Used { part: "shards: cores", share: self.shard_busy(users, &cluster) },
            Used { part: "shards: log syncs", share: syncs },
            Used {
                part: "shards: log bytes",
                share: predicted.commits * costs.log_kib / 1024.0 / shards / costs.log_mib_s,
            },
            Used { part: DISK, share: stored_gib / shards / self.machines.shard_disk_gib },
        ];
        let (fan_outs, pieces) = (self.fan_outs(users, &cluster), self.pieces(&cluster));
        Sized { users, cluster, predicted, used, fan_outs, pieces, stored_gib }
    }

    /// The queue of a cluster.
    pub(crate) fn queue(&self, users: f64, cluster: &Cluster, predicted: &Predicted) -> Queue {
        let costs = self.costs;
        let wait_ms = if cluster.shards > 1 { costs.fan_out_wait_ms } else { costs.fan_out_piece_us / 1e3 };
        Queue {
            nodes: cluster.nodes,
            workers: cluster.workers,
            calls: self.load.calls(users),
            look_s: (wait_ms + costs.round_trip_ms) / 1e3,
            try_s: costs.cas_ms / 1e3,
            work_s: predicted.ingest_ms / 1e3,
            claims: cluster.claims,
            shuffled: false,
        }
    }

    fn workers_busy(&self, users: f64, cluster: &Cluster, predicted: &Predicted) -> f64 {
        self.load.calls(users) / self.queue(users, cluster, predicted).most()
    }

    /// Statements each second that ask every shard.
    fn fan_outs(&self, users: f64, cluster: &Cluster) -> f64 {
        let (nodes, workers) = (cluster.nodes as f64, cluster.workers as f64);
        let looks = if cluster.claims == Claims::Any { LOOKS * self.load.calls(users) } else { 0.0 };
        looks + nodes * (workers * POLLS + PROBES)
    }

    /// Attempts to claim that are lost, each second.
    fn lost(&self, users: f64, cluster: &Cluster, predicted: &Predicted) -> f64 {
        let queue = self.queue(users, cluster, predicted);
        if queue.claims == Claims::Any { queue.calls * queue.lost().min(LOST_MAX) } else { 0.0 }
    }

    /// Pieces of a fan-out.
    fn pieces(&self, cluster: &Cluster) -> f64 {
        if cluster.shards == 1 { 1.0 } else { self.costs.pieces.max(cluster.shards as f64) }
    }

    fn shard_busy(&self, users: f64, cluster: &Cluster) -> f64 {
        let predicted = predict(users, self.load, cluster, self.costs, self.classes);
        let pieces = self.fan_outs(users, cluster) * self.pieces(cluster) * self.costs.fan_out_piece_us / 1e6;
        let lost = self.lost(users, cluster, &predicted) * self.costs.read_cpu_us / 1e6;
        predicted.shard.busy + (pieces + lost) / (cluster.shards * cluster.shard_cores) as f64
    }

    /// Cores that coordinators need; none when there is only one database.
    fn coordinator_cores(&self, users: f64, cluster: &Cluster) -> f64 {
        if cluster.shards == 1 {
            return 0.0;
        }
        let costs = self.costs;
        let predicted = predict(users, self.load, cluster, costs, self.classes);
        let fan_out_ms = costs.fan_out_ms + self.pieces(cluster) * costs.fan_out_shard_us / 1e3;
        let statements = predicted.statements + self.lost(users, cluster, &predicted);
        statements * costs.route_us / 1e6 + self.fan_outs(users, cluster) * fan_out_ms / 1e3
    }
}

/// The smallest number from one on that is enough, when every larger one is; there is an end to looking.
fn smallest(from: usize, enough: impl Fn(usize) -> bool) -> usize {
    const MOST: usize = 20_000;
    let mut high = from;
    let mut low = from.saturating_sub(1);
    while high < MOST && !enough(high) {
        low = high;
        high *= 2;
    }
    while low + 1 < high {
        let middle = usize::midpoint(low, high);
        if enough(middle) { high = middle } else { low = middle }
    }
    high
}

impl Sized {
    /// What is used most, besides disks, which a plan fills on purpose.
    pub(crate) fn first(&self) -> Used {
        let most =
            self.used.iter().copied().filter(|used| used.part != DISK).max_by(|a, b| a.share.total_cmp(&b.share));
        most.unwrap_or(Used { part: "nothing", share: 0.0 })
    }

    /// Price of a month: nodes, database servers, disks.
    pub(crate) fn monthly(&self, machines: &Machines, prices: &Prices) -> [f64; 3] {
        let server = |cores: usize, gib: f64| (cores as f64 * prices.core_hour + gib * prices.gib_hour) * MONTH_H;
        let copies = 1.0 + machines.standbys as f64;
        let coordinators = if self.cluster.shards > 1 { self.cluster.coordinators } else { 0 };
        [
            self.cluster.nodes as f64 * server(machines.node_cores, machines.node_gib),
            (self.cluster.shards + coordinators) as f64 * copies * server(machines.shard_cores, machines.shard_gib),
            self.stored_gib / FULL_MAX * copies * prices.disk_gib_month,
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_is_found() {
        for wanted in [1, 2, 3, 17, 1_000] {
            assert_eq!(smallest(1, |number| number >= wanted), wanted);
        }
        assert_eq!(smallest(5, |number| number >= 2), 5);
    }
}
