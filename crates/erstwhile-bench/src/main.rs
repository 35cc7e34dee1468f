//! Benchmarks: speed relative to the limits of the machine, retrieval quality, scaling, and capacity planning.
#![expect(clippy::print_stdout, reason = "the benchmark prints tables")]

use clap::{Parser, Subcommand};

mod answerability;
mod conversations;
mod encoder;
mod facts_only;
mod plan;
mod ranker;
mod retrieval;
mod salience;
mod scale;
mod speed;
mod table;
mod torture;

/// The same allocator as in the server.
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
    /// Recall of search on conversations with questions
    Retrieval(retrieval::Retrieval),
    /// Train the ranker of turns
    TrainRanker(ranker::TrainRanker),
    /// Train the estimate of whether a graph says anything about what a query asks
    TrainAnswerability(answerability::TrainAnswerability),
    /// Train the model of which open facts are worth keeping
    TrainSalience(salience::TrainSalience),
    /// Latency and throughput, relative to the limits of the machine
    Speed(speed::Speed),
    /// A shared graph of up to a million facts
    Scale(scale::Scale),
    /// Number of machines for a number of users, computed from measured constants
    Plan(plan::Plan),
    /// Kill a server at random moments and check that nothing is lost, doubled or revived
    Torture(torture::Torture),
    #[command(hide = true)]
    ServeForSpeed(speed::Serve),
}

fn main() -> anyhow::Result<()> {
    match Cli::parse().command {
        Command::Retrieval(command) => command.run(),
        Command::TrainRanker(command) => command.run(),
        Command::TrainAnswerability(command) => command.run(),
        Command::TrainSalience(command) => command.run(),
        Command::Speed(command) => command.run(),
        Command::Scale(command) => command.run(),
        Command::Plan(command) => {
            command.run();
            Ok(())
        }
        Command::Torture(command) => command.run(),
        Command::ServeForSpeed(command) => command.run(),
    }
}
