//! Exporting a store to files in a folder, and importing such a folder into another store.
//!
//! A project or a graph is one unit: read in one snapshot, written to one compressed file, imported in one transaction.
//! Export and import can be interrupted at any point and run again, which completes them. An import never overwrites
//! different content at the destination.

mod folder;
mod from_folder;
mod lines;
mod to_folder;

pub(crate) use from_folder::import;
pub use from_folder::{Imported, Problem};
pub use to_folder::Exported;
pub(crate) use to_folder::export;

/// The version of the file format.
const FORMAT: u32 = 1;
/// Number of units that are processed concurrently; each is held in memory.
const CONCURRENT_UNITS: usize = 4;
/// Maximum number of rows of a unit.
const ROWS_MAX: u64 = 5_000_000;

/// Whether a folder holds a finished export that this program can read.
///
/// # Errors
/// `Invalid` when it holds none, `Corrupt` when its index is damaged.
pub fn check(folder: &std::path::Path) -> crate::Result<()> {
    folder::Folder::open(folder).map(|_| ())
}

/// Receives the progress of an export or import.
pub trait Progress: Send + Sync {
    /// Called once, when the number of units is known.
    fn start(&self, units: u64);
    /// Called when one unit is done.
    fn advance(&self);
}

/// Ignores the progress.
impl Progress for () {
    fn start(&self, _: u64) {}
    fn advance(&self) {}
}

/// The schema version of this program; files with another one are rejected.
fn schema() -> i64 {
    crate::store::MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or(0)
}

/// Runs blocking work on a blocking thread.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> crate::Result<T> + Send + 'static) -> crate::Result<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| crate::Error::internal("work on a file stopped unexpectedly").with_source(error))?
}
