//! Changes of readings and summaries by a language model.

use jiff::Timestamp;

use super::{Refusal, Steps, sql};
use crate::store::codes::Code;
use crate::store::rows::{id, model_report_json, time, written_summary_values};
use crate::store::sql::Value;
use erstwhile_core::error::Result;
use erstwhile_core::evidence::TombstoneKind;
use erstwhile_core::model::{EpisodeId, ModelReading, ModelReport, WrittenSummary};

impl Steps {
    pub(super) fn await_model(&mut self, episode: EpisodeId, from: Timestamp) -> Result<()> {
        let graph = id(self.partition()?.0);
        // The episode may have been deleted meanwhile, which is not an error; waiting ones are counted afterwards.
        self.may(&sql::AWAIT_MODEL, vec![graph.clone(), id(episode.0)]);
        self.may(&sql::ENQUEUE_FOR_MODEL, vec![graph, Value::Int(1), time(from)]);
        Ok(())
    }

    pub(super) fn set_model_reading(&mut self, episode: EpisodeId, reading: &ModelReading) -> Result<()> {
        let graph = id(self.partition()?.0);
        let report = model_report_json(&reading.report)?;
        self.may(&sql::SET_MODEL_READING, vec![graph, id(episode.0), reading.state.value(), report]);
        Ok(())
    }

    pub(super) fn replace_reading(&mut self, episode: Value, report: &ModelReport) -> Result<()> {
        let graph = id(self.partition()?.0);
        let params = vec![graph.clone(), episode.clone(), model_report_json(report)?];
        self.must(&sql::READ_BY_MODEL, params, Refusal::Stale);
        self.remove_reading(&episode)?;
        self.may(&sql::RESET_MODEL_ATTEMPTS, vec![graph]);
        self.add_tombstone(TombstoneKind::Reading, episode)
    }

    pub(super) fn put_written_summary(&mut self, summary: &WrittenSummary) -> Result<()> {
        let params = written_summary_values(self.partition()?, summary);
        self.may(&sql::PUT_WRITTEN_SUMMARY, params);
        Ok(())
    }
}
