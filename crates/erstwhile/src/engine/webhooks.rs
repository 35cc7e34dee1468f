//! Webhooks of a project, and the deliveries to them.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::{Engine, ProjectHandle};
use crate::state::read_webhook;
use crate::store::Attempt;
use erstwhile_core::error::{Error, Result};
use erstwhile_core::model::{Delivery, Precondition, SettingKind, Webhook, WebhookEvent};

/// Maximum number of webhooks of a project.
pub const WEBHOOKS_MAX: usize = 20;
/// How long finished deliveries are kept.
const KEPT: SignedDuration = SignedDuration::from_hours(7 * 24);

/// The right to deliver something once.
#[derive(Debug, Clone)]
pub struct ClaimedDelivery {
    /// What is delivered; its `attempts` count this one.
    pub delivery: Delivery,
    /// Where to; absent when the webhook was removed.
    pub webhook: Option<Webhook>,
}

/// How an attempt to deliver something ended.
#[derive(Debug, Clone)]
pub struct DeliveryOutcome {
    /// The status with which the receiver answered, if it did.
    pub status: Option<u16>,
    /// Why it failed; absent when it was delivered.
    pub failure: Option<String>,
    /// How long to wait before the next attempt.
    pub pause: SignedDuration,
}

impl ProjectHandle {
    /// Adds a webhook; `secret` is the key of its signatures.
    ///
    /// # Errors
    /// `Invalid` when there are too many, or it has no events.
    pub async fn add_webhook(&self, url: &str, events: Vec<WebhookEvent>, secret: String) -> Result<Webhook> {
        if events.is_empty() {
            return Err(Error::invalid("a webhook needs an event"));
        }
        if self.webhooks().await?.len() >= WEBHOOKS_MAX {
            return Err(Error::invalid(format!("a project can have at most {WEBHOOKS_MAX} webhooks")));
        }
        let webhook = Webhook { id: self.ids().next(), url: url.to_owned(), secret, events, created_at: self.now() };
        let value = serde_json::to_value(&webhook)
            .map_err(|error| Error::internal("a webhook cannot be serialised").with_source(error))?;
        let name = webhook.id.to_string();
        self.put_setting(None, (SettingKind::Webhook, &name), value, Precondition::Absent).await?;
        Ok(webhook)
    }

    /// The webhooks, oldest first.
    pub async fn webhooks(&self) -> Result<Vec<Webhook>> {
        self.whole()?;
        let settings = self.settings(None, SettingKind::Webhook).await?;
        let mut webhooks = settings.iter().map(read_webhook).collect::<Result<Vec<Webhook>>>()?;
        webhooks.sort_by_key(|webhook| (webhook.created_at, webhook.id));
        Ok(webhooks)
    }

    /// A webhook.
    pub async fn webhook(&self, id: Uuid) -> Result<Webhook> {
        let webhooks = self.webhooks().await?;
        webhooks.into_iter().find(|webhook| webhook.id == id).ok_or_else(|| Error::not_found("webhook"))
    }

    /// Removes a webhook with its deliveries.
    pub async fn remove_webhook(&self, id: Uuid) -> Result<()> {
        let removed = self.remove_setting(None, SettingKind::Webhook, &id.to_string()).await?;
        removed.ok_or_else(|| Error::not_found("webhook"))?;
        self.store().remove_deliveries(self.id, id).await
    }

    /// The deliveries of a webhook, newest first. Finished ones are kept for a week.
    pub async fn deliveries(&self, webhook: Uuid, offset: i64, limit: i64) -> Result<Vec<Delivery>> {
        self.webhook(webhook).await?;
        self.store().deliveries(self.id, webhook, offset, limit).await
    }

    /// Delivers something again, whether or not it was delivered before.
    pub async fn redeliver(&self, webhook: Uuid, delivery: Uuid) -> Result<()> {
        self.webhook(webhook).await?;
        let found = self.store().redeliver(self.id, webhook, delivery, self.now()).await?;
        if found { Ok(()) } else { Err(Error::not_found("delivery")) }
    }
}

impl Engine {
    /// Claims a delivery that is due; `None` when none is due. After the lease, others may try, too.
    pub async fn claim_delivery(&self, lease: SignedDuration) -> Result<Option<ClaimedDelivery>> {
        let now = self.now();
        let until = now.saturating_add(lease).unwrap_or(Timestamp::MAX);
        let Some(delivery) = self.store().claim_delivery(now, until).await? else { return Ok(None) };
        let webhooks = self.project(delivery.project).webhooks().await?;
        let webhook = webhooks.into_iter().find(|webhook| webhook.id == delivery.notification.webhook);
        Ok(Some(ClaimedDelivery { delivery, webhook }))
    }

    /// Records how a claimed attempt ended. After the last attempt, there is no other.
    pub async fn finish_delivery(&self, delivery: &Delivery, outcome: DeliveryOutcome) -> Result<()> {
        let now = self.now();
        let is_over = outcome.failure.is_none() || delivery.attempts >= delivery.attempts_max;
        let attempt = Attempt {
            ready_at: (!is_over).then(|| now.saturating_add(outcome.pause).unwrap_or(Timestamp::MAX)),
            delivered_at: if outcome.failure.is_none() { Some(now) } else { delivery.delivered_at },
            status: outcome.status.map(i64::from),
            failure: outcome.failure,
        };
        self.store().finish_delivery(delivery, attempt).await
    }

    /// Removes deliveries that are no longer kept.
    pub(super) async fn remove_old_deliveries(&self) -> Result<()> {
        let before = self.now().saturating_sub(KEPT).unwrap_or(Timestamp::MIN);
        self.store().remove_old_deliveries(before).await
    }
}
