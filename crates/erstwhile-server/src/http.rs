//! HTTP: one module for each generation of the API, and the modules that they share.

pub mod admission;
pub mod answers;
pub mod audit;
pub mod body;
pub mod caller;
mod checks;
pub mod client;
pub mod documents;
pub mod erasure;
pub mod error;
pub mod health;
pub mod idempotency;
mod model_reading;
pub mod v0;
pub mod v2;
pub mod v3;
pub mod v4;
pub mod welcome;
pub mod wrong_door;
