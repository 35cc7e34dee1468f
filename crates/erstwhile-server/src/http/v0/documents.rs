//! The documents of a collection.

use axum::Json;
use axum::routing::MethodRouter;
use erstwhile::engine::compat::{DocumentSearch, NewDocument, document_filter};
use erstwhile::model::Metadata;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::memory::{SearchQuery, limit_of, mmr_lambda};
use super::wire::{OK, WireDocument};
use crate::app::App;
use crate::http::body::{Body, List, ObjectOnly, PathId, PathIdAndUuid, Query, uuid};
use crate::http::caller::{Reader, Writer};
use crate::http::erasure::Erased;
use crate::http::error::ApiError;

/// Routes of a single document.
pub(super) fn by_uuid() -> MethodRouter<App> {
    axum::routing::get(get).patch(update).delete(delete)
}

#[derive(Debug, Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct CreateDocument {
    content: Option<String>,
    document_id: Option<String>,
    metadata: Option<Metadata>,
    embedding: Option<Vec<f32>>,
    #[serde(flatten)]
    _object: ObjectOnly,
}

pub(super) async fn add(
    Writer(project): Writer,
    PathId(name): PathId,
    List(documents): List<CreateDocument>,
) -> Result<Json<Vec<Uuid>>, ApiError> {
    let new = documents.into_iter().map(|document| NewDocument {
        document_id: document.document_id.filter(|id| !id.is_empty()),
        content: document.content.unwrap_or_default(),
        metadata: document.metadata.unwrap_or_default(),
        embedding: document.embedding.filter(|vector| !vector.is_empty()),
    });
    Ok(Json(project.collection(&name).add_documents(new.collect()).await?))
}

async fn get(Reader(project): Reader, PathIdAndUuid(name, id): PathIdAndUuid) -> Result<Json<WireDocument>, ApiError> {
    Ok(Json(project.collection(&name).document(id).await?.into()))
}

#[derive(Debug, Deserialize)]
#[serde(expecting = "an object")]
struct UpdateDocument {
    document_id: Option<String>,
    metadata: Option<Metadata>,
}

async fn update(
    Writer(project): Writer,
    PathIdAndUuid(name, id): PathIdAndUuid,
    Body(body): Body<UpdateDocument>,
) -> Result<&'static str, ApiError> {
    let document_id = body.document_id.filter(|id| !id.is_empty());
    project.collection(&name).update_documents(vec![(id, document_id, body.metadata)]).await?;
    Ok(OK)
}

async fn delete(
    Writer(project): Writer,
    PathIdAndUuid(name, id): PathIdAndUuid,
) -> Result<Erased<&'static str>, ApiError> {
    Ok(Erased(project.collection(&name).delete_documents(&[id]).await?, OK))
}

#[derive(Debug, Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct GetDocuments {
    uuids: Option<Vec<String>>,
    document_ids: Option<Vec<String>>,
}

pub(super) async fn get_many(
    Reader(project): Reader,
    PathId(name): PathId,
    Body(body): Body<GetDocuments>,
) -> Result<Json<Vec<WireDocument>>, ApiError> {
    let uuids = body.uuids.unwrap_or_default();
    let uuids = uuids.iter().map(|id| uuid("uuids", id)).collect::<Result<Vec<_>, _>>()?;
    let documents = project.collection(&name).documents(&uuids, &body.document_ids.unwrap_or_default()).await?;
    Ok(Json(documents.into_iter().map(Into::into).collect()))
}

pub(super) async fn delete_many(
    Writer(project): Writer,
    PathId(name): PathId,
    List(uuids): List<String>,
) -> Result<Erased<&'static str>, ApiError> {
    let uuids = uuids.iter().map(|id| uuid("each item", id)).collect::<Result<Vec<_>, _>>()?;
    Ok(Erased(project.collection(&name).delete_documents(&uuids).await?, OK))
}

#[derive(Debug, Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct UpdateListed {
    uuid: String,
    document_id: Option<String>,
    metadata: Option<Metadata>,
    #[serde(flatten)]
    _object: ObjectOnly,
}

pub(super) async fn update_many(
    Writer(project): Writer,
    PathId(name): PathId,
    List(updates): List<UpdateListed>,
) -> Result<&'static str, ApiError> {
    let parse = |update: UpdateListed| Ok((uuid("uuid", &update.uuid)?, update.document_id, update.metadata));
    let updates = updates.into_iter().map(parse).collect::<Result<Vec<_>, ApiError>>()?;
    project.collection(&name).update_documents(updates).await?;
    Ok(OK)
}

#[derive(Debug, Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct SearchDocuments {
    text: Option<String>,
    embedding: Option<Vec<f32>>,
    metadata: Option<Value>,
    search_type: Option<String>,
    mmr_lambda: Option<f32>,
}

#[derive(Debug, Serialize)]
pub(super) struct SearchPage {
    results: Vec<WireDocument>,
    query_vector: Vec<f32>,
    result_count: usize,
    total_pages: usize,
    current_page: usize,
}

pub(super) async fn search(
    Reader(project): Reader,
    PathId(name): PathId,
    Query(query): Query<SearchQuery>,
    Body(body): Body<SearchDocuments>,
) -> Result<Json<SearchPage>, ApiError> {
    let search = DocumentSearch {
        text: body.text,
        embedding: body.embedding.filter(|vector| !vector.is_empty()),
        filter: document_filter(body.metadata.as_ref())?,
        limit: limit_of(query.limit())?,
        mmr_lambda: mmr_lambda(body.search_type.as_deref(), body.mmr_lambda)?,
    };
    let found = project.collection(&name).search(search).await?;
    let scored = |(document, score): (_, f32)| {
        let mut document = WireDocument::from(document);
        document.score = Some(f64::from(score));
        document
    };
    let results: Vec<WireDocument> = found.documents.into_iter().map(scored).collect();
    let result_count = results.len();
    Ok(Json(SearchPage { results, query_vector: found.query_vector, result_count, total_pages: 1, current_page: 1 }))
}
