//! Entity and fact types that a project, a user or a graph declares, and what they mean for a graph.
//!
//! Pure and deterministic: which declared type an entity or a relation is follows from names and
//! sentences alone ([`Ontology::entity_type`], [`Ontology::predicate`]), without a language model.
//! The shape is that of `PUT /api/v2/entity-types`.

use std::collections::HashSet;
use std::sync::LazyLock;

use serde::{Deserialize, Deserializer, Serialize};

use crate::error::{Error, Result};

mod predicates;
mod types;

/// Entity types of an ontology, at most.
pub const ENTITY_TYPES_MAX: usize = 100;
/// Fact types of an ontology, at most.
pub const EDGE_TYPES_MAX: usize = 100;
/// Properties of a type, at most; also pairs of source and target of a fact type.
pub const PROPERTIES_MAX: usize = 50;
/// Characters of the name of a type or property, at most.
pub const NAME_CHARACTERS_MAX: usize = 100;
/// Characters of a description, at most.
pub const DESCRIPTION_CHARACTERS_MAX: usize = 1_000;

/// Names that nodes and edges use themselves.
const RESERVED: [&str; 6] = ["uuid", "name", "graph_id", "name_embedding", "summary", "created_at"];
/// The side of a source-target pair that any entity fits.
const ANY_TYPE: &str = "Entity";
/// Types of whoever speaks; they are there in every user's graph, whatever is declared.
const SPEAKERS: [&str; 2] = ["User", "Assistant"];

/// What kinds of entities and facts an application speaks of.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Ontology {
    /// Kinds of entities.
    #[serde(default, deserialize_with = "or_empty")]
    pub entity_types: Vec<EntityType>,
    /// Kinds of facts.
    #[serde(default, deserialize_with = "or_empty")]
    pub edge_types: Vec<EdgeType>,
}

/// A kind of entity.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct EntityType {
    /// What it is called, such as `Restaurant`.
    pub name: String,
    /// What it is, for people and models.
    #[serde(default, deserialize_with = "or_empty")]
    pub description: String,
    /// Attributes of its entities.
    #[serde(default, deserialize_with = "or_empty")]
    pub properties: Vec<Property>,
    /// The properties that tell one of its entities from another.
    #[serde(default, deserialize_with = "or_empty", skip_serializing_if = "Vec::is_empty")]
    pub identity_properties: Vec<String>,
}

/// A kind of fact.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct EdgeType {
    /// What it is called, such as `WORKS_AT`.
    pub name: String,
    /// What it means, for people and models.
    #[serde(default, deserialize_with = "or_empty")]
    pub description: String,
    /// Attributes of its facts.
    #[serde(default, deserialize_with = "or_empty")]
    pub properties: Vec<Property>,
    /// Between which types of entities it stands; empty for any.
    #[serde(default, deserialize_with = "or_empty")]
    pub source_targets: Vec<SourceTarget>,
}

/// Types that a fact may connect; an absent side, or `Entity`, is any type.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SourceTarget {
    /// Of the subject.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Of the object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
}

/// An attribute of a type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Property {
    /// What it is called.
    pub name: String,
    /// What it means, for people and models.
    #[serde(default, deserialize_with = "or_empty")]
    pub description: String,
    /// What values it takes.
    #[serde(rename = "type")]
    pub kind: PropertyKind,
}

/// What values a property takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum PropertyKind {
    /// Words.
    #[serde(alias = "text")]
    Text,
    /// Whole numbers.
    #[serde(alias = "int")]
    Int,
    /// Numbers.
    #[serde(alias = "float")]
    Float,
    /// True or false.
    #[serde(alias = "boolean")]
    Boolean,
}

/// SDKs leave out what is empty, or send null for it.
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
            let place = format!("entity type \"{}\"", shown(&kind.name));
            check_type(&place, &kind.name, &kind.description, &kind.properties, &mut names)?;
            at_most(kind.identity_properties.len(), PROPERTIES_MAX, &format!("identity_properties of {place}"))?;
            for name in &kind.identity_properties {
                check_name(name, &format!("identity property of {place}"))?;
            }
        }
        names.clear();
        for kind in &self.edge_types {
            let place = format!("edge type \"{}\"", shown(&kind.name));
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

    /// The types that a user's graph has unless the user turns them off.
    pub fn default_types() -> &'static Self {
        &DEFAULT
    }

    /// This ontology over a more general one: its types come first and replace those of the same name.
    #[must_use]
    pub fn over(&self, base: &Self) -> Self {
        let mut both = self.clone();
        let own: HashSet<String> = self.entity_types.iter().map(|kind| types::key(&kind.name)).collect();
        let inherited = base.entity_types.iter().filter(|kind| !own.contains(&types::key(&kind.name)));
        both.entity_types.extend(inherited.cloned());
        let own: HashSet<String> = self.edge_types.iter().map(|kind| types::key(&kind.name)).collect();
        let inherited = base.edge_types.iter().filter(|kind| !own.contains(&types::key(&kind.name)));
        both.edge_types.extend(inherited.cloned());
        both
    }

    /// Whether an entity of this type is kept under a strict ontology: one of a declared type, or the
    /// user or assistant.
    pub fn admits_entity(&self, entity_type: Option<&str>) -> bool {
        let Some(key) = entity_type.map(types::key) else { return false };
        let declared = self.entity_types.iter().map(|kind| kind.name.as_str());
        declared.chain(SPEAKERS).any(|name| types::key(name) == key)
    }

    /// Whether a fact is kept under a strict ontology: its relation is declared, between such types.
    pub fn admits_fact(&self, predicate: &str, source_type: Option<&str>, target_type: Option<&str>) -> bool {
        let key = types::key(predicate);
        self.edge_types.iter().any(|kind| types::key(&kind.name) == key && kind.fits(source_type, target_type))
    }
}

impl EdgeType {
    /// Whether a fact of this type may stand between entities of these types.
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
        Some(given) => entity_type.is_some_and(|entity_type| types::key(given) == types::key(entity_type)),
    }
}

/// `name` must not repeat one of `names`, in which it is then remembered.
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
        let place = format!("property \"{}\" of {place}", shown(&property.name));
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

/// A name as messages show it: what is too long is cut.
fn shown(name: &str) -> String {
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
