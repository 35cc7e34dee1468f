//! Everything in the store to files, and back into another store.

use std::path::Path;

use super::Engine;
use crate::export::{self, Exported, Imported, Progress};
use erstwhile_core::error::Result;

impl Engine {
    /// Brings a folder up to what the store holds: new, or an export that was cut off or is older.
    ///
    /// # Errors
    /// `Invalid` when the folder is something else; `Unavailable` when it cannot be written.
    pub async fn export_to(&self, folder: &Path, progress: &dyn Progress) -> Result<Exported> {
        export::export(self.store(), folder, self.state.parts.clock.as_ref(), progress).await
    }

    /// Brings the store up to what a finished export holds. What is there with other content stays as it
    /// is, and is a problem in the answer.
    ///
    /// # Errors
    /// `Invalid` when the folder is no finished export; `Corrupt` when its index is damaged, or when
    /// something does not read back as it was written.
    pub async fn import_from(&self, folder: &Path, progress: &dyn Progress) -> Result<Imported> {
        export::import(self.store(), folder, &self.state.parts.clock, progress).await
    }
}
