//! Shows summaries that a language model wrote, as long as everything that they rest on holds.

use std::collections::HashSet;

use super::ProjectHandle;
use erstwhile_core::error::Result;
use erstwhile_core::model::{AssertionId, Entity, EpisodeId, GraphId, SummarySubject, WrittenSummary};
use erstwhile_core::search::GraphIndex;
use jiff::Timestamp;

impl ProjectHandle {
    /// The written summaries of a graph that may be shown; none without a language model.
    pub(super) async fn written_summaries(&self, graph: GraphId) -> Result<Vec<WrittenSummary>> {
        if self.state().parts.language_model.is_none() {
            return Ok(Vec::new());
        }
        let mut written = self.store().written_summaries(graph).await?;
        if written.is_empty() {
            return Ok(written);
        }
        let now = self.now();
        self.index(graph).await?.read(|index| written.retain(|summary| still_holds(index, summary, now)))?;
        Ok(written)
    }

    /// The written summary of the user who owns a graph, if it was written with these instructions.
    pub(super) async fn written_user_summary(&self, graph: GraphId, instructions: &str) -> Result<Option<String>> {
        let written = self.written_summaries(graph).await?.into_iter();
        let mut of_user = written.filter(|summary| summary.subject == SummarySubject::User);
        Ok(of_user.find(|summary| summary.instructions == instructions).map(|summary| summary.text))
    }

    /// Gives entities the summaries that were written for them; an operator's own summary stays.
    pub(super) async fn add_written_summaries<'a>(
        &self,
        graph: GraphId,
        entities: impl Iterator<Item = &'a mut Entity>,
    ) -> Result<()> {
        let written = self.written_summaries(graph).await?;
        if written.is_empty() {
            return Ok(());
        }
        let index = self.index(graph).await?;
        for entity in entities {
            let is_edited = index.read(|index| index.knowledge.entity_edit(entity.id).summary.is_some())?;
            let own = |summary: &&WrittenSummary| summary.subject == SummarySubject::Entity(entity.id);
            if let Some(summary) = written.iter().find(own).filter(|_| !is_edited) {
                entity.summary.clone_from(&summary.text);
            }
        }
        Ok(())
    }
}

/// Whether everything that a summary rests on is there, and facts still hold.
fn still_holds(index: &GraphIndex, summary: &WrittenSummary, now: Timestamp) -> bool {
    match &summary.subject {
        SummarySubject::User | SummarySubject::Entity(_) => summary.basis.iter().all(|id| {
            let fact = index.knowledge.fact(AssertionId(*id));
            fact.is_some_and(|fact| fact.id.0 == *id && fact.is_current_at(now))
        }),
        SummarySubject::Thread(thread) => {
            let mut seen = HashSet::new();
            summary.basis.iter().all(|id| {
                let episode = index.episode(EpisodeId(*id));
                seen.insert(*id) && episode.is_some_and(|episode| episode.thread.as_ref() == Some(thread))
            })
        }
    }
}
