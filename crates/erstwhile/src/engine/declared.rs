//! What is declared of a graph, remembered for a moment: searches and contexts ask for it all the time.

use std::sync::Arc;
use std::time::Duration;

use moka::sync::Cache;

use super::Engine;
use crate::error::Result;
use crate::model::{GraphId, ProjectId, Setting, SettingKind};
use crate::store::SettingScope;

/// How long a declaration is believed without looking: so late other processes see a new one.
const BELIEVED: Duration = Duration::from_secs(1);
/// Scopes whose declarations are remembered.
const REMEMBERED: u64 = 100_000;

/// Settings by scope and kind.
#[derive(Debug, Clone)]
pub(super) struct Declared(Cache<(SettingScope, SettingKind), Arc<Vec<Setting>>>);

impl Declared {
    pub(super) fn new() -> Self {
        Self(Cache::builder().max_capacity(REMEMBERED).time_to_live(BELIEVED).build())
    }

    /// Forgets what was declared here, because it has just changed.
    pub(super) fn forget(&self, scope: SettingScope) {
        for kind in SettingKind::ALL {
            self.0.invalidate(&(scope, kind));
        }
    }
}

impl Engine {
    /// The settings of a kind in one scope, as they were a moment ago.
    pub(super) async fn declared_in(&self, scope: SettingScope, kind: SettingKind) -> Result<Arc<Vec<Setting>>> {
        if let Some(settings) = self.declared.0.get(&(scope, kind)) {
            return Ok(settings);
        }
        let settings = Arc::new(self.store().settings(scope, kind).await?);
        self.declared.0.insert((scope, kind), Arc::clone(&settings));
        Ok(settings)
    }

    /// What counts for a graph: what it declares itself, else what its project declares.
    pub(super) async fn declared_for(
        &self,
        project: ProjectId,
        graph: GraphId,
        kind: SettingKind,
    ) -> Result<Arc<Vec<Setting>>> {
        let own = self.declared_in(SettingScope::Graph(graph), kind).await?;
        if own.is_empty() { self.declared_in(SettingScope::Project(project), kind).await } else { Ok(own) }
    }
}
