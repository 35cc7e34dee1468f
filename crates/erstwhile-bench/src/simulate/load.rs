//! What people do, what the cluster is made of, and what one operation demands of it.

use clap::{Args, ValueEnum};

use super::constants::Constants;

/// What people do.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Load {
    /// Messages of a user each day, on average
    #[arg(long, value_name = "N", default_value_t = 1.0)]
    pub(crate) messages_a_day: f64,
    /// Days of messages that are kept
    #[arg(long, value_name = "N", default_value_t = 100.0)]
    pub(crate) days: f64,
    /// Messages of one call: what a person says and what is answered
    #[arg(long, value_name = "N", default_value_t = 2.0)]
    pub(crate) messages_a_call: f64,
    /// Searches and contexts for each call that adds messages
    #[arg(long, value_name = "N", default_value_t = 2)]
    pub(crate) reads_a_call: usize,
    /// Such calls in one sitting, on average
    #[arg(long, value_name = "N", default_value_t = 5.0)]
    pub(crate) calls_a_sitting: f64,
    /// Seconds between them, on average
    #[arg(long, value_name = "N", default_value_t = 60.0)]
    pub(crate) gap_s: f64,
    /// How unequal users are: the standard deviation of the logarithm of their activity
    #[arg(long, value_name = "N", default_value_t = 2.0)]
    pub(crate) skew: f64,
    /// How far the peak of the day is above its mean
    #[arg(long, value_name = "SHARE", default_value_t = 0.8)]
    pub(crate) swing: f64,
}

impl Load {
    /// Calls that add messages, each second at the peak.
    pub(crate) fn calls(&self, users: f64) -> f64 {
        users * self.messages_a_day / 86_400.0 / self.messages_a_call * super::activity::of_day(18.0, self.swing)
    }

    /// Messages that an average user has.
    pub(crate) fn history(&self) -> f64 {
        self.messages_a_day * self.days
    }
}

/// How requests find a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Balance {
    /// Each to the next node.
    RoundRobin,
    /// All requests about a graph to one node.
    Rendezvous,
}

/// Which worker ingests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Claims {
    /// Any: each looks at the common queue and takes its head.
    Any,
    /// One of the node that took the messages, by their graph's key, without asking the queue: as built.
    Own,
}

/// What the cluster is made of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cluster {
    pub(crate) nodes: usize,
    pub(crate) cores: usize,
    pub(crate) index_gib: f64,
    pub(crate) workers: usize,
    pub(crate) connections: usize,
    pub(crate) shards: usize,
    pub(crate) shard_cores: usize,
    pub(crate) coordinators: usize,
    pub(crate) balance: Balance,
    pub(crate) claims: Claims,
}

/// What one operation demands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Demand {
    /// Processor time of a node.
    pub(crate) node_ms: f64,
    /// Processor time of the graph's shard, before the index is looked at and after.
    pub(crate) shard_ms: [f64; 2],
    /// Round trips, likewise.
    pub(crate) trips: [f64; 2],
    pub(crate) statements: f64,
    pub(crate) commits: f64,
}

impl Demand {
    /// A call that adds messages.
    pub(crate) fn add(load: &Load, costs: &Constants) -> Self {
        let writes = costs.add_writes + load.messages_a_call;
        Self {
            node_ms: costs.add_cpu_ms,
            shard_ms: [costs.add_reads * costs.read_cpu_us / 1e3, writes * costs.write_cpu_us / 1e3],
            trips: [costs.add_reads, 2.0],
            statements: costs.add_reads + writes,
            commits: 1.0,
        }
    }

    /// A search or context in a warm index that has missed the last call.
    pub(crate) fn read(costs: &Constants) -> Self {
        Self {
            node_ms: costs.read_cpu_ms + costs.refresh_cpu_ms,
            shard_ms: [costs.read_reads * costs.read_cpu_us / 1e3, costs.snapshot_reads * costs.read_cpu_us / 1e3],
            trips: [costs.read_reads, 1.0],
            statements: costs.read_reads + costs.snapshot_reads,
            commits: 0.0,
        }
    }

    /// The ingestion of a call's messages, from a claim that succeeds to its release.
    pub(crate) fn ingest(load: &Load, costs: &Constants) -> Self {
        let writes = costs.ingest_writes + load.messages_a_call * costs.rows;
        let reads = costs.ingest_reads + costs.snapshot_reads;
        Self {
            node_ms: costs.extract_cpu_ms * load.messages_a_call + costs.refresh_cpu_ms,
            shard_ms: [reads * costs.read_cpu_us / 1e3, writes * costs.write_cpu_us / 1e3],
            // A claim, an apply in two, a release; the snapshot.
            trips: [costs.ingest_reads + 2.0, 3.0],
            statements: reads + writes,
            commits: 3.0,
        }
    }

    /// Milliseconds that a connection is busy with it.
    pub(crate) fn held_ms(&self, costs: &Constants) -> f64 {
        let [before, after] = self.shard_ms;
        before + after + (self.trips[0] + self.trips[1]) * costs.round_trip_ms + self.commits * costs.commit_ms
    }
}
