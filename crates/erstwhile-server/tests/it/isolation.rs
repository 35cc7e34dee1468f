//! No key reaches the objects of another project, and no key of one user or graph those of others: every route of the
//! router and every tool, with ids of what the key does not reach.
//!
//! The routes are read from the source of the router, and the tools from the list that the server gives, so that a new one
//! cannot be forgotten.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::contract::{CE, Generation, V0, V1, V2, V3, V4, call_with_key, methods};
use crate::contract_v4;
use crate::process::{Process, exchange};
use crate::scene::{Scene, model_server};

/// The files with routes, each with the prefix of its routes and a generation that uses them.
const ROUTERS: [(&str, &str, Generation); 4] =
    [("v0.rs", "/api/v1", V0), ("v2.rs", "/api/v2", V2), ("v3.rs", "/api/v2", V3), ("v4.rs", "/api/v4", V4)];
/// What only the objects of the other project say.
const SECRETS: [&str; 5] = ["a@b.c", "Rome", "Mia", "like tea", "Bern"];
const MISSING: &str = "00000000-0000-4000-8000-000000000000";

/// A route of the router.
pub(crate) struct Route {
    /// The file in which it is declared.
    pub(crate) source: &'static str,
    pub(crate) verb: &'static str,
    pub(crate) path: String,
    pub(crate) generation: Generation,
}

/// Every route of the API, with those that change something last.
pub(crate) fn routes() -> Vec<Route> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/http");
    let mut found = Vec::new();
    for (file, prefix, generation) in ROUTERS {
        let source = std::fs::read_to_string(folder.join(file)).expect("a source file");
        for route in source.split(".route(").skip(1) {
            let (_, rest) = route.split_once('"').expect("a path");
            let (path, rest) = rest.split_once('"').expect("a path");
            let handlers = &rest[..closing(rest)];
            let by_uuid = handlers.contains("by_uuid()");
            for (verb, call) in
                [("GET", "get("), ("DELETE", "delete("), ("PATCH", "patch("), ("PUT", "put("), ("POST", "post(")]
            {
                let is_routed = handlers
                    .match_indices(call)
                    .any(|(at, _)| !handlers[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':'));
                if is_routed || by_uuid && matches!(verb, "GET" | "DELETE" | "PATCH") {
                    found.push(Route { source: file, verb, path: format!("{prefix}{path}"), generation });
                }
            }
        }
    }
    found.sort_by_key(|route| route.verb != "GET");
    found
}

/// Where the parenthesis that is open at the beginning of a text is closed.
fn closing(text: &str) -> usize {
    let mut open = 1;
    for (at, character) in text.char_indices() {
        match character {
            '(' => open += 1,
            ')' => open -= 1,
            _ => {}
        }
        if open == 0 {
            return at;
        }
    }
    text.len()
}

/// A path without the names of its parameters.
fn shape(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part }).collect();
    parts.join("/")
}

/// Fills a path in, once with each id that fits; ids without a kind of their own are tried for all kinds.
fn filled(path: &str, named: &BTreeMap<&str, &str>, uuids: &[&str]) -> Vec<String> {
    let mut paths = vec![path.to_owned()];
    let names: Vec<&str> = path.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect();
    for name in names {
        let parameter = format!("{{{name}}}");
        let ids: Vec<&str> = match named.get(name) {
            Some(id) => vec![*id],
            None if name.contains("uuid") => uuids.to_vec(),
            None => panic!("no id for {name} of {path}"),
        };
        paths = paths.iter().flat_map(|path| ids.iter().map(|id| path.replacen(&parameter, id, 1))).collect();
    }
    paths
}

/// A valid body for each route of the contracts, by verb and shape of its path.
fn bodies(scene: &Scene, scene_v4: &contract_v4::Scene) -> BTreeMap<(String, String), Value> {
    let mut bodies = BTreeMap::new();
    for generation in [V0, CE, V1, V2, V3] {
        for method in methods(generation) {
            if let Some(body) = scene.body(&method.name, &method.path, &method.verb, &method.body) {
                bodies.insert((method.verb, shape(&method.path)), body);
            }
        }
    }
    let built = methods(V4).into_iter().filter(|method| !contract_v4::is_not_built(&method.name));
    for (number, method) in built.enumerate() {
        if let Some(body) = scene_v4.body(&method, number) {
            bodies.insert((method.verb, shape(&method.path)), body);
        }
    }
    bodies
}

/// What is stored of a project: the digest of each graph and import job of an export that the other project does not have.
fn stored(data: &Path, export: &Path) -> BTreeSet<String> {
    let exported = Command::new(env!("CARGO_BIN_EXE_erstwhile"))
        .arg("export")
        .arg("--data")
        .arg(data)
        .arg("--to")
        .arg(export)
        .output();
    assert!(exported.as_ref().is_ok_and(|exported| exported.status.success()), "{exported:?}");
    let index = std::fs::read_to_string(export.join("index.jsonl")).expect("an index");
    index.lines().map(str::to_owned).collect()
}

/// Waits until nothing is pending.
pub(crate) fn settle(server: &Process) {
    let deadline = Instant::now() + Duration::from_mins(1);
    let is_settled = || {
        let answer = exchange(server.address, "GET", "/readyz", &[], None);
        answer.is_ok_and(|(_, text)| text.contains("\"0 episodes of "))
    };
    while !is_settled() {
        assert!(Instant::now() < deadline, "ingestion does not finish");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// A server with one object of every kind, and what tells whether a key reaches them.
struct World {
    folder: TempDir,
    server: Process,
    scene: Scene,
    scene_v4: contract_v4::Scene,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let settings = [
            ("ERSTWHILE_MODEL__URL", &*model_server()),
            ("ERSTWHILE_MODEL__NAME", "a model"),
            ("ERSTWHILE_MODEL__EXTRACTOR", "offline"),
            ("ERSTWHILE_LIMITS__REQUESTS_PER_SECOND", "0"),
        ];
        let server = Process::start_embedded_with(&folder.path().join("data"), &settings);
        let (scene, scene_v4) = (Scene::new(&server), contract_v4::Scene::new(&server, 1_000));
        settle(&server);
        Self { folder, server, scene, scene_v4 }
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Creates a key with options of the command line.
    fn key(&self, options: &[&str]) -> String {
        create_key(&self.data(), options)
    }

    /// What is stored of everything; `name` is that of the export, which is used once.
    fn stored(&self, name: &str) -> BTreeSet<String> {
        settle(&self.server);
        stored(&self.data(), &self.folder.path().join(name))
    }

    /// Calls every route and every tool with a key that must not reach any object of the scenes; returns what is wrong.
    fn probe(&self, key: &str) -> Vec<String> {
        let mut wrong = self.probe_routes(key);
        wrong.extend(self.probe_tools(key));
        wrong
    }

    fn probe_routes(&self, key: &str) -> Vec<String> {
        let (server, scene, scene_v4) = (&self.server, &self.scene, &self.scene_v4);
        let named: BTreeMap<&str, &str> = scene.named().into_iter().collect();
        let uuids = scene.uuids();
        let of_v4 = scene_v4.ids.iter().filter(|(name, _)| name.ends_with("_uuid"));
        let uuids_v4: Vec<&str> = of_v4.map(|(_, uuid)| uuid.as_str()).collect();
        let bodies = bodies(scene, scene_v4);
        let mut wrong = Vec::new();
        let routes = routes();
        assert!(routes.len() > 250, "the routes are not found any more: {}", routes.len());
        for Route { verb, path, generation, .. } in &routes {
            let is_v4 = path.starts_with("/api/v4/");
            let own: &[&str] = if is_v4 { &uuids_v4 } else { &uuids };
            let named = if is_v4 { BTreeMap::from([("document_id", "document")]) } else { named.clone() };
            let body = bodies.get(&((*verb).to_owned(), shape(path))).cloned().or((*verb != "GET").then(|| json!({})));
            let sent = body.as_ref().map(Value::to_string).unwrap_or_default();
            for filled in filled(path, &named, own) {
                let (status, text) = call_with_key(server, *generation, (verb, &filled), body.as_ref(), Some(key));
                if shows(&text, &format!("{filled}{sent}"), own) || status >= 500 && status != 501 {
                    wrong.push(format!("{verb} {filled}: {status} {text}"));
                }
                // Reading never tells an id that the key does not reach from one that does not exist.
                if *verb == "GET" && path.contains('{') {
                    let none = |name: &str| match name {
                        "*document_path" => "none/episodes",
                        "batch_id" | "task_id" => MISSING,
                        _ => "none",
                    };
                    let missing =
                        named.keys().fold(path.clone(), |path, name| path.replace(&format!("{{{name}}}"), none(name)));
                    let missing = self::filled(&missing, &BTreeMap::new(), &[MISSING]).remove(0);
                    let (expected, _) = call_with_key(server, *generation, (verb, &missing), None, Some(key));
                    if status != expected {
                        wrong.push(format!("GET {filled}: {status}, but {expected} for {missing}"));
                    }
                }
            }
        }
        wrong
    }

    /// Calls every tool and reads every resource of the Model Context Protocol.
    fn probe_tools(&self, key: &str) -> Vec<String> {
        let named: BTreeMap<&str, &str> = self.scene.named().into_iter().collect();
        let uuids = self.scene.uuids();
        let request = |method: &str, params: &Value| {
            let message = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
            let key = format!("Authorization: Bearer {key}\r\n");
            let headers = [&*key, "Accept: application/json, text/event-stream\r\n"];
            exchange(self.server.address, "POST", "/mcp", &headers, Some(&message)).expect("an answer").1
        };
        let listed: Value = serde_json::from_str(&request("tools/list", &json!({}))).expect("JSON");
        let tools = listed["result"]["tools"].as_array().expect("tools");
        assert!(tools.len() > 20, "the tools are not found any more: {}", tools.len());
        let mut wrong = Vec::new();
        for tool in tools {
            for uuid in uuids {
                let properties = tool["inputSchema"]["properties"].as_object().cloned().unwrap_or_default();
                let values =
                    properties.iter().map(|(name, schema)| (name.clone(), argument(name, schema, &named, uuid)));
                let arguments: serde_json::Map<String, Value> = values.collect();
                let call = json!({ "name": tool["name"], "arguments": arguments });
                let text = request("tools/call", &call);
                if shows(&text, &call.to_string(), &uuids) {
                    wrong.push(format!("{call}: {text}"));
                }
            }
        }
        let resources = request("resources/list", &json!({}));
        let is_list = resources.contains(r#""resources":["#);
        if !is_list || shows(&resources, "", &uuids) || resources.contains(named["user_id"]) {
            wrong.push(resources);
        }
        let read = json!({ "uri": format!("erstwhile://users/{}", named["user_id"]) });
        let text = request("resources/read", &read);
        if shows(&text, &read.to_string(), &uuids) {
            wrong.push(text);
        }
        wrong
    }
}

/// An argument of a tool: an id where its name asks for one, else anything of its type.
fn argument(name: &str, schema: &Value, named: &BTreeMap<&str, &str>, uuid: &str) -> Value {
    let id = match name {
        "user_id" | "thread_id" | "graph_id" | "group_id" | "session_id" => Some(named[name]),
        "group_ids" | "graph_ids" => Some(named["graph_id"]),
        name if name.contains("uuid") => Some(uuid),
        _ => None,
    };
    let types = schema["type"].to_string();
    if types.contains("array") {
        json!([id.unwrap_or("Lyon")])
    } else if types.contains("integer") || types.contains("number") {
        json!(5)
    } else if types.contains("boolean") {
        json!(true)
    } else {
        json!(id.unwrap_or("Lyon"))
    }
}

/// Whether an answer shows a uuid or a secret that the request did not contain.
fn shows(text: &str, sent: &str, uuids: &[&str]) -> bool {
    uuids.iter().chain(&SECRETS).any(|secret| !sent.contains(secret) && text.contains(secret))
}

/// Creates a key with options of the command line.
pub(crate) fn create_key(data: &Path, options: &[&str]) -> String {
    let created = Command::new(env!("CARGO_BIN_EXE_erstwhile"))
        .args(["keys", "create", "--json", "--data"])
        .arg(data)
        .args(options)
        .output()
        .expect("the command runs");
    let key: Value = serde_json::from_slice(&created.stdout).unwrap_or_else(|error| panic!("{error}: {created:?}"));
    key["key"].as_str().expect("a secret").to_owned()
}

#[test]
fn no_route_shows_or_changes_an_object_of_another_project() {
    let world = World::new();
    // The audit log is for admins, and names a user of this project.
    let renamed = world.server.call(
        "PATCH",
        &format!("/users/{}", world.scene.named()[0].1),
        Some(&json!({ "last_name": "Ray" })),
    );
    assert_eq!(renamed.status, 200, "{}", renamed.body);
    let before = world.stored("before");
    let key = world.key(&["--project", "other", "--create-project", "--role", "admin"]);
    let wrong = world.probe(&key);
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
    let after = world.stored("after");
    let changed: Vec<&String> = before.difference(&after).collect();
    assert!(changed.is_empty(), "changed by another project: {changed:?}");
}

#[test]
fn a_key_of_one_user_or_graph_reaches_nothing_else() {
    let world = World::new();
    world.server.call("POST", "/users", Some(&json!({ "user_id": "visitor" })));
    world.server.call("POST", "/graph/create", Some(&json!({ "graph_id": "corner" })));
    let keys = [world.key(&["--user", "visitor"]), world.key(&["--graph", "corner"])];
    let before = world.stored("before");
    for key in keys {
        let wrong = world.probe(&key);
        assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
    }
    assert_eq!(before, world.stored("after"), "what is stored, also of the project itself");
}
