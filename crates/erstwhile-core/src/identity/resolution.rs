//! Which names mean the same entity, kept up to date as names and links come and go.
//!
//! Names are joined by three rules, in this order: a name without a type is the thing of that name when
//! there is exactly one kind of it; what a link says; and a given name is the person who has it when the
//! first two rules leave exactly one such person. A change is settled by looking only at names that these
//! rules could join with the changed ones, so its cost does not grow with the graph; the answer is always
//! that of resolving everything at once.

use std::collections::{BTreeMap, BTreeSet};

use foldhash::{HashMap, HashSet};
use jiff::Timestamp;

use super::Name;
use crate::model::{EntityId, Link, LinkId, LinkKind};

/// Every name and link of a graph, and the entity that each name belongs to.
#[derive(Debug, Clone, Default)]
pub struct Identities {
    /// Ids that always represent their class: the user, the assistant.
    anchors: Vec<EntityId>,
    names: HashMap<EntityId, Held>,
    /// Names by how they are written.
    written: HashMap<String, BTreeSet<EntityId>>,
    links: HashMap<LinkId, Link>,
    /// How many links say the same; a talkative speaker is tied to one name by each message.
    ties: HashMap<Tie, usize>,
    ties_of: HashMap<EntityId, BTreeSet<Tie>>,
    /// How many full names of each person (by the first two rules) begin with a given name.
    people: HashMap<String, BTreeMap<EntityId, usize>>,
    representative: HashMap<EntityId, EntityId>,
    members: HashMap<EntityId, Vec<EntityId>>,
    unsettled: Unsettled,
}

/// What a link says: its ends and whether it joins or parts them.
type Tie = (EntityId, EntityId, LinkKind);

/// A name, and the person under whom its given name is counted.
#[derive(Debug, Clone)]
struct Held {
    name: Name,
    counted: Option<EntityId>,
}

/// What has changed since entities were told last.
#[derive(Debug, Clone, Default)]
struct Unsettled {
    ids: BTreeSet<EntityId>,
    /// Given names, with the only person who had them before.
    given: BTreeMap<String, Option<EntityId>>,
}

impl Identities {
    /// No names yet; `anchors` always represent their class.
    pub fn new(anchors: impl IntoIterator<Item = EntityId>) -> Self {
        let anchors: Vec<EntityId> = anchors.into_iter().collect();
        let unsettled = Unsettled { ids: anchors.iter().copied().collect(), ..Unsettled::default() };
        Self { anchors, unsettled, ..Self::default() }
    }

    /// Names and links resolved at once; the result does not depend on their order.
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
        identities.settle();
        identities
    }

    /// The entity of a name id; an unknown id stands for itself.
    pub fn entity(&self, id: EntityId) -> EntityId {
        self.representative.get(&id).copied().unwrap_or(id)
    }

    /// The name ids of an entity, sorted.
    pub fn members(&self, entity: EntityId) -> &[EntityId] {
        self.members.get(&entity).map_or(&[], Vec::as_slice)
    }

    /// Every entity with its name ids, in no order.
    pub fn entities(&self) -> impl Iterator<Item = (EntityId, &[EntityId])> {
        self.members.iter().map(|(id, members)| (*id, members.as_slice()))
    }

    /// A name in use.
    pub fn name(&self, id: EntityId) -> Option<&Name> {
        self.names.get(&id).map(|held| &held.name)
    }

    /// The names in use, in no order.
    pub fn names(&self) -> impl Iterator<Item = &Name> {
        self.names.values().map(|held| &held.name)
    }

    /// Every link, in no order.
    pub fn links(&self) -> impl Iterator<Item = &Link> {
        self.links.values()
    }

    /// Adds a name, or replaces what was known of its id. It counts once it is settled.
    pub fn put_name(&mut self, name: Name) {
        if self.name(name.id) == Some(&name) {
            return;
        }
        self.remove_name(name.id);
        self.unsettle(name.id);
        self.written.entry(name.normal.clone()).or_default().insert(name.id);
        self.names.insert(name.id, Held { name, counted: None });
    }

    /// Forgets a name; an unknown one is no error.
    pub fn remove_name(&mut self, id: EntityId) {
        let Some(held) = self.names.remove(&id) else { return };
        self.unsettle(id);
        if let Some(written) = self.written.get_mut(&held.name.normal) {
            written.remove(&id);
            self.unsettled.ids.extend(written.iter());
            if written.is_empty() {
                self.written.remove(&held.name.normal);
            }
        }
        if let (Some(given), Some(person)) = (held.name.given(), held.counted) {
            self.count(given, person, false);
        }
    }

    /// Adds a link, or replaces one with its id. It counts once it is settled.
    pub fn put_link(&mut self, link: Link) {
        if self.links.get(&link.id) == Some(&link) {
            return;
        }
        self.remove_link(link.id);
        let tie = (link.left, link.right, link.kind);
        let count = self.ties.entry(tie).or_default();
        *count += 1;
        if *count == 1 {
            for end in [link.left, link.right] {
                self.ties_of.entry(end).or_default().insert(tie);
                self.unsettle(end);
            }
        }
        self.links.insert(link.id, link);
    }

    /// Forgets a link; an unknown one is no error.
    pub fn remove_link(&mut self, id: LinkId) {
        let Some(link) = self.links.remove(&id) else { return };
        let tie = (link.left, link.right, link.kind);
        let Some(count) = self.ties.get_mut(&tie) else { return };
        *count -= 1;
        if *count > 0 {
            return;
        }
        self.ties.remove(&tie);
        for end in [link.left, link.right] {
            self.unsettle(end);
            if let Some(ties) = self.ties_of.get_mut(&end) {
                ties.remove(&tie);
                if ties.is_empty() {
                    self.ties_of.remove(&end);
                }
            }
        }
    }

    /// Forgets the links that have this name as an end.
    pub fn remove_links_of(&mut self, name: EntityId) {
        if !self.ties_of.contains_key(&name) {
            return;
        }
        let of_name = self.links.values().filter(|link| link.left == name || link.right == name);
        for link in of_name.map(|link| link.id).collect::<Vec<_>>() {
            self.remove_link(link);
        }
    }

    fn unsettle(&mut self, id: EntityId) {
        self.unsettled.ids.insert(id);
    }

    /// Counts a full name of a person under its given name, or no longer.
    fn count(&mut self, given: &str, person: EntityId, there: bool) {
        let only = self.only_person(given);
        self.unsettled.given.entry(given.to_owned()).or_insert(only);
        let people = self.people.entry(given.to_owned()).or_default();
        let names = people.entry(person).or_default();
        *names = if there { *names + 1 } else { names.saturating_sub(1) };
        if *names == 0 {
            people.remove(&person);
        }
        if people.is_empty() {
            self.people.remove(given);
        }
    }

    /// The person with a given name, when there is exactly one.
    fn only_person(&self, given: &str) -> Option<EntityId> {
        let people = self.people.get(given)?;
        people.keys().next().copied().filter(|_| people.len() == 1)
    }

    /// Lets everything that was added and removed count; tells the names whose entity is now another,
    /// each with the one that it was.
    pub fn settle(&mut self) -> BTreeMap<EntityId, EntityId> {
        let changed = std::mem::take(&mut self.unsettled.ids);
        if changed.is_empty() {
            return BTreeMap::new();
        }
        let mut near = self.reach(changed, Self::stated_beside);
        self.count_people(&near);
        for (given, before) in std::mem::take(&mut self.unsettled.given) {
            if self.only_person(&given) != before {
                near.extend(self.standing_alone(&given));
            }
        }
        let near = self.reach(near, |identities, id, next| {
            identities.stated_beside(id, next);
            identities.named_beside(id, next);
            next.extend(identities.members(identities.entity(id)));
        });
        let mut classes = self.stated(&near);
        for id in &near {
            if let Some(person) = self.person_called(*id) {
                classes.join(*id, person);
            }
        }
        self.replace(&near, &classes)
    }

    /// Everything that can be reached from some ids by steps of one kind, sorted.
    fn reach(
        &self,
        from: impl IntoIterator<Item = EntityId>,
        beside: impl Fn(&Self, EntityId, &mut Vec<EntityId>),
    ) -> Vec<EntityId> {
        let mut next: Vec<EntityId> = from.into_iter().collect();
        let mut reached: HashSet<EntityId> = next.iter().copied().collect();
        let mut found = Vec::new();
        while let Some(id) = next.pop() {
            beside(self, id, &mut found);
            next.extend(found.drain(..).filter(|id| reached.insert(*id)));
        }
        let mut reached: Vec<EntityId> = reached.into_iter().collect();
        reached.sort_unstable();
        reached
    }

    /// What writing and links could join with an id.
    fn stated_beside(&self, id: EntityId, next: &mut Vec<EntityId>) {
        if let Some(held) = self.names.get(&id) {
            next.extend(self.written.get(&held.name.normal).into_iter().flatten());
        }
        for (left, right, _) in self.ties_of.get(&id).into_iter().flatten() {
            next.extend([*left, *right]);
        }
    }

    /// What given names join with an id, from either side.
    fn named_beside(&self, id: EntityId, next: &mut Vec<EntityId>) {
        next.extend(self.person_called(id));
        let given = self.names.get(&id).and_then(|held| held.name.given());
        if let Some(given) = given.filter(|given| self.only_person(given).is_some()) {
            next.extend(self.standing_alone(given));
        }
    }

    /// The only person whom a given name, standing alone, can mean.
    fn person_called(&self, id: EntityId) -> Option<EntityId> {
        let name = &self.names.get(&id)?.name;
        self.only_person(&name.normal).filter(|_| name.may_be_given())
    }

    /// The names that are nothing but this given name.
    fn standing_alone(&self, given: &str) -> impl Iterator<Item = EntityId> {
        let written = self.written.get(given).into_iter().flatten();
        written.copied().filter(|id| self.names.get(id).is_some_and(|held| held.name.may_be_given()))
    }

    /// Classes of these ids by writing and links alone; they must hold all that could be joined with one.
    fn stated(&self, ids: &[EntityId]) -> Classes {
        let is_known =
            |id: &&EntityId| self.names.contains_key(id) || self.ties_of.contains_key(id) || self.is_anchor(**id);
        let mut classes = Classes::new(ids.iter().filter(is_known).copied());
        // Sorted, so that a conflict with a split is decided the same way whatever came first.
        let ties: BTreeSet<Tie> = ids.iter().filter_map(|id| self.ties_of.get(id)).flatten().copied().collect();
        let of_kind = |wanted| ties.iter().filter(move |(_, _, kind)| *kind == wanted);
        for (left, right, _) in of_kind(LinkKind::Different) {
            classes.part(*left, *right);
        }
        for id in ids {
            let Some(held) = self.names.get(id) else { continue };
            let Some(same) = self.written.get(&held.name.normal) else { continue };
            if same.first() == Some(id) && self.is_one_kind(same) {
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

    /// Whether names that are written alike can be one thing: not when they have two types.
    fn is_one_kind(&self, names: &BTreeSet<EntityId>) -> bool {
        let mut kinds = names.iter().filter_map(|id| self.names.get(id)?.name.kind.as_deref());
        let first = kinds.next();
        kinds.all(|kind| Some(kind) == first)
    }

    fn is_anchor(&self, id: EntityId) -> bool {
        self.anchors.contains(&id)
    }

    /// Counts the full names among these ids under the people to whom writing and links give them.
    fn count_people(&mut self, ids: &[EntityId]) {
        let classes = self.stated(ids);
        for id in ids {
            let person = classes.root(*id);
            let Some(held) = self.names.get_mut(id) else { continue };
            let Some(given) = held.name.given().map(str::to_owned) else { continue };
            let before = held.counted.replace(person);
            if before == Some(person) {
                continue;
            }
            if let Some(before) = before {
                self.count(&given, before, false);
            }
            self.count(&given, person, true);
        }
    }

    /// Takes the classes of these ids over.
    fn replace(&mut self, ids: &[EntityId], classes: &Classes) -> BTreeMap<EntityId, EntityId> {
        let mut moved: BTreeMap<EntityId, EntityId> = ids.iter().map(|id| (*id, self.entity(*id))).collect();
        for id in ids {
            self.representative.remove(id);
            self.members.remove(id);
        }
        for members in classes.all() {
            let Some(representative) = members.iter().copied().min_by_key(|id| self.standing(*id)) else { continue };
            for member in &members {
                self.representative.insert(*member, representative);
            }
            self.members.insert(representative, members);
        }
        moved.retain(|id, before| self.entity(*id) != *before);
        moved
    }

    /// The less, the sooner an id represents its class: the name that was known first keeps its id, so that
    /// ids which callers hold stay good.
    fn standing(&self, id: EntityId) -> (bool, bool, Option<Timestamp>, EntityId) {
        let first_seen = self.name(id).map(|name| name.recorded_at);
        (!self.is_anchor(id), first_seen.is_none(), first_seen, id)
    }
}

/// Union-find over name ids that keeps apart what the operator split.
struct Classes {
    parent: HashMap<EntityId, EntityId>,
    apart: HashMap<EntityId, Vec<EntityId>>,
}

impl Classes {
    fn new(ids: impl Iterator<Item = EntityId>) -> Self {
        Self { parent: ids.map(|id| (id, id)).collect(), apart: HashMap::default() }
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

    /// Keeps two ids, each its own class as yet, apart for good.
    fn part(&mut self, left: EntityId, right: EntityId) {
        self.apart.entry(left).or_default().push(right);
        self.apart.entry(right).or_default().push(left);
    }

    /// Joins the classes of two ids, unless something in them is kept apart.
    fn join(&mut self, left: EntityId, right: EntityId) {
        let (left, right) = (self.root(left), self.root(right));
        if left == right || self.are_apart(left, right) {
            return;
        }
        let (stays, goes) = (left.min(right), left.max(right));
        self.parent.insert(goes, stays);
        if let Some(apart) = self.apart.remove(&goes) {
            self.apart.entry(stays).or_default().extend(apart);
        }
    }

    fn are_apart(&self, left: EntityId, right: EntityId) -> bool {
        self.apart.get(&left).is_some_and(|apart| apart.iter().any(|other| self.root(*other) == right))
    }

    /// Every class, its ids sorted.
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
