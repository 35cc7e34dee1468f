//! The server as a process of its own.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::Context;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use super::client::KEY;

/// Starts the server so that a write that is too long for the limits of its process fails, instead of ending the process.
const WITHOUT_SIGXFSZ: &str = "trap '' XFSZ; exec \"$0\" \"$@\"";

/// Where the data is.
pub(super) struct Place {
    option: &'static str,
    value: PathBuf,
}

impl Place {
    pub(super) fn new(database: Option<&str>, folder: &Path) -> Self {
        match database {
            Some(url) => Self { option: "--database", value: url.into() },
            None => Self { option: "--data", value: folder.to_owned() },
        }
    }
}

/// A running server.
pub(super) struct Server {
    child: Child,
    pub(super) address: SocketAddr,
}

impl Server {
    /// Starts the server and waits until it serves.
    pub(super) async fn start(binary: &Path, place: &Place) -> anyhow::Result<Self> {
        let mut child = Command::new("sh")
            .args(["-c", WITHOUT_SIGXFSZ])
            .arg(binary)
            .args(["serve", "--listen", "127.0.0.1:0", place.option])
            .arg(&place.value)
            .env("ERSTWHILE_AUTH__BOOTSTRAP_KEY", KEY)
            .env("ERSTWHILE_LIMITS__REQUESTS_PER_SECOND", "0")
            .env("ERSTWHILE_TELEMETRY__LOG", "error,erstwhile_server::cli=info")
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("cannot start `{}`: build it, or set --server", binary.display()))?;
        let mut lines = BufReader::new(child.stderr.take().context("no log")?).lines();
        let mut log = String::new();
        let address = loop {
            let line = lines.next_line().await?.with_context(|| format!("the server does not start: {log}"))?;
            if let Some((_, rest)) = line.split_once("on http://") {
                break rest.split([' ', '"']).next().unwrap_or_default().parse().context("an address")?;
            }
            log += &line;
        };
        // Read on, so that the server never waits for its log.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Ok(Self { child, address })
    }

    /// The id of its process.
    pub(super) fn process(&self) -> anyhow::Result<u32> {
        self.child.id().context("the server has ended")
    }

    /// Kills it, as the system does when memory runs out.
    pub(super) async fn kill(mut self) -> anyhow::Result<()> {
        self.child.kill().await.context("the server cannot be killed")
    }
}
