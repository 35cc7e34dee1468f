//! Overwrites what deleted rows left in the database's files, while others read and write.
//!
//! `secure_delete` overwrites the rows themselves when they are deleted. What remains is copies of rows in unused parts of
//! pages (see [`pages`]), and old pages in the write-ahead log. Pages are read by a connection of its own; those
//! with remains are overwritten by the writer, a few at a time between other transactions. A page that was blank after a
//! deletion never receives copies of the deleted rows: `SQLite` moves only rows that exist from page to page.

use std::path::Path;
use std::sync::mpsc::SyncSender;
use std::thread;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, TransactionBehavior};
use tokio::sync::oneshot;

use super::{BUSY_TIMEOUT, Work, failed, pages};
use erstwhile_core::error::{Error, Result};

/// Number of pages that are overwritten in one transaction.
const PAGES_TOGETHER: usize = 64;
/// How long the writer waits for readers when it empties the write-ahead log: as long as a short read takes. A reader
/// that takes longer must not make transactions wait.
const READERS_TIMEOUT: Duration = Duration::from_millis(5);
/// Number of attempts to empty the write-ahead log.
const TRIES: usize = 10;
/// Pause between these attempts.
const PAUSE: Duration = Duration::from_millis(20);

/// Overwrites the remains; blocks the calling thread, but not the writer.
///
/// # Errors
/// `Unavailable` when a reader holds an older state of the database; then remains may be left.
pub(super) fn scrub(file: &Path, writer: &SyncSender<Work>) -> Result<()> {
    // Fails before the pages are read, when a reader makes it useless.
    empty_log(writer)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let reader = Connection::open_with_flags(file, flags).map_err(failed("open the database"))?;
    if can_overwrite(&reader)? {
        overwrite_pages(&reader, writer)?;
    } else {
        rewrite_file(writer)?;
    }
    drop(reader);
    empty_log(writer)
}

/// Whether single pages can be overwritten: `SQLite` must be compiled with `SQLITE_ENABLE_DBPAGE_VTAB`.
fn can_overwrite(reader: &Connection) -> Result<bool> {
    let count: i64 =
        reader.pragma_query_value(None, "page_count", |row| row.get(0)).map_err(failed("count its pages"))?;
    Ok(count < pages::PAGES_MAX && reader.prepare("SELECT pgno FROM sqlite_dbpage").is_ok())
}

/// Writes all rows anew and nothing else; transactions wait meanwhile.
fn rewrite_file(writer: &SyncSender<Work>) -> Result<()> {
    on_writer(writer, |connection| connection.execute_batch("VACUUM").map_err(failed("rewrite the file")))
}

fn overwrite_pages(reader: &Connection, writer: &SyncSender<Work>) -> Result<()> {
    let fail = failed("read its pages");
    let mut statement = reader.prepare("SELECT pgno, data FROM sqlite_dbpage").map_err(&fail)?;
    let mut rows = statement.query([]).map_err(&fail)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next().map_err(&fail)? {
        let number: i64 = row.get(0).map_err(&fail)?;
        let page = row.get_ref(1).and_then(|data| Ok(data.as_blob()?)).map_err(&fail)?;
        if pages::has_remains(page, number) {
            found.push(number);
        }
        if found.len() == PAGES_TOGETHER {
            overwrite_together(std::mem::take(&mut found), writer)?;
        }
    }
    overwrite_together(found, writer)
}

fn overwrite_together(numbers: Vec<i64>, writer: &SyncSender<Work>) -> Result<()> {
    if numbers.is_empty() {
        return Ok(());
    }
    on_writer(writer, move |connection| {
        let fail = failed("overwrite unused parts of its pages");
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(&fail)?;
        for number in numbers {
            // The page may have changed since it was found.
            let select = "SELECT data FROM sqlite_dbpage WHERE pgno = ?1";
            let mut page: Vec<u8> = transaction.query_row(select, [number], |row| row.get(0)).map_err(&fail)?;
            pages::blank(&mut page, number);
            let update = "UPDATE sqlite_dbpage SET data = ?2 WHERE pgno = ?1";
            transaction.execute(update, (number, page)).map_err(&fail)?;
        }
        transaction.commit().map_err(&fail)
    })
}

/// Copies the write-ahead log, which holds old pages, into the database, and truncates it.
fn empty_log(writer: &SyncSender<Work>) -> Result<()> {
    for _ in 0..TRIES {
        let is_held: bool = on_writer(writer, |connection| {
            let fail = failed("empty the write-ahead log");
            connection.busy_timeout(READERS_TIMEOUT).map_err(&fail)?;
            let checkpoint = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0));
            connection.busy_timeout(BUSY_TIMEOUT).map_err(&fail)?;
            checkpoint.map_err(&fail)
        })?;
        if !is_held {
            return Ok(());
        }
        thread::sleep(PAUSE);
    }
    Err(Error::unavailable("a reader holds an older state of the database, which contains what was deleted"))
}

/// Runs something on the connection of the writer, between its transactions.
fn on_writer<T: Send + 'static>(
    writer: &SyncSender<Work>,
    run: impl FnOnce(&mut Connection) -> Result<T> + Send + 'static,
) -> Result<T> {
    let (answer, answered) = oneshot::channel();
    let run = move |connection: &mut Connection| super::send(answer, run(connection));
    let stopped = || Error::unavailable("the database writer has stopped");
    writer.send(Work::Run(Box::new(run))).map_err(|_| stopped())?;
    answered.blocking_recv().map_err(|_| stopped())?
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Otherwise every deletion would rewrite the whole file: see `.cargo/config.toml`.
    #[test]
    fn this_build_can_overwrite_single_pages() {
        let connection = Connection::open_in_memory().unwrap();
        assert!(can_overwrite(&connection).unwrap());
    }

    /// What a build does that cannot overwrite single pages.
    #[test]
    fn a_file_that_is_rewritten_holds_no_deleted_row() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("test.db");
        let connection = Connection::open(&file).unwrap();
        // Without `secure_delete`, deleted rows stay in the file until it is rewritten.
        connection.execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE said (text TEXT)").unwrap();
        connection.execute_batch("INSERT INTO said VALUES ('kanarienvogel'); DELETE FROM said").unwrap();
        let (writer, work) = std::sync::mpsc::sync_channel(1);
        let mark = super::super::Mark::check(&connection, &file).unwrap();
        let files = super::super::OpenFiles::of(&file).unwrap();
        let writing = thread::spawn(move || super::super::write_until_closed(connection, mark, &files, &work));
        let is_stored = || {
            let bytes = std::fs::read(&file).unwrap();
            bytes.windows(13).any(|window| window == b"kanarienvogel")
        };
        empty_log(&writer).unwrap();
        assert!(is_stored(), "the log was copied into the file");
        rewrite_file(&writer).unwrap();
        empty_log(&writer).unwrap();
        assert!(!is_stored());
        drop(writer);
        writing.join().unwrap();
    }
}
