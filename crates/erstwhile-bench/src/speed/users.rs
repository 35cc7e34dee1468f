//! Adding, getting and listing users.

use std::sync::Arc;

use serde_json::json;

use super::Bench;
use super::client::Request;
use super::load::{Make, send_all};
use super::report::{Table, row};
use super::server::{Server, What};
use super::text::Words;

const CONNECTIONS: usize = 16;
const PAGE: usize = 50;

fn user(id: &str, seed: u64) -> Request {
    let person = Words::new(seed).person();
    let (first, last) = person.split_once(' ').unwrap_or((&person, ""));
    let body = json!({
        "user_id": id,
        "email": format!("{id}@example.org"),
        "first_name": first,
        "last_name": last,
        "metadata": {"plan": "basic"},
    });
    Request::post("/api/v2/users", &body)
}

/// Measures calls on many users.
pub(super) async fn measure(bench: &mut Bench) -> anyhow::Result<()> {
    let count: usize = if bench.quick { 1_000 } else { 10_000 };
    let folder = bench.new_folder()?;
    let server = Server::start(&bench.program, What::Erstwhile(&folder, None)).await?;
    bench.show_progress(&format!("adding {count} users"));
    let users = (0..count).map(|number| user(&format!("user-{number:05}"), number as u64)).collect();
    send_all(server.address, 64, users).await?;
    let pages = count.div_ceil(PAGE);
    let get: Make = Arc::new(move |connection, sent| {
        let number = Words::new((connection as u64) << 32 | sent).below(count);
        Request::get(format!("/api/v2/users/user-{number:05}"))
    });
    let first: Make = Arc::new(|_, _| Request::get(format!("/api/v2/users-ordered?pageNumber=1&pageSize={PAGE}")));
    let any: Make = Arc::new(move |connection, sent| {
        let page = 1 + Words::new((connection as u64) << 32 | sent).below(pages);
        Request::get(format!("/api/v2/users-ordered?pageNumber={page}&pageSize={PAGE}"))
    });
    let by_id: Make = Arc::new(move |connection, sent| {
        let page = 1 + Words::new((connection as u64) << 32 | sent).below(pages);
        Request::get(format!("/api/v2/users-ordered?pageNumber={page}&pageSize={PAGE}&order_by=user_id"))
    });
    let add: Make = Arc::new(|connection, sent| user(&format!("more-{connection}-{sent}"), sent));
    let cases = [
        ("user.get", get),
        ("user.list_ordered, first page of 50", first),
        ("user.list_ordered, any page of 50", any),
        ("user.list_ordered by user_id, any page", by_id),
        ("user.add", add),
    ];
    let head = ["call", "req/s", "p50 ms", "p99 ms", "of hello req/s", "server CPU ms/call", "cores used by others"];
    let mut table = Table::new(format!("Users: {count} there, {CONNECTIONS} connections"), &head);
    for (name, make) in cases {
        let loaded = bench.load(&server, CONNECTIONS, name, make).await?;
        let (p50, p99) = (loaded.measured.percentile(0.5), loaded.measured.percentile(0.99));
        table.row(row![name, loaded.measured.rate(), p50, p99, loaded.of_hello, loaded.processor_ms, loaded.others]);
    }
    bench.record_memory(&format!("users: {count}"), &server)?;
    bench.report.add(table);
    Ok(())
}
