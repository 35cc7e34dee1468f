//! The audit log over HTTP and on the command line, and the roles of keys.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};

use crate::isolation::create_key;
use crate::process::{Answer, KEY, Process, call_with, exchange};

fn audit(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_erstwhile"));
    command.arg("audit").arg("--data").arg(folder).args(arguments).output().expect("the program runs")
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("text").trim().to_owned()
}

/// A server with a user `noor`, who has a thread.
fn start(folder: &Path) -> Process {
    let server = Process::start_embedded(folder);
    server.call("POST", "/users", Some(&json!({ "user_id": "noor", "first_name": "Noor" })));
    server.call("POST", "/threads", Some(&json!({ "thread_id": "monday", "user_id": "noor" })));
    server
}

fn call(server: &Process, key: &str, verb: &str, path: &str) -> Answer {
    call_with(key, server.address, verb, path, None).expect("an answer")
}

/// The records that a query finds, newest first, each as actor, action, kind and owner.
fn records(server: &Process, query: &str) -> Vec<[Value; 4]> {
    let answer = server.call("GET", &format!("/audit{query}"), None);
    assert_eq!(answer.status, 200, "{}", answer.body);
    let records = answer.body["records"].as_array().expect("records").clone();
    records
        .iter()
        .map(|record| ["actor", "action", "target_kind", "owner_id"].map(|name| record[name].clone()))
        .collect()
}

#[test]
fn the_log_says_who_did_what_to_whose_data_and_nothing_of_a_deleted_user() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = start(folder.path());
    let uuid = server.call("GET", "/threads", None).body["threads"][0]["uuid"].clone();
    let key = create_key(folder.path(), &["--name", "app"]);
    assert_eq!(call(&server, &key, "DELETE", "/threads/monday").status, 200);
    server.call("PATCH", "/users/noor", Some(&json!({ "first_name": "Nora" })));
    server.call("PATCH", "/users/noor", Some(&json!({ "metadata": { "not": "a name" } })));

    let page = server.call("GET", "/audit?limit=2", None).body;
    let newest = &page["records"][1];
    assert_eq!(
        (&newest["action"], &newest["target_kind"], &newest["target_id"]),
        (&json!("delete"), &json!("thread"), &uuid)
    );
    assert_eq!((&newest["owner_kind"], &newest["owner_id"]), (&json!("user"), &json!("noor")));
    assert_eq!(newest["key_prefix"].as_str(), Some(&key[..8]), "{newest}");
    assert_eq!(page["next_cursor"], newest["number"]);
    let of = |actor: &str, action: &str, kind: &str, owner: Value| [json!(actor), json!(action), json!(kind), owner];
    let rename = of("key", "rename", "user", json!("noor"));
    let deletion = of("key", "delete", "thread", json!("noor"));
    let made = of("cli", "create", "key", Value::Null);
    let first = of("server", "create", "key", Value::Null);
    assert_eq!(records(&server, ""), [rename.clone(), deletion.clone(), made.clone(), first.clone()]);
    assert_eq!(records(&server, &format!("?cursor={}", page["next_cursor"])), [made.clone(), first.clone()]);
    assert_eq!(records(&server, "?user_id=noor"), [rename, deletion.clone()]);
    assert_eq!(records(&server, "?name=monday"), [deletion]);
    assert_eq!(server.call("GET", "/audit?user_id=noor&name=monday", None).status, 400);

    let known = stdout(&audit(folder.path(), &["--verify"]));
    assert_eq!(call(&server, &key, "DELETE", "/users/noor").status, 200);
    let log = server.call("GET", "/audit", None).body;
    assert!(!log.to_string().contains("noor"), "{log}");
    let [deletion, rename, thread] = [0, 1, 2].map(|number| log["records"][number].clone());
    assert_eq!(
        (&deletion["erased"], &rename["erased"], &thread["erased"]),
        (&json!(false), &json!(true), &json!(true))
    );
    assert_eq!(
        (&thread["action"], &thread["target_id"], &thread["owner_id"]),
        (&json!("delete"), &Value::Null, &Value::Null)
    );
    assert_eq!(records(&server, "?name=monday"), Vec::<[Value; 4]>::new(), "nobody can ask for it any more");
    assert_eq!(records(&server, "?name=noor"), [of("key", "delete", "user", Value::Null)]);
    let receipt = &server.call("GET", "/erasures", None).body["erasures"][0];
    assert_eq!((&receipt["id"], &receipt["audit_number"]), (&deletion["target_id"], &deletion["number"]));
    let verified = audit(folder.path(), &["--verify", "--known", &known]);
    assert!(verified.status.success(), "{verified:?}");
}

#[test]
fn each_role_may_do_what_the_one_before_may_and_only_admins_read_the_log() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = start(folder.path());
    let [read, write, admin] = ["read", "write", "admin"].map(|role| create_key(folder.path(), &["--role", role]));
    for (key, reads, writes, sees_log) in
        [(&*read, 200, 403, 403), (&write, 200, 201, 403), (&admin, 200, 201, 200), (KEY, 200, 201, 200)]
    {
        let group = json!({ "graph_id": format!("of-{}", &key[..8]) });
        let created = call_with(key, server.address, "POST", "/graph/create", Some(&group)).expect("an answer");
        let statuses = (
            call(&server, key, "GET", "/users/noor").status,
            created.status,
            call(&server, key, "GET", "/audit").status,
        );
        assert_eq!(statuses, (reads, writes, sees_log));
    }
    let answer = call(&server, &write, "GET", "/audit");
    assert!(answer.body["message"].as_str().is_some_and(|message| message.contains("admin")), "{}", answer.body);
    for wrong in [["--role", "owner", "--name", "x"], ["--role", "admin", "--user", "noor"]] {
        let made = Command::new(env!("CARGO_BIN_EXE_erstwhile"))
            .args(["keys", "create", "--data"])
            .arg(folder.path())
            .args(wrong)
            .output()
            .expect("the program runs");
        assert!(!made.status.success() && made.stdout.is_empty(), "{made:?}");
    }
}

#[test]
fn what_an_agent_forgets_is_recorded() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = start(folder.path());
    let params = json!({ "name": "forget", "arguments": { "user_id": "noor" } });
    let message = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params });
    let headers = [&*format!("Authorization: Bearer {KEY}\r\n"), "Accept: application/json, text/event-stream\r\n"];
    let (_, text) = exchange(server.address, "POST", "/mcp", &headers, Some(&message)).expect("an answer");
    assert!(!text.contains("isError\":true"), "{text}");
    assert_eq!(records(&server, "?name=noor").len(), 1, "{text}");
    let newest = server.call("GET", "/audit?limit=1", None).body["records"][0].clone();
    assert_eq!((&newest["actor"], newest["key_prefix"].as_str()), (&json!("key"), Some(&KEY[..8])), "{newest}");
}

#[test]
fn the_command_lists_the_log_and_finds_the_record_that_was_changed() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = start(folder.path());
    server.call("DELETE", "/threads/monday", None);
    server.call("DELETE", "/users/noor", None);
    let listed = stdout(&audit(folder.path(), &["--json", "--limit", "2"]));
    let numbers: Vec<i64> = listed
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON")["number"].as_i64().expect("a number"))
        .collect();
    assert_eq!(numbers, [3, 2]);
    let text = stdout(&audit(folder.path(), &[]));
    assert!(
        text.contains("delete thread  of somebody who was deleted") && text.contains("server  create key"),
        "{text}"
    );
    assert!(stdout(&audit(folder.path(), &["--name", "noor"])).contains("delete user"));

    let whole = audit(folder.path(), &["--verify"]);
    assert_eq!(whole.status.code(), Some(0), "{whole:?}");
    let end = stdout(&whole);
    assert!(end.starts_with("3:sha256:"), "{end}");
    let forged = end.replace("3:sha256:", "2:sha256:");
    let unknown = audit(folder.path(), &["--verify", "--known", &forged]);
    assert_eq!((unknown.status.code(), stdout(&unknown).starts_with("record 2:")), (Some(3), true), "{unknown:?}");
    drop(server);

    let database = rusqlite::Connection::open(folder.path().join("erstwhile.db")).expect("the database");
    database.execute("UPDATE audit SET key_prefix = 'ew_other' WHERE number = 2", []).expect("a change");
    drop(database);
    let changed = audit(folder.path(), &["--verify"]);
    assert_eq!((changed.status.code(), stdout(&changed)), (Some(3), "record 2: it was changed".to_owned()));
    let doctor = Command::new(env!("CARGO_BIN_EXE_erstwhile")).arg("doctor").arg("--data").arg(folder.path()).output();
    let doctor = doctor.expect("the program runs");
    assert_eq!(doctor.status.code(), Some(3), "{doctor:?}");
    assert!(stdout(&doctor).contains("FAIL  audit       record 2 of project default"), "{doctor:?}");
}

#[test]
fn exports_imports_and_restored_backups_are_recorded() {
    let folder = tempfile::tempdir().expect("a folder");
    let [data, exported, imported, saved, restored] =
        ["data", "exported", "imported", "saved", "restored"].map(|name| folder.path().join(name));
    drop(start(&data));
    let run = |command: &str, data: &Path, option: &str, place: &Path| {
        let mut program = Command::new(env!("CARGO_BIN_EXE_erstwhile"));
        let done = program.arg(command).arg("--data").arg(data).arg(option).arg(place).output().expect("it runs");
        assert!(done.status.success(), "{done:?}");
    };
    run("export", &data, "--to", &exported);
    run("import", &imported, "--from", &exported);
    run("backup", &data, "--to", &saved);
    run("restore", &restored, "--from", &saved);
    let last = |folder: &Path| {
        stdout(&audit(folder, &["--limit", "1"])).split("  ").skip(2).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(last(&data), ["cli", "export project"]);
    assert_eq!(last(&imported), ["cli", "import project"]);
    assert_eq!(last(&restored), ["cli", "restore project"]);
}
