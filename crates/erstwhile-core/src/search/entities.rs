//! Search for entities.

use std::borrow::Cow;

use super::fuse::fuse;
use super::hybrid::{Channels, HybridIndex};
use super::ranking::{Distances, Scores, Searchable};
use super::{GraphIndex, SearchRequest};
use crate::knowledge::Knowledge;
use crate::model::{Entity, EntityId, EpisodeId};

pub(super) struct EntitySearch<'a> {
    pub(super) index: &'a GraphIndex,
    pub(super) request: &'a SearchRequest,
}

impl Searchable for EntitySearch<'_> {
    type Id = EntityId;
    type Item = Entity;

    fn documents(&self) -> &HybridIndex<EntityId> {
        &self.index.entities
    }

    fn knowledge(&self) -> &Knowledge {
        &self.index.knowledge
    }

    fn item(&self, id: EntityId) -> Option<&Entity> {
        self.index.knowledge.entity(id)
    }

    fn channels(&self) -> Cow<'_, Channels> {
        Cow::Owned(self.documents().search(&self.request.query, &self.request.vector))
    }

    fn scores(&self, channels: &Channels) -> Scores {
        fuse(channels).into()
    }

    fn passes(&self, entity: &Entity) -> bool {
        let is_known = self.request.known_at.is_none_or(|known_at| entity.created_at <= known_at);
        let metadata = |id: EpisodeId| self.index.episode(id).map(|episode| &episode.metadata);
        is_known && self.request.filter.entity(entity, metadata)
    }

    fn mentions(&self, entity: &Entity) -> usize {
        entity.episodes.len()
    }

    fn distance(&self, entity: &Entity, distances: &Distances) -> Option<usize> {
        distances.get(&entity.id).copied()
    }
}
