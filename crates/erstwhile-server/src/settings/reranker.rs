//! Settings of the reranking model.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::bail;
use serde::Deserialize;

use super::model::complete_access;

/// The model that orders the results of searches with the reranker `cross_encoder`, and what it may cost.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RerankerSettings {
    /// The provider, `jina` or `cohere`, which have the same protocol as most servers of one's own, or `local`.
    pub provider: RerankerProvider,
    /// Base URL of the server, such as `http://127.0.0.1:8080/v1`; the provider's own if absent.
    pub url: Option<String>,
    /// The model's name. There is no reranking model without it.
    pub name: Option<String>,
    /// The API key for that server.
    pub key: Option<String>,
    /// A file that holds the key.
    pub key_file: Option<PathBuf>,
    /// How long a search waits for the model, in milliseconds.
    pub deadline_ms: u64,
    /// How often a failed request is sent again, if the deadline leaves time.
    pub retries: u32,
    /// Maximum number of concurrent requests; of threads that compute a local model.
    pub concurrency: usize,
    /// Maximum number of requests per minute; no limit if absent.
    pub requests_per_minute: Option<u32>,
    /// Maximum number of tokens per minute; no limit if absent.
    pub tokens_per_minute: Option<u32>,
    /// URL of a proxy, or `none`; that of the environment if absent.
    pub proxy: Option<String>,
    /// A PEM file with the certificate authorities to trust instead of the system's.
    pub ca_file: Option<PathBuf>,
    /// Extra headers of every request.
    pub headers: BTreeMap<String, String>,
    /// Extra query parameters of every request.
    pub query: BTreeMap<String, String>,
    /// Price of a million tokens.
    pub price_tokens: Option<f64>,
    /// Price of a thousand calls.
    pub price_calls: Option<f64>,
    /// What a project may spend on a day, in the currency of the prices.
    pub budget_cost: Option<f64>,
    /// How many tokens a project may use on a day.
    pub budget_tokens: Option<u64>,
    /// How many calls a project may make on a day.
    pub budget_calls: Option<u64>,
}

/// Whose server is asked unless a URL is set, or `local`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RerankerProvider {
    /// Jina.
    #[default]
    Jina,
    /// Cohere.
    Cohere,
    /// A model in the data folder, computed by this process.
    Local,
}

impl Default for RerankerSettings {
    fn default() -> Self {
        Self {
            provider: RerankerProvider::default(),
            url: None,
            name: None,
            key: None,
            key_file: None,
            deadline_ms: 1_000,
            retries: 1,
            concurrency: 8,
            requests_per_minute: None,
            tokens_per_minute: None,
            proxy: None,
            ca_file: None,
            headers: BTreeMap::new(),
            query: BTreeMap::new(),
            price_tokens: None,
            price_calls: None,
            budget_cost: None,
            budget_tokens: None,
            budget_calls: None,
        }
    }
}

impl std::fmt::Debug for RerankerSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // URLs, headers and parameters may hold secrets.
        f.debug_struct("RerankerSettings")
            .field("provider", &self.provider)
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl RerankerSettings {
    /// Reads the key from its file, and checks what belongs together.
    pub(super) fn complete(&mut self) -> anyhow::Result<()> {
        complete_access("reranker", (&mut self.name, &mut self.url), &mut self.key, self.key_file.as_deref())?;
        let is_remote = self.url.is_some() || self.key.is_some();
        if self.provider == RerankerProvider::Local {
            if self.name.is_none() || is_remote {
                bail!("with reranker.provider = local, set reranker.name, and no reranker.url or key");
            }
        } else if self.name.is_some() != is_remote {
            bail!("reranker.name must be set with reranker.url (of a server without keys) or reranker.key");
        }
        let prices = [self.price_tokens, self.price_calls, self.budget_cost];
        if prices.into_iter().flatten().any(|price| !price.is_finite() || price < 0.0) {
            bail!("prices and budgets of reranker must be 0 or more");
        }
        if self.budget_cost.is_some() && self.price_tokens.is_none() && self.price_calls.is_none() {
            bail!("reranker.budget_cost needs reranker.price_tokens or reranker.price_calls");
        }
        if self.concurrency == 0 {
            bail!("reranker.concurrency must be at least 1");
        }
        Ok(())
    }
}
