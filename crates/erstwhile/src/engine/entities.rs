//! Entities of a graph: reading them, the operator's direct edits, merging and splitting.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::audit::Target;
use super::{GraphHandle, ProjectHandle, stated};
use crate::store::ErasureState;
use erstwhile_core::change::Change;
use erstwhile_core::error::{Error, Result};
use erstwhile_core::identity::{assistant_node, name_id, normalise, user_node};
use erstwhile_core::model::{
    AssertionId, AuditAction, AuditTargetKind, Entity, EntityId, EntityPatch, Episode, EpisodeId, EpisodeKind,
    EpisodeState, GraphId, Link, LinkId, LinkKind, Mention, Metadata, TaskId,
};
use erstwhile_core::search::GraphIndex;
use erstwhile_core::search::filter::Filter;

/// An entity that the application states directly.
#[derive(Debug, Clone, Default)]
pub struct NodeDraft {
    /// The id of an existing entity; the other fields are then ignored.
    pub id: Option<EntityId>,
    /// Its name.
    pub name: Option<String>,
    /// Its type.
    pub entity_type: Option<String>,
    /// Its summary.
    pub summary: Option<String>,
    /// Attributes.
    pub attributes: Metadata,
    /// Its creation time; now when absent.
    pub created_at: Option<Timestamp>,
    /// The application's own data, stored in an episode that states the entity.
    pub metadata: Metadata,
}

impl GraphHandle {
    /// Adds entities directly; a draft with the id of an existing entity changes nothing.
    pub async fn add_entities(&self, drafts: &[NodeDraft]) -> Result<(Vec<Entity>, TaskId)> {
        let graph = self.partition().await?;
        let (now, task) = (self.project.now(), TaskId(graph.within(self.project.ids().next())));
        let mut stated = Vec::with_capacity(drafts.len());
        for draft in drafts {
            let content = serde_json::json!({ "name": draft.name, "label": draft.entity_type }).to_string();
            stated.push(self.project.metadata_episode(graph, content, &draft.metadata, None));
        }
        let decide = |index: &GraphIndex| {
            let mut ids = Vec::with_capacity(drafts.len());
            let mut changes = vec![Change::AddTask { task, kind: "add_nodes".to_owned(), total: 0 }];
            for (draft, episode) in drafts.iter().zip(&stated) {
                changes.extend(episode.clone().map(|episode| Change::AddEpisodes(vec![episode])));
                let by = episode.as_ref().map(|episode| episode.id);
                let (id, more) = resolve_entity(index, graph, draft, by, draft.created_at.unwrap_or(now).min(now))?;
                changes.extend(more);
                ids.push(id);
            }
            Ok((changes, ids))
        };
        let ids = self.project.change_knowledge(graph, decide).await?;
        let index = self.project.index(graph).await?;
        let entities =
            index.read(|index| ids.iter().filter_map(|id| index.knowledge.entity(*id)).cloned().collect::<Vec<_>>())?;
        Ok((entities, task))
    }

    /// Every entity of a graph that passes a filter, with the number of its facts, in no particular order. Conditions about
    /// facts let the ends of the facts pass that meet them.
    pub async fn entities(&self, filter: &Filter) -> Result<Vec<(Entity, usize)>> {
        let graph = self.partition().await?;
        let index = self.project.index(graph).await?;
        let mut entities: Vec<(Entity, usize)> = index.read(|index| {
            let metadata = |id: EpisodeId| index.episode(id).map(|episode| &episode.metadata);
            let of_facts = filter.about_facts();
            let is_end = |entity: &Entity| {
                let mut facts = index.knowledge.facts_about(entity.id);
                !filter.is_about_facts() || facts.any(|fact| of_facts.fact(fact, &index.knowledge, metadata))
            };
            let passing = index.knowledge.entities();
            let passing = passing.filter(|entity| filter.entity(entity, metadata) && is_end(entity));
            passing.map(|entity| (entity.clone(), index.knowledge.degree(entity.id))).collect()
        })?;
        self.project.add_written_summaries(graph, entities.iter_mut().map(|(entity, _)| entity)).await?;
        Ok(entities)
    }
}

impl ProjectHandle {
    /// The episode that stores the metadata of a directly stated entity or fact; `None` without metadata.
    pub(super) fn metadata_episode(
        &self,
        graph: GraphId,
        content: String,
        metadata: &Metadata,
        created_at: Option<Timestamp>,
    ) -> Option<Episode> {
        (!metadata.is_empty()).then(|| Episode {
            metadata: metadata.clone(),
            state: EpisodeState::Processed,
            ..self.episode(graph, EpisodeKind::FactTriple, content, created_at)
        })
    }

    /// An entity, by its id or by the id of a name that was merged into it, or a value in the form of an entity.
    pub async fn entity(&self, id: EntityId) -> Result<Entity> {
        let graph = self.graph_of(id.0, "entity").await?;
        let entity = self.index(graph).await?.read(|index| index.knowledge.entity_or_value(id).cloned())?;
        let mut entity = entity.ok_or_else(|| Error::not_found("entity"))?;
        self.add_written_summaries(graph, std::iter::once(&mut entity)).await?;
        Ok(entity)
    }

    /// The episodes that mention an entity or a value, oldest first.
    pub async fn episodes_of(&self, id: EntityId) -> Result<Vec<Episode>> {
        let graph = self.graph_of(id.0, "entity").await?;
        let index = self.index(graph).await?;
        let episodes = index.read(|index| {
            let entity = index.knowledge.entity_or_value(id).ok_or_else(|| Error::not_found("entity"))?;
            Ok::<_, Error>(entity.episodes.iter().filter_map(|id| index.episode(*id)).cloned().collect())
        })??;
        self.shown_episodes(graph, episodes).await
    }

    /// Edits an entity directly; absent fields are left unchanged.
    pub async fn update_entity(&self, id: EntityId, patch: EntityPatch) -> Result<Entity> {
        let graph = self.graph_of(id.0, "entity").await?;
        let decide = |index: &GraphIndex| {
            let entity = index.knowledge.entity(id).ok_or_else(|| Error::not_found("entity"))?;
            let merged = merged(index.knowledge.entity_edit(entity.id), patch.clone());
            Ok((vec![Change::PutEntityEdit(entity.id, merged)], ()))
        };
        self.change_knowledge(graph, decide).await?;
        self.entity(id).await
    }

    /// Removes an entity with every mention of it and every assertion about it, and what the application stored when it
    /// stated them.
    ///
    /// # Errors
    /// `Invalid` for the nodes of the user and the assistant, which are removed with the user.
    pub async fn delete_entity(&self, id: EntityId) -> Result<ErasureState> {
        let graph = self.graph_of(id.0, "entity").await?;
        let decide = |index: &GraphIndex| {
            let entity = index.knowledge.entity(id).ok_or_else(|| Error::not_found("entity"))?;
            if [user_node(graph), assistant_node(graph)].contains(&entity.id) {
                return Err(Error::invalid("the entities of the user and the assistant are deleted with the user"));
            }
            let names = index.knowledge.members(entity.id);
            let assertions: BTreeSet<AssertionId> = index.knowledge.assertions_about(names).collect();
            let mut changes: Vec<Change> = names.iter().map(|name| Change::RemoveName(*name)).collect();
            changes.extend(stated::forget(index, entity.episodes.iter().copied(), &assertions, names));
            let target = Target::of(graph, entity.id.0);
            changes.extend(self.record(AuditAction::Delete, AuditTargetKind::Entity, target));
            Ok((changes, ()))
        };
        self.change_knowledge(graph, decide).await?;
        Ok(self.erased().await)
    }

    /// Merges two entities (I3). [`split_entities`](Self::split_entities) undoes it.
    pub async fn merge_entities(&self, left: EntityId, right: EntityId) -> Result<Entity> {
        self.relate(left, right, LinkKind::Same).await?;
        self.entity(left).await
    }

    /// Splits two names into different entities, even if the text suggests that they are the same (I3).
    pub async fn split_entities(&self, left: EntityId, right: EntityId) -> Result<()> {
        self.relate(left, right, LinkKind::Different).await
    }

    async fn relate(&self, left: EntityId, right: EntityId, kind: LinkKind) -> Result<()> {
        let graph = self.graph_of(left.0, "entity").await?;
        if graph != self.graph_of(right.0, "entity").await? {
            return Err(Error::invalid("the two entities belong to different graphs"));
        }
        let now = self.now();
        let decide = |index: &GraphIndex| {
            for end in [left, right] {
                if index.knowledge.is_value(end) {
                    return Err(Error::invalid("a value cannot be merged or split"));
                }
                index.knowledge.entity(end).ok_or_else(|| Error::not_found("entity"))?;
            }
            // The latest decision wins: an earlier merge or split of the same two names is removed.
            let same = |link: &&Link| {
                let ends = (link.left, link.right);
                link.episode.is_none() && (ends == (left, right) || ends == (right, left))
            };
            let mut changes: Vec<Change> =
                index.knowledge.links().filter(same).map(|link| Change::RemoveLink(link.id)).collect();
            let id = LinkId(graph.within(self.ids().next()));
            changes.push(Change::AddLink(Link { id, left, right, kind, episode: None, recorded_at: now }));
            Ok((changes, ()))
        };
        self.change_knowledge(graph, decide).await
    }
}

/// The entity of a draft: the id of an existing one, or the id of a named one with the changes that add it.
pub(super) fn resolve_entity(
    index: &GraphIndex,
    graph: GraphId,
    draft: &NodeDraft,
    by: Option<EpisodeId>,
    now: Timestamp,
) -> Result<(EntityId, Vec<Change>)> {
    if let Some(id) = draft.id {
        let entity = index.knowledge.entity(id).ok_or_else(|| Error::not_found("entity"))?;
        return Ok((entity.id, Vec::new()));
    }
    let name = draft.name.as_deref().filter(|name| !normalise(name).is_empty());
    let name = name.ok_or_else(|| Error::invalid("an entity needs a name or the id of an existing entity"))?;
    let id = name_id(graph, name, draft.entity_type.as_deref());
    let mut changes = vec![Change::AddMention(Mention {
        episode: by,
        name: name.to_owned(),
        entity: id,
        entity_type: draft.entity_type.clone(),
        span: 0..0,
        recorded_at: now,
    })];
    if draft.summary.is_some() || !draft.attributes.is_empty() {
        let patch =
            EntityPatch { summary: draft.summary.clone(), attributes: draft.attributes.clone(), ..Default::default() };
        changes
            .push(Change::PutEntityEdit(id, merged(index.knowledge.entity_edit(index.knowledge.entity_of(id)), patch)));
    }
    Ok((id, changes))
}

/// Overlays an earlier edit with a later one.
fn merged(before: EntityPatch, patch: EntityPatch) -> EntityPatch {
    let mut attributes = before.attributes;
    attributes.extend(patch.attributes);
    EntityPatch {
        name: patch.name.or(before.name),
        summary: patch.summary.or(before.summary),
        entity_type: patch.entity_type.or(before.entity_type),
        attributes,
    }
}
