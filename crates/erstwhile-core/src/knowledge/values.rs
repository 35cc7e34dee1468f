//! Values: ages, amounts, dates, statuses. They are objects of facts, but no entities.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::mentions::Mentions;
use super::{Knowledge, Touched};
use crate::identity::{self, name_id};
use crate::model::{Entity, EntityId, EpisodeId, Fact, Holding, Mention, Metadata, VALUE_TYPE};
use crate::ontology::converted;

/// A value with its mentions.
#[derive(Debug, Default)]
pub(super) struct Value {
    pub(super) mentions: Mentions,
    /// The value in the form of an entity, for reading the end of a fact.
    entity: Option<Entity>,
}

impl Knowledge {
    /// Whether a node is a value, not an entity.
    pub fn is_value(&self, id: EntityId) -> bool {
        self.values.contains_key(&id)
    }

    /// An entity by its id or by the id of one of its names, or a value in the form of an entity.
    pub fn entity_or_value(&self, id: EntityId) -> Option<&Entity> {
        self.entity(id).or_else(|| self.values.get(&id)?.entity.as_ref())
    }

    /// Whether a mention is of a value. An entity to which an application gave the type `Value` has the id of its name.
    pub(super) fn mentions_value(&self, mention: &Mention) -> bool {
        let is_name = || mention.entity == name_id(self.graph, &mention.name, mention.entity_type.as_deref());
        mention.entity_type.as_deref() == Some(VALUE_TYPE) && !is_name()
    }

    /// Adds a mention of a value; returns false if it is already present.
    pub(super) fn add_value(&mut self, mention: Mention, touched: &mut Touched) -> bool {
        let id = mention.entity;
        let is_new = self.values.entry(id).or_default().mentions.add(mention);
        self.rebuild_value(id, touched);
        is_new
    }

    /// Removes an episode's mentions of a value.
    pub(super) fn remove_value_mentions(&mut self, id: EntityId, episode: EpisodeId, touched: &mut Touched) {
        if let Some(value) = self.values.get_mut(&id) {
            value.mentions.remove_episode(episode);
        }
        self.rebuild_value(id, touched);
    }

    fn rebuild_value(&mut self, id: EntityId, touched: &mut Touched) {
        let Some(value) = self.values.get_mut(&id) else { return };
        let spellings = value.mentions.written_names().iter().map(|written| written.name.as_ref());
        match identity::fullest_name(spellings).map(str::to_owned).zip(value.mentions.first_at()) {
            Some((name, created_at)) => {
                let episodes: BTreeSet<EpisodeId> = value.mentions.episodes().collect();
                value.entity = Some(Entity {
                    id,
                    name,
                    aliases: Vec::new(),
                    entity_type: Some(VALUE_TYPE.to_owned()),
                    summary: String::new(),
                    attributes: Metadata::new(),
                    created_at,
                    episodes: episodes.into_iter().collect(),
                });
            }
            None => {
                self.values.remove(&id);
            }
        }
        // The subjects of its facts show it as an attribute.
        touched.entities.extend(self.facts_about(id).map(|fact| fact.subject));
    }

    /// The attributes that the open exclusive facts of an entity's values give it.
    ///
    /// A property that the entity's declared type has determines the spelling of the name and the kind of the value;
    /// a value of another kind is left out.
    pub fn value_attributes(&self, entity: EntityId, entity_type: Option<&str>) -> Metadata {
        let is_attribute =
            |fact: &&Fact| fact.subject == entity && fact.holding == Holding::Exclusive && fact.valid_until.is_none();
        let mut open: Vec<&Fact> =
            self.facts_about(entity).filter(is_attribute).filter(|fact| self.is_value(fact.object)).collect();
        // Of several, the latest wins.
        open.sort_by_key(|fact| (fact.valid_from, fact.id));
        let mut attributes = Metadata::new();
        for fact in open {
            let Some(text) = self.entity_or_value(fact.object).map(|value| value.name.trim()) else { continue };
            let name = attribute_name(self.stated_predicate(fact));
            match self.ontology.property(entity_type, &name) {
                Some(property) => {
                    if let Some(value) = converted(text, property.kind) {
                        attributes.insert(property.name.clone(), value);
                    }
                }
                None => {
                    attributes.insert(name, literal(text));
                }
            }
        }
        attributes
    }

    /// The declared properties that other open facts of an entity give it: those with several values, and those whose
    /// object is an entity (`"city": "Lyon"`).
    pub(super) fn field_attributes(&self, entity: EntityId, entity_type: Option<&str>) -> Metadata {
        let mut texts: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        let mut attributes = Metadata::new();
        if entity_type.is_none() || self.ontology.entity_types.is_empty() {
            return attributes;
        }
        let mut open: Vec<&Fact> = self
            .facts_about(entity)
            .filter(|fact| fact.subject == entity && fact.valid_until.is_none())
            .filter(|fact| fact.holding == Holding::Shared || !self.is_value(fact.object))
            .collect();
        open.sort_by_key(|fact| (fact.valid_from, fact.id));
        for fact in open {
            let property = self.ontology.property(entity_type, &attribute_name(self.stated_predicate(fact)));
            let object = self.entity_or_value(fact.object).map(|object| object.name.trim());
            if let (Some(property), Some(text)) = (property, object) {
                match converted(text, property.kind) {
                    Some(Json::String(_)) => texts.entry(&property.name).or_default().push(text),
                    Some(value) => drop(attributes.insert(property.name.clone(), value)),
                    None => {}
                }
            }
        }
        attributes.extend(texts.into_iter().map(|(name, texts)| (name.to_owned(), texts.join(", ").into())));
        attributes
    }

    /// The attributes of an entity that do not come from values.
    pub fn attributes_without_values(&self, entity: &Entity) -> Metadata {
        let of_values = self.value_attributes(entity.id, entity.entity_type.as_deref());
        let own = entity.attributes.iter().filter(|(name, value)| of_values.get(*name) != Some(value));
        own.map(|(name, value)| (name.clone(), value.clone())).collect()
    }
}

/// The name of the attribute for a relation: `HAS_AGE` is `age`.
pub(crate) fn attribute_name(predicate: &str) -> String {
    let name = predicate.to_lowercase();
    match name.strip_prefix("has_") {
        Some(rest) if !rest.is_empty() => rest.to_owned(),
        _ => name,
    }
}

/// A text as a JSON number or boolean if it is exactly one, else as a text.
fn literal(text: &str) -> Json {
    // Other JSON numbers, such as 1e5, and numbers that would lose digits are rather identifiers.
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-'));
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    match serde_json::from_str::<Json>(text) {
        Ok(value @ Json::Number(_)) if is_plain && digits <= 15 => value,
        Ok(value @ Json::Bool(_)) => value,
        _ => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::ontology::PropertyKind;

    #[test]
    fn only_a_text_that_is_exactly_a_number_or_boolean_becomes_one() {
        for (text, expected) in [
            ("39.9", json!(39.9)),
            ("34", json!(34)),
            ("-2", json!(-2)),
            ("true", json!(true)),
            ("$40", json!("$40")),
            ("007", json!("007")),
            ("1e5", json!("1e5")),
            ("12345678901234567", json!("12345678901234567")),
            ("null", json!("null")),
            ("34 years", json!("34 years")),
        ] {
            assert_eq!(literal(text), expected, "{text}");
        }
    }

    #[test]
    fn a_value_of_another_kind_than_declared_is_left_out() {
        assert_eq!(converted("$1,200", PropertyKind::Int), Some(json!(1200)));
        assert_eq!(converted("39.9", PropertyKind::Int), None);
        assert_eq!(converted("39.9", PropertyKind::Text), Some(json!("39.9")));
        assert_eq!(converted("4", PropertyKind::Float), Some(json!(4.0)));
        assert_eq!(converted("Yes", PropertyKind::Boolean), Some(json!(true)));
        assert_eq!(converted("soon", PropertyKind::Boolean), None);
    }

    #[test]
    fn an_attribute_is_named_after_its_relation() {
        assert_eq!(attribute_name("HAS_AGE"), "age");
        assert_eq!(attribute_name("STATUS"), "status");
        assert_eq!(attribute_name("HAS_"), "has_");
    }
}
