//! The same work on each store and on several nodes, relative to the raw database drivers.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use erstwhile_postgres::testing::TestServer;
use serde_json::json;

use super::Bench;
use super::client::{Connection, Request};
use super::load::{Load, Make, Measured};
use super::machine::add_messages;
use super::report::{Cell, Table, row};
use super::server::{Server, What};
use super::text::Words;
use super::writes::add_users;

mod raw;

/// Total number of connections to all nodes.
const CONNECTIONS: usize = 16;
/// Messages per user before searches are measured.
const BEFORE: usize = 50;

/// The servers on one store.
struct Nodes {
    name: String,
    servers: Vec<Server>,
}

impl Nodes {
    /// Measures all nodes under concurrent load, each with its share of the connections.
    async fn load(&self, bench: &Bench, make: &Make) -> anyhow::Result<Measured> {
        let each = CONNECTIONS / self.servers.len();
        let loads = self.servers.iter().enumerate().map(|(at, server)| {
            let load =
                Load { address: server.address, connections: each, warm_up: bench.warm_up(), measured: bench.span() };
            let make = Arc::clone(make);
            // Connection numbers are unique across nodes, so that each writes to its own thread.
            load.run(Arc::new(move |connection, sent| make(at * each + connection, sent)))
        });
        Ok(Measured::together(futures::future::try_join_all(loads).await?))
    }
}

fn cells(name: &str, call: &str, measured: &Measured, ceiling: f64) -> Vec<Cell> {
    let [p50, p95, p99] = [0.5, 0.95, 0.99].map(|share| measured.percentile(share));
    row![name, call, measured.rate(), p50, p95, p99, ceiling, measured.rate() / ceiling]
}

/// Measures writing and searching on each store.
pub(super) async fn measure(bench: &mut Bench) -> anyhow::Result<()> {
    let head = ["store", "call", "per second", "p50 ms", "p95 ms", "p99 ms", "raw driver/s", "of raw"];
    let mut table = Table::new(format!("Each store, {CONNECTIONS} connections in total"), &head);
    let head = ["store", "transaction", "hand-written SQL p50 ms", "store port p50 ms", "ratio"];
    let mut port = Table::new("The store's port over hand-written SQL, one caller", &head);
    let head = ["store", "searches", "p50 ms", "p95 ms", "missed"];
    let mut lag = Table::new("A search on another node right after a write", &head);

    bench.show_progress("the embedded store");
    let folder = bench.new_folder()?;
    let raw = raw::Sqlite::open(&folder.join("raw.db")).await?;
    let ceiling = raw.writes(bench.span())?;
    let through = raw::through_the_port(raw.store(), bench.span()).await?;
    port.row(port_row("SQLite", &ceiling, &through));
    let folder = bench.new_folder()?;
    let servers = vec![Server::start(&bench.program, What::Erstwhile(&folder, None)).await?];
    let nodes = Nodes { name: "SQLite, 1 node".to_owned(), servers };
    let reads = raw.reads(bench.span())?;
    measure_nodes(bench, &nodes, (ceiling.rate(), reads.rate()), &mut table).await?;
    drop(nodes);

    // Real fsyncs: acknowledged writes are durable, as with the embedded store.
    let postgres = TestServer::start("synchronous_commit = on\n");
    for count in 1..=3_usize {
        bench.show_progress(&format!("PostgreSQL with {count} nodes"));
        let url = postgres.schema().await;
        let raw = raw::Postgres::open(&url).await?;
        if count == 1 {
            let alone = raw.writes(1, bench.span()).await?;
            let through = raw::through_the_port(raw.store(), bench.span()).await?;
            port.row(port_row("PostgreSQL", &alone, &through));
        }
        let ceilings =
            (raw.writes(CONNECTIONS, bench.span()).await?.rate(), raw.reads(CONNECTIONS, bench.span()).await?.rate());
        let url = postgres.schema().await;
        let mut servers = Vec::new();
        for _ in 0..count {
            servers.push(Server::start(&bench.program, What::On(&url)).await?);
        }
        let nodes = Nodes { name: format!("PostgreSQL, {count} node{}", if count == 1 { "" } else { "s" }), servers };
        measure_nodes(bench, &nodes, ceilings, &mut table).await?;
        if let [one, two, ..] = &nodes.servers[..] {
            lag.row(after_a_write(bench, &nodes.name, one, two).await?);
        }
    }
    table.note(
        "The raw driver runs the same statements of a message (a transaction of six) or of a search (two reads) over as \
         many connections, without HTTP, JSON or ingestion; on SQLite it has one connection and no group commit. All \
         nodes, the database and the load share the cores.",
    );
    lag.note("Each search is the first one after the write was acknowledged by the other node.");
    bench.report.add(table);
    bench.report.add(port);
    bench.report.add(lag);
    Ok(())
}

fn port_row(store: &str, raw: &Measured, through: &Measured) -> Vec<Cell> {
    let (hand, port) = (raw.percentile(0.5), through.percentile(0.5));
    row![store, "one message", hand, port, port / hand]
}

async fn measure_nodes(bench: &Bench, nodes: &Nodes, ceilings: (f64, f64), table: &mut Table) -> anyhow::Result<()> {
    let first = nodes.servers.first().context("no servers")?;
    add_users(first, CONNECTIONS).await?;
    let path = |connection| format!("/api/v2/threads/talk-{connection}/messages");
    let written = nodes.load(bench, &add_messages(path, 1)).await?;
    table.row(cells(&nodes.name, "thread.add_messages", &written, ceilings.0));
    first.wait_until_ingested().await?;
    let mut connection = Connection::open(first.address).await?;
    for number in 0..CONNECTIONS * BEFORE {
        let message = json!({"role": "user", "content": Words::new(number as u64).message()});
        let path = format!("/api/v2/threads/talk-{}/messages", number % CONNECTIONS);
        connection.call(&Request::post(path, &json!({"messages": [message]}))).await?.json()?;
    }
    first.wait_until_ingested().await?;
    let search: Make = Arc::new(|connection, sent| {
        let query = Words::new(connection as u64 * 1_000_003 + sent).question();
        let body = json!({"user_id": format!("user-{connection}"), "query": query, "limit": 10});
        Request::post("/api/v2/graph/search", &body)
    });
    let searched = nodes.load(bench, &search).await?;
    table.row(cells(&nodes.name, "graph.search edges", &searched, ceilings.1));
    Ok(())
}

/// Measures a search on one node right after a write on another, which the search must find.
async fn after_a_write(bench: &Bench, name: &str, one: &Server, two: &Server) -> anyhow::Result<Vec<Cell>> {
    let rounds = if bench.quick { 50 } else { 200 };
    let (mut writing, mut reading) = (Connection::open(one.address).await?, Connection::open(two.address).await?);
    let (mut latencies, mut missed) = (Vec::new(), 0_u64);
    for round in 0..rounds {
        let letter = |place: usize| char::from(b'a' + (round / place % 26) as u8);
        // The suffix prevents stemming two of the words to the same stem.
        let word = format!("zorq{}{}{}k", letter(676), letter(26), letter(1));
        let body = json!({"messages": [{"role": "user", "content": format!("The password is {word}.")}]});
        writing.call(&Request::post("/api/v2/threads/talk-0/messages", &body)).await?.json()?;
        let query = json!({"user_id": "user-0", "query": word, "scope": "episodes", "limit": 1});
        let asked = Instant::now();
        let found = reading.call(&Request::post("/api/v2/graph/search", &query)).await?.json()?;
        latencies.push(asked.elapsed().as_secs_f64() * 1e3);
        missed += u64::from(!found["episodes"][0]["content"].as_str().is_some_and(|text| text.contains(&word)));
    }
    let measured = Measured::of(latencies, Duration::ZERO);
    Ok(row![name, rounds as u64, measured.percentile(0.5), measured.percentile(0.95), missed])
}
