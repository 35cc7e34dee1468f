//! By what repeated requests are recognised: idempotency keys, and the uuids that applications gave to messages.

use erstwhile_core::error::Result;
use erstwhile_core::model::{Episode, EpisodeId, PartitionId, tag_of};
use uuid::Uuid;

use super::Steps;
use crate::store::rows::{id, time};
use crate::store::sql::Refusal;
use crate::store::statements as sql;

impl Steps {
    /// Records what a key was used for.
    pub(super) fn use_key(&mut self, key: Uuid, request: Uuid) {
        self.must(&sql::USE_KEY, vec![id(key), id(request), time(self.at)], Refusal::KeyReused);
    }

    /// Records the graph of an episode, if its uuid does not say it.
    pub(super) fn add_given_uuid(&mut self, graph: PartitionId, episode: &Episode) {
        if tag_of(episode.id.0) != graph.tag() {
            let taken = Refusal::Taken(format!("message already exists with uuid: {}", episode.id.0));
            self.must(&sql::ADD_GIVEN_UUID, vec![id(episode.id.0), id(self.project.0), id(graph.0)], taken);
        }
    }

    pub(super) fn remove_given_uuid(&mut self, episode: EpisodeId) -> Result<()> {
        if tag_of(episode.0) != self.partition()?.tag() {
            self.may(&sql::REMOVE_GIVEN_UUID, vec![id(episode.0), id(self.project.0)]);
        }
        Ok(())
    }
}
