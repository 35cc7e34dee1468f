//! The PostgreSQL driver of Erstwhile's store: the same statements as on the embedded database, over a
//! pool of connections to one or several hosts.
//!
//! Everything that differs between the databases is here: type names ([`dialect`]), the encoding of values,
//! connecting, and retrying. A transaction takes two round trips: one for all of its steps, one for its end.
//! The driver retries transactions after a serialization failure, a deadlock or a broken connection. This is
//! safe because batches carry ids: the store applies each batch at most once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use deadpool_postgres::{
    Hook, HookError, Manager, ManagerConfig, Object, Pool, PoolError, RecyclingMethod, Runtime, TimeoutType, Timeouts,
};
use erstwhile::store::sql::{DamageSearch, Migration, Outcome, ReceiveRows, Row, Sql, Statement, Step, Value};
use erstwhile::{Error, Result};
use rand::Rng;
use tokio::time::Instant;

mod connect;
pub mod dialect;
mod failure;
mod migrate;
mod search;
mod sharding;
#[cfg(feature = "testing")]
pub mod testing;
mod transaction;
mod vacuum;
mod value;

use connect::Target;
use failure::Failure;
pub use search::{FoundText, SearchedTable};

/// The oldest supported server, in the format of `server_version_num`.
pub const OLDEST_SERVER: i64 = 150_000;

/// Settings of every connection. A process that freezes or vanishes in the middle of a transaction must not block
/// its rows for long, and waiting for a row lock must end before the response timeout.
///
/// The server ends a statement for a process that is gone, which otherwise keeps a connection of the server busy, for
/// example while a shard does not answer. Citus passes `SET LOCAL` on to its workers; to others the setting means nothing.
///
/// A statement and not a part of the URL, because poolers reject settings in the startup packet.
const SESSION: &str = "SET idle_in_transaction_session_timeout = '8s'; SET lock_timeout = '3s'; \
    SET tcp_user_timeout = '10s'; SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 3; \
    SET tcp_keepalives_count = 3; SET client_connection_check_interval = '2s'; \
    SET citus.propagate_set_commands = 'local'";

/// Settings of the driver.
#[derive(Debug, Clone)]
pub struct PostgresSettings {
    /// Maximum number of connections of this process; callers wait for a free one.
    pub connections: usize,
    /// How long the server may send nothing before the driver closes the connection.
    pub response_timeout: Duration,
    /// How long the driver retries after temporary failures, such as the restart of a server or the promotion of a
    /// standby.
    pub retry_timeout: Duration,
}

impl Default for PostgresSettings {
    fn default() -> Self {
        Self { connections: 16, response_timeout: Duration::from_secs(4), retry_timeout: Duration::from_secs(12) }
    }
}

/// A PostgreSQL database, or one that speaks its protocol.
#[derive(Debug, Clone)]
pub struct Postgres {
    pool: Pool,
    settings: PostgresSettings,
    is_sharded: Arc<AtomicBool>,
}

impl Postgres {
    /// Creates a connection pool for a `postgres://` URL. It connects on first use.
    ///
    /// The URL may name several hosts (`postgres://user@one,two/db`). By default, the driver uses the host that
    /// accepts writes (`target_session_attrs=read-write`). `sslmode` is `disable`, `prefer` (the default),
    /// `require`, `verify-ca` or `verify-full`, with `sslrootcert` as in libpq.
    ///
    /// # Errors
    /// `Invalid` if the URL cannot be parsed or its certificates cannot be read. Messages never contain the
    /// password.
    pub fn new(url: &str, settings: PostgresSettings) -> Result<Self> {
        let Target { config, tls } = Target::parse(url)?;
        let manager = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let manager = match tls {
            Some(tls) => Manager::from_config(config, tls, manager),
            None => Manager::from_config(config, tokio_postgres::NoTls, manager),
        };
        let timeout = Some(settings.response_timeout);
        let timeouts = Timeouts { wait: timeout, create: timeout, recycle: timeout };
        let pool = Pool::builder(manager)
            .max_size(settings.connections.max(1))
            .timeouts(timeouts)
            .post_create(Hook::async_fn(|client, _| {
                Box::pin(async move { client.batch_execute(SESSION).await.map_err(HookError::Backend) })
            }))
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(|error| Error::internal("cannot create the connection pool").with_source(error))?;
        Ok(Self { pool, settings, is_sharded: Arc::default() })
    }

    /// Returns the hosts and the database of a URL, for display; never the user or the password.
    pub fn place(url: &str) -> String {
        connect::place(url)
    }

    async fn connection(&self) -> Result<PooledConnection, Failure> {
        let connection = self.pool.get().await.map_err(|error| match error {
            PoolError::Backend(error) | PoolError::PostCreateHook(HookError::Backend(error)) => {
                Failure::of("connect", &error)
            }
            PoolError::Timeout(TimeoutType::Wait) => {
                Failure::Final(Error::unavailable("all connections to the database are busy"))
            }
            PoolError::Timeout(_) => Failure::Retryable(Error::unavailable("the database does not respond")),
            other => Failure::Final(Error::unavailable(format!("cannot connect to the database: {other}"))),
        })?;
        Ok(PooledConnection(Some(connection)))
    }
}

impl Postgres {
    /// Drops all idle connections after a response timeout: they probably lead to the same unresponsive server.
    fn drop_idle_after_timeout(&self, failure: Failure) -> Failure {
        if matches!(failure, Failure::Timeout) {
            self.pool.retain(|_, _| false);
        }
        failure
    }
}

/// A connection in use. It returns to the pool only through [`release`](Self::release) after a success. After a
/// failure, or if the caller was cancelled during a request, its state is unknown, so it is closed.
struct PooledConnection(Option<Object>);

impl PooledConnection {
    fn get(&self) -> Result<&Object, Failure> {
        self.0.as_ref().ok_or_else(|| Failure::Final(Error::internal("a released connection was used")))
    }

    fn release<T>(mut self, result: Result<T, Failure>) -> Result<T, Failure> {
        if result.is_ok() {
            drop(self.0.take());
        }
        result
    }
}

impl Drop for PooledConnection {
    fn drop(&mut self) {
        if let Some(connection) = self.0.take() {
            drop(Object::take(connection));
        }
    }
}

/// Delays and deadline of retries.
struct Retry {
    deadline: Instant,
    attempt: u32,
}

impl Retry {
    fn until(deadline: Instant) -> Self {
        Self { deadline, attempt: 0 }
    }

    /// Waits before the next attempt.
    ///
    /// # Errors
    /// The failure, if it is final or the deadline has passed.
    async fn wait_after(&mut self, failure: Failure) -> Result<()> {
        let error = match failure {
            Failure::Final(error) => return Err(error),
            retryable => retryable.into_error(),
        };
        let delay = backoff(self.attempt);
        if Instant::now() + delay >= self.deadline {
            return Err(error);
        }
        tracing::debug!(%error, attempt = self.attempt, "retrying a database request");
        self.attempt += 1;
        tokio::time::sleep(delay).await;
        Ok(())
    }
}

/// Runs an operation on a connection until it succeeds, fails permanently, or the retry timeout ends.
///
/// A macro, because closures that return futures with borrowed arguments cannot be declared `Send`.
macro_rules! with_retries {
    ($postgres:expr, |$connection:ident| $operation:expr) => {{
        let mut retry = Retry::until(Instant::now() + $postgres.settings.retry_timeout);
        loop {
            let attempt = async {
                let pooled = $postgres.connection().await?;
                let $connection = pooled.get()?;
                let result = $operation.await;
                pooled.release(result)
            };
            match attempt.await {
                Ok(value) => break Ok(value),
                Err(failure) => match retry.wait_after($postgres.drop_idle_after_timeout(failure)).await {
                    Ok(()) => {}
                    Err(error) => break Err(error),
                },
            }
        }
    }};
}

/// Exponential backoff up to half a second, with jitter so that conflicting transactions do not collide again.
fn backoff(attempt: u32) -> Duration {
    let max_millis = 10_u64.saturating_mul(1 << attempt.min(6)).min(500);
    Duration::from_millis(rand::rng().random_range(1..=max_millis))
}

#[async_trait]
impl Sql for Postgres {
    async fn migrate(&self, migrations: &'static [Migration]) -> Result<()> {
        migrate::run(self, migrations).await
    }

    async fn query(&self, statement: &'static Statement, params: Vec<Value>) -> Result<Vec<Row>> {
        with_retries!(self, |connection| transaction::read(
            connection,
            statement,
            &params,
            self.settings.response_timeout
        ))
    }

    async fn snapshot_into(
        &self,
        reads: Vec<(&'static Statement, Vec<Value>)>,
        into: &mut (dyn ReceiveRows + Send),
    ) -> Result<()> {
        with_retries!(self, |connection| transaction::snapshot(
            connection,
            &reads,
            into,
            self.settings.response_timeout
        ))
    }

    async fn transact(&self, steps: Vec<Step>) -> Result<Outcome> {
        let postgres = self.clone();
        // In a separate task, so that cancelling the caller does not interrupt the transaction.
        let running = tokio::spawn(async move {
            with_retries!(postgres, |connection| transaction::run(
                connection,
                &steps,
                postgres.settings.response_timeout
            ))
        });
        running.await.map_err(|error| {
            Error::internal("the task of a transaction panicked or was cancelled").with_source(error)
        })?
    }

    async fn scrub(&self, tables: &[&str]) -> Result<()> {
        vacuum::run(self, tables).await
    }

    /// PostgreSQL overwrites nothing: rows that are gone may be in free space of the files and in the write-ahead log.
    fn overwrites_removed_rows(&self) -> bool {
        false
    }

    fn is_sharded(&self) -> bool {
        self.is_sharded.load(Ordering::Relaxed)
    }

    async fn ping(&self) -> Result<()> {
        let attempt = async {
            let pooled = self.connection().await?;
            let result =
                transaction::with_timeout(self.settings.response_timeout, transaction::ping(pooled.get()?)).await;
            pooled.release(result.flatten())
        };
        attempt.await.map_err(Failure::into_error)
    }

    async fn schema_version(&self) -> Result<i64> {
        with_retries!(self, |connection| migrate::schema_version(connection))
    }

    /// Nothing: PostgreSQL has checksums of its own (`initdb --data-checksums`), and `amcheck`.
    async fn find_damage(&self, _search: DamageSearch) -> Result<Vec<String>> {
        Ok(Vec::new())
    }
}
