//! Benchmarks that print tables: speed beside the machine's own limits, and retrieval quality.
#![expect(clippy::print_stdout, reason = "tables are printed here")]

use clap::{Parser, Subcommand};

mod plan;
mod retrieval;
mod scale;
mod speed;
mod table;

/// As in the server.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

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
    /// Latency and throughput, beside the limits of the machine
    Speed(speed::Speed),
    /// A shared graph of up to a million facts
    Scale(scale::Scale),
    /// Machines for a number of users and what runs out first, from formulas over measured constants
    Plan(plan::Plan),
    #[command(hide = true)]
    ServeForSpeed(speed::Serve),
}

fn main() -> anyhow::Result<()> {
    match Cli::parse().command {
        Command::Retrieval(command) => command.run(),
        Command::Speed(command) => command.run(),
        Command::Scale(command) => command.run(),
        Command::Plan(command) => {
            command.run();
            Ok(())
        }
        Command::ServeForSpeed(command) => command.run(),
    }
}
