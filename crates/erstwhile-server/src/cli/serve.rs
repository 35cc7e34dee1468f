//! `erstwhile serve`

use std::fs::File;
use std::io::{IsTerminal, Write, stderr};
use std::net::SocketAddr;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use tokio::signal::unix::{SignalKind, signal};

use super::DataArgs;
use super::logging;
use super::output::print_status;
use crate::connections::open_files;
use crate::serve::{Server, bootstrap, open_serving_engine};
use crate::settings::Settings;

/// The file with the first key, in the data folder, of a server that was started without a terminal.
const FIRST_KEY_FILE: &str = "first-key";

/// Run the server.
#[derive(Debug, Args)]
pub(super) struct Serve {
    #[command(flatten)]
    data: DataArgs,
    /// Address to listen on [default: 127.0.0.1:8000]
    #[arg(long, value_name = "ADDR")]
    listen: Option<SocketAddr>,
    /// Address of /metrics [default: off]
    #[arg(long, value_name = "ADDR")]
    metrics_listen: Option<SocketAddr>,
}

impl Serve {
    pub(super) async fn run(self, mut settings: Settings) -> anyhow::Result<ExitCode> {
        self.data.apply(&mut settings);
        settings.server.listen = self.listen.unwrap_or(settings.server.listen);
        settings.telemetry.metrics_listen = self.metrics_listen.or(settings.telemetry.metrics_listen);
        logging::start(&settings.telemetry)?;
        let mut interrupt = signal(SignalKind::interrupt()).context("cannot install the signal handlers")?;
        let mut terminate = signal(SignalKind::terminate()).context("cannot install the signal handlers")?;

        open_files::raise_limit();
        let (engine, _lock) = open_serving_engine(&settings).await?;
        let (_, secret) = bootstrap(&engine, settings.auth.bootstrap_key.as_deref()).await?;
        let server = Server::start(engine, &settings).await?;
        announce(&server, &settings, secret.as_deref());

        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        tracing::info!("shutting down after the requests in progress; a second signal stops immediately");
        let in_time = tokio::select! {
            in_time = server.stop() => in_time,
            _ = interrupt.recv() => false,
            _ = terminate.recv() => false,
        };
        Ok(if in_time { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

/// Tells where the server listens and what its first key is: people on a terminal in a few lines, others in one line of
/// the log, which may be kept for long, so that it names a file instead of the key.
fn announce(server: &Server, settings: &Settings, first_key: Option<&str>) {
    let generated = first_key.filter(|_| settings.auth.bootstrap_key.is_none());
    if stderr().is_terminal() && !settings.telemetry.log_json {
        return print_banner(server, settings, first_key.is_some(), generated);
    }
    let key_file = generated.and_then(|key| {
        let written = write_key(settings, key);
        if let Err(error) = &written {
            tracing::error!("the first API key is lost, `erstwhile keys create` creates another: {error:#}");
        }
        written.ok()
    });
    tracing::info!(
        data = settings.store.place(),
        metrics = server.metrics_address.map(tracing::field::display),
        first_key_file = key_file.as_deref().map(Path::display).map(tracing::field::display),
        "serving on {}://{}",
        server.scheme,
        server.address
    );
}

/// Writes the first key to a file in the data folder that only its owner can read.
fn write_key(settings: &Settings, key: &str) -> anyhow::Result<PathBuf> {
    let folder = &settings.store.data;
    let path = folder.join(FIRST_KEY_FILE);
    let write = || {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        // A file that exists may be readable by others, and is no file of this server, whose first key is new.
        let mut file = File::options().write(true).create_new(true).mode(0o600).open(&path)?;
        writeln!(file, "{key}")?;
        file.sync_all()
    };
    write().with_context(|| format!("cannot write `{}`", path.display())).map(|()| path.clone())
}

fn print_banner(server: &Server, settings: &Settings, is_first_start: bool, generated: Option<&str>) {
    let version = env!("CARGO_PKG_VERSION");
    let url = format!("{}://{}", server.scheme, server.address);
    print_status(&format!("Erstwhile {version} on {url} (data in {})", settings.store.place()));
    if let Some(address) = server.metrics_address {
        print_status(&format!("  metrics   http://{address}/metrics"));
    }
    match generated {
        Some(secret) => print_status(&format!("  API key   {secret}   (not shown again: save it now)")),
        None if is_first_start => print_status("  API key   the one in ERSTWHILE_AUTH__BOOTSTRAP_KEY"),
        None => print_status("  API key   unchanged; `erstwhile keys create` creates another"),
    }
    print_status(&format!("  base_url  {url}/api/v4   for zep-cloud 4"));
    print_status(&format!("  base_url  {url}/api/v2   for zep-cloud 1 to 3"));
}
