//! `batch.*`: import jobs.

use axum::response::NoContent;
use schemars::JsonSchema;
use std::collections::HashMap;

use axum::Json;
use axum::extract::State;
use erstwhile::engine::{GraphRef, NewEpisode, NewImportItem, ProjectHandle};
use erstwhile::model::{EpisodeKind, ImportItem, ImportJob, ImportJobId, ImportState, ImportTarget, Metadata, Role};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::checks;
use super::page::{CursorQuery, Page, PageQuery, SIZE_MAX};
use super::path::{PathUuids, identifier};
use super::tasks::WireTask;
use crate::app::App;
use crate::http::answers::{Accepted, Created};
use crate::http::body::{Body, ObjectOnly, Query, optional_time};
use crate::http::caller::{Reader, Writer};
use crate::http::erasure::Erased;
use crate::http::error::ApiError;
use crate::settings::Limits;

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct WireBatch {
    uuid: Uuid,
    status: &'static str,
    metadata: Metadata,
    strict_ontology: bool,
    progress: Progress,
    created_at: Timestamp,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Progress {
    stage: &'static str,
    total_items: i64,
    processing_items: i64,
    succeeded_items: i64,
    failed_items: i64,
}

impl From<ImportJob> for WireBatch {
    fn from(job: ImportJob) -> Self {
        let (status, counts) = (job.state.as_str(), job.counts);
        Self {
            uuid: job.id.0,
            status,
            metadata: job.metadata,
            strict_ontology: job.strict_ontology,
            progress: Progress {
                stage: status,
                total_items: counts.total(),
                processing_items: counts.processing,
                succeeded_items: counts.succeeded,
                failed_items: counts.failed,
            },
            created_at: job.created_at,
        }
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct WireItem {
    uuid: Uuid,
    #[serde(rename = "type")]
    kind: &'static str,
    status: &'static str,
    sequence_index: i64,
    episode_uuid: Uuid,
    source_uuid: Uuid,
    graph_uuid: Uuid,
    user_uuid: Option<Uuid>,
    thread_uuid: Option<Uuid>,
    created_at: Timestamp,
}

/// The uuids of users and threads that items name by the application's own ids.
#[derive(Default)]
struct Owners {
    uuids: HashMap<ImportTarget, Option<Uuid>>,
}

impl Owners {
    /// The uuid of an item's user or thread; `None` if it was deleted.
    async fn uuid(&mut self, project: &ProjectHandle, target: &ImportTarget) -> Result<Option<Uuid>, ApiError> {
        if let Some(known) = self.uuids.get(target) {
            return Ok(*known);
        }
        let found = match target {
            ImportTarget::User(id) => project.user(id.clone()).get().await.map(|user| user.uuid.0),
            ImportTarget::Thread(id) => project.thread(id.clone()).get().await.map(|thread| thread.uuid.0),
            ImportTarget::Graph(_) | ImportTarget::Deleted => return Ok(None),
        };
        let uuid = match found {
            Err(error) if error.kind() == erstwhile::ErrorKind::NotFound => None,
            found => Some(found?),
        };
        self.uuids.insert(target.clone(), uuid);
        Ok(uuid)
    }

    async fn wire(
        &mut self,
        project: &ProjectHandle,
        item: ImportItem,
        batch: ImportState,
    ) -> Result<WireItem, ApiError> {
        let uuid = self.uuid(project, &item.target).await?;
        let status = item.state.as_str(batch);
        let is_message = matches!(item.target, ImportTarget::Thread(_));
        Ok(WireItem {
            uuid: item.episode.0,
            kind: if is_message { "thread_message" } else { "graph_episode" },
            status,
            sequence_index: item.seq - 1,
            episode_uuid: item.episode.0,
            source_uuid: item.episode.0,
            graph_uuid: item.graph.0,
            user_uuid: uuid.filter(|_| !is_message),
            thread_uuid: uuid.filter(|_| is_message),
            created_at: item.created_at,
        })
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct CreateBatch {
    metadata: Option<Metadata>,
    ignore_roles: Option<Vec<String>>,
    strict_ontology: Option<bool>,
}

pub(super) async fn create(
    State(app): State<App>,
    Writer(project): Writer,
    Body(body): Body<CreateBatch>,
) -> Result<Created<WireBatch>, ApiError> {
    let roles = body.ignore_roles.unwrap_or_default();
    let roles = roles.iter().map(|name| checks::role("ignore_roles", name)).collect::<Result<Vec<Role>, _>>()?;
    let metadata = body.metadata.unwrap_or_default();
    checks::metadata(&metadata, app.limits.metadata_keys_max)?;
    let created = project.create_import(metadata, roles, body.strict_ontology.unwrap_or(false)).await?;
    Ok(Created(created.into()))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct ListQuery {
    page_size: Option<i64>,
    cursor: Option<String>,
    status: Option<String>,
}

pub(super) async fn list(
    Reader(project): Reader,
    Query(query): Query<ListQuery>,
) -> Result<Json<Page<WireBatch>>, ApiError> {
    let page = PageQuery { page_size: query.page_size, cursor: query.cursor, ..PageQuery::default() };
    let size = page.size(SIZE_MAX)?;
    let number = page.number(size)?;
    let status = query.status.as_deref().filter(|status| !status.is_empty());
    let state = match status.map(checks::batch_status).transpose()? {
        Some(None) => return Ok(Json(Page::unnumbered(Vec::new(), number, size))),
        state => state.flatten(),
    };
    let jobs = project.list_imports(state, size + 1, (number - 1).saturating_mul(size)).await?;
    Ok(Json(Page::unnumbered(jobs, number, size).map(WireBatch::from)))
}

pub(super) async fn get(Reader(project): Reader, PathUuids([id]): PathUuids<1>) -> Result<Json<WireBatch>, ApiError> {
    Ok(Json(project.import_job(ImportJobId(id)).get().await?.into()))
}

pub(super) async fn delete(
    Writer(project): Writer,
    PathUuids([id]): PathUuids<1>,
) -> Result<Erased<NoContent>, ApiError> {
    Ok(Erased(project.import_job(ImportJobId(id)).delete().await?, NoContent))
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Started {
    batch: WireBatch,
    task: WireTask,
}

pub(super) async fn process(
    Writer(project): Writer,
    PathUuids([id]): PathUuids<1>,
) -> Result<Accepted<Started>, ApiError> {
    let job = project.import_job(ImportJobId(id)).start().await?;
    let task = WireTask::of_batch(&job);
    Ok(Accepted(Started { batch: job.into(), task }))
}

pub(super) async fn list_items(
    Reader(project): Reader,
    PathUuids([id]): PathUuids<1>,
    Query(page): Query<CursorQuery>,
) -> Result<Json<Page<WireItem>>, ApiError> {
    let page = PageQuery::from(page);
    let size = page.size(SIZE_MAX)?;
    let number = page.number(size)?;
    let job = project.import_job(ImportJobId(id)).get().await?;
    // Items are numbered from 1 without gaps.
    let items = project.import_job(job.id).items((number - 1).saturating_mul(size), None, size).await?;
    let (mut owners, mut wire) = (Owners::default(), Vec::with_capacity(items.len()));
    for item in items {
        wire.push(owners.wire(&project, item, job.state).await?);
    }
    Ok(Json(Page::numbered(wire, number, size, job.counts.total())))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct AddItems {
    items: Vec<NewItem>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
struct NewItem {
    #[serde(rename = "type")]
    kind: String,
    thread_uuid: Option<String>,
    user_uuid: Option<String>,
    graph_uuid: Option<String>,
    content: Option<String>,
    role: Option<String>,
    name: Option<String>,
    data: Option<String>,
    data_type: Option<String>,
    reference_time: Option<String>,
    document_id: Option<String>,
    metadata: Option<Metadata>,
    source_description: Option<String>,
    #[serde(flatten)]
    _object: ObjectOnly,
}

/// The graph or thread that an item names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum NamedTarget {
    Thread(Uuid),
    /// A graph, or the user whose graph it is.
    Graph(Uuid),
}

impl NewItem {
    fn parse(self, limits: &Limits) -> Result<(NamedTarget, NewImportItem), ApiError> {
        let missing = |name: &str| ApiError::bad_request(format!("{name} is missing"));
        let metadata = self.metadata.unwrap_or_default();
        checks::metadata(&metadata, limits.metadata_keys_max)?;
        let (target, data, kind, role, max) = match self.kind.as_str() {
            "thread_message" => {
                let thread = self.thread_uuid.ok_or_else(|| missing("thread_uuid"))?;
                let role = checks::role("role", &self.role.ok_or_else(|| missing("role"))?)?;
                let content = self.content.ok_or_else(|| missing("content"))?;
                let target = NamedTarget::Thread(identifier("thread_uuid", &thread)?);
                (target, content, EpisodeKind::Message, Some(role), limits.message_characters_max)
            }
            "graph_episode" => {
                let target = match (self.user_uuid, self.graph_uuid) {
                    (Some(user), None) => NamedTarget::Graph(identifier("user_uuid", &user)?),
                    (None, Some(graph)) => NamedTarget::Graph(identifier("graph_uuid", &graph)?),
                    _ => return Err(ApiError::bad_request("exactly one of user_uuid and graph_uuid must be given")),
                };
                let kind = EpisodeKind::parse(self.data_type.as_deref().unwrap_or("text"));
                let kind = kind.filter(|kind| *kind != EpisodeKind::FactTriple);
                let kind = kind.ok_or_else(|| ApiError::bad_request("data_type must be one of text, json, message"))?;
                let data = self.data.ok_or_else(|| missing("data"))?;
                if kind == EpisodeKind::Json && serde_json::from_str::<Value>(&data).is_err() {
                    return Err(ApiError::bad_request("data must be valid JSON"));
                }
                (target, data, kind, None, limits.data_characters_max)
            }
            _ => return Err(ApiError::bad_request("type must be one of graph_episode, thread_message")),
        };
        checks::characters("the text", &data, max)?;
        if data.trim().is_empty() {
            return Err(ApiError::bad_request("the text must not be empty"));
        }
        let episode = NewEpisode {
            kind,
            data,
            created_at: optional_time("reference_time", self.reference_time.as_ref())?,
            source_description: self.source_description,
            document_id: self.document_id,
            metadata,
            strict: false,
        };
        Ok((target, NewImportItem { target: ImportTarget::Deleted, episode, role, name: self.name }))
    }
}

/// The target that an item names by a uuid, as import jobs store it.
async fn located(project: &ProjectHandle, target: NamedTarget) -> Result<ImportTarget, ApiError> {
    match target {
        NamedTarget::Thread(uuid) => Ok(ImportTarget::Thread(project.thread_by_uuid(uuid).await?.thread_id)),
        NamedTarget::Graph(uuid) => match project.graph_by_uuid(uuid).await?.reference {
            GraphRef::User(id) => Ok(ImportTarget::User(id)),
            GraphRef::Graph(id) => Ok(ImportTarget::Graph(id)),
            GraphRef::Thread(_) => Err(erstwhile::Error::not_found("graph").into()),
        },
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct AddedItems {
    items: Vec<WireItem>,
    rejected_items: Vec<RejectedItem>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct RejectedItem {
    /// The position in the request.
    index: usize,
    reason: String,
}

/// Adds the items that can be added, and says why the others cannot.
pub(super) async fn add_items(
    State(app): State<App>,
    Writer(project): Writer,
    PathUuids([id]): PathUuids<1>,
    Body(body): Body<AddItems>,
) -> Result<Json<AddedItems>, ApiError> {
    let job = project.import_job(ImportJobId(id));
    let state = job.get().await?.state;
    let (mut accepted, mut rejected_items) = (Vec::new(), Vec::new());
    let mut targets: HashMap<NamedTarget, ImportTarget> = HashMap::new();
    for (index, item) in body.items.into_iter().enumerate() {
        let checked = match item.parse(&app.limits) {
            Ok((named, item)) => match targets.get(&named) {
                Some(target) => Ok((target.clone(), item)),
                None => located(&project, named).await.map(|target| {
                    targets.insert(named, target.clone());
                    (target, item)
                }),
            },
            Err(error) => Err(error),
        };
        match checked {
            Ok((target, item)) => accepted.push(NewImportItem { target, ..item }),
            Err(error) if error.status().is_client_error() => {
                rejected_items.push(RejectedItem { index, reason: error.message().to_owned() });
            }
            Err(error) => return Err(error),
        }
    }
    let (mut owners, mut items) = (Owners::default(), Vec::with_capacity(accepted.len()));
    if !accepted.is_empty() || rejected_items.is_empty() {
        for item in job.add_items(accepted).await? {
            items.push(owners.wire(&project, item, state).await?);
        }
    }
    Ok(Json(AddedItems { items, rejected_items }))
}
