//! Only the owner may read what people said: permissions of the database's files and of their folder.

use std::fs::{File, OpenOptions, Permissions};
use std::io::ErrorKind::{AlreadyExists, NotFound};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::{identity, mark};
use erstwhile_core::error::{Error, Result};

const FOLDER_MODE: u32 = 0o700;
const FILE_MODE: u32 = 0o600;
/// The permissions of a group and of everybody else.
const OTHERS: u32 = 0o077;
/// The ends of the names of the database's files, of the files with its identity and its mark, and of the one with the first API key.
const OUR_ENDINGS: [&str; 7] = [".db", ".db-wal", ".db-shm", ".db-journal", ".id", ".mark", "first-key"];
/// What is appended to the name of the database for the names of its other files.
const SUFFIXES: [&str; 4] = ["", "-wal", "-shm", "-journal"];

/// Creates a folder for a database, or makes an existing one private.
///
/// A folder that also holds something else is left as it is: it may be meant for others, too.
///
/// # Errors
/// `Unavailable` when the folder cannot be created.
pub fn create_private_folder(folder: &Path) -> Result<()> {
    if !folder.exists() {
        let created = std::fs::DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(folder);
        return created.map_err(|error| {
            let message = format!("cannot create the folder `{}`: {error}", folder.display());
            Error::unavailable(message)
        });
    }
    if holds_only_databases(folder) {
        make_private(folder, FOLDER_MODE);
    }
    Ok(())
}

fn holds_only_databases(folder: &Path) -> bool {
    let Ok(mut entries) = std::fs::read_dir(folder) else { return false };
    entries.all(|entry| {
        let name = entry.map(|entry| entry.file_name().to_string_lossy().into_owned()).unwrap_or_default();
        OUR_ENDINGS.iter().any(|ending| name.ends_with(ending))
    })
}

/// The files of a database, some of which may not exist.
pub(super) fn files_of(database: &Path) -> impl Iterator<Item = PathBuf> {
    SUFFIXES.into_iter().map(|suffix| {
        let mut name = database.as_os_str().to_owned();
        name.push(suffix);
        PathBuf::from(name)
    })
}

/// Creates the file of a database, so that `SQLite` gives the same permissions to its other files, or makes all existing
/// files private.
pub(super) fn prepare(database: &Path) -> Result<()> {
    match create(database) {
        Ok(_) => return Ok(()),
        Err(error) if error.kind() == AlreadyExists => {}
        Err(error) => {
            let message = format!("cannot create the file `{}`: {error}", database.display());
            return Err(Error::unavailable(message));
        }
    }
    files_of(database)
        .chain([identity::file_of(database), mark::file_of(database)])
        .for_each(|file| make_private(&file, FILE_MODE));
    Ok(())
}

/// Creates a private file that does not exist yet.
pub(super) fn create(file: &Path) -> std::io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(FILE_MODE).open(file)
}

/// Takes the permissions of others away. Goes on when this fails: the file may belong to another user, and can be used.
fn make_private(path: &Path, mode: u32) {
    let now = match std::fs::metadata(path) {
        Ok(metadata) => metadata.permissions().mode(),
        Err(error) if error.kind() == NotFound => return,
        Err(error) => {
            tracing::warn!(%error, "cannot read the permissions of `{}`", path.display());
            return;
        }
    };
    if now & OTHERS == 0 {
        return;
    }
    match std::fs::set_permissions(path, Permissions::from_mode(mode)) {
        Ok(()) => tracing::warn!("others could access `{}`; now only its owner can", path.display()),
        Err(error) => tracing::warn!(%error, "others can access `{}`, and this cannot be changed", path.display()),
    }
}
