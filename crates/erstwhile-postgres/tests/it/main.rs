//! Tests of the driver against real servers.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "these are tests")]

mod conformance;
mod full_disk;
mod locked_rows;
mod moving;
mod rankings;
mod shards;
mod startup;
mod timeouts;
mod tls;
