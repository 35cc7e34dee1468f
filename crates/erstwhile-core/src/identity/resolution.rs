//! Incremental resolution of names to entities.
//!
//! Three rules join names, in this order: equal names join, whatever types the text gives them and whatever titles
//! stand before a full name; links join or separate names; and a short name (a given name, or a surname after a
//! title) joins the name of a person, if the first two rules leave exactly one person who can be called so. The
//! names of the user and the assistant never join somebody else by the third rule. A change is applied by resolving
//! only the names that these rules could join with changed ones, so its cost does not grow with the graph. The result
//! is always the same as that of resolving all names at once.

use std::collections::{BTreeMap, BTreeSet};

use foldhash::{HashMap, HashSet};
use jiff::Timestamp;

use super::titles::Bearer;
use super::{Name, ShortName};
use crate::boxed::{BoxedMap, Keyed};
use crate::compact::{CompactSet, Counts};
use crate::model::{EntityId, Link, LinkId, LinkKind};

/// The names and links of a graph, and the entity of each name.
#[derive(Debug, Clone, Default)]
pub struct Identities {
    /// Ids that always represent their class: the user and the assistant.
    anchors: Vec<EntityId>,
    names: BoxedMap<NameEntry>,
    /// Name ids by [`Name::key`].
    by_name: BoxedMap<SameName>,
    short_names: BoxedMap<ShortNameEntry>,
    links: HashMap<LinkId, Link>,
    /// Number of links with the same content: every message of a speaker may add one.
    link_counts: HashMap<LinkContent, usize>,
    links_of_name: HashMap<EntityId, CompactSet<LinkContent>>,
    /// The entities of the names that do not represent theirs.
    representative: HashMap<EntityId, EntityId>,
    /// The name ids of entities with several, and of those whose only name id has no name.
    members: HashMap<EntityId, Box<[EntityId]>>,
    pending: Pending,
}

/// The content of a link: its ends and whether it joins or separates them.
type LinkContent = (EntityId, EntityId, LinkKind);

/// A name, and the person for whom its short names are counted ([`ShortNameEntry::people`]).
#[derive(Debug, Clone)]
struct NameEntry {
    name: Name,
    counted: Option<EntityId>,
}

impl Keyed for NameEntry {
    type Key = EntityId;

    fn key(&self) -> &EntityId {
        &self.name.id
    }
}

/// Name ids with equal keys.
#[derive(Debug, Clone)]
struct SameName {
    key: Box<str>,
    ids: CompactSet<EntityId>,
}

impl Keyed for SameName {
    type Key = str;

    fn key(&self) -> &str {
        &self.key
    }
}

/// Who may be meant by a short name.
#[derive(Debug, Clone)]
struct ShortNameEntry {
    short: ShortName,
    /// The name ids that are this short name.
    ids: CompactSet<EntityId>,
    /// The people who can be called so (by the first two rules), with the number of such names of theirs.
    people: Counts<EntityId>,
}

impl ShortNameEntry {
    fn new(short: ShortName) -> Self {
        Self { short, ids: CompactSet::default(), people: Counts::default() }
    }
}

impl Keyed for ShortNameEntry {
    type Key = ShortName;

    fn key(&self) -> &ShortName {
        &self.short
    }
}

/// Changes that have not been applied yet.
#[derive(Debug, Clone, Default)]
struct Pending {
    ids: BTreeSet<EntityId>,
    /// Changed short names, with the only person who could be called so before.
    short: BTreeMap<ShortName, Option<EntityId>>,
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
        if let Some(members) = self.members.get(&entity) {
            return members;
        }
        let own = self.names.get(&entity).filter(|_| !self.representative.contains_key(&entity));
        own.map_or(&[], |entry| std::slice::from_ref(&entry.name.id))
    }

    /// All entities with their name ids, in arbitrary order.
    pub fn entities(&self) -> impl Iterator<Item = (EntityId, &[EntityId])> {
        let own = self.names.values().map(|entry| entry.name.id);
        let alone = own.filter(|id| !self.representative.contains_key(id) && !self.members.contains_key(id));
        self.members.keys().copied().chain(alone).map(|id| (id, self.members(id)))
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
        let key = name.key();
        let same = || SameName { key: key.as_str().into(), ids: CompactSet::default() };
        self.by_name.get_or_insert_with(&key, same).ids.insert(name.id);
        if let Some(short) = name.short() {
            self.mark_short_name(&short);
            self.short_name(&short).ids.insert(name.id);
        }
        self.names.insert(Box::new(NameEntry { name, counted: None }));
    }

    /// Removes a name, if present.
    pub fn remove_name(&mut self, id: EntityId) {
        let short = self.names.get(&id).and_then(|entry| entry.name.short());
        if let Some(short) = &short {
            self.mark_short_name(short);
        }
        let Some(entry) = self.names.remove(&id) else { return };
        self.mark_changed(id);
        let key = entry.name.key();
        if let Some(same) = self.by_name.get_mut(&key) {
            same.ids.remove(&id);
            self.pending.ids.extend(same.ids.iter());
            if same.ids.is_empty() {
                self.by_name.remove(&key);
            }
        }
        if let Some(short) = short
            && let Some(known) = self.short_names.get_mut(&short)
        {
            known.ids.remove(&id);
            self.remove_unused(&short);
        }
        if let Some(person) = entry.counted {
            for short in entry.name.called_by() {
                self.count(&short, person, false);
            }
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

    /// Records who is the only person called so, before that changes.
    fn mark_short_name(&mut self, short: &ShortName) {
        if !self.pending.short.contains_key(short) {
            let only = self.only_person(short);
            self.pending.short.insert(short.clone(), only);
        }
    }

    /// Adds or removes one name of a person from the count of a short name.
    fn count(&mut self, short: &ShortName, person: EntityId, is_added: bool) {
        self.mark_short_name(short);
        let people = &mut self.short_name(short).people;
        if is_added {
            people.add(person);
        } else {
            people.remove(&person);
        }
        self.remove_unused(short);
    }

    /// What is known of a short name, which is added if it is new.
    fn short_name(&mut self, short: &ShortName) -> &mut ShortNameEntry {
        self.short_names.get_or_insert_with(short, || ShortNameEntry::new(short.clone()))
    }

    /// Removes a short name that is no name, and by which nobody can be called.
    fn remove_unused(&mut self, short: &ShortName) {
        if self.short_names.get(short).is_some_and(|known| known.ids.is_empty() && known.people.is_empty()) {
            self.short_names.remove(short);
        }
    }

    /// The person who can be called by a short name, if there is exactly one.
    fn only_person(&self, short: &ShortName) -> Option<EntityId> {
        let only = *self.short_names.get(short)?.people.only()?;
        // "Mr. Smith" and "Mrs. Smith" are two people, of whom one may be "Jane Smith".
        let bearers = || self.names_short_for(short).filter_map(|id| Some(self.names.get(&id)?.name.bearer()));
        let conflict = bearers().any(|bearer| bearer == Bearer::Man) && bearers().any(|bearer| bearer == Bearer::Woman);
        (!conflict).then_some(only)
    }

    /// Applies pending changes and returns the names whose entity changed, each with its previous entity.
    pub fn apply_pending(&mut self) -> BTreeMap<EntityId, EntityId> {
        let changed = std::mem::take(&mut self.pending.ids);
        if changed.is_empty() {
            return BTreeMap::new();
        }
        let mut affected = self.reach(changed, Self::add_stated_neighbours);
        self.count_people(&affected);
        for (short, before) in std::mem::take(&mut self.pending.short) {
            if self.only_person(&short) != before {
                affected.extend(self.names_short_for(&short));
            }
        }
        let affected = self.reach(affected, |identities, id, next| {
            identities.add_stated_neighbours(id, next);
            identities.add_short_name_neighbours(id, next);
            next.extend(identities.members(identities.entity(id)));
        });
        let mut classes = self.stated_classes(&affected);
        for (id, person) in self.short_name_joins(&affected, &classes) {
            classes.join(id, person);
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
            next.extend(self.by_name.get(&entry.name.key()).into_iter().flat_map(|same| &same.ids));
        }
        for (left, right, _) in self.links_of_name.get(&id).into_iter().flatten() {
            next.extend([*left, *right]);
        }
    }

    /// Adds the ids that the rule of short names joins with an id, in either direction.
    fn add_short_name_neighbours(&self, id: EntityId, next: &mut Vec<EntityId>) {
        next.extend(self.person_called(id));
        let called_by = self.names.get(&id).map(|entry| entry.name.called_by()).unwrap_or_default();
        for short in called_by.iter().filter(|short| self.only_person(short).is_some()) {
            next.extend(self.names_short_for(short));
        }
    }

    /// The only person to whom a short name can refer.
    fn person_called(&self, id: EntityId) -> Option<EntityId> {
        self.only_person(&self.names.get(&id)?.name.short()?)
    }

    /// The names that can be short for others in this way.
    fn names_short_for(&self, short: &ShortName) -> impl Iterator<Item = EntityId> {
        self.short_names.get(short).into_iter().flat_map(|known| &known.ids).copied()
    }

    /// The short names among these ids, each with the person to whom it refers; `classes` are those of the first two
    /// rules.
    fn short_name_joins(&self, ids: &[EntityId], classes: &Classes) -> Vec<(EntityId, EntityId)> {
        let anchors: Vec<EntityId> = self.anchors.iter().map(|anchor| classes.root(*anchor)).collect();
        let joins = ids.iter().filter_map(|id| Some((*id, self.person_called(*id)?)));
        joins
            .filter(|(id, person)| {
                let (own, other) = (classes.root(*id), classes.root(*person));
                let is_titled =
                    self.names.get(id).is_some_and(|entry| matches!(entry.name.short(), Some(ShortName::Surname(_))));
                // A name of the user is nobody else's short name, and "Mr. Haddad" is rather a relative of the user.
                let (is_own, is_of_user) = (anchors.contains(&own), anchors.contains(&other));
                if is_titled { !is_own && !is_of_user } else { !is_own }
            })
            .collect()
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
            let Some(same) = self.by_name.get(&entry.name.key()).map(|same| &same.ids) else { continue };
            if same.iter().next() == Some(id) {
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

    fn is_anchor(&self, id: EntityId) -> bool {
        self.anchors.contains(&id)
    }

    /// Counts the short names of the names among these ids, by person according to the first two rules.
    fn count_people(&mut self, ids: &[EntityId]) {
        let classes = self.stated_classes(ids);
        for id in ids {
            let person = classes.root(*id);
            let Some(entry) = self.names.get_mut(id) else { continue };
            let called_by = entry.name.called_by();
            if called_by.is_empty() {
                continue;
            }
            let before = entry.counted.replace(person);
            if before == Some(person) {
                continue;
            }
            for short in called_by {
                if let Some(before) = before {
                    self.count(&short, before, false);
                }
                self.count(&short, person, true);
            }
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
            for member in members.iter().filter(|member| **member != representative) {
                self.representative.insert(*member, representative);
            }
            if members.len() > 1 || !self.names.contains_key(&representative) {
                self.members.insert(representative, members.into_boxed_slice());
            }
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
            class.shrink_to_fit();
            class.sort();
        }
        classes
    }
}
