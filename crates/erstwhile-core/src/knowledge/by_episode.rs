//! What each episode brought, in less memory than a table of lists: nearly all episodes bring one or two of a kind.

use std::collections::BTreeSet;

use uuid::Uuid;

use crate::model::EpisodeId;

/// Items of one kind by the episode that brought them.
#[derive(Debug)]
pub(super) struct ByEpisode<T>(BTreeSet<(EpisodeId, T)>);

impl<T> Default for ByEpisode<T> {
    fn default() -> Self {
        Self(BTreeSet::new())
    }
}

impl<T: Copy + Ord + From<Uuid>> ByEpisode<T> {
    /// Adds an item of an episode, unless it is there.
    pub(super) fn insert(&mut self, episode: EpisodeId, item: T) {
        self.0.insert((episode, item));
    }

    /// Removes an item of an episode, if it is there.
    pub(super) fn remove(&mut self, episode: EpisodeId, item: T) {
        self.0.remove(&(episode, item));
    }

    /// Removes and returns the items of an episode, ordered by id.
    pub(super) fn take(&mut self, episode: EpisodeId) -> Vec<T> {
        let items: Vec<T> = self.of(episode).collect();
        for item in &items {
            self.0.remove(&(episode, *item));
        }
        items
    }

    /// The items of an episode, ordered by id.
    pub(super) fn of(&self, episode: EpisodeId) -> impl Iterator<Item = T> {
        let all = (episode, T::from(Uuid::nil()))..=(episode, T::from(Uuid::max()));
        self.0.range(all).map(|(_, item)| *item)
    }

    /// Gives back memory that the tree reserved while it grew: its nodes are half full then.
    pub(super) fn shrink(&mut self) {
        self.0 = std::mem::take(&mut self.0).into_iter().collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::AssertionId;

    #[test]
    fn each_episode_has_its_own_items() {
        let (id, other) = (EpisodeId(Uuid::from_u128(1)), EpisodeId(Uuid::from_u128(2)));
        let item = |number| AssertionId(Uuid::from_u128(number));
        let mut items = ByEpisode::default();
        for (episode, number) in [(other, 1), (id, u128::MAX), (id, 7), (id, 0), (id, 7), (EpisodeId(Uuid::nil()), 9)] {
            items.insert(episode, item(number));
        }
        items.shrink();
        assert!(items.of(id).eq([item(0), item(7), item(u128::MAX)]));
        items.remove(id, item(7));
        items.remove(other, item(7));
        assert_eq!(items.take(id), [item(0), item(u128::MAX)]);
        assert_eq!((items.of(id).count(), items.of(other).count()), (0, 1));
    }
}
