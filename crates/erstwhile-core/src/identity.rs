//! The rules of identity: which names refer to the same entity, as a pure function of the evidence.
//!
//! A *name id* is derived from a name and its type. Entities are equivalence classes of name ids, joined by
//! links (from the text or the operator) and by exact rules without similarity. Removing evidence gives the
//! classes that the remaining evidence supports, so every merge can be undone (I3).

mod people;
mod resolution;

pub use people::{ASSISTANT_NAME, anonymous_user, initial_evidence, name_links};
pub use resolution::Identities;

use jiff::Timestamp;
use unicode_normalization::UnicodeNormalization;

use crate::model::{EntityId, GraphId};

/// Types of people and agents, which are compatible with each other.
const PEOPLE: [&str; 3] = ["person", "user", "assistant"];

/// Normalizes a name for comparison: NFKC, lower case, white space folded (I2).
pub fn normalise(name: &str) -> String {
    let folded: String = if name.is_ascii() {
        // Fast path for most names: NFKC does not change ASCII.
        name.to_ascii_lowercase()
    } else {
        name.nfkc().flat_map(char::to_lowercase).nfkc().collect()
    };
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Normalizes a type for comparison; all people have one type.
fn normalise_type(entity_type: Option<&str>) -> Option<String> {
    let entity_type = normalise(entity_type?);
    match entity_type.as_str() {
        "" | "entity" => None,
        person if PEOPLE.contains(&person) => Some("person".to_owned()),
        _ => Some(entity_type),
    }
}

/// The id derived from a name and its type in a graph.
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

/// A name in the evidence of a graph.
#[derive(Debug, Clone, PartialEq)]
pub struct Name {
    /// The id derived from the name and its type.
    pub id: EntityId,
    /// When the system first saw it.
    pub recorded_at: Timestamp,
    normal: String,
    kind: Option<String>,
}

impl Name {
    /// Creates a name as written, with its type according to the evidence.
    pub fn new(id: EntityId, name: &str, entity_type: Option<&str>, recorded_at: Timestamp) -> Self {
        Self { id, recorded_at, normal: normalise(name), kind: normalise_type(entity_type) }
    }

    /// Returns the earlier of two occurrences of a name, with a deterministic choice if their times are equal.
    #[must_use]
    pub fn earlier(self, other: Self) -> Self {
        let order = |name: &Self| (name.recorded_at, name.normal.clone(), name.kind.clone());
        std::cmp::min_by_key(self, other, order)
    }

    fn is_person(&self) -> bool {
        self.kind.as_deref() == Some("person")
    }

    /// The given name, if this is a person's full name.
    fn given(&self) -> Option<&str> {
        let (given, _) = self.normal.split_once(' ')?;
        self.is_person().then_some(given)
    }

    /// Whether this may be only a given name.
    fn may_be_given(&self) -> bool {
        (self.kind.is_none() || self.is_person()) && !self.normal.contains(' ')
    }
}

/// Selects the display name of an entity: the name with the most words, then the longest, then the first in
/// alphabetical order.
pub fn fullest_name<'a>(names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    names.into_iter().max_by(|left, right| {
        let size = |name: &str| (name.split_whitespace().count(), name.chars().count());
        size(left).cmp(&size(right)).then_with(|| right.cmp(left))
    })
}

#[cfg(test)]
mod tests;
