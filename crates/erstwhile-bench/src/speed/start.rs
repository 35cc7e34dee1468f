//! Starting the real program on a large database.

use std::time::Instant;

use super::Bench;
use super::client::{Connection, Request};
use super::report::{Table, row};
use super::search::search;
use super::seed::{Seed, USER};
use super::server::{Program, Server, What};
use super::text::Words;

const STARTS: usize = 3;

/// Measures the start, the first search, and their memory.
pub(super) async fn measure(bench: &mut Bench) -> anyhow::Result<()> {
    if matches!(bench.program, Program::Own) {
        bench.skip("Start", "the program `erstwhile` was not found: set ERSTWHILE_BIN");
        return Ok(());
    }
    let count = if bench.quick { 10_000 } else { 100_000 };
    let folder = bench.new_folder()?;
    let nothing = bench.new_folder()?;
    let server = Server::start(&bench.program, What::Erstwhile(&nothing, None)).await?;
    let (empty, empty_memory) = (server.ready_after, server.memory()?.now);
    server.stop()?;
    bench.show_progress(&format!("storing {count} messages of one user with their evidence"));
    let mut seed = Seed::new(&folder).await?;
    seed.add(count).await?;
    drop(seed);
    let bytes: u64 = std::fs::read_dir(&folder)?.filter_map(|file| file.ok()?.metadata().ok()).map(|of| of.len()).sum();
    let head = ["start", "ready after ms", "RSS MiB", "user.warm ms", "RSS warm MiB", "first search ms", "second ms"];
    let mut table = Table::new(format!("Start with {count} messages of one user"), &head);
    table.row(row!["on an empty folder", empty.as_secs_f64() * 1e3, empty_memory, "", "", "", ""]);
    for start in 1..=STARTS {
        bench.show_progress(&format!("start {start} of {STARTS}"));
        let server = Server::start(&bench.program, What::Erstwhile(&folder, None)).await?;
        let fresh = server.memory()?.now;
        let mut connection = Connection::open(server.address).await?;
        let mut timed = Vec::new();
        let query = Words::new(start as u64).question();
        for request in
            [Request::get(format!("/api/v2/users/{USER}/warm")), search("edges", &query), search("edges", &query)]
        {
            let asked = Instant::now();
            connection.call(&request).await?.json()?;
            timed.push((asked.elapsed().as_secs_f64() * 1e3, server.memory()?.now));
        }
        let (warm, memory) = timed[0];
        let ready = server.ready_after.as_secs_f64() * 1e3;
        table.row(row![format!("{start}"), ready, fresh, warm, memory, timed[1].0, timed[2].0]);
        if start == STARTS {
            bench.record_memory(&format!("start: {count} messages, warm"), &server)?;
        }
        server.stop()?;
    }
    table.note(format!("The database is {} MiB; its files are in the cache of the operating system.", bytes >> 20));
    bench.report.add(table);
    Ok(())
}
