//! Authentication, and extractors for the project of the request's API key.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use erstwhile::Engine;
use erstwhile::engine::ProjectHandle;
use erstwhile::model::{ApiKey, ApiKeyId, KeyAccess};

use super::error::ApiError;
use super::idempotency::RequestSeed;
use crate::app::App;

/// The project, for a request that only reads.
#[derive(Debug, Clone)]
pub struct Reader(pub ProjectHandle);

/// The project, for a request that writes.
#[derive(Debug, Clone)]
pub struct Writer(pub ProjectHandle);

impl FromRequestParts<App> for Reader {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        Ok(Self(project_of(key_of(parts)?, &app.engine)))
    }
}

impl FromRequestParts<App> for Writer {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let key = key_of(parts)?;
        match key.access {
            KeyAccess::Write => {
                let project = project_of(key, &app.engine);
                Ok(Self(match parts.extensions.get::<RequestSeed>() {
                    Some(RequestSeed(seed)) => project.repeatable(*seed),
                    None => project,
                }))
            }
            KeyAccess::Read => Err(ApiError::new(StatusCode::FORBIDDEN, "this API key is read-only")),
        }
    }
}

/// What a key reaches: a project, or one graph of it.
pub fn project_of(key: &ApiKey, engine: &Engine) -> ProjectHandle {
    let project = engine.project(key.project);
    match key.graph {
        Some(graph) => project.bound_to(graph),
        None => project,
    }
}

/// The key with which the request was admitted.
fn key_of(parts: &Parts) -> Result<&ApiKey, ApiError> {
    parts.extensions.get().ok_or_else(unauthorized)
}

/// Returns the key of a request, if it may make another request now.
pub(super) async fn authenticate(headers: &HeaderMap, app: &App) -> Result<ApiKey, ApiError> {
    let key = app.engine.authenticate(secret_of(headers)?).await?;
    check_rate_limit(app, key.id)?;
    Ok(key)
}

fn check_rate_limit(app: &App, key: ApiKeyId) -> Result<(), ApiError> {
    match &app.rate {
        Some(rate) if rate.check_key(&key).is_err() => {
            Err(ApiError::new(StatusCode::TOO_MANY_REQUESTS, "too many requests for this API key"))
        }
        _ => Ok(()),
    }
}

/// Returns the secret after `Api-Key` (all SDKs since v1) or `Bearer` (v0 and hand-written clients).
fn secret_of(headers: &HeaderMap) -> Result<&str, ApiError> {
    let value = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).ok_or_else(unauthorized)?;
    let (scheme, secret) = value.trim().split_once(' ').ok_or_else(unauthorized)?;
    let known = scheme.eq_ignore_ascii_case("Api-Key") || scheme.eq_ignore_ascii_case("Bearer");
    if known { Ok(secret.trim()) } else { Err(unauthorized()) }
}

fn unauthorized() -> ApiError {
    ApiError::new(StatusCode::UNAUTHORIZED, "unauthorized")
}
