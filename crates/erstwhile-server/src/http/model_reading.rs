//! What the generations show of how far a language model has read an episode.

use erstwhile::model::{ModelReading, ModelReadingState, ModelReport};
use schemars::JsonSchema;
use serde::Serialize;

use crate::openapi::domain;

/// How far a language model has read an episode. No SDK reads this field.
#[derive(Debug, Serialize, JsonSchema)]
pub(in crate::http) struct WireModelReading {
    state: &'static str,
    #[serde(flatten)]
    #[schemars(with = "domain::ModelReport")]
    report: ModelReport,
}

impl WireModelReading {
    /// `None` if no model was asked; the operator may have corrected the episode before.
    pub(in crate::http) fn of(reading: Option<Box<ModelReading>>) -> Option<Self> {
        let is_asked =
            |reading: &ModelReading| reading.state != ModelReadingState::Cancelled || !reading.report.model.is_empty();
        let reading = reading.filter(|reading| is_asked(reading))?;
        Some(Self { state: reading.state.as_str(), report: reading.report })
    }
}
