//! `project.get` and `project.update`

use axum::Json;
use axum::http::StatusCode;
use erstwhile::engine::ProjectHandle;
use erstwhile::model::Project;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::http::body::{Body, Field};
use crate::http::caller::{Reader, Writer};
use crate::http::error::ApiError;

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct WireProject {
    uuid: Uuid,
    name: String,
    description: Option<String>,
    default_time_zone: Option<String>,
    hyperedges_enabled: bool,
    include_policy_violating_episodes: bool,
    created_at: Timestamp,
}

impl WireProject {
    async fn of(handle: &ProjectHandle, project: Project) -> Result<Json<Self>, ApiError> {
        Ok(Json(Self {
            uuid: project.id.0,
            name: project.name,
            description: project.description,
            default_time_zone: project.time_zone,
            hyperedges_enabled: false,
            include_policy_violating_episodes: handle.includes_violating_episodes().await?,
            created_at: project.created_at,
        }))
    }
}

pub(super) async fn get(Reader(project): Reader) -> Result<Json<WireProject>, ApiError> {
    WireProject::of(&project, project.info().await?).await
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct UpdateProject {
    #[serde(default)]
    default_time_zone: Field<String>,
    hyperedges_enabled: Option<bool>,
    include_policy_violating_episodes: Option<bool>,
}

pub(super) async fn update(
    Writer(project): Writer,
    Body(body): Body<UpdateProject>,
) -> Result<Json<WireProject>, ApiError> {
    if body.hyperedges_enabled == Some(true) {
        let message = "hyperedges_enabled cannot be changed with an API key";
        return Err(ApiError::new(StatusCode::FORBIDDEN, message).with_param("hyperedges_enabled"));
    }
    // First what may be refused.
    let changed = match body.default_time_zone.update(Ok)? {
        Some(time_zone) => project.set_time_zone(time_zone).await?,
        None => project.info().await?,
    };
    if let Some(include) = body.include_policy_violating_episodes {
        project.include_violating_episodes(include).await?;
    }
    WireProject::of(&project, changed).await
}
