//! Policy sets: what the members of user groups may do with standalone graphs.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What may be done with a graph. Each action includes those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GraphAction {
    /// Reading: finding the graph, listing and searching what it holds.
    Search,
    /// Adding: episodes, and facts and entities that the application states.
    Add,
}

/// Whether a policy set counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PolicyMode {
    /// It grants what it says.
    Enforce,
    /// It grants nothing.
    Off,
}

/// What may be done with one graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// A standalone graph, by its uuid.
    pub graph: Uuid,
    /// The most that may be done with it.
    pub action: GraphAction,
}

/// A named list of grants, which can be attached to user groups.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicySet {
    /// Identity.
    pub uuid: Uuid,
    /// Display name.
    pub name: String,
    /// Whether it counts.
    pub mode: PolicyMode,
    /// Incremented by every change.
    pub version: i64,
    /// The grants, each for another graph.
    pub grants: Vec<Grant>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it changed last.
    pub updated_at: Timestamp,
}
