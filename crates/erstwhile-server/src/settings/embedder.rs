//! Settings of the embedding model.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::bail;
use serde::Deserialize;

use super::model::complete_access;

/// The embedding model, and what it may cost. Without it, meaning is compared with the built-in table.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EmbedderSettings {
    /// The protocol of the server: `openai` (and everything compatible) or `ollama`; or `local` for a model in the data
    /// folder.
    pub provider: EmbedderProvider,
    /// Base URL of the server, such as `http://127.0.0.1:8080/v1`; the provider's own if absent.
    pub url: Option<String>,
    /// The model's name. There is no embedding model without it.
    pub name: Option<String>,
    /// The API key for that server.
    pub key: Option<String>,
    /// A file that holds the key.
    pub key_file: Option<PathBuf>,
    /// The number of dimensions of its vectors; that of the first answer if absent.
    pub dimensions: Option<usize>,
    /// How long a search waits for the vector of its query, in milliseconds.
    pub query_deadline_ms: u64,
    /// Maximum number of texts in one request.
    pub batch_texts: usize,
    /// Maximum number of characters in one request.
    pub batch_characters: usize,
    /// Timeout of a request in seconds.
    pub timeout_s: u64,
    /// Timeout of a call with all its retries in seconds.
    pub timeout_total_s: u64,
    /// How often a failed request is sent again.
    pub retries: u32,
    /// Maximum number of concurrent requests; half as many graphs are embedded concurrently.
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
    /// Extra query parameters of every request, such as `api-version`.
    pub query: BTreeMap<String, String>,
    /// Price of a million tokens. Costs are counted only if it is set.
    pub price: Option<f64>,
    /// What a project may spend on a day, in the currency of the price.
    pub budget_cost: Option<f64>,
    /// How many tokens a project may use on a day.
    pub budget_tokens: Option<u64>,
    /// How many calls a project may make on a day.
    pub budget_calls: Option<u64>,
}

/// The protocol of the embedding model's server, or `local`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EmbedderProvider {
    /// `/embeddings` of `OpenAI` and compatible servers.
    #[default]
    Openai,
    /// `/api/embed` of Ollama.
    Ollama,
    /// A model in the data folder, computed by this process.
    Local,
}

impl Default for EmbedderSettings {
    fn default() -> Self {
        Self {
            provider: EmbedderProvider::default(),
            url: None,
            name: None,
            key: None,
            key_file: None,
            dimensions: None,
            query_deadline_ms: 500,
            batch_texts: 64,
            batch_characters: 100_000,
            timeout_s: 30,
            timeout_total_s: 120,
            retries: 3,
            concurrency: 4,
            requests_per_minute: None,
            tokens_per_minute: None,
            proxy: None,
            ca_file: None,
            headers: BTreeMap::new(),
            query: BTreeMap::new(),
            price: None,
            budget_cost: None,
            budget_tokens: None,
            budget_calls: None,
        }
    }
}

impl std::fmt::Debug for EmbedderSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // URLs, headers and parameters may hold secrets.
        f.debug_struct("EmbedderSettings")
            .field("provider", &self.provider)
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl EmbedderSettings {
    /// Reads the key from its file, and checks what belongs together.
    pub(super) fn complete(&mut self) -> anyhow::Result<()> {
        complete_access("embedder", (&mut self.name, &mut self.url), &mut self.key, self.key_file.as_deref())?;
        if self.name.is_none() && (self.url.is_some() || self.key.is_some()) {
            bail!("embedder.name must be set with embedder.url or embedder.key");
        }
        let is_local = self.provider == EmbedderProvider::Local;
        if is_local && (self.name.is_none() || self.url.is_some() || self.key.is_some() || self.dimensions.is_some()) {
            bail!("with embedder.provider = local, set embedder.name, and no embedder.url, key or dimensions");
        }
        let has_default = is_local || self.provider == EmbedderProvider::Ollama;
        if self.name.is_some() && self.url.is_none() && self.key.is_none() && !has_default {
            bail!("embedder.name needs embedder.url (of a server without keys) or embedder.key");
        }
        let prices = [self.price, self.budget_cost];
        if prices.into_iter().flatten().any(|price| !price.is_finite() || price < 0.0) {
            bail!("embedder.price and embedder.budget_cost must be 0 or more");
        }
        if self.budget_cost.is_some() && self.price.is_none() {
            bail!("embedder.budget_cost needs embedder.price");
        }
        for (name, number) in [
            ("dimensions", self.dimensions.unwrap_or(1)),
            ("batch_texts", self.batch_texts),
            ("batch_characters", self.batch_characters),
            ("concurrency", self.concurrency),
        ] {
            if number == 0 {
                bail!("embedder.{name} must be at least 1");
            }
        }
        Ok(())
    }
}
