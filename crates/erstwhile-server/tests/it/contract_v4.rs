//! Checks the router against the contract of API v4: every method either fulfils it, or is listed here and answers 501.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::contract::{CONDITIONAL, Method, V4, call, check, methods};
use crate::process::Process;

/// The methods that this server does not have, by the beginning of their names.
const NOT_BUILT: &[&str] = &["agent.", "trace_connection."];

/// Whether this server does not have a method.
pub(crate) fn is_not_built(name: &str) -> bool {
    NOT_BUILT.iter().any(|beginning| name.starts_with(beginning))
}

/// Fields about what this server does not have or know, or that only some objects have.
const ABSENT_FIELDS: &[&str] =
    &["content_policy", "entity_type_hierarchy", "hyperedge_uuid", "param", "result", "results", "scope", "truncated"];

const UNKNOWN_UUID: &str = "00000000-0000-4000-8000-000000000000";

/// One object of every kind, by the names of the parameters of paths.
pub(crate) struct Scene {
    pub(crate) ids: BTreeMap<&'static str, String>,
    /// A graph that may be changed and deleted on its own.
    standalone: String,
    other_user: String,
}

fn id(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no id in {value}")).to_owned()
}

impl Scene {
    pub(crate) fn new(server: &Process, number: usize) -> Self {
        let make = |verb: &str, path: &str, body: Value| -> Value {
            let path = format!("/api/v4{path}");
            let (status, text) = call(server, V4, verb, &path, Some(&body), true);
            assert!(status < 300, "{verb} {path}: {status} {text}");
            serde_json::from_str(&text).expect("JSON")
        };
        let user = make("POST", "/users", json!({ "first_name": "Ann", "user_id": format!("user-{number}") }));
        let other_user = id(&make("POST", "/users", json!({}))["uuid"]);
        let (user_uuid, graph) = (id(&user["uuid"]), id(&user["graph_uuid"]));
        let standalone = id(&make("POST", "/graphs", json!({ "name": "Team" }))["uuid"]);
        let thread = id(&make("POST", "/threads", json!({ "user_uuid": user_uuid }))["uuid"]);
        let said = json!({ "messages": [{ "role": "user", "content": "I live in Lyon and I like tea." }] });
        let added = make("POST", &format!("/threads/{thread}/messages"), said);
        let visit = |place: &str| {
            json!({ "fact": format!("Ann visited {place}."), "fact_name": "VISITED",
                    "source_node": { "name": "Ann" }, "target_node": { "name": place } })
        };
        let mut edges = Value::Null;
        for place in ["Lyon", "Oslo", "Rome", "Lyon"] {
            edges = make("POST", &format!("/graphs/{graph}/edges"), json!({ "edges": [visit(place)] }));
        }
        for child in ["Mia", "Leo"] {
            let family = json!({ "fact": format!("Ann has a child, {child}."), "fact_name": "HAS_CHILD",
                                 "source_node": { "name": "Ann" }, "target_node": { "name": child } });
            make("POST", &format!("/graphs/{graph}/edges"), json!({ "edges": [family] }));
        }
        let part = json!({ "data": "Ann visited Lyon in May.", "document_id": "document" });
        let episode = make("POST", &format!("/graphs/{graph}/episodes"), part);
        let template = json!({ "name": format!("template-{number}"), "template": "%{user_summary}" });
        let template = id(&make("POST", "/context-templates", template)["uuid"]);
        let group = id(&make("POST", "/user-groups", json!({ "name": format!("group {number}") }))["uuid"]);
        make("POST", &format!("/user-groups/{group}/members"), json!({ "user_uuids": [user_uuid] }));
        let batch = id(&make("POST", "/batches", json!({}))["uuid"]);
        let item = json!({ "type": "graph_episode", "graph_uuid": graph, "data": "Ann visited Bern." });
        make("POST", &format!("/batches/{batch}/items"), json!({ "items": [item] }));
        let policy = json!({
            "categories": [{ "key": "health" }],
            "rules": [{ "category_key": "health", "description": "illness", "prohibited_examples": ["diabetes"] }],
        });
        let revision = id(&make("PUT", "/project/content-policy", policy)["uuid"]);
        let pair = |place: &str| json!({ "name": "MET_IN", "source_node": { "name": "Ann" }, "target_node": { "name": place } });
        let met =
            json!({ "fact": "Ann met them in three places.", "edges": [pair("Graz"), pair("Linz"), pair("Wels")] });
        let hyperedge = make("POST", &format!("/graphs/{graph}/hyperedges"), met)["hyperedge"].clone();
        let observations = make("POST", &format!("/graphs/{graph}/observations/list"), json!({}));
        let ids = BTreeMap::from([
            ("user_uuid", user_uuid),
            ("graph_uuid", graph),
            ("thread_uuid", thread),
            ("message_uuid", id(&added["messages"][0]["uuid"])),
            ("task_uuid", id(&added["task"]["uuid"])),
            ("edge_uuid", id(&edges["edges"][0]["uuid"])),
            ("node_uuid", id(&edges["edges"][0]["target_node_uuid"])),
            ("episode_uuid", id(&episode["episode"]["uuid"])),
            ("document_id", "document".to_owned()),
            ("template_uuid", template),
            ("group_uuid", group),
            ("batch_uuid", batch),
            ("revision_uuid", revision),
            ("hyperedge_uuid", id(&hyperedge["uuid"])),
            ("hyperedge_edge_uuid", id(&hyperedge["edges"][0]["uuid"])),
            ("observation_uuid", id(&observations["items"][0]["uuid"])),
        ]);
        Self { ids, standalone, other_user }
    }

    /// Fills a path in; with `to_missing`, its last id is that of a missing object.
    fn path(&self, method: &Method, to_missing: bool) -> String {
        let names: Vec<&str> = method.path.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect();
        let mut path = method.path.clone();
        for (at, name) in names.iter().enumerate() {
            let is_of_standalone = matches!(method.name.as_str(), "graph.update" | "graph.delete");
            let own = match self.ids.get(name) {
                _ if to_missing && at + 1 == names.len() => UNKNOWN_UUID,
                _ if is_of_standalone => &self.standalone,
                _ if method.name == "graph.hyperedge.delete_edge" && *name == "edge_uuid" => {
                    &self.ids["hyperedge_edge_uuid"]
                }
                Some(own) => own,
                None => UNKNOWN_UUID,
            };
            path = path.replace(&format!("{{{name}}}"), own);
        }
        path
    }

    /// The smallest valid body.
    pub(crate) fn body(&self, method: &Method, number: usize) -> Option<Value> {
        if method.verb == "GET" {
            return None;
        }
        let mut body = serde_json::Map::new();
        for name in &method.body {
            let value = match name.as_str() {
                "edges" if method.name == "graph.hyperedge.add" => {
                    let pair = |name: &str| json!({ "name": "SAW", "source_node": { "name": "Ann" }, "target_node": { "name": name } });
                    json!([pair("Lima"), pair("Cusco")])
                }
                "fact" => json!("Ann saw Lima and Cusco."),
                "source_node" => json!({ "name": "Ann" }),
                "target_node" => json!({ "name": "Quito" }),
                "messages" => json!([{ "role": "user", "content": "I like figs." }]),
                "edges" => json!([{ "fact": "Ann saw Lima.", "fact_name": "SAW",
                                    "source_node": { "name": "Ann" }, "target_node": { "name": "Lima" } }]),
                "nodes" => json!([{ "name": "Nantes" }]),
                "items" => json!([{ "type": "thread_message", "thread_uuid": self.ids["thread_uuid"], "role": "user",
                                    "content": "I visited Brest." }]),
                "data" | "query" => json!("Lyon is where Ann lives"),
                "graph_uuids" => json!([self.ids["graph_uuid"]]),
                "stream" => json!(method.name == "graph.query_stream"),
                "seed_node_uuids" => json!([self.ids["node_uuid"]]),
                "user_uuid" => json!(self.ids["user_uuid"]),
                "user_uuids" => json!([self.other_user]),
                "name" => json!(format!("new-{number}")),
                name => panic!("no value for {name} of {}", method.name),
            };
            body.insert(name.clone(), value);
        }
        let more = match method.name.as_str() {
            "user.lookup" | "graph.lookup" => json!({ "user_id": format!("user-{number}") }),
            "thread.lookup" => json!({ "thread_id": self.ids["thread_uuid"] }),
            "context.create_template" => json!({ "name": format!("new-{number}"), "template": "%{edges limit=3}" }),
            _ => json!({}),
        };
        body.extend(more.as_object().cloned().unwrap_or_default());
        Some(Value::Object(body))
    }
}

/// Whether a body is an error with this code, a message and a request id.
fn is_error(text: &str, code: &str) -> bool {
    let body: Value = serde_json::from_str(text).unwrap_or_default();
    let given = |name: &str| body["error"][name].as_str().is_some_and(|text| !text.is_empty());
    body["error"]["code"] == json!(code) && given("message") && given("request_id")
}

#[test]
fn the_fourth_cloud_generation_matches_its_contract_or_answers_501() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Process::start_with(folder.path(), &[("ERSTWHILE_INGEST__WORKERS", "1")]);
    let (mut broken, mut absent) = (Vec::new(), BTreeSet::new());
    let mut built = 0;
    for (number, method) in methods(V4).iter().enumerate() {
        if is_not_built(&method.name) {
            let path = Scene { ids: BTreeMap::new(), standalone: String::new(), other_user: String::new() }
                .path(method, false);
            let (status, text) = call(&server, V4, &method.verb, &path, Some(&json!({})), true);
            if status != 501 || !is_error(&text, "not_implemented") {
                broken.push(format!("{} ({} {path}): {status} instead of 501: {text}", method.name, method.verb));
            }
            continue;
        }
        built += 1;
        let scene = Scene::new(&server, number);
        let (path, body) = (scene.path(method, false), scene.body(method, number));
        let label = format!("{} ({} {path})", method.name, method.verb);
        let (status, text) = call(&server, V4, &method.verb, &path, body.as_ref(), true);
        if u64::from(status) != method.status.unwrap_or(200) {
            broken.push(format!("{label}: {status} instead of {:?}: {text} for {body:?}", method.status));
            continue;
        }
        if method.name.ends_with("_stream") {
            if !text.contains(r#""type":"result""#) {
                broken.push(format!("{label}: the events do not end with a result: {text}"));
            }
        } else if let Err(wrong) = check(method, &text, &mut absent) {
            broken.push(format!("{label}: {wrong}"));
        }
        let (status, text) = call(&server, V4, &method.verb, &path, body.as_ref(), false);
        if status != 401 || !is_error(&text, "unauthenticated") {
            broken.push(format!("{label}: {status} without a key: {text}"));
        }
        if method.path.contains('{') {
            let path = scene.path(method, true);
            let (status, text) = call(&server, V4, &method.verb, &path, body.as_ref(), true);
            if status != 404 || !is_error(&text, "not_found") {
                broken.push(format!("{label}: {status} for a missing object: {text}"));
            }
        }
    }
    absent.retain(|(_, field)| !CONDITIONAL.contains(&field.as_str()) && !ABSENT_FIELDS.contains(&field.as_str()));
    broken.extend(absent.into_iter().map(|(name, field)| format!("{name}: the response has no {field}")));
    assert!(broken.is_empty(), "{} of {built} methods:\n{}", broken.len(), broken.join("\n"));
}
