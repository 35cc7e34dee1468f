//! Tests of the command line: data on stdout, and exit codes.

use std::process::{Command, Output};

fn erstwhile(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_erstwhile")).args(arguments).output().expect("the program runs")
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("text")
}

#[test]
fn the_demo_prints_facts_with_their_validity_and_the_context() {
    let output = erstwhile(&["demo"]);
    assert!(output.status.success(), "{output:?}");
    let text = stdout(&output);
    assert!(text.contains("LIVES_IN→ Lyon") && text.contains("LIVES_IN→ Copenhagen"), "{text}");
    assert!(text.contains("2025-03-03 – 2025-09-08"), "the later home closes the earlier one\n{text}");
    assert!(text.contains("<FACTS>") && text.contains("<USER_SUMMARY>") && text.contains("<EPISODES>"), "{text}");
}

#[test]
fn keys_are_created_listed_and_revoked() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let data = folder.path().to_str().expect("a path");
    let made = erstwhile(&["keys", "--data", data, "create", "--name", "ci"]);
    let secret = stdout(&made).trim().to_owned();
    assert!(made.status.success() && secret.starts_with("ew_") && secret.len() > 60, "{made:?}");
    let listed = stdout(&erstwhile(&["keys", "--data", data, "--json", "list"]));
    assert!(!listed.contains(&secret), "the list does not contain the secret");
    let row: serde_json::Value = serde_json::from_str(listed.trim()).expect("JSON");
    assert_eq!((row["name"].as_str(), row["access"].as_str()), (Some("ci"), Some("write")));
    let revoked = erstwhile(&["keys", "--data", data, "revoke", row["id"].as_str().expect("an id")]);
    assert!(revoked.status.success(), "{revoked:?}");
    assert!(stdout(&erstwhile(&["keys", "--data", data, "list"])).contains("revoked"));
}

#[test]
fn doctor_distinguishes_a_healthy_and_a_broken_database() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let data = folder.path().to_str().expect("a path");
    assert!(erstwhile(&["keys", "--data", data, "create"]).status.success());
    let healthy = erstwhile(&["doctor", "--data", data]);
    assert_eq!(healthy.status.code(), Some(0), "{healthy:?}");
    for log in ["erstwhile.db-wal", "erstwhile.db-shm"] {
        drop(std::fs::remove_file(folder.path().join(log)));
    }
    std::fs::write(folder.path().join("erstwhile.db"), "not a database ".repeat(1000)).expect("a file");
    let broken = erstwhile(&["doctor", "--data", data]);
    assert_eq!(broken.status.code(), Some(3), "{broken:?}");
    let text = stdout(&broken);
    assert!(text.contains("FAIL  store"), "{text}");
    assert_eq!(text.matches("file is not a database").count(), 1, "the cause is told once: {text}");
}

#[test]
fn an_embedding_model_is_imported_used_and_removed() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let data = folder.path().to_str().expect("a path");
    let tiny = concat!(env!("CARGO_MANIFEST_DIR"), "/../erstwhile-models/testdata/tiny_encoder");
    let imported = erstwhile(&["models", "--data", data, "import", tiny]);
    assert!(imported.status.success() && stdout(&imported).contains("tiny_encoder"), "{imported:?}");
    assert!(stdout(&erstwhile(&["models", "--data", data, "list"])).contains("tiny_encoder  1 MiB"));
    assert!(erstwhile(&["keys", "--data", data, "create"]).status.success());
    let doctor = |model: &str| {
        let mut doctor = Command::new(env!("CARGO_BIN_EXE_erstwhile"));
        doctor.args(["doctor", "--data", data]).env("ERSTWHILE_EMBEDDER__PROVIDER", "local");
        stdout(&doctor.env("ERSTWHILE_EMBEDDER__NAME", model).output().expect("the program runs"))
    };
    let checked = doctor("tiny_encoder");
    assert!(checked.contains("ok    embeddings  tiny_encoder@") && checked.contains("8 dimensions"), "{checked}");
    let missing = doctor("another");
    assert!(missing.contains("FAIL  embeddings") && missing.contains("no model `another`"), "{missing}");
    assert!(erstwhile(&["models", "--data", data, "remove", "tiny_encoder"]).status.success());
    assert!(stdout(&erstwhile(&["models", "--data", data, "list"])).is_empty());
}

#[test]
fn invalid_settings_and_wrong_usage_have_different_exit_codes() {
    let unknown = Command::new(env!("CARGO_BIN_EXE_erstwhile"))
        .args(["doctor"])
        .env("ERSTWHILE_SERVER__LISTENN", "127.0.0.1:1")
        .output()
        .expect("the program runs");
    assert_eq!(unknown.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("listenn"), "{unknown:?}");
    assert_eq!(erstwhile(&["frobnicate"]).status.code(), Some(2));
}

#[test]
fn commands_that_only_read_create_nothing() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let missing = folder.path().join("missing");
    let data = missing.to_str().expect("a path");
    for command in [&["doctor"][..], &["keys", "list"], &["export", "--to", data], &["verify-erasure", "somebody"]] {
        let output = erstwhile(&[command, &["--data", data]].concat());
        assert!([Some(1), Some(3)].contains(&output.status.code()), "{command:?}: {output:?}");
        assert!(!missing.exists(), "{command:?} created the folder");
    }
    let data = folder.path().to_str().expect("a path");
    assert!(erstwhile(&["keys", "--data", data, "create"]).status.success());
    let mistyped = ["keys", "--data", data, "--project", "defualt", "list"];
    for _ in 0..2 {
        let output = erstwhile(&mistyped);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("no project `defualt`"), "{output:?}");
    }
}

#[test]
fn doctor_names_each_problem_and_what_to_do() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let data = folder.path().to_str().expect("a path");
    assert!(erstwhile(&["keys", "--data", data, "create"]).status.success());
    std::fs::write(folder.path().join("erstwhile.db"), "").expect("the database is emptied");
    let emptied = erstwhile(&["doctor", "--data", data]);
    assert_eq!(emptied.status.code(), Some(3), "{emptied:?}");
    let text = stdout(&emptied);
    assert!(text.contains("FAIL  store") && text.contains("put it back, from a backup"), "{text}");
    assert_eq!(std::fs::metadata(folder.path().join("erstwhile.db")).expect("a file").len(), 0, "nothing is created");
}
