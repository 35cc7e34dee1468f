//! Converts a JSON schema to the smaller language of Gemini.

use serde_json::{Map, Value, json};

/// Keywords that both languages have, with the same meaning.
const SHARED: [&str; 13] = [
    "title",
    "description",
    "nullable",
    "minItems",
    "maxItems",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "pattern",
    "required",
    "minProperties",
    "maxProperties",
];
/// Formats that Gemini knows.
const FORMATS: [&str; 6] = ["date-time", "enum", "int32", "int64", "float", "double"];
/// Maximum depth; a schema that refers to itself has no end.
const DEPTH_MAX: usize = 16;

/// The schema in Gemini's language. Keywords that it lacks are left out, so it may allow more than the original.
pub(super) fn converted(schema: &Value) -> Value {
    convert(schema, schema, DEPTH_MAX)
}

fn convert(schema: &Value, root: &Value, depth: usize) -> Value {
    let Some(object) = schema.as_object().filter(|_| depth > 0) else { return json!({}) };
    if let Some(target) = referred(object, root) {
        return convert(target, root, depth - 1);
    }
    let nested = |schema: &Value| convert(schema, root, depth - 1);
    let mut out: Map<String, Value> = object
        .iter()
        .filter(|(name, _)| SHARED.contains(&name.as_str()))
        .map(|(k, v)| (k.clone(), v.clone()))
        .collect();
    convert_type(object, &mut out);
    convert_values(object, &mut out);
    if let Some(format) = object.get("format").filter(|format| FORMATS.iter().any(|known| *format == known)) {
        out.insert("format".to_owned(), format.clone());
    }
    if let Some(properties) = object.get("properties").and_then(Value::as_object) {
        let converted = properties.iter().map(|(name, schema)| (name.clone(), nested(schema))).collect();
        out.insert("properties".to_owned(), Value::Object(converted));
    }
    // Gemini writes properties in the order of their names, unless it is given another.
    if out.contains_key("properties")
        && let Some(required) = object.get("required")
    {
        out.insert("propertyOrdering".to_owned(), required.clone());
    }
    if let Some(items) = object.get("items") {
        out.insert("items".to_owned(), nested(items));
    }
    for name in ["anyOf", "oneOf"] {
        let Some(choices) = object.get(name).and_then(Value::as_array) else { continue };
        let (nulls, others): (Vec<&Value>, Vec<&Value>) = choices.iter().partition(|choice| choice["type"] == "null");
        if !nulls.is_empty() {
            out.insert("nullable".to_owned(), json!(true));
        }
        match others.as_slice() {
            [only] => merge(&mut out, nested(only)),
            others => {
                out.insert("anyOf".to_owned(), others.iter().map(|choice| nested(choice)).collect());
            }
        }
    }
    for part in object.get("allOf").and_then(Value::as_array).into_iter().flatten() {
        merge(&mut out, nested(part));
    }
    Value::Object(out)
}

/// The schema that `$ref` points to, inside the same document.
fn referred<'a>(object: &Map<String, Value>, root: &'a Value) -> Option<&'a Value> {
    root.pointer(object.get("$ref")?.as_str()?.strip_prefix('#')?)
}

/// Gemini has one type, and a mark for null.
fn convert_type(object: &Map<String, Value>, out: &mut Map<String, Value>) {
    let listed = match object.get("type") {
        Some(Value::Array(types)) => types.as_slice(),
        Some(single) => std::slice::from_ref(single),
        None => return,
    };
    let (nulls, types): (Vec<&Value>, Vec<&Value>) = listed.iter().partition(|name| **name == "null");
    if !nulls.is_empty() {
        out.insert("nullable".to_owned(), json!(true));
    }
    match types.as_slice() {
        [] => {}
        [only] => {
            out.insert("type".to_owned(), upper_case(only));
        }
        several => {
            out.insert("anyOf".to_owned(), several.iter().map(|name| json!({ "type": upper_case(name) })).collect());
        }
    }
}

/// Gemini writes the names of types in upper case.
fn upper_case(name: &Value) -> Value {
    json!(name.as_str().unwrap_or_default().to_uppercase())
}

/// Gemini has enumerations of strings only.
fn convert_values(object: &Map<String, Value>, out: &mut Map<String, Value>) {
    let values = match (object.get("enum"), object.get("const")) {
        (Some(Value::Array(values)), _) => values.as_slice(),
        (_, Some(value)) => std::slice::from_ref(value),
        _ => return,
    };
    if values.contains(&Value::Null) {
        out.insert("nullable".to_owned(), json!(true));
    }
    let texts: Vec<&Value> = values.iter().filter(|value| !value.is_null()).collect();
    if !texts.is_empty() && texts.iter().all(|value| value.is_string()) {
        out.insert("type".to_owned(), json!("STRING"));
        out.insert("enum".to_owned(), json!(texts));
    }
}

/// Adds the keywords of another schema.
fn merge(out: &mut Map<String, Value>, other: Value) {
    if let Value::Object(other) = other {
        out.extend(other);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_keywords_are_left_out_at_every_depth() {
        let schema = json!({
            "$schema": "x", "type": "object", "additionalProperties": false, "required": ["a"], "propertyOrdering": ["a"],
            "properties": { "a": { "type": "array", "items": { "type": "object", "additionalProperties": false } } },
        });
        let expected = json!({
            "type": "OBJECT", "required": ["a"], "propertyOrdering": ["a"], "propertyOrdering": ["a"],
            "properties": { "a": { "type": "ARRAY", "items": { "type": "OBJECT" } } },
        });
        assert_eq!(converted(&schema), expected);
    }

    #[test]
    fn a_property_may_be_called_like_a_keyword() {
        let schema = json!({ "type": "object", "properties": { "additionalProperties": { "type": "string" } } });
        let expected = json!({ "type": "OBJECT", "properties": { "additionalProperties": { "type": "STRING" } } });
        assert_eq!(converted(&schema), expected);
    }

    #[test]
    fn null_becomes_a_mark() {
        let expected = json!({ "type": "STRING", "nullable": true });
        assert_eq!(converted(&json!({ "type": ["string", "null"] })), expected);
        assert_eq!(converted(&json!({ "anyOf": [{ "type": "string" }, { "type": "null" }] })), expected);
    }

    #[test]
    fn a_constant_becomes_an_enumeration() {
        assert_eq!(converted(&json!({ "const": "a" })), json!({ "type": "STRING", "enum": ["a"] }));
        assert_eq!(converted(&json!({ "type": "integer", "enum": [1, 2] })), json!({ "type": "INTEGER" }));
    }

    #[test]
    fn unknown_formats_are_left_out() {
        assert_eq!(converted(&json!({ "type": "string", "format": "date" })), json!({ "type": "STRING" }));
        let known = json!({ "type": "string", "format": "date-time" });
        assert_eq!(converted(&known), json!({ "type": "STRING", "format": "date-time" }));
    }

    #[test]
    fn references_are_replaced_and_endless_ones_end() {
        let schema = json!({
            "$defs": { "node": { "type": "object", "properties": { "next": { "$ref": "#/$defs/node" } } } },
            "type": "array", "items": { "$ref": "#/$defs/node" },
        });
        let converted = converted(&schema);
        assert_eq!(converted["items"]["properties"]["next"]["type"], "OBJECT");
        assert!(!converted.to_string().contains("$ref"), "{converted}");
    }
}
