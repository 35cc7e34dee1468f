//! The index of one graph: episodes, facts and entities in the form in which search needs them.
//!
//! Built from the store on first use, kept up to date by what happened since, dropped when memory is
//! short. The same index serves every store, so results are the same on all of them.

use super::collection::Collection;
use super::names::NameIndex;
use super::turns::Turns;
use super::vector::EXACT_MAX;
use crate::evidence::{Evidence, TombstoneKind};
use crate::knowledge::{Knowledge, Touched};
use crate::model::{AssertionId, EntityId, Episode, EpisodeId, Fact, GraphId};
use crate::ontology::Ontology;

/// Everything that search over one graph needs, in memory.
#[derive(Debug)]
pub struct GraphIndex {
    /// The version of the graph that the index shows.
    pub version: i64,
    /// Entities and facts.
    pub knowledge: Knowledge,
    pub(super) turns: Turns,
    pub(super) facts: Collection<AssertionId>,
    pub(super) entities: Collection<EntityId>,
    pub(super) names: NameIndex,
}

/// A text that has no vector yet.
#[derive(Debug, Clone, PartialEq)]
pub struct PendingEmbedding {
    document: Document,
    /// What to embed.
    pub text: String,
}

impl PendingEmbedding {
    fn new(document: Document, text: String) -> Self {
        Self { document, text }
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Document {
    Turn(u32),
    Fact(u32),
    Entity(u32),
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
            turns: Turns::new(dimensions, exact_max),
            facts: Collection::new(dimensions, exact_max),
            entities: Collection::new(dimensions, exact_max),
            names: NameIndex::default(),
        }
    }

    /// Takes in what happened; the texts that it answers with need vectors.
    pub fn take(&mut self, mut evidence: Evidence) -> Vec<PendingEmbedding> {
        let large = evidence.is_large();
        self.version = self.version.max(evidence.version);
        let episodes = std::mem::take(&mut evidence.episodes);
        let gone: Vec<EpisodeId> = evidence
            .tombstones
            .iter()
            .filter(|(kind, _)| *kind == TombstoneKind::Episode)
            .map(|(_, id)| EpisodeId(*id))
            .collect();
        let (turns, knowledge) = (&mut self.turns, &mut self.knowledge);
        let take_turns = move || {
            for id in gone {
                turns.remove(id);
            }
            let put =
                |episode| turns.put(episode).map(|(number, text)| PendingEmbedding::new(Document::Turn(number), text));
            episodes.into_iter().filter_map(put).collect::<Vec<_>>()
        };
        let (mut pending, touched) = both(large, take_turns, || knowledge.take(evidence));
        pending.extend(self.show(&touched, large));
        pending
    }

    /// Shows what is known now of facts and entities that may have changed.
    fn show(&mut self, touched: &Touched, large: bool) -> Vec<PendingEmbedding> {
        let (knowledge, facts, entities, names) =
            (&self.knowledge, &mut self.facts, &mut self.entities, &mut self.names);
        let show_fact = move |id: &AssertionId| match knowledge.fact(*id).filter(|fact| fact.id == *id) {
            None => {
                facts.remove(*id);
                None
            }
            Some(fact) => {
                let number = facts.put(*id, &fact.statement);
                Some(PendingEmbedding::new(Document::Fact(number), fact.statement.clone()))
            }
        };
        let show_entity = move |id: &EntityId| match knowledge.entity(*id).filter(|entity| entity.id == *id) {
            None => {
                if let Some(number) = entities.number(*id) {
                    names.remove(number);
                }
                entities.remove(*id);
                None
            }
            Some(entity) => {
                let text = format!("{} {} {}", entity.name, entity.aliases.join(" "), entity.summary);
                let number = entities.put(*id, &text);
                names.put(number, &entity.name);
                Some(PendingEmbedding::new(Document::Entity(number), text))
            }
        };
        let (mut pending, of_entities) = both(
            large,
            || touched.facts.iter().filter_map(show_fact).collect::<Vec<_>>(),
            || touched.entities.iter().filter_map(show_entity).collect::<Vec<_>>(),
        );
        pending.extend(of_entities);
        pending
    }

    /// Puts the vectors of texts in place, in the order in which they were asked for.
    pub fn embed(&mut self, pending: &[PendingEmbedding], vectors: &[Vec<f32>]) {
        for (text, vector) in pending.iter().zip(vectors) {
            match text.document {
                Document::Turn(number) => self.turns.documents.vectors.put(number, vector),
                Document::Fact(number) => self.facts.vectors.put(number, vector),
                Document::Entity(number) => self.entities.vectors.put(number, vector),
            }
        }
    }

    /// An episode.
    pub fn episode(&self, id: EpisodeId) -> Option<&Episode> {
        self.turns.episode(id)
    }

    /// Every episode, newest first.
    pub fn episodes(&self) -> impl DoubleEndedIterator<Item = &Episode> {
        self.turns.episodes()
    }

    /// The facts that the index shows, in no order.
    pub fn facts(&self) -> impl Iterator<Item = &Fact> {
        self.knowledge.facts()
    }

    /// Bytes that the index holds, roughly: what eviction goes by.
    pub fn weight(&self) -> usize {
        /// A fact with its assertion and mentions.
        const FACT: usize = 1_500;
        let known = self.facts.len() * FACT;
        self.turns.weight() + self.facts.weight() + self.names.weight() + self.entities.weight() + known
    }
}

/// Does two things, side by side when they are large.
fn both<A: Send, B>(large: bool, one: impl FnOnce() -> A + Send, other: impl FnOnce() -> B) -> (A, B) {
    if !large {
        return (one(), other());
    }
    std::thread::scope(|scope| {
        let one = scope.spawn(one);
        let other = other();
        (one.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), other)
    })
}
