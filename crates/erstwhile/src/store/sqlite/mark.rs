//! Notices that a database is older than it was: that its write-ahead log was removed, or an older copy put in its place.
//!
//! About once a second, a commit also raises a number in the database, which is then written to a file beside it. A
//! database with a smaller number than the file has lost commits.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rusqlite::{Connection, OptionalExtension, Transaction};

use super::failed;
use erstwhile_core::error::{Error, Result};

/// Minimum time between two marks.
const INTERVAL: Duration = Duration::from_secs(1);

/// The mark of an open database.
#[derive(Debug)]
pub(super) struct Mark {
    file: PathBuf,
    last: Option<Instant>,
    is_reported: bool,
}

/// The file with the mark of a database.
pub(super) fn file_of(database: &Path) -> PathBuf {
    database.with_extension("mark")
}

impl Mark {
    /// Compares the mark in the database with the one beside it.
    ///
    /// # Errors
    /// `Corrupt` when the database is older.
    pub(super) fn check(connection: &Connection, database: &Path) -> Result<Self> {
        let fail = failed("read its mark");
        connection.execute_batch("CREATE TABLE IF NOT EXISTS commit_mark (number INTEGER NOT NULL)").map_err(&fail)?;
        let found = connection.query_row("SELECT max(number) FROM commit_mark", [], |row| row.get::<_, Option<i64>>(0));
        let found = found.optional().map_err(&fail)?.flatten().unwrap_or(0);
        let file = file_of(database);
        // A file that is missing or cut off says nothing: it is written without waiting for the disk.
        let expected = std::fs::read_to_string(&file).ok().and_then(|text| text.trim().parse::<i64>().ok());
        if expected.is_some_and(|expected| expected > found) {
            let (database, file) = (database.display(), file.display());
            return Err(Error::corrupt(format!(
                "the database `{database}` lacks what was stored last: its write-ahead log `{database}-wal` was removed, or \
                 an older copy was put in its place; put the right files back, or remove `{file}` to go on without it"
            )));
        }
        Ok(Self { file, last: None, is_reported: false })
    }

    /// Raises the mark in a transaction, if that is due; returns it.
    pub(super) fn raise(&mut self, transaction: &Transaction<'_>) -> rusqlite::Result<Option<i64>> {
        if self.last.is_some_and(|last| last.elapsed() < INTERVAL) {
            return Ok(None);
        }
        self.last = Some(Instant::now());
        let raise = "UPDATE commit_mark SET number = number + 1 RETURNING number";
        if let Some(number) = transaction.query_row(raise, [], |row| row.get(0)).optional()? {
            return Ok(Some(number));
        }
        transaction.execute("INSERT INTO commit_mark (number) VALUES (1)", [])?;
        Ok(Some(1))
    }

    /// Writes a mark beside the database, after its commit.
    pub(super) fn write(&mut self, number: i64) {
        if let Err(error) = std::fs::write(&self.file, format!("{number}\n")) {
            if !self.is_reported {
                tracing::warn!(%error, "cannot write `{}`; a lost write-ahead log would not be noticed", self.file.display());
            }
            self.is_reported = true;
        }
    }
}
