//! The routers of both listeners, and the middleware in its order.

use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, Method, StatusCode};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer};
use tower_http::trace::TraceLayer;

use crate::app::App;
use crate::http::error::ApiError;
use crate::http::{admission, documents, health, idempotency, v0, v2, v3, v4, welcome, wrong_door};
use crate::mcp;
use crate::metrics::{RequestLabels, RouteLabels};
use crate::settings::ServerSettings;

/// The header with the request id, which is also logged.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The router of the API, with its middleware.
pub fn router(app: &App, settings: &ServerSettings) -> Router {
    let timeout = Duration::from_secs(settings.timeout_s);
    Router::new()
        .route("/", get(welcome::welcome))
        .route("/healthz", get(health::healthz))
        .route("/livez", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .route("/api/v2/openapi.json", get(documents::v3_document))
        .route("/api/v4/openapi.json", get(documents::v4_document))
        .nest(v0::PREFIX, v0::routes())
        .nest("/api/v2", v2::routes().merge(v3::routes().into_router()))
        .nest(v4::PREFIX, v4::routes().into_router().merge(v4::missing_routes()))
        .merge(mcp::routes(app))
        .fallback(wrong_door::route_not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(from_fn(idempotency::identify))
        .layer(from_fn(wrong_door::refuse))
        .layer(from_fn_with_state(app.clone(), admission::admit))
        .layer(from_fn(move |request, next| with_timeout(timeout, request, next)))
        .layer(from_fn_with_state(app.clone(), record_metrics))
        .layer(CatchPanicLayer::custom(|_| {
            ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "internal server error").into_response()
        }))
        .layer(from_fn(v0::plain_text_errors))
        .layer(from_fn(v4::errors_with_codes))
        // Failures are already logged where they are handled.
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

async fn method_not_allowed() -> ApiError {
    ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "method not allowed on this path")
}

async fn with_timeout(timeout: Duration, request: Request, next: Next) -> Response {
    match tokio::time::timeout(timeout, next.run(request)).await {
        Ok(response) => response,
        Err(_) => ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "the request timed out").into_response(),
    }
}

async fn record_metrics(State(app): State<App>, request: Request, next: Next) -> Response {
    let matched = request.extensions().get::<MatchedPath>();
    let route = matched.map_or("other", MatchedPath::as_str).to_owned();
    let method = method_label(request.method());
    let started = Instant::now();
    let response = next.run(request).await;
    let elapsed = started.elapsed();
    let status = response.status().as_u16();
    tracing::debug!(route, status, duration_ms = elapsed.as_secs_f64() * 1000.0, "request completed");
    app.metrics.latency.get_or_create(&RouteLabels { method, route: route.clone() }).observe(elapsed.as_secs_f64());
    app.metrics.requests.get_or_create(&RequestLabels { method, route, status }).inc();
    response
}

/// The label of a method, one of a few.
fn method_label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
