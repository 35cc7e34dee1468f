//! Ports implemented by the system: its clock, and time-ordered random ids.
#![expect(clippy::disallowed_methods, reason = "this is where time and ids enter the engine")]

use jiff::Timestamp;
use uuid::Uuid;

use super::{Clock, Ids};

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let now = Timestamp::now();
        // The store keeps microseconds: a time must be the same before and after it is stored.
        Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
    }
}

/// Version 7 UUIDs (RFC 9562): later ones sort after earlier ones.
#[derive(Debug, Clone, Copy, Default)]
pub struct TimeOrderedIds;

impl Ids for TimeOrderedIds {
    fn next(&self) -> Uuid {
        Uuid::now_v7()
    }
}
