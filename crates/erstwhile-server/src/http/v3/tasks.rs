//! `task.get`

use axum::Json;
use erstwhile::model::TaskId;

use super::wire::WireTask;
use crate::http::body::PathUuid;
use crate::http::caller::Reader;
use crate::http::error::ApiError;

pub(super) async fn get(Reader(project): Reader, PathUuid(id): PathUuid) -> Result<Json<WireTask>, ApiError> {
    Ok(Json(project.task(TaskId(id)).await?.into()))
}
