//! Encrypted connections, and whom they trust.
//!
//! The folder `tls` has an authority of our own, whose key is thrown away, and the certificate of `localhost` that it
//! issued, valid until 2126.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::Arc;

use erstwhile::ErrorKind;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::*;

fn file(name: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/language_models/tls")).join(name)
}

/// Starts a server that answers one request over TLS, and returns its base URL.
fn encrypted_server() -> String {
    let certificate = CertificateDer::from_pem_file(file("server.pem")).expect("a certificate");
    let key = PrivateKeyDer::from_pem_file(file("server.key")).expect("a key");
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .expect("a configuration");
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("https://localhost:{}/v1", listener.local_addr().expect("an address").port());
    std::thread::spawn(move || {
        let connection = ServerConnection::new(Arc::new(config)).expect("a connection");
        let mut stream = StreamOwned::new(connection, listener.accept().expect("a client").0);
        let body = answer("yes").to_string();
        let head = format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
        // A client that does not trust the server sends no request.
        if stream.read(&mut [0; 4096]).is_ok() {
            stream.write_all((head + &body).as_bytes()).expect("a client that reads");
        }
    });
    url
}

fn client_of(url: String, ca_file: PathBuf) -> LanguageModelClient {
    let connection = ConnectionSettings { ca_file: Some(ca_file), ..connection() };
    let settings = LanguageModelSettings {
        url: Some(url),
        name: "small".to_owned(),
        connection,
        ..LanguageModelSettings::default()
    };
    LanguageModelClient::new(settings).expect("a client")
}

#[tokio::test]
async fn a_server_with_a_certificate_of_the_given_authority_is_trusted() {
    let client = client_of(encrypted_server(), file("authority.pem"));
    assert_eq!(client.complete(prompt()).await.outcome.expect("an answer"), "yes");
}

#[tokio::test]
async fn another_server_is_not_trusted_and_the_error_names_the_setting() {
    // The server's own certificate is no authority for it.
    let completion = client_of(encrypted_server(), file("server.pem")).complete(prompt()).await;
    let error = completion.outcome.expect_err("an error");
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert!(error.message().contains("model.ca_file"), "{error}");
    assert!(completion.usage.is_zero());
}
