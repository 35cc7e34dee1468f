//! Facts of a graph: reading them, and the operator's direct edits.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::audit::Target;
use super::entities::{NodeDraft, resolve_entity};
use super::{GraphHandle, ProjectHandle, hyperedges, stated};
use crate::store::ErasureState;
use erstwhile_core::change::Change;
use erstwhile_core::error::{Error, Result};
use erstwhile_core::model::{
    Assertion, AssertionId, AuditAction, AuditTargetKind, ClaimKind, EntityId, Episode, EpisodeId, EpisodeKind, Fact,
    FactEdit, GraphId, Holding, Metadata, OPERATOR, Precision, TaskId, TimePoint,
};
use erstwhile_core::search::GraphIndex;
use erstwhile_core::search::filter::Filter;

/// A fact that the application states directly.
#[derive(Debug, Clone, Default)]
pub struct FactDraft {
    /// The relation's name.
    pub predicate: String,
    /// The fact as a sentence.
    pub statement: String,
    /// Its subject.
    pub source: NodeDraft,
    /// Its object.
    pub target: NodeDraft,
    /// When it became true.
    pub valid_from: Option<Timestamp>,
    /// When it stopped being true.
    pub valid_until: Option<Timestamp>,
    /// When the system learned that it had stopped being true.
    pub expired_at: Option<Timestamp>,
    /// When it was said; now when absent.
    pub created_at: Option<Timestamp>,
    /// Attributes.
    pub attributes: Metadata,
    /// The application's own data, stored in an episode that states the fact.
    pub metadata: Metadata,
}

/// A fact with its subject and object.
#[derive(Debug, Clone)]
pub struct FactTriple {
    /// The fact.
    pub fact: Fact,
    /// Its subject.
    pub source: FactEnd,
    /// Its object.
    pub target: FactEnd,
    /// The hyperedge that it is an edge of.
    pub hyperedge: Option<EpisodeId>,
}

/// The subject or object of a fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactEnd {
    /// The entity.
    pub id: EntityId,
    /// Its name.
    pub name: String,
    /// Its type, when known.
    pub entity_type: Option<String>,
    /// Whether it is a value, which is no entity.
    pub is_value: bool,
}

impl ProjectHandle {
    /// A fact, by its id or by an assertion that supports it, or a statement in the form of a fact.
    pub async fn fact(&self, id: AssertionId) -> Result<FactTriple> {
        let graph = self.graph_of(id.0, "fact").await?;
        self.index(graph).await?.read(|index| match index.knowledge.statement(id) {
            Some(statement) => triple(index, Some(&index.knowledge.statement_as_fact(statement))),
            None => triple(index, index.knowledge.fact(id)),
        })?
    }

    /// Adds a directly stated fact, with the episode that states it, if any.
    pub(super) async fn state_triple(
        &self,
        graph: GraphId,
        draft: FactDraft,
        episode: Option<Episode>,
    ) -> Result<(FactTriple, TaskId)> {
        let (now, task) = (self.now(), TaskId(graph.within(self.ids().next())));
        let id = AssertionId(graph.within(self.ids().next()));
        let by = episode.as_ref().map(|episode| episode.id);
        let decide = |index: &GraphIndex| {
            let (source, source_changes) = resolve_entity(index, graph, &draft.source, by, now)?;
            let (target, target_changes) = resolve_entity(index, graph, &draft.target, by, now)?;
            // Nothing is left to ingest; the task exists for callers who poll it.
            let followed = Change::AddTask { task, kind: "add_fact_triple".to_owned(), total: 0 };
            let stated = episode.clone().map(|episode| Change::AddEpisodes(vec![episode]));
            let stated = std::iter::once(followed).chain(stated);
            let mut changes: Vec<Change> = stated.chain(source_changes).chain(target_changes).collect();
            let instant = |at: Option<Timestamp>| at.map(|at| TimePoint { at, precision: Precision::Instant });
            changes.push(Change::AddAssertion(Assertion {
                id,
                episode: by,
                sequence: None,
                subject: source,
                predicate: draft.predicate.clone(),
                object: Some(target),
                statement: draft.statement.clone(),
                span: 0..0,
                kind: ClaimKind::Asserts,
                holding: Holding::Shared,
                valid_from: instant(draft.valid_from),
                valid_until: instant(draft.valid_until),
                reference_time: draft.created_at.unwrap_or(now),
                recorded_at: now,
                confidence: 1.0,
                extractor: OPERATOR.to_owned(),
                attributes: draft.attributes.clone(),
            }));
            if draft.expired_at.is_some() {
                let edit =
                    FactEdit { expired_at: Some(draft.expired_at), recorded_at: Some(now), ..FactEdit::default() };
                changes.push(Change::PutFactEdit(id, edit));
            }
            Ok((changes, ()))
        };
        self.change_knowledge(graph, decide).await?;
        Ok((self.fact(id).await?, task))
    }

    /// Edits a fact directly; absent fields are left unchanged.
    ///
    /// # Errors
    /// `Invalid` for a statement, which is what was said.
    pub async fn update_fact(&self, id: AssertionId, edit: FactEdit) -> Result<FactTriple> {
        let graph = self.graph_of(id.0, "fact").await?;
        let now = self.now();
        let decide = |index: &GraphIndex| {
            if index.knowledge.statement(id).is_some() {
                return Err(Error::invalid("a statement cannot be edited: delete it, or add a fact"));
            }
            let fact = index.knowledge.fact(id).ok_or_else(|| Error::not_found("fact"))?;
            // The edges of a hyperedge say the same; the edit of this one comes last.
            let mut changes = Vec::new();
            if let Some(statement) = &edit.statement {
                for hyperedge in hyperedges::of_fact(index, &fact.episodes) {
                    changes.extend(hyperedges::restated(index, &hyperedge, statement, now));
                }
            }
            let merged = merged(index.knowledge.fact_edit(fact), edit.clone());
            let edit = FactEdit { recorded_at: Some(now), ..merged };
            changes.push(Change::PutFactEdit(fact.id, edit));
            Ok((changes, fact.id))
        };
        let id = self.change_knowledge(graph, decide).await?;
        self.fact(id).await
    }

    /// Removes a fact with every assertion that supports it, and what the application stored when it stated the fact; or a
    /// statement.
    pub async fn delete_fact(&self, id: AssertionId) -> Result<ErasureState> {
        let graph = self.graph_of(id.0, "fact").await?;
        let decide = |index: &GraphIndex| {
            if let Some(statement) = index.knowledge.statement(id) {
                let mut changes = vec![Change::RemoveAssertion(statement.id)];
                changes.extend(self.record(AuditAction::Delete, AuditTargetKind::Fact, Target::of(graph, id.0)));
                return Ok((changes, ()));
            }
            let fact = index.knowledge.fact(id).ok_or_else(|| Error::not_found("fact"))?;
            let assertions: BTreeSet<AssertionId> = fact.assertions.iter().copied().collect();
            let mut changes: Vec<Change> = assertions.iter().map(|id| Change::RemoveAssertion(*id)).collect();
            changes.extend(stated::forget(index, fact.episodes.iter().copied(), &assertions, &[]));
            changes.extend(self.record(AuditAction::Delete, AuditTargetKind::Fact, Target::of(graph, id.0)));
            Ok((changes, ()))
        };
        self.change_knowledge(graph, decide).await?;
        Ok(self.erased().await)
    }

    /// The facts in which an entity is subject or object and that pass a filter, in no particular order.
    pub async fn facts_about(&self, entity: EntityId, filter: &Filter) -> Result<Vec<FactTriple>> {
        let graph = self.graph_of(entity.0, "entity").await?;
        let index = self.index(graph).await?;
        index.read(|index| {
            let entity = index.knowledge.entity_or_value(entity).ok_or_else(|| Error::not_found("entity"))?;
            let metadata = |id: EpisodeId| index.episode(id).map(|episode| &episode.metadata);
            let facts = index.knowledge.facts_about(entity.id);
            let passing = facts.filter(|fact| filter.fact(fact, &index.knowledge, metadata));
            passing.map(|fact| triple(index, Some(fact))).collect()
        })?
    }
}

impl GraphHandle {
    /// Every fact of a graph that passes a filter, with its subject and object, in no particular order.
    pub async fn facts(&self, filter: &Filter) -> Result<Vec<FactTriple>> {
        let graph = self.partition().await?;
        let index = self.project.index(graph).await?;
        index.read(|index| {
            let metadata = |id: EpisodeId| index.episode(id).map(|episode| &episode.metadata);
            let passing = index.facts().filter(|fact| filter.fact(fact, &index.knowledge, metadata));
            passing.map(|fact| triple(index, Some(fact))).collect()
        })?
    }

    /// The facts that were true at `as_of`, as the system knew them at `known_at` (T9).
    pub async fn facts_at(&self, as_of: Option<Timestamp>, known_at: Option<Timestamp>) -> Result<Vec<Fact>> {
        let graph = self.partition().await?;
        let known_at = known_at.unwrap_or(Timestamp::MAX);
        let mut facts = self.project.walk(graph, |index| index.knowledge.facts_known_at(known_at)).await?;
        facts.retain(|fact| as_of.is_none_or(|as_of| fact.holds_at(as_of)));
        Ok(facts)
    }

    /// Adds a fact directly, and its subject and object unless they exist.
    pub async fn add_fact(&self, draft: FactDraft) -> Result<(FactTriple, TaskId)> {
        let graph = self.partition().await?;
        let episode = self.project.metadata_episode(graph, draft.statement.clone(), &draft.metadata, draft.created_at);
        self.project.state_triple(graph, draft, episode).await
    }
}

/// A fact with its subject and object.
pub(super) fn triple(index: &GraphIndex, fact: Option<&Fact>) -> Result<FactTriple> {
    let fact = fact.ok_or_else(|| Error::not_found("fact"))?;
    let end = |id| {
        let is_value = index.knowledge.is_value(id);
        match index.knowledge.entity_or_value(id) {
            Some(entity) => {
                let (name, entity_type) = (entity.name.clone(), entity.entity_type.clone());
                Ok(FactEnd { id: entity.id, name, entity_type, is_value })
            }
            // A statement may name nobody.
            None if index.knowledge.statement(fact.id).is_some() => {
                Ok(FactEnd { id, name: String::new(), entity_type: None, is_value })
            }
            None => Err(Error::corrupt("a fact has a subject or object without a name")),
        }
    };
    let is_hyperedge =
        |id: &&EpisodeId| index.episode(**id).is_some_and(|episode| episode.kind == EpisodeKind::Hyperedge);
    let hyperedge = fact.episodes.iter().find(is_hyperedge).copied();
    Ok(FactTriple { fact: fact.clone(), source: end(fact.subject)?, target: end(fact.object)?, hyperedge })
}

/// Overlays an earlier edit with a later one.
fn merged(before: FactEdit, edit: FactEdit) -> FactEdit {
    let mut attributes = before.attributes;
    // Nulls are kept, because they delete attributes of the assertions.
    attributes.extend(edit.attributes);
    FactEdit {
        statement: edit.statement.or(before.statement),
        predicate: edit.predicate.or(before.predicate),
        valid_from: edit.valid_from.or(before.valid_from),
        valid_until: edit.valid_until.or(before.valid_until),
        expired_at: edit.expired_at.or(before.expired_at),
        attributes,
        recorded_at: edit.recorded_at,
    }
}
