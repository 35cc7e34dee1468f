//! Whether a graph says anything about what a query asks.

use super::{GraphHandle, ProjectHandle, Search};
use crate::state::IndexHandle;
use erstwhile_core::error::Result;
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
        let request = self.project.request_for_signs(&index, search).await?;
        index.read(|index| index.signs(&request))
    }
}

impl ProjectHandle {
    /// Whether a graph says anything about what a search asks.
    pub(super) async fn answerability(&self, index: &IndexHandle, search: Search) -> Result<Answerability> {
        let request = self.request_for_signs(index, search).await?;
        index.read(|index| index.answerability(&request))
    }

    /// A request with the vector of the embedder for which the estimates hold, if it is in use.
    async fn request_for_signs(&self, index: &IndexHandle, search: Search) -> Result<SearchRequest> {
        let vector = if self.embedder().model() == AnswerabilityEstimates::trained().embedder {
            self.embedder().embed(&[&search.query]).await?.into_iter().next().unwrap_or_default().into()
        } else {
            QueryVector::default()
        };
        let search = self.without_violations(index, search).await?;
        Ok(self.request_with(search, vector))
    }
}
