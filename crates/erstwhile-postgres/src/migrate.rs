//! Bringing the schema up to date, while other nodes may be doing the same and old ones still serve.
//!
//! Each migration is one transaction under a lock on the history; it waits for locks only a little at a
//! time, because whoever serves waits behind it. On a database that is in use, indexes are made without
//! keeping writers out; those that are missing or half-made are made at every start.

use std::time::Duration;

use deadpool_postgres::Object;
use erstwhile::store::sql::Migration;
use erstwhile::{Error, Result};
use tokio::time::Instant;
use tokio_postgres::error::SqlState;

use crate::failure::{Failure, told};
use crate::transaction::in_time;
use crate::{OLDEST_SERVER, Patience, Postgres, dialect, sharding};

/// How long a node keeps trying to get its turn.
const PATIENCE: Duration = Duration::from_mins(2);
/// How long one try waits for a lock.
const LOCK_TIMEOUT: &str = "SET LOCAL lock_timeout = '2s'";

const HISTORY: &str = "CREATE TABLE IF NOT EXISTS erstwhile_schema (version BIGINT NOT NULL PRIMARY KEY, \
    name TEXT NOT NULL, applied_at TIMESTAMPTZ NOT NULL DEFAULT now())";

pub(crate) async fn run(postgres: &Postgres, migrations: &'static [Migration]) -> Result<()> {
    // A server that cannot be reached or used is told soon; one that is reached is waited for.
    let mut patience = Patience::until(Instant::now() + postgres.settings.patience);
    while let Err(failure) = check_server(postgres).await {
        patience.after(failure).await?;
    }
    let mut patience = Patience::until(Instant::now() + PATIENCE);
    while let Err(failure) = attempt(postgres, migrations).await {
        patience.after(failure).await?;
    }
    Ok(())
}

async fn check_server(postgres: &Postgres) -> Result<(), Failure> {
    let busy = postgres.connection().await?;
    let outcome = in_time(postgres.settings.answer, server_version(busy.connection()?)).await;
    let (number, name) = busy.settle(outcome.and_then(|answer| answer))?;
    check_version(&number, &name).map_err(Failure::Final)
}

async fn server_version(connection: &Object) -> Result<(String, String), Failure> {
    let failed = |error| Failure::of("tell its version", &error);
    let version = "SELECT current_setting('server_version_num'), current_setting('server_version')";
    let row = connection.query_one(version, &[]).await.map_err(failed)?;
    Ok((row.try_get(0).map_err(failed)?, row.try_get(1).map_err(failed)?))
}

fn check_version(number: &str, name: &str) -> Result<()> {
    if number.parse::<i64>().is_ok_and(|number| number >= OLDEST_SERVER) {
        return Ok(());
    }
    let oldest = OLDEST_SERVER / 10_000;
    Err(Error::unavailable(format!("the database is PostgreSQL {name}: {oldest} or newer is needed")))
}

async fn attempt(postgres: &Postgres, migrations: &'static [Migration]) -> Result<(), Failure> {
    // Not within the time of an answer: a migration takes as long as it takes.
    let busy = postgres.connection().await?;
    let outcome = bring_up(busy.connection()?, migrations).await;
    busy.settle(outcome)
}

async fn bring_up(connection: &Object, migrations: &'static [Migration]) -> Result<(), Failure> {
    if version(connection).await?.is_none() {
        execute(connection, HISTORY).await?;
    }
    let found = version(connection).await?.unwrap_or(0);
    let newest = migrations.iter().map(|migration| migration.version).max().unwrap_or(0);
    if found > newest {
        let message = format!("the database has schema {found}, this program knows {newest}: use a newer program");
        return Err(Failure::Final(Error::unavailable(message)));
    }
    for migration in migrations {
        if migration.version > found {
            apply(connection, migration).await?;
        }
    }
    let statements = migrations.iter().flat_map(dialect::statements);
    for statement in statements.filter(|statement| dialect::index_of(statement).is_some()) {
        ensure_index(connection, &statement).await?;
    }
    sharding::distribute(connection).await
}

/// The newest migration of the history; `None` without one, `Some(0)` when it is empty.
async fn version(connection: &Object) -> Result<Option<i64>, Failure> {
    let failed = |error| Failure::of("tell its schema", &error);
    let there =
        connection.query_one("SELECT to_regclass('erstwhile_schema') IS NOT NULL", &[]).await.map_err(failed)?;
    if !there.try_get::<_, bool>(0).map_err(failed)? {
        return Ok(None);
    }
    let newest = connection.query_one("SELECT coalesce(max(version), 0) FROM erstwhile_schema", &[]).await;
    newest.and_then(|row| row.try_get(0)).map(Some).map_err(failed)
}

/// Applies one migration, unless another node has done it by the time that it is our turn.
async fn apply(connection: &Object, migration: &Migration) -> Result<(), Failure> {
    execute(connection, "BEGIN").await?;
    execute(connection, LOCK_TIMEOUT).await?;
    execute(connection, "LOCK TABLE erstwhile_schema IN EXCLUSIVE MODE").await?;
    let found = version(connection).await?.unwrap_or(0);
    if found < migration.version {
        tracing::info!(schema.version = migration.version, "migrating: {}", migration.name);
        for statement in dialect::statements(migration) {
            // Later, and without keeping writers out, where there may be some.
            if found == 0 || dialect::index_of(&statement).is_none() {
                connection.batch_execute(&statement).await.map_err(|error| of_migration(&error))?;
            }
        }
        let record = "INSERT INTO erstwhile_schema (version, name) VALUES ($1, $2)";
        let recorded = connection.execute(record, &[&migration.version, &migration.name]).await;
        recorded.map_err(|error| Failure::of("record a migration", &error))?;
    }
    execute(connection, "COMMIT").await
}

/// Makes an index that is missing; one that another try left half-made is made anew.
async fn ensure_index(connection: &Object, statement: &str) -> Result<(), Failure> {
    let Some(name) = dialect::index_of(statement) else { return Ok(()) };
    let state = "SELECT i.indisvalid, EXISTS (SELECT 1 FROM pg_stat_progress_create_index p WHERE p.index_relid = \
        i.indexrelid) FROM pg_index i WHERE i.indexrelid = to_regclass($1)";
    let failed = |error| Failure::of("tell its indexes", &error);
    let state = connection.query_opt(state, &[&name]).await.map_err(failed)?;
    if let Some(state) = state {
        let (valid, under_way) =
            (state.try_get::<_, bool>(0).map_err(failed)?, state.try_get::<_, bool>(1).map_err(failed)?);
        match (valid, under_way) {
            (true, _) => return Ok(()),
            (false, true) => {
                return Err(Failure::Again(Error::unavailable(format!("another node is making the index {name}"))));
            }
            (false, false) => execute(connection, &format!("DROP INDEX CONCURRENTLY IF EXISTS {name}")).await?,
        }
    }
    tracing::info!("making the index {name}");
    // It waits for transactions that are under way, and keeps nobody waiting meanwhile.
    execute(connection, "SET lock_timeout = 0").await?;
    execute(connection, &dialect::concurrently(statement)).await?;
    execute(connection, crate::SESSION).await
}

async fn execute(connection: &Object, statement: &str) -> Result<(), Failure> {
    connection.batch_execute(statement).await.map_err(|error| of_statement(&error))
}

fn of_statement(error: &tokio_postgres::Error) -> Failure {
    // Two nodes that make the same thing at the same moment: the other one won, so look again.
    let met = [
        SqlState::UNIQUE_VIOLATION,
        SqlState::DUPLICATE_TABLE,
        SqlState::DUPLICATE_OBJECT,
        SqlState::DUPLICATE_COLUMN,
        SqlState::INTERNAL_ERROR,
    ];
    if error.code().is_some_and(|state| met.contains(state)) {
        let what = told(error);
        return Failure::Again(Error::unavailable(format!("another node is bringing the schema up to date: {what}")));
    }
    Failure::of("bring the schema up to date", error)
}

/// A failure of a migration itself. Under the lock on the history no other node makes the same thing, so what is
/// there already is somebody else's, and stays there.
fn of_migration(error: &tokio_postgres::Error) -> Failure {
    let taken = [SqlState::DUPLICATE_TABLE, SqlState::DUPLICATE_OBJECT, SqlState::DUPLICATE_COLUMN];
    match error.as_db_error() {
        Some(found) if taken.contains(found.code()) => Failure::Final(Error::unavailable(format!(
            "the database has something else under a name that is needed: {} (use an empty schema: make one, and \
             name it in the URL with options=-csearch_path%3DNAME)",
            found.message()
        ))),
        _ => of_statement(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_is_too_old_is_told_so() {
        check_version("150018", "15.18").expect("old enough");
        check_version("180006", "18.6").expect("new enough");
        let error = check_version("130014", "13.14").expect_err("too old");
        assert_eq!(error.message(), "the database is PostgreSQL 13.14: 15 or newer is needed");
    }
}
