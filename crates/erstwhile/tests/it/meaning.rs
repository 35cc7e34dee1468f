//! What is found by meaning, while vectors are still to come and when they do not come at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use erstwhile::engine::Search;
use erstwhile::engine::compat::{DocumentSearch, NewCollection, NewDocument};
use erstwhile::error::{Error, Result};
use erstwhile::model::EpisodeId;
use erstwhile::ports::Embedder;
use tokio::sync::Semaphore;

use crate::world::World;

/// Everything is near everything; only queries, which are one word, are embedded freely.
#[derive(Debug)]
struct Grudging {
    failures: AtomicUsize,
    entered: Semaphore,
    permits: Semaphore,
}

impl Grudging {
    fn new(failures: usize, permits: usize) -> Arc<Self> {
        let (entered, permits) = (Semaphore::new(0), Semaphore::new(permits));
        Arc::new(Self { failures: AtomicUsize::new(failures), entered, permits })
    }
}

#[async_trait]
impl Embedder for Grudging {
    fn model(&self) -> &'static str {
        "grudging"
    }

    fn dimensions(&self) -> usize {
        8
    }

    async fn embed(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>> {
        if texts.iter().any(|text| text.contains("cats")) {
            if self.failures.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok() {
                return Err(Error::internal("no vectors today"));
            }
            self.entered.add_permits(1);
            let _permit = self.permits.acquire().await.expect("an open semaphore");
        }
        Ok(texts.iter().map(|_| vec![1.0; 8]).collect())
    }
}

async fn found(world: &World) -> Result<Vec<EpisodeId>> {
    let found =
        world.engine.project(world.project).graph(world.graph()).search_episodes(Search::new("pets", 5)).await?;
    Ok(found.into_iter().map(|hit| hit.item.id).collect())
}

#[tokio::test]
async fn a_message_whose_vector_failed_is_found_when_it_comes() {
    let world = World::with_embedder(Grudging::new(1, 1)).await;
    let id = world.say("2025-05-01T10:00:00Z", "I keep two cats").await;
    found(&world).await.expect_err("no vector");
    assert_eq!(found(&world).await.unwrap(), [id]);
}

#[tokio::test]
async fn a_search_waits_for_vectors_that_another_search_is_fetching() {
    let embedder = Grudging::new(0, 0);
    let world = World::with_embedder(Arc::clone(&embedder) as Arc<dyn Embedder>).await;
    let id = world.say("2025-05-01T10:00:00Z", "I keep two cats").await;
    let first = found(&world);
    let second = async {
        embedder.entered.acquire().await.expect("an open semaphore").forget();
        let search = found(&world);
        tokio::pin!(search);
        // One that does not wait is done long before; one that waits is let go then.
        match tokio::time::timeout(Duration::from_millis(200), &mut search).await {
            Ok(early) => {
                embedder.permits.add_permits(1);
                early
            }
            Err(_) => {
                embedder.permits.add_permits(1);
                search.await
            }
        }
    };
    let (first, second) = tokio::join!(first, second);
    assert_eq!((first.unwrap(), second.unwrap()), (vec![id], vec![id]));
}

#[tokio::test]
async fn a_message_is_found_although_whoever_asked_first_went_away() {
    let embedder = Grudging::new(0, 0);
    let world = World::with_embedder(Arc::clone(&embedder) as Arc<dyn Embedder>).await;
    let id = world.say("2025-05-01T10:00:00Z", "I keep two cats").await;
    tokio::select! {
        biased;
        early = found(&world) => assert!(early.is_err(), "nobody has let it go"),
        _ = embedder.entered.acquire() => {}
    }
    embedder.permits.add_permits(1);
    assert_eq!(found(&world).await.unwrap(), [id]);
}

#[tokio::test]
async fn a_search_over_documents_brings_their_vectors_whoever_made_them() {
    let world = World::new().await;
    for is_auto_embedded in [true, false] {
        let name = format!("texts{is_auto_embedded}");
        let collection = NewCollection { name: name.clone(), is_auto_embedded, ..NewCollection::default() };
        world.engine.project(world.project).add_collection(collection).await.unwrap();
        let vector = vec![1.0; 64];
        let embedding = (!is_auto_embedded).then(|| vector.clone());
        let document = NewDocument { content: "two cats".to_owned(), embedding, ..NewDocument::default() };
        let id = world.engine.project(world.project).collection(&name).add_documents(vec![document]).await.unwrap()[0];
        let search = DocumentSearch { embedding: Some(vector), limit: 1, ..Default::default() };
        let found = world.engine.project(world.project).collection(&name).search(search).await.unwrap();
        let document = world.engine.project(world.project).collection(&name).document(id).await.unwrap();
        assert!(document.embedding.is_some());
        assert_eq!(found.documents[0].0.embedding, document.embedding);
    }
}
