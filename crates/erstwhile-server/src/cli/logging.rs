//! The log of the server, on stderr.

use std::io::{IsTerminal, stderr};

use anyhow::Context;
use tracing::{Level, Metadata};
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, fmt, registry};

use crate::settings::TelemetrySettings;

/// Starts the log.
pub(super) fn start(telemetry: &TelemetrySettings) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&telemetry.log).context("telemetry.log is not a valid log filter")?;
    let lines = fmt::layer().with_writer(stderr).with_ansi(!telemetry.log_json && stderr().is_terminal());
    let lines = if telemetry.log_json { lines.json().boxed() } else { lines.boxed() };
    let started = registry().with(filter).with(filter_fn(may_log)).with(lines).try_init();
    started.context("cannot start logging")
}

/// Whether a line may be logged, whatever `telemetry.log` asks for.
///
/// What dependencies log below a warning is not ours to choose: the database's client, for example, logs the values of
/// statements, which are the words of users.
fn may_log(line: &Metadata<'_>) -> bool {
    line.target().starts_with("erstwhile") || *line.level() <= Level::WARN
}
