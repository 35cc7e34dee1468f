//! What every handler may ask for.

use std::num::NonZeroU32;
use std::sync::Arc;

use erstwhile::Engine;
use erstwhile::model::ApiKeyId;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use tokio_util::sync::CancellationToken;

use crate::metrics::Metrics;
use crate::settings::{Limits, Settings};

/// What handlers share; a cheap clone.
#[derive(Debug, Clone)]
pub struct App {
    /// The memory.
    pub engine: Engine,
    /// What requests may ask for.
    pub limits: Arc<Limits>,
    /// Requests each second, by key; `None` for no limit.
    pub rate: Option<Arc<DefaultKeyedRateLimiter<ApiKeyId>>>,
    /// Counters.
    pub metrics: Metrics,
    /// Cancelled when the server begins to shut down.
    pub draining: CancellationToken,
}

impl App {
    /// The application over an engine.
    pub fn new(engine: Engine, settings: &Settings) -> Self {
        let rate = NonZeroU32::new(settings.limits.requests_per_second)
            .map(|each_second| Arc::new(RateLimiter::keyed(Quota::per_second(each_second))));
        Self {
            engine,
            limits: Arc::new(settings.limits.clone()),
            rate,
            metrics: Metrics::new(),
            draining: CancellationToken::new(),
        }
    }
}
