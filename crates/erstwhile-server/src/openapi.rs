//! Describes the API as OpenAPI 3.1 documents.
//!
//! A description is made of the types of the handlers, where routes are declared: [`Routes`] takes the place of axum's
//! router, so no route can be left out, and what a handler takes and answers cannot differ from what is described.

use std::collections::BTreeMap;

use erstwhile::model::KeyRole;
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

mod describe;
pub mod domain;
mod names;
mod routes;

use names::Names;

pub use describe::{Answer, Described, Input};
pub use routes::{Methods, Routes, delete, get, patch, post, put};

/// Where schemas of bodies are until the document is complete; a type may be read in another form than it is written in.
const INPUTS: &str = "/components/inputs";
const SCHEMAS: &str = "/components/schemas";
/// The name of the security scheme.
const KEY: &str = "apiKey";

/// One method of one path.
#[derive(Debug, Clone)]
pub struct Operation {
    verb: &'static str,
    path: String,
    /// The module and name of the handler: `users_add`.
    handler: String,
    /// Whether new programs should not call it.
    deprecated: bool,
    describe: fn(&mut Description<'_>),
}

/// What is written down of one operation.
#[derive(Debug)]
pub struct Description<'a> {
    schemas: &'a mut Schemas,
    query: Vec<Value>,
    path_formats: Vec<Option<&'static str>>,
    body: Option<Value>,
    responses: Map<String, Value>,
    role: Option<KeyRole>,
}

/// Collects the schemas that operations refer to.
#[derive(Debug)]
struct Schemas {
    inputs: SchemaGenerator,
    outputs: SchemaGenerator,
}

impl Schemas {
    fn new() -> Self {
        let settings = |path: &'static str| {
            let mut settings = SchemaSettings::draft2020_12();
            settings.definitions_path = path.into();
            settings.meta_schema = None;
            settings
        };
        Self {
            inputs: settings(INPUTS).for_deserialize().into_generator(),
            outputs: settings(SCHEMAS).for_serialize().into_generator(),
        }
    }
}

impl Description<'_> {
    /// The key of the request needs this role, or a higher one.
    pub fn role(&mut self, role: KeyRole) {
        self.role = self.role.max(Some(role));
    }

    /// The next parameters of the path have these formats.
    pub fn path_formats(&mut self, formats: &[Option<&'static str>]) {
        self.path_formats.extend_from_slice(formats);
    }

    /// The fields of a type are query parameters.
    pub fn query<T: JsonSchema>(&mut self) {
        let schema = T::json_schema(&mut self.schemas.inputs).to_value();
        let required: Vec<&str> =
            schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        for (name, field) in schema["properties"].as_object().into_iter().flatten() {
            let is_required = required.contains(&name.as_str());
            self.query
                .push(json!({ "name": name, "in": "query", "required": is_required, "schema": without_null(field) }));
        }
    }

    /// The body is JSON of a type; one without required fields may be left out.
    pub fn body<T: JsonSchema>(&mut self) {
        let is_required = T::json_schema(&mut self.schemas.inputs).get("required").is_some();
        let schema = self.schemas.inputs.subschema_for::<T>();
        self.body = Some(json!({ "required": is_required, "content": { "application/json": { "schema": schema } } }));
    }

    /// A successful response has this status, and JSON of a type.
    pub fn answer<T: JsonSchema>(&mut self, status: &str, description: &str) {
        let schema = self.schemas.outputs.subschema_for::<T>();
        let content = json!({ "application/json": { "schema": schema } });
        self.responses.insert(status.to_owned(), json!({ "description": description, "content": content }));
    }

    /// A successful response has this status, and no body.
    pub fn empty_answer(&mut self, status: &str) {
        self.responses.insert(status.to_owned(), json!({ "description": "Done." }));
    }

    /// A successful response may also have this media type.
    pub fn also_answers(&mut self, status: &str, media_type: &str) {
        if let Some(content) = self.responses.get_mut(status).and_then(|response| response.get_mut("content")) {
            content[media_type] = json!({ "schema": { "type": "string" } });
        }
    }
}

/// A query parameter is absent, but never null.
fn without_null(schema: &Value) -> Value {
    let mut schema = schema.clone();
    if let Some(types) = schema.get_mut("type")
        && let Some(list) = types.as_array()
        && let [one] = list.iter().filter(|name| *name != "null").collect::<Vec<_>>().as_slice()
    {
        *types = (*one).clone();
    }
    schema
}

/// Leaves the description of a part of other types out, which would else become theirs.
pub fn without_description(schema: &mut Schema) {
    schema.remove("description");
}

/// A generation of the API.
#[derive(Debug, Clone, Copy)]
pub struct Generation {
    /// The title of its document.
    pub title: &'static str,
    /// What its document says first.
    pub description: &'static str,
    /// The prefix of its paths.
    pub prefix: &'static str,
}

/// The document of a generation, whose errors are of the type `E`.
pub fn document<E: JsonSchema>(generation: Generation, operations: &[Operation]) -> Value {
    let mut schemas = Schemas::new();
    let error = schemas.outputs.subschema_for::<E>();
    let mut paths: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    let mut used = BTreeMap::new();
    for operation in operations {
        let mut described = described(operation, &mut schemas);
        let count = used.entry(operation.handler.clone()).and_modify(|count| *count += 1).or_insert(1);
        // Some handlers stand at several paths.
        let id = if *count == 1 { operation.handler.clone() } else { format!("{}_{count}", operation.handler) };
        described["operationId"] = id.into();
        let path = format!("{}{}", generation.prefix, operation.path);
        paths.entry(path).or_default().insert(operation.verb.to_owned(), described);
    }
    let mut document = json!({
        "openapi": "3.1.0",
        "info": { "title": generation.title, "description": generation.description, "version": env!("CARGO_PKG_VERSION") },
        "security": [{ KEY: [] }],
        "paths": paths,
        "components": {
            "securitySchemes": { KEY: {
                "type": "apiKey", "in": "header", "name": "Authorization",
                "description": "`Api-Key` and the key, or `Bearer` and the key, with a space between them. \
                    Each operation names the role that the key needs: read, write or admin, of which each includes those before it.",
            } },
            "responses": { "Error": {
                "description": "The request failed.", "content": { "application/json": { "schema": error } },
            } },
        },
    });
    let names = Names::of(schemas.inputs.take_definitions(true), schemas.outputs.take_definitions(true));
    names.apply(&mut document);
    document["components"]["schemas"] = names.schemas().into();
    document
}

fn described(operation: &Operation, schemas: &mut Schemas) -> Value {
    let mut description = Description {
        schemas,
        query: Vec::new(),
        path_formats: Vec::new(),
        body: None,
        responses: Map::new(),
        role: None,
    };
    (operation.describe)(&mut description);
    let Description { query, path_formats, body, mut responses, role, .. } = description;
    responses.insert("default".to_owned(), json!({ "$ref": "#/components/responses/Error" }));
    let names = operation.path.split('{').skip(1).filter_map(|rest| rest.split('}').next());
    let formats = path_formats.into_iter().chain(std::iter::repeat(None));
    let in_path = names.zip(formats).map(|(name, format)| {
        let mut schema = json!({ "type": "string" });
        if let Some(format) = format {
            schema["format"] = format.into();
        }
        json!({ "name": name, "in": "path", "required": true, "schema": schema })
    });
    let parameters: Vec<Value> = in_path.chain(query).collect();
    let tag = operation.path.split('/').find(|part| !part.is_empty()).unwrap_or_default();
    let mut described = json!({ "tags": [tag], "parameters": parameters, "responses": responses });
    if operation.deprecated {
        described["deprecated"] = true.into();
    }
    if let Some(role) = role {
        described["security"] = json!([{ KEY: [role.name()] }]);
    }
    if let Some(body) = body {
        described["requestBody"] = body;
    }
    described
}
