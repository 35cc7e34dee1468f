//! The PostgreSQL driver of Erstwhile's store: the same statements as on the embedded database, over a
//! pool of connections to one or several hosts.
//!
//! Everything that differs between the databases is here: the names of types ([`dialect`]), values on
//! the wire, connecting, and trying again. A transaction takes two round trips: all of its steps travel
//! together, then its end. One that was refused by the database for the sake of another is run again,
//! and so is one whose connection broke: batches carry ids, so nothing is done twice.

use std::time::Duration;

use async_trait::async_trait;
use deadpool_postgres::{
    Hook, HookError, Manager, ManagerConfig, Object, Pool, PoolError, RecyclingMethod, Runtime, TimeoutType, Timeouts,
};
use erstwhile::store::sql::{Migration, Outcome, Row, Sql, Statement, Step, TakeRows, Value};
use erstwhile::{Error, Result};
use rand::Rng;
use tokio::time::Instant;

mod connect;
pub mod dialect;
mod failure;
mod migrate;
mod sharding;
#[cfg(feature = "testing")]
pub mod testing;
mod transaction;
mod value;

use connect::Target;
use failure::Failure;

/// The oldest server that is spoken to, as `server_version_num` tells it.
pub const OLDEST_SERVER: i64 = 150_000;

/// What every connection is told: a process that froze or vanished in the middle of a transaction must not keep
/// the rows that it holds from everybody else, and nobody waits for a row for so long that it would look as if the
/// server were silent.
///
/// A statement and not a part of the URL, because poolers refuse settings at the start of a connection.
const SESSION: &str = "SET idle_in_transaction_session_timeout = '8s'; SET lock_timeout = '3s'; \
    SET tcp_user_timeout = '10s'; SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 3; \
    SET tcp_keepalives_count = 3";

/// Knobs of the driver that an operator may turn.
#[derive(Debug, Clone)]
pub struct PostgresSettings {
    /// Connections of this process, at most; callers wait for one.
    pub connections: usize,
    /// How long the server may be silent before its connection is given up.
    pub answer: Duration,
    /// How long the driver keeps trying what may succeed on another try: a server that restarts, or a
    /// standby that is being promoted.
    pub patience: Duration,
}

impl Default for PostgresSettings {
    fn default() -> Self {
        Self { connections: 16, answer: Duration::from_secs(4), patience: Duration::from_secs(12) }
    }
}

/// A PostgreSQL database, or one that speaks its protocol.
#[derive(Debug, Clone)]
pub struct Postgres {
    pool: Pool,
    settings: PostgresSettings,
}

impl Postgres {
    /// A pool for a `postgres://` URL. Nothing is connected yet: the first use tells what is wrong.
    ///
    /// The URL may name several hosts (`postgres://user@one,two/db`); then, as by default, the one that
    /// takes writes is used (`target_session_attrs=read-write`). `sslmode` is `disable`, `prefer` (the
    /// default), `require`, `verify-ca` or `verify-full`, with `sslrootcert` as in libpq.
    ///
    /// # Errors
    /// `Invalid` when the URL does not parse or its certificates cannot be read. Messages never tell the
    /// password.
    pub fn new(url: &str, settings: PostgresSettings) -> Result<Self> {
        let Target { config, tls } = Target::parse(url)?;
        let manager = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let manager = match tls {
            Some(tls) => Manager::from_config(config, tls, manager),
            None => Manager::from_config(config, tokio_postgres::NoTls, manager),
        };
        let timeouts =
            Timeouts { wait: Some(settings.answer), create: Some(settings.answer), recycle: Some(settings.answer) };
        let pool = Pool::builder(manager)
            .max_size(settings.connections.max(1))
            .timeouts(timeouts)
            .post_create(Hook::async_fn(|client, _| {
                Box::pin(async move { client.batch_execute(SESSION).await.map_err(HookError::Backend) })
            }))
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(|error| Error::internal("a pool of connections cannot be made").with_source(error))?;
        Ok(Self { pool, settings })
    }

    /// Where a URL leads, for people: hosts and database, never who opens it or with what.
    pub fn place(url: &str) -> String {
        connect::place(url)
    }

    async fn connection(&self) -> Result<Busy, Failure> {
        let connection = self.pool.get().await.map_err(|error| match error {
            PoolError::Backend(error) | PoolError::PostCreateHook(HookError::Backend(error)) => {
                Failure::of("connect", &error)
            }
            PoolError::Timeout(TimeoutType::Wait) => {
                Failure::Final(Error::unavailable("all connections to the database are busy"))
            }
            PoolError::Timeout(_) => Failure::Again(Error::unavailable("the database does not answer")),
            other => Failure::Final(Error::unavailable(format!("no connection to the database: {other}"))),
        })?;
        Ok(Busy(Some(connection)))
    }
}

impl Postgres {
    /// After a silence, the connections that wait in the pool are as doubtful as the one that was silent.
    fn doubt(&self, failure: Failure) -> Failure {
        if matches!(failure, Failure::Silent) {
            self.pool.retain(|_, _| false);
        }
        failure
    }
}

/// A connection that is in use. It goes back to the pool when all has gone well; one on which something went wrong,
/// or whose caller went away while it was still being answered, is not used again.
struct Busy(Option<Object>);

impl Busy {
    fn connection(&self) -> Result<&Object, Failure> {
        self.0.as_ref().ok_or_else(|| Failure::Final(Error::internal("a connection is used after its end")))
    }

    fn settle<T>(mut self, outcome: Result<T, Failure>) -> Result<T, Failure> {
        if outcome.is_ok() {
            drop(self.0.take());
        }
        outcome
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        if let Some(connection) = self.0.take() {
            drop(Object::take(connection));
        }
    }
}

/// How long the driver goes on trying.
struct Patience {
    deadline: Instant,
    round: u32,
}

impl Patience {
    fn until(deadline: Instant) -> Self {
        Self { deadline, round: 0 }
    }

    /// Rests before another attempt.
    ///
    /// # Errors
    /// The failure, when another attempt would not help or patience is at its end.
    async fn after(&mut self, failure: Failure) -> Result<()> {
        let error = match failure {
            Failure::Final(error) => return Err(error),
            again => again.into_error(),
        };
        let pause = pause(self.round);
        if Instant::now() + pause >= self.deadline {
            return Err(error);
        }
        tracing::debug!(%error, round = self.round, "the database is asked again");
        self.round += 1;
        tokio::time::sleep(pause).await;
        Ok(())
    }
}

/// Does something on a connection, until it succeeds, fails for good, or patience ends.
///
/// A macro, because closures that give futures of borrowed things cannot promise to be `Send`.
macro_rules! patiently {
    ($postgres:expr, |$connection:ident| $work:expr) => {{
        let mut patience = Patience::until(Instant::now() + $postgres.settings.patience);
        loop {
            let attempt = async {
                let busy = $postgres.connection().await?;
                let $connection = busy.connection()?;
                let outcome = $work.await;
                busy.settle(outcome)
            };
            match attempt.await {
                Ok(done) => break Ok(done),
                Err(failure) => match patience.after($postgres.doubt(failure)).await {
                    Ok(()) => {}
                    Err(error) => break Err(error),
                },
            }
        }
    }};
}

/// A short pause that doubles with every round, up to half a second; random, so that those who met do
/// not meet again.
fn pause(round: u32) -> Duration {
    let longest = 10_u64.saturating_mul(1 << round.min(6)).min(500);
    Duration::from_millis(rand::rng().random_range(1..=longest))
}

#[async_trait]
impl Sql for Postgres {
    async fn migrate(&self, migrations: &'static [Migration]) -> Result<()> {
        migrate::run(self, migrations).await
    }

    async fn query(&self, statement: &'static Statement, params: Vec<Value>) -> Result<Vec<Row>> {
        patiently!(self, |connection| transaction::read(connection, statement, &params, self.settings.answer))
    }

    async fn snapshot_into(
        &self,
        reads: Vec<(&'static Statement, Vec<Value>)>,
        into: &mut (dyn TakeRows + Send),
    ) -> Result<()> {
        patiently!(self, |connection| transaction::snapshot(connection, &reads, into, self.settings.answer))
    }

    async fn transact(&self, steps: Vec<Step>) -> Result<Outcome> {
        let postgres = self.clone();
        // On a task of its own: a caller who goes away must not leave a transaction half done.
        let running = tokio::spawn(async move {
            patiently!(postgres, |connection| transaction::run(connection, &steps, postgres.settings.answer))
        });
        running.await.map_err(|error| Error::internal("a transaction stopped unexpectedly").with_source(error))?
    }

    /// Deleted rows are the database's own: `VACUUM` and the log's retention decide when their bytes go.
    async fn scrub(&self) -> Result<()> {
        Ok(())
    }

    async fn ping(&self) -> Result<()> {
        let attempt = async {
            let busy = self.connection().await?;
            let answered = transaction::in_time(self.settings.answer, transaction::ping(busy.connection()?)).await;
            busy.settle(answered.and_then(|answer| answer))
        };
        attempt.await.map_err(Failure::into_error)
    }
}
