//! The content policies that graphs are bound to.

use std::sync::Arc;

use super::State;
use crate::store::SettingScope;
use erstwhile_core::content_policy::{BoundPolicy, ContentPolicy};
use erstwhile_core::error::{Error, Result};
use erstwhile_core::model::{GraphId, ProjectId, SettingKind};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The name of the project's flag that lets reads of episodes return those that violate a content policy.
pub(crate) const INCLUDE_VIOLATING: &str = "include_policy_violating_episodes";

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
        let bound = self.bound_policy(graph).await?;
        let text = bound.map(|bound| bound.revision.text).filter(|text| !text.is_empty());
        Ok(text.map(|text| Arc::new(ContentPolicy::new(text))))
    }

    /// Whether reads of episodes of a project return those that violate a content policy.
    pub(crate) async fn includes_violating(&self, project: ProjectId) -> Result<bool> {
        let flags = self.declared_in(SettingScope::Project(project), SettingKind::ProjectFlag).await?;
        Ok(flags.iter().any(|flag| flag.name == INCLUDE_VIOLATING && flag.value == Value::Bool(true)))
    }
}
