//! Authentication, and extractors for the project of the request's API key.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, StatusCode, header};
use erstwhile::Engine;
use erstwhile::engine::{GrantedGraphs, ProjectHandle};
use erstwhile::model::{Actor, ApiKey, KeyRole};

use super::error::ApiError;
use super::idempotency::KeyedRequest;
use crate::app::App;
use crate::openapi::{Description, Input};
use crate::rate::{Allowance, allowance};

/// The project, for a request that only reads.
#[derive(Debug, Clone)]
pub struct Reader(pub ProjectHandle);

/// The project, for a request about those who use it.
#[derive(Debug, Clone)]
pub struct Admin(pub ProjectHandle);

/// The project, for a request that writes.
#[derive(Debug, Clone)]
pub struct Writer(pub ProjectHandle);

impl FromRequestParts<App> for Reader {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        Ok(Self(project_of(&parts.extensions, &app.engine).ok_or_else(unauthorized)?))
    }
}

impl FromRequestParts<App> for Writer {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let key = key_of(parts)?;
        if key.role < KeyRole::Write {
            return Err(ApiError::new(StatusCode::FORBIDDEN, "this API key is read-only"));
        }
        let project = project_of(&parts.extensions, &app.engine).ok_or_else(unauthorized)?;
        Ok(Self(match parts.extensions.get::<KeyedRequest>() {
            Some(KeyedRequest { key, request }) => project.repeatable_with_key(*key, *request),
            None => project,
        }))
    }
}

impl FromRequestParts<App> for Admin {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let key = key_of(parts)?;
        if key.role < KeyRole::Admin {
            return Err(ApiError::new(StatusCode::FORBIDDEN, "this needs an API key of the role admin"));
        }
        Ok(Self(project_of(&parts.extensions, &app.engine).ok_or_else(unauthorized)?))
    }
}

impl Input for Reader {
    fn describe(description: &mut Description<'_>) {
        description.role(KeyRole::Read);
    }
}

impl Input for Writer {
    fn describe(description: &mut Description<'_>) {
        description.role(KeyRole::Write);
    }
}

impl Input for Admin {
    fn describe(description: &mut Description<'_>) {
        description.role(KeyRole::Admin);
    }
}

/// What the key of an admitted request reaches: a project; or one graph of it, and what was granted besides. The audit
/// log names the key.
pub fn project_of(extensions: &Extensions, engine: &Engine) -> Option<ProjectHandle> {
    let key = extensions.get::<ApiKey>()?;
    let actor = Actor::Key { id: key.id, prefix: key.prefix.clone() };
    let project = engine.project(key.project).acting_as(actor);
    let granted = extensions.get::<GrantedGraphs>().cloned().unwrap_or_default();
    Some(match key.graph {
        Some(graph) => project.bound_to(graph).granting(granted),
        None => project,
    })
}

/// What the groups of the user grant to whom a key is bound.
pub(super) async fn granted_to(key: &ApiKey, app: &App) -> Result<Option<GrantedGraphs>, ApiError> {
    Ok(match key.graph {
        Some(graph) => Some(app.engine.project(key.project).granted_to(graph).await?),
        None => None,
    })
}

/// The key with which the request was admitted.
fn key_of(parts: &Parts) -> Result<&ApiKey, ApiError> {
    parts.extensions.get().ok_or_else(unauthorized)
}

/// Returns the key of a request, and what it may still do; nothing about that when requests are unlimited.
pub(super) async fn authenticate(headers: &HeaderMap, app: &App) -> Result<(ApiKey, Option<Allowance>), ApiError> {
    let key = app.engine.authenticate(secret_of(headers)?).await?;
    let allowance = app.rate.as_ref().map(|rate| allowance(rate, key.id, app.engine.now()));
    Ok((key, allowance))
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
