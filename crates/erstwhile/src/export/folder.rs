//! The folder of an export: a file for each unit, an index of the files, and a manifest once all are complete.
//!
//! ```text
//! export.json     the manifest, written last: without it the export is not finished
//! index.jsonl     a line for each unit: what it is, its rows, its digests
//! units/          graph-<uuid>.jsonl.gz and so on
//! ```
//!
//! A file gets its final name only when it is complete and synced to the disk.

use std::collections::{BTreeMap, HashSet};
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::lines::other_version;
use super::{FORMAT, schema};
use crate::store::ExportUnitId;
use crate::store::files::{PARTIAL, failed, sync_folder, write_whole};
use crate::store::tables::ExportUnitKind;
use erstwhile_core::error::{Error, Result};

const MANIFEST: &str = "export.json";
const INDEX: &str = "index.jsonl";
const UNITS: &str = "units";

/// A unit in the index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entry {
    pub(super) kind: ExportUnitKind,
    pub(super) id: Uuid,
    /// Its human-readable name.
    pub(super) name: String,
    pub(super) rows: u64,
    /// SHA-256 of its rows, see `ExportUnit::digest`.
    pub(super) digest: String,
    pub(super) bytes: u64,
    /// SHA-256 of its file.
    pub(super) file_digest: String,
}

impl Entry {
    pub(super) fn unit(&self) -> ExportUnitId {
        ExportUnitId { kind: self.kind, id: self.id }
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct Manifest {
    format: u32,
    schema: i64,
    program: String,
    /// When the first and the last unit were read.
    begun_at: Timestamp,
    finished_at: Timestamp,
    units: u64,
    rows: u64,
    /// SHA-256 of the index.
    index_digest: String,
}

/// The folder of an export.
#[derive(Debug, Clone)]
pub(super) struct Folder {
    path: PathBuf,
}

impl Folder {
    /// Starts or resumes an export to a folder, which must be new, empty, or an export; returns the entries of the last
    /// run.
    pub(super) fn begin(path: &Path) -> Result<(Self, BTreeMap<ExportUnitId, Entry>)> {
        let folder = Self { path: path.to_owned() };
        let is_export = [MANIFEST, INDEX].iter().any(|name| path.join(name).exists());
        if !is_export && fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_some()) {
            let message = format!("`{}` is neither empty nor an export; choose a new folder", path.display());
            return Err(Error::invalid(message));
        }
        make_folder(&path.join(UNITS))?;
        let index = fs::read_to_string(path.join(INDEX)).unwrap_or_default();
        // The last line may be incomplete; its unit is exported again.
        let known = index.lines().filter_map(|line| serde_json::from_str(line).ok());
        let known: BTreeMap<ExportUnitId, Entry> = known.map(|entry: Entry| (entry.unit(), entry)).collect();
        folder.write_index(known.values())?;
        // From here on, the folder may be incomplete.
        match fs::remove_file(path.join(MANIFEST)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(failed("be changed", path, &error)),
            _ => sync_folder(path).map(|()| (folder, known)),
        }
    }

    /// A finished export: its folder and its units.
    ///
    /// # Errors
    /// `Invalid` when it is not a finished export, or of another version; `Corrupt` when it is damaged.
    pub(super) fn open(path: &Path) -> Result<(Self, Vec<Entry>)> {
        let manifest = fs::read(path.join(MANIFEST)).map_err(|error| {
            let message = format!(
                "`{}` is not a finished export: it has no {MANIFEST}; run `erstwhile export` again to finish it",
                path.display()
            );
            Error::invalid(message).with_source(error)
        })?;
        let damaged = || {
            let message = format!("the index of `{}` is damaged: export again into this folder", path.display());
            Error::corrupt(message)
        };
        let manifest: Manifest = serde_json::from_slice(&manifest).map_err(|error| damaged().with_source(error))?;
        if (manifest.format, manifest.schema) != (FORMAT, schema()) {
            return Err(other_version(manifest.format, manifest.schema));
        }
        let index = fs::read(path.join(INDEX)).map_err(|error| damaged().with_source(error))?;
        if digest_of(&index) != manifest.index_digest {
            return Err(damaged());
        }
        let lines = index.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let entries = lines.map(serde_json::from_slice).collect::<Result<Vec<Entry>, _>>();
        let entries = entries.map_err(|error| damaged().with_source(error))?;
        Ok((Self { path: path.to_owned() }, entries))
    }

    /// Adds a line to the index.
    pub(super) fn note(&self, entry: &Entry) -> Result<()> {
        let path = self.path.join(INDEX);
        let mut index =
            OpenOptions::new().append(true).open(&path).map_err(|error| failed("be opened", &path, &error))?;
        index.write_all(line_of(entry)?.as_bytes()).map_err(|error| failed("be written", &path, &error))
    }

    /// Whether the file of a unit exists and is complete.
    pub(super) fn is_complete(&self, entry: &Entry) -> bool {
        fs::read(self.file(entry.unit())).is_ok_and(|file| digest_of(&file) == entry.file_digest)
    }

    /// Writes the file of a unit; returns the digest of the file.
    pub(super) fn put(&self, unit: ExportUnitId, file: &[u8]) -> Result<String> {
        write_whole(&self.file(unit), file)?;
        Ok(digest_of(file))
    }

    /// The file of a unit.
    ///
    /// # Errors
    /// `Corrupt` when it is missing or has changed since it was written.
    pub(super) fn get(&self, entry: &Entry) -> Result<Vec<u8>> {
        let path = self.file(entry.unit());
        let file = fs::read(&path).map_err(|error| failed("be read", &path, &error));
        let file = file.map_err(|error| Error::corrupt(error.message()).with_source(error))?;
        if digest_of(&file) == entry.file_digest {
            return Ok(file);
        }
        let message = format!(
            "`{}` ({} bytes) has a different checksum from the file that was written ({} bytes): copy it again, or run \
             `erstwhile export` again into this folder",
            path.display(),
            file.len(),
            entry.bytes
        );
        Err(Error::corrupt(message))
    }

    /// Finishes an export: writes the index of these units, deletes the files of all others, so that no deleted user
    /// remains, and writes the manifest. Returns the number of deleted files.
    pub(super) fn finish(
        &self,
        entries: &BTreeMap<ExportUnitId, Entry>,
        begun_at: Timestamp,
        now: Timestamp,
    ) -> Result<u64> {
        let index = self.write_index(entries.values())?;
        let units = self.path.join(UNITS);
        let kept: HashSet<PathBuf> = entries.keys().map(|unit| self.file(*unit)).collect();
        let mut removed = 0;
        for found in fs::read_dir(&units).map_err(|error| failed("be read", &units, &error))? {
            let found = found.map_err(|error| failed("be read", &units, &error))?.path();
            if !kept.contains(&found) {
                fs::remove_file(&found).map_err(|error| failed("be removed", &found, &error))?;
                removed += u64::from(!found.to_string_lossy().ends_with(PARTIAL));
            }
        }
        sync_folder(&units)?;
        let manifest = Manifest {
            format: FORMAT,
            schema: schema(),
            program: env!("CARGO_PKG_VERSION").to_owned(),
            begun_at,
            finished_at: now,
            units: entries.len() as u64,
            rows: entries.values().map(|entry| entry.rows).sum(),
            index_digest: digest_of(index.as_bytes()),
        };
        write_whole(&self.path.join(MANIFEST), line_of(&manifest)?.as_bytes())?;
        sync_folder(&self.path)?;
        Ok(removed)
    }

    fn write_index<'a>(&self, entries: impl Iterator<Item = &'a Entry>) -> Result<String> {
        let index = entries.map(line_of).collect::<Result<String>>()?;
        write_whole(&self.path.join(INDEX), index.as_bytes())?;
        Ok(index)
    }

    /// The path of the file of a unit.
    pub(super) fn file(&self, unit: ExportUnitId) -> PathBuf {
        self.path.join(UNITS).join(format!("{}-{}.jsonl.gz", unit.kind.noun(), unit.id))
    }
}

fn line_of(value: &impl Serialize) -> Result<String> {
    let line = serde_json::to_string(value);
    line.map(|line| line + "\n").map_err(|error| Error::internal("a line cannot be serialised").with_source(error))
}

/// SHA-256 as hexadecimal digits.
fn digest_of(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

fn make_folder(path: &Path) -> Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|error| failed("be created", path, &error))
}
