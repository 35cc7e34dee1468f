//! Latency from sending a message until it is found and ingested.

use std::time::{Duration, Instant};

use anyhow::bail;
use serde_json::json;

use super::Bench;
use super::client::{Connection, Request};
use super::load::Measured;
use super::report::{Table, row};
use super::search::search;
use super::seed::Seed;
use super::server::{Server, What};

/// Number of messages before the measurement.
const BEFORE: usize = 1_000;
/// Timeout of a message.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Latencies in milliseconds since the message was sent.
#[derive(Debug, Default)]
struct Times {
    acknowledged: Vec<f64>,
    found: Vec<f64>,
    processed: Vec<f64>,
    fact: Vec<f64>,
    /// Number of messages that the first search did not find.
    missed: u64,
}

/// Measures one message after another.
pub(super) async fn measure(bench: &mut Bench) -> anyhow::Result<()> {
    let rounds = if bench.quick { 50 } else { 200 };
    let folder = bench.new_folder()?;
    bench.show_progress("seeding a graph");
    Seed::new(&folder).await?.add(BEFORE).await?;
    let server = Server::start(&bench.program, What::Erstwhile(&folder, None)).await?;
    let mut times = Times::default();
    let mut connection = Connection::open(server.address).await?;
    for round in 0..rounds {
        bench.show_progress(&format!("latency of ingestion: {round} of {rounds}"));
        follow(&mut connection, round, &mut times).await?;
    }
    bench.record_memory("latency of ingestion", &server)?;
    let mut table =
        Table::new("Latency of ingestion", &["since the message was sent, until", "p50 ms", "p95 ms", "p99 ms"]);
    let rows = [
        ("it is acknowledged", times.acknowledged),
        ("graph.search episodes finds it", times.found),
        ("its episode is processed", times.processed),
        ("graph.search edges finds its fact", times.fact),
    ];
    for (name, latencies) in rows {
        let measured = Measured::of(latencies, Duration::ZERO);
        table.row(row![name, measured.percentile(0.5), measured.percentile(0.95), measured.percentile(0.99)]);
    }
    table.note(format!(
        "{rounds} messages into a graph of {BEFORE}, one at a time, on one connection that polls without a pause. \
         The first search after the response missed {} of them.",
        times.missed
    ));
    bench.report.add(table);
    Ok(())
}

async fn follow(connection: &mut Connection, round: usize, times: &mut Times) -> anyhow::Result<()> {
    let digit = |place: usize| char::from(b'a' + (round / place % 26) as u8);
    let name = format!("Zor{}{}{}", digit(676), digit(26), digit(1));
    let content = format!("We adopted a puppy named {name} yesterday. The garden is a mess already.");
    let body = json!({"messages": [{"role": "user", "name": "Nora", "content": content}]});
    let sent = Instant::now();
    let answer = connection.call(&Request::post("/api/v2/threads/talk-0/messages", &body)).await?.json()?;
    let since = || sent.elapsed().as_secs_f64() * 1e3;
    times.acknowledged.push(since());
    let uuid = answer["message_uuids"][0].as_str().unwrap_or_default().to_owned();
    let mut first = true;
    loop {
        let found = connection.call(&search("episodes", &name)).await?.json()?;
        if found["episodes"].as_array().into_iter().flatten().any(|episode| episode["uuid"] == uuid.as_str()) {
            times.found.push(since());
            break;
        }
        times.missed += u64::from(first);
        first = false;
        check(sent, "found")?;
    }
    let episode = Request::get(format!("/api/v2/graph/episodes/{uuid}"));
    while connection.call(&episode).await?.json()?["processed"] != true {
        check(sent, "ingested")?;
    }
    times.processed.push(since());
    loop {
        let found = connection.call(&search("edges", &name)).await?.json()?;
        let facts = found["edges"].as_array().into_iter().flatten();
        if facts.filter_map(|fact| fact["fact"].as_str()).any(|fact| fact.contains(&name)) {
            times.fact.push(since());
            return Ok(());
        }
        check(sent, "extracted")?;
    }
}

fn check(sent: Instant, what: &str) -> anyhow::Result<()> {
    if sent.elapsed() > TIMEOUT {
        bail!("a message was not {what} within {} s", TIMEOUT.as_secs());
    }
    Ok(())
}
