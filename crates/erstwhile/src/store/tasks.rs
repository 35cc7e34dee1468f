//! Lists of tasks.

use erstwhile_core::error::Result;
use erstwhile_core::model::{EpisodeState, GraphId, ProjectId, TaskId};
use jiff::Timestamp;

use super::Store;
use super::rows::{id, read_time, text, time, uuid_of};
use super::sql::{Row, Value};
use super::statements as sql_text;

/// Which tasks of a project are listed, newest first.
#[derive(Debug, Clone)]
pub struct TaskListing<'a> {
    /// The kinds; all when empty. Not more than two.
    pub kinds: &'a [&'a str],
    /// Only tasks with an episode in this state, which is `Pending` or `Failed`.
    pub with: Option<EpisodeState>,
    /// Only tasks after this one in the list.
    pub after: Option<(Timestamp, TaskId)>,
    /// How many.
    pub limit: i64,
}

impl Store {
    /// The graphs, ids and times of creation of tasks.
    pub async fn list_tasks(
        &self,
        project: ProjectId,
        listing: TaskListing<'_>,
    ) -> Result<Vec<(GraphId, TaskId, Timestamp)>> {
        let statement = match listing.with {
            Some(EpisodeState::Pending) => &sql_text::TASKS_WITH_PENDING,
            Some(EpisodeState::Failed(_)) => &sql_text::TASKS_WITH_FAILED,
            _ => &sql_text::TASKS,
        };
        let kind = |at: usize| text(listing.kinds.get(at).or(listing.kinds.first()).copied().unwrap_or_default());
        let (at, task) = match listing.after {
            Some((at, task)) => (time(at), id(task.0)),
            None => (Value::Int(i64::MAX), id(uuid::Uuid::max())),
        };
        let params = vec![id(project.0), kind(0), kind(1), at, task, Value::Int(listing.limit)];
        let read = |row: Row| {
            let mut row = row.reader();
            Ok((GraphId(uuid_of(&row.blob()?)?), TaskId(uuid_of(&row.blob()?)?), read_time(row.int()?)?))
        };
        self.many(statement, params, read).await
    }
}
