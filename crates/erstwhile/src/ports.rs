//! The ports of the engine: clock, ids, embedder, embedding model, reranking model, extractor and language model.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use uuid::Uuid;

use erstwhile_core::error::Result;
pub use erstwhile_core::extraction::{
    Claim, DroppedClaim, DroppedWords, ExtractedAlias, ExtractedMention, ExtractedStatement, Extraction,
    ExtractionRequest, KnownEntity, KnownFact, Stage, TRACE_ENTRIES_MAX, Trace, Turn, UsageMeter,
};
pub use erstwhile_core::model::ModelUsage;

mod embedding_model;
mod none;
mod reranking_model;
mod system;

pub use embedding_model::{EmbeddingModel, Embeddings};
pub use none::{NoEmbedder, NoExtractor};
pub use reranking_model::{RerankingModel, RerankingScores};
pub use system::{SystemClock, TimeOrderedIds};

/// The source of time.
pub trait Clock: Send + Sync + std::fmt::Debug {
    /// The current time, in whole microseconds.
    fn now(&self) -> Timestamp;
}

/// The source of new ids.
pub trait Ids: Send + Sync + std::fmt::Debug {
    /// A new id; later ids sort after earlier ones.
    fn next(&self) -> Uuid;
}

/// Turns text into vectors, so quickly that they are computed whenever an index is built, and not stored.
///
/// Equal text gives equal vectors for the same [`model`](Embedder::model); every vector has
/// [`dimensions`](Embedder::dimensions) components and length one, or is all zeros when the
/// model recognises none of the text.
#[async_trait]
pub trait Embedder: Send + Sync + std::fmt::Debug {
    /// Name and version of the vector space; vectors of different models are never compared.
    fn model(&self) -> &str;

    /// Number of components of each vector.
    fn dimensions(&self) -> usize;

    /// One vector for each text, in order.
    async fn embed(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>>;
}

/// Extracts entities and dated claims from turns.
///
/// An extractor receives turns of one graph in the caller's order and returns one result for each. It treats text
/// as data, never as instructions; it may be slow; it keeps no state between calls.
#[async_trait]
pub trait Extractor: Send + Sync + std::fmt::Debug {
    /// Name and version, stored with every assertion.
    fn name(&self) -> &str;

    /// One [`Extraction`] for each of `request.turns`, in order.
    ///
    /// # Errors
    /// `Unavailable` when a later attempt may succeed; with any other kind the episodes fail permanently.
    async fn extract(&self, request: ExtractionRequest) -> Result<Vec<Extraction>>;
}

/// Answers a prompt with text. Optional: the engine works without one.
#[async_trait]
pub trait LanguageModel: Send + Sync + std::fmt::Debug {
    /// Name of the model.
    fn name(&self) -> &str;

    /// The model's answer, and what it consumed.
    ///
    /// The future must not block a thread, and dropping it cancels the request. With a
    /// [`schema`](Prompt::schema), the answer is one JSON document, which the caller still has to check.
    ///
    /// The outcome is `Unavailable` when a later attempt may succeed, `Unauthenticated` when the provider rejects the
    /// credentials, `Invalid` when it rejects the request, and `Internal` when its answer is unusable.
    async fn complete(&self, prompt: Prompt) -> Completion;
}

/// A prompt for a language model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Prompt {
    /// Instructions: from Erstwhile and the operator, never from users. Providers cache the start of a prompt, so
    /// what differs between prompts belongs in `data`.
    pub instructions: String,
    /// The input: text of users, marked as data.
    pub data: String,
    /// The JSON schema of the answer; free text when absent.
    pub schema: Option<serde_json::Value>,
    /// Maximum number of tokens of the answer.
    pub tokens_max: u32,
}

/// The end of a call of a language model.
#[derive(Debug)]
pub struct Completion {
    /// The answer, or why there is none.
    pub outcome: Result<String>,
    /// What was consumed, also by failed attempts.
    pub usage: ModelUsage,
}

impl<T: Clock + ?Sized> Clock for Arc<T> {
    fn now(&self) -> Timestamp {
        (**self).now()
    }
}

impl<T: Ids + ?Sized> Ids for Arc<T> {
    fn next(&self) -> Uuid {
        (**self).next()
    }
}

#[async_trait]
impl<T: Embedder + ?Sized> Embedder for Arc<T> {
    fn model(&self) -> &str {
        (**self).model()
    }

    fn dimensions(&self) -> usize {
        (**self).dimensions()
    }

    async fn embed(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>> {
        (**self).embed(texts).await
    }
}

#[async_trait]
impl<T: EmbeddingModel + ?Sized> EmbeddingModel for Arc<T> {
    fn name(&self) -> &str {
        (**self).name()
    }

    fn dimensions(&self) -> Option<usize> {
        (**self).dimensions()
    }

    fn texts_together(&self) -> usize {
        (**self).texts_together()
    }

    async fn embed(&self, texts: &[&str]) -> Embeddings {
        (**self).embed(texts).await
    }
}

#[async_trait]
impl<T: RerankingModel + ?Sized> RerankingModel for Arc<T> {
    fn name(&self) -> &str {
        (**self).name()
    }

    async fn scores(&self, query: &str, texts: &[&str]) -> RerankingScores {
        (**self).scores(query, texts).await
    }
}

#[async_trait]
impl<T: Extractor + ?Sized> Extractor for Arc<T> {
    fn name(&self) -> &str {
        (**self).name()
    }

    async fn extract(&self, request: ExtractionRequest) -> Result<Vec<Extraction>> {
        (**self).extract(request).await
    }
}

#[async_trait]
impl<T: LanguageModel + ?Sized> LanguageModel for Arc<T> {
    fn name(&self) -> &str {
        (**self).name()
    }

    async fn complete(&self, prompt: Prompt) -> Completion {
        (**self).complete(prompt).await
    }
}
