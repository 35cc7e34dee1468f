//! The content policies that graphs are bound to.

use std::sync::Arc;

use jiff::Timestamp;
use moka::sync::Cache;

use super::State;
use crate::store::SettingScope;
use erstwhile_core::content_policy::{BoundPolicy, ContentPolicy};
use erstwhile_core::error::{Error, Result};
use erstwhile_core::model::{GraphId, ProjectId, SettingKind};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The name of the project's flag that lets reads of episodes return those that violate a content policy.
pub(crate) const INCLUDE_VIOLATING: &str = "include_policy_violating_episodes";

/// Maximum number of graphs whose prepared policies are cached.
const PREPARED_MAX: u64 = 10_000;

/// The policies of graphs, prepared, with the times at which the graphs were bound to them; `None` for one without rules.
#[derive(Debug)]
pub(super) struct PreparedPolicies(Cache<GraphId, PreparedPolicy>);

type PreparedPolicy = (Timestamp, Option<Arc<ContentPolicy>>);

impl PreparedPolicies {
    pub(super) fn new() -> Self {
        Self(Cache::new(PREPARED_MAX))
    }
}

/// Reads a stored revision or binding of a content policy.
pub(crate) fn read_policy<T: DeserializeOwned>(value: Value) -> Result<T> {
    serde_json::from_value(value)
        .map_err(|error| Error::corrupt("a stored content policy is malformed").with_source(error))
}

impl State {
    /// What a graph is bound to, if it was bound when it was created.
    pub(crate) async fn bound_policy(&self, graph: GraphId) -> Result<Option<BoundPolicy>> {
        let declared = self.declared_in(SettingScope::Graph(graph), SettingKind::ContentPolicy).await?;
        declared.first().map(|setting| read_policy(setting.value.clone())).transpose()
    }

    /// The content policy of a graph, if it has one with rules.
    pub(crate) async fn content_policy(&self, graph: GraphId) -> Result<Option<Arc<ContentPolicy>>> {
        let declared = self.declared_in(SettingScope::Graph(graph), SettingKind::ContentPolicy).await?;
        let Some(setting) = declared.first() else { return Ok(None) };
        if let Some((_, policy)) = self.policies.0.get(&graph).filter(|(bound_at, _)| *bound_at == setting.updated_at) {
            return Ok(policy);
        }
        let text = read_policy::<BoundPolicy>(setting.value.clone())?.revision.text;
        let policy = (!text.is_empty()).then(|| Arc::new(ContentPolicy::new(text)));
        self.policies.0.insert(graph, (setting.updated_at, policy.clone()));
        Ok(policy)
    }

    /// When a graph was bound to its content policy.
    pub(super) async fn bound_at(&self, graph: GraphId) -> Result<Option<Timestamp>> {
        let declared = self.declared_in(SettingScope::Graph(graph), SettingKind::ContentPolicy).await?;
        Ok(declared.first().map(|setting| setting.updated_at))
    }

    /// Whether reads of episodes of a project return those that violate a content policy.
    pub(crate) async fn includes_violating(&self, project: ProjectId) -> Result<bool> {
        let flags = self.declared_in(SettingScope::Project(project), SettingKind::ProjectFlag).await?;
        Ok(flags.iter().any(|flag| flag.name == INCLUDE_VIOLATING && flag.value == Value::Bool(true)))
    }
}
