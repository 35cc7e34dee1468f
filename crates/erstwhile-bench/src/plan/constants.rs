//! Constants of the formulas.
//!
//! All were measured on two cores that the server, the database and the load shared. The results of `scale` and
//! `speed` are those of docs/scaling.md and docs/postgres.md. "By hand" is a run of the real binary on PostgreSQL 15, on
//! two AMD EPYC cores, with 30 copies of real conversations; docs/scaling.md describes it.

use erstwhile_postgres::PostgresSettings;
use erstwhile_server::settings::{IngestSettings, SearchSettings, StoreSettings};

/// A constant with its source.
#[derive(Debug, Clone, Copy)]
pub(super) struct Constant {
    pub(super) name: &'static str,
    pub(super) value: f64,
    pub(super) unit: &'static str,
    pub(super) source: &'static str,
}

macro_rules! constants {
    ($($ident:ident = $value:expr, $name:literal, $unit:literal, $source:literal;)*) => {
        $(pub(super) const $ident: Constant =
            Constant { name: $name, value: $value, unit: $unit, source: $source };)*

        const OWN: &[Constant] = &[$($ident),*];
    };
}

constants! {
    INDEX_KIB = 4.3, "index in memory", "KiB a message",
        "measured: `scale`, growth from 100,000 to 1,000,000 facts, one fact a message";
    LOAD_US = 68.0, "cold load", "µs a message", "measured by hand, elapsed time, 27 graphs of 482 messages, one after another";
    DISK_KIB = 2.8, "PostgreSQL's disk", "KiB a message", "measured by hand, 14,460 messages of 132 characters";
    MESSAGE_MS = 2.3, "storing and ingesting", "core ms a message",
        "measured by hand, server 1.05 and PostgreSQL 1.23";
    SEARCH_MS = 0.73, "warm search", "core ms",
        "measured: `speed --only stores`, PostgreSQL, 1 node, 2,727 searches/s on two cores";
    INGESTION_MS = 13.0, "ingestion of a call of two messages", "worker ms",
        "measured by hand, from the answer until processed, database on the same machine";
    COMMITS_A_CALL = 4.0, "commits for a call", "commits", "counted in the engine: add, claim, apply, release";
    COMMITS_S = 1_902.0, "commits that a database takes", "1/s",
        "measured: `speed --only stores`, raw driver, PostgreSQL, 16 connections on two cores";
}

/// Every constant, with the defaults of the program that docs/scaling.md names.
pub(super) fn all() -> Vec<Constant> {
    let workers = IngestSettings::default().workers as f64;
    let index_mib = SearchSettings::default().index_mib_max as f64;
    let connections = StoreSettings::default().connections as f64;
    let response_timeout_s = PostgresSettings::default().response_timeout.as_secs_f64();
    let code = [
        ("ingest.workers", workers, "workers", "code: IngestSettings"),
        ("search.index_mib_max", index_mib, "MiB", "code: SearchSettings"),
        ("store.connections", connections, "connections", "code: StoreSettings"),
        ("timeout of the database", response_timeout_s, "s", "code: PostgresSettings"),
    ];
    let code = code.map(|(name, value, unit, source)| Constant { name, value, unit, source });
    OWN.iter().copied().chain(code).collect()
}
