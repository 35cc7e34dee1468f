//! Fetches the files of a model that a manifest names.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use erstwhile::{Error, Result};
use reqwest::redirect::Policy;
use reqwest::{Client, Url};
use sha2::{Digest, Sha256};

use super::{ModelFile, ModelFolders, ModelManifest, failed};
use crate::language_models::ConnectionSettings;
use crate::language_models::transport;

/// The section of the settings that error messages name.
const SECTION: &str = "embedder";
/// Maximum number of bytes of a model.
const BYTES_MAX: u64 = 2 << 30;
/// Maximum number of redirects of a file.
const REDIRECTS_MAX: usize = 5;
/// How long nothing may arrive.
const SILENCE_MAX: Duration = Duration::from_mins(1);

impl ModelFolders {
    /// Fetches a model; nothing is kept unless every file has the digest that the manifest says. `progress` is told each
    /// file that is complete.
    ///
    /// # Errors
    /// `AlreadyExists` when there is a model of this name, `Invalid` when a file is not what the manifest says or cannot
    /// be used, `Unavailable` when a server does not answer.
    pub async fn download(
        &self,
        manifest: &ModelManifest,
        connection: &ConnectionSettings,
        mut progress: impl FnMut(&ModelFile),
    ) -> Result<()> {
        if manifest.bytes() > BYTES_MAX {
            return Err(Error::invalid("the model is larger than 2 GiB"));
        }
        // Other than a request with a key, a download may be redirected: its digest says whether it is the right one.
        let builder = transport::client_builder(connection, SECTION, true)?;
        let client = builder.redirect(Policy::limited(REDIRECTS_MAX)).read_timeout(SILENCE_MAX).build();
        let client = client.map_err(|error| Error::internal("cannot create an HTTP client").with_source(error))?;
        let partial = self.begin(&manifest.name)?;
        for file in &manifest.files {
            if let Err(error) = fetch(&client, file, &partial.join(&file.path)).await {
                // What is left over is removed by the next attempt, too.
                drop(std::fs::remove_dir_all(&partial));
                return Err(error);
            }
            progress(file);
        }
        self.complete(&partial, manifest).inspect_err(|_| drop(std::fs::remove_dir_all(&partial)))
    }
}

/// Fetches one file.
async fn fetch(client: &Client, file: &ModelFile, target: &Path) -> Result<()> {
    let path = &file.path;
    let url = file.url.as_deref().ok_or_else(|| Error::invalid(format!("the manifest has no URL of `{path}`")))?;
    let url: Url = url.parse().map_err(|_| Error::invalid(format!("the URL of `{path}` is none")))?;
    let broken =
        |error: reqwest::Error| Error::unavailable(format!("cannot fetch `{path}`")).with_source(error.without_url());
    let mut response = client.get(url).send().await.map_err(broken)?;
    if !response.status().is_success() {
        return Err(Error::unavailable(format!("cannot fetch `{path}`: the server answered {}", response.status())));
    }
    let mut created = File::create(target).map_err(|error| failed("write", target, &error))?;
    let (mut digest, mut size) = (Sha256::new(), 0);
    while let Some(chunk) = response.chunk().await.map_err(broken)? {
        size += chunk.len() as u64;
        if size > file.bytes {
            return Err(Error::invalid(format!("`{path}` is larger than the manifest says")));
        }
        digest.update(&chunk);
        created.write_all(&chunk).map_err(|error| failed("write", target, &error))?;
    }
    created.sync_all().map_err(|error| failed("write", target, &error))?;
    if (size, hex::encode(digest.finalize())) != (file.bytes, file.sha256.to_lowercase()) {
        return Err(Error::invalid(format!(
            "`{path}` is not the file that the manifest names: its digest is another one"
        )));
    }
    Ok(())
}
