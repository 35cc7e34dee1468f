//! What is known in one graph: entities and facts, computed from its evidence and kept up to date.
//!
//! Pure and in memory. Evidence comes and goes; each time only the slots that it touches are computed
//! again, and the answer is always what computing everything from the remaining evidence would give.

use std::collections::{BTreeMap, BTreeSet};

use foldhash::{HashMap, HashSet};
use jiff::Timestamp;
use uuid::Uuid;

use mentions::{Mentions, Writing};

use crate::evidence::{Edit, Evidence, TombstoneKind};
use crate::identity::{self, Identities, Name};
use crate::model::{
    Assertion, AssertionId, Entity, EntityId, EntityPatch, EpisodeId, Fact, FactEdit, GraphId, Link, LinkId, Mention,
};
use crate::ontology::Ontology;
use crate::time::{self, SlotKey};

mod entities;
mod mentions;
#[cfg(test)]
pub(crate) mod sample;
mod summary;

/// Entities and facts of one graph.
#[derive(Debug)]
pub struct Knowledge {
    graph: GraphId,
    /// Declared types; empty when nothing is declared.
    ontology: Ontology,
    assertions: HashMap<AssertionId, Assertion>,
    mentions: HashMap<EntityId, Mentions>,
    /// Name ids by when they were mentioned last.
    recent: BTreeSet<(Timestamp, EntityId)>,
    fact_edits: HashMap<AssertionId, FactEdit>,
    entity_edits: HashMap<EntityId, EntityPatch>,
    /// Assertions by each name id that they speak of.
    about: HashMap<EntityId, BTreeSet<AssertionId>>,
    by_episode: HashMap<EpisodeId, Vec<AssertionId>>,
    /// Name ids by each episode that mentions them.
    mentioned: HashMap<EpisodeId, Vec<EntityId>>,
    /// Links by each episode that says them.
    linked: HashMap<EpisodeId, Vec<LinkId>>,
    identities: Identities,
    slots: HashMap<SlotKey, Slot>,
    facts: HashMap<AssertionId, Fact>,
    fact_of: HashMap<AssertionId, AssertionId>,
    facts_about: HashMap<EntityId, BTreeSet<AssertionId>>,
    entities: BTreeMap<EntityId, Entity>,
}

/// The assertions of a slot and the facts that they make.
#[derive(Debug, Default)]
struct Slot {
    members: Vec<AssertionId>,
    facts: Vec<AssertionId>,
}

/// Which facts and entities a change of evidence made, changed or removed.
#[derive(Debug, Default)]
pub struct Touched {
    /// Facts, by id; those that are gone are no longer found.
    pub facts: BTreeSet<AssertionId>,
    /// Entities, by id; those that are gone are no longer found.
    pub entities: BTreeSet<EntityId>,
}

impl Knowledge {
    /// Nothing known yet.
    pub fn new(graph: GraphId) -> Self {
        Self::under(Ontology::default(), graph)
    }

    /// Nothing known yet, in a graph for which these types are declared: entities and facts take a
    /// declared type where it fits, and keep what the extractor says where none does (I3).
    pub fn under(ontology: Ontology, graph: GraphId) -> Self {
        Self {
            graph,
            ontology,
            assertions: HashMap::default(),
            mentions: HashMap::default(),
            recent: BTreeSet::new(),
            fact_edits: HashMap::default(),
            entity_edits: HashMap::default(),
            about: HashMap::default(),
            by_episode: HashMap::default(),
            mentioned: HashMap::default(),
            linked: HashMap::default(),
            identities: Identities::new(anchors(graph)),
            slots: HashMap::default(),
            facts: HashMap::default(),
            fact_of: HashMap::default(),
            facts_about: HashMap::default(),
            entities: BTreeMap::new(),
        }
    }

    /// Takes in what happened, and tells what it touched.
    pub fn take(&mut self, evidence: Evidence) -> Touched {
        let mut touched = Touched::default();
        let mut slots = HashSet::default();
        for (kind, id) in evidence.tombstones {
            self.forget(kind, id, &mut slots, &mut touched);
        }
        for mention in evidence.mentions {
            touched.entities.insert(self.identities.entity(mention.entity));
            self.add_mention(mention);
        }
        for link in evidence.links {
            if let Some(episode) = link.episode {
                self.linked.entry(episode).or_default().push(link.id);
            }
            self.identities.put_link(link);
        }
        self.identify(&mut slots, &mut touched);
        for assertion in evidence.assertions {
            let id = assertion.id;
            if !self.assertions.contains_key(&id) {
                self.remember(assertion);
                self.put_in_slot(id, &mut slots);
            }
        }
        for edit in evidence.edits {
            self.edit(edit, &mut slots, &mut touched);
        }
        // A fact keeps its id when it moves to another slot, so all the old ones go before any new one.
        let mut before: HashMap<AssertionId, Fact> = HashMap::default();
        for slot in &slots {
            before.extend(self.clear(slot).into_iter().map(|fact| (fact.id, fact)));
        }
        let after: Vec<AssertionId> = slots.iter().flat_map(|slot| self.compute(slot)).collect();
        self.compare(before, &after, &mut touched);
        let mut retyped = BTreeSet::new();
        for id in &touched.entities {
            let before = match self.put_together(*id) {
                Some(entity) => self.entities.insert(*id, entity),
                None => self.entities.remove(id),
            };
            let now = self.entities.get(id).and_then(|entity| entity.entity_type.as_ref());
            if before.is_none_or(|before| before.entity_type.as_ref() != now) {
                retyped.extend(self.facts_about.get(id).into_iter().flatten().copied());
            }
        }
        self.name_facts(retyped, &mut touched);
        touched
    }

    fn add_mention(&mut self, mention: Mention) {
        let (id, episode, at) = (mention.entity, mention.episode, mention.recorded_at);
        let written = || Name::new(id, &mention.name, mention.entity_type.as_deref(), at);
        // A name is what its earliest mention says.
        let name = match self.identities.name(id) {
            Some(known) if known.recorded_at < at => None,
            Some(known) => Some(written().earlier(known.clone())),
            None => Some(written()),
        };
        let mentions = self.mentions.entry(id).or_default();
        let before = mentions.last_at();
        if !mentions.add(mention) {
            return;
        }
        let last = mentions.last_at();
        self.move_in_recent(id, before, last);
        if let Some(name) = name {
            self.identities.put_name(name);
        }
        if let Some(names) = episode.map(|episode| self.mentioned.entry(episode).or_default())
            && !names.contains(&id)
        {
            names.push(id);
        }
    }

    /// Forgets where an episode mentions a name.
    fn forget_mentions(&mut self, name: EntityId, episode: EpisodeId) {
        let Some(mentions) = self.mentions.get_mut(&name) else { return };
        let before = mentions.last_at();
        mentions.forget(episode);
        let last = mentions.last_at();
        match mentions.earliest(name) {
            Some(first) => self.identities.put_name(first),
            None => {
                self.mentions.remove(&name);
                self.identities.remove_name(name);
            }
        }
        self.move_in_recent(name, before, last);
    }

    /// Notes when a name was mentioned last, before and now; `None` when it is not mentioned.
    fn move_in_recent(&mut self, name: EntityId, before: Option<Timestamp>, now: Option<Timestamp>) {
        if before != now {
            before.map(|before| self.recent.remove(&(before, name)));
            self.recent.extend(now.map(|now| (now, name)));
        }
    }

    fn remember(&mut self, assertion: Assertion) {
        for name in names_of(&assertion) {
            self.about.entry(name).or_default().insert(assertion.id);
        }
        if let Some(episode) = assertion.episode {
            self.by_episode.entry(episode).or_default().push(assertion.id);
        }
        self.assertions.insert(assertion.id, assertion);
    }

    /// The slot to which an assertion belongs.
    fn slot_of(&self, id: AssertionId) -> Option<SlotKey> {
        self.assertions.get(&id).map(|assertion| SlotKey::of(assertion, |name| self.identities.entity(name)))
    }

    /// Puts an assertion, which is in no slot, in its own.
    fn put_in_slot(&mut self, id: AssertionId, slots: &mut HashSet<SlotKey>) {
        if let Some(key) = self.slot_of(id) {
            self.slots.entry(key.clone()).or_default().members.push(id);
            slots.insert(key);
        }
    }

    fn take_from_slot(&mut self, id: AssertionId, key: SlotKey, slots: &mut HashSet<SlotKey>) {
        if let Some(slot) = self.slots.get_mut(&key) {
            let at = slot.members.iter().position(|member| *member == id);
            at.map(|at| slot.members.swap_remove(at));
        }
        slots.insert(key);
    }

    fn forget_assertion(&mut self, id: AssertionId, slots: &mut HashSet<SlotKey>) {
        let Some(assertion) = self.assertions.remove(&id) else { return };
        let key = SlotKey::of(&assertion, |name| self.identities.entity(name));
        self.take_from_slot(id, key, slots);
        self.fact_edits.remove(&id);
        for name in names_of(&assertion) {
            if let Some(about) = self.about.get_mut(&name) {
                about.remove(&id);
            }
        }
        if let Some(said) = assertion.episode.and_then(|episode| self.by_episode.get_mut(&episode)) {
            said.retain(|said| *said != id);
        }
    }

    /// Forgets what a tombstone says.
    fn forget(&mut self, kind: TombstoneKind, id: Uuid, slots: &mut HashSet<SlotKey>, touched: &mut Touched) {
        match kind {
            TombstoneKind::Assertion => self.forget_assertion(AssertionId(id), slots),
            TombstoneKind::Link => self.identities.remove_link(LinkId(id)),
            TombstoneKind::Episode => {
                let episode = EpisodeId(id);
                for assertion in self.by_episode.remove(&episode).unwrap_or_default() {
                    self.forget_assertion(assertion, slots);
                }
                for link in self.linked.remove(&episode).unwrap_or_default() {
                    self.identities.remove_link(link);
                }
                for name in self.mentioned.remove(&episode).unwrap_or_default() {
                    self.forget_mentions(name, episode);
                    touched.entities.insert(self.identities.entity(name));
                }
            }
            TombstoneKind::Name => {
                let name = EntityId(id);
                for assertion in self.about.remove(&name).unwrap_or_default() {
                    self.forget_assertion(assertion, slots);
                }
                self.identities.remove_links_of(name);
                self.identities.remove_name(name);
                touched.entities.insert(self.identities.entity(name));
                let mentions = self.mentions.remove(&name).unwrap_or_default();
                for episode in mentions.episodes() {
                    if let Some(names) = self.mentioned.get_mut(&episode) {
                        names.retain(|mentioned| *mentioned != name);
                    }
                }
                self.move_in_recent(name, mentions.last_at(), None);
                self.entity_edits.remove(&name);
            }
        }
    }

    fn edit(&mut self, edit: Edit, slots: &mut HashSet<SlotKey>, touched: &mut Touched) {
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

    /// Lets new and lost names and links count, and moves what speaks of names whose entity is now another.
    fn identify(&mut self, slots: &mut HashSet<SlotKey>, touched: &mut Touched) {
        let moved = self.identities.settle();
        for (name, before) in &moved {
            touched.entities.extend([*before, self.identities.entity(*name)]);
        }
        let about = moved.keys().filter_map(|name| self.about.get(name)).flatten();
        let assertions: BTreeSet<AssertionId> = about.copied().collect();
        for id in assertions {
            let Some(assertion) = self.assertions.get(&id) else { continue };
            let before = |name| moved.get(&name).copied().unwrap_or_else(|| self.identities.entity(name));
            let key = SlotKey::of(assertion, before);
            self.take_from_slot(id, key, slots);
            self.put_in_slot(id, slots);
        }
    }

    /// Takes the facts of a slot out.
    fn clear(&mut self, slot: &SlotKey) -> Vec<Fact> {
        let ids = self.slots.get_mut(slot).map(|slot| std::mem::take(&mut slot.facts)).unwrap_or_default();
        let facts: Vec<Fact> = ids.iter().filter_map(|id| self.facts.remove(id)).collect();
        for fact in &facts {
            for assertion in &fact.assertions {
                self.fact_of.remove(assertion);
            }
            for entity in [fact.subject, fact.object] {
                if let Some(facts) = self.facts_about.get_mut(&entity) {
                    facts.remove(&fact.id);
                }
            }
        }
        facts
    }

    /// Tells which facts are not what they were; most of a large slot is.
    fn compare(&self, mut before: HashMap<AssertionId, Fact>, after: &[AssertionId], touched: &mut Touched) {
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
    fn compute(&mut self, slot: &SlotKey) -> Vec<AssertionId> {
        let members = self.slots.get(slot).map(|slot| slot.members.clone()).unwrap_or_default();
        if members.is_empty() {
            self.slots.remove(slot);
            return Vec::new();
        }
        let claims: Vec<&Assertion> = members.iter().filter_map(|id| self.assertions.get(id)).collect();
        let facts = time::slot_facts(&claims, &self.fact_edits, |name| self.identities.entity(name), None);
        for id in &members {
            // Ends and denials support no fact, but they are in place.
            self.fact_of.insert(*id, *id);
        }
        let ids: Vec<AssertionId> = facts.iter().map(|fact| fact.id).collect();
        if let Some(slot) = self.slots.get_mut(slot) {
            slot.facts.clone_from(&ids);
        }
        for fact in facts {
            for assertion in &fact.assertions {
                self.fact_of.insert(*assertion, fact.id);
            }
            for entity in [fact.subject, fact.object] {
                self.facts_about.entry(entity).or_default().insert(fact.id);
            }
            self.facts.insert(fact.id, fact);
        }
        ids
    }

    /// Gives facts the declared names that fit them; those of entities with a new type, and new ones.
    fn name_facts(&mut self, retyped: BTreeSet<AssertionId>, touched: &mut Touched) {
        if self.ontology.edge_types.is_empty() {
            return;
        }
        for id in retyped.into_iter().chain(touched.facts.clone()) {
            let Some(name) = self.facts.get(&id).map(|fact| self.declared_name(fact)) else { continue };
            if let Some(fact) = self.facts.get_mut(&id)
                && fact.predicate != name
            {
                fact.predicate = name;
                touched.facts.insert(id);
            }
        }
    }

    /// What a fact is called: as the operator says, else as a declared type that fits, else as extracted.
    fn declared_name(&self, fact: &Fact) -> String {
        let edited = fact.assertions.iter().find_map(|id| self.fact_edits.get(id)?.predicate.clone());
        let said = self.assertions.get(&fact.id).map_or(&fact.predicate, |assertion| &assertion.predicate);
        let entity_type = |id| self.entities.get(&id).and_then(|entity: &Entity| entity.entity_type.as_deref());
        let declared = || self.ontology.predicate(said, entity_type(fact.subject), entity_type(fact.object));
        edited.or_else(|| declared().map(str::to_owned)).unwrap_or_else(|| said.clone())
    }

    /// The graph that this is known in.
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

    /// Every fact, in no order.
    pub fn facts(&self) -> impl Iterator<Item = &Fact> {
        self.facts.values()
    }

    /// A fact by its id or by any assertion that supports it.
    pub fn fact(&self, id: AssertionId) -> Option<&Fact> {
        self.facts.get(&id).or_else(|| self.facts.get(self.fact_of.get(&id)?))
    }

    /// The facts in which an entity is subject or object.
    pub fn facts_about(&self, entity: EntityId) -> impl Iterator<Item = &Fact> {
        self.facts_about.get(&entity).into_iter().flatten().filter_map(|id| self.facts.get(id))
    }

    /// In how many facts an entity is subject or object.
    pub fn degree(&self, entity: EntityId) -> usize {
        self.facts_about.get(&entity).map_or(0, BTreeSet::len)
    }

    /// The facts as the system knew them at a moment (T9), sorted by start.
    pub fn facts_known_at(&self, known_at: Timestamp) -> Vec<Fact> {
        let names = self.identities.names().filter(|name| name.recorded_at <= known_at).cloned();
        let links = self.identities.links().filter(|link| link.recorded_at <= known_at).cloned();
        let then = Identities::of(anchors(self.graph), names, links);
        let mut facts =
            time::facts(self.assertions.values(), &self.fact_edits, |name| then.entity(name), Some(known_at));
        if !self.ontology.edge_types.is_empty() {
            for fact in &mut facts {
                fact.predicate = self.declared_name(fact);
            }
        }
        facts
    }

    /// Every entity, in the order of their ids.
    pub fn entities(&self) -> impl Iterator<Item = &Entity> {
        self.entities.values()
    }

    /// An entity, by its id or by the id of one of its names.
    pub fn entity(&self, id: EntityId) -> Option<&Entity> {
        self.entities.get(&self.entity_of(id))
    }

    /// The operator's edit of an entity, to be merged with the next one.
    pub fn entity_edit(&self, entity: EntityId) -> EntityPatch {
        self.members(entity).iter().find_map(|id| self.entity_edits.get(id)).cloned().unwrap_or_default()
    }

    /// The operator's edit of a fact, to be merged with the next one.
    pub fn fact_edit(&self, fact: &Fact) -> FactEdit {
        fact.assertions.iter().find_map(|id| self.fact_edits.get(id)).cloned().unwrap_or_default()
    }

    /// The entities that an episode mentions, in the order of their ids.
    pub fn mentioned_in(&self, episode: EpisodeId) -> BTreeSet<EntityId> {
        let names = self.mentioned.get(&episode).into_iter().flatten();
        names.map(|name| self.entity_of(*name)).filter(|entity| self.entities.contains_key(entity)).collect()
    }

    /// The facts that an episode supports, in the order of their ids.
    pub fn facts_from(&self, episode: EpisodeId) -> Vec<&Fact> {
        let said = self.by_episode.get(&episode).into_iter().flatten();
        let ids: BTreeSet<AssertionId> = said.filter_map(|id| self.fact_of.get(id)).copied().collect();
        ids.into_iter().filter_map(|id| self.facts.get(&id)).collect()
    }

    /// Display names with types, the most recently mentioned first: what an extractor may have met.
    pub fn known_names(&self, limit: usize) -> Vec<(String, Option<String>)> {
        let mut names: Vec<(Timestamp, &Writing)> = Vec::new();
        for (at, name) in self.recent.iter().rev() {
            if names.len() >= limit && names.last().is_some_and(|(last, _)| last != at) {
                break;
            }
            let then = self.mentions.get(name).into_iter().flat_map(Mentions::iter);
            let then = then.filter(|(place, _)| place.recorded_at == *at).map(|(_, writing)| writing);
            names.extend(then.max_by_key(|writing| writing.told()).map(|writing| (*at, writing)));
        }
        // Ties are broken by what is told, so that extraction does not depend on the order in memory.
        names.sort_by(|(left_at, left), (right_at, right)| right_at.cmp(left_at).then(left.told().cmp(&right.told())));
        let told = |(_, writing): (_, &Writing)| (writing.name.clone(), writing.entity_type.clone());
        names.into_iter().take(limit).map(told).collect()
    }

    /// Every link, in no order.
    pub fn links(&self) -> impl Iterator<Item = &Link> {
        self.identities.links()
    }
}

/// The user and the assistant, who always represent their class.
fn anchors(graph: GraphId) -> [EntityId; 2] {
    [identity::user_node(graph), identity::assistant_node(graph)]
}

fn names_of(assertion: &Assertion) -> impl Iterator<Item = EntityId> {
    std::iter::once(assertion.subject).chain(assertion.object)
}

#[cfg(test)]
mod tests;
