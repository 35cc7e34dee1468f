//! The part of the generation that this server does not have: every path of it is answered with 501.

use axum::Router;
use axum::http::{StatusCode, Uri};
use axum::routing::any;

use crate::app::App;
use crate::http::error::ApiError;

/// Learning from agents: agents with their skills and traces, and connections to stores of traces.
const LEARNING: [&str; 4] = ["/agents", "/agents/{*rest}", "/trace-connections", "/trace-connections/{*rest}"];

/// What this server may have later.
const LATER: [&str; 4] = [
    "/debug-logs/{*rest}",
    "/graphs/{graph_uuid}/episodes/{episode_uuid}/ingestion-traces",
    "/graphs/{graph_uuid}/hyperedges",
    "/graphs/{graph_uuid}/hyperedges/{*rest}",
];

/// The routes.
pub fn routes() -> Router<App> {
    let learning = LEARNING.into_iter().fold(Router::new(), |routes, path| routes.route(path, any(learning)));
    LATER.into_iter().fold(learning, |routes, path| routes.route(path, any(later)))
}

async fn learning(uri: Uri) -> ApiError {
    unavailable(&format!("{}: this server does not learn from agents, skills and traces", uri.path()))
}

async fn later(uri: Uri) -> ApiError {
    unavailable(&format!("{}: this server does not have this part of API v4", uri.path()))
}

fn unavailable(message: &str) -> ApiError {
    ApiError::new(StatusCode::NOT_IMPLEMENTED, message)
}
