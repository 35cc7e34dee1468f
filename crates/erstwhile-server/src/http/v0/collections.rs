//! `document.*_collection`: document collections; vectors come from the server or from the application.

use axum::Json;
use erstwhile::engine::compat::NewCollection;
use erstwhile::model::Metadata;
use serde::Deserialize;

use super::wire::{OK, WireCollection};
use crate::http::body::{Body, PathId};
use crate::http::caller::{Reader, Writer};
use crate::http::erasure::Erased;
use crate::http::error::ApiError;

/// The body also holds the name, which is ignored: it repeats the one in the path.
#[derive(Debug, Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct AddCollection {
    description: Option<String>,
    metadata: Option<Metadata>,
    embedding_dimensions: Option<i64>,
    is_auto_embedded: Option<bool>,
}

pub(super) async fn add(
    Writer(project): Writer,
    PathId(name): PathId,
    Body(body): Body<AddCollection>,
) -> Result<&'static str, ApiError> {
    let dimensions = body.embedding_dimensions.map(usize::try_from).transpose();
    let new = NewCollection {
        name,
        description: body.description,
        metadata: body.metadata.unwrap_or_default(),
        dimensions: dimensions.map_err(|_| ApiError::bad_request("embedding_dimensions must be from 8 to 2000"))?,
        is_auto_embedded: body.is_auto_embedded.unwrap_or(true),
    };
    project.add_collection(new).await?;
    Ok(OK)
}

pub(super) async fn get(Reader(project): Reader, PathId(name): PathId) -> Result<Json<WireCollection>, ApiError> {
    Ok(Json(project.collection(&name).get().await?.into()))
}

pub(super) async fn list(Reader(project): Reader) -> Result<Json<Vec<WireCollection>>, ApiError> {
    let collections = project.list_collections().await?;
    Ok(Json(collections.into_iter().map(Into::into).collect()))
}

/// `is_auto_embedded` cannot be changed after creation.
#[derive(Debug, Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct UpdateCollection {
    description: Option<String>,
    metadata: Option<Metadata>,
}

pub(super) async fn update(
    Writer(project): Writer,
    PathId(name): PathId,
    Body(body): Body<UpdateCollection>,
) -> Result<&'static str, ApiError> {
    project.collection(&name).update(body.description, body.metadata).await?;
    Ok(OK)
}

pub(super) async fn delete(Writer(project): Writer, PathId(name): PathId) -> Result<Erased<&'static str>, ApiError> {
    Ok(Erased(project.collection(&name).delete().await?, OK))
}

/// Does nothing, because search is exact and needs no index.
pub(super) async fn create_index(Writer(project): Writer, PathId(name): PathId) -> Result<&'static str, ApiError> {
    project.collection(&name).get().await?;
    Ok(OK)
}
