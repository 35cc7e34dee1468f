//! The facts of slots.

use foldhash::HashMap;

use super::{Knowledge, Touched};
use crate::boxed::Keyed;
use crate::compact::CompactSet;
use crate::model::{Assertion, AssertionId, Fact};
use crate::time::{self, SlotKey};

/// The assertions of a slot, and the facts computed from them.
#[derive(Debug)]
pub(super) struct Slot {
    key: SlotKey,
    pub(super) members: CompactSet<AssertionId>,
    pub(super) facts: CompactSet<AssertionId>,
}

impl Slot {
    fn new(key: SlotKey) -> Self {
        Self { key, members: CompactSet::default(), facts: CompactSet::default() }
    }
}

impl Keyed for Slot {
    type Key = SlotKey;

    fn key(&self) -> &SlotKey {
        &self.key
    }
}

impl Knowledge {
    /// A slot, which is added if there is none.
    pub(super) fn slot(&mut self, key: &SlotKey) -> &mut Slot {
        self.slots.get_or_insert_with(key, || Slot::new(key.clone()))
    }

    /// Removes and returns the facts of a slot.
    pub(super) fn remove_facts(&mut self, slot: &SlotKey) -> Vec<Fact> {
        let ids = self.slots.get_mut(slot).map(|slot| std::mem::take(&mut slot.facts)).unwrap_or_default();
        let facts: Vec<Fact> = ids.iter().filter_map(|id| self.facts.remove(id)).map(|fact| *fact).collect();
        for fact in &facts {
            for assertion in &fact.assertions {
                self.fact_of.remove(assertion);
            }
            for entity in [fact.subject, fact.object] {
                if let Some(known) = self.names.get_mut(&entity) {
                    known.facts.remove(&fact.id);
                    self.remove_unused(entity);
                }
            }
        }
        facts
    }

    /// Records the facts that differ; in a large slot most are unchanged.
    pub(super) fn record_differences(
        &self,
        mut before: HashMap<AssertionId, Fact>,
        after: &[AssertionId],
        touched: &mut Touched,
    ) {
        for id in after {
            let (was, is) = (before.remove(id), self.facts.get(id));
            if was.as_ref() != is {
                touched.facts.insert(*id);
                touched.entities.extend(was.iter().chain(is).flat_map(|fact| [fact.subject, fact.object]));
            }
        }
        for (id, fact) in before {
            touched.facts.insert(id);
            touched.entities.extend([fact.subject, fact.object]);
        }
    }

    /// Computes the facts of a slot.
    pub(super) fn compute_facts(&mut self, slot: &SlotKey) -> Vec<AssertionId> {
        let members = self.slots.get(slot).map(|slot| &slot.members).filter(|members| !members.is_empty());
        let Some(members) = members else {
            self.slots.remove(slot);
            return Vec::new();
        };
        let claims: Vec<&Assertion> = members.iter().filter_map(|id| self.assertions.get(id)).collect();
        let facts = time::slot_facts(&claims, &self.fact_edits, |name| self.identities.entity(name), None);
        let ids: Vec<AssertionId> = facts.iter().map(|fact| fact.id).collect();
        if let Some(slot) = self.slots.get_mut(slot) {
            for id in &ids {
                slot.facts.insert(*id);
            }
        }
        for mut fact in facts {
            fact.assertions.shrink_to_fit();
            fact.episodes.shrink_to_fit();
            for assertion in fact.assertions.iter().filter(|assertion| **assertion != fact.id) {
                self.fact_of.insert(*assertion, fact.id);
            }
            for entity in [fact.subject, fact.object] {
                self.evidence_of(entity).facts.insert(fact.id);
            }
            self.facts.insert(Box::new(fact));
        }
        ids
    }
}
