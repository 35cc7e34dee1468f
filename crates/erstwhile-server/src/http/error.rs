//! Errors as HTTP responses: a status and `{"message": "..."}`, as the SDKs of `/api/v2` expect. Responses
//! under `/api/v1` are plain text instead, and under `/api/v4` objects with a code.

use std::time::Duration;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use erstwhile::{Error, ErrorKind};
use schemars::JsonSchema;
use serde::Serialize;

/// After how long a client should try again, unless the error says.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// The code of an error about something that exists already.
pub const ALREADY_EXISTS: &str = "already_exists";

/// The code of an error about an idempotency key that was used for another request.
const KEY_REUSED: &str = "idempotency_key_reused";

/// The message to a client for damage; what is damaged is in the log and in the answer of `erstwhile doctor`.
pub const DAMAGED: &str = "what is stored is damaged: `erstwhile doctor` on the server says what, and what to do";

/// An error response.
#[derive(Debug, Clone)]
pub struct ApiError {
    status: StatusCode,
    message: String,
    code: Option<&'static str>,
    param: Option<String>,
    retry_after: Duration,
}

/// The body of an error.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ErrorBody<'a> {
    /// What is wrong.
    message: &'a str,
}

impl ApiError {
    /// Creates an error with a status and a message.
    pub fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), code: None, param: None, retry_after: RETRY_AFTER }
    }

    /// The same error with a code that says more than its status, for the generation that shows codes.
    #[must_use]
    pub fn with_code(self, code: &'static str) -> Self {
        Self { code: Some(code), ..self }
    }

    /// The same error with the parameter that caused it, for the generation that shows parameters.
    #[must_use]
    pub fn with_param(self, param: impl Into<String>) -> Self {
        Self { param: Some(param.into()), ..self }
    }

    /// The status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The message for the client.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The code, if it says more than the status.
    pub fn code(&self) -> Option<&'static str> {
        self.code
    }

    /// The parameter that caused the error, if one did.
    pub fn param(&self) -> Option<&str> {
        self.param.as_deref()
    }

    /// Creates an error with status 400.
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }
}

/// The API's name of an object of the domain.
fn api_noun(object: &'static str) -> &'static str {
    match object {
        "fact" => "edge",
        "entity" => "node",
        "import job" => "batch",
        other => other,
    }
}

/// Maps an error kind to a status.
fn status_of(kind: ErrorKind) -> StatusCode {
    match kind {
        // The hosted service responds to duplicates with 400; integrations look for "already exists".
        ErrorKind::Invalid | ErrorKind::AlreadyExists => StatusCode::BAD_REQUEST,
        ErrorKind::Unauthenticated => StatusCode::UNAUTHORIZED,
        ErrorKind::Forbidden => StatusCode::FORBIDDEN,
        ErrorKind::NotFound => StatusCode::NOT_FOUND,
        ErrorKind::Conflict | ErrorKind::KeyReused => StatusCode::CONFLICT,
        ErrorKind::Limited => StatusCode::TOO_MANY_REQUESTS,
        ErrorKind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        ErrorKind::Corrupt | ErrorKind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        let status = status_of(error.kind());
        if status.is_server_error() {
            tracing::error!(error = %error, source = ?std::error::Error::source(&error), "request failed");
        }
        // Internal details stay in the log, where the request id finds them.
        let message = match error.kind() {
            ErrorKind::Corrupt => DAMAGED.to_owned(),
            ErrorKind::Internal => "internal server error".to_owned(),
            ErrorKind::Unavailable => "the storage is unavailable; try again later".to_owned(),
            ErrorKind::NotFound => match error.object() {
                Some(object) => format!("{} not found", api_noun(object)),
                None => error.message().to_owned(),
            },
            _ => error.message().to_owned(),
        };
        let code = match error.kind() {
            ErrorKind::AlreadyExists => Some(ALREADY_EXISTS),
            ErrorKind::KeyReused => Some(KEY_REUSED),
            _ => None,
        };
        Self { status, message, code, param: None, retry_after: error.retry_after().unwrap_or(RETRY_AFTER) }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(ErrorBody { message: &self.message })).into_response();
        if matches!(self.status, StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS) {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(self.retry_after.as_secs().max(1)));
        }
        // Lets `v0::plain_text_errors` and `v4::errors_with_codes` rewrite the body.
        response.extensions_mut().insert(self);
        response
    }
}
