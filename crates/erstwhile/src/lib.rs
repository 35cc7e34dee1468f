//! The memory of AI agents, as a library.
//!
//! **It is** an engine that keeps what was said (episodes), computes from it who and what is meant
//! (entities) and what holds from when to when (facts), searches all three, and composes the block of
//! context that an agent should read before it answers. Begin at [`Engine`]; the rules are pure
//! functions in [`time`] and [`identity`]; what is stored is a stream of [`change::Batch`]es.
//!
//! **It is not** a server: it knows no HTTP, no command line, no environment and no global state.
//! Time, ids, vectors and understanding come in through [`ports`].
#![warn(missing_docs)]

pub mod change;
pub mod context;
pub mod digest;
pub mod engine;
pub mod error;
pub mod identity;
pub mod ingest;
pub mod knowledge;
pub mod metadata_filter;
pub mod model;
pub mod moving;
pub mod observations;
pub mod ontology;
pub mod patterns;
pub mod ports;
pub mod rating;
pub mod search;
pub mod store;
pub mod subgraph;
pub mod template;
#[cfg(feature = "testing")]
pub mod testing;
pub mod time;
pub mod transplant;

pub use engine::Engine;
pub use error::{Error, ErrorKind, Result};
