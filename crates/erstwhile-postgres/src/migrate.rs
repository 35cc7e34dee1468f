//! Migrates the schema while other nodes may do the same, and old ones still serve requests.
//!
//! Each migration is one transaction under a lock on the history table. It waits for locks only briefly, because
//! requests queue behind a waiting migration. On a database in use, indexes are created concurrently, without
//! blocking writers. Every start creates missing indexes and rebuilds invalid ones.

use std::sync::atomic::Ordering;
use std::time::Duration;

use deadpool_postgres::Object;
use erstwhile::store::sql::Migration;
use erstwhile::{Error, Result};
use tokio::time::Instant;
use tokio_postgres::error::SqlState;

use crate::failure::{Failure, message_of};
use crate::transaction::with_timeout;
use crate::{OLDEST_SERVER, Postgres, Retry, dialect, sharding};

/// How long a node retries while other nodes migrate.
const MIGRATION_TIMEOUT: Duration = Duration::from_mins(2);
/// How long one attempt waits for a lock.
const LOCK_TIMEOUT: &str = "SET LOCAL lock_timeout = '2s'";

const HISTORY: &str = "CREATE TABLE IF NOT EXISTS erstwhile_schema (version BIGINT NOT NULL PRIMARY KEY, \
    name TEXT NOT NULL, applied_at TIMESTAMPTZ NOT NULL DEFAULT now())";

pub(crate) async fn run(postgres: &Postgres, migrations: &'static [Migration]) -> Result<()> {
    // An unreachable or unusable server fails early; waiting for other nodes may take longer.
    let mut retry = Retry::until(Instant::now() + postgres.settings.retry_timeout);
    while let Err(failure) = check_server(postgres).await {
        retry.wait_after(failure).await?;
    }
    let mut retry = Retry::until(Instant::now() + MIGRATION_TIMEOUT);
    while let Err(failure) = attempt(postgres, migrations).await {
        retry.wait_after(failure).await?;
    }
    Ok(())
}

async fn check_server(postgres: &Postgres) -> Result<(), Failure> {
    let pooled = postgres.connection().await?;
    let outcome = with_timeout(postgres.settings.response_timeout, server_version(pooled.get()?)).await;
    let (number, name) = pooled.release(outcome.flatten())?;
    check_version(&number, &name).map_err(Failure::Final)
}

async fn server_version(connection: &Object) -> Result<(String, String), Failure> {
    let failed = |error| Failure::of("report its version", &error);
    let version = "SELECT current_setting('server_version_num'), current_setting('server_version')";
    let row = connection.query_one(version, &[]).await.map_err(failed)?;
    Ok((row.try_get(0).map_err(failed)?, row.try_get(1).map_err(failed)?))
}

fn check_version(number: &str, name: &str) -> Result<()> {
    if number.parse::<i64>().is_ok_and(|number| number >= OLDEST_SERVER) {
        return Ok(());
    }
    let oldest = OLDEST_SERVER / 10_000;
    Err(Error::unavailable(format!("the database is PostgreSQL {name}, but {oldest} or newer is required")))
}

async fn attempt(postgres: &Postgres, migrations: &'static [Migration]) -> Result<(), Failure> {
    // No response timeout: a migration may take long.
    let pooled = postgres.connection().await?;
    let outcome = migrate(pooled.get()?, migrations).await;
    let is_sharded = pooled.release(outcome)?;
    postgres.is_sharded.store(is_sharded, Ordering::Relaxed);
    Ok(())
}

/// Migrates the schema; returns whether its tables are distributed over shards.
async fn migrate(connection: &Object, migrations: &'static [Migration]) -> Result<bool, Failure> {
    if version(connection).await?.is_none() {
        execute(connection, HISTORY).await?;
    }
    let found = version(connection).await?.unwrap_or(0);
    let newest = migrations.iter().map(|migration| migration.version).max().unwrap_or(0);
    if found > newest {
        let message =
            format!("the database has schema version {found}, but this program supports {newest}: use a newer program");
        return Err(Failure::Final(Error::unavailable(message)));
    }
    for migration in migrations {
        if migration.version > found {
            apply(connection, migration, found == 0).await?;
        }
    }
    let statements = migrations.iter().flat_map(dialect::statements);
    for statement in statements.filter(|statement| dialect::created_index(statement).is_some()) {
        ensure_index(connection, &statement).await?;
    }
    sharding::distribute(connection).await
}

/// Returns the version of the schema; 0 if there is none.
pub(crate) async fn schema_version(connection: &Object) -> Result<i64, Failure> {
    Ok(version(connection).await?.unwrap_or(0))
}

/// Returns the newest version in the history table; `None` without the table, `Some(0)` if it is empty.
async fn version(connection: &Object) -> Result<Option<i64>, Failure> {
    let failed = |error| Failure::of("report its schema version", &error);
    let exists =
        connection.query_one("SELECT to_regclass('erstwhile_schema') IS NOT NULL", &[]).await.map_err(failed)?;
    if !exists.try_get::<_, bool>(0).map_err(failed)? {
        return Ok(None);
    }
    let newest = connection.query_one("SELECT coalesce(max(version), 0) FROM erstwhile_schema", &[]).await;
    newest.and_then(|row| row.try_get(0)).map(Some).map_err(failed)
}

/// Applies one migration, unless another node applied it while this one waited for the lock.
async fn apply(connection: &Object, migration: &Migration, is_new: bool) -> Result<(), Failure> {
    execute(connection, "BEGIN").await?;
    execute(connection, LOCK_TIMEOUT).await?;
    execute(connection, "LOCK TABLE erstwhile_schema IN EXCLUSIVE MODE").await?;
    let found = version(connection).await?.unwrap_or(0);
    if found < migration.version {
        // An empty database is made, not migrated.
        if !is_new {
            tracing::info!(schema.version = migration.version, "migrating: {}", migration.name);
        }
        for statement in dialect::statements(migration) {
            // On a database that may be in use, `ensure_index` creates the indexes later, without blocking writers. One
            // that was empty is not used before all migrations are applied.
            if is_new || dialect::created_index(&statement).is_none() {
                connection.batch_execute(&statement).await.map_err(|error| migration_failure(&error))?;
            }
        }
        let record = "INSERT INTO erstwhile_schema (version, name) VALUES ($1, $2)";
        let recorded = connection.execute(record, &[&migration.version, &migration.name]).await;
        recorded.map_err(|error| Failure::of("record a migration", &error))?;
    }
    execute(connection, "COMMIT").await
}

/// Creates a missing index, and rebuilds one that an interrupted attempt left invalid.
async fn ensure_index(connection: &Object, statement: &str) -> Result<(), Failure> {
    let Some(name) = dialect::created_index(statement) else { return Ok(()) };
    let state = "SELECT i.indisvalid, EXISTS (SELECT 1 FROM pg_stat_progress_create_index p WHERE p.index_relid = \
        i.indexrelid) FROM pg_index i WHERE i.indexrelid = to_regclass($1)";
    let failed = |error| Failure::of("list its indexes", &error);
    let state = connection.query_opt(state, &[&name]).await.map_err(failed)?;
    if let Some(state) = state {
        let (valid, in_progress) =
            (state.try_get::<_, bool>(0).map_err(failed)?, state.try_get::<_, bool>(1).map_err(failed)?);
        match (valid, in_progress) {
            (true, _) => return Ok(()),
            (false, true) => {
                return Err(Failure::Retryable(Error::unavailable(format!(
                    "another node is creating the index {name}"
                ))));
            }
            (false, false) => execute(connection, &format!("DROP INDEX CONCURRENTLY IF EXISTS {name}")).await?,
        }
    }
    tracing::info!("creating index {name}");
    // This waits for running transactions, but does not block others.
    execute(connection, "SET lock_timeout = 0").await?;
    execute(connection, &dialect::create_index_concurrently(statement)).await?;
    execute(connection, crate::SESSION).await
}

async fn execute(connection: &Object, statement: &str) -> Result<(), Failure> {
    connection.batch_execute(statement).await.map_err(|error| statement_failure(&error))
}

fn statement_failure(error: &tokio_postgres::Error) -> Failure {
    // Another node created the same object at the same time, so check again.
    let conflicts = [
        SqlState::UNIQUE_VIOLATION,
        SqlState::DUPLICATE_TABLE,
        SqlState::DUPLICATE_OBJECT,
        SqlState::DUPLICATE_COLUMN,
        SqlState::INTERNAL_ERROR,
    ];
    if error.code().is_some_and(|state| conflicts.contains(state)) {
        let message = format!("another node is migrating the schema: {}", message_of(error));
        return Failure::Retryable(Error::unavailable(message));
    }
    Failure::of("migrate the schema", error)
}

/// Classifies a failure within a migration. Because of the lock on the history table, no other node of Erstwhile can
/// have created the object, so an existing one belongs to another application and must not be touched.
fn migration_failure(error: &tokio_postgres::Error) -> Failure {
    let exists = [SqlState::DUPLICATE_TABLE, SqlState::DUPLICATE_OBJECT, SqlState::DUPLICATE_COLUMN];
    match error.as_db_error() {
        Some(found) if exists.contains(found.code()) => Failure::Final(Error::unavailable(format!(
            "the schema contains an object of another application with a required name: {} (use an empty schema: \
             create one, and add options=-csearch_path%3DNAME to the URL)",
            found.message()
        ))),
        _ => statement_failure(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_that_are_too_old_are_rejected() {
        check_version("150018", "15.18").expect("old enough");
        check_version("180006", "18.6").expect("new enough");
        let error = check_version("130014", "13.14").expect_err("too old");
        assert_eq!(error.message(), "the database is PostgreSQL 13.14, but 15 or newer is required");
    }
}
