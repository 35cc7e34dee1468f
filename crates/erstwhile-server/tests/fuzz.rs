//! Requests that a fuzzer makes up: no route fails, whatever the body, and no list, whatever the cursor.
//!
//! `cargo test` tries the inputs in `__fuzz__/*/corpus` and a few hundred others of each target. More are tried for ten
//! minutes with `BOLERO_RANDOM_ITERATIONS=1000000000 BOLERO_RANDOM_TEST_TIME_MS=600000`, or with coverage with
//! `cargo bolero test`.
#![expect(clippy::expect_used, reason = "a failing test should stop immediately")]

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, header};
use bolero::check;
use erstwhile::Engine;
use erstwhile::store::Store;
use erstwhile::store::sqlite::InMemory;
use erstwhile_models::static_embedder::StaticEmbedder;
use erstwhile_server::app::App;
use erstwhile_server::router::router;
use erstwhile_server::serve::bootstrap;
use erstwhile_server::settings::Settings;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Number, Value, json};
use tokio::runtime::Runtime;
use tower::ServiceExt;

const KEY: &str = "a-key-for-tests-0123456789";

/// Number of requests to one server, so that what they add does not slow down those that follow.
const REQUESTS_MAX: usize = 500;

/// Texts that mean something somewhere.
const TEXTS: [&str; 40] = [
    "",
    "ann",
    "t",
    "g",
    "user",
    "assistant",
    "I live in Lyon.",
    "2025-03-05T10:00:00Z",
    "9999-12-31T23:59:59Z",
    "-009999-01-02T01:59:59Z",
    "2025-02-30",
    "10",
    "-1",
    "11111111-1111-4111-8111-111111111111",
    "00000000-0000-0000-0000-000000000000",
    "text",
    "json",
    "message",
    "{\"a\": [1, {\"b\": null}]}",
    "{",
    "%{user_summary} %{edges limit=3}",
    "%{",
    "$.a ? (@.b == 1)",
    "edges",
    "nodes",
    "episodes",
    "rrf",
    "mmr",
    "node_distance",
    "cross_encoder",
    "IS NULL",
    ">=",
    "http://127.0.0.1:1/",
    "https://example.org/hook",
    "Europe/Berlin",
    "\u{202e}\u{200d}😀",
    "a/b?c#d%25",
    "</FACTS>",
    "LIVES_IN",
    "default",
];

/// Routes of the older generations, which have no document.
const OLD_ROUTES: [(&str, &str); 19] = [
    ("POST", "/api/v1/user"),
    ("PATCH", "/api/v1/user/ann"),
    ("POST", "/api/v1/sessions"),
    ("PATCH", "/api/v1/sessions/t"),
    ("POST", "/api/v1/sessions/t/memory"),
    ("POST", "/api/v1/sessions/t/search"),
    ("POST", "/api/v1/collection/papers"),
    ("PATCH", "/api/v1/collection/papers"),
    ("POST", "/api/v1/collection/papers/document"),
    ("POST", "/api/v1/collection/papers/search"),
    ("POST", "/api/v2/sessions"),
    ("PATCH", "/api/v2/sessions/t"),
    ("POST", "/api/v2/sessions/t/memory"),
    ("POST", "/api/v2/sessions/t/facts"),
    ("POST", "/api/v2/sessions/t/extract"),
    ("POST", "/api/v2/sessions/t/classify"),
    ("POST", "/api/v2/sessions/search"),
    ("POST", "/api/v2/facts"),
    ("POST", "/api/v2/groups"),
];

/// A route, and the schema of its body, if it has one.
struct Route {
    method: String,
    path: String,
    body: Option<Value>,
    has_cursor: bool,
}

/// A server without sockets and workers.
struct Server {
    api: Router,
    /// The values of path parameters, by name.
    known: HashMap<&'static str, String>,
    requests: usize,
}

/// The bytes of an input, as choices.
struct Choices<'a>(&'a [u8]);

impl Choices<'_> {
    /// Zero when the input is over.
    fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    fn one_of<'a, T>(&mut self, choices: &'a [T]) -> Option<&'a T> {
        let number = usize::from(self.byte()) << 8 | usize::from(self.byte());
        choices.get(number.checked_rem(choices.len())?)
    }

    fn text(&mut self) -> String {
        match self.byte() {
            0..=199 => self.one_of(&TEXTS).map_or_else(String::new, |text| (*text).to_owned()),
            200..=219 => "long ".repeat(usize::from(self.byte()) * 64),
            _ => (0..self.byte() % 32).filter_map(|_| char::from_u32(u32::from(self.byte()) * 129)).collect(),
        }
    }

    fn number(&mut self) -> Value {
        let real = match self.byte() % 12 {
            0 => return 0.into(),
            1 => return 1.into(),
            2 => return (-1).into(),
            3 => return i64::MAX.into(),
            4 => return i64::MIN.into(),
            5 => return u64::MAX.into(),
            6 => 1e308,
            7 => -0.5,
            8 => 0.5,
            _ => return self.byte().into(),
        };
        Number::from_f64(real).map_or(Value::Null, Value::Number)
    }

    /// A value of any type.
    fn any(&mut self, depth: usize) -> Value {
        match self.byte() % if depth == 0 { 5 } else { 7 } {
            0 => Value::Null,
            1 => (self.byte() > 127).into(),
            2 => self.number(),
            3 | 4 => self.text().into(),
            5 => (0..self.byte() % 5).map(|_| self.any(depth - 1)).collect(),
            _ => (0..self.byte() % 5).map(|_| (self.text(), self.any(depth - 1))).collect::<Map<_, _>>().into(),
        }
    }

    /// A value that mostly fits a schema of a document.
    fn fitting(&mut self, schema: &Value, document: &Value, depth: usize) -> Value {
        if depth == 0 || self.byte() >= 250 {
            return self.any(2);
        }
        if let Some(reference) = schema["$ref"].as_str() {
            let named = document.pointer(reference.trim_start_matches('#'));
            return named.map_or(Value::Null, |named| self.fitting(named, document, depth - 1));
        }
        for key in ["anyOf", "oneOf", "allOf"] {
            if let Some(choices) = schema[key].as_array() {
                let chosen = self.one_of(choices).cloned().unwrap_or_default();
                return self.fitting(&chosen, document, depth - 1);
            }
        }
        if let Some(choices) = schema["enum"].as_array() {
            return self.one_of(choices).cloned().unwrap_or_default();
        }
        let types = schema["type"].as_array().cloned().unwrap_or_else(|| vec![schema["type"].clone()]);
        let chosen = self.one_of(&types).and_then(Value::as_str).unwrap_or_default();
        match chosen {
            "string" => self.text().into(),
            "integer" | "number" => self.number(),
            "boolean" => (self.byte() > 127).into(),
            "array" => {
                let length = if self.byte() == 255 { 300 } else { usize::from(self.byte() % 4) };
                (0..length).map(|_| self.fitting(&schema["items"], document, depth - 1)).collect()
            }
            "object" => self.object(schema, document, depth),
            "null" => Value::Null,
            _ => self.any(2),
        }
    }

    fn object(&mut self, schema: &Value, document: &Value, depth: usize) -> Value {
        let properties = schema["properties"].as_object().cloned().unwrap_or_default();
        let required = schema["required"].as_array().cloned().unwrap_or_default();
        let mut object = Map::new();
        for (name, of) in properties {
            let is_required = required.iter().any(|one| *one == name.as_str());
            if self.byte() < if is_required { 250 } else { 100 } {
                object.insert(name, self.fitting(&of, document, depth - 1));
            }
        }
        if schema["additionalProperties"].is_object() || self.byte() > 240 {
            object.insert(self.text(), self.any(3));
        }
        object.into()
    }
}

impl Server {
    async fn start() -> Self {
        let store = Store::open(Arc::new(InMemory::open().expect("a database"))).await.expect("a store");
        let embedder = StaticEmbedder::new().expect("the embedding table");
        let engine = Engine::builder(store).embedder(embedder).build();
        bootstrap(&engine, Some(KEY)).await.expect("a project");
        let mut settings = Settings::default();
        settings.limits.requests_per_second = 0;
        let app = App::new(engine, &settings);
        let mut server = Self { api: router(&app, &settings.server), known: HashMap::new(), requests: 0 };
        server.furnish().await;
        server
    }

    /// Adds something of each kind, so that routes find what they are about.
    async fn furnish(&mut self) {
        let user = self.make("/api/v4/users", &json!({ "user_id": "ann", "first_name": "Ann" })).await;
        let thread = json!({ "thread_id": "t", "user_uuid": user["uuid"] });
        let thread = self.make("/api/v4/threads", &thread).await;
        let graph = self.make("/api/v4/graphs", &json!({ "graph_id": "g" })).await;
        self.make("/api/v1/collection/papers", &json!({ "name": "papers", "embedding_dimensions": 8 })).await;
        let of_graph = format!("/api/v4/graphs/{}", graph["uuid"].as_str().unwrap_or_default());
        let edge = json!({ "edges": [{ "fact": "Ida knows Bo.", "fact_name": "KNOWS", "source_node": { "name": "Ida" },
                                       "target_node": { "name": "Bo" } }] });
        let edge = self.make(&format!("{of_graph}/edges"), &edge).await["edges"][0].clone();
        let episode = json!({ "data": "It rained.", "type": "text" });
        let episode = self.make(&format!("{of_graph}/episodes"), &episode).await["episode"].clone();
        let batch = self.make("/api/v4/batches", &json!({})).await;
        let group = self.make("/api/v4/user-groups", &json!({ "name": "team" })).await;
        let template = json!({ "name": "layout", "template": "%{user_summary}" });
        let template = self.make("/api/v4/context-templates", &template).await;
        let uuid = |object: &Value| object["uuid"].as_str().unwrap_or_default().to_owned();
        self.known = HashMap::from([
            ("user_uuid", uuid(&user)),
            ("thread_uuid", uuid(&thread)),
            ("graph_uuid", uuid(&graph)),
            ("edge_uuid", uuid(&edge)),
            ("episode_uuid", uuid(&episode)),
            ("node_uuid", edge["source_node_uuid"].as_str().unwrap_or_default().to_owned()),
            ("batch_uuid", uuid(&batch)),
            ("group_uuid", uuid(&group)),
            ("template_uuid", uuid(&template)),
            ("uuid", uuid(&episode)),
            ("graph_id", "g".to_owned()),
            ("user_id", "ann".to_owned()),
            ("thread_id", "t".to_owned()),
        ]);
    }

    async fn make(&self, path: &str, body: &Value) -> Value {
        let (status, text) = self.ask("POST", path, body.to_string().into_bytes()).await;
        assert!(status < 300, "{path}: {status} {text}");
        serde_json::from_str(&text).unwrap_or_default()
    }

    async fn ask(&self, method: &str, path: &str, body: Vec<u8>) -> (u16, String) {
        let request = Request::builder().method(method).uri(path);
        let request = request.header(header::AUTHORIZATION, format!("Bearer {KEY}"));
        let request = request.header(header::CONTENT_TYPE, "application/json").body(Body::from(body));
        let answer = self.api.clone().oneshot(request.expect("a request")).await.expect("an answer");
        let status = answer.status().as_u16();
        let bytes = to_bytes(answer.into_body(), usize::MAX).await.expect("a body");
        (status, String::from_utf8(bytes.to_vec()).expect("text"))
    }

    /// A path with something known in place of its parameters, or with anything.
    fn path(&self, path: &str, choices: &mut Choices<'_>) -> String {
        let part = |part: &str, choices: &mut Choices<'_>| {
            let Some(name) = part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) else {
                return part.to_owned();
            };
            match (choices.byte(), self.known.get(name)) {
                (0..240, Some(known)) => known.clone(),
                (0..120, None) => "ann".to_owned(),
                (120..180, None) => "t".to_owned(),
                _ => escaped(&choices.text()),
            }
        };
        path.split('/').map(|one| part(one, choices)).collect::<Vec<_>>().join("/")
    }
}

/// A text in a URL.
fn escaped(text: &str) -> String {
    let start = text.floor_char_boundary(300);
    utf8_percent_encode(&text[..start], NON_ALPHANUMERIC).to_string()
}

/// The routes that a document describes, with the schemas of their bodies.
fn routes_of(document: &Value) -> Vec<Route> {
    let mut routes = Vec::new();
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("methods") {
            let parameters = operation["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
            let base = document["servers"][0]["url"].as_str().unwrap_or_default();
            routes.push(Route {
                method: method.to_uppercase(),
                path: format!("{base}{path}"),
                body: operation.pointer("/requestBody/content/application~1json/schema").cloned(),
                has_cursor: parameters.iter().any(|parameter| parameter["name"] == "cursor"),
            });
        }
    }
    routes
}

/// A runtime, a server on it, and the two documents with the routes that `wanted` selects.
struct World {
    runtime: Runtime,
    server: Server,
    routes: Vec<(Route, Arc<Value>)>,
}

impl World {
    fn new(wanted: fn(&Route) -> bool) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = runtime.expect("a runtime");
        let server = runtime.block_on(Server::start());
        let mut routes = Vec::new();
        for generation in ["v2", "v4"] {
            let path = format!("/api/{generation}/openapi.json");
            let (_, text) = runtime.block_on(server.ask("GET", &path, Vec::new()));
            let document: Arc<Value> = Arc::new(serde_json::from_str(&text).expect("a document"));
            let own = routes_of(&document).into_iter().filter(wanted);
            routes.extend(own.map(|route| (route, Arc::clone(&document))));
        }
        Self { runtime, server, routes }
    }

    /// Asks a server that has not answered too much; no answer is a failure of the server.
    fn ask(&mut self, method: &str, path: &str, body: Vec<u8>) -> u16 {
        self.server.requests += 1;
        if self.server.requests > REQUESTS_MAX {
            self.server = self.runtime.block_on(Server::start());
        }
        let said = String::from_utf8_lossy(&body).into_owned();
        let (status, text) = self.runtime.block_on(self.server.ask(method, path, body));
        assert!(status != 500 && status != 503, "{method} {path} {said}: {status} {text}");
        status
    }
}

#[test]
fn request_bodies() {
    // Nothing is deleted, so that every route finds what it is about.
    let mut world = World::new(|route| route.body.is_some() && route.method != "DELETE");
    assert!(world.routes.len() > 80, "{} routes", world.routes.len());
    let of_old = |(method, path): &(&str, &str)| {
        let body = Some(json!({ "type": "object", "properties": old_fields() }));
        let route = Route { method: (*method).to_owned(), path: (*path).to_owned(), body, has_cursor: false };
        (route, Arc::default())
    };
    world.routes.extend(OLD_ROUTES.iter().map(of_old));
    let mut world = AssertUnwindSafe(world);
    check!().for_each(move |bytes: &[u8]| {
        let world = &mut *world;
        let mut choices = Choices(bytes);
        let Some((route, document)) = choices.one_of(&world.routes) else { return };
        let path = world.server.path(&route.path, &mut choices);
        let (method, schema) = (route.method.clone(), route.body.clone().unwrap_or_default());
        let body = choices.fitting(&schema, document, 8).to_string().into_bytes();
        let body = match choices.byte() {
            0..=239 => body,
            240..=247 => body[..body.len() / 2].to_vec(),
            _ => choices.0.to_vec(),
        };
        world.ask(&method, &path, body);
    });
}

/// Fields of bodies of the older generations.
fn old_fields() -> Value {
    let (text, list) = (json!({ "type": "string" }), json!({ "type": "array", "items": { "type": "object" } }));
    let message = json!({ "type": "array", "items": { "type": "object", "required": ["role", "content"], "properties": {
        "role": text, "role_type": text, "content": text, "uuid": text, "metadata": {}, "token_count": { "type": "integer" },
    } } });
    json!({
        "user_id": text, "session_id": text, "email": text, "first_name": text, "metadata": {}, "messages": message,
        "text": text, "name": text, "description": text, "embedding_dimensions": { "type": "integer" },
        "is_auto_embedded": { "type": "boolean" }, "content": text, "search_type": text, "search_scope": text,
        "mmr_lambda": { "type": "number" }, "facts": list, "fact": text, "instruction": text, "classes": list,
        "model_schema": text, "last_n": { "type": "integer" }, "record_filter": {}, "fact_rating_instruction": {},
        "group_id": text, "document_id": text, "embedding": { "type": "array", "items": { "type": "number" } },
    })
}

#[test]
fn cursors() {
    let world = World::new(|route| route.has_cursor);
    assert!(world.routes.len() > 15, "{} lists", world.routes.len());
    let mut world = AssertUnwindSafe(world);
    let pieces = [
        "-",
        ".",
        "0",
        "1",
        "2",
        "9",
        "9223372036854775807",
        "18446744073709551616",
        "00",
        "1-",
        "-1",
        "%00",
        "+",
        "=",
        "%ff",
        "eyJ",
        "11111111-1111-4111-8111-111111111111",
        "10-1",
        "1.1",
        "asc",
        "created_at",
        "%20",
        "0x10",
        "e9",
        "%f0%9f%98%80",
        "1741168800000000",
        "desc",
    ];
    check!().for_each(move |bytes: &[u8]| {
        let world = &mut *world;
        let mut choices = Choices(bytes);
        let Some((route, document)) = choices.one_of(&world.routes) else { return };
        let path = world.server.path(&route.path, &mut choices);
        let (method, schema) = (route.method.clone(), route.body.clone());
        let cursor: String = (0..choices.byte() % 8).filter_map(|_| choices.one_of(&pieces).copied()).collect();
        let size = ["", "&page_size=1", "&limit=1", "&page_size=-1", "&page_size=1000000", "&order_by=created_at"];
        let size = choices.one_of(&size).copied().unwrap_or_default();
        let body =
            schema.map_or_else(Vec::new, |schema| choices.fitting(&schema, document, 4).to_string().into_bytes());
        world.ask(&method, &format!("{path}?cursor={cursor}{size}"), body);
    });
}
