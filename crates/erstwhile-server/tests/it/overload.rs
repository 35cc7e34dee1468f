//! A server with too much to do says so.

use std::net::SocketAddr;

use serde_json::{Value, json};

use crate::process::{KEY, Process, eventually, exchange, status_of};

/// A request of the open-source generation; returns the head and the text of the response.
fn call_v0(address: SocketAddr, method: &str, path: &str, body: &Value) -> (String, String) {
    let key = format!("Authorization: Bearer {KEY}\r\n");
    exchange(address, method, &format!("/api/v1{path}"), &[&key], Some(body)).expect("an answer")
}

fn messages(count: usize) -> Value {
    let sentence = "My sister Anna moved from Lyon to Copenhagen in March and works at the city library. ";
    json!({ "messages": vec![json!({ "role": "user", "content": sentence.repeat(10) }); count] })
}

/// A server whose queue is full.
fn overloaded(folder: &std::path::Path) -> Process {
    flooded(folder, "50")
}

/// A server to which one graph has added 600 episodes.
fn flooded(folder: &std::path::Path, episodes_max: &str) -> Process {
    let settings = [
        ("ERSTWHILE_INGEST__QUEUE_EPISODES_MAX", episodes_max),
        ("ERSTWHILE_INGEST__WORKERS", "1"),
        ("ERSTWHILE_TELEMETRY__METRICS_LISTEN", "127.0.0.1:0"),
    ];
    let server = Process::start_with(folder, &settings);
    assert_eq!(server.call("POST", "/users", Some(&json!({ "user_id": "ann" }))).status, 201);
    assert_eq!(server.call("POST", "/threads", Some(&json!({ "user_id": "ann", "thread_id": "t" }))).status, 201);
    // An empty queue has room for any call.
    let (head, _) = call_v0(server.address, "POST", "/sessions/full/memory", &messages(600));
    assert_eq!(status_of(&head), Some(200), "{head}");
    server
}

#[test]
fn a_full_queue_refuses_more_in_every_generation_and_says_when_to_try_again() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let server = overloaded(folder.path());
    let data = json!({ "user_id": "ann", "type": "text", "data": "I live in Lyon." });
    let session = json!({ "messages": [{ "role_type": "user", "content": "I live in Lyon." }] });
    for (path, body) in [("/threads/t/messages", &messages(1)), ("/graph", &data), ("/sessions/t/memory", &session)] {
        let refused = server.call("POST", path, Some(body));
        assert_eq!(refused.status, 429, "{path}: {refused:?}");
        assert!(refused.head.contains("retry-after: 5"), "{refused:?}");
        let message = refused.body["message"].as_str().expect("a message");
        assert!(message.contains("50 episodes") && message.contains("try again later"), "{message}");
    }
    let (head, text) = call_v0(server.address, "POST", "/sessions/other/memory", &messages(1));
    assert_eq!(status_of(&head), Some(429), "{head}");
    assert!(head.to_lowercase().contains("retry-after: 5") && text.starts_with("50 episodes"), "{head} {text}");
    // What does not add to the queue works, and so does everything once there is room.
    assert_eq!(server.call("GET", "/threads/t/context", None).status, 200);
    eventually("the queue has room again", || {
        server.call("POST", "/threads/t/messages", Some(&messages(1))).status != 429
    });
}

#[test]
fn a_graph_that_floods_the_queue_is_refused_and_others_are_served() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let server = flooded(folder.path(), "1000");
    for number in 0..5 {
        let (head, text) = call_v0(server.address, "POST", "/sessions/full/memory", &messages(100));
        assert_eq!(status_of(&head), Some(429), "{head}");
        assert!(head.to_lowercase().contains("retry-after: 5") && text.contains("as it may"), "{head} {text}");
        let other = server.call("POST", "/threads/t/messages", Some(&messages(1)));
        assert!((200..300).contains(&other.status), "attempt {number}: {other:?}");
    }
    let metrics = server.metrics();
    let counted = metrics.lines().find(|line| line.starts_with("erstwhile_queue_refused_total{full=\"graph\"}"));
    assert!(counted.is_some_and(|line| line.ends_with(" 5")), "{metrics}");
}

#[test]
fn shares_of_the_queue_are_percentages() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_erstwhile"))
        .args(["projects", "--data"])
        .arg(folder.path())
        .env("ERSTWHILE_INGEST__QUEUE_GRAPH_PERCENT", "0")
        .output()
        .expect("the program runs");
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && error.contains("ingest.queue_graph_percent must be from 1 to 100"), "{error}");
}

#[test]
fn readiness_and_metrics_tell_how_much_waits_and_for_how_long() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let server = overloaded(folder.path());
    let (head, ready) = exchange(server.address, "GET", "/readyz", &[], None).expect("an answer");
    let metrics = server.metrics();
    assert_eq!(status_of(&head), Some(200), "a full queue is no reason to send readers elsewhere");
    assert!(ready.contains("the oldest for ") && ready.contains("the queue is full"), "{ready}");
    let value = |name: &str| {
        let line = metrics.lines().find_map(|line| line.strip_prefix(name)).expect("the metric");
        line.trim().parse::<u64>().expect("a number")
    };
    assert!(value("erstwhile_queue_episodes ") > 50, "{metrics}");
    assert!(value("erstwhile_queue_oldest_seconds ") < 600, "{metrics}");
}

#[test]
fn a_batch_waits_for_room_in_the_queue() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let server = overloaded(folder.path());
    let batch = server.call("POST", "/batches", Some(&json!({}))).body["batch_id"].as_str().expect("an id").to_owned();
    let item = json!({ "type": "graph_episode", "user_id": "ann", "data": "I live in Lyon." });
    let items = json!({ "items": vec![item; 100] });
    assert_eq!(server.call("POST", &format!("/batches/{batch}/items"), Some(&items)).status, 200);
    assert!(server.call("POST", &format!("/batches/{batch}/process"), None).status < 300);
    eventually("the batch has succeeded", || {
        let state = server.call("GET", &format!("/batches/{batch}"), None).body;
        assert!(state["status"] != "failed", "{state}");
        state["status"] == "succeeded"
    });
}

#[test]
fn a_key_has_a_rate_beyond_which_it_is_told_to_wait() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let server = Process::start_with(folder.path(), &[("ERSTWHILE_LIMITS__REQUESTS_PER_SECOND", "2")]);
    let answers: Vec<_> = (0..50).map(|_| server.call("GET", "/users-ordered", None)).collect();
    assert!(answers.iter().any(|answer| answer.status == 200));
    let refused = answers.iter().find(|answer| answer.status == 429).expect("one too many");
    assert!(refused.head.contains("retry-after: "), "{refused:?}");
}
