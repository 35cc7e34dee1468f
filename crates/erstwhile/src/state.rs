//! State that the facade and the ingestion workers share: the components, the indexes, and a cache of declared
//! settings.

use std::sync::{Arc, Mutex, PoisonError};

use erstwhile_core::error::{Error, Result};
use erstwhile_core::ontology::Ontology;
use erstwhile_core::search::GraphIndex;
use jiff::Timestamp;
use serde_json::Value;
use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::parts::Parts;
use crate::ports::{Embedder, Extractor, Ids};
use crate::store::Store;

mod announcements;
mod backlog;
mod content_policies;
mod declarations;
mod dropped;
pub(crate) mod embedding;
pub(crate) mod erasures;
mod indexes;
mod model_totals;
mod notifications;
mod patience;
mod reranking;
mod turns;
mod unread;

pub(crate) use content_policies::{INCLUDE_VIOLATING, read_policy};
pub use embedding::{EmbeddingTotals, QueryTotals};
pub(crate) use indexes::IndexHandle;
pub use model_totals::ModelTotals;
pub(crate) use model_totals::day_of;
pub(crate) use notifications::read_webhook;
pub use reranking::RerankingTotals;

use announcements::Announcements;
use backlog::Backlog;
use content_policies::PreparedPolicies;
use declarations::Declarations;
use dropped::DroppedClaims;
use embedding::{EmbeddingQueue, Queries, SharedEmbeddingTotals};
use erasures::Erasures;
use indexes::Indexes;
use model_totals::SharedModelTotals;
use reranking::Reranking;
use turns::Turns;
use unread::Unread;

/// The state of one engine in this process.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) parts: Parts,
    indexes: Indexes,
    declarations: Declarations,
    policies: PreparedPolicies,
    announcements: Announcements,
    ingestion_turns: Turns,
    model_turns: Turns,
    unread: Unread,
    backlog: Backlog,
    dropped: DroppedClaims,
    erasures: Erasures,
    damage: Mutex<Vec<String>>,
    traces: Arc<Semaphore>,
    walks: Semaphore,
    model_totals: SharedModelTotals,
    embedding_queue: EmbeddingQueue,
    embedding_totals: SharedEmbeddingTotals,
    queries: Queries,
    reranking: Reranking,
}

impl State {
    pub(crate) fn new(parts: Parts) -> Self {
        let indexes = Indexes::new(parts.settings.index_bytes_max);
        Self {
            parts,
            indexes,
            declarations: Declarations::new(),
            policies: PreparedPolicies::new(),
            announcements: Announcements::default(),
            ingestion_turns: Turns::default(),
            model_turns: Turns::default(),
            unread: Unread::default(),
            backlog: Backlog::default(),
            dropped: DroppedClaims::default(),
            erasures: Erasures::default(),
            damage: Mutex::default(),
            traces: Arc::new(Semaphore::new(1)),
            walks: Semaphore::new(std::thread::available_parallelism().map_or(1, usize::from)),
            model_totals: SharedModelTotals::default(),
            embedding_queue: EmbeddingQueue::default(),
            embedding_totals: SharedEmbeddingTotals::default(),
            queries: Queries::new(),
            reranking: Reranking::default(),
        }
    }

    pub(crate) fn store(&self) -> &Store {
        &self.parts.store
    }

    pub(crate) fn ids(&self) -> &dyn Ids {
        self.parts.ids.as_ref()
    }

    pub(crate) fn extractor(&self) -> Arc<dyn Extractor> {
        Arc::clone(&self.parts.extractor)
    }

    /// Counts of the claims that were dropped while reading episodes.
    pub(crate) fn dropped_claims(&self) -> &DroppedClaims {
        &self.dropped
    }

    /// Waits until no other trace of dropped words is computed.
    pub(crate) async fn trace_turn(&self) -> Result<OwnedSemaphorePermit> {
        let turn = Arc::clone(&self.traces).acquire_owned().await;
        turn.map_err(|_| Error::internal("traces are no longer computed"))
    }

    /// Walks a whole graph, off the asynchronous workers. As many walks run at the same time as there are processors; the
    /// others wait, because what many of them collect would fill the memory.
    pub(crate) async fn walk<T>(&self, index: &IndexHandle, walk: impl FnOnce(&GraphIndex) -> T) -> Result<T> {
        let _turn = self.walks.acquire().await.map_err(|_| Error::internal("graphs are no longer walked"))?;
        index.read_at_length(walk)
    }

    /// The erasures that this process completes.
    pub(crate) fn erasures(&self) -> &Erasures {
        &self.erasures
    }

    /// The damage that was found last.
    pub(crate) fn damage(&self) -> Vec<String> {
        self.damage.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Keeps the damage that was found.
    pub(crate) fn set_damage(&self, damage: &[String]) {
        *self.damage.lock().unwrap_or_else(PoisonError::into_inner) = damage.to_vec();
    }

    /// The current time of the engine's clock.
    pub(crate) fn now(&self) -> Timestamp {
        self.parts.clock.now()
    }

    /// The graphs that this process's workers claim first.
    pub(crate) fn announcements(&self) -> &Announcements {
        &self.announcements
    }
}

/// Does long work in the caller's task, while another thread takes over the other tasks of its worker.
pub(crate) fn off_worker<T>(work: impl FnOnce() -> T) -> T {
    let flavor = Handle::try_current().map(|handle| handle.runtime_flavor());
    match flavor {
        Ok(RuntimeFlavor::MultiThread) => tokio::task::block_in_place(work),
        _ => work(),
    }
}

/// Embeds texts: long ones off the asynchronous workers, because an embedder may compute their vectors itself.
pub(crate) async fn embed(embedder: &dyn Embedder, texts: &[&str]) -> Result<Vec<Vec<f32>>> {
    /// Number of bytes of texts that are embedded in some milliseconds.
    const LONG: usize = 16 << 10;
    let is_long = texts.iter().map(|text| text.len()).sum::<usize>() > LONG;
    match Handle::try_current() {
        Ok(runtime) if is_long && runtime.runtime_flavor() == RuntimeFlavor::MultiThread => {
            off_worker(|| runtime.block_on(embedder.embed(texts)))
        }
        _ => embedder.embed(texts).await,
    }
}

/// Reads stored types.
pub(crate) fn read_ontology(value: Value) -> Result<Ontology> {
    serde_json::from_value(value).map_err(|error| Error::corrupt("a stored ontology is malformed").with_source(error))
}
