//! The open-source generation under `/api/v1`: users, sessions, memory and document collections.
//!
//! Errors and short responses are plain text.

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, patch, post};

use super::error::ApiError;
use super::health::{VERSION, VERSION_HEADER};
use crate::app::App;

mod collections;
mod documents;
mod listing;
mod memory;
mod messages;
mod sessions;
mod users;
mod wire;

/// Every route of the generation.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/user", get(users::list).post(users::add))
        .route("/user/{user_id}", get(users::get).patch(users::update).delete(users::delete))
        .route("/user/{user_id}/sessions", get(users::sessions))
        .route("/sessions", get(sessions::list).post(sessions::add))
        .route("/sessions/{session_id}", get(sessions::get).patch(sessions::update))
        .route("/sessions/{session_id}/memory", get(memory::get).post(memory::add).delete(memory::delete))
        .route("/sessions/{session_id}/search", post(memory::search))
        .route("/sessions/{session_id}/messages", get(messages::list))
        .route("/sessions/{session_id}/messages/{uuid}", get(messages::get).patch(messages::update))
        .route("/collection", get(collections::list))
        .route(
            "/collection/{name}",
            get(collections::get).post(collections::add).patch(collections::update).delete(collections::delete),
        )
        .route("/collection/{name}/index/create", post(collections::create_index))
        .route("/collection/{name}/search", post(documents::search))
        .route("/collection/{name}/document", post(documents::add))
        .route("/collection/{name}/document/list/get", post(documents::get_many))
        .route("/collection/{name}/document/list/delete", post(documents::delete_many))
        .route("/collection/{name}/document/list/update", patch(documents::update_many))
        .route("/collection/{name}/document/uuid/{uuid}", documents::by_uuid())
        // The JavaScript client omits the segment `uuid`.
        .route("/collection/{name}/document/{uuid}", documents::by_uuid())
}

/// The path prefix of the generation.
pub const PREFIX: &str = "/api/v1";

/// Middleware that turns errors under the prefix into plain text, which these clients show, and adds the
/// version header. It must wrap everything that can reject a request.
pub async fn plain_text_errors(request: Request, next: Next) -> Response {
    let is_own = request.uri().path().starts_with(PREFIX);
    let mut response = next.run(request).await;
    if !is_own {
        return response;
    }
    if let Some(error) = response.extensions().get::<ApiError>() {
        let status = error.status();
        let message = match status {
            StatusCode::BAD_REQUEST => format!("bad request: {}", error.message()),
            _ => error.message().to_owned(),
        };
        let retry_after = response.headers().get(header::RETRY_AFTER).cloned();
        response = (status, message).into_response();
        if let Some(retry_after) = retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, retry_after);
        }
    }
    response.headers_mut().insert(VERSION_HEADER, HeaderValue::from_static(VERSION));
    response
}
