//! The facade: what an HTTP server, a command line or any other program calls.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use erstwhile_core::error::Result;
use erstwhile_core::model::ApiKey;
use jiff::Timestamp;
use moka::sync::Cache;

use crate::ingestion::{self, Workers};
use crate::parts::Parts;
use crate::ports::{Embedder, Ids};
use crate::state::{EmbeddingTotals, ModelTotals, RerankingTotals, State, embedding};
use crate::store::{Queue, QueueDepth, Store};

mod answerability;
mod audit;
mod builder;
mod checks;
pub mod compat;
mod content_policies;
mod context;
mod derived;
mod dropped;
mod entities;
mod episodes;
mod export;
mod facts;
mod graph_copies;
mod graphs;
mod groups;
mod handles;
mod health;
mod hyperedges;
mod imports;
mod ingestion_traces;
mod keys;
mod listing;
mod messages;
mod model_readings;
mod policy_sets;
mod questions;
mod repeatable;
mod reranking;
mod search;
mod server_uuids;
mod settings;
mod stated;
mod summaries;
mod tasks;
mod templates;
mod threads;
mod user_summaries;
mod users;
mod warm_up;
mod webhooks;
mod why;
mod writes;
mod written_summaries;

pub use crate::store::sql::DamageSearch;
pub use crate::store::{AuditHead, BrokenRecord, DayUsage, ErasureReceipt, ErasureState, StoreSize};
pub use audit::{AUDIT_PAGE_MAX, AuditQuery, AuditScope, Audited};
pub use builder::EngineBuilder;
pub use content_policies::{NewCategory, NewPolicy, NewRule, PolicyOutcome};
pub use context::ContextRequest;
pub use derived::{Community, FoundPatterns, GraphPart};
pub use dropped::{EpisodeTrace, TRACED_TOGETHER};
pub use entities::NodeDraft;
pub use episodes::NewEpisode;
pub use facts::{FactDraft, FactEnd, FactTriple};
pub use graphs::{GraphSize, GraphUpdate, NewGraph};
pub use groups::MembershipChange;
pub use handles::{
    CollectionHandle, GraphHandle, GraphRef, GroupHandle, ImportHandle, ProjectHandle, ThreadHandle, UserHandle,
};
pub use hyperedges::{Hyperedge, HyperedgeDraft, HyperedgeEdge, HyperedgeEnd};
pub use imports::{ADDED_MAX, ITEMS_MAX, NewImportItem};
pub use ingestion_traces::{IngestionTrace, TracedClaim, TracedName};
pub use keys::{NewKey, RevealedKey};
pub use listing::{Listing, SortBy};
pub use messages::{NewMessage, Posted};
pub use model_readings::{TaskReadings, USAGE_DAYS_MAX};
pub use policy_sets::{GrantedGraphs, NewPolicySet};
pub use questions::Answer;
pub use search::Search;
pub use server_uuids::LocatedGraph;
pub use summaries::SummaryKind;
pub use tasks::ListedTasks;
pub use templates::TemplateRef;
pub use threads::NewThread;
pub use users::{NewUser, UserUpdate};
pub use webhooks::{ClaimedDelivery, DeliveryOutcome, WEBHOOKS_MAX};
pub use why::{ChangesSince, Claim, FactClosing, FactOrigin};

use compat::{FilterTurns, LoadedCollections};
use summaries::SummaryCache;

/// TTL of the API-key cache: on other servers, a revoked key still works for at most this long.
const KEY_TTL: Duration = Duration::from_secs(1);
/// Maximum number of cached keys.
const KEYS_MAX: u64 = 10_000;

/// The entry point to the memory. Cloning it is cheap.
#[derive(Debug, Clone)]
pub struct Engine {
    state: Arc<State>,
    keys: Cache<[u8; 32], ApiKey>,
    collections: LoadedCollections,
    summaries: SummaryCache,
    filter_turns: Arc<FilterTurns>,
}

impl Engine {
    fn store(&self) -> &Store {
        self.state.store()
    }

    fn ids(&self) -> &dyn Ids {
        self.state.ids()
    }

    fn embedder(&self) -> &dyn Embedder {
        self.state.parts.embedder.as_ref()
    }

    /// Vectors of texts by the embedder.
    async fn embed(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>> {
        crate::state::embed(self.embedder(), texts).await
    }

    /// Returns a builder for an engine that uses this store.
    pub fn builder(store: Store) -> EngineBuilder {
        EngineBuilder::new(store)
    }

    fn new(parts: Parts) -> Self {
        Self {
            state: Arc::new(State::new(parts)),
            keys: Cache::builder().max_capacity(KEYS_MAX).time_to_live(KEY_TTL).build(),
            collections: LoadedCollections::new(),
            summaries: SummaryCache::new(),
            filter_turns: Arc::new(FilterTurns::new()),
        }
    }

    /// The name of the embedding model.
    pub fn embedding_model(&self) -> String {
        self.embedder().model().to_owned()
    }

    /// The current time of the engine's clock.
    pub fn now(&self) -> Timestamp {
        self.state.now()
    }

    /// The numbers of episodes and graphs that wait for ingestion.
    pub async fn queue_depth(&self) -> Result<QueueDepth> {
        self.store().queue_depth(Queue::Ingestion).await
    }

    /// Whether so many episodes wait for ingestion that more are refused.
    pub async fn is_queue_full(&self) -> Result<bool> {
        self.state.is_queue_full().await
    }

    /// How many requests this process refused because too many episodes wait for ingestion, by what had no room: `queue`,
    /// `project` or `graph`.
    pub fn refused_for_room(&self) -> BTreeMap<&'static str, u64> {
        self.state.refused_for_room()
    }

    /// The length of the queue of the language model.
    pub async fn model_queue_depth(&self) -> Result<QueueDepth> {
        self.store().queue_depth(Queue::Model).await
    }

    /// How many claims and statements this process dropped while reading episodes, by reason.
    ///
    /// The log names their episodes, at the level `debug`.
    pub fn dropped_claims(&self) -> BTreeMap<&'static str, u64> {
        self.state.dropped_claims().counts()
    }

    /// Starts ingestion workers on the current Tokio runtime; they stop when the result is dropped.
    pub fn spawn_workers(&self, count: usize) -> Workers {
        Workers::spawn(&self.state, count)
    }

    /// Ingests the pending episodes of one graph in the caller's task; false when none are pending.
    pub async fn ingest_next(&self) -> Result<bool> {
        ingestion::run_once(&self.state).await
    }

    /// Reads some waiting episodes of one graph with the language model, in the caller's task; false when none were
    /// waiting.
    pub async fn read_next_with_model(&self) -> Result<bool> {
        ingestion::read_once_with_model(&self.state).await
    }

    /// Embeds some texts of one graph with the embedding model, in the caller's task; false when none waits, or all wait
    /// for a later attempt.
    pub async fn embed_next(&self) -> bool {
        embedding::embed_one_graph(&self.state).await
    }

    /// What the embedding model did and consumed since the process started.
    pub fn embedding_totals(&self) -> EmbeddingTotals {
        self.state.embedding_totals()
    }

    /// What the reranking model did and consumed since the process started.
    pub fn reranking_totals(&self) -> RerankingTotals {
        self.state.reranking_totals()
    }

    /// What the language model consumed and read since the process started.
    pub fn model_totals(&self) -> ModelTotals {
        self.state.model_totals()
    }

    /// Removes housekeeping rows that are no longer needed; call it about every hour.
    pub async fn remove_obsolete_rows(&self) -> Result<()> {
        let yesterday = self.now().saturating_sub(jiff::SignedDuration::from_hours(24));
        self.store().remove_applied_batches(yesterday.unwrap_or(Timestamp::MIN)).await?;
        self.remove_old_deliveries().await
    }
}
