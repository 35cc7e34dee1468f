//! `context.*`: templates of context blocks.

use axum::Json;
use axum::response::NoContent;
use erstwhile::engine::ProjectHandle;
use erstwhile::model::{Setting, SettingKind};
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
    pub(super) name: String,
    template: String,
    created_at: Timestamp,
}

impl WireTemplate {
    fn new(project: &ProjectHandle, setting: Setting) -> Self {
        let uuid = Uuid::new_v5(&project.id().0, format!("context template\0{}", setting.name).as_bytes());
        let template = setting.value.as_str().unwrap_or_default().to_owned();
        Self { uuid, name: setting.name, template, created_at: setting.updated_at }
    }
}

async fn all(project: &ProjectHandle) -> Result<Vec<WireTemplate>, ApiError> {
    let settings = project.settings(None, SettingKind::ContextTemplate).await?;
    Ok(settings.into_iter().map(|setting| WireTemplate::new(project, setting)).collect())
}

/// A template, by its uuid.
pub(super) async fn find(project: &ProjectHandle, uuid: Uuid) -> Result<WireTemplate, ApiError> {
    let found = all(project).await?.into_iter().find(|template| template.uuid == uuid);
    found.ok_or_else(|| erstwhile::Error::not_found("context template").into())
}

async fn named(project: &ProjectHandle, name: &str) -> Result<WireTemplate, ApiError> {
    let found = all(project).await?.into_iter().find(|template| template.name == name);
    found.ok_or_else(|| erstwhile::Error::not_found("context template").into())
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
    project.put_template(&name, &template, true).await?;
    Ok(Created(named(&project, &name).await?))
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
    let mut templates = all(&project).await?;
    templates.retain(|template| body.name.as_ref().is_none_or(|name| template.name == *name));
    Ok(Json(query.slice(templates, SIZE_MAX)?))
}

pub(super) async fn get(
    Reader(project): Reader,
    PathUuids([uuid]): PathUuids<1>,
) -> Result<Json<WireTemplate>, ApiError> {
    Ok(Json(find(&project, uuid).await?))
}

pub(super) async fn update(
    Writer(project): Writer,
    PathUuids([uuid]): PathUuids<1>,
    Body(body): Body<PutTemplate>,
) -> Result<Json<WireTemplate>, ApiError> {
    let before = find(&project, uuid).await?;
    if body.name.is_some_and(|name| name != before.name) {
        return Err(ApiError::bad_request("a template cannot be renamed").with_param("name"));
    }
    project.put_template(&before.name, &body.template.unwrap_or(before.template), false).await?;
    Ok(Json(named(&project, &before.name).await?))
}

pub(super) async fn delete(
    Writer(project): Writer,
    PathUuids([uuid]): PathUuids<1>,
) -> Result<Erased<NoContent>, ApiError> {
    let template = find(&project, uuid).await?;
    let removed = project.remove_setting(None, SettingKind::ContextTemplate, &template.name).await?;
    let erasure = removed.ok_or_else(|| erstwhile::Error::not_found("context template"))?;
    Ok(Erased(erasure, NoContent))
}
