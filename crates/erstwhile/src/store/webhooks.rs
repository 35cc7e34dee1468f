//! The deliveries of webhooks: a durable outbox, written with what happened, and emptied under leases.

use erstwhile_core::error::{Error, Result};
use erstwhile_core::model::{Delivery, Notification, ProjectId, WebhookEvent};
use jiff::Timestamp;
use uuid::Uuid;

use super::Store;
use super::rows::{id, optional_text, optional_time, read_time, text, time, uuid_of};
use super::sql::{Row, Rows, Step, Value};
use super::statements as sql_text;

/// How often a delivery is tried.
pub const ATTEMPTS: i64 = 10;
/// Number of deliveries of which one is claimed.
const CANDIDATES: i64 = 16;

/// The step that adds a delivery, unless it was added before.
pub(super) fn add_delivery(project: ProjectId, notification: &Notification, at: Timestamp) -> Step {
    let params = vec![
        id(project.0),
        id(notification.id),
        id(notification.webhook),
        text(notification.event.as_str()),
        text(&notification.data.to_string()),
        time(at),
        Value::Int(ATTEMPTS),
    ];
    Step { statement: &sql_text::ADD_DELIVERY, params, expect: Rows::Any }
}

/// How an attempt ended.
#[derive(Debug, Clone, Default)]
pub struct Attempt {
    /// When the next one is due; none when there is none.
    pub ready_at: Option<Timestamp>,
    /// When it was delivered.
    pub delivered_at: Option<Timestamp>,
    /// The status with which the receiver answered.
    pub status: Option<i64>,
    /// Why it failed.
    pub failure: Option<String>,
}

impl Store {
    /// Claims a delivery that is due, until a time at which others may claim it; `None` when none is due.
    pub async fn claim_delivery(&self, now: Timestamp, until: Timestamp) -> Result<Option<Delivery>> {
        let read = |row: Row| {
            let mut row = row.reader();
            Ok((ProjectId(uuid_of(&row.blob()?)?), uuid_of(&row.blob()?)?, row.int()?))
        };
        let params = vec![time(now), Value::Int(CANDIDATES)];
        let mut ready = self.many(&sql_text::READY_DELIVERIES, params, read).await?;
        // Senders that look at the same time do not compete for the same delivery.
        let first =
            ready.len().checked_sub(1).map_or(0, |last| now.as_microsecond().unsigned_abs() as usize % (last + 1));
        ready.rotate_left(first);
        for (project, delivery, attempts) in ready {
            let params = vec![id(project.0), id(delivery), Value::Int(attempts), time(now), time(until)];
            if self.run_delivery(&sql_text::CLAIM_DELIVERY, params).await? {
                let params = vec![id(project.0), id(delivery)];
                return self.one(&sql_text::DELIVERY, params, read_delivery).await;
            }
        }
        Ok(None)
    }

    /// Records how a claimed attempt ended, unless it was claimed again since.
    pub async fn finish_delivery(&self, delivery: &Delivery, attempt: Attempt) -> Result<()> {
        let params = vec![
            id(delivery.project.0),
            id(delivery.notification.id),
            Value::Int(delivery.attempts),
            optional_time(attempt.ready_at),
            optional_time(attempt.delivered_at),
            attempt.status.map_or(Value::Null, Value::Int),
            optional_text(attempt.failure.as_ref()),
        ];
        let step = Step { statement: &sql_text::FINISH_DELIVERY, params, expect: Rows::Any };
        self.sql.transact(vec![step]).await.map(|_| ())
    }

    /// Lets a delivery be tried again; false when there is none.
    pub async fn redeliver(&self, project: ProjectId, webhook: Uuid, delivery: Uuid, at: Timestamp) -> Result<bool> {
        let params = vec![id(project.0), id(webhook), id(delivery), time(at), Value::Int(ATTEMPTS)];
        self.run_delivery(&sql_text::REDELIVER, params).await
    }

    /// The deliveries of a webhook, newest first.
    pub async fn deliveries(
        &self,
        project: ProjectId,
        webhook: Uuid,
        offset: i64,
        limit: i64,
    ) -> Result<Vec<Delivery>> {
        let params = vec![id(project.0), id(webhook), Value::Int(limit), Value::Int(offset)];
        self.many(&sql_text::DELIVERIES, params, read_delivery).await
    }

    /// Removes the deliveries of a webhook.
    pub async fn remove_deliveries(&self, project: ProjectId, webhook: Uuid) -> Result<()> {
        let params = vec![id(project.0), id(webhook)];
        self.run_delivery(&sql_text::REMOVE_DELIVERIES, params).await.map(|_| ())
    }

    /// Removes finished deliveries from before a time.
    pub async fn remove_old_deliveries(&self, before: Timestamp) -> Result<()> {
        self.run_delivery(&sql_text::FORGET_DELIVERIES, vec![time(before)]).await.map(|_| ())
    }

    /// Runs a statement; whether it returned a row.
    async fn run_delivery(&self, statement: &'static super::sql::Statement, params: Vec<Value>) -> Result<bool> {
        match self.sql.transact(vec![Step { statement, params, expect: Rows::Any }]).await? {
            super::sql::Outcome::Committed(returned) => Ok(returned.iter().any(|rows| !rows.is_empty())),
            super::sql::Outcome::Refused(_) => Ok(false),
        }
    }
}

fn read_delivery(row: Row) -> Result<Delivery> {
    let mut row = row.reader();
    let project = ProjectId(uuid_of(&row.blob()?)?);
    let (delivery, webhook) = (uuid_of(&row.blob()?)?, uuid_of(&row.blob()?)?);
    let event = row.text()?;
    let event = WebhookEvent::parse(&event).ok_or_else(|| Error::corrupt("a delivery has an unknown event"))?;
    let data = serde_json::from_str(&row.text()?)
        .map_err(|error| Error::corrupt("a delivery is not JSON").with_source(error))?;
    Ok(Delivery {
        project,
        notification: Notification { id: delivery, webhook, event, data },
        created_at: read_time(row.int()?)?,
        ready_at: row.optional_int()?.map(read_time).transpose()?,
        attempts: row.int()?,
        attempts_max: row.int()?,
        delivered_at: row.optional_int()?.map(read_time).transpose()?,
        status: row.optional_int()?,
        failure: row.optional_text()?,
    })
}
