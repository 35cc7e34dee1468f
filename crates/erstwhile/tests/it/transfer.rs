//! Moving from SQLite to SQLite, and the list of what moves against the database's own catalogue.

use std::collections::BTreeSet;
use std::sync::Arc;

use erstwhile::store::Store;
use erstwhile::store::sqlite::Sqlite;
use erstwhile::store::tables::{DERIVED_TABLES, TABLES};
use tempfile::TempDir;

async fn open() -> (Store, TempDir) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let database = Sqlite::open(&folder.path().join("test.db")).expect("a database");
    (Store::open(Arc::new(database)).await.expect("a store"), folder)
}

erstwhile_testkit::export_conformance!(from: open, to: open);

#[tokio::test]
async fn every_column_is_exported_or_listed_as_not_exported() {
    let (_store, folder) = open().await;
    let database = rusqlite::Connection::open(folder.path().join("test.db")).expect("a database");
    let columns = "SELECT t.name, c.name FROM sqlite_master t JOIN pragma_table_info(t.name) c WHERE t.type = 'table' AND t.name <> 'commit_mark'";
    let mut statement = database.prepare(columns).expect("a statement");
    let catalogue = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).expect("a catalogue");
    let catalogue: BTreeSet<(String, String)> = catalogue.collect::<Result<_, _>>().expect("names");
    let moved = TABLES.iter().flat_map(|table| table.columns.iter().map(|column| (table.name, *column)));
    let left = DERIVED_TABLES.iter().flat_map(|left| left.columns.iter().map(|column| (left.name, *column)));
    let named: Vec<(String, String)> =
        moved.chain(left).map(|(table, column)| (table.to_owned(), column.to_owned())).collect();
    let distinct: BTreeSet<(String, String)> = named.iter().cloned().collect();
    assert_eq!(named.len(), distinct.len(), "nothing is named twice");
    let forgotten: Vec<_> = catalogue.difference(&distinct).collect();
    assert!(forgotten.is_empty(), "store/tables.rs must carry these, or say why not: {forgotten:?}");
    let gone: Vec<_> = distinct.difference(&catalogue).collect();
    assert!(gone.is_empty(), "store/tables.rs names what the schema does not have: {gone:?}");
}

#[tokio::test]
async fn the_columns_of_exported_tables_have_the_types_of_the_schema() {
    let (_store, folder) = open().await;
    let database = rusqlite::Connection::open(folder.path().join("test.db")).expect("a database");
    for table in TABLES {
        let mut statement =
            database.prepare("SELECT type, \"notnull\" FROM pragma_table_info($1) WHERE name = $2").unwrap();
        for (column, holds) in table.columns.iter().zip(table.types) {
            let found: (String, bool) =
                statement.query_row([table.name, column], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
            assert_eq!(
                (found.0.as_str(), found.1),
                (holds.sql_type(), !holds.is_optional()),
                "{}.{column}",
                table.name
            );
        }
    }
}
