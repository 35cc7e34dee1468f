//! What the log contains, and what it never does.

use std::os::unix::fs::PermissionsExt;

use serde_json::{Value, json};

use crate::process::{Process, call_with, new_schema};

#[test]
fn the_first_key_goes_to_a_file_and_not_into_the_log() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let server = Process::start_without_key(folder.path(), &[]);
    let path = folder.path().join("first-key");
    assert!(server.start_line.contains(&format!("first_key_file={}", path.display())), "{}", server.start_line);
    let mode = std::fs::metadata(&path).expect("the file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "only its owner reads it");
    let key = std::fs::read_to_string(&path).expect("the key").trim().to_owned();
    assert!(key.starts_with("ew_"), "{key}");
    let answer = call_with(&key, server.address, "POST", "/users", Some(&json!({ "user_id": "a" })));
    assert_eq!(answer.expect("an answer").status, 201);
    let log = server.start_line.clone() + &server.log();
    assert!(!log.contains(&key) && !log.contains("ew_"), "{log}");
    assert!(!log.contains('\u{1b}'), "no codes for terminals: {log}");
}

#[test]
fn a_json_log_has_only_json() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let settings = [("ERSTWHILE_TELEMETRY__LOG_JSON", "true"), ("ERSTWHILE_TELEMETRY__LOG", "debug")];
    let server = Process::start_without_key(folder.path(), &settings);
    server.call("GET", "/users-ordered", None);
    let log = server.log() + &server.start_line;
    for line in log.lines() {
        let line: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("not JSON: {line}"));
        assert!(line["target"].as_str().is_some_and(|target| target.starts_with("erstwhile")), "{line}");
    }
    let start: Value = serde_json::from_str(&server.start_line).expect("JSON");
    let file = start["fields"]["first_key_file"].as_str().expect("the file");
    let key = std::fs::read_to_string(file).expect("the key");
    assert!(!log.contains(key.trim()), "{log}");
}

/// The database's client logs the values of statements.
#[test]
fn a_log_of_everything_does_not_have_the_words_of_users() {
    let server = Process::on(&new_schema(), &[("ERSTWHILE_TELEMETRY__LOG", "trace")]);
    let user = json!({ "user_id": "noor", "email": "canary@example.com", "first_name": "Canary" });
    assert_eq!(server.call("POST", "/users", Some(&user)).status, 201);
    server.call("POST", "/threads", Some(&json!({ "user_id": "noor", "thread_id": "t" })));
    let said = json!({ "messages": [{ "role": "user", "content": "I live in Canary Wharf." }] });
    assert_eq!(server.call("POST", "/threads/t/messages", Some(&said)).status, 200);
    assert_eq!(server.call("GET", "/threads/t/context", None).status, 200);
    let log = server.log();
    assert!(log.contains("request completed"), "everything is logged: {log}");
    assert!(!log.to_lowercase().contains("canary"), "{log}");
}
