//! Backups of a running server, and what becomes of them.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicBool, Ordering};

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
