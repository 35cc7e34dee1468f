//! Copies of the tiny models of the tests, which a test may damage.

use std::path::{Path, PathBuf};

use serde_json::Value;

/// Changes a document so that it is of another kind.
pub(crate) type Damage = fn(&mut Value);

/// The folder of a tiny model.
pub(crate) fn tiny(model: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata").join(model)
}

/// A copy of a tiny model: the files that every model has, and these.
pub(crate) fn copy(model: &str, other_files: &[&str]) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    for file in super::REQUIRED_FILES.iter().chain(other_files) {
        let to = copy.path().join(file);
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::copy(tiny(model).join(file), to).unwrap();
    }
    copy
}

/// Changes a JSON file of a model.
pub(crate) fn change(folder: &Path, file: &str, change: impl FnOnce(&mut Value)) {
    let file = folder.join(file);
    let mut document: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    change(&mut document);
    std::fs::write(&file, document.to_string()).unwrap();
}
