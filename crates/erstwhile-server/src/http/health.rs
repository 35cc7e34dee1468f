//! Liveness, readiness and metrics. None of these needs an API key.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use erstwhile::Error;
use jiff::SignedDuration;
use serde::Serialize;
use tokio::time::timeout;

use crate::app::App;

/// How long the oldest queued episode may wait before the server reports itself not ready.
const QUEUE_WAIT_MAX: SignedDuration = SignedDuration::from_mins(15);

/// How long the metrics wait for the lengths of the queues.
const QUEUE_PATIENCE: Duration = Duration::from_secs(2);

#[derive(Serialize)]
struct Check {
    name: &'static str,
    ok: bool,
    detail: String,
}

/// The header with the server's version for clients of the first generation.
pub const VERSION_HEADER: HeaderName = HeaderName::from_static("x-zep-version");
/// The value of [`VERSION_HEADER`]: v0 clients compare the part before the dash with their minimum version.
pub const VERSION: &str = concat!("1.0.2-erstwhile.", env!("CARGO_PKG_VERSION"));

/// Liveness. The body and the header are those that v0 clients check.
pub async fn healthz() -> Response {
    ([(VERSION_HEADER, VERSION)], ".").into_response()
}

/// Readiness: the store can be written and read and is not damaged, the queue moves, and the server is not shutting down.
pub async fn readyz(State(app): State<App>) -> Response {
    let store = app.engine.check_store().await;
    let is_whole = !matches!(store, Ok(Some(_)));
    let mut checks = vec![match store {
        Ok(None) => Check { name: "store", ok: true, detail: "written and read".to_owned() },
        // The graphs of the others can be used, here and on every other server.
        Ok(Some(problem)) => {
            Check { name: "store", ok: true, detail: format!("some shards do not answer: {}", problem.message()) }
        }
        Err(error) => Check { name: "store", ok: false, detail: error.message().to_owned() },
    }];
    // Searched for at the start and once a day, because it takes as long as reading the whole database.
    if let Some(problem) = app.engine.known_damage().into_iter().next() {
        checks.push(Check { name: "damage", ok: false, detail: problem });
    }
    // It concerns only who the row belongs to: it is told, and no reason to be not ready for everybody.
    if let Some(problem) = app.engine.known_damaged_row() {
        let detail = format!("{} damaged rows met, one of them: {problem}", app.engine.damaged_rows_met());
        checks.push(Check { name: "rows", ok: true, detail });
    }
    checks.push(ingestion(&app, is_whole).await);
    // A model that is down delays its readings, but stops nothing else: it is told, and no reason to be not ready.
    if is_whole
        && let Ok(depth) = app.engine.model_queue_depth().await
        && depth.episodes > 0
    {
        let detail = format!("{} episodes waiting, {} failed attempts", depth.episodes, depth.attempts_max);
        checks.push(Check { name: "model", ok: true, detail });
    }
    let draining = app.draining.is_cancelled();
    let detail = if draining { "shutting down" } else { "serving" };
    checks.push(Check { name: "lifecycle", ok: !draining, detail: detail.to_owned() });
    let ready = checks.iter().all(|check| check.ok);
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(checks)).into_response()
}

/// Whether the queue moves. It is on all shards, so nobody knows while some do not answer.
async fn ingestion(app: &App, is_whole: bool) -> Check {
    if !is_whole {
        return Check { name: "ingestion", ok: true, detail: "unknown while some shards do not answer".to_owned() };
    }
    match app.engine.queue_depth().await {
        Ok(depth) => {
            let waiting = depth.oldest_ready_at.map(|since| app.engine.now().duration_since(since));
            let stuck = waiting.is_some_and(|waiting| waiting > QUEUE_WAIT_MAX);
            let mut detail = format!("{} episodes of {} graphs waiting", depth.episodes, depth.graphs);
            if let Some(waiting) = waiting {
                detail += &format!(", the oldest for {} s", waiting.as_secs().max(0));
            }
            if app.engine.is_queue_full().await.is_ok_and(|is_full| is_full) {
                detail += "; the queue is full, and more are refused";
            }
            Check { name: "ingestion", ok: !stuck, detail }
        }
        Err(error) => Check { name: "ingestion", ok: false, detail: error.message().to_owned() },
    }
}

/// The metrics in the Prometheus text format, served on a listener of their own.
pub async fn metrics(State(app): State<App>) -> Response {
    let depths = async { tokio::join!(app.engine.queue_depth(), app.engine.model_queue_depth()) };
    // The queues are on all shards; the other metrics do not wait for one that is lost.
    let unknown = |_| (Err(Error::unavailable("unknown")), Err(Error::unavailable("unknown")));
    let (ingestion, model) = timeout(QUEUE_PATIENCE, depths).await.unwrap_or_else(unknown);
    if let Ok(depth) = ingestion {
        app.metrics.queue_episodes.set(depth.episodes);
        app.metrics.queue_graphs.set(depth.graphs);
        let waiting = depth.oldest_ready_at.map(|since| app.engine.now().duration_since(since));
        app.metrics.queue_oldest_seconds.set(waiting.map_or(0, |waiting| waiting.as_secs().max(0)));
    }
    if let Ok(depth) = model {
        app.metrics.model_queue_episodes.set(depth.episodes);
    }
    app.metrics.set_model_totals(&app.engine.model_totals());
    app.metrics.set_embedding_totals(&app.engine.embedding_totals());
    app.metrics.set_reranking_totals(&app.engine.reranking_totals());
    app.metrics.set_queue_refused(app.engine.refused_for_room());
    app.metrics.set_dropped_claims(app.engine.dropped_claims());
    app.metrics.set_damaged_rows(app.engine.damaged_rows_met());
    match app.metrics.encode() {
        Ok(text) => ([(header::CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], text)
            .into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
