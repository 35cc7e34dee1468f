//! Errors of the generation: `{"error": {"code", "message", "param", "request_id", "details"}}`.

use axum::Json;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Serialize;

use super::PREFIX;
use crate::http::client::Client;
use crate::http::error::{ALREADY_EXISTS, ApiError};
use crate::rate::Allowance;

/// The header with the request id.
const REQUEST_ID: &str = "x-request-id";

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct WireError<'a> {
    error: ErrorBody<'a>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct ErrorBody<'a> {
    code: &'static str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    param: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
}

/// Middleware that adds the headers about the rate of requests, and gives errors the form that the SDK of this generation shows, whatever path it called, and without an
/// SDK those under the prefix. It must wrap everything that can reject a request.
pub async fn errors_with_codes(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let is_own = path == PREFIX || path.strip_prefix(PREFIX).is_some_and(|rest| rest.starts_with('/'));
    let is_own = Client::of_sdk(request.headers()).map_or(is_own, |client| client == Client::CloudV4);
    let request_id = request.headers().get(REQUEST_ID).and_then(|id| id.to_str().ok()).map(str::to_owned);
    let response = next.run(request).await;
    if !is_own {
        return response;
    }
    let allowance = response.extensions().get::<Allowance>().copied();
    let mut response = match response.extensions().get::<ApiError>() {
        Some(error) => {
            let retry_after = response.headers().get(header::RETRY_AFTER).cloned();
            render(error, request_id.as_deref(), retry_after)
        }
        None => response,
    };
    if let Some(allowance) = allowance {
        allowance.write(response.headers_mut());
    }
    response
}

fn render(error: &ApiError, request_id: Option<&str>, retry_after: Option<HeaderValue>) -> Response {
    let status = match error.code() {
        Some(ALREADY_EXISTS) => StatusCode::CONFLICT,
        _ => error.status(),
    };
    let body = ErrorBody { code: code(error), message: error.message(), param: error.param(), request_id };
    let mut response = (status, Json(WireError { error: body })).into_response();
    if let Some(retry_after) = retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, retry_after);
    }
    response
}

/// The code of an error.
pub(super) fn code(error: &ApiError) -> &'static str {
    error.code().unwrap_or_else(|| code_of(error.status()))
}

/// The code of an error that has none of its own.
fn code_of(status: StatusCode) -> &'static str {
    match status {
        StatusCode::BAD_REQUEST => "invalid_request",
        StatusCode::UNAUTHORIZED => "unauthenticated",
        StatusCode::FORBIDDEN => "permission_denied",
        StatusCode::NOT_FOUND => "not_found",
        StatusCode::METHOD_NOT_ALLOWED => "method_not_allowed",
        StatusCode::REQUEST_TIMEOUT => "request_timeout",
        StatusCode::CONFLICT => "conflict",
        StatusCode::PAYLOAD_TOO_LARGE => "content_too_large",
        StatusCode::TOO_MANY_REQUESTS => "rate_limited",
        StatusCode::NOT_IMPLEMENTED => "not_implemented",
        StatusCode::SERVICE_UNAVAILABLE => "unavailable",
        _ => "internal_error",
    }
}
