//! Tests of the engine through its public face.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that fails must say so at once")]

mod audit;
mod between;
mod content_policies;
mod corrections;
mod doubt;
mod dropped;
mod embedding_model;
mod engine;
mod erasure;
mod examples;
mod filters;
mod gathered;
mod health;
mod ingestion;
mod meaning;
mod model_readings;
mod observations;
mod paging;
mod private_files;
mod ranking;
mod repeated;
mod reranking_model;
mod schema_fixtures;
mod scrubbing;
mod shard_lint;
mod sqlite;
mod templates;
mod tiers;
mod transfer;
mod unread;
mod webhooks;
mod why;
mod workers;
mod world;
mod written_summaries;
