//! Backups of the embedded database: a consistent copy in a folder, with a manifest that says what it must contain.
//!
//! The copy is made from one snapshot by `VACUUM INTO`, while other processes read and write. It contains nothing of what
//! was deleted before, because it is written row by row. The manifest is replaced last, so that a folder always has a
//! complete backup or none: an interrupted backup leaves the one before it as it was. What it left is removed by the next
//! one before it begins, because it may have filled the disk.

use std::fs::{self, File, TryLockError};
use std::io::{Read, Write};
use std::path::Path;

use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::super::files::{PARTIAL, failed as failed_file, partial, sync_folder, write_whole};
use super::super::migrations::MIGRATIONS;
use super::private::{create, create_private_folder, files_of};
use super::{DamageSearch, damage, failed, identity, mark, set_up};
use erstwhile_core::error::{Error, ErrorKind, Result};

/// The file that says what the backup is.
const MANIFEST: &str = "backup.json";
/// The version of the form of backups.
const FORMAT: u32 = 1;
/// How the names of copies begin and end; between them is the time.
const COPY: (&str, &str) = ("erstwhile-", ".db");
/// The form of that time, and its length.
const COPY_TIME: (&str, usize) = ("%Y%m%dT%H%M%S%3fZ", 19);
/// Number of bytes that are copied at once.
const CHUNK: usize = 1 << 20;

/// A backup of the embedded database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Backup {
    /// The version of the form of the backup.
    pub format: u32,
    /// The version of the program that made it.
    pub program: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// The version of the database's schema.
    pub schema: i64,
    /// The identity of the installation.
    pub identity: i32,
    /// The name of the copy.
    pub file: String,
    /// The number of bytes of the copy.
    pub bytes: u64,
    /// SHA-256 of the copy, as hexadecimal digits.
    pub sha256: String,
}

/// Backs an embedded database up to a folder, in the place of an older backup there. Servers may keep using the database.
///
/// # Errors
/// `NotFound` when there is no database, `Corrupt` when it is damaged, `Conflict` while another backup is made in the
/// folder, `Unavailable` when a file cannot be read or written. The older backup stays then.
pub fn back_up(database: &Path, folder: &Path, now: Timestamp) -> Result<Backup> {
    if !database.exists() {
        return Err(Error::new(ErrorKind::NotFound, format!("there is no database `{}`", database.display())));
    }
    create_private_folder(folder)?;
    let _alone = lock(folder)?;
    remove_leftovers(folder);
    let file = format!("{}{}{}", COPY.0, now.strftime(COPY_TIME.0), COPY.1);
    let (place, manifest) = (folder.join(&file), folder.join(MANIFEST));
    let unfinished = partial(&place);
    let made = copy_database(database, &unfinished).and_then(|(schema, identity)| {
        let copied = digest(&unfinished, &mut std::io::sink())?;
        fs::rename(&unfinished, &place).map_err(|error| failed_file("be written", &place, &error))?;
        sync_folder(folder)?;
        let backup = Backup {
            format: FORMAT,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            created_at: now,
            schema,
            identity,
            file,
            bytes: copied.0,
            sha256: copied.1,
        };
        let text = serde_json::to_vec_pretty(&backup);
        let text = text.map_err(|error| Error::internal("a manifest cannot be written").with_source(error))?;
        write_whole(&manifest, &text).map(|()| backup)
    });
    let backup = made.inspect_err(|_| {
        drop(fs::remove_file(&place));
        remove_leftovers(folder);
    })?;
    sync_folder(folder)?;
    remove_leftovers(folder);
    Ok(backup)
}

/// Keeps other backups out of the folder until the returned file is dropped.
fn lock(folder: &Path) -> Result<File> {
    let file = File::open(folder).map_err(|error| failed_file("be read", folder, &error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            let message = format!(
                "another backup is being made in `{}`, or a server uses it: wait, or choose another folder",
                folder.display()
            );
            Err(Error::new(ErrorKind::Conflict, message))
        }
        // Not every file system has locks.
        Err(TryLockError::Error(error)) => {
            tracing::warn!(%error, "cannot lock `{}`: make only one backup in it at a time", folder.display());
            Ok(file)
        }
    }
}

/// Restores a backup as a new embedded database, and checks it against its manifest.
///
/// # Errors
/// `Conflict` when there is a database already or what remains of one, `Corrupt` when the backup is incomplete or damaged,
/// `Invalid` when a newer program made it.
pub fn restore(folder: &Path, database: &Path) -> Result<Backup> {
    let backup = manifest(folder)?;
    for file in files_of(database) {
        if fs::metadata(&file).is_ok_and(|metadata| metadata.len() > 0) {
            let message = format!("`{}` exists: move it away, with the files of its database", file.display());
            return Err(Error::new(ErrorKind::Conflict, message));
        }
    }
    identity::check_restorable(database, backup.identity)?;
    let Some(data) = database.parent() else { return Err(Error::invalid("the database needs a folder")) };
    create_private_folder(data)?;
    let unfinished = partial(database);
    drop(fs::remove_file(&unfinished));
    let restored = copy_checked(&folder.join(&backup.file), &unfinished, &backup).and_then(|()| {
        // First, because the restored database is older than the one that was there, and would be refused with its mark.
        remove_mark(database)?;
        fs::rename(&unfinished, database).map_err(|error| failed_file("be written", database, &error))
    });
    restored.inspect_err(|_| drop(fs::remove_file(&unfinished)))?;
    sync_folder(data)?;
    Ok(backup)
}

fn remove_mark(database: &Path) -> Result<()> {
    let mark = mark::file_of(database);
    match fs::remove_file(&mark) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(failed_file("be removed", &mark, &error)),
        _ => Ok(()),
    }
}

/// The manifest of a backup that this program can restore.
fn manifest(folder: &Path) -> Result<Backup> {
    let place = folder.join(MANIFEST);
    let text = fs::read(&place).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => {
            Error::new(ErrorKind::NotFound, format!("there is no complete backup in `{}`", folder.display()))
        }
        _ => failed_file("be read", &place, &error),
    })?;
    let damaged = || Error::corrupt(format!("`{}` is damaged", place.display()));
    let backup: Backup = serde_json::from_slice(&text).map_err(|error| damaged().with_source(error))?;
    let newest = MIGRATIONS.last().map_or(0, |migration| migration.version);
    if backup.format > FORMAT || backup.schema > newest {
        let message = format!("version {} of the program made the backup: restore it with that one", backup.program);
        return Err(Error::invalid(message));
    }
    // A name that is no plain name could lead out of the folder.
    let is_plain =
        backup.file.starts_with(COPY.0) && backup.file.ends_with(COPY.1) && !backup.file.contains(['/', '\\']);
    if is_plain { Ok(backup) } else { Err(damaged()) }
}

/// Copies a database and checks the copy; returns the version of its schema and its identity.
fn copy_database(database: &Path, copy: &Path) -> Result<(i64, i32)> {
    drop(fs::remove_file(copy));
    // Created here for its permissions: SQLite fills an empty file.
    create(copy).map_err(|error| failed_file("be written", copy, &error))?;
    let Some(name) = copy.to_str() else { return Err(Error::invalid("the name of the folder must be UTF-8")) };
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(database, flags).map_err(failed("be opened"))?;
    set_up(&connection)?;
    connection.execute("VACUUM INTO ?1", [name]).map_err(failed("be copied"))?;
    File::open(copy).and_then(|file| file.sync_all()).map_err(|error| failed_file("be written", copy, &error))?;
    let problems = damage::find(copy, DamageSearch::Thorough)?;
    if let Some(first) = problems.first() {
        return Err(Error::corrupt(format!("the copy of the database is damaged: {first}")));
    }
    let copied = Connection::open_with_flags(copy, flags).map_err(failed("be opened"))?;
    let schema = copied.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(failed("be read"))?;
    let identity = copied.pragma_query_value(None, "application_id", |row| row.get(0)).map_err(failed("be read"))?;
    Ok((schema, identity))
}

/// Copies the copy in a backup to its place, and compares it with the manifest.
fn copy_checked(from: &Path, to: &Path, backup: &Backup) -> Result<()> {
    let mut written = create(to).map_err(|error| failed_file("be written", to, &error))?;
    if !from.exists() {
        return Err(Error::corrupt(format!("the backup is incomplete: `{}` is missing", from.display())));
    }
    let (bytes, sha256) = digest(from, &mut written)?;
    written.sync_all().map_err(|error| failed_file("be written", to, &error))?;
    if (bytes, &sha256) == (backup.bytes, &backup.sha256) {
        return Ok(());
    }
    Err(Error::corrupt(format!("the backup is damaged: `{}` is not what its manifest says", from.display())))
}

/// Copies a file; returns the number of its bytes and their SHA-256.
fn digest(from: &Path, to: &mut impl Write) -> Result<(u64, String)> {
    let mut file = File::open(from).map_err(|error| failed_file("be read", from, &error))?;
    let mut hash = Sha256::new();
    let mut chunk = vec![0; CHUNK];
    let mut bytes = 0;
    loop {
        let read = file.read(&mut chunk).map_err(|error| failed_file("be read", from, &error))?;
        if read == 0 {
            return Ok((bytes, hex::encode(hash.finalize())));
        }
        hash.update(&chunk[..read]);
        to.write_all(&chunk[..read]).map_err(|error| failed_file("be copied", from, &error))?;
        bytes += read as u64;
    }
}

/// Removes the copies of older and of interrupted backups: all but that of the manifest. If the manifest cannot be read, only
/// what is unfinished.
fn remove_leftovers(folder: &Path) {
    let current = manifest(folder).ok().map(|backup| backup.file);
    let Ok(entries) = fs::read_dir(folder) else { return };
    for file in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let is_left = match Leftover::named(&name) {
            Some(Leftover::Unfinished) => true,
            Some(Leftover::Copy) => current.as_ref().is_some_and(|current| *current != name),
            None => false,
        };
        if is_left && let Err(error) = fs::remove_file(&file) {
            tracing::warn!(%error, "cannot remove `{}`, which an older backup left", file.display());
        }
    }
}

/// What a file is that a backup may have left.
enum Leftover {
    /// A whole copy, with or without a manifest.
    Copy,
    /// A part of a copy or of a manifest, or what SQLite keeps beside one.
    Unfinished,
}

impl Leftover {
    /// By its name; `None` for what no backup has written.
    fn named(name: &str) -> Option<Self> {
        if name == format!("{MANIFEST}{PARTIAL}") {
            return Some(Self::Unfinished);
        }
        let (time, rest) = name.strip_prefix(COPY.0)?.split_at_checked(COPY_TIME.1)?;
        if !time.chars().all(|character| character.is_ascii_digit() || matches!(character, 'T' | 'Z')) {
            return None;
        }
        match rest.strip_prefix(COPY.1)? {
            "" => Some(Self::Copy),
            rest => rest.starts_with(PARTIAL).then_some(Self::Unfinished),
        }
    }
}
