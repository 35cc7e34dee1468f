//! The rate of requests of each key, and the headers that tell it to clients.

use std::num::NonZeroU32;

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use erstwhile::model::ApiKeyId;
use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use jiff::{SignedDuration, Timestamp};

/// The header with the number of requests that a key may make within a second.
const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
/// The header with the number that it may make at once.
const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
/// The header with the time, in seconds since 1970, at which it may make all of them again.
const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// Limits the rate of requests by API key.
pub type RequestRate = DefaultKeyedRateLimiter<ApiKeyId, StateInformationMiddleware>;

/// Limits each key to a number of requests a second.
pub fn request_rate(per_second: NonZeroU32) -> RequestRate {
    RateLimiter::keyed(Quota::per_second(per_second)).with_middleware()
}

/// What a key may still do after a request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Allowance {
    limit: u32,
    remaining: u32,
    reset: i64,
    /// Whether the request itself is allowed.
    pub(crate) is_admitted: bool,
}

/// Counts a request of a key.
pub(crate) fn allowance(rate: &RequestRate, key: ApiKeyId, now: Timestamp) -> Allowance {
    let (quota, remaining, wait, is_admitted) = match rate.check_key(&key) {
        Ok(state) => {
            let (quota, remaining) = (state.quota(), state.remaining_burst_capacity());
            let used = quota.burst_size().get().saturating_sub(remaining);
            (quota, remaining, quota.replenish_interval().saturating_mul(used), true)
        }
        Err(refused) => (refused.quota(), 0, refused.wait_time_from(DefaultClock::default().now()), false),
    };
    let wait = SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX);
    let at = now.saturating_add(wait).unwrap_or(Timestamp::MAX);
    // Later rather than earlier, because the header has no fractions.
    let reset = at.as_second().saturating_add(i64::from(at.subsec_nanosecond() > 0));
    Allowance { limit: quota.burst_size().get(), remaining, reset, is_admitted }
}

impl Allowance {
    /// Adds the headers.
    pub(crate) fn write(&self, headers: &mut HeaderMap) {
        headers.insert(LIMIT, HeaderValue::from(self.limit));
        headers.insert(REMAINING, HeaderValue::from(self.remaining));
        headers.insert(RESET, HeaderValue::from(self.reset));
    }
}
