//! The state shared by all handlers.

use std::num::NonZeroU32;
use std::sync::Arc;

use erstwhile::Engine;
use erstwhile::model::ApiKeyId;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use tokio_util::sync::CancellationToken;

use crate::metrics::Metrics;
use crate::settings::{Limits, Settings};

/// State shared by all handlers; cheap to clone.
#[derive(Debug, Clone)]
pub struct App {
    /// The memory engine.
    pub engine: Engine,
    /// Limits on requests.
    pub limits: Arc<Limits>,
    /// Rate limiter by API key; `None` when requests are unlimited.
    pub rate: Option<Arc<DefaultKeyedRateLimiter<ApiKeyId>>>,
    /// Prometheus metrics.
    pub metrics: Metrics,
    /// Cancelled when the server begins to shut down.
    pub draining: CancellationToken,
}

impl App {
    /// Creates the application for an engine.
    pub fn new(engine: Engine, settings: &Settings) -> Self {
        let rate = NonZeroU32::new(settings.limits.requests_per_second)
            .map(|per_second| Arc::new(RateLimiter::keyed(Quota::per_second(per_second))));
        Self {
            engine,
            limits: Arc::new(settings.limits.clone()),
            rate,
            metrics: Metrics::new(),
            draining: CancellationToken::new(),
        }
    }
}
