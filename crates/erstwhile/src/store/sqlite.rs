//! The `SQLite` driver: one file, a writer thread with group commit, and a small pool of readers.
//!
//! Many small transactions share one fsync: the writer takes all waiting transactions (up to
//! [`GROUP_MAX`]), runs each in a savepoint so that one rolled-back transaction does not undo the others,
//! commits them together, and only then answers their callers.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use async_trait::async_trait;
use rusqlite::functions::FunctionFlags;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, OpenFlags, ToSql, TransactionBehavior};
use sha2::{Digest, Sha256};
use tokio::sync::{Semaphore, oneshot};

use super::sql::{DamageSearch, Migration, Outcome, ReceiveRows, Refusal, Row, Rows, Sql, Statement, Step, Value};
use erstwhile_core::error::{Error, ErrorKind, Result};

mod backup;
mod damage;
mod identity;
mod in_memory;
mod mark;
mod pages;
mod presence;
mod private;
mod scrub;

use mark::Mark;
use presence::OpenFiles;

pub use backup::{Backup, back_up, restore};
pub use in_memory::InMemory;
pub use private::create_private_folder;

/// Maximum number of transactions that share a commit.
pub const GROUP_MAX: usize = 256;
/// Maximum number of transactions that wait for the writer; further ones fail as `Unavailable`.
const WAITING_MAX: usize = 4096;
/// Number of concurrent readers.
const READERS: usize = 4;
/// Number of prepared statements that each connection caches.
const COMPILED_MAX: usize = 128;
/// Number of rows of a snapshot that are sent together.
const ROWS_TOGETHER: usize = 256;
/// Maximum number of such chunks that wait for the receiver.
const CHUNKS_BUFFERED: usize = 8;
/// How long a connection waits for a lock that another process holds.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// An embedded database in one file.
#[derive(Debug)]
pub struct Sqlite {
    file: PathBuf,
    writer: SyncSender<Work>,
    readers: Arc<Readers>,
}

#[derive(Debug)]
struct Readers {
    turns: Arc<Semaphore>,
    idle: Mutex<Vec<Connection>>,
}

enum Work {
    Transact(Vec<Step>, oneshot::Sender<Result<Outcome>>),
    Migrate(&'static [Migration], oneshot::Sender<Result<()>>),
    Run(Box<dyn FnOnce(&mut Connection) + Send>),
}

impl Sqlite {
    /// Opens the database file, and creates it if it does not exist. Only the owner may read it.
    ///
    /// # Errors
    /// `Unavailable` when the file cannot be opened, `Corrupt` when it is not a database, or not the one that was there
    /// before.
    pub fn open(file: &Path) -> Result<Self> {
        identity::check_presence(file)?;
        private::prepare(file)?;
        let mut writer = Connection::open(file).map_err(failed("open the database"))?;
        set_up_writer(&mut writer)?;
        identity::settle(&mut writer, file)?;
        let mark = Mark::check(&writer, file)?;
        let mut idle = Vec::new();
        for _ in 0..READERS {
            let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            let reader = Connection::open_with_flags(file, flags).map_err(failed("open the database"))?;
            set_up(&reader)?;
            idle.push(reader);
        }
        let files = OpenFiles::of(file)?;
        let (sender, receiver) = sync_channel(WAITING_MAX);
        thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || write_until_closed(writer, mark, &files, &receiver))
            .map_err(|error| Error::unavailable("the writer thread cannot be started").with_source(error))?;
        let readers = Readers { turns: Arc::new(Semaphore::new(READERS)), idle: Mutex::new(idle) };
        Ok(Self { file: file.to_owned(), writer: sender, readers: Arc::new(readers) })
    }

    /// Runs a read on a blocking thread with one of the reader connections, when one is free.
    async fn with_reader<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let readers = Arc::clone(&self.readers);
        let turn = Arc::clone(&readers.turns).acquire_owned().await;
        let turn = turn.map_err(|_| Error::unavailable("the database is closed"))?;
        tokio::task::spawn_blocking(move || {
            let connection = readers.acquire()?;
            let result = read(&connection);
            readers.release(connection);
            // Held until here even if the caller was cancelled, so that a permit always finds a connection.
            drop(turn);
            result
        })
        .await
        .map_err(|error| Error::internal("a database read stopped unexpectedly").with_source(error))?
    }

    async fn send<T>(&self, work: impl FnOnce(oneshot::Sender<Result<T>>) -> Work) -> Result<T> {
        let (answer, answered) = oneshot::channel();
        self.writer.try_send(work(answer)).map_err(|error| {
            let message = match error {
                std::sync::mpsc::TrySendError::Full(_) => "too many writes are waiting",
                std::sync::mpsc::TrySendError::Disconnected(_) => "the database writer has stopped",
            };
            Error::unavailable(message)
        })?;
        answered.await.map_err(|_| Error::unavailable("the database writer has stopped"))?
    }
}

#[async_trait]
impl Sql for Sqlite {
    async fn migrate(&self, migrations: &'static [Migration]) -> Result<()> {
        self.send(|answer| Work::Migrate(migrations, answer)).await
    }

    async fn query(&self, statement: &'static Statement, params: Vec<Value>) -> Result<Vec<Row>> {
        self.with_reader(move |connection| read(connection, statement, &params)).await
    }

    async fn snapshot_into(
        &self,
        reads: Vec<(&'static Statement, Vec<Value>)>,
        into: &mut (dyn ReceiveRows + Send),
    ) -> Result<()> {
        into.restart();
        let (sender, mut parts) = tokio::sync::mpsc::channel(CHUNKS_BUFFERED);
        let finished = self.with_reader(move |connection| {
            // A deferred transaction: its snapshot is taken at the first read.
            let moment = connection.unchecked_transaction().map_err(failed("begin a snapshot"))?;
            let mut part = Vec::new();
            for (number, (statement, params)) in reads.iter().enumerate() {
                let is_wanted = each_row(&moment, statement, params, |row| {
                    part.push((number, row));
                    part.len() < ROWS_TOGETHER || sender.blocking_send(std::mem::take(&mut part)).is_ok()
                })?;
                if !is_wanted {
                    return Ok(());
                }
            }
            // The receiver was dropped; no more rows are needed.
            drop(sender.blocking_send(part));
            Ok(())
        });
        let taking = async {
            while let Some(part) = parts.recv().await {
                part.into_iter().try_for_each(|(number, row)| into.receive(number, row))?;
            }
            Ok(())
        };
        tokio::try_join!(finished, taking).map(|_| ())
    }

    async fn transact(&self, steps: Vec<Step>) -> Result<Outcome> {
        self.send(|answer| Work::Transact(steps, answer)).await
    }

    async fn scrub(&self, _tables: &[&str]) -> Result<()> {
        let (file, writer) = (self.file.clone(), self.writer.clone());
        on_own_thread(move || scrub::scrub(&file, &writer)).await
    }

    async fn ping(&self) -> Result<()> {
        // An empty transaction passes through the writer, so that a blocked writer is noticed, and files that are gone.
        self.send(|answer| Work::Transact(Vec::new(), answer)).await.map(|_| ())
    }

    async fn schema_version(&self) -> Result<i64> {
        let read = |connection: &Connection| {
            connection
                .pragma_query_value(None, "user_version", |row| row.get(0))
                .map_err(failed("read the schema version"))
        };
        self.with_reader(read).await
    }

    async fn find_damage(&self, search: DamageSearch) -> Result<Vec<String>> {
        // On a connection of its own, because it takes as long as reading the file.
        let file = self.file.clone();
        on_own_thread(move || damage::find(&file, search)).await
    }
}

impl Readers {
    fn acquire(&self) -> Result<Connection> {
        let mut idle = self.idle.lock().map_err(|_| Error::internal("the reader pool is poisoned"))?;
        idle.pop().ok_or_else(|| Error::internal("the reader pool is empty"))
    }

    fn release(&self, connection: Connection) {
        if let Ok(mut idle) = self.idle.lock() {
            idle.push(connection);
        }
    }
}

fn set_up(connection: &Connection) -> Result<()> {
    connection.set_prepared_statement_cache_capacity(COMPILED_MAX);
    // SQLite's own `lower` covers ASCII only; migrations must fold text as the program does.
    let lower = |context: &rusqlite::functions::Context<'_>| {
        Ok(context.get::<Option<String>>(0)?.map(|text| text.to_lowercase()))
    };
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_scalar_function("lower", 1, flags, lower).map_err(failed("set up the database"))?;
    // PostgreSQL has it. The bytes of an expression, because SQLite takes two blobs after one another for a text.
    let sha256 = |context: &rusqlite::functions::Context<'_>| {
        Ok(match context.get_raw(0) {
            ValueRef::Blob(bytes) | ValueRef::Text(bytes) => Some(Sha256::digest(bytes).to_vec()),
            ValueRef::Null | ValueRef::Integer(_) | ValueRef::Real(_) => None,
        })
    };
    connection.create_scalar_function("sha256", 1, flags, sha256).map_err(failed("set up the database"))?;
    connection.busy_timeout(BUSY_TIMEOUT).map_err(failed("set up the database"))?;
    connection.pragma_update(None, "cache_size", -16_384).map_err(failed("set up the database"))
}

fn set_up_writer(connection: &mut Connection) -> Result<()> {
    set_up(connection)?;
    let settings = [("journal_mode", "WAL"), ("synchronous", "FULL"), ("secure_delete", "ON")];
    for (name, value) in settings {
        connection.pragma_update(None, name, value).map_err(failed("set up the database"))?;
    }
    Ok(())
}

fn write_until_closed(mut connection: Connection, mut mark: Mark, files: &OpenFiles, work: &Receiver<Work>) {
    let mut next = None;
    while let Some(first) = next.take().or_else(|| work.recv().ok()) {
        match first {
            Work::Transact(steps, answer) => {
                let mut group = vec![(steps, answer)];
                while group.len() < GROUP_MAX {
                    match work.try_recv() {
                        Ok(Work::Transact(steps, answer)) => group.push((steps, answer)),
                        Ok(other) => {
                            next = Some(other);
                            break;
                        }
                        Err(_) => break,
                    }
                }
                match files.check() {
                    Ok(()) => commit_group(&mut connection, &mut mark, group),
                    Err(error) => refuse_group(&error, group),
                }
            }
            Work::Migrate(migrations, answer) => send(answer, migrate(&mut connection, migrations)),
            Work::Run(run) => run(&mut connection),
        }
    }
}

/// Runs something long on a thread of its own, for which the end of the process does not wait.
async fn on_own_thread<T: Send + 'static>(run: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    let (answer, answered) = oneshot::channel();
    thread::Builder::new()
        .name("sqlite-maintenance".to_owned())
        .spawn(move || send(answer, run()))
        .map_err(|error| Error::unavailable("a thread cannot be started").with_source(error))?;
    answered.await.map_err(|_| Error::internal("the maintenance of the database stopped unexpectedly"))?
}

/// Sends a result to its caller, unless the caller was cancelled.
fn send<T>(answer: oneshot::Sender<T>, result: T) {
    drop(answer.send(result));
}

type Waiting = (Vec<Step>, oneshot::Sender<Result<Outcome>>);

/// Refuses transactions that would be lost.
fn refuse_group(error: &Error, group: Vec<Waiting>) {
    for (_, answer) in group {
        send(answer, Err(Error::new(error.kind(), error.message())));
    }
}

fn commit_group(connection: &mut Connection, mark: &mut Mark, group: Vec<Waiting>) {
    let mut answers = Vec::with_capacity(group.len());
    let committed = run_group(connection, mark, group, &mut answers);
    for (answer, outcome) in answers {
        let outcome = match &committed {
            Ok(()) => outcome,
            // The commit failed, so no transaction of the group is durable.
            Err(error) => Err(Error::new(error.kind(), error.message())),
        };
        send(answer, outcome);
    }
}

type Answer = (oneshot::Sender<Result<Outcome>>, Result<Outcome>);

fn run_group(
    connection: &mut Connection,
    mark: &mut Mark,
    group: Vec<Waiting>,
    answers: &mut Vec<Answer>,
) -> Result<()> {
    let mut waiting = group.into_iter();
    let begun = connection.transaction_with_behavior(TransactionBehavior::Immediate);
    let mut transaction = match begun {
        Ok(transaction) => transaction,
        Err(error) => {
            let error = failed("begin a transaction")(error);
            answers.extend(waiting.map(|(_, answer)| (answer, Err(Error::new(error.kind(), error.message())))));
            return Err(error);
        }
    };
    let changes = transaction.total_changes();
    let mut broken = None;
    for (steps, answer) in waiting.by_ref() {
        let outcome = in_savepoint(&mut transaction, &steps);
        broken = outcome.as_ref().err().map(|error| Error::new(error.kind(), error.message()));
        answers.push((answer, outcome));
        if broken.is_some() && transaction.is_autocommit() {
            break;
        }
        broken = None;
    }
    if let Some(error) = broken {
        // SQLite rolled back the whole transaction, as it does when the disk is full: none of the group is stored.
        answers.extend(waiting.map(|(_, answer)| (answer, Err(Error::new(error.kind(), error.message())))));
        return Err(error);
    }
    // What changes nothing need not wait for the disk.
    let is_changed = transaction.total_changes() > changes;
    let raised = is_changed.then(|| Mark::raise(&transaction)).transpose().map_err(failed("raise its mark"))?;
    transaction.commit().map_err(failed("commit"))?;
    if let Some(number) = raised {
        mark.write(number);
    }
    Ok(())
}

fn in_savepoint(transaction: &mut rusqlite::Transaction<'_>, steps: &[Step]) -> Result<Outcome> {
    let mut savepoint = transaction.savepoint().map_err(failed("begin a savepoint"))?;
    savepoint.set_drop_behavior(rusqlite::DropBehavior::Rollback);
    let mut returned = Vec::with_capacity(steps.len());
    for step in steps {
        let (rows, touched) = run(&savepoint, step)?;
        if let Rows::One(refusal) = &step.expect
            && touched != 1
        {
            savepoint.finish().map_err(failed("roll back a transaction"))?;
            return Ok(Outcome::Refused(Refusal::clone(refusal)));
        }
        returned.push(rows);
    }
    savepoint.commit().map_err(failed("end a savepoint"))?;
    Ok(Outcome::Committed(returned))
}

/// Runs one step; returns its rows, and the number of rows that it affected.
fn run(connection: &Connection, step: &Step) -> Result<(Vec<Row>, usize)> {
    let fail = failed(step.statement.name);
    let mut prepared = connection.prepare_cached(&numbered(step.statement)).map_err(&fail)?;
    let params: Vec<&dyn ToSql> = step.params.iter().map(|value| value as &dyn ToSql).collect();
    if prepared.column_count() == 0 {
        let touched = prepared.execute(params.as_slice()).map_err(&fail)?;
        return Ok((Vec::new(), touched));
    }
    let rows = collect(&mut prepared, &params).map_err(&fail)?;
    let touched = rows.len();
    Ok((rows, touched))
}

/// `SQLite` numbers `$n` by first appearance and `?n` by its digit; the registry uses the digit.
fn numbered(statement: &Statement) -> String {
    statement.sql.replace('$', "?")
}

fn read(connection: &Connection, statement: &'static Statement, params: &[Value]) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    each_row(connection, statement, params, |row| {
        rows.push(row);
        true
    })?;
    Ok(rows)
}

/// Runs a read and passes each row on until the callback returns false; returns whether all rows were passed on.
fn each_row(
    connection: &Connection,
    statement: &'static Statement,
    params: &[Value],
    mut pass_on: impl FnMut(Row) -> bool,
) -> Result<bool> {
    let fail = failed(statement.name);
    let mut prepared = connection.prepare_cached(&numbered(statement)).map_err(&fail)?;
    let params: Vec<&dyn ToSql> = params.iter().map(|value| value as &dyn ToSql).collect();
    let columns = prepared.column_count();
    let mut rows = prepared.query(params.as_slice()).map_err(&fail)?;
    while let Some(row) = rows.next().map_err(&fail)? {
        if !pass_on(read_row(row, columns).map_err(&fail)?) {
            return Ok(false);
        }
    }
    Ok(true)
}

fn collect(prepared: &mut rusqlite::Statement<'_>, params: &[&dyn ToSql]) -> rusqlite::Result<Vec<Row>> {
    let columns = prepared.column_count();
    let mut rows = prepared.query(params)?;
    let mut collected = Vec::new();
    while let Some(row) = rows.next()? {
        collected.push(read_row(row, columns)?);
    }
    Ok(collected)
}

fn read_row(row: &rusqlite::Row<'_>, columns: usize) -> rusqlite::Result<Row> {
    (0..columns).map(|column| row.get_ref(column).map(to_value)).collect::<rusqlite::Result<_>>().map(Row)
}

fn to_value(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(value) => Value::Int(value),
        ValueRef::Real(value) => Value::Real(value),
        ValueRef::Text(bytes) => Value::Text(String::from_utf8_lossy(bytes).into_owned()),
        ValueRef::Blob(bytes) => Value::Blob(bytes.to_vec()),
    }
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(value) => ValueRef::Integer(*value),
            Self::Real(value) => ValueRef::Real(*value),
            Self::Text(value) => ValueRef::Text(value.as_bytes()),
            Self::Blob(value) => ValueRef::Blob(value),
        }))
    }
}

fn migrate(connection: &mut Connection, migrations: &[Migration]) -> Result<()> {
    let found: i64 = connection
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .map_err(failed("read the schema version"))?;
    let newest = migrations.iter().map(|migration| migration.version).max().unwrap_or(0);
    if found > newest {
        let message = format!(
            "the database has schema {found}, this program supports up to {newest}: use a newer version of erstwhile"
        );
        return Err(Error::new(ErrorKind::Unavailable, message));
    }
    for migration in migrations.iter().filter(|migration| migration.version > found) {
        // An empty database is made, not migrated.
        if found > 0 {
            tracing::info!(schema.version = migration.version, "migrating: {}", migration.name);
        }
        let transaction = connection.transaction().map_err(failed("migrate"))?;
        transaction.execute_batch(migration.sql).map_err(failed("migrate"))?;
        transaction.pragma_update(None, "user_version", migration.version).map_err(failed("migrate"))?;
        transaction.commit().map_err(failed("migrate"))?;
    }
    Ok(())
}

/// Converts a database error; its kind follows from what the caller can do about it.
fn failed(what: &str) -> impl Fn(rusqlite::Error) -> Error + '_ {
    move |error| {
        let kind = match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => ErrorKind::Corrupt,
            Some(ErrorCode::ConstraintViolation | ErrorCode::TypeMismatch | ErrorCode::ApiMisuse) => {
                ErrorKind::Internal
            }
            _ => ErrorKind::Unavailable,
        };
        Error::new(kind, format!("the database cannot {what}: {error}"))
    }
}
