//! Analysis of threads by a language model: classification, data extraction, and the question that a thread asks.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::engine::{ProjectHandle, ThreadHandle};
use crate::ports::{LanguageModel, Prompt};
use crate::prompts::{CLASSIFICATION, FIELDS, PromptFile, REWRITING};
use erstwhile_core::error::{Error, Result};
use erstwhile_core::model::Episode;

/// Maximum number of classes.
const CLASSES_MAX: usize = 100;
/// Maximum number of fields of a schema.
const FIELDS_MAX: usize = 100;
/// Maximum number of characters at the end of the conversation that the model reads.
const SHOWN_MAX: usize = 24_000;

/// How to classify a thread.
#[derive(Debug, Clone, Default)]
pub struct ClassifyRequest {
    /// The classes to choose from.
    pub classes: Vec<String>,
    /// Instructions for the choice.
    pub instruction: Option<String>,
    /// Number of messages at the end of the thread that are read.
    pub last: i64,
}

/// The data to extract from a thread.
#[derive(Debug, Clone, Default)]
pub struct ExtractRequest {
    /// Number of messages at the end of the thread that are read.
    pub last: i64,
    /// The fields, as a JSON document: by name, each with a type and a description.
    pub schema: String,
    /// The time to which relative dates refer; now when absent.
    pub now: Option<Timestamp>,
    /// Whether a value must occur literally in the conversation.
    pub validate: bool,
}

impl ProjectHandle {
    /// The model's answer to a prompt; counts what it costs.
    ///
    /// # Errors
    /// `Limited` when the project has spent its budget of the day.
    pub(in crate::engine) async fn complete(&self, prompt: Prompt) -> Result<String> {
        let model = self.language_model()?;
        self.state().check_model_budget(self.id).await?;
        let completion = model.complete(prompt).await;
        if !completion.usage.is_zero() {
            self.state().record_model_usage(self.id, model.name(), completion.usage).await?;
        }
        completion.outcome
    }

    fn language_model(&self) -> Result<&dyn LanguageModel> {
        self.state().parts.language_model.as_deref().ok_or_else(|| {
            let message = "this call needs a language model, and none is configured: set model.url and model.name";
            Error::invalid(message)
        })
    }
}

impl ThreadHandle {
    /// The end of a thread as the model reads it.
    async fn conversation(&self, last: i64) -> Result<String> {
        let (messages, _) = self.last_messages(last).await?;
        if messages.is_empty() {
            return Err(Error::invalid("the thread has no messages"));
        }
        let text = messages.iter().map(line).collect::<Vec<_>>().join("\n");
        let skipped = text.chars().count().saturating_sub(SHOWN_MAX);
        Ok(text.chars().skip(skipped).collect())
    }

    /// The model's answer to a prompt about the thread. It is not stored, so the log tells the version of the prompt.
    async fn ask(&self, file: PromptFile, prompt: Prompt) -> Result<String> {
        tracing::debug!(prompt = file.version(), "the language model is asked about a thread");
        self.project.complete(prompt).await
    }

    /// Classifies a thread.
    ///
    /// # Errors
    /// `Invalid` when no model is configured or there is nothing to choose from.
    pub async fn classify(&self, request: ClassifyRequest) -> Result<String> {
        self.get().await?;
        self.project.language_model()?;
        if request.classes.is_empty() || request.classes.len() > CLASSES_MAX {
            return Err(Error::invalid(format!("classes must have from 1 to {CLASSES_MAX} items")));
        }
        let data = self.conversation(request.last).await?;
        let instructions = format!(
            "{}\n\nClasses: {}\n{}",
            CLASSIFICATION.instructions(),
            json!(request.classes),
            request.instruction.unwrap_or_default()
        );
        let schema = object_schema([("class".to_owned(), json!({ "type": "string", "enum": request.classes }))]);
        let prompt = Prompt { instructions, data, schema: Some(schema), tokens_max: 100 };
        let answer = self.ask(CLASSIFICATION, prompt).await?;
        let said = read_object(&answer)?.get("class").and_then(Value::as_str).unwrap_or_default().trim().to_lowercase();
        let class = request.classes.into_iter().find(|class| class.to_lowercase() == said);
        class.ok_or_else(|| Error::internal("the language model chose none of the classes"))
    }

    /// Extracts the values of fields from a thread, as text; fields without a value are omitted.
    ///
    /// # Errors
    /// `Invalid` when no model is configured or the schema is malformed.
    pub async fn extract_data(&self, request: ExtractRequest) -> Result<BTreeMap<String, String>> {
        self.get().await?;
        let fields = fields_of(&request.schema)?;
        self.project.language_model()?;
        let data = self.conversation(request.last).await?;
        let now = request.now.unwrap_or_else(|| self.project.now());
        let instructions =
            format!("{}\n\nThe time is {now}.\nFields: {}", FIELDS.instructions(), Value::Object(fields.clone()));
        let schema = object_schema(fields.keys().map(|name| (name.clone(), json!({ "type": "string" }))));
        let prompt = Prompt { instructions, data: data.clone(), schema: Some(schema), tokens_max: 2_000 };
        let answer = self.ask(FIELDS, prompt).await?;
        let mut said = read_object(&answer)?;
        let text = |value: Value| match value {
            Value::String(text) => text,
            Value::Null => String::new(),
            value => value.to_string(),
        };
        let stands = |value: &String| !request.validate || data.to_lowercase().contains(&value.to_lowercase());
        let is_given = |value: &String| !value.trim().is_empty();
        let mut value = |name: &String| said.remove(name).map(text).filter(is_given).filter(stands);
        Ok(fields.keys().filter_map(|name| Some((name.clone(), value(name)?))).collect())
    }

    /// Rewrites the end of a thread as a question that can be understood by itself.
    ///
    /// # Errors
    /// `Invalid` when no model is configured.
    pub async fn synthesize_question(&self, last: i64) -> Result<String> {
        self.get().await?;
        self.project.language_model()?;
        let data = self.conversation(last).await?;
        let instructions = REWRITING.instructions().to_owned();
        let prompt = Prompt { instructions, data, schema: None, tokens_max: 300 };
        let answer = self.ask(REWRITING, prompt).await?;
        Ok(answer.trim().to_owned())
    }
}

fn line(message: &Episode) -> String {
    let role = message.role.map_or("norole", |role| role.as_str());
    match &message.name {
        Some(name) => format!("{name} ({role}): {}", message.content),
        None => format!("{role}: {}", message.content),
    }
}

/// The fields of a schema as the SDKs write it: an object, or a list of objects with a name.
fn fields_of(schema: &str) -> Result<Map<String, Value>> {
    let malformed = || Error::invalid("model_schema must be a JSON object or a list of fields with names");
    let fields = match serde_json::from_str(schema).map_err(|_| malformed())? {
        // A JSON schema, as the SDK generates it from a class, or only the fields.
        Value::Object(mut schema) => match schema.remove("properties") {
            Some(Value::Object(fields)) => fields,
            Some(_) => return Err(malformed()),
            None => schema,
        },
        Value::Array(fields) => {
            let named = |field: Value| Some((field.get("name")?.as_str()?.to_owned(), field));
            fields.into_iter().map(named).collect::<Option<_>>().ok_or_else(malformed)?
        }
        _ => return Err(malformed()),
    };
    if fields.is_empty() || fields.len() > FIELDS_MAX {
        return Err(Error::invalid(format!("model_schema must have from 1 to {FIELDS_MAX} fields")));
    }
    Ok(fields)
}

fn object_schema(properties: impl IntoIterator<Item = (String, Value)>) -> Value {
    let properties: Map<String, Value> = properties.into_iter().collect();
    let required: Vec<&String> = properties.keys().collect();
    json!({ "type": "object", "required": required, "properties": properties, "additionalProperties": false })
}

/// The JSON object in an answer; models often put it in a fenced block.
fn read_object(answer: &str) -> Result<Map<String, Value>> {
    let (from, to) = (answer.find('{'), answer.rfind('}'));
    let object = from.zip(to).filter(|(from, to)| from < to).and_then(|(from, to)| answer.get(from..=to));
    object
        .and_then(|object| serde_json::from_str(object).ok())
        .ok_or_else(|| Error::internal("the language model did not answer with a JSON object"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_found_inside_a_fence() {
        let object = read_object("```json\n{\"class\": \"happy\"}\n```").unwrap();
        assert_eq!(object["class"], "happy");
        assert!(read_object("no object").is_err());
        assert!(read_object("} {").is_err());
    }

    #[test]
    fn fields_come_as_an_object_or_as_a_list() {
        assert_eq!(fields_of(r#"{"size": {"type": "ZepText", "description": "shoe size"}}"#).unwrap().len(), 1);
        assert!(fields_of(r#"[{"name": "size", "type": "ZepText"}]"#).unwrap().contains_key("size"));
        let schema = r#"{"type": "object", "properties": {"size": {"type": "string"}}}"#;
        assert_eq!(fields_of(schema).unwrap().keys().collect::<Vec<_>>(), ["size"]);
        assert!(fields_of("[1]").is_err());
        assert!(fields_of("{}").is_err());
    }
}
