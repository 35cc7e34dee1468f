//! The folder in which models are stored: each in a folder of its own, with a manifest that has the digest of every file.

#[cfg(feature = "model-download")]
pub mod download;

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use erstwhile::{Error, ErrorKind, Result};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::bert::{Config, ModelFiles, REQUIRED_FILES};
use crate::cross_encoder::CrossEncoder;
use crate::sentence_encoder::{OPTIONAL_FILES, SentenceEncoder};

/// The file that lists the files of a model.
const MANIFEST: &str = "manifest.json";
/// Ends the name of a folder that is not complete yet.
const PARTIAL: &str = ".partial";
/// Maximum number of characters of a name.
const NAME_MAX: usize = 64;

/// What a model can be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ModelKind {
    /// It embeds texts: a sentence encoder.
    Embedder,
    /// It scores texts by how well they answer a query: a cross-encoder.
    Reranker,
}

/// The files of a model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelManifest {
    /// The model's name: letters, digits, `.`, `_` and `-`.
    pub name: String,
    /// Its files.
    pub files: Vec<ModelFile>,
}

/// A file of a model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelFile {
    /// Its place in the folder, such as `config.json`.
    pub path: String,
    /// Its SHA-256 in hexadecimal.
    pub sha256: String,
    /// Its size.
    pub bytes: u64,
    /// Where it can be fetched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

impl ModelManifest {
    /// Reads a manifest.
    ///
    /// # Errors
    /// `Invalid` when it is none, or names files that no model has.
    pub fn parse(text: &str) -> Result<Self> {
        let manifest: Self = serde_json::from_str(text)
            .map_err(|error| Error::invalid(format!("this is no manifest of a model: {error}")))?;
        check_name(&manifest.name)?;
        for file in &manifest.files {
            let is_known = REQUIRED_FILES.iter().chain(&OPTIONAL_FILES).any(|known| *known == file.path);
            if !is_known {
                return Err(Error::invalid(format!("a model has no file `{}`", file.path)));
            }
        }
        if let Some(missing) =
            REQUIRED_FILES.iter().find(|known| manifest.files.iter().all(|file| file.path != **known))
        {
            return Err(Error::invalid(format!("the manifest lacks the file `{missing}`")));
        }
        Ok(manifest)
    }

    /// The number of bytes of all files.
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }

    /// A digest of the names and digests of all files: another model has another one.
    fn digest(&self) -> String {
        let mut files: Vec<(&str, &str)> =
            self.files.iter().map(|file| (file.path.as_str(), file.sha256.as_str())).collect();
        files.sort_unstable();
        let digest = files.into_iter().fold(Sha256::new(), |digest, (path, own)| {
            digest.chain_update(path).chain_update([0]).chain_update(own).chain_update([0])
        });
        hex::encode(&digest.finalize()[..6])
    }
}

/// The folder of all models.
#[derive(Debug, Clone)]
pub struct ModelFolders {
    root: PathBuf,
}

impl ModelFolders {
    /// The models in a folder, which need not exist.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The complete models, by name.
    ///
    /// # Errors
    /// `Unavailable` when the folder cannot be read.
    pub fn list(&self) -> Result<Vec<ModelManifest>> {
        if !self.root.exists() {
            return Ok(Vec::new());
        }
        let entries = std::fs::read_dir(&self.root).map_err(|error| failed("read", &self.root, &error))?;
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let mut models: Vec<ModelManifest> = names.filter_map(|name| self.manifest(&name).ok()).collect();
        models.sort_by(|left, right| left.name.cmp(&right.name));
        Ok(models)
    }

    /// Loads a sentence encoder. The name of its vector space has a digest of its files, so that another model that is imported under
    /// the same name is another space.
    ///
    /// # Errors
    /// `NotFound` when there is no such model, `Invalid` when a file has changed or cannot be used.
    pub fn load(&self, name: &str) -> Result<SentenceEncoder> {
        let (folder, manifest) = self.unchanged(name)?;
        SentenceEncoder::load(&folder, format!("{name}@{}", manifest.digest()))
    }

    /// Loads a cross-encoder.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub fn load_cross_encoder(&self, name: &str) -> Result<CrossEncoder> {
        let (folder, _) = self.unchanged(name)?;
        CrossEncoder::load(&folder, name)
    }

    /// What a model can be used for.
    ///
    /// # Errors
    /// `NotFound` when there is no such model, `Invalid` when its configuration cannot be read.
    pub fn kind(&self, name: &str) -> Result<ModelKind> {
        self.manifest(name)?;
        kind_of(&self.folder(name)?)
    }

    /// The folder and the manifest of a model whose files are those that were imported.
    fn unchanged(&self, name: &str) -> Result<(PathBuf, ModelManifest)> {
        let manifest = self.manifest(name)?;
        let folder = self.folder(name)?;
        for file in &manifest.files {
            let (sha256, bytes) = digest_of(&folder.join(&file.path))?;
            if (sha256.as_str(), bytes) != (file.sha256.as_str(), file.bytes) {
                let message = format!("`{}` of the model `{name}` has changed since it was imported", file.path);
                return Err(Error::invalid(format!("{message}: remove the model and import it again")));
            }
        }
        Ok((folder, manifest))
    }

    /// Copies a model from a folder; its name is that of the folder unless given.
    ///
    /// # Errors
    /// `AlreadyExists` when there is a model of this name, `Invalid` when the folder has no model that can be used.
    pub fn import(&self, from: &Path, name: Option<&str>) -> Result<ModelManifest> {
        let own = from.canonicalize().ok();
        let own = own.as_deref().and_then(Path::file_name).and_then(|name| name.to_str());
        let name = name.or(own).ok_or_else(|| Error::invalid("the model needs a name"))?;
        // Before anything is copied.
        check(from)?;
        let partial = self.begin(name)?;
        let present = OPTIONAL_FILES.into_iter().filter(|file| from.join(file).exists());
        let mut files = Vec::new();
        for path in REQUIRED_FILES.into_iter().chain(present) {
            let target = partial.join(path);
            std::fs::copy(from.join(path), &target).map_err(|error| failed("copy", &from.join(path), &error))?;
            let (sha256, bytes) = digest_of(&target)?;
            files.push(ModelFile { path: path.to_owned(), sha256, bytes, url: None });
        }
        let manifest = ModelManifest { name: name.to_owned(), files };
        self.complete(&partial, &manifest)?;
        Ok(manifest)
    }

    /// Removes a model.
    ///
    /// # Errors
    /// `NotFound` when there is none of this name.
    pub fn remove(&self, name: &str) -> Result<()> {
        let folder = self.folder(name)?;
        if !folder.join(MANIFEST).exists() {
            return Err(self.missing(name));
        }
        std::fs::remove_dir_all(&folder).map_err(|error| failed("remove", &folder, &error))
    }

    /// Creates the folder of a model that is not complete yet.
    fn begin(&self, name: &str) -> Result<PathBuf> {
        let folder = self.folder(name)?;
        if folder.exists() {
            let message = format!("there is a model `{name}` already: remove it first, or use another name");
            return Err(Error::new(ErrorKind::AlreadyExists, message));
        }
        let partial = self.root.join(format!("{name}{PARTIAL}"));
        if partial.exists() {
            std::fs::remove_dir_all(&partial).map_err(|error| failed("remove", &partial, &error))?;
        }
        for path in OPTIONAL_FILES {
            let parent = partial.join(path).parent().map(Path::to_path_buf).unwrap_or_default();
            std::fs::create_dir_all(&parent).map_err(|error| failed("create", &parent, &error))?;
        }
        Ok(partial)
    }

    /// Makes a folder that has all its files a model.
    fn complete(&self, partial: &Path, manifest: &ModelManifest) -> Result<()> {
        check(partial)?;
        let file = partial.join(MANIFEST);
        let text = serde_json::to_vec_pretty(manifest).map_err(|error| Error::internal(error.to_string()))?;
        let write = || {
            let mut created = File::create(&file)?;
            created.write_all(&text)?;
            created.sync_all()
        };
        write().map_err(|error| failed("write", &file, &error))?;
        let folder = self.folder(&manifest.name)?;
        std::fs::rename(partial, &folder).map_err(|error| failed("rename", partial, &error))
    }

    fn manifest(&self, name: &str) -> Result<ModelManifest> {
        let file = self.folder(name)?.join(MANIFEST);
        let text = std::fs::read_to_string(&file).map_err(|_| self.missing(name))?;
        ModelManifest::parse(&text)
    }

    fn folder(&self, name: &str) -> Result<PathBuf> {
        check_name(name)?;
        Ok(self.root.join(name))
    }

    fn missing(&self, name: &str) -> Error {
        let message = format!("there is no model `{name}` in `{}`", self.root.display());
        Error::new(ErrorKind::NotFound, format!("{message}: `erstwhile models import` copies one there"))
    }
}

fn kind_of(folder: &Path) -> Result<ModelKind> {
    let config = Config::read(&ModelFiles::new(folder))?;
    Ok(if config.classes.is_some() { ModelKind::Reranker } else { ModelKind::Embedder })
}

/// Refuses a folder that has no model that can be used.
fn check(folder: &Path) -> Result<()> {
    const NAME: &str = "checked";
    match kind_of(folder)? {
        ModelKind::Embedder => SentenceEncoder::load(folder, NAME).map(drop),
        ModelKind::Reranker => CrossEncoder::load(folder, NAME).map(drop),
    }
}

/// Refuses names that could mean another folder.
fn check_name(name: &str) -> Result<()> {
    let is_plain = |character: char| character.is_ascii_alphanumeric() || "._-".contains(character);
    let is_valid = (1..=NAME_MAX).contains(&name.len())
        && name.chars().all(is_plain)
        && !name.starts_with('.')
        && !name.ends_with(PARTIAL);
    if is_valid {
        return Ok(());
    }
    let message = format!("`{name}` is no name of a model: at most {NAME_MAX} letters, digits, `.`, `_` and `-`");
    Err(Error::invalid(message))
}

/// The SHA-256 and the size of a file.
fn digest_of(file: &Path) -> Result<(String, u64)> {
    let mut opened = File::open(file).map_err(|error| failed("read", file, &error))?;
    let (mut digest, mut size, mut buffer) = (Sha256::new(), 0, vec![0; 1 << 20]);
    loop {
        let read = opened.read(&mut buffer).map_err(|error| failed("read", file, &error))?;
        if read == 0 {
            return Ok((hex::encode(digest.finalize()), size));
        }
        digest.update(&buffer[..read]);
        size += read as u64;
    }
}

fn failed(what: &str, path: &Path, error: &std::io::Error) -> Error {
    Error::unavailable(format!("cannot {what} `{}`: {error}", path.display()))
}
