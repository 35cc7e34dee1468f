//! Notices that a database is older than it was: that its write-ahead log was removed, or an older copy put in its place.
//!
//! Every commit also raises a number in the database, which is then written to a file beside it. A database with a smaller
//! number than the file has lost commits.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension, Transaction};

use super::failed;
use erstwhile_core::error::{Error, Result};

/// The mark of an open database.
#[derive(Debug)]
pub(super) struct Mark {
    file: File,
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
    /// `Corrupt` when the database is older, `Unavailable` when the file cannot be opened.
    pub(super) fn check(connection: &Connection, database: &Path) -> Result<Self> {
        let fail = failed("read its mark");
        connection.execute_batch("CREATE TABLE IF NOT EXISTS commit_mark (number INTEGER NOT NULL)").map_err(&fail)?;
        let found = connection.query_row("SELECT max(number) FROM commit_mark", [], |row| row.get::<_, Option<i64>>(0));
        let found = found.optional().map_err(&fail)?.flatten().unwrap_or(0);
        let place = file_of(database);
        // A file that is missing or cut off says nothing: it is written without waiting for the disk.
        let expected = std::fs::read_to_string(&place).ok().and_then(|text| text.trim().parse::<i64>().ok());
        if expected.is_some_and(|expected| expected > found) {
            let (database, place) = (database.display(), place.display());
            return Err(Error::corrupt(format!(
                "the database `{database}` lacks what was stored last: its write-ahead log `{database}-wal` was removed, or \
                 an older copy was put in its place; put the right files back, or remove `{place}` to go on without it"
            )));
        }
        let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&place);
        let file =
            file.map_err(|error| Error::unavailable(format!("cannot write the file `{}`: {error}", place.display())))?;
        Ok(Self { file, is_reported: false })
    }

    /// Raises the mark in a transaction, and returns it.
    pub(super) fn raise(transaction: &Transaction<'_>) -> rusqlite::Result<i64> {
        let mut raise = transaction.prepare_cached("UPDATE commit_mark SET number = number + 1 RETURNING number")?;
        if let Some(number) = raise.query_row([], |row| row.get(0)).optional()? {
            return Ok(number);
        }
        transaction.execute("INSERT INTO commit_mark (number) VALUES (1)", [])?;
        Ok(1)
    }

    /// Writes a mark beside the database, after its commit.
    pub(super) fn write(&mut self, number: i64) {
        // Always as many digits, so that nothing of a longer one stays.
        if let Err(error) = self.file.write_all_at(format!("{number:020}\n").as_bytes(), 0) {
            if !self.is_reported {
                tracing::warn!(%error, "cannot write the mark of the database; lost commits would not be noticed");
            }
            self.is_reported = true;
        }
    }
}
