//! Summaries of threads and documents: those that a language model wrote, else extracts computed on request.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use moka::sync::Cache;

use super::search::check_query;
use super::{GraphHandle, ProjectHandle, Search, ThreadHandle};
use crate::store::Locate;
use erstwhile_core::digest::{digest, sentences};
use erstwhile_core::error::{Error, Result};
use erstwhile_core::model::{
    Episode, EpisodeId, EpisodeKind, GraphId, Metadata, Summary, SummarySubject, WrittenSummary,
};
use erstwhile_core::search::filter::Filter;
use erstwhile_core::search::{GraphIndex, Scored};

/// Maximum number of characters of a summary.
const CHARACTERS_MAX: usize = 800;
/// Maximum number of episodes that a summary is computed from: the newest.
const EPISODES_MAX: usize = 500;
/// Maximum number of graphs whose summaries are cached.
const GRAPHS_MAX: u64 = 1_000;
/// Maximum number of cached summaries of one graph.
const PER_GRAPH_MAX: usize = 1_000;
/// TTL of the cache: the text of a user whom another process has deleted is kept for at most this long.
const TTL: Duration = Duration::from_mins(10);

/// What is summarised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SummaryKind {
    /// Threads, by their messages.
    Threads,
    /// Documents, by the episodes that name them.
    Documents,
}

impl SummaryKind {
    fn of(self, episode: &Episode) -> Option<&String> {
        match self {
            Self::Threads => episode.thread.as_ref().filter(|_| episode.kind == EpisodeKind::Message),
            Self::Documents => episode.document_id.as_ref(),
        }
    }

    fn key(self) -> &'static str {
        match self {
            Self::Threads => "thread summary",
            Self::Documents => "document summary",
        }
    }
}

/// A summary with its cache key: the number of episodes that it was computed from, and the last of them.
type CachedSummary = (usize, EpisodeId, Summary);

/// The cached summaries of one graph, by thread or document.
#[derive(Debug, Clone, Default)]
struct GraphSummaries(Arc<Mutex<HashMap<(SummaryKind, String), CachedSummary>>>);

impl GraphSummaries {
    /// The cached summary, if it was computed from this many episodes with this last one.
    fn get(&self, key: &(SummaryKind, String), made_from: (usize, EpisodeId)) -> Option<Summary> {
        let summaries = self.0.lock().ok()?;
        let (count, last, summary) = summaries.get(key)?;
        ((*count, *last) == made_from).then(|| summary.clone())
    }

    fn insert(&self, key: (SummaryKind, String), made: CachedSummary) {
        if let Ok(mut summaries) = self.0.lock() {
            if summaries.len() >= PER_GRAPH_MAX {
                summaries.clear();
            }
            summaries.insert(key, made);
        }
    }
}

/// Cached summaries of threads and documents, grouped by graph so that they can be dropped with it.
#[derive(Debug, Clone)]
pub(super) struct SummaryCache(Cache<GraphId, GraphSummaries>);

impl SummaryCache {
    pub(super) fn new() -> Self {
        Self(Cache::builder().max_capacity(GRAPHS_MAX).time_to_live(TTL).build())
    }

    /// The cached summaries of a graph.
    ///
    /// Take them before reading what is summarised: if something is removed from the graph in between, what is inserted
    /// afterwards is not cached.
    fn of(&self, graph: GraphId) -> GraphSummaries {
        self.0.get_with(graph, GraphSummaries::default)
    }

    /// Drops the summaries of a graph after something was removed from it.
    pub(super) fn forget(&self, graph: GraphId) {
        self.0.invalidate(&graph);
    }
}

impl ThreadHandle {
    /// The summary of a thread; `None` when it has no messages.
    pub async fn summary(&self) -> Result<Option<Summary>> {
        let graph = self.project.locate_graph(Locate::Thread, self.id(), "thread").await?;
        self.project.store().find_thread(graph, self.id()).await?.ok_or_else(|| Error::not_found("thread"))?;
        let summaries =
            self.project.summaries_in(graph, SummaryKind::Threads, Some(self.id()), &Filter::default()).await?;
        Ok(summaries.into_iter().next())
    }
}

impl ProjectHandle {
    /// The summary of some messages of a thread, such as those that a response omits: what a language model wrote about the
    /// thread, if that rests on any of them, else their most central sentences. Without what a content policy prohibits;
    /// empty when they have no text.
    pub async fn summary_of(&self, thread: &str, episodes: &[Episode]) -> Result<String> {
        let graph = self.locate_graph(Locate::Thread, thread, "thread").await?;
        let policy = self.state().content_policy(graph).await?;
        let is_prohibited = |text: &str| policy.as_ref().is_some_and(|policy| policy.prohibits(text));
        let is_about = |summary: &WrittenSummary| {
            matches!(&summary.subject, SummarySubject::Thread(of) if of == thread)
                && episodes.iter().any(|episode| summary.basis.contains(&episode.id.0))
        };
        let written = self.written_summaries(graph).await?.into_iter();
        let mut written = written.filter(|summary| is_about(summary) && !is_prohibited(&summary.text));
        match written.next() {
            Some(summary) => Ok(summary.text),
            None => self.digest_without(episodes, is_prohibited).await,
        }
    }

    async fn digest_without(&self, episodes: &[Episode], is_left_out: impl Fn(&str) -> bool) -> Result<String> {
        let mut sentences = sentences(&episodes[episodes.len().saturating_sub(EPISODES_MAX)..]);
        sentences.retain(|sentence| !is_left_out(&sentence.text));
        let texts: Vec<&str> = sentences.iter().map(|sentence| sentence.text.as_str()).collect();
        let vectors = self.embed(&texts).await?;
        Ok(digest(&sentences, &vectors, CHARACTERS_MAX))
    }

    pub(super) async fn summaries_in(
        &self,
        graph: GraphId,
        what: SummaryKind,
        only: Option<&str>,
        filter: &Filter,
    ) -> Result<Vec<Summary>> {
        let policy = self.state().content_policy(graph).await?;
        let cached = self.engine.summaries.of(graph);
        let groups = self.index(graph).await?.read(|index| grouped(index, what, only))?;
        let written = if what == SummaryKind::Threads { self.written_summaries(graph).await? } else { Vec::new() };
        let mut summaries = Vec::with_capacity(groups.len());
        for (of, episodes) in groups {
            let Some(last) = episodes.last() else { continue };
            let (count, last_id) = (episodes.len(), last.id);
            let recorded = episodes.iter().map(|episode| episode.recorded_at);
            let about = |text: String| Summary {
                id: graph.derive(format!("{}\0{of}", what.key()).as_bytes()),
                of: of.clone(),
                text,
                created_at: recorded.clone().min().unwrap_or(last.recorded_at),
                recorded_at: recorded.clone().max().unwrap_or(last.recorded_at),
                said_at: last.reference_time,
                episodes: episodes.iter().map(|episode| episode.id).collect(),
            };
            if !filter.is_empty() && !passes(filter, &about(String::new()), &episodes) {
                continue;
            }
            let own = |summary: &&WrittenSummary| summary.subject == SummarySubject::Thread(of.clone());
            if let Some(summary) = written.iter().find(own) {
                summaries.push(about(summary.text.clone()));
                continue;
            }
            let key = (what, of.clone());
            if let Some(summary) = cached.get(&key, (count, last_id)) {
                summaries.push(summary);
                continue;
            }
            let is_prohibited = |text: &str| policy.as_ref().is_some_and(|policy| policy.prohibits(text));
            let text = self.digest_without(&episodes, is_prohibited).await?;
            let summary = about(text);
            cached.insert(key, (count, last_id, summary.clone()));
            summaries.push(summary);
        }
        Ok(summaries)
    }

    /// The items whose texts are most similar to a query, best first; for the few kinds of items without an index.
    pub(super) async fn nearest<T>(
        &self,
        query: &str,
        limit: usize,
        items: Vec<T>,
        text: impl Fn(&T) -> String,
    ) -> Result<Vec<Scored<T>>> {
        let texts: Vec<String> = std::iter::once(query.to_owned()).chain(items.iter().map(text)).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let mut vectors = self.embed(&texts).await?.into_iter();
        let query = vectors.next().unwrap_or_default();
        let cosine = |vector: &Vec<f32>| query.iter().zip(vector).map(|(left, right)| left * right).sum::<f32>();
        let mut scored: Vec<(f32, T)> = vectors.map(|vector| cosine(&vector)).zip(items).collect();
        scored.sort_by(|left, right| right.0.total_cmp(&left.0));
        scored.truncate(limit);
        let best = scored.first().map_or(0.0, |(score, _)| *score);
        let relevance = |score: f32| if best > 0.0 { f64::from((score / best).max(0.0)) } else { 0.0 };
        let found = scored.into_iter();
        Ok(found
            .map(|(score, item)| Scored {
                item,
                score: f64::from(score),
                relevance: relevance(score),
                explanation: None,
            })
            .collect())
    }
}

impl GraphHandle {
    /// The summaries of a graph's threads or documents that pass a filter, in the order of their ids.
    pub async fn summaries(&self, what: SummaryKind, filter: &Filter) -> Result<Vec<Summary>> {
        let graph = self.partition().await?;
        self.project.summaries_in(graph, what, None, filter).await
    }

    /// The summaries of a graph that are most similar to a query, best first.
    pub async fn search_summaries(&self, what: SummaryKind, search: &Search) -> Result<Vec<Scored<Summary>>> {
        check_query("query", &search.query)?;
        let summaries = self.summaries(what, &search.filter).await?;
        self.project.nearest(&search.query, search.limit, summaries, |summary| summary.text.clone()).await
    }
}

/// Whether the summary of some episodes passes a filter. It has no properties.
fn passes(filter: &Filter, summary: &Summary, episodes: &[Episode]) -> bool {
    let metadata: HashMap<EpisodeId, &Metadata> =
        episodes.iter().map(|episode| (episode.id, &episode.metadata)).collect();
    filter.derived(summary.created_at, &Metadata::default(), &summary.episodes, |id| metadata.get(&id).copied())
}

/// The episodes of each thread or document, in order.
fn grouped(index: &GraphIndex, what: SummaryKind, only: Option<&str>) -> BTreeMap<String, Vec<Episode>> {
    let mut groups: BTreeMap<String, Vec<Episode>> = BTreeMap::new();
    for episode in index.episodes().rev() {
        if let Some(of) = what.of(episode)
            && only.is_none_or(|only| only == of)
        {
            groups.entry(of.clone()).or_default().push(episode.clone());
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use std::sync::OnceLock;

    use async_trait::async_trait;
    use erstwhile_core::model::Role;

    use super::*;
    use crate::engine::{Engine, EngineBuilder, NewMessage, NewThread, NewUser};
    use crate::ports::Embedder;
    use crate::store::Store;
    use crate::store::sqlite::Sqlite;

    async fn builder(folder: &tempfile::TempDir) -> EngineBuilder {
        let store = Store::open(Arc::new(Sqlite::open(&folder.path().join("test.db")).unwrap())).await.unwrap();
        Engine::builder(store)
    }

    /// A project with a user `ann`, whose thread `t` has a message; and the user's graph.
    async fn with_a_message(engine: &Engine) -> (ProjectHandle, GraphId) {
        let project = engine.project(engine.ensure_project("test").await.unwrap().id);
        let graph = project.add_user(NewUser::named("ann", "Ann", "Lee")).await.unwrap().graph;
        project.create_thread(NewThread::of("t", "ann")).await.unwrap();
        let message = NewMessage::new(Role::User, "I moved to a house by the sea in the spring.");
        project.thread("t").add_messages(vec![message], &[], false).await.unwrap();
        (project, graph)
    }

    #[tokio::test]
    async fn the_summaries_of_a_user_are_dropped_with_the_user() {
        let folder = tempfile::tempdir().unwrap();
        let engine = builder(&folder).await.build();
        let (project, graph) = with_a_message(&engine).await;
        assert!(project.thread("t").summary().await.unwrap().unwrap().text.contains("sea"));
        assert!(engine.summaries.0.get(&graph).is_some_and(|summaries| !summaries.0.lock().unwrap().is_empty()));
        project.user("ann").delete().await.unwrap();
        assert!(engine.summaries.0.get(&graph).is_none());
    }

    /// Deletes a user while it embeds.
    #[derive(Debug, Default)]
    struct Deleting(OnceLock<ProjectHandle>);

    #[async_trait]
    impl Embedder for Deleting {
        fn model(&self) -> &'static str {
            "deleting"
        }

        fn dimensions(&self) -> usize {
            1
        }

        async fn embed(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>> {
            if let Some(project) = self.0.get() {
                project.user("ann").delete().await?;
            }
            Ok(vec![vec![1.0]; texts.len()])
        }
    }

    #[tokio::test]
    async fn a_summary_is_not_cached_when_the_user_is_deleted_while_it_is_computed() {
        let folder = tempfile::tempdir().unwrap();
        let embedder = Arc::new(Deleting::default());
        let engine = builder(&folder).await.embedder(Arc::clone(&embedder)).build();
        let (project, graph) = with_a_message(&engine).await;
        // The index has its vectors, so only the summary is embedded from here on.
        project.index(graph).await.unwrap();
        embedder.0.set(project.clone()).unwrap();
        assert!(project.thread("t").summary().await.unwrap().is_some());
        assert!(project.user("ann").get().await.is_err());
        assert!(engine.summaries.0.get(&graph).is_none_or(|summaries| summaries.0.lock().unwrap().is_empty()));
    }
}
