//! A short-lived cache of declared settings, which every search and every context reads.

use std::sync::Arc;
use std::time::Duration;

use moka::sync::Cache;
use tokio::time::Instant;

use super::State;
use crate::store::SettingScope;
use erstwhile_core::error::Result;
use erstwhile_core::model::{GraphId, ProjectId, Setting, SettingKind};

/// TTL of the cache: other processes see a change after at most this long.
const TTL: Duration = Duration::from_secs(1);
/// How long an entry takes memory.
const KEPT: Duration = Duration::from_mins(1);
/// Maximum number of cached entries.
const ENTRIES_MAX: u64 = 100_000;

/// Settings, with the time when they were read.
type SettingsAt = (Instant, Arc<Vec<Setting>>);

/// Settings by scope and kind.
#[derive(Debug, Clone)]
pub(super) struct Declarations(Cache<(SettingScope, SettingKind), SettingsAt>);

impl Declarations {
    pub(super) fn new() -> Self {
        Self(Cache::builder().max_capacity(ENTRIES_MAX).time_to_live(KEPT).build())
    }

    /// Invalidates a scope whose settings have just changed.
    pub(super) fn invalidate(&self, scope: SettingScope) {
        for kind in SettingKind::ALL {
            self.0.invalidate(&(scope, kind));
        }
    }
}

impl State {
    /// Invalidates the cached settings of a scope.
    pub(crate) fn invalidate_declarations(&self, scope: SettingScope) {
        self.declarations.invalidate(scope);
    }

    /// The settings of a kind in one scope, at most [`TTL`] old.
    pub(crate) async fn declared_in(&self, scope: SettingScope, kind: SettingKind) -> Result<Arc<Vec<Setting>>> {
        let now = Instant::now();
        if let Some((read_at, settings)) = self.declarations.0.get(&(scope, kind))
            && now < read_at + TTL
        {
            return Ok(settings);
        }
        let settings = Arc::new(self.store().settings(scope, kind).await?);
        self.declarations.0.insert((scope, kind), (now, Arc::clone(&settings)));
        Ok(settings)
    }

    /// The settings of a kind that apply to a graph: its own, or its project's if it has none.
    pub(crate) async fn declared_for(
        &self,
        project: ProjectId,
        graph: GraphId,
        kind: SettingKind,
    ) -> Result<Arc<Vec<Setting>>> {
        let own = self.declared_in(SettingScope::Graph(graph), kind).await?;
        if own.is_empty() { self.declared_in(SettingScope::Project(project), kind).await } else { Ok(own) }
    }
}
