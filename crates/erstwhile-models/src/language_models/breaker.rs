//! A circuit breaker: after many failures in a row, requests fail at once and the server can recover.

use std::time::Duration;

use tokio::time::Instant;

/// Counts failures, and decides whether a request may be sent.
#[derive(Debug)]
pub(crate) struct Breaker {
    failures_max: u32,
    pause: Duration,
    failures: u32,
    open_until: Option<Instant>,
}

impl Breaker {
    /// A closed breaker that opens after `failures_max` failures in a row, and lets one request pass after each pause.
    pub(crate) fn new(failures_max: u32, pause: Duration) -> Self {
        Self { failures_max: failures_max.max(1), pause, failures: 0, open_until: None }
    }

    /// Lets a request pass, or returns how long to wait.
    ///
    /// After the pause one request passes; the others wait for another pause, until that request succeeds.
    pub(crate) fn admit(&mut self, now: Instant) -> Result<(), Duration> {
        match self.open_until {
            Some(until) if now < until => Err(until - now),
            Some(_) => {
                self.open_until = Some(now + self.pause);
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// The server answered.
    pub(crate) fn succeed(&mut self) {
        self.failures = 0;
        self.open_until = None;
    }

    /// The server did not answer, or it answered that it cannot.
    pub(crate) fn fail(&mut self, now: Instant) {
        self.failures = self.failures.saturating_add(1);
        if self.failures >= self.failures_max {
            self.open_until = Some(now + self.pause);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAUSE: Duration = Duration::from_secs(10);

    fn open(now: Instant) -> Breaker {
        let mut breaker = Breaker::new(2, PAUSE);
        breaker.fail(now);
        assert_eq!(breaker.admit(now), Ok(()));
        breaker.fail(now);
        breaker
    }

    #[test]
    fn failures_in_a_row_open_it() {
        let now = Instant::now();
        assert_eq!(open(now).admit(now), Err(PAUSE));
    }

    #[test]
    fn a_success_between_failures_keeps_it_closed() {
        let now = Instant::now();
        let mut breaker = Breaker::new(2, PAUSE);
        breaker.fail(now);
        breaker.succeed();
        breaker.fail(now);
        assert_eq!(breaker.admit(now), Ok(()));
    }

    #[test]
    fn one_request_passes_after_the_pause() {
        let now = Instant::now();
        let mut breaker = open(now);
        assert_eq!(breaker.admit(now + PAUSE), Ok(()));
        assert_eq!(breaker.admit(now + PAUSE), Err(PAUSE));
        breaker.fail(now + PAUSE);
        assert_eq!(breaker.admit(now + PAUSE), Err(PAUSE));
        assert_eq!(breaker.admit(now + PAUSE * 2), Ok(()));
    }

    #[test]
    fn a_success_closes_it() {
        let now = Instant::now();
        let mut breaker = open(now);
        assert_eq!(breaker.admit(now + PAUSE), Ok(()));
        breaker.succeed();
        assert_eq!(breaker.admit(now + PAUSE), Ok(()));
        assert_eq!(breaker.admit(now + PAUSE), Ok(()));
    }
}
