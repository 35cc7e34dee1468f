//! Speed relative to the limits of the machine, which are measured in the same run.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tempfile::TempDir;

mod child;
mod client;
mod ingestion;
mod load;
mod machine;
mod memory;
mod processor;
mod report;
mod search;
mod seed;
mod server;
mod start;
mod stores;
mod text;
mod users;
mod writes;

pub(crate) use child::Serve;

use load::{Load, Make, Measured};
use processor::Others;
use report::{Report, Table, row};
use server::{Program, Server};

/// Measures latency and throughput of a server in a child process.
#[derive(Debug, Args)]
pub(crate) struct Speed {
    /// Measure smaller data for a shorter time
    #[arg(long)]
    quick: bool,
    /// Measure only these (the machine is always measured)
    #[arg(long, value_name = "NAME")]
    only: Vec<Part>,
    /// File for the tables as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Folder for the databases [default: the folder for temporary files]
    #[arg(long, value_name = "DIR")]
    folder: Option<PathBuf>,
}

/// A part of the benchmark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    Machine,
    Writes,
    Users,
    Search,
    Memory,
    Ingestion,
    Start,
    Stores,
}

impl Speed {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        runtime.block_on(self.measure())
    }

    async fn measure(self) -> anyhow::Result<()> {
        let mut bench = Bench::new(self.quick, self.folder.as_deref())?;
        let wanted = |part| self.only.is_empty() || self.only.contains(&part);
        machine::measure(&mut bench).await?;
        if wanted(Part::Writes) {
            writes::measure(&mut bench).await?;
        }
        if wanted(Part::Users) {
            users::measure(&mut bench).await?;
        }
        if wanted(Part::Search) {
            search::measure(&mut bench).await?;
        }
        if wanted(Part::Memory) {
            memory::measure(&mut bench).await?;
        }
        if wanted(Part::Ingestion) {
            ingestion::measure(&mut bench).await?;
        }
        if wanted(Part::Start) {
            start::measure(&mut bench).await?;
        }
        if wanted(Part::Stores) {
            stores::measure(&mut bench).await?;
        }
        bench.finish()?;
        self.json.map_or(Ok(()), |file| bench.report.save(&file))
    }
}

/// A run of the benchmark with its results.
#[derive(Debug)]
struct Bench {
    quick: bool,
    program: Program,
    folder: TempDir,
    folders: usize,
    /// Requests per second of the bare server, by number of connections.
    hello: HashMap<usize, f64>,
    /// Measurements of the disk, with the number of cores that other processes used.
    disk: Vec<(String, Measured, f64)>,
    memory: Vec<(String, server::Memory)>,
    progress: ProgressBar,
    report: Report,
}

/// The result of a load on a server.
#[derive(Debug)]
struct Loaded {
    measured: Measured,
    /// The rate relative to the bare server's with the same number of connections.
    of_hello: Option<f64>,
    /// Processor time of the server per call.
    processor_ms: f64,
    /// Number of cores used by other processes.
    others: f64,
}

impl Bench {
    fn new(quick: bool, folder: Option<&Path>) -> anyhow::Result<Self> {
        let folder = folder.map_or_else(TempDir::new, TempDir::new_in)?;
        let progress = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr())
            .with_style(ProgressStyle::with_template("{spinner} {elapsed} {msg}")?);
        progress.enable_steady_tick(Duration::from_millis(200));
        let (hello, disk, memory, report) = (HashMap::new(), Vec::new(), Vec::new(), Report::default());
        Ok(Self { quick, program: Program::find()?, folder, folders: 0, hello, disk, memory, progress, report })
    }

    fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Creates a folder for a database. All are kept until the end, because freeing their blocks would slow down the
    /// next measurement.
    fn new_folder(&mut self) -> anyhow::Result<PathBuf> {
        self.folders += 1;
        let folder = self.folder().join(self.folders.to_string());
        std::fs::create_dir(&folder)?;
        Ok(folder)
    }

    /// The duration of the measurement of a row.
    fn span(&self) -> Duration {
        Duration::from_secs(if self.quick { 1 } else { 3 })
    }

    fn warm_up(&self) -> Duration {
        Duration::from_millis(if self.quick { 200 } else { 500 })
    }

    fn show_progress(&self, what: &str) {
        self.progress.set_message(what.to_owned());
    }

    /// Measures the disk again, because it may be shared with other machines.
    fn measure_disk(&mut self, before: &str) -> anyhow::Result<f64> {
        let during = Duration::from_millis(if self.quick { 200 } else { 500 });
        let others = Others::watch()?;
        let measured = machine::sync_rate(self.folder(), machine::Writing::Overwrite, during)?;
        let rate = measured.rate();
        self.disk.push((format!("before {before}"), measured, others.busy(0.0)?));
        Ok(rate)
    }

    /// Measures a server under load; prints the number of failed requests, if any.
    async fn load(&self, server: &Server, connections: usize, what: &str, make: Make) -> anyhow::Result<Loaded> {
        self.show_progress(what);
        let load = Load { address: server.address, connections, warm_up: self.warm_up(), measured: self.span() };
        let (used, others) = (server.processor()?, Others::watch()?);
        let measured = load.run(make).await?;
        let used = server.processor()? - used;
        let others = others.busy(used)?;
        if measured.failed > 0 {
            let line = format!("{what}: {} of {} requests failed", measured.failed, measured.responses);
            self.progress.suspend(|| println!("\n{line}"));
        }
        let processor_ms = used * 1e3 / measured.responses.max(1) as f64;
        let of_hello = self.hello.get(&connections).map(|hello| measured.rate() / hello);
        Ok(Loaded { measured, of_hello, processor_ms, others })
    }

    fn record_memory(&mut self, what: &str, server: &Server) -> anyhow::Result<()> {
        self.memory.push((what.to_owned(), server.memory()?));
        Ok(())
    }

    fn skip(&self, title: &str, why: &str) {
        self.progress.suspend(|| println!("\n### {title}\n\nSkipped: {why}."));
    }

    /// Adds the tables about the whole run.
    fn finish(&mut self) -> anyhow::Result<()> {
        self.measure_disk("the end")?;
        let mut disk = Table::new(
            "The disk during the run",
            &["4 KiB overwritten + fdatasync", "per second", "p50 ms", "p99 ms", "cores used by others"],
        );
        for (label, measured, others) in &self.disk {
            let (p50, p99) = (measured.percentile(0.5), measured.percentile(0.99));
            disk.row(row![label.as_str(), measured.rate(), p50, p99, *others]);
        }
        self.report.add(disk);
        let mut memory = Table::new("Memory of the server", &["at the end of", "RSS MiB", "peak MiB"]);
        for (label, used) in &self.memory {
            memory.row(row![label.as_str(), used.now, used.peak]);
        }
        memory.note(match self.program {
            Program::Real(_) => {
                "The server is the real program in a process of its own; without ingestion, it is the same server in \
                 the benchmark's program."
            }
            Program::Own => "The server is a process of its own that runs the benchmark's program.",
        });
        if !self.memory.is_empty() {
            self.report.add(memory);
        }
        self.progress.finish_and_clear();
        Ok(())
    }
}
