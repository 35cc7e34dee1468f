//! The embedded store overwrites whatever deleted rows left in its files.

use std::collections::BTreeMap;
use std::path::Path;

use erstwhile::store::MIGRATIONS;
use erstwhile::store::sql::{Reach, Rows, Sql, Statement, Step, Value};
use erstwhile::store::sqlite::Sqlite;

static ADD: Statement = Statement {
    name: "ADD",
    sql: "INSERT INTO locator (id, kind, scope, graph_id) VALUES ($1, $2, $3, $3)",
    reach: Reach::One("id"),
};
static REMOVE: Statement =
    Statement { name: "REMOVE", sql: "DELETE FROM locator WHERE id = $1", reach: Reach::One("id") };

/// Numbers that are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self, below: u64) -> u64 {
        // Knuth's constants for a linear congruential generator; its high bits are the random ones.
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }
}

/// The names in the files of a database, by the mark that each begins with.
fn stored_marks(folder: &Path) -> Vec<String> {
    let mut marks = Vec::new();
    for file in std::fs::read_dir(folder).expect("the folder of the database") {
        let bytes = std::fs::read(file.expect("a file").path()).expect("its bytes");
        let found = bytes.windows(7).enumerate().filter(|(_, window)| *window == b"kanarie").map(|(at, _)| at);
        marks.extend(
            found.filter_map(|at| at.checked_sub(8)).map(|at| String::from_utf8_lossy(&bytes[at..at + 8]).into()),
        );
    }
    marks
}

/// Adds and removes thousands of rows in random order and of all lengths, so that SQLite splits and joins pages; where
/// it splits an index page, it leaves copies of rows that `secure_delete` does not find when they are deleted.
#[tokio::test]
async fn deleted_rows_leave_no_byte_on_pages_that_were_split() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let database = Sqlite::open(&folder.path().join("test.db")).expect("a database");
    database.migrate(MIGRATIONS).await.expect("a schema");
    let mut numbers = Numbers(1);
    let mut kept: BTreeMap<String, String> = BTreeMap::new();
    let mut deleted = 0;
    for _ in 0..120 {
        let mut steps = Vec::new();
        for _ in 0..50 {
            let mark = format!("{:08x}", numbers.next(1 << 31));
            let next = kept.range(mark.clone()..).next().map(|(mark, _)| mark.clone());
            if numbers.next(10) < 4
                && let Some(name) = next.and_then(|mark| kept.remove(&mark))
            {
                deleted += 1;
                steps.push(Step { statement: &REMOVE, params: vec![Value::Text(name)], expect: Rows::Any });
                continue;
            }
            let name = format!("{mark}kanarie{}", "z".repeat(numbers.next(1500) as usize));
            let params = vec![Value::Text(name.clone()), Value::Int(0), Value::Blob(vec![7; 16])];
            steps.push(Step { statement: &ADD, params, expect: Rows::Any });
            kept.insert(mark, name);
        }
        database.transact(steps).await.expect("a commit");
    }
    database.scrub(&["locator"]).await.expect("the files are scrubbed");
    drop(database);
    let connection = rusqlite::Connection::open(folder.path().join("test.db")).expect("the database opens again");
    let intact: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("a check");
    assert_eq!(intact, "ok");
    let rows: i64 = connection.query_row("SELECT count(*) FROM locator", [], |row| row.get(0)).expect("a count");
    assert_eq!(rows, kept.len() as i64);
    let left: Vec<String> = stored_marks(folder.path()).into_iter().filter(|mark| !kept.contains_key(mark)).collect();
    assert!(deleted > 2_000, "{deleted} deleted");
    assert_eq!(left, Vec::<String>::new(), "deleted names that are still in the files");
}
