//! Writes JSON with the properties of schemas in the order in which they are required.
//!
//! Models write the fields of an answer in the order of the schema, and what they write first guides what follows: a
//! quotation before the claim about it. `serde_json` sorts keys by name, so the order is taken from `required`.

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::{Map, Value};

/// A document to write in this order.
pub(super) struct Ordered<'a>(pub(super) &'a Value);

impl Ordered<'_> {
    /// The document as text.
    pub(super) fn text(&self) -> String {
        // Writing a JSON value to memory cannot fail.
        serde_json::to_string(self).unwrap_or_else(|_| self.0.to_string())
    }

    /// The document as bytes.
    pub(super) fn bytes(&self) -> Vec<u8> {
        self.text().into_bytes()
    }
}

impl Serialize for Ordered<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Object(fields) => {
                let mut map = serializer.serialize_map(Some(fields.len()))?;
                for (name, value) in fields {
                    match (name.as_str(), value, fields.get("required")) {
                        ("properties", Value::Object(properties), Some(Value::Array(required))) => {
                            map.serialize_entry(name, &Properties { properties, required })?;
                        }
                        _ => map.serialize_entry(name, &Ordered(value))?,
                    }
                }
                map.end()
            }
            Value::Array(items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    list.serialize_element(&Ordered(item))?;
                }
                list.end()
            }
            other => other.serialize(serializer),
        }
    }
}

/// The properties of a schema; those that are not required come last.
struct Properties<'a> {
    properties: &'a Map<String, Value>,
    required: &'a [Value],
}

impl Serialize for Properties<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.properties.len()))?;
        let required: Vec<&str> = self.required.iter().filter_map(Value::as_str).collect();
        let mut written = Vec::with_capacity(required.len());
        for name in required {
            if let Some(value) = self.properties.get(name)
                && !written.contains(&name)
            {
                map.serialize_entry(name, &Ordered(value))?;
                written.push(name);
            }
        }
        for (name, value) in self.properties.iter().filter(|(name, _)| !written.contains(&name.as_str())) {
            map.serialize_entry(name, &Ordered(value))?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn properties_are_written_in_the_order_in_which_they_are_required() {
        let schema = json!({
            "type": "object",
            "required": ["turn", "quote", "turn", "absent"],
            "properties": {
                "ends": { "type": "array" }, "quote": { "type": "string" },
                "turn": { "required": ["b", "a"], "properties": { "a": {}, "b": {} } },
            },
        });
        let body = json!({ "format": [schema], "properties": { "b": 1, "a": 2 } });
        let written = Ordered(&body).text();
        let places =
            ["\"turn\":{", "\"b\":{}", "\"a\":{}", "\"quote\":{", "\"ends\":{"].map(|part| written.find(part).unwrap());
        assert!(places.is_sorted(), "{written}");
        assert_eq!(serde_json::from_str::<Value>(&written).unwrap(), body);
    }
}
