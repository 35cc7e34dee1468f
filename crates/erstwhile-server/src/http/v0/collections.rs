//! `document.*_collection`: document collections, with vectors of the server or of the application.

use axum::Json;
use axum::extract::State;
use erstwhile::engine::compat::NewCollection;
use erstwhile::model::Metadata;
use serde::Deserialize;

use super::wire::{OK, WireCollection};
use crate::app::App;
use crate::http::body::{Body, PathId};
use crate::http::caller::{Reader, Writer};
use crate::http::error::ApiError;

/// The name in the body repeats the one in the path.
#[derive(Debug, Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct AddCollection {
    description: Option<String>,
    metadata: Option<Metadata>,
    embedding_dimensions: Option<i64>,
    is_auto_embedded: Option<bool>,
}

pub(super) async fn add(
    State(app): State<App>,
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
    app.engine.add_collection(project, new).await?;
    Ok(OK)
}

pub(super) async fn get(
    State(app): State<App>,
    Reader(project): Reader,
    PathId(name): PathId,
) -> Result<Json<WireCollection>, ApiError> {
    Ok(Json(app.engine.collection(project, &name).await?.into()))
}

pub(super) async fn list(
    State(app): State<App>,
    Reader(project): Reader,
) -> Result<Json<Vec<WireCollection>>, ApiError> {
    let collections = app.engine.list_collections(project).await?;
    Ok(Json(collections.into_iter().map(Into::into).collect()))
}

/// Who makes the vectors is decided when the collection is made.
#[derive(Debug, Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct UpdateCollection {
    description: Option<String>,
    metadata: Option<Metadata>,
}

pub(super) async fn update(
    State(app): State<App>,
    Writer(project): Writer,
    PathId(name): PathId,
    Body(body): Body<UpdateCollection>,
) -> Result<&'static str, ApiError> {
    app.engine.update_collection(project, &name, body.description, body.metadata).await?;
    Ok(OK)
}

pub(super) async fn delete(
    State(app): State<App>,
    Writer(project): Writer,
    PathId(name): PathId,
) -> Result<&'static str, ApiError> {
    app.engine.delete_collection(project, &name).await?;
    Ok(OK)
}

/// There is nothing to do: every search is exact and sees every document.
pub(super) async fn create_index(
    State(app): State<App>,
    Writer(project): Writer,
    PathId(name): PathId,
) -> Result<&'static str, ApiError> {
    app.engine.collection(project, &name).await?;
    Ok(OK)
}
