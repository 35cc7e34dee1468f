//! The state shared by all handlers.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use erstwhile::Engine;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::metrics::Metrics;
use crate::rate::{RequestRate, request_rate};
use crate::settings::{Limits, McpSettings, Settings, WebhookSettings};

/// State shared by all handlers; cheap to clone.
#[derive(Debug, Clone)]
pub struct App {
    /// The memory engine.
    pub engine: Engine,
    /// Limits on requests.
    pub limits: Arc<Limits>,
    /// The MCP server.
    pub mcp: Arc<McpSettings>,
    /// Webhooks.
    pub webhooks: Arc<WebhookSettings>,
    /// Rate limiter by API key; `None` when requests are unlimited.
    pub rate: Option<Arc<RequestRate>>,
    /// The bytes that the bodies of requests in progress may still have.
    pub body_memory: Arc<Semaphore>,
    /// How long a body may take to arrive.
    pub body_timeout: Duration,
    /// Prometheus metrics.
    pub metrics: Metrics,
    /// Cancelled when the server begins to shut down.
    pub draining: CancellationToken,
}

impl App {
    /// Creates the application for an engine.
    pub fn new(engine: Engine, settings: &Settings) -> Self {
        let rate =
            NonZeroU32::new(settings.limits.requests_per_second).map(|per_second| Arc::new(request_rate(per_second)));
        Self {
            engine,
            limits: Arc::new(settings.limits.clone()),
            mcp: Arc::new(settings.mcp.clone()),
            webhooks: Arc::new(settings.webhooks.clone()),
            rate,
            body_memory: Arc::new(Semaphore::new(settings.limits.body_memory().min(Semaphore::MAX_PERMITS))),
            body_timeout: Duration::from_secs(settings.server.body_timeout_s),
            metrics: Metrics::new(),
            draining: CancellationToken::new(),
        }
    }
}
