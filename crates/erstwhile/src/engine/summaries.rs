//! Summaries of threads and documents: their own sentences, picked when they are asked for.

use std::collections::BTreeMap;

use moka::sync::Cache;

use super::{Engine, GraphRef, Search};
use crate::store::Locate;
use erstwhile_core::digest::{digest, sentences};
use erstwhile_core::error::{Error, Result};
use erstwhile_core::model::{Episode, EpisodeId, EpisodeKind, GraphId, ProjectId, Summary};
use erstwhile_core::search::{GraphIndex, Scored};

/// Characters of a summary, at most.
const CHARACTERS_MAX: usize = 800;
/// The newest episodes that a summary is made from, at most.
const EPISODES_MAX: usize = 500;
/// Summaries that are remembered.
pub(super) const REMEMBERED: u64 = 10_000;

/// What summaries are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Summarised {
    /// Threads, by their messages.
    Threads,
    /// Documents, by the episodes that name them.
    Documents,
}

impl Summarised {
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

/// Summaries by what they are made from: how many episodes, and the last of them.
pub(super) type SummaryCache = Cache<(GraphId, Summarised, String), (usize, EpisodeId, Summary)>;

impl Engine {
    /// The summary of a thread; `None` while nothing has been said in it.
    pub async fn thread_summary(&self, project: ProjectId, thread_id: &str) -> Result<Option<Summary>> {
        let graph = self.locate_graph(project, Locate::Thread, thread_id, "thread").await?;
        self.store().find_thread(graph, thread_id).await?.ok_or_else(|| Error::not_found("thread"))?;
        let summaries = self.summaries_in(graph, Summarised::Threads, Some(thread_id)).await?;
        Ok(summaries.into_iter().next())
    }

    /// The summary of some messages, such as those that an answer leaves out; empty when they say nothing.
    pub async fn digest_of(&self, episodes: &[Episode]) -> Result<String> {
        let sentences = sentences(&episodes[episodes.len().saturating_sub(EPISODES_MAX)..]);
        let texts: Vec<&str> = sentences.iter().map(|sentence| sentence.text.as_str()).collect();
        let vectors = self.embedder().embed(&texts).await?;
        Ok(digest(&sentences, &vectors, CHARACTERS_MAX))
    }

    /// The summaries of a graph's threads or documents, in the order of their ids.
    pub async fn summaries(&self, project: ProjectId, reference: &GraphRef, what: Summarised) -> Result<Vec<Summary>> {
        let graph = self.graph_id(project, reference).await?;
        self.summaries_in(graph, what, None).await
    }

    pub(super) async fn summaries_in(
        &self,
        graph: GraphId,
        what: Summarised,
        only: Option<&str>,
    ) -> Result<Vec<Summary>> {
        let groups = self.index(graph).await?.read(|index| grouped(index, what, only))?;
        let mut summaries = Vec::with_capacity(groups.len());
        for (of, episodes) in groups {
            let Some(last) = episodes.last() else { continue };
            let (count, last_id) = (episodes.len(), last.id);
            let key = (graph, what, of.clone());
            if let Some((known_count, known_last, summary)) = self.summaries.get(&key)
                && (known_count, known_last) == (count, last_id)
            {
                summaries.push(summary);
                continue;
            }
            let text = self.digest_of(&episodes).await?;
            let recorded = episodes.iter().map(|episode| episode.recorded_at);
            let summary = Summary {
                id: graph.derive(format!("{}\0{of}", what.key()).as_bytes()),
                of,
                text,
                created_at: recorded.clone().min().unwrap_or(last.recorded_at),
                recorded_at: recorded.max().unwrap_or(last.recorded_at),
                said_at: last.reference_time,
                episodes: episodes.iter().map(|episode| episode.id).collect(),
            };
            self.summaries.insert(key, (count, last_id, summary.clone()));
            summaries.push(summary);
        }
        Ok(summaries)
    }

    /// Summaries of a graph that are most like a query, best first.
    pub async fn search_summaries(
        &self,
        project: ProjectId,
        reference: &GraphRef,
        what: Summarised,
        search: &Search,
    ) -> Result<Vec<Scored<Summary>>> {
        let summaries = self.summaries(project, reference, what).await?;
        self.nearest(&search.query, search.limit, summaries, |summary| summary.text.clone()).await
    }

    /// Items whose text is most like a query, best first; for the few things that have no index.
    pub(super) async fn nearest<T>(
        &self,
        query: &str,
        limit: usize,
        items: Vec<T>,
        text: impl Fn(&T) -> String,
    ) -> Result<Vec<Scored<T>>> {
        let texts: Vec<String> = std::iter::once(query.to_owned()).chain(items.iter().map(text)).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let mut vectors = self.embedder().embed(&texts).await?.into_iter();
        let query = vectors.next().unwrap_or_default();
        let cosine = |vector: &Vec<f32>| query.iter().zip(vector).map(|(left, right)| left * right).sum::<f32>();
        let mut scored: Vec<(f32, T)> = vectors.map(|vector| cosine(&vector)).zip(items).collect();
        scored.sort_by(|left, right| right.0.total_cmp(&left.0));
        scored.truncate(limit);
        let best = scored.first().map_or(0.0, |(score, _)| *score);
        let relevance = |score: f32| if best > 0.0 { f64::from((score / best).max(0.0)) } else { 0.0 };
        let found = scored.into_iter();
        Ok(found.map(|(score, item)| Scored { item, score: f64::from(score), relevance: relevance(score) }).collect())
    }
}

/// Episodes by their thread or document, in order.
fn grouped(index: &GraphIndex, what: Summarised, only: Option<&str>) -> BTreeMap<String, Vec<Episode>> {
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
