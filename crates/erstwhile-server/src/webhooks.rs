//! Delivers what webhooks are told. Deliveries are stored with what happened; every process claims those that are due,
//! so each is made by one process at a time, and again if that process was killed before it recorded the answer.

use std::time::Duration;

use erstwhile::Engine;
use erstwhile::engine::{ClaimedDelivery, DeliveryOutcome};
use erstwhile::model::{Delivery, Webhook};
use jiff::SignedDuration;
use reqwest::Client;
use reqwest::header::{CONTENT_TYPE, USER_AGENT};
use serde_json::json;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

mod addresses;
mod signature;

pub use signature::new_secret;

pub use self::addresses::check_url;
use self::addresses::{Resolver, client};
use crate::settings::WebhookSettings;

/// How often a sender looks for deliveries when there are none.
const POLL: Duration = Duration::from_millis(500);
/// How long recording the end of an attempt may take.
const RECORDING: SignedDuration = SignedDuration::from_secs(10);
/// How long a sender waits after the database did not answer.
const REST: Duration = Duration::from_secs(5);
/// The longest pause between two attempts.
const PAUSE_MAX_MS: u64 = 6 * 60 * 60 * 1_000;

/// Delivers until cancelled; completes the deliveries that it makes.
pub async fn deliver(engine: Engine, settings: WebhookSettings, stop: CancellationToken) {
    let client = match client(&settings) {
        Ok(client) => client,
        Err(error) => {
            tracing::error!(%error, "webhooks cannot be delivered");
            return;
        }
    };
    let timeout = i64::try_from(settings.timeout_s).unwrap_or(i64::MAX);
    let lease = SignedDuration::from_secs(timeout).saturating_add(RECORDING);
    let mut attempts = JoinSet::new();
    while !stop.is_cancelled() {
        let pause = match engine.claim_delivery(lease).await {
            Ok(Some(claimed)) => {
                attempts.spawn(attempt(engine.clone(), client.clone(), settings.clone(), claimed));
                Duration::ZERO
            }
            Ok(None) => POLL,
            Err(error) => {
                tracing::warn!(%error, "cannot look for deliveries of webhooks");
                REST
            }
        };
        tokio::select! {
            () = stop.cancelled() => break,
            () = tokio::time::sleep(pause), if !pause.is_zero() => {}
            // Also when nothing is due, so that the list of attempts does not grow.
            Some(_) = attempts.join_next(), if attempts.len() >= settings.senders || !pause.is_zero() => {}
            () = std::future::ready(()), if pause.is_zero() && attempts.len() < settings.senders => {}
        }
    }
    while attempts.join_next().await.is_some() {}
}

async fn attempt(engine: Engine, client: Client, settings: WebhookSettings, claimed: ClaimedDelivery) {
    let ClaimedDelivery { delivery, webhook } = claimed;
    let (status, failure) = match &webhook {
        Some(webhook) => send(&engine, &client, &settings, &delivery, webhook).await,
        None => (None, Some("the webhook was removed".to_owned())),
    };
    let pause = pause_after(settings.retry_ms, delivery.attempts);
    if let Err(error) = engine.finish_delivery(&delivery, DeliveryOutcome { status, failure, pause }).await {
        tracing::warn!(%error, "the end of a delivery cannot be recorded; it will be repeated");
    }
}

/// The pause after an attempt.
fn pause_after(first_ms: u64, attempts: i64) -> SignedDuration {
    let doublings = u32::try_from(attempts.saturating_sub(1).clamp(0, 20)).unwrap_or(0);
    let pause = first_ms.saturating_mul(4_u64.saturating_pow(doublings)).min(PAUSE_MAX_MS);
    SignedDuration::from_millis(i64::try_from(pause).unwrap_or(i64::MAX))
}

/// The status of the answer, and why the attempt failed.
async fn send(
    engine: &Engine,
    client: &Client,
    settings: &WebhookSettings,
    delivery: &Delivery,
    webhook: &Webhook,
) -> (Option<u16>, Option<String>) {
    let url = match check_url(&webhook.url, settings.allow_private_addresses) {
        Ok(url) => url,
        Err(reason) => return (None, Some(reason)),
    };
    let notification = &delivery.notification;
    let body = json!({
        "type": notification.event.as_str(), "timestamp": delivery.created_at, "data": notification.data,
    })
    .to_string();
    // As it is listed among the deliveries, so that a receiver's log and the list can be compared.
    let (id, now) = (notification.id.to_string(), engine.now().as_second());
    let signature = match signature::sign(&webhook.secret, &id, now, &body) {
        Ok(signature) => signature,
        Err(reason) => return (None, Some(reason)),
    };
    let request = client
        .post(url)
        .header(CONTENT_TYPE, "application/json")
        .header(USER_AGENT, concat!("erstwhile/", env!("CARGO_PKG_VERSION")))
        .header("webhook-id", id)
        .header("webhook-timestamp", now)
        .header("webhook-signature", signature)
        .body(body);
    match request.send().await {
        Ok(answer) if answer.status().is_success() => (Some(answer.status().as_u16()), None),
        // Redirects are not followed: the new address was never checked by the operator.
        Ok(answer) => {
            let status = answer.status().as_u16();
            (Some(status), Some(format!("the receiver answered with {status}")))
        }
        Err(error) if error.is_timeout() => (None, Some("the receiver did not answer in time".to_owned())),
        Err(error) if Resolver::refused(&error) => (None, Some(addresses::PRIVATE.to_owned())),
        // Other reasons may contain what the receiver sent.
        Err(_) => (None, Some("the receiver cannot be reached".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_six_hours() {
        let seconds = |attempts| pause_after(5_000, attempts).as_secs();
        assert_eq!([1, 2, 3, 9, 1_000].map(seconds), [5, 20, 80, 21_600, 21_600]);
    }
}
