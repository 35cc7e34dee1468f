//! TLS connections to a server with a certificate from a private certificate authority.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use erstwhile::Result;
use erstwhile::store::Store;
use erstwhile_postgres::testing::{NOT_DURABLE, TestServer};
use erstwhile_postgres::{Postgres, PostgresSettings};

fn openssl(folder: &Path, args: &str) {
    let output = Command::new("openssl").args(args.split(' ')).current_dir(folder).output().expect("openssl");
    assert!(output.status.success(), "openssl {args}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Creates two authorities, and two certificates from the first one for 127.0.0.1, of which the second is of X.509 version 1.
fn create_certificates(folder: &Path) {
    for name in ["authority", "stranger"] {
        openssl(
            folder,
            &format!("req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN={name} -keyout {name}.key -out {name}.pem"),
        );
    }
    openssl(folder, "req -newkey rsa:2048 -nodes -subj /CN=server -keyout server.key -out server.csr");
    std::fs::write(folder.join("names"), "subjectAltName=IP:127.0.0.1\n").expect("a file");
    openssl(
        folder,
        "x509 -req -in server.csr -CA authority.pem -CAkey authority.key -CAcreateserial -days 2 -extfile names -out server.pem",
    );
    // Without extensions, it is of version 1.
    openssl(
        folder,
        "x509 -req -in server.csr -CA authority.pem -CAkey authority.key -CAcreateserial -days 2 -out old.pem",
    );
}

/// Gives the server a certificate and its key.
fn install(server: &TestServer, folder: &Path, certificate: &str) {
    for (from, to) in [("server.key", "server.key"), (certificate, "server.pem")] {
        // Overwrites a file that already belongs to the server's user, so that the owner is right.
        let own = server.data().join(to);
        std::fs::copy(server.data().join("PG_VERSION"), &own).expect("a file");
        TestServer::give(&own);
        std::fs::write(&own, std::fs::read(folder.join(from)).expect("a file")).expect("a file");
    }
}

async fn open(url: &str) -> Result<Store> {
    let retry_timeout = std::time::Duration::from_millis(200);
    let settings = PostgresSettings { retry_timeout, ..PostgresSettings::default() };
    Store::open(Arc::new(Postgres::new(url, settings)?)).await
}

#[tokio::test]
async fn certificates_are_verified_according_to_the_url() {
    let mut server = TestServer::start(NOT_DURABLE);
    let library: String = server.client().await.query_one("SHOW ssl_library", &[]).await.expect("an answer").get(0);
    if library.is_empty() {
        eprintln!("skipped: this server was built without TLS");
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    create_certificates(folder.path());
    install(&server, folder.path(), "server.pem");
    server.stop();
    server.configure("ssl = on\nssl_cert_file = 'server.pem'\nssl_key_file = 'server.key'");
    let rules = server.data().join("pg_hba.conf");
    std::fs::write(&rules, "hostssl all all 127.0.0.1/32 trust\nlocal all all trust\n").expect("rules");
    server.launch();
    let address = server.url();
    let url = |options: &str| format!("{address}?{options}");
    let root = |name: &str| folder.path().join(name).display().to_string().replace('/', "%2F");
    let verified = format!("sslmode=verify-full&sslrootcert={}", root("authority.pem"));
    for options in ["sslmode=require", "sslmode=prefer", &verified] {
        open(&url(options)).await.unwrap_or_else(|error| panic!("{options}: {error}"));
    }
    let untrusted = format!("sslmode=verify-full&sslrootcert={}", root("stranger.pem"));
    let error = open(&url(&untrusted)).await.expect_err("an error: unknown authority");
    assert!(error.message().to_lowercase().contains("certificate"), "{error}");
    let wrong_host = url(&verified).replace("127.0.0.1", "localhost");
    let error = open(&wrong_host).await.expect_err("an error: certificate for another host");
    assert!(error.message().to_lowercase().contains("certificate"), "{error}");
    open(&url("sslmode=disable")).await.expect_err("an error: the server requires TLS");

    server.stop();
    install(&server, folder.path(), "old.pem");
    server.launch();
    let error = open(&url("sslmode=require")).await.expect_err("an error: X.509 version 1");
    assert!(error.message().contains("issue one of version 3"), "{error}");
}
