//! The identity of an installation, in the database and in a file beside it, so that an empty database, or another one, in
//! its place is noticed instead of filled.

use std::io::Write;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, TransactionBehavior};

use super::{failed, private};
use erstwhile_core::error::{Error, ErrorKind, Result};

/// The file with the identity of the installation whose database this is.
pub(super) fn file_of(database: &Path) -> PathBuf {
    database.with_extension("id")
}

/// The identity in the file; `None` if there is no such file.
fn read(database: &Path) -> Result<Option<i32>> {
    let file = file_of(database);
    match std::fs::read_to_string(&file) {
        Ok(text) => match text.trim().parse() {
            Ok(identity) => Ok(Some(identity)),
            Err(_) => Err(Error::corrupt(format!("the file `{}` holds no identity: remove it", file.display()))),
        },
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::unavailable(format!("cannot read the file `{}`: {error}", file.display()))),
    }
}

/// Checks that the database is there if there was one.
///
/// # Errors
/// `Corrupt` when it is missing or empty.
pub(super) fn check_presence(database: &Path) -> Result<()> {
    let is_empty = std::fs::metadata(database).map_or(true, |metadata| metadata.len() == 0);
    if is_empty && read(database)?.is_some() { Err(lost(database)) } else { Ok(()) }
}

/// Checks that a database of an identity may take the place of the one that was there.
///
/// # Errors
/// `Conflict` when it belongs to another installation.
pub(super) fn check_restorable(database: &Path, identity: i32) -> Result<()> {
    match read(database)? {
        Some(expected) if expected != identity => {
            let message = format!(
                "the backup belongs to another installation than the file `{}`: remove the file if the backup is to take \
                 its place",
                file_of(database).display()
            );
            Err(Error::new(ErrorKind::Conflict, message))
        }
        _ => Ok(()),
    }
}

fn lost(database: &Path) -> Error {
    let (place, file) = (database.display(), file_of(database));
    let message = format!(
        "the database `{place}` is missing or empty, but there was one: put it back, from a backup if necessary; to begin \
         anew without its data, remove `{}`",
        file.display()
    );
    Error::new(ErrorKind::Corrupt, message)
}

/// Compares the identity in the database with the one beside it; gives a new database an identity.
///
/// # Errors
/// `Corrupt` when they differ, or the database is empty although there was one.
pub(super) fn settle(connection: &mut Connection, database: &Path) -> Result<()> {
    let fail = failed("read its identity");
    let expected = read(database)?;
    // Exclusive, so that two processes that start together agree.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(&fail)?;
    let number = |name: &str| transaction.pragma_query_value(None, name, |row| row.get::<_, i32>(0)).map_err(&fail);
    let (found, schema) = (number("application_id")?, number("user_version")?);
    let identity = match (expected, found) {
        (Some(_), 0) if schema == 0 => return Err(lost(database)),
        (Some(expected), 0) => expected,
        (None, 0) => {
            transaction.query_row("SELECT 1 + abs(random() % 2147483646)", [], |row| row.get(0)).map_err(&fail)?
        }
        (Some(expected), found) if expected != found => {
            let message = format!(
                "the database `{}` belongs to another installation than the file `{}`: put the right database back, or \
                 remove this file if the database is the right one",
                database.display(),
                file_of(database).display()
            );
            return Err(Error::new(ErrorKind::Corrupt, message));
        }
        (_, found) => found,
    };
    if found == 0 {
        transaction.pragma_update(None, "application_id", identity).map_err(&fail)?;
    }
    transaction.commit().map_err(&fail)?;
    if expected.is_none() { write(database, identity) } else { Ok(()) }
}

fn write(database: &Path, identity: i32) -> Result<()> {
    let file = file_of(database);
    let written = private::create(&file).and_then(|mut created| {
        created.write_all(format!("{identity}\n").as_bytes())?;
        created.sync_all()
    });
    match written {
        Ok(()) => Ok(()),
        // Another process that starts at the same time has written the same.
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(Error::unavailable(format!("cannot write the file `{}`: {error}", file.display()))),
    }
}
