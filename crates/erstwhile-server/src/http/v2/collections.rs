//! `document.*_collection`: document collections, embedded by the server.

use axum::Json;
use axum::extract::State;
use erstwhile::engine::compat::NewCollection;
use erstwhile::model::Metadata;
use serde::Deserialize;

use super::wire::{Success, WireCollection};
use crate::app::App;
use crate::http::body::{Body, PathId};
use crate::http::caller::{Reader, Writer};
use crate::http::erasure::Erased;
use crate::http::error::ApiError;

/// Responds with a list of lists, as both cloud generations expect.
pub(super) async fn list(
    State(app): State<App>,
    Reader(project): Reader,
) -> Result<Json<Vec<Vec<WireCollection>>>, ApiError> {
    let model = app.engine.embedding_model();
    let collections = project.list_collections().await?.into_iter();
    let collections: Vec<WireCollection> =
        collections.map(|collection| WireCollection::new(collection, &model)).collect();
    Ok(Json(if collections.is_empty() { Vec::new() } else { vec![collections] }))
}

pub(super) async fn get(
    State(app): State<App>,
    Reader(project): Reader,
    PathId(name): PathId,
) -> Result<Json<WireCollection>, ApiError> {
    let collection = project.collection(&name).get().await?;
    Ok(Json(WireCollection::new(collection, &app.engine.embedding_model())))
}

#[derive(Debug, Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct CollectionBody {
    description: Option<String>,
    metadata: Option<Metadata>,
}

pub(super) async fn add(
    Writer(project): Writer,
    PathId(name): PathId,
    Body(body): Body<CollectionBody>,
) -> Result<Json<Success>, ApiError> {
    let new = NewCollection {
        name,
        description: body.description,
        metadata: body.metadata.unwrap_or_default(),
        dimensions: None,
        is_auto_embedded: true,
    };
    project.add_collection(new).await?;
    Ok(Json(Success::OK))
}

pub(super) async fn update(
    Writer(project): Writer,
    PathId(name): PathId,
    Body(body): Body<CollectionBody>,
) -> Result<Json<Success>, ApiError> {
    project.collection(&name).update(body.description, body.metadata).await?;
    Ok(Json(Success::OK))
}

pub(super) async fn delete(Writer(project): Writer, PathId(name): PathId) -> Result<Erased<Json<Success>>, ApiError> {
    Ok(Erased(project.collection(&name).delete().await?, Json(Success::OK)))
}
