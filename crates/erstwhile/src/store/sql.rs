//! The narrow driver port: all that a database must be able to do for the store.
//!
//! One SQL text serves every driver. The portable subset: `$n` placeholders; `BIGINT`, `TEXT`, `BLOB`
//! and `DOUBLE PRECISION` columns; times as microseconds; `ON CONFLICT`; `RETURNING`. A transaction is
//! plain data, a list of steps with the row counts that they expect, so a driver can queue it, group
//! it with others, send it in one round trip, and run it again after a serialisation failure.

use async_trait::async_trait;

use erstwhile_core::error::{Error, Result};

/// A value that goes into or comes out of the database.
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
    /// The name under which metrics and the shard lint know it.
    pub name: &'static str,
    /// The text.
    pub sql: &'static str,
    /// How it finds the shard that it runs on.
    pub reach: Reach,
}

/// How many shards a statement touches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// One: it has an equality on this distribution column.
    One(&'static str),
    /// All: a read for operators or workers, listed by name in ARCHITECTURE.md.
    FanOut,
}

/// One statement of a transaction.
#[derive(Debug, Clone)]
pub struct Step {
    /// What to run.
    pub statement: &'static Statement,
    /// Its parameters, `$1` first.
    pub params: Vec<Value>,
    /// How many rows it must touch.
    pub expect: Rows,
}

/// How many rows a step must touch.
#[derive(Debug, Clone)]
pub enum Rows {
    /// Any number.
    Any,
    /// Any number, for a step that stands alone: a row that somebody's transaction holds is not waited for longer
    /// than a moment, and the whole is undone as [`Refusal::Held`].
    Free,
    /// Exactly one; otherwise the whole transaction is undone for this reason.
    One(Refusal),
}

/// Why a transaction was undone on purpose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The batch had been applied before.
    AppliedBefore,
    /// The application's id is taken; the text says by what.
    Taken(String),
    /// A random part of a new id is in use already: another one will do.
    TagTaken,
    /// Something the transaction is about does not exist; the text is a noun.
    Missing(&'static str),
    /// The graph changed since it was read.
    Stale,
    /// Another worker holds the graph's lease.
    Fenced,
    /// Somebody's transaction holds a row; another one may be free.
    Held,
}

/// How a transaction ended.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// It is durable; the rows that each step returned.
    Committed(Vec<Vec<Row>>),
    /// It was undone on purpose, without a trace.
    Refused(Refusal),
}

/// A row, read column by column from the left.
#[derive(Debug, Clone, PartialEq)]
pub struct Row(pub Vec<Value>);

/// Takes the rows of reads as they come.
pub trait TakeRows {
    /// Nothing has come yet: the reads begin, or begin again after a failure.
    fn begin(&mut self);

    /// Takes the next row of the read with this number, counted from zero.
    ///
    /// # Errors
    /// `Corrupt` when it is not what it should be; the reads end with that.
    fn take(&mut self, read: usize, row: Row) -> Result<()>;
}

/// The rows of each read.
struct AllRows(Vec<Vec<Row>>);

impl TakeRows for AllRows {
    fn begin(&mut self) {
        self.0.iter_mut().for_each(Vec::clear);
    }

    fn take(&mut self, read: usize, row: Row) -> Result<()> {
        let rows = self.0.get_mut(read).ok_or_else(|| Error::internal("a row of a read that was not asked for"))?;
        rows.push(row);
        Ok(())
    }
}

/// A database.
///
/// # Contract
/// - [`transact`](Sql::transact) is atomic and durable: when it answers `Committed`, the effects
///   survive a crash of the process and of the machine; on `Refused` or an error nothing happened.
///   (An error whose commit could not be confirmed is `Unavailable`; the caller may send the same
///   batch again, because batches are idempotent.)
/// - A [`query`](Sql::query) that starts after `transact` answered sees its effects.
/// - Transactions on the same rows are serialisable among each other.
/// - Nothing is retried by the caller on serialisation failures: the driver does it.
/// - Dropping the future of a call does not undo a transaction that has started.
#[async_trait]
pub trait Sql: Send + Sync + std::fmt::Debug {
    /// Creates what is missing of the schema; refuses a schema newer than this program.
    async fn migrate(&self, migrations: &'static [Migration]) -> Result<()>;

    /// Runs one read.
    async fn query(&self, statement: &'static Statement, params: Vec<Value>) -> Result<Vec<Row>>;

    /// Runs reads of one moment, one after the other: none sees the effect of a transaction that another does
    /// not see. Each row is handed on as it comes, so that the rows of a large graph are never all there.
    async fn snapshot_into(
        &self,
        reads: Vec<(&'static Statement, Vec<Value>)>,
        into: &mut (dyn TakeRows + Send),
    ) -> Result<()>;

    /// The rows of reads of one moment, those of each read in their order.
    async fn snapshot(&self, reads: Vec<(&'static Statement, Vec<Value>)>) -> Result<Vec<Vec<Row>>> {
        let mut all = AllRows(vec![Vec::new(); reads.len()]);
        self.snapshot_into(reads, &mut all).await?;
        Ok(all.0)
    }

    /// Runs steps as one transaction.
    async fn transact(&self, steps: Vec<Step>) -> Result<Outcome>;

    /// Removes the traces that deleted rows leave in the database's own files, as far as it can.
    async fn scrub(&self) -> Result<()>;

    /// Whether the database answers, for readiness.
    async fn ping(&self) -> Result<()>;
}

/// One step of the schema's history.
#[derive(Debug)]
pub struct Migration {
    /// Position in the history, from 1.
    pub version: i64,
    /// What it does.
    pub name: &'static str,
    /// Statements, separated by semicolons. `BLOB` is rewritten by drivers that call it otherwise.
    pub sql: &'static str,
}

impl Row {
    /// Reads the columns from the left.
    pub fn reader(self) -> RowReader {
        RowReader { values: self.0.into_iter(), column: 0 }
    }
}

/// Reads a row column by column, with the types that the reader expects.
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
        Error::corrupt(format!("column {} holds an unexpected {value:?}", self.column))
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
