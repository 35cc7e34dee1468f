//! Counts of the claims and statements that were dropped while reading episodes, by reason.

use std::collections::BTreeMap;
use std::sync::Mutex;

/// Counts since the process started.
#[derive(Debug, Default)]
pub(crate) struct DroppedClaims(Mutex<BTreeMap<&'static str, u64>>);

impl DroppedClaims {
    /// Adds counts by reason.
    pub(crate) fn add(&self, counts: &BTreeMap<&'static str, u64>) {
        if let Ok(mut all) = self.0.lock() {
            for (reason, count) in counts {
                *all.entry(reason).or_default() += count;
            }
        }
    }

    /// The counts by reason.
    pub(crate) fn counts(&self) -> BTreeMap<&'static str, u64> {
        self.0.lock().map(|all| all.clone()).unwrap_or_default()
    }
}
