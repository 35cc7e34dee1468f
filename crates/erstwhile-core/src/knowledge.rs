//! The entities and facts of one graph, computed incrementally from its evidence. Pure, in memory.
//!
//! A change of evidence recomputes only the slots that it affects. The result is always the same as that of
//! computing everything from the remaining evidence.

use std::collections::{BTreeMap, BTreeSet};

use foldhash::{HashMap, HashSet};
use jiff::Timestamp;
use uuid::Uuid;

use by_episode::ByEpisode;
use mentions::{Mentions, NameEvidence, WrittenName};
use naming::Naming;
use slots::Slot;
use values::Value;

use crate::boxed::BoxedMap;
use crate::evidence::{Edit, Evidence, TombstoneKind};
use crate::identity::{self, Identities, Name};
use crate::model::{
    Assertion, AssertionId, ClaimKind, Entity, EntityId, EntityPatch, EpisodeId, Fact, FactEdit, GraphId, Link, LinkId,
    Mention,
};
use crate::ontology::Ontology;
use crate::time::{self, SlotKey};

mod by_episode;
mod continuations;
mod declared;
mod entities;
mod mentions;
mod naming;
#[cfg(test)]
pub(crate) mod sample;
mod slots;
mod statements;
mod summary;
mod values;

pub(crate) use values::attribute_name;

/// Entities and facts of one graph.
#[derive(Debug)]
pub struct Knowledge {
    graph: GraphId,
    /// Declared types; empty if none are declared.
    ontology: Ontology,
    assertions: BoxedMap<Assertion>,
    /// Apart from the assertions of facts: no slot contains them.
    statements: BoxedMap<Assertion>,
    /// Which statements name what; empty without declared types.
    naming: Naming,
    /// Apart from the entities: no list contains them.
    values: HashMap<EntityId, Value>,
    names: BoxedMap<NameEvidence>,
    /// Name ids by time of their last mention.
    recent: BTreeSet<(Timestamp, EntityId)>,
    fact_edits: HashMap<AssertionId, FactEdit>,
    entity_edits: HashMap<EntityId, EntityPatch>,
    /// Assertions, statements among them.
    asserted: ByEpisode<AssertionId>,
    /// Mentioned name ids and values.
    mentioned: ByEpisode<EntityId>,
    /// Links.
    linked: ByEpisode<LinkId>,
    identities: Identities,
    slots: BoxedMap<Slot>,
    facts: BoxedMap<Fact>,
    /// The facts of assertions that support one with another id.
    fact_of: HashMap<AssertionId, AssertionId>,
    entities: BTreeMap<EntityId, Box<Entity>>,
}

/// The facts, entities and statements that a change of evidence created, changed or removed.
#[derive(Debug, Default)]
pub struct Touched {
    /// Ids of facts, including removed ones.
    pub facts: BTreeSet<AssertionId>,
    /// Ids of entities, including removed ones.
    pub entities: BTreeSet<EntityId>,
    /// Ids of statements, including removed ones.
    pub statements: BTreeSet<AssertionId>,
}

impl Knowledge {
    /// Creates the knowledge of an empty graph without declared types.
    pub fn new(graph: GraphId) -> Self {
        Self::with_ontology(Ontology::default(), graph)
    }

    /// Creates the knowledge of an empty graph with declared types: entities and facts get a declared type if one
    /// matches, else that of the extractor (I3).
    pub fn with_ontology(ontology: Ontology, graph: GraphId) -> Self {
        Self {
            graph,
            ontology,
            assertions: BoxedMap::default(),
            statements: BoxedMap::default(),
            naming: Naming::default(),
            values: HashMap::default(),
            names: BoxedMap::default(),
            recent: BTreeSet::new(),
            fact_edits: HashMap::default(),
            entity_edits: HashMap::default(),
            asserted: ByEpisode::default(),
            mentioned: ByEpisode::default(),
            linked: ByEpisode::default(),
            identities: Identities::new(anchors(graph)),
            slots: BoxedMap::default(),
            facts: BoxedMap::default(),
            fact_of: HashMap::default(),
            entities: BTreeMap::new(),
        }
    }

    /// Applies changes of evidence; returns the affected facts and entities.
    pub fn apply(&mut self, evidence: Evidence) -> Touched {
        let mut touched = Touched::default();
        let mut slots = HashSet::default();
        for (kind, id) in evidence.tombstones {
            self.apply_tombstone(kind, id, &mut slots, &mut touched);
        }
        for mention in evidence.mentions {
            touched.entities.insert(self.identities.entity(mention.entity));
            self.add_mention(mention, &mut touched);
        }
        for link in evidence.links {
            if let Some(episode) = link.episode {
                self.linked.insert(episode, link.id);
            }
            self.identities.put_link(link);
        }
        self.resolve_identities(&mut slots, &mut touched);
        for assertion in evidence.assertions {
            let id = assertion.id;
            if self.assertions.contains_key(&id) || self.statements.contains_key(&id) {
                continue;
            }
            if assertion.kind == ClaimKind::States {
                self.touch_statement(&assertion, &mut touched);
            }
            self.add_assertion(assertion);
            self.add_to_slot(id, &mut slots);
        }
        for edit in evidence.edits {
            self.apply_edit(edit, &mut slots, &mut touched);
        }
        // A fact keeps its id when it moves to another slot, so all old facts are removed before new ones are added.
        let mut before: HashMap<AssertionId, Fact> = HashMap::default();
        for slot in &slots {
            before.extend(self.remove_facts(slot).into_iter().map(|fact| (fact.id, fact)));
        }
        let after: Vec<AssertionId> = slots.iter().flat_map(|slot| self.compute_facts(slot)).collect();
        self.record_differences(before, &after, &mut touched);
        let mut of_changed_ends = BTreeSet::new();
        let mut with_renamed_objects = BTreeSet::new();
        for id in &touched.entities {
            let before = self.rebuild_entity(*id);
            let shown = |entity: &Entity| (entity.entity_type.clone(), entity.name.clone());
            let now = self.entities.get(id).map(Box::as_ref).map(shown);
            if before.as_deref().map(shown) != now {
                of_changed_ends.extend(self.facts_about(*id).map(|fact| fact.id));
                if self.declares_types() {
                    with_renamed_objects.extend(self.facts_about(*id).map(|fact| fact.subject));
                }
            }
        }
        // A declared property may be the name of another entity.
        for id in with_renamed_objects {
            self.rebuild_entity(id);
            touched.entities.insert(id);
        }
        self.apply_declared_predicates(of_changed_ends, &mut touched);
        touched
    }

    /// Builds an entity from the present evidence; returns what it was.
    fn rebuild_entity(&mut self, id: EntityId) -> Option<Box<Entity>> {
        match self.build_entity(id) {
            Some(mut entity) => {
                entity.episodes.shrink_to_fit();
                self.entities.insert(id, Box::new(entity))
            }
            None => self.entities.remove(&id),
        }
    }

    fn add_mention(&mut self, mention: Mention, touched: &mut Touched) {
        let (id, episode, at) = (mention.entity, mention.episode, mention.recorded_at);
        if self.mentions_value(&mention) {
            if self.add_value(mention, touched) {
                self.add_mentioned(episode, id);
            }
            return;
        }
        let new_name = || Name::in_graph(self.graph, id, &mention.name, mention.entity_type.as_deref(), at);
        // The earliest mention determines the name.
        let name = match self.identities.name(id) {
            Some(known) if known.recorded_at < at => None,
            Some(known) => Some(new_name().earlier(known.clone())),
            None => Some(new_name()),
        };
        if self.declares_types() {
            self.naming.add_name(id, &mention.name);
        }
        let mentions = &mut self.evidence_of(id).mentions;
        let before = mentions.last_at();
        if !mentions.add(mention) {
            return;
        }
        let last = mentions.last_at();
        self.update_recent(id, before, last);
        if let Some(name) = name {
            self.identities.put_name(name);
        }
        self.add_mentioned(episode, id);
    }

    /// Records that an episode mentions a name or value.
    fn add_mentioned(&mut self, episode: Option<EpisodeId>, id: EntityId) {
        if let Some(episode) = episode {
            self.mentioned.insert(episode, id);
        }
    }

    /// Removes an episode's mentions of a name.
    fn remove_mentions(&mut self, name: EntityId, episode: EpisodeId) {
        let Some(mentions) = self.names.get_mut(&name).map(|known| &mut known.mentions) else { return };
        let before = mentions.last_at();
        mentions.remove_episode(episode);
        let last = mentions.last_at();
        match mentions.earliest(self.graph, name) {
            Some(first) => self.identities.put_name(first),
            None => {
                self.remove_unused(name);
                self.identities.remove_name(name);
            }
        }
        self.update_recent(name, before, last);
    }

    /// Updates the time of a name's last mention from `before` to `now`; `None` if it is not mentioned.
    fn update_recent(&mut self, name: EntityId, before: Option<Timestamp>, now: Option<Timestamp>) {
        if before != now {
            before.map(|before| self.recent.remove(&(before, name)));
            self.recent.extend(now.map(|now| (now, name)));
        }
    }

    fn add_assertion(&mut self, assertion: Assertion) {
        for name in names_of(&assertion) {
            self.evidence_of(name).about.insert(assertion.id);
        }
        if let Some(episode) = assertion.episode {
            self.asserted.insert(episode, assertion.id);
        }
        let is_statement = assertion.kind == ClaimKind::States;
        if is_statement && self.declares_types() {
            self.naming.add_statement(&assertion);
        }
        let kept = if is_statement { &mut self.statements } else { &mut self.assertions };
        kept.insert(Box::new(assertion));
    }

    /// Whether entity types are declared.
    fn declares_types(&self) -> bool {
        !self.ontology.entity_types.is_empty()
    }

    /// Records that a statement comes or goes; it may say the declared type of an entity that it names.
    fn touch_statement(&self, statement: &Assertion, touched: &mut Touched) {
        touched.statements.insert(statement.id);
        if self.declares_types() {
            // What goes on about something says more of what other statements of the episode name.
            let of_episode = statement.episode.filter(|_| continuations::is_continuation(&statement.statement));
            let others = of_episode.into_iter().flat_map(|episode| self.statements_from(episode));
            for statement in std::iter::once(statement).chain(others) {
                let names = self.naming.names_in(&statement.statement);
                touched.entities.extend(names.map(|name| self.identities.entity(name)));
            }
        }
    }

    /// The slot of an assertion; `None` for statements.
    fn slot_of(&self, id: AssertionId) -> Option<SlotKey> {
        self.assertions.get(&id).map(|assertion| SlotKey::of(assertion, |name| self.identities.entity(name)))
    }

    /// Adds an assertion that is in no slot to its slot.
    fn add_to_slot(&mut self, id: AssertionId, slots: &mut HashSet<SlotKey>) {
        if let Some(key) = self.slot_of(id) {
            self.slot(&key).members.insert(id);
            slots.insert(key);
        }
    }

    fn remove_from_slot(&mut self, id: AssertionId, key: SlotKey, slots: &mut HashSet<SlotKey>) {
        if let Some(slot) = self.slots.get_mut(&key) {
            slot.members.remove(&id);
        }
        slots.insert(key);
    }

    fn remove_assertion(&mut self, id: AssertionId, slots: &mut HashSet<SlotKey>, touched: &mut Touched) {
        let assertion = if let Some(assertion) = self.assertions.remove(&id) {
            let key = SlotKey::of(&assertion, |name| self.identities.entity(name));
            self.remove_from_slot(id, key, slots);
            assertion
        } else {
            let Some(statement) = self.statements.remove(&id) else { return };
            self.naming.remove_statement(&statement);
            self.touch_statement(&statement, touched);
            statement
        };
        self.fact_edits.remove(&id);
        for name in names_of(&assertion) {
            if let Some(known) = self.names.get_mut(&name) {
                known.about.remove(&id);
                self.remove_unused(name);
            }
        }
        if let Some(episode) = assertion.episode {
            self.asserted.remove(episode, id);
        }
    }

    /// Removes the object of a tombstone.
    fn apply_tombstone(&mut self, kind: TombstoneKind, id: Uuid, slots: &mut HashSet<SlotKey>, touched: &mut Touched) {
        match kind {
            TombstoneKind::Assertion => self.remove_assertion(AssertionId(id), slots, touched),
            TombstoneKind::Link => self.identities.remove_link(LinkId(id)),
            TombstoneKind::Episode | TombstoneKind::Reading => {
                let episode = EpisodeId(id);
                for assertion in self.asserted.take(episode) {
                    self.remove_assertion(assertion, slots, touched);
                }
                for link in self.linked.take(episode) {
                    self.identities.remove_link(link);
                }
                for name in self.mentioned.take(episode) {
                    if self.is_value(name) {
                        self.remove_value_mentions(name, episode, touched);
                        continue;
                    }
                    self.remove_mentions(name, episode);
                    touched.entities.insert(self.identities.entity(name));
                }
            }
            TombstoneKind::Name => {
                let name = EntityId(id);
                let (own, about) = self.take_evidence(name);
                for assertion in &about {
                    self.remove_assertion(*assertion, slots, touched);
                }
                self.identities.remove_links_of(name);
                self.identities.remove_name(name);
                touched.entities.insert(self.identities.entity(name));
                let of_value = self.values.remove(&name).map(|value| value.mentions);
                let mentions = of_value.filter(|_| own.is_empty()).unwrap_or(own);
                for episode in mentions.episodes() {
                    self.mentioned.remove(episode, name);
                }
                self.update_recent(name, mentions.last_at(), None);
                self.entity_edits.remove(&name);
            }
            // Whoever applies changes of reworded evidence begins with nothing; see `Evidence::is_reworded`.
            TombstoneKind::Wording => {}
        }
    }

    fn apply_edit(&mut self, edit: Edit, slots: &mut HashSet<SlotKey>, touched: &mut Touched) {
        match edit {
            Edit::Fact(id, edit) => {
                self.fact_edits.insert(id, edit);
                slots.extend(self.slot_of(id));
            }
            Edit::Entity(name, patch) => {
                self.entity_edits.insert(name, patch);
                touched.entities.insert(self.identities.entity(name));
            }
        }
    }

    /// Resolves changed names and links, and moves the assertions about names whose entity changed.
    fn resolve_identities(&mut self, slots: &mut HashSet<SlotKey>, touched: &mut Touched) {
        let moved = self.identities.apply_pending();
        for (name, before) in &moved {
            touched.entities.extend([*before, self.identities.entity(*name)]);
        }
        let about = moved.keys().filter_map(|name| self.names.get(name)).flat_map(|known| &known.about);
        let assertions: BTreeSet<AssertionId> = about.copied().collect();
        for id in assertions {
            let Some(assertion) = self.assertions.get(&id) else { continue };
            let before = |name| moved.get(&name).copied().unwrap_or_else(|| self.identities.entity(name));
            let key = SlotKey::of(assertion, before);
            self.remove_from_slot(id, key, slots);
            self.add_to_slot(id, slots);
        }
    }

    /// Gives back memory that trees and lists reserved while they grew, after much was added: the nodes of trees are half
    /// full then.
    pub(crate) fn shrink(&mut self) {
        self.recent = std::mem::take(&mut self.recent).into_iter().collect();
        self.entities = std::mem::take(&mut self.entities).into_iter().collect();
        self.asserted.shrink();
        self.mentioned.shrink();
        self.linked.shrink();
        self.names.values_mut().for_each(NameEvidence::shrink);
    }

    /// The graph.
    pub fn graph(&self) -> GraphId {
        self.graph
    }

    /// The entity that a name id belongs to.
    pub fn entity_of(&self, name: EntityId) -> EntityId {
        self.identities.entity(name)
    }

    /// The name ids of an entity.
    pub fn members(&self, entity: EntityId) -> &[EntityId] {
        self.identities.members(entity)
    }

    /// All facts, in arbitrary order.
    pub fn facts(&self) -> impl Iterator<Item = &Fact> {
        self.facts.values()
    }

    /// A fact, by its id or by the id of a supporting assertion.
    pub fn fact(&self, id: AssertionId) -> Option<&Fact> {
        self.facts.get(&id).or_else(|| self.facts.get(&self.fact_id(id)))
    }

    /// The id of the fact that an assertion supports; its own id if it supports none.
    fn fact_id(&self, assertion: AssertionId) -> AssertionId {
        self.fact_of.get(&assertion).copied().unwrap_or(assertion)
    }

    /// The facts whose subject or object is an entity.
    pub fn facts_about(&self, entity: EntityId) -> impl Iterator<Item = &Fact> {
        self.names.get(&entity).into_iter().flat_map(|known| &known.facts).filter_map(|id| self.facts.get(id))
    }

    /// The number of facts whose subject or object is an entity.
    pub fn degree(&self, entity: EntityId) -> usize {
        self.names.get(&entity).map_or(0, |known| known.facts.len())
    }

    /// The facts that the system knew at a moment (T9), sorted by start.
    pub fn facts_known_at(&self, known_at: Timestamp) -> Vec<Fact> {
        let names = self.identities.names().filter(|name| name.recorded_at <= known_at).cloned();
        let links = self.identities.links().filter(|link| link.recorded_at <= known_at).cloned();
        let then = Identities::of(anchors(self.graph), names, links);
        let mut facts =
            time::facts(self.assertions.values(), &self.fact_edits, |name| then.entity(name), Some(known_at));
        if !self.ontology.edge_types.is_empty() {
            for fact in &mut facts {
                self.declare(fact);
            }
        }
        facts
    }

    /// All entities, ordered by id, without values.
    pub fn entities(&self) -> impl Iterator<Item = &Entity> {
        self.entities.values().map(Box::as_ref)
    }

    /// An entity, by its id or by the id of one of its names.
    pub fn entity(&self, id: EntityId) -> Option<&Entity> {
        self.entities.get(&self.entity_of(id)).map(Box::as_ref)
    }

    /// The operator's edit of an entity, for merging with the next one.
    pub fn entity_edit(&self, entity: EntityId) -> EntityPatch {
        self.members(entity).iter().find_map(|id| self.entity_edits.get(id)).cloned().unwrap_or_default()
    }

    /// The operator's edit of a fact, for merging with the next one.
    pub fn fact_edit(&self, fact: &Fact) -> FactEdit {
        fact.assertions.iter().find_map(|id| self.fact_edits.get(id)).cloned().unwrap_or_default()
    }

    /// The entities that an episode mentions, ordered by id, without values.
    pub fn mentioned_in(&self, episode: EpisodeId) -> BTreeSet<EntityId> {
        let names = self.mentioned.of(episode);
        names.map(|name| self.entity_of(name)).filter(|entity| self.entities.contains_key(entity)).collect()
    }

    /// The facts that an episode supports, ordered by id.
    pub fn facts_from(&self, episode: EpisodeId) -> Vec<&Fact> {
        let ids: BTreeSet<AssertionId> = self.asserted.of(episode).map(|id| self.fact_id(id)).collect();
        ids.into_iter().filter_map(|id| self.facts.get(&id)).collect()
    }

    /// Whether the operator has edited a fact that an episode states.
    pub fn is_corrected(&self, episode: EpisodeId) -> bool {
        self.asserted.of(episode).any(|id| self.fact_edits.contains_key(&id))
    }

    /// The assertions of an episode, including statements, ordered by id.
    pub fn assertions_from(&self, episode: EpisodeId) -> impl Iterator<Item = &Assertion> {
        self.asserted.of(episode).filter_map(|id| self.assertion(id))
    }

    /// An assertion, or a statement.
    pub fn assertion(&self, id: AssertionId) -> Option<&Assertion> {
        self.assertions.get(&id).or_else(|| self.statements.get(&id))
    }

    /// Names with types, the most recently mentioned first, as context for an extractor.
    pub fn known_names(&self, limit: usize) -> Vec<(String, Option<String>)> {
        let mut names: Vec<(Timestamp, &WrittenName)> = Vec::new();
        for (at, name) in self.recent.iter().rev() {
            if names.len() >= limit && names.last().is_some_and(|(last, _)| last != at) {
                break;
            }
            let then = self.mentions_of(*name).into_iter().flat_map(Mentions::iter);
            let then = then.filter(|(occurrence, _)| occurrence.recorded_at == *at).map(|(_, written)| written);
            names.extend(then.max_by_key(|written| written.sort_key()).map(|written| (*at, written)));
        }
        // Ties are broken by name and type, so that extraction does not depend on the order in memory.
        names.sort_by(|(left_at, left), (right_at, right)| {
            right_at.cmp(left_at).then(left.sort_key().cmp(&right.sort_key()))
        });
        let owned = |(_, written): (_, &WrittenName)| {
            (written.name.to_string(), written.entity_type.as_deref().map(str::to_owned))
        };
        names.into_iter().take(limit).map(owned).collect()
    }

    /// All links, in arbitrary order.
    pub fn links(&self) -> impl Iterator<Item = &Link> {
        self.identities.links()
    }
}

/// The user and the assistant, which always represent their class.
fn anchors(graph: GraphId) -> [EntityId; 2] {
    [identity::user_node(graph), identity::assistant_node(graph)]
}

fn names_of(assertion: &Assertion) -> impl Iterator<Item = EntityId> {
    std::iter::once(assertion.subject).chain(assertion.object)
}

#[cfg(test)]
mod tests;
