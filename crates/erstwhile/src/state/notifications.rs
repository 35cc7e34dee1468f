//! Events as notifications for webhooks.

use serde_json::Value;
use uuid::Uuid;

use super::State;
use crate::store::SettingScope;
use erstwhile_core::error::{Error, Result};
use erstwhile_core::model::{Notification, ProjectId, Setting, SettingKind, Webhook, WebhookEvent};

/// Reads a stored webhook.
pub(crate) fn read_webhook(setting: &Setting) -> Result<Webhook> {
    let malformed = |error| Error::corrupt("a stored webhook is malformed").with_source(error);
    serde_json::from_value(setting.value.clone()).map_err(malformed)
}

impl State {
    /// The notifications of a project's webhooks about events, each with what it happened to.
    pub(crate) async fn notifications(
        &self,
        project: ProjectId,
        events: impl IntoIterator<Item = (WebhookEvent, Uuid, Value)>,
    ) -> Result<Vec<Notification>> {
        let declared = self.declared_in(SettingScope::Project(project), SettingKind::Webhook).await?;
        if declared.is_empty() {
            return Ok(Vec::new());
        }
        let webhooks = declared.iter().map(read_webhook).collect::<Result<Vec<Webhook>>>()?;
        let mut notifications = Vec::new();
        for (event, subject, data) in events {
            let subscribed = webhooks.iter().filter(|webhook| webhook.events.contains(&event));
            notifications.extend(subscribed.map(|webhook| Notification::new(webhook.id, event, subject, data.clone())));
        }
        Ok(notifications)
    }

    /// Whether a project has webhooks.
    pub(crate) async fn has_webhooks(&self, project: ProjectId) -> Result<bool> {
        Ok(!self.declared_in(SettingScope::Project(project), SettingKind::Webhook).await?.is_empty())
    }
}
