//! Parses database URLs: hosts, timeouts, TLS.

use std::sync::Arc;
use std::time::Duration;

use erstwhile::{Error, Result};
use percent_encoding::percent_decode_str;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode, TargetSessionAttrs};
use tokio_postgres_rustls::MakeRustlsConnect;

/// How long a host may take to accept a connection before the driver tries the next one.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// How long sent bytes may stay unacknowledged before a connection counts as broken.
const TCP_USER_TIMEOUT: Duration = Duration::from_secs(10);

/// Connection settings.
pub(crate) struct Target {
    pub(crate) config: Config,
    /// The TLS connector; `None` with `sslmode=disable`.
    pub(crate) tls: Option<MakeRustlsConnect>,
}

/// How to check the server's certificate, following libpq's `sslmode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trust {
    /// No TLS.
    Disable,
    /// TLS if the server supports it, with any certificate.
    Prefer,
    /// TLS with any certificate.
    Require,
    /// TLS with a certificate for this host from a trusted authority.
    Verify,
}

impl Target {
    pub(crate) fn parse(url: &str) -> Result<Self> {
        let (rest, trust, roots) = split_tls_params(url)?;
        // The message omits the invalid part: it might be a part of the password.
        let invalid_url = |_| {
            let message = "the database URL is invalid: expected postgres://user:password@host/database, with / ? # @ \
                           in a password written as %2F %3F %23 %40";
            Error::invalid(message)
        };
        let mut config: Config = rest.parse().map_err(invalid_url)?;
        if config.get_hosts().is_empty() {
            return Err(Error::invalid("the database URL names no host"));
        }
        if config.get_target_session_attrs() == TargetSessionAttrs::Any && !rest.contains("target_session_attrs") {
            config.target_session_attrs(TargetSessionAttrs::ReadWrite);
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT_TIMEOUT);
        }
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(TCP_USER_TIMEOUT);
        }
        if config.get_application_name().is_none() {
            config.application_name("erstwhile");
        }
        config.keepalives_idle(Duration::from_secs(10));
        config.keepalives_interval(Duration::from_secs(3));
        config.keepalives_retries(3);
        config.ssl_mode(match trust {
            Trust::Disable => SslMode::Disable,
            Trust::Prefer => SslMode::Prefer,
            Trust::Require | Trust::Verify => SslMode::Require,
        });
        let tls = match trust {
            Trust::Disable => None,
            trust => Some(MakeRustlsConnect::new(client_config(trust, roots.as_deref())?)),
        };
        Ok(Self { config, tls })
    }
}

/// Returns the hosts and the database of a URL, for display; never the user or the password.
pub(crate) fn place(url: &str) -> String {
    let Ok(Target { config, .. }) = Target::parse(url) else {
        return format!("{}://…", scheme_of(url).unwrap_or("postgres"));
    };
    let ports = config.get_ports();
    let host = |(at, host): (usize, &Host)| {
        let port = ports.get(at).or(ports.first()).copied().unwrap_or(5432);
        match host {
            Host::Tcp(name) => format!("{name}:{port}"),
            Host::Unix(folder) => folder.display().to_string(),
        }
    };
    let hosts: Vec<String> = config.get_hosts().iter().enumerate().map(host).collect();
    format!("postgres://{}/{}", hosts.join(","), config.get_dbname().unwrap_or_default())
}

/// The scheme of a URL, in a form that cannot be a part of a password.
fn scheme_of(url: &str) -> Option<&str> {
    let (scheme, _) = url.split_once("://")?;
    (scheme.len() <= 20 && scheme.chars().all(|character| character.is_ascii_lowercase())).then_some(scheme)
}

/// Removes the TLS parameters from a URL, because `tokio_postgres` supports only some of them.
fn split_tls_params(url: &str) -> Result<(String, Trust, Option<String>)> {
    match scheme_of(url) {
        Some("postgres" | "postgresql") => {}
        Some(other) => {
            let message =
                format!("`{other}` databases are not supported, only PostgreSQL, whose URLs begin with postgres://");
            return Err(Error::invalid(message));
        }
        None => return Err(Error::invalid("the database URL must begin with postgres://")),
    }
    let (address, query) = url.split_once('?').unwrap_or((url, ""));
    let (mut trust, mut roots, mut other_params) = (Trust::Prefer, None, Vec::new());
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        match pair.split_once('=').unwrap_or((pair, "")) {
            ("sslmode", mode) => {
                trust = match mode {
                    "disable" => Trust::Disable,
                    "allow" | "prefer" => Trust::Prefer,
                    "require" => Trust::Require,
                    "verify-ca" | "verify-full" => Trust::Verify,
                    _ => {
                        let known = "disable, prefer, require, verify-ca, verify-full";
                        return Err(Error::invalid(format!("`sslmode` in the database URL must be one of {known}")));
                    }
                }
            }
            ("sslrootcert", file) => {
                let file = percent_decode_str(file).decode_utf8();
                roots = Some(
                    file.map_err(|_| Error::invalid("`sslrootcert` in the database URL is not valid UTF-8"))?
                        .into_owned(),
                );
            }
            _ => other_params.push(pair),
        }
    }
    // As in libpq.
    if trust == Trust::Require && roots.is_some() {
        trust = Trust::Verify;
    }
    let rest =
        if other_params.is_empty() { address.to_owned() } else { format!("{address}?{}", other_params.join("&")) };
    Ok((rest, trust, roots))
}

fn client_config(trust: Trust, roots: Option<&str>) -> Result<ClientConfig> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::internal("cannot configure TLS").with_source(error))?;
    if trust == Trust::Verify {
        return Ok(builder.with_root_certificates(root_certificates(roots)?).with_no_client_auth());
    }
    let verifier = Arc::new(AnyCertificate(provider));
    Ok(builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth())
}

/// Loads the certificate authorities from a file, or else from the system.
fn root_certificates(file: Option<&str>) -> Result<RootCertStore> {
    let mut store = RootCertStore::empty();
    match file.filter(|file| *file != "system") {
        Some(file) => {
            let unreadable = |error: &dyn std::fmt::Display| {
                Error::invalid(format!("cannot read `{file}`, the `sslrootcert` of the database URL: {error}"))
            };
            for certificate in CertificateDer::pem_file_iter(file).map_err(|error| unreadable(&error))? {
                let certificate = certificate.map_err(|error| unreadable(&error))?;
                store.add(certificate).map_err(|error| unreadable(&error))?;
            }
        }
        None => {
            store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
    }
    if store.is_empty() {
        return Err(Error::invalid(
            "found no certificate authority to verify the database's certificate: set `sslrootcert` to a file",
        ));
    }
    Ok(store)
}

/// Accepts any certificate, like libpq's `sslmode=require`, but still verifies signatures.
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, dss, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, dss, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_about_a_url_do_not_contain_its_password() {
        for url in [
            "mysql://me:geheim@host/db",
            "postgres://me:geheim@host:port/db",
            "postgres://me:geheim@host/db?sslmode=maybe",
            "postgres://me:geheim@host/db?nonsense=1",
            "postgres://me:geheim@host/db?sslmode=verify-full&sslrootcert=/nowhere",
        ] {
            let Err(error) = Target::parse(url) else { panic!("{url} is accepted") };
            assert!(!error.to_string().contains("geheim"), "{error}");
        }
    }

    #[test]
    fn another_kind_of_database_is_named() {
        let Err(error) = Target::parse("mysql://me:geheim@host/db") else { panic!("it is accepted") };
        assert!(error.message().starts_with("`mysql` databases are not supported"), "{error}");
        assert_eq!(place("mysql://me:geheim@host/db"), "mysql://…");
    }

    #[test]
    fn a_place_contains_only_hosts_and_database() {
        assert_eq!(place("postgres://me:geheim@one:5433,two/db?user=x"), "postgres://one:5433,two:5432/db");
        for url in
            ["postgres://me:ge?heim=im@host/db", "postgres://me:ge#heim@host/db", "postgres://me:ge/heim@host/db"]
        {
            assert!(!place(url).contains("ge"), "{}", place(url));
        }
    }

    #[test]
    fn of_several_hosts_the_writable_one_is_used() {
        let target = Target::parse("postgres://me@one:5432,two:5433/db?sslmode=disable").expect("a target");
        assert_eq!(target.config.get_hosts().len(), 2);
        assert_eq!(target.config.get_target_session_attrs(), TargetSessionAttrs::ReadWrite);
        assert!(target.tls.is_none());
    }

    #[test]
    fn require_with_a_root_certificate_verifies() {
        let (rest, trust, roots) =
            split_tls_params("postgres://h/d?sslrootcert=%2Fca.pem&sslmode=require&user=x").expect("parts");
        assert_eq!((rest.as_str(), trust, roots.as_deref()), ("postgres://h/d?user=x", Trust::Verify, Some("/ca.pem")));
    }
}
