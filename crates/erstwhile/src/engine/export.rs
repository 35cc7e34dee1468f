//! Exporting the store to files, and importing such files into another store.

use std::path::Path;

use super::Engine;
use crate::export::{self, Exported, Imported, Progress};
use erstwhile_core::error::Result;

impl Engine {
    /// Exports the store to a new folder, or brings a folder with an interrupted or older export up to date.
    ///
    /// # Errors
    /// `Invalid` when the folder is something else; `Unavailable` when it cannot be written.
    pub async fn export_to(&self, folder: &Path, progress: &dyn Progress) -> Result<Exported> {
        export::export(self.store(), folder, self.state.parts.clock.as_ref(), progress).await
    }

    /// Imports a finished export. Objects that exist with different content are left unchanged and reported as
    /// problems.
    ///
    /// # Errors
    /// `Invalid` when the folder holds no finished export; `Corrupt` when its index is damaged, or when a unit
    /// that is read back differs from what was written.
    pub async fn import_from(&self, folder: &Path, progress: &dyn Progress) -> Result<Imported> {
        export::import(self.store(), folder, &self.state.parts.clock, progress).await
    }
}
