//! The indexes in memory: built on first use, brought up to date before each read, evicted by size.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, RwLock, RwLockReadGuard, RwLockWriteGuard, TryLockError};

use jiff::Timestamp;
use moka::sync::Cache;
use tokio::sync::Mutex;

use super::{State, read_ontology};
use crate::ports::Embedder;
use crate::store::SettingScope;
use erstwhile_core::error::{Error, Result};
use erstwhile_core::evidence::Evidence;
use erstwhile_core::model::{GraphId, ProjectId, Setting, SettingKind};
use erstwhile_core::ontology::Ontology;
use erstwhile_core::search::{GraphIndex, PendingEmbedding};

/// Texts that are embedded together.
const EMBEDDED_TOGETHER: usize = 256;

#[derive(Debug)]
pub(super) struct Indexes {
    cache: Cache<GraphId, Arc<Slot>>,
}

#[derive(Debug)]
struct Slot {
    content: RwLock<Content>,
    /// One refresh at a time.
    refreshing: Arc<Mutex<()>>,
    /// Kibibytes at the last refresh: what the cache weighs.
    kibibytes: AtomicU32,
    /// The project that the graph belongs to.
    project: ProjectId,
    /// The declaration of types under which the index is built.
    declared: TypesStamp,
}

/// An index, and those of its texts that nobody can find by meaning yet.
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

    /// Takes in what happened; its texts wait for their vectors.
    fn take(&self, evidence: Evidence) -> Result<()> {
        let mut content = self.write()?;
        let pending = content.index.apply(evidence);
        content.pending.extend(pending);
        Ok(())
    }

    /// Puts the vectors of the texts that have waited longest in place.
    fn embed(&self, vectors: &[Vec<f32>]) -> Result<()> {
        let mut content = self.write()?;
        let count = vectors.len().min(content.pending.len());
        let texts: Vec<PendingEmbedding> = content.pending.drain(..count).collect();
        content.index.embed(&texts, vectors);
        Ok(())
    }

    /// Whether everything up to a version can be found, by meaning, too.
    ///
    /// Does not wait for a refresh that is under way, which may take seconds: then it does not show it yet.
    fn shows(&self, version: i64) -> Result<bool> {
        match self.content.try_read() {
            Ok(content) => Ok(content.index.version >= version && content.pending.is_empty()),
            Err(TryLockError::WouldBlock) => Ok(false),
            Err(TryLockError::Poisoned(_)) => Err(Error::internal("an index is poisoned")),
        }
    }
}

/// When the types of a graph, and those of its project, were declared last.
type TypesStamp = [Option<Timestamp>; 2];

/// An index that shows at least what was stored when it was asked for.
#[derive(Debug, Clone)]
pub(crate) struct IndexHandle {
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

    fn drop_graph(&self, graph: GraphId) {
        self.cache.invalidate(&graph);
    }
}

impl IndexHandle {
    /// Reads the index on a thread that may compute.
    ///
    /// Small indexes answer at once; reading a large one must not hold up other requests.
    pub(crate) fn read<T>(&self, read: impl FnOnce(&GraphIndex) -> T) -> Result<T> {
        /// Kibibytes up to which a read takes well under a millisecond.
        const SMALL: u32 = 4 * 1024;
        if self.slot.kibibytes.load(Ordering::Relaxed) > SMALL && is_multi_threaded() {
            return tokio::task::block_in_place(|| Ok(read(&self.slot.read()?.index)));
        }
        Ok(read(&self.slot.read()?.index))
    }
}

/// A vector for each text, in order.
async fn vectors_of(embedder: &dyn Embedder, texts: &[PendingEmbedding]) -> Result<Vec<Vec<f32>>> {
    let vectors = embedder.embed(&texts.iter().map(|text| text.text.as_str()).collect::<Vec<_>>()).await?;
    if vectors.len() == texts.len() {
        Ok(vectors)
    } else {
        Err(Error::internal(format!("the embedder gave {} vectors for {} texts", vectors.len(), texts.len())))
    }
}

fn is_multi_threaded() -> bool {
    tokio::runtime::Handle::try_current()
        .is_ok_and(|handle| handle.runtime_flavor() == tokio::runtime::RuntimeFlavor::MultiThread)
}

impl State {
    /// Drops the index of a graph.
    pub(crate) fn drop_index(&self, graph: GraphId) {
        self.indexes.drop_graph(graph);
    }

    /// The index of a graph, showing everything that was stored before the call.
    pub(crate) async fn index(&self, graph: GraphId) -> Result<IndexHandle> {
        let slot = self.slot(graph).await?;
        let version = self.store().partition_version(graph.into()).await?;
        let Some(version) = version else {
            self.indexes.drop_graph(graph);
            return Err(Error::not_found("graph"));
        };
        if !slot.shows(version)? {
            self.refresh(graph, &slot, version).await?;
        }
        Ok(IndexHandle { slot })
    }

    /// Where the index of a graph is kept: a new place when there is none, or when the types that are
    /// declared for the graph are no longer those under which it was built (I3).
    async fn slot(&self, graph: GraphId) -> Result<Arc<Slot>> {
        let known = self.indexes.cache.get(&graph);
        let project = match &known {
            Some(slot) => slot.project,
            None => self.store().find_partition(graph.into()).await?.ok_or_else(|| Error::not_found("graph"))?.project,
        };
        let (declared, own, general) = self.types_of(project, graph).await?;
        let current = |slot: &Arc<Slot>| slot.declared == declared;
        if let Some(slot) = known.filter(current) {
            return Ok(slot);
        }
        let (dimensions, exact_max) = (self.parts.embedder.dimensions(), self.parts.settings.exact_max);
        let place = || {
            Arc::new(Slot {
                content: RwLock::new(Content {
                    index: GraphIndex::under(own.over(&general), graph, dimensions, exact_max),
                    pending: VecDeque::new(),
                }),
                refreshing: Arc::default(),
                kibibytes: AtomicU32::new(0),
                project,
                declared,
            })
        };
        // Whoever comes first makes the place; readers of an old one finish with what they have.
        let slot = self.indexes.cache.entry(graph).or_insert_with_if(place, |old| !current(old));
        Ok(slot.into_value())
    }

    /// The types that a graph declares and those that its project does.
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

    /// The types that count for a graph: its own, its project's, and the default ones where they are on.
    pub(crate) async fn ontology_of(&self, project: ProjectId, graph: GraphId, with_default: bool) -> Result<Ontology> {
        let (_, own, general) = self.types_of(project, graph).await?;
        let declared = own.over(&general);
        Ok(if with_default { declared.over(Ontology::default_types()) } else { declared })
    }

    async fn refresh(&self, graph: GraphId, slot: &Arc<Slot>, version: i64) -> Result<()> {
        let mut turn = Arc::clone(&slot.refreshing).lock_owned().await;
        // A refresh that was cut short, as by a caller who went away, has left texts behind.
        self.embed(slot).await?;
        let shown = slot.read()?.index.version;
        if shown >= version {
            return Ok(());
        }
        let evidence = self.store().evidence_since(graph, shown).await?.ok_or_else(|| Error::not_found("graph"))?;
        if evidence.is_large() {
            let taking = Arc::clone(slot);
            // The turn goes along: nobody else's begins before this is done, also when the caller goes away.
            let take = move || taking.take(evidence).map(|()| turn);
            let taken = tokio::task::spawn_blocking(take).await;
            turn = taken.map_err(|_| Error::internal("an index could not be built"))??;
        } else {
            slot.take(evidence)?;
        }
        self.embed(slot).await?;
        drop(turn);
        self.weigh(graph, slot)
    }

    /// Brings the vectors that are still to come.
    async fn embed(&self, slot: &Slot) -> Result<()> {
        let at_once = EMBEDDED_TOGETHER * std::thread::available_parallelism().map_or(1, usize::from);
        loop {
            let texts: Vec<PendingEmbedding> = slot.read()?.pending.iter().take(at_once).cloned().collect();
            if texts.is_empty() {
                return Ok(());
            }
            let (first, others) = texts.split_at(texts.len().min(EMBEDDED_TOGETHER));
            // Of many texts, the others' vectors are asked for side by side with the first ones'.
            let others = others.chunks(EMBEDDED_TOGETHER).map(|batch| {
                let (embedder, batch) = (Arc::clone(&self.parts.embedder), batch.to_vec());
                tokio::spawn(async move { vectors_of(embedder.as_ref(), &batch).await })
            });
            let others: Vec<_> = others.collect();
            slot.embed(&vectors_of(self.parts.embedder.as_ref(), first).await?)?;
            for vectors in others {
                let vectors = vectors.await.map_err(|_| Error::internal("texts could not be embedded"))?;
                // What came before a failure is there to stay.
                slot.embed(&vectors?)?;
            }
        }
    }

    /// Tells the cache how heavy an index has become.
    fn weigh(&self, graph: GraphId, slot: &Arc<Slot>) -> Result<()> {
        let weight = slot.read()?.index.weight();
        let kibibytes = u32::try_from(weight / 1024).unwrap_or(u32::MAX);
        let before = slot.kibibytes.swap(kibibytes, Ordering::Relaxed);
        if kibibytes.abs_diff(before) > before / 4 {
            self.indexes.cache.insert(graph, Arc::clone(slot));
        }
        Ok(())
    }
}
