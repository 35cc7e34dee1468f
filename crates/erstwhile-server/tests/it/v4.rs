//! The frame of API v4: errors with codes, what it does not have, and clients at the wrong base URL.

use serde_json::{Value, json};

use crate::process::{KEY, Process, exchange, status_of};

const V4: [&str; 2] = ["X-Fern-SDK-Name: zep-cloud\r\n", "X-Fern-SDK-Version: 4.0.1\r\n"];
const V3: [&str; 2] = ["X-Fern-SDK-Name: zep-cloud\r\n", "X-Fern-SDK-Version: 3.30.0\r\n"];

/// The status and body of the answer to a request with the key and some headers.
fn ask(server: &Process, headers: &[&str], verb: &str, path: &str) -> (u16, Value) {
    let key = format!("Authorization: Api-Key {KEY}\r\n");
    let headers: Vec<&str> = headers.iter().copied().chain([key.as_str()]).collect();
    let (head, text) = exchange(server.address, verb, path, &headers, None).expect("an answer");
    (status_of(&head).expect("a status"), serde_json::from_str(&text).unwrap_or_default())
}

/// The body of the answer to a POST with an idempotency key.
fn post(server: &Process, key: &str, path: &str, body: &Value) -> Value {
    let (access, key) = (format!("Authorization: Api-Key {KEY}\r\n"), format!("Idempotency-Key: {key}\r\n"));
    let (head, text) =
        exchange(server.address, "POST", &format!("/api/v4{path}"), &[&access, &key], Some(body)).expect("an answer");
    let status = status_of(&head).expect("a status");
    assert!(status < 300, "{path}: {status} {text}");
    serde_json::from_str(&text).expect("JSON")
}

fn start() -> (tempfile::TempDir, Process) {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Process::start_with(folder.path(), &[]);
    (folder, server)
}

#[test]
fn what_v4_does_not_have_is_answered_with_a_code_and_a_request_id() {
    let (_folder, server) = start();
    let some = "00000000-0000-4000-8000-000000000000";
    for path in [
        "/agents/list",
        "/agents",
        &format!("/agents/{some}/skills/list"),
        "/trace-connections",
        "/trace-connections/list",
    ] {
        let (status, body) = ask(&server, &V4, "POST", &format!("/api/v4{path}"));
        assert_eq!((status, &body["error"]["code"]), (501, &"not_implemented".into()), "{path}: {body}");
        assert!(body["error"]["request_id"].as_str().is_some_and(|id| !id.is_empty()), "{body}");
    }
    let (status, body) = ask(&server, &V4, "GET", "/api/v4/nothing");
    assert_eq!((status, &body["error"]["code"]), (404, &"not_found".into()), "{body}");
    let (head, text) = exchange(server.address, "GET", "/api/v4/agents", &V4, None).expect("an answer");
    assert_eq!(status_of(&head), Some(401));
    assert!(text.contains(r#""code":"unauthenticated""#), "{text}");
}

#[test]
fn an_sdk_at_the_wrong_base_url_is_told_the_right_one_and_changes_nothing() {
    let (_folder, server) = start();
    let (status, body) = ask(&server, &V4, "POST", "/api/v2/users");
    assert_eq!((status, &body["error"]["code"]), (404, &"wrong_base_url".into()), "{body}");
    assert!(body["error"]["message"].as_str().is_some_and(|message| message.ends_with("/api/v4")), "{body}");
    let (status, body) = ask(&server, &V3, "POST", "/api/v4/users");
    assert_eq!(status, 404);
    assert!(body["message"].as_str().is_some_and(|message| message.ends_with("/api/v2")), "{body}");
    let (status, body) = ask(&server, &[], "GET", "/users");
    assert_eq!(status, 404);
    assert!(body["message"].as_str().is_some_and(|message| message.contains("/api/v4 for zep-cloud 4")), "{body}");
}

/// The status, head and body of the answer to a request of a generation with an idempotency key.
fn keyed(server: &Process, key: &str, path: &str, body: &Value) -> (u16, String, Value) {
    let (access, key) = (format!("Authorization: Api-Key {KEY}\r\n"), format!("Idempotency-Key: {key}\r\n"));
    let (head, text) = exchange(server.address, "POST", path, &[&access, &key], Some(body)).expect("an answer");
    (status_of(&head).expect("a status"), head, serde_json::from_str(&text).unwrap_or_default())
}

#[test]
fn a_key_that_was_used_for_another_request_is_409_in_the_form_of_each_generation() {
    let (_folder, server) = start();
    let of = |name: &str| json!({ "user_id": name });
    for path in ["/api/v4/users", "/api/v2/users", "/api/v1/user"] {
        let (status, _, body) = keyed(&server, path, path, &of(&path.replace('/', "-")));
        assert!(status < 300, "{path}: {status} {body}");
        // Without a change, nothing has used the key.
        assert_eq!(keyed(&server, "bad", path, &json!({ "user_id": 7 })).0, 400);
    }
    assert!(keyed(&server, "bad", "/api/v4/users", &of("good")).0 < 300);
    let (status, _, body) = keyed(&server, "/api/v4/users", "/api/v4/users", &of("other"));
    assert_eq!((status, &body["error"]["code"]), (409, &"idempotency_key_reused".into()), "{body}");
    let (status, _, body) = keyed(&server, "/api/v2/users", "/api/v2/users", &of("other"));
    assert_eq!((status, &body["message"]), (409, &"the idempotency key was used for another request".into()));
    assert_eq!(keyed(&server, "/api/v1/user", "/api/v1/user", &of("other")).0, 409);
    // The path is a part of the request.
    assert_eq!(keyed(&server, "/api/v2/users", "/api/v4/users", &of("-api-v2-users")).0, 409);
    let (_, listed) = ask(&server, &[], "GET", "/api/v2/users-ordered?pageNumber=1&pageSize=9");
    assert_eq!(listed["total_count"], 4, "{listed}");
}

#[test]
fn a_message_keeps_the_uuid_that_the_application_gives_it_and_may_be_sent_again() {
    let (_folder, server) = start();
    let user = post(&server, "user", "/users", &json!({ "user_id": "ann" }));
    let thread = post(&server, "thread", "/threads", &json!({ "user_uuid": user["uuid"] }));
    let thread = thread["uuid"].as_str().expect("a uuid");
    let uuids = ["7d7b6f0e-3f0a-4e43-9a53-3d9f4f3c2a11", "7d7b6f0e-3f0a-4e43-9a53-3d9f4f3c2a12"];
    let v3 = (format!("/api/v2/threads/{thread}/messages"), "message_uuids", "created_at");
    let v4 = (format!("/api/v4/threads/{thread}/messages"), "messages", "reference_time");
    for ((path, ids, time), uuid) in [v3, v4].into_iter().zip(uuids) {
        let said = |content: &str| json!({ "messages": [{ "role": "user", "content": content, "uuid": uuid, time: "2026-01-01T00:00:00Z" }] });
        // Another key each time: the uuid is enough.
        let (status, _, first) = keyed(&server, &format!("{uuid} 1"), &path, &said("I like tea."));
        assert!(status < 300, "{first}");
        assert!(first[ids][0] == uuid || first[ids][0]["uuid"] == uuid, "{first}");
        let (status, _, again) = keyed(&server, &format!("{uuid} 2"), &path, &said("I like tea."));
        assert!(status < 300 && again[ids][0] == first[ids][0], "{again}");
        assert_eq!(again["task_id"], first["task_id"]);
        assert_eq!(again["task"]["uuid"], first["task"]["uuid"]);
        let (status, _, refused) = keyed(&server, &format!("{uuid} 3"), &path, &said("I like figs."));
        assert_eq!(status, 409, "{refused}");
        assert!(!refused.to_string().contains("tea"), "{refused}");
    }
    let malformed = json!({ "messages": [{ "role": "user", "content": "x", "uuid": "m-1" }] });
    let (status, _, refused) = keyed(&server, "bad", &format!("/api/v4/threads/{thread}/messages"), &malformed);
    assert_eq!((status, &refused["error"]["param"]), (400, &"messages[0].uuid".into()), "{refused}");
    let (_, listed) = ask(&server, &[], "GET", &format!("/api/v4/threads/{thread}/messages"));
    assert_eq!(listed["total_size"], 2, "{listed}");
    let graph = user["graph_uuid"].as_str().expect("a uuid");
    for path in [
        format!("/api/v4/threads/{thread}/messages/{}", uuids[0]),
        format!("/api/v4/graphs/{graph}/episodes/{}", uuids[1]),
        format!("/api/v2/graph/episodes/{}", uuids[0]),
    ] {
        assert_eq!(ask(&server, &[], "GET", &path).0, 200, "{path}");
    }
    let (status, _) = ask(&server, &[], "DELETE", &format!("/api/v4/graphs/{graph}/episodes/{}", uuids[1]));
    assert_eq!(status, 202);
    assert_eq!(ask(&server, &[], "GET", &format!("/api/v4/graphs/{graph}/episodes/{}", uuids[1])).0, 404);
}

/// The value of a header.
fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines()
        .find_map(|line| line.split_once(':').filter(|(found, _)| found.eq_ignore_ascii_case(name)))
        .map(|(_, value)| value.trim())
}

#[test]
fn answers_of_v4_tell_how_many_requests_a_key_has_left() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Process::start_with(folder.path(), &[("ERSTWHILE_LIMITS__REQUESTS_PER_SECOND", "3")]);
    let access = format!("Authorization: Api-Key {KEY}\r\n");
    let get = |path: &str| exchange(server.address, "GET", path, &[&access], None).expect("an answer").0;
    let head = get("/api/v4/project");
    assert_eq!(header(&head, "x-ratelimit-limit"), Some("3"));
    assert_eq!(header(&head, "x-ratelimit-remaining"), Some("2"));
    assert!(header(&head, "x-ratelimit-reset").is_some_and(|at| at.parse::<i64>().is_ok_and(|at| at > 1_700_000_000)));
    let refused = (0..200).map(|_| get("/api/v4/project")).find(|head| status_of(head) == Some(429));
    let refused = refused.expect("a request over the limit");
    assert_eq!(header(&refused, "x-ratelimit-remaining"), Some("0"));
    assert_eq!(header(&refused, "retry-after"), Some("1"));
    assert_eq!(header(&get("/api/v2/projects/info"), "x-ratelimit-limit"), None);
}

#[test]
fn a_request_that_is_repeated_with_its_key_is_executed_once() {
    let (_folder, server) = start();
    let ann = json!({ "first_name": "Ann" });
    let user = post(&server, "one", "/users", &ann);
    assert_eq!(post(&server, "one", "/users", &ann), user);
    assert_ne!(post(&server, "two", "/users", &ann)["uuid"], user["uuid"]);

    let owner = json!({ "user_uuid": user["uuid"] });
    let thread = post(&server, "thread", "/threads", &owner);
    assert_eq!(post(&server, "thread", "/threads", &owner), thread);
    let messages = format!("/threads/{}/messages", thread["uuid"].as_str().expect("a uuid"));
    let said = json!({ "messages": [{ "role": "user", "content": "I live in Lyon." }] });
    let first = post(&server, "said", &messages, &said);
    let again = post(&server, "said", &messages, &said);
    assert_eq!(again["messages"][0]["uuid"], first["messages"][0]["uuid"]);
    assert_eq!(again["task"]["uuid"], first["task"]["uuid"]);
    let (_, listed) = ask(&server, &[], "GET", &format!("/api/v4{messages}"));
    assert_eq!(listed["total_size"], 1, "{listed}");

    let graph = post(&server, "graph", "/graphs", &json!({}));
    assert_eq!(post(&server, "graph", "/graphs", &json!({})), graph);
    let episodes = format!("/graphs/{}/episodes", graph["uuid"].as_str().expect("a uuid"));
    let data = json!({ "data": "Ann likes tea." });
    let added = post(&server, "data", &episodes, &data);
    assert_eq!(post(&server, "data", &episodes, &data)["episode"]["uuid"], added["episode"]["uuid"]);
    assert_eq!(post(&server, "list", &format!("{episodes}/list"), &json!({}))["total_size"], 1);
}

#[test]
fn tasks_are_listed_by_state_and_kind_in_pages() {
    let (_folder, server) = start();
    let list = |query: &str| {
        let (status, body) = ask(&server, &[], "GET", &format!("/api/v4/tasks?{query}"));
        assert_eq!(status, 200, "{body}");
        let items = body["items"].as_array().expect("items").clone();
        let uuids: Vec<String> = items.iter().map(|task| task["uuid"].as_str().expect("a uuid").to_owned()).collect();
        (uuids, body["next_cursor"].as_str().map(str::to_owned))
    };
    let graph = post(&server, "graph", "/graphs", &json!({}));
    let graph = graph["uuid"].as_str().expect("a uuid");
    let mut added_tasks = Vec::new();
    for number in 0..5 {
        let data = json!({ "data": format!("Ann likes tea {number}.") });
        let added = post(&server, &data.to_string(), &format!("/graphs/{graph}/episodes"), &data);
        added_tasks.insert(0, added["task"]["uuid"].as_str().expect("a uuid").to_owned());
    }
    let nodes = post(&server, "nodes", &format!("/graphs/{graph}/nodes"), &json!({ "nodes": [{ "name": "Lyon" }] }));
    let done = nodes["task"]["uuid"].as_str().expect("a uuid").to_owned();
    while !list("status=pending").0.is_empty() || !list("status=processing").0.is_empty() {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let (mut paged, mut cursor) = (Vec::new(), Some(String::new()));
    while let Some(at) = cursor {
        let (uuids, next) = list(&format!("page_size=2&cursor={at}"));
        assert!(uuids.len() <= 2);
        paged.extend(uuids);
        cursor = next;
    }
    let all = [vec![done.clone()], added_tasks.clone()].concat();
    assert_eq!(paged, all);
    assert_eq!(list("status=succeeded").0, all);
    assert_eq!(list("status=failed").0, Vec::<String>::new());
    assert_eq!(list("type=graph.add&status=succeeded&page_size=5").0, added_tasks);
    assert_eq!(list("type=graph.add_nodes").0, [done]);

    let draft = post(&server, "draft", "/batches", &json!({}));
    let batch = post(&server, "batch", "/batches", &json!({}));
    let batch = batch["uuid"].as_str().expect("a uuid").to_owned();
    let items = json!({ "items": [{ "type": "graph_episode", "graph_uuid": graph, "data": "Ann likes figs." }] });
    post(&server, "items", &format!("/batches/{batch}/items"), &items);
    post(&server, "process", &format!("/batches/{batch}/process"), &json!({}));
    assert!(!draft.is_null());
    assert_eq!(list("type=batch.process").0, std::slice::from_ref(&batch));
    while list("type=batch.process&status=succeeded").0 != [batch.clone()] {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    assert_eq!(list("type=batch.process&status=failed").0, Vec::<String>::new());
    for wrong in ["status=lost", "cursor=x", "type=batch.process&cursor=-1", "page_size=0"] {
        assert_eq!(ask(&server, &[], "GET", &format!("/api/v4/tasks?{wrong}")).0, 400, "{wrong}");
    }
}

#[test]
fn results_of_low_quality_are_left_out_on_request() {
    let (_folder, server) = start();
    let user = post(&server, "user", "/users", &json!({ "user_id": "ann", "first_name": "Ann" }));
    let graph = user["graph_uuid"].as_str().expect("a graph").to_owned();
    let edge = json!({ "fact": "Ann owns a red kayak", "fact_name": "OWNS",
        "source_node": { "name": "Ann" }, "target_node": { "name": "red kayak" } });
    let fact = json!({ "edges": [edge] });
    post(&server, "fact", &format!("/graphs/{graph}/edges"), &fact);
    let found = |key: &str, query: &str, is_strict: bool| {
        let search = json!({ "query": query, "reranker": "cross_encoder", "filter_low_quality_results": is_strict });
        let found = post(&server, key, &format!("/graphs/{graph}/search/edges"), &search);
        found["items"].as_array().expect("items").len()
    };
    let (known, unknown) = ("Which kayak does Ann own?", "Which vaccinations does Ann need?");
    assert_eq!((found("1", known, true), found("2", known, false)), (1, 1));
    assert_eq!((found("3", unknown, true), found("4", unknown, false)), (0, 1));
}

#[test]
fn what_a_request_says_that_v4_does_not_know_is_refused_by_name() {
    let (_folder, server) = start();
    let user = post(&server, "user", "/users", &json!({ "user_id": "ann", "first_name": "Ann" }));
    let graph = user["graph_uuid"].as_str().expect("a graph");
    let error = |verb: &str, path: &str, body: Option<&Value>| {
        let key = format!("Authorization: Api-Key {KEY}\r\n");
        let (head, text) = exchange(server.address, verb, path, &[&key], body).expect("an answer");
        assert_eq!(status_of(&head), Some(400), "{path} {body:?}: {text}");
        let answer: Value = serde_json::from_str(&text).expect("JSON");
        ["code", "param", "message"].map(|field| answer["error"][field].as_str().unwrap_or_default().to_owned())
    };
    for (kind, filters) in [
        ("search/edges", json!({ "edge_type": ["LIVES_IN"] })),
        ("search/nodes", json!({ "node_label": ["City"] })),
        ("search/episodes", json!({ "mentioned_nodes": [] })),
        ("edges/list", json!({ "date_filters": { "all_of": [] } })),
        ("edges/list", json!({ "metadata_filters": { "filter": [] } })),
        ("edges/list", json!({ "property_filters": [{ "property_name": "a", "operator": "eq", "values": 1 }] })),
    ] {
        let body = json!({ "query": "Lyon", "filters": filters });
        let [code, param, message] = error("POST", &format!("/api/v4/graphs/{graph}/{kind}"), Some(&body));
        assert_eq!((code.as_str(), param.as_str()), ("unsupported_filter", "filters"), "{kind}: {message}");
    }
    let absent = json!({ "query": "Lyon", "filters": { "edge_type": null, "edge_types": ["LIVES_IN"] } });
    post(&server, "absent", &format!("/graphs/{graph}/search/edges"), &absent);
    let [code, param, message] = error("POST", "/api/v4/users/list?page_size=x", Some(&json!({})));
    assert_eq!((code.as_str(), param.as_str()), ("invalid_request", "page_size"));
    assert_eq!(message, "invalid page_size: not a whole number");
}

#[test]
fn a_filter_that_filters_nothing_is_refused() {
    let (_folder, server) = start();
    let user = post(&server, "user", "/users", &json!({ "user_id": "ann" }));
    post(&server, "thread", "/threads", &json!({ "user_uuid": user["uuid"] }));
    for (path, param) in [
        ("/threads?user_uuid=", "user_uuid"),
        ("/threads?user_uuid=%20", "user_uuid"),
        ("/tasks?type=user.remove", "type"),
    ] {
        let (status, body) = ask(&server, &V4, "GET", &format!("/api/v4{path}"));
        assert_eq!((status, &body["error"]["param"]), (400, &param.into()), "{path}: {body}");
    }
    let (status, body) = ask(&server, &V4, "GET", "/api/v4/tasks?type=user.delete");
    assert_eq!((status, body["items"].as_array().map(Vec::len)), (200, Some(0)), "{body}");
    let (_, body) = ask(&server, &V4, "GET", "/api/v4/threads");
    assert_eq!(body["items"].as_array().map(Vec::len), Some(1), "{body}");
}
