//! A language model reads what is added, and everybody can see what it did and what it cost.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use crate::fake_model;
use crate::process::{KEY, Process, exchange};

/// A model that reads one thing that the rules do not: that Ann dances the tarantella.
fn dances(request: &Value) -> (u16, String) {
    let data = request["messages"].as_array().and_then(|messages| messages.last()?["content"].as_str());
    if !data.is_some_and(|data| data.contains("tarantella")) {
        return (200, json!({ "claims": [], "entities": [] }).to_string());
    }
    let claim = json!({
        "turn": 1, "quote": "the tarantella is my thing", "subject": "user", "predicate": "DOES_ACTIVITY",
        "object": "tarantella", "object_is": "entity", "statement": "Ann Lee dances the tarantella.",
        "kind": "asserts", "from": "", "until": "", "restates": [], "ends": [],
    });
    (200, json!({ "claims": [claim], "entities": [] }).to_string())
}

fn start(folder: &std::path::Path, model: &str) -> Process {
    let server = Process::start_with(
        folder,
        &[
            ("ERSTWHILE_MODEL__URL", model),
            ("ERSTWHILE_MODEL__NAME", "a-model"),
            ("ERSTWHILE_MODEL__WAIT_S", "0"),
            ("ERSTWHILE_MODEL__RETRIES", "0"),
            ("ERSTWHILE_MODEL__PRICE_INPUT", "1"),
            ("ERSTWHILE_MODEL__PRICE_CACHED", "0.1"),
            ("ERSTWHILE_MODEL__PRICE_OUTPUT", "4"),
            ("ERSTWHILE_MODEL__SUMMARIES", "false"),
        ],
    );
    server.call("POST", "/users", Some(&json!({ "user_id": "ann", "first_name": "Ann", "last_name": "Lee" })));
    server.call("POST", "/threads", Some(&json!({ "thread_id": "t", "user_id": "ann" })));
    server
}

fn say(server: &Process, text: &str) -> String {
    let said = json!({ "messages": [{ "role": "user", "content": text }] });
    let answer = server.call("POST", "/threads/t/messages", Some(&said));
    answer.body["task_id"].as_str().expect("a task").to_owned()
}

/// The last episode, once its reading has reached a state.
fn episode(server: &Process, is_reached: impl Fn(&Value) -> bool) -> Value {
    for _ in 0..300 {
        let answer = server.call("GET", "/graph/episodes/user/ann?lastn=1", None);
        let episode = &answer.body["episodes"][0];
        if is_reached(&episode["model"]) {
            return episode.clone();
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("the model has not read the message: {:?}", server.call("GET", "/graph/episodes/user/ann?lastn=1", None));
}

fn facts(server: &Process) -> Vec<String> {
    let answer = server.call("POST", "/graph/edge/user/ann", Some(&json!({ "limit": 50 })));
    let facts = answer.body.as_array().expect("a list").iter();
    facts.map(|edge| edge["fact"].as_str().expect("a fact").to_owned()).collect()
}

/// Waits until what was said has become facts.
fn wait_for_facts(server: &Process) {
    for _ in 0..300 {
        if !facts(server).is_empty() {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("no fact was read");
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}

#[test]
fn what_the_model_read_is_in_the_graph_and_its_cost_is_visible_everywhere() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = start(folder.path(), &fake_model::start(dances));
    let task = say(&server, "You know, the tarantella is my thing.");
    let read = episode(&server, |model| model["state"] == "read");
    assert_eq!(facts(&server), ["Ann Lee dances the tarantella."]);
    let model = &read["model"];
    assert_eq!(model["model"], "a-model (extraction-2)");
    assert_eq!(model["usage"]["tokens_cached"], 1_000);
    // 200 tokens at 1, 1,000 cached ones at 0.1 and 80 at 4 per million.
    let cost = model["cost"].as_f64().expect("a cost");
    assert!((cost - 0.000_62).abs() < 1e-9, "{cost}");
    let v4 = |verb: &str, path: &str, body: Option<&Value>| {
        let key = format!("Authorization: Api-Key {KEY}\r\n");
        let answer = exchange(server.address, verb, &format!("/api/v4{path}"), &[&key], body).expect("an answer");
        serde_json::from_str::<Value>(&answer.1).expect("JSON")
    };
    let user = server.call("GET", "/users/ann", None).body;
    let (graph, thread) =
        (&user["graph_uuid"], server.call("GET", "/threads", None).body["threads"][0]["uuid"].clone());
    let episodes = v4("POST", &format!("/graphs/{}/episodes/list", text(graph)), Some(&json!({})));
    assert_eq!(&episodes["items"][0]["model"], model, "{episodes}");
    let messages = v4("GET", &format!("/threads/{}/messages", text(&thread)), None);
    assert_eq!(&messages["items"][0]["model"], model, "{messages}");
    let of_task = server.call("GET", &format!("/tasks/{task}"), None).body;
    assert_eq!((&of_task["model"]["read"], &of_task["model"]["usage"]["calls"]), (&json!(1), &json!(1)));
    let spent = server.call("GET", "/model/usage?days=2", None).body;
    assert_eq!((&spent["days"][0]["calls"], &spent["days"][0]["tokens_out"]), (&json!(1), &json!(80)));
    assert_eq!(server.call("GET", "/model/usage?days=0", None).status, 400);
    let again = server.call("POST", "/model/readings", Some(&json!({ "user_id": "ann" })));
    assert_eq!((again.status, &again.body["episodes"]), (202, &json!(1)));
    assert_eq!(server.call("POST", "/model/readings", Some(&json!({ "user_id": "nobody" }))).status, 404);
}

#[test]
fn a_model_without_credit_delays_nothing_and_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let is_paid = Arc::new(AtomicBool::new(false));
    let paid = Arc::clone(&is_paid);
    let server =
        start(
            folder.path(),
            &fake_model::start(move |request| {
                if paid.load(Ordering::SeqCst) { dances(request) } else { (401, "no credit".to_owned()) }
            }),
        );
    say(&server, "I live in Oslo. The tarantella is my thing.");
    let waiting = episode(&server, |model| model["failure"].is_string());
    assert_eq!((&waiting["processed"], &waiting["model"]["state"]), (&json!(true), &json!("awaiting")));
    let failure = waiting["model"]["failure"].as_str().unwrap_or_default();
    assert!(failure.contains("model.key"), "it says what to do: {failure}");
    assert!(facts(&server).iter().any(|fact| fact.contains("Oslo")), "the rules read it at once");
    let (head, _) = exchange(server.address, "GET", "/readyz", &[], None).expect("an answer");
    assert!(head.contains(" 200 "), "{head}");
    is_paid.store(true, Ordering::SeqCst);
    let read = episode(&server, |model| model["state"] == "read");
    assert_eq!(read["model"]["failure"], Value::Null);
}

/// A model that answers a question by the first record, and cites one that does not exist as well.
fn answers(request: &Value) -> (u16, String) {
    let messages = request["messages"].as_array().cloned().unwrap_or_default();
    let data = messages.last().and_then(|message| message["content"].as_str()).unwrap_or_default();
    if !data.contains("\"guidance\":\"Be brief.\"") {
        return (500, "it only answers questions".to_owned());
    }
    let is_first = data.contains("\"number\":1,\"record\":\"Ann Lee lives in Lyon.");
    let answer = if is_first { "In Lyon." } else { "No record." };
    (200, json!({ "answer": answer, "records": [1, 99, 0] }).to_string())
}

#[test]
fn a_question_to_a_graph_is_answered_with_citations() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = start(folder.path(), &fake_model::start(answers));
    say(&server, "I live in Lyon.");
    wait_for_facts(&server);
    let user: Value = server.call("GET", "/users/ann", None).body;
    let key = format!("Authorization: Api-Key {KEY}\r\n");
    let ask = |stream: bool| {
        let question = json!({ "graph_uuids": [user["uuid"]], "query": "Where does Ann live?", "guidance": "Be brief.",
                               "generate_answer": true, "stream": stream });
        exchange(server.address, "POST", "/api/v4/graphs/query", &[&key], Some(&question)).expect("an answer").1
    };
    let plain: Value = serde_json::from_str(&ask(false)).expect("JSON");
    assert_eq!(plain["answer"], "In Lyon.", "{plain}");
    assert_eq!(plain["citations"]["edge_uuids"], json!([plain["results"]["edges"][0]["uuid"]]));
    let streamed = ask(true);
    let last = streamed.lines().filter_map(|line| line.strip_prefix("data: ")).next_back().expect("an event");
    let last: Value = serde_json::from_str(last).expect("JSON");
    assert_eq!((&last["type"], &last["answer"]), (&"result".into(), &"In Lyon.".into()), "{streamed}");
}
