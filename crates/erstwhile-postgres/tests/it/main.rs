//! The driver against real servers.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails must say so at once")]

mod conformance;
mod frozen;
mod full_disk;
mod moving;
mod rankings;
mod schema_fixtures;
mod shards;
mod silence;
mod starting;
mod tls;
