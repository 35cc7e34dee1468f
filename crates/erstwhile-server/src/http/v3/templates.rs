//! `context.*_context_template`

use axum::Json;
use axum::http::StatusCode;
use erstwhile::engine::TemplateRef;
use erstwhile::model::{ContextTemplate, SettingKind};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::wire::Success;
use crate::http::answers::Created;
use crate::http::body::{Body, PathId};
use crate::http::caller::{Reader, Writer};
use crate::http::erasure::Erased;
use crate::http::error::ApiError;

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct WireTemplate {
    uuid: Uuid,
    template_id: String,
    template: String,
}

impl From<ContextTemplate> for WireTemplate {
    fn from(template: ContextTemplate) -> Self {
        Self { uuid: template.uuid, template_id: template.name, template: template.text }
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct CreateTemplate {
    template_id: String,
    template: String,
}

pub(super) async fn create(
    Writer(project): Writer,
    Body(body): Body<CreateTemplate>,
) -> Result<Created<WireTemplate>, ApiError> {
    Ok(Created(project.create_template(&body.template_id, &body.template).await?.into()))
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct TemplateList {
    templates: Vec<WireTemplate>,
}

pub(super) async fn list(Reader(project): Reader) -> Result<Json<TemplateList>, ApiError> {
    let templates = project.templates().await?.into_iter().map(WireTemplate::from).collect();
    Ok(Json(TemplateList { templates }))
}

pub(super) async fn get(Reader(project): Reader, PathId(template_id): PathId) -> Result<Json<WireTemplate>, ApiError> {
    Ok(Json(project.template(TemplateRef::Named(&template_id)).await?.into()))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct UpdateTemplate {
    template: String,
}

pub(super) async fn update(
    Writer(project): Writer,
    PathId(template_id): PathId,
    Body(body): Body<UpdateTemplate>,
) -> Result<Json<WireTemplate>, ApiError> {
    let template = TemplateRef::Named(&template_id);
    Ok(Json(project.change_template(template, None, Some(&body.template)).await?.into()))
}

pub(super) async fn delete(
    Writer(project): Writer,
    PathId(template_id): PathId,
) -> Result<Erased<Json<Success>>, ApiError> {
    match project.remove_setting(None, SettingKind::ContextTemplate, &template_id).await? {
        Some(erasure) => Ok(Erased(erasure, Json(Success::OK))),
        None => Err(ApiError::new(StatusCode::NOT_FOUND, "context template not found")),
    }
}
