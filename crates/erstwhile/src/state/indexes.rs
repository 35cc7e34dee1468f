//! The indexes in memory: built on first use, brought up to date before each read, evicted by size.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, RwLock, RwLockReadGuard, RwLockWriteGuard, TryLockError};

use jiff::Timestamp;
use moka::sync::Cache;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::{State, embed, off_worker, read_ontology};
use crate::ports::Embedder;
use crate::store::SettingScope;
use erstwhile_core::error::{Error, Result};
use erstwhile_core::evidence::Evidence;
use erstwhile_core::model::{GraphId, ProjectId, Setting, SettingKind};
use erstwhile_core::ontology::Ontology;
use erstwhile_core::search::{GraphIndex, ModelText, PendingEmbedding};

/// Number of texts that are embedded in one call.
const EMBEDDED_TOGETHER: usize = 256;

#[derive(Debug)]
pub(super) struct Indexes {
    cache: Cache<GraphId, Arc<Slot>>,
}

#[derive(Debug)]
pub(super) struct Slot {
    content: RwLock<Content>,
    /// Held during a refresh, so that only one runs at a time.
    refreshing: Arc<Mutex<()>>,
    /// Held while texts are embedded by the model; the number of failures in a row.
    pub(super) embedding: Mutex<u32>,
    /// The number of stored vectors of the model, as far as this process has stored them.
    stored_vectors: AtomicUsize,
    /// Whether there may be stored vectors of other models.
    has_older_vectors: AtomicBool,
    /// Size in kibibytes at the last refresh, for the cache.
    kibibytes: AtomicU32,
    /// The project that the graph belongs to.
    project: ProjectId,
    /// Identifies the declared types and the content policy with which the index was built.
    declared: DeclaredStamp,
}

/// An index with the texts that have no vectors yet.
#[derive(Debug)]
struct Content {
    index: GraphIndex,
    pending: VecDeque<PendingEmbedding>,
}

impl Slot {
    fn read(&self) -> Result<RwLockReadGuard<'_, Content>> {
        self.content.read().map_err(|_| Error::internal("an index is poisoned"))
    }

    fn write(&self) -> Result<RwLockWriteGuard<'_, Content>> {
        self.content.write().map_err(|_| Error::internal("an index is poisoned"))
    }

    /// Applies new evidence; its texts wait for their vectors.
    fn apply(&self, evidence: Evidence) -> Result<()> {
        let mut content = self.write()?;
        let pending = content.index.apply(evidence);
        content.pending.extend(pending);
        Ok(())
    }

    /// Adds the vectors of the texts that have waited longest.
    fn embed(&self, vectors: &[Vec<f32>]) -> Result<()> {
        let mut content = self.write()?;
        let count = vectors.len().min(content.pending.len());
        let texts: Vec<PendingEmbedding> = content.pending.drain(..count).collect();
        content.index.embed(&texts, vectors);
        Ok(())
    }

    /// The project that the graph belongs to.
    pub(super) fn project(&self) -> ProjectId {
        self.project
    }

    /// Some texts that wait for the embedding model.
    pub(super) fn texts_for_model(&self, max: usize) -> Result<Vec<ModelText>> {
        Ok(self.write()?.index.texts_for_model(max))
    }

    /// Whether a text waits for the embedding model.
    pub(super) fn awaits_model_vectors(&self) -> bool {
        self.read().is_ok_and(|content| content.index.awaits_model_vectors())
    }

    /// Sets the vectors of texts by the embedding model.
    pub(super) fn put_model_vectors<'a>(
        &self,
        vectors: impl Iterator<Item = (&'a ModelText, Vec<Vec<f32>>)>,
    ) -> Result<()> {
        let mut content = self.write()?;
        vectors.for_each(|(text, vectors)| content.index.put_model_vectors(text, &vectors));
        Ok(())
    }

    /// Counts vectors that were stored.
    pub(super) fn count_stored_vectors(&self, count: usize) {
        self.stored_vectors.fetch_add(count, Ordering::Relaxed);
    }

    /// The number of vectors that this process has stored, or has counted.
    pub(super) fn stored_vectors(&self) -> usize {
        self.stored_vectors.load(Ordering::Relaxed)
    }

    /// Sets the number of stored vectors.
    pub(super) fn set_stored_vectors(&self, count: usize) {
        self.stored_vectors.store(count, Ordering::Relaxed);
    }

    /// Whether there may be stored vectors of models that are not used any more; the first caller is to remove them.
    pub(super) fn take_older_vectors(&self) -> bool {
        self.has_older_vectors.swap(false, Ordering::Relaxed)
    }

    /// Whether everything up to a version can be found by keyword and by meaning.
    ///
    /// False while a refresh is under way, which may take seconds.
    fn shows(&self, version: i64) -> Result<bool> {
        match self.content.try_read() {
            Ok(content) => Ok(content.index.version >= version && content.pending.is_empty()),
            Err(TryLockError::WouldBlock) => Ok(false),
            Err(TryLockError::Poisoned(_)) => Err(Error::internal("an index is poisoned")),
        }
    }
}

/// When the types of a graph and of its project were last declared.
type TypesStamp = [Option<Timestamp>; 2];

/// When what an index is built with was declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct DeclaredStamp {
    types: TypesStamp,
    policy: Option<Timestamp>,
}

/// An index that includes at least what was stored when it was requested.
#[derive(Debug, Clone)]
pub(crate) struct IndexHandle {
    graph: GraphId,
    slot: Arc<Slot>,
}

impl Indexes {
    pub(super) fn new(bytes_max: u64) -> Self {
        let cache = Cache::builder()
            .max_capacity(bytes_max / 1024)
            .weigher(|_, slot: &Arc<Slot>| slot.kibibytes.load(Ordering::Relaxed).max(1))
            .build();
        Self { cache }
    }

    /// The index of a graph, if it is in memory.
    pub(super) fn get(&self, graph: GraphId) -> Option<Arc<Slot>> {
        self.cache.get(&graph)
    }

    fn drop_graph(&self, graph: GraphId) {
        self.cache.invalidate(&graph);
    }

    /// Drops an index, unless another one has taken its place.
    fn drop_slot(&self, graph: GraphId, slot: &Arc<Slot>) {
        if self.cache.get(&graph).is_some_and(|current| Arc::ptr_eq(&current, slot)) {
            self.cache.invalidate(&graph);
        }
    }
}

impl IndexHandle {
    /// Reads the index, off the asynchronous workers if it is large: other requests would wait for them.
    pub(crate) fn read<T>(&self, read: impl FnOnce(&GraphIndex) -> T) -> Result<T> {
        /// Size in kibibytes up to which a read takes well under a millisecond.
        const SMALL: u32 = 4 * 1024;
        if self.slot.kibibytes.load(Ordering::Relaxed) > SMALL {
            return self.read_at_length(read);
        }
        Ok(read(&self.slot.read()?.index))
    }

    /// Reads the index off the asynchronous workers, for reads that take long whatever the size of the index.
    pub(crate) fn read_at_length<T>(&self, read: impl FnOnce(&GraphIndex) -> T) -> Result<T> {
        off_worker(|| Ok(read(&self.slot.read()?.index)))
    }
}

/// A vector for each text, in order.
async fn vectors_of(embedder: &dyn Embedder, texts: &[PendingEmbedding]) -> Result<Vec<Vec<f32>>> {
    let vectors = embed(embedder, &texts.iter().map(|text| text.text.as_str()).collect::<Vec<_>>()).await?;
    if vectors.len() == texts.len() {
        Ok(vectors)
    } else {
        Err(Error::internal(format!("the embedder returned {} vectors for {} texts", vectors.len(), texts.len())))
    }
}

impl State {
    /// Drops the index of a graph.
    pub(crate) fn drop_index(&self, graph: GraphId) {
        self.indexes.drop_graph(graph);
    }

    /// Drops the vectors of the embedding model from an index; all texts are embedded again.
    pub(crate) fn forget_model_vectors(&self, index: &IndexHandle) -> Result<()> {
        tracing::warn!(graph.id = %index.graph,
            "the embedding model has other dimensions than before under the same name; the graph is embedded again");
        index.slot.write()?.index.forget_model_vectors();
        self.embedding_queue.add(index.graph, Instant::now());
        Ok(())
    }

    /// The index of a graph, including everything that was stored before the call.
    pub(crate) async fn index(&self, graph: GraphId) -> Result<IndexHandle> {
        let mut slot = self.slot(graph).await?;
        let version = self.store().partition_version(graph.into()).await?;
        let Some(version) = version else {
            self.indexes.drop_graph(graph);
            return Err(Error::not_found("graph"));
        };
        if !slot.shows(version)? {
            self.refresh(graph, &slot, version).await?;
            if slot.read()?.index.version < version {
                // What the index was built from has other words now. Current readers keep using the old index.
                self.indexes.drop_slot(graph, &slot);
                slot = self.slot(graph).await?;
                self.refresh(graph, &slot, version).await?;
            }
            if slot.awaits_model_vectors() {
                self.embedding_queue.add(graph, Instant::now());
            }
        }
        Ok(IndexHandle { graph, slot })
    }

    /// The cached index of a graph: a new, empty one when there is none, or when the declared types have changed
    /// since it was built.
    async fn slot(&self, graph: GraphId) -> Result<Arc<Slot>> {
        let known = self.indexes.cache.get(&graph);
        let project = match &known {
            Some(slot) => slot.project,
            None => self.store().find_partition(graph.into()).await?.ok_or_else(|| Error::not_found("graph"))?.project,
        };
        let (types, own, general) = self.types_of(project, graph).await?;
        let declared = DeclaredStamp { types, policy: self.bound_at(graph).await? };
        let current = |slot: &Arc<Slot>| slot.declared == declared;
        if let Some(slot) = known.filter(current) {
            return Ok(slot);
        }
        let policy = self.content_policy(graph).await?;
        let (dimensions, exact_max) = (self.parts.embedder.dimensions(), self.parts.settings.exact_max);
        let place = || {
            let mut index = GraphIndex::with_ontology(own.over(&general), graph, dimensions, exact_max);
            if let Some(policy) = policy {
                index.set_policy(policy);
            }
            if self.parts.embedding_model.is_some() {
                index.expect_model_vectors();
            }
            Arc::new(Slot {
                content: RwLock::new(Content { index, pending: VecDeque::new() }),
                refreshing: Arc::default(),
                embedding: Mutex::default(),
                stored_vectors: AtomicUsize::new(0),
                has_older_vectors: AtomicBool::new(true),
                kibibytes: AtomicU32::new(0),
                project,
                declared,
            })
        };
        // The first caller creates it; current readers of an older index keep using that one.
        let slot = self.indexes.cache.entry(graph).or_insert_with_if(place, |old| !current(old));
        Ok(slot.into_value())
    }

    /// The types that a graph declares and those that its project declares, with their stamp.
    async fn types_of(&self, project: ProjectId, graph: GraphId) -> Result<(TypesStamp, Ontology, Ontology)> {
        let own = self.declared_in(SettingScope::Graph(graph), SettingKind::Ontology).await?;
        let general = self.declared_in(SettingScope::Project(project), SettingKind::Ontology).await?;
        let stamp = [own.first(), general.first()].map(|setting| setting.map(|setting| setting.updated_at));
        if stamp == [None, None] {
            return Ok((stamp, Ontology::default(), Ontology::default()));
        }
        let read = |settings: &[Setting]| match settings.first() {
            Some(setting) => read_ontology(setting.value.clone()),
            None => Ok(Ontology::default()),
        };
        Ok((stamp, read(&own)?, read(&general)?))
    }

    /// The types that apply to a graph: its own, its project's, and the default types unless they are disabled.
    pub(crate) async fn ontology_of(&self, project: ProjectId, graph: GraphId, with_default: bool) -> Result<Ontology> {
        let (_, own, general) = self.types_of(project, graph).await?;
        let declared = own.over(&general);
        Ok(if with_default { declared.over(Ontology::default_types()) } else { declared })
    }

    /// Brings an index up to date, at least to `version`; changes nothing when it must be built again.
    async fn refresh(&self, graph: GraphId, slot: &Arc<Slot>, version: i64) -> Result<()> {
        let mut turn = Arc::clone(&slot.refreshing).lock_owned().await;
        // A refresh that was interrupted, such as by cancelling its caller, has left texts without vectors.
        self.embed(slot).await?;
        let shown = slot.read()?.index.version;
        if shown >= version {
            return Ok(());
        }
        let evidence = self.store().evidence_since(graph, shown).await?.ok_or_else(|| Error::not_found("graph"))?;
        if shown > 0 && evidence.is_reworded() {
            return Ok(());
        }
        if evidence.is_large() {
            let target = Arc::clone(slot);
            // The lock moves with the work, so that no other refresh starts before it ends, even if the caller is
            // cancelled.
            let apply = move || target.apply(evidence).map(|()| turn);
            let applied = tokio::task::spawn_blocking(apply).await;
            turn = applied.map_err(|_| Error::internal("an index could not be built"))??;
        } else {
            slot.apply(evidence)?;
        }
        self.embed(slot).await?;
        drop(turn);
        self.weigh(graph, slot)
    }

    /// Computes the missing vectors.
    async fn embed(&self, slot: &Slot) -> Result<()> {
        let at_once = EMBEDDED_TOGETHER * std::thread::available_parallelism().map_or(1, usize::from);
        loop {
            let texts: Vec<PendingEmbedding> = slot.read()?.pending.iter().take(at_once).cloned().collect();
            if texts.is_empty() {
                return Ok(());
            }
            let (first, others) = texts.split_at(texts.len().min(EMBEDDED_TOGETHER));
            // All batches are embedded concurrently.
            let others = others.chunks(EMBEDDED_TOGETHER).map(|batch| {
                let (embedder, batch) = (Arc::clone(&self.parts.embedder), batch.to_vec());
                tokio::spawn(async move { vectors_of(embedder.as_ref(), &batch).await })
            });
            let others: Vec<_> = others.collect();
            slot.embed(&vectors_of(self.parts.embedder.as_ref(), first).await?)?;
            for vectors in others {
                let vectors = vectors.await.map_err(|_| Error::internal("texts could not be embedded"))?;
                // Vectors computed before a failure are kept.
                slot.embed(&vectors?)?;
            }
        }
    }

    /// Updates the size of an index in the cache.
    pub(super) fn weigh(&self, graph: GraphId, slot: &Arc<Slot>) -> Result<()> {
        let weight = slot.read()?.index.weight();
        let kibibytes = u32::try_from(weight / 1024).unwrap_or(u32::MAX);
        let before = slot.kibibytes.swap(kibibytes, Ordering::Relaxed);
        if kibibytes.abs_diff(before) > before / 4 {
            self.indexes.cache.insert(graph, Arc::clone(slot));
        }
        Ok(())
    }
}
