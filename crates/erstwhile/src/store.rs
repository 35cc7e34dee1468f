//! The store: one typed interface to any database with a driver.
//!
//! It stores evidence and nothing that can be computed from it. [`Store::apply`] makes every change of the data, except
//! imports of exported units; queue leases and housekeeping have methods of their own. Every read takes
//! the graph or project to which its rows belong, so that no call can return a row of another tenant.

use std::sync::Arc;

use jiff::Timestamp;
use uuid::Uuid;

use erstwhile_core::change::{Applied, Batch};
use erstwhile_core::error::{Error, ErrorKind, Result};
use erstwhile_core::model::{
    ApiKey, Episode, EpisodeId, GraphId, Mention, Partition, PartitionId, Project, ProjectId, Task, TaskId, TaskState,
    Thread, User,
};

mod apply;
mod audit;
mod checks;
mod checksums;
mod codes;
mod column_types;
mod erasures;
mod evidence;
mod export;
mod export_unit;
pub(crate) mod files;
mod met_damage;
mod migrations;
mod model_readings;
mod queue;
mod reads;
mod row_checks;
mod rows;
mod setting_values;
pub mod sql;
pub mod sqlite;
pub mod statements;
pub mod tables;
mod tasks;
mod vectors;
mod webhooks;

pub use audit::{AuditHead, AuditListing, AuditSubject, BrokenRecord};
pub use checks::LostEpisodes;
pub use erasures::{ErasureReceipt, ErasureState, PendingErasure, PendingErasures};
pub use export::ImportOutcome;
pub use export_unit::{ExportUnit, ExportUnitId};
pub use migrations::{MIGRATIONS, schema_version};
pub use model_readings::DayUsage;
pub use queue::{Lease, Queue, QueueDepth};
pub use reads::{SettingScope, StoreSize};
pub(crate) use row_checks::RowCheck;
pub use tasks::TaskListing;
pub use vectors::TextDigest;
pub use webhooks::{ATTEMPTS, Attempt};

use codes::Code;
use met_damage::MetDamage;
use rows::{id, read_id, text};
use sql::{Outcome, Refusal, Row, Sql, Statement, Value};
use statements as sql_text;

/// The kinds of ids by which a graph is located.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Locate {
    /// A user's graph, by the application's `user_id`.
    User,
    /// A standalone graph, by the application's `graph_id`.
    Graph,
    /// The graph of a thread's user, by the application's `thread_id`.
    Thread,
    /// A document collection, by its name.
    Collection,
    /// The graph of any object, by the tag of its uuid (see [`GraphId::tag`]).
    Tag,
}

/// Sort keys of lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListOrder {
    /// By time of creation.
    Created,
    /// By the application's own id.
    Id,
    /// By the last change of the row itself; threads only.
    Updated,
    /// By a user's e-mail address, a graph's name, or a thread's user.
    Other,
}

/// A page of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListPage {
    /// The sort key.
    pub order: ListOrder,
    /// Whether the order is ascending.
    pub ascending: bool,
    /// Number of rows before the page.
    pub offset: i64,
    /// Maximum number of rows.
    pub limit: i64,
}

/// The identity of a mention: its place in an episode; for a mention from a direct edit, which has no episode, its name
/// and time.
fn mention_id(graph: PartitionId, mention: &Mention) -> Uuid {
    let episode = mention.episode.map_or(Uuid::nil(), |episode| episode.0);
    let mut key = Vec::with_capacity(48 + mention.name.len());
    key.extend_from_slice(episode.as_bytes());
    key.extend_from_slice(mention.entity.0.as_bytes());
    key.extend_from_slice(&(mention.span.start as u64).to_be_bytes());
    key.extend_from_slice(&(mention.span.end as u64).to_be_bytes());
    key.extend_from_slice(mention.name.as_bytes());
    if mention.episode.is_none() {
        key.extend_from_slice(&mention.recorded_at.as_microsecond().to_be_bytes());
    }
    graph.derive(&key)
}

/// The stored state. Cloning it is cheap.
///
/// # Contract
/// - A batch is applied atomically and only once: a batch with the same id returns `Applied::Before`.
/// - After `apply` has returned, every later read sees the batch, and a crash does not undo it.
/// - `AddEpisodes` keeps the order of the batches of a graph and the order inside each batch.
/// - Every batch of a graph increments its version; rows carry the version that last wrote them.
/// - Reads by a uuid of another project or graph find nothing.
/// - Lists are stable while nothing changes: ties are broken by id.
#[derive(Debug, Clone)]
pub struct Store {
    sql: Arc<dyn Sql>,
    damage: MetDamage,
}

impl Store {
    /// Opens a store in a database, and migrates its schema to the newest version.
    pub async fn open(sql: Arc<dyn Sql>) -> Result<Self> {
        sql.migrate(MIGRATIONS).await?;
        Ok(Self { sql, damage: MetDamage::default() })
    }

    /// Opens a store that exists, for commands that must not create one. Migrates an older schema.
    ///
    /// # Errors
    /// `Unavailable` when the database is empty.
    pub async fn open_existing(sql: Arc<dyn Sql>) -> Result<Self> {
        if sql.schema_version().await? == 0 {
            return Err(checks::empty());
        }
        Self::open(sql).await
    }

    /// Applies a batch.
    ///
    /// # Errors
    /// `Invalid` when a text contains a null character, `AlreadyExists` when an id is taken, `NotFound` when an object
    /// that it changes does not exist, `Conflict` when its precondition does not hold, `KeyReused` when its idempotency
    /// key was used for another request, `Unavailable` when the database does not answer.
    pub async fn apply(&self, batch: &Batch) -> Result<Applied> {
        let steps = apply::steps(batch)?;
        let texts = steps.iter().flat_map(|step| &step.params);
        if texts.into_iter().any(|value| matches!(value, Value::Text(text) if text.contains('\0'))) {
            // SQLite accepts null characters and PostgreSQL does not; every store must accept the same data.
            return Err(Error::invalid("text must not contain a null character"));
        }
        match self.sql.transact(steps).await? {
            Outcome::Committed(returned) => {
                let version = returned.iter().flatten().next().cloned().map(|row| row.reader().int()).transpose()?;
                Ok(Applied::Now { version: version.unwrap_or(0) })
            }
            Outcome::Refused(Refusal::AppliedBefore) => Ok(Applied::Before),
            Outcome::Refused(Refusal::Taken(message)) => Err(Error::new(ErrorKind::AlreadyExists, message)),
            Outcome::Refused(Refusal::TagTaken) => {
                Err(Error::new(ErrorKind::Conflict, "the new id collides with an existing one"))
            }
            Outcome::Refused(Refusal::Missing(what)) => Err(Error::not_found(what)),
            Outcome::Refused(Refusal::Stale) => {
                Err(Error::new(ErrorKind::Conflict, "the graph changed since it was read"))
            }
            Outcome::Refused(Refusal::KeyReused) => {
                Err(Error::new(ErrorKind::KeyReused, "the idempotency key was used for another request"))
            }
            Outcome::Refused(Refusal::Fenced) => {
                Err(Error::new(ErrorKind::Conflict, "another worker holds the graph's lease"))
            }
            Outcome::Refused(Refusal::Locked) => Err(Error::unavailable("the graph is being changed")),
        }
    }

    async fn one<T>(
        &self,
        statement: &'static Statement,
        params: Vec<Value>,
        read: impl Fn(Row) -> Result<T>,
    ) -> Result<Option<T>> {
        let rows = self.damage.of_structure(self.sql.query(statement, params).await)?;
        self.damage.of_row(rows.into_iter().next().map(read).transpose())
    }

    async fn many<T>(
        &self,
        statement: &'static Statement,
        params: Vec<Value>,
        read: impl Fn(Row) -> Result<T>,
    ) -> Result<Vec<T>> {
        let rows = self.damage.of_structure(self.sql.query(statement, params).await)?;
        rows.into_iter().map(|row| self.damage.of_row(read(row))).collect()
    }

    /// The rows of a list of what different people own, without the damaged ones: they do not keep it from the others.
    async fn list<T>(
        &self,
        statement: &'static Statement,
        params: Vec<Value>,
        read: impl Fn(Row) -> Result<T>,
    ) -> Result<Vec<T>> {
        let rows = self.damage.of_structure(self.sql.query(statement, params).await)?;
        rows.into_iter().filter_map(|row| self.damage.without_damaged(read(row)).transpose()).collect()
    }

    async fn count(&self, statement: &'static Statement, params: Vec<Value>) -> Result<i64> {
        Ok(self.one(statement, params, |row| row.reader().int()).await?.unwrap_or(0))
    }

    /// A project by id.
    pub async fn find_project(&self, project: ProjectId) -> Result<Option<Project>> {
        self.one(&sql_text::PROJECT_BY_ID, vec![id(project.0)], rows::read_project).await
    }

    /// A project by name.
    pub async fn find_project_by_name(&self, name: &str) -> Result<Option<Project>> {
        self.one(&sql_text::PROJECT_BY_NAME, vec![text(name)], rows::read_project).await
    }

    /// A key by the digest of its secret.
    pub async fn find_key(&self, digest: &[u8; 32]) -> Result<Option<ApiKey>> {
        self.one(&sql_text::KEY_BY_DIGEST, vec![Value::Blob(digest.to_vec())], rows::read_key).await
    }

    /// The keys of a project, oldest first; damaged ones are left out.
    pub async fn list_keys(&self, project: ProjectId) -> Result<Vec<ApiKey>> {
        self.list(&sql_text::KEYS, vec![id(project.0)], rows::read_key).await
    }

    /// The number of keys of a project, also of damaged ones.
    pub async fn count_keys(&self, project: ProjectId) -> Result<i64> {
        self.count(&sql_text::COUNT_KEYS, vec![id(project.0)]).await
    }

    /// The graph that holds an object.
    pub async fn locate(&self, project: ProjectId, kind: Locate, name: &str) -> Result<Option<PartitionId>> {
        let params = vec![text(name), kind.value(), id(project.0)];
        Ok(self.one(&sql_text::LOCATE, params, read_id).await?.map(PartitionId))
    }

    /// The graph of a message to which the application gave its uuid.
    pub async fn locate_given(&self, project: ProjectId, message: EpisodeId) -> Result<Option<GraphId>> {
        let params = vec![id(message.0), id(project.0)];
        Ok(self.one(&sql_text::GRAPH_OF_GIVEN_UUID, params, read_id).await?.map(GraphId))
    }

    /// A partition.
    pub async fn find_partition(&self, partition: PartitionId) -> Result<Option<Partition>> {
        self.one(&sql_text::GRAPH_BY_ID, vec![id(partition.0)], rows::read_partition).await
    }

    /// The version of a partition; `None` when it does not exist.
    pub async fn partition_version(&self, partition: PartitionId) -> Result<Option<i64>> {
        self.one(&sql_text::GRAPH_VERSION, vec![id(partition.0)], |row| row.reader().int()).await
    }

    /// A page of a project's standalone graphs whose id or name contains `search`, and their number. Damaged ones are left
    /// out of the page, not of the number.
    pub async fn list_graphs(&self, project: ProjectId, search: &str, page: ListPage) -> Result<(Vec<Partition>, i64)> {
        let statement = match (page.order, page.ascending) {
            (ListOrder::Created | ListOrder::Updated, true) => &sql_text::GRAPHS_BY_CREATED,
            (ListOrder::Created | ListOrder::Updated, false) => &sql_text::GRAPHS_BY_CREATED_DESC,
            (ListOrder::Id, true) => &sql_text::GRAPHS_BY_OWNER,
            (ListOrder::Id, false) => &sql_text::GRAPHS_BY_OWNER_DESC,
            (ListOrder::Other, true) => &sql_text::GRAPHS_BY_NAME,
            (ListOrder::Other, false) => &sql_text::GRAPHS_BY_NAME_DESC,
        };
        let pattern = contains_pattern(search);
        let params = vec![id(project.0), pattern.clone(), Value::Int(page.limit), Value::Int(page.offset)];
        let graphs = self.list(statement, params, rows::read_partition).await?;
        Ok((graphs, self.count(&sql_text::COUNT_GRAPHS, vec![id(project.0), pattern]).await?))
    }

    /// The user who owns a graph.
    pub async fn find_user(&self, graph: GraphId) -> Result<Option<User>> {
        self.one(&sql_text::ACCOUNT_BY_GRAPH, vec![id(graph.0)], rows::read_user).await
    }

    /// A page of a project's users whose id, e-mail or name contains `search`, and their number. Damaged ones are left out
    /// of the page, not of the number.
    pub async fn list_users(&self, project: ProjectId, search: &str, page: ListPage) -> Result<(Vec<User>, i64)> {
        let statement = match (page.order, page.ascending) {
            (ListOrder::Created | ListOrder::Updated, true) => &sql_text::ACCOUNTS_BY_CREATED,
            (ListOrder::Created | ListOrder::Updated, false) => &sql_text::ACCOUNTS_BY_CREATED_DESC,
            (ListOrder::Id, true) => &sql_text::ACCOUNTS_BY_USER_ID,
            (ListOrder::Id, false) => &sql_text::ACCOUNTS_BY_USER_ID_DESC,
            (ListOrder::Other, true) => &sql_text::ACCOUNTS_BY_EMAIL,
            (ListOrder::Other, false) => &sql_text::ACCOUNTS_BY_EMAIL_DESC,
        };
        let pattern = contains_pattern(search);
        let params = vec![id(project.0), pattern.clone(), Value::Int(page.limit), Value::Int(page.offset)];
        let users = self.list(statement, params, rows::read_user).await?;
        Ok((users, self.count(&sql_text::COUNT_ACCOUNTS, vec![id(project.0), pattern]).await?))
    }

    /// A thread of a graph.
    pub async fn find_thread(&self, graph: GraphId, thread_id: &str) -> Result<Option<Thread>> {
        self.one(&sql_text::THREAD_BY_ID, vec![id(graph.0), text(thread_id)], rows::read_thread).await
    }

    /// A thread of a graph, by its uuid.
    pub async fn find_thread_by_uuid(&self, graph: GraphId, thread: Uuid) -> Result<Option<Thread>> {
        self.one(&sql_text::THREAD_BY_UUID, vec![id(graph.0), id(thread)], rows::read_thread).await
    }

    /// The threads of a graph, oldest first; damaged ones are left out.
    pub async fn threads_of(&self, graph: GraphId, limit: i64) -> Result<Vec<Thread>> {
        self.list(&sql_text::THREADS_OF_GRAPH, vec![id(graph.0), Value::Int(limit)], rows::read_thread).await
    }

    /// A page of a project's threads, and their number. Damaged ones are left out of the page, not of the number.
    pub async fn list_threads(&self, project: ProjectId, page: ListPage) -> Result<(Vec<Thread>, i64)> {
        let statement = match (page.order, page.ascending) {
            (ListOrder::Created, true) => &sql_text::THREADS_BY_CREATED,
            (ListOrder::Created, false) => &sql_text::THREADS_BY_CREATED_DESC,
            (ListOrder::Updated, true) => &sql_text::THREADS_BY_UPDATED,
            (ListOrder::Updated, false) => &sql_text::THREADS_BY_UPDATED_DESC,
            (ListOrder::Id, true) => &sql_text::THREADS_BY_ID,
            (ListOrder::Id, false) => &sql_text::THREADS_BY_ID_DESC,
            (ListOrder::Other, true) => &sql_text::THREADS_BY_USER,
            (ListOrder::Other, false) => &sql_text::THREADS_BY_USER_DESC,
        };
        let params = vec![id(project.0), Value::Int(page.limit), Value::Int(page.offset)];
        let threads = self.list(statement, params, rows::read_thread).await?;
        Ok((threads, self.count(&sql_text::COUNT_THREADS, vec![id(project.0)]).await?))
    }

    /// An episode of a graph.
    pub async fn find_episode(&self, graph: GraphId, episode: EpisodeId) -> Result<Option<Episode>> {
        self.one(&sql_text::EPISODE_BY_ID, vec![id(graph.0), id(episode.0)], rows::read_episode).await
    }

    /// Messages of a thread after the first `offset`, in order.
    pub async fn messages(&self, graph: GraphId, thread_id: &str, offset: i64, limit: i64) -> Result<Vec<Episode>> {
        let params = vec![id(graph.0), text(thread_id), Value::Int(0), Value::Int(limit), Value::Int(offset)];
        self.many(&sql_text::EPISODES_OF_THREAD, params, rows::read_episode).await
    }

    /// The last messages of a thread, oldest first.
    pub async fn last_messages(&self, graph: GraphId, thread_id: &str, limit: i64) -> Result<Vec<Episode>> {
        let params = vec![id(graph.0), text(thread_id), Value::Int(limit)];
        let mut messages = self.many(&sql_text::LAST_EPISODES_OF_THREAD, params, rows::read_episode).await?;
        messages.reverse();
        Ok(messages)
    }

    /// The number of messages of a thread.
    pub async fn count_messages(&self, graph: GraphId, thread_id: &str) -> Result<i64> {
        self.count(&sql_text::COUNT_EPISODES_OF_THREAD, vec![id(graph.0), text(thread_id)]).await
    }

    /// The last episodes of a graph, newest first.
    pub async fn last_episodes(&self, graph: GraphId, limit: i64) -> Result<Vec<Episode>> {
        self.many(&sql_text::LAST_EPISODES, vec![id(graph.0), Value::Int(limit)], rows::read_episode).await
    }

    /// The oldest pending episodes.
    pub async fn pending_episodes(&self, graph: GraphId, limit: i64) -> Result<Vec<Episode>> {
        self.many(&sql_text::PENDING_EPISODES, vec![id(graph.0), Value::Int(limit)], rows::read_episode).await
    }

    /// The oldest episodes that wait for the language model.
    pub async fn episodes_awaiting_model(&self, graph: GraphId, limit: i64) -> Result<Vec<Episode>> {
        self.many(&sql_text::AWAITING_EPISODES, vec![id(graph.0), Value::Int(limit)], rows::read_episode).await
    }

    /// The episodes just before a position, oldest first.
    pub async fn episodes_before(&self, graph: GraphId, seq: i64, limit: i64) -> Result<Vec<Episode>> {
        let params = vec![id(graph.0), Value::Int(seq), Value::Int(limit)];
        let mut episodes = self.many(&sql_text::EPISODES_BEFORE, params, rows::read_episode).await?;
        episodes.reverse();
        Ok(episodes)
    }

    /// A task with its progress.
    pub async fn find_task(&self, graph: GraphId, task: TaskId) -> Result<Option<Task>> {
        let params = vec![id(graph.0), id(task.0)];
        let task_row = self.one(&sql_text::TASK_BY_ID, params, rows::read_task).await?;
        let Some(rows::TaskRow { kind, first, total, created_at }) = task_row else { return Ok(None) };
        let read = |row: Row| {
            let mut row = row.reader();
            Ok((row.int()?, row.int()?, row.optional_int()?, row.optional_text()?, row.int()?))
        };
        let params = vec![id(graph.0), Value::Int(first), Value::Int(first + total)];
        let progress = self.one(&sql_text::EPISODES_OF_TASK, params, read).await?;
        let (settled, failed, last, error, present) = progress.unwrap_or((0, 0, None, None, 0));
        // Episodes that were deleted count as finished.
        let done = settled + (total - present);
        let state = match (done == total, failed > 0, done > 0) {
            (true, true, _) => TaskState::Failed,
            (true, false, _) => TaskState::Succeeded,
            (false, _, true) => TaskState::Processing,
            (false, _, false) => TaskState::Pending,
        };
        let time =
            |at: i64| Timestamp::from_microsecond(at).map_err(|_| Error::corrupt("a stored time is out of range"));
        // A task without episodes, or whose episodes were all deleted, counts as complete since its creation.
        let completed_at = (done == total).then(|| time(last.unwrap_or(created_at))).transpose()?;
        let created_at = time(created_at)?;
        Ok(Some(Task { id: task, graph, kind, state, total, done, failed, error, created_at, completed_at }))
    }
}

/// A `LIKE` pattern for "contains", lower case; empty when everything matches.
fn contains_pattern(search: &str) -> Value {
    if search.is_empty() {
        return Value::Text(String::new());
    }
    let escaped = search.to_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    Value::Text(format!("%{escaped}%"))
}
