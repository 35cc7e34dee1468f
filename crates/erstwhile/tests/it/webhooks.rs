//! Webhooks are told what happened, once for each event, with ids and counts only.

use erstwhile::ErrorKind;
use erstwhile::engine::{DeliveryOutcome, GraphRef, NewEpisode, NewImportItem};
use erstwhile::model::{Delivery, ImportTarget, Metadata, WebhookEvent};
use jiff::SignedDuration;
use serde_json::Value;

use crate::world::{World, likes};

const LEASE: SignedDuration = SignedDuration::from_secs(60);
const URL: &str = "https://example.org/hook";

fn ok() -> DeliveryOutcome {
    DeliveryOutcome { status: Some(200), failure: None, pause: SignedDuration::ZERO }
}

fn failed() -> DeliveryOutcome {
    DeliveryOutcome { status: Some(500), failure: Some("no".to_owned()), pause: SignedDuration::from_secs(5) }
}

/// Delivers everything that is due.
async fn delivered(world: &World) -> Vec<Delivery> {
    let mut deliveries = Vec::new();
    while let Some(claimed) = world.engine.claim_delivery(LEASE).await.unwrap() {
        assert_eq!(claimed.webhook.expect("a webhook").url, URL);
        world.engine.finish_delivery(&claimed.delivery, ok()).await.unwrap();
        deliveries.push(claimed.delivery);
    }
    deliveries
}

fn data(deliveries: &[Delivery], event: WebhookEvent) -> Vec<&Value> {
    let of = deliveries.iter().filter(|delivery| delivery.notification.event == event);
    of.map(|delivery| &delivery.notification.data).collect()
}

async fn add(world: &World, events: &[WebhookEvent]) -> uuid::Uuid {
    let project = world.engine.project(world.project);
    project.add_webhook(URL, events.to_vec(), "whsec_c2VjcmV0".to_owned()).await.unwrap().id
}

#[tokio::test]
async fn a_webhook_is_told_of_episodes_tasks_and_erasures_without_anybodys_words() {
    let world = World::new().await;
    add(&world, &WebhookEvent::ALL).await;
    let other = world.engine.project(world.engine.ensure_project("other").await.unwrap().id);
    other.add_webhook("https://example.com", WebhookEvent::ALL.to_vec(), String::new()).await.unwrap();
    world.script.answer("likes tea", likes("likes tea", "tea"));
    world.script.fail("poison", Some(ErrorKind::Invalid));
    let first = world.say("2025-01-01T00:00:00Z", "likes tea").await;
    let second = world.say("2025-01-01T00:00:00Z", "poison").await;
    assert_eq!(delivered(&world).await, []);
    world.ingest().await;
    let told = delivered(&world).await;
    let episodes = data(&told, WebhookEvent::EpisodeProcessed);
    let status = |id: uuid::Uuid| {
        let found = episodes.iter().find(|data| data["episode_uuid"] == id.to_string());
        found.expect("an episode")["status"].clone()
    };
    assert_eq!((episodes.len(), status(first.0), status(second.0)), (2, "processed".into(), "failed".into()));
    let mut tasks: Vec<&Value> = data(&told, WebhookEvent::TaskFinished).iter().map(|data| &data["status"]).collect();
    tasks.sort_by_key(ToString::to_string);
    assert_eq!(tasks, ["failed", "succeeded"]);
    assert_eq!(told.len(), 4);
    assert!(told.iter().all(|delivery| !format!("{delivery:?}").contains("tea")), "{told:?}");
    assert_eq!(delivered(&world).await, [], "nothing is told twice");

    world.engine.project(world.project).user("ann").delete().await.unwrap();
    let told = delivered(&world).await;
    assert_eq!(data(&told, WebhookEvent::ErasureFinished).len(), 1, "{told:?}");
}

#[tokio::test]
async fn a_webhook_is_told_of_an_import_job_and_only_of_its_own_events() {
    let world = World::new().await;
    add(&world, &[WebhookEvent::ImportFinished]).await;
    let project = world.engine.project(world.project);
    let job = project.create_import(Metadata::new(), Vec::new(), false).await.unwrap();
    let item = NewImportItem {
        target: ImportTarget::User("ann".to_owned()),
        role: None,
        name: None,
        episode: NewEpisode::text("likes tea"),
    };
    project.import_job(job.id).add_items(vec![item]).await.unwrap();
    project.import_job(job.id).start().await.unwrap();
    for _ in 0..5 {
        world.ingest().await;
        world.clock.advance_s(1);
    }
    let told = delivered(&world).await;
    assert_eq!(told.len(), 1, "{told:?}");
    let data = &told[0].notification.data;
    assert_eq!(data["batch_uuid"], job.id.0.to_string());
    assert_eq!((&data["status"], &data["succeeded"]), (&"succeeded".into(), &1.into()));
    assert!(project.graph(GraphRef::User("ann".to_owned())).get().await.is_ok());
}

#[tokio::test]
async fn a_delivery_is_tried_again_until_it_succeeds_and_can_be_repeated() {
    let world = World::new().await;
    let project = world.engine.project(world.project);
    let webhook = add(&world, &[WebhookEvent::TaskFinished]).await;
    world.say("2025-01-01T00:00:00Z", "likes tea").await;
    world.ingest().await;
    let claimed = world.engine.claim_delivery(LEASE).await.unwrap().expect("a delivery").delivery;
    assert!(world.engine.claim_delivery(LEASE).await.unwrap().is_none(), "it is claimed by one at a time");
    world.engine.finish_delivery(&claimed, failed()).await.unwrap();
    assert!(world.engine.claim_delivery(LEASE).await.unwrap().is_none(), "it waits for the next attempt");
    world.clock.advance_s(6);
    // This sender is killed before it tells how the attempt ended.
    let lost = world.engine.claim_delivery(LEASE).await.unwrap().expect("a delivery").delivery;
    world.clock.advance_s(61);
    let again = world.engine.claim_delivery(LEASE).await.unwrap().expect("a delivery").delivery;
    assert_eq!((again.attempts, again.notification.id), (3, claimed.notification.id));
    world.engine.finish_delivery(&again, ok()).await.unwrap();
    // It was not killed after all, but is too late to say anything.
    world.engine.finish_delivery(&lost, failed()).await.unwrap();
    let listed = project.deliveries(webhook, 0, 9).await.unwrap();
    assert_eq!((listed.len(), listed[0].state(), listed[0].status), (1, "delivered", Some(200)));

    project.redeliver(webhook, claimed.notification.id).await.unwrap();
    for _ in 0..10 {
        let claimed = world.engine.claim_delivery(LEASE).await.unwrap().expect("a delivery").delivery;
        world.engine.finish_delivery(&claimed, failed()).await.unwrap();
        world.clock.advance_s(6);
    }
    assert!(world.engine.claim_delivery(LEASE).await.unwrap().is_none(), "it is given up");
    assert_eq!(project.deliveries(webhook, 0, 9).await.unwrap()[0].state(), "failed");
    assert!(project.redeliver(webhook, uuid::Uuid::nil()).await.is_err());

    world.clock.advance_s(8 * 24 * 60 * 60);
    world.engine.remove_obsolete_rows().await.unwrap();
    assert_eq!(project.deliveries(webhook, 0, 9).await.unwrap(), []);
}

#[tokio::test]
async fn a_removed_webhook_is_told_nothing_and_leaves_nothing() {
    let world = World::new().await;
    let project = world.engine.project(world.project);
    let webhook = add(&world, &[WebhookEvent::TaskFinished]).await;
    world.say("2025-01-01T00:00:00Z", "likes tea").await;
    world.ingest().await;
    project.remove_webhook(webhook).await.unwrap();
    assert!(world.engine.claim_delivery(LEASE).await.unwrap().is_none());
    world.say("2025-01-02T00:00:00Z", "likes tea").await;
    world.ingest().await;
    assert!(world.engine.claim_delivery(LEASE).await.unwrap().is_none());
    assert_eq!(project.deliveries(webhook, 0, 9).await.unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(project.remove_webhook(webhook).await.unwrap_err().kind(), ErrorKind::NotFound);
    let no_event = project.add_webhook(URL, Vec::new(), String::new()).await.unwrap_err();
    assert_eq!(no_event.kind(), ErrorKind::Invalid);
}
