//! The reading of an episode by a language model.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::ModelUsage;

/// How far a language model has read an episode.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelReading {
    /// The state.
    pub state: ModelReadingState,
    /// What happened so far.
    pub report: ModelReport,
}

/// The state of a reading by a language model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ModelReadingState {
    /// The model has yet to read the episode; what the offline extractor read holds meanwhile.
    Awaiting,
    /// What the model read has replaced what the offline extractor read.
    Read,
    /// The model could not read the episode; what the offline extractor read stays.
    Failed,
    /// Not needed any more: the operator has corrected what the offline extractor read.
    Cancelled,
}

impl ModelReadingState {
    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Awaiting => "awaiting",
            Self::Read => "read",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

/// What happened when a language model read an episode.
///
/// One call reads several episodes together; `usage` and `cost` are the episode's share, in proportion to the length of
/// its text, and `episodes` tells how many episodes shared the calls.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ModelReport {
    /// Name of the model, with the version of the prompt.
    pub model: String,
    /// When the model had read the episode.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_at: Option<Timestamp>,
    /// The number of episodes that were read together.
    pub episodes: u64,
    /// The calls in which the episode was read, also unsuccessfully.
    pub usage: ModelUsage,
    /// What the calls cost, in the currency of the configured prices; absent without prices.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<f64>,
    /// The number of characters at the end of the text that the model was not given, because the text is too long.
    pub characters_left_out: u64,
    /// Claims of the model that were dropped, counted by reason.
    pub dropped: BTreeMap<String, u64>,
    /// Failed attempts.
    pub attempts: u64,
    /// Why the last attempt failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
}
