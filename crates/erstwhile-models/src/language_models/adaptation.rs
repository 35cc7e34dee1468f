//! What a client has learnt about the requests that its server accepts.

use std::collections::HashMap;

use serde_json::Value;

use super::request::{AnswerForm, Parameters};
use super::settings::{Dialect, StructuredOutput};

/// Maximum number of schemas with a form of their own.
const SCHEMAS_MAX: usize = 256;

/// The form of requests, adapted to what the server refused.
#[derive(Debug)]
pub(crate) struct Adaptation {
    /// The forms to try, the strictest first.
    forms: &'static [AnswerForm],
    /// The first of them that the server may accept.
    next: usize,
    /// Whether the server ever accepted that form.
    accepted: bool,
    /// For schemas that a server refused although it accepted others: the first form that it may accept.
    schemas: HashMap<String, usize>,
    parameters: Parameters,
}

/// The form of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shape {
    pub(crate) form: AnswerForm,
    pub(crate) parameters: Parameters,
}

impl Adaptation {
    /// The start: the strictest form, and all parameters.
    pub(crate) fn new(dialect: Dialect, output: StructuredOutput) -> Self {
        use AnswerForm::{JsonMode, JsonSchema, Prompt, Tool};
        let forms: &[AnswerForm] = match (output, dialect) {
            (StructuredOutput::Auto, Dialect::OpenAi | Dialect::Gemini) => &[JsonSchema, JsonMode, Prompt],
            (StructuredOutput::Auto, Dialect::Anthropic) => &[Tool, Prompt],
            (StructuredOutput::JsonSchema, _) => &[JsonSchema],
            (StructuredOutput::JsonMode, Dialect::OpenAi | Dialect::Gemini) => &[JsonMode],
            (StructuredOutput::Tool, _) => &[Tool],
            // Anthropic has no way to require JSON without a schema.
            (StructuredOutput::Prompt, _) | (StructuredOutput::JsonMode, Dialect::Anthropic) => &[Prompt],
        };
        let parameters = Parameters { completion_tokens: false, temperature: true };
        Self { forms, next: 0, accepted: false, schemas: HashMap::new(), parameters }
    }

    /// The form of the next request.
    pub(crate) fn shape(&self, schema: Option<&Value>) -> Shape {
        let form = match schema.map(|schema| (schema, self.forms[self.position(schema)])) {
            None => AnswerForm::Text,
            // The argument of a tool is an object.
            Some((schema, AnswerForm::Tool)) if schema["type"] != "object" => AnswerForm::Prompt,
            Some((_, form)) => form,
        };
        Shape { form, parameters: self.parameters }
    }

    /// The server accepted a request.
    pub(crate) fn accept(&mut self, shape: Shape) {
        self.accepted |= self.forms[self.next] == shape.form;
    }

    /// The server rejected a request, and this is what it said. Returns whether another form may be accepted.
    pub(crate) fn reject(&mut self, shape: Shape, schema: Option<&Value>, rejection: &str) -> bool {
        // A concurrent call may have adapted the form already.
        if self.shape(schema) != shape {
            return true;
        }
        if shape.parameters.temperature && rejection.contains("temperature") {
            self.parameters.temperature = false;
            return true;
        }
        if !shape.parameters.completion_tokens && rejection.contains("max_completion_tokens") {
            self.parameters.completion_tokens = true;
            return true;
        }
        let Some(schema) = schema.filter(|_| names_the_form(rejection)) else { return false };
        let position = self.position(schema);
        if position + 1 >= self.forms.len() {
            return false;
        }
        if self.accepted {
            if self.schemas.len() >= SCHEMAS_MAX {
                self.schemas.clear();
            }
            self.schemas.insert(schema.to_string(), position + 1);
        } else {
            self.next = position + 1;
        }
        true
    }

    fn position(&self, schema: &Value) -> usize {
        let own = if self.schemas.is_empty() { None } else { self.schemas.get(&schema.to_string()) };
        own.map_or(self.next, |own| self.next.max(*own))
    }
}

/// Whether a server's words are about the way to require JSON.
fn names_the_form(rejection: &str) -> bool {
    let words = [
        "response_format",
        "response format",
        "responseformat",
        "json_schema",
        "json schema",
        "schema",
        "json_object",
        "structured output",
        "response_mime_type",
        "responsemimetype",
        "json mode",
        "tool",
        "function call",
        "grammar",
    ];
    words.iter().any(|word| rejection.contains(word))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn auto() -> Adaptation {
        Adaptation::new(Dialect::OpenAi, StructuredOutput::Auto)
    }

    #[test]
    fn refused_forms_are_tried_once_from_the_strictest_to_none() {
        let (mut adaptation, schema) = (auto(), json!({}));
        for form in [AnswerForm::JsonSchema, AnswerForm::JsonMode] {
            let shape = adaptation.shape(Some(&schema));
            assert_eq!(shape.form, form);
            assert!(adaptation.reject(shape, Some(&schema), "response_format is not supported"));
        }
        let shape = adaptation.shape(Some(&json!({ "other": true })));
        assert_eq!(shape.form, AnswerForm::Prompt);
        assert!(!adaptation.reject(shape, Some(&schema), "response_format is not supported"));
    }

    #[test]
    fn a_server_that_accepted_a_schema_refuses_only_the_other() {
        let (mut adaptation, good, bad) = (auto(), json!({ "good": 1 }), json!({ "bad": 1 }));
        adaptation.accept(adaptation.shape(Some(&good)));
        assert!(adaptation.reject(adaptation.shape(Some(&bad)), Some(&bad), "invalid schema"));
        assert_eq!(adaptation.shape(Some(&bad)).form, AnswerForm::JsonMode);
        assert_eq!(adaptation.shape(Some(&good)).form, AnswerForm::JsonSchema);
    }

    #[test]
    fn refused_parameters_are_remembered() {
        let mut adaptation = auto();
        assert!(adaptation.reject(adaptation.shape(None), None, "use 'max_completion_tokens' instead"));
        assert!(adaptation.reject(adaptation.shape(None), None, "'temperature' does not support 0"));
        let shape = adaptation.shape(None);
        assert_eq!(shape.parameters, Parameters { completion_tokens: true, temperature: false });
        assert!(!adaptation.reject(shape, None, "'temperature' and 'max_completion_tokens' are wrong"));
    }

    #[test]
    fn a_form_that_another_call_adapted_is_simply_tried() {
        let mut adaptation = auto();
        let shape = adaptation.shape(None);
        assert!(adaptation.reject(shape, None, "temperature"));
        assert!(adaptation.reject(shape, None, "temperature"));
        assert!(!adaptation.shape(None).parameters.temperature);
    }

    #[test]
    fn other_rejections_change_nothing() {
        let mut adaptation = auto();
        let shape = adaptation.shape(Some(&Value::Null));
        assert!(!adaptation.reject(shape, Some(&Value::Null), "the prompt is too long"));
        assert_eq!(adaptation.shape(Some(&Value::Null)), shape);
    }

    #[test]
    fn a_tool_takes_objects_only() {
        let adaptation = Adaptation::new(Dialect::Anthropic, StructuredOutput::Auto);
        assert_eq!(adaptation.shape(Some(&json!({ "type": "object" }))).form, AnswerForm::Tool);
        assert_eq!(adaptation.shape(Some(&json!({ "type": "array" }))).form, AnswerForm::Prompt);
    }

    #[test]
    fn a_form_in_the_settings_is_the_only_one() {
        let mut adaptation = Adaptation::new(Dialect::Gemini, StructuredOutput::JsonSchema);
        let shape = adaptation.shape(Some(&Value::Null));
        assert!(!adaptation.reject(shape, Some(&Value::Null), "schema"));
    }
}
