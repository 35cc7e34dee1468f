//! A full disk on the server: writes fail with the reason, reads still work, and writes work again after space is freed.

use std::process::Command;

use erstwhile::ErrorKind;
use erstwhile::store::MIGRATIONS;
use erstwhile::store::sql::{Outcome, Reach, Rows, Sql, Statement, Step, Value};
use erstwhile_postgres::testing::{NOT_DURABLE, TestServer};
use erstwhile_postgres::{Postgres, PostgresSettings};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

static FILL: Statement = Statement {
    name: "FILL",
    sql: "INSERT INTO project (project_id, name, description, created_at) VALUES ($1, $2, $3, 0)",
    reach: Reach::FanOut,
};
static COUNT: Statement = Statement { name: "COUNT", sql: "SELECT count(*) FROM project", reach: Reach::FanOut };

/// A small file system in a temporary directory; unmounted when dropped.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn mount() -> Option<Self> {
        let folder = tempfile::tempdir().expect("a directory");
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

/// Random text, which the server cannot compress.
fn noise(number: i64, bytes: usize) -> String {
    let mut random = StdRng::seed_from_u64(number.unsigned_abs());
    std::iter::repeat_with(|| char::from(random.random_range(b'!'..=b'z'))).take(bytes).collect()
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
async fn a_full_disk_rejects_writes_with_the_reason_and_recovers() {
    let Some(disk) = SmallDisk::mount() else {
        eprintln!("skipped: mounting a file system is not permitted here");
        return;
    };
    let server = TestServer::start(NOT_DURABLE);
    let client = server.client().await;
    let directory = disk.0.path().join("space");
    std::fs::create_dir(&directory).expect("a directory");
    TestServer::give(&directory);
    client
        .batch_execute(&format!("CREATE TABLESPACE small LOCATION '{}'", directory.display()))
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
    assert_eq!(count(&database).await, acknowledged, "reads work, and no acknowledged write is missing");
    let remounted = Command::new("mount").args(["-o", "remount,size=64m"]).arg(disk.0.path()).status();
    assert!(remounted.expect("mount").success());
    database.transact(fill(1_000)).await.expect("writes work after space is freed");
    assert_eq!(count(&database).await, acknowledged + 1);
}
