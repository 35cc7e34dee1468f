//! What calls of a language model consume.

use std::ops::AddAssign;

use serde::{Deserialize, Serialize};

/// Calls and tokens of a language model.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelUsage {
    /// Requests that the provider answered, whatever it answered.
    pub calls: u64,
    /// Requests that were sent again after a failure; not counted in `calls` unless they were answered.
    pub retries: u64,
    /// Tokens of the prompts, including cached ones.
    pub tokens_in: u64,
    /// Tokens of the prompts that the provider read from its cache.
    pub tokens_cached: u64,
    /// Tokens of the answers.
    pub tokens_out: u64,
}

impl ModelUsage {
    /// Whether nothing was consumed.
    pub fn is_zero(&self) -> bool {
        *self == Self::default()
    }
}

impl AddAssign for ModelUsage {
    fn add_assign(&mut self, other: Self) {
        self.calls += other.calls;
        self.retries += other.retries;
        self.tokens_in += other.tokens_in;
        self.tokens_cached += other.tokens_cached;
        self.tokens_out += other.tokens_out;
    }
}
