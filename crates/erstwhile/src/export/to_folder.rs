//! Exporting a store to a folder.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use tokio::task::JoinSet;

use super::folder::{Entry, Folder};
use super::lines;
use super::{CONCURRENT_UNITS, Progress, blocking};
use crate::ports::Clock;
use crate::store::tables::ExportUnitKind;
use crate::store::{ExportUnitId, Store};
use erstwhile_core::error::{Error, Result};

/// The outcome of an export.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exported {
    /// Projects in the folder.
    pub projects: u64,
    /// Graphs and import jobs in the folder.
    pub graphs: u64,
    /// Rows in the folder.
    pub rows: u64,
    /// Size of the files, in bytes.
    pub bytes: u64,
    /// Units that this run wrote.
    pub written: u64,
    /// Units that the folder already had, unchanged.
    pub kept: u64,
    /// Files that were deleted, because their units are no longer in the store.
    pub removed: u64,
}

/// Brings a folder up to date with a store.
///
/// Import jobs are read before the graphs that they fill: items that a job has distributed by then are in the graph;
/// items that it distributes later are distributed again at the destination, where the graph recognises the batches.
pub(crate) async fn export(store: &Store, path: &Path, clock: &dyn Clock, progress: &dyn Progress) -> Result<Exported> {
    let begun_at = clock.now();
    let to = path.to_owned();
    let (folder, known) = blocking(move || Folder::begin(&to)).await?;
    let known = Arc::new(known);
    let units = store.list_units().await?;
    progress.start(units.len() as u64);
    let mut exported = Exported::default();
    let mut entries = BTreeMap::new();
    for kind in units.chunk_by(|left, right| left.kind == right.kind) {
        let mut in_hand = JoinSet::new();
        let mut waiting = kind.iter();
        loop {
            while in_hand.len() < CONCURRENT_UNITS
                && let Some(unit) = waiting.next()
            {
                in_hand.spawn(export_unit(store.clone(), folder.clone(), Arc::clone(&known), *unit));
            }
            let Some(done) = in_hand.join_next().await else { break };
            let done = done.map_err(|error| Error::internal("an export stopped unexpectedly").with_source(error))??;
            progress.advance();
            // A unit that was deleted during the export is skipped.
            let Some((entry, is_new)) = done else { continue };
            if is_new {
                folder.note(&entry)?;
                exported.written += 1;
            } else {
                exported.kept += 1;
            }
            match entry.kind {
                ExportUnitKind::Project => exported.projects += 1,
                ExportUnitKind::Graph | ExportUnitKind::ImportJob => exported.graphs += 1,
            }
            exported.rows += entry.rows;
            exported.bytes += entry.bytes;
            entries.insert(entry.unit(), entry);
        }
    }
    let now = clock.now();
    exported.removed = blocking(move || folder.finish(&entries, begun_at, now)).await?;
    Ok(exported)
}

/// Writes one unit, unless the folder has it; returns its entry, and whether it was written.
async fn export_unit(
    store: Store,
    folder: Folder,
    known: Arc<BTreeMap<ExportUnitId, Entry>>,
    id: ExportUnitId,
) -> Result<Option<(Entry, bool)>> {
    let Some(unit) = store.read_unit(id).await? else { return Ok(None) };
    blocking(move || {
        let digest = hex::encode(unit.digest());
        if let Some(entry) = known.get(&id)
            && entry.digest == digest
            && folder.is_complete(entry)
        {
            return Ok(Some((entry.clone(), false)));
        }
        let file = lines::write(&unit)?;
        let file_digest = folder.put(id, &file)?;
        let (name, rows, bytes) = (unit.display_name()?, unit.row_count(), file.len() as u64);
        Ok(Some((Entry { kind: id.kind, id: id.id, name, rows, digest, bytes, file_digest }, true)))
    })
    .await
}
