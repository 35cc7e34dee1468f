//! Which statements may name an entity, found by the most telling word of the name.
//!
//! Statements name entities that their episode does not mention: what an assistant says of a restaurant is no mention.

use std::collections::BTreeSet;

use foldhash::{HashMap, HashSet};
use jiff::Timestamp;

use crate::model::{Assertion, AssertionId, EntityId};
use crate::text::{for_each_word, stem};

/// Names and statements by word.
#[derive(Debug, Default)]
pub(super) struct Naming {
    names: HashMap<String, BTreeSet<EntityId>>,
    statements: HashMap<String, BTreeSet<(Timestamp, AssertionId)>>,
}

impl Naming {
    /// Adds a name. Names are never removed: whoever looks for one that is gone finds no entity.
    pub(super) fn add_name(&mut self, id: EntityId, name: &str) {
        if let Some(key) = key(name) {
            self.names.entry(key).or_default().insert(id);
        }
    }

    /// Adds a statement.
    pub(super) fn add_statement(&mut self, statement: &Assertion) {
        for word in words(&statement.statement) {
            self.statements.entry(word).or_default().insert((statement.reference_time, statement.id));
        }
    }

    /// Removes a statement.
    pub(super) fn remove_statement(&mut self, statement: &Assertion) {
        for word in words(&statement.statement) {
            if let Some(of_word) = self.statements.get_mut(&word) {
                of_word.remove(&(statement.reference_time, statement.id));
                if of_word.is_empty() {
                    self.statements.remove(&word);
                }
            }
        }
    }

    /// The names that a text may contain.
    pub(super) fn names_in(&self, text: &str) -> impl Iterator<Item = EntityId> {
        words(text).into_iter().filter_map(|word| self.names.get(&word)).flatten().copied()
    }

    /// The statements that may contain a name, the latest first.
    pub(super) fn statements_with(&self, name: &str) -> impl Iterator<Item = (Timestamp, AssertionId)> {
        key(name).and_then(|key| self.statements.get(&key)).into_iter().flatten().rev().copied()
    }
}

/// The words of a text by which it is found.
fn words(text: &str) -> HashSet<String> {
    let mut words = HashSet::default();
    for_each_word(text, |word| {
        if stem(word).is_some() {
            words.insert(word.to_owned());
        }
    });
    words
}

/// The longest word of a name, and of these the first in the alphabet; `None` if it has only stop words.
fn key(name: &str) -> Option<String> {
    words(name).into_iter().max_by(|one, other| one.chars().count().cmp(&other.chars().count()).then(other.cmp(one)))
}
