//! Incremental resolution of names to entities.
//!
//! Three rules join names, in this order: a name without a type joins the same name with a type, if there is
//! exactly one such type; links join or separate names; and a given name joins the full name of a person, if
//! the first two rules leave exactly one person with it. A change is applied by resolving only the names that
//! these rules could join with changed ones, so its cost does not grow with the graph. The result is always
//! the same as that of resolving all names at once.

use std::collections::{BTreeMap, BTreeSet};

use foldhash::{HashMap, HashSet};
use jiff::Timestamp;

use super::Name;
use crate::model::{EntityId, Link, LinkId, LinkKind};

/// The names and links of a graph, and the entity of each name.
#[derive(Debug, Clone, Default)]
pub struct Identities {
    /// Ids that always represent their class: the user and the assistant.
    anchors: Vec<EntityId>,
    names: HashMap<EntityId, NameEntry>,
    /// Name ids by normalized name.
    by_name: HashMap<String, BTreeSet<EntityId>>,
    links: HashMap<LinkId, Link>,
    /// Number of links with the same content: every message of a speaker may add one.
    link_counts: HashMap<LinkContent, usize>,
    links_of_name: HashMap<EntityId, BTreeSet<LinkContent>>,
    /// By given name: the people with that name (by the first two rules), with the number of their full names.
    people: HashMap<String, BTreeMap<EntityId, usize>>,
    representative: HashMap<EntityId, EntityId>,
    members: HashMap<EntityId, Vec<EntityId>>,
    pending: Pending,
}

/// The content of a link: its ends and whether it joins or separates them.
type LinkContent = (EntityId, EntityId, LinkKind);

/// A name, and the person in [`Identities::people`] for whom its given name is counted.
#[derive(Debug, Clone)]
struct NameEntry {
    name: Name,
    counted: Option<EntityId>,
}

/// Changes that have not been applied yet.
#[derive(Debug, Clone, Default)]
struct Pending {
    ids: BTreeSet<EntityId>,
    /// Changed given names, with the only person who had the name before.
    given: BTreeMap<String, Option<EntityId>>,
}

impl Identities {
    /// Creates an empty set of names; `anchors` always represent their class.
    pub fn new(anchors: impl IntoIterator<Item = EntityId>) -> Self {
        let anchors: Vec<EntityId> = anchors.into_iter().collect();
        let pending = Pending { ids: anchors.iter().copied().collect(), ..Pending::default() };
        Self { anchors, pending, ..Self::default() }
    }

    /// Resolves names and links; the result does not depend on their order.
    pub fn of(
        anchors: impl IntoIterator<Item = EntityId>,
        names: impl IntoIterator<Item = Name>,
        links: impl IntoIterator<Item = Link>,
    ) -> Self {
        let mut identities = Self::new(anchors);
        for name in names {
            identities.put_name(name);
        }
        for link in links {
            identities.put_link(link);
        }
        identities.apply_pending();
        identities
    }

    /// The entity of a name id; an unknown id is its own entity.
    pub fn entity(&self, id: EntityId) -> EntityId {
        self.representative.get(&id).copied().unwrap_or(id)
    }

    /// The name ids of an entity, sorted.
    pub fn members(&self, entity: EntityId) -> &[EntityId] {
        self.members.get(&entity).map_or(&[], Vec::as_slice)
    }

    /// All entities with their name ids, in arbitrary order.
    pub fn entities(&self) -> impl Iterator<Item = (EntityId, &[EntityId])> {
        self.members.iter().map(|(id, members)| (*id, members.as_slice()))
    }

    /// The name with an id.
    pub fn name(&self, id: EntityId) -> Option<&Name> {
        self.names.get(&id).map(|entry| &entry.name)
    }

    /// All names, in arbitrary order.
    pub fn names(&self) -> impl Iterator<Item = &Name> {
        self.names.values().map(|entry| &entry.name)
    }

    /// All links, in arbitrary order.
    pub fn links(&self) -> impl Iterator<Item = &Link> {
        self.links.values()
    }

    /// Adds a name or replaces the one with its id. Takes effect with [`Self::apply_pending`].
    pub fn put_name(&mut self, name: Name) {
        if self.name(name.id) == Some(&name) {
            return;
        }
        self.remove_name(name.id);
        self.mark_changed(name.id);
        self.by_name.entry(name.normal.clone()).or_default().insert(name.id);
        self.names.insert(name.id, NameEntry { name, counted: None });
    }

    /// Removes a name, if present.
    pub fn remove_name(&mut self, id: EntityId) {
        let Some(entry) = self.names.remove(&id) else { return };
        self.mark_changed(id);
        if let Some(by_name) = self.by_name.get_mut(&entry.name.normal) {
            by_name.remove(&id);
            self.pending.ids.extend(by_name.iter());
            if by_name.is_empty() {
                self.by_name.remove(&entry.name.normal);
            }
        }
        if let (Some(given), Some(person)) = (entry.name.given(), entry.counted) {
            self.count(given, person, false);
        }
    }

    /// Adds a link or replaces the one with its id. Takes effect with [`Self::apply_pending`].
    pub fn put_link(&mut self, link: Link) {
        if self.links.get(&link.id) == Some(&link) {
            return;
        }
        self.remove_link(link.id);
        let content = (link.left, link.right, link.kind);
        let count = self.link_counts.entry(content).or_default();
        *count += 1;
        if *count == 1 {
            for end in [link.left, link.right] {
                self.links_of_name.entry(end).or_default().insert(content);
                self.mark_changed(end);
            }
        }
        self.links.insert(link.id, link);
    }

    /// Removes a link, if present.
    pub fn remove_link(&mut self, id: LinkId) {
        let Some(link) = self.links.remove(&id) else { return };
        let content = (link.left, link.right, link.kind);
        let Some(count) = self.link_counts.get_mut(&content) else { return };
        *count -= 1;
        if *count > 0 {
            return;
        }
        self.link_counts.remove(&content);
        for end in [link.left, link.right] {
            self.mark_changed(end);
            if let Some(link_counts) = self.links_of_name.get_mut(&end) {
                link_counts.remove(&content);
                if link_counts.is_empty() {
                    self.links_of_name.remove(&end);
                }
            }
        }
    }

    /// Removes the links of a name.
    pub fn remove_links_of(&mut self, name: EntityId) {
        if !self.links_of_name.contains_key(&name) {
            return;
        }
        let of_name = self.links.values().filter(|link| link.left == name || link.right == name);
        for link in of_name.map(|link| link.id).collect::<Vec<_>>() {
            self.remove_link(link);
        }
    }

    fn mark_changed(&mut self, id: EntityId) {
        self.pending.ids.insert(id);
    }

    /// Adds or removes one full name of a person from the count of a given name.
    fn count(&mut self, given: &str, person: EntityId, is_added: bool) {
        let only = self.only_person(given);
        self.pending.given.entry(given.to_owned()).or_insert(only);
        let people = self.people.entry(given.to_owned()).or_default();
        let names = people.entry(person).or_default();
        *names = if is_added { *names + 1 } else { names.saturating_sub(1) };
        if *names == 0 {
            people.remove(&person);
        }
        if people.is_empty() {
            self.people.remove(given);
        }
    }

    /// The person with a given name, if there is exactly one.
    fn only_person(&self, given: &str) -> Option<EntityId> {
        let people = self.people.get(given)?;
        people.keys().next().copied().filter(|_| people.len() == 1)
    }

    /// Applies pending changes and returns the names whose entity changed, each with its previous entity.
    pub fn apply_pending(&mut self) -> BTreeMap<EntityId, EntityId> {
        let changed = std::mem::take(&mut self.pending.ids);
        if changed.is_empty() {
            return BTreeMap::new();
        }
        let mut affected = self.reach(changed, Self::add_stated_neighbours);
        self.count_people(&affected);
        for (given, before) in std::mem::take(&mut self.pending.given) {
            if self.only_person(&given) != before {
                affected.extend(self.given_names_only(&given));
            }
        }
        let affected = self.reach(affected, |identities, id, next| {
            identities.add_stated_neighbours(id, next);
            identities.add_given_name_neighbours(id, next);
            next.extend(identities.members(identities.entity(id)));
        });
        let mut classes = self.stated_classes(&affected);
        for id in &affected {
            if let Some(person) = self.person_called(*id) {
                classes.join(*id, person);
            }
        }
        self.replace(&affected, &classes)
    }

    /// Returns all ids reachable from `from`, sorted; `neighbours` adds the neighbours of an id to a list.
    fn reach(
        &self,
        from: impl IntoIterator<Item = EntityId>,
        neighbours: impl Fn(&Self, EntityId, &mut Vec<EntityId>),
    ) -> Vec<EntityId> {
        let mut next: Vec<EntityId> = from.into_iter().collect();
        let mut reached: HashSet<EntityId> = next.iter().copied().collect();
        let mut found = Vec::new();
        while let Some(id) = next.pop() {
            neighbours(self, id, &mut found);
            next.extend(found.drain(..).filter(|id| reached.insert(*id)));
        }
        let mut reached: Vec<EntityId> = reached.into_iter().collect();
        reached.sort_unstable();
        reached
    }

    /// Adds the ids that the first two rules could join with an id.
    fn add_stated_neighbours(&self, id: EntityId, next: &mut Vec<EntityId>) {
        if let Some(entry) = self.names.get(&id) {
            next.extend(self.by_name.get(&entry.name.normal).into_iter().flatten());
        }
        for (left, right, _) in self.links_of_name.get(&id).into_iter().flatten() {
            next.extend([*left, *right]);
        }
    }

    /// Adds the ids that the given-name rule joins with an id, in either direction.
    fn add_given_name_neighbours(&self, id: EntityId, next: &mut Vec<EntityId>) {
        next.extend(self.person_called(id));
        let given = self.names.get(&id).and_then(|entry| entry.name.given());
        if let Some(given) = given.filter(|given| self.only_person(given).is_some()) {
            next.extend(self.given_names_only(given));
        }
    }

    /// The only person to whom a name consisting of a given name can refer.
    fn person_called(&self, id: EntityId) -> Option<EntityId> {
        let name = &self.names.get(&id)?.name;
        self.only_person(&name.normal).filter(|_| name.may_be_given())
    }

    /// The names that consist of this given name only.
    fn given_names_only(&self, given: &str) -> impl Iterator<Item = EntityId> {
        let by_name = self.by_name.get(given).into_iter().flatten();
        by_name.copied().filter(|id| self.names.get(id).is_some_and(|entry| entry.name.may_be_given()))
    }

    /// Classes of these ids by the first two rules; `ids` must be closed under these rules.
    fn stated_classes(&self, ids: &[EntityId]) -> Classes {
        let is_known =
            |id: &&EntityId| self.names.contains_key(id) || self.links_of_name.contains_key(id) || self.is_anchor(**id);
        let mut classes = Classes::new(ids.iter().filter(is_known).copied());
        // Sorted, so that conflicts with a split are resolved independently of the order of arrival.
        let link_counts: BTreeSet<LinkContent> =
            ids.iter().filter_map(|id| self.links_of_name.get(id)).flatten().copied().collect();
        let of_kind = |wanted| link_counts.iter().filter(move |(_, _, kind)| *kind == wanted);
        for (left, right, _) in of_kind(LinkKind::Different) {
            classes.separate(*left, *right);
        }
        for id in ids {
            let Some(entry) = self.names.get(id) else { continue };
            let Some(same) = self.by_name.get(&entry.name.normal) else { continue };
            if same.first() == Some(id) && self.have_one_type(same) {
                for (one, other) in same.iter().zip(same.iter().skip(1)) {
                    classes.join(*one, *other);
                }
            }
        }
        for (left, right, _) in of_kind(LinkKind::Same) {
            classes.join(*left, *right);
        }
        classes
    }

    /// Whether equal names can be one entity: not if they have two types.
    fn have_one_type(&self, names: &BTreeSet<EntityId>) -> bool {
        let mut kinds = names.iter().filter_map(|id| self.names.get(id)?.name.kind.as_deref());
        let first = kinds.next();
        kinds.all(|kind| Some(kind) == first)
    }

    fn is_anchor(&self, id: EntityId) -> bool {
        self.anchors.contains(&id)
    }

    /// Counts the given names of the full names among these ids, by person according to the first two rules.
    fn count_people(&mut self, ids: &[EntityId]) {
        let classes = self.stated_classes(ids);
        for id in ids {
            let person = classes.root(*id);
            let Some(entry) = self.names.get_mut(id) else { continue };
            let Some(given) = entry.name.given().map(str::to_owned) else { continue };
            let before = entry.counted.replace(person);
            if before == Some(person) {
                continue;
            }
            if let Some(before) = before {
                self.count(&given, before, false);
            }
            self.count(&given, person, true);
        }
    }

    /// Replaces the classes of these ids; returns the names whose entity changed, with the previous entity.
    fn replace(&mut self, ids: &[EntityId], classes: &Classes) -> BTreeMap<EntityId, EntityId> {
        let mut moved: BTreeMap<EntityId, EntityId> = ids.iter().map(|id| (*id, self.entity(*id))).collect();
        for id in ids {
            self.representative.remove(id);
            self.members.remove(id);
        }
        for members in classes.all() {
            let Some(representative) = members.iter().copied().min_by_key(|id| self.representative_key(*id)) else {
                continue;
            };
            for member in &members {
                self.representative.insert(*member, representative);
            }
            self.members.insert(representative, members);
        }
        moved.retain(|id, before| self.entity(*id) != *before);
        moved
    }

    /// Sort key for choosing the representative of a class: the id of the oldest name, so that ids held by
    /// callers remain valid.
    fn representative_key(&self, id: EntityId) -> (bool, bool, Option<Timestamp>, EntityId) {
        let first_seen = self.name(id).map(|name| name.recorded_at);
        (!self.is_anchor(id), first_seen.is_none(), first_seen, id)
    }
}

/// Union-find over name ids that respects the operator's splits.
struct Classes {
    parent: HashMap<EntityId, EntityId>,
    separated: HashMap<EntityId, Vec<EntityId>>,
}

impl Classes {
    fn new(ids: impl Iterator<Item = EntityId>) -> Self {
        Self { parent: ids.map(|id| (id, id)).collect(), separated: HashMap::default() }
    }

    fn root(&self, id: EntityId) -> EntityId {
        let mut root = id;
        while let Some(parent) = self.parent.get(&root)
            && *parent != root
        {
            root = *parent;
        }
        root
    }

    /// Prevents two ids, both still in classes of their own, from ever being joined.
    fn separate(&mut self, left: EntityId, right: EntityId) {
        self.separated.entry(left).or_default().push(right);
        self.separated.entry(right).or_default().push(left);
    }

    /// Joins the classes of two ids, unless they contain separated ids.
    fn join(&mut self, left: EntityId, right: EntityId) {
        let (left, right) = (self.root(left), self.root(right));
        if left == right || self.are_separated(left, right) {
            return;
        }
        let (stays, goes) = (left.min(right), left.max(right));
        self.parent.insert(goes, stays);
        if let Some(separated) = self.separated.remove(&goes) {
            self.separated.entry(stays).or_default().extend(separated);
        }
    }

    fn are_separated(&self, left: EntityId, right: EntityId) -> bool {
        self.separated.get(&left).is_some_and(|separated| separated.iter().any(|other| self.root(*other) == right))
    }

    /// All classes, with sorted ids.
    fn all(&self) -> Vec<Vec<EntityId>> {
        let mut classes: HashMap<EntityId, Vec<EntityId>> = HashMap::default();
        for id in self.parent.keys() {
            classes.entry(self.root(*id)).or_default().push(*id);
        }
        let mut classes: Vec<Vec<EntityId>> = classes.into_values().collect();
        for class in &mut classes {
            class.sort();
        }
        classes
    }
}
