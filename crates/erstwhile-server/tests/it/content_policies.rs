//! Content policies: what they keep out of graphs, on a running server.

use serde_json::{Value, json};

use crate::isolation::settle;
use crate::process::{KEY, Process, exchange, status_of};

pub(crate) struct World {
    _folder: tempfile::TempDir,
    pub(crate) server: Process,
}

impl World {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let server = Process::start_embedded(folder.path());
        Self::of(folder, server)
    }

    /// A server on a folder that the test prepared.
    pub(crate) fn of(folder: tempfile::TempDir, server: Process) -> Self {
        Self { _folder: folder, server }
    }

    /// The status and body of an answer of API v4.
    pub(crate) fn ask(&self, verb: &str, path: &str, body: &Value) -> (u16, Value) {
        let key = format!("Authorization: Api-Key {KEY}\r\n");
        let body = (verb != "GET").then_some(body);
        let (head, text) =
            exchange(self.server.address, verb, &format!("/api/v4{path}"), &[&key], body).expect("an answer");
        (status_of(&head).expect("a status"), serde_json::from_str(&text).unwrap_or_default())
    }

    pub(crate) fn make(&self, verb: &str, path: &str, body: &Value) -> Value {
        let (status, answer) = self.ask(verb, path, body);
        assert!(status < 300, "{verb} {path}: {status} {answer}");
        answer
    }

    pub(crate) fn list(&self, path: &str, body: &Value) -> Vec<Value> {
        self.make("POST", path, body)["items"].as_array().cloned().unwrap_or_default()
    }
}

pub(crate) fn uuid(value: &Value) -> String {
    value["uuid"].as_str().unwrap_or_else(|| panic!("no uuid: {value}")).to_owned()
}

fn policy() -> Value {
    json!({
        "categories": [{ "key": "health", "description": "Illness." }, { "key": "contact" }],
        "rules": [
            { "category_key": "health", "description": "Illnesses.", "prohibited_examples": ["diabetes", "asthma"] },
            { "category_key": "contact", "description": "E-mail addresses.", "prohibited_examples": ["ann@example.org"] },
        ],
    })
}

/// A user with a thread in which some of what is said violates the policy; returns the graph and the thread.
fn talk(world: &World) -> (String, String) {
    let user = world.make("POST", "/users", &json!({ "first_name": "Mia", "last_name": "Berg" }));
    let thread = uuid(&world.make("POST", "/threads", &json!({ "user_uuid": user["uuid"] })));
    let said = [
        "I live in Lyon.",
        "I have diabetes, and my sister Ida lives in Oslo.",
        "My email is mia@berg.example.",
        "I love hiking.",
    ];
    let messages: Vec<Value> = said.iter().map(|text| json!({ "role": "user", "content": text })).collect();
    world.make("POST", &format!("/threads/{thread}/messages"), &json!({ "messages": messages }));
    settle(&world.server);
    (user["graph_uuid"].as_str().expect("a graph").to_owned(), thread)
}

/// Everything that the server derived of a graph.
fn derived(world: &World, graph: &str, thread: &str) -> String {
    let none = json!({});
    let mut texts = Vec::new();
    for path in ["edges/list", "nodes/list", "observations/list", "thread-summaries/list"] {
        texts.extend(world.list(&format!("/graphs/{graph}/{path}"), &none));
    }
    for what in ["edges", "nodes"] {
        let query = json!({ "query": "Does Mia have diabetes? What is her email address?" });
        texts.extend(world.list(&format!("/graphs/{graph}/search/{what}"), &query));
    }
    texts.push(world.make("GET", &format!("/threads/{thread}/context"), &none));
    texts.push(world.make("GET", &format!("/threads/{thread}/summary"), &none));
    Value::from(texts).to_string()
}

#[test]
fn what_a_policy_prohibits_is_not_derived_and_its_episodes_are_hidden_unless_the_project_includes_them() {
    let world = World::new();
    let (before, thread_before) = talk(&world);
    let text = derived(&world, &before, &thread_before);
    assert!(text.contains("diabetes") && text.contains("mia@berg.example"), "without a policy: {text}");
    let set = world.make("PUT", "/project/content-policy", &policy());
    let (graph, thread) = talk(&world);
    let text = derived(&world, &graph, &thread);
    assert!(!text.contains("diabetes") && !text.contains("mia@berg.example"), "{text}");
    assert!(text.contains("Lyon") && text.contains("hiking"), "the rest stays: {text}");
    assert!(derived(&world, &before, &thread_before).contains("diabetes"), "older graphs keep their policy");

    // The conversation itself is not changed.
    let messages = world.make("GET", &format!("/threads/{thread}/messages"), &Value::Null);
    assert!(messages.to_string().contains("diabetes"), "{messages}");
    let episodes = format!("/graphs/{graph}/episodes/list");
    let shown = world.list(&episodes, &json!({}));
    assert_eq!(shown.len(), 2, "{shown:?}");
    assert_eq!(shown[0]["content_policy"]["violated"], false);
    assert_eq!(shown[0]["content_policy"]["status"], "complete");
    assert_eq!(world.make("GET", &format!("/threads/{thread}/episodes"), &Value::Null)["total_size"], 2);
    let query = json!({ "query": "diabetes" });
    let found = world.list(&format!("/graphs/{graph}/search/episodes"), &query);
    assert!(!json!(found).to_string().contains("diabetes"), "{found:?}");
    let violated = json!({ "filters": { "content_policy_violated": true } });
    let (status, body) = world.ask("POST", &episodes, &violated);
    assert_eq!((status, &body["error"]["code"]), (400, &json!("unsupported_filter")), "{body}");

    let mut read = 0;
    for node in world.list(&format!("/graphs/{graph}/nodes/list"), &json!({})) {
        let key = format!("Authorization: Api-Key {KEY}\r\n");
        let path = format!("/api/v2/graph/node/{}/episodes", uuid(&node));
        let (head, text) = exchange(world.server.address, "GET", &path, &[&key], None).expect("an answer");
        read += usize::from(status_of(&head) == Some(200) && text.contains("hiking"));
        assert!(!text.contains("diabetes"), "{text}");
    }
    assert!(read > 0, "the episodes of a node are shown");
    let refused = json!({ "include_policy_violating_episodes": true, "default_time_zone": "Nowhere" });
    assert_eq!(world.ask("PATCH", "/project", &refused).0, 400);
    assert_eq!(world.list(&episodes, &json!({})).len(), 2, "what is refused changes nothing");
    let project = world.make("PATCH", "/project", &json!({ "include_policy_violating_episodes": true }));
    assert_eq!(project["include_policy_violating_episodes"], true);
    assert_eq!(world.list(&episodes, &json!({})).len(), 4);
    let violating = world.list(&episodes, &violated);
    let keys: Vec<&Value> = violating.iter().map(|one| &one["content_policy"]["category_keys"]).collect();
    assert_eq!(keys, [&json!(["contact"]), &json!(["health"])], "{violating:?}");
    assert_eq!(violating[1]["content_policy"]["revision"], set["revision"]);
    let found = world.list(&format!("/graphs/{graph}/search/episodes"), &query);
    assert!(json!(found).to_string().contains("diabetes"), "{found:?}");
}

#[test]
fn the_events_of_a_graph_name_the_rules_and_no_text() {
    let world = World::new();
    let set = world.make("PUT", "/project/content-policy", &policy());
    let (graph, _) = talk(&world);
    let path = format!("/graphs/{graph}/content-policy/events/list");
    let events = world.list(&path, &json!({}));
    assert_eq!(events.len(), 2, "{events:?}");
    let rules: Vec<&Value> = events.iter().map(|event| &event["rule_ids"][0]).collect();
    assert_eq!(rules, [&set["rules"][1]["id"], &set["rules"][0]["id"]], "newest first");
    assert!(!json!(events).to_string().contains("diabetes"), "{events:?}");
    let of_one = json!({ "filters": { "episode_uuid": events[0]["episode_uuid"] } });
    assert_eq!(world.list(&path, &of_one), events[..1]);
    assert_eq!(world.list(&path, &json!({ "filters": { "drop_reason": "match" } })).len(), 2);
    assert!(world.list(&path, &json!({ "filters": { "drop_reason": "oversize" } })).is_empty());
    assert_eq!(world.ask("POST", &path, &json!({ "filters": { "drop_reason": "other" } })).0, 400);
    let episode = events[1]["episode_uuid"].as_str().expect("a uuid");
    let log = world.make("GET", &format!("/graphs/{graph}/episodes/{episode}/debug-logs"), &Value::Null);
    assert!(log.to_string().contains("the content policy of the graph prohibits it"), "{log}");
    let (_, deleted) = world.ask("DELETE", &format!("/graphs/{graph}/episodes/{episode}"), &json!({}));
    assert_eq!(deleted["task"]["status"], "succeeded", "{deleted}");
    assert_eq!(world.list(&path, &json!({})).len(), 1, "an event goes with its episode");
}

#[test]
fn revisions_are_kept_and_a_graph_stays_bound_to_its_own() {
    let world = World::new();
    let first = world.make("GET", "/project/content-policy", &Value::Null);
    assert_eq!((&first["revision"], &first["rules"]), (&json!(0), &json!([])));
    let old = world.make("POST", "/graphs", &json!({}));
    let one = world.make("PUT", "/project/content-policy", &policy());
    let graph = uuid(&world.make("POST", "/graphs", &json!({})));
    let mut changed = policy();
    changed["categories"][1]["description"] = json!("Addresses.");
    changed["rules"][0]["prohibited_examples"] = json!(["asthma"]);
    let two = world.make("PUT", "/project/content-policy", &changed);
    assert_eq!((&one["revision"], &two["revision"]), (&json!(1), &json!(2)));
    assert_eq!(one["rules"][0]["id"], two["rules"][0]["id"], "the same category and description");
    assert_eq!(one["categories"][1]["id"], two["categories"][1]["id"], "the same key");
    let listed = world.make("GET", "/project/content-policy/revisions", &Value::Null);
    assert_eq!(listed["items"], json!([two, one, first]));
    let path = format!("/project/content-policy/revisions/{}", uuid(&one));
    assert_eq!(world.make("GET", &path, &Value::Null), one, "a revision never changes");

    let bound = world.make("GET", &format!("/graphs/{graph}/content-policy"), &Value::Null);
    assert_eq!((&bound["uuid"], &bound["rules"]), (&one["uuid"], &one["rules"]));
    let bound = world.make("GET", &format!("/graphs/{}/content-policy", uuid(&old)), &Value::Null);
    assert_eq!((&bound["uuid"], &bound["revision"]), (&first["uuid"], &json!(0)));

    let own = |revision: i64| {
        let rule = json!({ "category_key": "pay", "description": "Pay.", "prohibited_examples": ["salary"] });
        json!({ "content_policy": { "categories": [{ "key": "pay" }, { "key": "health", "description": "ignored" }],
                                    "rules": [rule], "project_revision": revision } })
    };
    let (status, body) = world.ask("POST", "/graphs", &own(1));
    assert_eq!((status, &body["error"]["code"]), (409, &json!("content_policy_revision_stale")), "{body}");
    for (path, own_graph) in [("/graphs", "uuid"), ("/users", "graph_uuid")] {
        let made = world.make("POST", path, &own(2));
        let graph = made[own_graph].as_str().expect("a graph");
        let bound = world.make("GET", &format!("/graphs/{graph}/content-policy"), &Value::Null);
        let keys: Vec<&Value> =
            bound["categories"].as_array().expect("categories").iter().map(|one| &one["key"]).collect();
        assert_eq!(keys, ["health", "contact", "pay"], "{bound}");
        assert_eq!((bound["rules"].as_array().map(Vec::len), &bound["revision"]), (Some(3), &json!(2)));
        assert_ne!(bound["uuid"], two["uuid"], "a set of its own");
    }
    world.make("PUT", "/project/content-policy", &json!({}));
    let free = uuid(&world.make("POST", "/graphs", &json!({})));
    let bound = world.make("GET", &format!("/graphs/{free}/content-policy"), &Value::Null);
    assert_eq!((&bound["revision"], &bound["rules"]), (&json!(3), &json!([])));
}

#[test]
fn a_policy_that_cannot_be_applied_is_refused_and_nothing_is_stored() {
    let world = World::new();
    let rule = |examples: Value| {
        json!({ "categories": [{ "key": "pay" }],
                "rules": [{ "category_key": "pay", "description": "Pay.", "prohibited_examples": examples }] })
    };
    for (body, part) in [
        (rule(json!(["She earns about ninety thousand a year."])), "without a language model"),
        (rule(json!([])), "from 1 to 8"),
        (json!({ "rules": [{ "description": "x" }] }), "rules[0].category_key is missing"),
        (json!({ "categories": [{ "description": "x" }] }), "categories[0].key is missing"),
        (json!({ "categories": [{ "key": "Not A Key" }] }), "lowercase"),
    ] {
        let (status, answer) = world.ask("PUT", "/project/content-policy", &body);
        let message = answer["error"]["message"].as_str().unwrap_or_default();
        assert!(status == 400 && message.contains(part), "{body}: {status} {answer}");
        let (status, answer) = world.ask("POST", "/graphs", &json!({ "content_policy": body }));
        assert!(status == 400 && answer["error"]["message"] == message, "{body}: {status} {answer}");
    }
    assert_eq!(world.make("GET", "/project/content-policy", &Value::Null)["revision"], 0);
    assert_eq!(world.make("POST", "/graphs/list", &json!({}))["total_size"], 0);
}
