//! Shows summaries that a language model wrote, as long as everything that they rest on holds.

use std::collections::{HashMap, HashSet};

use super::ProjectHandle;
use erstwhile_core::error::Result;
use erstwhile_core::identity::user_node;
use erstwhile_core::model::{AssertionId, Entity, EntityId, EpisodeId, GraphId, SummarySubject, WrittenSummary};
use erstwhile_core::search::GraphIndex;
use erstwhile_core::text::inert;
use jiff::Timestamp;
use uuid::Uuid;

impl ProjectHandle {
    /// The written summaries of a graph that may be shown; none without a language model.
    pub(super) async fn written_summaries(&self, graph: GraphId) -> Result<Vec<WrittenSummary>> {
        if self.state().parts.language_model.is_none() {
            return Ok(Vec::new());
        }
        let mut written = self.store().written_summaries(graph).await?;
        // One without text only says that the model's answer was not used.
        written.retain(|summary| !summary.text.is_empty());
        for summary in &mut written {
            summary.text = inert(&summary.text).into_owned();
        }
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
        let of_entities: HashMap<EntityId, &WrittenSummary> = written
            .iter()
            .filter_map(|summary| match summary.subject {
                SummarySubject::Entity(id) => Some((id, summary)),
                SummarySubject::User | SummarySubject::Thread(_) => None,
            })
            .collect();
        self.index(graph).await?.read(|index| {
            for entity in entities {
                let is_edited = || index.knowledge.entity_edit(entity.id).summary.is_some();
                if let Some(summary) = of_entities.get(&entity.id).filter(|_| !is_edited()) {
                    entity.summary.clone_from(&summary.text);
                }
            }
        })
    }
}

/// Whether facts are there, hold, and are about an entity.
fn holds_about(index: &GraphIndex, entity: EntityId, basis: &[Uuid], now: Timestamp) -> bool {
    let entity = index.knowledge.entity_of(entity);
    basis.iter().all(|id| {
        let fact = index.knowledge.fact(AssertionId(*id));
        fact.is_some_and(|fact| {
            fact.id.0 == *id && fact.is_current_at(now) && (fact.subject == entity || fact.object == entity)
        })
    })
}

/// Whether everything that a summary rests on is there, and facts still hold.
fn still_holds(index: &GraphIndex, summary: &WrittenSummary, now: Timestamp) -> bool {
    match &summary.subject {
        SummarySubject::User => holds_about(index, user_node(index.knowledge.graph()), &summary.basis, now),
        SummarySubject::Entity(id) => holds_about(index, *id, &summary.basis, now),
        SummarySubject::Thread(thread) => {
            let mut seen = HashSet::new();
            summary.basis.iter().all(|id| {
                let episode = index.episode(EpisodeId(*id));
                seen.insert(*id) && episode.is_some_and(|episode| episode.thread.as_ref() == Some(thread))
            })
        }
    }
}
