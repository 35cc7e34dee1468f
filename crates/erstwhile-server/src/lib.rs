//! The HTTP server and the command line of Erstwhile.
//!
//! The binary calls [`cli::run`]; tests and benchmarks run the same server in their own process with
//! [`serve::Server`].
#![warn(missing_docs)]

pub mod app;
pub mod cli;
pub mod connections;
pub mod http;
pub mod mcp;
pub mod metrics;
pub mod models;
pub mod openapi;
pub mod rate;
pub mod router;
pub mod serve;
pub mod settings;
pub mod version;
pub mod webhooks;
