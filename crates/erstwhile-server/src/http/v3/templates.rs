//! `context.*_context_template`

use axum::Json;
use axum::http::StatusCode;
use erstwhile::engine::ProjectHandle;
use erstwhile::model::SettingKind;
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

impl WireTemplate {
    fn new(project: &ProjectHandle, template_id: String, template: String) -> Self {
        let uuid = Uuid::new_v5(&project.id().0, format!("context template\0{template_id}").as_bytes());
        Self { uuid, template_id, template }
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
    project.put_template(&body.template_id, &body.template, true).await?;
    Ok(Created(WireTemplate::new(&project, body.template_id, body.template)))
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct TemplateList {
    templates: Vec<WireTemplate>,
}

pub(super) async fn list(Reader(project): Reader) -> Result<Json<TemplateList>, ApiError> {
    let settings = project.settings(None, SettingKind::ContextTemplate).await?.into_iter();
    let text = |value: serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let templates = settings.map(|setting| WireTemplate::new(&project, setting.name, text(setting.value)));
    Ok(Json(TemplateList { templates: templates.collect() }))
}

pub(super) async fn get(Reader(project): Reader, PathId(template_id): PathId) -> Result<Json<WireTemplate>, ApiError> {
    let template = project.template(&template_id).await?;
    Ok(Json(WireTemplate::new(&project, template_id, template)))
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
    project.put_template(&template_id, &body.template, false).await?;
    Ok(Json(WireTemplate::new(&project, template_id, body.template)))
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
