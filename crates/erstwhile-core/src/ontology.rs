//! Ontologies: entity and fact types declared by a project, a user or a graph.
//!
//! Pure and deterministic: the declared type of an entity or a relation follows from names and sentences alone
//! ([`Ontology::entity_type`], [`Ontology::predicate`]), without a language model. The JSON format is that of
//! `PUT /api/v2/entity-types`.

use std::collections::HashSet;
use std::sync::LazyLock;

use serde::{Deserialize, Deserializer, Serialize};

use crate::error::{Error, Result};

mod attributes;
mod examples;
mod kinship;
mod phrases;
mod predicates;
mod types;
mod usage;

pub use attributes::StatedFact;
pub(crate) use attributes::converted;
pub use predicates::StatedRelation;

/// Maximum number of entity types of an ontology.
pub const ENTITY_TYPES_MAX: usize = 100;
/// Maximum number of fact types of an ontology.
pub const EDGE_TYPES_MAX: usize = 100;
/// Maximum number of properties of a type, and of source-target pairs of a fact type.
pub const PROPERTIES_MAX: usize = 50;
/// Maximum number of characters of the name of a type or property.
pub const NAME_CHARACTERS_MAX: usize = 100;
/// Maximum number of characters of a description.
pub const DESCRIPTION_CHARACTERS_MAX: usize = 1_000;

/// Names of fields of nodes and edges.
const RESERVED: [&str; 6] = ["uuid", "name", "graph_id", "name_embedding", "summary", "created_at"];
/// The source or target type that matches any entity.
const ANY_TYPE: &str = "Entity";
/// Types of speakers, which exist in every user's graph.
const SPEAKERS: [&str; 2] = ["User", "Assistant"];

/// Entity and fact types of an application.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Ontology {
    /// Entity types.
    #[serde(default, deserialize_with = "or_empty")]
    pub entity_types: Vec<EntityType>,
    /// Fact types.
    #[serde(default, deserialize_with = "or_empty")]
    pub edge_types: Vec<EdgeType>,
}

/// An entity type.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct EntityType {
    /// Its name, such as `Restaurant`.
    pub name: String,
    /// Its description, for people and models.
    #[serde(default, deserialize_with = "or_empty")]
    pub description: String,
    /// Properties of its entities.
    #[serde(default, deserialize_with = "or_empty")]
    pub properties: Vec<Property>,
    /// The properties that distinguish its entities.
    #[serde(default, deserialize_with = "or_empty", skip_serializing_if = "Vec::is_empty")]
    pub identity_properties: Vec<String>,
}

/// A fact type.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct EdgeType {
    /// Its name, such as `WORKS_AT`.
    pub name: String,
    /// Its description, for people and models.
    #[serde(default, deserialize_with = "or_empty")]
    pub description: String,
    /// Properties of its facts.
    #[serde(default, deserialize_with = "or_empty")]
    pub properties: Vec<Property>,
    /// The types of entities that it connects; empty for any.
    #[serde(default, deserialize_with = "or_empty")]
    pub source_targets: Vec<SourceTarget>,
}

/// Types of entities that a fact may connect; an absent type or `Entity` matches any.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SourceTarget {
    /// Type of the subject.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Type of the object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
}

/// A property of a type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Property {
    /// Its name.
    pub name: String,
    /// Its description, for people and models.
    #[serde(default, deserialize_with = "or_empty")]
    pub description: String,
    /// The type of its values.
    #[serde(rename = "type")]
    pub kind: PropertyKind,
}

/// The type of a property's values, by the names of the SDKs and of JSON Schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum PropertyKind {
    /// Text.
    #[serde(alias = "text", alias = "string")]
    Text,
    /// Integers.
    #[serde(alias = "int", alias = "integer")]
    Int,
    /// Numbers.
    #[serde(alias = "float", alias = "number")]
    Float,
    /// True or false.
    #[serde(alias = "boolean", alias = "bool")]
    Boolean,
}

/// SDKs omit empty fields or send null for them.
fn or_empty<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(source: D) -> Result<T, D::Error> {
    Ok(Option::deserialize(source)?.unwrap_or_default())
}

impl Ontology {
    /// Checks names and limits.
    pub fn check(&self) -> Result<()> {
        at_most(self.entity_types.len(), ENTITY_TYPES_MAX, "entity_types")?;
        at_most(self.edge_types.len(), EDGE_TYPES_MAX, "edge_types")?;
        let mut names = HashSet::new();
        for kind in &self.entity_types {
            let place = format!("entity type \"{}\"", abbreviated(&kind.name));
            check_type(&place, &kind.name, &kind.description, &kind.properties, &mut names)?;
            at_most(kind.identity_properties.len(), PROPERTIES_MAX, &format!("identity_properties of {place}"))?;
            for name in &kind.identity_properties {
                check_name(name, &format!("identity property of {place}"))?;
            }
        }
        names.clear();
        for kind in &self.edge_types {
            let place = format!("edge type \"{}\"", abbreviated(&kind.name));
            check_type(&place, &kind.name, &kind.description, &kind.properties, &mut names)?;
            at_most(kind.source_targets.len(), PROPERTIES_MAX, &format!("source_targets of {place}"))?;
            for name in kind.source_targets.iter().flat_map(|pair| [&pair.source, &pair.target]).flatten() {
                at_most(
                    name.chars().count(),
                    NAME_CHARACTERS_MAX,
                    &format!("characters of a source or target of {place}"),
                )?;
            }
        }
        Ok(())
    }

    /// The default types of users' graphs, unless disabled for the user.
    pub fn default_types() -> &'static Self {
        &DEFAULT
    }

    /// Merges with a more general ontology: types of `self` come first and replace those of the same name.
    #[must_use]
    pub fn over(&self, base: &Self) -> Self {
        let mut both = self.clone();
        let own: HashSet<String> = self.entity_types.iter().map(|kind| types::comparison_key(&kind.name)).collect();
        let inherited = base.entity_types.iter().filter(|kind| !own.contains(&types::comparison_key(&kind.name)));
        both.entity_types.extend(inherited.cloned());
        let own: HashSet<String> = self.edge_types.iter().map(|kind| types::comparison_key(&kind.name)).collect();
        let inherited = base.edge_types.iter().filter(|kind| !own.contains(&types::comparison_key(&kind.name)));
        both.edge_types.extend(inherited.cloned());
        both
    }

    /// The property that the declared type of an entity has, by its name in any spelling of case and words, also
    /// without "has" (`HAS_PARKING` is the relation of both `parking` and `hasParking`).
    pub fn property(&self, entity_type: Option<&str>, name: &str) -> Option<&Property> {
        let (own, wanted) = (types::comparison_key(entity_type?), types::comparison_key(name));
        let declared = self.entity_types.iter().filter(|kind| types::comparison_key(&kind.name) == own);
        let properties: Vec<&Property> = declared.flat_map(|kind| &kind.properties).collect();
        let same = |property: &&&Property| types::comparison_key(&property.name) == wanted;
        let without_has = |property: &&&Property| {
            let words = types::split_words(&property.name).to_lowercase();
            words.strip_prefix("has ").is_some_and(|rest| types::comparison_key(rest) == wanted)
        };
        properties.iter().find(same).or_else(|| properties.iter().find(without_has)).copied()
    }

    /// Whether a strict ontology admits an entity of this type: a declared type, or that of a speaker.
    pub fn admits_entity(&self, entity_type: Option<&str>) -> bool {
        let Some(comparison_key) = entity_type.map(types::comparison_key) else { return false };
        let declared = self.entity_types.iter().map(|kind| kind.name.as_str());
        declared.chain(SPEAKERS).any(|name| types::comparison_key(name) == comparison_key)
    }

    /// Whether a strict ontology admits a fact: its relation must be declared for these types.
    pub fn admits_fact(&self, predicate: &str, source_type: Option<&str>, target_type: Option<&str>) -> bool {
        let comparison_key = types::comparison_key(predicate);
        self.edge_types
            .iter()
            .any(|kind| types::comparison_key(&kind.name) == comparison_key && kind.fits(source_type, target_type))
    }
}

impl EdgeType {
    /// Whether a fact of this type may connect entities of these types.
    pub fn fits(&self, source_type: Option<&str>, target_type: Option<&str>) -> bool {
        self.source_targets.is_empty()
            || self.source_targets.iter().any(|pair| {
                side_fits(pair.source.as_deref(), source_type) && side_fits(pair.target.as_deref(), target_type)
            })
    }
}

fn side_fits(given: Option<&str>, entity_type: Option<&str>) -> bool {
    match given {
        None | Some("") => true,
        Some(given) if given.eq_ignore_ascii_case(ANY_TYPE) => true,
        Some(given) => {
            entity_type.is_some_and(|entity_type| types::comparison_key(given) == types::comparison_key(entity_type))
        }
    }
}

/// Checks a type; `name` must not be in `names`, to which it is added.
fn check_type(
    place: &str,
    name: &str,
    description: &str,
    properties: &[Property],
    names: &mut HashSet<String>,
) -> Result<()> {
    check_name(name, place)?;
    if !names.insert(name.to_lowercase()) {
        return Err(Error::invalid(format!("{place} is declared twice: names must differ by more than case")));
    }
    check_description(description, place)?;
    at_most(properties.len(), PROPERTIES_MAX, &format!("properties of {place}"))?;
    let mut seen = HashSet::new();
    for property in properties {
        let place = format!("property \"{}\" of {place}", abbreviated(&property.name));
        check_name(&property.name, &place)?;
        check_description(&property.description, &place)?;
        let lower = property.name.to_lowercase();
        if RESERVED.contains(&lower.as_str()) {
            return Err(Error::invalid(format!("{place} has a reserved name: use another")));
        }
        if !seen.insert(lower) {
            return Err(Error::invalid(format!("{place} is declared twice: names must differ by more than case")));
        }
    }
    Ok(())
}

fn check_name(name: &str, place: &str) -> Result<()> {
    if name.trim().is_empty() {
        return Err(Error::invalid(format!("{place} needs a name")));
    }
    at_most(name.chars().count(), NAME_CHARACTERS_MAX, &format!("characters of the name of {place}"))
}

fn check_description(description: &str, place: &str) -> Result<()> {
    let what = format!("characters of the description of {place}");
    at_most(description.chars().count(), DESCRIPTION_CHARACTERS_MAX, &what)
}

fn at_most(count: usize, max: usize, what: &str) -> Result<()> {
    if count > max { Err(Error::invalid(format!("too many {what}: use at most {max}"))) } else { Ok(()) }
}

/// A name for messages, truncated if it is too long.
fn abbreviated(name: &str) -> String {
    name.chars().take(NAME_CHARACTERS_MAX).collect()
}

static DEFAULT: LazyLock<Ontology> = LazyLock::new(|| {
    let entity = |(name, description): (&str, &str)| EntityType {
        name: name.to_owned(),
        description: description.to_owned(),
        ..EntityType::default()
    };
    let edge = |name: &str, description: &str, source: Option<&str>, target: Option<&str>| EdgeType {
        name: name.to_owned(),
        description: description.to_owned(),
        properties: Vec::new(),
        source_targets: vec![SourceTarget { source: source.map(str::to_owned), target: target.map(str::to_owned) }],
    };
    Ontology {
        entity_types: [
            ("User", "The person who talks to the application."),
            ("Assistant", "The agent that answers."),
            ("Preference", "What the user likes, dislikes or chooses."),
            ("Location", "A place, real or virtual."),
            ("Event", "Something that happens at a time."),
            ("Object", "A thing that can be had or used."),
            ("Topic", "A subject of conversation or interest."),
            ("Organization", "A company, institution or group."),
            ("Document", "Something written or recorded."),
        ]
        .map(entity)
        .to_vec(),
        edge_types: vec![
            edge("LOCATED_AT", "Where something is.", Some(ANY_TYPE), Some("Location")),
            edge("OCCURRED_AT", "Where or when an event takes place.", Some("Event"), Some(ANY_TYPE)),
        ],
    }
});

#[cfg(test)]
mod tests;
