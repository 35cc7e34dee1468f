//! `erstwhile serve`

use std::net::SocketAddr;
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

use super::DataArgs;
use super::output::print_status;
use crate::serve::{Server, bootstrap, open_engine};
use crate::settings::{Settings, TelemetrySettings};

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
        start_logging(&settings.telemetry)?;
        let mut interrupt = signal(SignalKind::interrupt()).context("cannot install the signal handlers")?;
        let mut terminate = signal(SignalKind::terminate()).context("cannot install the signal handlers")?;

        let engine = open_engine(&settings).await?;
        let (_, secret) = bootstrap(&engine, settings.auth.bootstrap_key.as_deref()).await?;
        let server = Server::start(engine, &settings).await?;
        print_banner(&server, &settings, secret.as_deref());

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

fn print_banner(server: &Server, settings: &Settings, secret: Option<&str>) {
    let version = env!("CARGO_PKG_VERSION");
    print_status(&format!("Erstwhile {version} on http://{} (data in {})", server.address, settings.store.place()));
    if let Some(address) = server.metrics_address {
        print_status(&format!("  metrics   http://{address}/metrics"));
    }
    match secret {
        Some(_) if settings.auth.bootstrap_key.is_some() => {
            print_status("  API key   the one in ERSTWHILE_AUTH__BOOTSTRAP_KEY");
        }
        Some(secret) => print_status(&format!("  API key   {secret}   (not shown again: save it now)")),
        None => print_status("  API key   unchanged; `erstwhile keys create` creates another"),
    }
    print_status(&format!("  base_url  http://{}/api/v2   for Zep's SDKs", server.address));
}

fn start_logging(telemetry: &TelemetrySettings) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&telemetry.log).context("telemetry.log is not a valid log filter")?;
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = if telemetry.log_json { lines.json().try_init() } else { lines.try_init() };
    started.map_err(|error| anyhow::anyhow!("cannot start logging: {error}"))
}
