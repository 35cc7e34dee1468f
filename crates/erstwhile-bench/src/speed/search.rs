//! Search and context in graphs of increasing size, warm and cold.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;

use super::client::{Connection, Request};
use super::load::{Make, Measured};
use super::report::{Table, row};
use super::seed::{Seed, USER};
use super::server::{Server, What};
use super::text::Words;
use super::{Bench, Loaded};

/// Number of server starts for the cold searches.
const COLD_STARTS: usize = 3;

fn searches(scope: &'static str) -> Make {
    Arc::new(move |_, sent| search(scope, &Words::new(0xa5c + sent).question()))
}

pub(super) fn search(scope: &str, query: &str) -> Request {
    let body = json!({"user_id": USER, "query": query, "scope": scope, "limit": 10});
    Request::post("/api/v2/graph/search", &body)
}

/// Measures each size in the same growing graph.
pub(super) async fn measure(bench: &mut Bench) -> anyhow::Result<()> {
    let sizes: &[usize] = if bench.quick { &[1_000, 5_000] } else { &[1_000, 10_000, 50_000] };
    let folder = bench.new_folder()?;
    let head = [
        "graph",
        "call",
        "req/s",
        "p50 ms",
        "p95 ms",
        "p99 ms",
        "of hello req/s",
        "server CPU ms/call",
        "cores used by others",
    ];
    let mut warm = Table::new("Search and context, warm, 1 connection", &head);
    let head = [
        "graph",
        "first search p50 ms",
        "worst ms",
        "second search p50 ms",
        "RSS after start MiB",
        "RSS with index MiB",
    ];
    let mut cold = Table::new("Search, cold: a new process on the same folder", &head);
    let mut seed = Seed::new(&folder).await?;
    for &size in sizes {
        let there = seed.grow(size, |what| bench.show_progress(what)).await?;
        let name = format!("{there} facts, {} messages", seed.messages);
        let thread = seed.thread();
        let server = Server::start(&bench.program, What::Erstwhile(&folder, None)).await?;
        server.call(&Request::get(format!("/api/v2/users/{USER}/warm"))).await?.json()?;
        let context: Make = Arc::new(move |_, _| Request::get(format!("/api/v2/threads/{thread}/context")));
        let calls = [
            ("graph.search edges", searches("edges")),
            ("graph.search nodes", searches("nodes")),
            ("graph.search episodes", searches("episodes")),
            ("thread.get_user_context", context),
        ];
        for (call, make) in calls {
            let loaded = bench.load(&server, 1, call, make).await?;
            let [p50, p95, p99] = [0.5, 0.95, 0.99].map(|share| loaded.measured.percentile(share));
            let Loaded { measured, of_hello, processor_ms, others } = loaded;
            warm.row(row![name.as_str(), call, measured.rate(), p50, p95, p99, of_hello, processor_ms, others]);
        }
        bench.record_memory(&format!("search: {name}"), &server)?;
        server.stop()?;
        bench.show_progress(&format!("cold searches in {name}"));
        cold.row(cold_searches(bench, &folder, &name).await?);
    }
    warm.note(
        "Ten results per search, and a different question in every query. The graph is one user's, all its facts \
         drawn from the messages by the offline extractor.",
    );
    cold.note(format!("{COLD_STARTS} starts each; the files are in the cache of the operating system."));
    bench.report.add(warm);
    bench.report.add(cold);
    Ok(())
}

async fn cold_searches(bench: &Bench, folder: &Path, name: &str) -> anyhow::Result<Vec<super::report::Cell>> {
    let (mut first, mut second) = (Vec::new(), Vec::new());
    let (mut fresh, mut indexed) = (0.0, 0.0);
    for start in 0..COLD_STARTS {
        let server = Server::start(&bench.program, What::Erstwhile(folder, None)).await?;
        fresh = server.memory()?.now;
        let mut connection = Connection::open(server.address).await?;
        for latencies in [&mut first, &mut second] {
            let query = Words::new(start as u64).question();
            let asked = Instant::now();
            connection.call(&search("edges", &query)).await?.json()?;
            latencies.push(asked.elapsed().as_secs_f64() * 1e3);
        }
        indexed = server.memory()?.now;
        server.stop()?;
    }
    let (first, second) = (Measured::of(first, Duration::ZERO), Measured::of(second, Duration::ZERO));
    Ok(row![name, first.percentile(0.5), first.percentile(1.0), second.percentile(0.5), fresh, indexed])
}
