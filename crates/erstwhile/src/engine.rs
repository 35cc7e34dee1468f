//! The facade: everything that a shell (HTTP, command line, a program) may ask of the memory.
//!
//! Every call names the project that it acts for; an object of another project is not found.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use moka::sync::Cache;
use uuid::Uuid;

use erstwhile_core::change::{Applied, Batch, Change, Expect};
use erstwhile_core::error::{Error, ErrorKind, Result};
use erstwhile_core::model::{
    ApiKey, BatchId, Graph, GraphId, Metadata, Partition, PartitionId, PartitionOwner, ProjectId, tag_of,
};

use crate::ingestion::{self, Workers};
use crate::parts::Parts;
use crate::ports::{Embedder, Ids};
use crate::state::{IndexHandle, State};
use crate::store::{Locate, QueueDepth, Store};

mod builder;
pub mod compat;
mod context;
mod derived;
mod entities;
mod episodes;
mod export;
mod facts;
mod graph_copies;
mod graphs;
mod groups;
mod imports;
mod keys;
mod listing;
mod messages;
mod search;
mod settings;
mod summaries;
mod templates;
mod threads;
mod user_summaries;
mod users;

pub use builder::EngineBuilder;
pub use context::ContextRequest;
pub use derived::{Community, FoundPatterns, GraphPart};
pub use entities::NodeDraft;
pub use episodes::NewEpisode;
pub use facts::{FactDraft, FactEnd, FactTriple};
pub use graphs::{GraphUpdate, NewGraph};
pub use groups::{MembershipChange, UserGroup};
pub use imports::{ADDED_MAX, ITEMS_MAX, NewImportItem};
pub use keys::{NewKey, RevealedKey};
pub use listing::{Listing, SortBy};
pub use messages::{NewMessage, Posted};
pub use search::Search;
pub use summaries::Summarised;
pub use threads::NewThread;
pub use users::{NewUser, UserUpdate};

use compat::LoadedCollections;
use summaries::SummaryCache;

/// TTL of the API-key cache: a revoked key works for at most this long.
const KEY_TTL: Duration = Duration::from_secs(1);
/// Maximum number of cached keys.
const KEYS_MAX: u64 = 10_000;
/// How often a change of knowledge is attempted when other writers conflict with it.
const CONFLICT_TRIES: usize = 8;
/// How often a change of a record is attempted; each failure means that another writer succeeded.
const RECORD_TRIES: usize = 64;

/// The memory; a cheap clone.
#[derive(Debug, Clone)]
pub struct Engine {
    state: Arc<State>,
    keys: Cache<[u8; 32], ApiKey>,
    collections: LoadedCollections,
    summaries: SummaryCache,
}

/// Whose graph a call is about, in the application's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GraphRef {
    /// The graph of this user.
    User(String),
    /// This standalone graph.
    Graph(String),
}

impl Engine {
    /// An engine over a store, to be configured.
    pub fn builder(store: Store) -> EngineBuilder {
        EngineBuilder::new(store)
    }

    fn new(parts: Parts) -> Self {
        Self {
            state: Arc::new(State::new(parts)),
            keys: Cache::builder().max_capacity(KEYS_MAX).time_to_live(KEY_TTL).build(),
            collections: LoadedCollections::new(),
            summaries: SummaryCache::new(),
        }
    }

    fn store(&self) -> &Store {
        self.state.store()
    }

    fn ids(&self) -> &dyn Ids {
        self.state.ids()
    }

    fn embedder(&self) -> &dyn Embedder {
        self.state.parts.embedder.as_ref()
    }

    async fn index(&self, graph: GraphId) -> Result<IndexHandle> {
        self.state.index(graph).await
    }

    /// The name of the embedding model.
    pub fn embedding_model(&self) -> String {
        self.embedder().model().to_owned()
    }

    /// The present moment by the engine's clock.
    pub fn now(&self) -> Timestamp {
        self.state.now()
    }

    /// The episodes and graphs that wait for ingestion.
    pub async fn queue_depth(&self) -> Result<QueueDepth> {
        self.store().queue_depth().await
    }

    /// Starts workers that ingest what is added, on the current Tokio runtime; stops them when the result is dropped.
    pub fn spawn_workers(&self, count: usize) -> Workers {
        Workers::spawn(&self.state, count)
    }

    /// Ingests the pending episodes of one graph in the caller's task; false when none are pending.
    pub async fn ingest_next(&self) -> Result<bool> {
        ingestion::run_once(&self.state).await
    }

    /// Whether the store answers.
    pub async fn ping(&self) -> Result<()> {
        self.store().ping().await
    }

    /// Removes housekeeping rows that are no longer needed; call it every few minutes.
    pub async fn tidy(&self) -> Result<()> {
        let yesterday = self.now().saturating_sub(jiff::SignedDuration::from_hours(24));
        self.store().forget_applied(yesterday.unwrap_or(Timestamp::MIN)).await
    }

    fn batch(&self, project: ProjectId, partition: Option<PartitionId>, changes: Vec<Change>) -> Batch {
        let id = BatchId(self.ids().next());
        Batch { id, project, partition, expect: Expect::Nothing, at: self.now(), changes }
    }

    async fn apply(
        &self,
        project: ProjectId,
        partition: impl Into<PartitionId>,
        changes: Vec<Change>,
    ) -> Result<Applied> {
        self.store().apply(&self.batch(project, Some(partition.into()), changes)).await
    }

    async fn locate(&self, project: ProjectId, kind: Locate, name: &str, what: &str) -> Result<PartitionId> {
        self.store().locate(project, kind, name).await?.ok_or_else(|| Error::not_found(what))
    }

    async fn locate_graph(&self, project: ProjectId, kind: Locate, name: &str, what: &str) -> Result<GraphId> {
        Ok(self.locate(project, kind, name, what).await?.as_graph())
    }

    /// The graph that holds an object, by the object's uuid.
    async fn graph_of(&self, project: ProjectId, object: Uuid, what: &str) -> Result<GraphId> {
        self.locate_graph(project, Locate::Tag, &tag_of(object), what).await
    }

    /// The id of the graph that a reference means.
    async fn graph_id(&self, project: ProjectId, reference: &GraphRef) -> Result<GraphId> {
        match reference {
            GraphRef::User(user_id) => self.locate_graph(project, Locate::User, user_id, "user").await,
            GraphRef::Graph(graph_id) => self.locate_graph(project, Locate::Graph, graph_id, "graph").await,
        }
    }

    /// A graph by reference.
    pub async fn graph(&self, project: ProjectId, reference: &GraphRef) -> Result<Graph> {
        Ok(self.graph_partition(project, reference).await?.into())
    }

    async fn graph_partition(&self, project: ProjectId, reference: &GraphRef) -> Result<Partition> {
        let graph = self.graph_id(project, reference).await?;
        self.store().find_partition(graph.into()).await?.ok_or_else(|| Error::not_found(noun(reference)))
    }

    /// Adds a partition, with a tag that no other partition of the project has.
    async fn add_partition(
        &self,
        project: ProjectId,
        changes: impl Fn(PartitionId) -> Vec<Change>,
    ) -> Result<PartitionId> {
        let mut tries = 0;
        loop {
            // From a hash, so that the tag is random and not the time of creation.
            let partition = PartitionId(Uuid::new_v5(&Uuid::NAMESPACE_OID, self.ids().next().as_bytes()));
            match self.apply(project, partition, changes(partition)).await {
                // Nothing in such a batch can conflict but the tag.
                Err(error) if error.kind() == ErrorKind::Conflict && tries < CONFLICT_TRIES => tries += 1,
                Err(error) => return Err(error),
                Ok(_) => return Ok(partition),
            }
        }
    }

    /// Adds a graph, see [`add_partition`](Self::add_partition).
    async fn add_graph(&self, project: ProjectId, changes: impl Fn(GraphId) -> Vec<Change>) -> Result<GraphId> {
        let partition = self.add_partition(project, |partition| changes(partition.as_graph())).await?;
        Ok(partition.as_graph())
    }

    /// Removes a partition with everything in it, in memory and in the database's files, too.
    async fn remove_partition(
        &self,
        project: ProjectId,
        partition: impl Into<PartitionId>,
        owner: PartitionOwner,
    ) -> Result<()> {
        let partition = partition.into();
        self.apply(project, partition, vec![Change::RemovePartition(owner)]).await?;
        self.state.drop_index(partition.as_graph());
        self.summaries.forget(partition.as_graph());
        self.store().scrub().await
    }

    /// Changes knowledge that was computed from what is stored: reads, decides, writes, and begins
    /// again when somebody else was faster.
    async fn change_knowledge<T: Send>(
        &self,
        project: ProjectId,
        graph: GraphId,
        decide: impl Fn(&erstwhile_core::search::GraphIndex) -> Result<(Vec<Change>, T)> + Send + Sync,
    ) -> Result<T> {
        let mut last = Error::new(ErrorKind::Conflict, "the graph keeps changing");
        for _ in 0..CONFLICT_TRIES {
            let row = self.store().find_partition(graph.into()).await?.ok_or_else(|| Error::not_found("graph"))?;
            let index = self.index(graph).await?;
            let (changes, result) = index.read(&decide)??;
            let mut batch = self.batch(project, Some(graph.into()), changes);
            batch.expect = Expect::Revision(row.revision);
            match self.store().apply(&batch).await {
                Ok(_) => return Ok(result),
                Err(error) if error.kind() == ErrorKind::Conflict => last = error,
                Err(error) => return Err(error),
            }
        }
        Err(last)
    }

    /// When a record that was seen changes: never the moment of the change before, because that moment is
    /// how one tells whether the record is still as it was seen.
    fn after(&self, seen: Timestamp) -> Timestamp {
        let next = seen.saturating_add(jiff::SignedDuration::from_micros(1)).unwrap_or(Timestamp::MAX);
        self.now().max(next)
    }
}

/// Counts the tries of a change that reads a record and writes it only when it is still as it was read, so
/// that nobody's change is lost.
struct Tries(usize);

impl Tries {
    fn new() -> Self {
        Self(RECORD_TRIES)
    }

    /// Whether to read and try again: somebody else wrote meanwhile, which happens only so often.
    ///
    /// # Errors
    /// The error, when it is another one or there were too many.
    fn again(&mut self, error: Error) -> Result<()> {
        self.0 = self.0.saturating_sub(1);
        if error.kind() == ErrorKind::Conflict && self.0 > 0 { Ok(()) } else { Err(error) }
    }
}

fn noun(reference: &GraphRef) -> &'static str {
    match reference {
        GraphRef::User(_) => "user",
        GraphRef::Graph(_) => "graph",
    }
}

/// Refuses an empty id or one that is too long.
fn check_id(name: &str, id: &str) -> Result<()> {
    /// Characters of an application's own id, at most.
    const ID_CHARACTERS_MAX: usize = 1_000;
    /// Bytes of an application's own id, at most: PostgreSQL's indexes hold keys of 2,704.
    const ID_BYTES_MAX: usize = 2_000;
    if id.trim().is_empty() {
        return Err(Error::invalid(format!("{name} must not be empty")));
    }
    if id.chars().count() > ID_CHARACTERS_MAX {
        return Err(Error::invalid(format!("{name} must have at most {ID_CHARACTERS_MAX} characters")));
    }
    if id.len() > ID_BYTES_MAX {
        return Err(Error::invalid(format!("{name} must have at most {ID_BYTES_MAX} bytes")));
    }
    if id.chars().any(|character| character == '\0') {
        return Err(Error::invalid(format!("{name} must not contain a null character")));
    }
    Ok(())
}

/// Refuses a time zone that nobody knows.
fn check_time_zone(time_zone: Option<&str>) -> Result<()> {
    match time_zone {
        Some(name) if jiff::tz::TimeZone::get(name).is_err() => {
            Err(Error::invalid(format!("time_zone must be an IANA time zone, not `{name}`")))
        }
        _ => Ok(()),
    }
}

/// Merges objects inside objects; a null deletes its key.
fn merge_deeply(target: &mut Metadata, patch: Metadata) {
    for (key, value) in patch {
        match (target.get_mut(&key), value) {
            (_, serde_json::Value::Null) => {
                target.remove(&key);
            }
            (Some(serde_json::Value::Object(inner)), serde_json::Value::Object(patch)) => merge_deeply(inner, patch),
            (_, value) => {
                target.insert(key, value);
            }
        }
    }
}
