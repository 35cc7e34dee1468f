//! A short-lived cache of declared settings, which every search and every context reads.

use std::sync::Arc;
use std::time::Duration;

use moka::sync::Cache;
use tokio::time::{Instant, timeout};

use super::State;
use crate::store::SettingScope;
use erstwhile_core::error::{ErrorKind, Result};
use erstwhile_core::model::{GraphId, ProjectId, Setting, SettingKind};

/// TTL of the cache: other processes see a change after at most this long.
const TTL: Duration = Duration::from_secs(1);
/// How long an entry is kept, for when the store cannot be asked: the shard of a project may be lost while those of its
/// graphs are there.
const KEPT: Duration = Duration::from_hours(1);
/// How long a read waits for settings that are known.
const PATIENCE: Duration = Duration::from_secs(1);
/// How long those known last are used before they are read again.
const RETRY: Duration = Duration::from_secs(5);
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

    /// The settings of a kind in one scope, at most [`TTL`] old; as they were known last while the store does not answer.
    pub(crate) async fn declared_in(&self, scope: SettingScope, kind: SettingKind) -> Result<Arc<Vec<Setting>>> {
        let now = Instant::now();
        let known = self.declarations.0.get(&(scope, kind));
        if let Some((read_at, settings)) = &known
            && now < *read_at + TTL
        {
            return Ok(Arc::clone(settings));
        }
        let reading = self.store().settings(scope, kind);
        let settings = match known {
            None => reading.await?,
            Some((_, known)) => match timeout(PATIENCE, reading).await {
                Ok(Ok(settings)) => settings,
                Ok(Err(error)) if error.kind() != ErrorKind::Unavailable => return Err(error),
                Ok(Err(_)) | Err(_) => {
                    tracing::debug!(?scope, ?kind, "settings cannot be read; those known last are used");
                    let retry_at = Instant::now() + RETRY - TTL;
                    self.declarations.0.insert((scope, kind), (retry_at, Arc::clone(&known)));
                    return Ok(known);
                }
            },
        };
        let settings = Arc::new(settings);
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
