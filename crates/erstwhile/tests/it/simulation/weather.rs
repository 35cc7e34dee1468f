//! What goes wrong in one history, how often, and what happened in it.

use std::fmt::Display;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::time::Instant;

use super::chance::Chance;

/// How often things go wrong, in a thousand. Each history has other rates, many of them zero, so that rare combinations are
/// not hidden by frequent faults.
#[derive(Debug)]
pub(super) struct Rates {
    /// A request does not reach the database.
    pub(super) refused: u64,
    /// A transaction is carried out, but the caller gets an error.
    pub(super) answer_lost: u64,
    /// The driver sends a transaction again, because the first answer was lost.
    pub(super) sent_twice: u64,
    /// A row is locked by another transaction.
    pub(super) locked: u64,
    /// A request takes up to seconds.
    pub(super) slow: u64,
    /// An extractor is not available.
    pub(super) extractor_down: u64,
    /// A caller does not wait for an answer, and asks again.
    pub(super) impatient: u64,
    /// How often each of these happens, of all events: a crash, a pause, a lost network, a jump of a clock.
    pub(super) events: [u64; 4],
}

/// The conditions of a history.
#[derive(Debug)]
pub(super) struct Weather {
    pub(super) rates: Rates,
    /// Whether a language model reads everything again.
    pub(super) has_model: bool,
    is_calm: AtomicBool,
    began: Instant,
    /// What happened, if somebody wants to know.
    lines: Option<Mutex<Vec<String>>>,
}

impl Weather {
    /// Draws the conditions of a history, which is written down if it is `recorded`.
    pub(super) fn new(chance: &mut Chance, recorded: bool) -> Self {
        let mut rate = |rates: &[u64]| *chance.pick(rates);
        let rates = Rates {
            refused: rate(&[0, 0, 10, 60]),
            answer_lost: rate(&[0, 0, 10, 60, 200]),
            sent_twice: rate(&[0, 0, 20, 200]),
            locked: rate(&[0, 0, 50]),
            slow: rate(&[0, 0, 10, 100]),
            extractor_down: rate(&[0, 0, 100, 500]),
            impatient: rate(&[0, 0, 200]),
            events: [rate(&[0, 1, 3]), rate(&[0, 1, 3]), rate(&[0, 1]), rate(&[0, 1])],
        };
        let has_model = rate(&[0, 0, 1]) == 1;
        let (is_calm, began) = (AtomicBool::new(false), Instant::now());
        let weather = Self { rates, has_model, is_calm, began, lines: recorded.then(Mutex::default) };
        weather.note(format_args!("{:?}, with a model: {has_model}", weather.rates));
        weather
    }

    /// From now on, nothing goes wrong.
    pub(super) fn calm_down(&self) {
        self.is_calm.store(true, Ordering::SeqCst);
    }

    pub(super) fn is_calm(&self) -> bool {
        self.is_calm.load(Ordering::SeqCst)
    }

    /// Adds a line to the history.
    pub(super) fn note(&self, what: impl Display) {
        if let Some(lines) = &self.lines {
            let line = format!("{:>9} ms  {what}", self.began.elapsed().as_millis());
            lines.lock().expect("the history").push(line);
        }
    }

    /// The history so far.
    pub(super) fn history(&self) -> Vec<String> {
        self.lines.as_ref().map(|lines| lines.lock().expect("the history").clone()).unwrap_or_default()
    }
}
