//! Moving: everything in one store becomes files in a folder, and files become everything in another.
//!
//! A project or a graph is one unit: read at one moment, one compressed file, one transaction at the
//! destination. Both ways can be cut off anywhere and run again: what is whole is left as it is, the
//! rest is done. Nothing that differs is ever overwritten at a destination.

mod folder;
mod from_folder;
mod lines;
mod to_folder;

pub(crate) use from_folder::import;
pub use from_folder::{Imported, Problem};
pub use to_folder::Exported;
pub(crate) use to_folder::export;

/// The version of the files.
const FORMAT: u32 = 1;
/// Units in hand at a time: each is in memory as a whole.
const IN_HAND: usize = 4;
/// Rows of a unit, at most.
const ROWS_MAX: u64 = 5_000_000;

/// Whether a folder holds a finished export that this program can read.
///
/// # Errors
/// `Invalid` when it does not, `Corrupt` when its index is damaged.
pub fn check(folder: &std::path::Path) -> crate::Result<()> {
    folder::Folder::open(folder).map(|_| ())
}

/// Is told how far it is.
pub trait Progress: Send + Sync {
    /// So many units are to be moved.
    fn begin(&self, units: u64);
    /// One more is done.
    fn advance(&self);
}

/// Nobody is told.
impl Progress for () {
    fn begin(&self, _: u64) {}
    fn advance(&self) {}
}

/// The newest schema that this program knows: rows fit no other.
fn schema() -> i64 {
    crate::store::MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or(0)
}

/// Runs blocking work on a thread for it.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> crate::Result<T> + Send + 'static) -> crate::Result<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| crate::Error::internal("work on a file stopped unexpectedly").with_source(error))?
}
