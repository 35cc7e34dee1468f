//! Damage that reads met, so that the operator learns of it before the next search for damage.
//!
//! Damage of the structure is told apart from a damaged row: with the first, nothing in the database can be relied on; the
//! second concerns only who the row belongs to.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use erstwhile_core::error::{Error, ErrorKind, Result};

/// Maximum number of damaged rows that are kept; more are neither logged nor counted.
const ROWS_MAX: usize = 1_000;

/// The damage that the reads of this process met.
#[derive(Debug, Clone, Default)]
pub(super) struct MetDamage(Arc<Mutex<Met>>);

#[derive(Debug, Default)]
struct Met {
    structure: Option<String>,
    /// What is wrong with each row; the messages name the row by its ids.
    rows: BTreeSet<String>,
    /// The number of rows since the start; it never decreases.
    rows_total: u64,
}

impl MetDamage {
    /// Keeps what the result of a read says of the structure, and returns the result.
    pub(super) fn of_structure<T>(&self, read: Result<T>) -> Result<T> {
        if let Some(error) = corrupt(&read) {
            self.met().structure = Some(error.message().to_owned());
        }
        read
    }

    /// Keeps and logs, once, what the result of reading a row says of it, and returns the result.
    pub(super) fn of_row<T>(&self, read: Result<T>) -> Result<T> {
        if let Some(error) = corrupt(&read) {
            let mut met = self.met();
            if met.rows.len() < ROWS_MAX && met.rows.insert(error.message().to_owned()) {
                met.rows_total += 1;
                tracing::error!(problem = error.message(), "a damaged row was met; `erstwhile doctor` names all");
            }
        }
        read
    }

    /// Like [`of_row`](Self::of_row), but a damaged row is left out.
    pub(super) fn without_damaged<T>(&self, read: Result<T>) -> Result<Option<T>> {
        match self.of_row(read) {
            Err(error) if error.kind() == ErrorKind::Corrupt => Ok(None),
            read => read.map(Some),
        }
    }

    /// The damage of the structure, if a read met any.
    pub(super) fn structure(&self) -> Option<String> {
        self.met().structure.clone()
    }

    /// A damaged row, if a read met any.
    pub(super) fn row(&self) -> Option<String> {
        self.met().rows.first().cloned()
    }

    /// The number of different damaged rows that reads met since the start.
    pub(super) fn rows_total(&self) -> u64 {
        self.met().rows_total
    }

    /// Forgets the damage, before everything is read again.
    pub(super) fn forget(&self) {
        let mut met = self.met();
        met.structure = None;
        met.rows.clear();
    }

    fn met(&self) -> MutexGuard<'_, Met> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn corrupt<T>(read: &Result<T>) -> Option<&Error> {
    read.as_ref().err().filter(|error| error.kind() == ErrorKind::Corrupt)
}
