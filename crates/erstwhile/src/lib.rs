//! The memory of AI agents, as a library.
//!
//! **It is** an engine that keeps what was said (episodes), computes from it who and what is meant
//! (entities) and what holds from when to when (facts), searches all three, and composes the block of
//! context that an agent should read before it answers.
//!
//! **It is not** a server: it knows no HTTP, no command line, no environment and no global state.
//! Time, ids, vectors and understanding come in through [`ports`].
#![warn(missing_docs)]

pub mod engine;
pub mod export;
mod ingestion;
mod parts;
pub mod ports;
mod state;
pub mod store;

pub use erstwhile_core::{
    change, compat, context, digest, error, evidence, identity, knowledge, model, observations, ontology, patterns,
    reading, search, subgraph, template, time,
};

pub use engine::Engine;
pub use erstwhile_core::error::{Error, ErrorKind, Result};
pub use ingestion::Workers;
pub use parts::EngineSettings;
