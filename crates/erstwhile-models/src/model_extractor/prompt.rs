//! Writes the prompt: instructions that stay the same from call to call, and the data to read.

use std::fmt::Write;

use erstwhile::model::{EpisodeKind, Holding};
use erstwhile::ontology::{Ontology, Property, SourceTarget};
use erstwhile::ports::{ExtractionRequest, Turn};
use erstwhile::vocabulary::{Group, Vocabulary};
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::parts::Part;

/// The name of the prompt's version: it changes with the text of the instructions or the schema.
pub const PROMPT_VERSION: &str = "extraction-1";
/// The instructions, without relations, types and the operator's instructions.
const INSTRUCTIONS: &str = include_str!("../../prompts/extraction.md");
/// Maximum number of characters of the operator's instructions.
const CUSTOM_CHARACTERS_MAX: usize = 8_000;

/// The instructions for a graph. They depend on what is declared, not on what is read, so that a provider can cache them.
pub(super) fn instructions(base: Option<&str>, vocabulary: &Vocabulary, request: &ExtractionRequest) -> String {
    let mut text = base.unwrap_or(INSTRUCTIONS).trim_end().to_owned();
    text.push('\n');
    write_relations(&mut text, vocabulary);
    write_types(&mut text, &request.ontology);
    if !request.instructions.is_empty() {
        text.push_str("\nThe application adds these instructions about what to remember:\n");
        let own = request.instructions.join("\n");
        text.extend(own.chars().take(CUSTOM_CHARACTERS_MAX));
        text.push('\n');
    }
    text
}

fn write_relations(text: &mut String, vocabulary: &Vocabulary) {
    let mut groups: Vec<(Group, Vec<String>)> = Vec::new();
    for relation in &vocabulary.relations {
        let mark = if relation.holding == Holding::Exclusive { "*" } else { "" };
        let name = format!("{}{mark}", relation.name);
        match groups.iter_mut().find(|(group, _)| *group == relation.group) {
            Some((_, names)) => names.push(name),
            None => groups.push((relation.group, vec![name])),
        }
    }
    for (group, names) in groups {
        let title = format!("{group:?}").to_lowercase();
        let _ = writeln!(text, "{title}: {}", names.join(", "));
    }
}

fn write_types(text: &mut String, ontology: &Ontology) {
    if !ontology.entity_types.is_empty() {
        text.push_str("\nDeclared entity types:\n");
        for kind in &ontology.entity_types {
            let _ = writeln!(text, "- {}: {}{}", kind.name, kind.description, properties(&kind.properties));
        }
    }
    if !ontology.edge_types.is_empty() {
        text.push_str("\nDeclared relations:\n");
        for kind in &ontology.edge_types {
            let pairs: Vec<String> = kind.source_targets.iter().map(signature).collect();
            let signature = if pairs.is_empty() { String::new() } else { format!(" ({})", pairs.join("; ")) };
            let _ = writeln!(text, "- {}{signature}: {}{}", kind.name, kind.description, properties(&kind.properties));
        }
    }
    if has_entity_properties(ontology) {
        text.push_str(
            "List as attributes the properties of declared entity types that the turns state: the turn, the words that \
             say it, the entity's name, the property's name and its value in the words of the turn.\n",
        );
    }
    if has_edge_properties(ontology) {
        text.push_str("Give claims of declared relations the properties that the turn states.\n");
    }
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

/// The schema of the answer; properties of declared types are asked for only where some are declared.
///
/// Lists have limits, because small models repeat themselves without end. The limits grow with the text in a few steps, so
/// that most calls have the same schema.
pub(super) fn schema(ontology: &Ontology, characters: usize) -> Value {
    let items_max = match characters {
        0..800 => 10,
        800..4_000 => 30,
        _ => 100,
    };
    let text = || json!({ "type": "string" });
    let numbers = || json!({ "type": "array", "items": { "type": "integer" }, "maxItems": 8 });
    let object = |fields: Vec<(&str, Value)>| {
        let required: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
        let properties: serde_json::Map<String, Value> =
            fields.into_iter().map(|(name, kind)| (name.to_owned(), kind)).collect();
        json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
    };
    let list = |items: Value| json!({ "type": "array", "items": items, "maxItems": items_max });
    let mut claim = vec![
        ("turn", json!({ "type": "integer" })),
        ("quote", text()),
        ("subject", text()),
        ("predicate", text()),
        ("object", text()),
        ("object_is", json!({ "type": "string", "enum": ["entity", "value", "none"] })),
        ("statement", text()),
        ("kind", json!({ "type": "string", "enum": ["asserts", "ends", "denies", "plans"] })),
        ("from", text()),
        ("until", text()),
        ("restates", numbers()),
        ("ends", numbers()),
    ];
    if has_edge_properties(ontology) {
        claim.push(("properties", list(object(vec![("name", text()), ("value", text())]))));
    }
    let entity = vec![
        ("turn", json!({ "type": "integer" })),
        ("name", text()),
        ("type", text()),
        ("aliases", json!({ "type": "array", "items": { "type": "string" }, "maxItems": 3 })),
    ];
    // The claims come first: entities are listed for them.
    let mut answer = vec![("claims", list(object(claim))), ("entities", list(object(entity)))];
    if has_entity_properties(ontology) {
        let attribute = vec![
            ("turn", json!({ "type": "integer" })),
            ("quote", text()),
            ("entity", text()),
            ("name", text()),
            ("value", text()),
        ];
        answer.push(("attributes", list(object(attribute))));
    }
    object(answer)
}

/// The data of one call: what is known, what was said before, and the parts to read, numbered from 1.
///
/// Each turn is one line of JSON, so no text can look like the end of a turn or the start of another.
pub(super) fn data(request: &ExtractionRequest, parts: &[Part<'_>], zone: &TimeZone) -> String {
    let mut text = String::new();
    if let Some(owner) = &request.owner {
        let _ = writeln!(text, "The user is {}.", json!(owner));
    }
    if !request.known.is_empty() {
        text.push_str("Known entities:\n");
        for known in &request.known {
            let _ = write!(text, "- {}", json!(known.name));
            if let Some(entity_type) = &known.entity_type {
                let _ = write!(text, " ({entity_type})");
            }
            if !known.aliases.is_empty() {
                let _ = write!(text, ", also {}", json!(known.aliases));
            }
            text.push('\n');
        }
    }
    if !request.facts.is_empty() {
        text.push_str("Known facts:\n");
        for (number, fact) in request.facts.iter().enumerate() {
            let since = fact.valid_from.map(|at| format!(" since {}", zone.to_datetime(at).date()));
            let _ = writeln!(
                text,
                "{}. {} {} {}{}",
                number + 1,
                json!(fact.subject),
                fact.predicate,
                json!(fact.object),
                since.unwrap_or_default()
            );
        }
    }
    if !request.context.is_empty() {
        text.push_str("Said before, only to understand what follows:\n");
        for turn in &request.context {
            let _ = writeln!(text, "{}", line(turn, &turn.text, zone));
        }
    }
    text.push_str("Turns to read:\n");
    for (number, part) in parts.iter().enumerate() {
        let turn = &request.turns[part.turn];
        let _ = writeln!(text, "{}. {}", number + 1, line(turn, part.text, zone));
    }
    text
}

/// A turn as one line of JSON.
fn line(turn: &Turn, text: &str, zone: &TimeZone) -> Value {
    let said = zone.to_datetime(turn.reference_time);
    let mut line = serde_json::Map::new();
    let kind = match turn.kind {
        EpisodeKind::Message => None,
        EpisodeKind::Text => Some("document"),
        EpisodeKind::Json | EpisodeKind::FactTriple => Some("json"),
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
