//! Limits that the operator sets on requests: how many at once, and how many requests and tokens per minute.

use std::num::NonZeroU32;
use std::time::Duration;

use erstwhile::{Error, Result};
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use tokio::sync::{Semaphore, SemaphorePermit};

use super::settings::ConnectionSettings;

/// The limits of one client.
#[derive(Debug)]
pub(crate) struct Limits {
    concurrency: Semaphore,
    requests: Option<Bucket>,
    tokens: Option<Bucket>,
}

impl Limits {
    pub(crate) fn new(settings: &ConnectionSettings) -> Self {
        Self {
            concurrency: Semaphore::new(settings.concurrency.clamp(1, Semaphore::MAX_PERMITS)),
            requests: settings.requests_per_minute.and_then(Bucket::per_minute),
            tokens: settings.tokens_per_minute.and_then(Bucket::per_minute),
        }
    }

    /// Waits until a request with about so many tokens may be sent. The request counts as running until the permit is
    /// dropped.
    pub(crate) async fn wait(&self, tokens: u32) -> Result<SemaphorePermit<'_>> {
        let closed = |error| Error::internal("the client's semaphore is closed").with_source(error);
        let permit = self.concurrency.acquire().await.map_err(closed)?;
        if let Some(bucket) = &self.requests {
            bucket.take(1).await;
        }
        if let Some(bucket) = &self.tokens {
            bucket.take(tokens).await;
        }
        Ok(permit)
    }
}

/// A token bucket that fills within a minute.
#[derive(Debug)]
struct Bucket {
    limiter: DefaultDirectRateLimiter,
    capacity: NonZeroU32,
    clock: DefaultClock,
}

impl Bucket {
    /// A full bucket; `None` for 0, which stands for no limit.
    fn per_minute(capacity: u32) -> Option<Self> {
        let capacity = NonZeroU32::new(capacity)?;
        let limiter = RateLimiter::direct(Quota::per_minute(capacity));
        Some(Self { limiter, capacity, clock: DefaultClock::default() })
    }

    /// Waits until there is enough. What exceeds the capacity takes a full bucket.
    async fn take(&self, amount: u32) {
        let amount = NonZeroU32::new(amount).unwrap_or(NonZeroU32::MIN).min(self.capacity);
        while let Some(wait) = self.try_take(amount) {
            tokio::time::sleep(wait).await;
        }
    }

    /// Takes the amount, or returns how long to wait for it.
    fn try_take(&self, amount: NonZeroU32) -> Option<Duration> {
        // The amount is within the capacity, so only the time can be wrong.
        self.limiter.check_n(amount).ok()?.err().map(|early| early.wait_time_from(self.clock.now()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amount(number: u32) -> NonZeroU32 {
        NonZeroU32::new(number).expect("not zero")
    }

    #[test]
    fn an_empty_bucket_says_how_long_to_wait() {
        let bucket = Bucket::per_minute(60).expect("a bucket");
        assert_eq!(bucket.try_take(amount(60)), None);
        let wait = bucket.try_take(amount(30)).expect("a wait");
        assert!(wait > Duration::from_secs(29) && wait <= Duration::from_secs(30), "{wait:?}");
    }

    #[tokio::test]
    async fn more_than_the_capacity_takes_a_full_bucket() {
        let bucket = Bucket::per_minute(10).expect("a bucket");
        bucket.take(1_000).await;
        assert!(bucket.try_take(amount(1)).is_some());
    }

    #[test]
    fn zero_is_no_limit() {
        assert!(Bucket::per_minute(0).is_none());
    }

    #[tokio::test]
    async fn a_request_waits_for_one_of_the_permits() {
        let limits = Limits::new(&ConnectionSettings { concurrency: 1, ..ConnectionSettings::default() });
        let first = limits.wait(1).await.expect("a permit");
        let second = limits.wait(1);
        tokio::pin!(second);
        assert!(futures::poll!(second.as_mut()).is_pending());
        drop(first);
        assert!(futures::poll!(second.as_mut()).is_ready());
    }
}
