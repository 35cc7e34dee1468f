//! `task.get`

use axum::Json;
use axum::extract::State;
use erstwhile::model::TaskId;

use super::wire::WireTask;
use crate::app::App;
use crate::http::body::PathUuid;
use crate::http::caller::Reader;
use crate::http::error::ApiError;

pub(super) async fn get(
    State(app): State<App>,
    Reader(project): Reader,
    PathUuid(id): PathUuid,
) -> Result<Json<WireTask>, ApiError> {
    Ok(Json(app.engine.task(project, TaskId(id)).await?.into()))
}
