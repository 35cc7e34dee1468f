//! Exports whose checksums are right, with rows that the program cannot read.

use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

use erstwhile::store::sql::{Row, Value};
use erstwhile::store::tables::{ExportUnitKind, Table};
use erstwhile::store::{ExportUnit, ExportUnitId, Store};

use super::world::World;
use super::{clean, folder, import};

/// A value that the program cannot read, in any column of any table, is refused with the file, the line and the column, and
/// nothing of its unit is written.
pub async fn rows_that_the_program_cannot_read_are_refused(source: &Store, target: &Store) {
    let from = World::full(source).await;
    let (_guard, path) = folder();
    from.engine.export_to(&path, &()).await.unwrap();
    let whole = Files::read(&path);
    let to = World::empty(target, &from);
    let mut forged = 0;
    for (table, column, wrong) in wrong_values() {
        let (unit, line) = whole.row_of(table).unwrap_or_else(|| panic!("no row of {}", table.name));
        let mut lines = whole.lines(unit);
        let place = table.columns.iter().position(|found| *found == column).expect("a column");
        if lines[line][place] == wrong {
            continue;
        }
        lines[line][place] = wrong.clone();
        whole.write_only(&path, unit, &lines);
        let imported = import(&to, &path).await;
        let found: Vec<&str> = imported.problems.iter().map(|problem| problem.message.as_str()).collect();
        let case = format!("{}.{column} = {wrong}: {found:?}", table.name);
        assert_eq!((found.len(), imported.written), (1, 0), "{case}");
        let place = format!(".jsonl.gz`, line {}: ", line + 1);
        assert!(found[0].contains(&place) && found[0].contains(&format!("`{}", table.name)), "{case}");
        forged += 1;
    }
    assert!(forged > 300, "{forged} values were tried");
    for table in ExportUnitKind::Graph.tables().filter(|table| table.columns.contains(&"project_id")) {
        let (unit, line) = whole.row_of(table).expect("a row");
        let mut lines = whole.lines(unit);
        let place = table.columns.iter().position(|found| *found == "project_id").expect("a column");
        lines[line][place] = json!({ "hex": "00000000000040008000000000000001" });
        whole.write_only(&path, unit, &lines);
        let imported = import(&to, &path).await;
        // Another project of the graph is that of all its rows.
        let is_refused = imported.problems.iter().any(|problem| {
            // A checksum of the row tells, too.
            ["another project", "is not what was stored"].iter().any(|words| problem.message.contains(words))
        });
        assert!(is_refused, "{}: {imported:?}", table.name);
    }
    assert_eq!(target.list_units().await.unwrap(), [], "nothing was written");
    whole.write_all(&path);
    clean(&import(&to, &path).await);
    assert_eq!(from.answers().await, to.answers().await);
}

/// Values that no column of a table may hold: of another type, and out of bounds. What was said or declared is checked by
/// its checksum.
fn wrong_values() -> Vec<(&'static Table, &'static str, Json)> {
    let mut wrong = Vec::new();
    for table in ExportUnitKind::Project.tables().chain(ExportUnitKind::Graph.tables()) {
        for (column, holds) in table.columns.iter().zip(table.types) {
            let values: &[Json] = match holds.sql_type() {
                "BIGINT" => &[json!("1"), json!({ "real": "1.0" }), json!(i64::MIN)],
                "TEXT" => &[json!(1), json!({ "hex": "00" })],
                "BLOB" => &[json!("00"), json!({ "hex": "000000" })],
                _ => &[json!(1), json!({ "real": "NaN" })],
            };
            wrong.extend(values.iter().map(|value| (table, *column, value.clone())));
            if !holds.is_optional() {
                wrong.push((table, column, Json::Null));
            }
            if (table.name, *column) == ("link", "kind") {
                wrong.extend([json!(0), json!(1)].map(|kind| (table, *column, kind)));
            }
            if matches!(*column, "metadata" | "classifications" | "attributes" | "patch") {
                wrong.push((table, column, json!("[]")));
            }
            if matches!(
                (table.name, *column),
                ("episode", "content")
                    | ("mention" | "setting" | "api_key" | "collection", "name")
                    | ("document", "content" | "document_id")
                    | ("task", "kind")
                    | ("assertion", "statement")
                    | ("account", "email" | "first_name")
                    | ("project", "time_zone")
                    | ("graph", "owner_id" | "name")
                    | ("thread", "thread_id")
            ) {
                wrong.push((table, column, json!("something that nobody said")));
            }
        }
    }
    wrong
}

/// The parts of an export.
struct Files {
    manifest: Json,
    entries: Vec<Json>,
    /// The file of each entry with its lines.
    units: Vec<(PathBuf, Vec<Json>)>,
}

impl Files {
    fn read(path: &Path) -> Self {
        let entries = lines_of(&fs::read(path.join("index.jsonl")).unwrap());
        let files: Vec<PathBuf> = super::unit_files(path).into_iter().collect();
        let unit = |entry: &Json| {
            let id = entry["id"].as_str().expect("an id");
            let file = files.iter().find(|file| file.to_string_lossy().contains(id)).expect("its file").clone();
            let mut text = String::new();
            GzDecoder::new(&fs::read(&file).unwrap()[..]).read_to_string(&mut text).unwrap();
            (file, lines_of(text.as_bytes()))
        };
        let units = entries.iter().map(unit).collect();
        Self { manifest: serde_json::from_slice(&fs::read(path.join("export.json")).unwrap()).unwrap(), entries, units }
    }

    /// The place of the unit and line of a row of a table.
    fn row_of(&self, table: &Table) -> Option<(usize, usize)> {
        self.units.iter().enumerate().find_map(|(unit, (_, lines))| {
            let header = lines.iter().position(|line| line["table"] == table.name)?;
            lines.get(header + 1)?.is_array().then_some((unit, header + 1))
        })
    }

    fn lines(&self, unit: usize) -> Vec<Json> {
        self.units[unit].1.clone()
    }

    /// Writes the export with one unit only, which has these lines.
    fn write_only(&self, path: &Path, unit: usize, lines: &[Json]) {
        self.write(path, &[(unit, lines)]);
    }

    fn write_all(&self, path: &Path) {
        let units: Vec<(usize, &[Json])> =
            self.units.iter().enumerate().map(|(unit, (_, lines))| (unit, lines.as_slice())).collect();
        self.write(path, &units);
    }

    /// Writes units with checksums that are right.
    fn write(&self, path: &Path, units: &[(usize, &[Json])]) {
        let mut index = String::new();
        for (unit, lines) in units {
            let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
            packed.write_all(text_of(lines).as_bytes()).unwrap();
            let packed = packed.finish().unwrap();
            fs::write(&self.units[*unit].0, &packed).unwrap();
            let mut entry = self.entries[*unit].clone();
            entry["bytes"] = packed.len().into();
            entry["file_digest"] = hex::encode(Sha256::digest(&packed)).into();
            if let Some(digest) = digest_of(&entry, lines) {
                entry["digest"] = digest.into();
            }
            index += &text_of(&[entry]);
        }
        let mut manifest = self.manifest.clone();
        manifest["units"] = units.len().into();
        manifest["index_digest"] = hex::encode(Sha256::digest(&index)).into();
        fs::write(path.join("index.jsonl"), index).unwrap();
        fs::write(path.join("export.json"), manifest.to_string()).unwrap();
    }
}

/// The digest of the rows of a unit, if they belong to it.
fn digest_of(entry: &Json, lines: &[Json]) -> Option<String> {
    let kind: ExportUnitKind = serde_json::from_value(entry["kind"].clone()).unwrap();
    let id = ExportUnitId { kind, id: serde_json::from_value(entry["id"].clone()).unwrap() };
    let mut rows: Vec<Vec<Row>> = Vec::new();
    for line in lines {
        match line.as_array() {
            Some(values) => rows.last_mut()?.push(Row(values.iter().map(value_of).collect())),
            None if line["table"].is_string() => rows.push(Vec::new()),
            None => {}
        }
    }
    ExportUnit::new(id, rows).ok().map(|unit| hex::encode(unit.digest()))
}

fn value_of(value: &Json) -> Value {
    match value {
        Json::Number(value) => Value::Int(value.as_i64().expect("an integer")),
        Json::String(value) => Value::Text(value.clone()),
        Json::Object(value) => match (value.get("hex"), value.get("real")) {
            (Some(Json::String(digits)), _) => Value::Blob(hex::decode(digits).expect("bytes")),
            (_, Some(Json::String(real))) => Value::Real(real.parse().expect("a number")),
            _ => Value::Null,
        },
        _ => Value::Null,
    }
}

fn lines_of(bytes: &[u8]) -> Vec<Json> {
    let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    lines.map(|line| serde_json::from_slice(line).expect("JSON")).collect()
}

fn text_of(lines: &[Json]) -> String {
    lines.iter().fold(String::new(), |text, line| text + &line.to_string() + "\n")
}
