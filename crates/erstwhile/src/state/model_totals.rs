//! Totals of the language model since the process started, for metrics.

use std::sync::{Mutex, PoisonError};

use erstwhile_core::model::{ModelReadingState, ModelUsage};

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

/// The totals, shared by the workers.
#[derive(Debug, Default)]
pub(crate) struct SharedModelTotals(Mutex<ModelTotals>);

impl SharedModelTotals {
    pub(crate) fn add(&self, usage: ModelUsage, cost: Option<f64>) {
        let mut totals = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        totals.usage += usage;
        totals.cost += cost.unwrap_or(0.0);
    }

    pub(crate) fn add_outcome(&self, state: ModelReadingState, episodes: u64) {
        let mut totals = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match state {
            ModelReadingState::Read => totals.read += episodes,
            ModelReadingState::Failed => totals.failed += episodes,
            ModelReadingState::Awaiting | ModelReadingState::Cancelled => {}
        }
    }

    pub(crate) fn get(&self) -> ModelTotals {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
