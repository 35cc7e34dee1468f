//! The events of ingestion for webhooks.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use uuid::Uuid;

use super::requests::Source;
use erstwhile_core::change::Change;
use erstwhile_core::error::Result;
use erstwhile_core::model::{Episode, EpisodeId, EpisodeState, TaskId, WebhookEvent};

/// The notifications about episodes that are settled by these changes, and about the tasks that end with them.
pub(super) async fn of_episodes(source: Source<'_>, episodes: &[Episode], changes: &[Change]) -> Result<Vec<Change>> {
    let Source { state, partition, .. } = source;
    if !state.has_webhooks(partition.project).await? {
        return Ok(Vec::new());
    }
    let failed = |id: EpisodeId| {
        let is_its_failure =
            |change: &Change| matches!(change, Change::SetEpisodeState(of, EpisodeState::Failed(_)) if *of == id);
        changes.iter().any(is_its_failure)
    };
    let mut events: Vec<(WebhookEvent, Uuid, Value)> = Vec::new();
    let mut of_tasks: BTreeMap<TaskId, (i64, i64)> = BTreeMap::new();
    for episode in episodes {
        let is_failed = failed(episode.id);
        let status = if is_failed { "failed" } else { "processed" };
        let data = json!({
            "episode_uuid": episode.id.0, "graph_uuid": partition.id.0,
            "task_uuid": episode.task.map(|task| task.0), "status": status,
        });
        events.push((WebhookEvent::EpisodeProcessed, episode.id.0, data));
        if let Some(task) = episode.task {
            let (settled, failures) = of_tasks.entry(task).or_default();
            (*settled, *failures) = (*settled + 1, *failures + i64::from(is_failed));
        }
    }
    for (id, (settled, failures)) in of_tasks {
        let task = state.store().find_task(source.graph(), id).await?;
        // Episodes are read in order, so the last one of a task ends it.
        if let Some(task) = task.filter(|task| task.done + settled >= task.total) {
            let failures = task.failed + failures;
            let status = match failures {
                0 => "succeeded",
                all if all >= task.total => "failed",
                _ => "partial",
            };
            let data = json!({
                "task_uuid": id.0, "graph_uuid": partition.id.0, "status": status,
                "episodes": task.total, "failed": failures,
            });
            events.push((WebhookEvent::TaskFinished, id.0, data));
        }
    }
    let notifications = state.notifications(partition.project, events).await?;
    Ok(notifications.into_iter().map(Change::Notify).collect())
}
