//! Failure of the database's primary under load: no acknowledged write is lost, and the servers recover.

use std::collections::HashSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use erstwhile_postgres::testing::TestServer;
use serde_json::json;

use crate::process::{Process, call_at, wait_for};

const WRITERS: usize = 8;
/// Messages acknowledged before and after the primary is killed.
const BEFORE: usize = 400;
const AFTER: usize = 200;

fn sql(server: &TestServer, statements: &[&str]) -> Vec<String> {
    wait_for(async {
        let client = server.client().await;
        let mut answers = Vec::new();
        for statement in statements {
            let rows = client.simple_query(statement).await.expect("an answer");
            answers.extend(rows.into_iter().filter_map(|message| match message {
                tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
                _ => None,
            }));
        }
        answers
    })
}

/// How much of the log a standby has received.
fn received(standby: &TestServer) -> u64 {
    let position = "SELECT pg_wal_lsn_diff(coalesce(pg_last_wal_receive_lsn(), '0/0'), '0/0')::bigint";
    sql(standby, &[position])[0].parse().expect("a position")
}

#[test]
fn killing_the_primary_under_load_loses_no_acknowledged_write() {
    // Real fsyncs and one synchronous standby of two, as in production.
    let replicated = "synchronous_commit = on\nwal_level = replica\nmax_wal_senders = 10\nwal_keep_size = 256MB\n";
    let primary = TestServer::start(replicated);
    let standbys = [primary.standby("one", replicated), primary.standby("two", replicated)];
    let synchronous = "ALTER SYSTEM SET synchronous_standby_names = 'ANY 1 (one, two)'";
    sql(&primary, &[synchronous, "SELECT pg_reload_conf()"]);
    let hosts = [&primary, &standbys[0], &standbys[1]].map(|server| format!("127.0.0.1:{}", server.port()));
    let database = format!("postgres://postgres@{}/postgres?connect_timeout=2", hosts.join(","));
    let servers = [Process::on(&database, &[]), Process::on(&database, &[])];
    for writer in 0..WRITERS {
        let user = json!({"user_id": format!("user-{writer}"), "first_name": "Ann"});
        assert_eq!(servers[0].call("POST", "/users", Some(&user)).status, 201);
        let thread = json!({"user_id": format!("user-{writer}"), "thread_id": format!("thread-{writer}")});
        assert_eq!(servers[0].call("POST", "/threads", Some(&thread)).status, 201);
    }
    let over = AtomicBool::new(false);
    let acknowledged: Mutex<Vec<(Instant, String, String)>> = Mutex::new(Vec::new());
    let count = || acknowledged.lock().expect("a list").len();
    let wait_until = |wanted: usize| {
        let deadline = Instant::now() + Duration::from_mins(2);
        while count() < wanted {
            assert!(Instant::now() < deadline, "writing does not resume: {} of {wanted}", count());
            std::thread::sleep(Duration::from_millis(2));
        }
    };
    let (killed_at, before) = std::thread::scope(|scope| {
        for writer in 0..WRITERS {
            let (over, acknowledged) = (&over, &acknowledged);
            let address = servers[writer % 2].address;
            scope.spawn(move || {
                for number in 0.. {
                    if over.load(Ordering::SeqCst) {
                        return;
                    }
                    let body = json!({"messages": [{"role": "user", "content": format!("note {writer} {number}")}]});
                    let answer = call_at(address, "POST", &format!("/threads/thread-{writer}/messages"), Some(&body));
                    let Ok(answer) = answer else { continue };
                    if answer.status == 200 {
                        let uuid = answer.body["message_uuids"][0].as_str().expect("a uuid").to_owned();
                        let text = format!("note {writer} {number}");
                        acknowledged.lock().expect("a list").push((Instant::now(), uuid, text));
                    }
                }
            });
        }
        wait_until(BEFORE);
        primary.signal("KILL");
        let (killed_at, before) = (Instant::now(), count());
        // As a failover manager does: the most advanced standby becomes the primary, and the other one follows it.
        let [one, two] = &standbys;
        let (ahead, behind) = if received(one) >= received(two) { (one, two) } else { (two, one) };
        ahead.promote();
        sql(ahead, &[synchronous, "SELECT pg_reload_conf()"]);
        let name = if std::ptr::eq(behind, one) { "one" } else { "two" };
        let follow = format!(
            "ALTER SYSTEM SET primary_conninfo = 'host=127.0.0.1 port={} user=postgres application_name={name}'",
            ahead.port()
        );
        sql(behind, &[&follow, "SELECT pg_reload_conf()"]);
        wait_until(before + AFTER);
        over.store(true, Ordering::SeqCst);
        (killed_at, before)
    });
    let acknowledged = acknowledged.into_inner().expect("a list");
    let mut stored = HashSet::new();
    for writer in 0..WRITERS {
        let list = servers[1].call("GET", &format!("/threads/thread-{writer}/messages?limit=100000"), None);
        for message in list.body["messages"].as_array().expect("messages") {
            let text = |name: &str| message[name].as_str().expect("a text").to_owned();
            assert!(stored.insert((text("uuid"), text("content"))), "there are no duplicates");
        }
    }
    let missing = acknowledged.iter().filter(|(_, uuid, text)| !stored.contains(&(uuid.clone(), text.clone()))).count();
    let next = acknowledged.iter().map(|(at, ..)| *at).find(|at| *at > killed_at).expect("a write after the failover");
    eprintln!(
        "failover: {} acknowledged ({before} before), {missing} missing, {:.2} s from the kill to the next write",
        acknowledged.len(),
        (next - killed_at).as_secs_f64()
    );
    assert_eq!(missing, 0);
}
