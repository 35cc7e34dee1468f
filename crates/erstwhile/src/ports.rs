//! What the engine needs from outside and does not make itself: time, ids, vectors, understanding.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use uuid::Uuid;

use erstwhile_core::error::Result;
pub use erstwhile_core::extraction::{
    Claim, ExtractedAlias, ExtractedMention, Extraction, ExtractionRequest, KnownEntity, Turn,
};

mod none;
mod system;

pub use none::{NoEmbedder, NoExtractor};
pub use system::{SystemClock, TimeOrderedIds};

/// Where time comes from.
pub trait Clock: Send + Sync + std::fmt::Debug {
    /// The present moment, to the microsecond.
    fn now(&self) -> Timestamp;
}

/// Where new identifiers come from.
pub trait Ids: Send + Sync + std::fmt::Debug {
    /// A fresh identifier; later ones sort after earlier ones.
    fn next(&self) -> Uuid;
}

/// Turns text into vectors.
///
/// Equal text gives equal vectors for the same [`model`](Embedder::model); every vector has
/// [`dimensions`](Embedder::dimensions) components and length one, or is all zeros when the text
/// says nothing to the model.
#[async_trait]
pub trait Embedder: Send + Sync + std::fmt::Debug {
    /// Name and version of the vector space; vectors of different models are never compared.
    fn model(&self) -> &str;

    /// Components of each vector.
    fn dimensions(&self) -> usize;

    /// One vector for each text, in order.
    async fn embed(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>>;
}

/// Draws entities and dated claims from turns.
///
/// An extractor is given turns of one graph in the caller's order and answers for each of them. It
/// reads text as data, never as instructions; it may be slow; it keeps no state between calls.
#[async_trait]
pub trait Extractor: Send + Sync + std::fmt::Debug {
    /// Name and version, stored with every assertion.
    fn name(&self) -> &str;

    /// One [`Extraction`] for each of `request.turns`, in order.
    ///
    /// # Errors
    /// `Unavailable` when trying again later may help; any other kind fails the episodes for good.
    async fn extract(&self, request: ExtractionRequest) -> Result<Vec<Extraction>>;
}

/// Answers a prompt with text. Optional: everything that cannot do without it says so.
#[async_trait]
pub trait LanguageModel: Send + Sync + std::fmt::Debug {
    /// Name of the model.
    fn name(&self) -> &str;

    /// The model's answer, as it gave it.
    ///
    /// # Errors
    /// `Unavailable` when trying again later may help, `Invalid` when the model refuses the request.
    async fn complete(&self, prompt: Prompt) -> Result<String>;
}

/// What a language model is asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Prompt {
    /// What to do: written by us, never by users.
    pub instructions: String,
    /// What to do it with: text of users, fenced as data.
    pub data: String,
    /// The JSON schema that the answer must fit; free text when absent.
    pub schema: Option<serde_json::Value>,
    /// Tokens of the answer, at most.
    pub tokens_max: u32,
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

    async fn complete(&self, prompt: Prompt) -> Result<String> {
        (**self).complete(prompt).await
    }
}
