//! Settings of webhooks.

use serde::Deserialize;

/// How webhooks are delivered.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WebhookSettings {
    /// Whether webhooks may have private and loopback addresses.
    pub allow_private_addresses: bool,
    /// Seconds that a receiver may take to answer.
    pub timeout_s: u64,
    /// Milliseconds before the second attempt; each further pause is four times as long, up to six hours.
    pub retry_ms: u64,
    /// How many deliveries this process makes at the same time; 0 leaves them to other processes.
    pub senders: usize,
}

impl Default for WebhookSettings {
    fn default() -> Self {
        Self { allow_private_addresses: false, timeout_s: 10, retry_ms: 5_000, senders: 4 }
    }
}
