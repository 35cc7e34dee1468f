//! What a deletion removes leaves no byte in the files: by every route that deletes something, for every column that holds
//! text.
//!
//! Routes and columns are found in the router's source and in the schema, so that new ones cannot be forgotten.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use erstwhile_postgres::testing::bin_directory;
use serde_json::{Value, json};

use crate::canary_maker::{CANARY, Maker, call, make, text_of};
use crate::isolation::{Route, routes, settle};
use crate::process::{Process, new_schema};

/// Routes that delete something without text: which users are in a group, and which policies it has.
const WITHOUT_TEXT: [&str; 5] = [
    "/api/v2/user-groups/{group_uuid}/members/bulk-remove",
    "/api/v2/user-groups/{group_uuid}/members/{user_uuid}",
    "/api/v2/abac/user-groups/{group_uuid}/policy-sets/{policy_set_uuid}",
    "/api/v4/user-groups/{group_uuid}/members/remove",
    "/api/v4/user-groups/{group_uuid}/members/{user_uuid}",
];

/// Columns that never hold what an application said about a person, with the reason.
const NOT_PERSONAL: [(&str, &str); 25] = [
    ("webhook_delivery.event", "one of a list of names"),
    ("webhook_delivery.payload", "ids and counts of the server's own"),
    ("webhook_delivery.failure", "why an application's server could not be reached"),
    ("account.time_zone", "one of a list of names"),
    ("graph.time_zone", "one of a list of names"),
    ("project.time_zone", "one of a list of names"),
    ("project.name", "of the operator; a project is not deleted"),
    ("project.description", "of the operator; a project is not deleted"),
    ("api_key.name", "of the operator; a key is revoked and not deleted"),
    ("api_key.prefix", "random"),
    ("audit.key_prefix", "as api_key.prefix"),
    ("assertion.extractor", "a name in this program"),
    ("task.kind", "a name in this program"),
    ("erasure.tables", "names of tables"),
    ("episode.failure", "a message of this program"),
    ("episode.model_report", "numbers, and messages of this program and of the provider"),
    ("bulk_item.failure", "a message of this program"),
    ("ingest_queue.last_error", "a message of this program"),
    ("model_queue.last_error", "a message of this program"),
    ("model_usage.model", "of the operator"),
    ("text_vector.model", "of the operator"),
    ("written_summary.subject", "erased as its graph: tests of the engine"),
    ("written_summary.summary", "erased as its graph: tests of the engine"),
    ("written_summary.instructions", "erased as its graph: tests of the engine"),
    ("written_summary.model", "of the operator"),
];

/// The routes that delete something with text.
fn deleting() -> Vec<Route> {
    let deletes =
        |route: &Route| route.verb == "DELETE" || ["elete", "emove"].iter().any(|word| route.path.contains(word));
    let is_new = |route: &Route| !WITHOUT_TEXT.contains(&route.path.as_str());
    routes().into_iter().filter(|route| deletes(route) && is_new(route)).collect()
}

/// Every file of a folder, with its folders.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push((path.display().to_string(), std::fs::read(&path).unwrap_or_default()));
        }
    }
    found
}

/// What is left in the files of a folder, in upper or lower case.
fn left(folder: &Path) -> BTreeSet<String> {
    let mut left = BTreeSet::new();
    for (file, bytes) in files(folder) {
        let folded = bytes.to_ascii_lowercase();
        for (at, _) in folded.windows(CANARY.len()).enumerate().filter(|(_, window)| *window == CANARY.as_bytes()) {
            let around = &bytes[at..(at + 40).min(bytes.len())];
            left.insert(format!("{file}: {}", String::from_utf8_lossy(around)));
        }
    }
    left
}

/// The number of erasures that are not complete.
fn pending(folder: &Path) -> i64 {
    let database = rusqlite::Connection::open(folder.join("erstwhile.db")).expect("the database");
    let sql = "SELECT count(*) FROM erasure WHERE finished_at IS NULL";
    database.query_row(sql, [], |row| row.get(0)).expect("a count")
}

/// The number of records in the audit log.
fn audited(folder: &Path) -> i64 {
    let database = rusqlite::Connection::open(folder.join("erstwhile.db")).expect("the database");
    database.query_row("SELECT count(*) FROM audit", [], |row| row.get(0)).expect("a count")
}

/// Waits until every erasure is complete, and returns what is left all the same.
fn left_after_erasure(folder: &Path) -> BTreeSet<String> {
    let deadline = Instant::now() + Duration::from_mins(1);
    while pending(folder) > 0 {
        assert!(Instant::now() < deadline, "{} erasures are never completed", pending(folder));
        std::thread::sleep(Duration::from_millis(50));
    }
    left(folder)
}

/// Every column that holds text, and whether it holds a canary now.
fn columns(folder: &Path) -> BTreeMap<String, bool> {
    let database = rusqlite::Connection::open(folder.join("erstwhile.db")).expect("the database");
    let mut statement = database
        .prepare(
            "SELECT t.name, c.name FROM sqlite_schema t, pragma_table_info(t.name) c WHERE t.type = 'table' \
             AND c.type = 'TEXT' AND t.name NOT LIKE 'sqlite_%'",
        )
        .expect("a statement");
    let named = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).expect("columns");
    let named: Vec<(String, String)> = named.map(|row| row.expect("a column")).collect();
    let holds = |table: &str, column: &str| {
        let sql = format!("SELECT count(*) FROM \"{table}\" WHERE \"{column}\" LIKE '%{CANARY}%'");
        database.query_row(&sql, [], |row| row.get::<_, i64>(0)).expect("a count") > 0
    };
    named.iter().map(|(table, column)| (format!("{table}.{column}"), holds(table, column))).collect()
}

/// Starts a server with a language model that classifies every thread alike.
fn start(folder: &Path) -> Process {
    let model = crate::fake_model::start(|_| (200, format!("{{\"class\": \"{CANARY}\"}}")));
    Process::start_embedded_with(folder, &settings(&model))
}

fn settings(model: &str) -> [(&'static str, &str); 4] {
    [
        ("ERSTWHILE_MODEL__URL", model),
        ("ERSTWHILE_MODEL__NAME", "a model"),
        ("ERSTWHILE_MODEL__EXTRACTOR", "offline"),
        ("ERSTWHILE_LIMITS__REQUESTS_PER_SECOND", "0"),
    ]
}

fn project(server: &Process) -> String {
    text_of(&make(server, "GET", "/projects/info", &json!({}))["project"]["uuid"])
}

/// Makes what each route deletes, and returns the requests, without waiting for anything to be read.
fn make_all(server: &Process, routes: &[Route]) -> Vec<(String, Option<Value>)> {
    let project = project(server);
    let maker = |number| Maker { server, number, project: &project };
    routes.iter().enumerate().map(|(number, route)| maker(number).of(route)).collect()
}

/// Calls every route at the same time; all must succeed.
fn delete_all(server: &Process, routes: &[Route], requests: &[(String, Option<Value>)]) {
    std::thread::scope(|scope| {
        for (route, (path, body)) in routes.iter().zip(requests) {
            scope.spawn(move || {
                let (status, text) = call(server, route, path, body.as_ref());
                assert!(status < 300, "{} {path}: {status} {text}", route.verb);
            });
        }
    });
}

#[test]
fn every_route_that_deletes_leaves_a_record_and_no_byte_and_every_column_with_text_is_tried() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = start(folder.path());
    let project = project(&server);
    let (mut wrong, mut tried) = (Vec::new(), BTreeMap::new());
    let routes = deleting();
    assert!(routes.len() > 25, "the routes are not found any more: {}", routes.len());
    for (number, route) in routes.iter().enumerate() {
        let (path, body) = Maker { server: &server, number, project: &project }.of(route);
        settle(&server);
        for (column, holds) in columns(folder.path()) {
            *tried.entry(column).or_insert(false) |= holds;
        }
        let before = audited(folder.path());
        let (status, text) = call(&server, route, &path, body.as_ref());
        let recorded = audited(folder.path()) - before;
        let left = left_after_erasure(folder.path());
        if status >= 300 || recorded != 1 || !left.is_empty() {
            wrong.push(format!(
                "{} {path}: {status} {text}: {recorded} records in the audit log: {left:#?}",
                route.verb
            ));
        }
        if !left.is_empty() {
            break;
        }
    }
    assert!(wrong.is_empty(), "{} of {} routes:\n{}", wrong.len(), routes.len(), wrong.join("\n"));
    let is_tried = |column: &&String| tried[*column] || NOT_PERSONAL.iter().any(|(name, _)| name == column);
    let forgotten: Vec<&String> = tried.keys().filter(|column| !is_tried(column)).collect();
    assert!(forgotten.is_empty(), "no canary was in {forgotten:?}: put one there, or say why there can be none");
    let wrong: Vec<&str> =
        NOT_PERSONAL.map(|(name, _)| name).into_iter().filter(|name| tried.get(*name) != Some(&false)).collect();
    assert!(wrong.is_empty(), "there is no such column, or it does hold a canary: {wrong:?}");
}

#[test]
fn the_old_name_and_e_mail_of_a_user_leave_no_byte_although_facts_were_read_under_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = start(folder.path());
    let user = json!({ "user_id": "u", "first_name": "Kanarie", "last_name": "Kanarievogel",
                       "email": "kanarie@example.org" });
    make(&server, "POST", "/users", &user);
    make(&server, "POST", "/threads", &json!({ "thread_id": "t", "user_id": "u" }));
    let said = "I live in Lyon. My sister Mia likes tea. My dog is called Rex. My budget is 500 euros.";
    let messages = json!({ "messages": [{ "role": "user", "content": said }] });
    make(&server, "POST", "/threads/t/messages", &messages);
    settle(&server);
    let held = columns(folder.path());
    assert!(held["assertion.statement"] && held["mention.name"], "it was read under the old name");
    let renamed = json!({ "first_name": "Noor", "last_name": "Haddad", "email": "noor@example.org" });
    make(&server, "PATCH", "/users/u", &renamed);
    let context = text_of(&make(&server, "GET", "/threads/t/context", &json!({}))["context"]);
    assert!(context.contains("Noor Haddad lives in Lyon") && !context.to_lowercase().contains(CANARY), "{context}");
    let left = left_after_erasure(folder.path());
    assert!(left.is_empty(), "{left:#?}");
}

#[test]
fn deletions_in_the_middle_of_ingestion_are_completed_after_a_crash_although_somebody_reads() {
    let folder = tempfile::tempdir().expect("a folder");
    let routes = deleting();
    let server = start(folder.path());
    let requests = make_all(&server, &routes);
    // What a backup tool does: a transaction that reads, and stays open. No erasure can be completed meanwhile.
    let reader = rusqlite::Connection::open(folder.path().join("erstwhile.db")).expect("the database");
    reader.execute_batch("BEGIN; SELECT count(*) FROM graph").expect("a transaction");
    delete_all(&server, &routes, &requests);
    // The files must not be read here: closing a file ends the locks that this process holds on it.
    assert!(pending(folder.path()) > 0, "no erasure is held up");
    server.kill();
    let server = start(folder.path());
    assert!(pending(folder.path()) > 0, "no erasure is held up after the crash");
    // Only now: who closes the last connection to a database empties its write-ahead log.
    drop(reader);
    let left = left_after_erasure(folder.path());
    assert!(left.is_empty(), "{left:#?}");
    settle(&server);
    let left = left_after_erasure(folder.path());
    assert!(left.is_empty(), "after ingestion: {left:#?}");
}

#[test]
fn no_row_of_postgresql_holds_what_was_deleted() {
    let schema = new_schema();
    let model = crate::fake_model::start(|_| (200, format!("{{\"class\": \"{CANARY}\"}}")));
    let server = Process::on(&schema, &settings(&model));
    let (_, name) = schema.split_once("search_path%3D").expect("the name of the schema");
    let routes = deleting();
    let requests = make_all(&server, &routes);
    let rows = || {
        let dump = Command::new(bin_directory().join("pg_dump"))
            .args(["--data-only", "--inserts", "-n", name, "-d", &schema])
            .output();
        let dump = dump.expect("pg_dump runs");
        assert!(dump.status.success(), "{}", String::from_utf8_lossy(&dump.stderr));
        let rows = String::from_utf8_lossy(&dump.stdout).into_owned();
        rows.lines().filter(|row| row.to_lowercase().contains(CANARY)).map(str::to_owned).collect::<Vec<_>>()
    };
    assert!(rows().len() > 100, "they were stored: {:?}", rows());
    delete_all(&server, &routes, &requests);
    settle(&server);
    assert_eq!(rows(), Vec::<String>::new());
}
