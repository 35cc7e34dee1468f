//! The application's own data.

use serde_json::Value;

/// A JSON object that applications attach to users, messages and episodes.
pub type Metadata = serde_json::Map<String, Value>;

/// The approximate size of metadata in memory, in bytes.
pub fn metadata_size(metadata: &Metadata) -> usize {
    metadata.iter().map(|(key, value)| size_of::<String>() + key.len() + value_size(value)).sum()
}

fn value_size(value: &Value) -> usize {
    size_of::<Value>()
        + match value {
            Value::Null | Value::Bool(_) | Value::Number(_) => 0,
            Value::String(text) => text.len(),
            Value::Array(elements) => elements.iter().map(value_size).sum(),
            Value::Object(members) => metadata_size(members),
        }
}
