//! What was read and not kept, with the reasons.

use super::{LocatedGraph, ProjectHandle, ThreadHandle};
use crate::ingestion;
use crate::ports::Trace;
use crate::store::Locate;
use erstwhile_core::error::{Error, Result};
use erstwhile_core::model::{Episode, EpisodeId, EpisodeState, GraphId};

/// Number of messages that are read together: as many as a worker reads.
pub const TRACED_TOGETHER: i64 = 32;

/// An episode with what was dropped when it was read.
///
/// The trace is computed from the text by the extractor that reads new episodes. It is empty for an episode that has not
/// been read, and does not contain what a language model dropped, which the report of its reading counts.
#[derive(Debug, Clone)]
pub struct EpisodeTrace {
    /// The episode.
    pub episode: Episode,
    /// What was dropped.
    pub trace: Trace,
}

impl ThreadHandle {
    /// What was dropped of the next messages after the first `offset`, at most [`TRACED_TOGETHER`], oldest first; empty
    /// at the end of the thread.
    pub async fn dropped(&self, offset: i64) -> Result<Vec<EpisodeTrace>> {
        let graph = self.project.locate_graph(Locate::Thread, self.id(), "thread").await?;
        let messages = self.project.store().messages(graph, self.id(), offset, TRACED_TOGETHER).await?;
        self.project.traces(graph, messages).await
    }
}

impl ProjectHandle {
    /// What was dropped of an episode of a graph that was found by a uuid, read after those before it.
    pub async fn dropped_in(&self, located: &LocatedGraph, id: EpisodeId) -> Result<EpisodeTrace> {
        let episode = self.episode_in(located, id).await?;
        let traced = self.traces(located.graph.id, vec![episode]).await?.pop();
        traced.ok_or_else(|| Error::internal("an episode has no trace"))
    }

    async fn traces(&self, graph: GraphId, episodes: Vec<Episode>) -> Result<Vec<EpisodeTrace>> {
        let is_read = |episode: &Episode| episode.state == EpisodeState::Processed;
        if !episodes.iter().any(is_read) {
            let untraced = |episode| EpisodeTrace { episode, trace: Trace::default() };
            return Ok(episodes.into_iter().map(untraced).collect());
        }
        let traces = ingestion::trace(&self.engine.state, graph, &episodes).await?;
        let with_trace = |(episode, trace): (Episode, Trace)| {
            let trace = if is_read(&episode) { trace } else { Trace::default() };
            EpisodeTrace { episode, trace }
        };
        Ok(episodes.into_iter().zip(traces).map(with_trace).collect())
    }
}
