//! Vectors of the embedding model: computed in the background, stored, and put into the indexes in memory.
//!
//! A graph is embedded when its index is in memory: one that nobody uses costs nothing. Until nearly all of its texts have
//! their vectors, its searches use those of the quick embedder.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::State;
use super::indexes::Slot;
use crate::ports::EmbeddingModel;
use crate::store::TextDigest;
use erstwhile_core::error::{Error, ErrorKind, Result};
use erstwhile_core::model::{GraphId, PartitionId, ProjectId};
use erstwhile_core::search::{GraphIndex, ModelText};

mod queries;
mod queue;
mod totals;

pub(super) use queries::Queries;
pub(super) use queue::EmbeddingQueue;
pub use totals::{EmbeddingTotals, QueryTotals};
pub(super) use totals::{SharedEmbeddingTotals, is_embedding};

/// Number of texts that are taken from an index together.
const TEXTS_TOGETHER: usize = 64;
/// Number of texts after which a batch is given up whose texts all fail one by one: then it is not their fault.
const REFUSED_MAX: usize = 3;
/// The longest pause after failures.
const PAUSE_MAX: Duration = Duration::from_mins(5);
/// The pause after which a project that has spent its budget is checked again.
const BUDGET_PAUSE: Duration = Duration::from_mins(15);
/// Attempts to store vectors while the graph changes.
const STORE_ATTEMPTS: usize = 20;
/// More stored vectors than this many times the texts of a graph, and [`ORPHANS_MIN`] more, are compared with the texts:
/// some belong to texts that have changed.
const ORPHANS_SHARE: usize = 2;
/// See [`ORPHANS_SHARE`].
const ORPHANS_MIN: usize = 256;

/// A vector of a text; `None` if the model does not take the text.
type Embedded = (TextDigest, Option<Vec<f32>>);

/// Embeds until cancelled.
pub(crate) async fn run(state: Arc<State>, stop: CancellationToken) {
    loop {
        let graph = tokio::select! {
            biased;
            () = stop.cancelled() => return,
            graph = state.embedding_queue.next() => graph,
        };
        tokio::select! {
            biased;
            // A call may take long: stopping does not wait for it, and the texts keep waiting.
            () = stop.cancelled() => return,
            () = embed_graph(&state, graph) => {}
        }
    }
}

/// Embeds some texts of one graph that waits; false when none waits, or all wait for a later attempt.
pub(crate) async fn embed_one_graph(state: &Arc<State>) -> bool {
    let Some(graph) = state.embedding_queue.take_ready() else { return false };
    embed_graph(state, graph).await;
    true
}

async fn embed_graph(state: &Arc<State>, graph: GraphId) {
    let (Some(model), Some(slot)) = (&state.parts.embedding_model, state.indexes.get(graph)) else { return };
    // Whoever is embedding this graph looks again when done.
    let Ok(mut failures) = slot.embedding.try_lock() else { return };
    let work = GraphEmbedding { state, model, graph, slot: &slot };
    let pause = match work.embed().await {
        Ok(()) => {
            *failures = 0;
            Duration::ZERO
        }
        Err(error) if error.kind() == ErrorKind::NotFound => return,
        Err(error) => {
            *failures += 1;
            state.embedding_totals.count(|totals| totals.failures += 1);
            let pause = pause(&error, *failures);
            tracing::warn!(graph.id = %graph, failures = *failures, pause_s = pause.as_secs(), %error,
                "embedding is delayed; search uses the vectors that there are");
            pause
        }
    };
    drop(failures);
    if slot.awaits_model_vectors() {
        state.embedding_queue.add(graph, Instant::now() + pause);
    }
}

/// The pause after a number of failures in a row.
fn pause(error: &Error, failures: u32) -> Duration {
    let least = if error.kind() == ErrorKind::Limited { BUDGET_PAUSE } else { Duration::ZERO };
    let usual = Duration::from_secs(1 << failures.saturating_sub(1).min(9)).min(PAUSE_MAX);
    error.retry_after().unwrap_or_default().min(Duration::from_hours(1)).max(usual).max(least)
}

/// Embeds some texts of one graph.
struct GraphEmbedding<'a> {
    state: &'a Arc<State>,
    model: &'a Arc<dyn EmbeddingModel>,
    graph: GraphId,
    slot: &'a Arc<Slot>,
}

impl GraphEmbedding<'_> {
    async fn embed(&self) -> Result<()> {
        let texts = self.slot.texts_for_model(TEXTS_TOGETHER)?;
        let passages: BTreeMap<TextDigest, String> = texts.iter().flat_map(|text| self.passages(text)).collect();
        let digests: Vec<TextDigest> = passages.keys().copied().collect();
        let stored = self.state.store().vectors(self.graph, self.model.name(), &digests).await?;
        let mut vectors: HashMap<TextDigest, Option<Vec<f32>>> = HashMap::new();
        let mut missing = Vec::new();
        for (digest, stored) in digests.into_iter().zip(stored) {
            // A vector of other dimensions is of another model with the same name, and embedded again.
            let fits = |vector: &Vec<f32>| self.model.dimensions().is_none_or(|dimensions| dimensions == vector.len());
            match stored.filter(fits) {
                Some(vector) => drop(vectors.insert(digest, Some(vector))),
                None => missing.push(digest),
            }
        }
        let mut failed = None;
        for some in missing.chunks(self.model.texts_together().max(1)) {
            let some: Vec<(TextDigest, &str)> =
                some.iter().filter_map(|digest| Some((*digest, passages.get(digest)?.as_str()))).collect();
            match self.embed_or_bisect(&some).await {
                Ok(embedded) => {
                    self.keep(&texts, &embedded).await?;
                    vectors.extend(embedded);
                }
                Err(error) => {
                    failed = Some(error);
                    break;
                }
            }
        }
        self.slot.put_model_vectors(texts.iter().filter_map(|text| {
            let own = self.passages(text).map(|(digest, _)| vectors.get(&digest));
            let own: Option<Vec<&Option<Vec<f32>>>> = own.collect();
            Some((text, own?.into_iter().flatten().cloned().collect()))
        }))?;
        self.state.weigh(self.graph, self.slot)?;
        if let Some(error) = failed {
            return Err(error);
        }
        // Until now, a server that goes back to the older model would have found them.
        if !self.slot.awaits_model_vectors() && self.slot.take_older_vectors() {
            self.state.store().remove_vectors_of_other_models(self.graph, self.model.name()).await?;
        }
        self.remove_orphans_if_many().await
    }

    fn passages(&self, text: &ModelText) -> impl Iterator<Item = (TextDigest, String)> {
        let passages: Vec<String> = text.passages().into_iter().map(str::to_owned).collect();
        passages.into_iter().map(|passage| (TextDigest::of(self.graph, &passage), passage))
    }

    /// Embeds texts together. When the model does not take them, each half is embedded separately, so that only what it
    /// cannot embed stays without a vector.
    async fn embed_or_bisect(&self, texts: &[(TextDigest, &str)]) -> Result<Vec<Embedded>> {
        let project = self.slot.project();
        let mut embedded = Vec::with_capacity(texts.len());
        let (mut parts, mut refused) = (vec![texts], 0);
        while let Some(part) = parts.pop() {
            let sent = part.iter().map(|(_, text)| (*text).to_owned()).collect();
            match self.state.ask_embedding_model(self.model, project, sent).await {
                Ok(vectors) => {
                    let digests = part.iter().map(|(digest, _)| *digest);
                    embedded.extend(digests.zip(vectors.into_iter().map(Some)));
                }
                Err(error) if !matches!(error.kind(), ErrorKind::Invalid | ErrorKind::Internal) => return Err(error),
                Err(_) if part.len() > 1 => {
                    let (first, second) = part.split_at(part.len() / 2);
                    parts.extend([second, first]);
                }
                Err(error) => {
                    refused += 1;
                    if refused == REFUSED_MAX.min(texts.len()) && embedded.iter().all(|(_, vector)| vector.is_none()) {
                        return Err(error);
                    }
                    tracing::warn!(graph.id = %self.graph, %error, "a text cannot be embedded; it is found by its words");
                    self.state.embedding_totals.count(|totals| totals.refused += 1);
                    embedded.extend(part.iter().map(|(digest, _)| (*digest, None)));
                }
            }
        }
        Ok(embedded)
    }

    /// Stores vectors of texts that the graph still has.
    async fn keep(&self, texts: &[ModelText], embedded: &[Embedded]) -> Result<()> {
        for _ in 0..STORE_ATTEMPTS {
            let partition = self.state.store().find_partition(self.graph.into()).await?;
            let revision = partition.ok_or_else(|| Error::not_found("graph"))?.revision;
            // The index shows at least what the revision counts. What was deleted before is not there any more; a deletion
            // after it changes the revision.
            let index = self.state.index(self.graph).await?;
            let current = index.read(|index| {
                let current = texts.iter().filter(|text| index.is_current(text));
                current.flat_map(|text| self.passages(text)).map(|(digest, _)| digest).collect::<HashSet<_>>()
            })?;
            let vectors: Vec<(TextDigest, Vec<f32>)> = embedded
                .iter()
                .filter(|(digest, _)| current.contains(digest))
                .filter_map(|(digest, vector)| Some((*digest, vector.clone()?)))
                .collect();
            if vectors.is_empty() {
                return Ok(());
            }
            if self.state.store().put_vectors(self.graph, revision, self.model.name(), &vectors).await? {
                self.slot.count_stored_vectors(vectors.len());
                return Ok(());
            }
        }
        Err(Error::unavailable("the graph changes too fast to store its vectors"))
    }

    /// Removes stored vectors of texts that have changed, when there may be many: they cost nothing but space.
    async fn remove_orphans_if_many(&self) -> Result<()> {
        let texts = self.state.index(self.graph).await?.read(GraphIndex::text_count)?;
        if self.slot.stored_vectors() > ORPHANS_SHARE * texts + ORPHANS_MIN {
            let left = self.state.remove_orphaned_vectors(self.graph.into()).await?;
            self.slot.set_stored_vectors(left);
        }
        Ok(())
    }
}

impl State {
    /// Asks the embedding model and counts what that consumed, even if the caller does not wait for it.
    async fn ask_embedding_model(
        self: &Arc<Self>,
        model: &Arc<dyn EmbeddingModel>,
        project: ProjectId,
        texts: Vec<String>,
    ) -> Result<Vec<Vec<f32>>> {
        self.check_embedding_budget(project).await?;
        let (state, model) = (Arc::clone(self), Arc::clone(model));
        let asked = tokio::spawn(async move {
            let sent: Vec<&str> = texts.iter().map(String::as_str).collect();
            let embeddings = model.embed(&sent).await;
            if let Err(error) = state.record_embedding_usage(project, model.name(), embeddings.usage).await {
                tracing::warn!(%error, "what a call of the embedding model consumed was not recorded");
            }
            let vectors = embeddings.checked(texts.len(), model.dimensions())?;
            state.embedding_totals.count(|totals| totals.texts += texts.len() as u64);
            Ok(vectors)
        });
        asked.await.map_err(|_| Error::internal("the embedding model stopped unexpectedly"))?
    }

    /// Removes the stored vectors of a graph, of all models, that belong to none of its texts; returns the number of those
    /// that are left.
    pub(super) async fn remove_orphaned_vectors(&self, partition: PartitionId) -> Result<usize> {
        if !self.store().has_vectors(partition).await? {
            return Ok(0);
        }
        let graph = partition.as_graph();
        // Read before the texts, so that the vector of a newer text is not among them.
        let keys = self.store().vector_keys(graph).await?;
        let count = keys.len();
        let index = self.index(graph).await?;
        let digest = |passage: &str| TextDigest::of(graph, passage);
        let texts: HashSet<TextDigest> = index.read_at_length(|index| {
            let digests = |text: ModelText| text.passages().into_iter().map(digest).collect::<Vec<_>>();
            index.model_texts().flat_map(digests).collect()
        })?;
        Ok(count - self.store().retain_vectors(graph, keys, &texts).await?)
    }
}
