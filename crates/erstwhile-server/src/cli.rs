//! The command line: data on stdout, everything else on stderr.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::builder::{Resettable, StyledStr};
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::settings::Settings;
use crate::version;

mod audit;
mod backup;
mod conversations;
mod demo;
mod doctor;
mod dropped;
mod facts;
mod health;
mod ingest_cost;
mod inspect;
mod keys;
mod logging;
mod manual;
mod mcp;
mod models;
mod openapi;
mod output;
mod replay;
mod serve;
mod transfer;
mod verify_erasure;
mod webhooks;

/// The memory of AI agents.
#[derive(Debug, Parser)]
#[command(name = "erstwhile", version = version::LONG.as_str(), about, arg_required_else_help = true)]
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
    /// Serve the Model Context Protocol on stdin and stdout
    Mcp(mcp::McpCommand),
    /// Ingest a sample conversation and show the extracted facts and the context
    Demo(demo::Demo),
    /// Show what is known about a user, in the order of time
    Show(inspect::Show),
    /// Show why a fact is held: the words that it rests on, what read them, and what ended it
    Why(inspect::Why),
    /// Show what was read in a thread and not kept, with the reasons
    Dropped(dropped::Dropped),
    /// List users with the sizes of their graphs
    Users(inspect::Users),
    /// List standalone graphs with their sizes
    Graphs(inspect::Graphs),
    /// List projects
    Projects(inspect::Projects),
    /// Show how much the database holds
    Stats(inspect::Stats),
    /// Create, list and revoke API keys
    Keys(keys::Keys),
    /// Show who did what to whose data, or verify that no record of it was changed
    Audit(audit::Audit),
    /// Add, list and remove webhooks, and see what was delivered
    Webhooks(webhooks::Webhooks),
    /// List, import, download and remove embedding models
    Models(models::Models),
    /// Export all data to a folder; the server may keep running
    Export(transfer::Export),
    /// Import an export into a database and verify it
    Import(transfer::Import),
    /// Back the embedded database up to a folder; the server may keep running
    Backup(backup::Backup),
    /// Restore a backup to a folder without a database
    Restore(backup::Restore),
    /// Estimate what the language model would cost for conversations, without asking it
    IngestCost(ingest_cost::IngestCost),
    /// Replay conversations through the language model and show what becomes of them
    Replay(replay::Replay),
    /// Check the settings, the database and the models
    Doctor(doctor::Doctor),
    /// Ask the server on this machine whether it is ready
    Health(health::Health),
    /// Search the files of the embedded database for what was deleted
    VerifyErasure(verify_erasure::VerifyErasure),
    /// Print the `OpenAPI` document of a generation of the API
    #[command(name = "openapi")]
    OpenApi(openapi::OpenApi),
    /// Print the completions of a shell
    Completions(manual::Completions),
    /// Write the manual pages
    Man(manual::Man),
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

/// The command line, without the marks that the documentation of the source has around code.
fn command() -> clap::Command {
    plain(Cli::command())
}

fn plain(command: clap::Command) -> clap::Command {
    let about = without_marks(command.get_about());
    let long_about = without_marks(command.get_long_about());
    let command = command.mut_args(|arg| {
        let help = without_marks(arg.get_help());
        let long_help = without_marks(arg.get_long_help());
        arg.help(help).long_help(long_help)
    });
    command.about(about).long_about(long_about).mut_subcommands(plain)
}

fn without_marks(text: Option<&StyledStr>) -> Resettable<StyledStr> {
    text.map(|text| StyledStr::from(text.to_string().replace('`', ""))).into()
}

/// The exit code of a command whose output nobody reads any more: that of a program that the signal `PIPE` ended.
const OUTPUT_CLOSED: u8 = 141;

/// Parses the command line and runs the command. Exit codes: 0 success, 1 failure, 2 wrong usage,
/// 3 unhealthy (`doctor`, `health`), not erased (`verify-erasure`) or changed (`audit --verify`), 141 when nobody reads the output any more.
pub fn run() -> ExitCode {
    let cli = Cli::from_arg_matches(&command().get_matches()).unwrap_or_else(|error| error.exit());
    let outcome = Settings::load(cli.config.as_deref()).and_then(|settings| {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        runtime.block_on(async {
            match cli.command {
                Command::Serve(command) => command.run(settings).await,
                Command::Mcp(command) => command.run(settings).await,
                Command::Demo(command) => command.run(settings).await,
                Command::Show(command) => command.run(settings).await,
                Command::Why(command) => command.run(settings).await,
                Command::Dropped(command) => command.run(settings).await,
                Command::Users(command) => command.run(settings).await,
                Command::Graphs(command) => command.run(settings).await,
                Command::Projects(command) => command.run(settings).await,
                Command::Stats(command) => command.run(settings).await,
                Command::Keys(command) => command.run(settings).await,
                Command::Audit(command) => command.run(settings).await,
                Command::Webhooks(command) => command.run(settings).await,
                Command::Models(command) => command.run(settings).await,
                Command::Export(command) => command.run(settings).await,
                Command::Import(command) => command.run(settings).await,
                Command::Backup(command) => command.run(settings).await,
                Command::Restore(command) => command.run(settings).await,
                Command::IngestCost(command) => command.run(&settings),
                Command::Replay(command) => command.run(settings).await,
                Command::Doctor(command) => command.run(settings).await,
                Command::Health(command) => command.run(settings).await,
                Command::VerifyErasure(command) => command.run(settings).await,
                Command::OpenApi(command) => command.run(),
                Command::Completions(command) => command.run(),
                Command::Man(command) => command.run(),
            }
        })
    });
    match outcome {
        Ok(code) => code,
        Err(error) if output::is_closed(&error) => ExitCode::from(OUTPUT_CLOSED),
        Err(error) => {
            output::print_status(&format!("erstwhile: {error:#}"));
            ExitCode::FAILURE
        }
    }
}
