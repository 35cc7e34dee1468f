//! Invariants of ARCHITECTURE.md that can be checked automatically.

use std::path::{Path, PathBuf};

fn crates() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn sources(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).expect("a source file");
                found.push((path, text));
            }
        }
    }
    found
}

#[test]
fn the_engine_does_not_depend_on_http_the_command_line_or_the_environment() {
    let manifest = std::fs::read_to_string(crates().join("erstwhile/Cargo.toml")).expect("a manifest");
    for forbidden in ["axum", "hyper", "reqwest", "clap", "tower", "tracing-subscriber", "config"] {
        assert!(!manifest.lines().any(|line| line.starts_with(forbidden)), "the engine depends on {forbidden}");
    }
    for (path, text) in sources(&crates().join("erstwhile/src")) {
        assert!(!text.contains("std::env"), "{} reads the environment", path.display());
    }
}

#[test]
fn handlers_use_the_engine_and_never_a_store() {
    for (path, text) in sources(&crates().join("erstwhile-server/src/http")) {
        assert!(!text.contains("erstwhile::store") && !text.contains("erstwhile::change"), "{}", path.display());
    }
}

#[test]
fn only_apply_the_queue_and_imports_write_to_the_database() {
    for (path, text) in sources(&crates().join("erstwhile/src")) {
        let allowed = path.ends_with("store.rs")
            || path.ends_with("queue.rs")
            || path.ends_with("store/export.rs")
            || path.ends_with("sqlite.rs")
            || path.ends_with("sql.rs");
        assert!(allowed || !text.contains(".transact("), "{} writes to the database", path.display());
    }
}

#[test]
fn files_have_at_most_600_lines() {
    for name in
        ["erstwhile-core", "erstwhile", "erstwhile-testkit", "erstwhile-models", "erstwhile-server", "erstwhile-bench"]
    {
        for (path, text) in sources(&crates().join(name).join("src")) {
            let lines = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().lines().count();
            assert!(lines <= 600, "{} has {lines} lines", path.display());
        }
    }
}
