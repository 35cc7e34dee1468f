//! A budget of work: how much one request may cost, whatever its parts are.

use std::cell::Cell;
use std::fmt;

use crate::error::{Error, ErrorKind, Result};

/// The number of steps of a request over all parts of its filter and all documents: some tenths of a second.
pub const REQUEST_STEPS_MAX: u64 = 20_000_000;
/// The number of steps after which the caller is asked whether the work should stop.
const STEPS_BETWEEN_CHECKS: u64 = 4_096;

/// The steps that a request may still take, and when it must stop before that.
///
/// Work that takes the last step, or is told to stop, goes on as if nothing matched; whoever shows its result must
/// call [`result`](Self::result) first.
pub struct Budget {
    left: Cell<u64>,
    /// The number of steps left at which `should_stop` is asked.
    next_check: Cell<u64>,
    is_stopped: Cell<bool>,
    should_stop: Box<dyn Fn() -> bool + Send>,
}

impl Budget {
    /// Creates a budget; `should_stop` is asked now and then, for example whether a deadline has passed.
    pub fn new(steps: u64, should_stop: impl Fn() -> bool + Send + 'static) -> Self {
        Self {
            left: Cell::new(steps),
            next_check: Cell::new(steps.saturating_sub(STEPS_BETWEEN_CHECKS)),
            is_stopped: Cell::new(false),
            should_stop: Box::new(should_stop),
        }
    }

    /// Takes steps; false if there are not enough left, or if the work should stop.
    pub fn take(&self, steps: usize) -> bool {
        let left = self.left.get().saturating_sub(steps as u64);
        self.left.set(left);
        if left <= self.next_check.get() {
            self.next_check.set(left.saturating_sub(STEPS_BETWEEN_CHECKS));
            self.is_stopped.set(self.is_stopped.get() || (self.should_stop)());
        }
        self.is_left()
    }

    /// Whether there are steps left and the work should go on.
    pub fn is_left(&self) -> bool {
        self.left.get() > 0 && !self.is_stopped.get()
    }

    /// Whether the work was completed.
    ///
    /// # Errors
    /// `Invalid` if it needed more steps than there were; `Limited` if it was told to stop.
    pub fn result(&self) -> Result<()> {
        if self.left.get() == 0 {
            let message =
                "the filter takes too much work on this data: use fewer conditions, or narrower paths than **";
            return Err(Error::invalid(message));
        }
        if self.is_stopped.get() {
            let message = "the filter was not completed in time: use fewer conditions, or try again later";
            return Err(Error::new(ErrorKind::Limited, message));
        }
        Ok(())
    }
}

impl fmt::Debug for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Budget").field("left", &self.left).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_step_ends_the_work_as_invalid() {
        let budget = Budget::new(10, || false);
        assert!(budget.take(9) && budget.result().is_ok());
        assert!(!budget.take(1) && !budget.is_left());
        assert_eq!(budget.result().map_err(|error| error.kind()), Err(ErrorKind::Invalid));
    }

    #[test]
    fn work_that_should_stop_does_so_before_its_steps_are_used_up() {
        let budget = Budget::new(u64::MAX, || true);
        let taken = (0..u64::MAX).take_while(|_| budget.take(1)).count() as u64;
        assert!(taken <= STEPS_BETWEEN_CHECKS);
        assert_eq!(budget.result().map_err(|error| error.kind()), Err(ErrorKind::Limited));
    }
}
