//! Checks that the store can be relied on: that it can be written, that every table can be read, that every waiting
//! episode is queued, and that nothing is damaged.

use jiff::Timestamp;
use uuid::Uuid;

use super::queue::Queue;
use super::rows::{id, read_id, time};
use super::sql::{DamageSearch, Row, Rows, Statement, Step, Value};
use super::tables::{ExportUnitKind, TABLES};
use super::{Store, statements as sql_text};
use erstwhile_core::error::{Error, ErrorKind, Result};
use erstwhile_core::model::{GraphId, PartitionId};

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

impl Store {
    /// Checks that the database can be written, and that every table can be read.
    pub async fn check(&self, now: Timestamp) -> Result<()> {
        self.sql.ping().await?;
        let nobody = id(Uuid::nil());
        let written = vec![nobody.clone(), nobody.clone(), time(now)];
        self.sql.transact(vec![Step { statement: &sql_text::PROBE, params: written, expect: Rows::Any }]).await?;
        let nothing = |statement: &'static Statement| (statement, vec![nobody.clone()]);
        let mut reads: Vec<_> = TABLES.iter().map(|table| nothing(table.read)).collect();
        reads.push((&sql_text::RECEIPT, vec![nobody.clone(), nobody.clone()]));
        reads.push((&sql_text::LOCATE, vec![Value::Text(String::new()), Value::Int(0), nobody.clone()]));
        self.sql.snapshot(reads).await.map(|_| ())
    }

    /// Reads the whole database and returns what is wrong with its structure; a thorough search also compares all evidence
    /// with its checksums.
    pub async fn find_damage(&self, search: DamageSearch) -> Result<Vec<String>> {
        let damage = self.sql.find_damage(search).await?;
        if search == DamageSearch::Quick || !damage.is_empty() {
            return Ok(damage);
        }
        self.damaged_evidence().await
    }

    /// What is damaged in the evidence of the graphs, one problem for each.
    async fn damaged_evidence(&self) -> Result<Vec<String>> {
        let mut damage = Vec::new();
        for unit in self.list_units().await? {
            if unit.kind != ExportUnitKind::Graph || damage.len() == PROBLEMS_MAX {
                continue;
            }
            match self.evidence_since(GraphId(unit.id), 0).await {
                Err(error) if error.kind() == ErrorKind::Corrupt => {
                    damage.push(format!("graph {}: {}", unit.id, error.message()));
                }
                read => drop(read?),
            }
        }
        Ok(damage)
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

/// The error for a database without tables, where there should be some.
pub(super) fn empty() -> Error {
    Error::unavailable("the database is empty: start the server once, or correct --data or --database")
}
