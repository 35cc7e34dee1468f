//! `context.*`: templates of context blocks.

use axum::Json;
use axum::response::NoContent;
use erstwhile::engine::TemplateRef;
use erstwhile::model::ContextTemplate;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::page::{CursorQuery, Page, PageQuery, SIZE_MAX};
use super::path::PathUuids;
use crate::http::answers::Created;
use crate::http::body::{Body, Query};
use crate::http::caller::{Reader, Writer};
use crate::http::erasure::Erased;
use crate::http::error::ApiError;

/// The name is what older generations call the id of a template.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct WireTemplate {
    uuid: Uuid,
    name: String,
    template: String,
    created_at: Timestamp,
}

impl From<ContextTemplate> for WireTemplate {
    fn from(template: ContextTemplate) -> Self {
        let ContextTemplate { uuid, name, text, created_at } = template;
        Self { uuid, name, template: text, created_at }
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct PutTemplate {
    name: Option<String>,
    template: Option<String>,
}

fn missing(field: &str) -> ApiError {
    ApiError::bad_request(format!("{field} is missing")).with_param(field)
}

pub(super) async fn create(
    Writer(project): Writer,
    Body(body): Body<PutTemplate>,
) -> Result<Created<WireTemplate>, ApiError> {
    let name = body.name.ok_or_else(|| missing("name"))?;
    let template = body.template.ok_or_else(|| missing("template"))?;
    Ok(Created(project.create_template(&name, &template).await?.into()))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct ListTemplates {
    name: Option<String>,
}

pub(super) async fn list(
    Reader(project): Reader,
    Query(query): Query<CursorQuery>,
    Body(body): Body<ListTemplates>,
) -> Result<Json<Page<WireTemplate>>, ApiError> {
    let query = PageQuery::from(query);
    let mut templates = project.templates().await?;
    templates.retain(|template| body.name.as_ref().is_none_or(|name| template.name == *name));
    Ok(Json(query.slice(templates, SIZE_MAX)?.map(WireTemplate::from)))
}

pub(super) async fn get(
    Reader(project): Reader,
    PathUuids([uuid]): PathUuids<1>,
) -> Result<Json<WireTemplate>, ApiError> {
    Ok(Json(project.template(TemplateRef::Uuid(uuid)).await?.into()))
}

pub(super) async fn update(
    Writer(project): Writer,
    PathUuids([uuid]): PathUuids<1>,
    Body(body): Body<PutTemplate>,
) -> Result<Json<WireTemplate>, ApiError> {
    let (name, text) = (body.name.as_deref(), body.template.as_deref());
    Ok(Json(project.change_template(TemplateRef::Uuid(uuid), name, text).await?.into()))
}

pub(super) async fn delete(
    Writer(project): Writer,
    PathUuids([uuid]): PathUuids<1>,
) -> Result<Erased<NoContent>, ApiError> {
    Ok(Erased(project.remove_template(TemplateRef::Uuid(uuid)).await?, NoContent))
}
