//! Schemas of types of the engine, which does not depend on the crate that makes schemas. They describe what the API reads
//! and writes; a test compares them with the types.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A declared type of entities.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct EntityType {
    /// Its name, such as `Restaurant`.
    pub name: String,
    /// Its description, for people and models.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Properties of its entities.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub properties: Option<Vec<Property>>,
    /// The properties that distinguish its entities.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity_properties: Option<Vec<String>>,
}

/// A declared type of facts.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct EdgeType {
    /// Its name, such as `WORKS_AT`.
    pub name: String,
    /// Its description, for people and models.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Properties of its facts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub properties: Option<Vec<Property>>,
    /// The types of entities that it connects; empty for any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_targets: Option<Vec<SourceTarget>>,
}

/// Types of entities that a fact may connect.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct SourceTarget {
    /// Type of the subject; any if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Type of the object; any if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
}

/// A property of a declared type.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Property {
    /// Its name.
    pub name: String,
    /// Its description, for people and models.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The type of its values: `Text`, `Int`, `Float` or `Boolean`.
    #[serde(rename = "type")]
    pub kind: String,
}

/// Describes which facts are relevant to the application.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct RatingInstruction {
    /// Description in natural language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instruction: Option<String>,
    /// Example facts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub examples: Option<RatingExamples>,
}

/// One example fact for each degree of relevance.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct RatingExamples {
    /// An example rated 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub high: Option<String>,
    /// An example rated 0.5.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub medium: Option<String>,
    /// An example rated 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub low: Option<String>,
}

/// What happened when a language model read an episode.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct ModelReport {
    /// Name of the model, with the version of the prompt.
    pub model: String,
    /// When the model had read the episode.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_at: Option<Timestamp>,
    /// The number of episodes that were read together.
    pub episodes: u64,
    /// The calls in which the episode was read.
    pub usage: ModelUsage,
    /// What the calls cost, in the currency of the configured prices.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<f64>,
    /// The number of characters at the end of the text that the model was not given.
    pub characters_left_out: u64,
    /// Claims of the model that were dropped, counted by reason.
    pub dropped: std::collections::BTreeMap<String, u64>,
    /// Failed attempts.
    pub attempts: u64,
    /// Why the last attempt failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
}

/// Calls and tokens of a language model.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct ModelUsage {
    /// Requests that the provider answered.
    pub calls: u64,
    /// Requests that were sent again after a failure.
    pub retries: u64,
    /// Tokens of the prompts.
    pub tokens_in: u64,
    /// Tokens of the prompts that the provider read from its cache.
    pub tokens_cached: u64,
    /// Tokens of the answers.
    pub tokens_out: u64,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fmt::Debug;

    use erstwhile::compat::fact_rating as rating;
    use erstwhile::{model, ontology};
    use serde_json::{Value, json};

    use super::*;

    /// A schema has the fields of a type, given a value with all of them, and takes what the type is written as.
    fn agrees<T: JsonSchema + for<'de> Deserialize<'de> + Debug>(value: &impl Serialize) {
        let written = serde_json::to_value(value).unwrap();
        let schema = schemars::schema_for!(T).to_value();
        let fields = |object: &Value| object.as_object().unwrap().keys().cloned().collect::<BTreeSet<_>>();
        assert_eq!(fields(&schema["properties"]), fields(&written), "{}", T::schema_name());
        serde_json::from_value::<T>(written).unwrap();
    }

    #[test]
    fn schemas_of_the_engine_agree_with_its_types() {
        let text = || "x".to_owned();
        let property = || ontology::Property { name: text(), description: text(), kind: ontology::PropertyKind::Int };
        agrees::<Property>(&property());
        agrees::<EntityType>(&ontology::EntityType {
            name: text(),
            description: text(),
            properties: vec![property()],
            identity_properties: vec![text()],
        });
        let ends = || ontology::SourceTarget { source: Some(text()), target: Some(text()) };
        agrees::<SourceTarget>(&ends());
        agrees::<EdgeType>(&ontology::EdgeType {
            name: text(),
            description: text(),
            properties: vec![property()],
            source_targets: vec![ends()],
        });
        let examples = || rating::RatingExamples { high: Some(text()), medium: Some(text()), low: Some(text()) };
        agrees::<RatingExamples>(&examples());
        let instruction = rating::RatingInstruction { instruction: Some(text()), examples: examples() };
        agrees::<RatingInstruction>(&instruction);
        agrees::<ModelUsage>(&model::ModelUsage::default());
        agrees::<ModelReport>(&model::ModelReport {
            read_at: Some(Timestamp::UNIX_EPOCH),
            cost: Some(1.0),
            failure: Some(text()),
            ..model::ModelReport::default()
        });
        assert_eq!(json!(ontology::PropertyKind::Float), "Float");
    }
}
