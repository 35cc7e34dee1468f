//! The rules of identity: which names mean the same entity, as a pure function of the evidence.
//!
//! A *name id* is what a name and its type give by themselves; entities are classes of name ids,
//! joined by what the text or the operator says (links) and by rules that need no similarity. Taking
//! evidence away gives the classes that the rest supports, so every merge can be undone (I3).

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use jiff::Timestamp;
use unicode_normalization::UnicodeNormalization;

use crate::model::{EntityId, GraphId, Link, LinkKind};

/// Types that stand for a human being or an agent; they are compatible with each other.
const PEOPLE: [&str; 3] = ["person", "user", "assistant"];

/// A name in the form in which names are compared: NFKC, lower case, white space folded (I2).
pub fn normalise(name: &str) -> String {
    let folded: String = name.nfkc().flat_map(char::to_lowercase).nfkc().collect();
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The type in the form in which types are compared; all people are one type.
fn normalise_type(entity_type: Option<&str>) -> Option<String> {
    let entity_type = normalise(entity_type?);
    match entity_type.as_str() {
        "" | "entity" => None,
        person if PEOPLE.contains(&person) => Some("person".to_owned()),
        _ => Some(entity_type),
    }
}

/// The identity that a name and its type have by themselves in a graph.
pub fn name_id(graph: GraphId, name: &str, entity_type: Option<&str>) -> EntityId {
    let kind = normalise_type(entity_type).unwrap_or_default();
    derived(graph, &format!("name\0{}\0{kind}", normalise(name)))
}

/// The node of the user who owns a graph; it does not depend on the user's name.
pub fn user_node(graph: GraphId) -> EntityId {
    derived(graph, "user")
}

/// The node of the assistant in a user's graph.
pub fn assistant_node(graph: GraphId) -> EntityId {
    derived(graph, "assistant")
}

fn derived(graph: GraphId, key: &str) -> EntityId {
    EntityId(graph.derive(key.as_bytes()))
}

/// Whether two different names may be the same thing on similarity alone (I2).
///
/// Names with different numbers ("Flight 201", "Flight 202") or a different last token ("Room A",
/// "Room B") are not, however alike they look.
pub fn may_be_similar(left: &str, right: &str) -> bool {
    let (left, right) = (normalise(left), normalise(right));
    let numbers = |name: &str| -> Vec<String> {
        name.split(|c: char| !c.is_numeric()).filter(|run| !run.is_empty()).map(str::to_owned).collect()
    };
    numbers(&left) == numbers(&right) && left.split(' ').next_back() == right.split(' ').next_back()
}

/// A name that evidence in a graph uses.
#[derive(Debug, Clone, PartialEq)]
pub struct Name {
    /// Its identity by itself.
    pub id: EntityId,
    /// When the system first saw it.
    pub recorded_at: Timestamp,
    normal: String,
    kind: Option<String>,
}

impl Name {
    /// A name as it is written, with the type that the evidence gives it.
    pub fn new(id: EntityId, name: &str, entity_type: Option<&str>, recorded_at: Timestamp) -> Self {
        Self { id, recorded_at, normal: normalise(name), kind: normalise_type(entity_type) }
    }

    fn is_person(&self) -> bool {
        self.kind.as_deref() == Some("person")
    }
}

/// Which entity every name id belongs to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Resolution {
    representative: HashMap<EntityId, EntityId>,
    members: BTreeMap<EntityId, Vec<EntityId>>,
}

impl Resolution {
    /// The entity of a name id; an unknown id stands for itself.
    pub fn entity(&self, id: EntityId) -> EntityId {
        self.representative.get(&id).copied().unwrap_or(id)
    }

    /// The name ids of an entity, sorted.
    pub fn members(&self, entity: EntityId) -> &[EntityId] {
        self.members.get(&entity).map_or(&[], Vec::as_slice)
    }

    /// Every entity with its name ids.
    pub fn entities(&self) -> impl Iterator<Item = (EntityId, &[EntityId])> {
        self.members.iter().map(|(id, members)| (*id, members.as_slice()))
    }
}

/// Joins names into entities.
///
/// `anchors` are ids that always represent their class (the user, the assistant). The result does
/// not depend on the order of `names` and `links`.
pub fn resolve<'a>(names: impl IntoIterator<Item = &'a Name>, links: &[Link], anchors: &[EntityId]) -> Resolution {
    // Sorted, so that a conflict with a split is decided the same way whatever the order of arrival.
    let mut names: Vec<&Name> = names.into_iter().collect();
    names.sort_by_key(|name| name.id);
    let names = names.as_slice();
    let mut classes = Classes::new(names, links, anchors);
    join_untyped(names, &mut classes);
    let mut same: Vec<&Link> = links.iter().filter(|link| link.kind == LinkKind::Same).collect();
    same.sort_by_key(|link| (link.left, link.right));
    for link in same {
        classes.join(link.left, link.right);
    }
    join_given_names(names, &mut classes);
    classes.finish(names, anchors)
}

/// A name without a type is the thing of that name, when there is exactly one kind of it.
fn join_untyped(names: &[&Name], classes: &mut Classes) {
    let mut by_name: HashMap<&str, Vec<&Name>> = HashMap::new();
    for name in names {
        by_name.entry(&name.normal).or_default().push(name);
    }
    for group in by_name.values() {
        let types: BTreeSet<_> = group.iter().filter_map(|name| name.kind.as_deref()).collect();
        if types.len() <= 1 {
            for pair in group.windows(2) {
                classes.join(pair[0].id, pair[1].id);
            }
        }
    }
}

/// A given name is the person with that given name, when the graph has exactly one such person.
fn join_given_names(names: &[&Name], classes: &mut Classes) {
    let mut full: HashMap<&str, BTreeSet<EntityId>> = HashMap::new();
    for name in names.iter().filter(|name| name.is_person()) {
        if let Some((given, _)) = name.normal.split_once(' ') {
            full.entry(given).or_default().insert(name.id);
        }
    }
    for name in names.iter().filter(|name| name.kind.is_none() || name.is_person()) {
        let Some(candidates) = full.get(name.normal.as_str()) else { continue };
        let people: BTreeSet<EntityId> = candidates.iter().map(|id| classes.root(*id)).collect();
        if people.len() == 1
            && let Some(person) = candidates.first()
        {
            classes.join(name.id, *person);
        }
    }
}

/// Union-find over name ids that keeps apart what the operator split.
struct Classes {
    parent: HashMap<EntityId, EntityId>,
    apart: Vec<(EntityId, EntityId)>,
}

impl Classes {
    fn new(names: &[&Name], links: &[Link], anchors: &[EntityId]) -> Self {
        let linked = links.iter().flat_map(|link| [link.left, link.right]);
        let ids = names.iter().map(|name| name.id).chain(linked).chain(anchors.iter().copied());
        let apart = links.iter().filter(|link| link.kind == LinkKind::Different).map(|link| (link.left, link.right));
        Self { parent: ids.map(|id| (id, id)).collect(), apart: apart.collect() }
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

    fn join(&mut self, left: EntityId, right: EntityId) {
        let (left, right) = (self.root(left), self.root(right));
        if left == right {
            return;
        }
        let forbidden = self.apart.iter().any(|(one, other)| {
            let ends = (self.root(*one), self.root(*other));
            ends == (left, right) || ends == (right, left)
        });
        if !forbidden {
            self.parent.insert(left.max(right), left.min(right));
        }
    }

    fn finish(self, names: &[&Name], anchors: &[EntityId]) -> Resolution {
        let first_seen: HashMap<EntityId, Timestamp> = names.iter().map(|name| (name.id, name.recorded_at)).collect();
        let anchors: HashSet<EntityId> = anchors.iter().copied().collect();
        let mut classes: BTreeMap<EntityId, Vec<EntityId>> = BTreeMap::new();
        for id in self.parent.keys() {
            classes.entry(self.root(*id)).or_default().push(*id);
        }
        let mut resolution = Resolution::default();
        for mut members in classes.into_values() {
            members.sort();
            // The name that was known first keeps its id, so that ids which callers hold stay good.
            let standing =
                |id: &EntityId| (!anchors.contains(id), !first_seen.contains_key(id), first_seen.get(id).copied(), *id);
            let Some(representative) = members.iter().copied().min_by_key(standing) else { continue };
            for member in &members {
                resolution.representative.insert(*member, representative);
            }
            resolution.members.insert(representative, members);
        }
        resolution
    }
}

/// The name that stands for an entity: the one with the most words, then the longest, then the first
/// in alphabetical order.
pub fn fullest_name<'a>(names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    names.into_iter().max_by(|left, right| {
        let size = |name: &str| (name.split_whitespace().count(), name.chars().count());
        size(left).cmp(&size(right)).then_with(|| right.cmp(left))
    })
}

#[cfg(test)]
mod tests;
