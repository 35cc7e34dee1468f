//! Searching a graph: embeds the query; the rest is pure and needs no port.

use jiff::Timestamp;

use super::facts::{FactTriple, triple};
use super::reranking::FoundFact;
use super::{GraphHandle, ProjectHandle};
use crate::state::IndexHandle;
use erstwhile_core::error::{Error, Result};
use erstwhile_core::model::{Entity, EntityId, Episode, EpisodeId, Fact};
use erstwhile_core::search::filter::Filter;
use erstwhile_core::search::{GraphIndex, Moment, QueryVector, Reranker, Scored, SearchRequest, Statements};

/// Maximum number of results of one search.
const LIMIT_MAX: usize = 1_000;
/// Maximum number of characters of a query.
const QUERY_CHARACTERS_MAX: usize = 10_000;

/// A search.
#[derive(Debug, Clone)]
pub struct Search {
    /// The text to search for, of at most 10,000 characters.
    pub query: String,
    /// Maximum number of results.
    pub limit: usize,
    /// How the results are ranked.
    pub reranker: Reranker,
    /// Which items may be returned.
    pub filter: Filter,
    /// When facts must be true.
    pub moment: Moment,
    /// The search sees what the system knew at this time; now when absent.
    pub as_known_at: Option<Timestamp>,
    /// Results near these entities are preferred.
    pub origins: Vec<EntityId>,
    /// Whether a search for facts returns statements; the setting of the engine when absent.
    pub statements: Option<Statements>,
    /// Whether a search for facts returns hearsay, behind everything else: what others than the user said about the user.
    pub hearsay: bool,
    /// Whether episodes explain their scores.
    pub explain: bool,
    /// Episodes that are not found, because the caller has them.
    pub ignored: Vec<EpisodeId>,
}

impl Search {
    /// A search with the default order and no filter.
    pub fn new(query: impl Into<String>, limit: usize) -> Self {
        Self {
            query: query.into(),
            limit,
            reranker: Reranker::Relevance,
            filter: Filter::default(),
            moment: Moment::Always,
            as_known_at: None,
            origins: Vec::new(),
            statements: None,
            hearsay: true,
            explain: false,
            ignored: Vec::new(),
        }
    }
}

impl ProjectHandle {
    /// The request for a search of this index, with the vector of the query.
    pub(super) async fn search_request(&self, index: &IndexHandle, search: Search) -> Result<SearchRequest> {
        check(&search)?;
        let vector = self.query_vector(index, &search.query).await?;
        let search = self.without_violations(index, search).await?;
        Ok(self.request_with(search, vector))
    }

    /// A search that finds no episodes that a content policy hides.
    pub(super) async fn without_violations(&self, index: &IndexHandle, mut search: Search) -> Result<Search> {
        self.hide_violations(index, &mut search.filter).await?;
        Ok(search)
    }

    /// The request for a search with this vector of the query.
    pub(super) fn request_with(&self, search: Search, vector: QueryVector) -> SearchRequest {
        SearchRequest {
            vector,
            query: search.query,
            limit: search.limit,
            reranker: search.reranker,
            filter: search.filter,
            moment: search.moment,
            known_at: search.as_known_at,
            origins: search.origins,
            statements: search.statements.unwrap_or(self.state().parts.settings.statements),
            hearsay: search.hearsay,
            explain: search.explain,
            ignored: search.ignored,
        }
    }

    /// The vector of a query: by the embedding model if the index has its vectors and it answers in time, else by the quick
    /// embedder.
    pub(super) async fn query_vector(&self, index: &IndexHandle, query: &str) -> Result<QueryVector> {
        if index.read(GraphIndex::has_model_vectors)?
            && let Some(vector) = self.engine.state.query_vector(self.id, query).await
        {
            if index.read(|index| index.takes_model_vectors_of(vector.len()))? {
                return Ok(QueryVector::of_model(vector));
            }
            // Another model has the same name now.
            self.state().forget_model_vectors(index)?;
        }
        let vectors = self.embed(&[query]).await?;
        Ok(vectors.into_iter().next().unwrap_or_default().into())
    }
}

/// Refuses a query that is too long, whose search would take seconds.
pub(super) fn check_query(name: &str, query: &str) -> Result<()> {
    // Bytes first: they are counted at once.
    if query.len() > QUERY_CHARACTERS_MAX && query.chars().count() > QUERY_CHARACTERS_MAX {
        return Err(Error::invalid(format!("{name} must have at most {QUERY_CHARACTERS_MAX} characters")));
    }
    Ok(())
}

/// Refuses a search that cannot be run.
fn check(search: &Search) -> Result<()> {
    check_query("query", &search.query)?;
    if search.query.trim().is_empty() {
        return Err(Error::invalid("query must not be empty"));
    }
    if !(1..=LIMIT_MAX).contains(&search.limit) {
        return Err(Error::invalid(format!("limit must be from 1 to {LIMIT_MAX}")));
    }
    Ok(())
}

impl GraphHandle {
    /// Searches facts.
    pub async fn search_facts(&self, search: Search) -> Result<Vec<Scored<FactTriple>>> {
        let graph = self.partition().await?;
        self.project.state().wait_for_unread(graph).await;
        let index = self.project.index(graph).await?;
        let request = self.project.search_request(&index, self.project.for_reranking(search.clone())).await?;
        let find = |index: &GraphIndex| {
            let found = index.search_facts(&request).into_iter();
            let whole = |found: Scored<Fact>| {
                let is_hearsay = index.is_hearsay(&found.item);
                let triple = triple(index, Some(&found.item))?;
                Ok(found.with(FoundFact { triple, is_hearsay }))
            };
            found.map(whole).collect::<Result<Vec<_>>>()
        };
        // All facts are computed again for a past state.
        let is_past = search.as_known_at.is_some();
        let found = if is_past { self.project.state().walk(&index, find).await } else { index.read(find) }??;
        let found = self.project.reranked(&search, found).await;
        Ok(found
            .into_iter()
            .map(|Scored { item, score, relevance, explanation }| Scored {
                item: item.triple,
                score,
                relevance,
                explanation,
            })
            .collect())
    }

    /// Searches entities.
    pub async fn search_entities(&self, search: Search) -> Result<Vec<Scored<Entity>>> {
        let graph = self.partition().await?;
        let is_present = search.as_known_at.is_none() && !matches!(search.moment, Moment::At(_));
        self.project.state().wait_for_unread(graph).await;
        let index = self.project.index(graph).await?;
        let request = self.project.search_request(&index, self.project.for_reranking(search.clone())).await?;
        let found = index.read(|index| index.search_entities(&request))?;
        let mut found = self.project.reranked(&search, found).await;
        // A past state is not described by what was written later.
        if is_present {
            self.project.add_written_summaries(graph, found.iter_mut().map(|found| &mut found.item)).await?;
        }
        Ok(found)
    }

    /// Searches episodes.
    pub async fn search_episodes(&self, search: Search) -> Result<Vec<Scored<Episode>>> {
        let graph = self.partition().await?;
        let index = self.project.index(graph).await?;
        let request = self.project.search_request(&index, self.project.for_reranking(search.clone())).await?;
        let found = index.read(|index| index.search_episodes(&request))?;
        Ok(self.project.reranked(&search, found).await)
    }
}
