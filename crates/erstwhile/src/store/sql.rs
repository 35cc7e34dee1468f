//! The driver port: what a database must do for the store.
//!
//! One SQL text serves every driver. The portable subset: `$n` placeholders; `BIGINT`, `TEXT`, `BLOB`
//! and `DOUBLE PRECISION` columns; times as microseconds; `ON CONFLICT`; `RETURNING`. A transaction is
//! plain data, a list of steps with the row counts that they expect, so a driver can queue it, group
//! it with others, send it in one round trip, and run it again after a serialisation failure.

use async_trait::async_trait;

use erstwhile_core::error::{Error, Result};

/// A parameter or column value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// SQL null.
    Null,
    /// A `BIGINT`.
    Int(i64),
    /// A `DOUBLE PRECISION`.
    Real(f64),
    /// A `TEXT`.
    Text(String),
    /// A `BLOB` (`BYTEA` on `PostgreSQL`).
    Blob(Vec<u8>),
}

/// One statement of the registry.
#[derive(Debug)]
pub struct Statement {
    /// Its name in metrics and in the shard lint.
    pub name: &'static str,
    /// The text.
    pub sql: &'static str,
    /// Which shards it runs on.
    pub reach: Reach,
}

/// How many shards a statement touches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// One shard: the statement has an equality on this distribution column.
    One(&'static str),
    /// All shards: a statement for operators or workers, listed by name in the shard lint test.
    FanOut,
}

/// One statement of a transaction.
#[derive(Debug, Clone)]
pub struct Step {
    /// What to run.
    pub statement: &'static Statement,
    /// Its parameters, `$1` first.
    pub params: Vec<Value>,
    /// The number of rows that it must affect.
    pub expect: Rows,
}

/// The number of rows that a step must affect.
#[derive(Debug, Clone)]
pub enum Rows {
    /// Any number.
    Any,
    /// Any number, in a transaction of one step that does not wait long for locked rows: if a row stays locked, the
    /// transaction is rolled back with [`Refusal::Locked`].
    Unlocked,
    /// Exactly one; otherwise the whole transaction is rolled back for this reason.
    One(Refusal),
}

/// Why a transaction was rolled back on purpose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The batch had been applied before.
    AppliedBefore,
    /// The application's id is taken; the text names the object.
    Taken(String),
    /// The random part of a new id is already in use; the caller tries another one.
    TagTaken,
    /// An object that the transaction changes does not exist; the text names its kind.
    Missing(&'static str),
    /// The graph changed since it was read.
    Stale,
    /// The idempotency key was used for another request.
    KeyReused,
    /// Another worker holds the graph's lease.
    Fenced,
    /// Another transaction holds a lock on a row.
    Locked,
}

/// How a transaction ended.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// It is durable. Contains the rows that each step returned.
    Committed(Vec<Vec<Row>>),
    /// It was rolled back on purpose.
    Refused(Refusal),
}

/// A row, read column by column from the left.
#[derive(Debug, Clone, PartialEq)]
pub struct Row(pub Vec<Value>);

/// Receives the rows of reads one at a time.
pub trait ReceiveRows {
    /// Discards all received rows: the reads start, or start again after a failure.
    fn restart(&mut self);

    /// Receives the next row of the read with this index.
    ///
    /// # Errors
    /// `Corrupt` when the row is malformed, which ends the reads.
    fn receive(&mut self, read: usize, row: Row) -> Result<()>;
}

/// The rows of each read.
struct AllRows(Vec<Vec<Row>>);

impl ReceiveRows for AllRows {
    fn restart(&mut self) {
        self.0.iter_mut().for_each(Vec::clear);
    }

    fn receive(&mut self, read: usize, row: Row) -> Result<()> {
        let rows = self.0.get_mut(read).ok_or_else(|| Error::internal("a row belongs to an unknown read"))?;
        rows.push(row);
        Ok(())
    }
}

/// How thoroughly damage is searched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DamageSearch {
    /// The structure of tables and indexes.
    Quick,
    /// Also whether indexes and tables agree, which takes several times as long.
    Thorough,
}

/// A database.
///
/// # Contract
/// - [`transact`](Sql::transact) is atomic and durable: when it returns `Committed`, the effects
///   survive a crash of the process and of the machine; on `Refused` or an error nothing is changed.
///   (When a commit cannot be confirmed, the error is `Unavailable`; the caller may send the same batch again, because
///   batches are idempotent.)
/// - A [`query`](Sql::query) that starts after `transact` has returned sees its effects.
/// - Transactions on the same rows are serialisable.
/// - The driver retries after serialisation failures; callers do not.
/// - Dropping the future of a call does not undo a transaction that has started.
#[async_trait]
pub trait Sql: Send + Sync + std::fmt::Debug {
    /// Migrates the schema to the newest version; fails if the schema is newer than this program.
    async fn migrate(&self, migrations: &'static [Migration]) -> Result<()>;

    /// Runs one read.
    async fn query(&self, statement: &'static Statement, params: Vec<Value>) -> Result<Vec<Row>>;

    /// Runs reads one after the other in one snapshot: all see the effects of the same transactions. Each row is
    /// passed on as it arrives, so that the rows of a large graph are never all in memory.
    async fn snapshot_into(
        &self,
        reads: Vec<(&'static Statement, Vec<Value>)>,
        into: &mut (dyn ReceiveRows + Send),
    ) -> Result<()>;

    /// The rows of several reads in one snapshot.
    async fn snapshot(&self, reads: Vec<(&'static Statement, Vec<Value>)>) -> Result<Vec<Vec<Row>>> {
        let mut all = AllRows(vec![Vec::new(); reads.len()]);
        self.snapshot_into(reads, &mut all).await?;
        Ok(all.0)
    }

    /// Runs steps as one transaction.
    async fn transact(&self, steps: Vec<Step>) -> Result<Outcome>;

    /// Removes the remains of rows that were deleted or replaced until now from the database's own files, as far as
    /// possible. The rows were in these tables. Does not make transactions wait.
    ///
    /// # Errors
    /// `Unavailable` when someone reads an older state of the database, which contains these rows.
    async fn scrub(&self, tables: &[&str]) -> Result<()>;

    /// Whether [`scrub`](Sql::scrub) leaves no byte of removed rows in the database's own files.
    fn overwrites_removed_rows(&self) -> bool {
        true
    }

    /// Whether the rows are on several servers, each of which may fail alone. Known after [`migrate`](Sql::migrate).
    fn is_sharded(&self) -> bool {
        false
    }

    /// Checks that the database answers, for readiness probes.
    async fn ping(&self) -> Result<()>;

    /// The version of the schema; 0 in an empty database.
    async fn schema_version(&self) -> Result<i64>;

    /// Reads the whole database and returns what is wrong with its structure; nothing where the database checks itself.
    async fn find_damage(&self, search: DamageSearch) -> Result<Vec<String>>;
}

/// One step of the schema's history.
#[derive(Debug)]
pub struct Migration {
    /// Position in the history, from 1.
    pub version: i64,
    /// What it does.
    pub name: &'static str,
    /// Statements, separated by semicolons. Drivers replace `BLOB` with their own name for the type.
    pub sql: &'static str,
}

impl Row {
    /// Reads the columns from the left.
    pub fn reader(self) -> RowReader {
        RowReader { values: self.0.into_iter(), column: 0 }
    }
}

/// Reads the columns of a row in order, with the expected types.
#[derive(Debug)]
pub struct RowReader {
    values: std::vec::IntoIter<Value>,
    column: usize,
}

impl RowReader {
    fn next(&mut self) -> Result<Value> {
        self.column += 1;
        self.values.next().ok_or_else(|| Error::corrupt(format!("a row has fewer than {} columns", self.column)))
    }

    fn unexpected(&self, value: &Value) -> Error {
        // Not the value itself, which may be what somebody said.
        let found = match value {
            Value::Null => "null",
            Value::Int(_) => "integer",
            Value::Real(_) => "real number",
            Value::Text(_) => "text",
            Value::Blob(_) => "blob",
        };
        Error::corrupt(format!("column {} holds an unexpected {found}", self.column))
    }

    /// Leaves out the next columns.
    pub fn skip(&mut self, columns: usize) -> &mut Self {
        self.column += columns;
        self.values.by_ref().take(columns).for_each(drop);
        self
    }

    /// An integer.
    pub fn int(&mut self) -> Result<i64> {
        match self.next()? {
            Value::Int(value) => Ok(value),
            other => Err(self.unexpected(&other)),
        }
    }

    /// An integer or null.
    pub fn optional_int(&mut self) -> Result<Option<i64>> {
        match self.next()? {
            Value::Null => Ok(None),
            Value::Int(value) => Ok(Some(value)),
            other => Err(self.unexpected(&other)),
        }
    }

    /// A floating-point number.
    pub fn real(&mut self) -> Result<f64> {
        match self.next()? {
            Value::Real(value) => Ok(value),
            Value::Int(value) => Ok(value as f64),
            other => Err(self.unexpected(&other)),
        }
    }

    /// A text.
    pub fn text(&mut self) -> Result<String> {
        match self.next()? {
            Value::Text(value) => Ok(value),
            other => Err(self.unexpected(&other)),
        }
    }

    /// A text or null.
    pub fn optional_text(&mut self) -> Result<Option<String>> {
        match self.next()? {
            Value::Null => Ok(None),
            Value::Text(value) => Ok(Some(value)),
            other => Err(self.unexpected(&other)),
        }
    }

    /// Bytes.
    pub fn blob(&mut self) -> Result<Vec<u8>> {
        match self.next()? {
            Value::Blob(value) => Ok(value),
            other => Err(self.unexpected(&other)),
        }
    }

    /// Bytes or null.
    pub fn optional_blob(&mut self) -> Result<Option<Vec<u8>>> {
        match self.next()? {
            Value::Null => Ok(None),
            Value::Blob(value) => Ok(Some(value)),
            other => Err(self.unexpected(&other)),
        }
    }
}
