//! The index of a graph's episodes.

use std::collections::BTreeMap;

use foldhash::HashMap;

use super::hybrid::HybridIndex;
use crate::model::{Episode, EpisodeId, metadata_size};

/// Number of characters of a turn that are embedded.
///
/// The start of a long message states its topic: embedding the whole message lowers recall at 10 by 3 points
/// on `LongMemEval` and on BEAM development questions.
const LEAD_CHARACTERS: usize = 400;

/// The episodes of a graph, with the adjacent turns of each.
#[derive(Debug)]
pub(super) struct Turns {
    episodes: HashMap<EpisodeId, Episode>,
    sequence: BTreeMap<i64, EpisodeId>,
    pub(super) documents: HybridIndex<EpisodeId>,
    /// The previous and the next turn of the same thread, by number.
    adjacent: Vec<[Option<u32>; 2]>,
    /// The size of the texts and metadata.
    content_bytes: usize,
}

impl Turns {
    pub(super) fn new(dimensions: usize, exact_max: usize) -> Self {
        Self {
            episodes: HashMap::default(),
            sequence: BTreeMap::new(),
            documents: HybridIndex::new(dimensions, exact_max),
            adjacent: Vec::new(),
            content_bytes: 0,
        }
    }

    /// Removes an episode, if present.
    pub(super) fn remove(&mut self, id: EpisodeId) {
        if let Some(episode) = self.episodes.remove(&id) {
            self.sequence.remove(&episode.seq);
            self.content_bytes -= content_size(&episode);
            self.documents.remove(id);
            for other in self.around(episode.seq).into_iter().flatten() {
                self.update_adjacent(other);
            }
        }
    }

    /// Adds or replaces an episode; returns its number and the text to embed, unless the text did not change.
    pub(super) fn put(&mut self, episode: Episode) -> Option<(u32, String)> {
        // Episodes that the application excluded from the graph are not searchable.
        if !episode.is_in_graph() {
            return None;
        }
        let (id, seq) = (episode.id, episode.seq);
        let text = match &episode.name {
            Some(name) => format!("{name}: {}", episode.content),
            None => episode.content.clone(),
        };
        self.content_bytes += content_size(&episode);
        let known = self.episodes.insert(id, episode);
        if let Some(known) = &known {
            self.content_bytes -= content_size(known);
            if self.episodes.get(&id).is_some_and(|episode| episode.content == known.content) {
                return None;
            }
        }
        self.sequence.insert(seq, id);
        let number = self.documents.put(id, &text);
        self.update_adjacent(id);
        for other in self.around(seq).into_iter().flatten() {
            self.update_adjacent(other);
        }
        Some((number, text.chars().take(LEAD_CHARACTERS).collect()))
    }

    /// An episode.
    pub(super) fn episode(&self, id: EpisodeId) -> Option<&Episode> {
        self.episodes.get(&id)
    }

    /// All episodes, newest first.
    pub(super) fn episodes(&self) -> impl DoubleEndedIterator<Item = &Episode> {
        self.sequence.values().rev().filter_map(|id| self.episodes.get(id))
    }

    /// The episodes just before and after a position.
    fn around(&self, seq: i64) -> [Option<EpisodeId>; 2] {
        let before = self.sequence.range(..seq).next_back().map(|(_, id)| *id);
        let after = self.sequence.range(seq + 1..).next().map(|(_, id)| *id);
        [before, after]
    }

    /// Updates the adjacent turns of a turn.
    fn update_adjacent(&mut self, id: EpisodeId) {
        let (Some(number), Some(episode)) = (self.documents.number(id), self.episodes.get(&id)) else { return };
        let adjacent = self.around(episode.seq).map(|other| {
            let other =
                other.filter(|other| episode.thread.is_some() && self.thread_of(*other) == episode.thread.as_ref());
            other.and_then(|other| self.documents.number(other))
        });
        let slot = number as usize;
        if self.adjacent.len() <= slot {
            self.adjacent.resize(slot + 1, [None, None]);
        }
        self.adjacent[slot] = adjacent;
    }

    fn thread_of(&self, id: EpisodeId) -> Option<&String> {
        self.episodes.get(&id)?.thread.as_ref()
    }

    /// The previous and the next turn of the same thread, by number.
    pub(super) fn adjacent(&self, number: usize) -> [Option<u32>; 2] {
        self.adjacent.get(number).copied().unwrap_or([None, None])
    }

    /// Approximate size in bytes.
    pub(super) fn weight(&self) -> usize {
        /// Approximate size of an episode without its text.
        const FIELDS: usize = 400;
        self.documents.weight() + self.content_bytes + self.episodes.len() * FIELDS
    }
}

/// The approximate size of what the application put into an episode.
fn content_size(episode: &Episode) -> usize {
    episode.content.len() + metadata_size(&episode.metadata)
}
