//! Limits of the machine: syncing a file, and HTTP requests without any work.

use std::fs::OpenOptions;
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;

use super::Bench;
use super::client::Request;
use super::load::{Make, Measured};
use super::report::{Table, row};
use super::server::{Server, What};
use super::text::Words;

/// Size of one write in bytes.
const BLOCK: usize = 4096;
/// Number of blocks to overwrite cyclically: the length of `SQLite`'s log before a checkpoint.
const BLOCKS: usize = 1000;

/// How to write the file before each sync.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Writing {
    /// Overwrites existing blocks cyclically, as a database's log does most of the time.
    Overwrite,
    /// Appends to the file.
    Append,
}

/// Repeatedly writes and syncs 4 KiB.
pub(super) fn sync_rate(folder: &Path, writing: Writing, during: Duration) -> anyhow::Result<Measured> {
    let over = writing == Writing::Overwrite;
    // Reuses the same files, because freeing their blocks would slow down the next measurement.
    let path = folder.join(if over { "overwritten" } else { "appended" });
    let mut file = OpenOptions::new().create(true).append(!over).truncate(false).write(true).open(path)?;
    let block = [7_u8; BLOCK];
    if over {
        (0..BLOCKS).try_for_each(|_| file.write_all(&block))?;
        file.sync_all()?;
        file.seek(SeekFrom::Start(0))?;
    }
    let mut latencies = Vec::new();
    let started = Instant::now();
    while started.elapsed() < during {
        let asked = Instant::now();
        if over && latencies.len().is_multiple_of(BLOCKS) {
            file.seek(SeekFrom::Start(0))?;
        }
        file.write_all(&block)?;
        file.sync_data()?;
        latencies.push(asked.elapsed().as_secs_f64() * 1e3);
    }
    Ok(Measured::of(latencies, started.elapsed()))
}

/// Creates calls that add `count` messages of one user, with different text on every connection.
pub(super) fn add_messages(path: impl Fn(usize) -> String + Send + Sync + 'static, count: usize) -> Make {
    Arc::new(move |connection, sent| {
        let mut words = Words::new((connection as u64) << 32 | sent);
        let message = |_| json!({"role": "user", "name": "Nora", "content": words.message()});
        let messages: Vec<_> = (0..count).map(message).collect();
        Request::post(path(connection), &json!({"messages": messages}))
    })
}

/// Numbers of connections for HTTP measurements.
pub(super) const CONNECTIONS: [usize; 3] = [1, 16, 64];

/// Measures the disk and the bare server, for the ratios in the other tables.
pub(super) async fn measure(bench: &mut Bench) -> anyhow::Result<()> {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
    let mut table = Table::new("The machine", &["limit", "per second", "p50 ms", "p95 ms", "p99 ms"]);
    for (name, writing) in [("overwritten", Writing::Overwrite), ("appended", Writing::Append)] {
        bench.show_progress(&format!("syncing 4 KiB that are {name}"));
        let measured = sync_rate(bench.folder(), writing, bench.span())?;
        table.row(cells(&format!("4 KiB {name} + fdatasync"), &measured));
    }
    let server = Server::start(&bench.program, What::Hello).await?;
    for connections in CONNECTIONS {
        let make = add_messages(|_| "/hello".to_owned(), 1);
        let loaded = bench.load(&server, connections, &format!("a bare server, {connections} at a time"), make).await?;
        let plural = if connections == 1 { "" } else { "s" };
        table.row(cells(&format!("hello world over HTTP, {connections} connection{plural}"), &loaded.measured));
        bench.hello.insert(connections, loaded.measured.rate());
    }
    table.note(format!(
        "{cores} cores, shared by the server and the load generator. The hello world is axum with the same listener \
         settings; it parses the same JSON body (one message) and answers in the same shape."
    ));
    bench.report.add(table);
    Ok(())
}

fn cells(name: &str, measured: &Measured) -> Vec<super::report::Cell> {
    row![name, measured.rate(), measured.percentile(0.5), measured.percentile(0.95), measured.percentile(0.99),]
}
