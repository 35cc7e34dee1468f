//! No key reaches another project's objects: every route of the router, with the ids of another project.
//!
//! The routes are read from the source of the router, so that a new one cannot be forgotten.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

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
                    found.push(Route { verb, path: format!("{prefix}{path}"), generation });
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

#[test]
fn no_route_shows_or_changes_an_object_of_another_project() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let settings = [
        ("ERSTWHILE_MODEL__URL", &*model_server()),
        ("ERSTWHILE_MODEL__NAME", "a model"),
        ("ERSTWHILE_MODEL__EXTRACTOR", "offline"),
        ("ERSTWHILE_LIMITS__REQUESTS_PER_SECOND", "0"),
    ];
    let server = Process::start_embedded_with(&data, &settings);
    let (scene, scene_v4) = (Scene::new(&server), contract_v4::Scene::new(&server, 1_000));
    settle(&server);
    let before = stored(&data, &folder.path().join("before"));

    let created = Command::new(env!("CARGO_BIN_EXE_erstwhile"))
        .args(["keys", "create", "--project", "other", "--json", "--data"])
        .arg(&data)
        .output()
        .expect("the command runs");
    let created: Value = serde_json::from_slice(&created.stdout).expect("a key");
    let key = created["key"].as_str().expect("a secret");
    let named: BTreeMap<&str, &str> = scene.named().into_iter().collect();
    let uuids = scene.uuids();
    let of_v4 = scene_v4.ids.iter().filter(|(name, _)| name.ends_with("_uuid"));
    let uuids_v4: Vec<&str> = of_v4.map(|(_, uuid)| uuid.as_str()).collect();
    let bodies = bodies(&scene, &scene_v4);
    let (mut wrong, mut calls) = (Vec::new(), 0);
    let routes = routes();
    assert!(routes.len() > 250, "the routes are not found any more: {}", routes.len());
    for Route { verb, path, generation } in &routes {
        let is_v4 = path.starts_with("/api/v4/");
        let own: &[&str] = if is_v4 { &uuids_v4 } else { &uuids };
        let named = if is_v4 { BTreeMap::from([("document_id", "document")]) } else { named.clone() };
        let body = bodies.get(&((*verb).to_owned(), shape(path))).cloned().or((*verb != "GET").then(|| json!({})));
        let sent = body.as_ref().map(Value::to_string).unwrap_or_default();
        for filled in filled(path, &named, own) {
            calls += 1;
            let (status, text) = call_with_key(&server, *generation, (verb, &filled), body.as_ref(), Some(key));
            let known = |id: &str| filled.contains(id) || sent.contains(id);
            let uuid_shown = own.iter().any(|uuid| !known(uuid) && text.contains(uuid));
            let secret_shown = SECRETS.iter().any(|secret| !sent.contains(secret) && text.contains(secret));
            if uuid_shown || secret_shown || status >= 500 && status != 501 {
                wrong.push(format!("{verb} {filled}: {status} {text}"));
            }
            // Reading never tells an id of another project from one that does not exist.
            if *verb == "GET" && path.contains('{') {
                let none = |name: &str| match name {
                    "*document_path" => "none/episodes",
                    "batch_id" | "task_id" => MISSING,
                    _ => "none",
                };
                let missing =
                    named.keys().fold(path.clone(), |path, name| path.replace(&format!("{{{name}}}"), none(name)));
                let missing = self::filled(&missing, &BTreeMap::new(), &[MISSING]).remove(0);
                let (expected, _) = call_with_key(&server, *generation, (verb, &missing), None, Some(key));
                if status != expected {
                    wrong.push(format!("GET {filled}: {status}, but {expected} for {missing}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {calls} calls:\n{}", wrong.len(), wrong.join("\n"));
    settle(&server);
    let after = stored(&data, &folder.path().join("after"));
    let changed: Vec<&String> = before.difference(&after).collect();
    assert!(changed.is_empty(), "changed by another project: {changed:?}");
}
