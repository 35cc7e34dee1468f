//! Tests of the real binary over HTTP.
#![expect(clippy::expect_used, clippy::panic, reason = "a failing test should stop immediately")]

mod architecture;
mod audit;
mod backups;
mod bound_keys;
mod canaries;
mod command_line;
mod connections;
mod content_policies;
mod context;
mod contract;
mod contract_v4;
mod durability;
mod embedder;
mod erasure;
mod failover;
mod fake_model;
mod faults;
mod filters;
mod hyperedges;
mod ingestion_traces;
mod isolation;
mod logs;
mod mcp;
mod model;
mod nodes;
mod openapi;
mod overload;
mod process;
mod reranker;
mod robustness;
mod scene;
mod tls;
mod transfer;
mod v4;
mod webhooks;
