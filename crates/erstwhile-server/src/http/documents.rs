//! The OpenAPI documents of the generations, which need no key.

use std::sync::LazyLock;

use axum::body::Bytes;
use axum::http::header;
use axum::response::IntoResponse;

use super::{v3, v4};

/// The document of cloud v3.
pub static V3: LazyLock<Bytes> = LazyLock::new(|| v3::document().to_string().into());
/// The document of cloud v4.
pub static V4: LazyLock<Bytes> = LazyLock::new(|| v4::document().to_string().into());

/// `GET /api/v2/openapi.json`
pub async fn v3_document() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], V3.clone())
}

/// `GET /api/v4/openapi.json`
pub async fn v4_document() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], V4.clone())
}
