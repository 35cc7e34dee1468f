//! The texts of an index that an embedding model embeds, later than they are indexed.

use std::collections::BTreeSet;

use super::index::{GraphIndex, IndexedItem};
use super::passages::{PassageVectors, passages};

/// An index is searched by a model's vectors while at most one text in this many waits for its own.
const AWAITING_SHARE: usize = 20;

/// An indexed text that an embedding model embeds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelText {
    item: IndexedItem,
    text: String,
}

impl ModelText {
    /// What to embed: each passage on its own.
    pub fn passages(&self) -> Vec<&str> {
        passages(&self.text)
    }
}

impl GraphIndex {
    /// Texts that are indexed from now on wait for the vectors of an embedding model.
    pub fn expect_model_vectors(&mut self) {
        self.awaiting.get_or_insert_default();
    }

    /// Whether a text waits for the vectors of a model.
    pub fn awaits_model_vectors(&self) -> bool {
        self.awaiting.as_ref().is_some_and(|awaiting| !awaiting.is_empty())
    }

    /// Whether nearly every text has the vectors of a model, so that it can be searched by them.
    pub fn has_model_vectors(&self) -> bool {
        let awaiting = self.awaiting.as_ref().map_or(usize::MAX, BTreeSet::len);
        awaiting.saturating_mul(AWAITING_SHARE) <= self.text_count()
    }

    /// The number of indexed texts.
    pub fn text_count(&self) -> usize {
        self.turns.documents.len() + self.facts.len() + self.entities.len() + self.statements.len()
    }

    /// Some texts that wait for the vectors of a model.
    pub fn texts_for_model(&mut self, max: usize) -> Vec<ModelText> {
        let mut texts = Vec::new();
        let mut gone = BTreeSet::new();
        for item in self.awaiting.iter().flatten() {
            match self.text_of(*item) {
                Some(text) => texts.push(ModelText { item: *item, text }),
                None => drop(gone.insert(*item)),
            }
            if texts.len() == max {
                break;
            }
        }
        if let Some(awaiting) = self.awaiting.as_mut().filter(|_| !gone.is_empty()) {
            awaiting.retain(|item| !gone.contains(item));
        }
        texts
    }

    /// Whether the text is still that of its item.
    pub fn is_current(&self, text: &ModelText) -> bool {
        self.text_of(text.item).as_ref() == Some(&text.text)
    }

    /// Sets the vectors of a text's passages, none if it cannot be embedded. Has no effect if the text has changed.
    pub fn put_model_vectors(&mut self, text: &ModelText, vectors: &[Vec<f32>]) {
        if !self.is_current(text) {
            return;
        }
        match text.item {
            IndexedItem::Turn(number) => self.turns.documents.model_vectors.put(number, vectors),
            IndexedItem::Fact(number) => self.facts.model_vectors.put(number, vectors),
            IndexedItem::Entity(number) => self.entities.model_vectors.put(number, vectors),
            IndexedItem::Statement(number) => self.statements.model_vectors.put(number, vectors),
        }
        if let Some(awaiting) = &mut self.awaiting {
            awaiting.remove(&text.item);
        }
    }

    /// Whether vectors of this number of dimensions can be compared with those of the index.
    pub fn takes_model_vectors_of(&self, dimensions: usize) -> bool {
        let [turns, entities] = [&self.turns.documents.model_vectors, &self.entities.model_vectors];
        let [facts, statements] = [&self.facts.model_vectors, &self.statements.model_vectors];
        let mut known = [turns, entities, facts, statements].into_iter().filter_map(PassageVectors::dimensions);
        known.all(|known| known == dimensions)
    }

    /// Removes all vectors of a model; every text waits for new ones.
    pub fn forget_model_vectors(&mut self) {
        self.turns.documents.model_vectors.clear();
        self.facts.model_vectors.clear();
        self.entities.model_vectors.clear();
        self.statements.model_vectors.clear();
        self.awaiting = Some(self.items().collect());
    }

    /// All texts, for a model.
    pub fn model_texts(&self) -> impl Iterator<Item = ModelText> {
        self.items().filter_map(|item| Some(ModelText { item, text: self.text_of(item)? }))
    }

    fn items(&self) -> impl Iterator<Item = IndexedItem> {
        let numbers = |end: usize| 0..end as u32;
        let turns = numbers(self.turns.documents.numbers_end()).map(IndexedItem::Turn);
        let facts = numbers(self.facts.numbers_end()).map(IndexedItem::Fact);
        let entities = numbers(self.entities.numbers_end()).map(IndexedItem::Entity);
        turns.chain(facts).chain(entities).chain(numbers(self.statements.numbers_end()).map(IndexedItem::Statement))
    }

    /// The text of an item; `None` if there is none any more.
    fn text_of(&self, item: IndexedItem) -> Option<String> {
        match item {
            IndexedItem::Turn(number) => self.turns.text(self.turns.documents.id(number)?),
            IndexedItem::Fact(number) => Some(self.knowledge.fact(self.facts.id(number)?)?.statement.clone()),
            IndexedItem::Entity(number) => self.knowledge.entity(self.entities.id(number)?).map(Self::entity_text),
            IndexedItem::Statement(number) => {
                Some(self.knowledge.statement(self.statements.id(number)?)?.statement.clone())
            }
        }
    }
}
