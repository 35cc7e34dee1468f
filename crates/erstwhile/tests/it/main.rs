//! Tests of the engine through its public face.

mod engine;
mod ingestion;
mod shard_lint;
mod sqlite;
mod world;
