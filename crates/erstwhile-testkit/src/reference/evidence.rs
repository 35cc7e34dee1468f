//! Episodes and the evidence extracted from them: mentions, assertions, links and edits.

use erstwhile_core::change::Wording;
use erstwhile_core::error::ErrorKind;
use erstwhile_core::evidence::{Edit, Evidence, TombstoneKind};
use erstwhile_core::model::{
    Assertion, AssertionId, EntityId, EntityPatch, Episode, EpisodeId, EpisodeState, FactEdit, Link, LinkId, Mention,
    Metadata,
};
use jiff::Timestamp;
use uuid::Uuid;

use super::PartitionState;
use super::partition::{StoredEdit, StoredEpisode, Versioned};

/// The kinds of edits: of facts and of entities.
pub(super) const FACT: u8 = 0;
pub(super) const ENTITY: u8 = 1;

impl PartitionState {
    /// Gives the episodes of a batch their positions, before any of its changes is made.
    pub(super) fn assign_positions(&mut self, episodes: usize) {
        self.arriving = episodes as i64;
        self.next_seq += self.arriving;
    }

    /// Whether nothing is added to a thread that has ended, or is not there.
    pub(super) fn has_open_threads(&self, episodes: &[Episode]) -> Result<(), ErrorKind> {
        let is_open = |thread: &String| self.threads.get(thread).is_some_and(|thread| thread.ended_at.is_none());
        let is_given = episodes.iter().filter_map(|episode| episode.thread.as_ref()).all(is_open);
        if is_given { Ok(()) } else { Err(ErrorKind::NotFound) }
    }

    pub(super) fn add_episode(&mut self, episode: &Episode, at: Timestamp) -> Result<(), ErrorKind> {
        if self.episode(episode.id).is_some() {
            return Err(ErrorKind::Internal);
        }
        let settled_at = (episode.state != EpisodeState::Pending).then_some(at);
        let episode = Episode { seq: self.next_seq - self.arriving, model_reading: None, ..episode.clone() };
        self.episodes.push(StoredEpisode { version: self.row.version, settled_at, episode });
        self.arriving -= 1;
        Ok(())
    }

    /// Lets added episodes wait for ingestion.
    pub(super) fn enqueue_pending(&mut self, episodes: &[Episode], at: Timestamp) {
        let pending = episodes.iter().filter(|episode| episode.state == EpisodeState::Pending).count();
        if pending > 0 {
            self.enqueue(pending as i64, at);
        }
    }

    /// The ids of the episodes.
    pub(super) fn episode_ids(&self) -> impl Iterator<Item = EpisodeId> {
        self.episodes().map(|episode| episode.id)
    }

    /// An episode.
    pub fn episode(&self, id: EpisodeId) -> Option<&Episode> {
        self.episodes().find(|episode| episode.id == id)
    }

    /// The episodes, in order.
    pub fn episodes(&self) -> impl DoubleEndedIterator<Item = &Episode> {
        self.episodes.iter().map(|stored| &stored.episode)
    }

    pub(super) fn stored_episode(&mut self, id: EpisodeId) -> Option<&mut StoredEpisode> {
        self.episodes.iter_mut().find(|stored| stored.episode.id == id)
    }

    pub(super) fn set_episode_metadata(&mut self, id: EpisodeId, metadata: &Metadata) -> Result<(), ErrorKind> {
        let version = self.row.version;
        let stored = self.stored_episode(id).ok_or(ErrorKind::NotFound)?;
        stored.episode.metadata.clone_from(metadata);
        stored.version = version;
        Ok(())
    }

    /// Sets the state of an episode; not an error when the episode has been removed.
    pub(super) fn set_episode_state(&mut self, id: EpisodeId, state: &EpisodeState, at: Timestamp) {
        let version = self.row.version;
        if let Some(stored) = self.stored_episode(id) {
            stored.episode.state.clone_from(state);
            stored.settled_at = (*state != EpisodeState::Pending).then_some(at);
            stored.version = version;
        }
        if *state == EpisodeState::Pending {
            self.enqueue(1, at);
        }
    }

    pub(super) fn add_mention(&mut self, mention: &Mention) {
        if !self.mentions.iter().any(|known| is_same_place(&known.value, mention)) {
            self.mentions.push(Versioned { version: self.row.version, value: mention.clone() });
        }
    }

    pub(super) fn add_assertion(&mut self, assertion: &Assertion) {
        let new = Versioned { version: self.row.version, value: assertion.clone() };
        self.assertions.entry(assertion.id).or_insert(new);
    }

    pub(super) fn add_link(&mut self, link: &Link) {
        let new = Versioned { version: self.row.version, value: link.clone() };
        self.links.entry(link.id).or_insert(new);
    }

    pub(super) fn put_fact_edit(&mut self, id: AssertionId, edit: &FactEdit, at: Timestamp) {
        self.cancel_reading_of_assertion(id);
        let edit = FactEdit { recorded_at: Some(at), ..edit.clone() };
        self.put_edit((FACT, id.0), Edit::Fact(id, edit), at);
    }

    pub(super) fn put_entity_edit(&mut self, id: EntityId, patch: &EntityPatch, at: Timestamp) {
        self.cancel_readings_of_name(id);
        self.put_edit((ENTITY, id.0), Edit::Entity(id, patch.clone()), at);
    }

    fn put_edit(&mut self, key: (u8, Uuid), edit: Edit, recorded_at: Timestamp) {
        self.edits.insert(key, StoredEdit { version: self.row.version, recorded_at, edit });
    }

    pub(super) fn bury(&mut self, kind: TombstoneKind, id: Uuid) {
        let tombstone = (self.row.version, kind, id);
        if !self.tombstones.contains(&tombstone) {
            self.tombstones.push(tombstone);
        }
    }

    pub(super) fn reword(&mut self, wordings: &[Wording]) {
        for wording in wordings {
            match wording {
                Wording::Mention(old, new) => {
                    self.mentions.retain(|known| !is_same_place(&known.value, old));
                    self.add_mention(new);
                }
                Wording::Assertion(assertion) => {
                    self.assertions.remove(&assertion.id);
                    self.add_assertion(assertion);
                }
                Wording::Edit(edit) => {
                    let key = match edit {
                        Edit::Fact(id, _) => (FACT, id.0),
                        Edit::Entity(id, _) => (ENTITY, id.0),
                    };
                    let Some(stored) = self.edits.get_mut(&key) else { continue };
                    stored.version = self.row.version;
                    stored.edit = match edit {
                        Edit::Fact(id, edit) => {
                            Edit::Fact(*id, FactEdit { recorded_at: Some(stored.recorded_at), ..edit.clone() })
                        }
                        Edit::Entity(..) => edit.clone(),
                    };
                }
            }
        }
        self.bury(TombstoneKind::Wording, self.row.id.0);
    }

    /// The evidence since a version. The order of mentions and tombstones is unspecified.
    pub fn evidence_since(&self, version: i64) -> Evidence {
        let position = |id| self.episode(id).map(|episode| episode.seq);
        let placed = |assertion: Assertion| Assertion { sequence: assertion.episode.and_then(position), ..assertion };
        let mut assertions: Vec<Assertion> = newer(self.assertions.values(), version).map(placed).collect();
        assertions.sort_by_key(|assertion| (assertion.recorded_at, assertion.id));
        let mut links: Vec<Link> = newer(self.links.values(), version).collect();
        links.sort_by_key(|link| (link.recorded_at, link.id));
        let mut edits: Vec<(&(u8, Uuid), &StoredEdit)> =
            self.edits.iter().filter(|(_, edit)| edit.version > version).collect();
        edits.sort_by_key(|((_, target), stored)| (stored.recorded_at, *target));
        let episodes = self.episodes.iter().filter(|stored| stored.version > version);
        let tombstones = self.tombstones.iter().filter(|(buried, ..)| *buried > version);
        Evidence {
            version: self.row.version,
            tombstones: tombstones.map(|(_, kind, id)| (*kind, *id)).collect(),
            episodes: episodes.map(|stored| stored.episode.clone()).collect(),
            mentions: newer(self.mentions.iter(), version).collect(),
            assertions,
            links,
            edits: edits.into_iter().map(|(_, stored)| stored.edit.clone()).collect(),
        }
    }

    pub(super) fn remove_assertion(&mut self, id: AssertionId) -> Result<(), ErrorKind> {
        self.cancel_reading_of_assertion(id);
        self.assertions.remove(&id).ok_or(ErrorKind::NotFound)?;
        self.edits.remove(&(FACT, id.0));
        self.bury(TombstoneKind::Assertion, id.0);
        Ok(())
    }

    pub(super) fn remove_link(&mut self, id: LinkId) -> Result<(), ErrorKind> {
        self.links.remove(&id).ok_or(ErrorKind::NotFound)?;
        self.bury(TombstoneKind::Link, id.0);
        Ok(())
    }
}

fn newer<'a, T: Clone + 'a>(rows: impl Iterator<Item = &'a Versioned<T>>, version: i64) -> impl Iterator<Item = T> {
    rows.filter(move |row| row.version > version).map(|row| row.value.clone())
}

/// Whether two mentions are the same one: each place in an episode has one mention of an entity; direct edits, which
/// have no place, may repeat a mention at a later time.
fn is_same_place(left: &Mention, right: &Mention) -> bool {
    let place = |mention: &Mention| (mention.episode, mention.entity, mention.span.clone(), mention.name.clone());
    place(left) == place(right) && (left.episode.is_some() || left.recorded_at == right.recorded_at)
}
