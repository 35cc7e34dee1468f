//! Export from a running server and import into another folder.

use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::process::Process;

fn erstwhile(arguments: &[&str], folders: [(&str, &Path); 2]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_erstwhile"));
    command.args(arguments);
    for (flag, folder) in folders {
        command.arg(flag).arg(folder);
    }
    command.output().expect("the program runs")
}

fn json_of(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

fn fill(server: &Process, users: std::ops::Range<usize>) {
    for user in users {
        let body = json!({"user_id": format!("user {user}"), "first_name": "Ann", "last_name": "Lee"});
        assert_eq!(server.call("POST", "/users", Some(&body)).status, 201);
        let body = json!({"user_id": format!("user {user}"), "thread_id": format!("thread-{user}")});
        assert_eq!(server.call("POST", "/threads", Some(&body)).status, 201);
        let texts = ["I live in Lyon.", "I moved to Copenhagen last week."];
        let messages = texts.map(|text| json!({"role": "user", "content": text, "created_at": "2025-03-03T09:00:00Z"}));
        let body = json!({"messages": messages});
        assert_eq!(server.call("POST", &format!("/threads/thread-{user}/messages"), Some(&body)).status, 200);
    }
}

/// The facts and messages of a user, after ingestion.
fn known(server: &Process, user: usize) -> (Value, Value) {
    let deadline = Instant::now() + Duration::from_mins(2);
    loop {
        let messages = server.call("GET", &format!("/threads/thread-{user}/messages"), None).body;
        let list = messages["messages"].as_array().expect("messages");
        if list.iter().all(|message| message["processed"] == json!(true)) {
            let body = json!({"user_id": format!("user {user}"), "query": "where is the home?", "scope": "edges"});
            return (messages, server.call("POST", "/graph/search", Some(&body)).body);
        }
        assert!(Instant::now() < deadline, "ingestion does not finish");
    }
}

#[test]
fn the_data_of_a_running_server_can_be_moved() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (data, export, other) = (folder.path().join("data"), folder.path().join("export"), folder.path().join("other"));
    let server = Process::start(&data);
    fill(&server, 0..12);
    let first: Vec<_> = (0..12).map(|user| known(&server, user)).collect();
    // The server processes requests during the export.
    let exported = std::thread::scope(|scope| {
        let running = scope.spawn(|| erstwhile(&["export", "--json"], [("--data", &data), ("--to", &export)]));
        let mut next = 12;
        while !running.is_finished() {
            fill(&server, next..next + 1);
            next += 1;
        }
        running.join().expect("the export completes")
    });
    assert!(exported.status.success(), "{exported:?}");
    assert!(json_of(&exported)["graphs"].as_u64() >= Some(12), "{exported:?}");
    // A second export adds the changes; complete units are kept.
    let again = erstwhile(&["export", "--json"], [("--data", &data), ("--to", &export)]);
    assert!(again.status.success() && json_of(&again)["kept"].as_u64() >= Some(12), "{again:?}");
    assert_eq!(server.call("GET", "/users/user%200", None).status, 200, "the source still responds");

    let imported = erstwhile(&["import", "--json"], [("--data", &other), ("--from", &export)]);
    assert!(imported.status.success(), "{imported:?}");
    let graphs = &json_of(&again)["graphs"];
    assert_eq!(json_of(&imported)["written"].as_u64(), graphs.as_u64().map(|graphs| graphs + 1), "with the project");
    // The key of the source works; no other one is created, and the export does not contain its secret.
    let moved = Process::start(&other);
    for (user, expected) in first.iter().enumerate() {
        assert_eq!(known(&moved, user), *expected);
    }
    assert!(moved.terminate() == Some(0) && server.terminate() == Some(0));

    let twice = erstwhile(&["import"], [("--data", &other), ("--from", &export)]);
    let printed = String::from_utf8_lossy(&twice.stdout);
    assert!(printed.contains("0 projects and graphs written"), "{twice:?}");
}

#[test]
fn errors_of_export_and_import_say_what_to_do() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (data, export) = (folder.path().join("data"), folder.path().join("export"));
    let missing = erstwhile(&["export"], [("--data", &data), ("--to", &export)]);
    assert_eq!(missing.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&missing.stderr).contains("--data") && !data.exists(), "{missing:?}");
    let unfinished = erstwhile(&["import"], [("--data", &data), ("--from", &export)]);
    assert_eq!(unfinished.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&unfinished.stderr).contains("not a finished export"), "{unfinished:?}");
    assert!(!data.exists(), "an import that cannot start creates no database");

    let server = Process::start(&data);
    fill(&server, 0..2);
    (0..2).for_each(|user| drop(known(&server, user)));
    assert!(erstwhile(&["export"], [("--data", &data), ("--to", &export)]).status.success());
    let units = std::fs::read_dir(export.join("units")).expect("a folder").map(|entry| entry.expect("an entry").path());
    let graph = units.into_iter().find(|path| path.to_string_lossy().contains("graph-")).expect("a graph");
    #[cfg(unix)]
    for written in [&graph, &export.join("index.jsonl"), &export] {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(written).expect("it is there").permissions().mode();
        assert_eq!(mode & 0o077, 0, "only the owner can read {}", written.display());
    }
    let whole = std::fs::read(&graph).expect("a file");
    std::fs::write(&graph, &whole[..whole.len() / 2]).expect("a file");
    let other = folder.path().join("other");
    let damaged = erstwhile(&["import"], [("--data", &other), ("--from", &export)]);
    assert_eq!(damaged.status.code(), Some(1));
    let printed = String::from_utf8_lossy(&damaged.stderr);
    assert!(printed.contains("checksum") && printed.contains("user user "), "{damaged:?}");
    // Importing into the source changes nothing: all units already exist.
    std::fs::write(&graph, &whole).expect("a file");
    let own = erstwhile(&["import", "--json"], [("--data", &data), ("--from", &export)]);
    assert_eq!(json_of(&own)["kept"], json!(3), "{own:?}");
}
