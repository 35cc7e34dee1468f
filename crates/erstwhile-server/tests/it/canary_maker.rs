//! Makes what the tests of deletion delete: one object of every kind, with a canary in each of its texts.

use serde_json::{Value, json};

use crate::contract::call_with_key;
use crate::isolation::Route;
use crate::process::{KEY, Process};

/// Every canary contains this word, and nothing else does.
pub(crate) const CANARY: &str = "kanarie";

pub(crate) fn call(server: &Process, route: &Route, path: &str, body: Option<&Value>) -> (u16, String) {
    call_with_key(server, route.generation, (route.verb, path), body, Some(KEY))
}

pub(crate) fn make(server: &Process, verb: &str, path: &str, body: &Value) -> Value {
    let answer = server.call(verb, path, Some(body));
    assert!(answer.status < 300, "{verb} {path} {body}: {} {}", answer.status, answer.body);
    answer.body
}

pub(crate) fn text_of(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text in {value}")).to_owned()
}

/// Makes what is to be deleted.
pub(crate) struct Maker<'a> {
    pub(crate) server: &'a Process,
    /// Distinguishes what is made for one route from the rest.
    pub(crate) number: usize,
    pub(crate) project: &'a str,
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

    /// The path of a hyperedge, of its last edge, or of its episode.
    fn hyperedge_path(&self, route: &Route) -> String {
        // Deleting edges leaves the nodes. What an application stated goes with its episode.
        let (graph, hyperedge) = self.hyperedge(route, route.path.ends_with("{episode_uuid}"));
        let uuid = text_of(&hyperedge["uuid"]);
        let path = route.path.replace("{graph_uuid}", &text_of(&graph));
        let path = path.replace("{hyperedge_uuid}", &uuid).replace("{episode_uuid}", &uuid);
        let of_edge = |at: usize| path.replace("{edge_uuid}", &text_of(&hyperedge["edges"][at]["uuid"]));
        if path.ends_with("{edge_uuid}") {
            let (status, text) = call(self.server, route, &of_edge(0), None);
            assert_eq!(status, 202, "{text}");
        }
        of_edge(1)
    }

    /// A hyperedge of two edges, whose nodes may be canaries, too; and the uuid of its graph.
    fn hyperedge(&self, route: &Route, is_named: bool) -> (Value, Value) {
        let graph = self.plain_graph()["uuid"].clone();
        let pair = |name: &str| {
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
    pub(crate) fn of(&self, route: &Route) -> (String, Option<Value>) {
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
            "graphs/{graph_uuid}/hyperedges/{hyperedge_uuid}"
            | "graphs/{graph_uuid}/hyperedges/{hyperedge_uuid}/edges/{edge_uuid}"
            | "graphs/{graph_uuid}/episodes/{episode_uuid}" => self.hyperedge_path(route),
            "graph/node/{uuid}" => fill(&[("uuid", &self.node().1)]),
            "graphs/{graph_uuid}/nodes/{node_uuid}" => {
                let (graph, node) = self.node();
                fill(&[("graph_uuid", &graph["uuid"]), ("node_uuid", &node)])
            }
            "graph/episodes/{uuid}" => fill(&[("uuid", &self.episode().1)]),
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
