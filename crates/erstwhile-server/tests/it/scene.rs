//! One object of every kind in the API, for tests that call every route.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use crate::fake_model;
use crate::process::Process;

static SCENES: AtomicUsize = AtomicUsize::new(0);

/// Ids of one object of every kind.
pub(crate) struct Scene {
    number: usize,
    project: String,
    user: String,
    thread: String,
    graph: String,
    collection: String,
    message: String,
    edge: String,
    node: String,
    document: String,
    user_uuid: String,
    other_user_uuid: String,
    batch: String,
    task: String,
    group: String,
    policy_set: String,
    template: String,
    observation: String,
    community: String,
}

/// A policy set that is attached to no group.
const OTHER_POLICY_SET: &str = "22222222-2222-4222-8222-222222222222";
const UNKNOWN_UUID: &str = "00000000-0000-4000-8000-000000000000";

fn id(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no id in {value}")).to_owned()
}

impl Scene {
    pub(crate) fn new(server: &Process) -> Self {
        let number = SCENES.fetch_add(1, Ordering::Relaxed);
        let make = |verb: &str, path: &str, body: Value| {
            let answer = server.call(verb, path, Some(&body));
            assert!(answer.status < 300, "{verb} {path}: {} {}", answer.status, answer.body);
            answer.body
        };
        let read = |path: &str| make("GET", path, json!({}));
        let (user, other, thread) = (format!("user-{number}"), format!("other-{number}"), format!("thread-{number}"));
        let (graph, collection, template) =
            (format!("graph-{number}"), format!("collection-{number}"), format!("template-{number}"));
        let project = id(&read("/projects/info")["project"]["uuid"]);
        let user_uuid =
            id(&make("POST", "/users", json!({ "user_id": user, "email": "a@b.c", "first_name": "Ann" }))["uuid"]);
        let other_user_uuid = id(&make("POST", "/users", json!({ "user_id": other }))["uuid"]);
        make("POST", "/sessions", json!({ "session_id": thread, "user_id": user, "metadata": { "k": "v" } }));
        let said = json!({ "messages": [{ "role_type": "user", "role": "Ann", "content": "I live in Lyon and I like tea." }] });
        make("POST", &format!("/sessions/{thread}/memory"), said);
        let message = id(&read(&format!("/sessions/{thread}/messages"))["messages"][0]["uuid"]);
        make("POST", &format!("/sessions/{thread}/facts"), json!({ "facts": [{ "fact": "Ann has lived in Lyon." }] }));
        make("POST", "/graph/create", json!({ "graph_id": graph }));
        let triple = |owner: &str, id: &str, object: &str| {
            json!({ owner: id, "fact": format!("Ann visited {object}."), "fact_name": "VISITED",
                    "source_node_name": "Ann", "target_node_name": object, "metadata": { "k": "v" } })
        };
        let mut added = Value::Null;
        for object in ["Lyon", "Oslo", "Rome", "Lyon"] {
            added = make("POST", "/graph/add-fact-triple", triple("user_id", &user, object));
            make("POST", "/graph/add-fact-triple", triple("graph_id", &graph, object));
        }
        for child in ["Mia", "Leo"] {
            for (owner, id) in [("user_id", &user), ("graph_id", &graph)] {
                let family = json!({ owner: id, "fact": format!("Ann has a child, {child}."), "fact_name": "HAS_CHILD",
                                     "source_node_name": "Ann", "target_node_name": child });
                make("POST", "/graph/add-fact-triple", family);
            }
        }
        let part =
            json!({ "graph_id": graph, "type": "text", "data": "Ann visited Lyon in May.", "document_id": "document" });
        make("POST", "/graph", part);
        make("POST", &format!("/collections/{collection}"), json!({}));
        let documents = json!([{ "content": "Ann lives in Lyon.", "document_id": "d", "metadata": { "k": "v" } }]);
        let document = id(&make("POST", &format!("/collections/{collection}/documents"), documents)[0]);
        make("POST", "/context-templates", json!({ "template_id": template, "template": "%{user_summary}" }));
        let instructions = json!({ "instructions": [{ "name": "n", "text": "Tell where they live." }] });
        make("POST", "/custom-instructions", instructions.clone());
        make("POST", "/user-summary-instructions", instructions);
        let types = json!({ "entity_types": [{ "name": "City", "description": "a city" }], "user_ids": [user] });
        make("PUT", "/entity-types", types);
        let batch = id(&make("POST", "/batches", json!({}))["batch_id"]);
        let item = json!({ "type": "graph_episode", "graph_id": graph, "data": "Ann visited Bern." });
        make("POST", &format!("/batches/{batch}/items"), json!({ "items": [item] }));
        let group =
            make("POST", &format!("/user-groups?projectId={project}"), json!({ "name": format!("group {number}") }));
        let group = id(&group["uuid"]);
        let members = format!("/user-groups/{group}/members?projectId={project}");
        make("POST", &members, json!({ "user_uuids": [user_uuid] }));
        let policy_set = "11111111-1111-4111-8111-111111111111".to_owned();
        for set in [&*policy_set, OTHER_POLICY_SET] {
            let grants = json!({ "name": "shared", "grants": [{ "graph_id": graph, "actions": ["graph.search"] }] });
            make("PUT", &format!("/abac/policy-sets/{set}"), grants);
        }
        let attached = format!("/abac/user-groups/{group}/policy-sets?projectId={project}");
        make("POST", &attached, json!({ "policy_set_uuid": policy_set }));
        let observation = id(&make("POST", &format!("/graph/observation/user/{user}"), json!({}))[0]["uuid"]);
        let community = id(&make("POST", &format!("/graph/community/user/{user}"), json!({}))[0]["uuid"]);
        Self {
            number,
            project,
            user,
            thread,
            graph,
            collection,
            message,
            edge: id(&added["edge"]["uuid"]),
            node: id(&added["target_node"]["uuid"]),
            document,
            user_uuid,
            other_user_uuid,
            batch,
            task: id(&added["task_id"]),
            group,
            policy_set,
            template,
            observation,
            community,
        }
    }

    /// The ids of the objects whose routes have the id of their kind in the path, by its name there.
    pub(crate) fn named(&self) -> [(&'static str, &str); 11] {
        [
            ("user_id", &self.user),
            ("session_id", &self.thread),
            ("thread_id", &self.thread),
            ("graph_id", &self.graph),
            ("group_id", &self.graph),
            ("name", &self.collection),
            ("template_id", &self.template),
            ("document_id", "document"),
            ("*document_path", "document/episodes"),
            ("batch_id", &self.batch),
            ("task_id", &self.task),
        ]
    }

    /// The uuids of objects of every kind.
    pub(crate) fn uuids(&self) -> [&str; 12] {
        [
            &self.message,
            &self.edge,
            &self.node,
            &self.document,
            &self.user_uuid,
            &self.other_user_uuid,
            &self.batch,
            &self.task,
            &self.group,
            &self.policy_set,
            &self.observation,
            &self.community,
        ]
    }

    /// Fills ids into a path of the contract, and adds the required query parameters.
    pub(crate) fn path(&self, path: &str, verb: &str, queries: &[String]) -> String {
        self.fill(path, verb, queries, false).unwrap_or_else(|| path.to_owned())
    }

    /// The same with the id of a missing object; `None` if the route does not respond with 404.
    pub(crate) fn path_to_missing_object(&self, path: &str, verb: &str, queries: &[String]) -> Option<String> {
        let without_404 = [
            // An unknown session has an empty memory, and its first message creates it.
            ("/sessions/{session_id}/memory", "GET"),
            ("/sessions/{session_id}/memory", "POST"),
            // Creates the named object.
            ("/collections/{collection_name}", "POST"),
            ("/collection/{name}", "POST"),
        ];
        let has_no_404 = without_404.iter().any(|(suffix, for_verb)| path.ends_with(suffix) && verb == *for_verb);
        if has_no_404 || !path.contains('{') { None } else { self.fill(path, verb, queries, true) }
    }

    /// Fills a path in; with `to_missing`, its last id is that of a missing object.
    fn fill(&self, path: &str, verb: &str, queries: &[String], to_missing: bool) -> Option<String> {
        let mut filled = path.to_owned();
        let mut names = Vec::new();
        let mut rest = path;
        while let Some((_, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}')?;
            names.push(name);
            rest = after;
        }
        let replaced = if to_missing { names.last().copied() } else { None };
        for name in &names {
            let own = if Some(*name) == replaced { self.unknown_id(name) } else { self.own(name, path, verb) };
            filled = filled.replace(&format!("{{{name}}}"), &own);
        }
        let values = queries.iter().map(|name| match name.as_str() {
            "projectId" => format!("projectId={}", self.project),
            "pageNumber" => "pageNumber=1".to_owned(),
            "pageSize" => "pageSize=10".to_owned(),
            "graph_id" => format!("graph_id={}", self.graph),
            name => panic!("no value for the query {name}"),
        });
        let values: Vec<String> = values.collect();
        Some(if values.is_empty() { filled } else { format!("{filled}?{}", values.join("&")) })
    }

    fn unknown_id(&self, name: &str) -> String {
        if name.contains("uuid") || matches!(name, "batch_id" | "task_id" | "message_id") {
            UNKNOWN_UUID.to_owned()
        } else {
            format!("nothing-{}", self.number)
        }
    }

    fn own(&self, name: &str, path: &str, verb: &str) -> String {
        let collection_is_new =
            verb == "POST" && (path.ends_with("{collection_name}") || path.ends_with("/collection/{name}"));
        match name {
            "user_id" => self.user.clone(),
            "session_id" | "thread_id" => self.thread.clone(),
            "graph_id" | "group_id" => self.graph.clone(),
            "collection_name" | "name" if collection_is_new => format!("new-{}", self.number),
            "collection_name" | "name" => self.collection.clone(),
            "template_id" => self.template.clone(),
            "document_id" => "document".to_owned(),
            "document_uuid" | "uuid" => self.document.clone(),
            "message_uuid" | "message_id" => self.message.clone(),
            "fact_uuid" => self.edge.clone(),
            "node_uuid" => self.node.clone(),
            "batch_id" => self.batch.clone(),
            "task_id" => self.task.clone(),
            "group_uuid" => self.group.clone(),
            "user_uuid" => self.user_uuid.clone(),
            "policy_set_uuid" => self.policy_set.clone(),
            "uuid_" if path.contains("/edge/") => self.edge.clone(),
            "uuid_" if path.contains("/node/") => self.node.clone(),
            "uuid_" if path.contains("/episodes/") => self.message.clone(),
            "uuid_" if path.contains("/observation/") || path.contains("/theme/") => self.observation.clone(),
            "uuid_" if path.contains("/community/") => self.community.clone(),
            name => panic!("no value for {name} of {path}"),
        }
    }

    /// The smallest valid body: the required fields, and one of each set of alternatives.
    pub(crate) fn body(&self, method: &str, path: &str, verb: &str, required: &[String]) -> Option<Value> {
        if verb == "GET" {
            return None;
        }
        if path.ends_with("/document") || path.ends_with("/documents") {
            return Some(json!([{ "content": "Ann lives in Oslo." }]));
        }
        if path.ends_with("batchDelete") || path.ends_with("list/delete") {
            return Some(json!([self.document]));
        }
        if path.ends_with("batchUpdate") || path.ends_with("list/update") {
            return Some(json!([{ "uuid": self.document, "metadata": { "k": "w" } }]));
        }
        let mut body = serde_json::Map::new();
        for name in required {
            body.insert(name.clone(), self.value(method, name, path));
        }
        let more = match path.rsplit("/api/").next().and_then(|path| path.split_once('/')).map_or("", |(_, path)| path)
        {
            "graph" | "graph-batch" | "graph/search" | "graph/nodes" | "graph/patterns" | "graph/subgraph" => {
                json!({ "user_id": self.user })
            }
            "graph/add-fact-triple" => {
                json!({ "user_id": self.user, "source_node_name": "Ann", "target_node_name": "Lima" })
            }
            "graph/clone" => json!({ "source_user_id": self.user, "target_user_id": format!("copy-{}", self.number) }),
            "sessions/search" => json!({ "text": "Lyon", "user_id": self.user }),
            _ if method == "memory.extract_session_data" => json!({ "size": { "type": "ZepText" } }),
            "users" | "user" => json!({ "user_id": format!("new-{}", self.number) }),
            path if path.ends_with("/search") => json!({ "text": "Lyon" }),
            path if path.ends_with("/batchGet") || path.ends_with("/list/get") => json!({ "uuids": [self.document] }),
            _ => json!({}),
        };
        body.extend(more.as_object().cloned().unwrap_or_default());
        // Adding a member needs a user who is not a member yet.
        if path.ends_with("/members") && verb == "POST" {
            body.insert("user_uuids".to_owned(), json!([self.other_user_uuid]));
        }
        Some(Value::Object(body))
    }

    fn value(&self, method: &str, name: &str, path: &str) -> Value {
        let fresh = format!("new-{}", self.number);
        match name {
            "user_id" if path.ends_with("/users") || path.ends_with("/user") => json!(fresh),
            "user_id" => json!(self.user),
            "session_id" | "thread_id" if path.ends_with("/sessions") || path.ends_with("/threads") => json!(fresh),
            "session_id" => json!(self.thread),
            "graph_id" | "group_id" | "template_id" => json!(fresh),
            "uuid" => json!(self.document),
            "name" if path.contains("user-groups") => json!(fresh),
            "name" => json!("mood"),
            "messages" if path.contains("/v1/") => json!([{ "role": "human", "content": "I like figs." }]),
            "messages" if path.contains("/sessions/") => {
                json!([{ "role_type": "user", "role": "Ann", "content": "I like figs." }])
            }
            "messages" => json!([{ "role": "user", "content": "I like figs." }]),
            "metadata" => json!({ "k": "w" }),
            "data" | "text" | "query" | "fact" => json!("Lyon is where Ann lives"),
            "fact_name" => json!("LIVES_IN"),
            "target_node_name" => json!("Lyon"),
            "type" => json!("text"),
            "episodes" => json!([{ "data": "Ann visited Nice.", "type": "text" }]),
            "nodes" => json!([{ "name": "Nantes" }]),
            "seed_node_uuids" => json!([self.node]),
            "instructions" => json!([{ "name": "n", "text": "Tell what they like." }]),
            "template" => json!("%{edges limit=3}"),
            "items" => json!([{ "type": "graph_episode", "graph_id": self.graph, "data": "Ann visited Brest." }]),
            "facts" => json!([{ "fact": "Ann has a dog." }]),
            "classes" => json!(["happy", "sad"]),
            "session_ids" => json!([self.thread]),
            "last_n" => json!(4),
            "model_schema" => json!("{\"size\": {\"type\": \"ZepText\", \"description\": \"shoe size\"}}"),
            "user_uuids" => json!([self.user_uuid]),
            "policy_set_uuid" => json!(OTHER_POLICY_SET),
            "expected_version" => json!(2),
            "embedding_dimensions" => json!(256),
            "is_auto_embedded" => json!(true),
            name => panic!("no value for {name} of {method}"),
        }
    }
}

/// Starts a language model with a constant response, and returns its URL.
pub(crate) fn model_server() -> String {
    fake_model::start(|_| (200, "{\"class\": \"happy\", \"size\": \"42\"}".to_owned()))
}
