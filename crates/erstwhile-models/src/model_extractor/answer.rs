//! The model's answer, read tolerantly: what is malformed is dropped, the rest is kept.

use erstwhile::ports::DroppedClaim;
use erstwhile::{Error, Result};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Maximum number of items of a list that are read.
const ITEMS_MAX: usize = 200;
/// Maximum number of characters of any text in an item.
const CHARACTERS_MAX: usize = 1_000;

/// What a model answered.
#[derive(Debug, Default)]
pub(super) struct Answer {
    pub(super) entities: Vec<AnsweredEntity>,
    pub(super) claims: Vec<AnsweredClaim>,
    pub(super) attributes: Vec<AnsweredAttribute>,
    pub(super) left_out: Vec<AnsweredExclusion>,
    /// What could not be read.
    pub(super) dropped: Vec<DroppedClaim>,
}

/// An entity. Turns are numbered from 1.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct AnsweredEntity {
    pub(super) turn: i64,
    pub(super) name: String,
    #[serde(rename = "type", default)]
    pub(super) entity_type: String,
    #[serde(default)]
    pub(super) aliases: Vec<String>,
}

/// A claim.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct AnsweredClaim {
    pub(super) turn: i64,
    pub(super) quote: String,
    pub(super) subject: String,
    pub(super) predicate: String,
    #[serde(default)]
    pub(super) object: String,
    #[serde(default)]
    pub(super) object_is: ObjectIs,
    #[serde(default)]
    pub(super) statement: String,
    #[serde(default)]
    pub(super) kind: AnsweredKind,
    #[serde(default)]
    pub(super) from: Option<String>,
    #[serde(default)]
    pub(super) until: Option<String>,
    #[serde(default)]
    pub(super) restates: Vec<i64>,
    #[serde(default)]
    pub(super) ends: Vec<i64>,
    #[serde(default)]
    pub(super) properties: Vec<AnsweredProperty>,
}

/// What the object of a claim is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum ObjectIs {
    #[default]
    Entity,
    Value,
    None,
}

/// What a claim says about its fact.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum AnsweredKind {
    #[default]
    Asserts,
    Ends,
    Denies,
    Plans,
}

/// A property of a claim.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct AnsweredProperty {
    pub(super) name: String,
    pub(super) value: Value,
}

/// A property of an entity.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct AnsweredAttribute {
    pub(super) turn: i64,
    pub(super) quote: String,
    pub(super) entity: String,
    pub(super) name: String,
    pub(super) value: Value,
}

/// A fact of the rules that the application's instructions exclude.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct AnsweredExclusion {
    pub(super) turn: i64,
    pub(super) fact: i64,
    /// The words of the instructions.
    pub(super) instruction: String,
}

impl Answer {
    /// Reads an answer.
    ///
    /// # Errors
    /// `Internal` when it is not an object with lists.
    pub(super) fn read(text: &str) -> Result<Self> {
        let malformed = || Error::internal("the language model's answer is not an object with a list of claims");
        let Ok(Value::Object(mut answer)) = serde_json::from_str(text) else { return Err(malformed()) };
        let Some(Value::Array(claims)) = answer.remove("claims") else { return Err(malformed()) };
        let mut dropped = Vec::new();
        let claims = items(claims, &mut dropped);
        let mut list = |name: &str| match answer.remove(name) {
            Some(Value::Array(list)) => list,
            _ => Vec::new(),
        };
        let (entities, attributes, left_out) = (list("entities"), list("attributes"), list("left_out"));
        Ok(Self {
            entities: items(entities, &mut dropped),
            attributes: items(attributes, &mut dropped),
            left_out: items(left_out, &mut dropped),
            claims,
            dropped,
        })
    }
}

fn items<T: DeserializeOwned>(list: Vec<Value>, dropped: &mut Vec<DroppedClaim>) -> Vec<T> {
    let mut items = Vec::new();
    let excess = list.len().saturating_sub(ITEMS_MAX);
    if excess > 0 {
        let statement = format!("{excess} more");
        dropped.push(DroppedClaim { statement, reason: "the model answered with more items than the limit" });
    }
    for item in list.into_iter().take(ITEMS_MAX) {
        let statement =
            || item.get("statement").and_then(Value::as_str).unwrap_or_default().chars().take(200).collect();
        if has_bad_text(&item) {
            dropped.push(DroppedClaim {
                statement: statement(),
                reason: "a text of the claim is too long or has control characters",
            });
            continue;
        }
        match serde_json::from_value(item.clone()) {
            Ok(item) => items.push(item),
            Err(_) => dropped.push(DroppedClaim { statement: statement(), reason: "the claim is malformed" }),
        }
    }
    items
}

/// Whether a text is too long, or has characters that cannot be stored.
fn has_bad_text(value: &Value) -> bool {
    match value {
        Value::String(text) => {
            let is_odd = |c: char| c.is_control() && !c.is_whitespace();
            text.chars().nth(CHARACTERS_MAX).is_some() || text.chars().any(is_odd)
        }
        Value::Array(list) => list.len() > ITEMS_MAX || list.iter().any(has_bad_text),
        Value::Object(fields) => fields.values().any(has_bad_text),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_malformed_claim_does_not_spoil_the_others() {
        let text = r#"{"entities": null, "claims": [
            {"turn": "one"}, 7,
            {"turn": 1, "quote": "tea", "subject": "Ann", "predicate": "LIKES", "object": "tea", "from": null, "more": 1}]}"#;
        let answer = Answer::read(text).unwrap();
        assert_eq!((answer.claims.len(), answer.dropped.len(), answer.entities.len()), (1, 2, 0));
        assert_eq!((answer.claims[0].kind, answer.claims[0].object_is), (AnsweredKind::Asserts, ObjectIs::Entity));
    }

    #[test]
    fn an_answer_without_claims_is_an_error() {
        for text in ["", "[]", "{}", r#"{"claims": {}}"#, "{\"claims\": ["] {
            assert!(Answer::read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn long_texts_and_long_lists_are_cut() {
        let claim = |statement: String| serde_json::json!({"turn": 1, "quote": "q", "subject": "s", "predicate": "P", "statement": statement});
        let claims: Vec<Value> = (0..300).map(|_| claim("x".to_owned())).collect();
        let answer = Answer::read(&serde_json::json!({ "claims": claims }).to_string()).unwrap();
        assert_eq!((answer.claims.len(), answer.dropped.len()), (ITEMS_MAX, 1));
        let answer = Answer::read(&serde_json::json!({ "claims": [claim("x".repeat(10_000))] }).to_string()).unwrap();
        assert_eq!((answer.claims.len(), answer.dropped[0].statement.len()), (0, 200));
    }
}
