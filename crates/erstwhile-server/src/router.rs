//! The routers of both listeners, and the middleware in its order.

use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, StatusCode};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer};
use tower_http::trace::TraceLayer;

use crate::app::App;
use crate::http::error::ApiError;
use crate::http::{body, health, v0, v2, v3};
use crate::metrics::{RequestLabels, RouteLabels};

/// The header that names a request in the log.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The router of the API, with its middleware.
pub fn router(app: &App, timeout: Duration) -> Router {
    Router::new()
        .route("/healthz", get(health::healthz))
        .route("/livez", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .nest(v0::PREFIX, v0::routes())
        .nest("/api/v2", v2::routes().merge(v3::routes()))
        .fallback(no_such_route)
        .method_not_allowed_fallback(no_such_method)
        .layer(from_fn_with_state(app.clone(), body::whole))
        .layer(from_fn(move |request, next| within(timeout, request, next)))
        .layer(from_fn_with_state(app.clone(), count))
        .layer(CatchPanicLayer::custom(|_| {
            ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "internal server error").into_response()
        }))
        .layer(from_fn(v0::in_plain_text))
        // Failures are logged where they are handled, once.
        .layer(TraceLayer::new_for_http().on_failure(()).make_span_with(|request: &Request| {
            let id = request.headers().get(REQUEST_ID).and_then(|id| id.to_str().ok()).unwrap_or_default();
            tracing::debug_span!("request", request.id = id, method = %request.method())
        }))
        .layer(PropagateRequestIdLayer::new(REQUEST_ID))
        .layer(SetRequestIdLayer::new(REQUEST_ID, MakeRequestUuid))
        .with_state(app.clone())
}

/// The router of the metrics listener.
pub fn metrics_router(app: &App) -> Router {
    Router::new().route("/metrics", get(health::metrics)).with_state(app.clone())
}

async fn no_such_route() -> ApiError {
    ApiError::new(StatusCode::NOT_FOUND, "no such route")
}

async fn no_such_method() -> ApiError {
    ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "this route does not know that method")
}

async fn within(timeout: Duration, request: Request, next: Next) -> Response {
    match tokio::time::timeout(timeout, next.run(request)).await {
        Ok(response) => response,
        Err(_) => ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "the request took too long").into_response(),
    }
}

async fn count(State(app): State<App>, request: Request, next: Next) -> Response {
    let matched = request.extensions().get::<MatchedPath>();
    let route = matched.map_or("other", MatchedPath::as_str).to_owned();
    let method = request.method().to_string();
    let began = Instant::now();
    let response = next.run(request).await;
    let elapsed = began.elapsed();
    let status = response.status().as_u16();
    tracing::debug!(route, status, duration_ms = elapsed.as_secs_f64() * 1000.0, "answered");
    app.metrics
        .latency
        .get_or_create(&RouteLabels { method: method.clone(), route: route.clone() })
        .observe(elapsed.as_secs_f64());
    app.metrics.requests.get_or_create(&RequestLabels { method, route, status }).inc();
    response
}
