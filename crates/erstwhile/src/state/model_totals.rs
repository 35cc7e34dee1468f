//! What the language model consumes: totals since the process started, for metrics, and the counts of each project.

use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

use super::State;
use super::embedding::is_embedding;
use super::reranking::is_reranker;
use crate::parts::ModelBudget;
use crate::store::DayUsage;
use erstwhile_core::error::{Error, ErrorKind, Result};
use erstwhile_core::model::{ModelReadingState, ModelUsage, ProjectId};

/// What the language model consumed and read since the process started.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct ModelTotals {
    /// Calls and tokens.
    pub usage: ModelUsage,
    /// In the currency of the configured prices; 0 without prices.
    pub cost: f64,
    /// Episodes that were read.
    pub read: u64,
    /// Attempts at episodes that could not be read.
    pub failed: u64,
}

/// The totals, shared by all callers of the model.
#[derive(Debug, Default)]
pub(super) struct SharedModelTotals(Mutex<ModelTotals>);

/// Days since 1970, in UTC.
pub(crate) fn day_of(at: Timestamp) -> i64 {
    at.as_second().div_euclid(86_400)
}

impl State {
    /// What the language model consumed and read in this process.
    pub(crate) fn model_totals(&self) -> ModelTotals {
        *self.model_totals.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts episodes by the outcome of their reading.
    pub(crate) fn count_readings(&self, state: ModelReadingState, episodes: u64) {
        let mut totals = self.model_totals.0.lock().unwrap_or_else(PoisonError::into_inner);
        match state {
            ModelReadingState::Read => totals.read += episodes,
            ModelReadingState::Failed => totals.failed += episodes,
            ModelReadingState::Awaiting | ModelReadingState::Cancelled => {}
        }
    }

    /// Adds what calls of a model consumed to the counts of the process and of a project; returns what they cost.
    pub(crate) async fn record_model_usage(
        &self,
        project: ProjectId,
        model: &str,
        usage: ModelUsage,
    ) -> Result<Option<f64>> {
        let cost = self.parts.settings.model.prices.map(|prices| prices.cost(usage));
        {
            let mut totals = self.model_totals.0.lock().unwrap_or_else(PoisonError::into_inner);
            totals.usage += usage;
            totals.cost += cost.unwrap_or(0.0);
        }
        self.add_usage(project, model.to_owned(), usage, cost.unwrap_or(0.0)).await?;
        Ok(cost)
    }

    /// Adds what calls of any model consumed to the counts of a project.
    pub(super) async fn add_usage(
        &self,
        project: ProjectId,
        model: String,
        usage: ModelUsage,
        cost: f64,
    ) -> Result<()> {
        let spent = DayUsage { day: day_of(self.now()), model, usage, cost };
        self.store().add_model_usage(project, &spent).await
    }

    /// Checks what a project has spent on the language model today.
    ///
    /// # Errors
    /// `Limited` when it has spent its budget.
    pub(crate) async fn check_model_budget(&self, project: ProjectId) -> Result<()> {
        let budget = &self.parts.settings.model.budget;
        self.check_budget(project, budget, "the language model", |model| !is_embedding(model) && !is_reranker(model))
            .await
    }

    /// Checks what a project has spent today on those models that `counts` selects.
    ///
    /// # Errors
    /// `Limited` when it has spent the budget; the message says of `what`.
    pub(super) async fn check_budget(
        &self,
        project: ProjectId,
        budget: &ModelBudget,
        what: &str,
        counts: fn(&str) -> bool,
    ) -> Result<()> {
        let ModelBudget { cost, tokens, calls } = *budget;
        if cost.is_none() && tokens.is_none() && calls.is_none() {
            return Ok(());
        }
        let mut spent = self.store().model_usage_since(project, day_of(self.now())).await?;
        spent.retain(|spent| counts(&spent.model));
        let mut total = ModelUsage::default();
        for day in &spent {
            total += day.usage;
        }
        let cost_so_far: f64 = spent.iter().map(|day| day.cost).sum();
        let is_spent = cost.is_some_and(|max| cost_so_far >= max)
            || tokens.is_some_and(|max| total.tokens_in + total.tokens_out >= max)
            || calls.is_some_and(|max| total.calls >= max);
        if is_spent {
            let message = format!("the project has spent its budget for {what} today");
            return Err(Error::new(ErrorKind::Limited, message));
        }
        Ok(())
    }
}
