//! Checks that the store can be relied on: that it can be written, that every table can be read, that every waiting
//! episode is queued, and that nothing is damaged.

use std::time::Duration;

use jiff::Timestamp;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};
use uuid::Uuid;

use super::queue::Queue;
use super::row_checks::RowCheck;
use super::rows::{self, id, read_id, time};
use super::sql::{DamageSearch, ReceiveRows, Row, Rows, Statement, Step, Value};
use super::tables::{DERIVED_TABLES, TABLES};
use super::{Store, statements as sql_text};
use erstwhile_core::error::{Error, ErrorKind, Result};
use erstwhile_core::model::PartitionId;

/// Number of places in which a sharded database is tried.
const PLACES: u128 = 8;
/// How long the other places are waited for when one has been written.
const SHARD_PATIENCE: Duration = Duration::from_millis(500);
/// Number of graphs whose lost episodes are queued again together.
const LOST_TOGETHER: i64 = 1000;
/// Maximum number of problems that are reported.
const PROBLEMS_MAX: usize = 20;

/// A graph with waiting episodes that no worker would find, because it is not queued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LostEpisodes {
    /// The graph.
    pub graph: PartitionId,
    /// The number of waiting episodes.
    pub episodes: i64,
}

/// The result of the next task that ends; `None` when all have ended, or at the deadline.
async fn next_until<T: 'static>(tasks: &mut JoinSet<Result<T>>, deadline: Option<Instant>) -> Option<Result<T>> {
    let next = match deadline {
        Some(deadline) => timeout_at(deadline, tasks.join_next()).await.ok()?,
        None => tasks.join_next().await,
    };
    next.map(|ended| ended.unwrap_or_else(|_| Err(Error::internal("a check of the store stopped unexpectedly"))))
}

impl Store {
    /// Checks that the database can be written, and that every table can be read.
    ///
    /// A sharded database needs to answer only in part: then this returns what does not answer.
    pub async fn check(&self, now: Timestamp) -> Result<Option<Error>> {
        self.sql.ping().await?;
        if self.sql.is_sharded() {
            return self.check_shards(now).await;
        }
        self.probe(0, now).await?;
        self.read_tables().await.map(|()| None)
    }

    /// Writes in several places at the same time, most of them on different shards.
    async fn check_shards(&self, now: Timestamp) -> Result<Option<Error>> {
        let mut checks = JoinSet::new();
        for place in 0..PLACES {
            let store = self.clone();
            checks.spawn(async move { store.probe(place, now).await.map(|()| true) });
        }
        let store = self.clone();
        checks.spawn(async move { store.read_tables().await.map(|()| false) });
        let (mut deadline, mut problem) = (None, None);
        // A shard that is lost is noticed late; the others do not wait for it.
        while let Some(checked) = next_until(&mut checks, deadline).await {
            match checked {
                Ok(true) => deadline = deadline.or_else(|| Some(Instant::now() + SHARD_PATIENCE)),
                Ok(false) => {}
                Err(error) if error.kind() == ErrorKind::Unavailable => problem = Some(error),
                Err(error) => return Err(error),
            }
        }
        if problem.is_none() && !checks.is_empty() {
            problem = Some(Error::unavailable("a shard does not respond"));
        }
        match (deadline, problem) {
            (None, Some(error)) => Err(error),
            (_, problem) => Ok(problem),
        }
    }

    /// Writes a row of no graph, in one of many places.
    async fn probe(&self, place: u128, now: Timestamp) -> Result<()> {
        let nobody = id(Uuid::from_u128(place));
        let written = vec![nobody.clone(), nobody, time(now)];
        let step = Step { statement: &sql_text::PROBE, params: written, expect: Rows::Any };
        self.sql.transact(vec![step]).await.map(|_| ())
    }

    async fn read_tables(&self) -> Result<()> {
        let nobody = id(Uuid::nil());
        let nothing = |statement: &'static Statement| (statement, vec![nobody.clone()]);
        let exported = TABLES.iter().map(|table| table.read);
        let derived = DERIVED_TABLES.iter().filter_map(|table| table.read);
        let mut reads: Vec<_> = exported.chain(derived).map(nothing).collect();
        reads.push((&sql_text::RECEIPT, vec![nobody.clone(), nobody.clone()]));
        reads.push((&sql_text::LOCATE, vec![Value::Text(String::new()), Value::Int(0), nobody.clone()]));
        self.sql.snapshot(reads).await.map(|_| ())
    }

    /// Reads the whole database and returns what is wrong with its structure; a thorough search also checks every row of
    /// the exported tables, as an import does: its values, and its checksum.
    pub async fn find_damage(&self, search: DamageSearch) -> Result<Vec<String>> {
        if search == DamageSearch::Thorough {
            self.damage.forget();
        }
        let damage = self.sql.find_damage(search).await?;
        if search == DamageSearch::Quick || !damage.is_empty() {
            return Ok(damage);
        }
        self.damaged_rows().await
    }

    /// The damage of the structure that a read met since the last thorough search.
    pub fn met_damage(&self) -> Option<String> {
        self.damage.structure()
    }

    /// A damaged row that a read met since the last thorough search.
    pub fn met_damaged_row(&self) -> Option<String> {
        self.damage.row()
    }

    /// The number of different damaged rows that reads met since the start.
    pub fn damaged_rows_met(&self) -> u64 {
        self.damage.rows_total()
    }

    /// What is damaged in the rows of projects, graphs and import jobs, one problem for each of them.
    async fn damaged_rows(&self) -> Result<Vec<String>> {
        let mut damage = self.keys_of_no_project().await?;
        for unit in self.list_units().await? {
            if damage.len() >= PROBLEMS_MAX {
                break;
            }
            let reads = unit.kind.tables().map(|table| (table.read, vec![id(unit.id)])).collect();
            let mut checks = UnitChecks(unit.kind.tables().map(|table| RowCheck::new(table, unit.id)).collect());
            match self.sql.snapshot_into(reads, &mut checks).await {
                Err(error) if error.kind() == ErrorKind::Corrupt => damage.push(format!("{unit}: {}", error.message())),
                read => read?,
            }
        }
        Ok(damage)
    }

    /// What is wrong with keys that no unit has, because the project of each is damaged.
    async fn keys_of_no_project(&self) -> Result<Vec<String>> {
        let problem = |row: Row| match rows::read_key(row) {
            Ok(key) => format!("API key {} belongs to no project", key.id),
            Err(error) => error.message().to_owned(),
        };
        Ok(self.sql.query(&sql_text::KEYS_OF_NO_PROJECT, Vec::new()).await?.into_iter().map(problem).collect())
    }

    /// Graphs with waiting episodes that are not queued, at most a thousand.
    pub async fn lost_episodes(&self, queue: Queue) -> Result<Vec<LostEpisodes>> {
        let statement = match queue {
            Queue::Ingestion => &sql_text::LOST_EPISODES,
            Queue::Model => &sql_text::LOST_READINGS,
        };
        let read = |row: Row| {
            let mut row = row.reader();
            let graph = PartitionId(read_id(Row(vec![Value::Blob(row.blob()?)]))?);
            Ok(LostEpisodes { graph, episodes: row.int()? })
        };
        self.many(statement, vec![Value::Int(LOST_TOGETHER)], read).await
    }

    /// Queues lost episodes again, and returns their number.
    pub async fn queue_lost_episodes(&self, now: Timestamp) -> Result<i64> {
        let mut episodes = 0;
        for (queue, enqueue, count) in [
            (Queue::Ingestion, &sql_text::ENQUEUE, &sql_text::COUNT_PENDING),
            (Queue::Model, &sql_text::ENQUEUE_FOR_MODEL, &sql_text::COUNT_AWAITING),
        ] {
            for lost in self.lost_episodes(queue).await? {
                let graph = id(lost.graph.0);
                let queued = vec![graph.clone(), Value::Int(1), time(now)];
                let steps = [(enqueue, queued), (count, vec![graph])];
                let steps = steps.map(|(statement, params)| Step { statement, params, expect: Rows::Any });
                self.sql.transact(steps.into()).await?;
                episodes += lost.episodes;
            }
        }
        Ok(episodes)
    }
}

/// Checks each row of a unit as it arrives.
struct UnitChecks(Vec<RowCheck>);

impl ReceiveRows for UnitChecks {
    fn restart(&mut self) {}

    fn receive(&mut self, read: usize, row: Row) -> Result<()> {
        self.0.get(read).map_or(Ok(()), |check| check.check(&row))
    }
}

/// The error for a database without tables, where there should be some.
pub(super) fn empty() -> Error {
    Error::unavailable("the database is empty: start the server once, or correct --data or --database")
}
