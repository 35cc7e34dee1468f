//! What the embedding model did and consumed: totals since the process started, for metrics, and the counts of each
//! project.

use std::sync::{Mutex, PoisonError};

use crate::state::State;
use erstwhile_core::error::Result;
use erstwhile_core::model::{ModelUsage, ProjectId};

/// Stands before the name of an embedding model in the counts of a project.
const PREFIX: &str = "embeddings:";

/// What the embedding model did and consumed since the process started.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct EmbeddingTotals {
    /// Calls and tokens.
    pub usage: ModelUsage,
    /// In the currency of the configured price; 0 without a price.
    pub cost: f64,
    /// Texts that were embedded, queries among them.
    pub texts: u64,
    /// Texts that the model did not take.
    pub refused: u64,
    /// Attempts to embed texts of a graph that failed.
    pub failures: u64,
    /// Queries by what they were searched with.
    pub queries: QueryTotals,
}

/// Queries by what they were searched with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct QueryTotals {
    /// Embedded in time.
    pub embedded: u64,
    /// Embedded before, and remembered.
    pub remembered: u64,
    /// Searched without the model because it did not answer in time.
    pub late: u64,
    /// Searched without the model because it failed.
    pub failed: u64,
    /// Searched without asking the model, because it has just failed several times or is asked too much already.
    pub skipped: u64,
}

/// The totals, shared by all who ask the model.
#[derive(Debug, Default)]
pub(in crate::state) struct SharedEmbeddingTotals(Mutex<EmbeddingTotals>);

impl SharedEmbeddingTotals {
    pub(in crate::state) fn count(&self, count: impl FnOnce(&mut EmbeddingTotals)) {
        count(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl State {
    /// What the embedding model did and consumed in this process.
    pub(crate) fn embedding_totals(&self) -> EmbeddingTotals {
        *self.embedding_totals.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds what a call of the embedding model consumed to the counts of the process and of a project.
    pub(super) async fn record_embedding_usage(
        &self,
        project: ProjectId,
        model: &str,
        usage: ModelUsage,
    ) -> Result<()> {
        if usage.is_zero() {
            return Ok(());
        }
        let price = self.parts.settings.embedding.price;
        let cost = price.map_or(0.0, |price| price * usage.tokens_in as f64 / 1e6);
        self.embedding_totals.count(|totals| {
            totals.usage += usage;
            totals.cost += cost;
        });
        self.add_usage(project, format!("{PREFIX}{model}"), usage, cost).await
    }

    /// Checks what a project has spent on embeddings today.
    ///
    /// # Errors
    /// `Limited` when it has spent its budget.
    pub(super) async fn check_embedding_budget(&self, project: ProjectId) -> Result<()> {
        self.check_budget(project, &self.parts.settings.embedding.budget, "the embedding model", is_embedding).await
    }
}

/// Whether a name in the counts of a project is that of an embedding model.
pub(in crate::state) fn is_embedding(model: &str) -> bool {
    model.starts_with(PREFIX)
}
