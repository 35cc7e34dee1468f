//! Files that are complete and on the disk when they have their names, and that only their owner may read.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use erstwhile_core::error::{Error, ErrorKind, Result};

/// The suffix of files that are being written.
pub(crate) const PARTIAL: &str = ".partial";

/// The error of an operation on a file or folder, such as "be written".
pub(crate) fn failed(what: &str, path: &Path, error: &std::io::Error) -> Error {
    Error::new(ErrorKind::Unavailable, format!("`{}` cannot {what}: {error}", path.display()))
}

/// The name of a file while it is being written.
pub(crate) fn partial(path: &Path) -> PathBuf {
    let mut partial = path.as_os_str().to_owned();
    partial.push(PARTIAL);
    partial.into()
}

/// Writes a file atomically, readable only by its owner.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> Result<()> {
    let partial = partial(path);
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(&partial).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    written.and_then(|()| fs::rename(&partial, path)).map_err(|error| failed("be written", path, &error))
}

/// Syncs a folder, so that the names of its files are on the disk, where the system supports it.
pub(crate) fn sync_folder(path: &Path) -> Result<()> {
    if cfg!(unix) {
        let synced = File::open(path).and_then(|folder| folder.sync_all());
        return synced.map_err(|error| failed("be written", path, &error));
    }
    Ok(())
}
