//! `project.get`

use axum::Json;
use axum::extract::State;
use serde::Serialize;

use super::wire::WireProject;
use crate::app::App;
use crate::http::caller::Reader;
use crate::http::error::ApiError;

#[derive(Debug, Serialize)]
pub(super) struct ProjectInfo {
    project: WireProject,
}

pub(super) async fn get(State(app): State<App>, Reader(id): Reader) -> Result<Json<ProjectInfo>, ApiError> {
    let project = app.engine.project(id).await?;
    Ok(Json(ProjectInfo {
        project: WireProject {
            uuid: project.id.into(),
            name: project.name,
            description: project.description,
            default_time_zone: project.time_zone,
            created_at: project.created_at,
        },
    }))
}
