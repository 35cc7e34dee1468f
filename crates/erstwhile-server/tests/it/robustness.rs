//! Invalid input gets a clear error, and the server keeps running.

use std::io::Write;
use std::net::TcpStream;

use serde_json::{Value, json};

use crate::process::{KEY, Process, exchange, status_of};

fn message_of(answer: &crate::process::Answer) -> &str {
    answer.body["message"].as_str().expect("every error has a message")
}

#[test]
fn invalid_bodies_are_rejected_with_the_field_name() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let server = Process::start(folder.path());
    let cases = [
        ("/users", json!({}), "user_id"),
        ("/users", json!({"user_id": 5}), "user_id"),
        ("/users", json!({"user_id": null}), "user_id"),
        ("/users", json!({"user_id": ""}), "user_id"),
        ("/users", json!({"user_id": "a", "metadata": [1]}), "metadata"),
        ("/users", json!({"user_id": "a", "time_zone": "Mars/Olympus"}), "time_zone"),
        ("/threads", json!({"thread_id": "t"}), "user_id"),
        ("/graph", json!({"data": "x", "type": "text"}), "user_id"),
        ("/graph/search", json!({"user_id": "a"}), "query"),
    ];
    for (path, body, field) in cases {
        let answer = server.call("POST", path, Some(&body));
        assert_eq!(answer.status, 400, "{path} {body}: {answer:?}");
        assert!(message_of(&answer).contains(field), "{path} {body}: {answer:?}");
    }
    server.call("POST", "/users", Some(&json!({"user_id": "a"})));
    server.call("POST", "/threads", Some(&json!({"user_id": "a", "thread_id": "t"})));
    let cases = [
        (json!({"messages": [{"role": "user"}]}), "messages[0]"),
        (json!({"messages": [{"role": "user", "content": 7}]}), "messages[0].content"),
        (json!({"messages": [{"role": "robot", "content": "x"}]}), "messages[0].role"),
        (json!({"messages": [{"role": "user", "content": "x", "created_at": "yesterday"}]}), "messages[0].created_at"),
        (json!({"messages": [{"role": "user", "content": "x".repeat(4097)}]}), "messages[0].content"),
        (json!({"messages": vec![json!({"role": "user", "content": "x"}); 31]}), "messages"),
        (json!({"messages": []}), "messages"),
        (json!({"messages": "hello"}), "messages"),
    ];
    for (body, field) in cases {
        let answer = server.call("POST", "/threads/t/messages", Some(&body));
        assert_eq!(answer.status, 400, "{answer:?}");
        assert!(message_of(&answer).contains(field), "{field}: {answer:?}");
    }
    assert_eq!(
        server.call("GET", "/threads/t/messages", None).body["total_count"],
        json!(0),
        "nothing was partially stored"
    );
}

#[test]
fn duplicates_unknown_ids_and_wrong_keys_have_the_right_status() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let server = Process::start(folder.path());
    assert_eq!(server.call("POST", "/users", Some(&json!({"user_id": "a"}))).status, 201);
    let again = server.call("POST", "/users", Some(&json!({"user_id": "a"})));
    assert_eq!(again.status, 400);
    assert!(message_of(&again).contains("already exists"));
    let nobody = uuid::Uuid::nil();
    for (method, path) in [
        ("GET", "/users/nobody".to_owned()),
        ("DELETE", "/users/nobody".to_owned()),
        ("GET", "/threads/none/messages".to_owned()),
        ("GET", "/threads/none/context".to_owned()),
        ("GET", "/graph/none".to_owned()),
        ("GET", format!("/graph/edge/{nobody}")),
        ("GET", format!("/graph/node/{nobody}")),
        ("GET", format!("/graph/episodes/{nobody}")),
        ("GET", format!("/tasks/{nobody}")),
        ("GET", "/no/such/route".to_owned()),
    ] {
        let answer = server.call(method, &path, None);
        assert_eq!(answer.status, 404, "{path}: {answer:?}");
        assert!(!message_of(&answer).is_empty());
    }
    assert_eq!(server.call("PUT", "/users", None).status, 405);
    for authorization in ["", "Authorization: Api-Key wrong-key-0123456789\r\n", "Authorization: nonsense\r\n"] {
        let text = server.raw(
            format!("GET /api/v2/users/a HTTP/1.1\r\nHost: test\r\n{authorization}Connection: close\r\n\r\n")
                .as_bytes(),
        );
        assert!(text.starts_with("HTTP/1.1 401"), "{text}");
        assert!(text.contains(r#"{"message":"unauthorized"}"#), "{text}");
    }
}

#[test]
fn malformed_bodies_are_rejected_and_broken_connections_are_harmless() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let server = Process::start(folder.path());
    let request = |length: usize, body: &str| {
        format!(
            "POST /api/v2/users HTTP/1.1\r\nHost: test\r\nAuthorization: Api-Key {KEY}\r\n\
             Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        )
    };
    let post = |length: usize, body: &str| server.raw(request(length, body).as_bytes());
    let malformed = r#"{"user_id": "a""#;
    assert!(post(malformed.len(), malformed).starts_with("HTTP/1.1 400"));
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(post(deep.len(), &deep).starts_with("HTTP/1.1 400"));
    let large = format!("{{\"user_id\": \"{}\"}}", "x".repeat(6 * 1024 * 1024));
    assert!(post(large.len(), &large).starts_with("HTTP/1.1 413"));
    let cut = server.raw_cut(request(500, r#"{"user_id": "cut"#).as_bytes());
    assert!(cut.is_empty() || cut.starts_with("HTTP/1.1 400"), "{cut}");
    // A client that disconnects before the response.
    let mut stream = TcpStream::connect(server.address).expect("a connection");
    write!(stream, "GET /api/v2/users-ordered HTTP/1.1\r\nHost: test\r\nAuthorization: Api-Key {KEY}\r\n\r\n")
        .expect("a request");
    drop(stream);
    assert_eq!(server.call("GET", "/users/cut", None).status, 404);
    assert_eq!(server.call("POST", "/users", Some(&json!({"user_id": "fine"}))).status, 201);
}

#[test]
fn strange_ids_work() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let server = Process::start(folder.path());
    let long = "x".repeat(500);
    for (id, path) in [("a b", "a%20b"), ("ünï🙂", "%C3%BCn%C3%AF%F0%9F%99%82"), (long.as_str(), long.as_str())] {
        let made = server.call("POST", "/users", Some(&json!({"user_id": id})));
        assert_eq!(made.status, 201, "{id}: {made:?}");
        let found = server.call("GET", &format!("/users/{path}"), None);
        assert_eq!((found.status, &found.body["user_id"]), (200, &Value::from(id)));
        let thread = json!({"user_id": id, "thread_id": format!("{id} t")});
        assert_eq!(server.call("POST", "/threads", Some(&thread)).status, 201);
        let said = json!({"messages": [{"role": "user", "content": "hello"}]});
        assert_eq!(server.call("POST", &format!("/threads/{path}%20t/messages"), Some(&said)).status, 200);
        assert_eq!(server.call("DELETE", &format!("/users/{path}"), None).status, 200);
    }
    assert_eq!(server.call("GET", "/users/%FF", None).status, 400, "an id that is not valid UTF-8");
    // Clients put ids into paths without encoding these characters.
    for id in ["a/b", "..", "50%", "a?b", "a#b", "a\tb", "a\n", "\rb", "a\u{1}b", "a\u{7f}"] {
        for (path, body) in [
            ("/users", json!({"user_id": id})),
            ("/threads", json!({"user_id": long, "thread_id": id})),
            ("/sessions", json!({"session_id": id})),
            ("/graph/create", json!({"graph_id": id})),
            ("/groups", json!({"group_id": id})),
            ("/context-templates", json!({"template_id": id, "template": "%{edges}"})),
        ] {
            let refused = server.call("POST", path, Some(&body));
            assert!(refused.status == 400 && message_of(&refused).contains("must not"), "{path} {id:?}: {refused:?}");
        }
    }
}

#[test]
fn ids_of_documents_may_be_paths_and_ids_that_are_unreachable_are_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let server = Process::start(folder.path());
    assert_eq!(server.call("POST", "/graph/create", Some(&json!({"graph_id": "g"}))).status, 201);
    let part = json!({"graph_id": "g", "type": "text", "data": "Rain fell.", "document_id": "notes/may/1.md"});
    assert!(server.call("POST", "/graph", Some(&part)).status < 300);
    for path in ["notes/may/1.md", "notes%2Fmay%2F1.md"] {
        let found = server.call("GET", &format!("/graph/documents/{path}/episodes?graph_id=g"), None);
        assert_eq!(found.status, 200, "{path}: {found:?}");
        assert_eq!(found.body["episodes"][0]["content"], "Rain fell.");
    }
    assert_eq!(server.call("GET", "/graph/documents/notes/may?graph_id=g", None).status, 404);
    let template = json!({"template_id": "my/template", "template": "%{edges}"});
    let refused = server.call("POST", "/context-templates", Some(&template));
    assert!(refused.status == 400 && message_of(&refused).contains("must not contain /"), "{refused:?}");
}

#[test]
fn the_end_of_time_is_a_time() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let server = Process::start(folder.path());
    assert_eq!(server.call("POST", "/users", Some(&json!({"user_id": "ann"}))).status, 201);
    let date = json!([[{"comparison_operator": "<", "date": "9999-12-31T23:59:59Z"}]]);
    let search = json!({"user_id": "ann", "query": "Lyon", "search_filters": {"valid_at": date}});
    let answer = server.call("POST", "/graph/search", Some(&search));
    assert_eq!(answer.status, 200, "{answer:?}");
}

#[test]
fn a_list_far_beyond_its_end_is_empty() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let server = Process::start(folder.path());
    let answer = server.call("GET", &format!("/batches?cursor={}&limit=9", i64::MAX), None);
    assert_eq!((answer.status, &answer.body["batches"], &answer.body["next_cursor"]), (200, &json!([]), &Value::Null));
}

#[test]
fn every_response_has_a_request_id() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let server = Process::start(folder.path());
    assert!(server.call("GET", "/users-ordered", None).head.contains("x-request-id: "));
    let text = server.raw(b"GET /healthz HTTP/1.1\r\nHost: test\r\nx-request-id: mine\r\nConnection: close\r\n\r\n");
    assert!(text.to_lowercase().contains("x-request-id: mine") && text.ends_with("\r\n\r\n."), "{text}");
    let text = server.raw(b"GET /readyz HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
    assert!(text.starts_with("HTTP/1.1 200") && text.contains(r#""name":"store","ok":true"#), "{text}");
}

#[test]
fn a_server_whose_files_are_gone_is_not_ready_and_stores_nothing() {
    type Break = fn(&std::path::Path);
    let breaks: [(&str, Break); 4] = [
        ("erstwhile.db-wal", |folder| std::fs::remove_file(folder.join("erstwhile.db-wal")).expect("it is removed")),
        ("erstwhile.db", |folder| std::fs::write(folder.join("erstwhile.db"), "").expect("it is emptied")),
        ("erstwhile.db", |folder| {
            std::fs::copy(folder.join("erstwhile.db"), folder.join("copy")).expect("a copy");
            std::fs::rename(folder.join("copy"), folder.join("erstwhile.db")).expect("it is replaced");
        }),
        ("erstwhile.db", |folder| std::fs::remove_dir_all(folder).expect("it is removed")),
    ];
    for (named, break_it) in breaks {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let server = Process::start_embedded(folder.path());
        let ready = || exchange(server.address, "GET", "/readyz", &[], None).expect("an answer");
        assert_eq!(server.call("POST", "/users", Some(&json!({"user_id": "ann"}))).status, 201);
        assert_eq!(status_of(&ready().0), Some(200));
        break_it(folder.path());
        let (head, body) = ready();
        assert_eq!(status_of(&head), Some(503), "{body}");
        assert!(body.contains(&format!("{named}` ")) && body.contains("is in use"), "{body}");
        let refused = server.call("POST", "/users", Some(&json!({"user_id": "ben"})));
        assert_eq!(refused.status, 503, "{refused:?}");
    }
}

#[test]
fn a_server_whose_store_is_broken_is_not_ready() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let server = Process::start_embedded(folder.path());
    let ready = || exchange(server.address, "GET", "/readyz", &[], None).expect("an answer");
    assert_eq!(status_of(&ready().0), Some(200));
    let database = rusqlite::Connection::open(folder.path().join("erstwhile.db")).expect("the database");
    database.execute_batch("DROP TABLE membership").expect("a table is dropped");
    let (head, body) = ready();
    assert_eq!(status_of(&head), Some(503), "{body}");
    assert!(body.contains("membership"), "it names the table: {body}");
}

#[test]
fn a_damaged_row_of_one_person_disturbs_nobody_else() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let metrics = [("ERSTWHILE_TELEMETRY__METRICS_LISTEN", "127.0.0.1:0")];
    let server = Process::start_embedded_with(folder.path(), &metrics);
    for user in ["ann", "ben"] {
        assert_eq!(server.call("POST", "/users", Some(&json!({ "user_id": user }))).status, 201);
    }
    let database = rusqlite::Connection::open(folder.path().join("erstwhile.db")).expect("the database");
    database.execute_batch("UPDATE account SET first_name = 'Hal' WHERE user_id = 'ben'").expect("it is changed");
    for _ in 0..3 {
        let listed = server.call("GET", "/users-ordered", None);
        assert_eq!((listed.status, &listed.body["users"][0]["user_id"]), (200, &json!("ann")), "{listed:?}");
        assert_eq!(listed.body["users"].as_array().map(Vec::len), Some(1), "{listed:?}");
    }
    let refused = server.call("GET", "/users/ben", None);
    assert_eq!(refused.status, 500);
    assert!(message_of(&refused).contains("erstwhile doctor"), "{refused:?}");
    let (head, ready) = exchange(server.address, "GET", "/readyz", &[], None).expect("an answer");
    assert_eq!(status_of(&head), Some(200), "{ready}");
    assert!(ready.contains("1 damaged rows met") && !ready.contains("Hal") && !ready.contains("ben"), "{ready}");
    let counted = server.metrics();
    assert!(counted.contains("erstwhile_damaged_rows_total 1\n"), "{counted}");
    let log = server.log();
    assert_eq!(log.matches("a damaged row was met").count(), 1, "{log}");
    assert!(!log.contains("Hal"), "{log}");
}
