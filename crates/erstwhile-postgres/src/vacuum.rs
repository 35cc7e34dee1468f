//! Removes deleted rows from tables and indexes, as far as PostgreSQL can without locking out others.

use std::time::Duration;

use deadpool_postgres::Object;
use erstwhile::store::tables::placements;
use erstwhile::{Error, Result};

use crate::Postgres;
use crate::failure::Failure;

/// The number of the next transaction: what was deleted so far was deleted by earlier ones.
const NEXT_TRANSACTION: &str = "SELECT pg_snapshot_xmax(pg_current_snapshot())::xid::text";
/// Other sessions that may still read what transactions before this one deleted; of other roles, only those that this role
/// may see. A running `VACUUM` keeps no rows.
const OLD_READERS: &str = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
    AND pid <> pg_backend_pid() AND backend_type = 'client backend' AND query NOT LIKE 'VACUUM%' \
    AND greatest(age(backend_xmin), age(backend_xid)) > age($1::text::xid)";
/// Number of checks for such sessions, and the pause between them: most end by themselves.
const CHECKS: usize = 20;
const PAUSE: Duration = Duration::from_millis(100);

/// Removes the rows of these tables that were deleted or replaced until now.
///
/// # Errors
/// `Unavailable` when another session may still read them.
pub(crate) async fn run(postgres: &Postgres, tables: &[&str]) -> Result<()> {
    let attempt = async {
        let pooled = postgres.connection().await?;
        let result = vacuum(pooled.get()?, tables).await;
        pooled.release(result)
    };
    attempt.await.map_err(Failure::into_error)
}

async fn vacuum(connection: &Object, tables: &[&str]) -> Result<(), Failure> {
    let failed = |error| Failure::of("vacuum its tables", &error);
    let next = connection.query_one(NEXT_TRANSACTION, &[]).await.and_then(|row| row.try_get::<_, String>(0));
    wait_for_readers(connection, &next.map_err(failed)?).await?;
    // Only names of the schema become a part of a statement.
    for (table, _) in placements().filter(|(table, _)| tables.contains(table)) {
        // Also from indexes, where PostgreSQL leaves the entries of few rows for later.
        connection.batch_execute(&format!("VACUUM (INDEX_CLEANUP ON) {table}")).await.map_err(failed)?;
    }
    Ok(())
}

async fn wait_for_readers(connection: &Object, next: &str) -> Result<(), Failure> {
    for _ in 0..CHECKS {
        let readers = connection.query_one(OLD_READERS, &[&next]).await.and_then(|row| row.try_get::<_, i64>(0));
        if readers.map_err(|error| Failure::of("list its sessions", &error))? == 0 {
            return Ok(());
        }
        tokio::time::sleep(PAUSE).await;
    }
    Err(Failure::Final(Error::unavailable("another session of the database may still read what was deleted")))
}
