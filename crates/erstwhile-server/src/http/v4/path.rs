//! Uuids in paths and bodies; a malformed one is an error of its own.

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use uuid::Uuid;

use crate::app::App;
use crate::http::error::ApiError;
use crate::openapi::{Description, Input};

/// The code of an error about an id that is not a UUID.
const INVALID_IDENTIFIER: &str = "invalid_identifier";

/// The uuids in the path, in order.
#[derive(Debug)]
pub(super) struct PathUuids<const N: usize>(pub(super) [Uuid; N]);

impl<const N: usize> FromRequestParts<App> for PathUuids<N> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let malformed = || ApiError::bad_request("an id in the path is not a UUID").with_code(INVALID_IDENTIFIER);
        let path = Path::<Vec<(String, String)>>::from_request_parts(parts, app).await;
        let Path(given) = path.map_err(|_| malformed())?;
        let uuids = given.iter().map(|(name, text)| identifier(name, text)).collect::<Result<Vec<_>, _>>()?;
        uuids.try_into().map(Self).map_err(|_| malformed())
    }
}

impl<const N: usize> Input for PathUuids<N> {
    fn describe(description: &mut Description<'_>) {
        description.path_formats(&[Some("uuid"); N]);
    }
}

/// Parses a uuid; `name` is the field named in the error.
pub(super) fn identifier(name: &str, text: &str) -> Result<Uuid, ApiError> {
    Uuid::parse_str(text).map_err(|_| {
        let message = format!("{name} must be a UUID, not `{text}`; POST /lookup finds the uuids of other ids");
        ApiError::bad_request(message).with_code(INVALID_IDENTIFIER).with_param(name)
    })
}

/// Parses an optional uuid; blank text counts as absent.
pub(super) fn optional_identifier(name: &str, text: Option<&String>) -> Result<Option<Uuid>, ApiError> {
    text.filter(|text| !text.trim().is_empty()).map(|text| identifier(name, text)).transpose()
}
