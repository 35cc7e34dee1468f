//! Writes the prompt: instructions that stay the same from call to call, and the data to read.

use erstwhile::model::{EpisodeKind, Holding};
use erstwhile::ontology::{Ontology, Property, SourceTarget};
use erstwhile::ports::{ExtractionRequest, Turn};
use erstwhile::vocabulary::{Group, Vocabulary};
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::left_out::RuleFacts;
use super::parts::Part;

/// The name of the prompt's version: it changes with the text of the instructions or the schema.
pub const PROMPT_VERSION: &str = "extraction-2";
/// The instructions, without relations, types and the operator's instructions.
const INSTRUCTIONS: &str = include_str!("../../prompts/extraction.txt");
/// What follows the application's instructions: how to leave out what they exclude.
const LEFT_OUT: &str = include_str!("../../prompts/left_out.txt");
/// The schema of the answer, with everything that may be asked for.
const SCHEMA: &str = include_str!("../../prompts/extraction.schema.json");
/// Maximum number of characters of the operator's instructions.
const CUSTOM_CHARACTERS_MAX: usize = 8_000;

/// The instructions for a graph. They depend on what is declared, not on what is read, so that a provider can cache them.
pub(super) fn instructions(base: Option<&str>, vocabulary: &Vocabulary, request: &ExtractionRequest) -> String {
    let mut lines = vec![base.unwrap_or(INSTRUCTIONS).trim_end().to_owned()];
    lines.extend(relations(vocabulary));
    lines.extend(types(&request.ontology));
    if !request.instructions.is_empty() {
        lines.push("\nThe application adds these instructions about what to remember:".to_owned());
        lines.push(custom_instructions(request));
        lines.push(LEFT_OUT.trim_end().to_owned());
    }
    lines.join("\n") + "\n"
}

/// The application's instructions, as the model is shown them.
pub(super) fn custom_instructions(request: &ExtractionRequest) -> String {
    request.instructions.join("\n").chars().take(CUSTOM_CHARACTERS_MAX).collect()
}

/// The relations of the vocabulary, a line for each group.
fn relations(vocabulary: &Vocabulary) -> Vec<String> {
    let mut groups: Vec<(Group, Vec<String>)> = Vec::new();
    for relation in &vocabulary.relations {
        let mark = if relation.holding == Holding::Exclusive { "*" } else { "" };
        let name = format!("{}{mark}", relation.name);
        match groups.iter_mut().find(|(group, _)| *group == relation.group) {
            Some((_, names)) => names.push(name),
            None => groups.push((relation.group, vec![name])),
        }
    }
    let line =
        |(group, names): (Group, Vec<String>)| format!("{}: {}", format!("{group:?}").to_lowercase(), names.join(", "));
    groups.into_iter().map(line).collect()
}

/// The declared types, and what to do with their properties.
fn types(ontology: &Ontology) -> Vec<String> {
    let mut lines = Vec::new();
    if !ontology.entity_types.is_empty() {
        lines.push("\nDeclared entity types:".to_owned());
        for kind in &ontology.entity_types {
            lines.push(format!("- {}: {}{}", kind.name, kind.description, properties(&kind.properties)));
        }
    }
    if !ontology.edge_types.is_empty() {
        lines.push("\nDeclared relations:".to_owned());
        for kind in &ontology.edge_types {
            let pairs: Vec<String> = kind.source_targets.iter().map(signature).collect();
            let signature = if pairs.is_empty() { String::new() } else { format!(" ({})", pairs.join("; ")) };
            lines.push(format!("- {}{signature}: {}{}", kind.name, kind.description, properties(&kind.properties)));
        }
    }
    if has_entity_properties(ontology) {
        let line = "List as attributes the properties of declared entity types that the turns state: the turn, the words \
                    that say it, the entity's name, the property's name and its value in the words of the turn.";
        lines.push(line.to_owned());
    }
    if has_edge_properties(ontology) {
        lines.push("Give claims of declared relations the properties that the turn states.".to_owned());
    }
    lines
}

fn signature(pair: &SourceTarget) -> String {
    let side = |name: &Option<String>| name.clone().unwrap_or_else(|| "any".to_owned());
    format!("{} to {}", side(&pair.source), side(&pair.target))
}

fn properties(properties: &[Property]) -> String {
    if properties.is_empty() {
        return String::new();
    }
    let one = |property: &Property| format!("{} ({:?}) {}", property.name, property.kind, property.description);
    format!(" Properties: {}.", properties.iter().map(one).collect::<Vec<_>>().join("; "))
}

fn has_entity_properties(ontology: &Ontology) -> bool {
    ontology.entity_types.iter().any(|kind| !kind.properties.is_empty())
}

fn has_edge_properties(ontology: &Ontology) -> bool {
    ontology.edge_types.iter().any(|kind| !kind.properties.is_empty())
}

/// The schema of the answer; properties of declared types are asked for only where some are declared, and what is left out
/// only where the rules read something that may be.
///
/// Lists have limits, because small models repeat themselves without end. The limits grow with the text in a few steps, so
/// that most calls have the same schema.
pub(super) fn schema(ontology: &Ontology, rule_facts: &RuleFacts, characters: usize) -> Value {
    let items_max = match characters {
        0..800 => 10,
        800..4_000 => 30,
        _ => 100,
    };
    // A test proves that the file can be parsed.
    let mut schema: Value = serde_json::from_str(SCHEMA).unwrap_or_default();
    let claims = "/properties/claims/items";
    if !has_entity_properties(ontology) {
        leave_out(&mut schema, "", "attributes");
    }
    if rule_facts.is_empty() {
        leave_out(&mut schema, "", "left_out");
    }
    if !has_edge_properties(ontology) {
        leave_out(&mut schema, claims, "properties");
    }
    for list in [
        "/properties/claims",
        "/properties/entities",
        "/properties/attributes",
        "/properties/left_out",
        &format!("{claims}/properties/properties"),
    ] {
        if let Some(list) = schema.pointer_mut(list).and_then(Value::as_object_mut) {
            list.insert("maxItems".to_owned(), items_max.into());
        }
    }
    schema
}

/// Removes a field from the schema of the object at a place.
fn leave_out(schema: &mut Value, place: &str, field: &str) {
    if let Some(object) = schema.pointer_mut(place) {
        if let Some(Value::Object(properties)) = object.get_mut("properties") {
            properties.remove(field);
        }
        if let Some(Value::Array(required)) = object.get_mut("required") {
            required.retain(|name| name != field);
        }
    }
}

/// The data of one call: what is known, what was said before, the parts to read, numbered from 1, and what the rules read in
/// them.
///
/// Each turn is one line of JSON, so no text can look like the end of a turn or the start of another.
pub(super) fn data(request: &ExtractionRequest, parts: &[Part<'_>], rule_facts: &RuleFacts, zone: &TimeZone) -> String {
    let mut lines = Vec::new();
    if let Some(owner) = &request.owner {
        lines.push(format!("The user is {}.", json!(owner)));
    }
    if !request.known.is_empty() {
        lines.push("Known entities:".to_owned());
        for known in &request.known {
            let entity_type = known.entity_type.as_ref().map(|name| format!(" ({name})")).unwrap_or_default();
            let also =
                if known.aliases.is_empty() { String::new() } else { format!(", also {}", json!(known.aliases)) };
            lines.push(format!("- {}{entity_type}{also}", json!(known.name)));
        }
    }
    if !request.facts.is_empty() {
        lines.push("Known facts:".to_owned());
        for (number, fact) in request.facts.iter().enumerate() {
            let since = fact.valid_from.map(|at| format!(" since {}", zone.to_datetime(at).date())).unwrap_or_default();
            let (subject, object) = (json!(fact.subject), json!(fact.object));
            lines.push(format!("{}. {subject} {} {object}{since}", number + 1, fact.predicate));
        }
    }
    if !request.context.is_empty() {
        lines.push("Said before, only to understand what follows:".to_owned());
        lines.extend(request.context.iter().map(|turn| line(turn, &turn.text, zone).to_string()));
    }
    lines.push("Turns to read:".to_owned());
    let of_parts = parts.iter().enumerate().filter_map(|(number, part)| {
        let turn = request.turns.get(part.turn)?;
        Some(format!("{}. {}", number + 1, line(turn, part.text, zone)))
    });
    lines.extend(of_parts);
    if !rule_facts.is_empty() {
        lines.push("Facts that rules have read in these turns:".to_owned());
        lines.extend(rule_facts.lines());
    }
    lines.join("\n")
}

/// A turn as one line of JSON.
fn line(turn: &Turn, text: &str, zone: &TimeZone) -> Value {
    let said = zone.to_datetime(turn.reference_time);
    let mut line = serde_json::Map::new();
    let kind = match turn.kind {
        EpisodeKind::Message => None,
        EpisodeKind::Text => Some("document"),
        EpisodeKind::Json | EpisodeKind::FactTriple | EpisodeKind::Hyperedge => Some("json"),
    };
    if let Some(kind) = kind {
        line.insert("kind".to_owned(), kind.into());
    }
    if let Some(role) = turn.role {
        line.insert("role".to_owned(), role.as_str().into());
    }
    if let Some(speaker) = &turn.speaker {
        line.insert("speaker".to_owned(), speaker.as_str().into());
    }
    line.insert("date".to_owned(), said.strftime("%a %Y-%m-%d %H:%M").to_string().into());
    line.insert("text".to_owned(), text.into());
    Value::Object(line)
}

#[cfg(test)]
mod tests {
    use erstwhile::ontology::{EdgeType, EntityType, PropertyKind};
    use sha2::{Digest, Sha256};

    use super::*;

    /// Whoever changes the prompt gives it a new version, and its digest here.
    #[test]
    fn the_version_belongs_to_one_text() {
        let digest = Sha256::digest([INSTRUCTIONS, LEFT_OUT, SCHEMA].concat());
        assert_eq!((PROMPT_VERSION, hex::encode(&digest[..8]).as_str()), ("extraction-2", "3fa5b05623d4d000"));
    }

    #[test]
    fn the_schema_asks_for_properties_only_where_some_are_declared() {
        let property = Property { name: "a".to_owned(), description: String::new(), kind: PropertyKind::Text };
        let entity = EntityType { name: "A".to_owned(), properties: vec![property.clone()], ..EntityType::default() };
        let edge = EdgeType { name: "B".to_owned(), properties: vec![property], ..EdgeType::default() };
        let keys = |value: &Value| -> Vec<String> {
            let mut keys: Vec<String> = value["properties"].as_object().expect("fields").keys().cloned().collect();
            let mut required: Vec<&str> =
                value["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            keys.sort();
            required.sort_unstable();
            assert_eq!(keys, required, "every field is required");
            keys
        };
        let plain = schema(&Ontology::default(), &RuleFacts::default(), 100);
        assert_eq!(keys(&plain), ["claims", "entities"]);
        assert!(!keys(&plain["properties"]["claims"]["items"]).contains(&"properties".to_owned()));
        assert_eq!(plain["properties"]["claims"]["maxItems"], 10);
        let full =
            schema(&Ontology { entity_types: vec![entity], edge_types: vec![edge] }, &RuleFacts::default(), 9_000);
        assert_eq!(keys(&full), ["attributes", "claims", "entities"]);
        assert!(keys(&full["properties"]["claims"]["items"]).contains(&"properties".to_owned()));
        assert_eq!(full["properties"]["attributes"]["maxItems"], 100);
    }
}
