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

/// Prices of a model, per million tokens, in any currency.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ModelPrices {
    /// Of prompts.
    pub input: f64,
    /// Of prompts that the provider read from its cache.
    pub cached: f64,
    /// Of answers.
    pub output: f64,
}

impl ModelPrices {
    /// What a usage costs.
    pub fn cost(&self, usage: ModelUsage) -> f64 {
        let uncached = usage.tokens_in.saturating_sub(usage.tokens_cached);
        let tokens = [(uncached, self.input), (usage.tokens_cached, self.cached), (usage.tokens_out, self.output)];
        tokens.iter().map(|(tokens, price)| *tokens as f64 * price / 1e6).sum()
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
