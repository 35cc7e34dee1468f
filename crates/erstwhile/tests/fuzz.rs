//! Exports that a fuzzer makes up: whatever the files hold, an import ends with a result, and what it accepted can be read.
//!
//! `cargo test` tries the inputs in `__fuzz__/*/corpus` and a few hundred others of each target. More are tried for ten
//! minutes with `BOLERO_RANDOM_ITERATIONS=1000000000 BOLERO_RANDOM_TEST_TIME_MS=600000`, or with coverage with
//! `cargo bolero test`.
#![expect(clippy::expect_used, reason = "a failing test should stop immediately")]

use std::io::{Read, Write};
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bolero::check;
use erstwhile::engine::{ContextRequest, GraphRef, NewMessage, NewThread, NewUser, Search};
use erstwhile::model::Role;
use erstwhile::store::sql::{Row, Value};
use erstwhile::store::sqlite::InMemory;
use erstwhile::store::tables::ExportUnitKind;
use erstwhile::store::{ExportUnit, ExportUnitId, Store};
use erstwhile::{Engine, ErrorKind, Result};
use erstwhile_testkit::WordEmbedder;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use jiff::Timestamp;
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// A file of an export: its place in the folder, and its bytes.
type File = (PathBuf, Vec<u8>);

/// An engine on an empty database in memory.
async fn empty() -> Engine {
    let database = InMemory::open().expect("a database");
    Engine::builder(Store::open(Arc::new(database)).await.expect("a store")).embedder(WordEmbedder).build()
}

/// A small export, with a user who has said something.
async fn exported() -> Vec<File> {
    let engine = empty().await;
    let project = engine.ensure_project("default").await.expect("a project").id;
    let project = engine.project(project);
    project.add_user(NewUser::named("ann", "Ann", "Lee")).await.expect("a user");
    project.create_thread(NewThread::of("t", "ann")).await.expect("a thread");
    let said = ["I live in Lyon.", "I moved to Oslo last week."].map(|text| NewMessage::new(Role::User, text));
    project.thread("t").add_messages(said.to_vec(), &[], false).await.expect("messages");
    while engine.ingest_next().await.expect("a round of ingestion") {}
    let folder = tempfile::tempdir().expect("a folder");
    engine.export_to(folder.path(), &()).await.expect("an export");
    let mut files = Vec::new();
    for folder in [folder.path().to_owned(), folder.path().join("units")] {
        for entry in std::fs::read_dir(&folder).expect("a folder").filter_map(|entry| Some(entry.ok()?.path())) {
            if let Ok(bytes) = std::fs::read(&entry) {
                files.push((entry.strip_prefix(root_of(&folder)).expect("a place").to_owned(), bytes));
            }
        }
    }
    files.sort();
    files
}

/// The folder of the export, of a folder in it.
fn root_of(folder: &Path) -> &Path {
    if folder.ends_with("units") { folder.parent().unwrap_or(folder) } else { folder }
}

fn write(files: &[File]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("units")).expect("a folder");
    for (place, bytes) in files {
        std::fs::write(folder.path().join(place), bytes).expect("a file");
    }
    folder
}

/// Imports files, and reads what was imported; nothing may fail because of the program.
async fn import(files: &[File]) {
    let (folder, engine) = (write(files), empty().await);
    match engine.import_from(folder.path(), &()).await {
        Ok(imported) => {
            for problem in imported.problems {
                assert!(!problem.message.contains("unexpectedly"), "{problem:?}");
            }
            let read = read_all(&engine).await;
            check_kind(read.err().as_ref().map(erstwhile::Error::kind), "reading");
        }
        Err(error) => check_kind(Some(error.kind()), error.message()),
    }
}

/// Damage and refusal are right answers; a fault of the program is not.
fn check_kind(kind: Option<ErrorKind>, what: &str) {
    assert!(kind != Some(ErrorKind::Internal), "{what}");
}

async fn read_all(engine: &Engine) -> Result<()> {
    let Some(project) = engine.find_project("default").await? else { return Ok(()) };
    let project = engine.project(project.id);
    project.users_after(Timestamp::MIN, 10).await?;
    let graph = project.graph(GraphRef::User("ann".to_owned()));
    graph.search_facts(Search::new("Where does Ann live?", 10)).await?;
    graph.search_episodes(Search::new("Oslo", 10)).await?;
    graph.facts(&Default::default()).await?;
    project.thread("t").context(ContextRequest::default()).await?;
    project.user("ann").delete().await.map(|_| ())
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime")
}

/// The next bytes of an input as a number; zero when it is over.
fn number(bytes: &mut &[u8]) -> usize {
    let mut number = 0;
    for _ in 0..2 {
        if let Some((first, rest)) = bytes.split_first() {
            number = number << 8 | usize::from(*first);
            *bytes = rest;
        }
    }
    number
}

#[test]
fn files_of_an_export() {
    let runtime = runtime();
    let files = runtime.block_on(exported());
    let world = AssertUnwindSafe((runtime, files));
    check!().for_each(move |input: &[u8]| {
        let (runtime, files) = &*world;
        let (mut files, mut input) = (files.clone(), input);
        for _ in 0..=number(&mut input) % 3 {
            let count = files.len();
            let Some((_, bytes)) = files.get_mut(number(&mut input) % count) else { continue };
            let place = number(&mut input) % bytes.len().max(1);
            match number(&mut input) % 4 {
                0 => bytes.truncate(place),
                1 => bytes.splice(place..place, input.iter().copied().take(8)).for_each(drop),
                2 => bytes.extend_from_slice(&bytes.clone()),
                _ => bytes.iter_mut().skip(place).zip(input.iter().take(8)).for_each(|(byte, new)| *byte = *new),
            }
        }
        runtime.block_on(import(&files));
    });
}

/// Rows with right checksums, as a program would write them that is not ours.
#[test]
fn rows_of_an_export() {
    let runtime = runtime();
    let files = runtime.block_on(exported());
    let world = AssertUnwindSafe((runtime, files));
    check!().for_each(move |input: &[u8]| {
        let (runtime, files) = &*world;
        runtime.block_on(import(&with_other_rows(files, input)));
    });
}

/// The files with some values of rows exchanged, and all checksums computed again.
fn with_other_rows(files: &[File], mut input: &[u8]) -> Vec<File> {
    let mut files = files.to_vec();
    let mut entries: Vec<Json> = json_lines(of_name(&files, "index.jsonl"));
    let changed = number(&mut input) % entries.len().max(1);
    let Some(entry) = entries.get_mut(changed) else { return files };
    let kind: ExportUnitKind = serde_json::from_value(entry["kind"].clone()).expect("a kind");
    let id = ExportUnitId { kind, id: serde_json::from_value(entry["id"].clone()).expect("an id") };
    let named = id.id.to_string();
    let unit = files.iter_mut().find(|(place, _)| place.to_string_lossy().contains(&named)).expect("the unit");
    let mut text = String::new();
    GzDecoder::new(&unit.1[..]).read_to_string(&mut text).expect("lines");
    let mut lines = json_lines(text.as_bytes());
    for _ in 0..=number(&mut input) % 4 {
        let rows: Vec<usize> = (0..lines.len()).filter(|line| lines[*line].is_array()).collect();
        let Some(line) = rows.get(number(&mut input) % rows.len().max(1)) else { break };
        match number(&mut input) % 8 {
            0 => lines.insert(*line, lines[*line].clone()),
            1 => drop(lines.remove(*line)),
            _ => {
                let values = lines[*line].as_array_mut().expect("a row");
                let count = values.len().max(1);
                if let Some(value) = values.get_mut(number(&mut input) % count) {
                    *value = other_value(value, &mut input);
                }
            }
        }
    }
    let rows = lines.iter().filter(|line| line.is_array()).count();
    if let Some(end) = lines.last_mut() {
        *end = json!({ "rows": rows });
    }
    let text = text_of(&lines);
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(text.as_bytes()).expect("it is packed");
    unit.1 = packed.finish().expect("it is packed");
    entry["rows"] = rows.into();
    entry["bytes"] = unit.1.len().into();
    entry["file_digest"] = hex::encode(Sha256::digest(&unit.1)).into();
    if let Ok(unit) = ExportUnit::new(id, rows_of(kind, &lines)) {
        entry["digest"] = hex::encode(unit.digest()).into();
    }
    let index = text_of(&entries);
    let mut manifest: Json = serde_json::from_slice(of_name(&files, "export.json")).expect("a manifest");
    manifest["index_digest"] = hex::encode(Sha256::digest(&index)).into();
    for (name, bytes) in [("index.jsonl", index), ("export.json", manifest.to_string())] {
        let file = files.iter_mut().find(|(place, _)| place.ends_with(name)).expect("the file");
        file.1 = bytes.into_bytes();
    }
    files
}

fn of_name<'a>(files: &'a [File], name: &str) -> &'a [u8] {
    files.iter().find(|(place, _)| place.ends_with(name)).map(|(_, bytes)| bytes.as_slice()).expect("the file")
}

fn text_of(lines: &[Json]) -> String {
    lines.iter().fold(String::new(), |text, line| text + &line.to_string() + "\n")
}

fn json_lines(bytes: &[u8]) -> Vec<Json> {
    let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    lines.map(|line| serde_json::from_slice(line).expect("JSON")).collect()
}

/// Another value, mostly of the same type.
fn other_value(value: &Json, input: &mut &[u8]) -> Json {
    let numbers = [0, 1, -1, 2, 7, 99, i64::MAX, i64::MIN, 1_741_168_800_000_000, -377_705_116_800_000_001];
    let texts =
        ["", "ann", "t", "{", "[]", "null", "{\"a\":1}", "\u{0}", "I live in Lyon.", "-1", "LIVES_IN", "\u{202e}"];
    let hexes = ["", "00", "ff", "ffffffffffffffffffffffffffffffff", "00000000000000000000000000000000"];
    let choice = number(input);
    let kind = match value {
        _ if number(input).is_multiple_of(8) => number(input) % 5,
        Json::Number(_) => 0,
        Json::String(_) => 1,
        Json::Object(_) => 2,
        _ => 3,
    };
    match kind {
        0 => numbers[choice % numbers.len()].into(),
        1 => texts[choice % texts.len()].into(),
        2 => json!({ "hex": (hexes[choice % hexes.len()]) }),
        3 => Json::Null,
        _ => json!({ "real": (["NaN", "inf", "-0.0", "1e308"][choice % 4]) }),
    }
}

/// The rows of each table of a unit, as an import reads them.
fn rows_of(kind: ExportUnitKind, lines: &[Json]) -> Vec<Vec<Row>> {
    let mut rows = vec![Vec::new(); kind.tables().count()];
    let mut table = None;
    for line in lines {
        match line.as_array() {
            Some(values) => {
                let row = Row(values.iter().map(value_of).collect());
                if let Some(rows) = table.and_then(|table: usize| rows.get_mut(table)) {
                    rows.push(row);
                }
            }
            None if line["table"].is_string() => table = Some(table.map_or(0, |table| table + 1)),
            None => {}
        }
    }
    rows
}

fn value_of(value: &Json) -> Value {
    match value {
        Json::Number(value) => Value::Int(value.as_i64().unwrap_or_default()),
        Json::String(value) => Value::Text(value.clone()),
        Json::Object(value) => match (value.get("hex"), value.get("real")) {
            (Some(Json::String(hex)), _) => Value::Blob(hex::decode(hex).unwrap_or_default()),
            (_, Some(Json::String(real))) => Value::Real(real.parse().unwrap_or_default()),
            _ => Value::Null,
        },
        _ => Value::Null,
    }
}
