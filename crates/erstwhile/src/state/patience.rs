//! Whether a model for which a search would wait is asked at all: not while it has just failed several times.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// After so many failures in a row, the model is not asked for [`PAUSE`].
const FAILURES_MAX: u32 = 3;
/// See [`FAILURES_MAX`].
const PAUSE: Duration = Duration::from_secs(5);

/// How the last calls ended.
#[derive(Debug, Default)]
pub(super) struct Patience(Mutex<LastCalls>);

#[derive(Debug, Default)]
struct LastCalls {
    failures: u32,
    paused_until: Option<Instant>,
}

impl Patience {
    /// Whether the model is not to be asked now.
    pub(super) fn is_lost(&self) -> bool {
        let last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        last.paused_until.is_some_and(|until| Instant::now() < until)
    }

    /// Notes how a call ended.
    pub(super) fn note(&self, succeeded: bool) {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        last.failures = if succeeded { 0 } else { last.failures.saturating_add(1) };
        last.paused_until = (last.failures >= FAILURES_MAX).then(|| Instant::now() + PAUSE);
    }
}
