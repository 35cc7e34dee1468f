//! The memory of AI agents, as a library.
#![warn(missing_docs)]

pub mod change;
pub mod context;
pub mod engine;
pub mod error;
pub mod identity;
pub mod ingest;
pub mod knowledge;
pub mod model;
pub mod ports;
pub mod search;
pub mod store;
#[cfg(feature = "testing")]
pub mod testing;
pub mod time;

pub use engine::Engine;
pub use error::{Error, ErrorKind, Result};
