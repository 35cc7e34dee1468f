//! From a folder into a store.

use std::path::Path;
use std::sync::Arc;

use tokio::task::JoinSet;

use super::folder::{Entry, Folder};
use super::lines;
use super::{IN_HAND, Progress, blocking};
use crate::ports::Clock;
use crate::store::tables::ExportUnitKind;
use crate::store::{ImportOutcome, Store};
use erstwhile_core::error::{Error, ErrorKind, Result};

/// What an import came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Imported {
    /// Units that were written, read back and found the same.
    pub written: u64,
    /// Units that were there already, the same.
    pub kept: u64,
    /// Rows of both.
    pub rows: u64,
    /// Units that were left out.
    pub problems: Vec<Problem>,
    /// Units that were not tried, because a project that they belong to was left out.
    pub untried: u64,
}

/// Why a unit was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What people call the unit.
    pub name: String,
    /// What is wrong, and what to do.
    pub message: String,
}

/// Brings a store up to what a folder holds; what is there with other content stays as it is.
///
/// Import jobs come last, so that what they refer to is there when a worker takes them up.
pub(crate) async fn import(
    store: &Store,
    path: &Path,
    clock: &Arc<dyn Clock>,
    progress: &dyn Progress,
) -> Result<Imported> {
    let from = path.to_owned();
    let (folder, mut entries) = blocking(move || Folder::open(&from)).await?;
    entries.sort_by_key(|entry| (entry.kind, entry.id));
    progress.begin(entries.len() as u64);
    let mut imported = Imported::default();
    let mut is_stopped = false;
    for kind in entries.chunk_by(|left, right| left.kind == right.kind) {
        if is_stopped {
            imported.untried += kind.len() as u64;
            continue;
        }
        let mut in_hand = JoinSet::new();
        let mut waiting = kind.iter();
        loop {
            while in_hand.len() < IN_HAND
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
                    // A project with other content is there; without its project, no graph has a place.
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

/// How a unit arrived, or why it cannot.
type Outcome = std::result::Result<ImportOutcome, String>;

async fn import_unit(store: Store, folder: Folder, clock: Arc<dyn Clock>, entry: Entry) -> Result<(Entry, Outcome)> {
    let reading = entry.clone();
    let unit = blocking(move || {
        let unit = lines::read(&folder.get(&reading)?, reading.unit())?;
        if hex::encode(unit.digest()) == reading.digest {
            return Ok(unit);
        }
        Err(Error::corrupt("its rows have another checksum than those that were exported"))
    });
    match unit.await {
        Ok(unit) => match store.write_unit(unit, clock.now()).await {
            Ok(arrival) => Ok((entry, Ok(arrival))),
            // Databases differ in what a text may be.
            Err(error) if error.kind() == ErrorKind::Invalid => {
                Ok((entry, Err(format!("the destination cannot hold it: {}", error.message()))))
            }
            Err(error) => Err(error),
        },
        // Nothing of a damaged file arrives, and the others do.
        Err(error) if error.kind() == ErrorKind::Corrupt => {
            Ok((entry, Err(format!("its file is refused, and nothing of it was imported: {}", error.message()))))
        }
        Err(error) => Err(error),
    }
}

fn problem(entry: Entry, outcome: Outcome) -> Problem {
    let message = match outcome {
        Ok(ImportOutcome::Different(how)) => format!(
            "it exists at the destination with different content ({how}) and was left as it is: keep that, or delete \
             it there and import again"
        ),
        Ok(ImportOutcome::Blocked(by)) if entry.kind == ExportUnitKind::Project => {
            format!("{by}: import into a database without this project, best an empty one")
        }
        Ok(ImportOutcome::Blocked(by)) => format!("{by}: remove what is there, or keep it, and import again"),
        Ok(ImportOutcome::Written | ImportOutcome::Unchanged) => String::new(),
        Err(why) => why,
    };
    Problem { name: entry.name, message }
}
