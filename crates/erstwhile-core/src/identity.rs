//! The rules of identity: which names mean the same entity, as a pure function of the evidence.
//!
//! A *name id* is what a name and its type give by themselves; entities are classes of name ids,
//! joined by what the text or the operator says (links) and by rules that need no similarity. Taking
//! evidence away gives the classes that the rest supports, so every merge can be undone (I3).

mod people;
mod resolution;

pub use people::{ASSISTANT_NAME, anonymous_user, initial_evidence, own_names};
pub use resolution::Identities;

use jiff::Timestamp;
use unicode_normalization::UnicodeNormalization;

use crate::model::{EntityId, GraphId};

/// Types that stand for a human being or an agent; they are compatible with each other.
const PEOPLE: [&str; 3] = ["person", "user", "assistant"];

/// A name in the form in which names are compared: NFKC, lower case, white space folded (I2).
pub fn normalise(name: &str) -> String {
    let folded: String = if name.is_ascii() {
        // What most names are, without looking characters up: NFKC leaves ASCII as it is.
        name.to_ascii_lowercase()
    } else {
        name.nfkc().flat_map(char::to_lowercase).nfkc().collect()
    };
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

    /// The one of two sights of a name that counts: the earlier one; of two at one moment always the same.
    #[must_use]
    pub fn earlier(self, other: Self) -> Self {
        let order = |name: &Self| (name.recorded_at, name.normal.clone(), name.kind.clone());
        std::cmp::min_by_key(self, other, order)
    }

    fn is_person(&self) -> bool {
        self.kind.as_deref() == Some("person")
    }

    /// The given name in a person's full name.
    fn given(&self) -> Option<&str> {
        let (given, _) = self.normal.split_once(' ')?;
        self.is_person().then_some(given)
    }

    /// Whether this may be somebody's given name, standing alone.
    fn may_be_given(&self) -> bool {
        (self.kind.is_none() || self.is_person()) && !self.normal.contains(' ')
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
