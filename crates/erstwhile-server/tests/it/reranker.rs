//! A reranking model behind the server: it orders what `cross_encoder` finds, and nothing depends on it.

use std::path::Path;
use std::process::Command;

use erstwhile_models::cross_encoder::CrossEncoder;
use serde_json::{Value, json};

use crate::content_policies::World;
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

fn start(folder: &Path, url: &str) -> Process {
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

const TINY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../erstwhile-models/testdata/tiny_cross_encoder");

/// A server with a cross-encoder in its data folder, and a user who said these texts; also the uuid of the user's graph.
fn start_local(deadline_ms: &str, texts: &[String]) -> (World, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut import = Command::new(env!("CARGO_BIN_EXE_erstwhile"));
    import.args(["models", "import", TINY, "--name", "tiny", "--data"]).arg(folder.path());
    assert!(import.output().expect("the program runs").status.success());
    let settings = [
        ("ERSTWHILE_RERANKER__PROVIDER", "local"),
        ("ERSTWHILE_RERANKER__NAME", "tiny"),
        ("ERSTWHILE_RERANKER__DEADLINE_MS", deadline_ms),
        ("ERSTWHILE_TELEMETRY__METRICS_LISTEN", "127.0.0.1:0"),
    ];
    let server = Process::start_embedded_with(folder.path(), &settings);
    let world = World::of(folder, server);
    let call = |path: &str, body: Value| assert!(world.server.call("POST", path, Some(&body)).status < 300);
    call("/users", json!({ "user_id": "ann", "first_name": "Ann", "last_name": "Lee" }));
    call("/threads", json!({ "thread_id": "t", "user_id": "ann" }));
    let messages: Vec<Value> = texts.iter().map(|text| json!({ "role": "user", "content": text })).collect();
    call("/threads/t/messages", json!({ "messages": messages }));
    let graph = world.list("/users/list", &json!({}))[0]["graph_uuid"].as_str().expect("a graph").to_owned();
    (world, graph)
}

/// Contents and scores of the messages that a search finds with the API under `/api/v2`.
fn found(world: &World, reranker: Option<&str>) -> Vec<(String, f64)> {
    let mut search = json!({ "user_id": "ann", "query": "oven", "scope": "episodes", "limit": 40 });
    if let Some(reranker) = reranker {
        search["reranker"] = json!(reranker);
    }
    let answer = world.server.call("POST", "/graph/search", Some(&search));
    contents(&answer.body["episodes"])
}

fn contents(episodes: &Value) -> Vec<(String, f64)> {
    let episodes = episodes.as_array().expect("a list").iter();
    let content = |episode: &Value| episode["content"].as_str().unwrap_or_default().to_owned();
    episodes.map(|episode| (content(episode), episode["score"].as_f64().unwrap_or_default())).collect()
}

#[test]
fn a_cross_encoder_in_the_data_folder_orders_what_was_found() {
    let texts = ["repaired, and the oven works", "was late", "and a train", "sleeps", "is who?", "bread, bread, bread"];
    let texts = texts.map(|text| format!("The oven {text}."));
    let (world, graph) = start_local("60000", &texts);
    let by_rrf = found(&world, Some("rrf"));
    let by_model = found(&world, Some("cross_encoder"));
    let order = |found: &[(String, f64)]| found.iter().map(|(content, _)| content.clone()).collect::<Vec<_>>();
    assert_eq!(by_model.len(), texts.len());
    assert_ne!(order(&by_model), order(&by_rrf));
    assert!(by_model.is_sorted_by(|left, right| left.1 >= right.1), "{by_model:?}");

    let model = CrossEncoder::load(Path::new(TINY), "tiny").expect("the model");
    for (content, score) in &by_model {
        let logit = f64::from(model.logits("oven", &[content])[0]);
        assert!((score - 1.0 / (1.0 + (-logit).exp())).abs() < 1e-5, "{content} {score} {logit}");
    }

    let body = json!({ "query": "oven", "reranker": "cross_encoder" });
    let listed = world.make("POST", &format!("/graphs/{graph}/search/episodes"), &body);
    assert_eq!(order(&contents(&listed["items"])), order(&by_model));
    let spent = &world.server.call("GET", "/model/usage?days=2", None).body["days"][0];
    assert_eq!((&spent["model"], &spent["calls"]), (&json!("reranker:tiny"), &json!(2)));
}

#[test]
fn a_cross_encoder_that_is_too_slow_leaves_the_default_order() {
    // Their words alone take more than a millisecond.
    let texts: Vec<String> =
        (0..30).map(|number| format!("The oven {number}. {}", "bread late ".repeat(150))).collect();
    let (world, _) = start_local("1", &texts);
    let default = found(&world, None);
    assert_eq!(default.len(), texts.len());
    assert_eq!(found(&world, Some("cross_encoder")), default);
    let metrics = world.server.metrics();
    let late = metrics.lines().find(|line| line.contains("reranking_searches") && line.contains("late"));
    assert!(late.is_some_and(|line| line.ends_with(" 1")), "{metrics}");
}
