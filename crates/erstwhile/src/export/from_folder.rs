//! Importing a folder into a store.

use std::path::Path;
use std::sync::Arc;

use tokio::task::JoinSet;

use super::folder::{Entry, Folder};
use super::lines;
use super::{CONCURRENT_UNITS, Progress, blocking};
use crate::ports::Clock;
use crate::store::tables::ExportUnitKind;
use crate::store::{ImportOutcome, Store};
use erstwhile_core::error::{Error, ErrorKind, Result};

/// The outcome of an import.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Imported {
    /// Units that were written and verified.
    pub written: u64,
    /// Units that already existed with the same content.
    pub kept: u64,
    /// Rows of the written and of the existing units.
    pub rows: u64,
    /// Units that were not imported.
    pub problems: Vec<Problem>,
    /// Units that were skipped, because their project was not imported.
    pub skipped: u64,
}

/// Why a unit was not imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The human-readable name of the unit.
    pub name: String,
    /// What is wrong, and what to do.
    pub message: String,
}

/// Imports a folder into a store; existing units with different content are left unchanged.
///
/// Import jobs come last, so that the graphs they refer to exist when a worker claims them.
pub(crate) async fn import(
    store: &Store,
    path: &Path,
    clock: &Arc<dyn Clock>,
    progress: &dyn Progress,
) -> Result<Imported> {
    let from = path.to_owned();
    let (folder, mut entries) = blocking(move || Folder::open(&from)).await?;
    entries.sort_by_key(|entry| (entry.kind, entry.id));
    progress.start(entries.len() as u64);
    let mut imported = Imported::default();
    let mut is_stopped = false;
    for kind in entries.chunk_by(|left, right| left.kind == right.kind) {
        if is_stopped {
            imported.skipped += kind.len() as u64;
            continue;
        }
        let mut in_hand = JoinSet::new();
        let mut waiting = kind.iter();
        loop {
            while in_hand.len() < CONCURRENT_UNITS
                && let Some(entry) = waiting.next()
            {
                in_hand.spawn(import_unit(store.clone(), folder.clone(), Arc::clone(clock), entry.clone()));
            }
            let Some(done) = in_hand.join_next().await else { break };
            let done = done.map_err(|error| Error::internal("an import stopped unexpectedly").with_source(error))?;
            let (entry, arrival) = done?;
            progress.advance();
            match arrival {
                Ok(ImportOutcome::Written) => imported.written += 1,
                Ok(ImportOutcome::Unchanged) => imported.kept += 1,
                left_out => {
                    // The project exists with different content; graphs cannot be imported without their project.
                    let is_there = matches!(left_out, Ok(ImportOutcome::Different(_)));
                    is_stopped |= entry.kind == ExportUnitKind::Project && !is_there;
                    imported.problems.push(problem(entry, left_out));
                    continue;
                }
            }
            imported.rows += entry.rows;
        }
    }
    imported.problems.sort_by(|left, right| left.name.cmp(&right.name));
    Ok(imported)
}

/// The outcome of importing one unit, or why it failed.
type Outcome = std::result::Result<ImportOutcome, String>;

async fn import_unit(store: Store, folder: Folder, clock: Arc<dyn Clock>, entry: Entry) -> Result<(Entry, Outcome)> {
    let reading = entry.clone();
    let unit = blocking(move || {
        let file = folder.get(&reading)?;
        let at = |error: Error| match error.kind() {
            ErrorKind::Corrupt => {
                Error::corrupt(format!("`{}`, {}", folder.file(reading.unit()).display(), error.message()))
            }
            _ => error,
        };
        let unit = lines::read(&file, reading.unit()).map_err(at)?;
        if hex::encode(unit.digest()) == reading.digest {
            return Ok(unit);
        }
        Err(at(Error::corrupt("the checksum of its rows differs from that of the exported rows")))
    });
    match unit.await {
        Ok(unit) => match store.write_unit(unit, clock.now()).await {
            Ok(arrival) => Ok((entry, Ok(arrival))),
            // Databases differ in the texts that they accept, and none accepts rows that no program of ours wrote, whatever
            // their checksums. The other units are imported.
            Err(error) if matches!(error.kind(), ErrorKind::Invalid | ErrorKind::Internal) => {
                Ok((entry, Err(format!("the destination rejects it: {}", error.message()))))
            }
            Err(error) => Err(error),
        },
        // A damaged file is not imported at all; the others are.
        Err(error) if error.kind() == ErrorKind::Corrupt => {
            Ok((entry, Err(format!("its file is damaged, and nothing of it was imported: {}", error.message()))))
        }
        Err(error) => Err(error),
    }
}

fn problem(entry: Entry, outcome: Outcome) -> Problem {
    let message = match outcome {
        Ok(ImportOutcome::Different(how)) => format!(
            "it exists at the destination with different content ({how}) and was left unchanged: keep that, or delete \
             it there and import again"
        ),
        Ok(ImportOutcome::Blocked(by)) if entry.kind == ExportUnitKind::Project => {
            format!("{by}: import into a database without this project, preferably an empty one")
        }
        Ok(ImportOutcome::Blocked(by)) => format!("{by}: remove the existing rows, or keep them, and import again"),
        Ok(ImportOutcome::Written | ImportOutcome::Unchanged) => String::new(),
        Err(why) => why,
    };
    Problem { name: entry.name, message }
}
