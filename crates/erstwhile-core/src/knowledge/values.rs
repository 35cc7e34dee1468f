//! Values: objects of facts that are no entities, and the attributes that they give their subjects.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::Knowledge;
use crate::model::{Entity, EntityId, Fact, Holding, Metadata, VALUE_TYPE};

/// Maximum number of attributes of one entity.
const ATTRIBUTES_MAX: usize = 100;

impl Knowledge {
    /// Whether an id is that of a value.
    pub fn is_value(&self, id: EntityId) -> bool {
        self.values.contains_key(&id)
    }

    /// The attributes that the facts of an entity give it: for each relation to values that holds one at a time, the
    /// present value.
    pub(super) fn attributes_of(&self, entity: EntityId) -> BTreeMap<String, Json> {
        let mut attributes = BTreeMap::new();
        let present = |fact: &&Fact| {
            fact.subject == entity
                && fact.holding == Holding::Exclusive
                && fact.valid_until.is_none()
                && self.is_value(fact.object)
        };
        for fact in self.facts_about(entity).filter(present).take(ATTRIBUTES_MAX) {
            let Some(value) = self.values.get(&fact.object) else { continue };
            attributes.insert(attribute_name(&fact.predicate), attribute_value(value));
        }
        attributes
    }
}

impl Knowledge {
    /// The attributes of an entity that do not come from values.
    pub fn attributes_without_values(&self, entity: &Entity) -> Metadata {
        let of_values = self.attributes_of(entity.id);
        let own = entity.attributes.iter().filter(|(name, value)| of_values.get(*name) != Some(value));
        own.map(|(name, value)| (name.clone(), value.clone())).collect()
    }
}

/// The name of an attribute: the relation in lower case without a leading `HAS_`.
fn attribute_name(predicate: &str) -> String {
    predicate.strip_prefix("HAS_").unwrap_or(predicate).to_lowercase()
}

/// A value as JSON: a number or truth value if the text is exactly one, else the text.
fn attribute_value(text: &str) -> Json {
    match serde_json::from_str::<Json>(text) {
        Ok(value @ (Json::Number(_) | Json::Bool(_))) => value,
        _ => Json::String(text.to_owned()),
    }
}

/// Whether a type marks values.
pub(super) fn is_value_type(entity_type: Option<&str>) -> bool {
    entity_type == Some(VALUE_TYPE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_numbers_where_the_text_is_one() {
        assert_eq!(attribute_value("39.9"), serde_json::json!(39.9));
        assert_eq!(attribute_value("true"), serde_json::json!(true));
        assert_eq!(attribute_value("12 May"), serde_json::json!("12 May"));
        assert_eq!(attribute_value("\"x\""), serde_json::json!("\"x\""));
        assert_eq!(attribute_name("HAS_AGE"), "age");
        assert_eq!(attribute_name("PLAN"), "plan");
    }
}
