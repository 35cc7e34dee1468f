//! The part of the generation that this server does not have: every path of it is answered with 501.

use axum::Router;
use axum::http::{StatusCode, Uri};
use axum::routing::any;

use crate::app::App;
use crate::http::error::ApiError;

/// Learning from agents: agents with their skills and traces, and connections to stores of traces.
const LEARNING: [&str; 4] = ["/agents", "/agents/{*rest}", "/trace-connections", "/trace-connections/{*rest}"];

/// The routes.
pub fn routes() -> Router<App> {
    LEARNING.into_iter().fold(Router::new(), |routes, path| routes.route(path, any(learning)))
}

async fn learning(uri: Uri) -> ApiError {
    unavailable(&format!("{}: this server does not learn from agents, skills and traces", uri.path()))
}

fn unavailable(message: &str) -> ApiError {
    ApiError::new(StatusCode::NOT_IMPLEMENTED, message)
}
