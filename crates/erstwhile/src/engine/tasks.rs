//! Lists of tasks.

use jiff::Timestamp;

use super::ProjectHandle;
use crate::store::TaskListing;
use erstwhile_core::error::{ErrorKind, Result};
use erstwhile_core::model::{EpisodeState, Task, TaskId, TaskState};

/// Which tasks are listed.
#[derive(Debug, Clone, Default)]
pub struct ListedTasks<'a> {
    /// The operations, such as `add_messages`, not more than two; all when empty.
    pub kinds: &'a [&'a str],
    /// Only those in one of these states; all when empty.
    pub states: &'a [TaskState],
    /// Only those that the list has after this one, by its time of creation and id.
    pub after: Option<(Timestamp, TaskId)>,
}

impl ProjectHandle {
    /// The tasks of the project, newest first, without damaged ones.
    pub async fn list_tasks(&self, listed: ListedTasks<'_>, limit: usize) -> Result<Vec<Task>> {
        let chunk = i64::try_from(limit).unwrap_or(i64::MAX).max(1);
        // Of a task in other states, no episode tells the state.
        let with = match listed.states {
            [TaskState::Failed] => Some(EpisodeState::Failed(String::new())),
            states if is_unfinished(states) => Some(EpisodeState::Pending),
            _ => None,
        };
        let (mut found, mut after) = (Vec::new(), listed.after);
        loop {
            let listing = TaskListing { kinds: listed.kinds, with: with.clone(), after, limit: chunk };
            let candidates = self.store().list_tasks(self.id, listing).await?;
            let is_last = candidates.len() < limit;
            for (_, id, created_at) in candidates {
                after = Some((created_at, id));
                let task = match self.task(id).await {
                    Ok(task) => task,
                    // It was deleted with its graph in the meantime, or is damaged.
                    Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Corrupt) => continue,
                    Err(error) => return Err(error),
                };
                if listed.states.is_empty() || listed.states.contains(&task.state) {
                    found.push(task);
                }
                if found.len() == limit {
                    return Ok(found);
                }
            }
            if is_last {
                return Ok(found);
            }
        }
    }
}

fn is_unfinished(states: &[TaskState]) -> bool {
    !states.is_empty() && states.iter().all(|state| matches!(state, TaskState::Pending | TaskState::Processing))
}
