//! The frame of API v4: errors with codes, what it does not have, and clients at the wrong base URL.

use serde_json::{Value, json};

use crate::process::{KEY, Process, exchange, status_of};

const V4: [&str; 2] = ["X-Fern-SDK-Name: zep-cloud\r\n", "X-Fern-SDK-Version: 4.0.1\r\n"];
const V3: [&str; 2] = ["X-Fern-SDK-Name: zep-cloud\r\n", "X-Fern-SDK-Version: 3.30.0\r\n"];

/// The status and body of the answer to a request with the key and some headers.
fn ask(server: &Process, headers: &[&str], verb: &str, path: &str) -> (u16, Value) {
    let key = format!("Authorization: Api-Key {KEY}\r\n");
    let headers: Vec<&str> = headers.iter().copied().chain([key.as_str()]).collect();
    let (head, text) = exchange(server.address, verb, path, &headers, None).expect("an answer");
    (status_of(&head).expect("a status"), serde_json::from_str(&text).unwrap_or_default())
}

/// The body of the answer to a POST with an idempotency key.
fn post(server: &Process, key: &str, path: &str, body: &Value) -> Value {
    let (access, key) = (format!("Authorization: Api-Key {KEY}\r\n"), format!("Idempotency-Key: {key}\r\n"));
    let (head, text) =
        exchange(server.address, "POST", &format!("/api/v4{path}"), &[&access, &key], Some(body)).expect("an answer");
    let status = status_of(&head).expect("a status");
    assert!(status < 300, "{path}: {status} {text}");
    serde_json::from_str(&text).expect("JSON")
}

fn start() -> (tempfile::TempDir, Process) {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Process::start_with(folder.path(), &[]);
    (folder, server)
}

#[test]
fn what_v4_does_not_have_is_answered_with_a_code_and_a_request_id() {
    let (_folder, server) = start();
    let some = "00000000-0000-4000-8000-000000000000";
    for path in
        ["/agents/list", "/agents", &format!("/agents/{some}/skills/list"), "/trace-connections", "/graphs/query"]
    {
        let (status, body) = ask(&server, &V4, "POST", &format!("/api/v4{path}"));
        assert_eq!((status, &body["error"]["code"]), (501, &"not_implemented".into()), "{path}: {body}");
        assert!(body["error"]["request_id"].as_str().is_some_and(|id| !id.is_empty()), "{body}");
    }
    let (status, body) = ask(&server, &V4, "GET", "/api/v4/nothing");
    assert_eq!((status, &body["error"]["code"]), (404, &"not_found".into()), "{body}");
    let (head, text) = exchange(server.address, "GET", "/api/v4/agents", &V4, None).expect("an answer");
    assert_eq!(status_of(&head), Some(401));
    assert!(text.contains(r#""code":"unauthenticated""#), "{text}");
}

#[test]
fn an_sdk_at_the_wrong_base_url_is_told_the_right_one_and_changes_nothing() {
    let (_folder, server) = start();
    let (status, body) = ask(&server, &V4, "POST", "/api/v2/users");
    assert_eq!((status, &body["error"]["code"]), (404, &"wrong_base_url".into()), "{body}");
    assert!(body["error"]["message"].as_str().is_some_and(|message| message.ends_with("/api/v4")), "{body}");
    let (status, body) = ask(&server, &V3, "POST", "/api/v4/users");
    assert_eq!(status, 404);
    assert!(body["message"].as_str().is_some_and(|message| message.ends_with("/api/v2")), "{body}");
    let (status, body) = ask(&server, &[], "GET", "/users");
    assert_eq!(status, 404);
    assert!(body["message"].as_str().is_some_and(|message| message.contains("/api/v4 for zep-cloud 4")), "{body}");
}

#[test]
fn a_request_that_is_repeated_with_its_key_is_executed_once() {
    let (_folder, server) = start();
    let ann = json!({ "first_name": "Ann" });
    let user = post(&server, "one", "/users", &ann);
    assert_eq!(post(&server, "one", "/users", &ann), user);
    assert_ne!(post(&server, "two", "/users", &ann)["uuid"], user["uuid"]);
    assert_ne!(post(&server, "one", "/users", &json!({ "first_name": "Bea" }))["uuid"], user["uuid"]);

    let owner = json!({ "user_uuid": user["uuid"] });
    let thread = post(&server, "thread", "/threads", &owner);
    assert_eq!(post(&server, "thread", "/threads", &owner), thread);
    let messages = format!("/threads/{}/messages", thread["uuid"].as_str().expect("a uuid"));
    let said = json!({ "messages": [{ "role": "user", "content": "I live in Lyon." }] });
    let first = post(&server, "said", &messages, &said);
    let again = post(&server, "said", &messages, &said);
    assert_eq!(again["messages"][0]["uuid"], first["messages"][0]["uuid"]);
    assert_eq!(again["task"]["uuid"], first["task"]["uuid"]);
    let (_, listed) = ask(&server, &[], "GET", &format!("/api/v4{messages}"));
    assert_eq!(listed["total_size"], 1, "{listed}");

    let graph = post(&server, "graph", "/graphs", &json!({}));
    assert_eq!(post(&server, "graph", "/graphs", &json!({})), graph);
    let episodes = format!("/graphs/{}/episodes", graph["uuid"].as_str().expect("a uuid"));
    let data = json!({ "data": "Ann likes tea." });
    let added = post(&server, "data", &episodes, &data);
    assert_eq!(post(&server, "data", &episodes, &data)["episode"]["uuid"], added["episode"]["uuid"]);
    assert_eq!(post(&server, "list", &format!("{episodes}/list"), &json!({}))["total_size"], 1);
}
