//! Instructions of an application reach the language model and change what is stored and written.

use std::path::Path;

use serde_json::{Value, json};

use crate::fake_model;
use crate::process::{Answer, KEY, Process, eventually, exchange};

/// What Ann says; the rules read both drinks, and nothing of the dance.
const SAID: &str = "I love coffee and I love tea. You know, the tarantella is my thing.";
const DANCES: &str = "Ann Lee dances the tarantella.";

/// What a request says to the model: the instructions, and the data.
fn parts(request: &Value) -> (String, String) {
    let of = |role: &str| {
        let messages = request["messages"].as_array().into_iter().flatten();
        let texts =
            messages.filter(|message| message["role"] == role).filter_map(|message| message["content"].as_str());
        texts.collect::<Vec<_>>().join("\n")
    };
    (of("system"), of("user"))
}

fn claim(quote: &str, predicate: &str, object: &str, statement: &str) -> Value {
    json!({
        "turn": 1, "quote": quote, "subject": "user", "predicate": predicate, "object": object, "object_is": "entity",
        "statement": statement, "kind": "asserts", "from": "", "until": "", "restates": [], "ends": [],
    })
}

/// A model that obeys: it remembers drinks unless the instructions say not to, and dances only if they say to; and it
/// summarises in the way that they ask for.
fn obedient(request: &Value) -> (u16, String) {
    let (instructions, data) = parts(request);
    if instructions.starts_with("You write summaries") {
        return (200, summaries(&instructions, &data).to_string());
    }
    let mut claims = Vec::new();
    let turn = data.split("Turns to read:").nth(1).unwrap_or_default();
    if turn.contains("coffee") && !instructions.contains("Remember no drinks.") {
        claims.push(claim("I love coffee", "LOVES", "coffee", "Ann Lee loves coffee."));
        claims.push(claim("I love tea", "LOVES", "tea", "Ann Lee loves tea."));
    }
    if turn.contains("tarantella") && instructions.contains("Remember dances.") {
        claims.push(claim("the tarantella is my thing", "DOES_ACTIVITY", "tarantella", DANCES));
    }
    let left_out = if instructions.contains("Remember no drinks.") { drinks_of_rules(&data) } else { Vec::new() };
    (200, json!({ "claims": claims, "entities": [], "left_out": left_out }).to_string())
}

/// The drinks among the facts that the rules read, named as what the instructions exclude.
fn drinks_of_rules(data: &str) -> Vec<Value> {
    let facts = data.split("Facts that rules have read in these turns:").nth(1).unwrap_or_default();
    let drink = |line: &str| {
        let (fact, rest) = line.split_once(". in turn ")?;
        let (turn, fact_text) = rest.split_once(": ")?;
        let is_drink = fact_text.contains("coffee") || fact_text.contains("tea");
        let [fact, turn] = [fact, turn].map(|number| number.parse::<usize>().ok());
        is_drink.then(|| json!({ "turn": turn, "fact": fact, "instruction": "remember no drinks" }))
    };
    facts.lines().filter_map(drink).collect()
}

/// The first text of each line, in capitals if the instructions for that line ask for them.
fn summaries(instructions: &str, data: &str) -> Value {
    let summary = |line: &str| {
        let (number, line) = line.split_once(". ")?;
        let basis: Value = serde_json::from_str(line).ok()?;
        let text = basis["messages"][0]["text"].as_str().or(basis["facts"][0]["fact"].as_str())?;
        let own = instructions.split("\n\n").find(|part| part.starts_with(&format!("For summary {number},")));
        let is_loud = own.is_some_and(|own| own.contains("Write in capitals."));
        let text = if is_loud { text.to_uppercase() } else { text.to_owned() };
        Some(json!({ "number": number.parse::<usize>().ok()?, "summary": text }))
    };
    json!({ "summaries": data.lines().filter_map(summary).collect::<Vec<_>>() })
}

fn start(folder: &Path) -> Process {
    let url = fake_model::start(obedient);
    let settings = [
        ("ERSTWHILE_MODEL__URL", url.as_str()),
        ("ERSTWHILE_MODEL__NAME", "a-model"),
        ("ERSTWHILE_MODEL__WAIT_S", "0"),
    ];
    let server = Process::start_with(folder, &settings);
    add_user(&server, "ann");
    server
}

fn add_user(server: &Process, user: &str) {
    call(server, "POST", "/users", &json!({ "user_id": user, "first_name": "Ann", "last_name": "Lee" }));
    call(server, "POST", "/threads", &json!({ "thread_id": format!("of-{user}"), "user_id": user }));
}

fn call(server: &Process, verb: &str, path: &str, body: &Value) -> Answer {
    let answer = server.call(verb, path, Some(body));
    assert!(answer.status < 300, "{verb} {path}: {answer:?}");
    answer
}

fn call_v4(server: &Process, verb: &str, path: &str, body: &Value) -> Value {
    let key = format!("Authorization: Api-Key {KEY}\r\n");
    let (head, text) =
        exchange(server.address, verb, &format!("/api/v4{path}"), &[&key], Some(body)).expect("an answer");
    assert!(head.contains(" 200 "), "{verb} {path}: {head} {text}");
    serde_json::from_str(&text).expect("JSON")
}

/// Says something in the user's thread.
fn say(server: &Process, user: &str, text: &str) {
    call(server, "POST", &format!("/threads/of-{user}/messages"), &said(text));
}

fn said(text: &str) -> Value {
    json!({ "messages": [{ "role": "user", "role_type": "user", "content": text }] })
}

/// The facts of a user, sorted, once the model has read everything.
fn facts(server: &Process, user: &str) -> Vec<String> {
    eventually("the model reads what was said", || {
        let answer = server.call("GET", &format!("/graph/episodes/user/{user}?lastn=50"), None);
        let episodes = answer.body["episodes"].as_array().cloned().unwrap_or_default();
        !episodes.is_empty() && episodes.iter().all(|episode| episode["model"]["state"] == "read")
    });
    let answer = server.call("POST", &format!("/graph/edge/user/{user}"), Some(&json!({ "limit": 50 })));
    let edges = answer.body.as_array().cloned().expect("a list").into_iter();
    let mut facts: Vec<String> = edges.map(|edge| edge["fact"].as_str().expect("a fact").to_owned()).collect();
    facts.sort();
    facts
}

/// The user's facts after the model has read everything again.
fn facts_read_again(server: &Process, user: &str) -> Vec<String> {
    call(server, "POST", "/model/readings", &json!({ "user_id": user }));
    facts(server, user)
}

fn of_drinks() -> Vec<String> {
    ["Ann Lee loves coffee.", "Ann Lee loves tea."].map(str::to_owned).to_vec()
}

#[test]
fn a_custom_instruction_changes_which_facts_are_stored() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = start(folder.path());
    let instruct = |text: &str, users: Option<[&str; 1]>| {
        let instructions = json!([{ "name": "one", "text": text }]);
        let body = json!({ "instructions": instructions, "user_ids": users });
        call(&server, "POST", "/custom-instructions", &body);
    };
    say(&server, "ann", SAID);
    assert_eq!(facts(&server, "ann"), of_drinks());
    instruct("Remember dances.", None);
    assert_eq!(
        facts_read_again(&server, "ann"),
        [&[DANCES.to_owned()], of_drinks().as_slice()].concat(),
        "of the project"
    );
    instruct("Remember dances. Remember no drinks.", Some(["ann"]));
    assert_eq!(
        facts_read_again(&server, "ann"),
        [DANCES],
        "of the user: what it excludes the rules do not keep, either"
    );
    add_user(&server, "bea");
    say(&server, "bea", SAID);
    assert!(facts(&server, "bea").len() == 3, "the instructions of one user are not those of another");
    call(&server, "DELETE", "/custom-instructions", &json!({ "user_ids": ["ann"] }));
    call(&server, "DELETE", "/custom-instructions", &json!({}));
    assert_eq!(facts_read_again(&server, "ann"), of_drinks());
}

#[test]
fn an_instruction_of_v4_changes_which_facts_are_stored() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = start(folder.path());
    let user = server.call("GET", "/users/ann", None).body;
    let graph = user["graph_uuid"].as_str().expect("a graph").to_owned();
    let instruct = |path: &str, text: &str| {
        call_v4(&server, "PUT", path, &json!({ "instructions": [{ "name": "one", "text": text }] }));
    };
    say(&server, "ann", SAID);
    assert_eq!(facts(&server, "ann"), of_drinks());
    instruct("/project/instructions", "Remember dances.");
    assert_eq!(facts_read_again(&server, "ann").len(), 3);
    instruct(&format!("/graphs/{graph}/instructions"), "Remember no drinks.");
    assert_eq!(facts_read_again(&server, "ann"), [""; 0], "those of the graph replace those of the project");
}

#[test]
fn a_fact_instruction_changes_which_facts_of_a_session_are_stored() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = start(folder.path());
    let mut body = said("You know, the tarantella is my thing.");
    call(&server, "POST", "/sessions/of-ann/memory", &body);
    assert_eq!(facts(&server, "ann"), [""; 0]);
    call(&server, "POST", "/threads", &json!({ "thread_id": "another", "user_id": "ann" }));
    body["fact_instruction"] = "Remember dances.".into();
    call(&server, "POST", "/sessions/another/memory", &body);
    assert_eq!(facts(&server, "ann"), [DANCES]);
}

/// Enough messages for a summary of their thread, and enough facts for one of their user.
fn talk(server: &Process, more: &Value) {
    for thing in ["chess", "jazz", "opera", "tennis", "cheese", "bread"] {
        let mut body = said(&format!("I love {thing}."));
        body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        call(server, "POST", "/sessions/of-ann/memory", &body);
    }
}

#[test]
fn a_summary_instruction_changes_the_summary_of_a_session() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = start(folder.path());
    let summary = || {
        let memory = server.call("GET", "/sessions/of-ann/memory?lastn=2", None).body;
        memory["summary"]["content"].as_str().unwrap_or_default().to_owned()
    };
    talk(&server, &json!({ "summary_instruction": "Write in capitals." }));
    eventually("a summary in capitals", || summary() == "I LOVE CHESS.");
    call(&server, "POST", "/sessions/of-ann/end", &json!({ "instruction": "Write as you like." }));
    eventually("a summary under the instruction that ended the session", || summary() == "I love chess.");
}

#[test]
fn a_user_summary_instruction_changes_the_summary_of_the_user() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = start(folder.path());
    let summary = || {
        let node = server.call("GET", "/users/ann/node", None).body;
        node["node"]["summary"].as_str().unwrap_or_default().to_owned()
    };
    let instructions = json!([{ "name": "one", "text": "Write in capitals." }]);
    let body = json!({ "instructions": instructions, "user_ids": ["ann"] });
    call(&server, "POST", "/user-summary-instructions", &body);
    for thing in ["chess", "jazz", "opera", "tennis", "coffee and I love tea"] {
        say(&server, "ann", &format!("I love {thing}."));
    }
    eventually("a summary in capitals", || summary().starts_with("ANN LEE LOVES "));
}

#[test]
fn a_rating_instruction_changes_which_facts_are_relevant() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = start(folder.path());
    say(&server, "ann", "I love coffee and I love tea.");
    say(&server, "ann", "I work at Acme. I live in Lyon.");
    let order = |high: &str, low: &str| {
        let instruction = json!({ "instruction": "by topic", "examples": { "high": high, "low": low } });
        call(
            &server,
            "PATCH",
            "/sessions/of-ann",
            &json!({ "metadata": { "a": 1 }, "fact_rating_instruction": instruction }),
        );
        let listed = server.call("GET", "/sessions/of-ann/facts?minRating=0.5", None).body;
        let mut facts: Vec<String> = listed["facts"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|fact| Some(fact["fact"].as_str()?.to_owned()))
            .collect();
        facts.sort();
        facts
    };
    facts(&server, "ann");
    let drinks = ("Ann loves a hot drink: coffee, tea, cocoa.", "Ann works in an office and lives in a city.");
    assert_eq!(order(drinks.0, drinks.1), of_drinks());
    let others = order(drinks.1, drinks.0);
    assert!(!others.is_empty() && others.iter().all(|fact| !of_drinks().contains(fact)), "{others:?}");
}
