//! Working under a lease of a queue.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::state::State;
use crate::store::Lease;
use erstwhile_core::error::{Error, ErrorKind, Result};

/// Duration of a lease unless it is extended. A graph waits this long after its worker was killed.
pub(super) const LEASE: SignedDuration = SignedDuration::from_secs(10);
/// How often a working worker extends its lease.
const HEARTBEAT: Duration = Duration::from_secs(3);
/// The longest delay between two attempts while an extractor is unavailable.
const BACKOFF_MAX: SignedDuration = SignedDuration::from_secs(300);

/// Does some work, extending the lease meanwhile. Losing the lease cancels the work.
pub(super) async fn hold<T>(
    state: &Arc<State>,
    lease: Lease,
    work: impl Future<Output = Result<T>> + Send,
) -> Result<T> {
    tokio::select! {
        biased;
        outcome = work => outcome,
        lost = heartbeat(state, lease) => Err(lost),
    }
}

/// Extends a lease until it is lost.
async fn heartbeat(state: &Arc<State>, lease: Lease) -> Error {
    loop {
        tokio::time::sleep(HEARTBEAT).await;
        match state.store().extend(lease, later(state.now(), LEASE)).await {
            Ok(true) => {}
            Ok(false) => return Error::new(ErrorKind::Conflict, "another worker holds the graph's lease"),
            // The store does not answer; if that lasts, applying the result fails.
            Err(error) => tracing::debug!(%error, "a lease was not extended"),
        }
    }
}

pub(super) fn later(now: Timestamp, by: SignedDuration) -> Timestamp {
    now.saturating_add(by).unwrap_or(Timestamp::MAX)
}

/// One second, doubled for each failure in a row.
pub(super) fn backoff(attempts: i64) -> SignedDuration {
    let seconds = 1_i64 << attempts.clamp(0, 16);
    SignedDuration::from_secs(seconds).min(BACKOFF_MAX)
}
