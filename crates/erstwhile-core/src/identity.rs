//! The rules of identity: which names refer to the same entity, as a pure function of the evidence.
//!
//! A *name id* is derived from a name and its type. Entities are equivalence classes of name ids, joined by
//! links (from the text or the operator) and by exact rules without similarity. Removing evidence gives the
//! classes that the remaining evidence supports, so every merge can be undone (I3).

mod people;
mod resolution;
mod titles;

pub use people::{ASSISTANT_NAME, anonymous_user, initial_evidence, name_links};
pub use resolution::Identities;

use jiff::Timestamp;
use unicode_normalization::UnicodeNormalization;

use crate::model::{EntityId, GraphId};
use titles::Bearer;

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

/// The id of a value, such as an age, as the object of a relation. No name has it, so that nothing is joined with a
/// value.
pub fn value_id(graph: GraphId, predicate: &str, value: &str) -> EntityId {
    derived(graph, &format!("value\0{predicate}\0{}", normalise(value)))
}

/// The id of somebody else who has the given name of the user who owns a graph.
pub fn namesake_id(graph: GraphId, name: &str) -> EntityId {
    derived(graph, &format!("namesake\0{}", normalise(name)))
}

/// The subject of statements that have none.
pub fn no_subject(graph: GraphId) -> EntityId {
    derived(graph, "no subject")
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
    normal: Box<str>,
    kind: Option<Box<str>>,
}

impl Name {
    /// Creates a name as written, with its type according to the evidence.
    pub fn new(id: EntityId, name: &str, entity_type: Option<&str>, recorded_at: Timestamp) -> Self {
        let kind = normalise_type(entity_type).map(String::into_boxed_str);
        Self { id, recorded_at, normal: normalise(name).into_boxed_str(), kind }
    }

    /// Creates a name of a graph's evidence. That of somebody with the user's given name ([`namesake_id`]) is joined with
    /// no other name.
    pub fn in_graph(
        graph: GraphId,
        id: EntityId,
        name: &str,
        entity_type: Option<&str>,
        recorded_at: Timestamp,
    ) -> Self {
        let named = Self::new(id, name, entity_type, recorded_at);
        if id != namesake_id(graph, name) {
            return named;
        }
        // The null character is in no other name.
        Self { normal: format!("namesake\0{}", named.normal).into_boxed_str(), ..named }
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

    /// The words after titles, and what the titles say.
    fn parts(&self) -> (Option<Bearer>, Vec<&str>) {
        let may_be_person = self.kind.is_none() || self.is_person();
        if may_be_person { titles::split(&self.normal, self.is_person()) } else { (None, vec![&self.normal]) }
    }

    /// Names with equal keys are one entity: the whole name, without the titles before a full name.
    fn key(&self) -> String {
        match self.parts() {
            (Some(_), rest) if rest.len() > 1 => rest.join(" "),
            _ => self.normal.to_string(),
        }
    }

    /// By which shorter names this name of a person can be called.
    ///
    /// "Jane Smith" can be called "Jane" and "Dr. Smith", and "Mrs. Dalloway" can be called "Dalloway"; but "Noor Jr."
    /// is somebody else than "Noor".
    fn called_by(&self) -> Vec<ShortName> {
        if !self.is_person() {
            return Vec::new();
        }
        let (title, words) = self.parts();
        match titles::without_suffixes(&words) {
            [given, .., surname] => {
                vec![ShortName::Given((*given).to_owned()), ShortName::Surname((*surname).to_owned())]
            }
            [name] if title.is_some() && words.len() == 1 => vec![ShortName::Given((*name).to_owned())],
            _ => Vec::new(),
        }
    }

    /// What this name is, if it may be a short name of a person.
    fn short(&self) -> Option<ShortName> {
        let may_be_person = self.kind.is_none() || self.is_person();
        match (self.parts(), may_be_person) {
            ((None, words), true) => match words.as_slice() {
                [name] => Some(ShortName::Given((*name).to_owned())),
                _ => None,
            },
            ((Some(_), words), true) => match words.as_slice() {
                [name] => Some(ShortName::Surname((*name).to_owned())),
                _ => None,
            },
            _ => None,
        }
    }

    /// What the title of the name says about its bearer.
    fn bearer(&self) -> Bearer {
        self.parts().0.unwrap_or(Bearer::Any)
    }
}

/// A name by which people can be called if there is only one of them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum ShortName {
    /// A given name alone, or any name of a person with a title but without it.
    Given(String),
    /// A surname with a title before it.
    Surname(String),
}

/// Selects the display name of an entity: a name rather than a description ("Anna's dog", "rescue greyhound"), the name with
/// the most words, then the longest, then the first in alphabetical order.
pub fn fullest_name<'a>(names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    names.into_iter().max_by(|left, right| {
        let size = |name: &str| {
            // Many scripts have no capitals.
            let is_lower = name.contains(char::is_lowercase) && !name.contains(char::is_uppercase);
            (!name.contains("'s "), !is_lower, name.split_whitespace().count(), name.chars().count())
        };
        size(left).cmp(&size(right)).then_with(|| right.cmp(left))
    })
}

#[cfg(test)]
mod tests;
