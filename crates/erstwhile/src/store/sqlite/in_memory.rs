//! A database in memory whose calls run on the caller's thread.

use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use rusqlite::{Connection, TransactionBehavior};
use tokio::task::yield_now;

use super::{each_row, failed, in_savepoint, migrate, read, set_up};
use crate::store::sql::{DamageSearch, Migration, Outcome, ReceiveRows, Row, Sql, Statement, Step, Value};
use erstwhile_core::error::Result;

/// A database in memory, for tests and simulations. It runs the statements of [`Sqlite`](super::Sqlite), but each call on
/// the caller's thread, one after the other: what happens depends on no other thread, and nothing is durable. Other tasks
/// run before each call, as they do while a call waits for a database elsewhere.
#[derive(Debug)]
pub struct InMemory {
    connection: Mutex<Connection>,
}

impl InMemory {
    /// Makes an empty database.
    ///
    /// # Errors
    /// `Unavailable` when there is no memory for it.
    pub fn open() -> Result<Self> {
        let connection = Connection::open_in_memory().map_err(failed("open the database"))?;
        set_up(&connection)?;
        Ok(Self { connection: Mutex::new(connection) })
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        // A panic ends the transaction that it interrupts, so the connection can be used further.
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Sql for InMemory {
    async fn migrate(&self, migrations: &'static [Migration]) -> Result<()> {
        migrate(&mut self.lock(), migrations)
    }

    async fn query(&self, statement: &'static Statement, params: Vec<Value>) -> Result<Vec<Row>> {
        yield_now().await;
        read(&self.lock(), statement, &params)
    }

    async fn snapshot_into(
        &self,
        reads: Vec<(&'static Statement, Vec<Value>)>,
        into: &mut (dyn ReceiveRows + Send),
    ) -> Result<()> {
        yield_now().await;
        into.restart();
        let connection = self.lock();
        for (number, (statement, params)) in reads.iter().enumerate() {
            let mut received = Ok(());
            each_row(&connection, statement, params, |row| {
                received = into.receive(number, row);
                received.is_ok()
            })?;
            received?;
        }
        Ok(())
    }

    async fn transact(&self, steps: Vec<Step>) -> Result<Outcome> {
        yield_now().await;
        let mut connection = self.lock();
        let begun = connection.transaction_with_behavior(TransactionBehavior::Immediate);
        let mut transaction = begun.map_err(failed("begin a transaction"))?;
        let outcome = in_savepoint(&mut transaction, &steps)?;
        transaction.commit().map_err(failed("commit"))?;
        Ok(outcome)
    }

    async fn scrub(&self, _tables: &[&str]) -> Result<()> {
        // There are no files.
        Ok(())
    }

    async fn ping(&self) -> Result<()> {
        Ok(())
    }

    async fn schema_version(&self) -> Result<i64> {
        self.lock()
            .pragma_query_value(None, "user_version", |row| row.get(0))
            .map_err(failed("read the schema version"))
    }

    async fn find_damage(&self, _search: DamageSearch) -> Result<Vec<String>> {
        Ok(Vec::new())
    }
}
