//! Support for tests of drivers and programs: scripted ports, a pure reference model of the
//! store, and the conformance suite that every driver must pass.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a suite that fails must say so at once, and only tests are built with it"
)]

mod batches;
pub mod conformance;
pub mod export;
pub mod fixtures;
mod ports;
mod reference;
mod sharded;

pub use batches::batches;
pub use ports::{FixedClock, ScriptedExtractor, SeededIds, WordEmbedder};
pub use reference::Reference;
pub use sharded::Sharded;
