//! The command line: data on stdout, everything else on stderr.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::settings::Settings;

mod conversations;
mod demo;
mod doctor;
mod ingest_cost;
mod keys;
mod logging;
mod models;
mod output;
mod replay;
mod serve;
mod transfer;
mod verify_erasure;

/// The memory of AI agents.
#[derive(Debug, Parser)]
#[command(name = "erstwhile", version, about, arg_required_else_help = true)]
struct Cli {
    /// Settings file [default: `erstwhile.toml` in the current directory, if it exists]
    #[arg(long, global = true, env = "ERSTWHILE_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server
    Serve(serve::Serve),
    /// Ingest a sample conversation and show the extracted facts and the context
    Demo(demo::Demo),
    /// Create, list and revoke API keys
    Keys(keys::Keys),
    /// List, import, download and remove embedding models
    Models(models::Models),
    /// Export all data to a folder; the server may keep running
    Export(transfer::Export),
    /// Import an export into a database and verify it
    Import(transfer::Import),
    /// Estimate what the language model would cost for conversations, without asking it
    IngestCost(ingest_cost::IngestCost),
    /// Replay conversations through the language model and show what becomes of them
    Replay(replay::Replay),
    /// Check the settings, the database and the models
    Doctor(doctor::Doctor),
    /// Search the files of the embedded database for what was deleted
    VerifyErasure(verify_erasure::VerifyErasure),
}

/// Where data is stored.
#[derive(Debug, Args)]
struct DataArgs {
    /// Folder of the embedded database [default: data]
    #[arg(long, global = true, value_name = "DIR", conflicts_with = "database")]
    data: Option<PathBuf>,
    /// URL of a `PostgreSQL` database to use instead: `postgres://user:password@host/database`
    #[arg(long, global = true, value_name = "URL", hide_env_values = true)]
    database: Option<String>,
}

impl DataArgs {
    fn apply(&self, settings: &mut Settings) {
        if let Some(data) = &self.data {
            settings.store.data.clone_from(data);
            settings.store.database = None;
        }
        if let Some(database) = &self.database {
            settings.store.database = Some(database.clone());
        }
    }
}

/// Parses the command line and runs the command. Exit codes: 0 success, 1 failure, 2 wrong usage,
/// 3 unhealthy (`doctor`) or not erased (`verify-erasure`).
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let outcome = Settings::load(cli.config.as_deref()).and_then(|settings| {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        runtime.block_on(async {
            match cli.command {
                Command::Serve(command) => command.run(settings).await,
                Command::Demo(command) => command.run(settings).await,
                Command::Keys(command) => command.run(settings).await,
                Command::Models(command) => command.run(settings).await,
                Command::Export(command) => command.run(settings).await,
                Command::Import(command) => command.run(settings).await,
                Command::IngestCost(command) => command.run(&settings),
                Command::Replay(command) => command.run(settings).await,
                Command::Doctor(command) => command.run(settings).await,
                Command::VerifyErasure(command) => command.run(settings).await,
            }
        })
    });
    match outcome {
        Ok(code) => code,
        Err(error) => {
            output::print_status(&format!("erstwhile: {error:#}"));
            ExitCode::FAILURE
        }
    }
}
