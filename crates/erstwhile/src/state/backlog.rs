//! The number of episodes that wait for ingestion, which is bounded: whoever adds to a full queue is told to wait. The
//! items of import jobs wait in their jobs, and do not count.
//!
//! The number is read from the store at most once a second while there is room. In between, what this process adds is
//! counted, and what others add is not, so that the bound may be exceeded by what they add in a second.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, timeout};

use super::State;
use erstwhile_core::error::{Error, ErrorKind, Result};

/// How long a number that was read counts as known.
const KNOWN_FOR: Duration = Duration::from_secs(1);
/// How long the number is waited for.
const PATIENCE: Duration = Duration::from_secs(1);
/// How long it is not asked for again after the store did not answer.
const UNKNOWN_FOR: Duration = Duration::from_secs(5);
/// After how long whoever was refused should try again.
const RETRY_AFTER: Duration = Duration::from_secs(5);

/// The episodes that wait, as far as this process knows.
#[derive(Debug, Default)]
pub(super) struct Backlog(Mutex<Waiting>);

#[derive(Debug, Clone, Copy, Default)]
struct Waiting {
    /// Until when the number counts as known; `None` before the first time.
    known_until: Option<Instant>,
    /// The number that was read, and what this process added since.
    episodes: i64,
}

impl Waiting {
    fn is_known(&self, now: Instant) -> bool {
        self.known_until.is_some_and(|until| now < until)
    }
}

impl Backlog {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts episodes if there is room for them. A queue that is empty has room for any number.
    fn take_room(&self, count: i64, max: i64) -> bool {
        let mut waiting = self.lock();
        let has_room = waiting.episodes <= 0 || waiting.episodes.saturating_add(count) <= max;
        if has_room {
            waiting.episodes = waiting.episodes.saturating_add(count);
        }
        has_room
    }
}

impl State {
    /// Makes room in the queue for episodes that are about to be added.
    ///
    /// # Errors
    /// `Limited` when the queue is full.
    pub(crate) async fn admit_episodes(&self, count: usize) -> Result<()> {
        let (count, max) = (i64::try_from(count).unwrap_or(i64::MAX), self.parts.settings.queue_episodes_max);
        let is_known = self.backlog.lock().is_known(Instant::now());
        if is_known && self.backlog.take_room(count, max) {
            return Ok(());
        }
        self.read_backlog().await;
        if self.backlog.take_room(count, max) {
            return Ok(());
        }
        let message = format!("{max} episodes or more wait for ingestion; try again later");
        Err(Error::new(ErrorKind::Limited, message).with_retry_after(RETRY_AFTER))
    }

    /// Whether the queue has no room for more episodes.
    pub(crate) async fn is_queue_full(&self) -> Result<bool> {
        Ok(self.store().count_waiting_episodes().await? >= self.parts.settings.queue_episodes_max)
    }

    /// Reads the number of waiting episodes. If the store does not answer, as when one of many shards is lost, the last
    /// number counts for a while.
    async fn read_backlog(&self) {
        let read = timeout(PATIENCE, self.store().count_waiting_episodes()).await;
        let mut waiting = self.backlog.lock();
        if let Ok(Ok(episodes)) = read {
            *waiting = Waiting { known_until: Some(Instant::now() + KNOWN_FOR), episodes };
        } else {
            tracing::debug!("the length of the queue is unknown");
            waiting.known_until = Some(Instant::now() + UNKNOWN_FOR);
        }
    }
}
