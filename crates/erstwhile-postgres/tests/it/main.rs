//! The driver against real servers.
#![expect(clippy::expect_used, reason = "a test that fails must say so at once")]

mod conformance;
mod full_disk;
mod shards;
mod moving;
mod starting;
mod tls;
