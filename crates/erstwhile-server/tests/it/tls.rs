//! The listener with TLS.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::process::Process;

const WAIT: Duration = Duration::from_mins(1);

/// Writes a new certificate for this machine and its key to a folder; returns the certificate as PEM.
fn write_certificate(folder: &Path) -> String {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let certificate = made.cert.pem();
    std::fs::write(folder.join("server.key"), made.signing_key.serialize_pem()).expect("a file");
    std::fs::write(folder.join("server.pem"), &certificate).expect("a file");
    certificate
}

fn start(folder: &Path, more: &[(&str, &str)]) -> Process {
    let file = |name: &str| folder.join(name).to_str().expect("a path").to_owned();
    let (certificate, key) = (file("server.pem"), file("server.key"));
    let files = [("ERSTWHILE_SERVER__TLS_CERTIFICATE_FILE", &*certificate), ("ERSTWHILE_SERVER__TLS_KEY_FILE", &*key)];
    Process::start_with(&folder.join("data"), &[&files, more].concat())
}

/// The response to a request through TLS; an error if the server has another certificate than the trusted one.
fn get(server: &Process, trusted: &str, path: &str) -> std::io::Result<String> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(trusted.as_bytes()).expect("a certificate")).expect("a root");
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions of TLS")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").expect("a name");
    let connection = ClientConnection::new(Arc::new(config), name).map_err(std::io::Error::other)?;
    let mut stream = StreamOwned::new(connection, TcpStream::connect(server.address)?);
    stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: memory\r\nConnection: close\r\n\r\n").as_bytes())?;
    let mut response = String::new();
    stream.read_to_string(&mut response)?;
    Ok(response)
}

#[test]
fn requests_are_encrypted_and_others_are_not_answered() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let certificate = write_certificate(folder.path());
    let server = start(folder.path(), &[("ERSTWHILE_SERVER__HEADER_TIMEOUT_S", "1")]);
    assert!(server.start_line.contains("https://"), "{}", server.start_line);
    let healthy = get(&server, &certificate, "/healthz").expect("a response");
    assert!(healthy.starts_with("HTTP/1.1 200"), "{healthy}");
    let unknown = get(&server, &certificate, "/elsewhere").expect("a response");
    assert!(unknown.contains("https://memory/api/v4"), "the address is that of the client: {unknown}");
    let health = |certificate: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_erstwhile"));
        command.args(["health", "--listen", &server.address.to_string()]);
        command.env("ERSTWHILE_SERVER__TLS_CERTIFICATE_FILE", folder.path().join(certificate));
        command.output().expect("the program runs").status.code()
    };
    let other = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    std::fs::write(folder.path().join("other.pem"), other.cert.pem()).expect("a file");
    assert_eq!((health("server.pem"), health("other.pem")), (Some(0), Some(3)));
    for sent in ["GET /healthz HTTP/1.1\r\nHost: test\r\n\r\n", ""] {
        let mut plain = TcpStream::connect(server.address).expect("a connection");
        plain.set_read_timeout(Some(WAIT)).expect("a timeout");
        plain.write_all(sent.as_bytes()).expect("a request");
        let mut answer = Vec::new();
        let closed = plain.read_to_end(&mut answer);
        assert!(closed.is_ok() || closed.is_err_and(|error| error.kind() == std::io::ErrorKind::ConnectionReset));
        assert!(!String::from_utf8_lossy(&answer).contains("HTTP"), "{answer:?}");
    }
}

#[test]
fn a_new_certificate_is_used_without_a_restart_and_a_broken_one_is_not() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let first = write_certificate(folder.path());
    let server = start(folder.path(), &[]);
    assert!(get(&server, &first, "/healthz").is_ok());
    std::fs::write(folder.path().join("server.pem"), "no certificate").expect("a file");
    let deadline = Instant::now() + WAIT;
    while !server.log().contains("the TLS certificate stays as it was") {
        assert!(Instant::now() < deadline, "the broken certificate is not reported");
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(get(&server, &first, "/healthz").is_ok());
    let second = write_certificate(folder.path());
    while get(&server, &second, "/healthz").is_err() {
        assert!(Instant::now() < deadline, "the new certificate is not used");
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(get(&server, &first, "/healthz").is_err());
}

#[test]
fn files_that_cannot_be_used_are_an_error_at_the_start() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    write_certificate(folder.path());
    let [certificate, key, other] =
        ["server.pem", "server.key", "other"].map(|name| folder.path().join(name).to_str().expect("a path").to_owned());
    for (certificate, key, message) in [
        (&certificate, None, "set both"),
        (&certificate, Some(&other), "cannot read"),
        (&key, Some(&key), "has none"),
        (&certificate, Some(&certificate), "the key is no PEM"),
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_erstwhile"));
        command.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(folder.path().join("data"));
        command.env("ERSTWHILE_SERVER__TLS_CERTIFICATE_FILE", certificate);
        if let Some(key) = key {
            command.env("ERSTWHILE_SERVER__TLS_KEY_FILE", key);
        }
        let failed = command.output().expect("the program runs");
        let told = String::from_utf8_lossy(&failed.stderr).into_owned();
        assert!(!failed.status.success() && told.contains(message), "{told}");
    }
}
