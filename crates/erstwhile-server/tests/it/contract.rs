//! Checks the router against the contract of each generation: every path and method, the status of success, the
//! fields that clients read, and the format of errors.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};

use crate::process::{KEY, Process, exchange, status_of};
use crate::scene::{Scene, model_server};

/// A generation, with the headers that its SDK sends.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Generation {
    file: &'static str,
    pub(crate) headers: &'static [&'static str],
    /// Whether errors and short responses are plain text.
    text: bool,
}

pub(crate) const V0: Generation = Generation { file: "contract_oss_v0.json", headers: &[], text: true };
pub(crate) const CE: Generation = Generation {
    file: "contract_ce.json",
    headers: &["X-Fern-SDK-Name: zep-python\r\n", "X-Fern-SDK-Version: 2.0.2\r\n"],
    text: false,
};
pub(crate) const V1: Generation = Generation {
    file: "contract_v1_cloud.json",
    headers: &["X-Fern-SDK-Name: zep-cloud\r\n", "X-Fern-SDK-Version: 1.0.9\r\n"],
    text: false,
};
pub(crate) const V2: Generation = Generation {
    file: "contract_v2.json",
    headers: &["X-Fern-SDK-Name: zep-cloud\r\n", "X-Fern-SDK-Version: 2.22.0\r\n"],
    text: false,
};
pub(crate) const V3: Generation = Generation {
    file: "contract_v3.json",
    headers: &["X-Fern-SDK-Name: zep-cloud\r\n", "X-Fern-SDK-Version: 3.30.0\r\n"],
    text: false,
};

pub(crate) const V4: Generation = Generation {
    file: "contract_v4.json",
    headers: &["X-Fern-SDK-Name: zep-cloud\r\n", "X-Fern-SDK-Version: 4.0.1\r\n"],
    text: false,
};

/// Fields that are present only in some responses.
pub(crate) const CONDITIONAL: &[&str] = &[
    // Of search results, only for the requested scope.
    "score",
    "dist",
    "relevance",
    "selection_rank",
    "edges",
    "nodes",
    "episodes",
    "observations",
    "thread_summaries",
    "communities",
    "themes",
    "sagas",
    "response",
    // Of messages added with `return_context`.
    "context",
    // Not all documents have vectors.
    "embedding",
    // Of users and tasks with values.
    "fact_rating_instruction",
    "params",
    "hyperedge_uuid",
    "scope",
    "degree",
];

/// Fields of the threads of version 2.19.
const LOOSE: &[&str] = &["messages", "relevant_facts", "thread"];

/// One method of the contract.
#[derive(Debug)]
pub(crate) struct Method {
    pub(crate) name: String,
    pub(crate) verb: String,
    pub(crate) path: String,
    /// The status of success, if documented or known from a server's source.
    pub(crate) status: Option<u64>,
    fields: Vec<(String, bool)>,
    response: String,
    pub(crate) body: Vec<String>,
    /// The query parameters that must be given.
    pub(crate) queries: Vec<String>,
    /// All query parameters.
    pub(crate) known_queries: Vec<String>,
}

pub(crate) fn methods(generation: Generation) -> Vec<Method> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/contract").join(generation.file);
    let rows: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(file).expect("the contract")).expect("JSON");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let named = |list: &Value| {
        let list = list.as_array().cloned().unwrap_or_default().into_iter();
        list.filter(|item| item["required"] == json!(true)).map(|item| text(&item["name"])).collect::<Vec<_>>()
    };
    let method = |row: Value| Method {
        name: if row["sdk_method_py"].is_null() { text(&row["sdk_method_ts"]) } else { text(&row["sdk_method_py"]) },
        verb: text(&row["http_method"]),
        path: text(&row["path"]),
        status: row["success_status"]["value"].as_u64().filter(|_| row["success_status"]["source"] != "inferred"),
        fields: row["response_fields"]
            .as_array()
            .cloned()
            .unwrap_or_default()
            .iter()
            .map(|field| (text(&field["name"]), field["required"] == json!(true)))
            .collect(),
        response: text(&row["response_type"]),
        body: named(&row["body_fields"]),
        queries: named(&row["query_params"]),
        known_queries: row["query_params"].as_array().into_iter().flatten().map(|item| text(&item["name"])).collect(),
    };
    rows.into_iter().map(method).collect()
}

/// The objects of the response whose fields the contract lists.
fn objects(method: &Method, answer: &Value) -> Vec<Value> {
    let depth = method.response.matches("List[").count();
    let mut objects = vec![answer.clone()];
    for _ in 0..depth {
        objects = objects.into_iter().flat_map(|list| list.as_array().cloned().unwrap_or_default()).collect();
    }
    objects
}

fn check_contract(generation: Generation) {
    let folder = tempfile::tempdir().expect("a folder");
    let model = model_server();
    let server = Process::start_with(
        folder.path(),
        &[
            ("ERSTWHILE_MODEL__URL", &model),
            ("ERSTWHILE_MODEL__NAME", "a model"),
            ("ERSTWHILE_MODEL__EXTRACTOR", "offline"),
            ("ERSTWHILE_INGEST__WORKERS", "1"),
        ],
    );
    let mut broken = Vec::new();
    let mut absent: BTreeSet<(String, String)> = BTreeSet::new();
    let methods = methods(generation);
    for method in &methods {
        let scene = Scene::new(&server);
        let path = scene.path(&method.path, &method.verb, &method.queries);
        let body = scene.body(&method.name, &method.path, &method.verb, &method.body);
        let label = format!("{} ({} {path})", method.name, method.verb);
        let (status, text) = call(&server, generation, &method.verb, &path, body.as_ref(), true);
        let succeeded = method.status.map_or((200..300).contains(&status), |wanted| u64::from(status) == wanted);
        if !succeeded {
            broken.push(format!("{label}: {status} instead of {:?}: {text} for {body:?}", method.status));
            continue;
        }
        if let Err(wrong) = check(method, &text, &mut absent) {
            broken.push(format!("{label}: {wrong}"));
        }
        if method.path == "/healthz" {
            continue;
        }
        let (status, text) = call(&server, generation, &method.verb, &path, body.as_ref(), false);
        if status != 401 || !is_error(generation, &text) {
            broken.push(format!("{label}: {status} without a key: {text}"));
        }
        if let Some(path) = scene.path_to_missing_object(&method.path, &method.verb, &method.queries) {
            let (status, text) = call(&server, generation, &method.verb, &path, body.as_ref(), true);
            if status != 404 || !is_error(generation, &text) {
                broken.push(format!("{label}: {status} for a missing object: {text}"));
            }
        }
    }
    absent.retain(|(_, field)| !CONDITIONAL.contains(&field.as_str()));
    broken.extend(absent.into_iter().map(|(name, field)| format!("{name}: the response has no {field}")));
    assert!(broken.is_empty(), "{} of {} methods:\n{}", broken.len(), methods.len(), broken.join("\n"));
}

/// Checks the response's body; records missing optional fields.
pub(crate) fn check(method: &Method, text: &str, absent: &mut BTreeSet<(String, String)>) -> Result<(), String> {
    if let Some(wanted) = method.response.strip_prefix("text \"").and_then(|rest| rest.strip_suffix('"')) {
        return if text == wanted { Ok(()) } else { Err(format!("{text} instead of {wanted}")) };
    }
    if method.response == "None" || method.response.is_empty() {
        return if text.is_empty() { Ok(()) } else { Err(format!("unexpected body: {text}")) };
    }
    let answer: Value = serde_json::from_str(text).map_err(|_| format!("not JSON: {text}"))?;
    if method.response == "str" {
        return if answer.is_string() { Ok(()) } else { Err(format!("not a string: {text}")) };
    }
    if method.response.starts_with("List[") && !answer.is_array() {
        return Err(format!("not a list: {text}"));
    }
    let objects = objects(method, &answer);
    // Threads belong to users, so a standalone graph has no thread summaries.
    let may_be_empty =
        method.path.ends_with("thread-summary/graph/{graph_id}") || method.path.ends_with("saga/graph/{graph_id}");
    if objects.is_empty() && !may_be_empty {
        return Err(format!("no objects to check: {text}"));
    }
    for object in &objects {
        for (field, required) in &method.fields {
            match object.get(field) {
                None if *required => return Err(format!("no {field}: {object}")),
                Some(Value::Null) if *required => return Err(format!("{field} is null: {object}")),
                // Version 2.19 had threads in a format that later versions changed.
                None if method.path.contains("/threads") && LOOSE.contains(&field.as_str()) => {}
                None => drop(absent.insert((method.name.clone(), field.clone()))),
                Some(_) => {}
            }
        }
    }
    Ok(())
}

pub(crate) fn call(
    server: &Process,
    generation: Generation,
    verb: &str,
    path: &str,
    body: Option<&Value>,
    with_key: bool,
) -> (u16, String) {
    call_with_key(server, generation, (verb, path), body, with_key.then_some(KEY))
}

pub(crate) fn call_with_key(
    server: &Process,
    generation: Generation,
    (verb, path): (&str, &str),
    body: Option<&Value>,
    key: Option<&str>,
) -> (u16, String) {
    let scheme = if generation.text { "Bearer" } else { "Api-Key" };
    let key = key.map(|key| format!("Authorization: {scheme} {key}\r\n"));
    let headers: Vec<&str> = generation.headers.iter().copied().chain(key.as_deref()).collect();
    let (head, text) = exchange(server.address, verb, path, &headers, body).expect("an answer");
    (status_of(&head).expect("a status"), text)
}

/// `{"message": "..."}`, or plain text in the first generation.
fn is_error(generation: Generation, text: &str) -> bool {
    if generation.text {
        return !text.is_empty() && !text.starts_with('{');
    }
    let body: Value = serde_json::from_str(text).unwrap_or_default();
    body["message"].as_str().is_some_and(|message| !message.is_empty())
}

#[test]
fn the_first_open_source_generation_matches_its_contract() {
    check_contract(V0);
}

#[test]
fn the_community_edition_matches_its_contract() {
    check_contract(CE);
}

#[test]
fn the_first_cloud_generation_matches_its_contract() {
    check_contract(V1);
}

#[test]
fn the_second_cloud_generation_matches_its_contract() {
    check_contract(V2);
}

#[test]
fn the_third_cloud_generation_matches_its_contract() {
    check_contract(V3);
}
