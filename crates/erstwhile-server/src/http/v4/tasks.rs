//! `task.get`, and the tasks that other calls return.
//!
//! What is ingested later has a task that is stored. Nothing of what a deletion deleted may stay, so its task is not
//! stored: the uuid says what it was and when, and whether its erasure was still pending when it was answered. Such a task
//! is processing until the erasure is complete.

use axum::Json;
use erstwhile::ErrorKind;
use erstwhile::engine::{ErasureState, ProjectHandle};
use erstwhile::model::{ImportJob, ImportJobId, ImportState, Task, TaskId, TaskState};
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::path::PathUuids;
use crate::http::answers::Accepted;
use crate::http::caller::Reader;
use crate::http::error::ApiError;

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct WireTask {
    uuid: Uuid,
    #[serde(rename = "type")]
    kind: String,
    status: &'static str,
    progress: Progress,
    error: Option<TaskError>,
    created_at: Timestamp,
    started_at: Option<Timestamp>,
    updated_at: Timestamp,
    completed_at: Option<Timestamp>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Progress {
    stage: &'static str,
}

#[derive(Debug, Serialize, JsonSchema)]
struct TaskError {
    code: &'static str,
    message: String,
}

/// `{"task": {...}}`
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct TaskOnly {
    task: WireTask,
}

impl From<Task> for WireTask {
    fn from(task: Task) -> Self {
        let status = match task.state {
            TaskState::Pending => "pending",
            TaskState::Processing => "processing",
            TaskState::Succeeded => "succeeded",
            TaskState::Failed if task.failed < task.total => "partial",
            TaskState::Failed => "failed",
        };
        let kind = match task.kind.as_str() {
            "add_messages" => "thread.add_messages",
            "add_data" | "add_batch" => "graph.add",
            "add_nodes" => "graph.add_nodes",
            "add_fact_triple" => "graph.add_fact_triple",
            "clone_graph" => "graph.clone",
            other => other,
        };
        let error = task.error.filter(|_| task.failed > 0);
        Self {
            uuid: task.id.0,
            kind: kind.to_owned(),
            status,
            progress: Progress { stage: status },
            error: error.map(|message| TaskError { code: "ingestion_failed", message }),
            created_at: task.created_at,
            started_at: (task.done > 0).then_some(task.created_at),
            updated_at: task.completed_at.unwrap_or(task.created_at),
            completed_at: task.completed_at,
        }
    }
}

impl WireTask {
    /// The task of processing a batch, which has the batch's uuid.
    pub(super) fn of_batch(job: &ImportJob) -> Self {
        let status = match job.state {
            ImportState::Draft | ImportState::Queued => "pending",
            state => state.as_str(),
        };
        let failed = job.counts.failed;
        let error = (failed > 0 && job.completed_at.is_some())
            .then(|| TaskError { code: "ingestion_failed", message: format!("{failed} items failed") });
        Self {
            uuid: job.id.0,
            kind: "batch.process".to_owned(),
            status,
            progress: Progress { stage: status },
            error,
            created_at: job.processed_at.unwrap_or(job.created_at),
            started_at: job.processed_at,
            updated_at: job.updated_at,
            completed_at: job.completed_at,
        }
    }
}

/// Marks the uuid of a deletion whose erasure was pending when it was answered.
const PENDING: u8 = 0x80;

/// What is complete before it is answered, but for the erasure of what was deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Completed {
    UserDelete,
    ThreadDelete,
    GraphDelete,
    GraphWarm,
    EpisodeDelete,
    NodeDelete,
    EdgeDelete,
    EdgeAdd,
    HyperedgeAdd,
    HyperedgeEdgeAdd,
    HyperedgeDelete,
    HyperedgeEdgeDelete,
}

impl Completed {
    const ALL: [Self; 12] = [
        Self::UserDelete,
        Self::ThreadDelete,
        Self::GraphDelete,
        Self::GraphWarm,
        Self::EpisodeDelete,
        Self::NodeDelete,
        Self::EdgeDelete,
        Self::EdgeAdd,
        Self::HyperedgeAdd,
        Self::HyperedgeEdgeAdd,
        Self::HyperedgeDelete,
        Self::HyperedgeEdgeDelete,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::UserDelete => "user.delete",
            Self::ThreadDelete => "thread.delete",
            Self::GraphDelete => "graph.delete",
            Self::GraphWarm => "graph.warm",
            Self::EpisodeDelete => "graph.episode.delete",
            Self::NodeDelete => "graph.node.delete",
            Self::EdgeDelete => "graph.edge.delete",
            Self::EdgeAdd => "graph.add_edges",
            Self::HyperedgeAdd => "graph.hyperedge.add",
            Self::HyperedgeEdgeAdd => "graph.hyperedge.create_edge",
            Self::HyperedgeDelete => "graph.hyperedge.delete",
            Self::HyperedgeEdgeDelete => "graph.hyperedge.delete_edge",
        }
    }

    /// The place in [`Self::ALL`], which is part of uuids.
    fn number(self) -> u8 {
        match self {
            Self::UserDelete => 0,
            Self::ThreadDelete => 1,
            Self::GraphDelete => 2,
            Self::GraphWarm => 3,
            Self::EpisodeDelete => 4,
            Self::NodeDelete => 5,
            Self::EdgeDelete => 6,
            Self::EdgeAdd => 7,
            Self::HyperedgeAdd => 8,
            Self::HyperedgeEdgeAdd => 9,
            Self::HyperedgeDelete => 10,
            Self::HyperedgeEdgeDelete => 11,
        }
    }

    /// The task of an operation on an object that is complete now.
    pub(super) fn task(self, project: &ProjectHandle, object: Uuid, now: Timestamp) -> WireTask {
        self.task_of(project, object, now, ErasureState::Done)
    }

    fn task_of(self, project: &ProjectHandle, object: Uuid, now: Timestamp, erasure: ErasureState) -> WireTask {
        let is_pending = erasure == ErasureState::Pending;
        let milliseconds = u64::try_from(now.as_millisecond()).unwrap_or(0).to_be_bytes();
        let mut bytes = [0; 16];
        bytes[..6].copy_from_slice(&milliseconds[2..]);
        bytes[7] = self.number() | if is_pending { PENDING } else { 0 };
        bytes[9..12].copy_from_slice(&Uuid::new_v5(&project.id().0, object.as_bytes()).as_bytes()[..3]);
        let uuid = sealed(project, bytes);
        self.at(uuid, now, is_pending)
    }

    /// The answer of a call that is complete now.
    pub(super) fn answer(self, project: &ProjectHandle, object: Uuid, now: Timestamp) -> Accepted<TaskOnly> {
        Accepted(TaskOnly { task: self.task(project, object, now) })
    }

    /// The answer of a deletion.
    pub(super) fn deleted(
        self,
        project: &ProjectHandle,
        object: Uuid,
        now: Timestamp,
        erasure: ErasureState,
    ) -> Accepted<TaskOnly> {
        Accepted(TaskOnly { task: self.task_of(project, object, now, erasure) })
    }

    fn at(self, uuid: Uuid, at: Timestamp, is_pending: bool) -> WireTask {
        let (status, stage) = if is_pending { ("processing", "erasing") } else { ("succeeded", "succeeded") };
        WireTask {
            uuid,
            kind: self.name().to_owned(),
            status,
            progress: Progress { stage },
            error: None,
            created_at: at,
            started_at: Some(at),
            updated_at: at,
            completed_at: (!is_pending).then_some(at),
        }
    }
}

/// The uuid with these bytes, in whose last four is a checksum that only this project has.
fn sealed(project: &ProjectHandle, mut bytes: [u8; 16]) -> Uuid {
    bytes[12..].fill(0);
    let plain = uuid::Builder::from_custom_bytes(bytes).into_uuid();
    let check = Uuid::new_v5(&project.id().0, plain.as_bytes());
    bytes[12..].copy_from_slice(&check.as_bytes()[..4]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// An operation that a uuid says, when it was, and whether its erasure was pending.
struct Said {
    operation: Completed,
    at: Timestamp,
    was_pending: bool,
}

/// What a uuid says, if it is one of a completed operation.
fn said(project: &ProjectHandle, uuid: Uuid) -> Option<Said> {
    let bytes = *uuid.as_bytes();
    if sealed(project, bytes) != uuid {
        return None;
    }
    let operation = Completed::ALL.into_iter().find(|operation| operation.number() == bytes[7] & !PENDING)?;
    let mut milliseconds = [0; 8];
    milliseconds[2..].copy_from_slice(&bytes[..6]);
    let at = Timestamp::from_millisecond(i64::from_be_bytes(milliseconds)).ok()?;
    Some(Said { operation, at, was_pending: bytes[7] & PENDING != 0 })
}

/// The task that a uuid says, if it is one of a completed operation.
async fn completed(project: &ProjectHandle, uuid: Uuid) -> Result<Option<WireTask>, ApiError> {
    let Some(Said { operation, at, was_pending }) = said(project, uuid) else { return Ok(None) };
    // Its erasure was recorded in the millisecond of the uuid or earlier. Which one it is, nothing says any more, so the
    // task waits for all that are as old: they are completed together.
    let before = at.saturating_add(SignedDuration::from_millis(1)).unwrap_or(Timestamp::MAX);
    let is_pending = was_pending && project.has_pending_erasures(before).await?;
    Ok(Some(operation.at(uuid, at, is_pending)))
}

pub(super) async fn get(Reader(project): Reader, PathUuids([uuid]): PathUuids<1>) -> Result<Json<WireTask>, ApiError> {
    if let Some(task) = completed(&project, uuid).await? {
        return Ok(Json(task));
    }
    match project.import_job(ImportJobId(uuid)).get().await {
        Ok(job) if job.state != ImportState::Draft => Ok(Json(WireTask::of_batch(&job))),
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
        Ok(_) | Err(_) => Ok(Json(stored(&project, TaskId(uuid)).await?)),
    }
}

/// A task that is stored.
pub(super) async fn stored(project: &ProjectHandle, id: TaskId) -> Result<WireTask, ApiError> {
    Ok(project.task(id).await?.into())
}
