//! A client of embedding models behind a network: `OpenAI` and compatible servers, Ollama.
//!
//! It shares connections, limits and retries with `language_models`, and checks what it receives: the number of vectors,
//! their dimensions, and that their components are numbers.

mod batches;
mod vectors;
mod wire;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use erstwhile::ports::{EmbeddingModel, Embeddings, ModelUsage};
use erstwhile::{Error, Result};
use futures::{StreamExt, stream};
use tokio::time::timeout_at;

use crate::language_models::ConnectionSettings;
use crate::language_models::address;
use crate::language_models::failure::Failure;
use crate::language_models::sender::{Progress, Sender, Target};

/// Maximum size of a response.
const RESPONSE_BYTES_MAX: usize = 64 << 20;
/// The section of the server's settings that error messages name.
const SECTION: &str = "embedder";

/// The protocol that an embedding server speaks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum EmbeddingDialect {
    /// `/embeddings` as defined by `OpenAI`.
    #[default]
    OpenAi,
    /// `/api/embed` of Ollama.
    Ollama,
}

/// An embedding model and how to reach it.
#[derive(Clone)]
pub struct RemoteEmbedderSettings {
    /// The protocol of the server.
    pub dialect: EmbeddingDialect,
    /// The base URL, such as `http://127.0.0.1:8080/v1`; when absent, the provider's own, or Ollama on this machine.
    pub url: Option<String>,
    /// The model's name.
    pub name: String,
    /// The API key, if the server requires one.
    pub key: Option<String>,
    /// The number of dimensions. The server is asked for so many, if it can choose; that of the first answer when absent.
    pub dimensions: Option<usize>,
    /// Maximum number of texts in one request; at least 1.
    pub batch_texts_max: usize,
    /// Maximum number of characters in one request; a longer text is sent alone.
    pub batch_characters_max: usize,
    /// The connection to the server.
    pub connection: ConnectionSettings,
}

impl Default for RemoteEmbedderSettings {
    fn default() -> Self {
        Self {
            dialect: EmbeddingDialect::default(),
            url: None,
            name: String::new(),
            key: None,
            dimensions: None,
            batch_texts_max: 64,
            batch_characters_max: 100_000,
            connection: ConnectionSettings::default(),
        }
    }
}

impl std::fmt::Debug for RemoteEmbedderSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RemoteEmbedderSettings")
            .field("dialect", &self.dialect)
            .field("url", &self.url.as_deref().map(address::without_secrets))
            .field("name", &self.name)
            .field("dimensions", &self.dimensions)
            .field("connection", &self.connection)
            .finish_non_exhaustive()
    }
}

/// A client of an embedding model.
#[derive(Clone)]
pub struct RemoteEmbedder {
    inner: Arc<Inner>,
}

struct Inner {
    settings: RemoteEmbedderSettings,
    /// The name of the vector space.
    name: String,
    sender: Sender,
    /// The number of dimensions, as set or as found out with the first answer.
    dimensions: OnceLock<usize>,
    /// Whether the server refused to choose the number of dimensions.
    fixed_dimensions: AtomicBool,
}

impl std::fmt::Debug for RemoteEmbedder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RemoteEmbedder").field("settings", &self.inner.settings).finish_non_exhaustive()
    }
}

impl RemoteEmbedder {
    /// Creates a client; nothing is sent yet.
    ///
    /// # Errors
    /// `Invalid` when a setting is.
    pub fn new(settings: RemoteEmbedderSettings) -> Result<Self> {
        let name = settings.name.trim();
        if name.is_empty() {
            return Err(Error::invalid(format!("the embedding model has no name: set {SECTION}.name")));
        }
        if settings.dimensions == Some(0) {
            return Err(Error::invalid(format!("{SECTION}.dimensions must be at least 1")));
        }
        // Vectors of the same model with another number of dimensions are another space.
        let name = settings.dimensions.map_or_else(|| name.to_owned(), |dimensions| format!("{name}/{dimensions}"));
        let key = settings.key.as_deref().map(str::trim).filter(|key| !key.is_empty());
        let base = settings.url.as_deref().unwrap_or(settings.dialect.url());
        let (path, query) = (settings.dialect.path(), &settings.connection.query);
        let target = Target {
            section: SECTION,
            url: address::operation(SECTION, base, path, &settings.name, query)?,
            key,
            headers: key.map(|key| ("authorization", format!("Bearer {key}"))).into_iter().collect(),
            response_bytes_max: RESPONSE_BYTES_MAX,
        };
        let sender = Sender::new(&settings.connection, target)?;
        let dimensions = settings.dimensions.map_or_else(OnceLock::new, OnceLock::from);
        let fixed_dimensions = AtomicBool::new(false);
        Ok(Self { inner: Arc::new(Inner { settings, name, sender, dimensions, fixed_dimensions }) })
    }
}

#[async_trait]
impl EmbeddingModel for RemoteEmbedder {
    fn name(&self) -> &str {
        &self.inner.name
    }

    fn dimensions(&self) -> Option<usize> {
        self.inner.dimensions.get().copied()
    }

    fn texts_together(&self) -> usize {
        self.inner.settings.batch_texts_max.max(1)
    }

    async fn embed(&self, texts: &[&str]) -> Embeddings {
        // A server rejects an empty text; there is nothing in it to recognise.
        let (places, sent): (Vec<usize>, Vec<&str>) =
            texts.iter().copied().enumerate().filter(|(_, text)| !text.trim().is_empty()).unzip();
        let settings = &self.inner.settings;
        let batches = batches::split(&sent, settings.batch_texts_max, settings.batch_characters_max);
        let requests: Vec<_> = batches.into_iter().map(|batch| self.inner.embed(batch)).collect();
        let concurrency = settings.connection.concurrency.max(1);
        let answers: Vec<Embeddings> = stream::iter(requests).buffered(concurrency).collect().await;
        let mut usage = ModelUsage::default();
        for answer in &answers {
            usage += answer.usage;
        }
        let received: Result<Vec<Vec<Vec<f32>>>> = answers.into_iter().map(|answer| answer.outcome).collect();
        let outcome = received.map(|received| {
            let mut vectors = vec![vec![0.0; self.dimensions().unwrap_or_default()]; texts.len()];
            for (place, vector) in places.into_iter().zip(received.into_iter().flatten()) {
                vectors[place] = vector;
            }
            vectors
        });
        Embeddings { outcome, usage }
    }
}

impl Inner {
    /// The vectors of one request.
    async fn embed(&self, texts: &[&str]) -> Embeddings {
        let mut progress = Progress::start(&self.settings.connection);
        let received = timeout_at(progress.deadline, self.request(texts, &mut progress)).await;
        let outcome = received.unwrap_or_else(|_| Err(Progress::overdue(SECTION)));
        Embeddings { outcome: outcome.and_then(|vectors| self.of_known_dimensions(vectors)), usage: progress.usage }
    }

    async fn request(&self, texts: &[&str], progress: &mut Progress) -> Result<Vec<Vec<f32>>> {
        let dialect = self.settings.dialect;
        let characters: usize = texts.iter().map(|text| text.len()).sum();
        let estimate = u32::try_from(characters / 4).unwrap_or(u32::MAX);
        loop {
            let fixed = self.fixed_dimensions.load(Ordering::Relaxed);
            let dimensions = self.settings.dimensions.filter(|_| !fixed);
            let body = dialect.body(&self.settings.name, texts, dimensions);
            let failure = match self.sender.send(&body, estimate, texts, progress).await {
                Ok(response) => {
                    progress.usage.tokens_in += dialect.tokens(&response).unwrap_or_else(|| u64::from(estimate));
                    return vectors::checked(dialect.read(response, texts.len())?);
                }
                Err(failure) => failure,
            };
            if dimensions.is_none() || !refuses_dimensions(&failure) {
                return Err(failure.error);
            }
            self.fixed_dimensions.store(true, Ordering::Relaxed);
        }
    }

    /// The vectors, which all have the same number of dimensions, if it is that of the model.
    fn of_known_dimensions(&self, vectors: Vec<Vec<f32>>) -> Result<Vec<Vec<f32>>> {
        let Some(received) = vectors.first().map(Vec::len) else { return Ok(vectors) };
        let expected = *self.dimensions.get_or_init(|| received);
        if received == expected {
            return Ok(vectors);
        }
        let message = format!("the embedding has {received} dimensions rather than {expected}");
        Err(Error::internal(format!("{message}; set {SECTION}.dimensions to those of the model")))
    }
}

/// Whether the server rejected a request because it cannot choose the number of dimensions.
fn refuses_dimensions(failure: &Failure) -> bool {
    let words = ["dimensions", "matryoshka", "extra_forbidden", "extra inputs"];
    failure.rejection.as_deref().is_some_and(|said| words.iter().any(|word| said.contains(word)))
}
