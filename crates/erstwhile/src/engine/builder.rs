//! Configuring an engine.

use std::sync::Arc;

use super::Engine;
use crate::parts::{EngineSettings, Parts};
use crate::ports::{
    Clock, Embedder, EmbeddingModel, Extractor, Ids, LanguageModel, NoEmbedder, NoExtractor, RerankingModel,
    SystemClock, TimeOrderedIds,
};
use crate::store::Store;

/// Configures an [`Engine`].
///
/// By default, an engine takes time and ids from the system, searches by keywords only, and extracts no facts. The
/// crate `erstwhile-models` has an embedder and an extractor that need no network.
#[derive(Debug)]
pub struct EngineBuilder {
    parts: Parts,
}

impl EngineBuilder {
    pub(super) fn new(store: Store) -> Self {
        Self {
            parts: Parts {
                store,
                clock: Arc::new(SystemClock),
                ids: Arc::new(TimeOrderedIds),
                embedder: Arc::new(NoEmbedder),
                embedding_model: None,
                reranking_model: None,
                extractor: Arc::new(NoExtractor),
                model_extractor: None,
                language_model: None,
                settings: EngineSettings::default(),
            },
        }
    }

    /// Sets the clock.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.parts.clock = Arc::new(clock);
        self
    }

    /// Sets the source of ids.
    #[must_use]
    pub fn ids(mut self, ids: impl Ids + 'static) -> Self {
        self.parts.ids = Arc::new(ids);
        self
    }

    /// Sets the embedder, which enables search by meaning. Its vectors are computed whenever an index is built.
    #[must_use]
    pub fn embedder(mut self, embedder: impl Embedder + 'static) -> Self {
        self.parts.embedder = Arc::new(embedder);
        self
    }

    /// Sets the embedding model, whose vectors are computed in the background and stored, and then used instead of the
    /// embedder's.
    #[must_use]
    pub fn embedding_model(mut self, model: impl EmbeddingModel + 'static) -> Self {
        self.parts.embedding_model = Some(Arc::new(model));
        self
    }

    /// Sets the reranking model, which orders the results of searches with the reranker `CrossEncoder`.
    #[must_use]
    pub fn reranking_model(mut self, model: impl RerankingModel + 'static) -> Self {
        self.parts.reranking_model = Some(Arc::new(model));
        self
    }

    /// Sets the extractor, which reads facts from messages and data.
    #[must_use]
    pub fn extractor(mut self, extractor: impl Extractor + 'static) -> Self {
        self.parts.extractor = Arc::new(extractor);
        self
    }

    /// Sets the extractor that reads episodes again in the background with a language model. What it reads replaces what
    /// the first extractor read.
    #[must_use]
    pub fn model_extractor(mut self, extractor: impl Extractor + 'static) -> Self {
        self.parts.model_extractor = Some(Arc::new(extractor));
        self
    }

    /// Sets the language model, which a few calls need.
    #[must_use]
    pub fn language_model(mut self, model: impl LanguageModel + 'static) -> Self {
        self.parts.language_model = Some(Arc::new(model));
        self
    }

    /// Replaces the settings.
    #[must_use]
    pub fn settings(mut self, settings: EngineSettings) -> Self {
        self.parts.settings = settings;
        self
    }

    /// Builds the engine.
    pub fn build(self) -> Engine {
        Engine::new(self.parts)
    }
}
