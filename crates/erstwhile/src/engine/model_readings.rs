//! Readings by the language model: what they cost, and asking for more.

use super::{GraphHandle, ProjectHandle};
use crate::ingestion::is_worth_a_call;
use crate::state::day_of;
use crate::store::DayUsage;
use erstwhile_core::change::Change;
use erstwhile_core::error::{Error, Result};
use erstwhile_core::model::{EpisodeState, ModelReading, ModelReadingState, ModelUsage, TaskId};

/// Maximum number of days of a report on usage.
pub const USAGE_DAYS_MAX: i64 = 400;
/// Number of episodes that are queued in one batch.
const QUEUED_TOGETHER: usize = 500;

/// How far the language model has read the episodes of a task.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct TaskReadings {
    /// Episodes that it has yet to read.
    pub awaiting: usize,
    /// Episodes that it has read.
    pub read: usize,
    /// Episodes that it could not read.
    pub failed: usize,
    /// Episodes whose reading was cancelled because the operator corrected them.
    pub cancelled: usize,
    /// Calls and tokens of all of them.
    pub usage: ModelUsage,
    /// What the calls cost; absent without prices.
    pub cost: Option<f64>,
}

impl TaskReadings {
    fn add(&mut self, reading: &ModelReading) {
        match reading.state {
            ModelReadingState::Awaiting => self.awaiting += 1,
            ModelReadingState::Read => self.read += 1,
            ModelReadingState::Failed => self.failed += 1,
            ModelReadingState::Cancelled => self.cancelled += 1,
        }
        self.usage += reading.report.usage;
        if let Some(cost) = reading.report.cost {
            *self.cost.get_or_insert(0.0) += cost;
        }
    }
}

impl ProjectHandle {
    /// What the project spent on language models in the last days, today included.
    ///
    /// # Errors
    /// `Invalid` when the number of days is not from 1 to [`USAGE_DAYS_MAX`].
    pub async fn model_usage(&self, days: i64) -> Result<Vec<DayUsage>> {
        if !(1..=USAGE_DAYS_MAX).contains(&days) {
            return Err(Error::invalid(format!("days must be from 1 to {USAGE_DAYS_MAX}")));
        }
        self.store().model_usage_since(self.whole()?, day_of(self.now()) - days + 1).await
    }

    /// How far the language model has read the episodes of a task.
    pub async fn readings_of_task(&self, id: TaskId) -> Result<TaskReadings> {
        let task = self.task(id).await?;
        let mut readings = TaskReadings::default();
        for reading in self.store().model_readings_of_task(task.graph, id).await? {
            readings.add(&reading);
        }
        Ok(readings)
    }
}

impl GraphHandle {
    /// Asks the language model to read all episodes of the graph, again if it has read them before; returns how many.
    /// A pause after a failure or a spent budget ends.
    /// Episodes that the operator has corrected are left alone.
    ///
    /// # Errors
    /// `Invalid` when no language model is configured.
    pub async fn read_with_model(&self) -> Result<usize> {
        if self.project.state().parts.model_extractor.is_none() {
            return Err(Error::invalid("no language model is configured: set model.name, and model.url or model.key"));
        }
        let graph = self.partition().await?;
        let index = self.project.state().index(graph).await?;
        let ids: Vec<_> = index.read(|index| {
            let is_cancelled = |reading: &ModelReading| reading.state == ModelReadingState::Cancelled;
            let episodes = index.episodes().filter(|episode| episode.state == EpisodeState::Processed);
            let wanted = episodes.filter(|episode| {
                is_worth_a_call(episode)
                    && !episode.model_reading.as_deref().is_some_and(is_cancelled)
                    && !index.knowledge.is_corrected(episode.id)
            });
            wanted.map(|episode| episode.id).collect()
        })?;
        let now = self.project.now();
        for part in ids.chunks(QUEUED_TOGETHER) {
            let changes = part.iter().map(|id| Change::AwaitModel(*id, now)).collect();
            self.project.apply_batch(&self.project.batch(Some(graph.into()), changes)).await?;
        }
        // Whoever asks may have raised the budget, or started the model again.
        self.project.store().end_model_pause(graph.into(), now).await?;
        Ok(ids.len())
    }
}
