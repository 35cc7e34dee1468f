//! Keys of one user or graph: what they reach. What they do not reach is in `isolation.rs`.

use serde_json::{Value, json};

use crate::isolation::create_key;
use crate::process::{Answer, Process, call_with, exchange};

/// A server with two users, Ann and Bob, each with a thread, and a standalone graph.
fn start(folder: &std::path::Path) -> Process {
    let server = Process::start_embedded(folder);
    for user in ["ann", "bob"] {
        server.call("POST", "/users", Some(&json!({ "user_id": user, "first_name": user })));
        server.call("POST", "/threads", Some(&json!({ "thread_id": format!("{user}-1"), "user_id": user })));
    }
    server.call("POST", "/graph/create", Some(&json!({ "graph_id": "team" })));
    server.call("POST", "/context-templates", Some(&json!({ "template_id": "short", "template": "%{user_summary}" })));
    server
}

fn caller<'a>(server: &'a Process, key: &'a str) -> impl Fn(&str, &str, Value) -> Answer + 'a {
    move |verb, path, body| {
        let body = (verb != "GET").then_some(body);
        call_with(key, server.address, verb, path, body.as_ref()).expect("an answer")
    }
}

#[test]
fn a_key_of_a_user_reads_changes_and_deletes_that_user_and_nothing_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = start(folder.path());
    let key = create_key(folder.path(), &["--user", "ann"]);
    let call = caller(&server, &key);
    let said = json!({ "messages": [{ "role": "user", "content": "I live in Lyon." }] });
    assert_eq!(call("POST", "/threads/ann-1/messages", said.clone()).status, 200);
    assert_eq!(call("POST", "/threads", json!({ "thread_id": "ann-2", "user_id": "ann" })).status, 201);
    assert_eq!(call("PATCH", "/users/ann", json!({ "last_name": "Lee" })).body["last_name"], "Lee");
    let context = call("GET", "/threads/ann-1/context", Value::Null).body;
    assert!(context["context"].as_str().is_some_and(|context| context.contains("Lyon")), "{context}");
    assert_eq!(call("GET", "/threads/ann-1/context?template_id=short", Value::Null).status, 200);
    let search = json!({ "user_id": "ann", "query": "Lyon" });
    assert_eq!(call("POST", "/graph/search", search).status, 200);

    assert_eq!(call("POST", "/threads/bob-1/messages", said).status, 404);
    assert_eq!(call("GET", "/users/bob", Value::Null).status, 404);
    assert_eq!(call("POST", "/graph/search", json!({ "graph_id": "team", "query": "Lyon" })).status, 404);
    for (verb, path, body) in [
        ("GET", "/users-ordered", Value::Null),
        ("GET", "/threads", Value::Null),
        ("GET", "/erasures", Value::Null),
        ("GET", "/context-templates", Value::Null),
        ("POST", "/users", json!({ "user_id": "eve" })),
        ("POST", "/graph/create", json!({ "graph_id": "eves" })),
        ("PUT", "/entity-types", json!({ "entity_types": [{ "name": "City", "description": "a city" }] })),
    ] {
        let answer = call(verb, path, body);
        assert_eq!(answer.status, 403, "{verb} {path}: {}", answer.body);
    }

    assert_eq!(call("DELETE", "/users/ann", json!({})).status, 200);
    assert_eq!(call("GET", "/users/ann", Value::Null).status, 404);
    server.call("POST", "/users", Some(&json!({ "user_id": "ann" })));
    assert_eq!(call("GET", "/users/ann", Value::Null).status, 404, "the next user of this id is somebody else");
}

#[test]
fn a_read_only_key_of_a_graph_reads_that_graph_also_as_an_agent() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = start(folder.path());
    server.call("POST", "/graph", Some(&json!({ "graph_id": "team", "type": "text", "data": "Mia lives in Oslo." })));
    let key = create_key(folder.path(), &["--graph", "team", "--role", "read"]);
    let call = caller(&server, &key);
    assert_eq!(call("GET", "/graph/team", Value::Null).status, 200);
    assert_eq!(call("PATCH", "/graph/team", json!({ "name": "x" })).status, 403);
    assert_eq!(call("GET", "/users/ann", Value::Null).status, 404);
    let tool = |graph: &str| {
        let arguments = json!({ "group_ids": [graph], "query": "Where does Mia live?" });
        let params = json!({ "name": "search_memory_facts", "arguments": arguments });
        let message = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params });
        let headers = [&*format!("Authorization: Bearer {key}\r\n"), "Accept: application/json, text/event-stream\r\n"];
        exchange(server.address, "POST", "/mcp", &headers, Some(&message)).expect("an answer").1
    };
    assert!(tool("team").contains("Oslo"), "{}", tool("team"));
    assert!(tool("other").contains("not_found") || !tool("other").contains("Oslo"), "{}", tool("other"));
}

#[test]
fn a_key_of_somebody_unknown_is_not_created() {
    let folder = tempfile::tempdir().expect("a folder");
    let _server = start(folder.path());
    let created = std::process::Command::new(env!("CARGO_BIN_EXE_erstwhile"))
        .args(["keys", "create", "--user", "nobody", "--data"])
        .arg(folder.path())
        .output()
        .expect("the command runs");
    assert!(!created.status.success() && created.stdout.is_empty(), "{created:?}");
    assert!(String::from_utf8_lossy(&created.stderr).contains("user not found"), "{created:?}");
}
