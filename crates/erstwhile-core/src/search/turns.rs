//! The episodes of a graph in their order, findable by words and by vector.

use std::collections::BTreeMap;

use foldhash::HashMap;

use super::collection::Collection;
use crate::model::{Episode, EpisodeId};

/// Characters at the start of a turn that are embedded.
///
/// What a long message is about stands at its start: with all of it embedded, recall among the first
/// ten falls by 3 points on `LongMemEval` and on BEAM development questions.
const LEAD_CHARACTERS: usize = 400;

/// Every episode that belongs to the graph, and which turns stand beside each other.
#[derive(Debug)]
pub(super) struct Turns {
    episodes: HashMap<EpisodeId, Episode>,
    sequence: BTreeMap<i64, EpisodeId>,
    pub(super) documents: Collection<EpisodeId>,
    /// The turns of the same conversation just before and after each turn, by number.
    beside: Vec<[Option<u32>; 2]>,
    content_bytes: usize,
}

impl Turns {
    pub(super) fn new(dimensions: usize, exact_max: usize) -> Self {
        Self {
            episodes: HashMap::default(),
            sequence: BTreeMap::new(),
            documents: Collection::new(dimensions, exact_max),
            beside: Vec::new(),
            content_bytes: 0,
        }
    }

    /// Forgets an episode; an unknown one is no error.
    pub(super) fn remove(&mut self, id: EpisodeId) {
        if let Some(episode) = self.episodes.remove(&id) {
            self.sequence.remove(&episode.seq);
            self.content_bytes -= episode.content.len();
            self.documents.remove(id);
            for near in self.around(episode.seq).into_iter().flatten() {
                self.seat(near);
            }
        }
    }

    /// Takes an episode in; its number and what to embed of it, unless its text is what it was.
    pub(super) fn put(&mut self, episode: Episode) -> Option<(u32, String)> {
        // What the application asked to leave out of the graph is not searched.
        if !episode.is_in_graph() {
            return None;
        }
        let (id, seq) = (episode.id, episode.seq);
        let text = match &episode.name {
            Some(name) => format!("{name}: {}", episode.content),
            None => episode.content.clone(),
        };
        let length = episode.content.len();
        let known = self.episodes.insert(id, episode);
        if let Some(known) = &known {
            if self.episodes.get(&id).is_some_and(|episode| episode.content == known.content) {
                return None;
            }
            self.content_bytes -= known.content.len();
        }
        self.sequence.insert(seq, id);
        self.content_bytes += length;
        let number = self.documents.put(id, &text);
        self.seat(id);
        for near in self.around(seq).into_iter().flatten() {
            self.seat(near);
        }
        Some((number, text.chars().take(LEAD_CHARACTERS).collect()))
    }

    /// An episode.
    pub(super) fn episode(&self, id: EpisodeId) -> Option<&Episode> {
        self.episodes.get(&id)
    }

    /// Every episode, newest first.
    pub(super) fn episodes(&self) -> impl DoubleEndedIterator<Item = &Episode> {
        self.sequence.values().rev().filter_map(|id| self.episodes.get(id))
    }

    /// The episodes just before and just after a place in the order.
    fn around(&self, seq: i64) -> [Option<EpisodeId>; 2] {
        let before = self.sequence.range(..seq).next_back().map(|(_, id)| *id);
        let after = self.sequence.range(seq + 1..).next().map(|(_, id)| *id);
        [before, after]
    }

    /// Notes which turns of the same conversation are beside a turn.
    fn seat(&mut self, id: EpisodeId) {
        let (Some(number), Some(episode)) = (self.documents.number(id), self.episodes.get(&id)) else { return };
        let beside = self.around(episode.seq).map(|near| {
            let near = near.filter(|near| episode.thread.is_some() && self.thread_of(*near) == episode.thread.as_ref());
            near.and_then(|near| self.documents.number(near))
        });
        let slot = number as usize;
        if self.beside.len() <= slot {
            self.beside.resize(slot + 1, [None, None]);
        }
        self.beside[slot] = beside;
    }

    fn thread_of(&self, id: EpisodeId) -> Option<&String> {
        self.episodes.get(&id)?.thread.as_ref()
    }

    /// The turns of the same conversation just before and just after one, by number.
    pub(super) fn neighbours(&self, number: usize) -> [Option<u32>; 2] {
        self.beside.get(number).copied().unwrap_or([None, None])
    }

    /// Bytes that the episodes hold, roughly.
    pub(super) fn weight(&self) -> usize {
        /// An episode's fields without its text.
        const FIELDS: usize = 400;
        self.documents.weight() + self.content_bytes + self.episodes.len() * FIELDS
    }
}
