//! The port of cross-encoders: models that read a query and a text together.

use async_trait::async_trait;
use erstwhile_core::error::{Error, Result};
use erstwhile_core::model::ModelUsage;

/// Tells how well texts answer a query. It is asked about the best results of a search that wants it, while that waits.
#[async_trait]
pub trait RerankingModel: Send + Sync + std::fmt::Debug {
    /// Name of the model.
    fn name(&self) -> &str;

    /// A score for each text, in order, and what it consumed. The future must not block a thread.
    ///
    /// The outcome is `Unavailable` when a later attempt may succeed, `Unauthenticated` when the provider rejects the
    /// credentials, `Invalid` when it rejects the texts, and `Internal` when its answer is unusable.
    async fn scores(&self, query: &str, texts: &[&str]) -> RerankingScores;
}

/// The end of a call of a reranking model.
#[derive(Debug)]
pub struct RerankingScores {
    /// The scores, or why there are none.
    pub outcome: Result<Vec<f32>>,
    /// What was consumed, also by failed attempts.
    pub usage: ModelUsage,
}

impl RerankingScores {
    /// The scores, 0 to 1, if there are as many as texts. Models that do not answer with such scores answer with the
    /// logarithm of odds.
    ///
    /// # Errors
    /// `Internal` if there are not as many, or they are not all numbers; else the error of the call.
    pub fn checked(self, texts: usize) -> Result<Vec<f32>> {
        let mut scores = self.outcome?;
        if scores.len() != texts {
            let message = format!("the reranking model returned {} scores for {texts} texts", scores.len());
            return Err(Error::internal(message));
        }
        if scores.iter().any(|score| !score.is_finite()) {
            return Err(Error::internal("the reranking model returned a score that is no number"));
        }
        if scores.iter().any(|score| !(0.0..=1.0).contains(score)) {
            for score in &mut scores {
                *score = 1.0 / (1.0 + (-*score).exp());
            }
        }
        Ok(scores)
    }
}
