//! The alerts and the guide name metrics that the server has.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};

use crate::fake_model;
use crate::process::{Process, eventually};

/// The metrics that a text names.
fn names(text: &str) -> BTreeSet<&str> {
    let is_part = |character: char| character.is_ascii_lowercase() || character == '_';
    let words = text.split(|character: char| !is_part(character));
    words.filter(|word| word.starts_with("erstwhile_")).collect()
}

/// A model that makes something up, which is dropped.
fn makes_things_up(_: &Value) -> (u16, String) {
    let claim = json!({
        "turn": 1, "quote": "I own a castle", "subject": "user", "predicate": "OWNS", "object": "castle",
        "object_is": "entity", "statement": "", "kind": "asserts", "from": "", "until": "", "restates": [], "ends": [],
    });
    (200, json!({ "claims": [claim], "entities": [] }).to_string())
}

#[test]
fn every_metric_of_the_alerts_and_of_the_guide_is_one_of_the_server() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let settings = [
        ("ERSTWHILE_TELEMETRY__METRICS_LISTEN", "127.0.0.1:0"),
        ("ERSTWHILE_MODEL__URL", &fake_model::start(makes_things_up)),
        ("ERSTWHILE_MODEL__NAME", "a-model"),
        ("ERSTWHILE_MODEL__WAIT_S", "0"),
        ("ERSTWHILE_MODEL__SUMMARIES", "false"),
    ];
    let server = Process::start_with(folder.path(), &settings);
    let said = json!({ "messages": [{ "role": "user", "content": "I live in Lyon." }] });
    server.call("POST", "/users", Some(&json!({ "user_id": "ann" })));
    server.call("POST", "/threads", Some(&json!({ "user_id": "ann", "thread_id": "t" })));
    server.call("POST", "/threads/t/messages", Some(&said));
    // A metric with labels is listed from its first value on.
    eventually("the model's claim is dropped", || server.metrics().contains("erstwhile_dropped_claims_total{"));
    let metrics = server.metrics();
    let is_sample = |line: &&str| !line.starts_with('#');
    let served: BTreeSet<&str> = metrics.lines().filter(is_sample).flat_map(names).collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for file in ["deploy/alerts.yaml", "docs/monitoring.md"] {
        let text = std::fs::read_to_string(root.join(file)).expect("the file");
        let named = names(&text);
        assert!(named.len() > 7, "{file} names {named:?}");
        let unknown: Vec<_> = named.difference(&served).collect();
        assert!(unknown.is_empty(), "{file} names {unknown:?}, which is not in:\n{metrics}");
    }
}

#[test]
fn what_only_grows_is_a_counter() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let server = Process::start_with(folder.path(), &[("ERSTWHILE_TELEMETRY__METRICS_LISTEN", "127.0.0.1:0")]);
    let metrics = server.metrics();
    let since_start: Vec<&str> = metrics.lines().filter(|line| line.contains("since the start")).collect();
    assert!(since_start.len() > 10, "{metrics}");
    for line in since_start {
        let name = line.split(' ').nth(2).expect("a name");
        assert!(metrics.contains(&format!("# TYPE {name} counter")), "{name} in {metrics}");
    }
}
