//! When and what a worker claims.

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use tokio::time::Instant;

use super::leases::{LEASE, later};
use crate::state::State;
use crate::store::{Lease, Queue};
use erstwhile_core::error::Result;

/// Number of announced graphs that a worker tries to claim before it checks for cancellation and polls the queue.
const TRIES_MAX: usize = 64;
/// How often a worker polls the queue.
const POLL: Duration = Duration::from_millis(500);
/// The longest pause of a worker after the first poll that failed; meanwhile, it works on what was announced.
const PAUSE_MIN: Duration = Duration::from_millis(250);
/// The longest pause after many polls in a row have failed.
const PAUSE_MAX: Duration = Duration::from_secs(5);

/// Decides when a worker polls the queue. Graphs with episodes stored by this process are announced instead.
pub(super) struct Poller {
    next: Instant,
    /// How many polls in a row have failed.
    failures: u32,
    /// Whether the last poll found something, in which case the next one follows at once.
    found: bool,
    /// How long a graph must have waited.
    min_wait: SignedDuration,
}

impl Poller {
    pub(super) fn new(min_wait: SignedDuration) -> Self {
        Self { next: Instant::now(), failures: 0, found: true, min_wait }
    }

    /// When the queue is polled next.
    pub(super) fn next(&self) -> Instant {
        self.next
    }

    /// Claims a graph: one from the queue when polling is due, else an announced one.
    pub(super) async fn claim(&mut self, state: &Arc<State>) -> Result<Option<Lease>> {
        let is_due = self.next <= Instant::now();
        if !is_due && let Some(lease) = claim_announced(state).await? {
            return Ok(Some(lease));
        }
        if !is_due && !self.found {
            return Ok(None);
        }
        self.next = Instant::now() + POLL;
        let now = state.now();
        let looked = state.claim_in_turn(Queue::Ingestion, later(now, -self.min_wait), later(now, LEASE)).await;
        self.found = matches!(looked, Ok(Some(_)));
        if looked.is_err() {
            self.failures = self.failures.saturating_add(1);
            let [.., chance] = *state.ids().next().as_bytes();
            self.next = Instant::now() + pause(self.failures, chance);
        } else {
            self.failures = 0;
        }
        match looked {
            Ok(Some(lease)) => Ok(Some(lease)),
            // Announced graphs are also tried when polling fails, such as when one of many shards is down.
            nothing => claim_announced(state).await?.map_or(nothing, |lease| Ok(Some(lease))),
        }
    }
}

/// Claims the next graph that was announced in this process and is free.
async fn claim_announced(state: &Arc<State>) -> Result<Option<Lease>> {
    for _ in 0..TRIES_MAX {
        let Some(graph) = state.announcements().next() else { return Ok(None) };
        let now = state.now();
        if let Some(lease) = state.store().claim_partition(Queue::Ingestion, graph, now, later(now, LEASE)).await? {
            return Ok(Some(lease));
        }
    }
    state.announcements().wake();
    Ok(None)
}

/// The pause after so many polls in a row have failed. It doubles with each failure, and a random part of up to half of it is
/// left out, so that the workers of many nodes do not poll together.
fn pause(failures: u32, chance: u8) -> Duration {
    let doublings = failures.saturating_sub(1).min(16);
    let longest = PAUSE_MIN.saturating_mul(1 << doublings).min(PAUSE_MAX);
    longest.mul_f64(1.0 - f64::from(chance) / f64::from(u8::MAX) / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_five_seconds_and_differ_by_chance() {
        let millis = |failures, chance| pause(failures, chance).as_millis();
        let longest: Vec<u128> = (1..8).map(|failures| millis(failures, 0)).collect();
        assert_eq!(longest, [250, 500, 1_000, 2_000, 4_000, 5_000, 5_000]);
        assert_eq!((millis(1, u8::MAX), millis(u32::MAX, u8::MAX)), (125, 2_500));
        assert!((0..u8::MAX).all(|chance| pause(3, chance) > pause(3, chance + 1)));
    }
}
