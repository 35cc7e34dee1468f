//! Backups of a running server, and what becomes of them.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use serde_json::{Value, json};

use crate::process::Process;

fn erstwhile(arguments: [&str; 2], data: &Path, folder: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_erstwhile"));
    command.args([arguments[0], "--json", "--data"]).arg(data).arg(arguments[1]).arg(folder);
    command.output().expect("the program runs")
}

fn backup(data: &Path, folder: &Path) -> Value {
    let made = erstwhile(["backup", "--to"], data, folder);
    assert!(made.status.success(), "{made:?}");
    serde_json::from_slice(&made.stdout).expect("JSON")
}

/// What restoring says when it fails.
fn refused(data: &Path, folder: &Path) -> String {
    let refused = erstwhile(["restore", "--from"], data, folder);
    assert!(!refused.status.success(), "{refused:?}");
    String::from_utf8(refused.stderr).expect("text")
}

fn add_user(server: &Process, user_id: &str) {
    let user = json!({"user_id": user_id, "first_name": format!("Zora-{user_id}-x")});
    assert_eq!(server.call("POST", "/users", Some(&user)).status, 201);
}

fn copies(folder: &Path) -> Vec<PathBuf> {
    let files = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    files.filter(|file| file.extension().is_some_and(|extension| extension == "db")).collect()
}

#[test]
fn a_backup_of_a_busy_server_is_whole_and_can_be_restored() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let [data, saved, other] = ["data", "saved", "other"].map(|name| folder.path().join(name));
    let server = Process::start_embedded(&data);
    for number in 0..20 {
        add_user(&server, &number.to_string());
    }
    let stop = AtomicBool::new(false);
    let added = std::thread::scope(|scope| {
        let writing = scope.spawn(|| {
            let mut number = 20;
            while !stop.load(Ordering::Relaxed) {
                add_user(&server, &number.to_string());
                number += 1;
            }
            number
        });
        backup(&data, &saved);
        stop.store(true, Ordering::Relaxed);
        writing.join().expect("the writer")
    });
    let before = copies(&saved);
    let names_deleted =
        |file: &Path| std::fs::read(file).expect("a copy").windows(8).any(|window| window == b"Zora-3-x");
    assert!(names_deleted(&before[0]));
    assert_eq!(server.call("DELETE", "/users/3", None).status, 200);
    let made = backup(&data, &saved);
    let after = copies(&saved);
    assert!(after.len() == 1 && after != before, "the new backup replaces the older one");
    assert_eq!(std::fs::metadata(&after[0]).expect("a file").permissions().mode() & 0o777, 0o600);
    assert_eq!(made["bytes"], std::fs::metadata(&after[0]).expect("a file").len());
    assert!(!names_deleted(&after[0]), "the copy holds nothing that was deleted before");
    drop(server);

    let restored = erstwhile(["restore", "--from"], &other, &saved);
    assert!(restored.status.success(), "{restored:?}");
    let server = Process::start_embedded(&other);
    for number in (0..added).filter(|number| *number != 3) {
        assert_eq!(server.call("GET", &format!("/users/{number}"), None).status, 200, "{number} of {added}");
    }
    assert_eq!(server.call("GET", "/users/3", None).status, 404);
    assert!(refused(&other, &saved).contains("exists"), "a database is never overwritten");
}

#[test]
fn a_damaged_incomplete_or_foreign_backup_restores_nothing() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let [data, saved, other] = ["data", "saved", "other"].map(|name| folder.path().join(name));
    assert!(refused(&other, &saved).contains("no complete backup"));
    add_user(&Process::start_embedded(&data), "ann");
    backup(&data, &saved);
    let copy = copies(&saved).remove(0);
    let whole = std::fs::read(&copy).expect("a copy");
    let mut changed = whole.clone();
    *changed.last_mut().expect("a byte") ^= 1;
    for damaged in [&whole[..whole.len() / 2], &changed] {
        std::fs::write(&copy, damaged).expect("a file");
        assert!(refused(&other, &saved).contains("damaged"));
    }
    std::fs::write(&copy, &whole).expect("a file");
    let manifest = saved.join("backup.json");
    let text = std::fs::read_to_string(&manifest).expect("a manifest");
    for (wrong, message) in [
        (text.replace("\"schema\": ", "\"schema\": 9"), "restore it with that one"),
        (text.replace("\"file\": \"", "\"file\": \"../"), "damaged"),
        ("{".to_owned(), "damaged"),
    ] {
        std::fs::write(&manifest, wrong).expect("a file");
        assert!(refused(&other, &saved).contains(message), "{message}");
    }
    std::fs::write(&manifest, &text).expect("a file");
    let foreign = folder.path().join("foreign");
    drop(Process::start_embedded(&foreign));
    std::fs::remove_file(foreign.join("erstwhile.db")).expect("a database");
    for rest in ["erstwhile.db-wal", "erstwhile.db-shm"] {
        drop(std::fs::remove_file(foreign.join(rest)));
    }
    assert!(refused(&foreign, &saved).contains("another installation"));
    assert!(!other.join("erstwhile.db").exists() && !foreign.join("erstwhile.db").exists());
    assert!(erstwhile(["restore", "--from"], &other, &saved).status.success());
}

#[test]
fn a_backup_that_fails_leaves_the_one_before() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let [data, saved, other] = ["data", "saved", "other"].map(|name| folder.path().join(name));
    let missing = erstwhile(["backup", "--to"], &data, &saved);
    assert!(!missing.status.success() && !data.exists() && !saved.exists(), "{missing:?}");
    add_user(&Process::start_embedded(&data), "ann");
    backup(&data, &saved);
    // Restored, because the file of a killed server does not have what is in its log.
    assert!(erstwhile(["restore", "--from"], &other, &saved).status.success());
    let database = other.join("erstwhile.db");
    let mut bytes = std::fs::read(&database).expect("a database");
    let middle = bytes.len() / 2;
    bytes[middle..middle + 8192].fill(0xff);
    std::fs::write(&database, bytes).expect("a file");
    let failed = erstwhile(["backup", "--to"], &other, &saved);
    assert!(!failed.status.success(), "{failed:?}");
    assert_eq!(copies(&saved).len(), 1);
    std::fs::remove_file(&database).expect("a database");
    // With its log, which has the record of the restore.
    for rest in ["erstwhile.db-wal", "erstwhile.db-shm"] {
        drop(std::fs::remove_file(other.join(rest)));
    }
    assert!(erstwhile(["restore", "--from"], &other, &saved).status.success());
    assert_eq!(Process::start_embedded(&other).call("GET", "/users/ann", None).status, 200);
}

/// A data folder with a user and enough data for a backup to take a while.
fn filled(data: &Path) {
    add_user(&Process::start_embedded(data), "ann");
    let database = rusqlite::Connection::open(data.join("erstwhile.db")).expect("a database");
    let fill = "CREATE TABLE filler (bytes BLOB); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n \
        WHERE i < 80) INSERT INTO filler SELECT randomblob(100000) FROM n";
    database.execute_batch(fill).expect("it is filled");
}

fn users_of(database: &Path) -> Vec<String> {
    let database = rusqlite::Connection::open(database).expect("a database");
    let mut users = database.prepare("SELECT user_id FROM account ORDER BY user_id").expect("a query");
    users.query_map([], |row| row.get(0)).expect("rows").map(|row| row.expect("a row")).collect()
}

fn names_in(folder: &Path) -> BTreeSet<String> {
    let names = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").file_name());
    names.map(|name| name.to_string_lossy().into_owned()).collect()
}

/// Runs a command that can write no file of more than 2 MiB.
fn with_a_full_disk(arguments: [&str; 2], data: &Path, folder: &Path) -> Output {
    let mut command = Command::new("bash");
    command.args(["-c", "trap '' XFSZ; ulimit -f 2048; exec \"$@\"", "bash", env!("CARGO_BIN_EXE_erstwhile")]);
    command.arg(arguments[0]).arg("--data").arg(data).arg(arguments[1]).arg(folder);
    command.output().expect("the program runs")
}

#[test]
fn a_backup_that_is_killed_leaves_the_one_before_and_the_next_one_starts_afresh() {
    const ROUNDS: u32 = 10;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let [data, saved] = ["data", "saved"].map(|name| folder.path().join(name));
    filled(&data);
    let began = Instant::now();
    backup(&data, &saved);
    let whole = began.elapsed();
    add_user(&Process::start_embedded(&data), "bob");
    for round in 0..ROUNDS {
        let mut command = Command::new(env!("CARGO_BIN_EXE_erstwhile"));
        let mut running =
            command.arg("backup").arg("--data").arg(&data).arg("--to").arg(&saved).spawn().expect("it runs");
        std::thread::sleep(whole * round / (ROUNDS - 1));
        running.kill().expect("it is killed");
        running.wait().expect("it ended");
        let restored = folder.path().join(format!("restored {round}"));
        let output = erstwhile(["restore", "--from"], &restored, &saved);
        assert!(output.status.success(), "round {round}: {output:?}");
        // That of before, or a new one that was complete.
        let users = users_of(&restored.join("erstwhile.db"));
        assert!(users == ["ann"] || users == ["ann", "bob"], "round {round}: {users:?}");
    }
    backup(&data, &saved);
    assert_eq!(names_in(&saved).len(), 2, "a copy and its manifest: {:?}", names_in(&saved));
    let restored = folder.path().join("restored");
    assert!(erstwhile(["restore", "--from"], &restored, &saved).status.success());
    assert_eq!(users_of(&restored.join("erstwhile.db")), ["ann", "bob"]);
}

#[test]
fn a_backup_on_a_full_disk_makes_room_first_and_keeps_what_is_not_its_own() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let [data, saved, other] = ["data", "saved", "other"].map(|name| folder.path().join(name));
    filled(&data);
    backup(&data, &saved);
    let mut kept = names_in(&saved);
    for own in ["notes.txt", "erstwhile-prod.db", "erstwhile-of-last-year-x.db.partial"] {
        std::fs::write(saved.join(own), "mine").expect("a file");
        kept.insert(own.to_owned());
    }
    let copy = "erstwhile-20200101T000000000Z.db";
    for left in [
        copy.to_owned(),
        format!("{copy}.partial"),
        format!("{copy}.partial-journal"),
        "backup.json.partial".to_owned(),
    ] {
        std::fs::write(saved.join(left), "left by a backup that was interrupted").expect("a file");
    }
    let failed = with_a_full_disk(["backup", "--to"], &data, &saved);
    assert!(!failed.status.success(), "{failed:?}");
    assert_eq!(names_in(&saved), kept);
    let failed = with_a_full_disk(["restore", "--from"], &other, &saved);
    assert!(!failed.status.success(), "{failed:?}");
    assert_eq!(names_in(&other), BTreeSet::new(), "a restore that fails leaves nothing");
    assert!(erstwhile(["restore", "--from"], &other, &saved).status.success());
    assert_eq!(users_of(&other.join("erstwhile.db")), ["ann"]);
    // Whoever makes a backup there may not have the folder to themselves.
    let locked = std::fs::File::open(&saved).expect("a folder");
    locked.lock().expect("a lock");
    let refused = erstwhile(["backup", "--to"], &data, &saved);
    let message = String::from_utf8_lossy(&refused.stderr);
    assert!(!refused.status.success() && message.contains("another backup"), "{message}");
    drop(locked);
    backup(&data, &saved);
}
