//! Whether a graph says anything about what a query asks.

use super::{GraphHandle, ProjectHandle, Search};
use crate::state::IndexHandle;
use erstwhile_core::error::{Error, Result};
use erstwhile_core::model::EpisodeId;
use erstwhile_core::search::{Answerability, AnswerabilityEstimates, QueryVector, SearchRequest, Signs};

impl GraphHandle {
    /// Whether the graph says anything about what a query asks. The episodes in `ignored` do not count.
    pub async fn answerability(&self, query: &str, ignored: &[EpisodeId]) -> Result<Answerability> {
        let index = self.project.index(self.partition().await?).await?;
        let search = Search { ignored: ignored.to_vec(), ..Search::new(query, 1) };
        self.project.answerability(&index, search).await
    }

    /// The signs by which [`Self::answerability`] estimates.
    pub async fn signs(&self, query: &str, ignored: &[EpisodeId]) -> Result<Signs> {
        let index = self.project.index(self.partition().await?).await?;
        let search = Search { ignored: ignored.to_vec(), ..Search::new(query, 1) };
        let search = self.project.without_violations(&index, search).await?;
        let requests = self.project.requests_for_signs(vec![search]).await?;
        index.read(|index| requests.first().map(|request| index.signs(request)).unwrap_or_default())
    }
}

impl ProjectHandle {
    /// Whether a graph says anything about what a search asks.
    pub(super) async fn answerability(&self, index: &IndexHandle, search: Search) -> Result<Answerability> {
        let search = self.without_violations(index, search).await?;
        let requests = self.requests_for_signs(vec![search]).await?;
        let known = index.read(|index| requests.first().map(|request| index.answerability(request)))?;
        known.ok_or_else(|| Error::internal("a search without a request"))
    }

    /// Requests with vectors of the embedder for which the estimates hold, if it is in use.
    pub(super) async fn requests_for_signs(&self, searches: Vec<Search>) -> Result<Vec<SearchRequest>> {
        let is_trained = self.embedder().model() == AnswerabilityEstimates::trained().embedder;
        let mut vectors = if is_trained {
            let queries: Vec<&str> = searches.iter().map(|search| search.query.as_str()).collect();
            self.embed(&queries).await?.into_iter()
        } else {
            Vec::new().into_iter()
        };
        let request = |search| {
            let vector = vectors.next().map(QueryVector::from).unwrap_or_default();
            self.request_with(search, vector)
        };
        Ok(searches.into_iter().map(request).collect())
    }
}
