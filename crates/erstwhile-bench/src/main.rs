//! Benchmarks that print tables: speed beside the machine's own limits, and retrieval quality.
#![expect(clippy::print_stdout, reason = "tables are printed here")]

use clap::{Parser, Subcommand};

mod retrieval;
mod table;

#[derive(Debug, Parser)]
#[command(name = "erstwhile-bench", about = "Benchmarks of Erstwhile")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Share of the evidence that search finds, on conversations with questions
    Retrieval(retrieval::Retrieval),
}

fn main() -> anyhow::Result<()> {
    match Cli::parse().command {
        Command::Retrieval(command) => command.run(),
    }
}
