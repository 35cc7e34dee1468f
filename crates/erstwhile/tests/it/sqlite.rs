//! The SQLite driver passes the conformance suite, and does what only it can be asked to do.

use std::sync::Arc;

use erstwhile::change::{Batch, BatchPrecondition, Change, ProjectChange};
use erstwhile::model::{BatchId, Project, ProjectId};
use erstwhile::store::sql::{Outcome, Reach, Rows, Sql, Statement, Step, Value};
use erstwhile::store::sqlite::Sqlite;
use erstwhile::store::{MIGRATIONS, Store};
use tempfile::TempDir;
use uuid::Uuid;

async fn open() -> (Store, TempDir) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let database = Sqlite::open(&folder.path().join("test.db")).expect("a database");
    (Store::open(Arc::new(database)).await.expect("a store"), folder)
}

erstwhile_testkit::store_conformance!(open);

#[tokio::test]
async fn tampering_with_the_audit_log_is_found() {
    let folders: std::sync::Mutex<Vec<TempDir>> = std::sync::Mutex::default();
    erstwhile_testkit::conformance::tampering_is_found(|| async {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let database = Sqlite::open(&folder.path().join("test.db")).expect("a database");
        folders.lock().expect("the folders").push(folder);
        Arc::new(database) as Arc<dyn Sql>
    })
    .await;
}

#[tokio::test]
async fn changed_rows_are_found_and_never_returned() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let database = Sqlite::open(&folder.path().join("test.db")).expect("a database");
    erstwhile_testkit::export::changed_rows_are_found_and_never_returned(Arc::new(database)).await;
}

#[tokio::test]
async fn the_audit_log_goes_on_in_another_program() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let open = || async {
        let database = Sqlite::open(&folder.path().join("test.db")).expect("a database");
        Store::open(Arc::new(database)).await.expect("a store")
    };
    let programs = [open().await, open().await, open().await];
    erstwhile_testkit::conformance::the_log_goes_on_in_another_program(programs).await;
}

static FILL: Statement = Statement {
    name: "FILL",
    sql: "INSERT INTO project (project_id, name, description, created_at) VALUES ($1, $2, $3, 0)",
    reach: Reach::FanOut,
};
static COUNT: Statement = Statement { name: "COUNT", sql: "SELECT count(*) FROM project", reach: Reach::FanOut };
static LIMIT: Statement = Statement { name: "LIMIT", sql: "PRAGMA max_page_count = 120", reach: Reach::FanOut };

fn fill(number: u8, bytes: usize) -> Vec<Step> {
    let params = vec![Value::Blob(vec![number]), Value::Text(format!("{number}")), Value::Text("x".repeat(bytes))];
    vec![Step { statement: &FILL, params, expect: Rows::Any }]
}

async fn rows(database: &Sqlite) -> i64 {
    let rows = database.query(&COUNT, Vec::new()).await.expect("a count");
    rows.into_iter().next().expect("a row").reader().int().expect("a number")
}

#[tokio::test]
async fn a_full_disk_refuses_writes_loses_nothing_and_recovers() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let database = Sqlite::open(&folder.path().join("test.db")).expect("a database");
    database.migrate(MIGRATIONS).await.expect("a schema");
    // SQLite answers a full disk and a full page budget alike.
    let limit = vec![Step { statement: &LIMIT, params: Vec::new(), expect: Rows::Any }];
    database.transact(limit).await.expect("a page budget");
    let mut acknowledged = 0;
    let mut refused = 0;
    for number in 0..60 {
        match database.transact(fill(number, 20_000)).await {
            Ok(Outcome::Committed(_)) => acknowledged += 1,
            Ok(Outcome::Refused(refusal)) => panic!("{refusal:?}"),
            Err(error) => {
                assert_eq!(error.kind(), erstwhile::ErrorKind::Unavailable, "{error:?}");
                refused += 1;
            }
        }
    }
    assert!(acknowledged > 0 && refused > 0, "{acknowledged} acknowledged, {refused} refused");
    assert_eq!(rows(&database).await, acknowledged, "reads go on, and nothing acknowledged is missing");
    drop(database);
    let database = Sqlite::open(&folder.path().join("test.db")).expect("the database opens again");
    database.transact(fill(200, 20_000)).await.expect("with room, writes go on");
    assert_eq!(rows(&database).await, acknowledged + 1);
}

#[tokio::test]
async fn concurrent_writes_share_commits_and_each_gets_its_own_answer() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let database = Arc::new(Sqlite::open(&folder.path().join("test.db")).expect("a database"));
    database.migrate(MIGRATIONS).await.expect("a schema");
    let mut running = tokio::task::JoinSet::new();
    for number in 0..200_u8 {
        let database = Arc::clone(&database);
        // Every name is taken twice: one of each two fails, alone.
        running.spawn(async move {
            let mut steps = fill(number, 10);
            steps[0].params[1] = Value::Text(format!("{}", number / 2));
            database.transact(steps).await.is_ok()
        });
    }
    let succeeded = running.join_all().await.into_iter().filter(|ok| *ok).count();
    assert_eq!(succeeded, 100);
    assert_eq!(rows(&database).await, 100);
}

/// How many commits the write-ahead log holds: each ends with a frame that tells the size of the database.
fn commits_in(log: &[u8]) -> usize {
    const HEADER: usize = 32;
    const FRAME_HEADER: usize = 24;
    let Some(header) = log.get(..HEADER) else { return 0 };
    let page = u32::from_be_bytes(header[8..12].try_into().unwrap()) as usize;
    let salts = &header[16..24];
    let frames = log[HEADER..].chunks_exact(FRAME_HEADER + page);
    // Frames with other salts are left over from before the log began anew.
    frames.take_while(|frame| frame[8..16] == *salts).filter(|frame| frame[4..8] != [0; 4]).count()
}

#[tokio::test]
async fn writes_that_wait_together_are_committed_together() {
    const CALLS: u128 = 60;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("test.db");
    let log = folder.path().join("test.db-wal");
    let database = Arc::new(Sqlite::open(&file).expect("a database"));
    let store = Store::open(Arc::clone(&database) as Arc<dyn Sql>).await.expect("a store");
    database.scrub(&[]).await.expect("an empty log");
    let batches: Vec<Batch> = (1..=CALLS).map(project_batch).collect();
    // While another connection holds the write lock, every call gets in line.
    let other = rusqlite::Connection::open(&file).expect("a second connection");
    other.execute_batch("BEGIN IMMEDIATE").expect("the write lock");
    let mut calls: Vec<_> = batches.iter().map(|batch| Box::pin(store.apply(batch))).collect();
    for call in &mut calls {
        assert!(futures::poll!(call.as_mut()).is_pending(), "it cannot be written now");
    }
    other.execute_batch("ROLLBACK").expect("the write lock is given back");
    for call in calls {
        call.await.expect("it is applied");
    }
    // What the writer had taken when it met the lock is one commit; what came meanwhile is another.
    let commits = commits_in(&std::fs::read(&log).expect("the write-ahead log"));
    assert!((1..=2).contains(&commits), "{commits} commits for {CALLS} writes");
    // The log does show single commits as such.
    for number in 1..=3 {
        store.apply(&project_batch(CALLS + number)).await.expect("it is applied");
    }
    assert_eq!(commits_in(&std::fs::read(&log).expect("the write-ahead log")), commits + 3);
}

fn project_batch(number: u128) -> Batch {
    let project = Project {
        id: ProjectId(Uuid::from_u128(number)),
        name: format!("project {number}"),
        description: None,
        time_zone: None,
        created_at: jiff::Timestamp::UNIX_EPOCH,
    };
    Batch {
        id: BatchId(Uuid::from_u128(number)),
        project: project.id,
        partition: None,
        expect: BatchPrecondition::None,
        at: project.created_at,
        changes: vec![Change::Project(ProjectChange::Add(project))],
    }
}

#[tokio::test]
async fn a_schema_from_the_future_is_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("test.db");
    let connection = rusqlite::Connection::open(&file).expect("a database");
    connection.pragma_update(None, "user_version", 999).expect("a version");
    drop(connection);
    let error = Store::open(Arc::new(Sqlite::open(&file).expect("a database"))).await.expect_err("a refusal");
    assert!(error.message().contains("schema 999"), "{error}");
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("test.db");
    std::fs::write(&file, "this is a letter to my grandmother, not a database".repeat(100)).expect("a file");
    assert!(Sqlite::open(&file).is_err());
}

#[tokio::test]
async fn a_snapshot_reads_one_moment_while_others_write() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let database = Arc::new(Sqlite::open(&folder.path().join("test.db")).expect("a database"));
    database.migrate(MIGRATIONS).await.expect("a schema");
    let writing = Arc::clone(&database);
    let writer = tokio::spawn(async move {
        for number in 0..60 {
            writing.transact(fill(number, 10)).await.expect("a write");
        }
    });
    while !writer.is_finished() {
        let counts = database.snapshot(vec![(&COUNT, Vec::new()); 20]).await.expect("a snapshot");
        assert_eq!(counts.len(), 20);
        assert!(counts.iter().all(|rows| *rows == counts[0]), "{counts:?}");
    }
    writer.await.expect("the writer ends");
    assert_eq!(database.snapshot(vec![(&COUNT, Vec::new())]).await.expect("a snapshot")[0][0].0, [Value::Int(60)]);
}

#[tokio::test]
async fn an_empty_database_is_refused_where_there_was_one() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("test.db");
    let database = Sqlite::open(&file).expect("a database");
    database.migrate(MIGRATIONS).await.expect("a schema");
    drop(database);
    for emptied in [std::fs::remove_file, |file| std::fs::write(file, "")] {
        for name in ["test.db-wal", "test.db-shm"] {
            drop(std::fs::remove_file(folder.path().join(name)));
        }
        emptied(&file).expect("the database is lost");
        let error = Sqlite::open(&file).expect_err("a refusal");
        assert_eq!(error.kind(), erstwhile::ErrorKind::Corrupt);
        assert!(error.message().contains("test.id"), "it says what to do: {error}");
        assert!(!std::fs::metadata(&file).is_ok_and(|metadata| metadata.len() > 0), "nothing is created in its place");
        drop(std::fs::write(&file, ""));
    }
    std::fs::remove_file(folder.path().join("test.id")).expect("what the message says");
    Sqlite::open(&file).expect("a new database");
}

#[tokio::test]
async fn the_database_of_another_installation_is_refused() {
    let (one, other) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    for folder in [&one, &other] {
        let database = Sqlite::open(&folder.path().join("test.db")).expect("a database");
        database.migrate(MIGRATIONS).await.expect("a schema");
        database.scrub(&[]).await.expect("an empty log");
    }
    std::fs::copy(other.path().join("test.db"), one.path().join("test.db")).expect("a copy");
    let error = Sqlite::open(&one.path().join("test.db")).expect_err("a refusal");
    assert!(error.message().contains("another installation"), "{error}");
}
