//! A database with shards that a test can lose.

use std::fmt;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use erstwhile::Result;
use erstwhile::store::sql::{DamageSearch, Migration, Outcome, Reach, ReceiveRows, Row, Sql, Statement, Step, Value};
use uuid::Uuid;

/// A database that seems sharded, with a shard for each key.
pub struct Sharded {
    database: Arc<dyn Sql>,
    lost: Mutex<Vec<Uuid>>,
}

impl Sharded {
    /// A database whose shards all answer.
    pub fn new(database: Arc<dyn Sql>) -> Self {
        Self { database, lost: Mutex::default() }
    }

    /// From now on, the shards with the rows of these keys do not answer, and all others do.
    pub fn lose(&self, keys: Vec<Uuid>) {
        *self.lost.lock().unwrap() = keys;
    }

    /// Waits for ever for the answer of a shard that is lost.
    async fn reach(&self, statement: &Statement, params: &[Value]) {
        let is_lost = {
            let lost = self.lost.lock().unwrap();
            match (statement.reach, params.first()) {
                (Reach::One("reference"), _) => false,
                (Reach::FanOut, _) => !lost.is_empty(),
                (Reach::One(_), Some(Value::Blob(key))) => lost.iter().any(|lost| lost.as_bytes()[..] == key[..]),
                (Reach::One(_), _) => false,
            }
        };
        if is_lost {
            std::future::pending::<()>().await;
        }
    }
}

impl fmt::Debug for Sharded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sharded").field("database", &self.database).finish_non_exhaustive()
    }
}

#[async_trait]
impl Sql for Sharded {
    async fn migrate(&self, migrations: &'static [Migration]) -> Result<()> {
        self.database.migrate(migrations).await
    }

    async fn query(&self, statement: &'static Statement, params: Vec<Value>) -> Result<Vec<Row>> {
        self.reach(statement, &params).await;
        self.database.query(statement, params).await
    }

    async fn snapshot_into(
        &self,
        reads: Vec<(&'static Statement, Vec<Value>)>,
        into: &mut (dyn ReceiveRows + Send),
    ) -> Result<()> {
        for (statement, params) in &reads {
            self.reach(statement, params).await;
        }
        self.database.snapshot_into(reads, into).await
    }

    async fn transact(&self, steps: Vec<Step>) -> Result<Outcome> {
        for step in &steps {
            self.reach(step.statement, &step.params).await;
        }
        self.database.transact(steps).await
    }

    async fn scrub(&self, tables: &[&str]) -> Result<()> {
        self.database.scrub(tables).await
    }

    fn is_sharded(&self) -> bool {
        true
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
