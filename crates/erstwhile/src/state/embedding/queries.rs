//! Vectors of queries by the embedding model, which must come in time: a search does not wait longer for its vector than
//! its setting says, and uses that of the quick embedder otherwise.

use std::sync::Arc;
use std::time::Duration;

use moka::sync::Cache;
use sha2::{Digest, Sha256};
use tokio::sync::{OnceCell, Semaphore};
use tokio::time::timeout;

use super::totals::QueryTotals;
use crate::state::State;
use crate::state::patience::Patience;
use erstwhile_core::error::Result;
use erstwhile_core::model::ProjectId;

/// Maximum number of queries whose vectors are remembered, and for how long.
const REMEMBERED_MAX: u64 = 2_000;
/// See [`REMEMBERED_MAX`].
const REMEMBERED_FOR: Duration = Duration::from_mins(10);
/// Maximum number of queries that are embedded at the same time.
const CONCURRENT_MAX: usize = 64;
/// A vector that is there or on its way: equal queries at the same time are embedded once.
type Vector = Arc<OnceCell<Vec<f32>>>;

/// The vectors of queries.
#[derive(Debug)]
pub(in crate::state) struct Queries {
    /// By a digest of project and query: no text of a user is kept.
    remembered: Cache<[u8; 32], Vector>,
    places: Arc<Semaphore>,
    patience: Patience,
}

impl Queries {
    pub(in crate::state) fn new() -> Self {
        let remembered = Cache::builder().max_capacity(REMEMBERED_MAX).time_to_live(REMEMBERED_FOR).build();
        Self { remembered, places: Arc::new(Semaphore::new(CONCURRENT_MAX)), patience: Patience::default() }
    }
}

impl State {
    /// The vector of a query by the embedding model; `None` without a model, or if it does not answer in time.
    pub(crate) async fn query_vector(self: &Arc<Self>, project: ProjectId, query: &str) -> Option<Vec<f32>> {
        self.parts.embedding_model.as_ref()?;
        let count = |count: fn(&mut QueryTotals)| self.embedding_totals.count(|totals| count(&mut totals.queries));
        let key = Sha256::new().chain_update(project.0.as_bytes()).chain_update(query).finalize().into();
        let vector: Vector = self.queries.remembered.get_with(key, Arc::default);
        if let Some(vector) = vector.get() {
            count(|queries| queries.remembered += 1);
            return Some(vector.clone());
        }
        let place = Arc::clone(&self.queries.places).try_acquire_owned();
        let (Ok(place), false) = (place, self.queries.patience.is_lost()) else {
            count(|queries| queries.skipped += 1);
            return None;
        };
        let (state, query) = (Arc::clone(self), query.to_owned());
        // In a task, which goes on when the search does not wait any more: the next search finds its vector.
        let embedded = tokio::spawn(async move {
            let _place = place;
            vector.get_or_try_init(|| state.embed_query(project, query)).await.cloned()
        });
        match timeout(self.parts.settings.embedding.query_deadline, embedded).await {
            Ok(Ok(Ok(vector))) => {
                self.queries.patience.note(true);
                count(|queries| queries.embedded += 1);
                Some(vector)
            }
            Ok(outcome) => {
                self.queries.patience.note(false);
                if let Ok(Err(error)) = outcome {
                    tracing::warn!(%error, "a query was not embedded; it is searched with the quick embedder");
                }
                count(|queries| queries.failed += 1);
                None
            }
            Err(_) => {
                self.queries.patience.note(false);
                tracing::debug!("a query was not embedded in time; it is searched with the quick embedder");
                count(|queries| queries.late += 1);
                None
            }
        }
    }

    async fn embed_query(self: Arc<Self>, project: ProjectId, query: String) -> Result<Vec<f32>> {
        let Some(model) = &self.parts.embedding_model else { return Ok(Vec::new()) };
        let vectors = self.ask_embedding_model(model, project, vec![query]).await?;
        Ok(vectors.into_iter().next().unwrap_or_default())
    }
}
