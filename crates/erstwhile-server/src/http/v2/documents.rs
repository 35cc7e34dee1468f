//! `document.*`: the documents of a collection.

use axum::Json;
use axum::response::{IntoResponse, Response};
use erstwhile::engine::compat::{DocumentSearch, NewDocument, document_filter};
use erstwhile::model::Metadata;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::checks;
use super::search::mmr_lambda;
use super::wire::{Success, WireDocument};
use crate::http::body::{Body, List, ObjectOnly, PathId, PathIdAndUuid, Query, uuid};
use crate::http::caller::{Reader, Writer};
use crate::http::client::Client;
use crate::http::erasure::Erased;
use crate::http::error::ApiError;

/// Default number of results.
const LIMIT: i64 = 10;
/// Maximum number of results.
const LIMIT_MAX: i64 = 1_000;

/// Cloud v2 expects a list of lists, cloud v1 a list.
fn listed<T: Serialize>(client: Client, items: Vec<T>) -> Response {
    match client {
        Client::CloudV2 => Json([items]).into_response(),
        _ => Json(items).into_response(),
    }
}

#[derive(Debug, Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct CreateDocument {
    content: String,
    document_id: Option<String>,
    metadata: Option<Metadata>,
    #[serde(flatten)]
    _object: ObjectOnly,
}

pub(super) async fn add(
    Writer(project): Writer,
    client: Client,
    PathId(name): PathId,
    List(documents): List<CreateDocument>,
) -> Result<Response, ApiError> {
    let new = documents.into_iter().map(|document| NewDocument {
        document_id: document.document_id,
        content: document.content,
        metadata: document.metadata.unwrap_or_default(),
        embedding: None,
    });
    let ids: Vec<Uuid> = project.collection(&name).add_documents(new.collect()).await?;
    Ok(listed(client, ids))
}

#[derive(Debug, Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct GetDocuments {
    uuids: Option<Vec<String>>,
    document_ids: Option<Vec<String>>,
}

pub(super) async fn get_many(
    Reader(project): Reader,
    client: Client,
    PathId(name): PathId,
    Body(body): Body<GetDocuments>,
) -> Result<Response, ApiError> {
    let uuids = body.uuids.unwrap_or_default();
    let uuids = uuids.iter().map(|id| uuid("uuids", id)).collect::<Result<Vec<_>, _>>()?;
    let document_ids = body.document_ids.unwrap_or_default();
    // The SDKs allow a call without `uuids` and `document_ids`.
    let documents = if uuids.is_empty() && document_ids.is_empty() {
        project.collection(&name).get().await?;
        Vec::new()
    } else {
        project.collection(&name).documents(&uuids, &document_ids).await?
    };
    Ok(listed(client, documents.into_iter().map(WireDocument::from).collect()))
}

pub(super) async fn get(
    Reader(project): Reader,
    PathIdAndUuid(name, id): PathIdAndUuid,
) -> Result<Json<WireDocument>, ApiError> {
    Ok(Json(project.collection(&name).document(id).await?.into()))
}

#[derive(Debug, Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct UpdateDocument {
    document_id: Option<String>,
    metadata: Option<Metadata>,
}

pub(super) async fn update(
    Writer(project): Writer,
    PathIdAndUuid(name, id): PathIdAndUuid,
    Body(body): Body<UpdateDocument>,
) -> Result<Json<Success>, ApiError> {
    project.collection(&name).update_documents(vec![(id, body.document_id, body.metadata)]).await?;
    Ok(Json(Success::OK))
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
) -> Result<Json<Success>, ApiError> {
    let parse = |update: UpdateListed| Ok((uuid("uuid", &update.uuid)?, update.document_id, update.metadata));
    let updates = updates.into_iter().map(parse).collect::<Result<Vec<_>, ApiError>>()?;
    project.collection(&name).update_documents(updates).await?;
    Ok(Json(Success::OK))
}

pub(super) async fn delete(
    Writer(project): Writer,
    PathIdAndUuid(name, id): PathIdAndUuid,
) -> Result<Erased<Json<Success>>, ApiError> {
    Ok(Erased(project.collection(&name).delete_documents(&[id]).await?, Json(Success::OK)))
}

pub(super) async fn delete_many(
    Writer(project): Writer,
    PathId(name): PathId,
    List(uuids): List<String>,
) -> Result<Erased<Json<Success>>, ApiError> {
    let uuids = uuids.iter().map(|id| uuid("each item", id)).collect::<Result<Vec<_>, _>>()?;
    Ok(Erased(project.collection(&name).delete_documents(&uuids).await?, Json(Success::OK)))
}

#[derive(Debug, Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct SearchQuery {
    limit: Option<i64>,
}

#[derive(Debug, Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct SearchDocuments {
    text: Option<String>,
    metadata: Option<Value>,
    search_type: Option<String>,
    mmr_lambda: Option<f32>,
    min_score: Option<f64>,
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
    let limit = checks::count("limit", query.limit, LIMIT, LIMIT_MAX)?;
    // Without text and metadata, return all documents, oldest first.
    let nothing = Some(Value::Object(serde_json::Map::from_iter([("where".to_owned(), serde_json::json!({}))])));
    let filter = document_filter(body.metadata.as_ref())?;
    let filter = if body.text.is_none() && filter.is_none() { document_filter(nothing.as_ref())? } else { filter };
    let search = DocumentSearch {
        text: body.text,
        embedding: None,
        filter,
        limit: usize::try_from(limit).unwrap_or(1),
        mmr_lambda: mmr_lambda(body.search_type.as_deref(), body.mmr_lambda)?,
    };
    let found = project.collection(&name).search(search).await?;
    let scored = |(document, score): (_, f32)| {
        let mut document = WireDocument::from(document);
        document.score = Some(f64::from(score));
        document
    };
    let passes = |document: &WireDocument| body.min_score.is_none_or(|least| document.score.unwrap_or(0.0) >= least);
    let results: Vec<WireDocument> = found.documents.into_iter().map(scored).filter(passes).collect();
    let result_count = results.len();
    Ok(Json(SearchPage { results, query_vector: found.query_vector, result_count, total_pages: 1, current_page: 1 }))
}
