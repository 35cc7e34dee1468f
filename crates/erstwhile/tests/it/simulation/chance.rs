//! Random choices that follow from a seed.

use std::ops::Range;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use uuid::Uuid;

/// A source of random choices.
#[derive(Debug)]
pub(super) struct Chance(StdRng);

impl Chance {
    pub(super) fn new(seed: u64) -> Self {
        Self(StdRng::seed_from_u64(seed))
    }

    /// Another source, whose choices do not depend on how many this one makes later.
    pub(super) fn fork(&mut self) -> Self {
        Self::new(self.0.random())
    }

    pub(super) fn number(&mut self, range: Range<u64>) -> u64 {
        self.0.random_range(range)
    }

    pub(super) fn millis(&mut self, range: Range<u64>) -> Duration {
        Duration::from_millis(self.number(range))
    }

    /// Whether something happens that happens so many times in a thousand.
    pub(super) fn per_mille(&mut self, often: u64) -> bool {
        self.number(0..1_000) < often
    }

    pub(super) fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.0.random_range(0..of.len())]
    }

    pub(super) fn uuid(&mut self) -> Uuid {
        uuid::Builder::from_random_bytes(self.0.random()).into_uuid()
    }
}
