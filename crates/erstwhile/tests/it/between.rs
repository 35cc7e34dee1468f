//! What stands between an engine and its database, and lets things happen at the worst moment.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;
use erstwhile::store::sql::{DamageSearch, Migration, Outcome, ReceiveRows, Row, Sql, Statement, Step, Value};
use erstwhile::{Error, Result};
use futures::FutureExt;
use futures::future::BoxFuture;

/// A database that is reached through a test.
pub(crate) struct Between {
    database: Arc<dyn Sql>,
    answers_are_lost: AtomicBool,
    first: Mutex<Option<(&'static str, BoxFuture<'static, ()>)>>,
    power: Mutex<Power>,
    refused: Mutex<Option<&'static str>>,
    refusals: AtomicUsize,
}

/// Whether the power is there.
enum Power {
    On,
    /// Until so many transactions with this statement have begun.
    Until(&'static str, usize),
    Off,
}

impl Between {
    pub(crate) fn new(database: Arc<dyn Sql>) -> Self {
        let (answers_are_lost, first, power) = (AtomicBool::new(false), Mutex::new(None), Mutex::new(Power::On));
        let (refused, refusals) = (Mutex::new(None), AtomicUsize::new(0));
        Self { database, answers_are_lost, first, power, refused, refusals }
    }

    /// The answer of every transaction is lost from now on, so that it is sent again and that answer told.
    pub(crate) fn lose_answers(&self) {
        self.answers_are_lost.store(true, Ordering::SeqCst);
    }

    /// Once, something happens just before a transaction with this statement.
    pub(crate) fn before(&self, statement: &'static str, happens: impl Future<Output = ()> + Send + 'static) {
        *self.first.lock().unwrap() = Some((statement, happens.boxed()));
    }

    /// The power fails when the `count`th transaction with this statement begins.
    pub(crate) fn fail_at(&self, statement: &'static str, count: usize) {
        *self.power() = Power::Until(statement, count);
    }

    /// Reads with this statement fail from now on.
    pub(crate) fn refuse(&self, statement: &'static str) {
        *self.refused.lock().unwrap() = Some(statement);
    }

    /// Reads do not fail any more; returns how many have failed.
    pub(crate) fn refuse_nothing(&self) -> usize {
        *self.refused.lock().unwrap() = None;
        self.refusals.swap(0, Ordering::SeqCst)
    }

    /// The power is back.
    pub(crate) fn restart(&self) {
        *self.power() = Power::On;
    }

    fn power(&self) -> MutexGuard<'_, Power> {
        self.power.lock().unwrap()
    }

    /// Whether the power is still there when these steps begin.
    fn holds(&self, steps: &[Step]) -> Result<()> {
        let mut power = self.power();
        if let Power::Until(statement, left) = &mut *power
            && has(steps, statement)
        {
            *left -= 1;
            if *left == 0 {
                *power = Power::Off;
            }
        }
        if matches!(*power, Power::Off) { Err(Error::unavailable("the power is off")) } else { Ok(()) }
    }
}

fn has(steps: &[Step], statement: &str) -> bool {
    steps.iter().any(|step| step.statement.name == statement)
}

impl fmt::Debug for Between {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Between").field("database", &self.database).finish_non_exhaustive()
    }
}

#[async_trait]
impl Sql for Between {
    async fn migrate(&self, migrations: &'static [Migration]) -> Result<()> {
        self.database.migrate(migrations).await
    }

    async fn query(&self, statement: &'static Statement, params: Vec<Value>) -> Result<Vec<Row>> {
        if *self.refused.lock().unwrap() == Some(statement.name) {
            self.refusals.fetch_add(1, Ordering::SeqCst);
            return Err(Error::unavailable("this cannot be read now"));
        }
        self.database.query(statement, params).await
    }

    async fn snapshot_into(
        &self,
        reads: Vec<(&'static Statement, Vec<Value>)>,
        into: &mut (dyn ReceiveRows + Send),
    ) -> Result<()> {
        self.database.snapshot_into(reads, into).await
    }

    async fn transact(&self, steps: Vec<Step>) -> Result<Outcome> {
        self.holds(&steps)?;
        let happens = {
            let mut first = self.first.lock().unwrap();
            first.take_if(|(statement, _)| has(&steps, statement))
        };
        if let Some((_, happens)) = happens {
            happens.await;
        }
        if self.answers_are_lost.load(Ordering::SeqCst) {
            self.database.transact(steps.clone()).await?;
        }
        self.database.transact(steps).await
    }

    async fn scrub(&self, tables: &[&str]) -> Result<()> {
        self.database.scrub(tables).await
    }

    async fn ping(&self) -> Result<()> {
        self.database.ping().await
    }

    async fn schema_version(&self) -> Result<i64> {
        self.database.schema_version().await
    }

    async fn find_damage(&self, search: DamageSearch) -> Result<Vec<String>> {
        self.database.find_damage(search).await
    }
}
