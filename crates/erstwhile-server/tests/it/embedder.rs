//! An embedding model behind the server: found by its meaning, its cost is visible, and nothing depends on it.

use std::time::Duration;

use serde_json::{Value, json};

use crate::fake_model;
use crate::process::Process;

/// A response with one direction for animals, another one for everything else.
fn by_meaning(request: &Value) -> (u16, Value) {
    let texts = request["input"].as_array().cloned().unwrap_or_default();
    let is_animal = |text: &Value| text.as_str().is_some_and(|text| text.contains("cats") || text.contains("hound"));
    let vectors = texts.iter().enumerate().map(|(index, text)| {
        let vector = if is_animal(text) { [1, 0, 0] } else { [0, 1, 0] };
        json!({ "index": index, "embedding": vector })
    });
    (200, json!({ "data": vectors.collect::<Vec<_>>(), "usage": { "prompt_tokens": 500, "total_tokens": 500 } }))
}

fn start(folder: &std::path::Path, url: &str) -> Process {
    let server = Process::start_with(
        folder,
        &[
            ("ERSTWHILE_EMBEDDER__URL", url),
            ("ERSTWHILE_EMBEDDER__NAME", "a-model"),
            ("ERSTWHILE_EMBEDDER__RETRIES", "0"),
            ("ERSTWHILE_EMBEDDER__PRICE", "2"),
            ("ERSTWHILE_EMBEDDER__QUERY_DEADLINE_MS", "5000"),
        ],
    );
    server.call("POST", "/users", Some(&json!({ "user_id": "ann", "first_name": "Ann", "last_name": "Lee" })));
    server.call("POST", "/threads", Some(&json!({ "thread_id": "t", "user_id": "ann" })));
    let said = json!({ "messages": [
        { "role": "user", "content": "The train to the coast was late again." },
        { "role": "user", "content": "My two cats slept all day." },
        { "role": "user", "content": "The bread turned out well." },
    ] });
    server.call("POST", "/threads/t/messages", Some(&said));
    server
}

fn found(server: &Process, query: &str) -> Vec<String> {
    let search = json!({ "user_id": "ann", "query": query, "scope": "episodes", "limit": 3 });
    let answer = server.call("POST", "/graph/search", Some(&search));
    let episodes = answer.body["episodes"].as_array().cloned().unwrap_or_default();
    episodes.iter().filter_map(|episode| episode["content"].as_str().map(str::to_owned)).collect()
}

#[test]
fn messages_are_found_by_the_meaning_of_the_model_and_its_cost_is_visible() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = start(folder.path(), &fake_model::start_with(by_meaning));
    let is_found = || found(&server, "hound").first().is_some_and(|first| first.contains("cats"));
    let attempts = (0..300).any(|_| {
        std::thread::sleep(Duration::from_millis(50));
        is_found() && server.call("GET", "/model/usage?days=2", None).body["days"][0]["calls"].as_u64() > Some(1)
    });
    assert!(attempts, "{:?}", found(&server, "hound"));
    let spent = &server.call("GET", "/model/usage?days=2", None).body["days"][0];
    assert_eq!(spent["model"], "embeddings:a-model");
    let (calls, cost) = (spent["calls"].as_u64().expect("calls"), spent["cost"].as_f64().expect("a cost"));
    assert!((cost - calls as f64 * 0.001).abs() < 1e-9, "500 tokens a call at 2 a million: {spent}");
}

#[test]
fn without_its_embedding_model_the_server_finds_by_the_built_in_table() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = start(folder.path(), &fake_model::start_with(|_| (503, json!({}))));
    assert!(found(&server, "two cats").first().is_some_and(|first| first.contains("cats")));
    assert!(found(&server, "What happened on the railway?").first().is_some_and(|first| first.contains("train")));
}
