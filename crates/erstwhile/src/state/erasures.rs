//! Completes erasures: at once when a deletion waits for its own, and again and again until they succeed.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::sync::{Mutex, Notify};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::State;
use crate::store::ErasureState;
use erstwhile_core::error::{ErrorKind, Result};
use erstwhile_core::model::WebhookEvent;

/// How long a deletion waits for its erasure.
const WAIT: Duration = Duration::from_secs(1);
/// How often erasures of other processes, which may have stopped, are looked for.
const POLL: Duration = Duration::from_mins(1);
/// The shortest pause between two passes, in which erasures gather.
const PAUSE_MIN: Duration = Duration::from_secs(1);
/// A pause is so many times as long as the pass before it, so that passes take a small part of the time.
const PAUSE_FACTOR: u32 = 4;

/// What the erasures of one process share.
#[derive(Debug, Default)]
pub(crate) struct Erasures {
    /// Held during a pass; a pass completes everything that was recorded before it began.
    pass: Mutex<()>,
    recorded: Notify,
}

impl Erasures {
    /// Announces that an erasure was recorded for which nobody waits.
    pub(crate) fn announce(&self) {
        self.recorded.notify_one();
    }
}

/// Completes every erasure that was recorded before the call.
async fn complete(state: &State) -> Result<()> {
    let _pass = state.erasures.pass.lock().await;
    loop {
        let pending = state.store().pending_erasures().await?;
        if pending.is_empty() {
            return Ok(());
        }
        for partition in pending.partitions() {
            match state.remove_orphaned_vectors(partition).await {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
                // A graph that does not exist any more has no vectors.
                Ok(_) | Err(_) => {}
            }
        }
        let mut notifications = Vec::new();
        for erasure in pending.iter() {
            let is_of_graph = erasure.partition.0 != erasure.project.0;
            let data = json!({ "erasure_id": erasure.id, "graph_uuid": is_of_graph.then_some(erasure.partition.0) });
            let event = (WebhookEvent::ErasureFinished, erasure.id, data);
            let made = state.notifications(erasure.project, [event]).await?;
            notifications.extend(made.into_iter().map(|notification| (erasure.project, notification)));
        }
        state.store().complete_erasures(pending, &notifications, || state.now()).await?;
    }
}

/// Completes every erasure that was recorded before the call, and waits for it for a short time.
pub(crate) async fn complete_soon(state: &Arc<State>) -> ErasureState {
    let running = Arc::clone(state);
    // In a task, which goes on when the caller does not wait any more.
    let pass = tokio::spawn(async move { complete(&running).await });
    match tokio::time::timeout(WAIT, pass).await {
        Ok(Ok(Ok(()))) => ErasureState::Done,
        Ok(Ok(Err(error))) => {
            tracing::debug!(%error, "an erasure is not complete yet");
            state.erasures.announce();
            ErasureState::Pending
        }
        Ok(Err(_)) | Err(_) => {
            state.erasures.announce();
            ErasureState::Pending
        }
    }
}

/// Completes erasures until cancelled.
pub(crate) async fn run(state: Arc<State>, stop: CancellationToken) {
    let mut failures: u32 = 0;
    loop {
        let started = Instant::now();
        // Interrupted, it is resumed at the next start.
        let completed = tokio::select! {
            biased;
            () = stop.cancelled() => return,
            completed = complete(&state) => completed,
        };
        match completed {
            Ok(()) => failures = 0,
            Err(error) => {
                failures += 1;
                tracing::warn!(%error, failures, "deleted text may still be in the database's files; trying again");
            }
        }
        let pause = (started.elapsed() * PAUSE_FACTOR).max(PAUSE_MIN * (1 << failures.min(5))).min(POLL);
        tokio::select! {
            biased;
            () = stop.cancelled() => return,
            () = tokio::time::sleep(pause) => {}
        }
        if failures == 0 {
            tokio::select! {
                biased;
                () = stop.cancelled() => return,
                () = state.erasures.recorded.notified() => {}
                () = tokio::time::sleep(POLL) => {}
            }
        }
    }
}
