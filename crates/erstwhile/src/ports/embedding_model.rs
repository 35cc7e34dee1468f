//! The port of embedding models that are too slow or too expensive to ask whenever an index is built.

use async_trait::async_trait;
use erstwhile_core::error::{Error, Result};
use erstwhile_core::model::ModelUsage;

/// Turns text into vectors, at a price. The engine asks it in the background and stores what it answers.
///
/// Equal text gives equal vectors for the same [`name`](Self::name). The future must not block a thread.
#[async_trait]
pub trait EmbeddingModel: Send + Sync + std::fmt::Debug {
    /// Name of the vector space: vectors of different names are never compared.
    fn name(&self) -> &str;

    /// Number of components of each vector; unknown until the first answer if `None`.
    fn dimensions(&self) -> Option<usize>;

    /// The number of texts that are embedded best in one call; at least 1.
    fn texts_together(&self) -> usize;

    /// One vector of length one for each text, in order, and what it consumed.
    ///
    /// The outcome is `Unavailable` when a later attempt may succeed, `Unauthenticated` when the provider rejects the
    /// credentials, `Invalid` when it rejects the texts, and `Internal` when its answer is unusable.
    async fn embed(&self, texts: &[&str]) -> Embeddings;
}

/// The end of a call of an embedding model.
#[derive(Debug)]
pub struct Embeddings {
    /// The vectors, or why there are none.
    pub outcome: Result<Vec<Vec<f32>>>,
    /// What was consumed, also by failed attempts.
    pub usage: ModelUsage,
}

impl Embeddings {
    /// The vectors, if there are as many as texts, all of the same number of dimensions, and made of numbers.
    ///
    /// # Errors
    /// `Internal` if not; else the error of the call.
    pub fn checked(self, texts: usize, dimensions: Option<usize>) -> Result<Vec<Vec<f32>>> {
        let vectors = self.outcome?;
        if vectors.len() != texts {
            let message = format!("the embedding model returned {} vectors for {texts} texts", vectors.len());
            return Err(Error::internal(message));
        }
        let Some(expected) = dimensions.or_else(|| vectors.first().map(Vec::len)) else { return Ok(vectors) };
        if let Some(other) = vectors.iter().find(|vector| vector.len() != expected || vector.is_empty()) {
            let message =
                format!("the embedding model returned a vector of {} dimensions, not {expected}", other.len());
            return Err(Error::internal(message));
        }
        if vectors.iter().flatten().any(|component| !component.is_finite()) {
            return Err(Error::internal("the embedding model returned a vector that is not made of numbers"));
        }
        Ok(vectors)
    }
}
