//! How the states of tokens become one vector.

use erstwhile::Result;
use serde_json::Value;

use crate::bert::ModelFiles;

const FILE: &str = "1_Pooling/config.json";

/// What is made of the states of tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pooling {
    /// Their mean.
    Mean,
    /// The first one.
    First,
}

impl Pooling {
    pub(super) fn read(files: &ModelFiles<'_>) -> Result<Self> {
        let Some(config) = files.optional_json(FILE)? else { return Ok(Self::Mean) };
        let chosen = |name: &str| config[name].as_bool() == Some(true);
        let is_other = |(name, value): (&String, &Value)| {
            name.starts_with("pooling_mode_")
                && value.as_bool() == Some(true)
                && !matches!(name.as_str(), "pooling_mode_mean_tokens" | "pooling_mode_cls_token")
        };
        let others = config.as_object().is_some_and(|config| config.iter().any(is_other));
        match (chosen("pooling_mode_mean_tokens"), chosen("pooling_mode_cls_token"), others) {
            (true, false, false) => Ok(Self::Mean),
            (false, true, false) => Ok(Self::First),
            _ => Err(files.refuse(FILE, "only pooling by the mean of the tokens or by the first token is supported")),
        }
    }
}
