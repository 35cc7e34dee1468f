//! `task.list`: the tasks of what is ingested, or the batches that are processed. Deletions have no stored tasks.

use axum::Json;
use erstwhile::engine::{ListedTasks, ProjectHandle};
use erstwhile::model::{ImportJob, ImportState, Task, TaskId, TaskState};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;

use super::page::{Page, PageQuery, SIZE_MAX, invalid_cursor};
use super::tasks::WireTask;
use crate::http::body::Query;
use crate::http::caller::Reader;
use crate::http::error::ApiError;

/// The statuses by which tasks are listed.
const STATUSES: [&str; 5] = ["pending", "processing", "succeeded", "partial", "failed"];
/// The type of the tasks of batches.
const BATCHES: &str = "batch.process";
/// The types of stored tasks, each with the operations that have it.
const STORED: [(&str, &[&str]); 5] = [
    ("thread.add_messages", &["add_messages"]),
    ("graph.add", &["add_data", "add_batch"]),
    ("graph.add_nodes", &["add_nodes"]),
    ("graph.add_fact_triple", &["add_fact_triple"]),
    ("graph.clone", &["clone_graph"]),
];
/// The other types of the API. Such tasks are complete before they are answered, and not kept, or belong to what is not built.
const OTHERS: [&str; 24] = [
    "user.delete",
    "agent.delete",
    "thread.delete",
    "graph.delete",
    "graph.add_edges",
    "graph.add_triple",
    "graph.edge.add",
    "graph.warm",
    "graph.episode.delete",
    "graph.node.delete",
    "graph.edge.delete",
    "graph.hyperedge.add",
    "graph.hyperedge.create_edge",
    "graph.hyperedge.delete",
    "graph.hyperedge.delete_edge",
    "agent.trajectory.finalize",
    "agent.trajectory.repair.task_family",
    "agent.trajectory.repair.evidence_deletion",
    "agent.trajectory_import.run",
    "agent.trajectory_import.delete",
    "agent.verifier.repair.evidence_invalidation",
    "agent.skill.repair.source_deletion",
    "agent.skill.export",
    "agent.skill.import",
];
/// How many batches are read at once.
const BATCHES_READ: i64 = 100;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct ListQuery {
    page_size: Option<i64>,
    cursor: Option<String>,
    status: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
}

/// Lists tasks, newest first.
pub(super) async fn list(
    Reader(project): Reader,
    Query(query): Query<ListQuery>,
) -> Result<Json<Page<WireTask>>, ApiError> {
    let page = PageQuery { page_size: query.page_size, cursor: query.cursor, ..PageQuery::default() };
    let given = |text: Option<String>| text.filter(|text| !text.is_empty());
    let status = given(query.status);
    if status.as_deref().is_some_and(|status| !STATUSES.contains(&status)) {
        let message = format!("status must be one of {}", STATUSES.join(", "));
        return Err(ApiError::bad_request(message).with_param("status"));
    }
    let kind = given(query.kind);
    match kind.as_deref() {
        Some(BATCHES) => batches(&project, &page, status.as_deref()).await,
        None => stored(&project, &page, &[], status.as_deref()).await,
        Some(kind) => match STORED.into_iter().find(|(known, _)| *known == kind) {
            Some((_, kinds)) => stored(&project, &page, kinds, status.as_deref()).await,
            None if OTHERS.contains(&kind) => Ok(Json(Page::until(Vec::new(), None))),
            None => {
                let known = STORED.iter().map(|(known, _)| *known).chain([BATCHES]).chain(OTHERS);
                let message = format!("type must be one of {}", known.collect::<Vec<_>>().join(", "));
                Err(ApiError::bad_request(message).with_param("type"))
            }
        },
    }
}

async fn stored(
    project: &ProjectHandle,
    page: &PageQuery,
    kinds: &[&str],
    status: Option<&str>,
) -> Result<Json<Page<WireTask>>, ApiError> {
    let states: &[TaskState] = match status {
        Some("pending") => &[TaskState::Pending],
        Some("processing") => &[TaskState::Processing],
        Some("succeeded") => &[TaskState::Succeeded],
        // Whether a task failed in part is told by its episodes.
        Some(_) => &[TaskState::Failed],
        None => &[],
    };
    let size = usize::try_from(page.size(SIZE_MAX)?).unwrap_or(0);
    let time = |at: i64| Timestamp::from_microsecond(at).map_err(|_| invalid_cursor());
    let mut after = page.after()?.map(|(at, uuid)| Ok::<_, ApiError>((time(at)?, TaskId(uuid)))).transpose()?;
    let mut tasks: Vec<Task> = Vec::new();
    loop {
        let wanted = size + 1;
        let found = project.list_tasks(ListedTasks { kinds, states, after }, wanted).await?;
        let is_last = found.len() < wanted;
        after = found.last().map(|task| (task.created_at, task.id));
        let is_wanted = |task: &Task| match status {
            Some("partial") => task.failed < task.total,
            Some("failed") => task.failed == task.total,
            _ => true,
        };
        tasks.extend(found.into_iter().filter(is_wanted));
        if is_last || tasks.len() > size {
            break;
        }
    }
    let has_more = tasks.len() > size;
    tasks.truncate(size);
    let next =
        tasks.last().filter(|_| has_more).map(|task| format!("{}.{}", task.created_at.as_microsecond(), task.id.0));
    Ok(Json(Page::until(tasks.into_iter().map(WireTask::from).collect(), next)))
}

/// The tasks of batches; the cursor is the number of batches before the page.
async fn batches(
    project: &ProjectHandle,
    page: &PageQuery,
    status: Option<&str>,
) -> Result<Json<Page<WireTask>>, ApiError> {
    let state = match status {
        // The task of a batch begins when its processing is requested.
        Some("pending") => Some(ImportState::Queued),
        Some(status) => ImportState::ALL.into_iter().find(|state| state.as_str() == status),
        None => None,
    };
    let size = usize::try_from(page.size(SIZE_MAX)?).unwrap_or(0);
    let cursor = page.cursor.as_deref().filter(|cursor| !cursor.is_empty());
    let mut offset: i64 = cursor.map(|cursor| cursor.parse().map_err(|_| invalid_cursor())).transpose()?.unwrap_or(0);
    if offset < 0 {
        return Err(invalid_cursor());
    }
    let mut tasks = Vec::new();
    loop {
        let jobs: Vec<ImportJob> = project.list_imports(state, BATCHES_READ, offset).await?;
        if jobs.is_empty() {
            return Ok(Json(Page::until(tasks, None)));
        }
        for job in jobs {
            let is_draft = job.state == ImportState::Draft;
            if !is_draft && tasks.len() == size {
                return Ok(Json(Page::until(tasks, Some(offset.to_string()))));
            }
            offset = offset.saturating_add(1);
            if !is_draft {
                tasks.push(WireTask::of_batch(&job));
            }
        }
    }
}
