//! The files of a model.

use std::path::{Path, PathBuf};

use erstwhile::{Error, Result};

use super::WEIGHTS;

/// Maximum number of bytes of a file of a model.
const BYTES_MAX: u64 = 2 << 30;

/// The folder of a model.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ModelFiles<'a> {
    folder: &'a Path,
}

impl<'a> ModelFiles<'a> {
    pub(crate) fn new(folder: &'a Path) -> Self {
        Self { folder }
    }

    fn path(&self, file: &str) -> PathBuf {
        self.folder.join(file)
    }

    fn bytes(&self, file: &str) -> Result<Vec<u8>> {
        let path = self.path(file);
        let size = std::fs::metadata(&path).map_err(|error| self.refuse(file, error))?.len();
        if size > BYTES_MAX {
            return Err(self.refuse(file, "it is larger than 2 GiB"));
        }
        std::fs::read(&path).map_err(|error| self.refuse(file, error))
    }

    /// The file with the weights.
    pub(crate) fn weights(&self) -> Result<Vec<u8>> {
        if !self.path(WEIGHTS).exists()
            && let Some(other) = self.weights_of_another_format()
        {
            let why = format!("it is missing, and weights of another format (`{other}`) are not read");
            let advice = "get the model's `model.safetensors`, or write it with `save_pretrained` of the Python library \
                          `transformers`; a model that has none can run on a server of its own";
            return Err(self.refuse(WEIGHTS, format!("{why}: {advice}")));
        }
        self.bytes(WEIGHTS)
    }

    /// A file with weights that only other programs read.
    fn weights_of_another_format(&self) -> Option<String> {
        ["", "onnx"].into_iter().find_map(|folder| {
            let files = std::fs::read_dir(self.path(folder)).ok()?.filter_map(|entry| Some(entry.ok()?.file_name()));
            let others = files.map(|name| Path::new(folder).join(name)).filter(|file| {
                file.extension().is_some_and(|extension| extension == "onnx") || file.ends_with("pytorch_model.bin")
            });
            Some(others.min()?.display().to_string())
        })
    }

    /// A JSON document.
    pub(crate) fn json(&self, file: &str) -> Result<serde_json::Value> {
        serde_json::from_slice(&self.bytes(file)?).map_err(|error| self.refuse(file, error))
    }

    /// A JSON document that may be absent.
    pub(crate) fn optional_json(&self, file: &str) -> Result<Option<serde_json::Value>> {
        if self.path(file).exists() { self.json(file).map(Some) } else { Ok(None) }
    }

    /// Why a file cannot be used.
    pub(crate) fn refuse(&self, file: &str, why: impl std::fmt::Display) -> Error {
        Error::invalid(format!("the model in `{}` cannot be used: {file}: {why}", self.folder.display()))
    }
}
