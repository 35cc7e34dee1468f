//! Keys of one user or graph: what they reach. What they do not reach is in `isolation.rs`.

use serde_json::{Value, json};

use crate::isolation::create_key;
use crate::process::{Answer, Process, call_with, eventually, exchange};

/// A server with two users, Ann and Bob, each with a thread, and a standalone graph.
fn start(folder: &std::path::Path) -> Process {
    let server = Process::start_embedded(folder);
    for user in ["ann", "bob"] {
        server.call("POST", "/users", Some(&json!({ "user_id": user, "first_name": user })));
        server.call("POST", "/threads", Some(&json!({ "thread_id": format!("{user}-1"), "user_id": user })));
    }
    server.call("POST", "/graph/create", Some(&json!({ "graph_id": "team" })));
    server.call("POST", "/context-templates", Some(&json!({ "template_id": "short", "template": "%{user_summary}" })));
    server
}

fn caller<'a>(server: &'a Process, key: &'a str) -> impl Fn(&str, &str, Value) -> Answer + 'a {
    move |verb, path, body| {
        let body = (verb != "GET").then_some(body);
        call_with(key, server.address, verb, path, body.as_ref()).expect("an answer")
    }
}

#[test]
fn a_key_of_a_user_reads_changes_and_deletes_that_user_and_nothing_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = start(folder.path());
    let key = create_key(folder.path(), &["--user", "ann"]);
    let call = caller(&server, &key);
    let said = json!({ "messages": [{ "role": "user", "content": "I live in Lyon." }] });
    assert_eq!(call("POST", "/threads/ann-1/messages", said.clone()).status, 200);
    assert_eq!(call("POST", "/threads", json!({ "thread_id": "ann-2", "user_id": "ann" })).status, 201);
    assert_eq!(call("PATCH", "/users/ann", json!({ "last_name": "Lee" })).body["last_name"], "Lee");
    eventually("the context tells where Ann lives", || {
        let context = call("GET", "/threads/ann-1/context", Value::Null).body;
        context["context"].as_str().is_some_and(|context| context.contains("Lyon"))
    });
    assert_eq!(call("GET", "/threads/ann-1/context?template_id=short", Value::Null).status, 200);
    let search = json!({ "user_id": "ann", "query": "Lyon" });
    assert_eq!(call("POST", "/graph/search", search).status, 200);

    assert_eq!(call("POST", "/threads/bob-1/messages", said).status, 404);
    assert_eq!(call("GET", "/users/bob", Value::Null).status, 404);
    assert_eq!(call("POST", "/graph/search", json!({ "graph_id": "team", "query": "Lyon" })).status, 404);
    for (verb, path, body) in [
        ("GET", "/users-ordered", Value::Null),
        ("GET", "/threads", Value::Null),
        ("GET", "/erasures", Value::Null),
        ("GET", "/context-templates", Value::Null),
        ("POST", "/users", json!({ "user_id": "eve" })),
        ("POST", "/graph/create", json!({ "graph_id": "eves" })),
        ("PUT", "/entity-types", json!({ "entity_types": [{ "name": "City", "description": "a city" }] })),
    ] {
        let answer = call(verb, path, body);
        assert_eq!(answer.status, 403, "{verb} {path}: {}", answer.body);
    }

    assert_eq!(call("DELETE", "/users/ann", json!({})).status, 200);
    assert_eq!(call("GET", "/users/ann", Value::Null).status, 404);
    server.call("POST", "/users", Some(&json!({ "user_id": "ann" })));
    assert_eq!(call("GET", "/users/ann", Value::Null).status, 404, "the next user of this id is somebody else");
}

#[test]
fn a_read_only_key_of_a_graph_reads_that_graph_also_as_an_agent() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = start(folder.path());
    server.call("POST", "/graph", Some(&json!({ "graph_id": "team", "type": "text", "data": "Mia lives in Oslo." })));
    let key = create_key(folder.path(), &["--graph", "team", "--role", "read"]);
    let call = caller(&server, &key);
    assert_eq!(call("GET", "/graph/team", Value::Null).status, 200);
    assert_eq!(call("PATCH", "/graph/team", json!({ "name": "x" })).status, 403);
    assert_eq!(call("GET", "/users/ann", Value::Null).status, 404);
    let tool = |graph: &str| {
        let arguments = json!({ "group_ids": [graph], "query": "Where does Mia live?" });
        let params = json!({ "name": "search_memory_facts", "arguments": arguments });
        let message = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params });
        let headers = [&*format!("Authorization: Bearer {key}\r\n"), "Accept: application/json, text/event-stream\r\n"];
        exchange(server.address, "POST", "/mcp", &headers, Some(&message)).expect("an answer").1
    };
    assert!(tool("team").contains("Oslo"), "{}", tool("team"));
    assert!(tool("other").contains("not_found") || !tool("other").contains("Oslo"), "{}", tool("other"));
}

#[test]
fn a_key_of_somebody_unknown_is_not_created() {
    let folder = tempfile::tempdir().expect("a folder");
    let _server = start(folder.path());
    let created = std::process::Command::new(env!("CARGO_BIN_EXE_erstwhile"))
        .args(["keys", "create", "--user", "nobody", "--data"])
        .arg(folder.path())
        .output()
        .expect("the command runs");
    assert!(!created.status.success() && created.stdout.is_empty(), "{created:?}");
    assert!(String::from_utf8_lossy(&created.stderr).contains("user not found"), "{created:?}");
}

fn project(server: &Process) -> String {
    server.call("GET", "/projects/info", None).body["project"]["uuid"].as_str().expect("a uuid").to_owned()
}

/// Puts a user into a new group that has a policy set about the graph `team`; returns the group.
pub(crate) fn grant(server: &Process, user: &str, set: &str, mode: &str, actions: &[&str]) -> Value {
    let policy = json!({ "name": set, "mode": mode, "grants": [{ "graph_id": "team", "actions": actions }] });
    let put = server.call("PUT", &format!("/abac/policy-sets/{set}"), Some(&policy));
    assert_eq!((put.status, &put.body["mode"]), (200, &json!(mode)), "{}", put.body);
    let project = project(server);
    let made = server.call("POST", &format!("/user-groups?projectId={project}"), Some(&json!({ "name": set })));
    let group = made.body["uuid"].clone();
    let path = group.as_str().unwrap_or_else(|| panic!("no group: {}", made.body)).to_owned();
    let (attach, attached) = (json!({ "policy_set_uuid": set }), format!("/abac/user-groups/{path}/policy-sets"));
    assert_eq!(server.call("POST", &format!("{attached}?projectId={project}"), Some(&attach)).status, 200);
    let member = server.call("GET", &format!("/users/{user}"), None).body["uuid"].clone();
    let members = json!({ "user_uuids": [member] });
    let path = format!("/user-groups/{path}/members?projectId={project}");
    assert_eq!(server.call("POST", &path, Some(&members)).status, 200);
    group
}

const READ: &str = "00000000-0000-4000-8000-00000000000a";
const ADD: &str = "00000000-0000-4000-8000-00000000000b";

#[test]
fn a_member_reaches_what_the_policy_sets_of_the_group_grant_and_no_more() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = start(folder.path());
    server.call("POST", "/graph/create", Some(&json!({ "graph_id": "secret" })));
    let data = json!({ "graph_id": "team", "type": "text", "data": "Mia lives in Oslo." });
    let episode = server.call("POST", "/graph", Some(&data)).body["uuid"].clone();
    let team = server.call("GET", "/graph/team", None).body["uuid"].clone();
    let (ann, bob) = (create_key(folder.path(), &["--user", "ann"]), create_key(folder.path(), &["--user", "bob"]));
    let (ann, bob) = (caller(&server, &ann), caller(&server, &bob));
    let search = json!({ "graph_id": "team", "query": "Where does Mia live?" });
    assert_eq!(ann("POST", "/graph/search", search.clone()).status, 404, "nothing is granted yet");

    grant(&server, "ann", READ, "off", &["graph.add"]);
    assert_eq!(ann("POST", "/graph/search", search.clone()).status, 404, "the policy set is off");
    let group = grant(&server, "ann", ADD, "enforce", &["graph.search"]);
    let found = ann("POST", "/graph/search", search.clone());
    assert!(found.status == 200 && found.body.to_string().contains("Oslo"), "{}", found.body);
    let listed = ann("GET", "/graph/list-all", Value::Null).body;
    assert_eq!((&listed["total_count"], &listed["graphs"][0]["graph_id"]), (&json!(1), &json!("team")), "{listed}");
    assert_eq!(ann("POST", "/graph", data.clone()).status, 403, "reading is granted, adding is not");
    assert_eq!(bob("POST", "/graph/search", search.clone()).status, 404, "Bob is no member");
    assert_eq!(ann("GET", "/graph/secret", Value::Null).status, 404);
    assert_eq!(ann("GET", "/users/bob", Value::Null).status, 404);

    let more = json!({ "name": "team", "grants": [{ "graph_uuid": team, "actions": ["graph.add"] }] });
    let put = server.call("PUT", &format!("/abac/policy-sets/{ADD}"), Some(&more));
    assert_eq!((&put.body["version"], &put.body["grants"][0]["actions"][0]), (&json!(2), &json!("graph.search")));
    assert_eq!(ann("POST", "/graph", data.clone()).status, 202, "adding is granted now");
    let mut fact = json!({ "graph_id": "team", "fact": "Mia knows Leo.", "fact_name": "KNOWS", "source_node_name": "Mia",
                           "target_node_name": "Leo" });
    assert!(ann("POST", "/graph/add-fact-triple", fact.clone()).status < 300);
    fact["source_node_attributes"] = json!({ "age": 3 });
    assert_eq!(ann("POST", "/graph/add-fact-triple", fact.clone()).status, 403, "Mia was there before");
    fact["source_node_attributes"] = json!({});
    fact["expired_at"] = json!("2026-01-01T00:00:00Z");
    assert_eq!(ann("POST", "/graph/add-fact-triple", fact).status, 403, "the fact was there before");
    let path = format!("/graph/episodes/{}", episode.as_str().expect("a uuid"));
    assert_eq!(ann("DELETE", &path, json!({})).status, 403, "adding is not deleting");
    assert_eq!(ann("PATCH", "/graph/team", json!({ "name": "Mine" })).status, 403);
    assert_eq!(ann("DELETE", "/graph/team", json!({})).status, 403);
    assert_eq!(server.call("GET", &path, None).status, 200);

    let member = server.call("GET", "/users/ann", None).body["uuid"].as_str().expect("a uuid").to_owned();
    let group = group.as_str().expect("a uuid");
    server.call("DELETE", &format!("/user-groups/{group}/members/{member}?projectId={}", project(&server)), None);
    assert_eq!(ann("POST", "/graph/search", search).status, 404, "who leaves the group loses the grant at once");
}

#[test]
fn a_policy_set_grants_existing_standalone_graphs_and_stays_while_it_is_attached() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = start(folder.path());
    let path = format!("/abac/policy-sets/{READ}");
    let put = |body: Value| server.call("PUT", &path, Some(&body));
    let ann = server.call("GET", "/users/ann", None).body["uuid"].clone();
    let actions = json!(["graph.search"]);
    for (grants, status) in [
        (json!([{ "graph_id": "nothing", "actions": actions }]), 404),
        (json!([{ "graph_id": "team", "actions": ["graph.delete"] }]), 400),
        (json!([{ "graph_id": "team", "actions": [] }]), 400),
        (json!([{ "actions": actions }]), 400),
        (json!([{ "graph_uuid": ann, "actions": actions }]), 400),
    ] {
        let answer = put(json!({ "name": "x", "grants": grants }));
        assert_eq!(answer.status, status, "{grants}: {}", answer.body);
    }
    assert_eq!(put(json!({ "name": "x", "mode": "report_only", "grants": [] })).status, 400);
    assert_eq!(server.call("GET", &path, None).status, 404, "nothing was stored");
    let group = grant(&server, "ann", READ, "enforce", &["graph.search"]);
    assert_eq!(server.call("DELETE", &path, None).status, 409);
    let attached = format!("/abac/user-groups/{}/policy-sets", group.as_str().expect("a uuid"));
    let project = format!("projectId={}", project(&server));
    let listed = server.call("GET", &format!("{attached}?{project}"), None).body;
    assert_eq!(listed["policy_sets"][0]["mode"], "enforce", "{listed}");
    assert_eq!(server.call("DELETE", &format!("{attached}/{READ}?{project}"), None).status, 200);
    assert_eq!(server.call("DELETE", &path, None).status, 204);
    let again = json!({ "policy_set_uuid": READ });
    assert_eq!(server.call("POST", &format!("{attached}?{project}"), Some(&again)).status, 404);
    let writer = create_key(folder.path(), &["--role", "write"]);
    assert_eq!(caller(&server, &writer)("GET", "/abac/policy-sets", Value::Null).status, 403);
}

#[test]
fn a_message_with_a_uuid_of_its_own_is_out_of_reach_of_other_users() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = start(folder.path());
    let uuid = "7b0a3f0e-4c6d-4f0e-9d3e-0a1b2c3d4e5f";
    let said = json!({ "messages": [{ "uuid": uuid, "role": "user", "content": "I live in Lyon." }] });
    assert_eq!(server.call("POST", "/threads/bob-1/messages", Some(&said)).status, 200);
    let key = create_key(folder.path(), &["--user", "ann"]);
    let path = format!("/graph/episodes/{uuid}");
    assert_eq!(server.call("GET", &path, None).status, 200);
    assert_eq!(caller(&server, &key)("GET", &path, Value::Null).status, 404);
}
