//! A database of every schema so far is brought up to date, with what it holds.

use std::collections::BTreeMap;
use std::sync::Arc;

use erstwhile::Engine;
use erstwhile::store::sql::Sql;
use erstwhile::store::sqlite::{InMemory, Sqlite};
use erstwhile::store::{MIGRATIONS, Store};
use erstwhile_testkit::fixtures;
use rusqlite::Connection;
use tempfile::TempDir;

/// A database of this version, loaded from its fixture.
fn load(version: i64) -> (TempDir, Sqlite) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("test.db");
    let connection = Connection::open(&file).expect("a database");
    connection.execute_batch(&fixtures::read(version)).expect("the fixture is loaded");
    connection.pragma_update(None, "user_version", version).expect("its version");
    drop(connection);
    let database = Sqlite::open(&file).expect("a database");
    (folder, database)
}

/// The columns of every table.
fn columns(connection: &Connection) -> BTreeMap<String, Vec<String>> {
    let query = "SELECT t.name, c.name, c.type, c.\"notnull\" FROM sqlite_master t JOIN pragma_table_info(t.name) c \
        WHERE t.type = 'table' AND t.name <> 'commit_mark' ORDER BY t.name, c.cid";
    let mut tables: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut statement = connection.prepare(query).unwrap();
    let mut rows = statement.query([]).unwrap();
    while let Some(row) = rows.next().unwrap() {
        let (name, ty): (String, String) = (row.get(1).unwrap(), row.get(2).unwrap());
        let column = format!("{name} {ty} {}", row.get::<_, i64>(3).unwrap());
        tables.entry(row.get(0).unwrap()).or_default().push(column);
    }
    tables
}

#[tokio::test]
async fn every_schema_has_a_fixture_with_its_tables_and_rows_in_each() {
    for (place, migration) in MIGRATIONS.iter().enumerate() {
        let version = migration.version;
        let fixture = Connection::open_in_memory().unwrap();
        fixture.execute_batch(&fixtures::read(version)).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("test.db");
        Sqlite::open(&file).unwrap().migrate(&MIGRATIONS[..=place]).await.unwrap();
        let tables = columns(&fixture);
        assert_eq!(tables, columns(&Connection::open(&file).unwrap()), "the tables of schema {version}");
        for table in tables.keys() {
            let rows: i64 = fixture.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap();
            assert!(rows > 0, "the fixture of schema {version} has no row of {table}");
        }
    }
}

#[tokio::test]
async fn a_database_of_any_schema_is_brought_up_to_date_with_what_it_holds() {
    for migration in MIGRATIONS {
        let (_folder, database) = load(migration.version);
        let store = Store::open(Arc::new(database)).await.expect("it is brought up to date");
        fixtures::holds_what_was_stored(&store, migration.version).await;
    }
}

/// What older versions wrote is neither damaged nor unknown to an import.
#[tokio::test]
async fn what_a_database_of_any_schema_holds_can_be_moved() {
    for migration in MIGRATIONS {
        let (folder, database) = load(migration.version);
        let from = Engine::builder(Store::open(Arc::new(database)).await.expect("it is brought up to date")).build();
        let path = folder.path().join("export");
        let exported = from.export_to(&path, &()).await.unwrap();
        let to = Store::open(Arc::new(InMemory::open().unwrap())).await.unwrap();
        let imported = Engine::builder(to).build().import_from(&path, &()).await.unwrap();
        assert_eq!(imported.problems, [], "schema {}", migration.version);
        assert_eq!((imported.written, imported.rows), (exported.written, exported.rows));
    }
}

#[tokio::test]
#[ignore = "it writes the fixture of the newest schema, once, when a migration is added"]
async fn the_fixture_of_the_newest_schema_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("test.db");
    let store = Store::open(Arc::new(Sqlite::open(&file).unwrap())).await.unwrap();
    fixtures::fill(&store).await;
    let version = MIGRATIONS.last().expect("a migration").version;
    std::fs::write(fixtures::path(version), dump(&Connection::open(&file).unwrap())).unwrap();
}

/// Every table with its rows, then the indexes, as statements.
fn dump(connection: &Connection) -> String {
    let strings = |query: &str| -> Vec<String> {
        let mut statement = connection.prepare(query).unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    let mut text = String::new();
    for table in strings("SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'commit_mark' ORDER BY rowid")
    {
        let create = strings(&format!("SELECT sql FROM sqlite_master WHERE name = '{table}'"));
        text.push_str(&format!("{};\n", create[0]));
        let columns = strings(&format!("SELECT name FROM pragma_table_info('{table}') ORDER BY cid"));
        let quoted: Vec<String> = columns.iter().map(|column| format!("quote({column})")).collect();
        for row in strings(&format!("SELECT {} FROM {table}", quoted.join(" || ', ' || "))) {
            text.push_str(&format!("INSERT INTO {table} ({}) VALUES ({row});\n", columns.join(", ")));
        }
    }
    for index in strings("SELECT sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY rowid") {
        text.push_str(&format!("{index};\n"));
    }
    text
}
