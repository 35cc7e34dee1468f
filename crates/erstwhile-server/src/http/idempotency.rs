//! The header `Idempotency-Key`: a request that is repeated with its key is executed once, and a key that was used for
//! another request is refused.

use axum::body::to_bytes;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use uuid::Uuid;

use super::error::ApiError;

/// The header with the key that the client chose.
const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// Maximum number of bytes of a key.
const KEY_BYTES_MAX: usize = 255;

/// Digests of the key of a request, and of the whole request without it.
#[derive(Debug, Clone, Copy)]
pub(super) struct KeyedRequest {
    pub(super) key: Uuid,
    pub(super) request: Uuid,
}

/// Middleware that adds the digests of a request with a key to its extensions.
pub async fn identify(request: Request, next: Next) -> Response {
    let Some(key) = request.headers().get(IDEMPOTENCY_KEY).filter(|key| !key.is_empty()) else {
        return next.run(request).await;
    };
    if key.len() > KEY_BYTES_MAX {
        let message = format!("{IDEMPOTENCY_KEY} must have at most {KEY_BYTES_MAX} bytes");
        return ApiError::bad_request(message).with_param(IDEMPOTENCY_KEY).into_response();
    }
    let key = Uuid::new_v5(&Uuid::NAMESPACE_OID, key.as_bytes());
    let mut identity = Vec::new();
    let (mut parts, body) = request.into_parts();
    // Admission has limited the body and read it into memory.
    let Ok(body) = to_bytes(body, usize::MAX).await else {
        return ApiError::bad_request("the request body cannot be read").into_response();
    };
    // Neither of the two can contain a line break, so no two requests have the same identity.
    for part in [parts.method.as_str(), &parts.uri.to_string()] {
        identity.extend_from_slice(part.as_bytes());
        identity.push(b'\n');
    }
    identity.extend_from_slice(&body);
    parts.extensions.insert(KeyedRequest { key, request: Uuid::new_v5(&Uuid::NAMESPACE_OID, &identity) });
    next.run(Request::from_parts(parts, body.into())).await
}
