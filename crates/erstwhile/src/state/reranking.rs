//! Scores of results by the reranking model, which must come in time: else the results keep their order.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::State;
use super::patience::Patience;
use erstwhile_core::error::{Error, Result};
use erstwhile_core::model::{ModelUsage, ProjectId};

/// Stands before the name of a reranking model in the counts of a project.
const PREFIX: &str = "reranker:";
/// Maximum number of searches that wait for the model at the same time.
const CONCURRENT_MAX: usize = 64;

/// What the reranking model did and consumed since the process started.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct RerankingTotals {
    /// Calls and tokens.
    pub usage: ModelUsage,
    /// In the currency of the configured prices; 0 without prices.
    pub cost: f64,
    /// Searches whose results it ordered.
    pub ranked: u64,
    /// Searches in the default order because the model did not answer in time.
    pub late: u64,
    /// Searches in the default order because the model failed.
    pub failed: u64,
    /// Searches in the default order for which the model was not asked, because it has just failed several times or is
    /// asked too much already.
    pub skipped: u64,
}

/// What all searches share.
#[derive(Debug)]
pub(super) struct Reranking {
    totals: Mutex<RerankingTotals>,
    places: Arc<Semaphore>,
    patience: Patience,
}

impl Default for Reranking {
    fn default() -> Self {
        let places = Arc::new(Semaphore::new(CONCURRENT_MAX));
        Self { totals: Mutex::default(), places, patience: Patience::default() }
    }
}

impl Reranking {
    fn count(&self, count: impl FnOnce(&mut RerankingTotals)) {
        count(&mut self.totals.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

/// Whether a name in the counts of a project is that of a reranking model.
pub(super) fn is_reranker(model: &str) -> bool {
    model.starts_with(PREFIX)
}

impl State {
    /// What the reranking model did and consumed in this process.
    pub(crate) fn reranking_totals(&self) -> RerankingTotals {
        *self.reranking.totals.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How well texts answer a query, 0 to 1; `None` without a model, or if it does not answer in time.
    pub(crate) async fn rerank(
        self: &Arc<Self>,
        project: ProjectId,
        query: &str,
        texts: Vec<String>,
    ) -> Option<Vec<f32>> {
        self.parts.reranking_model.as_ref()?;
        let place = Arc::clone(&self.reranking.places).try_acquire_owned();
        let (Ok(place), false) = (place, self.reranking.patience.is_lost()) else {
            self.reranking.count(|totals| totals.skipped += 1);
            return None;
        };
        let (state, query) = (Arc::clone(self), query.to_owned());
        // In a task, so that what it consumes is counted even if the search does not wait any more.
        let asked = tokio::spawn(async move {
            let _place = place;
            state.ask_reranking_model(project, &query, &texts).await
        });
        let scores = timeout(self.parts.settings.reranking.deadline, asked).await;
        self.reranking.patience.note(matches!(scores, Ok(Ok(Ok(_)))));
        match scores {
            Ok(Ok(Ok(scores))) => {
                self.reranking.count(|totals| totals.ranked += 1);
                Some(scores)
            }
            Ok(outcome) => {
                if let Ok(Err(error)) = outcome {
                    tracing::warn!(%error, "results were not reranked; they are in the default order");
                }
                self.reranking.count(|totals| totals.failed += 1);
                None
            }
            Err(_) => {
                tracing::debug!("results were not reranked in time; they are in the default order");
                self.reranking.count(|totals| totals.late += 1);
                None
            }
        }
    }

    async fn ask_reranking_model(&self, project: ProjectId, query: &str, texts: &[String]) -> Result<Vec<f32>> {
        let Some(model) = &self.parts.reranking_model else {
            return Err(Error::internal("there is no reranking model"));
        };
        let settings = &self.parts.settings.reranking;
        self.check_budget(project, &settings.budget, "the reranking model", is_reranker).await?;
        let sent: Vec<&str> = texts.iter().map(String::as_str).collect();
        let answer = model.scores(query, &sent).await;
        let usage = answer.usage;
        if !usage.is_zero() {
            let price = |price: Option<f64>, count: u64, of: f64| price.map_or(0.0, |price| price * count as f64 / of);
            let cost =
                price(settings.price_tokens, usage.tokens_in, 1e6) + price(settings.price_calls, usage.calls, 1e3);
            self.reranking.count(|totals| {
                totals.usage += usage;
                totals.cost += cost;
            });
            if let Err(error) = self.add_usage(project, format!("{PREFIX}{}", model.name()), usage, cost).await {
                tracing::warn!(%error, "what a call of the reranking model consumed was not recorded");
            }
        }
        answer.checked(texts.len())
    }
}
