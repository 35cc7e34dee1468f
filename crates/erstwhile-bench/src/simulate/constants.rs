//! What every operation costs: one table, with where each number is from. The lead to a better model is a better
//! number here; `--set NAME=VALUE` tries one out.

use anyhow::{Context, bail};

/// How far a number can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Basis {
    /// Measured on a shared machine with two cores.
    Measured,
    /// Counted in the source: statements, round trips, bytes of a structure.
    Counted,
    /// Nobody has measured it yet.
    Assumed,
}

/// A row of the table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Told {
    pub(crate) name: &'static str,
    pub(crate) unit: &'static str,
    pub(crate) basis: Basis,
    pub(crate) source: &'static str,
}

macro_rules! constants {
    ($($(#[$doc:meta])* $name:ident = $value:expr, $unit:literal, $basis:ident, $source:literal;)*) => {
        /// What every operation costs.
        #[derive(Debug, Clone)]
        pub(crate) struct Constants { $($(#[$doc])* pub(crate) $name: f64,)* }

        impl Default for Constants {
            fn default() -> Self {
                Self { $($name: $value,)* }
            }
        }

        /// Every constant, in order.
        pub(crate) const TABLE: &[Told] = &[$(Told {
            name: stringify!($name), unit: $unit, basis: Basis::$basis, source: $source,
        },)*];

        impl Constants {
            /// A constant by name.
            pub(crate) fn field(&mut self, name: &str) -> Option<&mut f64> {
                match name {
                    $(stringify!($name) => Some(&mut self.$name),)*
                    _ => None,
                }
            }
        }
    };
}

constants! {
    // A server node.
    add_cpu_ms = 0.5, "ms a call", Assumed, "HTTP, JSON, building the batch of an add_messages call";
    read_cpu_ms = 1.0, "ms a call", Assumed, "HTTP and a warm search or context; the search of 1,000 facts alone is 0.1 ms (storage research, section 4)";
    refresh_cpu_ms = 0.3, "ms", Assumed, "taking a call's new rows into a warm index";
    extract_cpu_ms = 1.5, "ms a message", Assumed, "the offline extractor, grounding, rows of one message";
    cold_us = 20.0, "µs a message", Assumed, "building an index: 5.3 µs a fact for text, words and vectors (storage research, section 4), the rest for facts and entities";
    index_kib = 2.3, "KiB a message", Counted, "GraphIndex::weight: 400 B an episode, 1,500 B a fact, half a fact a message, 256 B a vector, text and postings";
    round_trip_ms = 0.5, "ms", Assumed, "within one data centre";

    // Statements of an operation, counted in engine/ and store/apply.rs.
    add_reads = 2.0, "statements", Counted, "LOCATE, THREAD_BY_ID";
    add_writes = 5.0, "statements", Counted, "MARK_APPLIED, RAISE_VERSION, ADD_TASK, EXPECT_THREAD, ENQUEUE; and one for each message";
    read_reads = 5.0, "statements", Counted, "LOCATE, SETTINGS, GRAPH_VERSION for a search; THREAD_BY_ID, LAST_EPISODES and the summary's besides for a context: about the middle";
    snapshot_reads = 7.0, "statements", Counted, "evidence_since, one round trip";
    ingest_reads = 7.0, "statements", Counted, "GRAPH_BY_ID and PENDING_EPISODES twice, ACCOUNT_BY_GRAPH, EPISODES_BEFORE, GRAPH_VERSION";
    ingest_writes = 7.0, "statements", Counted, "CLAIM, RELEASE, MARK_APPLIED, EXPECT_REVISION, EXPECT_LEASE, RAISE_VERSION, COUNT_PENDING";
    rows = 4.0, "rows a message", Assumed, "an episode, about two mentions, half an assertion, a link now and then";

    // The database.
    read_cpu_us = 50.0, "µs a statement", Assumed, "a prepared point read; 85 µs from the client's side under load (storage research, section 3.3)";
    write_cpu_us = 100.0, "µs a statement", Assumed, "a row with its two to five indexes";
    row_cpu_us = 2.0, "µs a row", Assumed, "reading a row of a cold graph; 0.8 µs a text measured (storage research, section 4)";
    cas_ms = 0.6, "ms", Assumed, "a CLAIM that loses: a round trip and a point update that finds nothing";
    commits_per_sync = 8.0, "commits", Assumed, "that share a sync of the log; 14 measured with 16 connections (storage research, section 3.3)";
    syncs_per_s = 1048.0, "1/s", Measured, "4 KiB and a sync on a quiet disk (storage research, section 1)";
    commit_ms = 1.5, "ms", Assumed, "a commit that waits for its sync and for a standby's";
    log_kib = 8.0, "KiB a commit", Assumed, "of the write-ahead log, with its share of full pages";
    log_mib_s = 100.0, "MiB/s", Assumed, "that a shard's disk takes as log, and its standby's network";
    row_kib = 1.6, "KiB a message", Assumed, "on disk with indexes: 0.36 KiB for a bare message with two (storage research, section 7.5), and its mentions and assertions";

    // Sharding, which has never run under load.
    route_us = 100.0, "µs a statement", Assumed, "of a coordinator, to send a statement with a key to its shard";
    fan_out_ms = 1.0, "ms", Assumed, "of a coordinator, to plan a fan-out and merge what comes";
    fan_out_shard_us = 50.0, "µs a shard", Assumed, "of a coordinator, for each shard that a fan-out asks";
    fan_out_piece_us = 100.0, "µs", Assumed, "of a shard, to answer its piece of a fan-out";
    fan_out_wait_ms = 4.0, "ms", Assumed, "until the slowest shard has answered";
    pieces = 32.0, "pieces", Counted, "of a fan-out, at least: the database asks each of a table's shards, 32 unless told otherwise, or every shard server when those are more";
}

impl Constants {
    /// Takes `NAME=VALUE`.
    pub(crate) fn set(&mut self, setting: &str) -> anyhow::Result<()> {
        let (name, value) = setting.split_once('=').context("--set takes NAME=VALUE")?;
        let value: f64 = value.parse().with_context(|| format!("`{value}` is no number"))?;
        if !(value.is_finite() && value >= 0.0) {
            bail!("`{value}` is no cost");
        }
        *self
            .field(name)
            .with_context(|| format!("there is no constant `{name}`; they are listed by the command"))? = value;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_constant_can_be_set_by_its_name() {
        let mut constants = Constants::default();
        for told in TABLE {
            constants.set(&format!("{}=3", told.name)).unwrap();
            assert!((*constants.field(told.name).unwrap() - 3.0).abs() < f64::EPSILON);
        }
        assert!(constants.set("nonsense=1").is_err() && constants.set("rows=-1").is_err());
    }
}
