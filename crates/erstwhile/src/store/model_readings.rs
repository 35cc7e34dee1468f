//! Language models: the readings of a task, written summaries and requests for them, and what a project spent, by day and
//! model.
//!
//! What was spent is not part of a batch: the money is spent whether or not what the model answered is applied.

use jiff::Timestamp;

use super::rows::{self, id, text, time};
use super::sql::{Row, Rows, Step, Value};
use super::{Store, statements as sql_text};
use erstwhile_core::error::Result;
use erstwhile_core::model::{GraphId, ModelReading, ModelUsage, ProjectId, TaskId, WrittenSummary};

/// What a project spent on one model on one day.
#[derive(Debug, Clone, PartialEq)]
pub struct DayUsage {
    /// Days since 1970, in UTC.
    pub day: i64,
    /// The model.
    pub model: String,
    /// Calls and tokens.
    pub usage: ModelUsage,
    /// In the currency of the configured prices; 0 without prices.
    pub cost: f64,
}

impl Store {
    /// Adds what calls of a model consumed.
    pub async fn add_model_usage(&self, project: ProjectId, added: &DayUsage) -> Result<()> {
        let count = |count: u64| Value::Int(i64::try_from(count).unwrap_or(i64::MAX));
        let ModelUsage { calls, retries, tokens_in, tokens_cached, tokens_out } = added.usage;
        let mut params = vec![id(project.0), Value::Int(added.day), text(&added.model)];
        params.extend([calls, retries, tokens_in, tokens_cached, tokens_out].map(count));
        params.push(Value::Real(added.cost));
        let step = Step { statement: &sql_text::ADD_MODEL_USAGE, params, expect: Rows::Any };
        self.sql.transact(vec![step]).await.map(|_| ())
    }

    /// The readings of a task's episodes by a language model; empty when there is no such task.
    pub async fn model_readings_of_task(&self, graph: GraphId, task: TaskId) -> Result<Vec<ModelReading>> {
        let task = self.one(&sql_text::TASK_BY_ID, vec![id(graph.0), id(task.0)], rows::read_task).await?;
        let Some(rows::TaskRow { first, total, .. }) = task else { return Ok(Vec::new()) };
        let params = vec![id(graph.0), Value::Int(first), Value::Int(first + total)];
        let read = |row: Row| {
            let mut row = row.reader();
            rows::read_model_reading(row.int()?, row.optional_text()?)
        };
        Ok(self.many(&sql_text::MODEL_READINGS_OF_TASK, params, read).await?.into_iter().flatten().collect())
    }

    /// The summaries of a graph that a language model wrote.
    pub async fn written_summaries(&self, graph: GraphId) -> Result<Vec<WrittenSummary>> {
        self.many(&sql_text::WRITTEN_SUMMARIES, vec![id(graph.0)], rows::read_written_summary).await
    }

    /// Lets the language model write the summaries of graphs that are due, although no episode waits for it.
    pub async fn request_summaries(&self, graphs: &[GraphId], now: Timestamp) -> Result<()> {
        let step = |graph: &GraphId| {
            let params = vec![id(graph.0), Value::Int(1), time(now)];
            Step { statement: &sql_text::ENQUEUE_FOR_MODEL, params, expect: Rows::Any }
        };
        self.sql.transact(graphs.iter().map(step).collect()).await.map(|_| ())
    }

    /// Counts the episodes of a graph that wait for the language model, which forgets requests for summaries.
    pub async fn count_awaiting_episodes(&self, graph: GraphId) -> Result<()> {
        let step = Step { statement: &sql_text::COUNT_AWAITING, params: vec![id(graph.0)], expect: Rows::Any };
        self.sql.transact(vec![step]).await.map(|_| ())
    }

    /// The graphs of a project whose user has a summary that a language model wrote, in order, after one of them.
    pub async fn graphs_with_user_summary(
        &self,
        project: ProjectId,
        after: GraphId,
        limit: i64,
    ) -> Result<Vec<GraphId>> {
        let params = vec![id(project.0), id(after.0), Value::Int(limit)];
        self.many(&sql_text::USER_SUMMARIES_AFTER, params, |row| rows::read_id(row).map(GraphId)).await
    }

    /// What a project spent since a day, oldest first.
    pub async fn model_usage_since(&self, project: ProjectId, day: i64) -> Result<Vec<DayUsage>> {
        let read = |row: Row| {
            let mut row = row.reader();
            let (day, model) = (row.int()?, row.text()?);
            let mut count = || row.int().map(|count| u64::try_from(count).unwrap_or(0));
            let usage = ModelUsage {
                calls: count()?,
                retries: count()?,
                tokens_in: count()?,
                tokens_cached: count()?,
                tokens_out: count()?,
            };
            Ok(DayUsage { day, model, usage, cost: row.real()? })
        };
        self.many(&sql_text::MODEL_USAGE_SINCE, vec![id(project.0), Value::Int(day)], read).await
    }
}
