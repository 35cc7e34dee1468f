//! The tools by name: their definitions, and calling them with checked rights and arguments.

use std::sync::Arc;

use erstwhile::model::KeyRole;
use futures::future::BoxFuture;
use rmcp::ErrorData;
use rmcp::handler::server::tool::{schema_for_input, schema_for_output};
use rmcp::model::{CallToolResult, JsonObject, Tool, ToolAnnotations};
use schemars::transform::{RecursiveTransform, Transform};
use schemars::{JsonSchema, Schema};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::caller::Caller;
use super::failure::Failure;
use super::tools;

/// What a tool does to the memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    /// It only reads.
    Reads,
    /// It adds something and changes nothing that is there.
    Adds,
    /// It removes something for good.
    Removes,
}

type Call = Box<dyn Fn(Caller, JsonObject) -> BoxFuture<'static, Result<Value, Failure>> + Send + Sync>;

/// A tool with the function behind it.
pub(super) struct Entry {
    definition: Tool,
    effect: Effect,
    call: Call,
}

impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Entry").field("name", &self.definition.name).finish_non_exhaustive()
    }
}

/// Makes a tool of an async function. Its arguments and its result describe themselves.
pub(super) fn entry<A, R, F, W>(effect: Effect, name: &'static str, description: &'static str, function: F) -> Entry
where
    A: DeserializeOwned + JsonSchema + 'static,
    R: Serialize + JsonSchema + 'static,
    F: Fn(Caller, A) -> W + Send + Sync + 'static,
    W: Future<Output = Result<R, Failure>> + Send + 'static,
{
    let schema = with_single_types(&schema_for_input::<A>().unwrap_or_default());
    let annotations = ToolAnnotations::new()
        .read_only(effect == Effect::Reads)
        .destructive(effect == Effect::Removes)
        .idempotent(effect != Effect::Adds)
        .open_world(false);
    let definition = Tool::new(name, description, schema)
        .with_raw_output_schema(with_single_types(&schema_for_output::<R>()))
        .with_annotations(annotations);
    let call = move |caller: Caller, arguments: JsonObject| -> BoxFuture<'static, Result<Value, Failure>> {
        let work = parse::<A>(arguments).map(|arguments| function(caller, arguments));
        Box::pin(async move {
            let result = work?.await?;
            serde_json::to_value(result).map_err(|error| {
                tracing::error!(%error, tool = name, "a result cannot be written as JSON");
                Failure { code: "internal", message: "internal server error".to_owned() }
            })
        })
    };
    Entry { definition, effect, call: Box::new(call) }
}

/// A schema in which optional values are alternatives (`anyOf`) instead of lists of types, which fewer clients read.
fn with_single_types(schema: &JsonObject) -> Arc<JsonObject> {
    let mut schema = Schema::from(schema.clone());
    RecursiveTransform(split_types).transform(&mut schema);
    Arc::new(schema.as_object().cloned().unwrap_or_default())
}

fn split_types(schema: &mut Schema) {
    let Some(object) = schema.as_object_mut() else { return };
    let Some(Value::Array(types)) = object.get("type").cloned() else { return };
    object.remove("type");
    let description = object.remove_entry("description");
    let others = std::mem::take(object);
    let alternative = |kind: Value| {
        let mut alternative = if kind == "null" { JsonObject::new() } else { others.clone() };
        alternative.insert("type".to_owned(), kind);
        Value::Object(alternative)
    };
    object.extend(description);
    object.insert("anyOf".to_owned(), types.into_iter().map(alternative).collect());
}

/// Parses arguments; errors name the argument.
fn parse<A: DeserializeOwned>(arguments: JsonObject) -> Result<A, Failure> {
    serde_path_to_error::deserialize(Value::Object(arguments)).map_err(|error| {
        let path = error.path().to_string();
        match path.as_str() {
            "." | "" => Failure::invalid(error.into_inner().to_string()),
            path => Failure::invalid(format!("{path}: {}", error.inner())),
        }
    })
}

/// All tools.
#[derive(Debug)]
pub(super) struct Toolbox(Vec<Entry>);

impl Toolbox {
    pub(super) fn new() -> Self {
        Self(tools::all())
    }

    /// The tools that a caller with this role can use.
    pub(super) fn list(&self, role: KeyRole) -> Vec<Tool> {
        let usable = self.0.iter().filter(|entry| may_use(role, entry.effect));
        usable.map(|entry| entry.definition.clone()).collect()
    }

    /// The definition of a tool.
    pub(super) fn get(&self, name: &str) -> Option<Tool> {
        self.find(name).map(|entry| entry.definition.clone())
    }

    fn find(&self, name: &str) -> Option<&Entry> {
        self.0.iter().find(|entry| entry.definition.name == name)
    }

    /// Calls a tool. Its own errors are results, which the agent sees.
    ///
    /// # Errors
    /// If there is no such tool.
    pub(super) fn call(
        &self,
        caller: Caller,
        name: &str,
        arguments: JsonObject,
    ) -> Result<impl Future<Output = CallToolResult> + Send + use<>, ErrorData> {
        let entry =
            self.find(name).ok_or_else(|| ErrorData::invalid_params("there is no tool with this name", None))?;
        let call = may_use(caller.role, entry.effect).then(|| (entry.call)(caller, arguments));
        Ok(async move {
            let outcome = match call {
                Some(call) => call.await,
                None => Err(Failure { code: "forbidden", message: "this API key is read-only".to_owned() }),
            };
            outcome.map_or_else(Failure::into_result, CallToolResult::structured)
        })
    }
}

fn may_use(role: KeyRole, effect: Effect) -> bool {
    match effect {
        Effect::Reads => true,
        Effect::Adds | Effect::Removes => role >= KeyRole::Write,
    }
}
