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

/// The crates of the workspace, each with those that it may depend on.
const CRATES: &[(&str, &[&str])] = &[
    ("erstwhile-core", &[]),
    ("erstwhile", &["erstwhile-core"]),
    ("erstwhile-models", &["erstwhile", "erstwhile-nlp"]),
    ("erstwhile-nlp", &[]),
    ("erstwhile-postgres", &["erstwhile"]),
    ("erstwhile-testkit", &["erstwhile", "erstwhile-core"]),
    ("erstwhile-server", &["erstwhile", "erstwhile-models", "erstwhile-postgres"]),
    ("erstwhile-bench", &["erstwhile", "erstwhile-models", "erstwhile-postgres", "erstwhile-server"]),
];

/// The modules of each crate, lowest layer first: a module uses only modules before it.
const LAYERS: &[(&str, &[&str])] = &[
    (
        "erstwhile-core",
        &[
            "error",
            "compact",
            "boxed",
            "budget",
            "model",
            "vocabulary",
            "text",
            "evidence",
            "change",
            "ontology",
            "extraction",
            "time",
            "identity",
            "content_policy",
            "knowledge",
            "search",
            "context",
            "template",
            "digest",
            "observations",
            "patterns",
            "subgraph",
            "reading",
            "renaming",
            "graph_copy",
            "compat",
        ],
    ),
    (
        "erstwhile-nlp",
        &[
            "hash",
            "labels",
            "weights",
            "characters",
            "lexeme",
            "tokenizer",
            "matrix",
            "tok2vec",
            "cache",
            "tagger",
            "transitions",
            "parser",
            "ner",
            "attributes",
            "lemmatizer",
            "document",
            "english",
        ],
    ),
    ("erstwhile", &["ports", "prompts", "store", "parts", "export", "state", "ingestion", "engine"]),
    (
        "erstwhile-models",
        &[
            "wordpiece",
            "static_embedder",
            "bert",
            "sentence_encoder",
            "cross_encoder",
            "offline",
            "language_models",
            "model_folders",
            "remote_embedder",
            "remote_reranker",
            "model_extractor",
        ],
    ),
    (
        "erstwhile-postgres",
        &[
            "dialect",
            "value",
            "failure",
            "sharding",
            "transaction",
            "vacuum",
            "search",
            "connect",
            "migrate",
            "testing",
        ],
    ),
    ("erstwhile-testkit", &["ports", "sharded", "reference", "batches", "conformance", "export", "fixtures"]),
    (
        "erstwhile-server",
        &[
            "version",
            "settings",
            "models",
            "metrics",
            "connections",
            "webhooks",
            "rate",
            "app",
            "openapi",
            "http",
            "mcp",
            "router",
            "serve",
            "cli",
        ],
    ),
    (
        "erstwhile-bench",
        &[
            "table",
            "plan",
            "encoder",
            "facts_only",
            "conversations",
            "answerability",
            "ranker",
            "salience",
            "retrieval",
            "scale",
            "speed",
            "torture",
        ],
    ),
];

/// The names of the dependencies in a manifest, those for tests left out.
fn dependencies(name: &str) -> Vec<String> {
    let manifest = std::fs::read_to_string(crates().join(name).join("Cargo.toml")).expect("a manifest");
    let section = manifest.split("\n[dependencies]\n").nth(1).expect("dependencies").split("\n[").next().unwrap_or("");
    let names = section.lines().filter_map(|line| line.split(['.', ' ', '=']).next());
    names.filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

#[test]
fn crates_depend_in_one_direction() {
    let folders = std::fs::read_dir(crates()).expect("the crates").count();
    assert_eq!(folders, CRATES.len(), "every crate is listed");
    for (name, allowed) in CRATES {
        let own = dependencies(name).into_iter().filter(|dependency| dependency.starts_with("erstwhile"));
        let forbidden: Vec<String> = own.filter(|dependency| !allowed.contains(&dependency.as_str())).collect();
        assert!(forbidden.is_empty(), "{name} must not depend on {forbidden:?}");
    }
}

#[test]
fn the_core_depends_on_nothing_that_does_io() {
    let allowed = [
        "foldhash",
        "hashbrown",
        "jiff",
        "pulp",
        "rust-stemmers",
        "serde",
        "serde_json",
        "smallvec",
        "unicode-normalization",
        "uuid",
    ];
    let others: Vec<String> =
        dependencies("erstwhile-core").into_iter().filter(|name| !allowed.contains(&name.as_str())).collect();
    assert!(others.is_empty(), "{others:?}");
    for (path, text) in sources(&crates().join("erstwhile-core/src")) {
        for forbidden in ["std::fs", "std::net", "std::env", "std::io", "std::process", "std::time", "println!"] {
            assert!(!text.contains(forbidden), "{} uses {forbidden}", path.display());
        }
    }
}

#[test]
fn modules_depend_in_one_direction() {
    for (name, layers) in LAYERS {
        let root = crates().join(name).join("src");
        for (path, text) in sources(&root) {
            let inside = path.strip_prefix(&root).expect("a file of the crate");
            let own = inside.iter().next().and_then(|first| first.to_str()).expect("a name").trim_end_matches(".rs");
            if matches!(own, "lib" | "main") {
                continue;
            }
            let layer = |module: &str| layers.iter().position(|layer| *layer == module);
            let at = layer(own).unwrap_or_else(|| panic!("{name}: `{own}` is in no layer"));
            for used in modules_used(&text) {
                let below = layer(&used).is_none_or(|used| used <= at);
                assert!(below, "{name}: {} must not use `{used}`, which lies above `{own}`", inside.display());
            }
        }
    }
}

/// The top-level modules of its own crate that a source file names.
fn modules_used(text: &str) -> Vec<String> {
    let code: String = text.lines().map(|line| line.split("//").next().unwrap_or("")).collect::<Vec<_>>().join("\n");
    let uses = code.split("crate::").skip(1).filter(|rest| !rest.is_empty());
    let identifier = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    uses.flat_map(|rest| match rest.strip_prefix('{') {
        Some(group) => group.split('}').next().unwrap_or("").split(',').map(|one| identifier(one.trim())).collect(),
        None => vec![identifier(rest)],
    })
    .collect()
}

#[test]
fn the_engine_does_not_depend_on_http_the_command_line_or_the_environment() {
    let own = dependencies("erstwhile");
    for forbidden in ["axum", "hyper", "reqwest", "clap", "tower", "tracing-subscriber", "config"] {
        assert!(!own.iter().any(|name| name == forbidden), "the engine depends on {forbidden}");
    }
    for (path, text) in sources(&crates().join("erstwhile/src")) {
        assert!(!text.contains("std::env"), "{} reads the environment", path.display());
    }
}

#[test]
fn handlers_and_tools_use_the_engine_and_never_a_store() {
    for (path, text) in sources(&crates().join("erstwhile-server/src")) {
        if path.components().any(|part| ["http", "mcp", "mcp.rs"].iter().any(|name| part.as_os_str() == *name)) {
            assert!(!text.contains("erstwhile::store") && !text.contains("erstwhile::change"), "{}", path.display());
        }
    }
}

#[test]
fn only_apply_and_the_files_for_other_writes_write_to_the_database() {
    for (path, text) in sources(&crates().join("erstwhile/src")) {
        let allowed = path.ends_with("store.rs")
            || path.ends_with("queue.rs")
            || path.ends_with("store/export.rs")
            || path.ends_with("store/model_readings.rs")
            || path.ends_with("store/erasures.rs")
            || path.ends_with("store/vectors.rs")
            || path.ends_with("store/webhooks.rs")
            || path.ends_with("store/checks.rs")
            || path.ends_with("sqlite.rs")
            || path.ends_with("sql.rs");
        assert!(allowed || !text.contains(".transact("), "{} writes to the database", path.display());
    }
}

#[test]
fn files_have_at_most_600_lines() {
    for (name, _) in CRATES {
        for (path, text) in sources(&crates().join(name).join("src")) {
            let lines = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().lines().count();
            assert!(lines <= 600, "{} has {lines} lines", path.display());
        }
    }
}

/// The pinned toolchain is the oldest one that is supported, so every build shows that it suffices.
#[test]
fn the_toolchain_is_the_oldest_supported() {
    let root = crates().join("..");
    let value_of = |file: &str, key: &str| {
        let text = std::fs::read_to_string(root.join(file)).expect("a file");
        let line = text.lines().find(|line| line.starts_with(key)).expect("the key").to_owned();
        line.split('"').nth(1).expect("a quoted value").to_owned()
    };
    let toolchain = value_of("rust-toolchain.toml", "channel");
    let supported = value_of("Cargo.toml", "rust-version");
    assert_eq!(toolchain, format!("{supported}.0"), "`rust-version` and `rust-toolchain.toml` differ");
}
