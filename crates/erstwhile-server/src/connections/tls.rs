//! TLS for the listener of the API, with certificates that can be replaced while the server runs.

use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use anyhow::{Context, bail};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use crate::settings::ServerSettings;

/// How often the files are read again.
const RELOAD_INTERVAL: Duration = Duration::from_secs(10);

/// The certificate and the key of the server, from two files.
#[derive(Debug)]
pub struct Tls {
    certificate_file: PathBuf,
    key_file: PathBuf,
    current: RwLock<Loaded>,
}

/// What the files contained when they were last read, and the configuration that it gave.
#[derive(Clone)]
struct Loaded {
    certificate: Vec<u8>,
    key: Vec<u8>,
    config: Arc<ServerConfig>,
}

impl std::fmt::Debug for Loaded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The key is a secret.
        f.debug_struct("Loaded").finish_non_exhaustive()
    }
}

impl Tls {
    /// Reads the certificate and the key that the settings name; `None` if they name none.
    ///
    /// # Errors
    /// If only one is set, or the files are not a certificate and its key.
    pub fn load(settings: &ServerSettings) -> anyhow::Result<Option<Arc<Self>>> {
        let (certificate_file, key_file) = match (&settings.tls_certificate_file, &settings.tls_key_file) {
            (None, None) => return Ok(None),
            (Some(certificate), Some(key)) => (certificate.clone(), key.clone()),
            _ => bail!("set both `server.tls_certificate_file` and `server.tls_key_file`, or neither"),
        };
        let (certificate, key) = read(&certificate_file, &key_file)?;
        let config = config(&certificate, &key)
            .with_context(|| format!("cannot use `{}` with `{}`", certificate_file.display(), key_file.display()))?;
        let current = RwLock::new(Loaded { certificate, key, config });
        Ok(Some(Arc::new(Self { certificate_file, key_file, current })))
    }

    /// What accepts a connection with the present certificate.
    pub(super) fn acceptor(&self) -> TlsAcceptor {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner).config).into()
    }

    /// Uses new certificates soon after the files have changed, until cancelled. Files that cannot be used are reported,
    /// and the certificate before them stays.
    pub async fn follow_files(self: Arc<Self>, stop: CancellationToken) {
        let mut reported = None;
        let following = async {
            loop {
                tokio::time::sleep(RELOAD_INTERVAL).await;
                match self.reload() {
                    Ok(true) => tracing::info!("uses a new TLS certificate"),
                    Ok(false) => {}
                    Err(error) => {
                        let error = format!("{error:#}");
                        if reported.as_ref() != Some(&error) {
                            tracing::error!("the TLS certificate stays as it was: {error}");
                        }
                        reported = Some(error);
                        continue;
                    }
                }
                reported = None;
            }
        };
        stop.run_until_cancelled(following).await;
    }

    /// Reads the files again; returns whether they have changed.
    fn reload(&self) -> anyhow::Result<bool> {
        let (certificate, key) = read(&self.certificate_file, &self.key_file)?;
        let is_same = {
            let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
            current.certificate == certificate && current.key == key
        };
        if !is_same {
            let config = config(&certificate, &key)?;
            *self.current.write().unwrap_or_else(PoisonError::into_inner) = Loaded { certificate, key, config };
        }
        Ok(!is_same)
    }
}

fn read(certificate: &PathBuf, key: &PathBuf) -> anyhow::Result<(Vec<u8>, Vec<u8>)> {
    let read = |file: &PathBuf| std::fs::read(file).with_context(|| format!("cannot read `{}`", file.display()));
    Ok((read(certificate)?, read(key)?))
}

/// The configuration for a chain of certificates and the key of the first one, both as PEM.
fn config(certificate: &[u8], key: &[u8]) -> anyhow::Result<Arc<ServerConfig>> {
    let chain = CertificateDer::pem_slice_iter(certificate).collect::<Result<Vec<_>, _>>();
    let chain = chain.context("the certificate is no PEM")?;
    if chain.is_empty() {
        bail!("the file of the certificate has none");
    }
    let key = PrivateKeyDer::from_pem_slice(key).context("the key is no PEM")?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .context("the certificate and the key do not fit")?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}
