//! Extractors for bodies, queries and ids; their errors name the field.

use std::borrow::Cow;
use std::error::Error as _;

use axum::body::to_bytes;
use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::request::Parts;
use erstwhile::model::parse_timestamp;
use jiff::Timestamp;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::error::ApiError;
use crate::app::App;
use crate::openapi::{Description, Input, without_description};

/// A JSON object in the body, of any content type; an empty body counts as `{}`.
#[derive(Debug)]
pub struct Body<T>(pub T);

impl<T: DeserializeOwned> FromRequest<App> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &App) -> Result<Self, ApiError> {
        let bytes = to_bytes(request.into_body(), app.limits.body_bytes_max).await;
        let bytes = bytes.map_err(|_| ApiError::bad_request("the request body cannot be read"))?;
        let bytes = if bytes.trim_ascii().is_empty() { &b"{}"[..] } else { bytes.trim_ascii() };
        if !bytes.starts_with(b"{") && serde_json::from_slice::<serde_json::Value>(bytes).is_ok() {
            return Err(ApiError::bad_request("the request body must be a JSON object"));
        }
        parse(bytes).map(Self)
    }
}

/// A JSON array in the body, of any content type; an empty body counts as `[]`.
#[derive(Debug)]
pub struct List<T>(pub Vec<T>);

impl<T: DeserializeOwned> FromRequest<App> for List<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &App) -> Result<Self, ApiError> {
        let bytes = to_bytes(request.into_body(), app.limits.body_bytes_max).await;
        let bytes = bytes.map_err(|_| ApiError::bad_request("the request body cannot be read"))?;
        let bytes = if bytes.trim_ascii().is_empty() { &b"[]"[..] } else { bytes.trim_ascii() };
        if !bytes.starts_with(b"[") && serde_json::from_slice::<serde_json::Value>(bytes).is_ok() {
            return Err(ApiError::bad_request("the request body must be a JSON array"));
        }
        parse(bytes).map(Self)
    }
}

impl<T: JsonSchema> Input for Body<T> {
    fn describe(description: &mut Description<'_>) {
        description.body::<T>();
    }
}

impl<T: JsonSchema> Input for List<T> {
    fn describe(description: &mut Description<'_>) {
        description.body::<Vec<T>>();
    }
}

impl<T: JsonSchema> Input for Query<T> {
    fn describe(description: &mut Description<'_>) {
        description.query::<T>();
    }
}

impl Input for PathId {
    fn describe(description: &mut Description<'_>) {
        description.path_formats(&[None]);
    }
}

impl Input for PathIdAndUuid {
    fn describe(description: &mut Description<'_>) {
        description.path_formats(&[None, Some("uuid")]);
    }
}

impl Input for PathUuid {
    fn describe(description: &mut Description<'_>) {
        description.path_formats(&[Some("uuid")]);
    }
}

/// Parses JSON; errors name the field.
fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = error.path().to_string();
        let inner = error.into_inner();
        match (inner.is_data(), path.as_str()) {
            (true, "." | "") => ApiError::bad_request(format!("invalid request body: {inner}")),
            (true, path) => ApiError::bad_request(format!("invalid {path}: {inner}")),
            (false, _) => ApiError::bad_request(format!("the request body is not valid JSON: {inner}")),
        }
    })?;
    json.end().map_err(|error| ApiError::bad_request(format!("the request body is not valid JSON: {error}")))?;
    Ok(value)
}

/// Query parameters; an empty value counts as absent, except of a parameter that limits a list to one user: whoever lost the
/// uuid of a user must not get what is everybody's.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<App> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, ApiError> {
        let query = parts.uri.query().unwrap_or_default();
        let is_given = |pair: &&str| pair.contains('=') && (!pair.ends_with('=') || *pair == "user_uuid=");
        let given: Vec<&str> = query.split('&').filter(is_given).collect();
        let uri = format!("/?{}", given.join("&"));
        let uri = uri.parse().map_err(|_| ApiError::bad_request("the query string is malformed"))?;
        let parsed = axum::extract::Query::try_from_uri(&uri);
        parsed.map(|query| Self(query.0)).map_err(|error| {
            // The source names the parameter before the reason.
            let source = error.source().map(ToString::to_string).unwrap_or_default();
            match source.split_once(": ").filter(|(name, _)| !name.contains(' ')) {
                Some((name, reason)) => {
                    ApiError::bad_request(format!("invalid {name}: {}", reason_of(reason))).with_param(name)
                }
                None => ApiError::bad_request(format!("query: {}", error.body_text())),
            }
        })
    }
}

/// Why a value was refused; the standard library's words for a number do not say what is expected.
fn reason_of(reason: &str) -> &str {
    if reason == "invalid digit found in string" { "not a whole number" } else { reason }
}

/// An id in the path, percent-decoded; it may contain any text, including slashes.
#[derive(Debug)]
pub struct PathId(pub String);

impl FromRequestParts<App> for PathId {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let malformed = |_: PathRejection| ApiError::bad_request("the id in the path is not valid UTF-8");
        let Path(id) = Path::<String>::from_request_parts(parts, app).await.map_err(malformed)?;
        Ok(Self(id))
    }
}

/// An id and then a uuid in the path.
#[derive(Debug)]
pub struct PathIdAndUuid(pub String, pub Uuid);

impl FromRequestParts<App> for PathIdAndUuid {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let malformed = |_: PathRejection| ApiError::bad_request("an id in the path is not valid UTF-8");
        let Path((id, object)) = Path::<(String, String)>::from_request_parts(parts, app).await.map_err(malformed)?;
        Ok(Self(id, uuid("the uuid in the path", &object)?))
    }
}

/// A uuid in the path.
#[derive(Debug)]
pub struct PathUuid(pub Uuid);

impl FromRequestParts<App> for PathUuid {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let PathId(id) = PathId::from_request_parts(parts, app).await?;
        Ok(Self(uuid("the uuid in the path", &id)?))
    }
}

/// Parses a uuid; `name` is the field named in the error.
pub fn uuid(name: &str, text: &str) -> Result<Uuid, ApiError> {
    Uuid::parse_str(text).map_err(|_| ApiError::bad_request(format!("{name} must be a UUID, not `{text}`")))
}

/// Parses a time; `name` is the field named in the error.
pub fn time(name: &str, text: &str) -> Result<Timestamp, ApiError> {
    let invalid = || {
        ApiError::bad_request(format!("{name} must be an RFC 3339 time in the years 0 to 9999, not `{}`", text.trim()))
    };
    parse_timestamp(text).ok_or_else(invalid)
}

/// Parses an optional time; blank text counts as absent.
pub fn optional_time(name: &str, text: Option<&String>) -> Result<Option<Timestamp>, ApiError> {
    text.filter(|text| !text.trim().is_empty()).map(|text| time(name, text)).transpose()
}

/// With `#[serde(flatten)]` as a field of a type, lets the type be deserialized only from objects. Without
/// it, serde also accepts an array of the fields' values.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[schemars(transform = without_description)]
pub struct ObjectOnly {}

/// A field of an update: absent, null and a value have different meanings.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Field<T> {
    /// Not in the body.
    #[default]
    Absent,
    /// Explicitly null.
    Null,
    /// A value.
    Given(T),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Field<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::<T>::deserialize(deserializer)?.map_or(Self::Null, Self::Given))
    }
}

impl<T: JsonSchema> JsonSchema for Field<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        Option::<T>::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Option::<T>::json_schema(generator)
    }
}

impl<T> Field<T> {
    /// Returns the update: `None` leaves the field unchanged, `Some(None)` clears it.
    pub fn update<U>(self, convert: impl FnOnce(T) -> Result<U, ApiError>) -> Result<Option<Option<U>>, ApiError> {
        match self {
            Self::Absent => Ok(None),
            Self::Null => Ok(Some(None)),
            Self::Given(value) => convert(value).map(|value| Some(Some(value))),
        }
    }
}
