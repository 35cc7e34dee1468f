//! What a deletion removes leaves no byte in the files: by every route that deletes something, for every column that holds
//! text.
//!
//! Routes and columns are found in the router's source and in the schema, so that new ones cannot be forgotten.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use erstwhile_postgres::testing::bin_directory;
use serde_json::{Value, json};

use crate::contract::call_with_key;
use crate::isolation::{Route, routes, settle};
use crate::process::{KEY, Process, new_schema};

/// Every canary contains this word, and nothing else does.
const CANARY: &str = "kanarie";

/// Routes that delete something without text: which users are in a group, and which policies it has.
const WITHOUT_TEXT: [&str; 5] = [
    "/api/v2/user-groups/{group_uuid}/members/bulk-remove",
    "/api/v2/user-groups/{group_uuid}/members/{user_uuid}",
    "/api/v2/abac/user-groups/{group_uuid}/policy-sets/{policy_set_uuid}",
    "/api/v4/user-groups/{group_uuid}/members/remove",
    "/api/v4/user-groups/{group_uuid}/members/{user_uuid}",
];

/// Columns that never hold what an application said about a person, with the reason.
const NOT_PERSONAL: [(&str, &str); 25] = [
    ("webhook_delivery.event", "one of a list of names"),
    ("webhook_delivery.payload", "ids and counts of the server's own"),
    ("webhook_delivery.failure", "why an application's server could not be reached"),
    ("account.time_zone", "one of a list of names"),
    ("graph.time_zone", "one of a list of names"),
    ("project.time_zone", "one of a list of names"),
    ("project.name", "of the operator; a project is not deleted"),
    ("project.description", "of the operator; a project is not deleted"),
    ("api_key.name", "of the operator; a key is revoked and not deleted"),
    ("api_key.prefix", "random"),
    ("audit.key_prefix", "as api_key.prefix"),
    ("assertion.extractor", "a name in this program"),
    ("task.kind", "a name in this program"),
    ("erasure.tables", "names of tables"),
    ("episode.failure", "a message of this program"),
    ("episode.model_report", "numbers, and messages of this program and of the provider"),
    ("bulk_item.failure", "a message of this program"),
    ("ingest_queue.last_error", "a message of this program"),
    ("model_queue.last_error", "a message of this program"),
    ("model_usage.model", "of the operator"),
    ("text_vector.model", "of the operator"),
    ("written_summary.subject", "erased as its graph: tests of the engine"),
    ("written_summary.summary", "erased as its graph: tests of the engine"),
    ("written_summary.instructions", "erased as its graph: tests of the engine"),
    ("written_summary.model", "of the operator"),
];

fn call(server: &Process, route: &Route, path: &str, body: Option<&Value>) -> (u16, String) {
    call_with_key(server, route.generation, (route.verb, path), body, Some(KEY))
}

fn make(server: &Process, verb: &str, path: &str, body: &Value) -> Value {
    let answer = server.call(verb, path, Some(body));
    assert!(answer.status < 300, "{verb} {path} {body}: {} {}", answer.status, answer.body);
    answer.body
}

fn text_of(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text in {value}")).to_owned()
}

/// Makes what is to be deleted.
struct Maker<'a> {
    server: &'a Process,
    /// Distinguishes what is made for one route from the rest.
    number: usize,
    project: &'a str,
}

impl Maker<'_> {
    /// A canary of a field.
    fn canary(&self, field: &str) -> String {
        format!("{CANARY}-{field}-{}", self.number)
    }

    fn note(&self, field: &str) -> Value {
        json!({ self.canary("key"): [self.canary(field), 1] })
    }

    /// What people say; the rules read names and facts in it.
    fn words(&self) -> String {
        let number = self.number;
        format!(
            "My sister Kanariea lives in Kanariehausen{number}. I like kanarietee{number}. I work for Kanariebank{number}."
        )
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        make(self.server, "POST", path, body)
    }

    /// A user without canaries.
    fn plain_user(&self) -> String {
        let user = format!("plain-{}", self.number);
        self.post("/users", &json!({ "user_id": user, "first_name": "Pia", "last_name": "Plain" }));
        user
    }

    fn plain_graph(&self) -> Value {
        let graph = format!("plain-graph-{}", self.number);
        let made = self.post("/graph/create", &json!({ "graph_id": graph }));
        json!({ "graph_id": graph, "uuid": made["uuid"] })
    }

    fn user(&self) -> Value {
        let user = self.canary("user");
        let made = self.post(
            "/users",
            &json!({ "user_id": user, "email": format!("{}@example.org", self.canary("mail")),
                    "first_name": self.canary("First"), "last_name": self.canary("Last"), "metadata": self.note("user") }),
        );
        self.thread(&user);
        self.fill(&json!({ "user_id": user }), "user_ids", &user);
        let instruction = json!({ "instructions": [{ "name": self.canary("summary"), "text": self.canary("text") }],
                                  "user_ids": [user] });
        self.post("/user-summary-instructions", &instruction);
        json!({ "user_id": user, "uuid": made["uuid"] })
    }

    fn thread(&self, user: &str) -> Value {
        let thread = self.canary("thread");
        let made = self.post("/threads", &json!({ "thread_id": thread, "user_id": user }));
        make(self.server, "PATCH", &format!("/sessions/{thread}"), &json!({ "metadata": self.note("thread") }));
        let message = |role: &str, content: String| json!({ "role": role, "name": self.canary("speaker"), "content": content, "metadata": self.note("message") });
        let messages = [message("user", self.words()), message("assistant", self.canary("answer"))];
        self.post(&format!("/threads/{thread}/messages"), &json!({ "messages": messages }));
        let path = format!("/sessions/{thread}/classify");
        self.post(&path, &json!({ "name": self.canary("class"), "classes": ["happy", CANARY] }));
        let batch = self.post("/batches", &json!({}));
        let item = json!({ "type": "thread_message", "thread_id": thread, "role": "user", "content": self.words() });
        self.post(&format!("/batches/{}/items", text_of(&batch["batch_id"])), &json!({ "items": [item] }));
        json!({ "thread_id": thread, "uuid": made["uuid"] })
    }

    fn graph(&self) -> Value {
        let graph = self.canary("graph");
        let described = json!({ "graph_id": graph, "name": self.canary("name"), "description": self.canary("about") });
        let made = self.post("/graph/create", &described);
        self.fill(&json!({ "graph_id": graph }), "graph_ids", &graph);
        let described = json!({ "name": self.canary("name"), "description": self.canary("more"),
            "fact_rating_instruction": { "instruction": self.canary("rate"), "examples":
                { "high": self.canary("high"), "medium": "m", "low": "l" } } });
        make(self.server, "PATCH", &format!("/groups/{graph}"), &described);
        json!({ "graph_id": graph, "uuid": made["uuid"] })
    }

    /// Fills the graph of a user, or a standalone one, with everything that a graph can hold.
    fn fill(&self, owner: &Value, scope: &str, id: &str) {
        let with = |mut body: Value| {
            let fields = body.as_object_mut().expect("an object");
            fields.extend(owner.as_object().expect("an object").clone());
            body
        };
        for (kind, data) in [
            ("text", self.words()),
            ("message", format!("Ann: {}", self.words())),
            ("json", json!({ "name": self.canary("record"), "city": self.canary("city") }).to_string()),
        ] {
            let data = json!({ "type": kind, "data": data, "source_description": self.canary("source"),
                               "document_id": self.canary("document"), "metadata": self.note("data") });
            self.post("/graph", &with(data));
        }
        let fact = self.post("/graph/add-fact-triple", &with(self.triple("Kanarie-Quelle", "Kanarie-Ziel")));
        self.edit(&fact);
        let mut types = json!({ "entity_types": [{ "name": "Bird", "description": self.canary("type") }],
                                "edge_types": [{ "name": "SINGS", "description": self.canary("relation") }] });
        types[scope] = json!([id]);
        make(self.server, "PUT", "/entity-types", &types);
        let mut instructions = json!({ "instructions": [{ "name": self.canary("i"), "text": self.canary("text") }] });
        instructions[scope] = json!([id]);
        self.post("/custom-instructions", &instructions);
        let batch = self.post("/batches", &json!({}));
        let item = with(json!({ "type": "graph_episode", "data": self.words(), "metadata": self.note("item") }));
        self.post(&format!("/batches/{}/items", text_of(&batch["batch_id"])), &json!({ "items": [item] }));
    }

    fn triple(&self, source: &str, target: &str) -> Value {
        json!({ "fact": self.canary("fact"), "fact_name": format!("KANARIE_{}", self.number),
                "source_node_name": format!("{source}{}", self.number),
                "target_node_name": format!("{target}{}", self.number),
                "edge_attributes": { "note": self.canary("attribute") }, "metadata": self.note("triple"),
                "source_node_labels": [format!("Kanarie{}", self.number)],
                "target_node_summary": self.canary("summary"), "target_node_attributes": { "a": self.canary("node") } })
    }

    fn edit(&self, fact: &Value) {
        let edge = format!("/graph/edge/{}", text_of(&fact["edge"]["uuid"]));
        make(
            self.server,
            "PATCH",
            &edge,
            &json!({ "fact": self.canary("edited"), "attributes": { "b": self.canary("b") } }),
        );
        let node = format!("/graph/node/{}", text_of(&fact["source_node"]["uuid"]));
        let patch = json!({ "summary": self.canary("edited"), "attributes": { "c": self.canary("c") } });
        make(self.server, "PATCH", &node, &patch);
    }

    /// A fact between entities without canaries.
    fn fact(&self) -> (Value, Value) {
        let graph = self.plain_graph();
        let mut triple = self.triple("Anna", "Oslo");
        for field in ["source_node_labels", "target_node_summary", "target_node_attributes"] {
            triple.as_object_mut().expect("an object").remove(field);
        }
        triple["graph_id"] = graph["graph_id"].clone();
        let added = self.post("/graph/add-fact-triple", &triple);
        let edge = format!("/graph/edge/{}", text_of(&added["edge"]["uuid"]));
        make(self.server, "PATCH", &edge, &json!({ "fact": self.canary("edited") }));
        (graph, added["edge"]["uuid"].clone())
    }

    /// An entity with a fact about it.
    fn node(&self) -> (Value, Value) {
        let graph = self.plain_graph();
        let mut triple = self.triple("Kanarie-Quelle", "Oslo");
        for field in ["target_node_summary", "target_node_attributes"] {
            triple.as_object_mut().expect("an object").remove(field);
        }
        triple["graph_id"] = graph["graph_id"].clone();
        let added = self.post("/graph/add-fact-triple", &triple);
        self.edit(&added);
        (graph, added["source_node"]["uuid"].clone())
    }

    fn episode(&self) -> (Value, Value) {
        let graph = self.plain_graph();
        let data = json!({ "graph_id": graph["graph_id"], "type": "text", "data": self.words(),
                           "source_description": self.canary("source"), "document_id": self.canary("document"),
                           "metadata": self.note("data") });
        let added = self.post("/graph", &data);
        (graph, added["uuid"].clone())
    }

    fn collection(&self) -> String {
        let name = format!("{CANARY}{}", self.number);
        let described = json!({ "description": self.canary("collection"), "metadata": self.note("collection") });
        self.post(&format!("/collections/{name}"), &described);
        self.document(&name);
        name
    }

    fn document(&self, collection: &str) -> Value {
        let document = json!({ "content": self.words(), "document_id": self.canary("document"),
                               "metadata": self.note("document") });
        self.post(&format!("/collections/{collection}/documents"), &json!([document]))[0].clone()
    }

    fn plain_document(&self) -> (String, Value) {
        let name = format!("plain{}", self.number);
        self.post(&format!("/collections/{name}"), &json!({}));
        let document = self.document(&name);
        (name, document)
    }

    fn batch(&self) -> Value {
        let graph = self.plain_graph();
        let batch = self.post("/batches", &json!({ "metadata": self.note("batch") }));
        let item = json!({ "type": "graph_episode", "graph_id": graph["graph_id"], "data": self.words(),
                           "metadata": self.note("item") });
        let thread = format!("plain-thread-{}", self.number);
        self.post("/threads", &json!({ "thread_id": thread, "user_id": self.plain_user() }));
        let message = json!({ "type": "thread_message", "thread_id": thread, "role": "user", "content": self.words() });
        self.post(&format!("/batches/{}/items", text_of(&batch["batch_id"])), &json!({ "items": [item, message] }));
        batch["batch_id"].clone()
    }

    /// A hyperedge of two edges, whose nodes may be canaries, too; and the uuid of its graph.
    fn hyperedge(&self, route: &Route, is_named: bool) -> (Value, Value) {
        let graph = self.plain_graph()["uuid"].clone();
        let pair = |name: &str| {
            // Deleting edges leaves the nodes.
            let target = if is_named {
                json!({ "name": self.canary(name), "summary": self.canary("summary") })
            } else {
                json!({ "name": name })
            };
            json!({ "name": self.canary("RELATION"), "source_node": { "name": "source" }, "target_node": target })
        };
        let body = json!({ "fact": self.canary("fact"), "edges": [pair("one"), pair("two")],
                           "attributes": self.note("attribute"), "metadata": self.note("metadata") });
        let post = Route { source: route.source, verb: "POST", path: String::new(), generation: route.generation };
        let (status, text) =
            call(self.server, &post, &format!("/api/v4/graphs/{}/hyperedges", text_of(&graph)), Some(&body));
        assert_eq!(status, 202, "{text}");
        let made: Value = serde_json::from_str(&text).expect("JSON");
        (graph, made["hyperedge"].clone())
    }

    fn user_group(&self) -> Value {
        let path = format!("/user-groups?projectId={}", self.project);
        self.post(&path, &json!({ "name": self.canary("group"), "description": self.canary("about") }))["uuid"].clone()
    }

    /// Makes what a route deletes; returns the path and the body of the request.
    fn of(&self, route: &Route) -> (String, Option<Value>) {
        let fill = |values: &[(&str, &Value)]| {
            let fill =
                |path: String, (name, value): &(&str, &Value)| path.replace(&format!("{{{name}}}"), &text_of(value));
            values.iter().fold(route.path.clone(), fill)
        };
        let (_, shape) = route.path.strip_prefix("/api/").and_then(|path| path.split_once('/')).expect("a path");
        let path = match shape {
            "user/{user_id}" | "users/{user_id}" => fill(&[("user_id", &self.user()["user_id"])]),
            "users/{user_uuid}" => fill(&[("user_uuid", &self.user()["uuid"])]),
            "sessions/{session_id}/memory" => fill(&[("session_id", &self.thread(&self.plain_user())["thread_id"])]),
            "threads/{thread_id}" => fill(&[("thread_id", &self.thread(&self.plain_user())["thread_id"])]),
            "threads/{thread_uuid}" => fill(&[("thread_uuid", &self.thread(&self.plain_user())["uuid"])]),
            "groups/{group_id}" => fill(&[("group_id", &self.graph()["graph_id"])]),
            "graph/{graph_id}" | "graphs/{graph_id}" => fill(&[("graph_id", &self.graph()["graph_id"])]),
            "graphs/{graph_uuid}" => fill(&[("graph_uuid", &self.graph()["uuid"])]),
            "facts/{uuid}" | "graph/edge/{uuid}" => fill(&[("uuid", &self.fact().1)]),
            "graphs/{graph_uuid}/edges/{edge_uuid}" => {
                let (graph, edge) = self.fact();
                fill(&[("graph_uuid", &graph["uuid"]), ("edge_uuid", &edge)])
            }
            "graphs/{graph_uuid}/hyperedges/{hyperedge_uuid}" => {
                let (graph, hyperedge) = self.hyperedge(route, false);
                fill(&[("graph_uuid", &graph), ("hyperedge_uuid", &hyperedge["uuid"])])
            }
            // What a hyperedge says goes with its last edge.
            "graphs/{graph_uuid}/hyperedges/{hyperedge_uuid}/edges/{edge_uuid}" => {
                let (graph, hyperedge) = self.hyperedge(route, false);
                let edge = |at: usize| {
                    let edge = &hyperedge["edges"][at]["uuid"];
                    fill(&[("graph_uuid", &graph), ("hyperedge_uuid", &hyperedge["uuid"]), ("edge_uuid", edge)])
                };
                let (status, text) = call(self.server, route, &edge(0), None);
                assert_eq!(status, 202, "{text}");
                edge(1)
            }
            "graph/node/{uuid}" => fill(&[("uuid", &self.node().1)]),
            "graphs/{graph_uuid}/nodes/{node_uuid}" => {
                let (graph, node) = self.node();
                fill(&[("graph_uuid", &graph["uuid"]), ("node_uuid", &node)])
            }
            "graph/episodes/{uuid}" => fill(&[("uuid", &self.episode().1)]),
            // What an application states goes with its episode. What is read is deleted by the other routes.
            "graphs/{graph_uuid}/episodes/{episode_uuid}" => {
                let (graph, hyperedge) = self.hyperedge(route, true);
                fill(&[("graph_uuid", &graph), ("episode_uuid", &hyperedge["uuid"])])
            }
            "collection/{name}" | "collections/{name}" => fill(&[("name", &json!(self.collection()))]),
            "collection/{name}/document/list/delete" | "collections/{name}/documents/batchDelete" => {
                let (name, document) = self.plain_document();
                return (fill(&[("name", &json!(name))]), Some(json!([document])));
            }
            "collection/{name}/document/uuid/{uuid}"
            | "collection/{name}/document/{uuid}"
            | "collections/{name}/documents/uuid/{uuid}" => {
                let (name, document) = self.plain_document();
                fill(&[("name", &json!(name)), ("uuid", &document)])
            }
            "custom-instructions" | "user-summary-instructions" => {
                let name = self.canary("instruction");
                let instruction = json!({ "instructions": [{ "name": name, "text": self.canary("text") }] });
                self.post(&format!("/{shape}"), &instruction);
                return (route.path.clone(), Some(json!({ "instruction_names": [name] })));
            }
            "context-templates/{template_id}" => {
                let (name, layout) = (self.canary("template"), format!("{} %{{user_summary}}", self.canary("layout")));
                self.post("/context-templates", &json!({ "template_id": name, "template": layout }));
                fill(&[("template_id", &json!(name))])
            }
            "context-templates/{template_uuid}" => {
                let (name, layout) = (self.canary("template"), format!("{} %{{user_summary}}", self.canary("layout")));
                let body = json!({ "name": name, "template": layout });
                let post =
                    Route { source: route.source, verb: "POST", path: String::new(), generation: route.generation };
                let (status, text) = call(self.server, &post, "/api/v4/context-templates", Some(&body));
                assert_eq!(status, 201, "{text}");
                let made: Value = serde_json::from_str(&text).expect("JSON");
                fill(&[("template_uuid", &made["uuid"])])
            }
            "abac/policy-sets/{policy_set_uuid}" => {
                let set = json!("33333333-3333-4333-8333-333333333333");
                let path = fill(&[("policy_set_uuid", &set)]);
                let named = path.strip_prefix("/api/v2").expect("the prefix").to_owned();
                make(self.server, "PUT", &named, &json!({ "name": self.canary("policy"), "grants": [] }));
                path
            }
            "webhooks/{uuid}" => {
                let url = format!("https://example.org/{}", self.canary("webhook"));
                fill(&[("uuid", &self.post("/webhooks", &json!({ "url": url }))["uuid"])])
            }
            "batches/{batch_id}" => fill(&[("batch_id", &self.batch())]),
            "batches/{batch_uuid}" => fill(&[("batch_uuid", &self.batch())]),
            "user-groups/{group_uuid}" => {
                let path = fill(&[("group_uuid", &self.user_group())]);
                if route.path.starts_with("/api/v4/") { path } else { format!("{path}?projectId={}", self.project) }
            }
            _ => panic!("say what {} {} deletes", route.verb, route.path),
        };
        (path, None)
    }
}

/// The routes that delete something with text.
fn deleting() -> Vec<Route> {
    let deletes =
        |route: &Route| route.verb == "DELETE" || ["elete", "emove"].iter().any(|word| route.path.contains(word));
    let is_new = |route: &Route| !WITHOUT_TEXT.contains(&route.path.as_str());
    routes().into_iter().filter(|route| deletes(route) && is_new(route)).collect()
}

/// Every file of a folder, with its folders.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push((path.display().to_string(), std::fs::read(&path).unwrap_or_default()));
        }
    }
    found
}

/// What is left in the files of a folder, in upper or lower case.
fn left(folder: &Path) -> BTreeSet<String> {
    let mut left = BTreeSet::new();
    for (file, bytes) in files(folder) {
        let folded = bytes.to_ascii_lowercase();
        for (at, _) in folded.windows(CANARY.len()).enumerate().filter(|(_, window)| *window == CANARY.as_bytes()) {
            let around = &bytes[at..(at + 40).min(bytes.len())];
            left.insert(format!("{file}: {}", String::from_utf8_lossy(around)));
        }
    }
    left
}

/// The number of erasures that are not complete.
fn pending(folder: &Path) -> i64 {
    let database = rusqlite::Connection::open(folder.join("erstwhile.db")).expect("the database");
    let sql = "SELECT count(*) FROM erasure WHERE finished_at IS NULL";
    database.query_row(sql, [], |row| row.get(0)).expect("a count")
}

/// The number of records in the audit log.
fn audited(folder: &Path) -> i64 {
    let database = rusqlite::Connection::open(folder.join("erstwhile.db")).expect("the database");
    database.query_row("SELECT count(*) FROM audit", [], |row| row.get(0)).expect("a count")
}

/// Waits until every erasure is complete, and returns what is left all the same.
fn left_after_erasure(folder: &Path) -> BTreeSet<String> {
    let deadline = Instant::now() + Duration::from_mins(1);
    while pending(folder) > 0 {
        assert!(Instant::now() < deadline, "{} erasures are never completed", pending(folder));
        std::thread::sleep(Duration::from_millis(50));
    }
    left(folder)
}

/// Every column that holds text, and whether it holds a canary now.
fn columns(folder: &Path) -> BTreeMap<String, bool> {
    let database = rusqlite::Connection::open(folder.join("erstwhile.db")).expect("the database");
    let mut statement = database
        .prepare(
            "SELECT t.name, c.name FROM sqlite_schema t, pragma_table_info(t.name) c WHERE t.type = 'table' \
             AND c.type = 'TEXT' AND t.name NOT LIKE 'sqlite_%'",
        )
        .expect("a statement");
    let named = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).expect("columns");
    let named: Vec<(String, String)> = named.map(|row| row.expect("a column")).collect();
    let holds = |table: &str, column: &str| {
        let sql = format!("SELECT count(*) FROM \"{table}\" WHERE \"{column}\" LIKE '%{CANARY}%'");
        database.query_row(&sql, [], |row| row.get::<_, i64>(0)).expect("a count") > 0
    };
    named.iter().map(|(table, column)| (format!("{table}.{column}"), holds(table, column))).collect()
}

/// Starts a server with a language model that classifies every thread alike.
fn start(folder: &Path) -> Process {
    let model = crate::fake_model::start(|_| (200, format!("{{\"class\": \"{CANARY}\"}}")));
    Process::start_embedded_with(folder, &settings(&model))
}

fn settings(model: &str) -> [(&'static str, &str); 4] {
    [
        ("ERSTWHILE_MODEL__URL", model),
        ("ERSTWHILE_MODEL__NAME", "a model"),
        ("ERSTWHILE_MODEL__EXTRACTOR", "offline"),
        ("ERSTWHILE_LIMITS__REQUESTS_PER_SECOND", "0"),
    ]
}

fn project(server: &Process) -> String {
    text_of(&make(server, "GET", "/projects/info", &json!({}))["project"]["uuid"])
}

/// Makes what each route deletes, and returns the requests, without waiting for anything to be read.
fn make_all(server: &Process, routes: &[Route]) -> Vec<(String, Option<Value>)> {
    let project = project(server);
    let maker = |number| Maker { server, number, project: &project };
    routes.iter().enumerate().map(|(number, route)| maker(number).of(route)).collect()
}

/// Calls every route at the same time; all must succeed.
fn delete_all(server: &Process, routes: &[Route], requests: &[(String, Option<Value>)]) {
    std::thread::scope(|scope| {
        for (route, (path, body)) in routes.iter().zip(requests) {
            scope.spawn(move || {
                let (status, text) = call(server, route, path, body.as_ref());
                assert!(status < 300, "{} {path}: {status} {text}", route.verb);
            });
        }
    });
}

#[test]
fn every_route_that_deletes_leaves_a_record_and_no_byte_and_every_column_with_text_is_tried() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = start(folder.path());
    let project = project(&server);
    let (mut wrong, mut tried) = (Vec::new(), BTreeMap::new());
    let routes = deleting();
    assert!(routes.len() > 25, "the routes are not found any more: {}", routes.len());
    for (number, route) in routes.iter().enumerate() {
        let (path, body) = Maker { server: &server, number, project: &project }.of(route);
        settle(&server);
        for (column, holds) in columns(folder.path()) {
            *tried.entry(column).or_insert(false) |= holds;
        }
        let before = audited(folder.path());
        let (status, text) = call(&server, route, &path, body.as_ref());
        let recorded = audited(folder.path()) - before;
        let left = left_after_erasure(folder.path());
        if status >= 300 || recorded != 1 || !left.is_empty() {
            wrong.push(format!(
                "{} {path}: {status} {text}: {recorded} records in the audit log: {left:#?}",
                route.verb
            ));
        }
        if !left.is_empty() {
            break;
        }
    }
    assert!(wrong.is_empty(), "{} of {} routes:\n{}", wrong.len(), routes.len(), wrong.join("\n"));
    let is_tried = |column: &&String| tried[*column] || NOT_PERSONAL.iter().any(|(name, _)| name == column);
    let forgotten: Vec<&String> = tried.keys().filter(|column| !is_tried(column)).collect();
    assert!(forgotten.is_empty(), "no canary was in {forgotten:?}: put one there, or say why there can be none");
    let wrong: Vec<&str> =
        NOT_PERSONAL.map(|(name, _)| name).into_iter().filter(|name| tried.get(*name) != Some(&false)).collect();
    assert!(wrong.is_empty(), "there is no such column, or it does hold a canary: {wrong:?}");
}

#[test]
fn the_old_name_and_e_mail_of_a_user_leave_no_byte_although_facts_were_read_under_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = start(folder.path());
    let user = json!({ "user_id": "u", "first_name": "Kanarie", "last_name": "Kanarievogel",
                       "email": "kanarie@example.org" });
    make(&server, "POST", "/users", &user);
    make(&server, "POST", "/threads", &json!({ "thread_id": "t", "user_id": "u" }));
    let said = "I live in Lyon. My sister Mia likes tea. My dog is called Rex. My budget is 500 euros.";
    let messages = json!({ "messages": [{ "role": "user", "content": said }] });
    make(&server, "POST", "/threads/t/messages", &messages);
    settle(&server);
    let held = columns(folder.path());
    assert!(held["assertion.statement"] && held["mention.name"], "it was read under the old name");
    let renamed = json!({ "first_name": "Noor", "last_name": "Haddad", "email": "noor@example.org" });
    make(&server, "PATCH", "/users/u", &renamed);
    let context = text_of(&make(&server, "GET", "/threads/t/context", &json!({}))["context"]);
    assert!(context.contains("Noor Haddad lives in Lyon") && !context.to_lowercase().contains(CANARY), "{context}");
    let left = left_after_erasure(folder.path());
    assert!(left.is_empty(), "{left:#?}");
}

#[test]
fn deletions_in_the_middle_of_ingestion_are_completed_after_a_crash_although_somebody_reads() {
    let folder = tempfile::tempdir().expect("a folder");
    let routes = deleting();
    let server = start(folder.path());
    let requests = make_all(&server, &routes);
    // What a backup tool does: a transaction that reads, and stays open. No erasure can be completed meanwhile.
    let reader = rusqlite::Connection::open(folder.path().join("erstwhile.db")).expect("the database");
    reader.execute_batch("BEGIN; SELECT count(*) FROM graph").expect("a transaction");
    delete_all(&server, &routes, &requests);
    // The files must not be read here: closing a file ends the locks that this process holds on it.
    assert!(pending(folder.path()) > 0, "no erasure is held up");
    server.kill();
    let server = start(folder.path());
    assert!(pending(folder.path()) > 0, "no erasure is held up after the crash");
    // Only now: who closes the last connection to a database empties its write-ahead log.
    drop(reader);
    let left = left_after_erasure(folder.path());
    assert!(left.is_empty(), "{left:#?}");
    settle(&server);
    let left = left_after_erasure(folder.path());
    assert!(left.is_empty(), "after ingestion: {left:#?}");
}

#[test]
fn no_row_of_postgresql_holds_what_was_deleted() {
    let schema = new_schema();
    let model = crate::fake_model::start(|_| (200, format!("{{\"class\": \"{CANARY}\"}}")));
    let server = Process::on(&schema, &settings(&model));
    let (_, name) = schema.split_once("search_path%3D").expect("the name of the schema");
    let routes = deleting();
    let requests = make_all(&server, &routes);
    let rows = || {
        let dump = Command::new(bin_directory().join("pg_dump"))
            .args(["--data-only", "--inserts", "-n", name, "-d", &schema])
            .output();
        let dump = dump.expect("pg_dump runs");
        assert!(dump.status.success(), "{}", String::from_utf8_lossy(&dump.stderr));
        let rows = String::from_utf8_lossy(&dump.stdout).into_owned();
        rows.lines().filter(|row| row.to_lowercase().contains(CANARY)).map(str::to_owned).collect::<Vec<_>>()
    };
    assert!(rows().len() > 100, "they were stored: {:?}", rows());
    delete_all(&server, &routes, &requests);
    settle(&server);
    assert_eq!(rows(), Vec::<String>::new());
}
