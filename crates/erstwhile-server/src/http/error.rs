//! Errors on the wire: a status and `{"message": "..."}`, as the SDKs of `/api/v2` expect; those of
//! `/api/v1` get the message as text.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use erstwhile::{Error, ErrorKind};
use serde::Serialize;

/// An error on its way to a client of `/api/v2`.
#[derive(Debug, Clone)]
pub struct ApiError {
    status: StatusCode,
    message: String,
}

#[derive(Serialize)]
struct Body<'a> {
    message: &'a str,
}

impl ApiError {
    /// An error with a status and a message.
    pub fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into() }
    }

    /// The status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// What went wrong, in words.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The request is wrong.
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }
}

/// What the API calls an object of the domain.
fn api_noun(object: &'static str) -> &'static str {
    match object {
        "fact" => "edge",
        "entity" => "node",
        "import job" => "batch",
        other => other,
    }
}

/// The one map from what the caller should do to a status.
fn status_of(kind: ErrorKind) -> StatusCode {
    match kind {
        // The hosted service answers duplicates with 400; integrations look for "already exists".
        ErrorKind::Invalid | ErrorKind::AlreadyExists => StatusCode::BAD_REQUEST,
        ErrorKind::Unauthenticated => StatusCode::UNAUTHORIZED,
        ErrorKind::Forbidden => StatusCode::FORBIDDEN,
        ErrorKind::NotFound => StatusCode::NOT_FOUND,
        ErrorKind::Conflict => StatusCode::CONFLICT,
        ErrorKind::Limited => StatusCode::TOO_MANY_REQUESTS,
        ErrorKind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        ErrorKind::Corrupt | ErrorKind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        let status = status_of(error.kind());
        if status.is_server_error() {
            tracing::error!(error = %error, source = ?std::error::Error::source(&error), "a request failed");
        }
        // Nothing from inside leaves the server; the request id leads the operator to the log.
        let message = match error.kind() {
            ErrorKind::Corrupt | ErrorKind::Internal => "internal server error".to_owned(),
            ErrorKind::Unavailable => "the server cannot store or read now; try again later".to_owned(),
            ErrorKind::NotFound => match error.object() {
                Some(object) => format!("{} not found", api_noun(object)),
                None => error.message().to_owned(),
            },
            _ => error.message().to_owned(),
        };
        Self { status, message }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(Body { message: &self.message })).into_response();
        if matches!(self.status, StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS) {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        // For generations that say it in another shape.
        response.extensions_mut().insert(self);
        response
    }
}
