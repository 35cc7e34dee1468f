//! A reranking model behind the server: it orders what `cross_encoder` finds, and nothing depends on it.

use serde_json::{Value, json};

use crate::fake_model;
use crate::process::Process;

/// Scores texts about bread above all others.
fn by_bread(request: &Value) -> (u16, Value) {
    let texts = request["documents"].as_array().cloned().unwrap_or_default();
    let results = texts.iter().enumerate().map(|(index, text)| {
        let is_bread = text.as_str().is_some_and(|text| text.contains("bread"));
        json!({ "index": index, "relevance_score": if is_bread { 0.95 } else { 0.05 } })
    });
    (200, json!({ "results": results.collect::<Vec<_>>(), "usage": { "total_tokens": 700 } }))
}

fn start(folder: &std::path::Path, url: &str) -> Process {
    let server = Process::start_with(
        folder,
        &[
            ("ERSTWHILE_RERANKER__URL", url),
            ("ERSTWHILE_RERANKER__NAME", "a-model"),
            ("ERSTWHILE_RERANKER__RETRIES", "0"),
            ("ERSTWHILE_RERANKER__DEADLINE_MS", "10000"),
            ("ERSTWHILE_RERANKER__PRICE_CALLS", "2"),
        ],
    );
    server.call("POST", "/users", Some(&json!({ "user_id": "ann", "first_name": "Ann", "last_name": "Lee" })));
    server.call("POST", "/threads", Some(&json!({ "thread_id": "t", "user_id": "ann" })));
    let said = json!({ "messages": [
        { "role": "user", "content": "The oven was repaired, and the oven works." },
        { "role": "user", "content": "I took the bread out of the oven too late." },
    ] });
    server.call("POST", "/threads/t/messages", Some(&said));
    server
}

fn first(server: &Process, reranker: &str) -> (String, f64) {
    let search = json!({ "user_id": "ann", "query": "oven", "scope": "episodes", "reranker": reranker, "limit": 1 });
    let answer = server.call("POST", "/graph/search", Some(&search));
    let episode = &answer.body["episodes"][0];
    let content = episode["content"].as_str().unwrap_or_default().to_owned();
    (content, episode["score"].as_f64().unwrap_or_default())
}

#[test]
fn the_cross_encoder_orders_what_was_found_and_its_cost_is_visible() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = start(folder.path(), &fake_model::start_with(by_bread));
    assert!(first(&server, "rrf").0.contains("repaired"));
    let (content, score) = first(&server, "cross_encoder");
    assert!(content.contains("bread") && (score - 0.95).abs() < 1e-6, "{content} {score}");
    let spent = &server.call("GET", "/model/usage?days=2", None).body["days"][0];
    assert_eq!((&spent["model"], &spent["calls"]), (&json!("reranker:a-model"), &json!(1)));
    assert!((spent["cost"].as_f64().expect("a cost") - 0.002).abs() < 1e-9, "{spent}");
}

#[test]
fn without_its_reranking_model_the_server_answers_in_the_default_order() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = start(folder.path(), &fake_model::start_with(|_| (503, json!({}))));
    let search = json!({ "user_id": "ann", "query": "oven", "scope": "episodes", "limit": 1 });
    let default = server.call("POST", "/graph/search", Some(&search)).body["episodes"][0]["content"].clone();
    assert_eq!(json!(first(&server, "cross_encoder").0), default);
}
