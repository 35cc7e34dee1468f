//! Acknowledged writes: messages are durable before the response.

use serde_json::json;

use super::Bench;
use super::client::Request;
use super::load::send_all;
use super::machine::{CONNECTIONS, add_messages};
use super::report::{Cell, Table, row};
use super::server::{Server, What};

/// One row of the table.
#[derive(Debug, Clone, Copy)]
struct Case {
    connections: usize,
    /// Messages per call.
    together: usize,
    /// Whether all connections write to the same thread.
    shared: bool,
    /// Whether messages are ingested at the same time.
    ingesting: bool,
}

impl Case {
    fn name(self) -> String {
        let threads = if self.shared { "one thread" } else { "a user each" };
        let ingestion = if self.ingesting { "" } else { ", without ingestion" };
        let connections = match self.connections {
            1 => "1 connection".to_owned(),
            count => format!("{count} connections, {threads}"),
        };
        format!("{connections}, {} a call{ingestion}", self.together)
    }

    fn thread(self, connection: usize) -> String {
        format!("talk-{}", if self.shared { 0 } else { connection })
    }
}

fn cases() -> Vec<Case> {
    let case = |connections| Case { connections, together: 1, shared: false, ingesting: true };
    let mut cases: Vec<Case> = CONNECTIONS.into_iter().map(case).collect();
    cases.extend([16, 64].map(|connections| Case { shared: true, ..case(connections) }));
    cases.extend([1, 16, 64].map(|connections| Case { together: 10, ..case(connections) }));
    cases.extend(CONNECTIONS.map(|connections| Case { ingesting: false, ..case(connections) }));
    cases.push(Case { ingesting: false, shared: true, ..case(64) });
    cases.push(Case { ingesting: false, together: 10, ..case(64) });
    cases
}

const HEAD: &[&str] = &[
    "thread.add_messages",
    "messages/s",
    "p50 ms",
    "p95 ms",
    "p99 ms",
    "of hello req/s",
    "fsync/s just before",
    "messages per fsync",
    "server CPU ms/call",
    "left to ingest",
    "cores used by others",
];

/// Measures every case on a new server with an empty folder.
pub(super) async fn measure(bench: &mut Bench) -> anyhow::Result<()> {
    let mut table = Table::new("Acknowledged writes over HTTP", HEAD);
    for case in cases() {
        let row = one(bench, case).await?;
        table.row(row);
    }
    table.note(
        "Every row has a new server and an empty folder. Ingestion runs with the default workers and shares the cores, \
         unless the row says otherwise; \"left to ingest\" is the number of messages waiting at the end of the row. \"Messages per \
         fsync\" compares with the disk's own rate for overwritten blocks, measured just before the row.",
    );
    bench.report.add(table);
    Ok(())
}

async fn one(bench: &mut Bench, case: Case) -> anyhow::Result<Vec<Cell>> {
    bench.show_progress(&format!("writing: {}", case.name()));
    let folder = bench.new_folder()?;
    let measure_disk = bench.measure_disk(&format!("writes: {}", case.name()))?;
    let server = Server::start(&bench.program, What::Erstwhile(&folder, (!case.ingesting).then_some(0))).await?;
    add_users(&server, if case.shared { 1 } else { case.connections }).await?;
    let path = move |connection| format!("/api/v2/threads/{}/messages", case.thread(connection));
    let make = add_messages(path, case.together);
    let loaded = bench.load(&server, case.connections, &format!("writing: {}", case.name()), make).await?;
    let left = case.ingesting.then_some(server.waiting().await?);
    bench.record_memory(&format!("writes: {}", case.name()), &server)?;
    let measured = &loaded.measured;
    let messages = measured.rate() * case.together as f64;
    Ok(row![
        case.name(),
        messages,
        measured.percentile(0.5),
        measured.percentile(0.95),
        measured.percentile(0.99),
        loaded.of_hello,
        measure_disk,
        messages / measure_disk,
        loaded.processor_ms,
        left,
        loaded.others,
    ])
}

/// Adds users `user-0`, `user-1`, …, each with a thread `talk-0`, `talk-1`, ….
pub(super) async fn add_users(server: &Server, count: usize) -> anyhow::Result<()> {
    let user = |number| {
        let body = json!({"user_id": format!("user-{number}"), "first_name": "Nora", "last_name": "Lindholm"});
        Request::post("/api/v2/users", &body)
    };
    send_all(server.address, 16, (0..count).map(user).collect()).await?;
    let thread = |number| {
        let body = json!({"user_id": format!("user-{number}"), "thread_id": format!("talk-{number}")});
        Request::post("/api/v2/threads", &body)
    };
    send_all(server.address, 16, (0..count).map(thread).collect()).await
}
