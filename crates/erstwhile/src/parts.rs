//! The components of an engine, and its settings.

use std::sync::Arc;
use std::time::Duration;

use erstwhile_core::context::ContextBudget;
use erstwhile_core::search::{EXACT_MAX, Statements};

use crate::ports::{Clock, Embedder, EmbeddingModel, Extractor, Ids, LanguageModel, RerankingModel};
use crate::store::Store;
use erstwhile_core::model::ModelPrices;
use jiff::SignedDuration;

/// Settings of the engine.
#[derive(Debug, Clone)]
pub struct EngineSettings {
    /// Approximate memory for indexes, in bytes.
    pub index_bytes_max: u64,
    /// Vectors are compared exactly while a graph has at most this many indexed items of one kind.
    pub exact_max: usize,
    /// Maximum number of episodes that wait for ingestion, roughly; whoever adds more is refused.
    pub queue_episodes_max: i64,
    /// The share of the queue that the graphs of one project may take up, in percent of what they hold and what is free.
    pub queue_project_percent: u8,
    /// The share that one graph may take up, in percent of what it holds and what is free for its project.
    pub queue_graph_percent: u8,
    /// How long after episodes are added a search for facts or a context waits for them to be read; zero for never. Only
    /// with workers, and while there is little to read.
    pub read_wait: Duration,
    /// The size of a context block.
    pub context: ContextBudget,
    /// Whether searches for facts return statements, unless a request says.
    pub statements: Statements,
    /// When and how much the language model reads.
    pub model: ModelReadingSettings,
    /// How the embedding model is used.
    pub embedding: EmbeddingModelSettings,
    /// How the reranking model is used.
    pub reranking: RerankingModelSettings,
}

/// How the reranking model is used.
#[derive(Debug, Clone)]
pub struct RerankingModelSettings {
    /// How long a search waits for it.
    pub deadline: Duration,
    /// Price of a million tokens, if known.
    pub price_tokens: Option<f64>,
    /// Price of a thousand calls, if known.
    pub price_calls: Option<f64>,
    /// What a project may spend on a day (in UTC).
    pub budget: ModelBudget,
}

impl Default for RerankingModelSettings {
    fn default() -> Self {
        let budget = ModelBudget::default();
        Self { deadline: Duration::from_secs(1), price_tokens: None, price_calls: None, budget }
    }
}

/// How the embedding model is used.
#[derive(Debug, Clone)]
pub struct EmbeddingModelSettings {
    /// Number of graphs that are embedded at the same time.
    pub workers: usize,
    /// How long a search waits for the vector of its query.
    pub query_deadline: Duration,
    /// Price of a million tokens, if known.
    pub price: Option<f64>,
    /// What a project may spend on a day (in UTC).
    pub budget: ModelBudget,
}

impl Default for EmbeddingModelSettings {
    fn default() -> Self {
        Self { workers: 2, query_deadline: Duration::from_millis(500), price: None, budget: ModelBudget::default() }
    }
}

/// When and how much the language model reads.
#[derive(Debug, Clone)]
pub struct ModelReadingSettings {
    /// Number of graphs that are read concurrently.
    pub workers: usize,
    /// How long a graph waits for more episodes, so that one call reads several.
    pub wait: SignedDuration,
    /// Maximum number of episodes that are read together.
    pub episodes_max: usize,
    /// Maximum number of characters of the episodes that are read together; a longer one is read alone.
    pub characters_max: usize,
    /// Number of attempts at an episode that the model cannot read.
    pub attempts_max: u64,
    /// Whether the model writes summaries of users, threads and entities.
    pub summaries: bool,
    /// Prices, if known.
    pub prices: Option<ModelPrices>,
    /// What a project may spend on a day (in UTC).
    pub budget: ModelBudget,
}

/// What a project may spend on a day. A limit is checked before each batch, so the last batch may exceed it.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct ModelBudget {
    /// In the currency of the prices.
    pub cost: Option<f64>,
    /// Tokens of prompts and answers.
    pub tokens: Option<u64>,
    /// Calls.
    pub calls: Option<u64>,
}

impl ModelReadingSettings {
    /// How many of the next episodes of a conversation are read together, by the numbers of their characters; at least
    /// one.
    pub fn batch_len(&self, lengths: &mut dyn Iterator<Item = usize>) -> usize {
        let mut characters = 0;
        let fits = |length: &usize| {
            characters += length;
            characters <= self.characters_max
        };
        lengths.take(self.episodes_max).take_while(fits).count().max(1)
    }
}

impl Default for ModelReadingSettings {
    fn default() -> Self {
        Self {
            workers: 4,
            wait: SignedDuration::from_secs(5),
            episodes_max: 32,
            characters_max: 12_000,
            attempts_max: 3,
            summaries: true,
            prices: None,
            budget: ModelBudget::default(),
        }
    }
}

impl Default for EngineSettings {
    fn default() -> Self {
        Self {
            index_bytes_max: 1 << 30,
            exact_max: EXACT_MAX,
            queue_episodes_max: 100_000,
            queue_project_percent: 90,
            queue_graph_percent: 50,
            read_wait: Duration::from_millis(500),
            context: ContextBudget::default(),
            statements: Statements::default(),
            model: ModelReadingSettings::default(),
            embedding: EmbeddingModelSettings::default(),
            reranking: RerankingModelSettings::default(),
        }
    }
}

/// The components of an engine.
#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) store: Store,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn Ids>,
    pub(crate) embedder: Arc<dyn Embedder>,
    /// Embeds everything again in the background.
    pub(crate) embedding_model: Option<Arc<dyn EmbeddingModel>>,
    /// Orders the best results of searches that want it.
    pub(crate) reranking_model: Option<Arc<dyn RerankingModel>>,
    pub(crate) extractor: Arc<dyn Extractor>,
    /// Reads episodes again with a language model, after `extractor`.
    pub(crate) model_extractor: Option<Arc<dyn Extractor>>,
    pub(crate) language_model: Option<Arc<dyn LanguageModel>>,
    pub(crate) settings: EngineSettings,
}
