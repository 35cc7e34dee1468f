//! Tests of the driver against real servers.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "these are tests")]

mod conformance;
mod distribution;
mod export;
mod full_disk;
mod locked_rows;
mod rankings;
mod retries;
mod schema_fixtures;
mod shards;
mod startup;
mod timeouts;
mod tls;
mod vacuum;
