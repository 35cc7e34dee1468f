//! `graph.episode.get_debug_logs`: what was read in an episode and not kept. `debug_log.enable` has nothing to enable.

use axum::Json;
use erstwhile::model::{EpisodeId, EpisodeState};
use erstwhile::ports::DroppedWords;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::path::PathUuids;
use crate::http::caller::{Reader, Writer};
use crate::http::error::ApiError;

/// The log of an episode. It is computed when it is asked for, so nothing in it has a time.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct DebugLog {
    status: &'static str,
    entries: Vec<Entry>,
    error: Option<String>,
    started_at: Option<Timestamp>,
    completed_at: Option<Timestamp>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Entry {
    level: &'static str,
    message: String,
    logged_at: Option<Timestamp>,
}

impl Entry {
    fn info(message: String) -> Self {
        Self { level: "info", message, logged_at: None }
    }
}

fn message(DroppedWords { words, stage, reason, reading }: &DroppedWords) -> String {
    let reading = reading.as_ref().map(|reading| format!(" (read as: {reading})")).unwrap_or_default();
    let words = if words.is_empty() { String::new() } else { format!("“{words}”: ") };
    format!("dropped at the stage {}: {words}{reason}{reading}", stage.as_str())
}

pub(super) async fn get(
    Reader(project): Reader,
    PathUuids([graph, episode]): PathUuids<2>,
) -> Result<Json<DebugLog>, ApiError> {
    let located = project.graph_by_uuid(graph).await?;
    let traced = project.dropped_in(&located, EpisodeId(episode)).await?;
    let (status, error) = match traced.episode.state {
        EpisodeState::Pending => ("running", None),
        EpisodeState::Processed | EpisodeState::Ignored => ("completed", None),
        EpisodeState::Failed(reason) => ("error", Some(reason)),
    };
    let mut entries: Vec<Entry> = traced.trace.dropped.iter().map(|entry| Entry::info(message(entry))).collect();
    if traced.trace.left_out > 0 {
        entries.push(Entry::info(format!("{} more were dropped", traced.trace.left_out)));
    }
    for (reason, count) in traced.episode.model_reading.into_iter().flat_map(|reading| reading.report.dropped) {
        entries.push(Entry::info(format!("the language model's claims dropped: {count}: {reason}")));
    }
    Ok(Json(DebugLog { status, entries, error, started_at: None, completed_at: None }))
}

/// How long logs and traces are certain to be available. They are computed from what is stored, so there is no end.
const AVAILABLE_S: u32 = 24 * 60 * 60;

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Enabled {
    duration_seconds: u32,
    ingestion_trace_enabled: bool,
}

/// Changes nothing: logs and traces of all episodes are available at any time.
pub(super) async fn enable(Writer(_): Writer) -> Json<Enabled> {
    Json(Enabled { duration_seconds: AVAILABLE_S, ingestion_trace_enabled: true })
}
