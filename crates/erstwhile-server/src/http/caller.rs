//! Who calls: the project that the request's API key opens.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use erstwhile::engine::ProjectHandle;
use erstwhile::model::{ApiKey, ApiKeyId, KeyAccess};

use super::error::ApiError;
use crate::app::App;

/// A caller who may read.
#[derive(Debug, Clone)]
pub struct Reader(pub ProjectHandle);

/// A caller who may read and write.
#[derive(Debug, Clone)]
pub struct Writer(pub ProjectHandle);

impl FromRequestParts<App> for Reader {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        Ok(Self(app.engine.project(admitted(&parts.headers, app).await?.project)))
    }
}

impl FromRequestParts<App> for Writer {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let key = admitted(&parts.headers, app).await?;
        match key.access {
            KeyAccess::Write => Ok(Self(app.engine.project(key.project))),
            KeyAccess::Read => Err(ApiError::new(StatusCode::FORBIDDEN, "this API key may only read")),
        }
    }
}

async fn admitted(headers: &HeaderMap, app: &App) -> Result<ApiKey, ApiError> {
    let key = app.engine.authenticate(secret_of(headers)?).await?;
    within_rate(app, key.id)?;
    Ok(key)
}

fn within_rate(app: &App, key: ApiKeyId) -> Result<(), ApiError> {
    match &app.rate {
        Some(rate) if rate.check_key(&key).is_err() => {
            Err(ApiError::new(StatusCode::TOO_MANY_REQUESTS, "too many requests for this API key"))
        }
        _ => Ok(()),
    }
}

/// The secret behind `Api-Key` (all SDKs since v1) or `Bearer` (v0 and hand-written clients).
fn secret_of(headers: &HeaderMap) -> Result<&str, ApiError> {
    let unauthorized = || ApiError::new(StatusCode::UNAUTHORIZED, "unauthorized");
    let value = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).ok_or_else(unauthorized)?;
    let (scheme, secret) = value.trim().split_once(' ').ok_or_else(unauthorized)?;
    let known = scheme.eq_ignore_ascii_case("Api-Key") || scheme.eq_ignore_ascii_case("Bearer");
    if known { Ok(secret.trim()) } else { Err(unauthorized()) }
}
