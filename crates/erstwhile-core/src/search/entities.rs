//! Search for entities.

use std::borrow::Cow;

use super::fuse::fuse;
use super::hybrid::{Channels, HybridIndex};
use super::ranking::{Distances, Scores, Searchable};
use super::searches::Searches;
use crate::knowledge::Knowledge;
use crate::model::{Entity, EntityId, EpisodeId};

pub(super) struct EntitySearch<'a> {
    pub(super) searches: &'a Searches<'a>,
}

impl Searchable for EntitySearch<'_> {
    type Id = EntityId;
    type Item = Entity;

    fn documents(&self) -> &HybridIndex<EntityId> {
        &self.searches.index.entities
    }

    fn knowledge(&self) -> &Knowledge {
        &self.searches.index.knowledge
    }

    fn item(&self, id: EntityId) -> Option<&Entity> {
        self.searches.index.knowledge.entity(id)
    }

    fn channels(&self) -> Cow<'_, Channels> {
        Cow::Owned(self.searches.channels(self.documents()))
    }

    fn scores(&self, channels: &Channels) -> Scores {
        fuse(channels).into()
    }

    fn passes(&self, entity: &Entity) -> bool {
        let is_known = self.searches.request.known_at.is_none_or(|known_at| entity.created_at <= known_at);
        let metadata = |id: EpisodeId| self.searches.index.episode(id).map(|episode| &episode.metadata);
        is_known && self.searches.request.filter.entity(entity, metadata)
    }

    fn mentions(&self, entity: &Entity) -> usize {
        entity.episodes.len()
    }

    fn distance(&self, entity: &Entity, distances: &Distances) -> Option<usize> {
        distances.get(&entity.id).copied()
    }
}
