//! Admits requests: a request is authenticated before its body is received.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{MatchedPath, Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_body_util::BodyExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::caller;
use super::error::ApiError;
use crate::app::App;

/// The routes that need no key, and no body. Every other route needs a key.
const PUBLIC: [&str; 6] = ["/", "/healthz", "/livez", "/readyz", "/api/v2/openapi.json", "/api/v4/openapi.json"];
/// How long the rest of a body may take when the server stops.
const STOPPING_WAIT: Duration = Duration::from_secs(2);

/// Middleware that authenticates a request and then reads its whole body, which must fit into the memory for bodies.
///
/// The body is read before anything is answered, because a client may not read the response before it has sent the
/// whole body, and a connection with an unread body cannot be reused: an early error response would be lost. The body
/// of a request that is not admitted, or to an unknown route, is discarded as it arrives.
pub async fn admit(State(app): State<App>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let path = parts.extensions.get::<MatchedPath>();
    let needs_key = path.is_some_and(|path| !PUBLIC.contains(&path.as_str()));
    if !needs_key {
        discard(body).await;
        return next.run(Request::from_parts(parts, axum::body::Body::empty())).await;
    }
    let (key, allowance) = match caller::authenticate(&parts.headers, &app).await {
        Ok(authenticated) => authenticated,
        Err(error) => {
            discard(body).await;
            return error.into_response();
        }
    };
    let mut response = if allowance.is_some_and(|allowance| !allowance.is_admitted) {
        discard(body).await;
        ApiError::new(StatusCode::TOO_MANY_REQUESTS, "too many requests for this API key").into_response()
    } else {
        match caller::granted_to(&key, &app).await {
            Ok(Some(granted)) => drop(parts.extensions.insert(granted)),
            Ok(None) => {}
            Err(error) => {
                discard(body).await;
                return error.into_response();
            }
        }
        parts.extensions.insert(key);
        match receive(body, &app).await {
            Ok((bytes, memory)) => {
                let response = next.run(Request::from_parts(parts, bytes.into())).await;
                drop(memory);
                response
            }
            Err(error) => error.into_response(),
        }
    };
    // Lets the generations that tell it write it to the headers.
    if let Some(allowance) = allowance {
        response.extensions_mut().insert(allowance);
    }
    response
}

/// Reads a body, within the time that it may take. The bytes count as memory of bodies until the permit is dropped.
async fn receive(body: axum::body::Body, app: &App) -> Result<(Vec<u8>, Option<OwnedSemaphorePermit>), ApiError> {
    let stopping = async {
        app.draining.cancelled().await;
        tokio::time::sleep(STOPPING_WAIT).await;
    };
    let late = |message| ApiError::new(StatusCode::REQUEST_TIMEOUT, message);
    tokio::select! {
        received = read_all(body, app.limits.body_bytes_max, &app.body_memory) => received,
        () = tokio::time::sleep(app.body_timeout) => Err(late("the request body did not arrive in time")),
        () = stopping => Err(late("the request body did not arrive before the server stopped")),
    }
}

async fn read_all(
    mut body: axum::body::Body,
    limit: usize,
    memory: &Arc<Semaphore>,
) -> Result<(Vec<u8>, Option<OwnedSemaphorePermit>), ApiError> {
    let (mut bytes, mut permits) = (Vec::new(), None::<OwnedSemaphorePermit>);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| ApiError::bad_request("the request body is incomplete"))?;
        let Some(data) = frame.data_ref() else { continue };
        if bytes.len() + data.len() > limit {
            discard(body).await;
            let message = format!("the request body must have at most {limit} bytes");
            return Err(ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, message));
        }
        let count = u32::try_from(data.len()).unwrap_or(u32::MAX);
        let Ok(permit) = Arc::clone(memory).try_acquire_many_owned(count) else {
            drop((bytes, permits));
            discard(body).await;
            let message = "too many large requests at the same time; try again in a while";
            return Err(ApiError::new(StatusCode::SERVICE_UNAVAILABLE, message));
        };
        match &mut permits {
            Some(permits) => permits.merge(permit),
            None => permits = Some(permit),
        }
        bytes.extend_from_slice(data);
    }
    Ok((bytes, permits))
}

/// Reads and discards the rest of a body, up to limits of size and time.
async fn discard(mut body: axum::body::Body) {
    const BYTES_MAX: usize = 64 << 20;
    const TIME_MAX: Duration = Duration::from_secs(2);
    let reading = async {
        let mut seen = 0;
        while let Some(Ok(frame)) = body.frame().await {
            seen += frame.data_ref().map_or(0, Bytes::len);
            if seen > BYTES_MAX {
                return;
            }
        }
    };
    if tokio::time::timeout(TIME_MAX, reading).await.is_err() {
        tracing::debug!("stopped reading a request body that is not used: the client is too slow");
    }
}
