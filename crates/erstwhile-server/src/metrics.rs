//! What the server counts. Labels are bounded: routes as they are written, never ids.

use std::fmt;
use std::sync::Arc;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

/// The labels of a request.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub struct RequestLabels {
    /// The verb.
    pub method: String,
    /// The route as it is written, such as `/api/v2/users/{user_id}`.
    pub route: String,
    /// The status.
    pub status: u16,
}

/// The labels of a latency.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub struct RouteLabels {
    /// The verb.
    pub method: String,
    /// The route as it is written.
    pub route: String,
}

/// Every metric; a cheap clone.
#[derive(Debug, Clone)]
pub struct Metrics {
    registry: Arc<Registry>,
    /// `erstwhile_requests_total`
    pub requests: Family<RequestLabels, Counter>,
    /// `erstwhile_request_seconds`
    pub latency: Family<RouteLabels, Histogram>,
    /// `erstwhile_queue_episodes`
    pub queue_episodes: Gauge,
    /// `erstwhile_queue_graphs`
    pub queue_graphs: Gauge,
}

impl Metrics {
    /// All at zero.
    pub fn new() -> Self {
        let mut registry = Registry::with_prefix("erstwhile");
        let requests = Family::default();
        let latency = Family::new_with_constructor(latency_histogram as fn() -> Histogram);
        let (queue_episodes, queue_graphs) = (Gauge::default(), Gauge::default());
        registry.register("requests", "Requests answered", requests.clone());
        registry.register("request_seconds", "Seconds until a request was answered", Family::clone(&latency));
        registry.register("queue_episodes", "Episodes that wait to be understood", queue_episodes.clone());
        registry.register("queue_graphs", "Graphs with waiting episodes", queue_graphs.clone());
        Self { registry: Arc::new(registry), requests, latency, queue_episodes, queue_graphs }
    }

    /// The Prometheus text.
    pub fn encode(&self) -> Result<String, fmt::Error> {
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

/// Buckets from half a millisecond to eight seconds.
fn latency_histogram() -> Histogram {
    Histogram::new(exponential_buckets(0.0005, 2.0, 15))
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}
