//! `project.*`: the project's settings.

use axum::Json;
use erstwhile::model::{Precondition, Project, SettingKind};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::checks;
use super::instructions::{ScopeQuery, scope};
use super::wire::WireProject;
use crate::http::body::{Body, Field, ObjectOnly, Query};
use crate::http::caller::{Reader, Writer};
use crate::http::error::ApiError;

/// Maximum number of observation types.
const TYPES_MAX: usize = 20;
/// Maximum number of characters of an instruction or a description.
const CHARACTERS_MAX: usize = 5_000;

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct ProjectInfo {
    project: WireProject,
}

impl From<Project> for ProjectInfo {
    fn from(project: Project) -> Self {
        Self {
            project: WireProject {
                uuid: project.id.into(),
                name: project.name,
                description: project.description,
                default_time_zone: project.time_zone,
                created_at: project.created_at,
            },
        }
    }
}

pub(super) async fn get(Reader(project): Reader) -> Result<Json<ProjectInfo>, ApiError> {
    Ok(Json(project.info().await?.into()))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct UpdateProject {
    #[serde(default)]
    default_time_zone: Field<String>,
}

pub(super) async fn update(
    Writer(project): Writer,
    Body(body): Body<UpdateProject>,
) -> Result<Json<ProjectInfo>, ApiError> {
    Ok(Json(match body.default_time_zone.update(Ok)? {
        Some(time_zone) => project.set_time_zone(time_zone).await?.into(),
        None => project.info().await?.into(),
    }))
}

/// Which observations to make.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct Steering {
    instruction: Option<String>,
    types: Option<Vec<ObservationType>>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
struct ObservationType {
    name: String,
    description: String,
    #[serde(flatten, skip_serializing)]
    _object: ObjectOnly,
}

pub(super) async fn steering(
    Reader(project): Reader,
    Query(query): Query<ScopeQuery>,
) -> Result<Json<Steering>, ApiError> {
    let scope = scope(query.user_id, query.graph_id)?;
    let value = project.setting(scope.as_ref(), SettingKind::ObservationSteering, "").await?;
    let corrupt = |_| ApiError::new(axum::http::StatusCode::INTERNAL_SERVER_ERROR, "internal server error");
    Ok(Json(value.map(serde_json::from_value).transpose().map_err(corrupt)?.unwrap_or_default()))
}

pub(super) async fn set_steering(
    Writer(project): Writer,
    Query(query): Query<ScopeQuery>,
    Body(body): Body<Steering>,
) -> Result<Json<Steering>, ApiError> {
    checks::characters("instruction", body.instruction.as_deref().unwrap_or_default(), CHARACTERS_MAX)?;
    let types = body.types.as_deref().unwrap_or_default();
    if types.len() > TYPES_MAX {
        return Err(ApiError::bad_request(format!("types must have at most {TYPES_MAX} items")));
    }
    for declared in types {
        checks::characters("types.description", &declared.description, CHARACTERS_MAX)?;
        if declared.name.trim().is_empty() {
            return Err(ApiError::bad_request("types.name must not be empty"));
        }
    }
    let scope = scope(query.user_id, query.graph_id)?;
    let value = serde_json::json!(&body);
    project.put_setting(scope.as_ref(), (SettingKind::ObservationSteering, ""), value, Precondition::None).await?;
    Ok(Json(body))
}
