//! A client of reranking models behind a network: `/rerank` as Cohere and Jina define it, and servers compatible with them,
//! such as vLLM, llama.cpp and Infinity.
//!
//! It shares connections, limits and retries with `language_models`.

use std::sync::Arc;

use async_trait::async_trait;
use erstwhile::ports::{RerankingModel, RerankingScores};
use erstwhile::{Error, Result};
use serde_json::{Value, json};
use tokio::time::timeout_at;

use crate::language_models::ConnectionSettings;
use crate::language_models::address;
use crate::language_models::sender::{Progress, Sender, Target};

/// Maximum size of a response.
const RESPONSE_BYTES_MAX: usize = 8 << 20;
/// The section of the server's settings that error messages name.
const SECTION: &str = "reranker";
/// The path of the operation.
const PATH: &str = "/rerank";

/// The provider, whose servers are asked unless a URL is set.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum RerankingProvider {
    /// Jina.
    #[default]
    Jina,
    /// Cohere.
    Cohere,
}

impl RerankingProvider {
    fn url(self) -> &'static str {
        match self {
            Self::Jina => "https://api.jina.ai/v1",
            Self::Cohere => "https://api.cohere.com/v2",
        }
    }
}

/// A reranking model and how to reach it.
#[derive(Clone, Default)]
pub struct RemoteRerankerSettings {
    /// The provider.
    pub provider: RerankingProvider,
    /// The base URL, such as `http://127.0.0.1:8080/v1`; the provider's own when absent.
    pub url: Option<String>,
    /// The model's name.
    pub name: String,
    /// The API key, if the server requires one.
    pub key: Option<String>,
    /// The connection to the server.
    pub connection: ConnectionSettings,
}

impl std::fmt::Debug for RemoteRerankerSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RemoteRerankerSettings")
            .field("url", &self.url.as_deref().map(address::without_secrets))
            .field("name", &self.name)
            .field("connection", &self.connection)
            .finish_non_exhaustive()
    }
}

/// A client of a reranking model.
#[derive(Clone)]
pub struct RemoteReranker {
    inner: Arc<Inner>,
}

struct Inner {
    settings: RemoteRerankerSettings,
    sender: Sender,
}

impl std::fmt::Debug for RemoteReranker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RemoteReranker").field("settings", &self.inner.settings).finish_non_exhaustive()
    }
}

impl RemoteReranker {
    /// Creates a client; nothing is sent yet.
    ///
    /// # Errors
    /// `Invalid` when a setting is.
    pub fn new(settings: RemoteRerankerSettings) -> Result<Self> {
        if settings.name.trim().is_empty() {
            return Err(Error::invalid(format!("the reranking model has no name: set {SECTION}.name")));
        }
        let key = settings.key.as_deref().map(str::trim).filter(|key| !key.is_empty());
        let base = settings.url.as_deref().unwrap_or(settings.provider.url());
        let target = Target {
            section: SECTION,
            url: address::operation(SECTION, base, PATH, &settings.name, &settings.connection.query)?,
            key,
            headers: key.map(|key| ("authorization", format!("Bearer {key}"))).into_iter().collect(),
            response_bytes_max: RESPONSE_BYTES_MAX,
        };
        let sender = Sender::new(&settings.connection, target)?;
        Ok(Self { inner: Arc::new(Inner { settings, sender }) })
    }
}

#[async_trait]
impl RerankingModel for RemoteReranker {
    fn name(&self) -> &str {
        &self.inner.settings.name
    }

    async fn scores(&self, query: &str, texts: &[&str]) -> RerankingScores {
        let mut progress = Progress::start(&self.inner.settings.connection);
        let scores = timeout_at(progress.deadline, self.inner.ask(query, texts, &mut progress)).await;
        let outcome = scores.unwrap_or_else(|_| Err(Progress::overdue(SECTION)));
        RerankingScores { outcome, usage: progress.usage }
    }
}

impl Inner {
    async fn ask(&self, query: &str, texts: &[&str], progress: &mut Progress) -> Result<Vec<f32>> {
        let body = json!({ "model": self.settings.name, "query": query, "documents": texts, "top_n": texts.len() });
        // The model reads the query with each text.
        let characters: usize = texts.iter().map(|text| text.len() + query.len()).sum();
        let estimate = u32::try_from(characters / 4).unwrap_or(u32::MAX);
        let private: Vec<&str> = texts.iter().copied().chain([query]).collect();
        let answer = self.sender.send(&body, estimate, &private, progress).await;
        let answer = answer.map_err(|failure| failure.error)?;
        let counted = answer["usage"]["total_tokens"].as_u64();
        progress.usage.tokens_in += counted.unwrap_or_else(|| u64::from(estimate));
        read(&answer, texts.len()).ok_or_else(|| Error::internal("the reranking server's response has no valid scores"))
    }
}

/// The scores in the order of the texts, if each has one.
fn read(answer: &Value, count: usize) -> Option<Vec<f32>> {
    let results = answer["results"].as_array()?;
    let mut scores: Vec<Option<f32>> = vec![None; count];
    for result in results {
        let place = usize::try_from(result["index"].as_u64()?).ok()?;
        *scores.get_mut(place)? = Some(result["relevance_score"].as_f64()? as f32);
    }
    scores.into_iter().collect()
}
