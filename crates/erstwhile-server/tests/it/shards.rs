//! What the server answers while a shard of its store does not. Time is virtual, so that what waits too long is found without
//! waiting.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, header};
use erstwhile::Engine;
use erstwhile::store::Store;
use erstwhile::store::sqlite::InMemory;
use erstwhile_server::app::App;
use erstwhile_server::router::{metrics_router, router};
use erstwhile_server::serve::bootstrap;
use erstwhile_server::settings::Settings;
use erstwhile_testkit::Sharded;
use serde_json::{Value, json};
use tokio::time::{sleep, timeout};
use tower::ServiceExt;
use uuid::Uuid;

use crate::process::KEY;

/// How long a caller waits.
const PATIENCE: Duration = Duration::from_secs(4);

/// A server without sockets and workers.
struct Node {
    api: Router,
    metrics: Router,
    shards: Arc<Sharded>,
    /// The key of the shard with the rows of the project.
    project: Uuid,
}

impl Node {
    /// With a user `ann`, whose thread is `t`.
    async fn new() -> Self {
        let shards = Arc::new(Sharded::new(Arc::new(InMemory::open().expect("a database"))));
        let engine = Engine::builder(Store::open(Arc::clone(&shards) as _).await.expect("a store")).build();
        let project = bootstrap(&engine, Some(KEY)).await.expect("a project").0.id.0;
        let settings = Settings::default();
        let app = App::new(engine, &settings);
        let node = Self { api: router(&app, &settings.server), metrics: metrics_router(&app), shards, project };
        node.call("POST", "/api/v2/users", &json!({ "user_id": "ann", "first_name": "Ann" })).await;
        node.call("POST", "/api/v2/threads", &json!({ "thread_id": "t", "user_id": "ann" })).await;
        node
    }

    async fn call(&self, method: &str, path: &str, body: &Value) -> Value {
        let (status, text) = ask(&self.api, method, path, body).await;
        assert!(status < 300, "{path}: {status} {text}");
        serde_json::from_str(&text).unwrap_or_default()
    }

    async fn say(&self, text: &str) {
        let said = json!({ "messages": [{ "role": "user", "content": text }] });
        timeout(PATIENCE, self.call("POST", "/api/v2/threads/t/messages", &said)).await.expect("an answer in time");
    }

    /// The status of `/readyz`, and its checks.
    async fn readiness(&self) -> (u16, Vec<Value>) {
        let (status, text) = ask(&self.api, "GET", "/readyz", &Value::Null).await;
        (status, serde_json::from_str(&text).unwrap_or_default())
    }

    /// The value of a metric without labels.
    async fn metric(&self, name: &str) -> String {
        let asked = timeout(PATIENCE, ask(&self.metrics, "GET", "/metrics", &Value::Null));
        let (status, text) = asked.await.expect("an answer in time");
        assert_eq!(status, 200);
        let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        value.unwrap_or_else(|| panic!("no {name}: {text}")).to_owned()
    }
}

async fn ask(router: &Router, method: &str, path: &str, body: &Value) -> (u16, String) {
    let request = Request::builder().method(method).uri(path).header(header::AUTHORIZATION, format!("Api-Key {KEY}"));
    let request = request.header(header::CONTENT_TYPE, "application/json");
    let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
    let answer = router.clone().oneshot(request.body(body).expect("a request")).await.expect("an answer");
    let status = answer.status().as_u16();
    let bytes = to_bytes(answer.into_body(), usize::MAX).await.expect("a body");
    (status, String::from_utf8(bytes.to_vec()).expect("text"))
}

fn detail<'a>(checks: &'a [Value], name: &str) -> Option<&'a str> {
    checks.iter().find(|check| check["name"] == name)?["detail"].as_str()
}

#[tokio::test(start_paused = true)]
async fn readiness_asks_only_for_what_this_node_needs() {
    let node = Node::new().await;
    let (status, checks) = node.readiness().await;
    assert_eq!((status, detail(&checks, "store")), (200, Some("written and read")));
    assert_eq!(detail(&checks, "ingestion"), Some("0 episodes of 0 graphs waiting"));

    node.shards.lose(vec![Uuid::nil()]);
    let (status, checks) = timeout(PATIENCE, node.readiness()).await.expect("an answer in time");
    assert_eq!(status, 200, "{checks:?}");
    assert!(checks.iter().all(|check| check["ok"] == true), "{checks:?}");
    assert!(detail(&checks, "store").is_some_and(|detail| detail.starts_with("some shards do not answer: ")));
    assert_eq!(detail(&checks, "ingestion"), Some("unknown while some shards do not answer"));

    // None of the shards that the check of the store tries.
    node.shards.lose((0..8).map(Uuid::from_u128).collect());
    assert_eq!(node.readiness().await.0, 503);
    node.shards.lose(Vec::new());
    let (status, checks) = node.readiness().await;
    assert_eq!((status, detail(&checks, "store")), (200, Some("written and read")));
}

#[tokio::test(start_paused = true)]
async fn metrics_answer_with_the_lengths_of_the_queues_that_were_known_last() {
    let node = Node::new().await;
    node.say("I like tea.").await;
    assert_eq!(node.metric("erstwhile_queue_episodes").await, "1");
    node.shards.lose(vec![Uuid::nil()]);
    node.say("I like bread.").await;
    assert_eq!(node.metric("erstwhile_queue_episodes").await, "1");
    node.shards.lose(Vec::new());
    assert_eq!(node.metric("erstwhile_queue_episodes").await, "2");
}

#[tokio::test(start_paused = true)]
async fn settings_are_used_as_they_were_known_last_while_the_shard_of_the_project_is_lost() {
    let node = Node::new().await;
    let template = json!({ "template_id": "short", "template": "Known of them: %{user_summary}" });
    node.call("POST", "/api/v2/context-templates", &template).await;
    node.say("I like tea.").await;
    let path = "/api/v2/threads/t/context?template_id=short";
    let before = node.call("GET", path, &Value::Null).await["context"].clone();
    assert!(before.as_str().is_some_and(|context| context.starts_with("Known of them:")), "{before}");
    node.shards.lose(vec![node.project]);
    for _ in 0..3 {
        sleep(Duration::from_mins(1)).await;
        let again = timeout(PATIENCE, node.call("GET", path, &Value::Null)).await.expect("an answer in time");
        assert_eq!(again["context"], before);
    }
}
