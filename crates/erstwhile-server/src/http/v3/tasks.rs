//! `task.get`

use axum::Json;
use erstwhile::engine::TaskReadings;
use erstwhile::model::TaskId;

use super::wire::WireTask;
use crate::http::body::PathUuid;
use crate::http::caller::Reader;
use crate::http::error::ApiError;

pub(super) async fn get(Reader(project): Reader, PathUuid(id): PathUuid) -> Result<Json<WireTask>, ApiError> {
    let mut task = WireTask::from(project.task(TaskId(id)).await?);
    let readings = project.readings_of_task(TaskId(id)).await?;
    task.model = (readings != TaskReadings::default()).then(|| readings.into());
    Ok(Json(task))
}
