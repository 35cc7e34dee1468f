//! Removals, with everything that is removed together with an object.

use erstwhile_core::change::Batch;
use erstwhile_core::error::ErrorKind;
use erstwhile_core::evidence::TombstoneKind;
use erstwhile_core::model::{Assertion, AssertionId, EntityId, EpisodeId, SettingKind};

use super::evidence::{ENTITY, FACT};
use super::{PartitionState, Reference};

impl Reference {
    pub(super) fn remove_partition(&mut self, batch: &Batch) -> Result<(), ErrorKind> {
        let id = batch.partition.ok_or(ErrorKind::Internal)?;
        self.partitions.remove(&id).ok_or(ErrorKind::NotFound)?;
        self.settings.retain(|(scope, _)| *scope != id.0);
        self.erase_items(|item| item.graph.0 == id.0);
        self.erase_audit(batch.project, id);
        Ok(())
    }

    pub(super) fn remove_thread(&mut self, batch: &Batch, thread: &str) -> Result<(), ErrorKind> {
        let state = self.own(batch)?;
        state.threads.remove(thread).ok_or(ErrorKind::NotFound)?;
        let id = state.row.id.0;
        let is_of_thread = |episode: &&erstwhile_core::model::Episode| episode.thread.as_deref() == Some(thread);
        let doomed: Vec<EpisodeId> = state.episodes().filter(is_of_thread).map(|episode| episode.id).collect();
        for episode in doomed {
            let is_buried = |(version, kind, buried): &(i64, TombstoneKind, uuid::Uuid)| {
                (*version, *kind, *buried) == (state.row.version, TombstoneKind::Episode, episode.0)
            };
            if state.tombstones.iter().any(is_buried) {
                // The same batch removed the episode, added it again, and now removes it with its thread.
                return Err(ErrorKind::Internal);
            }
            state.remove_episode(episode)?;
        }
        let of_threads = [SettingKind::RatingInstruction, SettingKind::ThreadInstruction];
        let is_of_thread = |kind, name: &str| of_threads.contains(&kind) && name == thread;
        self.settings.retain(|(scope, setting)| *scope != id || !is_of_thread(setting.kind, &setting.name));
        self.erase_items(|item| item.graph.0 == id && item.target.thread().is_some_and(|target| target == thread));
        Ok(())
    }
}

impl PartitionState {
    pub(super) fn remove_episode(&mut self, id: EpisodeId) -> Result<(), ErrorKind> {
        self.episode(id).ok_or(ErrorKind::NotFound)?;
        self.remove_derived(id);
        self.episodes.retain(|stored| stored.episode.id != id);
        self.bury(TombstoneKind::Episode, id.0);
        Ok(())
    }

    /// Removes everything derived from an episode.
    pub(super) fn remove_derived(&mut self, id: EpisodeId) {
        self.remove_assertions(|assertion| assertion.episode == Some(id));
        self.mentions.retain(|mention| mention.value.episode != Some(id));
        self.links.retain(|_, link| link.value.episode != Some(id));
    }

    pub(super) fn remove_name(&mut self, name: EntityId) {
        self.cancel_readings_of_name(name);
        self.remove_assertions(|assertion| assertion.subject == name || assertion.object == Some(name));
        self.mentions.retain(|mention| mention.value.entity != name);
        self.links.retain(|_, link| link.value.left != name && link.value.right != name);
        self.edits.remove(&(ENTITY, name.0));
        self.bury(TombstoneKind::Name, name.0);
    }

    /// Removes assertions with the edits of their facts.
    fn remove_assertions(&mut self, is_doomed: impl Fn(&Assertion) -> bool) {
        let doomed: Vec<AssertionId> =
            self.assertions.values().filter(|stored| is_doomed(&stored.value)).map(|stored| stored.value.id).collect();
        for id in doomed {
            self.assertions.remove(&id);
            self.edits.remove(&(FACT, id.0));
        }
    }
}
