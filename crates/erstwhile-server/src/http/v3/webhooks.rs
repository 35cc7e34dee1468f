//! The webhooks of a project, and their deliveries. Not part of Zep's API.

use axum::Json;
use axum::extract::State;
use axum::response::NoContent;
use erstwhile::model::{Delivery, Webhook, WebhookEvent};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::app::App;
use crate::http::answers::{AcceptedWithoutBody, Created};
use crate::http::body::{Body, PathUuid, Query, uuid};
use crate::http::caller::{Reader, Writer};
use crate::http::error::ApiError;
use crate::webhooks::{check_url, new_secret};

/// Number of deliveries on a page, unless a request says, and at most.
const LIMIT: i64 = 100;
const LIMIT_MAX: i64 = 1_000;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct NewWebhook {
    url: String,
    events: Option<Vec<String>>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct WireWebhook {
    uuid: Uuid,
    url: String,
    #[schemars(with = "Vec<String>")]
    events: Vec<WebhookEvent>,
    created_at: Timestamp,
    /// Only when it is added.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

impl From<Webhook> for WireWebhook {
    fn from(webhook: Webhook) -> Self {
        let Webhook { id, url, events, created_at, secret: _ } = webhook;
        Self { uuid: id, url, events, created_at, secret: None }
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct WebhookList {
    webhooks: Vec<WireWebhook>,
}

pub(super) async fn add(
    State(app): State<App>,
    Writer(project): Writer,
    Body(body): Body<NewWebhook>,
) -> Result<Created<WireWebhook>, ApiError> {
    check_url(&body.url, app.webhooks.allow_private_addresses).map_err(ApiError::bad_request)?;
    let names: Vec<&str> = WebhookEvent::ALL.iter().map(|event| event.as_str()).collect();
    let unknown = || ApiError::bad_request(format!("events must be some of {}", names.join(", ")));
    let events = match body.events {
        None => WebhookEvent::ALL.to_vec(),
        Some(events) if events.len() > names.len() => return Err(unknown()),
        Some(events) => {
            events.iter().map(|name| WebhookEvent::parse(name).ok_or_else(unknown)).collect::<Result<_, _>>()?
        }
    };
    let webhook = project.add_webhook(&body.url, events, new_secret(rand::random())).await?;
    let secret = Some(webhook.secret.clone());
    Ok(Created(WireWebhook { secret, ..webhook.into() }))
}

pub(super) async fn list(Reader(project): Reader) -> Result<Json<WebhookList>, ApiError> {
    let webhooks = project.webhooks().await?;
    Ok(Json(WebhookList { webhooks: webhooks.into_iter().map(Into::into).collect() }))
}

pub(super) async fn remove(Writer(project): Writer, PathUuid(id): PathUuid) -> Result<NoContent, ApiError> {
    project.remove_webhook(id).await?;
    Ok(NoContent)
}

#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct DeliveryQuery {
    limit: Option<i64>,
    cursor: Option<i64>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct DeliveryList {
    deliveries: Vec<WireDelivery>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct WireDelivery {
    uuid: Uuid,
    #[schemars(with = "String")]
    event: WebhookEvent,
    data: serde_json::Value,
    /// `delivered`, `pending` or `failed`.
    state: &'static str,
    attempts: i64,
    created_at: Timestamp,
    delivered_at: Option<Timestamp>,
    next_attempt_at: Option<Timestamp>,
    status: Option<i64>,
    failure: Option<String>,
}

impl From<Delivery> for WireDelivery {
    fn from(delivery: Delivery) -> Self {
        Self {
            state: delivery.state(),
            uuid: delivery.notification.id,
            event: delivery.notification.event,
            data: delivery.notification.data,
            attempts: delivery.attempts,
            created_at: delivery.created_at,
            delivered_at: delivery.delivered_at,
            next_attempt_at: delivery.ready_at,
            status: delivery.status,
            failure: delivery.failure,
        }
    }
}

pub(super) async fn deliveries(
    Reader(project): Reader,
    PathUuid(id): PathUuid,
    Query(query): Query<DeliveryQuery>,
) -> Result<Json<DeliveryList>, ApiError> {
    let limit = query.limit.unwrap_or(LIMIT).clamp(1, LIMIT_MAX);
    let deliveries = project.deliveries(id, query.cursor.unwrap_or(0).max(0), limit).await?;
    Ok(Json(DeliveryList { deliveries: deliveries.into_iter().map(Into::into).collect() }))
}

pub(super) async fn redeliver(
    Writer(project): Writer,
    axum::extract::Path((webhook, delivery)): axum::extract::Path<(String, String)>,
) -> Result<AcceptedWithoutBody, ApiError> {
    let (webhook, delivery) =
        (uuid("the uuid of the webhook", &webhook)?, uuid("the uuid of the delivery", &delivery)?);
    project.redeliver(webhook, delivery).await?;
    Ok(AcceptedWithoutBody)
}
