//! Prometheus metrics. Labels have few values: route patterns, never ids.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use erstwhile::{EmbeddingTotals, ModelTotals, RerankingTotals};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

/// Labels of the request counter.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub struct RequestLabels {
    /// The HTTP method, or `other`: a client can make up any number of them.
    pub method: &'static str,
    /// The route pattern, such as `/api/v2/users/{user_id}`, or `other`.
    pub route: String,
    /// The HTTP status.
    pub status: u16,
}

/// Labels of the latency histogram.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub struct RouteLabels {
    /// The HTTP method, or `other`.
    pub method: &'static str,
    /// The route pattern, or `other`.
    pub route: String,
}

/// Labels of the dropped claims.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct ReasonLabels {
    /// Why they were dropped.
    reason: &'static str,
}

/// Labels of the requests that the queue refused.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct ShareLabels {
    /// What had no room: `queue`, `project` or `graph`.
    full: &'static str,
}

/// All metrics; cheap to clone.
#[derive(Debug, Clone)]
pub struct Metrics {
    registry: Arc<Registry>,
    /// `erstwhile_requests_total`
    pub requests: Family<RequestLabels, Counter>,
    /// `erstwhile_request_seconds`
    pub latency: Family<RouteLabels, Histogram>,
    /// `erstwhile_connections`
    pub connections: Gauge,
    /// `erstwhile_connections_refused_total`
    pub connections_refused: Counter,
    /// `erstwhile_queue_episodes`
    pub queue_episodes: Gauge,
    /// `erstwhile_queue_graphs`
    pub queue_graphs: Gauge,
    /// `erstwhile_queue_oldest_seconds`
    pub queue_oldest_seconds: Gauge,
    queue_refused: Family<ShareLabels, Counter>,
    dropped_claims: Family<ReasonLabels, Counter>,
    damaged_rows: Counter,
    /// `erstwhile_model_queue_episodes`
    pub model_queue_episodes: Gauge,
    model: ModelMetrics,
    embedding: EmbeddingMetrics,
    reranking: RerankingMetrics,
}

/// What the language model consumed and read since the start.
#[derive(Debug, Clone, Default)]
struct ModelMetrics {
    calls: Counter,
    retries: Counter,
    tokens: Family<TokenLabels, Counter>,
    cost: Counter<f64, AtomicU64>,
    episodes: Family<OutcomeLabels, Counter>,
}

/// Labels of the tokens of the language model.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct TokenLabels {
    /// `in`, `cached` (a part of `in`) or `out`.
    kind: &'static str,
}

/// Labels of the episodes that the language model read, of embedded queries, and of reranked searches.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OutcomeLabels {
    /// `read` or `failed`; of the others, see `EmbeddingTotals` and `RerankingTotals`.
    outcome: &'static str,
}

impl ModelMetrics {
    fn register(registry: &mut Registry) -> Self {
        let metrics = Self::default();
        registry.register(
            "model_calls",
            "Answered calls of the language model, since the start",
            metrics.calls.clone(),
        );
        let help = "Calls of the language model that were sent again, since the start";
        registry.register("model_retries", help, metrics.retries.clone());
        registry.register(
            "model_tokens",
            "Tokens of the language model, since the start",
            Family::clone(&metrics.tokens),
        );
        let help = "Cost of the language model in the currency of the configured prices, since the start";
        registry.register("model_cost", help, metrics.cost.clone());
        let help = "Episodes that the language model read or could not read, since the start";
        registry.register("model_episodes", help, Family::clone(&metrics.episodes));
        metrics
    }
}

/// What the reranking model did and consumed since the start.
#[derive(Debug, Clone, Default)]
struct RerankingMetrics {
    calls: Counter,
    tokens: Counter,
    cost: Counter<f64, AtomicU64>,
    searches: Family<OutcomeLabels, Counter>,
}

impl RerankingMetrics {
    fn register(registry: &mut Registry) -> Self {
        let metrics = Self::default();
        let help = "Answered calls of the reranking model, since the start";
        registry.register("reranking_calls", help, metrics.calls.clone());
        registry.register("reranking_tokens", "Tokens of the reranking model, since the start", metrics.tokens.clone());
        let help = "Cost of the reranking model in the currency of the configured prices, since the start";
        registry.register("reranking_cost", help, metrics.cost.clone());
        let help = "Searches that want the reranking model, by whether it ordered their results, since the start";
        registry.register("reranking_searches", help, Family::clone(&metrics.searches));
        metrics
    }
}

/// What the embedding model did and consumed since the start.
#[derive(Debug, Clone, Default)]
struct EmbeddingMetrics {
    calls: Counter,
    retries: Counter,
    tokens: Counter,
    cost: Counter<f64, AtomicU64>,
    texts: Counter,
    refused: Counter,
    failures: Counter,
    queries: Family<OutcomeLabels, Counter>,
}

impl EmbeddingMetrics {
    fn register(registry: &mut Registry) -> Self {
        let metrics = Self::default();
        for (name, help, counter) in [
            ("embedding_calls", "Answered calls of the embedding model, since the start", &metrics.calls),
            (
                "embedding_retries",
                "Calls of the embedding model that were sent again, since the start",
                &metrics.retries,
            ),
            ("embedding_tokens", "Tokens of the embedding model, since the start", &metrics.tokens),
            ("embedding_texts", "Texts and queries that were embedded, since the start", &metrics.texts),
            ("embedding_refused", "Texts that the embedding model did not take, since the start", &metrics.refused),
            ("embedding_failures", "Failed attempts to embed texts of a graph, since the start", &metrics.failures),
        ] {
            registry.register(name, help, counter.clone());
        }
        let help = "Cost of the embedding model in the currency of the configured price, since the start";
        registry.register("embedding_cost", help, metrics.cost.clone());
        let help = "Queries by whether they were searched with the embedding model, since the start";
        registry.register("embedding_queries", help, Family::clone(&metrics.queries));
        metrics
    }
}

impl Metrics {
    /// Creates the metrics, all zero.
    pub fn new() -> Self {
        let mut registry = Registry::with_prefix("erstwhile");
        let requests = Family::default();
        let latency = Family::new_with_constructor(latency_histogram as fn() -> Histogram);
        let (queue_episodes, queue_graphs) = (Gauge::default(), Gauge::default());
        registry.register("requests", "Number of requests", requests.clone());
        registry.register("request_seconds", "Latency of requests in seconds", Family::clone(&latency));
        let (connections, connections_refused) = (Gauge::default(), Counter::default());
        registry.register("connections", "Open connections", connections.clone());
        let help = "Connections that were refused because there were too many";
        registry.register("connections_refused", help, connections_refused.clone());
        registry.register("queue_episodes", "Episodes waiting for ingestion", queue_episodes.clone());
        registry.register("queue_graphs", "Graphs with episodes waiting for ingestion", queue_graphs.clone());
        let queue_oldest_seconds = Gauge::default();
        let help = "How long the graph that has waited longest for ingestion has waited";
        registry.register("queue_oldest_seconds", help, queue_oldest_seconds.clone());
        let queue_refused = Family::default();
        let help =
            "Requests refused because too many episodes wait for ingestion, by what had no room, since the start";
        registry.register("queue_refused", help, Family::clone(&queue_refused));
        let dropped_claims = Family::default();
        let help = "Claims and statements dropped while reading episodes, since the start";
        registry.register("dropped_claims", help, Family::clone(&dropped_claims));
        let damaged_rows = Counter::default();
        let help = "Different damaged rows that reads met, since the start";
        registry.register("damaged_rows", help, damaged_rows.clone());
        let model_queue_episodes = Gauge::default();
        let help = "Episodes waiting for the language model";
        registry.register("model_queue_episodes", help, model_queue_episodes.clone());
        let model = ModelMetrics::register(&mut registry);
        let embedding = EmbeddingMetrics::register(&mut registry);
        let reranking = RerankingMetrics::register(&mut registry);
        Self {
            registry: Arc::new(registry),
            requests,
            latency,
            connections,
            connections_refused,
            queue_episodes,
            queue_graphs,
            queue_oldest_seconds,
            queue_refused,
            dropped_claims,
            damaged_rows,
            model_queue_episodes,
            model,
            embedding,
            reranking,
        }
    }

    /// Sets what the language model consumed and read.
    pub fn set_model_totals(&self, totals: &ModelTotals) {
        let ModelTotals { usage, cost, read, failed } = *totals;
        set(&self.model.calls, usage.calls);
        set(&self.model.retries, usage.retries);
        for (kind, tokens) in [("in", usage.tokens_in), ("cached", usage.tokens_cached), ("out", usage.tokens_out)] {
            set(&self.model.tokens.get_or_create(&TokenLabels { kind }), tokens);
        }
        set_cost(&self.model.cost, cost);
        for (outcome, episodes) in [("read", read), ("failed", failed)] {
            set(&self.model.episodes.get_or_create(&OutcomeLabels { outcome }), episodes);
        }
    }

    /// Sets what the embedding model did and consumed.
    pub fn set_embedding_totals(&self, totals: &EmbeddingTotals) {
        let EmbeddingTotals { usage, cost, texts, refused, failures, queries } = *totals;
        set(&self.embedding.calls, usage.calls);
        set(&self.embedding.retries, usage.retries);
        set(&self.embedding.tokens, usage.tokens_in);
        set_cost(&self.embedding.cost, cost);
        set(&self.embedding.texts, texts);
        set(&self.embedding.refused, refused);
        set(&self.embedding.failures, failures);
        for (outcome, count) in [
            ("embedded", queries.embedded),
            ("remembered", queries.remembered),
            ("late", queries.late),
            ("failed", queries.failed),
            ("skipped", queries.skipped),
        ] {
            set(&self.embedding.queries.get_or_create(&OutcomeLabels { outcome }), count);
        }
    }

    /// Sets what the reranking model did and consumed.
    pub fn set_reranking_totals(&self, totals: &RerankingTotals) {
        let RerankingTotals { usage, cost, ranked, late, failed, skipped } = *totals;
        set(&self.reranking.calls, usage.calls);
        set(&self.reranking.tokens, usage.tokens_in);
        set_cost(&self.reranking.cost, cost);
        for (outcome, count) in [("ranked", ranked), ("late", late), ("failed", failed), ("skipped", skipped)] {
            set(&self.reranking.searches.get_or_create(&OutcomeLabels { outcome }), count);
        }
    }

    /// Sets how many requests were refused because something had no room in the queue.
    pub fn set_queue_refused(&self, counts: impl IntoIterator<Item = (&'static str, u64)>) {
        for (full, count) in counts {
            set(&self.queue_refused.get_or_create(&ShareLabels { full }), count);
        }
    }

    /// Sets how many claims and statements were dropped, by reason.
    pub fn set_dropped_claims(&self, counts: impl IntoIterator<Item = (&'static str, u64)>) {
        for (reason, count) in counts {
            set(&self.dropped_claims.get_or_create(&ReasonLabels { reason }), count);
        }
    }

    /// Sets how many different damaged rows were met.
    pub fn set_damaged_rows(&self, rows: u64) {
        set(&self.damaged_rows, rows);
    }

    /// Encodes the metrics in the Prometheus text format.
    pub fn encode(&self) -> Result<String, fmt::Error> {
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

/// Sets a counter to what the engine counted: its totals never decrease.
fn set(counter: &Counter, total: u64) {
    counter.inner().store(total, Ordering::Relaxed);
}

/// Sets a counter of cost, which the library keeps as the bits of the number.
fn set_cost(counter: &Counter<f64, AtomicU64>, total: f64) {
    counter.inner().store(total.to_bits(), Ordering::Relaxed);
}

/// A histogram with buckets from half a millisecond to eight seconds.
fn latency_histogram() -> Histogram {
    Histogram::new(exponential_buckets(0.0005, 2.0, 15))
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}
