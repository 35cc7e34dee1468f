//! Queries of searches have a limit in every generation.

use serde_json::{Value, json};

use crate::process::{KEY, Process, exchange, status_of};

/// Status and text of the answer to a request at a whole path.
fn post(server: &Process, path: &str, body: &Value) -> (u16, String) {
    // The open-source generation names another scheme than the others.
    let scheme = if path.starts_with("/api/v1/") { "Bearer" } else { "Api-Key" };
    let key = format!("Authorization: {scheme} {KEY}\r\n");
    let (head, text) = exchange(server.address, "POST", path, &[&key], Some(body)).expect("an answer");
    (status_of(&head).expect("a status"), text)
}

#[test]
fn every_search_refuses_a_query_of_four_megabytes() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let server = Process::start(folder.path());
    let collection = json!({"embedding_dimensions": 256, "is_auto_embedded": true, "description": "texts"});
    for (path, body) in [
        ("/api/v2/users", &json!({"user_id": "ann"})),
        ("/api/v2/threads", &json!({"user_id": "ann", "thread_id": "t"})),
        ("/api/v2/threads/t/messages", &json!({"messages": [{"role": "user", "content": "I live in Lyon."}]})),
        ("/api/v2/collections/texts", &collection),
    ] {
        let (status, text) = post(&server, path, body);
        assert!(status < 300, "{path}: {status} {text}");
    }
    let (status, bob) = post(&server, "/api/v4/users", &json!({"user_id": "bob"}));
    assert!(status < 300, "{bob}");
    let bob: Value = serde_json::from_str(&bob).expect("JSON");
    let graph = bob["graph_uuid"].as_str().expect("a graph");
    let v4 = |what: &str| format!("/api/v4/graphs/{graph}/{what}");
    let routes = [
        ("/api/v1/sessions/t/search".to_owned(), "text", json!({})),
        ("/api/v1/sessions/t/search".to_owned(), "text", json!({"search_scope": "summary"})),
        ("/api/v1/collection/texts/search".to_owned(), "text", json!({})),
        ("/api/v2/sessions/search".to_owned(), "text", json!({"session_ids": ["t"], "search_scope": "facts"})),
        ("/api/v2/sessions/search".to_owned(), "text", json!({"user_id": "ann", "search_scope": "messages"})),
        ("/api/v2/sessions/search".to_owned(), "text", json!({"search_scope": "summary"})),
        ("/api/v2/sessions/t/search".to_owned(), "text", json!({})),
        ("/api/v2/collections/texts/search".to_owned(), "text", json!({})),
        ("/api/v2/graph/search".to_owned(), "query", json!({"user_id": "ann"})),
        ("/api/v2/graph/search".to_owned(), "query", json!({"user_id": "ann", "scope": "communities"})),
        ("/api/v2/graph/patterns".to_owned(), "query", json!({"user_id": "ann"})),
        (v4("search/edges"), "query", json!({})),
        (v4("search/nodes"), "query", json!({})),
        (v4("search/episodes"), "query", json!({})),
        (v4("search/observations"), "query", json!({})),
        (v4("search/thread-summaries"), "query", json!({})),
        (v4("context"), "query", json!({})),
        ("/api/v4/graphs/query".to_owned(), "query", json!({"graph_uuids": [graph]})),
    ];
    for (path, field, mut body) in routes {
        body[field] = "Lyon".into();
        let (status, text) = post(&server, &path, &body);
        assert!(matches!(status, 200 | 501), "{path}: {status} {text}");
        body[field] = "Lyon ".repeat(800_000).into();
        let (status, text) = post(&server, &path, &body);
        assert_eq!(status, 400, "{path}: {text}");
        assert!(text.contains(field) && text.contains("must have at most"), "{path}: {text}");
    }
}
