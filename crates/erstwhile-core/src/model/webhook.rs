//! Webhooks: addresses of an application to which events are sent.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::ProjectId;

/// An event that is sent to webhooks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum WebhookEvent {
    /// An episode was read, or could not be.
    #[serde(rename = "episode.processed")]
    EpisodeProcessed,
    /// All episodes of a task were read.
    #[serde(rename = "task.finished")]
    TaskFinished,
    /// All items of an import job are in their graphs.
    #[serde(rename = "batch.finished")]
    ImportFinished,
    /// What was deleted or replaced is gone from the database's own files.
    #[serde(rename = "erasure.finished")]
    ErasureFinished,
}

impl WebhookEvent {
    /// All events.
    pub const ALL: [Self; 4] =
        [Self::EpisodeProcessed, Self::TaskFinished, Self::ImportFinished, Self::ErasureFinished];

    /// Its name in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::EpisodeProcessed => "episode.processed",
            Self::TaskFinished => "task.finished",
            Self::ImportFinished => "batch.finished",
            Self::ErasureFinished => "erasure.finished",
        }
    }

    /// The event with this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.as_str() == name)
    }
}

/// A webhook of a project.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Webhook {
    /// Identity.
    pub id: Uuid,
    /// The address.
    pub url: String,
    /// The key of signatures.
    pub secret: String,
    /// The events that are sent to it.
    pub events: Vec<WebhookEvent>,
    /// When it was added.
    pub created_at: Timestamp,
}

impl std::fmt::Debug for Webhook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Webhook").field("id", &self.id).field("events", &self.events).finish_non_exhaustive()
    }
}

/// One event for one webhook. It has ids and counts only, no words of anybody, so that
/// nothing of a person is outside the person's graph.
#[derive(Debug, Clone, PartialEq)]
pub struct Notification {
    /// Identity, also for the receiver. It follows from the webhook and from what happened.
    pub id: Uuid,
    /// The webhook.
    pub webhook: Uuid,
    /// The event.
    pub event: WebhookEvent,
    /// The ids and counts.
    pub data: Value,
}

impl Notification {
    /// The notification of a webhook about an event; `subject` identifies what it happened to.
    pub fn new(webhook: Uuid, event: WebhookEvent, subject: Uuid, data: Value) -> Self {
        let name = [event.as_str().as_bytes(), subject.as_bytes()].concat();
        Self { id: Uuid::new_v5(&webhook, &name), webhook, event, data }
    }
}

/// A notification with what became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivery {
    /// The project.
    pub project: ProjectId,
    /// What is delivered.
    pub notification: Notification,
    /// When it happened.
    pub created_at: Timestamp,
    /// When the next attempt is due; none when there is none.
    pub ready_at: Option<Timestamp>,
    /// How many attempts were begun.
    pub attempts: i64,
    /// The number of the last attempt that may be begun.
    pub attempts_max: i64,
    /// When it was delivered.
    pub delivered_at: Option<Timestamp>,
    /// The status with which the receiver answered last.
    pub status: Option<i64>,
    /// Why the last attempt failed.
    pub failure: Option<String>,
}

impl Delivery {
    /// `delivered`, `failed`, or `pending` while an attempt is due.
    pub fn state(&self) -> &'static str {
        match (self.ready_at, &self.failure) {
            (Some(_), _) => "pending",
            (None, Some(_)) => "failed",
            (None, None) => "delivered",
        }
    }
}
