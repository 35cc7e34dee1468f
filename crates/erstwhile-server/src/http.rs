//! HTTP: one folder for each generation of the API, and what they share below their wire formats.

pub mod body;
pub mod caller;
pub mod client;
pub mod error;
pub mod health;
pub mod v0;
pub mod v2;
pub mod v3;
