//! Waiting episodes that are in no queue, because rows of the database were lost or changed by hand, are queued again.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::state::State;

/// How often the queues are compared with the waiting episodes.
const INTERVAL: Duration = Duration::from_mins(1);

/// Compares at once and then regularly, until cancelled.
pub(super) async fn run(state: Arc<State>, stop: CancellationToken) {
    loop {
        // Cancelled at any point: what is not queued again now is found the next time.
        let compared = tokio::select! {
            biased;
            () = stop.cancelled() => return,
            compared = state.store().queue_lost_episodes(state.now()) => compared,
        };
        match compared {
            Ok(0) => {}
            Ok(episodes) => tracing::warn!(episodes, "waiting episodes were in no queue; they are queued again"),
            Err(error) => tracing::warn!(%error, "cannot compare the queue with the waiting episodes"),
        }
        tokio::select! {
            biased;
            () = stop.cancelled() => return,
            () = tokio::time::sleep(INTERVAL) => {}
        }
    }
}
