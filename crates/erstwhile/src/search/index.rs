//! The index of one graph: episodes, facts and entities in the form in which search needs them.
//!
//! Built from the store on first use, kept up to date by what happened since, dropped when memory is
//! short. The same index serves every store, so results are the same on all of them.

use std::collections::HashMap;
use std::hash::Hash;

use super::names::NameIndex;
use super::text::{TextHits, TextIndex};
use super::vector::{EXACT_MAX, VectorIndex};
use crate::knowledge::{Knowledge, Touched};
use crate::model::{AssertionId, EntityId, Episode, EpisodeId, Fact, GraphId};
use crate::ontology::Ontology;
use crate::store::{Evidence, TombstoneKind};

/// Characters at the start of a turn that are embedded.
///
/// What a long message is about stands at its start: with all of it embedded, recall among the first
/// ten falls by 3 points on `LongMemEval` and on BEAM development questions.
const LEAD_CHARACTERS: usize = 400;

/// Everything that search over one graph needs, in memory.
#[derive(Debug)]
pub struct GraphIndex {
    /// The version of the graph that the index shows.
    pub version: i64,
    /// Entities and facts.
    pub knowledge: Knowledge,
    episodes: HashMap<EpisodeId, Episode>,
    sequence: std::collections::BTreeMap<i64, EpisodeId>,
    pub(super) turns: Collection<EpisodeId>,
    /// The turns of the same conversation just before and after each turn, by number.
    beside: Vec<[Option<u32>; 2]>,
    pub(super) facts: Collection<AssertionId>,
    pub(super) entities: Collection<EntityId>,
    pub(super) names: NameIndex,
    content_bytes: usize,
}

/// A text that has no vector yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Unembedded {
    document: Document,
    /// What to embed.
    pub text: String,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Document {
    Turn(u32),
    Fact(u32),
    Entity(u32),
}

/// Documents of one kind, findable by words and by vector.
#[derive(Debug)]
pub(super) struct Collection<Id> {
    numbers: HashMap<Id, u32>,
    ids: Vec<Option<Id>>,
    free: Vec<u32>,
    text: TextIndex,
    vectors: VectorIndex,
}

/// What the two channels say about each document of a collection.
#[derive(Debug)]
pub(super) struct Channels {
    pub(super) text: TextHits,
    pub(super) cosines: Vec<f32>,
}

impl<Id: Copy + Eq + Hash> Collection<Id> {
    fn new(dimensions: usize, exact_max: usize) -> Self {
        let (text, vectors) = (TextIndex::default(), VectorIndex::new(dimensions, exact_max));
        Self { numbers: HashMap::new(), ids: Vec::new(), free: Vec::new(), text, vectors }
    }

    fn put(&mut self, id: Id, text: &str) -> u32 {
        let number = self.numbers.get(&id).copied().unwrap_or_else(|| {
            let number = self.free.pop().unwrap_or(self.ids.len() as u32);
            if number as usize == self.ids.len() {
                self.ids.push(None);
            }
            self.ids[number as usize] = Some(id);
            self.numbers.insert(id, number);
            self.vectors.remove(number);
            number
        });
        // A text that changes keeps its vector until the new one comes, so that it can be found meanwhile.
        self.text.put(number, text);
        number
    }

    fn remove(&mut self, id: Id) {
        if let Some(number) = self.numbers.remove(&id) {
            self.ids[number as usize] = None;
            self.text.remove(number);
            self.vectors.remove(number);
            self.free.push(number);
        }
    }

    pub(super) fn number(&self, id: Id) -> Option<u32> {
        self.numbers.get(&id).copied()
    }

    pub(super) fn id(&self, number: u32) -> Option<Id> {
        self.ids.get(number as usize).copied().flatten()
    }

    pub(super) fn len(&self) -> usize {
        self.ids.len()
    }

    pub(super) fn search(&self, query: &str, vector: &[f32]) -> Channels {
        let text = self.text.search(query);
        let cosines = self.vectors.search(vector, &text.scores);
        let mut channels = Channels { text, cosines };
        channels.text.scores.resize(self.ids.len(), 0.0);
        channels.cosines.resize(self.ids.len(), 0.0);
        channels
    }

    pub(super) fn similarity(&self, left: u32, right: u32) -> f32 {
        self.vectors.similarity(left, right)
    }
}

impl GraphIndex {
    /// An empty index at version zero, for vectors of so many components.
    pub fn new(graph: GraphId, dimensions: usize) -> Self {
        Self::under(Ontology::default(), graph, dimensions, EXACT_MAX)
    }

    /// An empty index of a graph for which these types are declared; the vectors of up to `exact_max`
    /// documents of a kind are compared one by one, of more by their sketches first.
    pub fn under(ontology: Ontology, graph: GraphId, dimensions: usize, exact_max: usize) -> Self {
        Self {
            version: 0,
            knowledge: Knowledge::under(ontology, graph),
            episodes: HashMap::new(),
            sequence: std::collections::BTreeMap::new(),
            turns: Collection::new(dimensions, exact_max),
            beside: Vec::new(),
            facts: Collection::new(dimensions, exact_max),
            entities: Collection::new(dimensions, exact_max),
            names: NameIndex::default(),
            content_bytes: 0,
        }
    }

    /// Takes in what happened; the texts that it answers with need vectors.
    pub fn take(&mut self, evidence: &Evidence) -> Vec<Unembedded> {
        let mut unembedded = Vec::new();
        for (kind, id) in &evidence.tombstones {
            if *kind == TombstoneKind::Episode {
                self.remove_episode(EpisodeId(*id));
            }
        }
        for episode in &evidence.episodes {
            self.put_episode(episode, &mut unembedded);
        }
        let touched = self.knowledge.take(evidence);
        self.show(&touched, &mut unembedded);
        self.version = self.version.max(evidence.version);
        unembedded
    }

    fn remove_episode(&mut self, id: EpisodeId) {
        if let Some(episode) = self.episodes.remove(&id) {
            self.sequence.remove(&episode.seq);
            self.content_bytes -= episode.content.len();
            self.turns.remove(id);
            for near in self.around(episode.seq).into_iter().flatten() {
                self.seat(near);
            }
        }
    }

    fn put_episode(&mut self, episode: &Episode, unembedded: &mut Vec<Unembedded>) {
        // What the application asked to leave out of the graph is not searched.
        if !episode.is_in_graph() {
            return;
        }
        let known = self.episodes.insert(episode.id, episode.clone());
        if known.is_some_and(|known| known.content == episode.content) {
            return;
        }
        self.sequence.insert(episode.seq, episode.id);
        self.content_bytes += episode.content.len();
        let text = match &episode.name {
            Some(name) => format!("{name}: {}", episode.content),
            None => episode.content.clone(),
        };
        let number = self.turns.put(episode.id, &text);
        self.seat(episode.id);
        for near in self.around(episode.seq).into_iter().flatten() {
            self.seat(near);
        }
        let text = text.chars().take(LEAD_CHARACTERS).collect();
        unembedded.push(Unembedded { document: Document::Turn(number), text });
    }

    fn show(&mut self, touched: &Touched, unembedded: &mut Vec<Unembedded>) {
        for id in &touched.facts {
            match self.knowledge.fact(*id).filter(|fact| fact.id == *id) {
                None => self.facts.remove(*id),
                Some(fact) => {
                    let text = fact.statement.clone();
                    let number = self.facts.put(*id, &text);
                    unembedded.push(Unembedded { document: Document::Fact(number), text });
                }
            }
        }
        for id in &touched.entities {
            match self.knowledge.entity(*id).filter(|entity| entity.id == *id) {
                None => {
                    if let Some(number) = self.entities.number(*id) {
                        self.names.remove(number);
                    }
                    self.entities.remove(*id);
                }
                Some(entity) => {
                    let text = format!("{} {} {}", entity.name, entity.aliases.join(" "), entity.summary);
                    let number = self.entities.put(*id, &text);
                    self.names.put(number, &entity.name);
                    unembedded.push(Unembedded { document: Document::Entity(number), text });
                }
            }
        }
    }

    /// Puts the vectors of texts in place, in the order in which they were asked for.
    pub fn embed(&mut self, unembedded: &[Unembedded], vectors: &[Vec<f32>]) {
        for (text, vector) in unembedded.iter().zip(vectors) {
            match text.document {
                Document::Turn(number) => self.turns.vectors.put(number, vector),
                Document::Fact(number) => self.facts.vectors.put(number, vector),
                Document::Entity(number) => self.entities.vectors.put(number, vector),
            }
        }
    }

    /// An episode.
    pub fn episode(&self, id: EpisodeId) -> Option<&Episode> {
        self.episodes.get(&id)
    }

    /// Every episode, newest first.
    pub fn episodes(&self) -> impl DoubleEndedIterator<Item = &Episode> {
        self.sequence.values().rev().filter_map(|id| self.episodes.get(id))
    }

    /// The facts that the index shows, in no order.
    pub fn facts(&self) -> impl Iterator<Item = &Fact> {
        self.knowledge.facts()
    }

    /// The episodes just before and just after a place in the order.
    fn around(&self, seq: i64) -> [Option<EpisodeId>; 2] {
        let before = self.sequence.range(..seq).next_back().map(|(_, id)| *id);
        let after = self.sequence.range(seq + 1..).next().map(|(_, id)| *id);
        [before, after]
    }

    /// Notes which turns of the same conversation are beside a turn.
    fn seat(&mut self, id: EpisodeId) {
        let (Some(number), Some(episode)) = (self.turns.number(id), self.episodes.get(&id)) else { return };
        let beside = self.around(episode.seq).map(|near| {
            let near = near.filter(|near| episode.thread.is_some() && self.thread_of(*near) == episode.thread.as_ref());
            near.and_then(|near| self.turns.number(near))
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

    /// Bytes that the index holds, roughly: what eviction goes by.
    pub fn weight(&self) -> usize {
        let collections = self.turns.text.weight()
            + self.turns.vectors.weight()
            + self.facts.text.weight()
            + self.facts.vectors.weight()
            + self.names.weight()
            + self.entities.text.weight()
            + self.entities.vectors.weight();
        // A fact with its assertion and mentions, and an episode's fields, weigh about this much.
        collections + self.content_bytes + self.episodes.len() * 400 + self.facts.len() * 1_500
    }
}
