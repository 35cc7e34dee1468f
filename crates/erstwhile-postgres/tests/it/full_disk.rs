//! A full disk on the server: writes are refused with the reason, reads go on, and writes do when there is room.

use std::process::Command;

use erstwhile::ErrorKind;
use erstwhile::store::MIGRATIONS;
use erstwhile::store::sql::{Outcome, Reach, Rows, Sql, Statement, Step, Value};
use erstwhile_postgres::testing::{CARELESS, TestServer};
use erstwhile_postgres::{Postgres, PostgresSettings};

static FILL: Statement = Statement {
    name: "FILL",
    sql: "INSERT INTO project (project_id, name, description, created_at) VALUES ($1, $2, $3, 0)",
    reach: Reach::FanOut,
};
static COUNT: Statement = Statement { name: "COUNT", sql: "SELECT count(*) FROM project", reach: Reach::FanOut };

/// A small disk in a folder; gone when dropped.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn mount() -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder");
        let mounted =
            Command::new("mount").args(["-t", "tmpfs", "-o", "size=24m,mode=777", "tmpfs"]).arg(folder.path()).output();
        mounted.is_ok_and(|mounted| mounted.status.success()).then_some(Self(folder))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        drop(Command::new("umount").arg("-l").arg(self.0.path()).status());
    }
}

/// Text that does not compress, so that it takes its room.
fn noise(number: i64, bytes: usize) -> String {
    let mut state = number.unsigned_abs().wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let letters = std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        char::from(b'!' + (state % 90) as u8)
    });
    letters.take(bytes).collect()
}

fn fill(number: i64) -> Vec<Step> {
    let name = Value::Text(format!("{number}"));
    let params = vec![Value::Blob(number.to_be_bytes().to_vec()), name, Value::Text(noise(number, 500_000))];
    vec![Step { statement: &FILL, params, expect: Rows::Any }]
}

async fn count(database: &Postgres) -> i64 {
    let rows = database.query(&COUNT, Vec::new()).await.expect("a count");
    rows.into_iter().next().expect("a row").reader().int().expect("a number")
}

#[tokio::test]
async fn a_full_disk_refuses_writes_with_the_reason_and_recovers() {
    let Some(disk) = SmallDisk::mount() else {
        eprintln!("not tested: this machine lets nobody mount a small disk");
        return;
    };
    let server = TestServer::start(CARELESS);
    let client = server.client().await;
    let place = disk.0.path().join("space");
    std::fs::create_dir(&place).expect("a folder");
    TestServer::give(&place);
    client
        .batch_execute(&format!("CREATE TABLESPACE small LOCATION '{}'", place.display()))
        .await
        .expect("a tablespace");
    client.batch_execute("CREATE DATABASE small TABLESPACE small").await.expect("a database");
    let url = format!("postgres://postgres@127.0.0.1:{}/small", server.port());
    let database = Postgres::new(&url, PostgresSettings::default()).expect("a database");
    database.migrate(MIGRATIONS).await.expect("a schema");
    let mut acknowledged = 0;
    let error = loop {
        match database.transact(fill(acknowledged)).await {
            Ok(Outcome::Committed(_)) => acknowledged += 1,
            Ok(Outcome::Refused(refusal)) => panic!("{refusal:?}"),
            Err(error) => break error,
        }
        assert!(acknowledged < 200, "the disk never fills");
    };
    assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
    assert!(error.message().contains("the server's disk is full"), "{error}");
    assert_eq!(count(&database).await, acknowledged, "reads go on, and nothing acknowledged is missing");
    let remounted = Command::new("mount").args(["-o", "remount,size=64m"]).arg(disk.0.path()).status();
    assert!(remounted.expect("mount").success());
    database.transact(fill(1_000)).await.expect("with room, writes go on");
    assert_eq!(count(&database).await, acknowledged + 1);
}
