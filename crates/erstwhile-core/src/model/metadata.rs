//! The application's own data.

use serde_json::Value;

/// A JSON object that applications attach to users, messages and episodes.
pub type Metadata = serde_json::Map<String, Value>;

/// Maximum number of members in one node of the tree that a map is.
const NODE_MEMBERS: usize = 11;
/// Number of members in a node of a larger map, whose nodes are split in halves when they are full.
const NODE_MEMBERS_USUAL: usize = NODE_MEMBERS / 2 + 1;
/// Size of a node, which has room for all its members: a map of one member has a whole one.
const NODE: usize = NODE_MEMBERS * (size_of::<String>() + size_of::<Value>()) + 2 * size_of::<usize>();
/// What allocators need for the smallest allocation.
const ALLOCATION_MIN: usize = 16;

/// The approximate size of what metadata allocates in memory, in bytes.
pub fn metadata_size(metadata: &Metadata) -> usize {
    let nodes = match metadata.len() {
        0 => 0,
        1..=NODE_MEMBERS => 1,
        many => many.div_ceil(NODE_MEMBERS_USUAL) + many.div_ceil(NODE_MEMBERS_USUAL * NODE_MEMBERS_USUAL),
    };
    let members = metadata.iter().map(|(key, value)| text_size(key) + value_size(value));
    nodes * NODE + members.sum::<usize>()
}

/// The approximate size of what a value allocates.
fn value_size(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
        Value::String(text) => text_size(text),
        Value::Array(elements) => {
            elements.capacity() * size_of::<Value>() + elements.iter().map(value_size).sum::<usize>()
        }
        Value::Object(members) => metadata_size(members),
    }
}

fn text_size(text: &str) -> usize {
    if text.is_empty() { 0 } else { text.len().max(ALLOCATION_MIN) }
}
