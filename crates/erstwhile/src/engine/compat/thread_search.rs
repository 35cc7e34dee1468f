//! Search over the messages, facts and summaries of threads.

use std::collections::BTreeMap;

use super::{RatedFact, filter_work};
use crate::engine::search::check_query;
use crate::engine::{ProjectHandle, Search, SummaryKind};
use crate::store::{ListOrder, ListPage};
use erstwhile_core::budget::Budget;
use erstwhile_core::compat::metadata_filter::MetadataFilter;
use erstwhile_core::error::{Error, Result};
use erstwhile_core::model::{Episode, EpisodeKind, GraphId, Summary};
use erstwhile_core::search::filter::Filter;
use erstwhile_core::search::{GraphIndex, Reranker, Scored, SearchRequest};

/// Maximum number of threads that are searched when the caller names none: the newest of the user or project.
const THREADS_MAX: i64 = 1_000;
/// Maximum number of messages that are compared with each other for maximal marginal relevance.
const COMPARED_MAX: usize = 300;
/// Maximum number of results.
const RESULTS_MAX: usize = 1_000;

/// A search over threads.
#[derive(Debug, Clone, Default)]
pub struct ThreadSearch {
    /// The query, of at most 10,000 characters; without one, everything that passes the filter is returned, newest first.
    pub text: String,
    /// The threads to search; all threads of the user when empty.
    pub thread_ids: Vec<String>,
    /// The user whose threads are searched when none are named; the newest threads of the project when absent.
    pub user_id: Option<String>,
    /// Which messages may be returned.
    pub filter: Option<MetadataFilter>,
    /// Maximum number of results.
    pub limit: usize,
    /// Ranks by maximal marginal relevance with this lambda, when present.
    pub mmr_lambda: Option<f32>,
}

/// A search result from a thread.
#[derive(Debug, Clone)]
pub struct FoundInThread<T> {
    /// The thread.
    pub thread_id: String,
    /// The result.
    pub item: T,
    /// Its score.
    pub score: f64,
}

impl ProjectHandle {
    /// The threads to search, by their graphs.
    async fn searched(&self, search: &ThreadSearch) -> Result<BTreeMap<GraphId, Vec<String>>> {
        if !(1..=RESULTS_MAX).contains(&search.limit) {
            return Err(Error::invalid(format!("limit must be from 1 to {RESULTS_MAX}")));
        }
        check_query("text", &search.text)?;
        if search.text.trim().is_empty() && search.filter.is_none() {
            return Err(Error::invalid("text must not be empty"));
        }
        let mut threads = Vec::new();
        if !search.thread_ids.is_empty() {
            for thread_id in &search.thread_ids {
                threads.push(self.thread(thread_id).get().await?);
            }
        } else if let Some(user_id) = &search.user_id {
            threads = self.user(user_id).threads().await?;
        } else {
            let page = ListPage { order: ListOrder::Created, ascending: false, offset: 0, limit: THREADS_MAX };
            threads = self.store().list_threads(self.whole()?, page).await?.0;
        }
        let mut searched: BTreeMap<GraphId, Vec<String>> = BTreeMap::new();
        for thread in threads {
            searched.entry(thread.graph).or_default().push(thread.thread_id);
        }
        Ok(searched)
    }

    /// Searches the messages of threads.
    pub async fn search_thread_messages(&self, search: &ThreadSearch) -> Result<Vec<FoundInThread<Episode>>> {
        let mut found = Vec::new();
        let budget = filter_work::budget();
        for (graph, threads) in self.searched(search).await? {
            let index = self.index(graph).await?;
            let request = if search.text.trim().is_empty() {
                None
            } else {
                let reranker = search.mmr_lambda.map_or(Reranker::Relevance, Reranker::Mmr);
                let request = Search { reranker, ..Search::new(&search.text, search.limit) };
                Some(self.search_request(&index, request).await?)
            };
            let _turn = self.engine.filter_turns.next(search.filter.as_ref()).await?;
            let read = |index: &GraphIndex| messages(index, &threads, request, search, &budget);
            found.extend(if search.filter.is_some() { index.read_at_length(read) } else { index.read(read) }?);
            budget.result()?;
        }
        best(&mut found, search.limit);
        Ok(found)
    }

    /// Searches the facts that the messages of threads support.
    pub async fn search_thread_facts(
        &self,
        search: &ThreadSearch,
        rating_min: Option<f64>,
    ) -> Result<Vec<FoundInThread<RatedFact>>> {
        let mut found = Vec::new();
        for (graph, threads) in self.searched(search).await? {
            if search.text.trim().is_empty() {
                continue;
            }
            for (thread_id, Scored { item, score, .. }) in self.facts_in_threads(graph, &threads, &search.text).await? {
                let passes = rating_min.is_none_or(|least| item.rating.is_none_or(|rating| rating >= least));
                if passes {
                    found.push(FoundInThread { thread_id, item, score });
                }
            }
        }
        best(&mut found, search.limit);
        Ok(found)
    }

    /// Searches the summaries of threads.
    pub async fn search_thread_summaries(&self, search: &ThreadSearch) -> Result<Vec<FoundInThread<Summary>>> {
        let mut found = Vec::new();
        for (graph, threads) in self.searched(search).await? {
            let summaries = self.summaries_in(graph, SummaryKind::Threads, None, &Filter::default()).await?;
            let summaries = summaries.into_iter().filter(|summary| threads.contains(&summary.of)).collect();
            let nearest = self.nearest(&search.text, search.limit, summaries, |summary: &Summary| summary.text.clone());
            found.extend(nearest.await?.into_iter().map(|scored| FoundInThread {
                thread_id: scored.item.of.clone(),
                item: scored.item,
                score: scored.score,
            }));
        }
        best(&mut found, search.limit);
        Ok(found)
    }
}

/// Messages of some threads that pass the filter: best first for a query, else newest first.
fn messages(
    index: &GraphIndex,
    threads: &[String],
    request: Option<SearchRequest>,
    search: &ThreadSearch,
    budget: &Budget,
) -> Vec<FoundInThread<Episode>> {
    let passes = |episode: &Episode| {
        episode.kind == EpisodeKind::Message
            && episode.thread.as_ref().is_some_and(|thread| threads.contains(thread))
            && (search.filter.as_ref())
                .is_none_or(|filter| filter.matches(&episode.metadata, episode.reference_time, budget))
    };
    let found =
        |item: Episode, score| FoundInThread { thread_id: item.thread.clone().unwrap_or_default(), item, score };
    let Some(mut request) = request else {
        let newest = index.episodes().filter(|episode| passes(episode)).take(search.limit);
        return newest.map(|episode| found(episode.clone(), 0.0)).collect();
    };
    // Messages are filtered before they are counted against the limit; the limit bounds the pairwise comparisons.
    request.limit = match request.reranker {
        Reranker::Mmr(_) => COMPARED_MAX,
        _ => index.episodes().count(),
    };
    let hits = index.search_episodes(&request).into_iter().filter(|hit| passes(&hit.item)).take(search.limit);
    hits.map(|hit| found(hit.item, hit.score)).collect()
}

fn best<T>(found: &mut Vec<FoundInThread<T>>, limit: usize) {
    // Stable, so that messages of one graph with equal scores keep their order.
    found.sort_by(|left, right| right.score.total_cmp(&left.score));
    found.truncate(limit);
}
