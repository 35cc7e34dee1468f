//! Readings of episodes by a language model.

use erstwhile_core::error::ErrorKind;
use erstwhile_core::evidence::TombstoneKind;
use erstwhile_core::model::{AssertionId, EntityId, EpisodeId, ModelReading, ModelReadingState, ModelReport};
use jiff::Timestamp;

use super::PartitionState;

impl PartitionState {
    pub(super) fn await_model(&mut self, id: EpisodeId, from: Timestamp) {
        let version = self.row.version;
        let is_cancelled = |reading: &ModelReading| reading.state == ModelReadingState::Cancelled;
        if let Some(stored) = self.stored_episode(id)
            && !stored.episode.model_reading.as_deref().is_some_and(is_cancelled)
        {
            let reading = ModelReading { state: ModelReadingState::Awaiting, report: ModelReport::default() };
            stored.episode.model_reading = Some(Box::new(reading));
            stored.version = version;
        }
        self.enqueue_for_model(from);
    }

    /// Changes the reading of an episode that waits for it; false when it does not.
    fn change_awaited(&mut self, id: EpisodeId, change: impl FnOnce(&mut ModelReading)) -> bool {
        let version = self.row.version;
        let Some(stored) = self.stored_episode(id) else { return false };
        match &mut stored.episode.model_reading {
            Some(reading) if reading.state == ModelReadingState::Awaiting => {
                change(reading);
                stored.version = version;
                true
            }
            _ => false,
        }
    }

    pub(super) fn set_model_reading(&mut self, id: EpisodeId, new: &ModelReading) {
        self.change_awaited(id, |reading| reading.clone_from(new));
    }

    pub(super) fn replace_reading(&mut self, id: EpisodeId, report: &ModelReport) -> Result<(), ErrorKind> {
        let new = ModelReading { state: ModelReadingState::Read, report: report.clone() };
        if !self.change_awaited(id, |reading| *reading = new) {
            return Err(ErrorKind::Conflict);
        }
        self.remove_derived(id);
        self.bury(TombstoneKind::Reading, id.0);
        Ok(())
    }

    fn cancel_reading(&mut self, id: EpisodeId) {
        let version = self.row.version;
        let Some(stored) = self.stored_episode(id) else { return };
        let report = stored.episode.model_reading.take().map(|reading| (reading.state, reading.report));
        if report.as_ref().is_none_or(|(state, _)| *state != ModelReadingState::Cancelled) {
            stored.version = version;
        }
        let report = report.map(|(_, report)| report).unwrap_or_default();
        let cancelled = ModelReading { state: ModelReadingState::Cancelled, report };
        stored.episode.model_reading = Some(Box::new(cancelled));
    }

    /// The operator corrects what an assertion says.
    pub(super) fn cancel_reading_of_assertion(&mut self, id: AssertionId) {
        if let Some(episode) = self.assertions.get(&id).and_then(|stored| stored.value.episode) {
            self.cancel_reading(episode);
        }
    }

    /// The operator removes a name.
    pub(super) fn cancel_readings_of_name(&mut self, name: EntityId) {
        let of_name = self.mentions.iter().filter(|mention| mention.value.entity == name);
        let episodes: Vec<EpisodeId> = of_name.filter_map(|mention| mention.value.episode).collect();
        for episode in episodes {
            self.cancel_reading(episode);
        }
    }
}
