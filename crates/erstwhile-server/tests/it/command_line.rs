//! Tests of the command line: data on stdout, and exit codes.

use std::io::{BufRead, BufReader};
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

use crate::process::Process;

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
    let row: Value = serde_json::from_str(listed.trim()).expect("JSON");
    assert_eq!((row["name"].as_str(), row["role"].as_str()), (Some("ci"), Some("write")));
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
    assert!(stdout(&erstwhile(&["models", "--data", data, "list"])).contains("tiny_encoder  embedder  1 MiB"));
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
fn a_cross_encoder_is_imported_as_a_reranker_and_is_no_embedder() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let data = folder.path().to_str().expect("a path");
    for model in ["tiny_encoder", "tiny_cross_encoder"] {
        let tiny = format!("{}/../erstwhile-models/testdata/{model}", env!("CARGO_MANIFEST_DIR"));
        assert!(erstwhile(&["models", "--data", data, "import", &tiny]).status.success());
    }
    let list = stdout(&erstwhile(&["models", "--data", data, "list"]));
    assert!(list.contains("tiny_cross_encoder  reranker  1 MiB"), "{list}");
    let listed = stdout(&erstwhile(&["models", "--data", data, "--json", "list"]));
    assert!(listed.contains(r#""kind":"reranker""#) && listed.contains(r#""kind":"embedder""#), "{listed}");
    assert!(erstwhile(&["keys", "--data", data, "create"]).status.success());
    let doctor = |section: &str, model: &str| {
        let mut doctor = Command::new(env!("CARGO_BIN_EXE_erstwhile"));
        doctor.args(["doctor", "--data", data]).env(format!("ERSTWHILE_{section}__PROVIDER"), "local");
        doctor.env("ERSTWHILE_RERANKER__DEADLINE_MS", "60000");
        stdout(&doctor.env(format!("ERSTWHILE_{section}__NAME"), model).output().expect("the program runs"))
    };
    let checked = doctor("RERANKER", "tiny_cross_encoder");
    assert!(checked.contains("ok    reranker    tiny_cross_encoder answers"), "{checked}");
    for (section, model, reason) in [
        ("RERANKER", "tiny_encoder", "it can only be an embedding model"),
        ("EMBEDDER", "tiny_cross_encoder", "it can only be a reranking model"),
        ("RERANKER", "another", "no model `another`"),
    ] {
        let refused = doctor(section, model);
        assert!(refused.contains("FAIL") && refused.contains(reason), "{refused}");
    }
}

#[test]
fn settings_of_a_local_reranker_that_contradict_each_other_are_refused() {
    for (name, url) in [("", ""), ("a", "http://127.0.0.1:1")] {
        let mut doctor = Command::new(env!("CARGO_BIN_EXE_erstwhile"));
        doctor.args(["doctor"]).env("ERSTWHILE_RERANKER__PROVIDER", "local");
        let refused = doctor.envs([("ERSTWHILE_RERANKER__NAME", name), ("ERSTWHILE_RERANKER__URL", url)]).output();
        let refused = refused.expect("the program runs");
        assert_eq!(refused.status.code(), Some(1), "{refused:?}");
        assert!(String::from_utf8_lossy(&refused.stderr).contains("reranker.provider = local"), "{refused:?}");
    }
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
    let fact = "11111111-1111-4111-8111-111111111111";
    for command in [
        &["doctor"][..],
        &["keys", "list"],
        &["export", "--to", data],
        &["verify-erasure", "somebody"],
        &["show", "somebody"],
        &["why", fact],
        &["dropped", "somebody"],
        &["users"],
        &["graphs"],
        &["projects"],
        &["stats"],
    ] {
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
fn a_key_of_an_unknown_project_is_created_only_together_with_the_project() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let data = folder.path().to_str().expect("a path");
    assert!(erstwhile(&["keys", "--data", data, "create"]).status.success());
    let create = ["keys", "--data", data, "--project", "prodution", "create"];
    let refused = erstwhile(&create);
    let error = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(refused.status.code() == Some(1) && refused.stdout.is_empty(), "{refused:?}");
    assert!(error.contains("no project `prodution`") && error.contains("--create-project"), "{error}");
    assert!(!stdout(&erstwhile(&["projects", "--data", data])).contains("prodution"));
    let created = erstwhile(&[&create[..], &["--create-project"]].concat());
    assert!(created.status.success() && stdout(&created).starts_with("ew_"), "{created:?}");
    assert!(stdout(&erstwhile(&["projects", "--data", data])).contains("prodution"));
    assert!(erstwhile(&create).status.success(), "the project exists now");
}

/// How a server on a folder ends that should not start, and what it says; it is ended if it does.
fn end_of_server(data: &str) -> (Option<i32>, String) {
    let mut server = Command::new(env!("CARGO_BIN_EXE_erstwhile"))
        .args(["serve", "--listen", "127.0.0.1:0", "--data", data])
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    let mut said = String::new();
    for line in BufReader::new(server.stderr.take().expect("its stderr")).lines() {
        said += &line.expect("a line");
        if said.contains("serving on") {
            server.kill().expect("it ends");
        }
    }
    (server.wait().expect("it ends").code(), said)
}

#[test]
fn only_one_server_uses_a_data_folder_and_commands_look_into_it_meanwhile() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let data = folder.path().to_str().expect("a path");
    let server = Process::start_embedded(folder.path());
    let (code, error) = end_of_server(data);
    assert_eq!(code, Some(1), "{error}");
    assert!(error.contains(&format!("another server uses the data folder `{data}`")), "{error}");
    assert_eq!(server.call("POST", "/users", Some(&json!({ "user_id": "ann" }))).status, 201);
    for command in [&["users"][..], &["stats"], &["doctor"], &["keys", "list"], &["keys", "create"], &["audit"]] {
        let output = erstwhile(&[command, &["--data", data]].concat());
        assert!(output.status.success(), "{command:?}: {output:?}");
    }
    server.kill();
    let server = Process::start_embedded(folder.path());
    assert_eq!(server.call("GET", "/users/ann", None).status, 200, "a killed server has left no lock");
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

/// A folder with the data of a server that has stopped: Noor, who lived in Lyon and moved to Copenhagen.
fn stopped_installation() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let server = Process::start_embedded(folder.path());
    let add = |path: &str, body: Value| assert!(server.call("POST", path, Some(&body)).status < 300, "{path}");
    add("/users", json!({ "user_id": "noor", "first_name": "Noor", "last_name": "Haddad" }));
    add("/threads", json!({ "thread_id": "t", "user_id": "noor" }));
    add("/graph/create", json!({ "graph_id": "shared" }));
    let said = |content: &str, at: &str| json!({ "role": "user", "content": content, "created_at": at });
    let messages = [
        said("I live in Lyon.", "2025-03-03T09:00:00Z"),
        said("Should I move to Oslo?", "2025-03-04T09:00:00Z"),
        said("I moved to Copenhagen.", "2025-09-15T09:00:00Z"),
    ];
    add("/threads/t/messages", json!({ "messages": messages }));
    let search = json!({ "user_id": "noor", "query": "Where does Noor live?" });
    let deadline = std::time::Instant::now() + std::time::Duration::from_mins(1);
    while server.call("POST", "/graph/search", Some(&search)).body["edges"].as_array().is_none_or(Vec::is_empty) {
        assert!(std::time::Instant::now() < deadline, "the messages are never read");
    }
    assert_eq!(server.terminate(), Some(0));
    folder
}

#[test]
fn what_a_stopped_installation_knows_is_shown_with_the_words_that_it_rests_on() {
    let folder = stopped_installation();
    let data = folder.path().to_str().expect("a path");
    let run = |arguments: &[&str]| {
        let output = erstwhile(&[arguments, &["--data", data]].concat());
        assert!(output.status.success(), "{output:?}");
        stdout(&output)
    };
    let json = |arguments: &[&str]| -> Vec<Value> {
        let text = run(&[arguments, &["--json"]].concat());
        text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
    };
    let shown = run(&["show", "noor"]);
    assert!(shown.contains("2025-03-03 – 2025-09-15  Noor Haddad —LIVES_IN→ Lyon"), "{shown}");
    assert!(shown.contains("2025-09-15 – present     Noor Haddad —LIVES_IN→ Copenhagen"), "{shown}");
    let then = run(&["show", "noor", "--as-of", "2025-05-01"]);
    assert!(then.contains("Lyon") && !then.contains("Copenhagen"), "{then}");

    let facts = json(&["show", "noor"]);
    let lyon = facts.iter().find(|fact| fact["target_node_name"] == "Lyon").expect("a fact");
    let fact = lyon["uuid"].as_str().expect("an id");
    let why = run(&["why", fact]);
    assert!(
        why.contains("because of the words of the user in the thread t on 2025-03-03:\n  “I live in Lyon.”"),
        "{why}"
    );
    assert!(why.contains("it ended because of the words of the user in the thread t on 2025-09-15:"), "{why}");
    assert_eq!(json(&["why", fact])[0]["ended_by"]["words"], "I moved to Copenhagen.");

    let dropped = run(&["dropped", "t"]);
    assert!(dropped.contains("2025-03-04  user  "), "{dropped}");
    assert!(dropped.contains("  “Should I move to Oslo?”\n    assertion: it asks\n"), "{dropped}");
    assert!(!dropped.contains("I live in Lyon"), "what is kept is not dropped: {dropped}");
    let dropped = json(&["dropped", "t"]);
    assert_eq!(dropped.len(), 3, "one for each message: {dropped:?}");
    assert_eq!((&dropped[0]["dropped"], &dropped[1]["unread"]), (&serde_json::json!([]), &Value::Null));
    assert_eq!(dropped[1]["dropped"][0]["stage"], "assertion");

    let users = json(&["users"]);
    assert_eq!((users[0]["user_id"].as_str(), users[0]["episodes"].as_i64()), (Some("noor"), Some(3)), "{users:?}");
    assert_eq!(json(&["graphs"])[0]["graph_id"], "shared");
    let projects = json(&["projects"]);
    assert_eq!((projects[0]["users"].as_i64(), projects[0]["graphs"].as_i64()), (Some(1), Some(1)), "{projects:?}");
    let stats = json(&["stats"]);
    assert_eq!((stats[0]["users"].as_i64(), stats[0]["episodes"].as_i64()), (Some(1), Some(3)), "{stats:?}");
    assert!(stats[0]["bytes"].as_i64().is_some_and(|bytes| bytes > 0), "{stats:?}");

    let nobody = erstwhile(&["show", "nobody", "--data", data]);
    assert_eq!(nobody.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&nobody.stderr).contains("user not found"), "{nobody:?}");
}

#[test]
fn a_command_whose_output_nobody_reads_ends_quietly() {
    let mut demo = Command::new(env!("CARGO_BIN_EXE_erstwhile"))
        .arg("demo")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    drop(demo.stdout.take());
    let output = demo.wait_with_output().expect("the program ends");
    assert_eq!(output.status.code(), Some(141), "as a program that the signal PIPE ended: {output:?}");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(!told.contains("panicked") && !told.contains("ipe"), "{told}");
}

#[test]
fn the_program_tells_its_version_its_completions_and_its_manual() {
    let version = stdout(&erstwhile(&["--version"]));
    assert!(version.contains("(commit ") && version.contains(", schema "), "{version}");
    let completions = stdout(&erstwhile(&["completions", "bash"]));
    assert!(completions.contains("verify-erasure"), "{completions}");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let man = folder.path().join("share/man1");
    assert!(erstwhile(&["man", man.to_str().expect("a path")]).status.success(), "it creates the folder");
    let page = std::fs::read_to_string(man.join("erstwhile-show.1")).expect("a page");
    assert!(page.contains("in the order of time"), "{page}");
    for help in [&["help"][..], &["serve", "--help"], &["models", "--help"], &["models", "import", "--help"]] {
        let help = stdout(&erstwhile(help));
        assert!(help.contains("Usage: erstwhile") && !help.contains('`'), "{help}");
    }
}

#[test]
fn a_list_without_anything_says_so_on_stderr() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let data = folder.path().to_str().expect("a path");
    assert!(erstwhile(&["keys", "--data", data, "create"]).status.success());
    for command in [&["graphs"][..], &["users"], &["webhooks", "list"], &["models", "list"]] {
        for json in [&[][..], &["--json"]] {
            let output = erstwhile(&[command, json, &["--data", data]].concat());
            assert!(output.status.success() && output.stdout.is_empty(), "{output:?}");
            assert!(String::from_utf8_lossy(&output.stderr).contains("there are no "), "{command:?}: {output:?}");
        }
    }
}

#[test]
fn a_new_database_is_not_said_to_be_migrated() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let server = Process::start_with(folder.path(), &[("ERSTWHILE_TELEMETRY__LOG", "info")]);
    let page = server.raw(b"GET / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
    assert!(page.starts_with("HTTP/1.1 200") && page.contains("The memory of AI agents"), "{page}");
    assert!(!server.log().contains("migrat"), "{}", server.log());
}

#[test]
fn a_container_can_ask_whether_its_server_is_ready() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let server = Process::start(folder.path());
    let address = server.address.to_string();
    let ask = || erstwhile(&["health", "--listen", &address]);
    let ready = ask();
    assert_eq!((ready.status.code(), stdout(&ready).trim()), (Some(0), "ready"), "{ready:?}");
    server.kill();
    let gone = ask();
    assert_eq!(gone.status.code(), Some(3), "{gone:?}");
    assert!(stdout(&gone).contains("nothing listens"), "{gone:?}");
}
