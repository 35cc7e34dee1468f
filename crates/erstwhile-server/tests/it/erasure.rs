//! Deletions tell whether they are complete, and those of users leave a receipt.

use std::process::{Command, Output};

use erstwhile_postgres::testing::{NOT_DURABLE, TestServer};
use serde_json::{Value, json};

use crate::content_policies::{World, uuid};
use crate::isolation::routes;
use crate::process::{Answer, KEY, Process, eventually, exchange, status_of};

const CANARY: &str = "kanarienvogel";

fn header(answer: &Answer, name: &str) -> String {
    let line = answer.head.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
    line.unwrap_or_else(|| panic!("no {name} in {}", answer.head)).to_owned()
}

fn verify(data: &str, arguments: &[&str]) -> Output {
    let program = env!("CARGO_BIN_EXE_erstwhile");
    Command::new(program).args(["verify-erasure", "--data", data]).args(arguments).output().expect("it runs")
}

#[test]
fn a_deleted_user_leaves_a_receipt_and_nothing_else() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let data = folder.path().to_str().expect("a path");
    let server = Process::start_embedded(folder.path());
    let user = format!("user-{CANARY}");
    server.call("POST", "/users", Some(&json!({"user_id": user, "first_name": CANARY})));
    server.call("POST", "/threads", Some(&json!({"thread_id": "t", "user_id": user})));
    let messages = json!({"messages": [{"role": "user", "content": format!("I have a {CANARY}.")}]});
    assert_eq!(server.call("POST", "/threads/t/messages", Some(&messages)).status, 200);
    let before = verify(data, &[CANARY]);
    assert_eq!(before.status.code(), Some(3), "{before:?}");
    assert!(String::from_utf8_lossy(&before.stdout).contains("FOUND"), "{before:?}");

    let deleted = server.call("DELETE", &format!("/users/{user}"), None);
    assert_eq!((deleted.status, header(&deleted, "x-erstwhile-erasure")), (200, "done".to_owned()));
    let receipts = server.call("GET", "/erasures", None).body;
    let receipt = &receipts["erasures"][0];
    let named = format!("{} {}", receipt["id"].as_str().expect("an id"), receipt["digest"].as_str().expect("a digest"));
    assert_eq!(header(&deleted, "x-erstwhile-receipt"), named);
    assert_eq!((&receipt["state"], &receipt["threads"], &receipt["episodes"]), (&json!("done"), &json!(1), &json!(1)));
    assert_eq!(receipt["remains"], Value::Null, "the files have nothing of it");
    assert!(!receipts.to_string().contains(CANARY), "{receipts}");

    let after = verify(data, &["--user-id", &user, CANARY]);
    assert_eq!(after.status.code(), Some(0), "{after:?}");
    assert!(String::from_utf8_lossy(&after.stderr).contains("1 threads, 1 episodes"), "{after:?}");
    let unknown = verify(data, &["--user-id", "somebody"]);
    assert_eq!(unknown.status.code(), Some(1), "{unknown:?}");
}

#[test]
fn the_task_of_a_deletion_succeeds_when_its_erasure_is_complete() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let server = Process::start_embedded(folder.path());
    let key = format!("Authorization: Api-Key {KEY}\r\n");
    let call = |verb: &str, path: &str, body: Option<&Value>| {
        let (head, text) = exchange(server.address, verb, &format!("/api/v4{path}"), &[&key], body).expect("an answer");
        assert!(status_of(&head).is_some_and(|status| status < 300), "{path}: {head} {text}");
        let body: Value = serde_json::from_str(&text).expect("JSON");
        (head.to_lowercase(), body)
    };
    let user = |id: &str| uuid(&call("POST", "/users", Some(&json!({ "user_id": id, "first_name": CANARY }))).1);
    let (ann, bea) = (user("ann"), user("bea"));
    let task = |answer: &Value| format!("/tasks/{}", uuid(&answer["task"]));

    let (head, done) = call("DELETE", &format!("/users/{ann}"), None);
    assert!(head.contains("x-erstwhile-erasure: done"), "{head}");
    assert_eq!(done["task"]["status"], "succeeded");
    let reader = rusqlite::Connection::open(folder.path().join("erstwhile.db")).expect("the database");
    reader.execute_batch("BEGIN; SELECT count(*) FROM graph").expect("a transaction");
    let (head, held) = call("DELETE", &format!("/users/{bea}"), None);
    assert!(head.contains("x-erstwhile-erasure: pending"), "{head}");
    for now in [&held["task"], &call("GET", &task(&held), None).1] {
        assert_eq!((&now["status"], &now["progress"]["stage"]), (&json!("processing"), &json!("erasing")), "{now}");
        assert_eq!((&now["type"], &now["completed_at"]), (&json!("user.delete"), &Value::Null), "{now}");
    }
    assert_eq!(call("GET", &task(&done), None).1["status"], "succeeded", "the other one stays complete");
    drop(reader);
    eventually("the task has succeeded", || call("GET", &task(&held), None).1["status"] == "succeeded");
    assert_eq!(server.call("GET", "/erasures", None).body["erasures"][0]["state"], "done");
}

#[test]
fn the_rows_of_postgresql_are_searched_and_what_cannot_be_searched_is_said() {
    // Otherwise the server might do by itself what is tested here.
    let database = TestServer::start(&format!("{NOT_DURABLE}autovacuum = off\n"));
    let server = Process::on(&database.url(), &[]);
    let verify = |arguments: &[&str]| {
        let program = env!("CARGO_BIN_EXE_erstwhile");
        let output = Command::new(program)
            .args(["verify-erasure", "--database", &database.url()])
            .args(arguments)
            .output()
            .expect("it runs");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    };
    let user = format!("user-{CANARY}");
    server.call("POST", "/users", Some(&json!({"user_id": user, "first_name": CANARY})));
    server.call("POST", "/threads", Some(&json!({"thread_id": "t", "user_id": user})));
    let messages = json!({"messages": [{"role": "user", "content": format!("I have a {CANARY}.")}]});
    assert_eq!(server.call("POST", "/threads/t/messages", Some(&messages)).status, 200);
    let (status, found, _) = verify(&[CANARY, "somebody else"]);
    assert_eq!(status, Some(3), "{found}");
    for column in ["account.user_id", "account.first_name", "episode.content"] {
        assert!(found.contains(&format!("FOUND  {column}: `{CANARY}`, in 1 rows")), "{column} in {found}");
    }
    assert!(!found.contains("somebody else"), "{found}");

    assert_eq!(server.call("DELETE", &format!("/users/{user}"), None).status, 200);
    eventually("the erasure is complete", || {
        server.call("GET", "/erasures", None).body["erasures"][0]["state"] == "done"
    });
    let receipt = server.call("GET", "/erasures", None).body["erasures"][0].clone();
    let remains = receipt["remains"].as_str().expect("what remains");
    assert!(remains.contains("write-ahead log") && remains.contains("backups"), "{receipt}");
    let (status, found, said) = verify(&["--user-id", &user, CANARY]);
    assert_eq!((status, found.as_str()), (Some(0), ""), "{said}");
    let episodes = said.lines().find(|line| line.starts_with("episode: ")).expect("the table of episodes");
    assert!(episodes.contains("searched 0 rows") && episodes.contains("vacuumed at 2"), "{episodes}");
    assert!(said.contains("its tables vacuumed at") && said.contains("write-ahead log"), "{said}");
}

#[test]
fn every_deletion_tells_whether_it_is_complete() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let server = Process::start(folder.path());
    server.call("POST", "/users", Some(&json!({"user_id": "ann"})));
    server.call("POST", "/threads", Some(&json!({"thread_id": "t", "user_id": "ann"})));
    server.call("POST", "/graph/create", Some(&json!({"graph_id": "shared"})));
    server.call("POST", "/context-templates", Some(&json!({"template_id": "layout", "template": "%{user_summary}"})));
    for path in ["/threads/t", "/graph/shared", "/context-templates/layout", "/users/ann"] {
        let deleted = server.call("DELETE", path, None);
        assert_eq!(deleted.status, 200, "{path}");
        assert!(["done", "pending"].contains(&header(&deleted, "x-erstwhile-erasure").as_str()), "{path}");
    }
}

#[test]
fn every_deletion_of_v4_tells_whether_it_is_complete() {
    let world = World::new();
    let user = world.make("POST", "/users", &json!({ "user_id": "ann" }));
    let thread = uuid(&world.make("POST", "/threads", &json!({ "user_uuid": user["uuid"] })));
    let graph = format!("/graphs/{}", uuid(&world.make("POST", "/graphs", &json!({}))));
    let node = json!({ "nodes": [{ "name": "Zoe", "label": "Person" }] });
    let node = uuid(&world.make("POST", &format!("{graph}/nodes"), &node)["nodes"][0]);
    let edge = json!({ "edges": [{ "fact": "Ida knows Bo.", "fact_name": "KNOWS", "source_node": { "name": "Ida" },
                                   "target_node": { "name": "Bo" } }] });
    let edge = uuid(&world.make("POST", &format!("{graph}/edges"), &edge)["edges"][0]);
    let episode = json!({ "data": "It rained.", "type": "text" });
    let episode = uuid(&world.make("POST", &format!("{graph}/episodes"), &episode)["episode"]);
    let founder = |name: &str| {
        json!({ "name": "FOUNDED", "source_node": { "name": name },
                                       "target_node": { "name": "Acme" } })
    };
    let founded = json!({ "fact": "Ana, Ben, Carl and Dora founded Acme.",
                          "edges": [founder("Ana"), founder("Ben"), founder("Carl"), founder("Dora")] });
    let founded = world.make("POST", &format!("{graph}/hyperedges"), &founded)["hyperedge"].clone();
    let hyperedge = format!("{graph}/hyperedges/{}", uuid(&founded));
    let group = uuid(&world.make("POST", "/user-groups", &json!({ "name": "team" })));
    let template = json!({ "name": "layout", "template": "%{user_summary}" });
    let template = uuid(&world.make("POST", "/context-templates", &template));
    let batch = uuid(&world.make("POST", "/batches", &json!({})));
    let deletions = [
        ("/batches/{batch_uuid}", format!("/batches/{batch}")),
        ("/context-templates/{template_uuid}", format!("/context-templates/{template}")),
        ("/user-groups/{group_uuid}", format!("/user-groups/{group}")),
        ("/graphs/{graph_uuid}/nodes/{node_uuid}", format!("{graph}/nodes/{node}")),
        ("/graphs/{graph_uuid}/edges/{edge_uuid}", format!("{graph}/edges/{edge}")),
        ("/graphs/{graph_uuid}/episodes/{episode_uuid}", format!("{graph}/episodes/{episode}")),
        (
            "/graphs/{graph_uuid}/hyperedges/{hyperedge_uuid}/edges/{edge_uuid}",
            format!("{hyperedge}/edges/{}", uuid(&founded["edges"][0])),
        ),
        ("/graphs/{graph_uuid}/hyperedges/{hyperedge_uuid}", hyperedge),
        ("/graphs/{graph_uuid}", graph),
        ("/threads/{thread_uuid}", format!("/threads/{thread}")),
        ("/users/{user_uuid}", format!("/users/{}", uuid(&user))),
    ];
    // A membership says nothing of anybody in words.
    let mut expected = vec!["/user-groups/{group_uuid}/members/{user_uuid}".to_owned()];
    let key = format!("Authorization: Api-Key {KEY}\r\n");
    for (route, path) in deletions {
        expected.push(route.to_owned());
        let (head, body) =
            exchange(world.server.address, "DELETE", &format!("/api/v4{path}"), &[&key], None).expect("an answer");
        let deleted =
            Answer { status: status_of(&head).expect("a status"), head: head.to_lowercase(), body: Value::Null };
        assert!(deleted.status < 300, "{path}: {head} {body}");
        assert!(["done", "pending"].contains(&header(&deleted, "x-erstwhile-erasure").as_str()), "{path}");
        if route == "/users/{user_uuid}" {
            assert!(header(&deleted, "x-erstwhile-receipt").contains(" sha256:"), "{head}");
        }
    }
    let routed = routes().into_iter().filter(|route| route.source == "v4.rs" && route.verb == "DELETE");
    let mut routed: Vec<String> = routed.map(|route| route.path.replace("/api/v4", "")).collect();
    expected.sort_unstable();
    routed.sort_unstable();
    assert_eq!(routed, expected, "every deletion is tried");
}
