//! The OpenAPI documents: that they describe every route, agree with the contracts, and change only when somebody sees it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::contract::{Generation, V3, V4, call_with_key, methods};
use crate::contract_v4::is_not_built;
use crate::isolation::{create_key, routes};
use crate::process::{Process, exchange, status_of};

/// What `erstwhile openapi` prints.
fn printed(generation: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_erstwhile")).args(["openapi", generation]).output().expect("it runs");
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn document(generation: &str) -> Value {
    serde_json::from_str(&printed(generation)).expect("JSON")
}

fn snapshot(generation: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/openapi/{generation}.json"))
}

/// A path without the names of its parameters.
fn shape(path: &str) -> String {
    path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part }).collect::<Vec<_>>().join("/")
}

/// Every operation of a document, by verb and shape of its path.
fn operations(document: &Value) -> BTreeMap<(String, String), Value> {
    let paths = document["paths"].as_object().expect("paths");
    let of_path = |(path, methods): (&String, &Value)| {
        let methods = methods.as_object().expect("methods").clone();
        methods.into_iter().map(|(verb, operation)| ((verb.to_uppercase(), shape(path)), operation)).collect::<Vec<_>>()
    };
    paths.iter().flat_map(of_path).collect()
}

#[test]
fn every_route_is_described_and_nothing_else() {
    for name in ["v3", "v4"] {
        let described: BTreeSet<_> = operations(&document(name)).into_keys().collect();
        let routed = routes().into_iter().filter(|route| route.source == format!("{name}.rs"));
        // A wildcard is described as the only path that it stands for.
        let described_path = |path: &str| shape(&path.replace("{*document_path}", "{document_id}/episodes"));
        let routed: BTreeSet<_> = routed.map(|route| (route.verb.to_owned(), described_path(&route.path))).collect();
        assert!(routed.len() > 80, "the routes of {name} are read");
        assert_eq!(described, routed, "{name}");
    }
}

/// The properties of a schema, also of those that it refers to.
fn properties(document: &Value, schema: &Value) -> BTreeSet<String> {
    let mut found: BTreeSet<String> =
        schema["properties"].as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect();
    if let Some(to) = schema["$ref"].as_str() {
        let target = document.pointer(to.trim_start_matches('#')).unwrap_or_else(|| panic!("{to} leads nowhere"));
        found.extend(properties(document, target));
    }
    for part in ["allOf", "anyOf", "oneOf"].iter().flat_map(|name| schema[*name].as_array().into_iter().flatten()) {
        found.extend(properties(document, part));
    }
    found
}

fn check_contract(name: &str, generation: Generation) {
    let document = document(name);
    let operations = operations(&document);
    let mut wrong = Vec::new();
    let mut checked = 0;
    for method in methods(generation).iter().filter(|method| name == "v3" || !is_not_built(&method.name)) {
        let Some(operation) = operations.get(&(method.verb.clone(), shape(&method.path))) else {
            wrong.push(format!("{}: {} {} is not described", method.name, method.verb, method.path));
            continue;
        };
        checked += 1;
        let body = properties(&document, &operation["requestBody"]["content"]["application/json"]["schema"]);
        let in_query = operation["parameters"].as_array().into_iter().flatten().filter(|one| one["in"] == "query");
        let in_query: Vec<&str> = in_query.filter_map(|one| one["name"].as_str()).collect();
        let missing_fields = method.body.iter().filter(|name| !body.contains(*name));
        let missing_queries = method.queries.iter().filter(|name| !in_query.contains(&name.as_str()));
        wrong.extend(missing_fields.chain(missing_queries).map(|field| format!("{}: no {field}", method.name)));
        // What has no effect is not described. Older generations take more, under other spellings.
        let known = |one: &&str| name == "v3" || method.known_queries.iter().any(|query| query == one);
        let unknown = in_query.iter().filter(|one| !known(one));
        wrong.extend(unknown.map(|one| format!("{}: {one} is described, but not in the contract", method.name)));
        if let Some(status) = method.status
            && operation["responses"].get(status.to_string()).is_none()
        {
            wrong.push(format!("{}: no response with {status}: {}", method.name, operation["responses"]));
        }
    }
    assert!(wrong.is_empty(), "{} of {checked}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_document_of_v3_has_the_methods_and_required_fields_of_the_contract() {
    check_contract("v3", V3);
}

#[test]
fn the_document_of_v4_has_the_methods_and_required_fields_of_the_contract() {
    check_contract("v4", V4);
}

/// All references of a document.
fn references(value: &Value) -> Vec<String> {
    match value {
        Value::Object(members) => {
            let own = members.get("$ref").and_then(Value::as_str).map(str::to_owned);
            own.into_iter().chain(members.values().flat_map(references)).collect()
        }
        Value::Array(items) => items.iter().flat_map(references).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn references_lead_somewhere_operations_have_ids_of_their_own_and_paths_name_their_parameters() {
    for name in ["v3", "v4"] {
        let document = document(name);
        let references = references(&document);
        assert!(references.len() > 100, "{name} has references");
        for to in references {
            assert!(document.pointer(to.trim_start_matches('#')).is_some(), "{name}: {to} leads nowhere");
        }
        let mut ids = BTreeSet::new();
        for (path, methods) in document["paths"].as_object().expect("paths") {
            let names: BTreeSet<&str> = path.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect();
            for operation in methods.as_object().expect("methods").values() {
                let id = operation["operationId"].as_str().expect("an id");
                assert!(ids.insert(id.to_owned()), "{name}: {id} occurs twice");
                let parameters = operation["parameters"].as_array().expect("parameters").iter();
                let in_path = parameters.filter(|one| one["in"] == "path").filter_map(|one| one["name"].as_str());
                assert_eq!(in_path.collect::<BTreeSet<_>>(), names, "{name}: {path}");
            }
        }
    }
}

#[test]
fn a_key_without_the_role_that_an_operation_names_is_refused_and_every_other_key_is_not() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Process::start_embedded_with(folder.path(), &[("ERSTWHILE_LIMITS__REQUESTS_PER_SECOND", "0")]);
    let roles = ["read", "write", "admin"];
    let keys = roles.map(|role| create_key(folder.path(), &["--role", role]));
    let mut wrong = Vec::new();
    for (name, generation) in [("v3", V3), ("v4", V4)] {
        for ((verb, path), operation) in operations(&document(name)) {
            let needed = operation["security"][0]["apiKey"][0].as_str().unwrap_or_default();
            let needed = roles.iter().position(|role| *role == needed);
            let needed = needed.unwrap_or_else(|| panic!("{verb} {path} names no role: {}", operation["security"]));
            let path = path.replace("{}", "00000000-0000-4000-8000-000000000000");
            for (role, key) in keys.iter().enumerate() {
                let body = (verb != "GET").then(|| json!({}));
                let (status, text) = call_with_key(&server, generation, (&verb, &path), body.as_ref(), Some(key));
                if (status == 403) != (role < needed) {
                    wrong.push(format!("{verb} {path} with {}: {status} {text}", roles[role]));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_documents_are_those_of_the_snapshots() {
    for name in ["v3", "v4"] {
        let wanted = std::fs::read_to_string(snapshot(name)).expect("the snapshot");
        assert!(
            printed(name) == wanted,
            "the document of {name} has changed: see the difference after \
             `cargo test -p erstwhile-server --test it -- --ignored the_snapshots_of_the_documents_are_written`"
        );
    }
}

#[test]
#[ignore = "writes the snapshots"]
fn the_snapshots_of_the_documents_are_written() {
    for name in ["v3", "v4"] {
        std::fs::write(snapshot(name), printed(name)).expect("the snapshot is written");
    }
}

#[test]
fn the_documents_are_served_without_a_key() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Process::start(folder.path());
    for (name, path) in [("v3", "/api/v2/openapi.json"), ("v4", "/api/v4/openapi.json")] {
        let (head, body) = exchange(server.address, "GET", path, &[], None).expect("an answer");
        assert_eq!(status_of(&head), Some(200), "{head}");
        assert!(head.to_lowercase().contains("content-type: application/json"), "{head}");
        assert_eq!(serde_json::from_str::<Value>(&body).expect("JSON"), document(name));
    }
}
