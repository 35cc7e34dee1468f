//! Deletions tell whether they are complete, and those of users leave a receipt.

use std::process::{Command, Output};

use serde_json::json;

use crate::process::{Answer, Process};

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
    // The files of PostgreSQL cannot be searched.
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
    assert!(!receipts.to_string().contains(CANARY), "{receipts}");

    let after = verify(data, &["--user-id", &user, CANARY]);
    assert_eq!(after.status.code(), Some(0), "{after:?}");
    assert!(String::from_utf8_lossy(&after.stderr).contains("1 threads, 1 episodes"), "{after:?}");
    let unknown = verify(data, &["--user-id", "somebody"]);
    assert_eq!(unknown.status.code(), Some(1), "{unknown:?}");
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
