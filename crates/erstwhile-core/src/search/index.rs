//! The in-memory index of one graph: episodes, facts and entities.
//!
//! It is built from the store on first use, updated incrementally and evicted when memory is short. All stores
//! use the same index, so results do not depend on the store.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::filter::Filter;
use super::hearsay::{HearsayMarks, Sources};
use super::hybrid::HybridIndex;
use super::names::NameIndex;
use super::turns::Turns;
use super::vector::EXACT_MAX;
use crate::content_policy::ContentPolicy;
use crate::evidence::{Evidence, TombstoneKind};
use crate::knowledge::{Knowledge, Touched};
use crate::model::{AssertionId, Entity, EntityId, Episode, EpisodeId, Fact, GraphId};
use crate::ontology::Ontology;

/// The in-memory index of one graph.
#[derive(Debug)]
pub struct GraphIndex {
    /// The version of the graph that the index reflects.
    pub version: i64,
    /// Entities and facts.
    pub knowledge: Knowledge,
    pub(super) turns: Turns,
    pub(super) facts: HybridIndex<AssertionId>,
    pub(super) entities: HybridIndex<EntityId>,
    pub(super) statements: HybridIndex<AssertionId>,
    pub(super) names: NameIndex,
    /// The facts and the statements that are hearsay.
    pub(super) hearsay_facts: HearsayMarks,
    pub(super) hearsay_statements: HearsayMarks,
    /// The size of the attributes of all assertions that were ever added.
    attributes_size: usize,
    /// The items that wait for the vectors of an embedding model; `None` without one.
    pub(super) awaiting: Option<BTreeSet<IndexedItem>>,
}

/// An indexed text whose vector is missing.
#[derive(Debug, Clone, PartialEq)]
pub struct PendingEmbedding {
    item: IndexedItem,
    /// What to embed.
    pub text: String,
}

impl PendingEmbedding {
    fn new(item: IndexedItem, text: String) -> Self {
        Self { item, text }
    }
}

/// An indexed item by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum IndexedItem {
    Turn(u32),
    Fact(u32),
    Entity(u32),
    Statement(u32),
}

impl GraphIndex {
    /// Creates an empty index at version zero, for vectors with `dimensions` components.
    pub fn new(graph: GraphId, dimensions: usize) -> Self {
        Self::with_ontology(Ontology::default(), graph, dimensions, EXACT_MAX)
    }

    /// Creates an empty index of a graph with declared types. Vector search is exact for up to `exact_max` documents
    /// of a kind; above that it first compares binary codes.
    pub fn with_ontology(ontology: Ontology, graph: GraphId, dimensions: usize, exact_max: usize) -> Self {
        Self {
            version: 0,
            knowledge: Knowledge::with_ontology(ontology, graph),
            turns: Turns::new(dimensions, exact_max),
            facts: HybridIndex::new(dimensions, exact_max),
            entities: HybridIndex::new(dimensions, exact_max),
            statements: HybridIndex::new(dimensions, exact_max),
            names: NameIndex::default(),
            hearsay_facts: HearsayMarks::default(),
            hearsay_statements: HearsayMarks::default(),
            attributes_size: 0,
            awaiting: None,
        }
    }

    /// Applies changes of evidence; returns the texts to embed.
    pub fn apply(&mut self, mut evidence: Evidence) -> Vec<PendingEmbedding> {
        let large = evidence.is_large();
        let is_first = self.version == 0;
        self.version = self.version.max(evidence.version);
        self.attributes_size += evidence.attributes_size();
        let episodes = std::mem::take(&mut evidence.episodes);
        let removed: Vec<EpisodeId> = evidence
            .tombstones
            .iter()
            .filter(|(kind, _)| *kind == TombstoneKind::Episode)
            .map(|(_, id)| EpisodeId(*id))
            .collect();
        let (turns, knowledge) = (&mut self.turns, &mut self.knowledge);
        let update_turns = move || {
            for id in removed {
                turns.remove(id);
            }
            let put = |episode| {
                turns.put(episode).map(|(number, text)| PendingEmbedding::new(IndexedItem::Turn(number), text))
            };
            episodes.into_iter().filter_map(put).collect::<Vec<_>>()
        };
        let (mut pending, touched) = run_both(large, update_turns, || knowledge.apply(evidence));
        pending.extend(self.update_items(&touched, large));
        if let Some(awaiting) = &mut self.awaiting {
            awaiting.extend(pending.iter().map(|pending| pending.item));
        }
        // Most indexes are loaded at once, and little is added to them afterwards.
        if is_first {
            self.shrink();
        }
        pending
    }

    /// Gives back memory that lists reserved while they grew.
    fn shrink(&mut self) {
        self.knowledge.shrink();
        self.turns.shrink();
        self.facts.shrink();
        self.entities.shrink();
        self.statements.shrink();
        self.names.shrink();
    }

    /// Updates facts and entities that may have changed; returns the texts to embed.
    fn update_items(&mut self, touched: &Touched, large: bool) -> Vec<PendingEmbedding> {
        let (knowledge, facts, entities, names) =
            (&self.knowledge, &mut self.facts, &mut self.entities, &mut self.names);
        let sources = Sources { knowledge, turns: &self.turns };
        let hearsay_facts = &mut self.hearsay_facts;
        let update_fact = move |id: &AssertionId| match knowledge.fact(*id).filter(|fact| fact.id == *id) {
            None => {
                facts.remove(*id);
                None
            }
            Some(fact) => {
                let number = facts.put(*id, &fact.statement);
                hearsay_facts.set(number, sources.is_hearsay(fact));
                Some(PendingEmbedding::new(IndexedItem::Fact(number), fact.statement.clone()))
            }
        };
        let (statements, hearsay_statements) = (&mut self.statements, &mut self.hearsay_statements);
        let update_statement = move |id: &AssertionId| match knowledge.statement(*id) {
            None => {
                statements.remove(*id);
                None
            }
            Some(statement) => {
                let number = statements.put(*id, &statement.statement);
                hearsay_statements.set(number, sources.is_claim_hearsay(statement));
                Some(PendingEmbedding::new(IndexedItem::Statement(number), statement.statement.clone()))
            }
        };
        let update_entity = move |id: &EntityId| match knowledge.entity(*id).filter(|entity| entity.id == *id) {
            None => {
                if let Some(number) = entities.number(*id) {
                    names.remove(number);
                }
                entities.remove(*id);
                None
            }
            Some(entity) => {
                let text = Self::entity_text(entity);
                let number = entities.put(*id, &text);
                names.put(number, &entity.name);
                Some(PendingEmbedding::new(IndexedItem::Entity(number), text))
            }
        };
        let (mut pending, of_entities) = run_both(
            large,
            || {
                let facts = touched.facts.iter().filter_map(update_fact);
                facts.chain(touched.statements.iter().filter_map(update_statement)).collect::<Vec<_>>()
            },
            || touched.entities.iter().filter_map(update_entity).collect::<Vec<_>>(),
        );
        pending.extend(of_entities);
        pending
    }

    /// Sets the vectors of pending texts, in the same order.
    pub fn embed(&mut self, pending: &[PendingEmbedding], vectors: &[Vec<f32>]) {
        for (text, vector) in pending.iter().zip(vectors) {
            match text.item {
                IndexedItem::Turn(number) => self.turns.documents.vectors.put(number, vector),
                IndexedItem::Fact(number) => self.facts.vectors.put(number, vector),
                IndexedItem::Entity(number) => self.entities.vectors.put(number, vector),
                IndexedItem::Statement(number) => self.statements.vectors.put(number, vector),
            }
        }
    }

    /// The text by which an entity is found.
    pub(super) fn entity_text(entity: &Entity) -> String {
        format!("{} {} {}", entity.name, entity.aliases.join(" "), entity.summary)
    }

    /// An episode.
    pub fn episode(&self, id: EpisodeId) -> Option<&Episode> {
        self.turns.episode(id)
    }

    /// All episodes, newest first.
    pub fn episodes(&self) -> impl DoubleEndedIterator<Item = &Episode> {
        self.turns.episodes()
    }

    /// Sets the content policy of the graph, with which episodes that are indexed from now on are compared.
    pub fn set_policy(&mut self, policy: Arc<ContentPolicy>) {
        self.turns.set_policy(policy);
    }

    /// Whether the graph has a content policy.
    pub fn has_policy(&self) -> bool {
        self.turns.has_policy()
    }

    /// Whether an episode of the graph passes a filter.
    pub fn passes(&self, filter: &Filter, episode: &Episode) -> bool {
        filter.episode(episode, self.turns.is_violating(episode.id))
    }

    /// All facts, in arbitrary order.
    pub fn facts(&self) -> impl Iterator<Item = &Fact> {
        self.knowledge.facts()
    }

    /// Approximate size in bytes, for eviction.
    pub fn weight(&self) -> usize {
        /// Approximate size of a fact with its assertion and mentions.
        const FACT: usize = 1_500;
        /// Approximate size of a statement.
        const STATEMENT: usize = 600;
        // A fact has a copy of the attributes of its assertions.
        let known = self.facts.len() * FACT + self.statements.len() * STATEMENT + 2 * self.attributes_size;
        self.turns.weight()
            + self.facts.weight()
            + self.statements.weight()
            + self.names.weight()
            + self.entities.weight()
            + known
    }
}

/// Runs two functions, concurrently if `large`.
fn run_both<A: Send, B>(large: bool, one: impl FnOnce() -> A + Send, other: impl FnOnce() -> B) -> (A, B) {
    if !large {
        return (one(), other());
    }
    std::thread::scope(|scope| {
        let one = scope.spawn(one);
        let other = other();
        (one.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), other)
    })
}
