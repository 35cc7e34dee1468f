//! The pure core of Erstwhile: everything that can be computed without a store, a clock or a model.
//!
//! It computes [`knowledge`] (entities and facts) and search results from [`evidence`]. The rules are in [`time`] and
//! [`identity`]. Nothing here performs I/O, reads a clock or generates random numbers, nor do its dependencies: times,
//! ids and vectors are arguments.
//!
//! Most programs use the crate `erstwhile`, the engine around this one, and need only the types that it re-exports.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod boxed;
pub mod budget;
pub mod change;
mod compact;
pub mod compat;
pub mod content_policy;
pub mod context;
pub mod digest;
pub mod error;
pub mod evidence;
pub mod extraction;
pub mod graph_copy;
pub mod identity;
pub mod knowledge;
pub mod model;
pub mod observations;
pub mod ontology;
pub mod patterns;
pub mod reading;
pub mod renaming;
pub mod search;
pub mod subgraph;
pub mod template;
pub mod text;
pub mod time;
pub mod vocabulary;

pub use error::{Error, ErrorKind, Result};
