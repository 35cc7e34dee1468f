//! Servers as child processes.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context;
use serde_json::Value;

use super::client::{Connection, KEY, Request, Response};
use super::processor;

/// Settings with which a server is measured at full load.
const NO_LIMITS: [(&str, &str); 2] =
    [("ERSTWHILE_LIMITS__REQUESTS_PER_SECOND", "0"), ("ERSTWHILE_INGEST__QUEUE_EPISODES_MAX", "1000000000")];

/// The server program.
#[derive(Debug, Clone)]
pub(super) enum Program {
    /// The real program.
    Real(PathBuf),
    /// The benchmark's program, which contains the same server.
    Own,
}

/// What to run.
#[derive(Debug, Clone, Copy)]
pub(super) enum What<'a> {
    /// The bare server.
    Hello,
    /// Erstwhile on a folder, with a number of ingestion workers or the default.
    Erstwhile(&'a Path, Option<usize>),
    /// Erstwhile on a PostgreSQL database.
    On(&'a str),
}

impl Program {
    /// Finds the real program, at the path in the environment or next to this program.
    pub(super) fn find() -> anyhow::Result<Self> {
        if let Some(path) = std::env::var_os("ERSTWHILE_BIN") {
            return Ok(Self::Real(PathBuf::from(path)));
        }
        let beside = std::env::current_exe()?.with_file_name("erstwhile");
        Ok(if beside.is_file() { Self::Real(beside) } else { Self::Own })
    }

    fn command(&self, what: What<'_>) -> anyhow::Result<Command> {
        let mut own = Command::new(std::env::current_exe()?);
        own.arg("serve-for-speed");
        Ok(match (self, what) {
            (_, What::Hello) => own,
            // The real program does not run without workers.
            (Self::Real(path), What::Erstwhile(folder, workers)) if workers != Some(0) => {
                let mut real = Command::new(path);
                real.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(folder).current_dir(folder);
                for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("ERSTWHILE_")) {
                    real.env_remove(name);
                }
                real.env("ERSTWHILE_AUTH__BOOTSTRAP_KEY", KEY).envs(NO_LIMITS);
                if let Some(workers) = workers {
                    real.env("ERSTWHILE_INGEST__WORKERS", workers.to_string());
                }
                real
            }
            (Self::Real(path), What::On(url)) => {
                let mut real = Command::new(path);
                real.args(["serve", "--listen", "127.0.0.1:0", "--database", url]);
                for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("ERSTWHILE_")) {
                    real.env_remove(name);
                }
                real.env("ERSTWHILE_AUTH__BOOTSTRAP_KEY", KEY).envs(NO_LIMITS);
                real
            }
            (Self::Own, What::On(url)) => {
                own.args(["--database", url]);
                own
            }
            (_, What::Erstwhile(folder, workers)) => {
                own.arg("--data").arg(folder);
                if let Some(workers) = workers {
                    own.args(["--workers", &workers.to_string()]);
                }
                own
            }
        })
    }
}

/// Memory of a process in mebibytes.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Memory {
    pub(super) now: f64,
    pub(super) peak: f64,
}

/// A running server; killed when dropped.
#[derive(Debug)]
pub(super) struct Server {
    child: Child,
    pub(super) address: SocketAddr,
    /// Time from the start of the process until it was ready.
    pub(super) ready_after: Duration,
}

impl Server {
    /// Starts a server and waits until it is ready.
    pub(super) async fn start(program: &Program, what: What<'_>) -> anyhow::Result<Self> {
        if let What::Erstwhile(folder, _) = what {
            std::fs::create_dir_all(folder)?;
        }
        let began = Instant::now();
        let mut child = program.command(what)?.stderr(Stdio::piped()).spawn().context("cannot start the server")?;
        let mut lines = BufReader::new(child.stderr.take().context("the server has no stderr")?).lines();
        let mut said = Vec::new();
        let address = loop {
            let Some(line) = lines.next() else { anyhow::bail!("the server stopped: {}", said.join("\n")) };
            let line = line?;
            if let Some((_, rest)) = line.split_once(" on http://") {
                break rest.split(' ').next().unwrap_or_default().parse().context("the server has no address")?;
            }
            said.push(line);
        };
        // Keep reading, so that the server never blocks on a full pipe.
        std::thread::spawn(move || lines.for_each(drop));
        let mut server = Self { child, address, ready_after: Duration::ZERO };
        while !matches!(what, What::Hello) && !server.call(&Request::get("/readyz")).await?.is_success() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        server.ready_after = began.elapsed();
        Ok(server)
    }

    /// Sends one request on a new connection.
    pub(super) async fn call(&self, request: &Request) -> anyhow::Result<Response> {
        Connection::open(self.address).await?.call(request).await
    }

    /// Number of messages waiting for ingestion.
    pub(super) async fn waiting(&self) -> anyhow::Result<u64> {
        let checks: Value = serde_json::from_slice(&self.call(&Request::get("/readyz")).await?.body)?;
        let detail = checks.as_array().into_iter().flatten().find(|check| check["name"] == "ingestion");
        let detail = detail.and_then(|check| check["detail"].as_str()).context("the readiness check has no queue")?;
        detail.split(' ').next().unwrap_or_default().parse().context("the readiness check has no queue depth")
    }

    /// Waits until all messages are ingested.
    pub(super) async fn wait_until_ingested(&self) -> anyhow::Result<()> {
        while self.waiting().await? > 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Ok(())
    }

    pub(super) fn memory(&self) -> anyhow::Result<Memory> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let field = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
            line.split_whitespace().next().and_then(|kib| kib.parse::<f64>().ok()).unwrap_or(f64::NAN) / 1024.0
        };
        Ok(Memory { now: field("VmRSS:"), peak: field("VmHWM:") })
    }

    /// Seconds of processor time of the process.
    pub(super) fn processor(&self) -> anyhow::Result<f64> {
        processor::of_process(&self.child.id().to_string())
    }

    /// Stops the server gracefully.
    pub(super) fn stop(mut self) -> anyhow::Result<()> {
        let id = self.child.id().to_string();
        Command::new("kill").args(["-TERM", &id]).status().context("cannot stop the server")?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
