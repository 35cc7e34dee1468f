//! Filters that are expensive to evaluate are refused instead of evaluated.

use serde_json::{Value, json};

use crate::process::Process;

/// A server with a session of messages that have large metadata.
fn server_with_large_metadata(folder: &std::path::Path) -> Process {
    let server = Process::start(folder);
    assert_eq!(server.call("POST", "/users", Some(&json!({ "user_id": "ann" }))).status, 201);
    assert_eq!(server.call("POST", "/sessions", Some(&json!({ "session_id": "s", "user_id": "ann" }))).status, 201);
    let objects: Vec<Value> = (0..2_000).map(|number| json!({ "b": number })).collect();
    let message = json!({ "role_type": "user", "content": "I live in Lyon.", "metadata": { "a": objects } });
    let said = json!({ "messages": vec![message; 30] });
    assert_eq!(server.call("POST", "/sessions/s/memory", Some(&said)).status, 200);
    server
}

fn search(server: &Process, condition: &Value) -> crate::process::Answer {
    let body = json!({ "text": "Lyon", "search_scope": "messages", "metadata": { "where": condition } });
    server.call("POST", "/sessions/s/search", Some(&body))
}

#[test]
fn all_parts_of_a_filter_share_one_budget_on_all_messages() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let server = server_with_large_metadata(folder.path());
    let path = json!({ "jsonpath": "$.** ? (@.b == -1 || @.b == -2)" });
    let refused = search(&server, &json!({ "or": vec![path; 97] }));
    assert!(matches!(refused.status, 400 | 429), "{refused:?}");
    let message = refused.body["message"].as_str().expect("a message");
    assert!(message.contains("use fewer conditions"), "{message}");
    let found = search(&server, &json!({ "jsonpath": "$.a[*] ? (@.b == 1999)" }));
    assert_eq!((found.status, found.body.as_array().map(Vec::len)), (200, Some(10)), "{found:?}");
}

#[test]
fn every_list_in_a_filter_has_a_limit_that_the_error_names() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let server = Process::start(folder.path());
    assert_eq!(server.call("POST", "/users", Some(&json!({ "user_id": "ann" }))).status, 201);
    let date = json!({ "comparison_operator": "IS NULL" });
    let term = json!({ "comparison_operator": "=", "property_name": "a", "property_value": 1 });
    let nested = (0..10).fold(json!({}), |group, _| json!({ "groups": [group] }));
    let cases = [
        ("node_labels", json!(vec!["City"; 300]), "256"),
        ("exclude_node_labels", json!(vec!["City"; 300]), "256"),
        ("edge_types", json!(vec!["LIVES_IN"; 300]), "256"),
        ("exclude_edge_types", json!(vec!["LIVES_IN"; 300]), "256"),
        ("created_at", json!(vec![vec![date.clone()]; 101]), "100"),
        ("valid_at", json!([vec![date.clone(); 101]]), "100"),
        ("invalid_at", json!(vec![Vec::<Value>::new(); 101]), "100"),
        ("expired_at", json!(vec![vec![date; 51]; 2]), "100"),
        ("property_filters", json!(vec![term.clone(); 101]), "100"),
        ("episode_metadata_filters", json!({ "filters": vec![term.clone(); 101] }), "100"),
        ("episode_metadata_filters", json!({ "groups": vec![json!({ "filters": vec![term; 10] }); 10] }), "100"),
        ("episode_metadata_filters", nested, "8"),
    ];
    for (field, list, limit) in cases {
        let body = json!({ "user_id": "ann", "query": "Lyon", "search_filters": { field: list } });
        let answer = server.call("POST", "/graph/search", Some(&body));
        let message = answer.body["message"].as_str().unwrap_or_default();
        assert_eq!(answer.status, 400, "{field}: {answer:?}");
        assert!(message.contains(field) && message.contains(limit), "{field}: {message}");
    }
    let sessions = json!({ "text": "Lyon", "session_ids": vec!["s"; 1_001] });
    let answer = server.call("POST", "/sessions/search", Some(&sessions));
    assert_eq!(answer.status, 400);
    assert!(answer.body["message"].as_str().is_some_and(|message| message.contains("1000")), "{answer:?}");
}
