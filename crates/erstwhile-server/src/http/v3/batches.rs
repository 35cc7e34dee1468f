//! `batch.*`: import jobs.

use axum::Json;
use axum::extract::State;
use erstwhile::engine::{NewEpisode, NewImportItem};
use erstwhile::model::{
    EpisodeKind, ImportItem, ImportItemState, ImportJob, ImportJobId, ImportState, ImportTarget, Metadata, Role,
};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::checks;
use super::wire::Success;
use crate::app::App;
use crate::http::body::{Body, ObjectOnly, PathUuid, Query, optional_time};
use crate::http::caller::{Reader, Writer};
use crate::http::erasure::Erased;
use crate::http::error::ApiError;
use crate::settings::Limits;

/// Default and maximum number of rows on a page.
const PAGE_SIZE: i64 = 100;
const PAGE_SIZE_MAX: i64 = 1_000;

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct WireBatch {
    batch_id: Uuid,
    status: &'static str,
    metadata: Metadata,
    ignore_roles: Vec<&'static str>,
    strict_ontology: bool,
    item_count: i64,
    progress: Progress,
    created_at: Timestamp,
    updated_at: Timestamp,
    processed_at: Option<Timestamp>,
    completed_at: Option<Timestamp>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Progress {
    total_items: i64,
    queued_items: i64,
    processing_items: i64,
    succeeded_items: i64,
    failed_items: i64,
    skipped_items: i64,
    canceled_items: i64,
    percent_complete: f64,
}

impl From<ImportJob> for WireBatch {
    fn from(job: ImportJob) -> Self {
        let counts = job.counts;
        let over = counts.succeeded + counts.failed;
        let percent = if counts.total() == 0 { 0.0 } else { over as f64 * 100.0 / counts.total() as f64 };
        Self {
            batch_id: job.id.0,
            status: job.state.as_str(),
            metadata: job.metadata,
            ignore_roles: job.ignore_roles.into_iter().map(Role::as_str).collect(),
            strict_ontology: job.strict_ontology,
            item_count: counts.total(),
            progress: Progress {
                total_items: counts.total(),
                queued_items: counts.pending,
                processing_items: counts.processing,
                succeeded_items: counts.succeeded,
                failed_items: counts.failed,
                skipped_items: 0,
                canceled_items: 0,
                percent_complete: percent,
            },
            created_at: job.created_at,
            updated_at: job.updated_at,
            processed_at: job.processed_at,
            completed_at: job.completed_at,
        }
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct WireItem {
    item_id: Uuid,
    sequence_index: i64,
    kind: &'static str,
    status: &'static str,
    episode_uuid: Uuid,
    source_uuid: Uuid,
    graph_uuid: Uuid,
    graph_id: Option<String>,
    user_id: Option<String>,
    /// Always `None`: items use the application's own ids.
    user_uuid: Option<Uuid>,
    thread_id: Option<String>,
    document_id: Option<String>,
    error: Option<Value>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl WireItem {
    fn new(item: ImportItem, batch: ImportState) -> Self {
        let (mut graph_id, mut user_id, mut thread_id) = (None, None, None);
        match item.target {
            ImportTarget::Graph(id) => graph_id = Some(id),
            ImportTarget::User(id) => user_id = Some(id),
            ImportTarget::Thread(id) => thread_id = Some(id),
            ImportTarget::Deleted => {}
        }
        let status = item.state.as_str(batch);
        let error = match item.state {
            ImportItemState::Failed(message) => Some(json!({ "message": message })),
            _ => None,
        };
        Self {
            item_id: item.episode.0,
            sequence_index: item.seq - 1,
            kind: if thread_id.is_some() { "thread_message" } else { "graph_episode" },
            status,
            episode_uuid: item.episode.0,
            source_uuid: item.episode.0,
            graph_uuid: item.graph.0,
            graph_id,
            user_id,
            user_uuid: None,
            thread_id,
            document_id: item.document_id,
            error,
            created_at: item.created_at,
            updated_at: item.updated_at,
        }
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
) -> Result<Json<WireBatch>, ApiError> {
    let roles = body.ignore_roles.unwrap_or_default();
    let roles = roles.iter().map(|name| checks::role("ignore_roles", name)).collect::<Result<Vec<_>, _>>()?;
    let metadata = body.metadata.unwrap_or_default();
    checks::metadata(&metadata, app.limits.metadata_keys_max)?;
    let strict = body.strict_ontology.unwrap_or(false);
    Ok(Json(project.create_import(metadata, roles, strict).await?.into()))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct ListQuery {
    limit: Option<i64>,
    cursor: Option<i64>,
    status: Option<String>,
}

impl ListQuery {
    fn page(&self) -> Result<(i64, i64), ApiError> {
        let (limit, cursor) = (self.limit.filter(|limit| *limit != 0).unwrap_or(PAGE_SIZE), self.cursor.unwrap_or(0));
        if limit < 0 || cursor < 0 {
            return Err(ApiError::bad_request("limit and cursor must not be negative"));
        }
        Ok((limit.min(PAGE_SIZE_MAX), cursor))
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct BatchList {
    batches: Vec<WireBatch>,
    next_cursor: Option<i64>,
}

pub(super) async fn list(Reader(project): Reader, Query(query): Query<ListQuery>) -> Result<Json<BatchList>, ApiError> {
    let (limit, cursor) = query.page()?;
    let state = match query.status.as_deref().map(checks::batch_status).transpose()? {
        Some(None) => return Ok(Json(BatchList { batches: Vec::new(), next_cursor: None })),
        state => state.flatten(),
    };
    let mut jobs = project.list_imports(state, limit + 1, cursor).await?;
    let more = jobs.len() as i64 > limit;
    jobs.truncate(usize::try_from(limit).unwrap_or(0));
    let next_cursor = more.then(|| cursor.saturating_add(limit));
    Ok(Json(BatchList { batches: jobs.into_iter().map(Into::into).collect(), next_cursor }))
}

pub(super) async fn get(Reader(project): Reader, PathUuid(id): PathUuid) -> Result<Json<WireBatch>, ApiError> {
    Ok(Json(project.import_job(ImportJobId(id)).get().await?.into()))
}

pub(super) async fn delete(Writer(project): Writer, PathUuid(id): PathUuid) -> Result<Erased<Json<Success>>, ApiError> {
    Ok(Erased(project.import_job(ImportJobId(id)).delete().await?, Json(Success::OK)))
}

pub(super) async fn process(Writer(project): Writer, PathUuid(id): PathUuid) -> Result<Json<WireBatch>, ApiError> {
    Ok(Json(project.import_job(ImportJobId(id)).start().await?.into()))
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct ItemList {
    items: Vec<WireItem>,
    next_cursor: Option<i64>,
}

pub(super) async fn list_items(
    Reader(project): Reader,
    PathUuid(id): PathUuid,
    Query(query): Query<ListQuery>,
) -> Result<Json<ItemList>, ApiError> {
    let (limit, cursor) = query.page()?;
    let job = project.import_job(ImportJobId(id)).get().await?;
    let state = match query.status.as_deref() {
        None => None,
        Some("pending") if job.state != ImportState::Draft => return Ok(Json(ItemList::none())),
        Some("queued") if job.state == ImportState::Draft => return Ok(Json(ItemList::none())),
        Some("pending" | "queued") => Some(ImportItemState::Pending),
        Some("processing") => Some(ImportItemState::Processing),
        Some("succeeded") => Some(ImportItemState::Succeeded),
        Some("failed") => Some(ImportItemState::Failed(String::new())),
        Some("skipped" | "canceled") => return Ok(Json(ItemList::none())),
        Some(_) => {
            let message = "status must be one of pending, queued, processing, succeeded, failed, skipped, canceled";
            return Err(ApiError::bad_request(message));
        }
    };
    let mut items = project.import_job(job.id).items(cursor, state.as_ref(), limit + 1).await?;
    let more = items.len() as i64 > limit;
    items.truncate(usize::try_from(limit).unwrap_or(0));
    let next_cursor = items.last().filter(|_| more).map(|item| item.seq);
    let items = items.into_iter().map(|item| WireItem::new(item, job.state)).collect();
    Ok(Json(ItemList { items, next_cursor }))
}

impl ItemList {
    fn none() -> Self {
        Self { items: Vec::new(), next_cursor: None }
    }
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
    thread_id: Option<String>,
    user_id: Option<String>,
    graph_id: Option<String>,
    content: Option<String>,
    role: Option<String>,
    name: Option<String>,
    data: Option<String>,
    data_type: Option<String>,
    created_at: Option<String>,
    document_id: Option<String>,
    metadata: Option<Metadata>,
    source_description: Option<String>,
    #[serde(flatten)]
    _object: ObjectOnly,
}

impl NewItem {
    fn parse(self, at: usize, limits: &Limits) -> Result<NewImportItem, ApiError> {
        let field = |name: &str| format!("items[{at}].{name}");
        let missing = |name: &str| ApiError::bad_request(format!("{} is missing", field(name)));
        let metadata = self.metadata.unwrap_or_default();
        checks::metadata(&metadata, limits.metadata_keys_max)?;
        let created_at = optional_time(&field("created_at"), self.created_at.as_ref())?;
        let (target, data, kind, role, max) = match self.kind.as_str() {
            "thread_message" => {
                let role = self.role.ok_or_else(|| missing("role"))?;
                let thread = self.thread_id.ok_or_else(|| missing("thread_id"))?;
                let content = self.content.ok_or_else(|| missing("content"))?;
                let role = Some(checks::role(&field("role"), &role)?);
                (ImportTarget::Thread(thread), content, EpisodeKind::Message, role, limits.message_characters_max)
            }
            "graph_episode" => {
                let target = match (self.user_id, self.graph_id) {
                    (Some(user_id), None) => ImportTarget::User(user_id),
                    (None, Some(graph_id)) => ImportTarget::Graph(graph_id),
                    _ => {
                        let message = format!("items[{at}] must have exactly one of user_id and graph_id");
                        return Err(ApiError::bad_request(message));
                    }
                };
                let data = self.data.ok_or_else(|| missing("data"))?;
                let kind = match self.data_type.as_deref() {
                    None | Some("text") => EpisodeKind::Text,
                    Some("json") => EpisodeKind::Json,
                    Some("message") => EpisodeKind::Message,
                    Some(_) => {
                        let message = format!("{} must be one of text, json, message", field("data_type"));
                        return Err(ApiError::bad_request(message));
                    }
                };
                if kind == EpisodeKind::Json && serde_json::from_str::<Value>(&data).is_err() {
                    return Err(ApiError::bad_request(format!("{} must be valid JSON", field("data"))));
                }
                (target, data, kind, None, limits.data_characters_max)
            }
            _ => {
                let message = format!("{} must be one of graph_episode, thread_message", field("type"));
                return Err(ApiError::bad_request(message));
            }
        };
        checks::characters(&format!("items[{at}]"), &data, max)?;
        if data.trim().is_empty() {
            return Err(ApiError::bad_request(format!("items[{at}] must not be empty")));
        }
        let episode = NewEpisode {
            kind,
            data,
            created_at,
            source_description: self.source_description,
            document_id: self.document_id,
            metadata,
            strict: false,
        };
        Ok(NewImportItem { target, episode, role, name: self.name })
    }
}

pub(super) async fn add_items(
    State(app): State<App>,
    Writer(project): Writer,
    PathUuid(id): PathUuid,
    Body(body): Body<AddItems>,
) -> Result<Json<Vec<WireItem>>, ApiError> {
    let items = body.items.into_iter().enumerate();
    let items = items.map(|(at, item)| item.parse(at, &app.limits)).collect::<Result<Vec<_>, _>>()?;
    let added = project.import_job(ImportJobId(id)).add_items(items).await?;
    Ok(Json(added.into_iter().map(|item| WireItem::new(item, ImportState::Draft)).collect()))
}
