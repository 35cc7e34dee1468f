//! Ingestion end to end: from sending the first message to ingesting the last.

use std::time::Instant;

use serde_json::{Value, json};

use super::Bench;
use super::client::Request;
use super::load::send_all;
use super::report::{Cell, Table, row};
use super::server::{Server, What};
use super::text::Words;
use super::writes::add_users;

/// Messages per call.
const CALL_MESSAGES: usize = 10;
const CONNECTIONS: usize = 16;

/// One row of the table.
#[derive(Debug, Clone, Copy)]
struct Case {
    users: usize,
    /// Messages per user.
    messages: usize,
    /// Number of workers, if not the default.
    workers: Option<usize>,
    /// Whether ingestion starts after all messages are stored.
    stored_first: bool,
}

const HEAD: &[&str] = &[
    "messages",
    "workers",
    "all acknowledged after s",
    "all ingested after s",
    "messages/s",
    "characters/message",
    "server CPU ms/message",
    "cores busy",
];

/// Measures many users, and one user with many messages.
pub(super) async fn measure(bench: &mut Bench) -> anyhow::Result<()> {
    let (users, one) = if bench.quick { (20, 500) } else { (200, 5_000) };
    let many = Case { users, messages: 50, workers: None, stored_first: false };
    let alone = Case { users: 1, messages: one, ..many };
    let cases = [
        many,
        Case { workers: Some(1), ..many },
        Case { stored_first: true, ..many },
        alone,
        Case { stored_first: true, ..alone },
    ];
    let mut table = Table::new("Ingestion with the offline extractor, end to end", HEAD);
    for case in cases {
        let row = one_case(bench, case).await?;
        table.row(row);
    }
    table.note(format!(
        "{CALL_MESSAGES} messages a call on {CONNECTIONS} connections; those of one user keep their order in one thread. \
         \"Stored first\" rows store everything with a server that does not ingest, and count from the start of one \
         that does."
    ));
    bench.report.add(table);
    Ok(())
}

async fn one_case(bench: &mut Bench, case: Case) -> anyhow::Result<Vec<Cell>> {
    let total = case.users * case.messages;
    let stored = if case.stored_first { ", stored first" } else { "" };
    let name = format!("{} × {}{stored}", case.users, case.messages);
    bench.show_progress(&format!("ingesting {name}"));
    let folder = bench.new_folder()?;
    let storing = if case.stored_first { Some(0) } else { case.workers };
    let mut server = Server::start(&bench.program, What::Erstwhile(&folder, storing)).await?;
    add_users(&server, case.users).await?;
    let (requests, characters) = requests(case);
    let (mut began, busy_before) = (Instant::now(), server.processor()?);
    // The calls of one user are sequential, so that messages keep their order.
    let connections = if case.users == 1 { 1 } else { CONNECTIONS };
    send_all(server.address, connections, requests).await?;
    let mut acknowledged = Some(began.elapsed().as_secs_f64());
    let mut busy_before = busy_before;
    if case.stored_first {
        drop(server);
        began = Instant::now();
        server = Server::start(&bench.program, What::Erstwhile(&folder, case.workers)).await?;
        (acknowledged, busy_before) = (None, 0.0);
    }
    server.wait_until_ingested().await?;
    let ingested = began.elapsed().as_secs_f64();
    let busy = server.processor()? - busy_before;
    let workers = case.workers.map_or_else(|| "default".to_owned(), |workers| workers.to_string());
    bench.record_memory(&format!("ingestion: {name}, workers: {workers}"), &server)?;
    let rate = total as f64 / ingested;
    let each = characters as f64 / total as f64;
    Ok(row![name, workers, acknowledged, ingested, rate, each, busy * 1e3 / total as f64, busy / ingested])
}

/// Returns the calls, alternating between users, and the number of characters of all messages.
fn requests(case: Case) -> (Vec<Request>, usize) {
    let mut characters = 0;
    let mut requests = Vec::new();
    for turn in 0..case.messages.div_ceil(CALL_MESSAGES) {
        for user in 0..case.users {
            let mut words = Words::new((user as u64) << 32 | turn as u64);
            let here = CALL_MESSAGES.min(case.messages - turn * CALL_MESSAGES);
            let contents: Vec<String> = (0..here).map(|_| words.message()).collect();
            characters += contents.iter().map(|content| content.chars().count()).sum::<usize>();
            let message = |content: &String| json!({"role": "user", "name": "Nora", "content": content});
            let messages: Vec<Value> = contents.iter().map(message).collect();
            let path = format!("/api/v2/threads/talk-{user}/messages");
            requests.push(Request::post(path, &json!({"messages": messages})));
        }
    }
    (requests, characters)
}
