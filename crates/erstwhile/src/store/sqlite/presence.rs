//! Notices that the files of an open database were removed, replaced or emptied: what is written to them then is lost.

use std::fs::metadata;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::private::files_of;
use erstwhile_core::error::{Error, Result};

/// The file of an open database and its write-ahead log, by path, with what is open.
#[derive(Debug, Clone)]
pub(super) struct OpenFiles(Vec<OpenFile>);

#[derive(Debug, Clone)]
struct OpenFile {
    path: PathBuf,
    /// Device and inode.
    identity: (u64, u64),
    /// The database is never empty; its write-ahead log is, after it was copied into the database.
    may_be_empty: bool,
}

impl OpenFiles {
    /// The files of a database that was just opened and read.
    pub(super) fn of(database: &Path) -> Result<Self> {
        let read = |(path, may_be_empty): (PathBuf, bool)| {
            let found = metadata(&path).map_err(|error| changed(&path, &format!("cannot be read: {error}")))?;
            Ok(OpenFile { path, identity: (found.dev(), found.ino()), may_be_empty })
        };
        files_of(database).zip([false, true]).map(read).collect::<Result<_>>().map(Self)
    }

    /// Checks that the paths still lead to the open files.
    ///
    /// # Errors
    /// `Unavailable` when they do not.
    pub(super) fn check(&self) -> Result<()> {
        self.0.iter().try_for_each(|file| match metadata(&file.path) {
            Ok(found) if (found.dev(), found.ino()) != file.identity => Err(changed(&file.path, "was replaced")),
            Ok(found) if found.len() == 0 && !file.may_be_empty => Err(changed(&file.path, "was emptied")),
            Ok(_) => Ok(()),
            Err(error) => Err(changed(&file.path, &format!("cannot be read: {error}"))),
        })
    }
}

fn changed(path: &Path, what: &str) -> Error {
    Error::unavailable(format!(
        "the file `{}` {what} while the database is in use; nothing is stored any more: stop the server, put the \
         database's files back, from a backup if necessary, and start it again",
        path.display()
    ))
}
