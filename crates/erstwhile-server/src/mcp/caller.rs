//! Whose request it is.

use std::sync::Arc;

use erstwhile::engine::ProjectHandle;
use erstwhile::model::KeyRole;
use jiff::Timestamp;

use crate::settings::Limits;

/// The caller of a tool.
#[derive(Debug, Clone)]
pub(super) struct Caller {
    /// The caller's project; everything is read and written through it.
    pub(super) project: ProjectHandle,
    /// What the caller may do.
    pub(super) role: KeyRole,
    /// The time of the request.
    pub(super) now: Timestamp,
    /// Limits on requests.
    pub(super) limits: Arc<Limits>,
    /// The graph of tools that are called without one.
    pub(super) default_graph: Arc<str>,
}
