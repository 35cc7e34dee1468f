//! Erstwhile over HTTP and on the command line.
//!
//! The binary is [`cli::run`]; tests and benchmarks start the same server in their own process with
//! [`serve::Server`].
#![warn(missing_docs)]

pub mod app;
pub mod cli;
pub mod http;
pub mod metrics;
pub mod router;
pub mod serve;
pub mod settings;
