//! The names of schemas in a document.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::{INPUTS, SCHEMAS};

/// How types of responses are called where another type has the plain name.
const PREFIX: &str = "Wire";

/// The schemas of bodies and of responses, with their names in the document.
#[derive(Debug)]
pub(super) struct Names {
    /// Each schema with the name of its type.
    inputs: Map<String, Value>,
    outputs: Map<String, Value>,
    /// The reference to each schema, and its name in the document.
    names: BTreeMap<String, String>,
}

impl Names {
    /// Names schemas: a type that is read in another form than it is written in has two, and `WireUser` is called `User`
    /// unless something else is.
    pub(super) fn of(inputs: Map<String, Value>, outputs: Map<String, Value>) -> Self {
        let mut names = BTreeMap::new();
        let mut taken: BTreeSet<String> = inputs.keys().chain(outputs.keys()).cloned().collect();
        let mut plain = BTreeMap::new();
        for name in inputs.keys().chain(outputs.keys()) {
            let short = name.replace(PREFIX, "");
            let is_new = short != *name && taken.insert(short.clone());
            plain.entry(name.clone()).or_insert(if is_new { short } else { name.clone() });
        }
        let plain = |name: &String| plain.get(name).unwrap_or(name).clone();
        for name in outputs.keys() {
            names.insert(format!("#{SCHEMAS}/{name}"), plain(name));
        }
        for (name, schema) in &inputs {
            let is_shared = outputs.get(name).is_none_or(|output| output == schema && !has_references(schema));
            let name_here = if is_shared { plain(name) } else { format!("{}Input", plain(name)) };
            names.insert(format!("#{INPUTS}/{name}"), name_here);
        }
        Self { inputs, outputs, names }
    }

    /// Makes references lead to the names in the document.
    pub(super) fn apply(&self, value: &mut Value) {
        match value {
            Value::Object(members) => {
                for (key, member) in members {
                    match member.as_str().filter(|_| key == "$ref").and_then(|to| self.names.get(to)) {
                        Some(name) => *member = format!("#{SCHEMAS}/{name}").into(),
                        None => self.apply(member),
                    }
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.apply(item)),
            _ => {}
        }
    }

    /// The schemas by their names in the document.
    pub(super) fn schemas(&self) -> Map<String, Value> {
        let named = |path: &'static str, (name, schema): (&String, &Value)| {
            let mut schema = schema.clone();
            self.apply(&mut schema);
            Some((self.names.get(&format!("#{path}/{name}"))?.clone(), schema))
        };
        let inputs = self.inputs.iter().filter_map(|entry| named(INPUTS, entry));
        inputs.chain(self.outputs.iter().filter_map(|entry| named(SCHEMAS, entry))).collect()
    }
}

fn has_references(schema: &Value) -> bool {
    match schema {
        Value::Object(members) => members.contains_key("$ref") || members.values().any(has_references),
        Value::Array(items) => items.iter().any(has_references),
        _ => false,
    }
}
