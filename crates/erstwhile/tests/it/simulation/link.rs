//! The connection of one node to the database, which is slow, loses requests and answers, and ends with the node.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use erstwhile::store::sql::{
    DamageSearch, Migration, Outcome, ReceiveRows, Refusal, Row, Rows, Sql, Statement, Step, Value,
};
use erstwhile::store::sqlite::InMemory;
use erstwhile::{Error, Result};
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;

use super::chance::Chance;
use super::weather::Weather;

/// One run of a node, from its start to its crash.
#[derive(Debug)]
pub(super) struct Life {
    name: String,
    weather: Arc<Weather>,
    end: CancellationToken,
    state: Mutex<LifeState>,
}

#[derive(Debug)]
struct LifeState {
    chance: Chance,
    paused_until: Instant,
    cut_off_until: Instant,
}

impl Life {
    pub(super) fn new(name: String, weather: Arc<Weather>, chance: Chance) -> Self {
        let now = Instant::now();
        let state = LifeState { chance, paused_until: now, cut_off_until: now };
        Self { name, weather, end: CancellationToken::new(), state: Mutex::new(state) }
    }

    fn state(&self) -> MutexGuard<'_, LifeState> {
        self.state.lock().expect("the state of a node")
    }

    pub(super) fn weather(&self) -> &Arc<Weather> {
        &self.weather
    }

    /// The node crashes: what it has sent and what was not carried out yet is gone.
    pub(super) fn end(&self) {
        self.end.cancel();
    }

    pub(super) async fn ended(&self) {
        self.end.cancelled().await;
    }

    /// Nothing leaves or reaches the node for some time, as if its machine stood still.
    pub(super) fn pause(&self, time: Duration) {
        self.state().paused_until = Instant::now() + time;
    }

    /// All its requests fail for some time.
    pub(super) fn cut_off(&self, time: Duration) {
        self.state().cut_off_until = Instant::now() + time;
    }

    /// Ends what cuts it off or makes it pause.
    pub(super) fn recover(&self) {
        let now = Instant::now();
        let mut state = self.state();
        (state.paused_until, state.cut_off_until) = (now, now);
    }

    fn note(&self, what: impl fmt::Display) {
        self.weather.note(format_args!("{}: {what}", self.name));
    }

    /// How long a request or an answer is on its way.
    fn way(&self) -> Duration {
        let (rates, mut state) = (&self.weather.rates, self.state());
        if self.weather.is_calm() || !state.chance.per_mille(rates.slow) {
            return Duration::from_millis(1);
        }
        // Sometimes longer than a lease.
        let most = *state.chance.pick(&[20, 20, 1_000, 12_000]);
        state.chance.millis(1..most)
    }

    fn happens(&self, per_mille: u64) -> bool {
        !self.weather.is_calm() && self.state().chance.per_mille(per_mille)
    }

    /// Waits until a request or an answer has arrived; for ever when the node crashes meanwhile.
    async fn travel(&self) {
        sleep(self.way()).await;
        loop {
            if self.end.is_cancelled() {
                std::future::pending::<()>().await;
            }
            let paused_until = self.state().paused_until;
            if paused_until <= Instant::now() {
                return;
            }
            sleep_until(paused_until).await;
        }
    }

    /// A request on its way to the database.
    async fn reach(&self, what: &impl fmt::Display) -> Result<()> {
        self.travel().await;
        if self.state().cut_off_until > Instant::now() || self.happens(self.weather.rates.refused) {
            self.note(format_args!("{what} does not reach the database"));
            return Err(Error::unavailable("the database cannot be reached"));
        }
        Ok(())
    }
}

/// The connection of a node.
#[derive(Debug, Clone)]
pub(super) struct Link {
    database: Arc<InMemory>,
    life: Arc<Life>,
}

impl Link {
    pub(super) fn new(database: Arc<InMemory>, life: Arc<Life>) -> Self {
        Self { database, life }
    }

    async fn carry_out(self, steps: Vec<Step>) -> Result<Outcome> {
        let (life, what) = (&self.life, Named(&steps));
        let rates = &life.weather.rates;
        life.reach(&what).await?;
        let waits_for_lock = matches!(&steps[..], [step] if matches!(step.expect, Rows::Unlocked));
        if waits_for_lock && life.happens(rates.locked) {
            return Ok(Outcome::Refused(Refusal::Locked));
        }
        let mut outcome = self.database.transact(steps.clone()).await?;
        life.note(format_args!("{what}: {}", Ended(&outcome)));
        if life.happens(rates.sent_twice) {
            life.travel().await;
            outcome = self.database.transact(steps.clone()).await?;
            life.note(format_args!("{what} again: {}", Ended(&outcome)));
        }
        life.travel().await;
        if life.happens(rates.answer_lost) {
            life.note(format_args!("the answer to {what} is lost"));
            return Err(Error::unavailable("the database does not answer"));
        }
        Ok(outcome)
    }
}

#[async_trait]
impl Sql for Link {
    async fn migrate(&self, migrations: &'static [Migration]) -> Result<()> {
        self.database.migrate(migrations).await
    }

    async fn query(&self, statement: &'static Statement, params: Vec<Value>) -> Result<Vec<Row>> {
        self.life.reach(&statement.name).await?;
        let rows = self.database.query(statement, params).await?;
        self.life.travel().await;
        Ok(rows)
    }

    async fn snapshot_into(
        &self,
        reads: Vec<(&'static Statement, Vec<Value>)>,
        into: &mut (dyn ReceiveRows + Send),
    ) -> Result<()> {
        self.life.reach(&"a snapshot").await?;
        self.database.snapshot_into(reads, into).await?;
        self.life.travel().await;
        Ok(())
    }

    async fn transact(&self, steps: Vec<Step>) -> Result<Outcome> {
        // In a task of its own: a transaction goes on when its caller does not wait any more.
        let running = tokio::spawn(self.clone().carry_out(steps));
        running.await.map_err(|error| Error::internal("a transaction panicked").with_source(error))?
    }

    async fn scrub(&self, tables: &[&str]) -> Result<()> {
        self.life.reach(&"scrub").await?;
        self.database.scrub(tables).await
    }

    async fn ping(&self) -> Result<()> {
        self.life.reach(&"ping").await
    }

    async fn schema_version(&self) -> Result<i64> {
        self.database.schema_version().await
    }

    async fn find_damage(&self, search: DamageSearch) -> Result<Vec<String>> {
        self.database.find_damage(search).await
    }
}

/// The statements of a transaction, without those that every batch has.
struct Named<'a>(&'a [Step]);

impl fmt::Display for Named<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut last = "";
        for step in self.0 {
            let name = step.statement.name;
            if name != last && !matches!(name, "MARK_APPLIED" | "RAISE_VERSION") {
                let separator = if last.is_empty() { "" } else { "+" };
                write!(f, "{separator}{name}")?;
                last = name;
            }
        }
        Ok(())
    }
}

/// How a transaction ended.
struct Ended<'a>(&'a Outcome);

impl fmt::Display for Ended<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Outcome::Committed(returned) => {
                write!(f, "committed, {} rows", returned.iter().map(Vec::len).sum::<usize>())
            }
            Outcome::Refused(refusal) => write!(f, "refused: {refusal:?}"),
        }
    }
}
